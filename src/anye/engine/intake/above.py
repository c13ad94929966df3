"""What a cell says by pointing upwards: 同上 and ditto marks, and blanks below the first line of a household."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from anye.engine.intake.lines import cell_names
from anye.engine.intake.profile import Binding, Column, spelling_key

DITTO = ("同上", "同 上", "上同", "如上", "〃", "″", "“", "”", '"', "''", "’’", "””", "““", "同上行")
_BLANK = "\x00"  # stands for a cell that is blank and means it, while nulls are being filled


@dataclass
class Above:
    """The last row of the lines read so far, as it was meant: by sheet column, and by profile column that fills down."""

    sheet: str | None = None
    cells: dict[str, str | None] = field(default_factory=dict)
    named: dict[str, str | None] = field(default_factory=dict)

    def enter(self, sheet: str | None) -> None:
        """Another sheet begins: nothing stands above its first row."""
        if sheet != self.sheet:
            self.sheet, self.cells, self.named = sheet, {}, {}


def said_above(rows: pl.DataFrame, *, binding: Binding, above: Above) -> pl.DataFrame:
    """Ditto marks replaced by the cell above, across blocks too.

    A number under 同上 is read only where the name is 同上 as well (the same person's next line): two people never
    share a number. Otherwise the marks stay and the row is refused for them.
    """
    names = cell_names(rows)
    if rows.is_empty():
        return rows
    persons = {f"c{i}" for key in ("id_number", "name") for i in binding.sources.get(key, ())} & set(names)
    both = pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name).is_in(DITTO).fill_null(value=False) for name in sorted(persons))
    )
    marked = rows.select(
        (pl.col(name).is_in(DITTO).fill_null(value=False) & (both if name in persons else pl.lit(value=True))).alias(
            name
        )
        for name in names
    )
    ditto = [name for name in names if marked[name].any()]
    if ditto:
        filled = []
        for name in ditto:
            own = pl.select(pl.when(~marked[name]).then(rows[name].fill_null(_BLANK)))[:, 0]
            filled.append(_filled(own, above.cells.get(name)).alias(name))
        rows = rows.with_columns(filled)
    above.cells = dict(zip(names, rows.select(names).row(-1), strict=True))
    return rows


def filled_down(named: pl.DataFrame, *, binding: Binding, above: Above) -> pl.DataFrame:
    """Blanks of the columns that fill down take the value above, unless a cell in the same line says otherwise."""
    columns = [column for column in binding.columns if column.fills_down]
    if not columns or named.is_empty():
        return named
    filled = []
    for column in columns:
        stops = [_is_given(binding, named, other) for other in column.fill_unless]
        is_stopped = pl.any_horizontal(stops) if stops else pl.lit(value=False)
        own = named.select(
            pl.when(is_stopped).then(pl.col(column.name).fill_null(_BLANK)).otherwise(pl.col(column.name))
        )
        filled.append(_filled(own[:, 0], above.named.get(column.name)).alias(column.name))
    named = named.with_columns(filled)
    last = named.select(column.name for column in columns).row(-1)
    above.named = dict(zip((column.name for column in columns), last, strict=True))
    return named


def _filled(own: pl.Series, before: str | None) -> pl.Series:
    """Nulls take the value above, the first of them what stood above the block; meant blanks become null again."""
    seeded = pl.concat([pl.Series("t", [before], dtype=pl.String), own.rename("t")])
    frame = seeded.to_frame().select(pl.col("t").forward_fill())
    return frame.select(pl.when(pl.col("t") != _BLANK).then(pl.col("t")))["t"].slice(1)


def _is_given(binding: Binding, named: pl.DataFrame, condition: str) -> pl.Expr:
    """`town`: the line has a town; `relation=02`: the line's relation is the code 02."""
    name, _, code = condition.partition("=")
    if name not in named.columns:
        return pl.lit(value=False)
    if not code:
        return pl.col(name).is_not_null()
    return pl.col(name).is_in(_spelled(binding.profile.by_name[name], named[name], code))


def _spelled(column: Column, cells: pl.Series, code: str) -> list[str]:
    return [cell for cell in cells.unique().drop_nulls() if column.codes.get(spelling_key(cell)) == code]
