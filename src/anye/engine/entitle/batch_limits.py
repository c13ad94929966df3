"""Limits for everybody at once, month by month: what was used before a month is what the months before it came to.

A `Tally` is for the ordinary limit, which counts the months of each row alone: nothing of it is marked before all months
are counted. `LimitRule.judge` is for all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from anye.engine.entitle.columns import Answer, Array, Column, maybe, width
from anye.engine.entitle.groups import Members
from anye.engine.entitle.kinds import integer
from anye.engine.entitle.policy import AMOUNT, Limit, Policy


@dataclass
class Month:
    """One month of a block: views that a limit may write into."""

    unmet: Array
    missing: Array
    amount: Array
    known: dict[str, Column]
    is_open: Array
    month: int


@dataclass
class Count:
    lo: Array
    hi: Array
    year: int

    def add(self, members: Members, least: Array, most: Array) -> None:
        """Add to what was used."""
        if members.of is None:
            self.lo, self.hi = self.lo + least, self.hi + most
            return
        self.lo, self.hi = self.lo + members.summed(least), self.hi + members.summed(most)


@dataclass(frozen=True)
class Prepared:
    """A limit's formulas over all months of a stretch."""

    units: Column | None
    at_most: Column
    used_before: Column
    counts_when: Column | None
    unless: Column | None
    renewed: Column | None


