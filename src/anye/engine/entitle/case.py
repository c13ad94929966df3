"""One case: a person, firm or post, month by month, with everything that the answer rests on.

`batch` gives the same answers for everybody at once; tests hold the two against each other and against an oracle.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from anye.engine.entitle.catalogue import KEYS, THIS_MONTH, Catalogue
from anye.engine.entitle.nodes import Node, Value
from anye.engine.entitle.policy import ACCEPTED, AMOUNT, IN_FORCE, Block, Limit, Policy
from anye.engine.entitle.single import Answer, compiled, maybe

NO, PAY, UNKNOWN = 0, 1, 2
OUTCOMES = ("no", "pay", "unknown")
Range = tuple[int, int]
Known = dict[str, Value | None]


@dataclass(frozen=True)
class Row:
    """Of one subject what is known: `keys` name it, `always` holds in all months, `monthly` in each from the first on."""

    keys: Mapping[str, str]
    always: Mapping[str, Value | None]
    monthly: Mapping[str, Sequence[Value | None]] = field(default_factory=dict)


class Room(NamedTuple):
    """How far a limit was used before a month, and how much it allows: at least and at most, where not all is known.

    `is_lifted`: it does not hold for this one (`unless`).
    """

    used: Range
    allowed: Range
    is_lifted: bool


class Verdict(NamedTuple):
    """What one row is owed in one month. `unmet`, `missing`: bits of the policy's reasons; `amount`: 0 unless paid.

    `rooms`: by limit. `known`: every name that its formulas may ask.
    """

    month: int
    outcome: int
    amount: int
    unmet: int
    missing: int
    rooms: Mapping[str, Room]
    known: Mapping[str, Value | None]


Others = Mapping[str, Sequence[tuple[Row, Sequence[Verdict]]]]
"""Policy code → its verdicts, row by row, for what other policies exclude."""
_NOBODY: Others = {}


@dataclass(slots=True)
class _Claim:
    """One row in the month that is being judged."""

    row: Row
    known: Known
    unmet: int = 0
    missing: int = 0
    amount: int = 0
    is_clip_open: bool = False
    rooms: dict[str, Room] = field(default_factory=dict)
    uses: list[tuple[_Count, int, int]] = field(default_factory=list)

    @property
    def is_due(self) -> bool:
        return not self.unmet

    @property
    def outcome(self) -> int:
        return NO if self.unmet else UNKNOWN if self.missing else PAY


@dataclass(slots=True)
class _Count:
    """What was used of a limit within its period."""

    lo: int
    hi: int


@dataclass(slots=True)
class _Counts:
    """What was used of each limit, by whose count it is; and the period that a limit has been begun for."""

    of: dict[tuple[str, tuple[str, ...]], _Count] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)


class CaseRule:
    """A policy made ready for single cases: each formula a function."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy = policy
        asked = catalogue.with_steps(frozenset(name for block in policy.blocks for name in block.names))
        steps = [(name, catalogue.facts[name].formula) for name in catalogue.order if name in asked]
        self.derived = [(name, compiled(node)) for name, node in steps if node is not None]
        self.needed = frozenset(asked & set(catalogue.facts))
        self.blocks = {id(block): _BlockRule(policy, block) for block in policy.blocks}
        self.month = cache(self._month)

    def judge(
        self, rows: Sequence[Row], first: int, months: int, *, on: dt.date | None = None, others: Others = _NOBODY
    ) -> list[list[Verdict]]:
        """The verdicts, row by row and month by month. `on`: the day on which it is asked for, None when that is open."""
        counts = _Counts()
        found: list[list[Verdict]] = [[] for _ in rows]
        asked = [self._asked(row) for row in rows]
        for at in range(months):
            month = first + at
            block, values = self.month(month)
            claims = [_Claim(row, self._known(each, at, values, block)) for row, each in zip(rows, asked, strict=True)]
            if block is None:
                for claim in claims:
                    claim.unmet = self.policy.bits[IN_FORCE]
            else:
                block.judge(claims, month, at, counts, on, others)
            for verdicts, claim in zip(found, claims, strict=True):
                outcome = claim.outcome
                amount = claim.amount if outcome == PAY else 0
                verdicts.append(Verdict(month, outcome, amount, claim.unmet, claim.missing, claim.rooms, claim.known))
        return found

    def _month(self, month: int) -> tuple[_BlockRule | None, Known]:
        """What is in force in a month: the block, and what does not depend on the case."""
        block = self.policy.block_at(month)
        if block is None:
            return None, {THIS_MONTH: month}
        dated = {name: parameter.at(month) for name, parameter in self.policy.parameters.items()}
        values = {name: None if each is None else each.value for name, each in dated.items()}
        return self.blocks[id(block)], {THIS_MONTH: month, **values}

    def _asked(self, row: Row) -> tuple[Known, list[tuple[str, Sequence[Value | None]]]]:
        """Of what is known about a row, what the policy asks."""
        always = {name: value for name, value in row.always.items() if name in self.needed}
        return always, [(name, values) for name, values in row.monthly.items() if name in self.needed]

    def _known(
        self,
        asked: tuple[Known, list[tuple[str, Sequence[Value | None]]]],
        at: int,
        values: Known,
        block: _BlockRule | None,
    ) -> Known:
        known = {**asked[0], **values}
        for name, months in asked[1]:
            known[name] = months[at]
        for name, answer in self.derived:
            known[name] = answer(known)
        if block is not None:
            for name, answer in block.formulas:
                known[name] = answer(known)
        return known


