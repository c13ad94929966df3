"""Reads catalogues of facts (packs/*/facts.yaml); every fault names the file, the line and the cure."""

from __future__ import annotations

import datetime as dt
import keyword
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from anye.engine.entitle import formula
from anye.engine.entitle.catalogue import KEYS, MONTHS, REACH, THIS_MONTH, Catalogue, Fact, Money, RollUp, Texts
from anye.engine.entitle.formula_faults import FormulaFault
from anye.engine.entitle.kinds import BOOL, Kind, integer
from anye.engine.entitle.nodes import Node, Value
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.yaml_faults import YamlFault
from anye.engine.yaml_file import YamlFile

_FACT_KEYS = {
    "en", "of", "per", "type", "unit", "range", "codes", "says", "source", "default", "because", "formula", "rolls_up",
}  # fmt: skip
_WORDS = {
    "AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "END", "DATE",
    "LEAST", "GREATEST", "COALESCE",
}  # fmt: skip
_NAME = re.compile(r"[^\W\d]\w{0,39}")
_DAYS = (formula.EPOCH.toordinal(), dt.date(1900, 1, 1), dt.date(2199, 12, 31))
DATES = Kind("date", lo=_DAYS[1].toordinal() - _DAYS[0], hi=_DAYS[2].toordinal() - _DAYS[0])


class PolicyYaml(YamlFile):
    """What files of facts and files of policies have in common: texts in two languages, names, formulas."""

    Fault = PolicyFault

    def texts(self, node: CommentedMap, key: str) -> Texts:
        """A text in both languages."""
        found = self.get(node, key, CommentedMap)
        if found is None:
            raise self.fault("missing_key", int(node.lc.line) + 1, expected=key)
        return self.both(found, self.line(node, key), key)

    def cited(self, node: CommentedMap, key: str) -> Texts:
        """The name of a document, which is the same in all languages, or a text in both."""
        found = self.get(node, key, (str, CommentedMap))
        return {"zh": found, "en": found} if isinstance(found, str) else self.texts(node, key)

    def both(self, found: Mapping[Any, Any], line: int, key: str) -> Texts:
        is_right = set(found) == {"zh", "en"} and all(isinstance(each, str) and each.strip() for each in found.values())
        if not is_right:
            raise self.fault("text", line, key=key)
        return {"zh": str(found["zh"]), "en": str(found["en"])}

    def name(self, node: CommentedMap, key: Any, taken: Collection[str]) -> str:
        """A name that formulas can ask and nothing else bears."""
        name = str(key)
        if not _NAME.fullmatch(name) or name.upper() in _WORDS or keyword.iskeyword(name):
            raise self.fault("name_spelling", self.line(node, key), found=name)
        if name in taken or name == THIS_MONTH:
            raise self.fault("name_taken", self.line(node, key), found=name)
        return name

    def formula(
        self, node: CommentedMap, key: str, names: Mapping[str, Kind], defaults: Mapping[str, Value], *types: str
    ) -> Node:
        """A formula of one of these types; a number or yes or no may stand for itself."""
        text = node[key]
        if isinstance(text, (bool, int)):
            text = str(text)
        if not isinstance(text, str):
            raise self.fault("shape", self.line(node, key), key=key, expected="a formula")
        try:
            found = formula.parse(text, names, defaults=defaults)
            if types and found.kind.type not in types:
                raise FormulaFault("formula_type", {"found": text, "type": found.kind.type, "expected": types[0]})
        except FormulaFault as fault:
            raise self.of_formula(self.line(node, key), fault) from None
        return found

    def of_formula(self, line: int, fault: FormulaFault) -> YamlFault:
        return self.fault("formula", line, fault=fault.code, of=dict(fault.params))


def read_catalogue(path: Path, base: Catalogue | None = None) -> Catalogue:
    """A catalogue, with the facts of its base. Raises PolicyFault."""
    return _CatalogueFile(path).whole(base)


