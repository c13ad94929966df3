"""A formula in plain words of either language: what a policy's page says of a condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from anye.engine.entitle.catalogue import THIS_MONTH, Catalogue, Texts
from anye.engine.entitle.formula import EPOCH
from anye.engine.entitle.nodes import Node
from anye.engine.entitle.policy import Block, Policy

_INFIX: Mapping[str, str] = {
    "+": "+", "-": "−", "*": "×", "/": "÷", "%": "mod", "=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥",
}  # fmt: skip
_TEXTS: Mapping[str, Texts] = {
    "and": {"zh": "且", "en": "and"}, "or": {"zh": "或", "en": "or"}, "true": {"zh": "是", "en": "yes"},
    "false": {"zh": "否", "en": "no"}, "not": {"zh": "不（{}）", "en": "not ({})"}, "in": {"zh": "{}为{}", "en": "{} is {}"},
    "is_null": {"zh": "{}未知", "en": "{} is unknown"}, "is_true": {"zh": "{}确为是", "en": "{} is known to be so"},
    "is_false": {"zh": "{}确为否", "en": "{} is known not to be so"}, "least": {"zh": "{}中较小者", "en": "the smaller of {}"},
    "greatest": {"zh": "{}中较大者", "en": "the larger of {}"}, "coalesce": {"zh": "{}（未知时按{}）", "en": "{} ({} while unknown)"},
    "when": {"zh": "{}时为{}", "en": "{1} if {0}"}, "else": {"zh": "其余为{}", "en": "otherwise {}"},
    "list": {"zh": "、", "en": ", "}, "cases": {"zh": "；", "en": "; "}, "month": {"zh": "当月", "en": "this month"},
}  # fmt: skip
_LOOSE = {"and": 2, "or": 1, "case": 0}


class Words:
    """Names as people know them: facts, parameters and the steps of a block."""

    def __init__(
        self, catalogue: Catalogue, language: str, policy: Policy | None = None, block: Block | None = None
    ) -> None:
        self.lang = "zh" if language.startswith("zh") else "en"
        self.catalogue = catalogue
        self.names = {name: fact.says[self.lang] for name, fact in catalogue.facts.items()}
        self.names[THIS_MONTH] = self.text("month")
        for name, parameter in policy.parameters.items() if policy else ():
            self.names[name] = parameter.says[self.lang]
        self.names |= {name: texts[self.lang] for name, texts in block.steps.items()} if block else {}

    def text(self, key: str) -> str:
        return _TEXTS[key][self.lang]

    def of(self, node: Node, above: int = 0) -> str:
        """The formula; brackets where it stands inside something that binds more."""
        said = _WAYS.get(node.op, _infix)(self, node)
        binds = _LOOSE.get(node.op, 4 if node.op in _INFIX else 9)
        return f"（{said}）" if binds < above and self.lang == "zh" else f"({said})" if binds < above else said

    def all(self, nodes: Sequence[Node]) -> str:
        return self.text("list").join(self.of(each, 3) for each in nodes)

    def code(self, node: Node, name: Node) -> str:
        fact = self.catalogue.facts.get(str(name.value))
        return fact.codes[str(node.value)][self.lang] if fact and str(node.value) in fact.codes else str(node.value)


def _infix(words: Words, node: Node) -> str:
    one, other = node.args
    sides = [words.of(one, 5), words.of(other, 5)]
    if other.op == "literal" and other.kind.type == "code":
        sides[1] = words.code(other, one)
    return f"{sides[0]} {_INFIX[node.op]} {sides[1]}"


def _literal(words: Words, node: Node) -> str:
    if node.kind.type == "bool":
        return words.text("true" if node.value else "false")
    if node.kind.type == "date":
        return dt.date.fromordinal(int(node.value or 0) + EPOCH.toordinal()).isoformat()
    return str(node.value)


def _name(words: Words, node: Node) -> str:
    name = str(node.value)
    return words.names.get(name, name)


def _junction(words: Words, node: Node) -> str:
    return f" {words.text(node.op)} ".join(words.of(each, _LOOSE[node.op] + 1) for each in _flat(node, node.op))


def _flat(node: Node, op: str) -> list[Node]:
    """A chain of the same word without its brackets."""
    return [each for arg in node.args for each in (_flat(arg, op) if arg.op == op else [arg])]


def _case(words: Words, node: Node) -> str:
    pairs = zip(node.args[:-1:2], node.args[1::2], strict=True)
    said = [words.text("when").format(words.of(when, 1), words.of(then, 1)) for when, then in pairs]
    return words.text("cases").join([*said, words.text("else").format(words.of(node.args[-1], 1))])


def _among(words: Words, node: Node) -> str:
    codes = [words.code(each, node.args[0]) if each.kind.type == "code" else words.of(each) for each in node.args[1:]]
    return words.text("in").format(words.of(node.args[0], 5), f" {words.text('or')} ".join(codes))


def _told(words: Words, node: Node) -> str:
    return words.text(node.op).format(*(words.of(each, 3 if node.op != "not" else 0) for each in node.args))


def _extreme(words: Words, node: Node) -> str:
    return words.text(node.op).format(words.all(node.args))


_WAYS: Mapping[str, Callable[[Words, Node], str]] = {
    "literal": _literal, "name": _name, "and": _junction, "or": _junction, "case": _case, "in": _among, "not": _told,
    "is_null": _told, "is_true": _told, "is_false": _told, "coalesce": _told, "least": _extreme, "greatest": _extreme,
    "neg": lambda words, node: f"−{words.of(node.args[0], 9)}",
}  # fmt: skip
