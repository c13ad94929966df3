"""Everybody at once: a policy over all rows of its subject, all months, a block of rows that fits the cache at a time.

Facts that change by month are arrays of months × rows, the others of rows; NumPy's broadcasting then does what depends
on no month once. Yes and no are bits, in formulas and in what is handed over. Only what was used of a limit goes month by
month, for it depends on the months before; all else around limits that count the months of each row alone is settled for
all months at once, in `_at_once`. The answers are those of `case`, row by row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from anye.engine.entitle.batch_limits import Count, LimitRule, Month, Prepared, Tally, at_month, rows_of, spans
from anye.engine.entitle.bits import EVERY, Array, packed, part, unpacked
from anye.engine.entitle.catalogue import KEYS, MONTHS, THIS_MONTH, Catalogue
from anye.engine.entitle.columns import Answer, Column, Known, Term, column, column_of, compiled, term, width
from anye.engine.entitle.groups import Cases, Groups, Members, chunks, groups_of, is_by_row, met_by
from anye.engine.entitle.kinds import Kind, integer
from anye.engine.entitle.outcomes import Other, Outcomes
from anye.engine.entitle.policy import ACCEPTED, AMOUNT, IN_FORCE, Block, Parameter, Policy

BLOCK_ROWS = 131_072
_HELD = 24 * 2**20
"""Bytes that are asked for and given back once: from then on the C library of Linux keeps as much for what comes next, and
the arrays of each block lie where the last block's lay, instead of being new to the machine."""
_Who = tuple[str, tuple[str, ...]]
"""Another policy, and the keys by which it is looked for."""
_Excluded = Mapping[_Who, tuple[Array, Array]]


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
        for _, outcomes in run_together([self], cases, on=on, others=others, rows=rows):
            yield outcomes

    def _keys(self, within: str) -> tuple[str, ...]:
        return KEYS[self.policy.subject] if within == self.policy.subject else (within,)

    def ready(self, cases: Cases, others: Mapping[str, Other], before: frozenset[str]) -> _Ready:
        """What is the same for all blocks of these cases. `before`: policies that judge the same rows before this one.

        Raises ValueError where one of them is excluded by other keys than the row's own, and `others` does not have it.
        """
        groups = {within: groups_of(cases, self._keys(within)) for within in self.kept}
        excluded: dict[_Who, tuple[Array, Array]] = {}
        within: list[_Who] = []
        exclusions = (each for block in self.policy.blocks for each in block.exclusions)
        for code, keys in dict.fromkeys((each.policy, each.keys) for each in exclusions):
            if code in before and is_by_row(cases, cases, keys):
                within.append((code, keys))
            elif other := others.get(code):
                excluded[(code, keys)] = met_by(cases, other.cases, (other.pay, other.unknown), keys)
            elif code in before:
                raise ValueError(f"{self.policy.code} excludes {code} by {keys}: what it came to has to be given")
        return _Ready(groups, excluded, within, _stretches(self.policy, cases))

    def judge(self, chosen: Chosen, ready: _Ready, done: Mapping[str, tuple[Array, Array]]) -> Outcomes:
        """The verdicts of one block, whenever it is asked for. `done`: where policies that went before pay, and where that is
        open, in the same rows."""
        months, rows = chosen.cases.months, chosen.count
        known = chosen.known(self.unknown, self.derived)
        found = Outcomes.blank(chosen.rows, rows, months, self.money)
        excluded = {who: (part(pay, chosen.rows), part(is_open, chosen.rows))
                    for who, (pay, is_open) in ready.excluded.items()}  # fmt: skip
        excluded |= {who: done[who[0]] for who in ready.within}
        counts: dict[str, Count] = {}
        members = {within: Members.make(each, chosen.rows, rows) for within, each in ready.groups.items()}
        for each in ready.stretches:
            span = slice(each.since, each.until)
            if each.block is None:
                found.months(span).refuse(self.policy.reasons.index(IN_FORCE))
                continue
            is_whole = span.stop - span.start == months
            here = Known(rows, known if is_whole else {name: _in_months(one, span) for name, one in known.items()})
            here.update(each.parameters)
            theirs = {who: (pay[span], is_open[span]) for who, (pay, is_open) in excluded.items()}
            stretch = _Here(here, chosen.cases.first + each.since, span.stop - span.start, span.stop < months)
            rule = self.blocks[id(each.block)]
            rule.judge(stretch, found if is_whole else found.months(span), counts, members, theirs)
        found.trim()
        return found

    def refuse_late(self, found: Outcomes, ready: _Ready, on: dt.date) -> None:
        """Refuse what cannot be asked for on the day; that frees nothing of a limit."""
        for each in ready.stretches:
            if each.block is not None and not each.block.is_accepted(on):
                found.months(slice(each.since, each.until)).refuse(self.policy.reasons.index(ACCEPTED))
        found.trim()


