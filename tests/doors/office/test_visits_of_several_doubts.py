"""A visit for several doubts: each has its own answer, and only what was not found out is asked again."""

import datetime as dt

from django.test import Client
from django.utils import timezone

from anye.records.findings.models import Finding
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.doors.office.test_answers_that_mend import TWO_NAMES, WHY, due, known, publish, states, worker

__all__ = ["worker"]


def test_each_doubt_of_a_visit_has_its_own_answer(worker: Client, district: District) -> None:
    with factories.as_owner():
        person, first, visit = factories.make_case(district["willow"], "张伟")
        second = factories.make_finding(person, "Q04", state="visiting", params=TWO_NAMES)
        factories.VisitFinding.objects.create(visit=visit, finding=second, scope_no=second.scope_no)
    page = text_of(worker.get(f"/visits/{visit.token}/"))
    assert page.count("What did you find?") == 2
    half = worker.post(f"/visits/{visit.token}/", {"answer": "insured_only"})
    assert half.status_code == 422
    worker.post(f"/visits/{visit.token}/", {"answer": "insured_only", "answer_2": "name", "name_2": "张玮"})
    publish()
    with factories.as_owner():
        assert Finding.objects.get(pk=first.pk).state == "explained"
        assert Finding.objects.get(pk=second.pk).state == "confirmed"
    assert known(person, "name")[0] == "张玮" and known(person, "employment_state") == (
        "not_employed",
        "village_ledger",
    )
    shown = text_of(worker.get(f"/visits/{visit.token}/"))
    assert "an agent or a firm insures them; The name on record is wrong" in shown


def test_only_the_doubt_that_was_not_found_out_is_visited_again(worker: Client, district: District) -> None:
    with factories.as_owner():
        person, first, visit = factories.make_case(district["willow"], "张伟")
        second = factories.make_finding(
            person, "Q07", state="visiting", params={"kind": "no_head", "heads": 0}, org="x"
        )
        factories.VisitFinding.objects.create(visit=visit, finding=second, scope_no=second.scope_no)
    worker.post(f"/visits/{visit.token}/", {"answer": "not_found", "answer_2": "record_right", "note": WHY})
    publish()
    assert states() == ["visiting", "explained"]
    (again,) = due()
    with factories.as_owner():
        assert list(again.subjects.values_list("finding_id", flat=True)) == [first.pk]
    assert again.due_on == timezone.localdate() + dt.timedelta(15)