class LimitRule:
    def __init__(self, policy: Policy, limit: Limit) -> None:
        self.limit, self.bit, self.of_amount = limit, policy.bits[limit.reason.id], limit.counts == "amount"
        self.amount_bit = policy.bits[AMOUNT]
        told = (limit.units, limit.at_most, limit.used_before, limit.counts_when, limit.unless)
        self.answers: tuple[Answer | None, ...] = tuple(map(maybe, told))
        self.renewed = maybe(limit.renewal.when if limit.renewal else None)

    def prepare(self, known: dict[str, Column]) -> Prepared:
        """Everything but what was used, for all months at once."""
        found = [answer and answer(known) for answer in (*self.answers, self.renewed)]
        return Prepared(*found)  # type: ignore[arg-type]  # at_most and used_before are never None

    def is_plain(self, groups: Mapping[str, Members]) -> bool:
        """Whether it counts months, of each row alone and of each row surely."""
        limit, members = self.limit, groups[self.limit.within]
        is_shared = members.of is not None or members.is_known is not None
        return limit.counts == "month" and limit.unless is None and limit.renewal is None and not is_shared

    def tally(self, ready: Prepared, first: int, shape: tuple[int, ...], counts: dict[str, Count]) -> Tally:
        """A plain limit over months × rows; goes on from its count, which it keeps up to date."""
        year = self.limit.period(first)
        count = counts.get(self.limit.reason.id)
        if count is None:
            before, kind = at_month(ready.used_before, 0), self.limit.used_before.kind
            lo, hi = (np.broadcast_to(each, shape[1]) for each in _range(before, kind.lo, kind.hi))
            count = counts[self.limit.reason.id] = Count(lo, hi, year)
        kind = self.limit.at_most.kind
        most = max(int(count.hi.max(initial=0)) + shape[0], kind.hi)
        count.lo, count.hi = (each.astype(width(integer(0, most))) for each in (count.lo, count.hi))
        allowed = [each.astype(count.lo.dtype) for each in _range(ready.at_most, kind.lo, kind.hi)]
        years = [self.limit.period(first + at) for at in range(shape[0])]
        counted = None
        if ready.counts_when is not None:
            values, known = ready.counts_when.values, ready.counts_when.known
            counted = values, values if known is None else values | ~known
        return Tally(self.bit, count, years, allowed[0], allowed[1], counted, *np.empty((2, *shape), np.bool_))

    def judge(
        self,
        month: Month,
        ready: Prepared,
        at: int,
        counts: dict[str, Count],
        groups: Mapping[str, Members],
        reach: int,
    ) -> tuple[Count, Members, Array, Array]:
        members = groups[self.limit.within]
        due = month.unmet == 0
        if members.is_known is not None:
            self._leave_open(month, due & ~members.is_known)
            due &= members.is_known
        lo, hi = self._wanted(month, ready, at, reach)
        count = self._count(counts, ready, at, month, members, due)
        used = members.each(count.lo), members.each(count.hi)
        is_counted, is_surely = due, due
        if ready.counts_when is not None:
            column = at_month(ready.counts_when, at)
            is_surely = due & column.values
            is_counted = is_surely if column.known is None else due & (column.values | ~column.known)
        beside = 0 if members.of is None else members.each(members.summed(hi * is_counted)) - hi * is_counted
        least_of, most_of = self._grant(month, ready, at, (lo, hi), used, beside, due)
        return count, members, least_of * is_surely, most_of * is_counted

    def _count(
        self, counts: dict[str, Count], ready: Prepared, at: int, month: Month, members: Members, due: Array
    ) -> Count:
        """What was used before this month. A group starts with the first month in which one of its rows is due."""
        year = self.limit.period(month.month)
        count = counts.get(self.limit.reason.id)
        if count is None:
            count = counts[self.limit.reason.id] = self._first(ready, at, members, len(due), year)
        elif count.year != year:
            nothing = np.zeros(members.count, np.int64)
            count = counts[self.limit.reason.id] = Count(nothing, nothing, year)
        return count

    def _first(self, ready: Prepared, at: int, members: Members, rows: int, year: int) -> Count:
        kind = self.limit.used_before.kind
        lo, hi = _range(at_month(ready.used_before, at), kind.lo, kind.hi)
        lo, hi = (np.broadcast_to(each, rows).astype(np.int64) for each in (lo, hi))
        if members.of is None:
            return Count(lo, hi, year)
        least, most = np.full(members.count, np.iinfo(np.int64).max), np.zeros(members.count, np.int64)
        np.minimum.at(least, members.of, lo)
        np.maximum.at(most, members.of, hi)
        return Count(least, most, year)

    def _wanted(self, month: Month, ready: Prepared, at: int, reach: int) -> tuple[Any, Any]:
        if self.of_amount:
            is_some = month.amount > 0
            return month.amount.astype(np.int64), np.where(is_some, month.amount, np.int64(reach))
        if self.limit.units is None or ready.units is None:
            return np.int64(1), np.int64(1)
        kind = self.limit.units.kind
        return _range(at_month(ready.units, at), kind.lo, kind.hi)

    def _allowed(self, ready: Prepared, at: int) -> tuple[Any, Any]:
        kind = self.limit.at_most.kind
        lo, hi = _range(at_month(ready.at_most, at), kind.lo, kind.hi)
        if ready.renewed is None or self.limit.renewal is None:
            return lo, hi
        column, times = at_month(ready.renewed, at), 1 + self.limit.renewal.times
        may = column.values if column.known is None else column.values | ~column.known
        return np.where(column.values, lo * times, lo), np.where(may, hi * times, hi)

    def _grant(
        self, month: Month, ready: Prepared, at: int, wanted: tuple[Any, Any], used: tuple[Array, Array], beside: Any,
        due: Array,
    ) -> tuple[Array, Array]:  # fmt: skip
        """What the month gets of the limit, at least and at most; marks where it stands in the way."""
        (lo, hi), allowed = wanted, self._allowed(ready, at)
        least = np.maximum(allowed[0] - used[1] - beside, 0)
        most = np.maximum(allowed[1] - used[0], 0)
        fits = hi <= least
        if ready.unless is None:
            is_bound: Any = np.bool_(True)
        else:
            free = at_month(ready.unless, at)
            fits = fits | free.values
            is_bound = ~free.values if free.known is None else free.known & ~free.values
        is_no = ~fits & is_bound & (most <= 0)
        # what is open may be how much is left, or how much the month would take: the second is the amount's, not the limit's
        is_room_open = ~is_no & ~fits & ~(is_bound & (least == most))
        is_want_open = ~is_no & np.asarray(lo != hi) if self.limit.clips else np.zeros((), np.bool_)
        is_open = is_room_open | is_want_open
        clipped = ~is_no & ~fits & ~is_open
        mark(month.unmet, due & is_no, self.bit)
        self._leave_open(month, due & is_room_open)
        mark(month.missing, due & is_want_open, self.amount_bit)
        if self.limit.gives:
            month.is_open |= due & is_want_open
        at_least = np.where(clipped, least, lo)
        at_most = np.where(is_open, np.where(is_bound, np.minimum(hi, most), hi), np.where(clipped, least, hi))
        if self.limit.gives:
            month.known[self.limit.gives] = Column(at_least)
        if self.of_amount:
            np.copyto(month.amount, at_least, where=due & ~is_no & ~is_open, casting="same_kind")
        return np.where(is_open | is_no, 0, at_least), np.where(is_no, 0, at_most)

    def _leave_open(self, month: Month, where: Array) -> None:
        mark(month.missing, where, self.bit)
        if self.limit.gives:
            month.is_open |= where


