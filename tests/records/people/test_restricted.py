"""Rows of justice and health: within the range too, nobody sees them but a duty that must, in either layer alone."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError
from django.test import Client

from anye.records.accounts import queries as accounts
from anye.records.accounts.scope import APP, BATCH, acting, within
from anye.records.people.models import Person, RestrictedSpell, StatusSpell
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import reads, text_of

WORDS = "第二监狱"


@pytest.fixture
def person(district: District) -> Person:
    with factories.as_owner():
        one = factories.make_person(district["willow"], "冉明秀")
        batch = factories.make_batch("justice")
        factories.add_status(one, "detention", batch, unit=WORDS)
        factories.add_status(one, "pension", batch, unit="区社保局", amount_fen=12_550)
    return one


def seen(person: Person, *, sees_restricted: bool) -> tuple[int, int]:
    """How many rows the manager and how many raw SQL finds within the person's own office."""
    with (
        acting(APP),
        within(person.scope_no, person.scope_no, actor="t", duty="t", sees_restricted=sees_restricted),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM people_restrictedspell")
        return RestrictedSpell.objects.count(), cursor.fetchone()[0]


@pytest.mark.bar(12, control="each layer taken out, below")
def test_both_layers_hide_them_from_a_duty_that_need_not_see_them(person: Person) -> None:
    assert seen(person, sees_restricted=False) == (0, 0)
    assert seen(person, sees_restricted=True) == (1, 1)


def test_without_the_policy_raw_sql_would_see_them(person: Person) -> None:
    """The negative control of the lower layer."""
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY people_restrictedspell_restricted ON people_restrictedspell")
    assert seen(person, sees_restricted=False) == (0, 1)


def test_without_its_manager_the_policy_still_hides_them(person: Person) -> None:
    with acting(APP), within(person.scope_no, person.scope_no, actor="t", duty="t"):
        assert RestrictedSpell._base_manager.count() == 0
        assert StatusSpell._base_manager.count() == 1


def test_a_setting_that_nobody_made_is_an_error_and_no_yes(person: Person) -> None:
    unset = "SELECT set_config('anye.restricted', '', true); SELECT count(*) FROM people_restrictedspell"
    with (
        acting(APP),
        within(1, 2**40, actor="t", duty="t"),
        connection.cursor() as cursor,
        pytest.raises(DataError),
        transaction.atomic(),
    ):
        cursor.execute(unset)


def test_the_batch_role_compares_them_all(person: Person) -> None:
    with acting(BATCH):
        assert RestrictedSpell.objects.count() == 1


@pytest.mark.parametrize("role", sorted(accounts.OFFICER_ROLES - {"administrator"}))
def test_nobody_is_shown_them_in_passing_and_those_who_must_see_them_say_why(
    role: str, person: Person, district: District, client_as: Callable[..., Client]
) -> None:
    office = district["willow" if role == "village_worker" else "district"]
    client = client_as(role, office)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    must = role in accounts.SEE_RESTRICTED
    for page in (f"/people/{person.token}/", f"/people/{person.token}/history/"):
        text = text_of(client.get(page))
        assert "Draws a pension" in text
        assert "In prison or detention" not in text and WORDS not in text, page
    assert ("Justice and health" in text_of(client.get(f"/people/{person.token}/"))) is must
    asked = client.post(f"/people/{person.token}/restricted/", {"purpose": "contact"})
    assert asked.status_code == (200 if must else 403)
    assert ("In prison or detention" in text_of(asked) and WORDS in text_of(asked)) is must
    traces = [(row.person_id, row.purpose) for row in reads(kind="restricted_shown")]
    assert traces == ([(person.pk, "show: contact")] if must else [])


@pytest.mark.bar(18, control="with a purpose they are shown and the look is kept, above")
@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_without_a_purpose_nothing_is_shown(
    purpose: str, person: Person, district: District, client_as: Callable[..., Client]
) -> None:
    client = client_as("auditor", district["district"])
    answer = client.post(f"/people/{person.token}/restricted/", {"purpose": purpose})
    assert answer.status_code == 400 and WORDS not in text_of(answer)
    assert reads(kind="restricted_shown") == []


def test_the_trail_does_not_tell_whether_there_was_anything(
    district: District, client_as: Callable[..., Client]
) -> None:
    """Who may not see them may read who asked: it is the same for everybody."""
    with factories.as_owner():
        other = factories.make_person(district["willow"], "谭国强")
    client = client_as("auditor", district["district"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.post(f"/people/{other.token}/restricted/", {"purpose": "contact"}, HTTP_HX_REQUEST="true")
    assert "say nothing of the person" in text_of(answer) and "<html" not in text_of(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert [row.person_id for row in reads(kind="restricted_shown")] == [other.pk]


def test_what_no_longer_holds_is_shown_as_such(
    person: Person, district: District, client_as: Callable[..., Client]
) -> None:
    with factories.as_owner():
        RestrictedSpell.objects.update(retired_on=dt.date(2026, 11, 3), retired_by=1)
    client = client_as("auditor", district["district"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = text_of(client.post(f"/people/{person.token}/restricted/", {"purpose": "contact"}))
    assert WORDS in text and "no longer held since" in text


@pytest.mark.parametrize(("role", "is_told"), [("town_officer", True), ("auditor", False)])
def test_words_beside_a_status_are_for_those_who_help(
    role: str, is_told: bool, person: Person, district: District, client_as: Callable[..., Client]
) -> None:
    with factories.as_owner():
        factories.add_status(person, "unemployed", factories.make_batch("unemployment"), detail="患病离岗")
    page = text_of(client_as(role, district["district"]).get(f"/people/{person.token}/"))
    assert ("患病离岗" in page) is is_told


def test_kinds_stay_in_their_table(person: Person) -> None:
    with factories.as_owner(), pytest.raises(IntegrityError, match="kind"):
        factories.add_status(
            person, "pension", factories.make_batch("pensions"), table=RestrictedSpell, day=dt.date(2020, 1, 1)
        )


def test_who_sees_them_is_written_down() -> None:
    assert {"district_officer", "approver", "auditor"} == accounts.SEE_RESTRICTED
