"""Offices and the areas they look after."""

import datetime as dt

import pytest

from anye.packs import AreaRow
from anye.records.places.actions import TooManyOffices, add_areas, add_office, add_offices_of_areas
from anye.records.places.models import FANOUT, Area, Office
from anye.records.places.queries import office_of_area
from tests.conftest import AREAS, EDITION, District

pytestmark = pytest.mark.django_db


def test_numbers_count_down_the_tree_and_every_range_holds_its_own(district: District) -> None:
    top, town, village = district["district"], district["east"], district["willow"]
    assert top.scope_no < town.scope_no < village.scope_no <= village.scope_hi < town.scope_hi < top.scope_hi
    assert district["bridge"].scope_no > village.scope_hi
    assert district["west"].scope_no > town.scope_hi
    assert district["outside"].scope_no > district["west"].scope_hi


def test_an_area_belongs_to_its_office_and_a_village_without_one_to_its_town(district: District) -> None:
    add_areas([AreaRow("990100101209", "village", "990100101000", "新村", EDITION, None)])
    found = office_of_area()
    assert found["990100101201"] == district["willow"].scope_no
    assert found["990100101209"] == district["east"].scope_no
    assert found["990100000000"] == district["district"].scope_no
    assert found[""] == district["outside"].scope_no


def test_a_street_that_others_run_is_outside_though_it_lies_in_the_district(db: None) -> None:
    add_areas(AREAS)
    add_offices_of_areas(AREAS, run_elsewhere=frozenset({"990100102000"}))
    outside = Office.objects.get(kind="outside").scope_no
    found = office_of_area()
    assert found["990100102000"] == outside
    assert found["990100102201"] == outside
    assert found["990100101201"] != outside
    assert not Office.objects.filter(area_code="990100102201").exists()


def test_a_second_district_has_numbers_of_its_own(district: District) -> None:
    more = [AreaRow("990200000000", "county", "990000000000", "白石区", EDITION, None)]
    add_areas(more)
    add_offices_of_areas(more)
    first, second = Office.objects.filter(parent__isnull=True).order_by("scope_no")
    assert first.scope_hi < second.scope_no


def test_an_added_village_takes_the_next_number_and_no_more_than_there_are(district: District) -> None:
    added = add_office(parent=district["east"], kind="village", name="新村")
    assert district["bridge"].scope_hi < added.scope_no <= added.scope_hi <= district["east"].scope_hi
    deepest = district["willow"]
    while (deepest.scope_hi - deepest.scope_no + 1) // FANOUT >= 1:
        deepest = add_office(parent=deepest, kind="village", name="组")
    with pytest.raises(TooManyOffices):
        add_office(parent=deepest, kind="village", name="太深")


def test_areas_twice_are_areas_once_and_editions_may_not_overlap(district: District) -> None:
    assert add_areas(AREAS) == 0
    from django.db import IntegrityError

    later = AreaRow("990100101201", "village", "990100101000", "柳树村", dt.date(2019, 1, 1), None)
    with pytest.raises(IntegrityError, match="one_edition"):
        add_areas([later])


def test_an_edition_that_ended_may_be_followed_by_another(district: District) -> None:
    Area.objects.filter(code="990100101201").update(valid_to=dt.date(2019, 1, 1))
    later = AreaRow("990100101201", "village", "990100101000", "柳树村", dt.date(2019, 1, 1), None)
    assert add_areas([later]) == 1