class _CatalogueFile(PolicyYaml):
    def whole(self, base: Catalogue | None) -> Catalogue:
        tree = self.load()
        self.check_keys(tree, {"money", "facts"}, {"facts"} if base else {"money", "facts"})
        money = self.money(tree) if "money" in tree else base.money  # type: ignore[union-attr]  # one of the two is there
        self.unit = money.unit
        facts: dict[str, Fact] = dict(base.facts) if base else {}
        nodes = self.get(tree, "facts", CommentedMap)
        aliases = {fact.en for fact in facts.values()}
        for key in nodes:
            name = self.name(nodes, key, {*facts, *aliases})
            facts[name] = fact = self.fact(nodes, key, name)
            if fact.en in aliases or (fact.en in facts and fact.en != name):
                raise self.fault("name_taken", self.line(nodes, key), found=fact.en)
            aliases.add(fact.en)
        own = self.formulas(nodes, facts)
        self.roll_ups(nodes, facts)
        return Catalogue(money, facts, (*(base.order if base else ()), *own))

    def money(self, tree: CommentedMap) -> Money:
        node = self.get(tree, "money", CommentedMap)
        self.check_keys(node, {"unit", "per", "sign"}, {"unit", "per", "sign"})
        return Money(self.get(node, "unit", str), self.get(node, "per", int), self.texts(node, "sign"))

    def fact(self, nodes: CommentedMap, key: Any, name: str) -> Fact:
        node = self.get(nodes, key, CommentedMap)
        self.check_keys(node, _FACT_KEYS, {"of", "says"} if "formula" in node else {"of", "says", "type", "source"})
        subject = self.one_of(node, "of", self.get(node, "of", str), KEYS)
        if "per" in node:
            self.one_of(node, "per", self.get(node, "per", str), {"month"})
        kind, codes = self.kind(node)
        alias = self.get(node, "en", str, name)
        if not _NAME.fullmatch(alias):
            raise self.fault("name_spelling", self.line(node, "en"), found=alias)
        default, because = self.default(node, kind)
        return Fact(
            name, alias, subject, "per" in node, kind, self.texts(node, "says"),
            self.texts(node, "source") if "source" in node else {}, node.get("type") == "month", codes, default, because,
            roll_up=self.roll_up(node), is_money=kind.unit.split("/")[0] == self.unit,
        )  # fmt: skip

    def kind(self, node: CommentedMap) -> tuple[Kind, Mapping[str, Texts]]:
        if "formula" in node:
            return BOOL, {}  # until the formula is read
        kind = self.one_of(node, "type", self.get(node, "type", str), {"bool", "int", "date", "month", "code"})
        if kind == "code":
            said = self.get(node, "codes", CommentedMap, CommentedMap())
            if not said:
                raise self.fault("missing_key", int(node.lc.line) + 1, expected="codes")
            codes = {str(code): self.both(said[code], self.line(said, code), str(code)) for code in said}
            return Kind("code", codes=tuple(codes)), codes
        if kind == "int":
            lo, hi = self.range(node)
            return integer(lo, hi, self.get(node, "unit", str, "")), {}
        return {"bool": BOOL, "date": DATES, "month": MONTHS}[kind], {}

    def range(self, node: CommentedMap) -> tuple[int, int]:
        pair = self.get(node, "range", CommentedSeq)
        if pair is None:
            raise self.fault("missing_key", int(node.lc.line) + 1, expected="range")
        if (
            len(pair) != 2
            or not all(isinstance(each, int) and not isinstance(each, bool) for each in pair)
            or pair[0] > pair[1]
        ):
            raise self.fault("shape", self.line(node, "range"), key="range", expected="[lowest, highest]")
        return pair[0], pair[1]

    def default(self, node: CommentedMap, kind: Kind) -> tuple[Value | None, Texts]:
        if "default" not in node:
            return None, {}
        value = node["default"]
        fits = {"bool": type(value) is bool, "int": type(value) is int, "code": value in kind.codes}.get(
            kind.type, False
        )
        if not fits or (kind.type == "int" and not kind.lo <= value <= kind.hi):
            raise self.fault("shape", self.line(node, "default"), key="default", found=value, expected=kind.type)
        return value, self.texts(node, "because")

    def roll_up(self, node: CommentedMap) -> RollUp | None:
        spec = self.get(node, "rolls_up", CommentedMap)
        if spec is None:
            return None
        self.check_keys(spec, {"over", "take", "of", "when"}, {"over", "take"})
        over = self.one_of(spec, "over", self.get(spec, "over", str), KEYS)
        take = self.one_of(spec, "take", self.get(spec, "take", str), {"count", "sum"})
        return RollUp(over, take, self.get(spec, "of", str), self.get(spec, "when", str))  # type: ignore[arg-type]

    def roll_ups(self, nodes: CommentedMap, facts: Mapping[str, Fact]) -> None:
        """What is added up must be a fact of the rows it is added up over."""
        for key in nodes:
            roll_up = facts[str(key)].roll_up
            if roll_up is None:
                continue
            spec = nodes[key]["rolls_up"]
            if facts[str(key)].of not in KEYS[roll_up.over] or (roll_up.of is None) == (roll_up.take == "sum"):
                raise self.fault("shape", self.line(nodes[key], "rolls_up"), key="rolls_up", found=dict(spec))
            for asked, kind in ((roll_up.of, "int"), (roll_up.when, "bool")):
                if asked is None:
                    continue
                if asked not in facts:
                    raise self.fault("unknown_fact", self.line(nodes[key], "rolls_up"), found=asked)
                if facts[asked].of != roll_up.over or facts[asked].kind.type != kind:
                    raise self.fault("out_of_reach", self.line(nodes[key], "rolls_up"), found=asked)

    def formulas(self, nodes: CommentedMap, facts: dict[str, Fact]) -> tuple[str, ...]:
        """Facts that follow from others, in an order in which each comes after what it asks."""
        waiting = {str(key): nodes[key] for key in nodes if "formula" in nodes[key]}
        done: list[str] = []

        def settle(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                circle = " → ".join((*path[path.index(name) :], name))
                raise self.of_formula(
                    self.line(nodes[name], "formula"), FormulaFault("formula_cycle", {"found": name, "path": circle})
                )
            if name in done or name not in waiting:
                return
            for other in waiting:
                if other != name and re.search(rf"(?<!\w){re.escape(other)}(?!\w)", str(waiting[name]["formula"])):
                    settle(other, (*path, name))
            own = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(waiting[name]["formula"]))
            if own:
                settle(name, (*path, name))
            facts[name] = self.derived(waiting[name], facts, facts[name], set(waiting) - set(done))
            done.append(name)

        for name in waiting:
            settle(name, ())
        return tuple(done)

    def derived(self, node: CommentedMap, facts: Mapping[str, Fact], fact: Fact, unread: Collection[str]) -> Fact:
        reach = REACH[fact.of]
        kinds = {name: each.kind for name, each in facts.items() if each.of in reach and name not in unread}
        defaults = {name: each.default for name, each in facts.items() if each.default is not None}
        found = self.formula(node, "formula", {THIS_MONTH: MONTHS, **kinds}, defaults)
        is_monthly = any(name == THIS_MONTH or facts[name].is_monthly for name in found.names)
        return Fact(
            fact.name, fact.en, fact.of, is_monthly, found.kind, fact.says, fact.source, node.get("type") == "month",
            formula=found, is_money=found.kind.unit.split("/")[0] == self.unit,
        )  # fmt: skip
