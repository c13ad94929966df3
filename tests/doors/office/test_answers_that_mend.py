"""Every answer to a doubt puts right what was in doubt, as a fact with its source, or says why nothing has to be."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anye.doors.office.answering import choice_of
from anye.flow.jobs import publish_entry
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.findings import actions
from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import HouseholdMember, Person, PersonDetail
from anye.records.registers.models import Batch, Entry, RowClaim
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of

ClientAs = Callable[..., Client]
WHY = "看了身份证"


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def desk(client_as: ClientAs, district: District) -> Client:
    return english(client_as("town_officer", district["east"]))


def doubted(office: Any, rule: str, *, name: str = "冉明秀", evidence: Any = (), **more: Any) -> tuple[Any, Any, Any]:
    """(person, doubt, visit) with what the doubt says."""
    person = more.pop("person", None) or factories.make_person(office, name)
    finding = factories.make_finding(person, rule, state="visiting", evidence=list(evidence), **more)
    return person, finding, factories.make_visit(person, finding, due_on=dt.date(2026, 12, 24))


def publish() -> None:
    """What the worker does with everything that waits."""
    with factories.as_owner():
        waiting = list(Entry.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        publish_entry(pk)
        with factories.as_owner():
            assert Entry.objects.get(pk=pk).state == "done"


def states() -> list[str]:
    with factories.as_owner():
        return [found.state for found in Finding.objects.order_by("pk")]


def due() -> list[Any]:
    with factories.as_owner():
        return list(Visit.objects.filter(state="due"))


def known(person: Any, kind: str) -> tuple[str, str]:
    """(value, source) of what stands."""
    with factories.as_owner():
        fact = PersonDetail.objects.known().get(person=person, kind=kind)
        return fact.value, Batch.objects.select_related("source").get(pk=fact.source_batch).source.code


def spells(person: Any) -> list[tuple[str, str, str, int | None]]:
    with factories.as_owner():
        return [
            (one.employer_name, str(one.valid_from), str(one.valid_to), one.wage_fen)
            for one in EmploymentSpell.objects.known().filter(person=person).order_by("valid_from", "employer_name")
        ]


# ── names and numbers ─────────────────────────────────────────────────────────────────────────────────────────────────

TWO_NAMES = {"kind": "one_id_two_names", "line": 12}


def claimed(person: Any, name: str, **more: Any) -> RowClaim:
    """A row of a file that bears the person's number; without `person_id` it attaches to nobody."""
    told = {"person_id": None, "line": 12, "batch": factories.make_batch("social_insurance"), **more}
    return RowClaim.objects.create(
        sheet_no=0, id_blind=person.id_blind, name_key=name, is_creating=False, scope_no=person.scope_no, **told
    )


def test_a_wrong_name_is_put_right_and_stays_right(worker: Client, district: District) -> None:
    with factories.as_owner():
        person, _finding, visit = doubted(district["willow"], "Q04", name="张伟", params=TWO_NAMES)
    worker.post(f"/visits/{visit.token}/", {"answer": "name", "name": "张玮"})
    publish()
    assert (states(), due()) == (["confirmed"], [])
    assert known(person, "name") == ("张玮", "visit")
    with factories.as_owner():
        found = Person.objects.get(pk=person.pk)
        assert (found.name, found.name_key) == ("张玮", "张玮")


def test_a_correction_that_is_overruled_at_once_leaves_the_doubt_open(worker: Client, district: District) -> None:
    with factories.as_owner():
        person, _finding, visit = doubted(district["willow"], "Q04", name="张伟", params=TWO_NAMES, org="张玮")
        claimed(person, "张玮")
        later = factories.make_batch("officer", month=dt.date(2099, 1, 1))
        PersonDetail.objects.filter(person=person, kind="name").known().update(
            retired_on=factories.KNOWN, retired_by=later.pk
        )
        factories.add_detail(person, "name", "张维", later)
    worker.post(f"/visits/{visit.token}/", {"answer": "name", "name": "张玮"})
    publish()
    assert known(person, "name") == ("张维", "officer")
    assert states()[0] == "visiting" and [one.pk != visit.pk for one in due()] == [True]


