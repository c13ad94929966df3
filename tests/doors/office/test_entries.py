"""Entering by hand: checked in the form, sealed, published by the worker, and never telling what stands elsewhere."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anye.engine.codes import complete_id
from anye.flow.jobs import publish_entry
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.audit.models import Read
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import (
    Helper,
    Household,
    HouseholdMember,
    IncomeLine,
    Membership,
    Need,
    Person,
)
from anye.records.registers.models import Batch, Entry
from tests.conftest import District

pytestmark = pytest.mark.django_db
English = {"accept-language": "en"}
WRITERS = ("village_worker", "town_officer", "district_officer", "poverty_office")


def number(sequence: int, birth: str = "19900307") -> str:
    return complete_id(f"990101{birth}{sequence:03d}")


def ask(client: Client, path: str) -> Any:
    return client.get(path, headers=English)


def send(client: Client, path: str, told: dict[str, Any]) -> Any:
    return client.post(path, told, headers=English)


def run_waiting() -> list[Entry]:
    """What the worker does: every waiting entry in its order."""
    with acting(BATCH):
        waiting = list(Entry.objects.filter(state="waiting").order_by("id"))
    for one in waiting:
        publish_entry(one.pk)
    with acting(BATCH):
        return list(Entry.objects.filter(pk__in=[one.pk for one in waiting]).order_by("id"))


def a_day_passes() -> None:
    """What is on record was known yesterday: of two entries of one day, neither is the later for the registry."""
    with acting(BATCH):
        Batch.objects.update(known_on=F("known_on") - dt.timedelta(1))


def payload(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
    return told


def last_payload() -> dict[str, Any]:
    with acting(BATCH):
        return payload(Entry.objects.latest("id"))


def register(client: Client, office: Any, name: str = "陈一", id_number: str = "", **told: Any) -> Any:
    given = {"name": name, "id_number": id_number or number(123), "area": office.token, "employed": ""}
    return send(client, reverse("entries:new_person"), {**given, **told})


def person_named(name: str) -> Person:
    with acting(BATCH):
        return Person.objects.get(name=name)


def facts(model: Any, **given: Any) -> list[Any]:
    with acting(BATCH):
        return list(model.objects.filter(**given).known().order_by("pk"))


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


def plain(answer: Any) -> str:
    text = answer.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value|name="csrf-token" content)="[^"]*"', "", text)
    text = re.sub(r"/entries/[\w-]{16,}/", "/entries/…/", text)
    return re.sub(r"<time[^>]*>[^<]*</time>", "", text)


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


def unchanged(person: Person, **changes: Any) -> dict[str, Any]:
    given = {"name": person.name, "sex": person.sex, "birth": "1990-03-07", "phone": "", "education": "",
             "work_capacity": "", "employment_state": "", "address": ""}  # fmt: skip
    return {**given, **changes}


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


# ── households ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def family(district: District, worker: Client) -> list[Person]:
    """Three people of household W-7: the head, a spouse, a son."""
    for place, (name, relation) in enumerate((("李一", "02"), ("李二", "10"), ("李三", "20"))):
        register(worker, district["willow"], name, number(300 + place), household_code="W-7", relation=relation)
    assert [one.state for one in run_waiting()] == ["done"] * 3
    a_day_passes()
    return [person_named(name) for name in ("李一", "李二", "李三")]


def standing(people: list[Person]) -> list[tuple[str, str, bool | None]]:
    with acting(BATCH):
        rows = (
            HouseholdMember.objects.filter(person__in=people).known().select_related("household").order_by("person_id")
        )
        return [(row.household.code, row.relation, row.is_head) for row in rows]


def test_another_member_becomes_the_head_and_the_former_one_is_it_no_longer(
    district: District, worker: Client, family: list[Person]
) -> None:
    head, spouse, son = family
    told = {"head": spouse.token, head.token: "10", spouse.token: "10", son.token: "20"}
    assert send(worker, reverse("entries:household", args=[son.token]), told).status_code == 302
    assert [one.state for one in run_waiting()] == ["done", "done"]
    assert standing(family) == [("W-7", "10", False), ("W-7", "02", True), ("W-7", "20", False)]


def test_nobody_but_the_head_is_related_as_the_head(district: District, worker: Client, family: list[Person]) -> None:
    head, spouse, son = family
    told = {"head": spouse.token, head.token: "02", spouse.token: "10", son.token: "20"}
    answer = send(worker, reverse("entries:household", args=[son.token]), told)
    assert answer.status_code == 422 and "Only the head" in answer.content.decode()


def test_a_household_splits_and_the_new_one_has_its_own_head(
    district: District, worker: Client, family: list[Person]
) -> None:
    head, spouse, son = family
    path = reverse("entries:split", args=[head.token])
    assert head.token not in dict(ask(worker, path).context["form"].fields["leaving"].choices)
    assert send(worker, path, {"leaving": [son.token], "head": spouse.token}).status_code == 422
    assert send(worker, path, {"leaving": [spouse.token, son.token], "head": son.token}).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    first, second, third = standing(family)
    assert (first[0], first[2]) == ("W-7", True)
    assert second[0] == third[0] != "W-7" and (second[2], third[2]) == (False, True)


def test_households_merge_under_the_receiving_head(district: District, worker: Client, family: list[Person]) -> None:
    register(worker, district["willow"], "王一", number(400), household_code="W-8", relation="02")
    run_waiting()
    a_day_passes()
    path = reverse("entries:merge", args=[family[0].token])
    assert send(worker, path, {"into_code": "W-8"}).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    assert {code for code, _relation, _is_head in standing(family)} == {"W-8"}
    assert [is_head for *_rest, is_head in standing([*family, person_named("王一")])] == [False, False, False, True]


def test_a_household_of_another_village_is_answered_like_none(
    district: District, worker: Client, family: list[Person], client_as: Callable[..., Client]
) -> None:
    register(
        client_as("village_worker", district["cloud"]), district["cloud"], "王一", number(400), household_code="C-1"
    )
    run_waiting()
    with acting(BATCH):
        assert Household.objects.filter(code="C-1").exists()
    path = reverse("entries:merge", args=[family[0].token])
    answers = [send(worker, path, {"into_code": code}) for code in ("C-1", "C-2")]
    assert [answer.status_code for answer in answers] == [422, 422]
    first, second = (plain(answer).replace("C-1", "C-2") for answer in answers)
    assert first == second


def test_a_helper_answers_for_the_household(district: District, worker: Client, family: list[Person]) -> None:
    told = {"helper_name": "周助", "helper_unit": "东河镇政府", "helper_phone": "13900000000"}
    assert send(worker, reverse("entries:helper", args=[family[2].token]), told).status_code == 302
    run_waiting()
    (helper,) = facts(Helper)
    assert (helper.helper_name, helper.helper_unit) == ("周助", "东河镇政府")
    assert b"13900000000" not in bytes(helper.phone_sealed)


def test_somebody_without_a_household_is_asked_for_its_number(district: District, worker: Client, chen: Person) -> None:
    path = reverse("entries:household", args=[chen.token])
    assert "No household of your area" in ask(worker, path).content.decode()
    assert send(worker, path, {"household_code": "W-9", "relation": "02"}).status_code == 302
    run_waiting()
    assert standing([chen]) == [("W-9", "02", True)]


# ── how an entry fares ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_polls_until_it_is_taken(district: District, worker: Client) -> None:
    sent = register(worker, district["willow"])
    waiting = ask(worker, sent.url).content.decode()
    assert "being checked" in waiting and f'hx-get="{sent.url}state/"' in waiting
    run_waiting()
    done = ask(worker, f"{sent.url}state/").content.decode()
    assert "taken" in done and "hx-get" not in done


def test_a_refused_entry_says_why_and_what_to_do(district: District, worker: Client, chen: Person) -> None:
    told = unchanged(chen, name="陈壹", residence=district["willow"].token)
    sent = send(worker, reverse("entries:correct", args=[chen.token]), told)
    with acting(BATCH):
        Entry.objects.filter(state="waiting").update(state="refused", reason="duty_ended")
    text = ask(worker, sent.url).content.decode()
    assert "has ended" in text and "Let somebody whose duty is in force" in text


def test_another_villages_entry_is_not_found(
    district: District, worker: Client, client_as: Callable[..., Client]
) -> None:
    sent = register(worker, district["willow"])
    other = client_as("village_worker", district["bridge"])
    assert ask(other, sent.url).status_code == 404
    assert ask(other, f"{sent.url}state/").status_code == 404
    assert ask(other, reverse("entries:entries")).context["listing"].rows == []
    town = client_as("town_officer", district["east"])
    assert ask(town, sent.url).status_code == 200


def test_the_list_of_entries_asks_the_same_number_of_queries_for_any_number(
    district: District, worker: Client, chen: Person
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert ask(worker, reverse("entries:entries")).status_code == 200
        return len(made)

    def enter(amount: int) -> None:
        told = {"month": "2026-01", "kind": "other", "amount": amount}
        assert send(worker, reverse("entries:income", args=[chen.token]), told).status_code == 302

    enter(1)
    few = queries()
    for amount in range(2, 20):
        enter(amount)
    assert len(ask(worker, reverse("entries:entries")).context["listing"].rows) == 20
    assert queries() == few
