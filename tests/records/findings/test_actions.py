"""Answers and decisions: written once, under seal, with no more rights than the app role has."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import ProgrammingError

from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.findings import actions, queries
from anye.records.findings.models import Finding, Visit
from anye.records.findings.rules import ANSWERS
from tests import factories
from tests.conftest import District

ON = dt.date(2026, 11, 24)


@pytest.fixture
def case(district: District) -> tuple[Any, Finding, Visit]:
    with factories.as_owner():
        return factories.make_case(district["willow"])


def in_village(district: District, name: str = "willow") -> Any:
    office = district[name]
    return acting(APP, lo=office.scope_no, hi=office.scope_hi, actor="user:1", duty="duty:1", purpose="tests")


def answered(visit: Visit, answer: str = "working", **fields: Any) -> Any:
    return actions.answer_visit(
        visit=visit, answer=answer, fields=fields, note="看见本人", by="willow", duty_id=1, on=ON
    )


def test_an_answer_is_an_entry_and_a_closed_visit(district: District, case: Any) -> None:
    with in_village(district):
        entry = answered(case[2], employer="厂", since_month="2026-03", wage_fen=1, wage_unit="day", extra="dropped")
        made = queries.visit(case[2].token)
    assert (made.state, made.answer, made.made_on, made.made_by, made.entry_id) == (
        "done",
        "working",
        ON,
        "willow",
        entry.pk,
    )
    assert queries.opened_note(made) == "看见本人"
    assert json.loads(keyring().unseal(bytes(entry.sealed), context="raw")) == {
        "visit": case[2].pk, "answer": "working", "employer": "厂", "since_month": "2026-03", "wage_fen": 1, "wage_unit": "day",
    }  # fmt: skip


def test_a_visit_is_answered_once(district: District, case: Any) -> None:
    with in_village(district):
        answered(case[2])
        with pytest.raises(actions.VisitClosed):
            answered(case[2])


def test_an_unknown_answer_is_a_mistake_of_ours(district: District, case: Any) -> None:
    with in_village(district), pytest.raises(ValueError, match="asleep"):
        answered(case[2], "asleep")


def test_the_visit_of_another_village_does_not_exist(district: District, case: Any) -> None:
    with in_village(district, "bridge"), pytest.raises(Visit.DoesNotExist):
        answered(case[2])


def test_the_app_role_may_change_nothing_else_of_a_visit(district: District, case: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), in_village(district):
        Visit.objects.filter(pk=case[2].pk).update(due_on=ON)


def test_the_app_role_may_not_touch_a_doubt(district: District, case: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), in_village(district):
        actions.settle(finding_id=case[1].pk, state="explained", on=ON)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("working", "confirmed"), ("insured_only", "explained"), ("not_insured", "source_error"),
        ("record_right", "explained"), ("record_wrong", "confirmed"), ("not_found", "open"),
    ],
)  # fmt: skip
def test_what_an_answer_means_for_the_doubt(case: Any, answer: str, state: str) -> None:
    with acting(BATCH):
        actions.settle_visit(visit_id=case[2].pk, answer=answer, on=ON)
        doubt = Finding.objects.get(pk=case[1].pk)
    assert doubt.state == state
    assert doubt.settled_on == (None if state == "open" else ON)
    assert doubt.due_on == (ON + dt.timedelta(15) if state == "open" else case[1].due_on)


def test_every_answer_but_not_found_settles() -> None:
    from anye.records.findings.rules import SETTLED_AS

    assert set(ANSWERS) - set(SETTLED_AS) == {"not_found"}


def test_a_doubt_that_was_settled_stays_as_it_is(case: Any) -> None:
    with acting(BATCH):
        actions.settle(finding_id=case[1].pk, state="source_error", on=ON)
        actions.settle(finding_id=case[1].pk, state="explained", on=ON + dt.timedelta(1))
        actions.settle_visit(visit_id=case[2].pk, answer="working", on=ON + dt.timedelta(2))
        doubt = Finding.objects.get(pk=case[1].pk)
    assert (doubt.state, doubt.settled_on) == ("source_error", ON)


def test_a_decision_is_asked_for_under_seal(district: District, case: Any) -> None:
    with in_village(district):
        doubt = queries.finding(case[1].token)
        entry = actions.ask_to_settle(finding=doubt, state="explained", note="已核实", by="willow", duty_id=1)
        assert queries.settlements_of(doubt) == [entry]
    assert queries.opened_settlement(entry) == {"finding": case[1].pk, "state": "explained", "note": "已核实"}
    assert "已核实".encode() not in bytes(entry.sealed)


def test_a_settled_doubt_takes_no_decision(district: District, case: Any) -> None:
    with acting(BATCH):
        actions.settle(finding_id=case[1].pk, state="explained", on=ON)
    with in_village(district):
        doubt = queries.finding(case[1].token)
    with in_village(district), pytest.raises(actions.FindingClosed):
        actions.ask_to_settle(finding=doubt, state="confirmed", note="", by="willow", duty_id=1)


def test_a_doubt_cannot_be_settled_as_gone(district: District, case: Any) -> None:
    with in_village(district), pytest.raises(ValueError, match="gone"):
        actions.ask_to_settle(finding=case[1], state="gone", note="", by="willow", duty_id=1)


def test_a_visit_whose_last_doubt_was_settled_is_dropped(district: District, case: Any) -> None:
    with factories.as_owner():
        second = factories.make_finding(case[0], "Q07", state="visiting")
        factories.VisitFinding.objects.create(visit=case[2], finding=second, scope_no=second.scope_no)
    for doubt, state in ((case[1], "due"), (second, "dropped")):
        with acting(BATCH):
            actions.settle(finding_id=doubt.pk, state="explained", on=ON)
            assert Visit.objects.get(pk=case[2].pk).state == state