def run_together(
    rules: Sequence[BatchRule], cases: Cases, *, on: dt.date | None = None, others: Mapping[str, Other] | None = None,
    rows: int = BLOCK_ROWS,
) -> Iterator[tuple[BatchRule, Outcomes]]:  # fmt: skip
    """The verdicts of policies of one subject and catalogue, block by block: what is read of a block serves them all.

    A policy stands after those that it excludes. `others`: what the policies came to that one of these excludes by other keys
    than the row's own, or that are not among them; of one that is nowhere it is unknown whether it pays. `on`: the day on
    which all is asked for; whether one excludes another does not hang on that.

    Raises ValueError when a policy stands before one that it excludes, or when what another came to has to be given.
    """
    codes = [rule.policy.code for rule in rules]
    ready: list[tuple[BatchRule, _Ready]] = []
    for at, rule in enumerate(rules):
        asked = {each.policy for block in rule.policy.blocks for each in block.exclusions}
        if late := asked.intersection(codes[at:]):
            raise ValueError(f"{rule.policy.code} excludes {', '.join(sorted(late))}, which stands after it")
        ready.append((rule, rule.ready(cases, others or {}, frozenset(codes[:at]))))
    wanted = {code for _, one in ready for code, _ in one.within}
    np.empty(_HELD, np.uint8)
    groupings = [each.of for _, one in ready for each in one.groups.values() if each.of is not None]
    for places in chunks(cases.rows, groupings, rows):
        chosen = Chosen(cases, places)
        done: dict[str, tuple[Array, Array]] = {}
        for rule, one in ready:
            found = rule.judge(chosen, one, done)
            if rule.policy.code in wanted:
                done[rule.policy.code] = found.pay.copy(), found.unknown.copy()
            if on is not None:
                rule.refuse_late(found, one, on)
            yield rule, found


@dataclass(frozen=True)
class _Ready:
    """Of a policy, what is the same for all blocks of the cases. `within`: those of the same rows that exclude it."""

    groups: Mapping[str, Groups]
    excluded: _Excluded
    within: Sequence[_Who]
    stretches: Sequence[_Stretch]


class Chosen:
    """Some rows of the cases, with their facts as formulas take them."""

    def __init__(self, cases: Cases, rows: Array | slice) -> None:
        self.cases, self.rows = cases, rows
        self.count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        months = np.arange(cases.first, cases.first + cases.months, dtype=width(MONTHS))
        self._known = Known(self.count, {THIS_MONTH: Term(months[:, None])})

    def known(self, facts: Mapping[str, Term], derived: Sequence[tuple[str, Answer]]) -> Known:
        """These facts, those that no table brings as they are given, and what is derived from them, each made once."""
        for name in facts:
            if name not in self._known:
                is_there = name in self.cases.facts
                self._known[name] = self.cases.part(name, self.rows) if is_there else facts[name]
        for name, answer in derived:
            if name not in self._known:
                self._known[name] = answer(self._known)
        return Known(self.count, self._known)


@dataclass(frozen=True)
class _Stretch:
    """Months in which one block of the policy is in force, and its parameters in them; months from 0."""

    block: Block | None
    since: int
    until: int
    parameters: Mapping[str, Term]


@dataclass(frozen=True)
class _Here:
    """What is known in the months of a stretch, of a block of rows. `goes_on`: others follow."""

    known: Known
    first: int
    months: int
    goes_on: bool


