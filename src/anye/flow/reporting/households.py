"""Households (户) behind figures: who belongs to which, and rows of persons told as those of their households."""

from __future__ import annotations

import io

import numpy as np
import polars as pl

from anye.engine.entitle.bits import Array
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.spans import copied
from anye.flow.reporting.lines import When

SCHEMA: dict[str, type[pl.DataType]] = {
    "person": pl.Int64,
    "household": pl.Int64,
    "code": pl.String,
    "is_head": pl.Boolean,
}


def members_of(when: When) -> pl.DataFrame:
    """Person, household and its code as of a day; `stands`: the member by whom it is shown, the head or else the first."""
    known = Asked(when.known)
    sql = f"""SELECT DISTINCT ON (f.person_id) f.person_id, f.household_id, h.code, f.is_head IS TRUE
        FROM people_householdmember f JOIN people_household h ON h.id = f.household_id
        JOIN people_person p ON p.id = f.person_id AND {known.was_seen("p")}
        WHERE {known.wheres("f", ())} AND (f.valid_from IS NULL OR f.valid_from <= %(last)s)
            AND (f.valid_to IS NULL OR f.valid_to >= %(last)s) ORDER BY f.person_id, f.id DESC"""
    text = b"".join(copied(f"COPY ({sql}) TO STDOUT (FORMAT CSV)", {**known.params(), "last": when.on}))
    if not text:
        return pl.DataFrame(schema={**SCHEMA, "stands": pl.Int64})
    found = pl.read_csv(io.BytesIO(text), has_header=False, schema={**SCHEMA, "is_head": pl.String})
    ranked = found.with_columns(pl.col("is_head") == "t").sort(
        "household", "is_head", "person", descending=[False, True, False]
    )
    return ranked.with_columns(stands=pl.col("person").first().over("household"))


def told_by_household(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows of persons as those of their households, each shown by who stands for it. Of whom no household is known is left out."""
    joined = rows.join(members, on="person", how="inner", maintain_order="left")
    what = pl.concat_str(pl.col("code"), pl.col("what").replace("", None), separator="|", ignore_nulls=True)
    found = joined.with_columns(what=what, person=pl.col("stands")).group_by("person", "what", maintain_order=True).agg(
        pl.col("firm").first(), pl.col("since").min(), pl.col("until").max(), pl.col("lines").sum(),
        pl.when(pl.col("value").is_not_null().any()).then(pl.col("value").sum()).alias("value"), pl.col("fact").first(),
        pl.col("office").first(),
    )  # fmt: skip
    return found.select([name for name in rows.columns if name in found.columns])


def of_whom(members: pl.DataFrame, persons: Array) -> Array:
    """Who stands for the households of which any of these persons is a member."""
    return members.filter(pl.col("person").is_in(persons)).get_column("stands").unique().to_numpy()


def with_nobody(members: pl.DataFrame, persons: Array, holds: Array, is_known: Array) -> pl.DataFrame:
    """Of each household, by who stands for it, whether a condition is known to hold of no member (`found`); NULL: not known.

    `persons`: those whose states are told, (rows,) as the others. Of any other member nothing is known.
    """
    state = np.where(is_known, np.where(holds, 1, 0), 2)  # in ascending order: fails, holds, unknown
    told = pl.DataFrame({"person": persons, "state": state}, schema={"person": pl.Int64, "state": pl.Int64})
    joined = members.join(told, on="person", how="left").with_columns(pl.col("state").fill_null(2))
    is_any, is_none = (pl.col("state") == 1).any(), (pl.col("state") == 0).all()
    return (
        joined.group_by("stands")
        .agg(found=pl.when(is_none).then(True).when(is_any).then(False))
        .rename({"stands": "person"})
    )
