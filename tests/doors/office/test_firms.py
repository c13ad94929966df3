"""Firms are public; who works there is shown and counted within the range only."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, queries_of, reads, search, text_of

ClientAs = Callable[..., Client]
GUARDS = pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def scene(district: District) -> dict[str, Any]:
    with factories.as_owner():
        batch = factories.make_batch("social_insurance")
        firm = factories.make_firm("山茶服饰有限公司", "91990101MA00000017")
        mine = factories.make_person(district["willow"], "冉明秀", batch=batch, is_employed=True)
        theirs = factories.make_person(district["bridge"], "谭国强", batch=batch, is_employed=True)
        for person in (mine, theirs):
            factories.add_spell(person, firm, batch)
        factories.add_insurance(mine, firm, dt.date(2026, 1, 1), 6, batch)
        factories.add_insurance(theirs, firm, dt.date(2026, 1, 1), 9, batch)
    return {"firm": firm, "mine": mine, "theirs": theirs, "batch": batch}


@GUARDS
def test_the_staff_shown_and_counted_are_my_own_people(
    worker: Client, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    guards_out(*out)(monkeypatch)
    response = worker.get(f"/firms/{scene['firm'].token}/")
    page = text_of(response)
    assert scene["mine"].token in page and scene["theirs"].token not in page
    assert (response.context["working"], response.context["insured"]) == ("1", "1")
    assert "of the people you may see" in page
    # the last month anybody was insured is that of my own people, not the neighbour's later one
    assert response.context["newest"] == dt.date(2026, 6, 1)


def test_without_either_guard_the_neighbours_would_stand_there(
    worker: Client, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    guards_out("policies", "scoping")(monkeypatch)
    assert scene["theirs"].token in text_of(worker.get(f"/firms/{scene['firm'].token}/"))


def test_the_town_sees_both(client_as: ClientAs, district: District, scene: dict[str, Any]) -> None:
    response = english(client_as("town_officer", district["east"])).get(f"/firms/{scene['firm'].token}/")
    assert (response.context["working"], response.context["insured"]) == ("2", "1")
    assert "2026-01 – 2026-09" in text_of(response)


def test_a_firm_is_found_by_part_of_its_name_and_by_its_code(worker: Client, scene: dict[str, Any]) -> None:
    with factories.as_owner():
        other = factories.make_firm("长风物流有限公司")
    for text in ("服饰", "91990101MA00000017", "91990101ma00000017"):
        page = text_of(search(worker, text, "/firms/"))
        assert scene["firm"].token in page and other.token not in page, text


def test_a_firm_without_any_of_my_people_says_so(
    client_as: ClientAs, district: District, scene: dict[str, Any]
) -> None:
    page = text_of(english(client_as("village_worker", district["cloud"])).get(f"/firms/{scene['firm'].token}/"))
    assert "Nobody of your area" in page


def test_an_unknown_firm_is_absent(worker: Client) -> None:
    assert worker.get(f"/firms/{'x' * 22}/").status_code == 404


def test_the_staff_list_leaves_a_trace(worker: Client, scene: dict[str, Any]) -> None:
    worker.get(f"/firms/{scene['firm'].token}/")
    assert [row.shown for row in reads(kind="firm_staff")] == [1]


def test_exported_staff_leave_a_trace_each(worker: Client, scene: dict[str, Any]) -> None:
    answer = worker.post(f"/firms/{scene['firm'].token}/", {"do": "export", "purpose": "check"})
    assert answer["Content-Type"].startswith("application/vnd")
    assert [row.person_id for row in reads(kind="export")] == [scene["mine"].pk]


def test_the_list_of_firms_is_exported_with_its_purpose(worker: Client, scene: dict[str, Any]) -> None:
    answer = worker.post("/firms/", {"do": "export", "purpose": "check"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True).active
    assert scene["firm"].name in {cell for row in book.iter_rows(values_only=True) for cell in row}
    (trace,) = reads(kind="export")
    assert (trace.person_id, trace.purpose) == (None, "export: check")


@pytest.mark.parametrize("path", ["/firms/", "/firms/{}/"])
def test_many_rows_take_as_many_queries_as_few(
    worker: Client, district: District, scene: dict[str, Any], path: str
) -> None:
    path = path.format(scene["firm"].token)
    worker.get(path)
    few = queries_of(worker, path)
    with factories.as_owner():
        for number in range(30):
            factories.make_firm(f"公司{number}")
            person = factories.make_person(district["willow"], f"冉{number}", batch=scene["batch"])
            factories.add_insurance(person, scene["firm"], dt.date(2026, 1, 1), 3, scene["batch"])
    assert queries_of(worker, path) == few
    assert few <= 30
