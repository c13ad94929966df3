"""Rows as numbers → a column of the fact: what it is in each month and row, and where that is known.

What a row says is known. Where no row says anything it is *no*, or nothing, only where the draw tells what silence means;
else it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from anye.engine.entitle.bits import Array
from anye.engine.entitle.columns import Column, width
from anye.engine.entitle.kinds import Kind
from anye.engine.entitle.subjects import filler
from anye.flow.drawing.file import Draw
from anye.flow.drawing.spans import EVER, NOTHING


class Window(NamedTuple):
    """The months that are judged, from `first` on."""

    first: int
    months: int

    @property
    def last(self) -> int:
        return self.first + self.months - 1

    def longer(self, back: int) -> Window:
        """The same with so many months before."""
        return Window(self.first - back, self.months + back)


class Placed(NamedTuple):
    """Spans of a block, by their place among the rows of the subject. `until` of months is `since`, the same array."""

    place: Array
    since: Array
    until: Array
    is_sure: Array
    value: Array


@dataclass(frozen=True)
class Told:
    """`window`: of these months; `rows`: so many rows; `is_silent`: where the lack of a row means no (months × rows, or less);
    `is_ended`: where a newer word says that it holds no longer (the same), if anywhere."""

    window: Window
    rows: int
    is_silent: Array
    is_ended: Array | None = None


def drawn(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    """The column of a fact."""
    return _WAYS[draw.take](draw, blocks, told)


def _held(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    is_so, is_open = _flags(told), _flags(told)
    for block in blocks:
        _mark(is_so, block, told.window, block.since, block.until)
        _mark_before(is_open, block, told.window)
    is_known = is_so | (told.is_silent & ~is_open)
    if told.is_ended is not None:
        is_so &= ~told.is_ended
        is_known |= told.is_ended
    return _settled(draw, is_so, is_known)


def _positive(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    is_so, is_not, is_open = _flags(told), _flags(told), _flags(told)
    for block in blocks:
        for flags, wanted in ((is_so, 1), (is_not, 0), (is_open, NOTHING)):
            part = _those(block, block.value == wanted)
            _mark(flags, part, told.window, part.since, part.until)
    return _settled(draw, is_so, is_so | ((is_not | told.is_silent) & ~is_open))


def _value(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    kind = draw.fact.kind
    blocks = [_those(block, _is_within(block.value, kind)) for block in blocks]
    if not draw.fact.is_monthly:
        return _latest(draw, blocks, told)
    values = np.full((told.window.months, told.rows), filler(draw.fact), width(kind))
    has, clash = _flags(told), _flags(told)
    for block in blocks:
        for at, part in _by_month(block, told.window):
            differs = has[at, part.place] & (values[at, part.place] != part.value)
            clash[at, part.place[differs]] = True
            values[at, part.place], has[at, part.place] = part.value, True
    for block in blocks:  # of two in one block the last was written
        for at, part in _by_month(block, told.window):
            clash[at, part.place[values[at, part.place] != part.value]] = True
    return _column(draw, values, has, clash, told)


def _latest(draw: Draw, blocks: list[Placed], told: Told) -> Column:
    """Of a fact that is the same in all months: what the latest row says; two of one month that differ say nothing."""
    values = np.full(told.rows, filler(draw.fact), width(draw.fact.kind))
    since, clash = np.full(told.rows, NOTHING), np.zeros(told.rows, np.bool_)
    for block in blocks:
        np.maximum.at(since, block.place, block.since)
    has = since > NOTHING
    newest = [_those(block, block.since == since[block.place]) for block in blocks]
    for block in newest:
        values[block.place] = block.value
    for block in newest:
        clash[block.place[values[block.place] != block.value]] = True
    return _column(draw, values, has, clash, told)


def _sum(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    total, has, is_open = np.zeros(_flags(told).shape, np.int64), _flags(told), _flags(told)
    for block in blocks:
        for at, part in _by_month(block, told.window):
            is_told = part.value != NOTHING
            np.add.at(total[at], part.place[is_told], part.value[is_told])
            has[at, part.place] = True
            is_open[at, part.place[~is_told]] = True
    return _ranged(draw, total, (has | told.is_silent) & ~is_open)


def _months_since(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    count, has, is_open = np.zeros(_flags(told).shape, np.int64), _flags(told), _flags(told)
    for block in blocks:
        for at, part in _by_month(block, told.window):
            is_sure = part.is_sure == 1
            np.maximum.at(count[at], part.place, told.window.first + at - part.since)
            has[at, part.place] = True
            is_open[at, part.place[~is_sure]] = True
        _mark_before(is_open, block, told.window)
    return _ranged(draw, count, (has | told.is_silent) & ~is_open)


def _run(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    """Months without a break up to each month. How long it is when its beginning was not seen is known from `enough` on."""
    is_so = _flags(told)
    for block in blocks:
        _mark(is_so, block, told.window, block.since, block.until)
    is_silent = np.broadcast_to(told.is_silent, is_so.shape)
    run, is_seen = np.zeros(told.rows, np.int64), np.zeros(told.rows, np.bool_)
    count, known = np.zeros(is_so.shape, np.int64), np.zeros(is_so.shape, np.bool_)
    for at, (so, silent) in enumerate(zip(is_so, is_silent, strict=True)):
        run = (run + 1) * so
        is_seen = (is_seen & so) | (~so & silent)
        count[at] = run
        known[at] = is_seen | (so & (run >= draw.enough) if draw.enough else np.False_)
    return _ranged(draw, count[look_back(draw) :], known[look_back(draw) :])


def _in_full(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    """Of each month, whether there was enough in every row of the calendar year before it. It is not while a month of that year
    is not known, or where there is no row at all."""
    is_short, is_open, has = _flags(told), _flags(told), _flags(told)
    for block in blocks:
        for at, part in _by_month(block, told.window):
            has[at, part.place] = True
            is_short[at, part.place[part.value == 0]] = True
            is_open[at, part.place[part.value == NOTHING]] = True
    is_open |= ~(has | told.is_silent)
    back = look_back(draw)
    values, known = np.zeros((2, told.window.months - back, told.rows), np.bool_)
    for at in range(len(values)):
        january = back + at - (told.window.first + back + at) % 12 - 12
        year = slice(january, january + 12)
        is_refused = is_short[year].any(axis=0)
        values[at] = has[year].any(axis=0) & ~is_refused & ~is_open[year].any(axis=0)
        known[at] = values[at] | is_refused
    return Column(values, known)


def look_back(draw: Draw) -> int:
    """How many months before those that are judged have to be read."""
    if draw.take == "in_full":
        return 23
    return max(draw.enough, 12) if draw.take == "run" else 0


def _first_month(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    """The first month of all rows; not known where one of them does not tell its own."""
    first, is_open = np.full(told.rows, EVER), np.zeros(told.rows, np.bool_)
    for block in blocks:
        np.minimum.at(first, block.place, block.since)
        is_open[block.place[block.is_sure == 0]] = True
    return _ranged(draw, first, (first < EVER) & ~is_open)


def _paid(draw: Draw, blocks: Iterable[Placed], told: Told) -> Column:
    """What was had before the months that are judged: months, times or money."""
    first = told.window.first
    start = first - first % 12 if draw.is_this_year else -EVER
    total, is_open = np.zeros(told.rows, np.int64), np.zeros(told.rows, np.bool_)
    for block in blocks:
        # a payment without an end is for one month
        until = np.minimum(np.where(block.until >= EVER, block.since, block.until), first - 1)
        since = np.maximum(block.since, start)
        is_before = until >= since
        of = {"paid_months": until - since + 1, "paid_times": np.ones_like(since), "paid_sum": block.value}[draw.take]
        is_told = (of != NOTHING) & (block.is_sure == 1)
        np.add.at(total, block.place[is_before & is_told], of[is_before & is_told])
        is_open[block.place[(is_before & (of == NOTHING)) | (block.is_sure == 0)]] = True
    is_known = np.broadcast_to(told.is_silent, _flags(told).shape).any(axis=0)
    return _ranged(draw, total, is_known & ~is_open)


_WAYS: Mapping[str, Callable[[Draw, Iterable[Placed], Told], Column]] = {
    "held": _held, "positive": _positive, "value": _value, "month_of": _value, "sum": _sum, "run": _run,
    "months_since": _months_since, "in_full": _in_full, "first_month": _first_month,
    "paid_months": _paid, "paid_times": _paid, "paid_sum": _paid,
}  # fmt: skip


def _flags(told: Told) -> Array:
    return np.zeros((told.window.months, told.rows), np.bool_)


def _those(block: Placed, chosen: Array) -> Placed:
    if chosen.all():
        return block
    place, since, until, is_sure, value = block
    some = since[chosen]
    return Placed(place[chosen], some, some if until is since else until[chosen], is_sure[chosen], value[chosen])


def _mark(flags: Array, block: Placed, window: Window, since: Array, until: Array) -> None:
    """Set the months from `since` to `until`."""
    if since is until:
        is_in = (since >= window.first) & (since <= window.last)
        flags[since[is_in] - window.first, block.place[is_in]] = True
        return
    for at in range(window.months):
        month = window.first + at
        flags[at, block.place[(since <= month) & (month <= until)]] = True


def _mark_before(flags: Array, block: Placed, window: Window) -> None:
    """Set the months before a span is known to have begun, as far as it is not over."""
    part = _those(block, block.is_sure == 0)
    _mark(flags, part, window, np.full_like(part.since, -EVER), np.minimum(part.since - 1, part.until))


def _by_month(block: Placed, window: Window) -> Iterable[tuple[int, Placed]]:
    """The rows of each month of the window that has any."""
    if block.since is block.until:
        order = np.argsort(block.since, kind="stable")
        edges = np.searchsorted(block.since[order], np.arange(window.first, window.last + 2))
        chosen = [order[first:last] for first, last in pairwise(edges)]
    else:
        months = range(window.first, window.last + 1)
        chosen = [(block.since <= month) & (month <= block.until) for month in months]
    for at, these in enumerate(chosen):
        part = Placed(*(each[these] for each in block))
        if len(part.place):
            yield at, part


def _is_within(values: Array, kind: Kind) -> Array:
    last = len(kind.codes) - 1 if kind.type == "code" else kind.hi
    return (values >= (0 if kind.type == "code" else kind.lo)) & (values <= last)


def _settled(draw: Draw, is_so: Array, known: Array) -> Column:
    """A yes or no; one that does not change by month is yes where it is in any."""
    if not draw.fact.is_monthly:
        is_so, known = is_so.any(axis=0), known.any(axis=0)
    return Column(is_so, known)


def _column(draw: Draw, values: Array, has: Array, clash: Array, told: Told) -> Column:
    """Values with what silence means put in: no, or nothing. What rows contradict each other on is not known."""
    known = has
    if draw.fact.kind.type in {"bool", "int"}:
        is_silent = np.broadcast_to(told.is_silent, _flags(told).shape)
        known = has | (is_silent if values.ndim == 2 else is_silent[-1])
    known = known & ~clash
    if draw.fact.kind.type == "bool":
        return Column(values.astype(np.bool_) & known, known)
    return Column(values, known)


def _ranged(draw: Draw, values: Array, known: Array) -> Column:
    """Numbers in the narrowest type; what lies outside the fact's range is not known."""
    kind = draw.fact.kind
    known = known & (values >= kind.lo) & (values <= kind.hi)
    return Column(np.where(known, values, filler(draw.fact)).astype(width(kind)), known)
