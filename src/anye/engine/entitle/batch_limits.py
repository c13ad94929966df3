"""Limits for everybody at once, month by month: what was used before a month is what the months before it came to.

A `Tally` is for the ordinary limit, which counts the months of each row alone: nothing of it is marked before all months
are counted. `LimitRule.judge` is for all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from anye.engine.entitle.bits import Array, packed, size, unpacked
from anye.engine.entitle.columns import Answer, Column, Known, Term, chosen, column, maybe, width
from anye.engine.entitle.groups import Members
from anye.engine.entitle.kinds import integer
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import AMOUNT, Limit, Policy


class Month:
    """One month of a block, while it is settled: where something is unmet and where something is not known, by row."""

    def __init__(self, found: Outcomes, is_refused: Array, is_missing: Array, month: int) -> None:
        self.found, self.is_refused, self.is_missing, self.month = found, is_refused, is_missing, month
        self.amount = found.amount[0]
        self.is_open = np.zeros(len(is_refused), np.bool_)
        """Where the amount cannot be known, since what is left of a limit is not."""

    def refuse(self, place: int, where: Array) -> None:
        """Mark a reason as unmet."""
        self.found.unmet.of(place)[0] |= packed(where)
        self.is_refused |= where

    def leave_open(self, place: int, where: Array) -> None:
        """Mark a reason as not known."""
        self.found.missing.of(place)[0] |= packed(where)
        self.is_missing |= where

    def settle(self) -> Array:
        """Where it is paid; an amount stands nowhere else."""
        is_paid: Array = ~(self.is_refused | self.is_missing)
        self.found.pay[0], self.found.unknown[0] = packed(is_paid), packed(self.is_missing & ~self.is_refused)
        np.multiply(self.amount, is_paid, out=self.amount)
        return is_paid


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
    """A limit's formulas over all months of a stretch; `counts_when` as bits, for a plain limit counts with those."""

    units: Column | None
    at_most: Column
    used_before: Column
    unless: Column | None
    renewed: Column | None
    counts_when: Term | None