class _BlockRule:
    def __init__(self, policy: Policy, block: Block) -> None:
        self.block, self.bits = block, policy.bits
        self.formulas = [(name, compiled(node)) for name, node in block.formulas]
        self.conditions = [(policy.bits[each.reason.id], compiled(each.when)) for each in block.conditions]
        rules = self.limits = [_LimitRule(policy, limit) for limit in block.limits]
        self.before, self.after = [r for r in rules if not r.of_amount], [r for r in rules if r.of_amount]
        self.amount, self.reach = compiled(block.amount), (0, max(block.amount.kind.hi, 0))

    def judge(
        self, claims: Sequence[_Claim], month: int, at: int, counts: _Counts, on: dt.date | None, others: Others
    ) -> None:
        for limit in self.limits:
            limit.begin(claims, month, counts)
        for claim in claims:
            self._conditions(claim)
            self._exclusions(claim, at, others)
        for limit in self.before:
            limit.judge([claim for claim in claims if claim.is_due], counts, self.reach)
        for claim in claims:
            self._amount(claim)
        for limit in self.after:
            limit.judge([claim for claim in claims if claim.is_due], counts, self.reach)
        for claim in claims:
            for count, lo, hi in claim.uses if claim.is_due else ():
                count.lo += lo if claim.outcome == PAY else 0
                count.hi += hi
        if not self.block.is_accepted(on):  # it cannot be asked for any more; that frees nothing of a limit
            for claim in claims:
                claim.unmet |= self.bits[ACCEPTED]

    def _conditions(self, claim: _Claim) -> None:
        known = claim.known
        for bit, answer in self.conditions:
            value = answer(known)
            if value is None:
                claim.missing |= bit
            elif not value:
                claim.unmet |= bit

    def _exclusions(self, claim: _Claim, at: int, others: Others) -> None:
        for each in self.block.exclusions:
            if each.policy not in others:  # nobody has judged it
                claim.missing |= self.bits[each.reason.id]
                continue
            same = [
                verdicts[at].outcome
                for row, verdicts in others[each.policy]
                if all(row.keys.get(key) == claim.row.keys.get(key) for key in each.keys)
            ]
            if PAY in same:
                claim.unmet |= self.bits[each.reason.id]
            elif UNKNOWN in same or not same:  # who has no row there was not judged
                claim.missing |= self.bits[each.reason.id]

    def _amount(self, claim: _Claim) -> None:
        if not claim.is_due or claim.is_clip_open:
            return
        amount = self.amount(claim.known)
        if amount is None:
            claim.missing |= self.bits[AMOUNT]
        elif int(amount) <= 0:
            claim.unmet |= self.bits[AMOUNT]
        else:
            claim.amount = int(amount)


