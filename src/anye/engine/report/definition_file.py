"""Reads packs/*/indicators/*.yaml: one file an indicator, checked; every fault names the file, the line and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from anye.engine.entitle.catalogue import Catalogue, Texts
from anye.engine.entitle.catalogue_file import PolicyYaml
from anye.engine.entitle.nodes import Node
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.report.definition import KEYS, PARTS, TAKES, TIMES, TOPS, UNITS, Indicator, Lines, Measure
from anye.engine.report.periods import PERIODS
from anye.engine.report.said import GROUPS

_KEYS = {"indicator", "group", "title", "says", "says_one", "note", "unit", "take", "among", "ratio"}
_MEASURE = {
    "lines", "count", "period", "who", "residents", "enough", "back", "top", "firms_of", "persons_of", "ago",
    "also", "nobody",
}  # fmt: skip
_LINES = {
    "from", "where", "words", "unless", "having", "least", "below", "at", "time", "of", "days", "within", "policies", "step",
    "working", "told",
}  # fmt: skip
_WORDS = {"indicator", "group", "title", "says", "note"}
Lists = Mapping[str, tuple[str, ...]]
"""Lists of words that a pack names, by name."""
Tables = Mapping[str, Mapping[str, str]]
"""Table → its columns, with their types."""


class IndicatorFault(PolicyFault):
    """A definition of an indicator that cannot be used."""

    prefix = "indicator"
    says = MappingProxyType({
        **PolicyFault.says,
        "column": ("the table has no such column", "name one of its columns", "表中没有这一列", "改成表中的列"),
        "placeholder": ("the sentence does not hold its number", "write {value} where the number stands",
                        "句子里没有数字的位置", "在数字处写 {value}"),
        "fits": ("this cannot be taken of these rows", "say what is added up, of what it is a share, or which two are divided",
                 "这些行不能这样取数", "写明加总哪一列、占什么的比例，或哪两项相除"),
        "unlike": ("two figures of unlike periods or populations are divided", "divide what is of one period and one register",
                   "相除的两项时期或人群不同", "改用同一时期、同一登记册的两项"),
        "circle": ("indicators ask each other in a circle", "let one of them count by itself", "指标互相引用成环", "让其中一项自行计数"),
        "list": ("the pack has no such list", "name one of lists.yaml", "地区包没有这个词表", "改成 lists.yaml 中的词表"),
        "named": ("there is no such indicator", "correct the name", "没有这项指标", "改正名称"),
    })  # fmt: skip


def read_indicator(path: Path, catalogue: Catalogue, tables: Tables, lists: Lists | None = None) -> Indicator:
    """One definition. Raises IndicatorFault."""
    return _IndicatorFile(path, catalogue, tables, lists or {}).whole()


def read_lists(path: Path) -> Lists:
    """The lists of words of a pack's lists.yaml. Raises IndicatorFault."""
    return _ListsFile(path).whole()


class _ListsFile(PolicyYaml):
    Fault = IndicatorFault

    def whole(self) -> Lists:
        tree = self.load()
        return {str(name): self.words(tree, name) for name in tree}


