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
from anye.records.findings.rules import QUALITY_RULES, SETTLED_STATES, answers_to
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


def answered(visit: Visit, answer: str = "working", **told: Any) -> Any:
    """The visit's one doubt is answered."""
    finding = visit.subjects.values_list("finding_id", flat=True).first()
    given = {"finding": finding, "answer": answer, "employer": "厂", **told}
    return actions.answer_visit(visit=visit, answers=[given], note="看见本人", by="willow", duty_id=1, on=ON)


def test_an_answer_is_an_entry_and_a_closed_visit(district: District, case: Any) -> None:
    with in_village(district):
        entry = answered(case[2], since_month="2026-03", wage_fen=1, wage_unit="day", extra="dropped")
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
        "visit": case[2].pk,
        "answers": [{"finding": case[1].pk, "answer": "working", "employer": "厂", "since_month": "2026-03", "wage_fen": 1,
                     "wage_unit": "day"}],
    }  # fmt: skip


def test_a_visit_is_answered_once(district: District, case: Any) -> None:
    with in_village(district):
        answered(case[2])
        with pytest.raises(actions.VisitClosed):
            answered(case[2])


def test_an_unknown_answer_is_a_mistake_of_ours(district: District, case: Any) -> None:
    with in_village(district), pytest.raises(ValueError, match="asleep"):
        answered(case[2], "asleep")


@pytest.mark.parametrize(
    ("rule", "params", "told", "note"),
    [
        ("Q09", {}, {"answer": "working"}, "问过"),
        ("Q04", {"kind": "one_id_two_names"}, {"answer": "name"}, "问过"),
        ("Q06", {}, {"answer": "record_right"}, ""),
        ("Q04", {"kind": "near_ids"}, {"answer": "one_person"}, ""),
    ],
)
def test_an_answer_that_puts_nothing_right_is_a_mistake_of_ours(
    district: District, rule: str, params: dict[str, Any], told: dict[str, Any], note: str
) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"])
        finding = factories.make_finding(person, rule, params=params)
        visit = factories.make_visit(person, finding)
    answers = [{"finding": finding.pk, **told}]
    with in_village(district), pytest.raises(ValueError, match="wants"):
        actions.answer_visit(visit=visit, answers=answers, note=note, by="willow", duty_id=1, on=ON)


@pytest.mark.parametrize("rule", QUALITY_RULES)
@pytest.mark.parametrize("at_home", [True, False])
def test_every_answer_puts_something_right_or_says_why_not(rule: str, at_home: bool) -> None:
    kinds = ({"kind": "one_id_two_names"}, {"kind": "near_ids"}) if rule == "Q04" else ({},)
    for params in kinds:
        answers = answers_to(rule, params, at_home=at_home)
        assert len({answer.code for answer in answers}) == len(answers) > 1
        for answer in answers:
            settles_by_itself = rule == "Q09" or answer.state is None
            assert answer.fields or answer.wants_note or settles_by_itself, (rule, answer)
            assert answer.state in {None, "mending", *SETTLED_STATES}


def test_the_visit_of_another_village_does_not_exist(district: District, case: Any) -> None:
    with in_village(district, "bridge"), pytest.raises(Visit.DoesNotExist):
        answered(case[2])


def test_the_app_role_may_change_nothing_else_of_a_visit(district: District, case: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), in_village(district):
        Visit.objects.filter(pk=case[2].pk).update(due_on=ON)


def test_the_app_role_may_not_touch_a_doubt(district: District, case: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), in_village(district):
        actions.settle(finding_id=case[1].pk, answer="insured_only", on=ON)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("working", "confirmed"), ("insured_only", "explained"), ("not_insured", "source_error"),
        ("not_found", "open"), (None, "open"),
    ],
)  # fmt: skip
def test_what_an_answer_means_for_the_doubt(case: Any, answer: str | None, state: str) -> None:
    with acting(BATCH):
        actions.settle_visit(visit_id=case[2].pk, answers={case[1].pk: answer} if answer else {}, on=ON)
        doubt = Finding.objects.get(pk=case[1].pk)
    assert doubt.state == state
    assert doubt.settled_on == (None if state == "open" else ON)
    assert doubt.due_on == (ON + dt.timedelta(15) if state == "open" else case[1].due_on)


def test_what_only_a_register_can_mend_stays_open_and_is_not_visited_again(district: District) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"])
        doubt = factories.make_finding(person, "Q04", params={"kind": "near_ids"}, state="visiting")
        visit = factories.make_visit(person, doubt)
    with acting(BATCH):
        actions.settle_visit(visit_id=visit.pk, answers={doubt.pk: "one_person"}, on=ON, entry_id=7)
        found = Finding.objects.get(pk=doubt.pk)
        assert (found.state, found.settled_on, found.settled_by) == ("mending", None, 7)
        assert found in queries.open_findings()
        actions.settle(finding_id=doubt.pk, answer="two_people", on=ON)
        assert Finding.objects.get(pk=doubt.pk).state == "explained"


def test_a_doubt_that_was_settled_stays_as_it_is(case: Any) -> None:
    with acting(BATCH):
        actions.settle(finding_id=case[1].pk, answer="not_insured", on=ON)
        actions.settle(finding_id=case[1].pk, answer="insured_only", on=ON + dt.timedelta(1))
        actions.settle_visit(visit_id=case[2].pk, answers={case[1].pk: "working"}, on=ON + dt.timedelta(2))
        doubt = Finding.objects.get(pk=case[1].pk)
    assert (doubt.state, doubt.settled_on) == ("source_error", ON)


def test_a_decision_is_asked_for_under_seal(district: District, case: Any) -> None:
    with in_village(district):
        doubt = queries.finding(case[1].token)
        told = {"answer": "insured_only"}
        entry = actions.ask_to_settle(finding=doubt, told=told, note="已核实", by="willow", duty_id=1)
        assert queries.settlements_of(doubt) == [entry]
    assert queries.opened_settlement(entry) == {"finding": case[1].pk, "answer": "insured_only", "note": "已核实"}
    assert "已核实".encode() not in bytes(entry.sealed)


def test_a_settled_doubt_takes_no_decision(district: District, case: Any) -> None:
    with acting(BATCH):
        actions.settle(finding_id=case[1].pk, answer="insured_only", on=ON)
    with in_village(district):
        doubt = queries.finding(case[1].token)
    with in_village(district), pytest.raises(actions.FindingClosed):
        actions.ask_to_settle(finding=doubt, told={"answer": "insured_only"}, note="", by="willow", duty_id=1)


@pytest.mark.parametrize("answer", ["gone", "confirmed", "not_found", "head"])
def test_a_desk_cannot_answer_what_does_not_fit(district: District, case: Any, answer: str) -> None:
    with in_village(district), pytest.raises(ValueError, match=answer):
        actions.ask_to_settle(finding=case[1], told={"answer": answer}, note="", by="willow", duty_id=1)


def test_a_visit_whose_last_doubt_was_settled_is_dropped(district: District, case: Any) -> None:
    with factories.as_owner():
        second = factories.make_finding(case[0], "Q07", state="visiting")
        factories.VisitFinding.objects.create(visit=case[2], finding=second, scope_no=second.scope_no)
    for doubt, answer, state in ((case[1], "insured_only", "due"), (second, "record_right", "dropped")):
        with acting(BATCH):
            actions.settle(finding_id=doubt.pk, answer=answer, on=ON)
            assert Visit.objects.get(pk=case[2].pk).state == state
