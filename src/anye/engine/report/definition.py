"""What an indicator counts, of whom, in which period: a definition as its file tells it, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from anye.engine.entitle.catalogue import Texts
from anye.engine.entitle.nodes import Node

KEYS = ("person", "firm", "policy", "household")
"""What is counted beside columns: rows with the same keys are one. A household stands by its head."""
TIMES = ("in", "on", "any")
"""Of rows that hold from a day to a day: those of some day of the period, those of its last, all."""
TAKES = ("count", "sum", "mean", "most", "share", "part", "weight", "ratio")
"""`share`: how many in a hundred of a whole are in a part of it; `part`: how many, where of the whole anything is known; `weight`:
how much in a hundred of a sum."""
PARTS = frozenset({"share", "part", "weight"})
"""What is taken of a whole."""
TOPS = ("firm", "month")
UNITS = (
    "person", "person_time", "firm", "class", "trade", "workshop", "household", "month", "day", "percent", "yuan",
    "yuan_per_month", "yuan_per_day", "times",
)  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Rows of one table. `where`, `words`, `unless`, `having`: as in drawn.yaml; `least`, `below`: column → number from which
    on, or under which, a row counts. `at`: the day, or the year, that lies in the period, of
    several columns the first that is filled; else the month, or the spell by `time`.

    `of`: the column that is added up; `days`: the two days between which days are counted instead, `is_working` the working ones
    among them; `within`: months from the first of them within which the second lies. `policies`: of the ledger, those alone; of
    payments, the policy that the item names is the key `policy`. `told`: rows alone of whose person and month another one says
    this. `step`: of spells of work, the last that began `before` a training and the first `after` it.
    """

    table: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    having: tuple[str, ...] = ()
    least: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, int] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    time: str = "in"
    of: str = ""
    days: tuple[str, ...] = ()
    within: int = 0
    policies: tuple[str, ...] = ()
    step: str = ""
    is_working: bool = False
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """Whom or what a figure is about. `count`: keys and columns that tell one from another; none: each row is one.

    `who`: a condition on persons, asked in the last month; `is_resident`: who lives in the area alone. `enough`: of how many
    different months at least, in so many up to the day (`back`). `top`: the firm with the most of them alone, or the month with
    most of the sum; `firms_of`, `persons_of`: those that another indicator counts. `ago`: as of so many months before; `also`: of
    whom there are rows in that period too. `nobody`: households of which it is known of each member that this does not hold.
    """

    lines: tuple[Lines, ...]
    count: tuple[str, ...] = ()
    period: str = "year"
    who: Node | None = None
    is_resident: bool = False
    enough: int = 0
    back: int = 0
    top: str = ""
    firms_of: str = ""
    persons_of: str = ""
    ago: int = 0
    also: str = ""
    nobody: Node | None = None

    @property
    def conditions(self) -> Iterator[Node]:
        """What it asks of persons."""
        yield from (each for each in (self.who, self.nobody) if each is not None)

    @property
    def population(self) -> tuple[object, ...]:
        """What two figures must have in common to be divided by one another."""
        return self.period, self.ago, tuple(sorted({each.table for each in self.lines})), self.firms_of


@dataclass(frozen=True)
class Indicator:
    """One indicator (指标). `says`: a sentence with {value}; `says_one`: the same of one alone, in languages that tell it apart;
    `note`: its scope, and the reading that it takes where the words allow several. `among`: of a share, the whole; `parts`: of a
    ratio, the two indicators. `like`: it counts what that one does, under its own words.
    """

    code: str
    group: str
    title: Texts
    says: Texts
    note: Texts
    unit: str
    take: str
    of: Measure
    among: Measure | None = None
    parts: tuple[str, ...] = ()
    path: str = ""
    like: str = ""
    says_one: Texts = field(default_factory=dict)

    @property
    def measures(self) -> Iterator[Measure]:
        """What it measures."""
        yield self.of
        if self.among is not None:
            yield self.among

    @property
    def is_of_money(self) -> bool:
        """Whether what its rows add up is money."""
        return any(each.of.endswith("_fen") for one in self.measures for each in one.lines)

    @property
    def asks(self) -> frozenset[str]:
        """The indicators that it needs to know."""
        named = {name for each in self.measures for name in (each.firms_of, each.persons_of)}
        return frozenset(named | {*self.parts, self.like}) - {""}

    def as_counted(self, other: Indicator) -> Indicator:
        """With what another counts."""
        return replace(self, unit=other.unit, take=other.take, of=other.of, among=other.among, parts=other.parts)


def why_not_divided(one: Indicator, other: Indicator) -> str:
    """The reason why two figures must not be divided by one another (K09): `period`, `population`, `take`; nothing if they may."""
    if {one.take, other.take} & {*PARTS, "ratio"}:
        return "take"
    if one.of.period != other.of.period:
        return "period"
    # what is counted at the firms that the other counts is a part of it
    mine = replace(one.of, firms_of="") if other.code == one.of.firms_of else one.of
    return "" if mine.population == other.of.population else "population"
