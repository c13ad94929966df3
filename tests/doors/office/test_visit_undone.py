"""An answer taken back within ten minutes: what it alone brought goes, what it replaced stands again, the trail stays."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from anye.flow import attach, brought
from anye.flow.jobs import publish_entry
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.audit.models import Event
from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import Person, PersonDetail
from anye.records.registers import actions as registers
from anye.records.registers.models import Batch, Entry, Support
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of

ClientAs = Callable[..., Client]
WORKING = {
    "answer": "working",
    "employer": "镇上服装厂",
    "since_month": "2026-03",
    "wage": "3000",
    "wage_unit": "month",
}


@pytest.fixture
def case(district: District) -> tuple[Any, Any, Any]:
    """(person, doubt, visit) of willow; the ledger says not employed, and a second ledger says so too."""
    with factories.as_owner():
        person, finding, visit = factories.make_case(district["willow"])
        second = factories.make_batch(month=dt.date(2026, 8, 1))
        fact = PersonDetail.objects.get(person=person, kind="employment_state")
        Support.objects.create(fact_table="people_persondetail", fact_id=fact.pk, batch=second, sheet_no=0, line=7)
    return person, finding, visit


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    client = client_as("village_worker", district["willow"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def publish_waiting() -> None:
    """What the worker does, in the order of entry."""
    with factories.as_owner():
        waiting = list(Entry.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        publish_entry(pk)


def current(person: Any) -> set[tuple[Any, ...]]:
    """What stands of a person's status and work, with its source."""
    with factories.as_owner():
        status = PersonDetail.objects.filter(person=person, kind="employment_state").known()
        spells = EmploymentSpell.objects.filter(person=person).known()
        return {(row.value, row.source_batch, row.source_line) for row in status} | {
            (row.employer_name, row.source_batch, row.source_line) for row in spells
        }


def voices(person: Any) -> int:
    """How many rows support the status that stands."""
    with factories.as_owner():
        fact = PersonDetail.objects.get(person=person, kind="employment_state", retired_on=None)
        return Support.objects.filter(fact_table="people_persondetail", fact_id=fact.pk).count()


def undo(client: Client, visit: Any) -> Any:
    return client.post(f"/visits/{visit.token}/undo/", follow=True)


@pytest.mark.parametrize("answer", ["working", "insured_only", "not_insured", "not_found"])
def test_undoing_an_answer_leaves_everything_as_it_was(worker: Client, case: Any, answer: str) -> None:
    person, finding, visit = case
    before = current(person)
    worker.post(f"/visits/{visit.token}/", {**WORKING, "answer": answer})
    publish_waiting()
    undo(worker, visit)
    publish_waiting()
    assert current(person) == before and voices(person) == 1
    with factories.as_owner():
        assert Person.objects.get(pk=person.pk).is_employed is False
        found = Finding.objects.get(pk=finding.pk)
        due = list(Visit.objects.filter(state="due"))
    assert (found.state, found.settled_on, found.due_on) == ("visiting", None, visit.due_on)
    assert [(one.pk, one.answer, one.made_by, one.note_sealed) for one in due] == [(visit.pk, "", "", None)]
    assert "What did you find?" in text_of(worker.get(f"/visits/{visit.token}/"))