def test_a_wrong_number_waits_for_its_register_and_nobody_is_visited_again(
    worker: Client, desk: Client, district: District
) -> None:
    with factories.as_owner():
        person, finding, visit = doubted(district["willow"], "Q04", params=TWO_NAMES, org="张玮")
        claim = claimed(person, "张玮")
    worker.post(f"/visits/{visit.token}/", {"answer": "number", "note": WHY})
    publish()
    assert (states(), due()) == (["mending"], [])
    page = text_of(desk.get(f"/findings/{finding.token}/"))
    assert "found out; the register has to be mended" in page and "What is true?" in page
    assert finding.token in text_of(desk.get("/findings/"))
    with factories.as_owner():
        claim.delete()
        duty = Duty.objects.order_by("pk").first()
        entry = actions.registers.enter(
            kind="details", sealed=keyring().seal('{"details": {"education": "20"}}', context="raw"), by="w",
            person_id=person.pk, scope_no=person.scope_no, duty_id=duty.pk,
        )  # fmt: skip
    publish_entry(entry.pk)
    assert states() == ["gone"], "the register was mended"


@pytest.mark.parametrize(
    ("rule", "params", "answer"),
    [
        ("Q04", TWO_NAMES, "record_right"), ("Q04", {"kind": "near_ids"}, "two_people"), ("Q06", {}, "record_right"),
        ("Q07", {"kind": "two_heads", "heads": 2}, "record_right"), ("Q08", {"kind": "overlap"}, "record_right"),
    ],
)  # fmt: skip
def test_who_leaves_the_record_as_it_is_says_why(
    worker: Client, district: District, rule: str, params: Any, answer: str
) -> None:
    with factories.as_owner():
        _person, _finding, visit = doubted(district["willow"], rule, params=params)
    silent = worker.post(f"/visits/{visit.token}/", {"answer": answer})
    assert silent.status_code == 422 and "why nothing is put right here" in text_of(silent)
    worker.post(f"/visits/{visit.token}/", {"answer": answer, "note": WHY})
    publish()
    assert states() == ["explained"]


# ── villages and households ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_town_says_which_of_its_villages_looks_after_somebody(desk: Client, district: District) -> None:
    with factories.as_owner():
        person, _finding, visit = doubted(district["east"], "Q06", params={"town": "东河镇", "village": "龙洞村"})
    page = text_of(desk.get(f"/visits/{visit.token}/"))
    assert "柳树村" in page and "云峰村" not in page
    desk.post(f"/visits/{visit.token}/", {"answer": "village", "village": district["bridge"].token})
    publish()
    assert states() == ["confirmed"]
    assert known(person, "residence") == (district["bridge"].area_code, "visit")
    with factories.as_owner():
        assert Person.objects.get(pk=person.pk).scope_no == district["bridge"].scope_no


def test_nobody_is_moved_to_another_town_by_an_answer(desk: Client, district: District) -> None:
    with factories.as_owner():
        person, finding, visit = doubted(district["east"], "Q06", params={})
        duty = Duty.objects.get()
    sent = desk.post(f"/visits/{visit.token}/", {"answer": "village", "village": district["cloud"].token})
    assert sent.status_code == 422
    told = {"finding": finding.pk, "answer": "village", "village": district["cloud"].area_code}
    with acting(BATCH):
        entry = actions.answer_visit(
            visit=visit, answers=[told], note="", by=duty.user.username, duty_id=duty.pk, on=dt.date(2026, 11, 1)
        )
    publish_entry(entry.pk)
    with factories.as_owner():
        refused = Entry.objects.get(pk=entry.pk)
        assert (refused.state, refused.reason) == ("refused", "out_of_reach")
        assert Person.objects.get(pk=person.pk).scope_no == district["east"].scope_no
    assert [one.pk for one in due()] == [visit.pk]


def household_of(
    district: District, *heads: str, elsewhere: str = "", source: str = "village_ledger", year: int = 2026
) -> dict[str, Any]:
    """A household of three: who is recorded as its head. `elsewhere`: who lives in the next village.

    `source` says so, in its file of June.
    """
    batch = factories.make_batch(source, dt.date(year, 6, 1))
    household = factories.make_household(district["willow"], "990101000001")
    people = {}
    for name in ("冉一", "冉二", "冉三"):
        office = district["bridge" if name == elsewhere else "willow"]
        person = people[name] = factories.make_person(office, name, batch=batch)
        Person.objects.filter(pk=person.pk).update(household_id=household.pk)
        HouseholdMember.objects.create(
            person=person, household=household, is_head=name in heads, relation="02" if name in heads else "20",
            **factories.source(person, batch),
        )  # fmt: skip
    return {**people, "household": household}


