"""Entering by hand: checked in the form, sealed, published by the worker, and never telling what stands elsewhere."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Read
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import (
    HouseholdMember,
    IncomeLine,
    Membership,
    Need,
    Person,
)
from anye.records.registers.models import Batch, Entry
from tests.conftest import District
from tests.doors.office.typing_in import (
    a_day_passes,
    ask,
    facts,
    last_payload,
    number,
    payload,
    person_named,
    plain,
    register,
    run_waiting,
    send,
    unchanged,
)

pytestmark = pytest.mark.django_db
WRITERS = ("village_worker", "town_officer", "district_officer", "poverty_office")


@pytest.fixture
def worker(district: District, client_as: Callable[..., Client]) -> Client:
    """The village worker of Willow."""
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def chen(district: District, worker: Client) -> Person:
    """A person of Willow, registered by hand."""
    register(worker, district["willow"], phone="138 0000 1234")
    assert [one.state for one in run_waiting()] == ["done"]
    a_day_passes()
    return person_named("陈一")


# ── a new person ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_registered_by_hand_stands_on_record_with_everything_said(district: District, worker: Client) -> None:
    answer = register(
        worker, district["willow"], household_code="W-7", relation="02", group="poor", group_since="2020年3月12日",
        evidence="名册3号", certifier="东河镇", employed="employed", employer_name="青溪砖厂", started_on="2024.2.1",
        wage="3,200.50", wage_unit="month", occupation="装窑",
    )  # fmt: skip
    assert answer.status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    person = person_named("陈一")
    assert (person.scope_no, person.is_employed, person.groups) == (district["willow"].scope_no, True, ["poor"])
    (spell,) = facts(EmploymentSpell, person=person)
    assert (spell.employer_name, spell.valid_from, spell.wage_fen) == ("青溪砖厂", dt.date(2024, 2, 1), 320_050)
    (membership,) = facts(Membership, person=person)
    assert (membership.valid_from, membership.evidence) == (dt.date(2020, 3, 12), "名册3号")
    (member,) = facts(HouseholdMember, person=person)
    assert (member.relation, member.is_head) == ("02", True)


def test_the_answer_is_the_same_whether_or_not_the_number_is_known_in_another_village(
    district: District, worker: Client, client_as: Callable[..., Client]
) -> None:
    register(client_as("village_worker", district["cloud"]), district["cloud"], "陈一", number(777))
    run_waiting()
    known, known_queries = told_of(worker, district, number(777))
    unknown, unknown_queries = told_of(worker, district, number(555))
    assert known == unknown
    assert known_queries == unknown_queries
    assert person_named("陈一二").scope_no == district["willow"].scope_no


def told_of(client: Client, district: District, id_number: str) -> tuple[list[str], list[int]]:
    """Everything a registering officer is answered, without tokens and the clock, and the queries of each answer."""
    said, counts = [], []

    def note(act: Callable[[], Any]) -> Any:
        with CaptureQueriesContext(connection) as made:
            answer = act()
        said.append(f"{answer.status_code} {plain(answer)}")
        counts.append(len(made))
        return answer

    name = "陈一" if id_number == number(777) else "陈一二"
    sent = note(lambda: register(client, district["willow"], name, id_number))
    note(lambda: ask(client, sent.url))
    note(lambda: ask(client, f"{sent.url}state/"))
    run_waiting()
    note(lambda: ask(client, sent.url))
    note(lambda: ask(client, f"{sent.url}state/"))
    return said, counts


def test_the_comparison_sees_a_page_that_tells(district: District, worker: Client) -> None:
    assert plain(register(worker, district["willow"], "陈一", "123")) != plain(register(worker, district["willow"]))


@pytest.mark.parametrize(
    ("id_number", "words"),
    [
        ("", "This field is required"),
        ("99010119900307123", "18 characters"),
        (number(123)[:-1] + "Q", "characters that it cannot have"),
        ("990101199013071237", "birth date inside the ID number"),
        (number(123)[:-1] + ("0" if number(123)[-1] != "0" else "1"), "fails its check digit"),
        (f"{number(123)} {number(124)}", "more than one"),
    ],
)
def test_a_wrong_number_comes_back_with_its_reason(
    district: District, worker: Client, id_number: str, words: str
) -> None:
    answer = send(
        worker,
        reverse("entries:new_person"),
        {"name": "陈一", "id_number": id_number, "area": district["willow"].token},
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with acting(BATCH):
        assert not Entry.objects.exists()


def test_an_invented_number_is_refused_in_a_real_registry(district: District, worker: Client, settings: Any) -> None:
    settings.ANYE_TRIAL = False
    assert "begins with 99" in register(worker, district["willow"]).content.decode()


@pytest.mark.parametrize(("name", "words"), [("陈一、陈二", "more than one person"), ("锟斤拷�", "garbled")])
def test_a_name_that_is_no_one_persons_is_refused(district: District, worker: Client, name: str, words: str) -> None:
    assert words in register(worker, district["willow"], name).content.decode()


def test_nobody_can_be_registered_in_a_village_outside_the_own_range(district: District, worker: Client) -> None:
    assert register(worker, district["cloud"]).status_code == 422
    assert district["cloud"].token not in ask(worker, reverse("entries:new_person")).content.decode()


def test_what_is_said_of_work_does_not_count_for_who_does_not_work(district: District, worker: Client) -> None:
    answer = register(worker, district["willow"], employed="not_employed", wage="viel", started_on="gestern")
    assert answer.status_code == 302
    told = last_payload()
    assert (told["spell"], told["details"]) == (None, {"employment_state": "not_employed"})


def test_who_works_has_an_employer(district: District, worker: Client) -> None:
    answer = register(worker, district["willow"], employed="employed")
    assert answer.status_code == 422 and "#id_employer_name" in answer.content.decode()


def test_what_was_typed_is_sealed_and_the_job_carries_a_key_only(district: District, worker: Client) -> None:
    register(worker, district["willow"])
    with acting(BATCH):
        entry = Entry.objects.get()
    assert number(123).encode() not in bytes(entry.sealed) and "陈一".encode() not in bytes(entry.sealed)
    assert payload(entry)["id_number"] == number(123)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name LIKE '%publish_entry'")
        assert [json.loads(row[0]) for row in cursor.fetchall()] == [{"entry_id": entry.pk}]


@pytest.mark.parametrize("role", ["approver", "finance", "auditor", "administrator"])
def test_who_does_not_serve_households_enters_nothing(
    district: District, client_as: Callable[..., Client], chen: Person, role: str
) -> None:
    client = client_as(role, district["district"])
    assert register(client, district["willow"], "陈二", number(200)).status_code == 403
    for name in PERSON_PAGES:
        assert ask(client, reverse(f"entries:{name}", args=[chen.token])).status_code == 403


# ── a person on record ────────────────────────────────────────────────────────────────────────────────────────────────

PERSON_PAGES = (
    "correct", "work", "add_spell", "membership", "needs", "income", "household", "helper", "ask_transfer",
)  # fmt: skip


def test_a_person_of_the_next_village_is_as_absent_as_nobody(
    district: District, client_as: Callable[..., Client], chen: Person
) -> None:
    client = client_as("village_worker", district["bridge"])
    for name in PERSON_PAGES:
        path = reverse(f"entries:{name}", args=[chen.token])
        assert ask(client, path).status_code == 404, name
        if name != "work":
            assert send(client, path, {}).status_code == 404, name
    with acting(BATCH):
        assert Entry.objects.count() == 1


def test_every_page_about_a_person_is_kept_in_the_trail(district: District, worker: Client, chen: Person) -> None:
    for name in PERSON_PAGES:
        before = Read.objects.filter(person_id=chen.pk).count()
        assert ask(worker, reverse(f"entries:{name}", args=[chen.token])).status_code == 200, name
        assert Read.objects.filter(person_id=chen.pk).count() == before + 1, name


def test_telephone_and_address_are_not_shown_in_the_form(district: District, worker: Client, chen: Person) -> None:
    text = ask(worker, reverse("entries:correct", args=[chen.token])).content.decode()
    assert "13800001234" not in text and "138****1234" in text
    assert number(123) not in text


def test_only_what_was_changed_is_entered(district: District, worker: Client, chen: Person) -> None:
    told = unchanged(chen, name="陈壹", phone="023-6700 0000", residence=district["willow"].token)
    assert send(worker, reverse("entries:correct", args=[chen.token]), told).status_code == 302
    assert last_payload() == {"details": {"name": "陈壹", "phone": "02367000000"}}
    assert [one.state for one in run_waiting()] == ["done"]
    assert person_named("陈壹").pk == chen.pk


def test_a_birth_in_another_spelling_is_no_change(district: District, worker: Client, chen: Person) -> None:
    told = unchanged(chen, birth="1990年3月7日", residence=district["willow"].token)
    answer = send(worker, reverse("entries:correct", args=[chen.token]), told)
    assert answer.status_code == 422 and "Nothing was changed" in answer.content.decode()


def test_a_person_moves_inside_the_range_and_not_beyond_it(
    district: District, client_as: Callable[..., Client], chen: Person
) -> None:
    client = client_as("town_officer", district["east"])
    path = reverse("entries:correct", args=[chen.token])
    assert send(client, path, unchanged(chen, residence=district["cloud"].token)).status_code == 422
    assert send(client, path, unchanged(chen, residence=district["bridge"].token)).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    assert person_named("陈一").scope_no == district["bridge"].scope_no


def spell_links(client: Client, person: Person) -> list[str]:
    page = ask(client, reverse("entries:work", args=[person.token]))
    return [one["token"] for one in page.context["spells"]]


def add_work(client: Client, person: Person, **told: Any) -> Any:
    given = {"employer_name": "青溪砖厂", "started_on": "2024-02-01", "wage": "100", "wage_unit": "day"}
    return send(client, reverse("entries:add_spell", args=[person.token]), {**given, **told})


def test_work_that_is_added_makes_the_person_one_who_works(district: District, worker: Client, chen: Person) -> None:
    assert add_work(worker, chen).status_code == 302
    assert [one.state for one in run_waiting()] == ["done", "done"]
    assert person_named("陈一").is_employed is True
    (spell,) = facts(EmploymentSpell, person=chen)
    assert (spell.wage_fen, spell.wage_unit) == (10_000, "day")


def test_correcting_work_replaces_it_and_keeps_what_is_not_asked(
    district: District, worker: Client, chen: Person
) -> None:
    add_work(worker, chen, credit_code="")
    run_waiting()
    (link,) = spell_links(worker, chen)
    path = reverse("entries:correct_spell", args=[chen.token, link])
    assert "青溪砖厂" in ask(worker, path).content.decode()
    told = {"employer_name": "青溪新砖厂", "started_on": "2024-03-01", "wage": "120", "wage_unit": "day"}
    assert send(worker, path, told).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    (spell,) = facts(EmploymentSpell, person=chen)
    assert (spell.employer_name, spell.valid_from, spell.wage_fen) == ("青溪新砖厂", dt.date(2024, 3, 1), 12_000)


def test_work_that_ended_stays_on_record_with_its_end(district: District, worker: Client, chen: Person) -> None:
    add_work(worker, chen)
    run_waiting()
    a_day_passes()
    (link,) = spell_links(worker, chen)
    path = reverse("entries:end_spell", args=[chen.token, link])
    early = send(worker, path, {"ended_on": "2023-01-01", "state": "not_employed"})
    assert early.status_code == 422
    assert send(worker, path, {"ended_on": "2025-06-30", "state": "not_employed"}).status_code == 302
    assert [one.state for one in run_waiting()] == ["done", "done"]
    (spell,) = facts(EmploymentSpell, person=chen)
    assert spell.valid_to == dt.date(2025, 6, 30)
    assert person_named("陈一").is_employed is False


def test_a_link_to_one_persons_work_opens_nobody_elses(district: District, worker: Client, chen: Person) -> None:
    add_work(worker, chen)
    register(worker, district["willow"], "陈二", number(200))
    run_waiting()
    (link,) = spell_links(worker, chen)
    assert ask(worker, reverse("entries:correct_spell", args=[chen.token, link])).status_code == 200
    other = person_named("陈二")
    assert ask(worker, reverse("entries:correct_spell", args=[other.token, link])).status_code == 404
    assert ask(worker, reverse("entries:end_spell", args=[chen.token, "forged-link"])).status_code == 404


def test_work_cannot_end_before_it_began_nor_begin_tomorrow(district: District, worker: Client, chen: Person) -> None:
    assert "cannot end before" in add_work(worker, chen, ended_on="2023-12-31").content.decode()
    tomorrow = timezone.localdate() + dt.timedelta(1)
    assert "must not be after" in add_work(worker, chen, started_on=tomorrow.isoformat()).content.decode()
    assert "fails its check" in add_work(worker, chen, credit_code="9150011200000000XX").content.decode()
    assert "amount in yuan" in add_work(worker, chen, wage="3000-4000").content.decode()


def test_a_group_comes_with_its_dates_and_evidence(district: District, worker: Client, chen: Person) -> None:
    told = {"group": "monitored", "valid_from": "2021.5.1", "valid_to": "", "evidence": "A", "certifier": "B"}
    assert send(worker, reverse("entries:membership", args=[chen.token]), told).status_code == 302
    run_waiting()
    (membership,) = facts(Membership, person=chen)
    assert (membership.group, membership.valid_from, membership.certifier) == ("monitored", dt.date(2021, 5, 1), "B")


def test_needs_that_were_not_changed_are_not_entered_again(district: District, worker: Client, chen: Person) -> None:
    path = reverse("entries:needs", args=[chen.token])
    told = {"wants_work": "yes", "wanted_wage_fen": "3,500", "wanted_trade": "电工", "stated_on": "2026-03-01"}
    assert send(worker, path, told).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"] * 3
    assert {need.kind: need.value for need in facts(Need, person=chen)} == {
        "wants_work": "yes", "wanted_wage_fen": "350000", "wanted_trade": "电工",
    }  # fmt: skip
    assert person_named("陈一").wants_work is True
    again = send(worker, path, {**told, "wanted_wage_fen": "3500.00"})
    assert again.status_code == 422
    assert send(worker, path, {**told, "wants_work": "no"}).status_code == 302
    assert last_payload()["fact"] == {"kind": "wants_work", "value": "no", "stated_on": "2026-03-01"}


def test_income_of_a_month_is_kept_in_fen(district: District, worker: Client, chen: Person) -> None:
    told = {"month": "2026年2月", "kind": "wage", "amount": "1800.50"}
    assert send(worker, reverse("entries:income", args=[chen.token]), told).status_code == 302
    run_waiting()
    (line,) = facts(IncomeLine, person=chen)
    assert (line.month, line.kind, line.amount_fen) == (dt.date(2026, 2, 1), "wage", 180_050)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (dt.datetime(2026, 3, 31, 15, 59, tzinfo=dt.UTC), dt.date(2026, 3, 1)),
        (dt.datetime(2026, 3, 31, 16, 1, tzinfo=dt.UTC), dt.date(2026, 4, 1)),
    ],
    ids=["a minute before midnight in China", "a minute after"],
)
def test_an_entry_belongs_to_the_month_of_the_office_s_own_clock(
    district: District, worker: Client, chen: Person, moment: dt.datetime, month: dt.date
) -> None:
    """Around midnight the month of another clock would let an older register overrule it."""
    told = {"month": "2026年2月", "kind": "wage", "amount": "1800.50"}
    assert send(worker, reverse("entries:income", args=[chen.token]), told).status_code == 302
    with acting(BATCH):
        Entry.objects.filter(state="waiting").update(entered_at=moment)
    (entry,) = run_waiting()
    with acting(BATCH):
        assert Batch.objects.get(pk=entry.batch_id).file_month == month
