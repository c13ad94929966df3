"""What a sheet says it holds, against what it holds (Q15): total lines, and a cover sheet's counts and sums.

A total line agrees with a column when its number is the sum of the rows above it, or of those since any total line
before it: subtotals of villages stand under subtotals of towns. What cannot be read is not compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from anye.engine.intake.cells import read_column
from anye.engine.intake.lines import cell_names
from anye.engine.intake.profile import Binding, Column
from anye.engine.intake.rows import value_columns
from anye.engine.money import parse_yuan

_SUMMED = ("yuan", "int", "tenths")
_MOST = 2_000  # total lines of a sheet that are remembered
_COUNT = re.compile(r"(?:人数|人次|条数|记录数|笔数|份数|行数)(?:合计)?$")
_SUM = re.compile(r"(?:金额|总额|补贴|资金)(?:合计|总计)?$|^合计(?:金额|发放)?$")
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]|[:：\s*]")
_NUMBER = re.compile(r"^[0-9][0-9,，]*(?:\.[0-9]{1,2})?(?:人|条|笔|人次|份|元)?$")
_COVER_LINES, _COVER_WIDTH = 40, 30


@dataclass
class Totals:
    """Sums of a sheet's rows so far, by column; and of the whole file, for a cover sheet."""

    sheet: str | None = None
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    marks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: set[str] = field(default_factory=set)
    rows: int = 0
    file_sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def compared(
        self,
        totals: pl.DataFrame,
        read: pl.DataFrame,
        *,
        named: pl.DataFrame,
        binding: Binding,
        units: tuple[str | None, ...],
    ) -> list[dict[str, object]]:
        """Queries (_line, _sheet, column, said, counted) of a block's total lines. `totals` and `named`: named cells."""
        self._enter(read, totals)
        self.rows += read.height
        found: list[dict[str, object]] = []
        for column in value_columns(binding):
            if column.type in _SUMMED and column.name in read.columns:
                found += self._column(column, totals, read, named, binding, units)
        return found

    def _enter(self, *frames: pl.DataFrame) -> None:
        sheet = next((frame["_sheet"][0] for frame in frames if frame.height), self.sheet)
        if sheet != self.sheet:
            self.sheet, self.unknown = sheet, set()
            self.sums.clear()
            self.marks.clear()

    def _column(
        self, column: Column, totals: pl.DataFrame, read: pl.DataFrame, named: pl.DataFrame, binding: Binding,
        units: tuple[str | None, ...],
    ) -> Iterator[dict[str, object]]:  # fmt: skip
        name, before = column.name, self.sums[column.name]
        value = read[name]
        if (value.is_null() & named[name].is_not_null()).any():
            self.unknown.add(name)
        if totals.height:
            unit = units[binding.sources[name][0]] if units and name in binding.sources else None
            said = read_column(column, totals[name], unit=unit).values[name]
            running = pl.DataFrame({"_line": read["_line"], "sum": value.fill_null(0).cum_sum()}).sort("_line")
            at = totals.select("_line").join_asof(running, on="_line", strategy="backward")["sum"].fill_null(0)
            for line, number, here in zip(totals["_line"], said, at, strict=True):
                if self._disagrees(name, number, before + here):
                    yield {
                        "_line": line, "_sheet": self.sheet, "column": binding.label(name), "kind": column.type,
                        "said": number, "counted": before + here,
                    }  # fmt: skip
        whole = int(value.sum() or 0)
        self.sums[name] = before + whole
        if column.type == "yuan":
            self.file_sums[name] += whole

    def _disagrees(self, name: str, number: int | None, reached: int) -> bool:
        """Whether a total line's number is neither the sum so far nor that since any total line before; it is one too now."""
        marks = self.marks[name]
        agrees = number is None or not reached or any(reached - mark == number for mark in (0, *marks))
        if len(marks) < _MOST:
            marks.append(reached)
        return not agrees and name not in self.unknown


@dataclass(frozen=True)
class Claim:
    """A count or a sum in fen that a cover sheet states, and where."""

    line: int
    label: str
    is_money: bool
    number: int


def claims_of(cover: pl.DataFrame) -> list[Claim]:
    """The counts and sums of a sheet without a register: a label with a number right of it or below it."""
    top = cover.head(_COVER_LINES)
    names = cell_names(top)[:_COVER_WIDTH]
    rows, lines = top.select(names).rows(), top["_line"].to_list()
    found = []
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            label = _UNIT.sub("", cell or "")
            is_money = bool(_SUM.search(label))
            if not label or not (is_money or _COUNT.search(label)):
                continue
            right = row[place + 1] if place + 1 < len(row) else None
            below = rows[at + 1][place] if at + 1 < len(rows) else None
            text = next((each.strip() for each in (right, below) if each and _NUMBER.match(each.strip())), None)
            if text is None:
                continue
            factor = 10_000 if "万元" in (cell or "") else 1
            number = _fen(text) * factor if is_money else int(re.sub(r"[^0-9]", "", text.partition(".")[0]))
            found.append(Claim(lines[at], (cell or "").strip()[:40], is_money, number))
    return found


def _fen(text: str) -> int:
    value = parse_yuan(pl.Series([text.rstrip("元人条笔次份")]))["fen"][0]
    return int(value or 0)


def _paid(sums: Mapping[str, int]) -> Iterator[int]:
    for side in ("", "_firm", "_worker"):
        columns = [number for name, number in sums.items() if name.endswith(f"{side}_paid")]
        if len(columns) > 1:
            yield sum(columns)


def unmet(claims: list[Claim], totals: Totals) -> list[tuple[Claim, int | None]]:
    """The claims that the file does not meet, with what was counted; None where several sums of money might be meant.

    Money agrees when one column's sum is it, or what was paid of all premiums, by firms, by workers or together.
    Without a column of money, or with one unreadable, nothing is compared.
    """
    sums = {*totals.file_sums.values(), *_paid(totals.file_sums)}
    wrong: list[tuple[Claim, int | None]] = []
    for claim in claims:
        if not claim.is_money and claim.number != totals.rows:
            wrong.append((claim, totals.rows))
        elif claim.is_money and sums and not totals.unknown and claim.number not in sums:
            wrong.append((claim, next(iter(sums)) if len(sums) == 1 else None))
    return wrong