class _IndicatorFile(PolicyYaml):
    Fault = IndicatorFault

    def __init__(self, path: Path, catalogue: Catalogue, tables: Tables, lists: Lists) -> None:
        super().__init__(path)
        self.catalogue, self.tables, self.lists = catalogue, tables, lists

    def whole(self) -> Indicator:
        tree = self.load()
        if "like" in tree:
            self.check_keys(tree, {*_WORDS, "says_one", "like"}, _WORDS)
            return Indicator(**self.worded(tree), unit="", take="", of=Measure(()), like=self.get(tree, "like", str))
        self.check_keys(tree, _KEYS | _MEASURE, _KEYS - {"says_one", "among", "ratio"})
        found = Indicator(
            **self.worded(tree), unit=self.one_of(tree, "unit", self.get(tree, "unit", str), UNITS),
            take=self.one_of(tree, "take", self.get(tree, "take", str), TAKES), of=self.measure(tree),
            among=self.among(tree), parts=self.words(tree, "ratio"),
        )  # fmt: skip
        self.check_fit(tree, found)
        return found

    def worded(self, tree: CommentedMap) -> dict[str, Any]:
        """What it is called and says."""
        return {
            "code": self.get(tree, "indicator", str), "title": self.texts(tree, "title"),
            "group": self.one_of(tree, "group", self.get(tree, "group", str), tuple(GROUPS)),
            "says": self.sentence(tree), "says_one": self.sentence_of_one(tree), "note": self.texts(tree, "note"), "path": str(self.path),
        }  # fmt: skip

    def sentence(self, tree: CommentedMap) -> Texts:
        found = self.texts(tree, "says")
        if not all("{value}" in each for each in found.values()):
            raise self.fault("placeholder", self.line(tree, "says"), key="says")
        return found

    def sentence_of_one(self, tree: CommentedMap) -> Texts:
        """In one language or both; where it is not said, one is told as any other number."""
        found: CommentedMap = self.get(tree, "says_one", CommentedMap, CommentedMap())
        self.check_keys(found, {"zh", "en"}, ())
        texts = {str(lang): self.get(found, lang, str) for lang in found}
        if not all("{value}" in each for each in texts.values()):
            raise self.fault("placeholder", self.line(tree, "says_one"), key="says_one")
        return texts

    def among(self, tree: CommentedMap) -> Measure | None:
        """The whole of which a figure is a share: what differs from the figure's own is said."""
        if "among" not in tree:
            return None
        said = self.get(tree, "among", CommentedMap)
        self.check_keys(said, _MEASURE, ())
        own = {key: tree[key] for key in ("count", "period") if key in tree and key not in said}
        return self.measure(said, own)

    def measure(self, node: CommentedMap, own: Mapping[str, Any] | None = None) -> Measure:
        """`own`: what the figure says and its whole does not say otherwise."""
        lines = self.get(node, "lines", CommentedSeq, CommentedSeq())
        both = CommentedMap({**(own or {}), **node})
        count = self.words(both, "count")
        found = tuple(self.line_of(each) for each in lines)
        for name in count:
            if name not in KEYS and not all(name in self.tables[each.table] for each in found):
                raise self.fault("column", self.line(node, "count"), found=name, expected=", ".join(KEYS))
        return Measure(
            lines=found, count=count,
            period=self.one_of(both, "period", self.get(both, "period", str, "year"), PERIODS), who=self.condition(node, "who"),
            is_resident=self.get(node, "residents", bool, False), enough=self.get(node, "enough", int, 0),
            back=self.get(node, "back", int, 0), top=self.one_of(node, "top", self.get(node, "top", str), TOPS) if "top" in node else "",
            firms_of=self.get(node, "firms_of", str, ""), persons_of=self.get(node, "persons_of", str, ""),
            ago=self.get(node, "ago", int, 0), nobody=self.condition(node, "nobody"),
            also=self.one_of(node, "also", self.get(node, "also", str), PERIODS) if "also" in node else "",
        )  # fmt: skip

    def condition(self, node: CommentedMap, key: str) -> Node | None:
        """A formula on persons, where there is one."""
        if key not in node:
            return None
        return self.formula(node, key, self.catalogue.kinds("person"), self.catalogue.defaults(), "bool")

    def line_of(self, node: Any) -> Lines:
        if not isinstance(node, CommentedMap):
            raise self.fault("shape", 1, key="lines", expected="a list of mappings")
        self.check_keys(node, _LINES, {"from"})
        table = self.one_of(node, "from", self.get(node, "from", str), self.tables)
        columns = self.tables[table]
        return Lines(
            table, self.by_column(node, "where", columns), self.by_column(node, "words", columns),
            self.by_column(node, "unless", columns), self.columns(node, "having", columns),
            self.numbers(node, "least", columns), self.numbers(node, "below", columns),
            self.columns(node, "at", columns), self.one_of(node, "time", self.get(node, "time", str, "in"), TIMES),
            "".join(self.columns(node, "of", columns)), self.columns(node, "days", columns), self.get(node, "within", int, 0),
            self.words(node, "policies"),
            self.one_of(node, "step", self.get(node, "step", str), ("before", "after")) if "step" in node else "",
            self.get(node, "working", bool, False), self.by_column(node, "told", columns),
        )  # fmt: skip

    def texts_of(self, node: CommentedMap, key: str) -> tuple[str, ...]:
        """One text, a list of them, or one of the pack's lists by its name."""
        said = self.get(node, key, (str, CommentedSeq, CommentedMap), ())
        if isinstance(said, CommentedMap):
            self.check_keys(said, {"list"}, {"list"})
            name = self.get(said, "list", str)
            if name not in self.lists:
                raise self.fault("list", self.line(node, key), found=name, expected=", ".join(self.lists))
            return self.lists[name]
        return (said,) if isinstance(said, str) else self.words(node, key)

    def columns(self, node: CommentedMap, key: str, columns: Mapping[str, str]) -> tuple[str, ...]:
        names = self.texts_of(node, key)
        for name in names:
            if name not in columns:
                raise self.fault("column", self.line(node, key), found=name, expected=", ".join(columns))
        return names

    def by_column(self, node: CommentedMap, key: str, columns: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
        said: CommentedMap = self.get(node, key, CommentedMap, CommentedMap())
        return {name: self.texts_of(said, name) for name in self.named(said, columns)}

    def numbers(self, node: CommentedMap, key: str, columns: Mapping[str, str]) -> Mapping[str, int]:
        said: CommentedMap = self.get(node, key, CommentedMap, CommentedMap())
        return {name: self.get(said, name, int) for name in self.named(said, columns)}

    def named(self, said: CommentedMap, columns: Mapping[str, str]) -> list[str]:
        for name in said:
            if name not in columns:
                raise self.fault("column", self.line(said, name), found=name, expected=", ".join(columns))
        return [str(name) for name in said]

    def check_fit(self, tree: CommentedMap, found: Indicator) -> None:
        adds = [bool(each.of or each.days) for each in found.of.lines]
        is_right = {
            "count": not any(adds), "sum": bool(adds) and all(adds), "mean": bool(adds) and all(adds),
            "most": bool(adds) and all(adds), "share": found.among is not None, "part": found.among is not None,
            "weight": found.among is not None and all(each.of for each in found.among.lines),
            "ratio": len(found.parts) == 2,  # two are divided
        }[found.take]  # fmt: skip
        is_right &= (found.take in PARTS) == (found.among is not None)
        is_right &= all(len(each.days) == 2 and not found.of.count for each in found.of.lines if each.is_working)
        is_right &= bool(found.of.lines) or found.take == "ratio" or any(found.of.conditions)
        is_right &= found.of.nobody is None or (found.among is not None and "household" in found.among.count)
        if not is_right:
            raise self.fault("fits", self.line(tree, "take"), found=found.take)
