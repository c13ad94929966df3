"""Rows to mend: work of the village that owes them; whom they name opens for a purpose, and leaves a trace."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, queries_of, reads, text_of

ClientAs = Callable[..., Client]
NAMED = {"do": "names", "purpose": "register"}


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def batch(district: District) -> Any:
    """A ledger with two refused rows of willow and one of the next village."""
    with factories.as_owner():
        made = factories.make_batch()
        factories.make_fault(district["willow"], made, 4, name="冉明秀", place="东河镇 柳树村")
        factories.make_fault(district["willow"], made, 9, "name_missing")
        factories.make_fault(district["bridge"], made, 12, "id_missing", name="谭国强", place="东河镇 石桥村")
    return made


def paths(batch: Any) -> list[str]:
    return ["/registers/mend/", f"/registers/{batch.token}/"]


def test_the_list_says_what_is_wrong_and_keeps_the_names_under_seal(worker: Client, batch: Any) -> None:
    for path in paths(batch):
        page = text_of(worker.get(path))
        assert "fails its check digit" in page and "under seal" in page and "no name" in page
        assert "冉明秀" not in page and "谭国强" not in page
    assert [row.shown for row in reads(kind="mend_list")] == [2]


@pytest.mark.parametrize("at", [0, 1], ids=["all files", "one file"])
def test_names_open_for_a_purpose_and_each_row_is_logged(
    worker: Client, district: District, batch: Any, at: int
) -> None:
    answer = worker.post(paths(batch)[at], NAMED)
    page = text_of(answer)
    assert "冉明秀" in page and "谭国强" not in page
    assert answer["Cache-Control"] == "private, no-store"
    traces = reads(kind="row_named")
    assert [(row.person_id, row.scope_no, row.purpose) for row in traces] == [
        (None, district["willow"].scope_no, "show: register")
    ] * 2


@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_without_a_purpose_nothing_opens(worker: Client, batch: Any, purpose: str) -> None:
    for path in paths(batch):
        answer = worker.post(path, {"do": "names", "purpose": purpose}, follow=True)
        assert "choose what they are for" in text_of(answer) and "冉明秀" not in text_of(answer)
    assert reads(kind="row_named") == []


def test_the_place_as_written_helps_where_no_village_is_known(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        made = factories.make_batch()
        factories.make_fault(district["district"], made, 4, name="陈红", place="东河镇 没有的村")
    officer = english(client_as("district_officer", district["district"]))
    path = "/registers/mend/?cols=name&cols=written"
    assert "没有的村" not in text_of(officer.get(path))
    assert "没有的村" in text_of(officer.post(path, NAMED))


def test_an_administrator_keeps_files_and_opens_no_names(client_as: ClientAs, district: District, batch: Any) -> None:
    keeper = english(client_as("administrator", district["east"]))
    path = paths(batch)[1]
    assert "Show the names" not in text_of(keeper.get(path))
    assert "冉明秀" not in text_of(keeper.post(path, NAMED, follow=True))
    sent = keeper.post(path, {"do": "export", "purpose": "check"})
    assert "冉明秀" not in cells_of(sent)
    assert reads(kind="row_named") == []
    assert len(reads(kind="export")) == 1, "a file without names leaves one trace, not one a row"


def cells_of(sent: Any) -> list[Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    return [cell.value for row in sheet.iter_rows() for cell in row]


def test_an_export_holds_the_names_and_leaves_a_trace_a_row(worker: Client, district: District, batch: Any) -> None:
    cells = cells_of(worker.post("/registers/mend/", {"do": "export", "purpose": "check"}))
    assert "冉明秀" in cells and "谭国强" not in cells
    traces = [(row.scope_no, row.purpose) for row in reads(kind="export")]
    assert traces == [(district["willow"].scope_no, "export: check")] * 2


def test_rows_are_filtered_by_what_is_wrong(client_as: ClientAs, district: District, batch: Any) -> None:
    town = english(client_as("town_officer", district["east"]))
    for query, lines in (("", [4, 9, 12]), ("reason=Q01", [4, 12]), ("reason=id_missing", [12]),
                         (f"village={district['bridge'].token}", [12])):  # fmt: skip
        assert [one.line for one in town.get(f"/registers/mend/?{query}").context["listing"].rows] == lines


@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_the_next_town_opens_none_of_them(
    client_as: ClientAs, district: District, batch: Any, monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    other = english(client_as("town_officer", district["west"]))
    guards_out(*out)(monkeypatch)
    assert "冉明秀" not in text_of(other.post("/registers/mend/", NAMED))
    assert "No row is to be mended" in text_of(other.get("/registers/mend/"))


def test_without_either_guard_the_next_town_would_open_them(
    client_as: ClientAs, district: District, batch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = english(client_as("town_officer", district["west"]))
    guards_out("policies", "scoping")(monkeypatch)
    assert "冉明秀" in text_of(other.post("/registers/mend/", NAMED))


def test_many_rows_take_as_many_queries_as_few(worker: Client, district: District, batch: Any) -> None:
    worker.get("/registers/mend/")
    few = queries_of(worker, "/registers/mend/")
    with factories.as_owner():
        for line in range(20, 60):
            factories.make_fault(district["willow"], factories.make_batch(), line, name=f"冉{line}")
    assert queries_of(worker, "/registers/mend/") == few
    assert few <= 18
