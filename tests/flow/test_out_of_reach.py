"""Between typing and publishing people move: what was entered for somebody who is another office's by now is not taken."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anye.flow import entries
from anye.flow.jobs import load_upload, publish_entry
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, Scope, acting
from anye.records.audit.keys import keyring
from anye.records.findings import actions as findings
from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import HouseholdMember, IncomeLine, Membership, Need, Person, PersonDetail
from anye.records.registers import actions as registers
from anye.records.registers.models import Entry, Upload
from tests import factories as made
from tests.conftest import District
from tests.flow.written import ledger, number

pytestmark = pytest.mark.django_db

OLD, NEW, NEWER = (f"990100101201/{number}" for number in ("旧", "新", "更新"))  # households of Willow
TYPED = {
    "details": {"details": {"phone": "13800009999", "name": "冉改"}},
    "spell": {"fact": {"employer_name": "镇上服装厂", "started_on": "2026-03-01"}, "replaces": None},
    "need": {"fact": {"kind": "wants_work", "value": "yes", "stated_on": "2026-10-02"}},
    "membership": {"fact": {"group": "monitored", "valid_from": "2026-01-01"}},
    "household": {"fact": {"household_code": NEW, "relation": "01", "is_head": True}},
    "income": {"fact": {"month": "2026-08-01", "kind": "wage", "amount_fen": 300_000}},
}


@pytest.fixture
def worker(district: District, make_user: Callable[..., Any]) -> Duty:
    """The duty of Willow's village worker."""
    return Duty.objects.get(user=make_user("village_worker", district["willow"], "willow-worker"))


def person_at(office: Any, name: str = "冉明秀", **more: Any) -> Person:
    with made.as_owner():
        return made.make_person(office, name, **more)


def typed(duty: Duty, kind: str, told: dict[str, Any], person: Person | None) -> int:
    """What a page hands over."""
    with acting(BATCH):
        entry = registers.enter(
            kind=kind,
            sealed=keyring().seal(json.dumps(told), context="raw"),
            person_id=person.pk if person else None,
            scope_no=person.scope_no if person else duty.scope_no,
            by=duty.user.username,
            duty_id=duty.pk,
        )
    return entry.pk


def moved(person: Person, office: Any) -> None:
    """What a load or a transfer does; the keys take the entry along."""
    with acting(BATCH, actor="test"):
        Person.objects.filter(pk=person.pk).update(scope_no=office.scope_no)


def outcome(entry: int) -> tuple[str, str]:
    with acting(BATCH):
        found = Entry.objects.get(pk=entry)
    return found.state, found.reason


def said_of(person: Person) -> int:
    """How many facts there are of a person, whatever became of them."""
    with acting(BATCH):
        models = (PersonDetail, EmploymentSpell, Need, Membership, HouseholdMember, IncomeLine)
        return sum(model.objects.filter(person=person).count() for model in models)


@pytest.mark.bar(9, control="the same entry without a move; without the check it is published")
@pytest.mark.parametrize("kind", TYPED)
def test_what_was_typed_of_somebody_who_moved_out_of_reach_is_not_taken(
    district: District, worker: Duty, kind: str
) -> None:
    person = person_at(district["willow"])
    first = typed(worker, kind, TYPED[kind], person)
    before = said_of(person)
    moved(person, district["cloud"])
    publish_entry(first)
    assert outcome(first) == ("refused", "out_of_reach")
    assert said_of(person) == before
    moved(person, district["willow"])
    publish_entry(typed(worker, kind, TYPED[kind], person))
    assert said_of(person) > before


def test_the_entry_goes_along_with_the_person_it_speaks_of(district: District, worker: Duty) -> None:
    person = person_at(district["willow"])
    entry = typed(worker, "details", TYPED["details"], person)
    moved(person, district["cloud"])
    with acting(BATCH):
        assert Entry.objects.get(pk=entry).scope_no == district["cloud"].scope_no