class _LimitRule:
    def __init__(self, policy: Policy, limit: Limit) -> None:
        self.limit, self.bit, self.of_amount = limit, policy.bits[limit.reason.id], limit.counts == "amount"
        self.amount_bit = policy.bits[AMOUNT]
        self.units = None if limit.units is None else _ranged(limit.units)
        self.at_most, self.used_before = _ranged(limit.at_most), _ranged(limit.used_before)
        self.counts_when = maybe(limit.counts_when)
        self.unless = maybe(limit.unless)
        self.renewed = maybe(limit.renewal.when if limit.renewal else None)
        self.keys = KEYS[policy.subject] if limit.within == policy.subject else (limit.within,)

    def judge(self, due: Sequence[_Claim], counts: _Counts, reach: Range) -> None:
        for key, claims in self._groups(due).items():
            if not all(key):  # of whom the count is kept is not known
                for claim in claims:
                    self._leave_open(claim)
                continue
            count = counts.of[(self.limit.reason.id, key)]
            used, counts_when = (count.lo, count.hi), self.counts_when
            asked = [
                (claim, self._wanted(claim, reach), True if counts_when is None else counts_when(claim.known))
                for claim in claims
            ]
            total = sum(hi for _, (_, hi), is_counted in asked if is_counted is not False)
            for claim, wanted, is_counted in asked:
                beside = total - (wanted[1] if is_counted is not False else 0)
                least, most = self._granted(claim, wanted, used, beside)
                claim.uses.append((count, least if is_counted is True else 0, most if is_counted is not False else 0))

    def begin(self, claims: Sequence[_Claim], month: int, counts: _Counts) -> None:
        """Begin a count with what was used before, and a new year's with nothing."""
        name, year = self.limit.reason.id, self.limit.period(month)
        if counts.begun.get(name) == year:
            return  # the rows are the same in all months
        for key, group in self._groups(claims).items():
            if name not in counts.begun:
                before = [self.used_before(claim.known) for claim in group]
                counts.of[(name, key)] = _Count(min(lo for lo, _ in before), max(hi for _, hi in before))
            else:
                counts.of[(name, key)] = _Count(0, 0)
        counts.begun[name] = year

    def _groups(self, claims: Sequence[_Claim]) -> Mapping[tuple[str, ...], list[_Claim]]:
        groups: dict[tuple[str, ...], list[_Claim]] = defaultdict(list)
        for claim in claims:
            groups[tuple(claim.row.keys.get(key, "") for key in self.keys)].append(claim)
        return groups

    def _wanted(self, claim: _Claim, reach: Range) -> Range:
        """How much of the limit the month would use."""
        if self.of_amount:
            return (claim.amount, claim.amount) if claim.amount else reach
        return (1, 1) if self.units is None else self.units(claim.known)

    def _allowed(self, claim: _Claim) -> Range:
        lo, hi = self.at_most(claim.known)
        if self.renewed is None or self.limit.renewal is None:
            return lo, hi
        may, times = self.renewed(claim.known), 1 + self.limit.renewal.times
        return lo * times if may is True else lo, hi if may is False else hi * times

    def _granted(self, claim: _Claim, wanted: Range, used: Range, beside: int) -> Range:
        """What the month gets of the limit, at least and at most; says in the claim where it stands in the way."""
        allowed = self._allowed(claim)
        is_free = None if self.unless is None else self.unless(claim.known)
        claim.rooms[self.limit.reason.id] = Room(used, allowed, is_free is True)
        is_bound = self.unless is None or is_free is False
        least, most = max(allowed[0] - used[1] - beside, 0), max(allowed[1] - used[0], 0)
        fits = wanted[1] <= least or is_free is True
        if not fits and is_bound and most <= 0:
            claim.unmet |= self.bit
            return 0, 0
        # what is open may be how much is left, or how much the month would take: the second is the amount's, not the limit's
        is_room_open = not fits and not (is_bound and least == most)
        is_want_open = self.limit.clips and wanted[0] != wanted[1]
        if is_room_open:
            self._leave_open(claim)
        if is_want_open:
            claim.missing |= self.amount_bit
            claim.is_clip_open = claim.is_clip_open or bool(self.limit.gives)
        if is_room_open or is_want_open:
            return 0, min(wanted[1], most) if is_bound else wanted[1]
        if not fits:
            wanted = (least, least)
        if self.limit.gives:
            claim.known[self.limit.gives] = wanted[0]
        if self.of_amount:
            claim.amount = wanted[0]
        return wanted

    def _leave_open(self, claim: _Claim) -> None:
        claim.missing |= self.bit
        claim.is_clip_open = claim.is_clip_open or bool(self.limit.gives)


def _ranged(node: Node) -> Callable[[Known], Range]:
    """The value of a formula as a range: from itself to itself, or all that its kind can be where it is not known."""
    answer: Answer = compiled(node)
    lo, hi = max(node.kind.lo, 0), max(node.kind.hi, 0)

    def found(known: Known) -> Range:
        value = answer(known)
        return (lo, hi) if value is None else (max(int(value), 0),) * 2

    return found
