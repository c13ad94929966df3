"""Visits: owed by the village, answered once, published by the worker; sheets to print."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from anye.records.audit.keys import keyring
from anye.records.findings.models import Visit
from anye.records.registers.models import Entry
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, queries_of, reads, text_of

ClientAs = Callable[..., Client]


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def case(district: District) -> tuple[Any, Any, Any]:
    """(person, doubt, visit) of my own village."""
    with factories.as_owner():
        return factories.make_case(district["willow"], "冉明秀")


def waiting(kind: str = "visit") -> list[dict[str, Any]]:
    """What waiting entries hold."""
    with factories.as_owner():
        return [
            json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
            for entry in Entry.objects.filter(kind=kind, state="waiting").order_by("id")
        ]


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """The jobs that were deferred."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return [(job.task_name, job.args) for job in ProcrastinateJob.objects.order_by("id")]


def after(visit: Any) -> Any:
    with factories.as_owner():
        return Visit.objects.get(pk=visit.pk)


def test_the_page_tells_why_with_the_evidence_of_both_sides(worker: Client, case: Any) -> None:
    page = text_of(worker.get(f"/visits/{case[2].token}/"))
    assert "Recorded as not employed; insured by 冉明秀的单位 for 2026-09. Either side may be wrong." in page
    assert "An agent may pay insurance for somebody who does not work." in page


def test_an_answer_closes_the_visit_and_waits_for_the_worker(worker: Client, case: Any) -> None:
    person, _finding, visit = case
    sent = {
        "answer": "working", "employer": "山茶服饰", "since_month": "2026年3月", "wage": "3200.5", "wage_unit": "month",
        "note": "在家见到本人",
    }  # fmt: skip
    answer = worker.post(f"/visits/{visit.token}/", sent)
    assert (answer.status_code, answer["Location"]) == (303, "/visits/")
    assert waiting() == [
        {"visit": visit.pk, "answers": [
            {"finding": case[1].pk, "answer": "working", "employer": "山茶服饰", "since_month": "2026-03",
             "wage_fen": 320_050, "wage_unit": "month"}]}
    ]  # fmt: skip
    made = after(visit)
    assert (made.state, made.answer, made.made_on) == ("done", "working", timezone.localdate())
    with factories.as_owner():
        entry = Entry.objects.get()
    assert (made.entry_id, entry.person_id, entry.scope_no) == (entry.pk, person.pk, person.scope_no)
    assert ("anye.flow.jobs.publish_entry", {"entry_id": entry.pk}) in jobs()


def test_the_note_is_sealed_and_shown_to_those_who_help(
    client_as: ClientAs, district: District, worker: Client, case: Any
) -> None:
    worker.post(f"/visits/{case[2].token}/", {"answer": "not_found", "note": "邻居说去了女儿家"})
    assert "女儿".encode() not in bytes(after(case[2]).note_sealed)
    assert "邻居说去了女儿家" in text_of(worker.get(f"/visits/{case[2].token}/"))
    auditor = english(client_as("auditor", district["district"]))
    assert "邻居说去了女儿家" not in text_of(auditor.get(f"/visits/{case[2].token}/"))


def test_only_who_works_has_an_employer_and_a_wage(worker: Client, case: Any) -> None:
    sent = {
        "answer": "insured_only",
        "employer": "某公司",
        "since_month": "no month",
        "wage": "-1",
        "wage_unit": "year",
    }
    assert worker.post(f"/visits/{case[2].token}/", sent).status_code == 303
    assert waiting() == [{"visit": case[2].pk, "answers": [{"finding": case[1].pk, "answer": "insured_only"}]}]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "This field is required."),
        ({"answer": "asleep"}, "Select a valid choice."),
        ({"answer": "working"}, "Employer: This field is required."),
        ({"answer": "working", "employer": "厂", "since_month": "2099-01"}, "The month must not be after"),
        ({"answer": "working", "employer": "厂", "wage": "many"}, "Enter a number."),
    ],
)
def test_a_wrong_answer_says_what_is_wrong_and_writes_nothing(
    worker: Client, case: Any, sent: dict[str, str], words: str
) -> None:
    answer = worker.post(f"/visits/{case[2].token}/", {"wage_unit": "month", **sent})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert waiting() == [] and after(case[2]).state == "due"


def test_a_visit_is_answered_once(worker: Client, case: Any) -> None:
    worker.post(f"/visits/{case[2].token}/", {"answer": "insured_only"})
    second = worker.post(f"/visits/{case[2].token}/", {"answer": "not_insured"}, follow=True)
    assert "cannot be answered any more" in text_of(second)
    assert [one["answer"] for told in waiting() for one in told["answers"]] == ["insured_only"]


