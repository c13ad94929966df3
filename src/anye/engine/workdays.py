"""Working days (工作日) between two days, over a dated table of holidays and of weekend days that are worked instead (调休).

The table says of its years all that differs from Monday to Friday. Of days of other years nothing is known: nobody guesses next
year's holidays before the State Council has told them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anye.engine.entitle.bits import Array


@dataclass(frozen=True)
class Workdays:
    """`counts`: of each day from `first` on, how many working days there were up to it; `gaps`: how many days of years that the
    table does not have. Both of shape (days,)."""

    first: np.datetime64
    counts: Array
    gaps: Array
    years: tuple[int, ...]

    def between(self, since: Array, until: Array) -> tuple[Array, Array]:
        """Of each pair of days (datetime64, NaT where there is none) the working days after the one up to the other, and whether
        that is known: (rows,) each. The day of an application is not counted, that of the payment is."""
        places = [(each.astype("datetime64[D]") - self.first).astype(np.int64) for each in (since, until)]
        is_known = np.logical_and.reduce([(at >= 0) & (at < len(self.counts)) for at in places])
        one, other = (np.where(is_known, at, 0) for at in places)
        is_known &= (self.gaps[one] == self.gaps[other]) & ~self._is_gap(one)
        return np.where(is_known, self.counts[other] - self.counts[one], 0), is_known

    def _is_gap(self, at: Array) -> Array:
        return self.gaps[at] > np.where(at > 0, self.gaps[at - 1], 0)


def workdays_of(table: Iterable[tuple[dt.date, bool]]) -> Workdays:
    """From the days that differ from Monday to Friday: each with whether it is worked. A year with none of them is not known.

    Raises ValueError where there are none at all.
    """
    told = dict(table)
    if not told:
        raise ValueError("a table of holidays without a day")
    years = sorted({day.year for day in told})
    first, last = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    is_worked = np.is_busday(days)
    is_worked[[(day - first).days for day in told]] = list(told.values())
    is_gap = ~np.isin(days.astype("datetime64[Y]").astype(np.int64) + 1970, years)
    return Workdays(np.datetime64(first), np.cumsum(is_worked), np.cumsum(is_gap), tuple(years))
