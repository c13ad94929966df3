"""Everybody at once: a policy over all rows of its subject, all months, a block of rows that fits the cache at a time.

Facts that change by month are arrays of months × rows, the others of rows; NumPy's broadcasting then does what depends
on no month once. Only what was used of a limit goes month by month, for it depends on the months before; all else around
limits that count the months of each row alone is settled for all months at once, in `_at_once`. The answers are those of
`case`, row by row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from anye.engine.entitle.batch_limits import Count, LimitRule, Month, Prepared, Tally, at_month, mark, rows_of, spans
from anye.engine.entitle.case import NO, PAY, UNKNOWN
from anye.engine.entitle.catalogue import KEYS, MONTHS, THIS_MONTH, Catalogue
from anye.engine.entitle.columns import Array, Column, column_of, compiled, width
from anye.engine.entitle.groups import Cases, Groups, Members, chunks, groups_of, met_by
from anye.engine.entitle.kinds import Kind, integer
from anye.engine.entitle.policy import ACCEPTED, AMOUNT, IN_FORCE, Block, Parameter, Policy

BLOCK_ROWS = 32_768
_Excluded = Mapping[tuple[str, tuple[str, ...]], tuple[Array, Array]]


@dataclass(frozen=True)
class Outcomes:
    """The verdicts of a block: arrays of months × rows; `rows` are places among the cases. `amount` is 0 unless paid."""

    rows: Array
    outcome: Array
    amount: Array
    unmet: Array
    missing: Array


@dataclass(frozen=True)
class Other:
    """What another policy came to for all its cases: months × rows."""

    cases: Cases
    outcome: Array


class BatchRule:
    """A policy made ready for many: each formula a function of arrays."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy = policy
        asked = catalogue.with_steps(frozenset(name for block in policy.blocks for name in block.names))
        steps = [(name, catalogue.facts[name].formula) for name in catalogue.order if name in asked]
        self.derived = [(name, compiled(node)) for name, node in steps if node is not None]
        derived = {name for name, _ in self.derived}
        self.needed = frozenset(name for name in asked if name in catalogue.facts and name not in derived)
        self.unknown = {name: _unknown(catalogue.facts[name].kind) for name in self.needed}
        self.blocks = {id(block): _BlockRule(policy, block) for block in policy.blocks}
        self.mask = np.min_scalar_type((1 << len(policy.reasons)) - 1)
        most = max(max(block.amount.kind.hi, 0) for block in policy.blocks)
        self.money = np.int32 if most <= np.iinfo(np.int32).max else np.int64
        self.kept = tuple(dict.fromkeys(limit.within for block in policy.blocks for limit in block.limits))

    def run(
        self,
        cases: Cases,
        *,
        on: dt.date | None = None,
        others: Mapping[str, Other] | None = None,
        rows: int = BLOCK_ROWS,
    ) -> Iterator[Outcomes]:
        """The verdicts, block by block; who shares a limit is in one block."""
        groups = {within: groups_of(cases, self._keys(within)) for within in self.kept}
        excluded = self._excluded(cases, others or {})
        stretches = _stretches(self.policy, cases)
        facts = {name: _where_known(column) for name, column in cases.facts.items() if name in self.needed}
        cases = replace(cases, facts=facts)
        for chosen in chunks(cases.rows, [each.of for each in groups.values() if each.of is not None], rows):
            yield self._block(cases, chosen, groups, excluded, stretches, on)

    def _keys(self, within: str) -> tuple[str, ...]:
        return KEYS[self.policy.subject] if within == self.policy.subject else (within,)

    def _block(
        self, cases: Cases, chosen: Array | slice, groups: Mapping[str, Groups],
        excluded: _Excluded, stretches: Sequence[_Stretch], on: dt.date | None,
    ) -> Outcomes:  # fmt: skip
        places = np.arange(chosen.start, chosen.stop) if isinstance(chosen, slice) else chosen
        known = {name: _part(column, chosen) for name, column in cases.facts.items()}
        known |= {name: column for name, column in self.unknown.items() if name not in known}
        months = np.arange(cases.first, cases.first + cases.months, dtype=width(MONTHS))
        known[THIS_MONTH] = Column(months[:, None])
        for name, answer in self.derived:
            known[name] = answer(known)
        shape = (cases.months, len(places))
        found = Outcomes(
            places, np.empty(shape, np.int8), np.empty(shape, self.money), np.zeros(shape, self.mask), np.zeros(shape, self.mask)
        )  # fmt: skip
        counts: dict[str, Count] = {}
        members = {within: Members.make(each, chosen, len(places)) for within, each in groups.items()}
        for each in stretches:
            part = slice(each.since, each.until)
            if each.block is None:
                found.outcome[part], found.amount[part], found.unmet[part] = NO, 0, self.policy.bits[IN_FORCE]
                continue
            is_whole = part.stop - part.start == cases.months
            here = known if is_whole else {name: _in_months(column, part) for name, column in known.items()}
            here = {**here, **each.parameters}
            theirs = {name: (pay[part][:, chosen], open_[part][:, chosen]) for name, (pay, open_) in excluded.items()}
            stretch = _Here(
                here, cases.first + each.since, part.stop - part.start, len(places), part.stop < cases.months
            )
            rule = self.blocks[id(each.block)]
            rule.judge(stretch, _months(found, part), counts, members, theirs, on)
        return found

    def _excluded(self, cases: Cases, others: Mapping[str, Other]) -> _Excluded:
        """By policy and keys: where the other policy pays, and where it is open whether it does; months × rows."""
        found: dict[tuple[str, tuple[str, ...]], tuple[Array, Array]] = {}
        for block in self.policy.blocks:
            for each in block.exclusions:
                if each.policy in others:
                    found[(each.policy, each.keys)] = met_by(
                        cases, others[each.policy].cases, others[each.policy].outcome, each.keys
                    )
        return found


