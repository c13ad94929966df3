"""Rows of one file that say exactly what an earlier row said, their number in the list apart (重复行)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from anye.engine.intake.lines import cell_names
from anye.engine.intake.profile import Binding

_SEEDS = (1, 2)
_BETWEEN = "\x1f"


@dataclass
class Repeats:
    """Digests of the rows seen so far: 128 bits a row, whatever the rows hold."""

    seen: list[pl.DataFrame] = field(default_factory=list)

    def marked(self, rows: pl.DataFrame, named: pl.DataFrame, *, binding: Binding, month: dt.date | None) -> pl.Series:
        """True for each row that repeats an earlier one of the file; the first stays.

        `rows` are compared as meant: ditto marks replaced, what fills down taken from `named`, and the month of the
        sheet with it, for a workbook may have a sheet a month.
        """
        idle = [column for column in binding.columns if column.type == "serial" or column.fills_down]
        left_out = {f"c{i}" for column in idle for i in binding.sources[column.name]}
        # A first column without a heading is a list's numbering.
        left_out |= {f"c{i}" for i, label in enumerate(binding.labels[:1]) if not label}
        filled = [column.name for column in idle if column.fills_down]
        names = [name for name in cell_names(rows) if name not in left_out]
        if rows.is_empty() or not names:
            return pl.Series("again", [False] * rows.height, dtype=pl.Boolean)
        meant = pl.DataFrame([*named.select(filled).get_columns(), *rows.select(names).get_columns()])
        meant = meant.with_columns(pl.lit(month.isoformat() if month else "").alias("_month")).select(
            "_month", pl.exclude("_month")
        )
        # Blocks of one file may differ in width: empty cells at the end are nothing.
        said = meant.select(
            pl.concat_str(pl.all().fill_null(""), separator=_BETWEEN).str.strip_chars_end(_BETWEEN).alias("said")
        )
        digests = said.select(pl.col("said").hash(seed).alias(f"digest{seed}") for seed in _SEEDS)
        columns = digests.columns
        here = digests.select(pl.struct(columns).is_first_distinct().alias("first"))["first"]
        before = pl.Series("before", [False] * rows.height, dtype=pl.Boolean)
        if self.seen:
            indexed = digests.with_row_index("at")
            for part in self.seen:
                again = indexed.join(part, on=columns, how="semi")["at"]
                if len(again):
                    before = before.scatter(again, True)
        self._remember(digests.filter(here & ~before))
        return (~here | before).alias("again")

    def _remember(self, digests: pl.DataFrame) -> None:
        """Keep parts few and of doubling size, so that small blocks stay cheap."""
        self.seen.append(digests)
        while len(self.seen) > 1 and self.seen[-2].height <= 2 * self.seen[-1].height:
            last, before = self.seen.pop(), self.seen.pop()
            self.seen.append(pl.concat([before, last], rechunk=True))
