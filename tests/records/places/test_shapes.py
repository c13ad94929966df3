"""Where areas lie: kept beside each other by code; a true map and a schematic one of the same county do not mix."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from anye.demo.schematic import schematic_map
from anye.packs import AreaRow
from anye.records.accounts.scope import APP, acting
from anye.records.audit.models import Event
from anye.records.places.actions import add_areas
from anye.records.places.models import Shape
from anye.records.places.queries import shapes_of
from tests.conftest import AREAS, EDITION, District
from tests.factories import as_owner
from tests.records.places.mapped import CODES, put_on_map

pytestmark = pytest.mark.django_db
TOWN, WILLOW = "990100101000", "990100101201"


def true_map(*codes: str, east: float = 106.5) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Point", "coordinates": [east, 29.5]}}
        for code in codes
    ]
    return {"type": "FeatureCollection", "features": features}


@pytest.mark.usefixtures("district")
def test_a_second_file_adds_and_changes_and_the_same_file_does_nothing() -> None:
    assert put_on_map(true_map(TOWN)) == (1, 0, 0, 0)
    assert put_on_map(true_map(TOWN, WILLOW)) == (1, 0, 1, 0)
    assert put_on_map(true_map(WILLOW, east=106.6)) == (0, 1, 0, 0)
    assert put_on_map(true_map(WILLOW, east=106.6)) == (0, 0, 1, 0)
    found = shapes_of([TOWN, WILLOW, "990100102000"])
    assert {code: shape.geometry["coordinates"][0] for code, shape in found.items()} == {TOWN: 106.5, WILLOW: 106.6}


@pytest.mark.usefixtures("district")
def test_a_true_map_takes_the_schematic_one_of_its_county_away() -> None:
    more = AreaRow("990200000000", "county", "990000000000", "白石区", EDITION, None)
    add_areas([more])
    with as_owner():
        Shape.objects.create(
            code=more.code, geometry={"type": "Point", "coordinates": [105, 35]}, digest="", is_schematic=True
        )
    assert put_on_map() == (len(CODES), 0, 0, 0)
    assert put_on_map(true_map(TOWN)) == (0, 1, 0, len(CODES) - 1)
    assert {code: shape.is_schematic for code, shape in shapes_of([*CODES, more.code]).items()} == {
        TOWN: False,
        more.code: True,
    }
    assert put_on_map().gone == 0
    assert all(shape.is_schematic for shape in shapes_of(CODES).values())


@pytest.mark.usefixtures("district")
def test_a_file_of_which_nothing_is_taken_takes_nothing_away() -> None:
    put_on_map()
    assert put_on_map(true_map("990100101999")) == (0, 0, 0, 0)
    assert len(shapes_of(CODES)) == len(CODES)


@pytest.mark.usefixtures("district")
def test_the_trail_tells_which_shape_by_its_digest_alone() -> None:
    put_on_map(true_map(TOWN))
    with as_owner():
        (event,) = Event.objects.filter(table_name="places_shape")
        assert event.actor == "operator"
        told = str(event.payload)
        assert Shape.objects.get().digest in told
        assert "coordinates" not in told


def test_the_web_reads_the_map_and_does_not_draw_it(district: District) -> None:
    put_on_map()
    willow = district["willow"]
    with acting(APP, lo=willow.scope_no, hi=willow.scope_hi):
        assert len(shapes_of(CODES)) == len(AREAS) == len(schematic_map(AREAS)["features"])
        with pytest.raises(DatabaseError), transaction.atomic():
            Shape.objects.filter(code=TOWN).update(is_schematic=False)