@dataclass(frozen=True)
class _Stretch:
    """Months in which one block of the policy is in force, and its parameters in them; months from 0."""

    block: Block | None
    since: int
    until: int
    parameters: Mapping[str, Column]


@dataclass(frozen=True)
class _Here:
    """What is known in the months of a stretch, of a block of rows. `goes_on`: others follow."""

    known: dict[str, Column]
    first: int
    months: int
    rows: int
    goes_on: bool


class _BlockRule:
    def __init__(self, policy: Policy, block: Block) -> None:
        self.block, self.bits = block, policy.bits
        self.formulas = [(name, compiled(node)) for name, node in block.formulas]
        self.conditions = [(policy.bits[each.reason.id], compiled(each.when)) for each in block.conditions]
        self.limits = [LimitRule(policy, limit) for limit in block.limits]
        self.amount = compiled(block.amount)
        self.reach, self.may_be_nothing = max(block.amount.kind.hi, 0), block.amount.kind.lo <= 0
        # an amount that asks for no units can be known before any limit is
        self.is_early = not any(limit.gives for limit in block.limits)

    def judge(
        self, here: _Here, found: Outcomes, counts: dict[str, Count], members: Mapping[str, Members],
        excluded: _Excluded, on: dt.date | None,
    ) -> None:  # fmt: skip
        self._judge(here, found, counts, members, excluded)
        if not self.block.is_accepted(on):  # it cannot be asked for any more; that frees nothing of a limit
            mark(found.unmet, np.bool_(True), self.bits[ACCEPTED])
            found.outcome[...], found.amount[...] = NO, 0

    def _judge(
        self,
        here: _Here,
        found: Outcomes,
        counts: dict[str, Count],
        members: Mapping[str, Members],
        excluded: _Excluded,
    ) -> None:
        for name, answer in self.formulas:
            here.known[name] = answer(here.known)
        self._conditions(here, found)
        for exclusion in self.block.exclusions:
            if (exclusion.policy, exclusion.keys) not in excluded:  # nobody has judged it
                mark(found.missing, np.bool_(True), self.bits[exclusion.reason.id])
            else:
                pay, is_open = excluded[(exclusion.policy, exclusion.keys)]
                mark(found.unmet, pay, self.bits[exclusion.reason.id])
                mark(found.missing, is_open & ~pay, self.bits[exclusion.reason.id])
        early = self.amount(here.known) if self.is_early else None
        prepared = [limit.prepare(here.known) for limit in self.limits]
        if early is not None and all(limit.is_plain(members) for limit in self.limits):
            tallies = [limit.tally(ready, here.first, found.unmet.shape, counts)
                       for limit, ready in zip(self.limits, prepared, strict=True)]  # fmt: skip
            self._at_once(found, tallies, early, goes_on=here.goes_on)
            return
        found.amount[...] = 0
        for at in range(here.months):
            self._month(here, _months(found, slice(at, at + 1)), at, counts, members, prepared, early)

    def _conditions(self, here: _Here, found: Outcomes) -> None:
        met, known = (
            found.unmet,
            found.missing,
        )  # all zero so far: they hold what is met and known, and are turned round
        met_always, known_always = np.zeros((2, here.rows), met.dtype)
        every, known_anyhow = met.dtype.type(sum(bit for bit, _ in self.conditions)), met.dtype.type(0)
        for bit, answer in self.conditions:
            column = answer(here.known)
            is_monthly = 2 in {column.values.ndim, 0 if column.known is None else column.known.ndim}
            mark(met if is_monthly else met_always, column.values, bit)
            if column.known is None:
                known_anyhow |= met.dtype.type(bit)
            else:
                mark(known if is_monthly else known_always, column.known, bit)
        np.bitwise_or(met, met_always, out=met)
        np.bitwise_or(known, known_always | known_anyhow, out=known)
        np.bitwise_and(np.invert(met, out=met), known, out=found.unmet)
        np.bitwise_xor(known, every, out=found.missing)

    def _at_once(self, found: Outcomes, tallies: Sequence[Tally], amount: Column, *, goes_on: bool) -> None:
        """Limits, amounts and outcomes of all months, where each row's limits count its own months.

        `goes_on`: months follow for which has to be known what these use up.
        """
        due = found.unmet == 0
        pay, nothing = due & (found.missing == 0), None
        if amount.known is not None:
            pay &= amount.known
        if self.may_be_nothing:
            is_some = np.greater(amount.values, amount.values.dtype.type(0))
            nothing = ~is_some if amount.known is None else amount.known > is_some
            pay &= is_some
        may = due.copy() if nothing is None else due > nothing  # it is not refused
        for part in spans(tallies):
            for tally in tallies:
                tally.bound(part, pay[part], may[part])
            for tally in tallies if goes_on or part.stop < len(due) else ():
                tally.add(part, pay[part], may[part])
        for tally in tallies:
            due = tally.marked(found.unmet, found.missing, due)
        if amount.known is not None:
            mark(found.missing, due > amount.known, self.bits[AMOUNT])
        if nothing is not None:
            mark(found.unmet, due & nothing, self.bits[AMOUNT])
        # no is 0, pay 1, unknown 2
        np.add(may.view(np.int8), (may > pay).view(np.int8), out=found.outcome)
        np.multiply(amount.values, pay, out=found.amount, casting="same_kind")

    def _amount(self, found: Outcomes, column: Column, is_asked: Any) -> None:
        """Writes amounts where nothing is unmet and marks those that are not known or nothing."""
        due = (found.unmet == 0) & is_asked
        bit = self.bits[AMOUNT]
        if column.known is not None:
            mark(found.missing, due & ~column.known, bit)
            due &= column.known
        is_some = column.values > 0
        mark(found.unmet, due & ~is_some, bit)
        np.copyto(found.amount, column.values, where=due & is_some, casting="same_kind")

    def _settle(self, found: Outcomes) -> None:
        """Outcomes from masks; an amount stands only where it is paid."""
        is_no = found.unmet != 0
        is_pay = (found.unmet | found.missing) == 0
        np.copyto(found.outcome, np.int8(UNKNOWN))
        found.outcome[is_pay], found.outcome[is_no] = PAY, NO
        np.multiply(found.amount, is_pay, out=found.amount)

    def _month(
        self, here: _Here, found: Outcomes, at: int, counts: dict[str, Count], members: Mapping[str, Members],
        prepared: Sequence[Prepared], early: Column | None,
    ) -> None:  # fmt: skip
        known = here.known if self.is_early else {name: at_month(column, at) for name, column in here.known.items()}
        is_open = np.zeros(here.rows, np.bool_)
        uses = []
        month = Month(found.unmet[0], found.missing[0], found.amount[0], known, is_open, here.first + at)
        for limit, ready in zip(self.limits, prepared, strict=True):
            if not limit.of_amount:
                uses.append(limit.judge(month, ready, at, counts, members, self.reach))
        self._amount(found, self.amount(known) if early is None else at_month(early, at), ~is_open)
        for limit, ready in zip(self.limits, prepared, strict=True):
            if limit.of_amount:
                uses.append(limit.judge(month, ready, at, counts, members, self.reach))
        self._settle(found)
        for count, group, least, most in uses:
            count.add(group, least * (found.outcome[0] == PAY), most * (found.outcome[0] != NO))