def test_the_trail_keeps_what_was_taken_back(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    undo(worker, visit)
    publish_waiting()
    with factories.as_owner():
        answered, undone = Entry.objects.order_by("pk")
        assert [(one.kind, one.state) for one in (answered, undone)] == [("visit", "undone"), ("undo", "done")]
        assert Batch.objects.get(pk=answered.batch_id).state == "withdrawn"
        spell = EmploymentSpell.objects.get(person=person)
        assert (spell.source_batch, spell.retired_by) == (answered.batch_id, undone.batch_id)
        status = PersonDetail.objects.filter(person=person, kind="employment_state").order_by("pk")
        # as known on any day there is one status, and the one that was taken back on none
        assert [(one.value, one.known_on == one.retired_on) for one in status] == [
            ("not_employed", False), ("employed", True), ("not_employed", False),
        ]  # fmt: skip
        assert status[0].retired_on == status[2].known_on
        kinds = [event.payload["kind"] for event in Event.objects.filter(verb="entry").order_by("pk")]
        assert kinds == ["visit", "undo"]
        loads = {event.payload["digests"]["detail"]["rows"] for event in Event.objects.filter(verb="entry")}
    assert loads == {1}
    with acting(BATCH):
        assert not [fault for fault in brought.altered() if fault[0] is not None]


def test_an_answer_that_was_not_published_yet_never_is(worker: Client, case: Any) -> None:
    person, finding, visit = case
    before = current(person)
    worker.post(f"/visits/{visit.token}/", WORKING)
    with factories.as_owner():
        answered = Entry.objects.get()
    undo(worker, visit)
    with factories.as_owner():
        later = Entry.objects.get(kind="undo")
    publish_entry(later.pk)
    publish_entry(answered.pk)
    assert current(person) == before
    with factories.as_owner():
        assert EmploymentSpell.objects.filter(person=person).count() == 0
        assert Finding.objects.get(pk=finding.pk).state == "visiting"
        assert Visit.objects.get().state == "due"


def test_what_was_said_since_then_stands(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    with factories.as_owner():
        duty = Duty.objects.get()
        told = keyring().seal(json.dumps({"details": {"employment_state": "student"}}), context="raw")
        said = {"person_id": person.pk, "scope_no": person.scope_no, "by": "w", "duty_id": duty.pk}
        registers.enter(kind="details", sealed=told, **said)
    publish_waiting()
    undo(worker, visit)
    publish_waiting()
    assert [row[0] for row in current(person)] == ["student"]


def test_what_a_register_says_too_stays_as_that_registers(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    with factories.as_owner():
        spell = EmploymentSpell.objects.get(person=person)
        support = factories.make_batch()
        Support.objects.create(fact_table="firms_employmentspell", fact_id=spell.pk, batch=support, sheet_no=0, line=9)
    undo(worker, visit)
    publish_waiting()
    assert ("镇上服装厂", support.pk, 9) in current(person)


def test_a_doubt_that_a_desk_settled_before_stays_settled(
    worker: Client, client_as: ClientAs, district: District
) -> None:
    with factories.as_owner():
        person, finding, visit = factories.make_case(district["willow"])
        second = factories.make_finding(person, "Q05", state="visiting")
        factories.VisitFinding.objects.create(visit=visit, finding=second, scope_no=second.scope_no)
    town = client_as("town_officer", district["east"])
    town.post(f"/findings/{second.token}/", {"answer": "record_right", "note": "已核实"})
    publish_waiting()
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    undo(worker, visit)
    publish_waiting()
    with factories.as_owner():
        assert Finding.objects.get(pk=second.pk).state == "explained"
        assert Finding.objects.get(pk=finding.pk).state == "visiting"


def test_the_answer_may_be_given_anew_and_undone_again(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    before = current(person)
    for answer in ("working", "working", "not_insured"):
        worker.post(f"/visits/{visit.token}/", {**WORKING, "answer": answer})
        publish_waiting()
        undo(worker, visit)
        publish_waiting()
    assert current(person) == before
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    with factories.as_owner():
        assert Person.objects.get(pk=person.pk).is_employed is True


def test_a_load_that_rebuilds_the_person_does_not_bring_it_back(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    undo(worker, visit)
    publish_waiting()
    with factories.as_owner():
        withdrawn = Entry.objects.get(kind="visit").batch_id
        new = factories.make_batch()
    # the publication's own temporary tables still stand in the test's transaction
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("DELETE FROM link")
        attach.retire_for_rebuild([person.pk], new.pk)
        cursor.execute("SELECT DISTINCT batch_id FROM link")
        linked = {row[0] for row in cursor.fetchall()}
    assert linked and withdrawn not in linked


def test_only_who_answered_may_and_only_for_ten_minutes(
    worker: Client, client_as: ClientAs, district: District, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = case[2]
    worker.post(f"/visits/{visit.token}/", WORKING)
    publish_waiting()
    town = client_as("town_officer", district["east"])
    town.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "you may take the answer back" not in text_of(town.get(f"/visits/{visit.token}/"))
    assert "cannot be taken back" in text_of(undo(town, visit))
    assert "you may take the answer back" in text_of(worker.get(f"/visits/{visit.token}/"))
    late = timezone.now() + dt.timedelta(minutes=11)
    with monkeypatch.context() as later:
        later.setattr(timezone, "now", lambda: late)
        assert "you may take the answer back" not in text_of(worker.get(f"/visits/{visit.token}/"))
        assert "cannot be taken back" in text_of(undo(worker, visit))
    assert client_as("village_worker", district["bridge"]).post(f"/visits/{visit.token}/undo/").status_code == 404
    with factories.as_owner():
        assert not Entry.objects.filter(kind="undo").exists()


def test_it_is_asked_for_once(worker: Client, case: Any) -> None:
    visit = case[2]
    worker.post(f"/visits/{visit.token}/", WORKING)
    assert "is being taken back" in text_of(undo(worker, visit))
    assert "cannot be taken back" in text_of(undo(worker, visit))
    with factories.as_owner():
        assert Entry.objects.filter(kind="undo").count() == 1


def test_both_ways_of_answering_offer_the_undo(worker: Client, district: District, case: Any) -> None:
    with factories.as_owner():
        _person, _finding, other = factories.make_case(district["willow"], "冉二")
    page = text_of(worker.post(f"/visits/{case[2].token}/", WORKING, follow=True))
    assert f'action="/visits/{case[2].token}/undo/"' in page
    part = text_of(worker.post(f"/today/{other.token}/", {"answer": "insured_only"}, HTTP_HX_REQUEST="true"))
    assert f'action="/visits/{other.token}/undo/"' in part
