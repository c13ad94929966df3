"""The list of people: found by name, number and telephone, within the range only; every look leaves a trace."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, plain, queries_of, reads, search, text_of

ClientAs = Callable[..., Client]
MINE = "990101198005061231"


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def ran(district: District) -> Any:
    """Ran Mingxiu of my own village."""
    with factories.as_owner():
        return factories.make_person(district["willow"], "冉明秀", number=factories.id_number(231), phone="13900001111")


@pytest.fixture
def tan(district: District) -> Any:
    """Tan Guoqiang of the next village."""
    with factories.as_owner():
        return factories.make_person(district["bridge"], "谭国强", number=factories.id_number(777), phone="13900002222")


@pytest.mark.parametrize("part", ["冉", "明", "秀", "冉明", "明秀", "冉明秀", " 冉 明 秀 ", "冉·明秀"])
def test_a_person_is_found_by_any_part_of_the_name(worker: Client, ran: Any, part: str) -> None:
    assert ran.token in text_of(search(worker, part))


@pytest.mark.parametrize("part", ["谭", "明冉", "冉秀", "冉明秀秀"])
def test_what_is_no_part_of_the_name_finds_nobody(worker: Client, ran: Any, part: str) -> None:
    assert "Nothing matches" in text_of(search(worker, part))


def test_a_person_is_found_by_id_number_last_six_and_telephone(worker: Client, ran: Any, tan: Any) -> None:
    number = factories.id_number(231)
    for text in (number, number.lower(), number[-6:], "13900001111", "139-0000 1111"):
        assert ran.token in text_of(search(worker, text)), text


def test_the_old_number_of_15_digits_finds_the_same_person(worker: Client, ran: Any) -> None:
    number = factories.id_number(231)
    assert ran.token in text_of(search(worker, number[:6] + number[8:17]))


def test_a_search_stands_in_no_address(worker: Client, ran: Any) -> None:
    answer = worker.post("/people/", {"do": "search", "text": "冉明"})
    assert answer.status_code == 303
    assert "冉" not in answer["Location"] and "%E5" not in answer["Location"]


@pytest.mark.parametrize(
    "text", ["谭国强", "谭", factories.id_number(777), factories.id_number(777)[-6:], "13900002222"]
)
@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_a_village_worker_cannot_find_a_person_of_the_next_village(
    worker: Client, ran: Any, tan: Any, monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...], text: str
) -> None:
    guards_out(*out)(monkeypatch)
    page = text_of(search(worker, text))
    assert tan.token not in page
    assert "谭国强" not in page.replace('value="谭国强"', "").replace("Search: 谭国强", "")
    assert "Nothing matches" in page


def test_without_either_guard_the_search_would_find_them(
    worker: Client, tan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guards_out("policies", "scoping")(monkeypatch)
    assert tan.token in text_of(search(worker, factories.id_number(777)))
    assert tan.token in text_of(search(worker, "谭国"))


@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_nor_by_list_count_link_guess_or_export(
    worker: Client, ran: Any, tan: Any, monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    guards_out(*out)(monkeypatch)
    page = text_of(worker.get("/people/"))
    assert ran.token in page and tan.token not in page
    assert "1–1 of 1" in page
    for path in ("", "history/", "looks/"):
        theirs, nobodys = worker.get(f"/people/{tan.token}/{path}"), worker.get(f"/people/{'x' * 22}/{path}")
        assert theirs.status_code == nobodys.status_code == 404
        assert plain(theirs).replace(tan.token.encode(), b"x" * 22) == plain(nobodys)
    book = _exported(worker.post("/people/", {"do": "export", "purpose": "check"}))
    assert [row[0] for row in book[2:]] == ["冉明秀"]


def _exported(response: Any) -> list[tuple[Any, ...]]:
    assert response.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return list(sheet.iter_rows(values_only=True))


def test_the_filter_of_another_village_finds_nobody(worker: Client, ran: Any, tan: Any, district: District) -> None:
    page = text_of(worker.get(f"/people/?village={district['bridge'].token}"))
    assert tan.token not in page


def test_a_number_known_elsewhere_is_answered_like_one_that_nobody_has(worker: Client, tan: Any) -> None:
    answers, counts = [], []
    for number in (factories.id_number(777), factories.id_number(778)):
        with CaptureQueriesContext(connection) as queries:
            page = search(worker, number)
        answers.append(plain(page).replace(number.encode(), b""))
        counts.append(len(queries))
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]


def test_filters_narrow_by_village_group_employment_and_doubt(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        jobless = factories.make_person(district["willow"], "田小兰", groups=["lifted"], is_employed=False)
        working = factories.make_person(district["bridge"], "田德全", groups=["poor", "disabled"], is_employed=True)
        factories.make_finding(working)
    town = english(client_as("town_officer", district["east"]))
    for query, seen in {
        f"village={district['willow'].token}": jobless,
        "group=lifted": jobless,
        "group=disabled": working,
        "work=not_working": jobless,
        "work=working": working,
        "doubt=open": working,
        "doubt=none": jobless,
    }.items():
        page = text_of(town.get(f"/people/?{query}"))
        assert seen.token in page and "1–1 of 1" in page, query
    found = town.post("/people/?group=lifted", {"do": "search", "text": "田"}, follow=True)
    assert jobless.token in text_of(found) and working.token not in text_of(found)


def test_a_name_is_paged_by_key_in_both_directions(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        batch = factories.make_batch()
        made = [factories.make_person(district["willow"], f"向{'甲乙丙丁戊'[n % 5]}", batch=batch) for n in range(120)]
    worker = english(client_as("village_worker", district["willow"]))
    first = search(worker, "向")
    seen: list[str] = []
    listing = first.context["listing"]
    while True:
        seen += [row.token for row in listing.rows]
        if not listing.has_after:
            break
        listing = worker.get("/people/" + listing.after_href).context["listing"]
    assert sorted(seen) == sorted(person.token for person in made)
    assert len(seen) == 120
    last = worker.get("/people/" + listing.last_href).context["listing"]
    before = worker.get("/people/" + last.before_href).context["listing"]
    assert [row.token for row in before.rows] == seen[20:70]


def test_a_page_of_many_people_takes_as_many_queries_as_one_of_few(worker: Client, district: District) -> None:
    with factories.as_owner():
        batch = factories.make_batch()
        for number in range(3):
            factories.make_person(district["willow"], f"秦{number}", batch=batch)
    worker.get("/people/")
    few = queries_of(worker, "/people/")
    with factories.as_owner():
        for number in range(45):
            person = factories.make_person(district["willow"], f"秦永{number}", batch=batch, groups=["lifted"])
            factories.make_finding(person)
    assert queries_of(worker, "/people/") == few
    assert few <= 20


def test_a_list_leaves_one_trace_with_how_many_it_showed(worker: Client, ran: Any, district: District) -> None:
    with factories.as_owner():
        factories.make_person(district["willow"], "冉小兰")
    worker.get("/people/")
    search(worker, "小兰")
    listed, found = reads(kind="people_list"), reads(kind="people_search")
    assert [row.shown for row in listed] == [2]
    assert [row.shown for row in found] == [1]
    assert listed[0].actor.startswith("user:") and listed[0].duty.startswith("duty:")


def test_an_export_leaves_a_trace_of_each_person_with_its_purpose(worker: Client, ran: Any, district: District) -> None:
    with factories.as_owner():
        other = factories.make_person(district["willow"], "冉小兰")
    rows = _exported(worker.post("/people/", {"do": "export", "purpose": "visits"}))
    assert "Visits to households" in rows[0][0]
    traces = reads(kind="export")
    assert {row.person_id for row in traces} == {ran.pk, other.pk}
    assert {row.purpose for row in traces} == {"export: visits"}


def test_an_export_without_a_purpose_is_not_made(worker: Client, ran: Any) -> None:
    assert worker.post("/people/", {"do": "export"}).status_code == 302
    assert reads(kind="export") == []


def test_a_stranger_is_led_to_sign_in(client: Client, district: District) -> None:
    for path in ("/", "/people/", "/firms/", "/visits/", "/findings/"):
        assert client.get(path)["Location"].startswith("/sign-in/"), path


def test_an_administrator_needs_no_persons(client_as: ClientAs, district: District, ran: Any) -> None:
    admin = client_as("administrator", district["district"])
    for path in ("/people/", f"/people/{ran.token}/", "/visits/", "/findings/", "/firms/"):
        assert admin.get(path).status_code == 403, path
    assert admin.get("/").status_code == 200


def test_an_empty_village_says_what_to_do(worker: Client) -> None:
    assert "People appear when a register that names them is loaded." in text_of(worker.get("/people/"))


def test_a_duty_that_has_ended_opens_nothing(worker: Client, ran: Any) -> None:
    from anye.records.accounts.models import Duty

    with factories.as_owner():
        Duty.objects.update(ends_on=dt.date(2021, 1, 1))
    assert worker.get("/people/").status_code == 403