@pytest.mark.parametrize(
    ("heads", "params"),
    [(["冉一", "冉三"], {"kind": "two_heads", "heads": 2}), ([], {"kind": "no_head", "heads": 0})],
    ids=["two heads", "no head"],
)
@pytest.mark.parametrize("source", ["village_ledger", "monitoring"])
def test_the_head_is_named_and_nobody_else_is_one(
    worker: Client, district: District, heads: list[str], params: Any, source: str
) -> None:
    """Also where the register that knows best has said otherwise, some months ago: or the doubt would return for ever."""
    with factories.as_owner():
        home = household_of(district, *heads, source=source)
        evidence = [["people_household", home["household"].pk]]
        _person, _finding, visit = doubted(
            district["willow"], "Q07", person=home["冉一"], params=params, evidence=evidence
        )
    page = text_of(worker.get(f"/visits/{visit.token}/"))
    assert ("冉三 is recorded as the head" if heads else "冉三 belongs to the household") in page
    worker.post(f"/visits/{visit.token}/", {"answer": "head", "head": home["冉三"].token})
    publish()
    assert (states(), due()) == (["confirmed"], [])
    with factories.as_owner():
        stands = HouseholdMember.objects.known().filter(household=home["household"]).order_by("person__name")
        assert [(one.person.name, one.is_head) for one in stands] == [("冉一", False), ("冉三", True), ("冉二", False)]


def test_a_head_of_another_office_is_not_put_right_from_here(worker: Client, district: District) -> None:
    with factories.as_owner():
        home = household_of(district, "冉一", "冉三", elsewhere="冉三")
        _person, _finding, visit = doubted(
            district["willow"], "Q07", person=home["冉一"], params={"kind": "two_heads", "heads": 2},
            evidence=[["people_household", home["household"].pk]],
        )  # fmt: skip
    page = text_of(worker.get(f"/visits/{visit.token}/"))
    assert "冉三" not in page and "Another head is looked after by another office" in page
    assert "the office over both can name the head" in page and 'value="head"' not in page
    assert worker.post(f"/visits/{visit.token}/", {"answer": "head", "head": home["冉三"].token}).status_code == 422


# ── work ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def two_jobs(district: District) -> tuple[Any, Any, list[Any]]:
    """(person, visit, spells): two jobs that one ledger holds at once."""
    batch = factories.make_batch()
    person = factories.make_person(district["willow"], batch=batch)
    held = [
        factories.add_spell(person, None, batch, employer_name=name, valid_from=start)
        for name, start in (("砖厂", dt.date(2025, 3, 1)), ("纸厂", dt.date(2026, 2, 1)))
    ]
    _person, _finding, visit = doubted(
        district["willow"], "Q08", person=person, params={"kind": "overlap"},
        evidence=[["firms_employmentspell", one.pk] for one in held],
    )  # fmt: skip
    return person, visit, held


def test_the_end_of_a_job_puts_an_overlap_right(worker: Client, district: District) -> None:
    with factories.as_owner():
        person, visit, held = two_jobs(district)
    chosen = {"answer": "dates", "job": choice_of(person, held[0].pk)}
    for sent, words in (
        ({}, "Give the first or the last day as it should be."),
        ({"ended_on": "2026-03-01"}, "would still be held at once"),
        ({"ended_on": "2024-03-01"}, "cannot end before it began"),
        ({"ended_on": "no day"}, "Enter a real day"),
    ):
        answer = worker.post(f"/visits/{visit.token}/", {**chosen, **sent})
        assert answer.status_code == 422 and words in text_of(answer)
    worker.post(f"/visits/{visit.token}/", {**chosen, "ended_on": "2026-01-31"})
    publish()
    assert (states(), due()) == (["confirmed"], [])
    assert spells(person) == [
        ("砖厂", "2025-03-01", "2026-01-31", 320_000), ("纸厂", "2026-02-01", "None", 320_000)
    ]  # fmt: skip


