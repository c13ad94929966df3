"""The catalogue of facts: what formulas may ask, of whom, within which range, and where an office learns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from anye.engine.entitle.kinds import Kind, integer
from anye.engine.entitle.nodes import Node, Value

Texts = Mapping[str, str]
"""zh and en."""

THIS_MONTH = "当月"
"""The month that is judged, in every formula: a whole number of months since January 1970."""
MONTHS = integer(-1200, 2400, "month")

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person": ("person",),
        "household": ("household",),
        "firm": ("firm",),
        "person_firm": ("person", "firm"),
        "post": ("post", "person"),
    }
)
"""Subject → what names one of them in a table. A post is one person's placement in a public-welfare post."""

REACH: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "person": frozenset({"person", "household"}),
        "household": frozenset({"household"}),
        "firm": frozenset({"firm"}),
        "person_firm": frozenset({"person_firm", "person", "household", "firm"}),
        "post": frozenset({"post", "person", "household", "firm"}),
    }
)
"""Subject of a policy → the subjects whose facts it may ask; what lies the other way needs a declared roll-up."""


@dataclass(frozen=True)
class RollUp:
    """A firm's fact that its people's rows add up to: how many of `over` have `when`, or the sum of `of` over them."""

    over: str
    take: Literal["count", "sum"]
    of: str | None
    when: str | None


@dataclass(frozen=True)
class Fact:
    """One fact. `name` is the official Chinese term, `en` its English name in tables.

    `is_month`: a whole number that is written YYYY-MM; `is_money`: counted in the smallest unit of money. `formula`: it
    follows from other facts; `roll_up`: it adds up rows of another subject.
    """

    name: str
    en: str
    of: str
    is_monthly: bool
    kind: Kind
    says: Texts
    source: Texts
    is_month: bool = False
    codes: Mapping[str, Texts] = field(default_factory=dict)
    default: Value | None = None
    because: Texts = field(default_factory=dict)
    formula: Node | None = None
    roll_up: RollUp | None = None
    is_money: bool = False


@dataclass(frozen=True)
class Money:
    """The money of a pack: its smallest unit, in which every amount is a whole number, and how amounts are written."""

    unit: str
    per: int
    sign: Texts


@dataclass(frozen=True)
class Catalogue:
    """Facts by name. `order`: the facts with a formula, each after those it asks."""

    money: Money
    facts: Mapping[str, Fact]
    order: tuple[str, ...] = ()

    def kinds(self, subject: str) -> Mapping[str, Kind]:
        """What a formula about this subject may ask."""
        reach = REACH[subject]
        found = {name: fact.kind for name, fact in self.facts.items() if fact.of in reach}
        return {THIS_MONTH: MONTHS, **found}

    def defaults(self) -> Mapping[str, Value]:
        """The values that COALESCE may put in the place of an unknown fact."""
        return {name: fact.default for name, fact in self.facts.items() if fact.default is not None}

    def with_steps(self, names: frozenset[str]) -> frozenset[str]:
        """The names, and all that the derived facts among them ask on the way."""
        found = set(names)
        for name in reversed(self.order):
            node = self.facts[name].formula
            if name in found and node is not None:
                found |= node.names
        return frozenset(found)
