"""The cells of a table of facts: text in a CSV, typed columns in a Parquet file; read by column, never row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from anye.engine.entitle.catalogue import KEYS, REACH, Catalogue, Fact
from anye.engine.entitle.values import NO, YES
from anye.engine.errors import Problem

HEADING = 2  # the line of the first row: the heading stands above it
KEY_NAMES = ("person", "household", "firm", "post")


class FactsFault(Problem):
    """Facts that cannot be used: `code`, and `params` with the file, the row or the column, and what is expected."""


@dataclass(frozen=True)
class Bad:
    """Cells of a column that are no values of its fact, and count as unknown: how many, the first line, its text."""

    file: str
    column: str
    count: int
    row: int
    text: str


def read_cells(
    file: Path, name: str, catalogue: Catalogue, bad: list[Bad], ignored: list[tuple[str, str]]
) -> pl.DataFrame:
    """A table with keys as text, `month` as a number of months, facts by their names as values. Raises FactsFault."""
    raw = _frame(file)
    aliases = {fact.en: fact.name for fact in catalogue.facts.values()}
    subject = name.removesuffix("_month")
    columns: list[pl.Series] = []
    for column in raw.iter_columns():
        heading = column.name.strip()
        fact = catalogue.facts.get(aliases.get(heading, heading))
        if heading in KEY_NAMES:
            columns.append(_key(column.alias(heading)))
        elif heading == "month":
            columns.append(_checked(column, _months(column), str(file), bad).alias(heading))
        elif fact is not None and fact.formula is None and fact.of in REACH[subject]:
            columns.append(_checked(column, _values(column, fact), str(file), bad).alias(fact.name))
        else:
            ignored.append((str(file), column.name))
    names = [column.name for column in columns]
    for heading in names:
        if names.count(heading) > 1:
            raise FactsFault("facts_heading", {"file": str(file), "column": heading})
    found = pl.DataFrame(columns)
    is_monthly = name.endswith("_month") or "month" in found.columns
    for key in (*KEYS[subject], *(("month",) if is_monthly else ())):
        if key not in found.columns:
            raise FactsFault("facts_no_column", {"file": str(file), "expected": key})
        empty = found.get_column(key).is_null()
        if empty.any():
            raise FactsFault(
                "facts_no_key", {"file": str(file), "column": key, "row": int(empty.arg_true()[0]) + HEADING}
            )
    return found


def _frame(file: Path) -> pl.DataFrame:
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        if file.suffix == ".yaml":
            rows = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
            names = list(dict.fromkeys(str(name) for row in rows for name in row))
            return pl.DataFrame({name: [_text(row.get(name)) for row in rows] for name in names}, strict=False)
        return pl.read_csv(file, infer_schema=False, separator=_separator(file))
    except (pl.exceptions.PolarsError, YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise FactsFault("facts_unreadable", {"file": str(file), "found": str(error).splitlines()[0][:200]}) from None


def _separator(file: Path) -> str:
    """What stands most often in the heading: sheets are written with commas, semicolons or tabs."""
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        heading = lines.readline()
    return max(",;\t", key=heading.count)


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _key(column: pl.Series) -> pl.Series:
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _checked(raw: pl.Series, values: pl.Series, file: str, bad: list[Bad]) -> pl.Series:
    """Values, with a note of the cells that are none."""
    text = raw.cast(pl.String)
    wrong = values.is_null() & text.is_not_null() & (text.str.strip_chars() != "")
    if wrong.any():
        at = int(wrong.arg_true()[0])
        bad.append(Bad(file, raw.name, int(wrong.sum()), at + HEADING, str(text[at])[:40]))
    return values.alias(raw.name)


def _months(column: pl.Series) -> pl.Series:
    """YYYY-MM, or a day, as months since January 1970."""
    day = (
        column
        if column.dtype == pl.Date
        else (_stripped(column).str.slice(0, 7) + "-01").str.to_date("%Y-%m-%d", strict=False)
    )
    return (day.dt.year().cast(pl.Int32) - 1970) * 12 + day.dt.month().cast(pl.Int32) - 1


def _stripped(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).str.strip_chars()


def _values(column: pl.Series, fact: Fact) -> pl.Series:
    """What is no value, or out of the fact's range, is null."""
    if fact.is_month:
        found = _months(column)
    else:
        found = _WAYS[fact.kind.type](column, fact)
    if fact.kind.type in {"int", "date"}:
        inside = found.is_between(fact.kind.lo, fact.kind.hi).fill_null(value=False)
        found = found.set(~inside, None)
    return found


def _bool(column: pl.Series, _fact: Fact) -> pl.Series:
    if column.dtype == pl.Boolean:
        return column
    text = _stripped(column).str.to_lowercase()
    said = [*YES, *NO]
    return text.replace_strict(said, [word in YES for word in said], default=None, return_dtype=pl.Boolean)


def _int(column: pl.Series, fact: Fact) -> pl.Series:
    """Whole numbers. Of money no decimals, not even .00: they may be meant as euro or as cents, and nobody guesses."""
    if column.dtype.is_integer():
        return column.cast(pl.Int64, strict=False)
    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        return whole.set((whole.cast(pl.Float64) != column).fill_null(value=True) | fact.is_money, None)
    text = _stripped(column)
    return (text if fact.is_money else text.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)


def _date(column: pl.Series, _fact: Fact) -> pl.Series:
    day = (
        column if column.dtype == pl.Date else _stripped(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    )
    return day.cast(pl.Int32)


def _code(column: pl.Series, fact: Fact) -> pl.Series:
    places: dict[str, int] = {}
    for at, (code, texts) in enumerate(fact.codes.items()):
        for word in (code, *texts.values()):
            places.setdefault(word, at)
    return _stripped(column).replace_strict(list(places), list(places.values()), default=None, return_dtype=pl.Int64)


_WAYS: Mapping[str, Callable[[pl.Series, Fact], pl.Series]] = {"bool": _bool, "int": _int, "date": _date, "code": _code}
