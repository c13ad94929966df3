"""Months as whole numbers, counted from January 1970: what formulas, counters and columns reckon with."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache


def month_of(day: dt.date) -> int:
    """The month of a day."""
    return (day.year - 1970) * 12 + day.month - 1


def year_of(month: int) -> int:
    """The calendar year of a month."""
    return 1970 + month // 12


@cache
def last_day(month: int) -> dt.date:
    """The day by which a month is judged: what is in force at its end is in force in it."""
    year, at = year_of(month), month % 12 + 1
    return dt.date(year, at, calendar.monthrange(year, at)[1])


def read_month(text: str) -> int:
    """YYYY-MM. Raises ValueError."""
    return month_of(dt.datetime.strptime(f"{text}-01", "%Y-%m-%d").date())  # noqa: DTZ007  # a month, no instant


def written(month: int) -> str:
    """YYYY-MM."""
    return f"{year_of(month)}-{month % 12 + 1:02d}"
