"""A checked policy: dated blocks of conditions, an amount, and what it is bounded by; declarations, not programs.

Law is data, dated and cited: each value of a parameter says where it stands and how certain that is (domain, section 3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from anye.engine.entitle.catalogue import Texts
from anye.engine.entitle.months import last_day, year_of
from anye.engine.entitle.nodes import Node, Value

IN_FORCE, ACCEPTED, AMOUNT = "in_force", "accepted", "amount"
"""Reasons that every policy has: a block is in force, who asks is in time, and there is something to pay."""
ASSUMED = frozenset({"C", "D"})
"""Certainties of values that no document was found for: shown as assumed wherever an amount is shown."""
PERIODS = ("lifetime", "year", "month")
LEVELS = ("state", "municipality", "district")
CHANNELS = ("apply", "confirm", "automatic")


@dataclass(frozen=True)
class Legal:
    """A document that a policy stands on. `certainty`: A issuing authority, B secondary, C without a source, D unknown."""

    ref: Texts
    effective: dt.date | None
    until: dt.date | None
    certainty: str
    source: Texts


@dataclass(frozen=True)
class Dated:
    """A parameter's value from a day on."""

    since: dt.date
    value: Value
    certainty: str
    source: Texts

    @property
    def is_assumed(self) -> bool:
        return self.certainty in ASSUMED


@dataclass(frozen=True)
class Parameter:
    """A number that a document sets; `values` in the order of their days."""

    name: str
    unit: str
    says: Texts
    values: tuple[Dated, ...]

    def at(self, month: int) -> Dated | None:
        """What is in force at the end of the month; None before the first value."""
        day = last_day(month)
        return next((each for each in reversed(self.values) if each.since <= day), None)


@dataclass(frozen=True)
class Reason:
    """What a citizen is told of one reason: when it is met, unmet, or not known, and what would mend it."""

    id: str
    met: Texts
    unmet: Texts
    missing: Texts
    fix: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """A named condition (条件): a formula that is true, false or unknown."""

    reason: Reason
    when: Node


@dataclass(frozen=True)
class Renewal:
    """Who may have the whole limit again, and how often (二次安置)."""

    when: Node
    times: int


@dataclass(frozen=True)
class Limit:
    """How much of this policy one may have. It counts months that are paid, or what `units` is in them, or the amounts.

    `within`: of whom the count is kept; `per`: lifetime, year (calendar) or month. `used_before`: what was used before the first
    month that is judged. `counts_when`: which paid months use it up. `unless`: for whom it does not hold. `gives`: the name
    under which the amount asks how many units are left to pay. `is_anew`: it begins in a later block, and nothing that an
    earlier block paid in the same run counts.
    """

    reason: Reason
    counts: str
    units: Node | None
    gives: str
    within: str
    per: str
    at_most: Node
    used_before: Node
    counts_when: Node | None
    unless: Node | None
    renewal: Renewal | None
    is_anew: bool = False

    def period(self, month: int) -> int:
        """The period that a month lies in; each begins with nothing used, but for the first."""
        if self.per == "year":
            return year_of(month)
        return month if self.per == "month" else 0

    def nodes(self) -> Iterator[Node]:
        """Its formulas."""
        told = (self.units, self.at_most, self.used_before, self.counts_when, self.unless)
        yield from (node for node in told if node is not None)
        if self.renewal:
            yield self.renewal.when

    @property
    def clips(self) -> bool:
        """Whether a month may be paid in part: by days or by amount; a month as such is paid or not."""
        return self.counts != "month"


@dataclass(frozen=True)
class Exclusion:
    """Another policy that goes before this one in the same month, for the same `keys`."""

    reason: Reason
    policy: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """What holds from one day to another. `accept_from` … `accept_until`: when it can be asked for, which is another time.

    `formulas`: named steps, each after those it asks; `steps`: what they are called.
    """

    since: dt.date
    until: dt.date | None
    accept_from: dt.date | None
    accept_until: dt.date | None
    formulas: tuple[tuple[str, Node], ...]
    conditions: tuple[Condition, ...]
    limits: tuple[Limit, ...]
    exclusions: tuple[Exclusion, ...]
    amount: Node
    line: int = 1
    steps: Mapping[str, Texts] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that its formulas ask."""
        return frozenset(name for node in self.nodes() for name in node.names)

    def is_accepted(self, on: dt.date | None) -> bool:
        """Whether it can be asked for on a day; None while no day is named."""
        if on is None:
            return True
        return (self.accept_from or on) <= on <= (self.accept_until or on)

    def nodes(self) -> Iterator[Node]:
        """Its formulas."""
        yield from (node for _, node in self.formulas)
        yield from (each.when for each in self.conditions)
        yield self.amount
        for limit in self.limits:
            yield from limit.nodes()

    def reasons(self) -> Iterator[Reason]:
        """What can stand in the way, in the order in which it is asked."""
        yield from (each.reason for each in self.conditions)
        yield from (each.reason for each in self.exclusions)
        yield from (each.reason for each in self.limits)


@dataclass(frozen=True)
class Example:
    """A test in the policy's own file. `given`: fact → value, or {YYYY-MM: value, else: value}; `expect`: fen, no or unknown."""

    name: str
    line: int
    month: int
    since: int
    on: dt.date | None
    given: Mapping[str, Any]
    others: Mapping[str, Any]
    expect: int | str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """One policy (政策). `reasons`: the ids whose places are the bits of a verdict's masks; `text`, `digest`: its file.

    `items`: words by which lists of payments name it.
    """

    code: str
    path: str
    text: str
    digest: str
    title: Texts
    says: Texts
    level: str
    subject: str
    pays: str
    channel: str
    fund: str
    notice_days: int
    recovery: Texts
    legal: tuple[Legal, ...]
    facts: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    blocks: tuple[Block, ...]
    examples: tuple[Example, ...]
    items: tuple[str, ...] = ()

    @cached_property
    def once_in(self) -> str:
        """`lifetime` or `year` where it is paid once in it, else nothing."""
        limits = (limit for block in self.blocks for limit in block.limits if limit.counts == "month")
        return next((each.per for each in limits if each.at_most.value == 1 and each.per != "month"), "")

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        own = dict.fromkeys(reason.id for block in self.blocks for reason in block.reasons())
        return (IN_FORCE, ACCEPTED, AMOUNT, *own)

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """Reason → its bit."""
        return {name: 1 << at for at, name in enumerate(self.reasons)}

    def block_at(self, month: int) -> Block | None:
        """The block in force at the end of the month."""
        day = last_day(month)
        fitting = (each for each in self.blocks if each.since <= day and (each.until is None or day <= each.until))
        return next(fitting, None)

    def is_assumed(self, month: int) -> bool:
        """Whether a value that the month is judged by has no document yet."""
        block = self.block_at(month)
        asked = [self.parameters[name].at(month) for name in (block.names if block else ()) if name in self.parameters]
        return any(dated is not None and dated.is_assumed for dated in asked)

    def says_of(self, reason: str, block: Block) -> Reason | None:
        """A reason's texts in a block; None for those that every policy has."""
        return next((each for each in block.reasons() if each.id == reason), None)
