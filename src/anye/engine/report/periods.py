"""The days that a figure is about, as of a day."""

from __future__ import annotations

import datetime as dt

from anye.engine.entitle.months import last_day, month_of

PERIODS = ("year", "half_year", "quarter", "month", "all", "day", "year_before", "newest")
"""`newest`: the last month up to the day of which the register tells."""


def span_of(period: str, on: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day: from the beginning of the year, half-year, quarter or month of a day to the day itself; all days
    up to it; itself alone; or the whole year before."""
    if period == "all":
        return dt.date.min, on
    if period == "day":
        return on, on
    if period == "year_before":
        return dt.date(on.year - 1, 1, 1), dt.date(on.year - 1, 12, 31)
    months = {"year": 12, "half_year": 6, "quarter": 3, "month": 1, "newest": 1}[period]
    return dt.date(on.year, (on.month - 1) // months * months + 1, 1), on


def months_back(on: dt.date, months: int) -> dt.date:
    """The first day of the first of so many months, of which the day's is the last."""
    at = on.year * 12 + on.month - months
    return dt.date(at // 12, at % 12 + 1, 1)


def months_before(on: dt.date, months: int) -> dt.date:
    """The last day of the month that lies so many before a day's."""
    return last_day(month_of(on) - months)
