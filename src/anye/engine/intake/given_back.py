"""A sheet of faults (退回清单): the file's own layout, and columns of ours that say where each row stood and what is wrong.

When it comes back mended, our columns are known again: they say nothing of the person, and tell which rows are mended.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from anye.engine.intake.labels import label_key

HEADINGS = {
    "zh": ("退回单号", "原工作表", "原行号", "退回原因", "更正办法"),
    "en": ("Return slip", "Original sheet", "Original line", "Why it came back", "How to mend it"),
}
ORIGIN_SCHEMA = {"_line": pl.Int64, "slip": pl.String, "of_sheet": pl.Int64, "of_line": pl.Int64}
_SLIP = r"^\s*([A-Za-z0-9_-]{10,22})/([0-9]{1,4})\s*$"
_LINE = r"^\s*([0-9]{1,7})(?:\.0+)?\s*$"


def slip(batch: str, sheet_no: int) -> str:
    """What stands in the first of our columns: the load that refused the row, and the sheet it stood in."""
    return f"{batch}/{sheet_no}"


def places(labels: Sequence[str]) -> dict[str, int]:
    """Our headings, as keys, and where they stand; nothing in a file that is no sheet of faults."""
    keys = [label_key(label) for label in labels]
    for words in HEADINGS.values():
        ours = [label_key(word) for word in words]
        if ours[0] in keys and ours[2] in keys:
            named = dict(zip(("slip", "sheet", "line", "reason", "cure"), ours, strict=True))
            return {name: keys.index(key) for name, key in named.items() if key in keys}
    return {}


def origins(rows: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """ORIGIN_SCHEMA: which row of which load each of these rows stands for, where it says so."""
    ours = places(labels)
    if not ours or any(f"c{ours[name]}" not in rows.columns for name in ("slip", "line")):
        return pl.DataFrame(schema=ORIGIN_SCHEMA)
    said, line = pl.col(f"c{ours['slip']}"), pl.col(f"c{ours['line']}")
    return rows.select(
        "_line",
        said.str.extract(_SLIP, 1).alias("slip"),
        said.str.extract(_SLIP, 2).cast(pl.Int64).alias("of_sheet"),
        line.str.extract(_LINE, 1).cast(pl.Int64).alias("of_line"),
    ).drop_nulls()


def without_ours(rows: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """The rows as the file's keeper wrote them: our columns are empty."""
    ours = {f"c{at}" for at in places(labels).values()} & set(rows.columns)
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in sorted(ours)) if ours else rows
