"""Decisions that stand in the ledger, and what differs from them: only that is written.

A decision is known by its row of the subject and its month, together one number. What was never owed has no line, and neither
has what is unknown for want of something that nobody knows of anybody: no visit could find that out (`Blind`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from anye.engine.entitle.bits import Array, unpacked
from anye.engine.entitle.case import NO, UNKNOWN
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import last_day
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import AMOUNT, Block, Policy


@dataclass(frozen=True)
class Standing:
    """Decisions of a policy, sorted by `flat` (row × months + month); -1 for one whose row is there no more.

    `id`, `outcome`, `amount` (-1 where NULL), `unmet`, `missing`: of shape (decisions,); `is_same_version`: whether its reasons
    are those of the version that judges now. `is_met`: which of them were looked at.
    """

    flat: Array
    id: Array
    outcome: Array
    amount: Array
    unmet: Array
    missing: Array
    is_same_version: Array
    is_met: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_met", np.zeros(len(self.flat), np.bool_))

    def left(self) -> Array:
        """The ids of those that nothing was said of: their rows are there no more."""
        return self.id[~self.is_met]


@dataclass(frozen=True)
class Changes:
    """Of a block: the decisions that are new, by row and month, and the ids of those that stand no more."""

    row: Array
    month: Array
    outcome: Array
    amount: Array
    unmet: Array
    missing: Array
    retired: Array


class Blind:
    """Which reasons hang on a fact that is known of nobody in a month."""

    def __init__(
        self, policy: Policy, cases: Cases, catalogue: Catalogue, by_month: Sequence[Collection[int]] | None = None
    ) -> None:
        """`by_month`: places of such reasons, month by month, where the cases are not all that there are."""
        self.policy, self.cases, self.catalogue = policy, cases, catalogue
        self.facts = _unknown_of_all(policy, cases, catalogue)
        self.by_month = by_month
        if by_month is None:
            self.by_month = [self._reasons(policy.block_at(cases.first + at), at) for at in range(cases.months)]

    def _reasons(self, block: Block | None, at: int) -> frozenset[int]:
        if block is None:
            return frozenset()
        steps = {name: node.names for name, node in block.formulas}
        asked = {each.reason.id: each.when.names for each in block.conditions}
        asked |= {
            limit.reason.id: frozenset[str]().union(*(node.names for node in limit.nodes())) for limit in block.limits
        }
        asked[AMOUNT] = block.amount.names
        places = {name: place for place, name in enumerate(self.policy.reasons)}
        return frozenset(places[reason] for reason, names in asked.items() if self._is_blind(names, steps, at))

    def _is_blind(self, names: frozenset[str], steps: Mapping[str, frozenset[str]], at: int) -> bool:
        found = set(names)
        for name in reversed(steps):
            if name in found:
                found |= steps[name]
        whole = self.catalogue.with_steps(frozenset(found))
        return any(self.facts[name][at] for name in whole if name in self.facts)

    def worth_asking(self, block: Outcomes) -> Array:
        """Where it is unknown, and what is missing could be found out of each: months × rows."""
        is_hopeless = np.zeros_like(block.unknown)
        for place, bits in block.missing.all.items():
            is_blind = np.array([place in blind for blind in self.by_month or ()])
            is_hopeless |= bits * is_blind[:, None]
        return unpacked(block.unknown & ~is_hopeless, block.count)


def _unknown_of_all(policy: Policy, cases: Cases, catalogue: Catalogue) -> dict[str, Array]:
    """Fact → in which months it is known of nobody."""
    names = catalogue.with_steps(frozenset(name for block in policy.blocks for name in block.names))
    found = {}
    for name in [each for each in names if each in catalogue.facts and catalogue.facts[each].formula is None]:
        known = cases.facts[name].known if name in cases.facts else np.zeros(1, np.uint8)
        if known is not None:
            found[name] = np.broadcast_to(~np.atleast_2d(known).any(axis=1), cases.months)
    return found


def compare(block: Outcomes, cases: Cases, standing: Standing, blind: Blind) -> Changes:
    """What the verdicts of a block change of what stands."""
    rows, months = block.rows, cases.months
    wanted = unpacked(block.pay, block.count) | blind.worth_asking(block)
    here = np.full(cases.rows, -1)
    here[rows] = np.arange(block.count)
    stands = standing.flat >= 0
    local = np.where(stands, here[np.where(stands, standing.flat // months, 0)], -1)
    wanted[standing.flat[local >= 0] % months, local[local >= 0]] = True
    standing.is_met[local >= 0] = True
    month, row = np.nonzero(wanted)
    outcome = block.outcome[month, row]
    amount = np.where(outcome == UNKNOWN, -1, block.amount[month, row])
    unmet, missing = (block.mask(each)[month, row].astype(np.int64) for each in (block.unmet, block.missing))
    flat = rows[row].astype(np.int64) * months + month
    at = np.minimum(np.searchsorted(standing.flat, flat), max(len(standing.flat) - 1, 0))
    is_held = standing.flat[at] == flat if len(standing.flat) else np.zeros(len(flat), np.bool_)
    is_same = _is_same(standing, at, is_held, (outcome, amount, unmet, missing))
    is_new = (is_held & ~is_same) | (~is_held & (outcome != NO))
    told = (each[is_new] for each in (rows[row], month, outcome, amount, unmet, missing))
    return Changes(*told, retired=standing.id[at[is_held & ~is_same]] if len(standing.flat) else standing.id)


def _is_same(standing: Standing, at: Array, is_held: Array, now: Sequence[Array]) -> Array:
    found = is_held.copy()
    if not len(standing.flat):
        return found
    outcome, amount, unmet, missing = now
    held = at[is_held]
    is_bare = (unmet | missing)[is_held] == 0  # without a reason it matters not how reasons are numbered
    found[is_held] = (
        (standing.outcome[held] == outcome[is_held]) & (standing.amount[held] == amount[is_held])
        & (standing.unmet[held] == unmet[is_held]) & (standing.missing[held] == missing[is_held])
        & (standing.is_same_version[held] | is_bare)
    )  # fmt: skip
    return found


def csv_lines(columns: Mapping[str, object], count: int) -> bytes:
    """Lines of CSV: arrays, or what is the same in all of them."""
    if not count:
        return b""
    parts = {name: value if isinstance(value, pl.Series) else pl.Series(value) if isinstance(value, np.ndarray)
             else pl.repeat(value, count, eager=True) for name, value in columns.items()}  # fmt: skip
    return pl.DataFrame(parts).write_csv(include_header=False, quote_style="non_numeric").encode()


def first_days(first: int, months: int) -> pl.Series:
    """The first days of the months."""
    return pl.Series([last_day(first + at).replace(day=1) for at in range(months)], dtype=pl.Date)
