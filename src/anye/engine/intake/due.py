"""When a register is due: every month, quarter or year, by a day of the month after, from whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Due:
    """`every`: month, quarter or year; `day`: of the month after the period's last (1 to 28); `by`: who owes it."""

    every: str
    day: int
    by: Mapping[str, str]

    @property
    def months(self) -> int:
        """How many months a period has."""
        return MONTHS[self.every]

    def period(self, month: dt.date) -> dt.date:
        """The last month of the period that a month lies in, as its first day."""
        last = month.month + (-month.month) % self.months
        return month.replace(month=last, day=1)

    def deadline(self, period: dt.date) -> dt.date:
        """The day on which a period's register is due."""
        return next_month(period).replace(day=self.day)


@dataclass(frozen=True)
class Cell:
    """A period of a register: its last month, when it is due, and whether it has come. `state`: came, overdue, waits."""

    period: dt.date
    deadline: dt.date
    state: str


def next_month(month: dt.date, by: int = 1) -> dt.date:
    """The first day of the month so many after (before, where negative) a day's."""
    number = month.year * 12 + month.month - 1 + by
    return dt.date(number // 12, number % 12 + 1, 1)


def cells(due: Due, came: Iterable[dt.date], *, first: dt.date, on: dt.date) -> Iterator[Cell]:
    """Every period from the month `first` to that of the day `on`. `came`: months that files have come for."""
    periods = {due.period(month) for month in came}
    period, last = due.period(first), due.period(on)
    while period <= last:
        deadline = due.deadline(period)
        state = "came" if period in periods else "overdue" if deadline < on else "waits"
        yield Cell(period, deadline, state)
        period = next_month(period, due.months)
