"""Exports: exactly what is shown, text as text, watermark, purpose, log."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export, Exporting, workbook
from anye.doors.kit.fragments import Status
from anye.doors.kit.listing import Listing
from anye.doors.kit.style_rows import SAMPLES, sample_rows

Ask = Callable[..., HttpRequest]
LISTING = "/style/listing/"


@pytest.fixture
def logged() -> list[Exporting]:
    return []


@pytest.fixture
def listing(logged: list[Exporting]) -> Listing:
    export = Export("People", log=lambda request, made: logged.append(made), by=lambda request: "冉明秀", limit=100)
    return replace(SAMPLES, export=export)


def _export(listing: Listing, request: HttpRequest, count: int = 238) -> HttpResponse:
    return listing.respond(request, sample_rows(count), template="kit/style_listing.html")


def _cells(body: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True))


def test_the_file_holds_the_rows_and_columns_shown(ask: Ask, listing: Listing, logged: list[Exporting]) -> None:
    query = "?village=石坝村&cols=name&cols=id_number&cols=wage&cols=visited&order=-name"
    answer = _export(listing, ask(LISTING + query, {"do": "export", "purpose": "visits"}))
    rows = _cells(answer.content)
    shown = listing.show(ask(LISTING + query), sample_rows())
    assert rows[1] == ("Name", "ID number", "Wage (yuan)", "Last visit")
    assert [row[0] for row in rows[2:]] == [row.name for row in shown.rows]
    assert rows[2][1] == "99****…" + shown.rows[0].id_number[-4:]
    assert logged[0].columns == ("name", "id_number", "wage", "visited")
    assert logged[0].rows == len(rows) - 2
    assert answer["Content-Disposition"].startswith('attachment; filename="samples-')


def test_the_watermark_says_who_when_and_why(ask: Ask, listing: Listing, logged: list[Exporting]) -> None:
    answer = _export(listing, ask(LISTING + "?state=late", {"do": "export", "purpose": "visits"}))
    mark = str(_cells(answer.content)[0][0])
    assert "冉明秀" in mark
    assert "Visits to households" in mark
    assert f"{logged[0].at.astimezone(dt.timezone(dt.timedelta(hours=8))):%H:%M}" in mark


@pytest.mark.parametrize("purpose", ["", "because"])
def test_without_a_purpose_nothing_leaves(ask: Ask, listing: Listing, logged: list[Exporting], purpose: str) -> None:
    request = ask(LISTING, {"do": "export", "purpose": purpose})
    assert _export(listing, request).status_code == 302
    assert logged == []
    assert "what it is for" in str(next(iter(request._messages)))  # type: ignore[attr-defined]


def test_who_may_not_export_has_no_button_and_no_file(ask: Ask, listing: Listing, logged: list[Exporting]) -> None:
    assert listing.export is not None
    closed = replace(listing, export=replace(listing.export, may=lambda request: False))
    assert not closed.show(ask(LISTING), sample_rows()).may_export
    few = f"{LISTING}?state=late", {"do": "export", "purpose": "visits"}
    assert _export(closed, ask(*few)).status_code == 302
    assert logged == []
    assert _export(listing, ask(*few)).status_code == 200


def test_too_many_rows_are_a_jobs_work(ask: Ask, listing: Listing, logged: list[Exporting]) -> None:
    request = ask(LISTING, {"do": "export", "purpose": "report"})
    assert _export(listing, request).status_code == 302
    assert "More than 100 rows" in str(next(iter(request._messages)))  # type: ignore[attr-defined]
    assert listing.export is not None
    later = replace(listing, export=replace(listing.export, later=lambda request, made: HttpResponse(made.purpose)))
    assert _export(later, ask(LISTING, {"do": "export", "purpose": "report"})).content == b"report"
    assert logged == []


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "http://a.example/",
    "mailto:a@b.example",
    "{=1}",
    "0012",
    "<b>",
]


def test_every_text_goes_in_as_text() -> None:
    columns = [
        Column("name", "Name", "name"),
        Column("fen", "Money", "fen", "yuan"),
        Column("state", "State", "state", "status"),
    ]
    rows = [{"name": text, "fen": 105, "state": Status("a", text, "clock")} for text in HOSTILE]
    body = workbook("=title[]:*?/\\", columns, rows, watermark="=mark")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    found = _cells(body)
    assert [row[0] for row in found[2:]] == HOSTILE
    assert [row[2] for row in found[2:]] == HOSTILE
    assert found[2][1] == 1.05


def test_days_are_days_and_unknown_is_empty() -> None:
    columns = [
        Column("on", "On", "on", "day"),
        Column("number", "Number", "number", "number"),
        Column("text", "Text", "text"),
    ]
    rows = [
        {"on": dt.date(2020, 3, 12), "number": 0, "text": mark_safe("a")},
        {"on": None, "number": None, "text": None},
    ]
    found = _cells(workbook("t", columns, rows, watermark="m"))
    assert found[2] == (dt.datetime(2020, 3, 12), 0, "a")  # noqa: DTZ001 — a spreadsheet's day has no zone
    assert len(found) == 3 or found[3] == (None, None, None)
