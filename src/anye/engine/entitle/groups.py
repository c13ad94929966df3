"""The rows of a subject as arrays, who shares a count among them, and blocks that keep those together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from anye.engine.entitle.bits import NONE, Array, packed, part, unpacked
from anye.engine.entitle.catalogue import KEYS
from anye.engine.entitle.columns import Term


@dataclass(frozen=True)
class Cases:
    """All rows of a subject. `keys`: key → a number for each row, -1 where it is not known; the same number means the same
    person, household, firm or post in all tables of a run. `facts`: of shape (rows,) or (months, rows), yes and no as bits."""

    subject: str
    first: int
    months: int
    rows: int
    keys: Mapping[str, Array]
    facts: Mapping[str, Term]

    def part(self, name: str, chosen: Array | slice) -> Term:
        """A fact of some rows; what has no dimension is the same for all."""
        values, known = self.facts[name]
        if values.ndim:
            values = part(values, chosen) if values.dtype == NONE.dtype else values[..., chosen]
        return Term(values, None if known is None else part(known, chosen) if known.ndim else known)


@dataclass(frozen=True)
class Groups:
    """`of` each row, the group that shares a count with it, None when each row is its own; `is_known`: whose group is
    known, None for everybody's."""

    of: Array | None
    is_known: Array | None


def groups_of(cases: Cases, keys: Sequence[str]) -> Groups:
    """Who shares a count by these keys."""
    if tuple(keys) == KEYS[cases.subject]:
        return Groups(None, None)
    codes = _codes(cases, keys)
    is_known = codes >= 0
    known = None if is_known.all() else is_known
    if _distinct(codes[is_known]) == is_known.sum():
        return Groups(None, known)
    alone = int(codes.max()) + 1 + np.arange(cases.rows)
    return Groups(np.where(is_known, codes, alone), known)


def _distinct(codes: Array) -> int:
    """How many different ones there are. By sorting: np.unique takes a hash table, ten times as long for a million."""
    return int((np.diff(np.sort(codes)) != 0).sum()) + 1 if len(codes) else 0


def _codes(cases: Cases, keys: Sequence[str]) -> Array:
    """One number for what the keys name together, -1 where one is not known or not there at all."""
    found = np.zeros(cases.rows, np.int64)
    for key in keys:
        codes = cases.keys.get(key, np.full(cases.rows, -1)).astype(np.int64)
        # the same number in all tables: keys are numbered over all of them, below 2**31
        found = np.where((found < 0) | (codes < 0), -1, found * 2**31 + codes)
    return found


@dataclass(frozen=True)
class Members:
    """Of a block, who shares a count: `of` each row its group, None when each row is its own."""

    of: Array | None
    count: int
    is_known: Array | None

    @classmethod
    def make(cls, groups: Groups, chosen: Array | slice, rows: int) -> Members:
        """The groups of the rows of a block, numbered from 0."""
        is_known = None if groups.is_known is None else groups.is_known[chosen]
        if groups.of is None:
            return cls(None, rows, is_known)
        _, of = np.unique(groups.of[chosen], return_inverse=True)
        return cls(of, int(of.max(initial=-1)) + 1, is_known)

    def summed(self, values: Array) -> Array:
        """The sum of each group. Exact: counts and amounts of a group stay far below 2**53."""
        return np.bincount(self.of, weights=values, minlength=self.count).astype(np.int64)  # type: ignore[arg-type]

    def each(self, values: Array) -> Array:
        """What belongs to a group, for each of its rows."""
        return values if self.of is None else values[self.of]


def chunks(rows: int, groupings: Sequence[Array], size: int) -> Iterator[Array | slice]:
    """Blocks of about `size` rows that no group is split by; one block when two groupings cut across each other."""
    if not groupings:
        yield from (slice(at, min(at + size, rows)) for at in range(0, rows, size))
        return
    widest = groupings[0] if len(groupings) == 1 else min(groupings, key=_distinct)
    if any(_is_cut(each, widest) for each in groupings if each is not widest):
        yield slice(0, rows)
        return
    is_sorted = bool((np.diff(widest) >= 0).all())
    order = np.arange(rows) if is_sorted else np.argsort(widest, kind="stable")
    edges = np.flatnonzero(np.diff(widest[order], prepend=-1))  # where a group begins
    starts = edges[np.searchsorted(edges, np.arange(0, rows, size), side="right") - 1]
    bounds = [*np.unique(starts).tolist(), rows]
    yield from (slice(a, b) if is_sorted else order[a:b] for a, b in pairwise(bounds))


def _is_cut(fine: Array, coarse: Array) -> bool:
    """Whether a group of one lies in several of the other."""
    order = np.argsort(fine, kind="stable")
    is_same, is_across = np.diff(fine[order]) == 0, np.diff(coarse[order]) != 0
    return bool((is_same & is_across).any())


def is_by_row(cases: Cases, theirs: Cases, keys: Sequence[str]) -> bool:
    """Whether each row meets by these keys the row in its own place, and no other."""
    if not KEYS[cases.subject] == KEYS[theirs.subject] == tuple(keys):
        return False
    return all(_is_same(cases, theirs, key) for key in keys)


def _is_same(cases: Cases, theirs: Cases, key: str) -> bool:
    ours, others = cases.keys.get(key), theirs.keys.get(key)
    if ours is None or others is None:
        return False
    return (ours is others or np.array_equal(ours, others)) and bool((ours >= 0).all())


def met_by(cases: Cases, theirs: Cases, said: tuple[Array, Array], keys: Sequence[str]) -> tuple[Array, Array]:
    """Where, for the same keys, another policy pays, and where it is open whether it does: bits of the rows of `cases`.

    `said`: the same of its own rows.
    """
    if is_by_row(cases, theirs, keys):
        return said
    ours, others = _codes(cases, keys), _codes(theirs, keys)
    names, places = np.unique(np.concatenate([ours, others]), return_inverse=True)
    found = []
    for bits in said:
        flags = unpacked(bits, theirs.rows)
        is_so = np.zeros((cases.months, len(names)), np.bool_)
        for month in range(cases.months):
            is_so[month, places[cases.rows :][flags[month]]] = True
        is_so[:, names < 0] = False
        found.append(is_so[:, places[: cases.rows]])
    has_none = np.isin(ours, others, invert=True) | (ours < 0)  # who has no row there was not judged
    return packed(found[0]), packed(found[1] | has_none)
