"""Puts rows of the demo's year into files, each with the day on which the office learned of it, and keeps the lines that are asked for.

Long lists are text as offices export it, short ones workbooks. The same rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from anye.demo.forms import Cell
from anye.demo.sheets import Sheet, write_text, write_workbook
from anye.demo.year_world import Row

LONG = 400
"""Rows from which a list is exported as text."""


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def written(at: int) -> str:
    """A month as registers write it: 2020-04."""
    return f"{at // 12}-{at % 12 + 1:02d}"


def spoken(at: int) -> str:
    return f"{at // 12}年{at % 12 + 1}月"


@dataclass(eq=False)
class File:
    """`lines`: the title, the headings, and a line for each row."""

    path: Path
    known: date
    lines: list[list[Cell]]

    @property
    def headings(self) -> list[str]:
        return [str(cell) for cell in self.lines[1]]

    def write(self, lines: list[list[Cell]] | None = None, path: Path | None = None) -> Path:
        """As it is, or with other lines, here or elsewhere."""
        lines, path = lines or self.lines, path or self.path
        if path.suffix == ".csv":
            write_text(path, lines, encoding="gb18030", delimiter=",")
        else:
            write_workbook(path, [Sheet("Sheet1", lines)])
        return path


@dataclass
class Files:
    """`rows_of`: whose row stands where: (file, line) by a name that is asked for again."""

    folder: Path
    written: list[File] = field(default_factory=list)
    marks: dict[str, list[tuple[File, int]]] = field(default_factory=dict)

    def sheet(self, name: str, rows: Iterable[tuple[str, Row]], known: date, title: str = "") -> None:
        """A file of rows, each with a mark by which it is found again (or nothing). None, where there are no rows."""
        listed = list(rows)
        if not listed:
            return
        headings = list(dict.fromkeys(key for _, row in listed for key in row))
        lines: list[list[Cell]] = [[title or name, *[None] * (len(headings) - 1)], list[Cell](headings)]
        lines += [[row.get(key) for key in headings] for _, row in listed]
        ending = "csv" if len(listed) >= LONG else "xlsx"
        file = File(self.folder / f"{known:%Y%m%d}_{len(self.written) + 1:03d}_{name}.{ending}", known, lines)
        file.write()
        self.written.append(file)
        for at, (mark, _) in enumerate(listed):
            if mark:
                self.marks.setdefault(mark, []).append((file, at + 2))

    @property
    def in_order(self) -> list[File]:
        return sorted(self.written, key=lambda each: (each.known, each.path.name))