def test_a_first_day_that_nobody_wrote_down_is_told_and_can_be_taken_back(worker: Client, district: District) -> None:
    with factories.as_owner():
        batch = factories.make_batch()
        person = factories.make_person(district["willow"], batch=batch)
        job = factories.add_spell(person, None, batch, employer_name="砖厂", valid_from=None, occupation="杂工")
        told = {"problem": "no_start"}
        _person, _finding, visit = doubted(district["willow"], "Q08", person=person, params=told, org=json.dumps(told))
        claimed(person, person.name_key, person_id=person.pk, batch=batch)
        factories.make_fault(district["willow"], batch, 12, "Q08", level="queried", params=told)
    worker.post(
        f"/visits/{visit.token}/",
        {"answer": "dates", "job": choice_of(person, job.pk), "started_on": "2026-03-05"},
    )
    publish()
    assert states() == ["confirmed"]
    assert spells(person) == [("砖厂", "2026-03-05", "None", 320_000)]
    with factories.as_owner():
        assert EmploymentSpell.objects.known().get(person=person).occupation == "杂工"
    worker.post(f"/visits/{visit.token}/undo/")
    publish()
    assert spells(person) == [("砖厂", "None", "None", 320_000)]
    assert states() == ["visiting"] and [one.pk for one in due()] == [visit.pk]
    with factories.as_owner():
        assert EmploymentSpell.objects.known().get(person=person).source_batch == batch.pk


def test_another_persons_job_cannot_be_chosen(worker: Client, district: District) -> None:
    with factories.as_owner():
        _person, visit, _held = two_jobs(district)
        other, _visit, others = two_jobs(district)
    sent = {"answer": "dates", "job": choice_of(other, others[0].pk), "ended_on": "2026-01-31"}
    assert worker.post(f"/visits/{visit.token}/", sent).status_code == 422


# ── at a desk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "answer", "sent", "kind", "value"),
    [("Q02", "sex", {"sex": "1"}, "sex", "1"), ("Q03", "birth", {"birth": "1981-02-03"}, "birth", "1981-02-03")],
)
def test_sex_and_birth_are_put_right_at_a_desk(
    desk: Client, district: District, rule: str, answer: str, sent: Any, kind: str, value: str
) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"])
        finding = factories.make_finding(person, rule, params={"value": "1", "id": "2"})
    path = f"/findings/{finding.token}/"
    assert desk.post(path, {"answer": answer, "note": WHY}).status_code == 422
    assert desk.post(path, {"answer": answer, **sent, "note": WHY}).status_code == 303
    publish()
    assert states() == ["confirmed"]
    assert known(person, kind) == (value, "officer")
    page = text_of(desk.get(path))
    assert "on record is wrong" in page and WHY in page


def test_a_days_wage_in_a_months_field_is_put_right_at_a_desk(desk: Client, district: District) -> None:
    with factories.as_owner():
        batch = factories.make_batch()
        person = factories.make_person(district["willow"], batch=batch)
        job = factories.add_spell(person, None, batch, employer_name="砖厂", wage_fen=12_000)
        finding = factories.make_finding(person, "Q10", params={"fen": 12_000, "unit": "month"})
    sent = {"answer": "wage", "job": choice_of(person, job.pk), "wage": "120", "wage_unit": "day", "note": WHY}
    desk.post(f"/findings/{finding.token}/", sent)
    publish()
    with factories.as_owner():
        stands = EmploymentSpell.objects.known().get(person=person)
        assert (stands.wage_fen, stands.wage_unit, stands.employer_name) == (12_000, "day", "砖厂")
    assert states() == ["confirmed"]


def test_a_register_that_is_wrong_settles_with_a_note_at_a_desk_alone(
    desk: Client, worker: Client, district: District
) -> None:
    with factories.as_owner():
        _person, finding, visit = doubted(district["willow"], "Q06", params={})
    assert 'value="register_wrong"' not in text_of(worker.get(f"/visits/{visit.token}/"))
    desk.post(f"/findings/{finding.token}/", {"answer": "register_wrong", "note": WHY})
    publish()
    assert (states(), due()) == (["source_error"], [])
