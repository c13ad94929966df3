"""How far the cells of a column look like what a profile's column holds: valid numbers, known codes, dates, names."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import polars as pl

from anye.engine.codes import USABLE_ID_STATUSES, check_credit_codes, check_ids
from anye.engine.intake.cells import code_of, read_column
from anye.engine.intake.profile import Column
from anye.engine.names import SURNAMES

# What a column is worth by its cells alone when all of them fit: a valid ID number is hardly anything else, a date or an
# amount may be any of several.
WEIGHTS: Mapping[str, float] = MappingProxyType({
    "id": 0.95, "credit_code": 0.9, "sex": 0.85, "code": 0.75, "area-town": 0.75, "area-village": 0.75, "area-path": 0.7,
    "phone": 0.7, "name": 0.65, "serial": 0.6, "month": 0.25, "year": 0.25, "date": 0.25, "bool": 0.3, "yuan": 0.25,
    "int": 0.15, "tenths": 0.15, "wages": 0.25, "text": 0.0,
})  # fmt: skip
_PATTERNS: Mapping[str, str] = MappingProxyType({
    "name": rf"^[{SURNAMES}]\p{{Han}}{{1,3}}$|^\p{{Han}}+(?:[·•‧・]\p{{Han}}+)+$",
    "area-town": r"^\p{Han}{1,12}(?:镇|乡|街道|街道办事处)$",
    "area-village": r"^\p{Han}{1,16}(?:村|社区|居委会|村委会|村民委员会|居民委员会)$",
    "area-path": r"^\p{Han}+(?:镇|乡|街道)[\s/\-—]*\p{Han}+(?:村|社区|委员会)",
    "phone": r"(?:^|[^0-9])1[3-9][0-9]{9}(?:[^0-9]|$)|^0[0-9]{2,3}[- ]?[2-9][0-9]{6,7}$|^[2-9][0-9]{6,7}$",
    "serial": r"^[0-9]{1,6}$",
})  # fmt: skip
_LEAST_DIFFERENT = 0.2  # names of people repeat less than names of villages or kinds of work


def look_like_names(cells: Iterable[str]) -> bool:
    """Whether most of some texts may be names of people."""
    text = pl.Series(list(cells), dtype=pl.String)
    return int(text.str.contains(_PATTERNS["name"]).sum()) * 2 > len(text)


@dataclass
class Shapes:
    """The filled cells of one column of a sheet, asked once a question."""

    cells: pl.Series
    on: dt.date
    _asked: dict[Column | str, float | None] = field(default_factory=dict)

    @cached_property
    def counted(self) -> dict[str, int]:
        """Each different cell with how often it occurs, the most frequent first."""
        ranked = sorted(Counter(self.cells).items(), key=lambda pair: (-pair[1], pair[0]))
        return dict(ranked)

    def samples(self, count: int) -> list[str]:
        """The first different cells, as they stand in the sheet."""
        return list(dict.fromkeys(self.cells))[:count]

    def share(self, column: Column) -> float | None:
        """The share of cells that fit the column; None when they tell nothing for or against it."""
        if not self.counted or column.type == "text":
            return None
        key = column if column.codes else column.type
        if key not in self._asked:
            fits = self._known(column) if column.codes else self._fitting(column.type)
            self._asked[key] = None if fits is None else fits / len(self.cells)
        return self._asked[key]

    def unknown_codes(self, column: Column) -> dict[str, int]:
        """Spellings that the column's codes do not know, with how often they occur."""
        if not column.codes:
            return {}
        return {cell: count for cell, count in self.counted.items() if not code_of(cell, column)[1]}

    def _known(self, column: Column) -> int | None:
        """How many cells are codes; of a list of codes one alone may be known by chance and tells nothing."""
        known = {cell: code for cell in self.counted for code, is_known in (code_of(cell, column),) if is_known}
        if column.type == "code" and len(set(known.values())) == 1 < len(self.cells):
            return None
        return sum(self.counted[cell] for cell in known)

    def _fitting(self, column_type: str) -> int | None:
        """How many cells are of a type."""
        if column_type == "name" and len(self.counted) < len(self.cells) * _LEAST_DIFFERENT:
            return None
        if column_type == "serial" and len(self.counted) < len(self.cells):
            return 0
        if column_type == "id":
            fits = check_ids(self.cells, on=self.on)["id_status"].is_in(sorted(USABLE_ID_STATUSES))
        elif column_type == "credit_code":
            fits = check_credit_codes(self.cells)["is_ok"]
        elif column_type in _PATTERNS:
            fits = self.cells.str.contains(_PATTERNS[column_type])
        else:
            fits = ~read_column(Column(name="any", type=column_type, aliases=()), self.cells, unit=None).bad
        return int(fits.sum())
