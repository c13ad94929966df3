"""Today: what waits for the acting duty, with the clock on each; answered in place."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from anye.records.people.models import Transfer
from anye.records.registers.models import Batch, Upload
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import reads, text_of
from tests.doors.office.test_visits import after, waiting

ClientAs = Callable[..., Client]
HX = {"HTTP_HX_REQUEST": "true"}
RIGHT = {"answer": "record_right", "note": "户主是母亲"}


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def visits(district: District) -> list[Any]:
    """Eleven visits of my village, the first two late, and one of the next village."""
    today = timezone.localdate()
    made = []
    with factories.as_owner():
        for number in range(11):
            person = factories.make_person(district["willow"], f"冉{'甲乙丙丁戊己庚辛壬癸子'[number]}")
            doubt = factories.make_finding(person, "Q07", state="visiting", params={"kind": "no_head", "heads": 0})
            made.append(factories.make_visit(person, doubt, due_on=today + dt.timedelta(number - 2)))
        other = factories.make_person(district["bridge"], "谭国强")
        factories.make_visit(other, factories.make_finding(other, "Q08"), due_on=today + dt.timedelta(5))
    return made


def test_a_village_sees_its_visits_with_the_clock(worker: Client, visits: list[Any]) -> None:
    page = text_of(worker.get("/"))
    assert page.count('class="task visit-task"') == 8
    assert "2 days late" in page and "due today" in page
    assert "谭国强" not in page
    assert "Visits due by village" not in page


def test_the_town_sees_how_they_spread_over_its_villages(
    client_as: ClientAs, district: District, visits: list[Any]
) -> None:
    response = english(client_as("town_officer", district["east"])).get("/")
    assert [(one["name"], one["count"], one["late"]) for one in response.context["spread"]] == [
        ("柳树村", 11, 2),
        ("石桥村", 1, 0),
    ]
    figures = {one["label"]: one["value"] for one in response.context["figures"]}
    assert figures == {"Visits due": "12", "Visits late": "2", "Open doubts": "12", "Rows to mend": "0"}


def test_doubts_are_counted_by_rule_up_to_a_limit(
    worker: Client, visits: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    response = worker.get("/")
    assert [(one["rule"], one["count"]) for one in response.context["rules"]] == [
        ("A household without a head, or with two", "11")
    ]


def test_rows_to_mend_are_those_of_my_village_the_newest_file_first(worker: Client, district: District) -> None:
    with factories.as_owner():
        old, new = factories.make_batch(month=dt.date(2026, 8, 1)), factories.make_batch(month=dt.date(2026, 9, 1))
        for line in range(3):
            factories.make_fault(district["willow"], old, line)
        factories.make_fault(district["willow"], new, 9)
        factories.make_fault(district["bridge"], new, 10)
        factories.make_fault(district["willow"], old, 2, "mojibake")
        factories.make_fault(district["willow"], old, 3, "duplicate_row")
        factories.make_fault(district["willow"], old, 4, mended_by=new.pk)
    page = worker.get("/").context
    assert [(one["title"][-7:], one["count"]) for one in page["mends"]] == [("2026-09", "1"), ("2026-08", "3")]
    assert {one["label"]: one["value"] for one in page["figures"]}["Rows to mend"] == "4"


def test_transfers_asked_of_me_wait_for_me_and_not_for_the_asker(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"], "冉明秀")
        Transfer.objects.create(
            token="t" * 22, person_id=person.pk, name="冉明秀", scope_no=person.scope_no,
            from_scope_no=person.scope_no, to_scope_no=district["cloud"].scope_no, reason="搬家",
            asked_by="willow", asked_at=timezone.now(),
        )  # fmt: skip
    receiver = english(client_as("village_worker", district["cloud"]))
    asker = english(client_as("village_worker", district["willow"]))
    assert "People who are to move to you" in text_of(receiver.get("/"))
    assert "People who are to move to you" not in text_of(asker.get("/"))


def test_files_handed_in_wait_where_they_were_handed_in(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        Upload.objects.create(
            token="u" * 22, file_name="东河镇台账.xlsx", sealed=b"x", size=2048, known_on=dt.date(2026, 11, 1),
            uploaded_by="east", duty_id=1, scope_no=district["east"].scope_no, uploaded_at=timezone.now(),
        )  # fmt: skip
    assert "东河镇台账.xlsx" in text_of(english(client_as("town_officer", district["east"])).get("/"))
    assert "东河镇台账.xlsx" not in text_of(english(client_as("town_officer", district["west"])).get("/"))


def test_the_form_comes_in_place_and_is_logged(worker: Client, visits: list[Any]) -> None:
    part = worker.get(f"/today/{visits[0].token}/", **HX)
    assert "What did you find?" in text_of(part) and "<html" not in text_of(part)
    assert [row.person_id for row in reads(kind="visit")] == [visits[0].person_id]


def test_once_answered_the_next_visit_slides_in(worker: Client, visits: list[Any]) -> None:
    part = text_of(worker.post(f"/today/{visits[0].token}/", RIGHT, **HX))
    assert "The visit to 冉甲 was recorded." in part
    assert part.count('class="task visit-task"') == 8
    assert f"visit-{visits[0].token}" not in part and visits[8].token in part
    assert 'id="today-figures" hx-swap-oob="true"' in part and ">10<" in part
    assert after(visits[0]).state == "done"
    assert [told["visit"] for told in waiting()] == [visits[0].pk]


def test_a_wrong_answer_brings_the_form_back_to_its_place(worker: Client, visits: list[Any]) -> None:
    part = worker.post(f"/today/{visits[0].token}/", {"answer": "working"}, **HX)
    assert part.status_code == 422
    assert part["HX-Retarget"] == f"#visit-{visits[0].token}"
    assert "Please correct the following" in text_of(part)


def test_an_answer_that_came_second_is_told_so(worker: Client, visits: list[Any]) -> None:
    worker.post(f"/today/{visits[0].token}/", RIGHT, **HX)
    part = text_of(worker.post(f"/today/{visits[0].token}/", {"answer": "record_wrong"}, **HX))
    assert "Somebody else recorded the visit to 冉甲 in the meantime" in part
    assert len(waiting()) == 1


def test_without_script_the_link_leads_to_the_visits_page(worker: Client, visits: list[Any]) -> None:
    assert worker.get(f"/today/{visits[0].token}/")["Location"] == f"/visits/{visits[0].token}/"


def test_a_village_without_work_is_told_so(worker: Client) -> None:
    page = text_of(worker.get("/"))
    assert "No visit is due" in page and "Registers agree about everybody in your area." in page


def test_an_auditor_reads_without_being_asked_to_answer(
    client_as: ClientAs, district: District, visits: list[Any]
) -> None:
    page = text_of(english(client_as("auditor", district["district"])).get("/"))
    assert "冉甲" in page and "hx-get" not in page


def test_an_administrator_sees_no_person(client_as: ClientAs, district: District, visits: list[Any]) -> None:
    administrator = english(client_as("administrator", district["district"]))
    page = text_of(administrator.get("/"))
    assert "冉甲" not in page and "Visits due" not in page
    assert "Came in lately" not in page  # loads that nobody of the district handed in
    with factories.as_owner():
        Batch.objects.update(loaded_by="operator")
    assert "Came in lately" in text_of(administrator.get("/"))


def test_what_was_shown_leaves_a_trace(worker: Client, visits: list[Any]) -> None:
    worker.get("/")
    assert [row.shown for row in reads(kind="today")] == [8]
