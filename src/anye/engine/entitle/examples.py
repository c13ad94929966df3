"""A policy's own tests: they come out as they say, and there are enough of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anye.engine.entitle.case import NO, OUTCOMES, PAY, CaseRule, Row, Verdict
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.months import last_day, month_of, read_month, written
from anye.engine.entitle.nodes import Value
from anye.engine.entitle.policy import Block, Example, Limit, Policy
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.entitle.values import read_value

KEYS = {"person": "1", "household": "1", "firm": "1", "post": "1"}
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Played:
    """A test and what it came to."""

    example: Example
    verdict: Verdict


def check_policy(policy: Policy, catalogue: Catalogue) -> list[PolicyFault]:
    """What is wrong with its tests: each that comes out otherwise, and what none of them asks."""
    rule = CaseRule(policy, catalogue)
    played = [Played(example, play(policy, catalogue, rule, example)) for example in policy.examples]
    faults = [fault for each in played if (fault := _failed(policy, each)) is not None]
    return faults + [
        _fault(policy, "policy_test_missing", line, expected=what) for line, what in _missing(policy, played)
    ]


def play(policy: Policy, catalogue: Catalogue, rule: CaseRule, example: Example) -> Verdict:
    """The verdict of a test's month, the months since its beginning judged before it. Raises PolicyFault."""
    months = example.month - example.since + 1
    try:
        row = row_of(catalogue, example.given, example.since, months)
    except NoValue as fault:
        expected = _kind(catalogue.facts[fault.fact].kind.type)
        raise _fault(policy, "policy_shape", example.line, key=fault.fact, found=fault.raw, expected=expected) from None
    outcome = {name: OUTCOMES.index(str(said)) for name, said in example.others.items()}
    rivals = {each.policy for block in policy.blocks for each in block.exclusions}
    said = {name: [Verdict(0, outcome.get(name, NO), 0, 0, 0, {}, {})] * months for name in rivals}
    others = {name: [(row, verdicts)] for name, verdicts in said.items()}
    return rule.judge([row], example.since, months, on=example.on, others=others)[0][-1]


class NoFact(ValueError):
    """Something is given that is no fact of the catalogue."""


class NoValue(ValueError):
    """What is given is no value of its fact."""

    def __init__(self, fact: str, raw: object) -> None:
        super().__init__(fact)
        self.fact, self.raw = fact, raw


def row_of(catalogue: Catalogue, given: Mapping[str, Any], first: int, months: int) -> Row:
    """Facts by name or English name; one that changes by month is {YYYY-MM: value, else: value}. Raises NoFact, NoValue."""
    names = {fact.en: fact.name for fact in catalogue.facts.values()}
    always: dict[str, Value | None] = {}
    monthly: dict[str, list[Value | None]] = {}
    for told, raw in given.items():
        fact = catalogue.facts.get(names.get(told, told))
        if fact is None:
            raise NoFact(told)
        try:
            if isinstance(raw, dict):
                by_month = {read_month(str(key)): read_value(fact, each) for key, each in raw.items() if key != "else"}
                rest = read_value(fact, raw.get("else"))
                monthly[fact.name] = [by_month.get(first + at, rest) for at in range(months)]
            else:
                always[fact.name] = read_value(fact, raw)
        except ValueError:
            raise NoValue(told, raw) from None
    return Row(KEYS, always, monthly)


def _kind(name: str) -> str:
    return {"bool": "true or false", "int": "a whole number in its range", "date": "YYYY-MM-DD", "code": "a code"}[name]


def _fault(policy: Policy, code: str, line: int, **params: object) -> PolicyFault:
    return PolicyFault(code, {"file": policy.path, "line": line, **params})


def named(policy: Policy, mask: int) -> tuple[str, ...]:
    """The reasons in a mask."""
    return tuple(name for name, bit in policy.bits.items() if mask & bit)


def _failed(policy: Policy, played: Played) -> PolicyFault | None:
    example, verdict = played.example, played.verdict
    found: int | str = verdict.amount if verdict.outcome == PAY else OUTCOMES[verdict.outcome]
    reasons = named(policy, verdict.unmet if verdict.outcome == NO else verdict.missing)
    is_as_told = not example.because or set(example.because) == set(reasons)
    if found == example.expect and is_as_told:
        return None
    expected = f"{example.expect} {' '.join(example.because)}".strip()
    return _fault(
        policy, "policy_test_failed", example.line, name=example.name, found=f"{found} {' '.join(reasons)}".strip(),
        expected=expected,
    )  # fmt: skip


def _missing(policy: Policy, played: list[Played]) -> Iterator[tuple[int, str]]:
    """(line, what no test asks)."""
    outcomes = {each.verdict.outcome for each in played}
    yield from ((1, f"expect: {name}") for at, name in enumerate(OUTCOMES) if at not in outcomes)
    asked = {each.example.month for each in played}
    for block, month, what in _turns(policy):
        if month not in asked:
            yield block.line, f"month: {written(month)} ({what})"
    days = {each.example.on for each in played}
    for block in policy.blocks:
        bounds = [(block.accept_from, -ONE_DAY), (block.accept_until, ONE_DAY)]
        for day, beyond in ((day, step) for day, step in bounds if day is not None):
            yield from ((block.line, f"on: {each}") for each in (day, day + beyond) if each not in days)
        for limit in block.limits:
            yield from ((block.line, what) for what in _limit_missing(policy, limit, played))


def _turns(policy: Policy) -> Iterator[tuple[Block, int, str]]:
    """The months in which something begins or ends, and those beside them."""
    for block in policy.blocks:
        first = first_month(block.since)
        yield block, first, "the first month"
        yield block, first - 1, "the month before the first"
        if block.until is not None:
            last = (
                month_of(block.until) if last_day(month_of(block.until)) == block.until else month_of(block.until) - 1
            )
            yield block, last, "the last month"
            yield block, last + 1, "the month after the last"
        for parameter in policy.parameters.values():
            for dated in parameter.values[1:] if parameter.name in block.names else ():
                month = first_month(dated.since)
                if policy.block_at(month) is block:
                    yield block, month, parameter.name
                    yield block, month - 1, parameter.name


def first_month(day: dt.date) -> int:
    """The first month that is judged by what is in force from a day on: judged by its last day, the month of the day."""
    return month_of(day)


def _limit_missing(policy: Policy, limit: Limit, played: list[Played]) -> Iterator[str]:
    name = limit.reason.id
    # of one row nothing is left of a month's limit only where another row took it
    if limit.per != "month" and not any(each.verdict.unmet & policy.bits[name] for each in played):
        yield f"{name}: nothing is left of it"
    if not any(_takes_the_last(limit, each.verdict) for each in played):
        yield f"{name}: the last of it is paid"


def _takes_the_last(limit: Limit, verdict: Verdict) -> bool:
    room = verdict.rooms.get(limit.reason.id)
    if verdict.outcome != PAY or room is None:
        return False
    taken = {"month": 1, "amount": verdict.amount}.get(limit.counts)
    units = int(verdict.known.get(limit.gives) or 0) if taken is None else taken
    return room.used[0] + units == room.allowed[1]
