"""Days and months as registers write them: 2020-03-12, 2020/3/12, 2020.3.12, 2020年3月12日, 20200312, 202003, 2020年3月,
spreadsheet serials, with a time behind or in full-width digits.

What could mean two days is no date: 2020.1 is January or, as a number cell, October; 2020.3-5 is a range.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import polars as pl

# Cells that say nothing. An end such as 至今 is an answer that only the caller can place.
EMPTY_WORDS = ("", "-", "--", "—", "/", "\\", "无", "暂无", "不详", "未知")

_YEARS = (1800, 2199)
_FIRST_SERIAL, _LAST_SERIAL = 20000, 60000  # 1954-10-03 to 2064-04-08 as days since 1899-12-30
_TIME = r"(?:[T]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAYS = (
    rf"^([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})/([0-9]{{1,2}})/([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})\.([0-9]{{1,2}})\.([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})[日号]?{_TIME}$",
    r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?$",
)
_MONTHS = (
    r"^([0-9]{4})-([0-9]{1,2})$",
    r"^([0-9]{4})/([0-9]{1,2})$",
    r"^([0-9]{4})\.(0?[2-9]|01|1[0-2])$",  # not .1: see above
    r"^([0-9]{4})年([0-9]{1,2})月份?$",
    r"^([0-9]{4})([0-9]{2})(?:\.0+)?$",
)
_YEAR = r"^([0-9]{4})(?:年度?|\.0+)?$"
_SERIAL = r"^([0-9]{5})(?:\.[0-9]+)?$"
_MONTH_IN_TEXT = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:[-_./年]?(0[1-9]|1[0-2])|[-_./年]([1-9]))(?![0-9])")


@dataclass(frozen=True, slots=True)
class DateRead:
    """One cell's date; `precision` 'day', 'month' or 'year' with the first day of it as `value`; `ok` also when empty."""

    value: date | None
    precision: str | None
    ok: bool


def parse_dates(s: pl.Series) -> pl.DataFrame:
    """String series → value (Date), precision ('day', 'month', 'year' or null), ok, a row a cell.

    An empty cell is ok without a value. Years run from 1800 to 2199; whether a day may lie ahead is the caller's question.
    """
    spelled = pl.col("cell").fill_null("").str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}'‘’]", "")
    frame = pl.DataFrame({"cell": s.cast(pl.String)}).select(spelled.alias("text"))
    day = pl.coalesce(*(_date(pattern) for pattern in _DAYS), _of_serial())
    month = pl.coalesce(*(_date(pattern) for pattern in _MONTHS))
    found = frame.select("text", day.alias("day"), month.alias("month"), _date(_YEAR).alias("year"))
    precision = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in ("day", "month", "year"))
    value = pl.coalesce("day", "month", "year")
    return found.select(
        value.alias("value"),
        precision.alias("precision"),
        (value.is_not_null() | pl.col("text").is_in(EMPTY_WORDS)).alias("ok"),
    )


def parse_months(s: pl.Series) -> pl.DataFrame:
    """As `parse_dates`, with the first day of the month as value; a year alone is no month and not ok."""
    read = parse_dates(s)
    is_year = pl.col("precision").eq_missing("year")
    return read.select(
        pl.when(~is_year).then(pl.col("value").dt.month_start()).alias("value"),
        pl.when(~is_year).then(pl.col("precision")).alias("precision"),
        (pl.col("ok") & ~is_year).alias("ok"),
    )


def parse_date(text: str | None) -> DateRead:
    """The date of one cell, by the rule of `parse_dates`."""
    return DateRead(*parse_dates(pl.Series([text], dtype=pl.String)).row(0))


def parse_month(text: str | None) -> date | None:
    """The first day of one cell's month, by the rule of `parse_months`; None when it names none."""
    value: date | None = parse_months(pl.Series([text], dtype=pl.String))["value"].item()
    return value


def month_in(title: str) -> date | None:
    """The month that a sheet's title or a file's name speaks of (2020年10月参保明细.xlsx); None for none or several."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", title))
    months = {date(int(year), int(two or one), 1) for year, two, one in _MONTH_IN_TEXT.findall(text)}
    return months.pop() if len(months) == 1 else None


def _date(pattern: str) -> pl.Expr:
    """The date of a pattern with groups year, month, day (the latter two default to 1); null for days that do not exist."""
    groups = re.compile(pattern).groups
    year = pl.col("text").str.extract(pattern, 1)
    month, day = (
        pl.col("text").str.extract(pattern, group).str.zfill(2) if group <= groups else pl.lit("01") for group in (2, 3)
    )
    # Text to date, not pl.date(): that one raises on the 30th of February.
    found = (year + month + day).str.to_date("%Y%m%d", strict=False)
    return pl.when(found.dt.year().is_between(*_YEARS)).then(found)


def _of_serial() -> pl.Expr:
    days = pl.col("text").str.extract(_SERIAL, 1).cast(pl.Int32)
    return pl.when(days.is_between(_FIRST_SERIAL, _LAST_SERIAL)).then(
        pl.lit(date(1899, 12, 30)) + pl.duration(days=days)
    )
