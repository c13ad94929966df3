"""From rows to a figure: of the whole, and of each area.

Rows are frames of `FRAME`: one for each that is counted. An area's rows are those of persons who live in it; rows of nobody's
home, and of persons who live elsewhere, are the district's alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

FRAME: Mapping[str, type[pl.DataType]] = {
    "person": pl.Int64, "firm": pl.Int64, "what": pl.String, "area": pl.String, "since": pl.Date, "until": pl.Date,
    "lines": pl.Int64, "value": pl.Int64, "fact": pl.Int64, "is_in": pl.Boolean, "district": pl.Int64,
}  # fmt: skip
"""`what`: the columns by which it is told from others, as text; `since`, `until`: the first and the last day of its lines;
`lines`: how many; `value`: their sum; `fact`: the first of them; `is_in`: of a share, whether it is in the part; `district`: where
there are several, the scope number of the one whose it is."""
DIGITS = (12, 9, 6)
"""How many digits of its code an area's villages share: a village's own, a town's, the district's."""


def significant(code: str) -> str:
    """The digits of an area's code that the codes of all within it begin with."""
    return next((code[:count] for count in (6, 9) if not code[count:].strip("0")), code)


def digits_above(code: str) -> str:
    """The digits of the area that one lies in."""
    return significant(code)[:-3]


def value_of(take: str, rows: pl.DataFrame) -> float | int | None:
    """The figure of these rows; None where it is not known. Money is fen, a share per cent."""
    if take == "count":
        return rows.height
    if take in {"share", "part"}:
        part = int(rows.get_column("is_in").sum())
        return (part if take == "part" else round(100 * part / rows.height, 2)) if rows.height else None
    told = rows.get_column("value").drop_nulls()
    if take == "sum":
        return int(told.sum())
    if take == "weight":
        whole = int(told.sum())
        return round(100 * int(rows.filter(pl.col("is_in")).get_column("value").sum()) / whole, 2) if whole else None
    if not len(told):
        return None
    return int(told.max()) if take == "most" else round(int(told.sum()) / len(told), 2)  # type: ignore[arg-type]


def busiest_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of one month, from one day to the same day of the next, in which most was added up; of equals the first."""
    days = rows.drop_nulls("since").group_by("since").agg(pl.col("value").sum())
    months = days.select(first="since", last=pl.col("since").dt.offset_by("1mo")).join(days, how="cross")
    within = (
        months.filter(pl.col("since").is_between(pl.col("first"), pl.col("last")))
        .group_by("first", "last")
        .agg(pl.col("value").sum())
    )
    most = within.sort("value", "first", descending=[True, False]).head(1)
    return rows.join_where(
        most.select("first", "last"), pl.col("since") >= pl.col("first"), pl.col("since") <= pl.col("last")
    ).drop("first", "last")


def by_area(
    take: str, rows: pl.DataFrame, areas: Sequence[str], districts: Mapping[str, int] | None = None, *, has_homes: bool
) -> dict[str, float | int | None]:
    """Area → its figure; the district's is that of all rows, or of its own where there are several (`districts`: area → scope
    number). Of rows that have no home (`has_homes`) nothing is known below the district."""
    found: dict[str, float | int | None] = {}
    for digits in DIGITS[:2]:
        of_level = [area for area in areas if len(significant(area)) == digits]
        keyed = rows.with_columns(pl.col("area").str.slice(0, digits).alias("within"))
        parts = keyed.partition_by("within", as_dict=True) if of_level and has_homes else {}
        for area in of_level:
            found[area] = value_of(take, parts.get((significant(area),), rows.clear())) if has_homes else None
    return found | {area: value_of(take, of_district(rows, area, districts)) for area in areas if area not in found}


def of_district(rows: pl.DataFrame, area: str, districts: Mapping[str, int] | None) -> pl.DataFrame:
    """The rows of a district; all of them, where there is no other."""
    return rows.filter(pl.col("district") == districts[area]) if districts and area in districts else rows