@pytest.mark.parametrize("role", ["auditor", "poverty_office", "finance", "approver"])
def test_who_makes_no_visits_reads_but_does_not_answer(
    client_as: ClientAs, district: District, case: Any, role: str
) -> None:
    reader = english(client_as(role, district["district"]))
    assert "What did you find?" not in text_of(reader.get(f"/visits/{case[2].token}/"))
    reader.post(f"/visits/{case[2].token}/", {"answer": "record_right"})
    assert reader.post(f"/today/{case[2].token}/", {"answer": "record_right"}).status_code == 403
    assert waiting() == [] and after(case[2]).state == "due"


@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_a_village_neither_sees_nor_answers_the_visits_of_the_next(
    client_as: ClientAs, district: District, case: Any, monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    other = english(client_as("village_worker", district["bridge"]))
    guards_out(*out)(monkeypatch)
    for page in (other.get("/visits/"), other.get("/visits/print/"), other.get("/")):
        assert "冉明秀" not in text_of(page) and case[2].token not in text_of(page)
    for path in (f"/visits/{case[2].token}/", f"/today/{case[2].token}/"):
        assert other.get(path, HTTP_HX_REQUEST="true").status_code == 404
        assert other.post(path, {"answer": "record_right"}, HTTP_HX_REQUEST="true").status_code == 404
    assert waiting() == [] and after(case[2]).state == "due"


def test_without_either_guard_the_next_village_would_see_them(
    client_as: ClientAs, district: District, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = english(client_as("village_worker", district["bridge"]))
    guards_out("policies", "scoping")(monkeypatch)
    assert case[2].token in text_of(other.get("/visits/"))


def test_the_most_urgent_comes_first_and_late_ones_are_marked(worker: Client, district: District) -> None:
    today = timezone.localdate()
    with factories.as_owner():
        for days, name in ((9, "冉一"), (-4, "冉二"), (0, "冉三")):
            person = factories.make_person(district["willow"], name)
            factories.make_visit(person, factories.make_finding(person, "Q07"), due_on=today + dt.timedelta(days))
    page = text_of(worker.get("/visits/"))
    assert page.index("冉二") < page.index("冉三") < page.index("冉一")
    assert "4 days late" in page and "due today" in page and "9 days left" in page


def test_visits_are_filtered_by_village_rule_and_state(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        one = factories.make_person(district["willow"], "冉一")
        two = factories.make_person(district["bridge"], "谭二")
        due = factories.make_visit(one, factories.make_finding(one, "Q07"), factories.make_finding(one, "Q08"))
        done = factories.make_visit(two, factories.make_finding(two, "Q09"), state="done", made_on=dt.date(2026, 11, 1))
    town = english(client_as("town_officer", district["east"]))
    for query, seen, hidden in (
        ("", due, done), ("state=done", done, due), (f"village={district['willow'].token}", due, done),
        ("rule=Q07", due, done), ("rule=Q08&state=due", due, done), ("rule=Q09&state=done", done, due),
    ):  # fmt: skip
        page = text_of(town.get(f"/visits/?{query}"))
        assert seen.token in page and hidden.token not in page, query


def test_sheets_have_a_village_each_and_leave_a_trace_of_everybody(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        people = []
        for village in ("willow", "bridge"):
            for number in range(2):
                person = factories.make_person(
                    district[village], f"冉{number}", details={"area_group": "3组", "address": "院坝旁"}
                )
                factories.make_visit(person, factories.make_finding(person, "Q07"))
                people.append(person)
    town = english(client_as("town_officer", district["east"]))
    page = text_of(town.get("/visits/print/"))
    assert page.count('class="print-sheet') == 2
    assert page.count("3组 院坝旁") == 4
    assert {row.person_id for row in reads(kind="print")} == {person.pk for person in people}
    assert {row.purpose for row in reads(kind="print")} == {"print: visits"}
    one = text_of(town.get(f"/visits/print/?village={district['willow'].token}"))
    assert one.count('class="print-sheet') == 1


def test_the_address_is_not_printed_for_who_does_not_need_it(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"], "冉一", details={"address": "院坝旁"})
        factories.make_visit(person, factories.make_finding(person, "Q07"))
    assert "院坝旁" not in text_of(client_as("auditor", district["district"]).get("/visits/print/"))


@pytest.mark.parametrize("path", ["/visits/", "/visits/print/", "/"])
def test_many_visits_take_as_many_queries_as_few(worker: Client, district: District, case: Any, path: str) -> None:
    worker.get(path)
    few = queries_of(worker, path)
    with factories.as_owner():
        for number in range(25):
            factories.make_case(district["willow"], f"向{number}")
    assert queries_of(worker, path) == few
    assert few <= 32