@dataclass(frozen=True)
class Tally:
    """An ordinary limit over all months of a stretch. `fits`: months that surely lie within it; `is_left`: months that may.
    `counted`: which paid months surely use it up and which may, None for all of them.

    While what is allowed does not change and no other limit keeps a month back, many months are bound at once: from the
    first month on that may lie beyond the limit none surely lies within it, so it need not be known which of them were
    refused to count those before it.
    """

    bit: int
    count: Count
    years: Sequence[int]
    least: Array
    most: Array
    counted: tuple[Array, Array] | None
    fits: Array
    is_left: Array

    def bound(self, part: slice, pay: Array, may: Array) -> None:
        """Take out of what is paid and of what is not refused where the months do not lie within the limit."""
        count = self.count
        if count.year != self.years[part.start]:
            count.lo[:], count.hi[:], count.year = 0, 0, self.years[part.start]
        fits, is_left = self.fits[part], self.is_left[part]
        np.less(_before(count.hi, self._counted(1, part, may)), rows_of(self.least, part), out=fits)
        np.logical_and(pay, fits, out=pay)
        np.less(_before(count.lo, self._counted(0, part, pay)), rows_of(self.most, part), out=is_left)
        np.logical_and(may, is_left, out=may)

    def add(self, part: slice, pay: Array, may: Array) -> None:
        """Count the months, once all limits are looked at."""
        for used, flags in (
            (self.count.lo, self._counted(0, part, pay)),
            (self.count.hi, self._counted(1, part, may)),
        ):
            np.add(used, np.add.reduce(flags.view(np.int8), axis=0, dtype=used.dtype), out=used)

    def _counted(self, which: int, part: slice, flags: Array) -> Array:
        """Those of the months that surely count, or that may."""
        found: Array = flags if self.counted is None else flags & rows_of(self.counted[which], part)
        return found

    def marked(self, unmet: Array, missing: Array, due: Array) -> Array:
        """Where it is still due once the limit is marked where it stands in the way."""
        mark(unmet, due > self.is_left, self.bit)
        mark(missing, due & (self.is_left > self.fits), self.bit)
        return np.logical_and(due, self.is_left, out=due)


def spans(tallies: Sequence[Tally]) -> Iterator[slice]:
    """The months that can be bound at once, in their order."""
    if not tallies:
        return
    years = tallies[0].years
    is_steady = len(tallies) == 1 and tallies[0].least.ndim < 2 and tallies[0].most.ndim < 2
    turns = [at for at in range(1, len(years)) if not is_steady or years[at] != years[at - 1]]
    yield from (slice(since, until) for since, until in pairwise([0, *turns, len(years)]))


def _before(used: Array, flags: Array) -> Array:
    """What was used before each month."""
    found = np.empty(flags.shape, used.dtype)
    found[0] = used
    for so_far, flag, then in zip(found[:-1], flags.view(np.int8)[:-1], found[1:], strict=True):
        np.add(so_far, flag, out=then)
    return found


def at_month(column: Column, at: int) -> Column:
    return Column(rows_of(column.values, at), None if column.known is None else rows_of(column.known, at))


def rows_of(array: Array, at: int | slice) -> Array:
    """Of an array that changes by month, some months; of any other the whole."""
    found: Array = array[at] if array.ndim == 2 else array
    return found


def _range(column: Column, lo: int, hi: int) -> tuple[Any, Any]:
    """Values as a range, never under 0: from itself to itself, or all that its kind can be where it is not known."""
    values = column.values.astype(np.int64)
    values = np.maximum(values, 0) if lo < 0 else values
    if column.known is None:
        return values, values
    return np.where(column.known, values, max(lo, 0)), np.where(column.known, values, max(hi, 0))


def mark(mask: Array, where: Any, bit: int) -> None:
    """Set a reason's bit in a mask."""
    flags = where.view(np.uint8) if mask.itemsize == 1 else where.astype(mask.dtype)
    np.bitwise_or(mask, flags * mask.dtype.type(bit), out=mask)
