"""What a page tells and offers depends on the duty of who reads it: each question of that kind, from both sides."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.doors.office.administration.guard import sealed
from anye.records.accounts.models import Duty, Role, User
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.actions import looked
from anye.records.audit.keys import keyring
from anye.records.people import actions as people
from anye.records.people.models import Person, PersonDetail
from anye.records.registers import actions as registers
from anye.records.registers.models import Upload
from tests import factories as made
from tests.conftest import District

pytestmark = pytest.mark.django_db
ClientAs = Callable[..., Client]
English = {"accept-language": "en"}
SERVE_HOUSEHOLDS = frozenset({"village_worker", "town_officer", "district_officer", "poverty_office"})
READ = frozenset(Role.values) - {"administrator"}


def text_at(client: Client, address: str) -> str:
    answer = client.get(address, headers=English)
    assert answer.status_code == 200, address
    return answer.content.decode()


# ── administrators ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def of_two_towns(district: District, make_user: Callable[..., Any]) -> User:
    """An officer who serves in the east town and in the west one."""
    user: User = make_user("town_officer", district["east"], "of-two-towns")
    Duty.objects.create(user=user, role="finance", scope_no=district["west"].scope_no, starts_on=dt.date(2020, 1, 1))
    return user


def test_an_administrator_ends_no_duty_outside_their_range(
    district: District, client_as: ClientAs, of_two_towns: User
) -> None:
    client = client_as("administrator", district["east"], "east-boss")
    for place, status in (("west", 404), ("east", 302)):
        duty = Duty.objects.get(user=of_two_towns, scope_no=district[place].scope_no)
        names = [sealed("user", of_two_towns.pk), sealed("duty", duty.pk)]
        assert client.post(reverse("administration:duty_end", args=names)).status_code == status, place
        duty.refresh_from_db()
        assert (duty.ends_on is None) == (place == "west")


def test_the_list_of_users_names_the_duties_of_the_own_range_alone(
    district: District, client_as: ClientAs, of_two_towns: User
) -> None:
    text = text_at(client_as("administrator", district["east"], "east-boss"), reverse("administration:users"))
    assert "of-two-towns" in text and "东河镇" in text
    assert "西岭镇" not in text
    assert "西岭镇" in text_at(client_as("administrator", district["district"]), reverse("administration:users"))


def test_closing_is_offered_for_offices_below_and_neither_for_the_own_nor_for_the_outside(
    district: District, client_as: ClientAs
) -> None:
    client = client_as("administrator", district["district"], "boss")
    for name, is_offered in (("willow", True), ("district", False), ("outside", False)):
        office = district[name]
        page = text_at(client, reverse("administration:office", args=[office.token]))
        assert (reverse("administration:office_close", args=[office.token]) in page) == is_offered, name


# ── people, doubts, visits ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def case(district: District) -> tuple[Person, Any, Any]:
    """Somebody of Willow with a doubt whose evidence is their health, a decision with a note, and a visit."""
    with made.as_owner():
        batch = made.make_batch()
        person = made.make_person(
            district["willow"], "冉明秀", batch=batch, details={"health": "鱻病", "address": "鱻院坝"}
        )
        health = PersonDetail.objects.get(person=person, kind="health")
        finding = made.make_finding(person, "Q07", evidence=[["people_persondetail", health.pk]])
        visit = made.make_visit(person, finding, note_sealed=keyring().seal("鱻记", context="note"))
        told = {"finding": finding.pk, "answer": "record_right", "note": "鱻决定"}
        registers.enter(
            kind="settle",
            sealed=keyring().seal(json.dumps(told), context="raw"),
            person_id=person.pk,
            scope_no=person.scope_no,
            by="desk",
            duty_id=1,
        )
    return person, finding, visit


@pytest.mark.bar(10, control="those who serve households read it; each question taken out (scope calls)")
@pytest.mark.parametrize("role", sorted(READ))
@pytest.mark.parametrize("page", ["person", "history", "finding", "visit", "print"])
def test_what_serves_the_household_is_told_to_whoever_serves_it(
    district: District, client_as: ClientAs, case: tuple[Person, Any, Any], role: str, page: str
) -> None:
    person, finding, visit = case
    address, told = {
        "person": (reverse("office:person", args=[person.token]), ["鱻病"]),
        "history": (reverse("office:person_history", args=[person.token]), ["鱻病"]),
        "finding": (reverse("office:finding", args=[finding.token]), ["鱻病", "鱻决定"]),
        "visit": (reverse("office:visit", args=[visit.token]), ["鱻院坝"]),
        "print": (reverse("office:visits_print"), ["鱻院坝"]),
    }[page]
    text = text_at(client_as(role, district["district"]), address)
    if role in SERVE_HOUSEHOLDS:
        assert [word for word in told if word not in text] == []
    else:
        assert "鱻" not in text


def test_a_visits_note_is_told_to_whoever_serves_the_household(
    district: District, client_as: ClientAs, case: tuple[Person, Any, Any]
) -> None:
    with made.as_owner():
        type(case[2]).objects.filter(pk=case[2].pk).update(
            state="done", answer="not_found", made_on=dt.date(2026, 9, 2)
        )
    address = reverse("office:visit", args=[case[2].token])
    assert "鱻记" in text_at(client_as("village_worker", district["willow"]), address)
    assert "鱻记" not in text_at(client_as("auditor", district["district"]), address)


def test_who_took_another_role_since_is_not_offered_to_take_an_answer_back(
    district: District, client_as: ClientAs
) -> None:
    with made.as_owner():
        _person, _finding, visit = made.make_case(district["willow"])
    client = client_as("village_worker", district["willow"], "changing")
    client.post(reverse("office:visit", args=[visit.token]), {"answer": "not_found"})
    address, undo = (reverse(f"office:{name}", args=[visit.token]) for name in ("visit", "visit_undo"))
    assert undo in text_at(client, address)
    Duty.objects.filter(user__username="changing").update(role="auditor")
    assert undo not in text_at(client, address)


@pytest.mark.bar(12, control="looks inside the range are told, here; the range taken out (scope calls)")
def test_who_looked_at_somebody_before_they_came_is_not_told_even_without_policies(
    district: District, client_as: ClientAs
) -> None:
    client = client_as("village_worker", district["cloud"], "now-theirs")
    with made.as_owner():
        person = made.make_person(district["cloud"], "冉明秀")
    for place in ("willow", "cloud"):
        office = district[place]
        user = User.objects.create(username=f"{place}-looker", name=f"看客{place}")
        with acting(APP, lo=office.scope_no, hi=office.scope_hi, actor=f"user:{user.pk}"):
            looked("person", [(person.pk, office.scope_no)])
    with made.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_read NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    text = text_at(client, reverse("office:person_looks", args=[person.token]))
    assert "看客cloud" in text
    assert "看客willow" not in text


# ── moves, files, loads ───────────────────────────────────────────────────────────────────────────────────────────────


def test_each_end_of_a_move_is_offered_its_own_decisions(district: District, client_as: ClientAs) -> None:
    with made.as_owner():
        chen = made.make_person(district["willow"], "陈一")
    with acting(BATCH):
        transfer = people.ask_transfer(person=chen, to_scope_no=district["cloud"].scope_no, reason="r", by="w")
    address = reverse("entries:transfer", args=[transfer.token])
    asks, takes = (text_at(client_as("village_worker", district[name]), address) for name in ("willow", "cloud"))
    assert ('data-opens="withdraw"' in asks, 'data-opens="accept"' in asks) == (True, False)
    assert ('data-opens="withdraw"' in takes, 'data-opens="accept"' in takes) == (False, True)


@pytest.fixture
def waiting_file(district: District) -> Upload:
    with acting(BATCH):
        return registers.hand_in(
            file_name="鱻.xlsx", sealed=b"x", size=1, known_on=timezone.localdate(), by="w", duty_id=1,
            scope_no=district["district"].scope_no,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "today", "index"),
    [
        ("district_officer", True, True), ("poverty_office", True, True), ("auditor", True, False),
        ("finance", False, False), ("approver", False, False), ("administrator", False, False),
    ],
)  # fmt: skip
def test_files_that_wait_are_shown_to_whoever_deals_with_files(
    district: District, client_as: ClientAs, waiting_file: Upload, role: str, today: bool, index: bool
) -> None:
    client = client_as(role, district["district"])
    assert ("鱻.xlsx" in text_at(client, "/")) == today
    assert ("鱻.xlsx" in text_at(client, "/registers/")) == index


@pytest.mark.parametrize(
    ("role", "is_told"),
    [("district_officer", True), ("administrator", True), ("auditor", True), ("finance", False), ("approver", False)],
)
def test_what_came_in_lately_stands_on_today_for_whoever_deals_with_files(
    district: District, client_as: ClientAs, role: str, is_told: bool
) -> None:
    with made.as_owner():
        batch = made.make_batch()
        type(batch).objects.filter(pk=batch.pk).update(loaded_by="operator")
    text = text_at(client_as(role, district["district"]), "/")
    assert (reverse("registers:batch", args=[batch.token]) in text) == is_told


def test_the_operators_loads_are_the_districts_own_and_a_towns_only_where_it_has_rows_to_mend(
    district: District, client_as: ClientAs
) -> None:
    with made.as_owner():
        batch = made.make_batch()
        type(batch).objects.filter(pk=batch.pk).update(loaded_by="operator")
    address = reverse("registers:batch", args=[batch.token])
    assert client_as("district_officer", district["district"]).get(address).status_code == 200
    town = client_as("town_officer", district["east"])
    assert town.get(address).status_code == 404
    with made.as_owner():
        made.make_fault(district["willow"], batch)
    page = town.get(address)
    assert (page.status_code, page.context["figures"]) == (200, [])


def test_a_load_of_another_town_is_as_absent_as_none(
    district: District, client_as: ClientAs, make_user: Callable[..., Any]
) -> None:
    make_user("district_officer", district["district"], "loader")
    with made.as_owner():
        batch = made.make_batch()
        type(batch).objects.filter(pk=batch.pk).update(loaded_by="loader")
    assert client_as("town_officer", district["east"]).get(f"/registers/{batch.token}/").status_code == 404
    assert client_as("auditor", district["district"]).get(f"/registers/{batch.token}/").status_code == 200


def test_a_towns_lists_narrow_to_the_village_that_was_chosen(district: District, client_as: ClientAs) -> None:
    with made.as_owner():
        for place in ("willow", "bridge"):
            made.make_case(district[place], f"冉{place}")
    client = client_as("town_officer", district["east"])
    for address in ("/people/", "/visits/", "/findings/"):
        text = text_at(client, f"{address}?village={district['willow'].token}")
        assert "冉willow" in text and "冉bridge" not in text, address