@pytest.mark.bar(9, control="this is one: every number is said to be in reach")
def test_without_the_check_another_offices_person_would_be_changed(
    district: District, worker: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = person_at(district["willow"])
    entry = typed(worker, "details", TYPED["details"], person)
    moved(person, district["cloud"])
    monkeypatch.setattr(Scope, "reaches", lambda self, scope_no: True)
    publish_entry(entry)
    assert outcome(entry) == ("done", "")
    with acting(BATCH):
        assert Person.objects.get(pk=person.pk).name == "冉改"


@pytest.mark.bar(9, control="the members' check taken out, by the next test")
@pytest.mark.parametrize("kind", ["split", "merge"])
def test_a_household_with_a_member_who_moved_out_of_reach_stays_as_it_is(
    district: District, worker: Duty, kind: str
) -> None:
    people = household_of_two(district)
    entry = typed(worker, kind, regrouped(kind, people), people[0])
    moved(people[1], district["cloud"])
    publish_entry(entry)
    assert outcome(entry) == ("refused", "out_of_reach")
    with acting(BATCH):
        assert HouseholdMember.objects.known().filter(household__code=OLD).count() == 2


@pytest.mark.bar(9, control="this is one: the persons' offices are not looked at")
@pytest.mark.parametrize("kind", ["split", "merge"])
def test_without_the_members_check_the_household_would_be_taken_apart(
    district: District, worker: Duty, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = household_of_two(district)
    entry = typed(worker, kind, regrouped(kind, people), people[0])
    moved(people[1], district["cloud"])
    plain = entries.lines_of
    monkeypatch.setattr(entries, "lines_of", lambda entry, told, reach: plain(entry, told, Scope(None, None)))
    publish_entry(entry)
    assert outcome(entry) == ("done", "")
    with acting(BATCH):
        assert not HouseholdMember.objects.known().filter(household__code=OLD).exists()


def household_of_two(district: District) -> list[Person]:
    with made.as_owner():
        batch = made.make_batch()
        household = made.make_household(district["willow"], OLD)
        made.make_household(district["willow"], NEW)
        return [
            made.make_person(district["willow"], name, batch=batch, household=household) for name in ("冉一", "冉二")
        ]


def regrouped(kind: str, people: list[Person]) -> dict[str, Any]:
    if kind == "merge":
        return {"from_code": OLD, "into_code": NEW}
    return {"members": [one.pk for one in people], "household_code_new": NEWER, "head": people[0].pk}


@pytest.mark.bar(9, control="the same answer without a move, in test_visit_to_fact.py")
def test_an_answer_about_somebody_who_moved_leaves_the_visit_due_where_they_are_now(
    district: District, worker: Duty
) -> None:
    with made.as_owner():
        person, finding, visit = made.make_case(district["willow"])
    with acting(BATCH):
        told = {"finding": finding.pk, "answer": "working", "employer": "镇上服装厂", "since_month": "2026-03"}
        entry = findings.answer_visit(
            visit=visit, answers=[told], note="",
            by=worker.user.username, duty_id=worker.pk, on=dt.date(2026, 10, 2),
        )  # fmt: skip
    moved(person, district["cloud"])
    publish_entry(entry.pk)
    assert outcome(entry.pk) == ("refused", "out_of_reach")
    with acting(BATCH):
        again = Visit.objects.get(pk=visit.pk)
        assert (again.state, again.answer, again.scope_no) == ("due", "", district["cloud"].scope_no)
        assert Finding.objects.get(pk=finding.pk).state in {"open", "visiting"}
        assert not EmploymentSpell.objects.filter(person=person).exists()


@pytest.mark.bar(9, control="the same decision without a move, in test_visit_to_fact.py")
def test_a_decision_on_a_doubt_about_somebody_who_moved_is_not_taken(district: District, worker: Duty) -> None:
    with made.as_owner():
        person, finding, _visit = made.make_case(district["willow"])
    with acting(BATCH):
        entry = findings.ask_to_settle(
            finding=finding, told={"answer": "insured_only"}, note="", by=worker.user.username, duty_id=worker.pk
        )
    moved(person, district["cloud"])
    publish_entry(entry.pk)
    assert outcome(entry.pk) == ("refused", "out_of_reach")
    with acting(BATCH):
        assert Finding.objects.get(pk=finding.pk).state == "visiting"


@pytest.mark.bar(9, control="the same entry while the duty is in force, above")
def test_what_was_typed_under_a_duty_that_ended_is_not_taken(district: District, worker: Duty) -> None:
    person = person_at(district["willow"])
    entry = typed(worker, "details", TYPED["details"], person)
    Duty.objects.filter(pk=worker.pk).update(ends_on=dt.date(2020, 2, 1))
    publish_entry(entry)
    assert outcome(entry) == ("refused", "duty_ended")
    with acting(BATCH):
        assert Person.objects.get(pk=person.pk).name == "冉明秀"


@pytest.mark.bar(9, control="the same within the reach, here")
@pytest.mark.parametrize("kind", ["details", "person"])
def test_nothing_that_is_entered_moves_anybody_to_another_office(district: District, worker: Duty, kind: str) -> None:
    person = person_at(district["willow"])
    for place, state in (("cloud", "refused"), ("willow", "done")):
        area = district[place].area_code
        new = {"name": "陈一", "id_number": number(9), "area_code": area}
        told = new if kind == "person" else {"details": {"residence": area}}
        entry = typed(worker, kind, told, person if kind == "details" else None)
        publish_entry(entry)
        assert outcome(entry)[0] == state, place
    with acting(BATCH):
        assert {one.scope_no for one in Person.objects.all()} == {district["willow"].scope_no}


@pytest.mark.bar(9, control="the same with the duty's own number, above")
def test_what_bears_another_offices_number_is_not_taken(district: District, worker: Duty) -> None:
    told = {"name": "陈一", "id_number": number(9)}
    with acting(BATCH):
        entry = registers.enter(
            kind="person", sealed=keyring().seal(json.dumps(told), context="raw"), person_id=None,
            scope_no=district["cloud"].scope_no, by=worker.user.username, duty_id=worker.pk,
        )  # fmt: skip
    publish_entry(entry.pk)
    assert outcome(entry.pk) == ("refused", "out_of_reach")
    with acting(BATCH):
        assert not Person.objects.exists()


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar(9, control="a duty over the district in force, here")
@pytest.mark.parametrize(
    ("role", "place", "has_ended", "state"),
    [
        ("poverty_office", "district", False, "done"),
        ("poverty_office", "district", True, "refused"),
        ("poverty_office", "east", False, "refused"),
        ("auditor", "district", False, "refused"),
    ],
)
def test_a_file_is_loaded_under_a_duty_that_still_loads_files(
    district: District,
    make_user: Callable[..., Any],
    tmp_path: Path,
    role: str,
    place: str,
    has_ended: bool,
    state: str,
) -> None:
    duty = Duty.objects.get(user=make_user(role, district[place], "loader"))
    who = {"镇街": "西岭镇", "村居": "云峰村", "姓名": "陈一", "身份证号": number(1)}
    data = ledger(tmp_path / "may.csv", [who], month="2020年5月").read_bytes()
    with acting(BATCH):
        upload = registers.hand_in(
            file_name="may.csv", sealed=keyring().seal_bytes(data, context="raw"), size=len(data),
            known_on=dt.date(2020, 6, 1), by="loader", duty_id=duty.pk, scope_no=duty.scope_no,
        )  # fmt: skip
    if has_ended:
        Duty.objects.filter(pk=duty.pk).update(ends_on=dt.date(2020, 2, 1))
    load_upload(upload.pk)
    with acting(BATCH):
        assert Upload.objects.get().state == state
        assert Person.objects.exists() == (state == "done")