def _stretches(policy: Policy, cases: Cases) -> list[_Stretch]:
    """The months, parted where another block of the policy comes into force."""
    blocks = [policy.block_at(cases.first + at) for at in range(cases.months)]
    turns = [at for at in range(cases.months) if at == 0 or blocks[at] is not blocks[at - 1]]
    return [
        _Stretch(blocks[since], since, until, {
            name: _parameter(each, cases.first + since, until - since) for name, each in policy.parameters.items()
        })
        for since, until in pairwise([*turns, cases.months])
    ]  # fmt: skip


def _parameter(parameter: Parameter, first: int, months: int) -> Column:
    """A parameter's values, of no dimension while they do not change."""
    found = [parameter.at(first + at) for at in range(months)]
    values = [int(each.value) if each else 0 for each in found]
    is_truth = isinstance(parameter.values[0].value, bool)
    dtype = np.dtype(np.bool_) if is_truth else width(integer(min(values), max(values)))
    known = None if all(found) else np.array([each is not None for each in found])[:, None]
    if known is None and len(set(values)) == 1:
        return Column(np.asarray(dtype.type(values[0])))
    return Column(np.array(values, dtype)[:, None], known)


def _unknown(kind: Kind) -> Column:
    """A fact that no table brings."""
    column = column_of([None], kind)
    return Column(column.values[0], np.zeros((), np.bool_))


def _where_known(column: Column) -> Column:
    """The same without a mask where all is known, which takes a tenth less."""
    return column if column.known is None or not column.known.all() else Column(column.values)


def _part(column: Column, chosen: Array | slice) -> Column:
    return Column(column.values[..., chosen], None if column.known is None else column.known[..., chosen])


def _in_months(column: Column, part: slice) -> Column:
    return Column(rows_of(column.values, part), None if column.known is None else rows_of(column.known, part))


def _months(found: Outcomes, part: slice) -> Outcomes:
    """A view of some months."""
    return Outcomes(found.rows, found.outcome[part], found.amount[part], found.unmet[part], found.missing[part])
