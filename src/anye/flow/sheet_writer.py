"""The workbook of a sheet of faults: the file's own lines above, its rows as text, our columns at the right.

Rows are written as they come and kept on disk: memory holds one. Every cell is text, so that no formula ever runs and no
ID number becomes a figure. Nothing of ours stands above the rows but a month, where the file's own title names none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import xlsxwriter  # type: ignore[import-untyped]

MOST_LINES = 1_048_576  # of a sheet, as Excel has it
LONGEST_CELL = 32_767
LONGEST_NAME = 31
OUR_WIDTHS = (24, 14, 10, 48, 48)
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Top:
    """What stands above a sheet's rows. `headings` are followed by ours; `below` are lines such as 必填 under them."""

    name: str
    titles: Sequence[Cells]
    headings: Sequence[Cells]
    below: Sequence[Cells]
    ours: Sequence[str]

    @property
    def width(self) -> int:
        """How many columns the file has of its own."""
        return max(len(line) for line in self.headings)


class SheetWriter:
    """Writes sheet after sheet; as a context manager it completes the file. `mark`: who took it out, when and why."""

    def __init__(self, path: Path, *, title: str, mark: str) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "strings_to_formulas": False})
        self._book.set_properties({"title": title, "comments": mark})
        self._mark = mark
        self._styles = {
            name: self._book.add_format({"num_format": "@", **more})
            for name, more in {
                "text": {},
                "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
                "ours": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#FDF3D8"},
                "wrong": {"bg_color": "#FBE3E1"},
                "told": {"text_wrap": True, "valign": "top", "bg_color": "#FFFBF0"},
            }.items()
        }
        self._names: set[str] = set()
        self._top: Top | None = None
        self._sheet: Any = None
        self._line = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def begin(self, top: Top) -> None:
        """A sheet with its lines above."""
        self._top = top
        self._sheet = self._book.add_worksheet(self._named(top.name))
        self._sheet.set_footer(f"&L{self._mark.replace('&', '&&')[:200]}&R&P / &N")
        self._line = 0
        # what is typed into a text column stays text: a number of 18 digits would lose its last ones
        self._sheet.set_column(0, top.width - 1, 16, self._styles["text"])
        for at, width in enumerate(OUR_WIDTHS[: len(top.ours)]):
            self._sheet.set_column(top.width + at, top.width + at, width, self._styles["told"])
        for cells in top.titles:
            self._write(enumerate(cells), "text")
        for cells in top.headings:
            self._put(enumerate(cells), "head")
            self._write(((top.width + at, word) for at, word in enumerate(top.ours)), "ours")
        for cells in top.below:
            self._write(enumerate(cells), "head")
        self._sheet.freeze_panes(self._line, 0)

    def row(self, cells: Cells, told: Cells, wrong: set[int]) -> None:
        """One row of the file; `told` goes into our columns, `wrong` are the columns with something to mend."""
        assert self._top is not None
        if self._line >= MOST_LINES:
            self.begin(self._top)
        styles: Mapping[int, str] = dict.fromkeys(wrong, "wrong")
        for at, cell in enumerate(cells[: self._top.width]):
            if cell is not None or at in wrong:
                self._cell(at, cell or "", styles.get(at, "text"))
        self._write(((self._top.width + at, word) for at, word in enumerate(told)), "told")

    def _write(self, cells: Iterable[tuple[int, str | None]], style: str) -> None:
        self._put(cells, style)
        self._line += 1

    def _put(self, cells: Iterable[tuple[int, str | None]], style: str) -> None:
        for at, cell in cells:
            if cell is not None:
                self._cell(at, cell, style)

    def _cell(self, at: int, text: str, style: str) -> None:
        if text:
            self._sheet.write_string(self._line, at, text[:LONGEST_CELL], self._styles[style])
        else:
            self._sheet.write_blank(self._line, at, None, self._styles[style])

    def _named(self, name: str) -> str:
        """A name that a sheet may have and none has yet."""
        plain = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:LONGEST_NAME] or "Sheet"
        tried, number = plain, 1
        while tried.casefold() in self._names:
            number += 1
            tried = f"{plain[: LONGEST_NAME - 6]} ({number})"
        self._names.add(tried.casefold())
        return tried
