"""Reads packs/*/drawn.yaml: from which rows of the registry each fact of the catalogue is drawn, and what silence means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from anye.engine.entitle.catalogue import Catalogue, Fact
from anye.engine.yaml_faults import YamlFault
from anye.engine.yaml_file import YamlFile
from anye.flow.specs import SPECS, FactSpec
from anye.packs.rules import pack_chain, read_rules

BOOLS = ("held", "positive", "in_full")
PAID = ("paid_months", "paid_times", "paid_sum")
TAKES = (*BOOLS, "value", "month_of", "first_month", "sum", "months_since", "run", *PAID)
KIN = ("all", "others")
_KEYS = {
    "from",
    "where",
    "words",
    "unless",
    "take",
    "of",
    "also",
    "against",
    "times",
    "over",
    "beside",
    "kin",
    "at",
    "having",
    "codes",
    "any_day",
    "lasts",
    "enough",
    "least",
    "this_year",
    "no",
}
_FOUND_BY = {
    "person": ("person_id",),
    "firm": ("firm_id",),
    "person_firm": ("person_id", "firm_id"),
    "post": ("person_id",),
}
_NO_KEYS = {"register", "months_of", "told", "newer", "always"}


class DrawnFault(YamlFault):
    """A drawn.yaml that cannot be used."""

    prefix = "drawn"
    says = MappingProxyType({
        "unknown_fact": ("the catalogue has no such fact, or it follows from others", "correct the name",
                         "事实目录中没有这一项，或它由公式得出", "改正名称"),
        "column": ("the table has no such column", "name one of its columns", "表中没有这一列", "改成表中的列"),
        "keys": ("the table does not say whose fact it is", "draw it from another table", "表中看不出是谁的事实", "改用别的表"),
        "fits": ("this way of taking does not give what the fact is", "take it otherwise", "取法与事实的类型不符", "换一种取法"),
    })  # fmt: skip


@dataclass(frozen=True)
class Silence:
    """When the lack of a row means *no*, or nothing: in months that a register covers, in months for which the table has rows
    at all, where other rows of the table about the same subject say something (`told`), or always. `newer`: what rows say that end
    what was said to hold, from their month on, where no register that weighs as much says it in that month or later."""

    register: str = ""
    is_by_month: bool = False
    told: Mapping[str, tuple[str, ...]] | None = None
    is_always: bool = False
    newer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Draw:
    """`where`: column → the values that count; `words`: column → words of which it holds one; `unless`: column → words of
    which it holds none; `having`: columns of which one is known. `of`: the columns that are taken, or added up; `also`: those
    that are added where they are known; `against`: those that they have to reach. `times` and `over`: columns by which what
    is taken is multiplied and divided, down to a whole number. `at`: the column whose day, or year, names the month or
    months; without it a month column, else from the first to the last day.

    `beside`: another table → its column → ours: of the rows that are the same there, or say nothing there, the nearest, by
    the first column first, and of two as near the older; its columns are called TABLE.COLUMN. `kin`: the rows of all of a
    person's household, or of its others, tell of the person.

    A span counts in a month whose last day it holds, with `any_day` in each month that it touches; `lasts`: so many months
    from its first on instead. `codes`: value → value of the fact. `enough`: of a run, from how many on nobody asks.
    """

    fact: Fact
    spec: FactSpec
    take: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    times: str = ""
    over: str = ""
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kin: str = ""
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: str = ""
    codes: Mapping[str, object] = field(default_factory=dict)
    is_any_day: bool = False
    lasts: int = 0
    enough: int = 0
    least: int = 1
    is_this_year: bool = False
    no: Silence = Silence()

    def type_of(self, column: str) -> str:
        """The type of one of its columns, or of those of the table beside it."""
        table, _, name = column.rpartition(".")
        return (SPECS[table] if table else self.spec).columns[name]


@cache
def read_drawn(folder: Path) -> Mapping[str, tuple[Draw, ...]]:
    """Fact → from where it is drawn, the first that knows it winning; a pack's own word replaces that of its base.

    Raises DrawnFault.
    """
    catalogue = read_rules(folder).catalogue
    found: dict[str, tuple[Draw, ...]] = {}
    for each in reversed(pack_chain(folder)):
        if (path := each / "drawn.yaml").is_file():
            found |= _DrawnFile(path, catalogue).whole()
    return found


class _DrawnFile(YamlFile):
    Fault = DrawnFault

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        super().__init__(path)
        self.catalogue = catalogue

    def whole(self) -> dict[str, tuple[Draw, ...]]:
        tree = self.load()
        found = {}
        for name in tree:
            fact = self.catalogue.facts.get(str(name))
            if fact is None or fact.formula is not None or fact.roll_up is not None:
                raise self.fault("unknown_fact", self.line(tree, name), found=name)
            found[str(name)] = tuple(self.draw(node, fact) for node in self.nodes(tree, name))
        return found

    def nodes(self, tree: CommentedMap, name: Any) -> list[CommentedMap]:
        """One mapping, or a list of them."""
        said = self.get(tree, name, (CommentedMap, CommentedSeq))
        listed = [said] if isinstance(said, CommentedMap) else list(said)
        if not listed or not all(isinstance(each, CommentedMap) for each in listed):
            raise self.fault("shape", self.line(tree, name), key=name, expected="a mapping or a list of mappings")
        return listed

    def draw(self, node: CommentedMap, fact: Fact) -> Draw:
        self.check_keys(node, _KEYS, {"from", "take"})
        spec = SPECS[self.one_of(node, "from", self.get(node, "from", str), SPECS)]
        take = self.one_of(node, "take", self.get(node, "take", str), TAKES)
        numbers = (self.get(node, key, int, other) for key, other in (("lasts", 0), ("enough", 0), ("least", 1)))
        found = Draw(
            fact, spec, take, self.by_column(node, "where", spec), self.by_column(node, "words", spec),
            *(self.columns(node, key, spec) for key in ("of", "also", "having", "against")),
            *("".join(self.columns(node, key, spec)) for key in ("times", "over")), self.beside(node, spec),
            self.one_of(node, "kin", self.get(node, "kin", str, "all"), KIN) if "kin" in node else "",
            self.by_column(node, "unless", spec), "".join(self.columns(node, "at", spec)),
            dict(self.get(node, "codes", CommentedMap, {})), self.get(node, "any_day", bool, False), *numbers,
            self.get(node, "this_year", bool, False), self.silence(node, spec),
        )  # fmt: skip
        self.check_fit(node, found)
        return found

    def check_fit(self, node: CommentedMap, draw: Draw) -> None:
        columns = {draw.spec.parent, *draw.spec.columns}
        if not set(_FOUND_BY.get(draw.fact.of, ("household_id",))) <= columns:
            raise self.fault("keys", self.line(node, "from"), found=draw.spec.name, expected=draw.fact.of)
        is_truth = draw.fact.kind.type == "bool"
        wants = draw.take in {"value", "month_of", "sum", "positive", "in_full", "paid_sum"}
        codes = set(draw.codes.values())
        allowed = {True, False} if is_truth else set(draw.fact.kind.codes)
        is_right = (
            (draw.take in BOOLS) <= is_truth
            and (is_truth <= (draw.take in {*BOOLS, "value"}))
            and wants == bool(draw.of)
            and (draw.take == "in_full") == bool(draw.against)
            and (not draw.kin or draw.fact.of == "person")
            and (
                not draw.no.newer or (draw.take == "held" and draw.fact.of == "person" and not draw.kin and not draw.at)
            )
            and (not codes or (codes <= allowed and draw.take == "value"))
            and not (draw.fact.kind.type == "code" and not codes)
            and (draw.fact.is_monthly or draw.take not in {"sum", "months_since", "run", "in_full"})
        )
        if not is_right:
            raise self.fault("fits", self.line(node, "take"), found=draw.take, expected=draw.fact.kind.type)

    def silence(self, node: CommentedMap, spec: FactSpec) -> Silence:
        said = self.get(node, "no", CommentedMap)
        if said is None:
            return Silence()
        self.check_keys(said, _NO_KEYS, ())
        if "months_of" in said:
            self.one_of(said, "months_of", self.get(said, "months_of", str), {spec.name})
        told = self.by_column(said, "told", spec) if "told" in said else None
        return Silence(
            self.get(said, "register", str, ""), "months_of" in said, told, self.get(said, "always", bool, False),
            self.by_column(said, "newer", spec) if "newer" in said else {},
        )  # fmt: skip

    def columns(self, node: CommentedMap, key: str, spec: FactSpec) -> tuple[str, ...]:
        names = self.texts(node, key)
        beside = self.get(node, "beside", CommentedMap, {})
        known = {
            *spec.columns,
            *(f"{table}.{name}" for table in beside if table in SPECS for name in SPECS[table].columns),
        }
        for name in names:
            if name not in known:
                raise self.fault("column", self.line(node, key), found=name, expected=", ".join(spec.columns))
        return names

    def beside(self, node: CommentedMap, spec: FactSpec) -> Mapping[str, Mapping[str, str]]:
        said: Mapping[str, Any] = self.get(node, "beside", CommentedMap, CommentedMap())
        found = {}
        for table in said:
            other = SPECS[self.one_of(said, table, str(table), SPECS)]
            pairs = self.get(said, table, CommentedMap)
            for theirs, ours in pairs.items():
                if theirs not in other.columns or ours not in spec.columns:
                    raise self.fault(
                        "column", self.line(pairs, theirs), found=f"{theirs}: {ours}", expected=", ".join(other.columns)
                    )
            found[str(table)] = {str(theirs): str(ours) for theirs, ours in pairs.items()}
        return found

    def by_column(self, node: CommentedMap, key: str, spec: FactSpec) -> Mapping[str, tuple[str, ...]]:
        said: CommentedMap = self.get(node, key, CommentedMap, CommentedMap())
        for name in said:
            if name not in spec.columns:
                raise self.fault("column", self.line(node, key), found=name, expected=", ".join(spec.columns))
        return {str(name): self.texts(said, name) for name in said}

    def texts(self, node: CommentedMap, key: str) -> tuple[str, ...]:
        """One text, or a list of them."""
        said = self.get(node, key, (str, CommentedSeq), ())
        return (said,) if isinstance(said, str) else self.words(node, key)
