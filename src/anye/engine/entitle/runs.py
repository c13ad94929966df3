"""Policies over tables of facts: those that go before another first, results by block, and who changes from rule to rule."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from anye.engine.entitle import groups
from anye.engine.entitle.batch import BatchRule, run_together
from anye.engine.entitle.bits import Array, counted
from anye.engine.entitle.case import NO, OUTCOMES, PAY, UNKNOWN, CaseRule
from anye.engine.entitle.catalogue import KEYS, Catalogue
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import written
from anye.engine.entitle.outcomes import Other, Outcomes
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.said import Explainer
from anye.engine.entitle.subjects import Subjects, labels


@dataclass(frozen=True)
class RuleBook:
    """The policies of a pack by code, with the catalogue that they ask."""

    catalogue: Catalogue
    policies: Mapping[str, Policy]
    _made: dict[str, tuple[CaseRule, Explainer]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def for_case(self, code: str) -> tuple[CaseRule, Explainer]:
        """A policy made ready for single cases, and its words; made once."""
        if code not in self._made:
            policy = self.policies[code]
            self._made[code] = CaseRule(policy, self.catalogue), Explainer(policy, self.catalogue)
        return self._made[code]


@dataclass
class Summary:
    """What a run came to: row-months by outcome, the sum that is paid, and how often each reason stood in the way."""

    outcomes: Counter[str] = field(default_factory=Counter)
    amount: int = 0
    unmet: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, policy: Policy, whole: Outcomes, skip: int) -> None:
        """Count a block, without its first months."""
        block = whole.months(slice(skip, None))
        pay, unknown = counted(block.pay), counted(block.unknown)
        for at, count in ((PAY, pay), (UNKNOWN, unknown), (NO, block.amount.size - pay - unknown)):
            self.outcomes[OUTCOMES[at]] += count
        self.amount += int(block.amount.sum(dtype=np.int64))
        for counter, marks in ((self.unmet, block.unmet), (self.missing, block.missing)):
            counter.update({policy.reasons[place]: counted(marks.of(place)) for place in marks.all})


class Run:
    """One policy over tables; those that it excludes are run too, in the same blocks where they judge the same rows."""

    def __init__(self, book: RuleBook, code: str, tables: Subjects, on: dt.date | None = None) -> None:
        self.book, self.tables, self.on = book, tables, on
        self.policy = book.policies[code]
        self.rule = BatchRule(self.policy, book.catalogue)
        self.before = [BatchRule(book.policies[each], book.catalogue) for each in self._before(self.policy)]

    @cached_property
    def cases(self) -> Cases:
        needed = self.rule.needed.union(*(rule.needed for rule in self.before))
        return self.tables.cases(self.policy.subject, needed)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Facts that no table brings: unknown for everybody."""
        return tuple(sorted(self.rule.needed - set(self.cases.facts)))

    def blocks(self) -> Iterator[Outcomes]:
        """The verdicts, block by block."""
        is_by_row = groups.is_by_row(self.cases, self.cases, KEYS[self.policy.subject])
        rules = [*self.before, self.rule] if is_by_row else [self.rule]
        for rule, outcomes in run_together(rules, self.cases, on=self.on, others=self._others(rules)):
            if rule is self.rule:
                yield outcomes

    def whole(self) -> tuple[Array, Array]:
        """Outcomes and amounts of all cases: months × rows."""
        shape = (self.cases.months, self.cases.rows)
        outcome, amount = np.zeros(shape, np.int8), np.zeros(shape, np.int64)
        for block in self.blocks():
            outcome[:, block.chosen], amount[:, block.chosen] = block.outcome, block.amount
        return outcome, amount

    def _before(self, policy: Policy) -> list[str]:
        """The policies of the same subject that this one excludes by the row's own keys, each after those that it excludes."""
        found: dict[str, None] = {}
        for each in (each for block in policy.blocks for each in block.exclusions):
            other = self.book.policies[each.policy]
            if other.subject == policy.subject and each.keys == KEYS[policy.subject]:
                found |= dict.fromkeys([*self._before(other), other.code])
        return list(found)

    def _others(self, rules: Sequence[BatchRule]) -> dict[str, Other]:
        """What policies come to that one of these excludes otherwise than row by row."""
        codes = {rule.policy.code for rule in rules}
        exclusions = (each for rule in rules for block in rule.policy.blocks for each in block.exclusions)
        asked = {
            each.policy for each in exclusions if each.policy not in codes or each.keys != KEYS[self.policy.subject]
        }
        found: dict[str, Other] = {}
        for code in sorted(asked):
            if self.book.policies[code].subject in self.tables.subjects():
                other = Run(self.book, code, self.tables)  # paid or not, whenever it was asked for
                found[code] = Other.none(other.cases)
                for block in other.blocks():
                    found[code].put(block)
        return found

    def lines(self, block: Outcomes, since: int, only: frozenset[int] | None = None) -> pl.DataFrame:
        """A block as a table, from a month on: keys, month, outcome, amount (empty while it is not known), whether it stands
        on assumed values, and the reasons that are unmet or not known."""
        outcome = block.outcome
        chosen = np.ones(outcome.shape, np.bool_) if only is None else np.isin(outcome, sorted(only))
        chosen[: max(since - self.cases.first, 0)] = False
        month, row = np.nonzero(chosen)
        told = labels(self.tables, self.cases, block.rows[row])
        return pl.DataFrame({
            **told,
            "month": _months(self.cases)[month],
            "policy": pl.repeat(self.policy.code, len(month), eager=True),
            "outcome": pl.Series(OUTCOMES, dtype=pl.String).gather(outcome[chosen]),
            "amount": _amounts(block.amount[chosen], outcome[chosen]),
            "is_assumed": (outcome[chosen] == PAY) & self.assumed[month],
            "unmet": self._named(block.mask(block.unmet)[chosen]),
            "missing": self._named(block.mask(block.missing)[chosen]),
        })  # fmt: skip

    @cached_property
    def assumed(self) -> Array:
        """By month, whether a value that is in force has no document yet."""
        return np.array([self.policy.is_assumed(self.cases.first + at) for at in range(self.cases.months)])

    def _named(self, masks: Array) -> pl.Series:
        """Masks as the names of their reasons, | between them."""
        different, places = np.unique(masks, return_inverse=True)
        said = ["|".join(name for name, bit in self.policy.bits.items() if int(mask) & bit) for mask in different]
        return pl.Series(said, dtype=pl.String).gather(places)


