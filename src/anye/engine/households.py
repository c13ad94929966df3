"""Which household a row speaks of: the register's number (户编号), or the village and the head's name."""

from __future__ import annotations

import polars as pl

AREA_DIGITS = 12
"""A number at least as long as an area code is one of the national registers', which begin with the area: it is unique
by itself. Shorter ones are counted within a village, and every village has a first household."""


def household_key(area: pl.Expr, number: pl.Expr, head: pl.Expr) -> pl.Expr:
    """The key of a household: a long number itself, else area/number, else area/head. Null where nothing tells.

    `area`: a village's or town's code or null; `number`: 户编号 or null; `head`: the head's name or null. A short number
    or a name of no known village could be anybody's: the household is unknown.
    """
    return pl.when(number.str.len_chars() >= AREA_DIGITS).then(number).otherwise(area + "/" + pl.coalesce(number, head))


def household_key_of(area: str, number: str) -> str:
    """The same for one household, of a person in `area`. Raises nothing: without an area the key is the number."""
    found: str | None = pl.select(
        household_key(pl.lit(area or None, pl.String), pl.lit(number), pl.lit(None, pl.String))
    ).item()
    return found or number


def household_number(key: str) -> str:
    """What people call the household: the key without the area that makes it unique."""
    area, slash, number = key.partition("/")
    return number if slash and len(area) == AREA_DIGITS else key