class _BlockRule:
    def __init__(self, policy: Policy, block: Block) -> None:
        self.block, self.places = block, {name: at for at, name in enumerate(policy.reasons)}
        self.formulas = [(name, compiled(node)) for name, node in block.formulas]
        self.conditions = [(self.places[each.reason.id], compiled(each.when)) for each in block.conditions]
        self.limits = [LimitRule(policy, limit) for limit in block.limits]
        self.amount = compiled(block.amount)
        self.reach, self.may_be_nothing = max(block.amount.kind.hi, 0), block.amount.kind.lo <= 0
        # an amount that asks for no units can be known before any limit is
        self.is_early = not any(limit.gives for limit in block.limits)

    def judge(
        self,
        here: _Here,
        found: Outcomes,
        counts: dict[str, Count],
        members: Mapping[str, Members],
        excluded: _Excluded,
    ) -> None:
        for name, answer in self.formulas:
            here.known[name] = answer(here.known)
        self._conditions(here.known, found)
        self._exclusions(found, excluded)
        early = self.amount(here.known) if self.is_early else None
        prepared = [limit.prepare(here.known) for limit in self.limits]
        if early is not None and all(limit.is_plain(members) for limit in self.limits):
            tallies = [limit.tally(ready, here.first, found.amount.shape, counts)
                       for limit, ready in zip(self.limits, prepared, strict=True)]  # fmt: skip
            self._at_once(found, tallies, early, here.known, goes_on=here.goes_on)
            return
        found.amount[...] = 0
        is_refused, is_missing = (unpacked(each.anywhere(), here.known.rows) for each in (found.unmet, found.missing))
        for at in range(here.months):
            month = Month(found.months(slice(at, at + 1)), is_refused[at], is_missing[at], here.first + at)
            self._month(here.known, month, at, counts, members, prepared, early)

    def _conditions(self, known: Known, found: Outcomes) -> None:
        for place, answer in self.conditions:
            values, where = answer(known)
            if where is None:
                np.invert(values, out=found.unmet.of(place))
            else:  # values lie within what is known
                np.bitwise_xor(values, where, out=found.unmet.of(place))
                np.invert(where, out=found.missing.of(place))

    def _exclusions(self, found: Outcomes, excluded: _Excluded) -> None:
        for exclusion in self.block.exclusions:
            place = self.places[exclusion.reason.id]
            if (exclusion.policy, exclusion.keys) not in excluded:  # nobody has judged it
                found.missing.of(place)[...] = EVERY
            else:
                pay, is_open = excluded[(exclusion.policy, exclusion.keys)]
                found.unmet.of(place)[...], found.missing.of(place)[...] = pay, is_open & ~pay

    def _at_once(self, found: Outcomes, tallies: Sequence[Tally], amount: Term, known: Known, *, goes_on: bool) -> None:
        """Limits, amounts and outcomes of all months, where each row's limits count its own months.

        `goes_on`: months follow for which has to be known what these use up.
        """
        place, pay = self.places[AMOUNT], found.pay
        is_refused, is_missing = found.unmet.anywhere(), found.missing.anywhere()
        due = ~is_refused
        np.bitwise_and(due, ~is_missing, out=pay)
        nothing = None
        if amount.known is not None:
            pay &= amount.known
        if self.may_be_nothing:
            nothing = ~packed(np.greater(amount.values, amount.values.dtype.type(0)))
            pay &= ~nothing
            nothing = nothing if amount.known is None else nothing & amount.known
        may = due.copy() if nothing is None else due & ~nothing  # it is not refused
        for span in spans(tallies):
            for tally in tallies:
                tally.bound(span, pay[span], may[span])
            for tally in tallies if goes_on or span.stop < len(due) else ():
                tally.add(span, pay[span], may[span])
        for tally in tallies:
            due = tally.marked(found, due)
        if amount.known is not None:
            np.bitwise_and(due, ~amount.known, out=found.missing.of(place))
        if nothing is not None:
            np.bitwise_and(due, nothing, out=found.unmet.of(place))
        np.bitwise_xor(may, pay, out=found.unknown)
        is_own = amount.values.base is None and all(amount.values is not each.values for each in known.values())
        found.pays(amount.values, is_own=is_own)

    def _amount(self, month: Month, amount: Column, is_asked: Array) -> None:
        """Writes amounts where nothing is unmet and marks those that are not known or nothing."""
        place, due = self.places[AMOUNT], ~month.is_refused & is_asked
        if amount.known is not None:
            month.leave_open(place, due & ~amount.known)
            due &= amount.known
        is_some = amount.values > 0
        month.refuse(place, due & ~is_some)
        np.multiply(amount.values, due & is_some, out=month.amount, casting="same_kind")

    def _month(
        self, known: Known, month: Month, at: int, counts: dict[str, Count], members: Mapping[str, Members],
        prepared: Sequence[Prepared], early: Term | None,
    ) -> None:  # fmt: skip
        here = known
        if early is None:
            here = Known(known.rows, {name: at_month(each, at) for name, each in known.items()})
        uses = [limit.judge(month, here, ready, at, counts, members, self.reach)
                for limit, ready in zip(self.limits, prepared, strict=True) if not limit.of_amount]  # fmt: skip
        amount = self.amount(here) if early is None else at_month(early, at)
        self._amount(month, column(amount, known.rows), ~month.is_open)
        uses += [limit.judge(month, here, ready, at, counts, members, self.reach)
                 for limit, ready in zip(self.limits, prepared, strict=True) if limit.of_amount]  # fmt: skip
        is_paid = month.settle()
        for count, group, least, most in uses:
            count.add(group, least * is_paid, most * ~month.is_refused)


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


def _parameter(parameter: Parameter, first: int, months: int) -> Term:
    """A parameter's values, of no dimension while they do not change."""
    found = [parameter.at(first + at) for at in range(months)]
    values = [int(each.value) if each else 0 for each in found]
    is_truth = isinstance(parameter.values[0].value, bool)
    dtype = np.dtype(np.bool_) if is_truth else width(integer(min(values), max(values)))
    known = None if all(found) else np.array([each is not None for each in found])[:, None]
    if known is None and len(set(values)) == 1:
        return term(Column(np.asarray(dtype.type(values[0]))))
    return term(Column(np.array(values, dtype)[:, None], known))


def _unknown(kind: Kind) -> Term:
    """A fact that no table brings."""
    values, _ = column_of([None], kind)
    return term(Column(values[0], np.zeros((), np.bool_)))


def _in_months(one: Term, part: slice) -> Term:
    return Term(rows_of(one.values, part), None if one.known is None else rows_of(one.known, part))