def _months(cases: Cases) -> pl.Series:
    return pl.Series([written(cases.first + at) for at in range(cases.months)])


def _amounts(amount: Array, outcome: Array) -> pl.Series:
    """Amounts; none where it is not known whether something is paid."""
    return pl.Series(amount.astype(np.int64)).set(pl.Series(outcome == UNKNOWN), None)


def who_changes(old: Run, new: Run, since: int) -> pl.DataFrame:
    """The row-months in which the two rules say different things: what each says, and the difference in money."""
    before, after = old.whole(), new.whole()
    differs = (before[0] != after[0]) | (before[1] != after[1])
    differs[: max(since - new.cases.first, 0)] = False
    month, row = np.nonzero(differs)
    outcomes = pl.Series(OUTCOMES, dtype=pl.String)
    was, becomes = (_amounts(each[1][month, row], each[0][month, row]) for each in (before, after))
    return pl.DataFrame({
        **labels(new.tables, new.cases, row),
        "month": _months(new.cases)[month],
        "was": outcomes.gather(before[0][month, row]),
        "becomes": outcomes.gather(after[0][month, row]),
        "amount_was": was,
        "amount_becomes": becomes,
        "difference": becomes - was,
    })  # fmt: skip


def changes_said(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes by what became of what: how many row-months, and the sum of money."""
    return (
        changes.group_by("was", "becomes")
        .agg(pl.len().alias("count"), pl.col("difference").sum())
        .sort("was", "becomes")
    )
