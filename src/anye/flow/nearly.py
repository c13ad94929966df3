"""Who would be paid but for one reason, when the policy says what would mend it.

Looked at is the last month in which nothing is missing of a row: registers of the months after it have yet to come. There one
reason stands in the way, and one alone; a month in which the policy is not in force has another reason already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from anye.engine.entitle.bits import EVERY, Array, size, unpacked
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.outcomes import Marks, Outcomes
from anye.engine.entitle.policy import Policy
from anye.flow.ledger import Ledger
from anye.flow.standing import csv_lines
from anye.records.entitlements import actions


class Nearly:
    """What the pass finds, block by block, and puts in the place of what stood before."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        actions.open_nearly()

    def take(self, policy: Policy, cases: Cases, block: Outcomes) -> None:
        """Stage who of a block is near."""
        for row, month, reason in near(policy, cases.first, block):
            lines = csv_lines({
                "policy": self.ledger.versions[policy.code].policy_id, **self.ledger.whose(policy, cases, row),
                "month": pl.repeat(self.ledger.days[month], len(row), eager=True), "reason": reason,
            }, len(row))  # fmt: skip
            actions.stage_nearly(lines)

    def close(self, known: dt.date) -> tuple[int, int]:
        """Write what differs, of the rows that were judged; how many went and how many came."""
        policies = [version.policy_id for version in self.ledger.versions.values()]
        return actions.replace_nearly(policies=policies, persons=self.ledger.subjects.asked.persons, found_on=known)


def near(policy: Policy, first: int, block: Outcomes) -> Iterator[tuple[Array, int, str]]:
    """(rows, which month, reason) of those in whose last month without anything missing that reason alone is unmet."""
    mends = [_mendable(policy, first + at) for at in range(len(block.pay))]
    if not any(mends):
        return
    once, twice = _once_and_twice(block.unmet)
    missing = block.missing.anywhere()
    is_open = np.full(size(block.count), EVERY, np.uint8)
    for at in reversed(range(len(mends))):
        alone = once[at] & ~twice[at] & ~missing[at] & ~block.pay[at] & ~block.unknown[at] & is_open
        for place, reason in mends[at].items():
            if place in block.unmet.all:
                row = np.flatnonzero(unpacked(alone & block.unmet.of(place)[at], block.count))
                if len(row):
                    yield block.rows[row], at, reason
        is_open &= missing[at]
        if not is_open.any():
            return


def _mendable(policy: Policy, month: int) -> dict[int, str]:
    """The reasons of a month that can be mended, by their places among the policy's."""
    block = policy.block_at(month)
    places = {name: place for place, name in enumerate(policy.reasons)}
    return {places[reason.id]: reason.id for reason in (block.reasons() if block else ()) if reason.fix}


def _once_and_twice(marks: Marks) -> tuple[Array, Array]:
    """Where at least one reason stands, and where at least two."""
    once = np.zeros_like(marks.anywhere())
    twice = once.copy()
    for place in marks.all:
        bits = marks.of(place)
        twice |= once & bits
        once |= bits
    return once, twice
