"""Rows that somebody who looked at a file first does not want loaded: they come out like refused ones, to be given back."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from anye.engine.intake.clean import REFUSED_SCHEMA, Cleaned
from anye.engine.intake.lines import cell_names

LEFT_OUT = "left_out"  # the reason that stands at such a row


def leave_out(cleaned: Cleaned, lines: Collection[int]) -> Cleaned:
    """The block with these lines refused, and nothing taken of them: no fact, no question, no row that they bring back.

    What pointed at them from below (同上) has its meaning already.
    """
    if not lines:
        return cleaned
    is_left = pl.col("_line").is_in(sorted(lines))
    rows = cleaned.rows.filter(is_left)
    faults = rows.select(
        "_line", "_sheet", pl.lit(None, pl.String).alias("column"), pl.lit(LEFT_OUT).alias("reason"), "area_code"
    )
    words = rows.with_columns(pl.lit(None, pl.String).alias("place"))
    refused = words.select([*REFUSED_SCHEMA, *cell_names(rows)])
    return replace(
        cleaned,
        rows=cleaned.rows.filter(~is_left),
        faults=pl.concat([cleaned.faults, faults.select(cleaned.faults.columns)]).sort("_line", maintain_order=True),
        queries=cleaned.queries.filter(~is_left),
        facts={name: frame.filter(~is_left) for name, frame in cleaned.facts.items()},
        refused_rows=pl.concat([cleaned.refused_rows, refused], how="diagonal").sort("_line", maintain_order=True),
        origins=cleaned.origins.filter(~is_left),
    )
