"""The two layers that decide which rows a duty reaches, each with the other switched off."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from anye.records.accounts import scope
from anye.records.accounts.scope import APP, BATCH, OWNER, ScopeUnset, acting
from anye.records.people.models import Membership, Person
from tests.conftest import District

pytestmark = pytest.mark.django_db


def person_at(office: Any, name: str) -> Person:
    with acting(OWNER):
        person = Person.objects.create(token=name, scope_no=office.scope_no, name=name, name_key=name)
        Membership.objects.create(
            person=person, scope_no=office.scope_no, group="poor", known_on="2020-01-01", source_batch=1, source_line=1
        )
    return person


@pytest.fixture
def people(district: District) -> dict[str, Person]:
    return {place: person_at(district[place], place) for place in ("willow", "bridge", "cloud", "outside")}


def seen_by(office: Any) -> set[str]:
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        return set(Person.objects.values_list("name", flat=True))


@pytest.mark.bar(12)
@pytest.mark.parametrize(
    ("office", "expected"),
    [
        ("willow", {"willow"}),
        ("bridge", {"bridge"}),
        ("east", {"willow", "bridge"}),
        ("west", {"cloud"}),
        ("flat", set()),
        ("outside", {"outside"}),
        ("district", {"willow", "bridge", "cloud", "outside"}),
    ],
)
def test_a_duty_reaches_its_own_range(
    district: District, people: dict[str, Person], office: str, expected: set[str]
) -> None:
    assert seen_by(district[office]) == expected


@pytest.mark.bar(12, control="the ORM filter taken out")
def test_without_the_orm_filter_the_policy_alone_leaks_nothing(
    district: District, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope.Scope, "is_everything", property(lambda self: True))
    assert seen_by(district["willow"]) == {"willow"}
    office = district["willow"]
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        assert Membership.objects.count() == 1


@pytest.mark.bar(12, control="the row policies taken out")
def test_without_the_policy_the_orm_filter_alone_leaks_nothing(district: District, people: dict[str, Person]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_person DISABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE people_membership DISABLE ROW LEVEL SECURITY")
    assert seen_by(district["willow"]) == {"willow"}
    office = district["willow"]
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        assert Membership.objects.count() == 1
        assert people["willow"].memberships.count() == 1


@pytest.mark.bar(12, control="this is one: both layers taken out")
def test_with_both_layers_off_the_test_itself_would_see_the_leak(
    district: District, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope.Scope, "is_everything", property(lambda self: True))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_person DISABLE ROW LEVEL SECURITY")
    assert len(seen_by(district["willow"])) == 4


@pytest.mark.bar(12)
def test_asking_without_a_duty_is_an_error_in_both_layers(district: District, people: dict[str, Person]) -> None:
    with pytest.raises(ScopeUnset):
        Person.objects.count()
    with acting(APP), pytest.raises(ScopeUnset):
        Person.objects.count()
    with pytest.raises(DatabaseError), acting(APP), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")


@pytest.mark.bar(12)
def test_leaving_a_nested_duty_restores_the_one_before(district: District, people: dict[str, Person]) -> None:
    town, village = district["east"], district["willow"]
    with acting(APP, lo=town.scope_no, hi=town.scope_hi):
        with acting(APP, lo=village.scope_no, hi=village.scope_hi):
            assert Person.objects.count() == 1
        assert Person.objects.count() == 2
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_person")
            assert cursor.fetchone() == (2,)


@pytest.mark.bar(12)
def test_an_error_inside_a_duty_does_not_leave_its_range_behind(district: District, people: dict[str, Person]) -> None:
    village = district["willow"]
    with pytest.raises(ZeroDivisionError), acting(APP, lo=village.scope_no, hi=village.scope_hi):
        raise ZeroDivisionError
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('anye.lo', true), current_user")
        assert cursor.fetchone() in {("", "anye_owner"), (None, "anye_owner")}


@pytest.mark.bar(12)
def test_a_move_takes_every_row_along_and_ends_the_old_villages_sight(
    district: District, people: dict[str, Person]
) -> None:
    with acting(BATCH):
        Person.objects.filter(pk=people["willow"].pk).update(scope_no=district["cloud"].scope_no)
    assert seen_by(district["willow"]) == set()
    office = district["cloud"]
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        assert set(Membership.objects.values_list("person__name", flat=True)) == {"willow", "cloud"}


@pytest.mark.bar(11)
def test_the_app_may_not_write_a_person_at_all(district: District, people: dict[str, Person]) -> None:
    office = district["district"]
    for write in (
        "UPDATE people_person SET name = 'x'",
        "DELETE FROM people_membership",
        "INSERT INTO people_person (token, scope_no, care_area, name, name_key, sex, groups, is_hidden)"
        " VALUES ('t', 1, '', 'n', 'n', '', '{}', false)",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            acting(APP, lo=office.scope_no, hi=office.scope_hi),
            connection.cursor() as cursor,
        ):
            cursor.execute(write)


@pytest.mark.bar(12)
def test_a_row_of_another_scope_than_its_person_is_refused(district: District, people: dict[str, Person]) -> None:
    fact = {"group": "lifted", "known_on": "2020-01-01", "source_batch": 1, "source_line": 1}
    with pytest.raises(DatabaseError, match="people_membership_person_id_scope"), acting(BATCH):
        Membership.objects.create(person=people["willow"], scope_no=district["cloud"].scope_no, **fact)