class LimitRule:
    def __init__(self, policy: Policy, limit: Limit) -> None:
        self.limit, self.of_amount = limit, limit.counts == "amount"
        self.place, self.amount_place = policy.reasons.index(limit.reason.id), policy.reasons.index(AMOUNT)
        renewed = limit.renewal.when if limit.renewal else None
        told = (limit.units, limit.at_most, limit.used_before, limit.unless, renewed)
        self.answers: tuple[Answer | None, ...] = tuple(map(maybe, told))
        self.counts_when = maybe(limit.counts_when)

    def prepare(self, known: Known) -> Prepared:
        """Everything but what was used, for all months at once."""
        units, at_most, used, *others = (answer and column(answer(known), known.rows) for answer in self.answers)
        assert at_most is not None and used is not None  # every limit has them
        unless, renewed = others
        return Prepared(units, at_most, used, unless, renewed, self.counts_when and self.counts_when(known))

    def is_plain(self, groups: Mapping[str, Members]) -> bool:
        """Whether it counts months, of each row alone and of each row surely."""
        limit, members = self.limit, groups[self.limit.within]
        is_shared = members.of is not None or members.is_known is not None
        return limit.counts == "month" and limit.unless is None and limit.renewal is None and not is_shared

    def tally(self, ready: Prepared, first: int, shape: tuple[int, ...], counts: dict[str, Count]) -> Tally:
        """A plain limit over months × rows; goes on from its count, which it keeps up to date."""
        count, kind = counts.get(self.limit.reason.id), self.limit.at_most.kind
        if count is None:
            used, before = self.limit.used_before.kind, at_month(ready.used_before, 0)
            dtype = width(integer(min(used.lo, 0), max(used.hi + shape[0], kind.hi)))
            ends = _range(before, used.lo, used.hi, dtype)
            lo, hi = (np.array(np.broadcast_to(each, shape[1])) for each in ends)
            count = counts[self.limit.reason.id] = Count(lo, hi, self.limit.period(first))
        else:
            dtype = width(integer(0, max(int(count.hi.max(initial=0)) + shape[0], kind.hi)))
            count.lo, count.hi = count.lo.astype(dtype), count.hi.astype(dtype)
        allowed = [each.astype(dtype) for each in _range(ready.at_most, kind.lo, kind.hi)]
        years = [self.limit.period(first + at) for at in range(shape[0])]
        counted = None
        if ready.counts_when is not None:
            values, known = ready.counts_when
            counted = values, values if known is None else values | ~known
        bits = np.empty((2, shape[0], size(shape[1])), np.uint8)
        return Tally(self.place, shape[1], count, years, allowed[0], allowed[1], counted, *bits)

    def judge(
        self,
        month: Month,
        here: Known,
        ready: Prepared,
        at: int,
        counts: dict[str, Count],
        groups: Mapping[str, Members],
        reach: int,
    ) -> tuple[Count, Members, Array, Array]:
        members = groups[self.limit.within]
        due = ~month.is_refused
        if members.is_known is not None:
            self._leave_open(month, due & ~members.is_known)
            due &= members.is_known
        lo, hi = self._wanted(month, ready, at, reach)
        count = self._count(counts, ready, at, month, members, due)
        used = members.each(count.lo), members.each(count.hi)
        is_counted, is_surely = due, due
        if ready.counts_when is not None:
            surely, known = column(at_month(ready.counts_when, at), here.rows)
            is_surely = due & surely
            is_counted = is_surely if known is None else due & (surely | ~known)
        beside = 0 if members.of is None else members.each(members.summed(hi * is_counted)) - hi * is_counted
        least_of, most_of = self._grant(month, here, ready, at, (lo, hi), used, beside, due)
        return count, members, least_of * is_surely, most_of * is_counted

    def _count(
        self, counts: dict[str, Count], ready: Prepared, at: int, month: Month, members: Members, due: Array
    ) -> Count:
        """What was used before this month. A group starts with the first month that has the limit."""
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
            amount = month.amount.astype(np.int64)
            return amount, _chosen(amount > 0, amount, reach)
        if self.limit.units is None or ready.units is None:
            return np.int64(1), np.int64(1)
        kind = self.limit.units.kind
        return _range(at_month(ready.units, at), kind.lo, kind.hi)

    def _allowed(self, ready: Prepared, at: int) -> tuple[Any, Any]:
        kind = self.limit.at_most.kind
        lo, hi = _range(at_month(ready.at_most, at), kind.lo, kind.hi)
        if ready.renewed is None or self.limit.renewal is None:
            return lo, hi
        (surely, known), times = at_month(ready.renewed, at), 1 + self.limit.renewal.times
        may = surely if known is None else surely | ~known
        return _chosen(surely, lo * times, lo), _chosen(may, hi * times, hi)

    def _grant(
        self, month: Month, here: Known, ready: Prepared, at: int, wanted: tuple[Any, Any], used: tuple[Array, Array],
        beside: Any, due: Array,
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
        month.refuse(self.place, due & is_no)
        self._leave_open(month, due & is_room_open)
        month.leave_open(self.amount_place, due & is_want_open)
        if self.limit.gives:
            month.is_open |= due & is_want_open
        at_least = _chosen(clipped, least, lo)
        bound = _chosen(is_bound, np.minimum(hi, most), hi)
        at_most = _chosen(is_open, bound, _chosen(clipped, least, hi))
        if self.limit.gives:
            here[self.limit.gives] = Term(at_least)
        if self.of_amount:
            month.amount[...] = _chosen(due & ~is_no & ~is_open, at_least, month.amount)
        return at_least * ~(is_open | is_no), at_most * ~is_no

    def _leave_open(self, month: Month, where: Array) -> None:
        month.leave_open(self.place, where)
        if self.limit.gives:
            month.is_open |= where


@dataclass(frozen=True)
class Tally:
    """An ordinary limit over all months of a stretch. `fits`: months that surely lie within it; `is_left`: months that may.
    `counted`: which paid months surely use it up and which may, None for all of them. All of these are bits.

    While what is allowed does not change and no other limit keeps a month back, many months are bound at once: from the
    first month on that may lie beyond the limit none surely lies within it, so it need not be known which of them were
    refused to count those before it.
    """

    place: int
    rows: int
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
        fits[...] = packed(_before(count.hi, self._counted(1, part, may)) < rows_of(self.least, part))
        np.bitwise_and(pay, fits, out=pay)
        is_left[...] = packed(_before(count.lo, self._counted(0, part, pay)) < rows_of(self.most, part))
        np.bitwise_and(may, is_left, out=may)

    def add(self, part: slice, pay: Array, may: Array) -> None:
        """Count the months, once all limits are looked at."""
        for used, flags in (
            (self.count.lo, self._counted(0, part, pay)),
            (self.count.hi, self._counted(1, part, may)),
        ):
            np.add(used, np.add.reduce(flags, axis=0, dtype=used.dtype), out=used)

    def _counted(self, which: int, part: slice, bits: Array) -> Array:
        """Those of the months that surely count, or that may: 0 or 1 for each month and row."""
        chosen = bits if self.counted is None else bits & rows_of(self.counted[which], part)
        return unpacked(chosen, self.rows).view(np.int8)

    def marked(self, found: Outcomes, due: Array) -> Array:
        """Where it is still due once the limit is marked where it stands in the way."""
        left = due & self.is_left
        np.bitwise_xor(due, left, out=found.unmet.of(self.place))
        np.bitwise_and(left, ~self.fits, out=found.missing.of(self.place))
        return left


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
    for so_far, flag, then in zip(found[:-1], flags[:-1], found[1:], strict=True):
        np.add(so_far, flag, then)
    return found


Of = TypeVar("Of", Column, Term)


def at_month(one: Of, at: int) -> Of:
    """One month of a column or term."""
    values, known = one
    return type(one)(rows_of(values, at), None if known is None else rows_of(known, at))


def rows_of(array: Array, at: int | slice) -> Array:
    """Of an array that changes by month, some months; of any other the whole."""
    found: Array = array[at] if array.ndim == 2 else array
    return found


def _range(column: Column, lo: int, hi: int, dtype: npt.DTypeLike = np.int64) -> tuple[Any, Any]:
    """Values as a range, never under 0: from itself to itself, or all that its kind can be where it is not known."""
    values = column.values.astype(dtype)
    values = np.maximum(values, 0) if lo < 0 else values
    if column.known is None:
        return values, values
    least, most = (chosen(column.known, values, max(end, 0), dtype) for end in (lo, hi))
    return least, most


def _chosen(where: Any, one: Any, other: Any) -> Array:
    return chosen(where, one, other, np.int64)
