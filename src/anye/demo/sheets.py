"""Physical writing: the same lines as a workbook, or as text whose merged cells are blank below, as Excel saves them.

The same lines give the same bytes: workbooks carry a fixed date, and nothing reads the clock.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from anye.demo.forms import Cell

#: Creation date of every workbook.
WRITTEN_AT = datetime.combine(date(2020, 6, 30), time(9))


@dataclass(slots=True)
class Sheet:
    """Lines of cells; a merged range has its value in the upper left cell only. Places count from 0."""

    name: str
    lines: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First line, first column, last line, last column."""
    hidden: set[int] = field(default_factory=set)
    bold: set[int] = field(default_factory=set)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write an xlsx file. Texts stay texts (an ID is never read as a number), dates become date cells."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": WRITTEN_AT})
        heading = book.add_format(
            {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}
        )
        day = book.add_format({"num_format": "yyyy/m/d"})
        middle = book.add_format({"valign": "vcenter"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, max((len(line) for line in sheet.lines), default=1), 12)
            for first, left, last, right in sheet.merges:
                page.merge_range(first, left, last, right, "", heading if first in sheet.bold else middle)
            for row, line in enumerate(sheet.lines):
                _write_line(page, row, line, heading if row in sheet.bold else None, day)
            for row in sorted(sheet.hidden):
                page.set_row(row, None, None, {"hidden": True})


def _write_line(page: Worksheet, row: int, line: Sequence[Cell], form: Format | None, day: Format) -> None:
    for column, cell in enumerate(line):
        if isinstance(cell, str):
            page.write_string(row, column, cell, form)
        elif isinstance(cell, date):
            page.write_datetime(row, column, cell, day)
        elif cell is not None:
            page.write_number(row, column, cell, form)


def write_long_workbook(
    path: Path, name: str, lines: Iterable[Sequence[Cell]], merges: Sequence[tuple[int, int, int, int]]
) -> None:
    """Write one sheet line by line in little memory; merges may span columns, and lines only inside the heading."""
    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": WRITTEN_AT})
        day = book.add_format({"num_format": "yyyy/m/d"})
        page = book.add_worksheet(name)
        for row, line in enumerate(lines):
            _write_line(page, row, line, None, day)
        # Registered without writing: in this mode a merge that pads its blank cells would go back to written lines.
        page.merge.extend([list(place) for place in merges])


def write_text(path: Path, lines: Iterable[Sequence[Cell]], *, encoding: str, delimiter: str) -> None:
    """Write delimited text with CRLF line ends as Excel does; blank lines keep their delimiters."""
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        writer.writerows([as_text(cell) for cell in line] for line in lines)


def as_text(cell: Cell) -> str:
    """A cell as a spreadsheet shows it when saved as text: long numbers in scientific form."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell.year}/{cell.month}/{cell.day}"
    if isinstance(cell, float):
        return f"{cell:.5E}" if abs(cell) >= 1e11 else f"{cell:.15g}"
    return str(cell)
