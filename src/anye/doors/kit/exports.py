"""A listing as a spreadsheet: exactly the rows and columns shown, every text as text, with who, when and why on it."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Column, Exported, column_heading
from anye.doors.kit.formats import moment_text, number_text
from anye.doors.kit.fragments import Words
from anye.doors.kit.sources import Source
from anye.doors.kit.state import State

LIMIT = 5_000  # rows written inside a request; more is a job's work
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PURPOSES: tuple[tuple[str, Words], ...] = (
    ("casework", _("Work on single cases")),
    ("visits", _("Visits to households")),
    ("check", _("Checking registers")),
    ("report", _("Reporting to a superior office")),
)


@dataclass(frozen=True, slots=True)
class Exporting:
    """An export as it is logged: the listing's name, its address without place, columns, purpose, who, when, rows."""

    listing: str
    query: str
    columns: tuple[str, ...]
    purpose: str
    by: str
    at: dt.datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Export:
    """How a listing is exported.

    log: called before the file leaves, so that no export is unlogged. later: takes over exports of more than
    `limit` rows (makes a job and answers where to wait); without it the reader is told to narrow the filters.
    may: whether this reader may export at all. by: how the reader is named in the file.
    """

    title: Words
    log: Callable[[HttpRequest, Exporting], None]
    later: Callable[[HttpRequest, Exporting], HttpResponse] | None = None
    may: Callable[[HttpRequest], bool] = lambda request: True
    by: Callable[[HttpRequest], str] = lambda request: str(getattr(request, "user", ""))
    purposes: Sequence[tuple[str, Words]] = PURPOSES
    limit: int = LIMIT


def export_response(export: Export, request: HttpRequest, source: Source, state: State) -> HttpResponse:
    """The file, or a job's page, or back to the listing with what is wrong."""
    labels = {code: str(label) for code, label in export.purposes}
    purpose = request.POST.get("purpose", "")
    if not export.may(request) or purpose not in labels:
        messages.error(request, gettext("The export was not made: choose what it is for."))
        return HttpResponseRedirect(request.get_full_path())
    rows = source.after(None, export.limit + 1)
    columns = tuple(column.key for column in state.columns)
    query = state.link(place=None)
    made = Exporting(state.listing.name, query, columns, purpose, export.by(request), timezone.now(), len(rows))
    if len(rows) > export.limit:
        if export.later is not None:
            return export.later(request, made)
        words = gettext("More than %(limit)s rows: narrow the filters and export again.")
        messages.error(request, words % {"limit": number_text(export.limit)})
        return HttpResponseRedirect(request.get_full_path())
    export.log(request, made)
    at = timezone.localtime(made.at)
    body = workbook(str(export.title), state.columns, rows, watermark=watermark(made, labels[purpose], at))
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{state.listing.name}-{at:%Y%m%d-%H%M}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def watermark(made: Exporting, purpose: str, at: dt.datetime) -> str:
    """The line that says who took the rows out, when and what for; `at` is local time."""
    words = gettext("Exported by %(by)s on %(at)s for: %(purpose)s. Personal data: keep it safe, delete it after use.")
    return words % {"by": made.by, "at": moment_text(at), "purpose": purpose}


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Any], *, watermark: str) -> bytes:
    """An .xlsx in memory: watermark, headings, rows. Memory grows with the packed file only."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = {
        "mark": book.add_format({"italic": True, "font_color": "#666666"}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "yuan": book.add_format({"num_format": "#,##0.00"}),
        "number": book.add_format({"num_format": "#,##0"}),
    }
    book.set_properties({"title": title, "comments": watermark})
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.set_footer(f"&L{watermark.replace('&', '&&')}&R&P / &N")
    sheet.set_landscape()
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 14 if column.css else 22)
    sheet.write_string(0, 0, watermark, styles["mark"])
    for place, column in enumerate(columns):
        sheet.write_string(1, place, column_heading(column), styles["head"])
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(columns):
            _write(sheet, line, place, column, column.exported(row), styles)
    book.close()
    return target.getvalue()


def _write(sheet: Any, line: int, place: int, column: Column, value: Exported, styles: dict[str, Any]) -> None:
    """Text goes in as text only, so that `=cmd…` in a name stays a name."""
    if value is None:
        return
    if isinstance(value, dt.date):
        sheet.write_datetime(line, place, dt.datetime.combine(value, dt.time()), styles["day"])
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(line, place, value, styles["yuan" if column.kind == "yuan" else "number"])
    else:
        sheet.write_string(line, place, str(value), styles["text"])


def _sheet_name(title: str) -> str:
    """A title without what a sheet's name may not hold, at most 31 characters."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "Sheet1"
