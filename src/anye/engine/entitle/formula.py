"""Formulas of policy files: a small part of SQL's expressions, read by sqlglot, checked before anything runs.

Values are yes or no, whole numbers with a unit, dates and codes; any of them may be unknown, and SQL's logic of three
values says what follows from that. It departs from SQL where a database would guess (docs/decisions/0031): LEAST and
GREATEST are unknown as soon as one argument is, so is CASE where a condition it has to pass is unknown, division by zero
is unknown, and COALESCE takes only a default that the catalogue declares. Division drops the rest, towards zero.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import product as pairs

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from anye.engine.entitle.formula_faults import FormulaFault
from anye.engine.entitle.kinds import ANY, BOOL, Kind, alike, integer, product, quotient, remainder
from anye.engine.entitle.nodes import Node, Value

LARGEST = 2**63 - 1
LONGEST = 4_000  # characters
DEEPEST = 60  # levels: what follows a tree down stays far from the end of the stack
EPOCH = dt.date(1970, 1, 1)
_SIGNS: Mapping[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%",
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.And: "and", exp.Or: "or", exp.Least: "least", exp.Greatest: "greatest",
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse(text: str, names: Mapping[str, Kind], *, defaults: Mapping[str, Value] | None = None) -> Node:
    """The checked tree of a formula. `names`: what it may ask; `defaults`: name → what COALESCE may put in its stead.

    Raises FormulaFault.
    """
    if len(text) > LONGEST:
        raise FormulaFault("formula_long", {"length": len(text), "most": LONGEST})
    try:
        return _read(text, names, defaults or {})
    except RecursionError:
        raise FormulaFault("formula_deep", {"at": text[:40]}) from None


def _read(text: str, names: Mapping[str, Kind], defaults: Mapping[str, Value]) -> Node:
    try:
        found = sqlglot.parse(text)
    except SqlglotError as error:
        places = getattr(error, "errors", None) or [{}]
        at = (places[0].get("highlight") or "") + (places[0].get("end_context") or "")
        raise FormulaFault("formula_syntax", {"at": at[:40] or text[:40]}) from None
    if len(found) != 1 or found[0] is None:
        raise FormulaFault("formula_syntax", {"at": text[:40]})
    node = _Reader(names, defaults).node(found[0])
    if node.depth > DEEPEST:
        raise FormulaFault("formula_deep", {"at": text[:40]})
    return node


class _Reader:
    """Turns sqlglot's tree into ours; what it has no way for is refused."""

    def __init__(self, names: Mapping[str, Kind], defaults: Mapping[str, Value]) -> None:
        self.names, self.defaults = names, defaults
        self.ways: Mapping[type[exp.Expr], Callable[..., Node]] = {
            exp.Literal: self.literal, exp.Boolean: self.boolean, exp.Cast: self.date, exp.Column: self.name,
            exp.Paren: lambda e: self.node(e.this), exp.Neg: self.negative, exp.Not: self.negation,
            exp.And: self.junction, exp.Or: self.junction, exp.In: self.among, exp.Between: self.between,
            exp.Is: self.known, exp.Case: self.case, exp.Coalesce: self.default,
            exp.Least: self.extreme, exp.Greatest: self.extreme,
            **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), self.arithmetic),
            **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), self.comparison),
        }  # fmt: skip

    def node(self, e: exp.Expr) -> Node:
        way = self.ways.get(type(e))
        if way is None:
            raise FormulaFault("formula_construct", {"found": _said(e)})
        return way(e)

    def literal(self, e: exp.Literal) -> Node:
        if e.is_string:
            raise FormulaFault(
                "formula_construct", {"found": _said(e)}
            )  # a code stands beside the fact it is a code of
        if not e.this.isdecimal() or not e.this.isascii():
            raise FormulaFault("formula_type", {"found": e.this, "type": "a fraction", "expected": "int"})
        return self.sized(e, integer(int(e.this), int(e.this), ANY), "literal", value=int(e.this))

    def boolean(self, e: exp.Boolean) -> Node:
        return Node("literal", BOOL, value=bool(e.this))

    def date(self, e: exp.Cast) -> Node:
        text = e.this.this if isinstance(e.this, exp.Literal) and e.this.is_string else ""
        if e.to.this != exp.DataType.Type.DATE or not _DATE.fullmatch(text):
            raise FormulaFault("formula_construct", {"found": _said(e)})
        try:
            day = (dt.date.fromisoformat(text) - EPOCH).days
        except ValueError:
            raise FormulaFault("formula_type", {"found": text, "type": "no day", "expected": "date"}) from None
        return Node("literal", Kind("date", lo=day, hi=day), value=day)

    def name(self, e: exp.Column) -> Node:
        if e.table or e.this.quoted:
            raise FormulaFault("formula_construct", {"found": _said(e)})
        name = e.name
        if name not in self.names:
            near = difflib.get_close_matches(name, self.names, n=1, cutoff=0.5)
            raise FormulaFault("formula_name", {"found": name, "meant": near[0] if near else ""})
        return Node("name", self.names[name], value=name)

    def of_type(self, e: exp.Expr, *types: str) -> Node:
        node = self.node(e)
        if node.kind.type not in types:
            raise FormulaFault("formula_type", {"found": _said(e), "type": node.kind.type, "expected": types[0]})
        return node

    def negative(self, e: exp.Neg) -> Node:
        one = self.of_type(e.this, "int")
        kind = one.kind.within(-one.kind.hi, -one.kind.lo)
        if one.op == "literal":
            return Node("literal", kind, value=-int(one.value or 0))
        return self.sized(e, kind, "neg", one)

    def negation(self, e: exp.Not) -> Node:
        return Node("not", BOOL, (self.of_type(e.this, "bool"),))

    def junction(self, e: exp.Connector) -> Node:
        sides = [self.of_type(each, "bool") for each in e.flatten(unnest=False)]
        return Node(_SIGNS[type(e)], BOOL, tuple(sides))

    def arithmetic(self, e: exp.Binary) -> Node:
        sign = _SIGNS[type(e)]
        one = self.of_type(e.left, "int", *(["date"] if sign == "-" else []))
        other = self.of_type(e.right, one.kind.type)
        if one.kind.type == "date":  # the days between two
            lo, hi = one.kind.lo - other.kind.hi, one.kind.hi - other.kind.lo
            return self.sized(e, integer(lo, hi, "day"), sign, one, other)
        units = {"*": product, "/": quotient, "%": remainder}
        unit = units.get(sign, alike)(one.kind.unit, other.kind.unit)
        if unit is None:
            raise self.mismatch(e, one, other)
        return self.sized(e, integer(*_RANGES[sign](one.kind, other.kind), unit), sign, one, other)

    def comparison(self, e: exp.Binary) -> Node:
        sign = _SIGNS[type(e)]
        one, other = self.compared(e, [e.left, e.right])
        if sign not in {"=", "<>"} and one.kind.type in {"bool", "code"}:
            raise FormulaFault("formula_type", {"found": _said(e.left), "type": one.kind.type, "expected": "int"})
        return Node(sign, BOOL, (one, other))

    def compared(self, e: exp.Expr, sides: Sequence[exp.Expr]) -> list[Node]:
        """Values of one type and unit; a text is a code of the fact that stands beside it."""
        is_text = [isinstance(each, exp.Literal) and each.is_string for each in sides]
        nodes: dict[int, Node] = {at: self.node(each) for at, each in enumerate(sides) if not is_text[at]}
        if not nodes:
            raise FormulaFault("formula_construct", {"found": _said(e)})
        first = next(iter(nodes.values()))
        for at, each in enumerate(sides):
            if is_text[at]:
                nodes[at] = self.code(each, first)
        found = [nodes[at] for at in range(len(sides))]
        for each, node in zip(sides, found, strict=True):
            if node.kind.type != first.kind.type:
                raise FormulaFault(
                    "formula_type", {"found": _said(each), "type": node.kind.type, "expected": first.kind.type}
                )
        self.unit_of(e, found)
        return found

    def code(self, e: exp.Expr, beside: Node) -> Node:
        if beside.kind.type != "code":
            raise FormulaFault("formula_type", {"found": _said(e), "type": "code", "expected": beside.kind.type})
        if e.this not in beside.kind.codes:
            raise FormulaFault("formula_code", {"found": e.this, "expected": "、".join(beside.kind.codes)})
        return Node("literal", beside.kind, value=str(e.this))

    def unit_of(self, e: exp.Expr, nodes: Sequence[Node]) -> str:
        """The one unit of numbers that are added, compared or chosen from."""
        unit = nodes[0].kind.unit
        for node in nodes[1:]:
            both = alike(unit, node.kind.unit)
            if both is None:
                raise self.mismatch(e, nodes[0], node)
            unit = both
            if node.kind.codes != nodes[0].kind.codes:
                raise self.mismatch(e, nodes[0], node)
        return unit

    def mismatch(self, e: exp.Expr, one: Node, other: Node) -> FormulaFault:
        told = {"left": one.kind.unit or "1", "right": other.kind.unit or "1"}
        return FormulaFault("formula_unit", {"found": _said(e), **told})

    def among(self, e: exp.In) -> Node:
        one, *listed = self.compared(e, [e.this, *e.expressions])
        if not listed or any(each.op != "literal" for each in listed):
            raise FormulaFault("formula_construct", {"found": _said(e)})
        return Node("in", BOOL, (one, *listed))

    def between(self, e: exp.Between) -> Node:
        if e.args.get("symmetric"):
            raise FormulaFault("formula_construct", {"found": _said(e)})
        one, low, high = self.compared(e, [e.this, e.args["low"], e.args["high"]])
        if one.kind.type not in {"int", "date"}:
            raise FormulaFault("formula_type", {"found": _said(e.this), "type": one.kind.type, "expected": "int"})
        return Node("and", BOOL, (Node("<=", BOOL, (low, one)), Node("<=", BOOL, (one, high))))

    def known(self, e: exp.Is) -> Node:
        if isinstance(e.expression, exp.Null):
            return Node("is_null", BOOL, (self.node(e.this),))
        if isinstance(e.expression, exp.Boolean):
            return Node("is_true" if e.expression.this else "is_false", BOOL, (self.of_type(e.this, "bool"),))
        raise FormulaFault("formula_construct", {"found": _said(e)})

    def case(self, e: exp.Case) -> Node:
        otherwise = e.args.get("default")
        if e.this is not None or otherwise is None:  # what is not said otherwise would be unknown for no reason
            raise FormulaFault("formula_construct", {"found": _said(e)})
        ifs = e.args["ifs"]
        conditions = [self.of_type(each.this, "bool") for each in ifs]
        chosen = self.compared(e, [*(each.args["true"] for each in ifs), otherwise])
        both = [arg for pair in zip(conditions, chosen, strict=False) for arg in pair]
        return Node("case", self.hull(e, chosen), (*both, chosen[-1]))

    def extreme(self, e: exp.Func) -> Node:
        sides = [e.this, *e.expressions]
        if len(sides) < 2:
            raise FormulaFault("formula_construct", {"found": _said(e)})
        nodes = self.compared(e, sides)
        if nodes[0].kind.type not in {"int", "date"}:
            raise FormulaFault("formula_type", {"found": _said(e.this), "type": nodes[0].kind.type, "expected": "int"})
        of = min if isinstance(e, exp.Least) else max
        kind = self.hull(e, nodes).within(of(n.kind.lo for n in nodes), of(n.kind.hi for n in nodes))
        return Node(_SIGNS[type(e)], kind, tuple(nodes))

    def default(self, e: exp.Coalesce) -> Node:
        sides = [e.this, *e.expressions]
        if len(sides) != 2 or not isinstance(e.this, exp.Column):
            raise FormulaFault("formula_construct", {"found": _said(e)})
        one, other = self.compared(e, sides)
        if other.op != "literal" or one.value not in self.defaults or self.defaults[str(one.value)] != other.value:
            raise FormulaFault("formula_default", {"found": _said(e)})
        return Node("coalesce", self.hull(e, [one, other]), (one, other))

    def hull(self, e: exp.Expr, nodes: Sequence[Node]) -> Kind:
        """The kind that holds all of them."""
        lo, hi = min(n.kind.lo for n in nodes), max(n.kind.hi for n in nodes)
        kind = nodes[0].kind
        return Kind(kind.type, self.unit_of(e, nodes), lo, hi, kind.codes)

    def sized(self, e: exp.Expr, kind: Kind, op: str, *args: Node, value: Value | None = None) -> Node:
        reach = max(abs(kind.lo), abs(kind.hi))
        if reach > LARGEST:
            raise FormulaFault("formula_overflow", {"found": _said(e), "reach": reach})
        return Node(op, kind, args, value)


def truncated(a: int, b: int) -> int:
    """a / b without its rest, towards zero, as SQL divides; Python's // goes down."""
    return a // b if (a >= 0) == (b > 0) else -(-a // b)


def _of_corners(of: Callable[[int, int], int]) -> Callable[[Kind, Kind], tuple[int, int]]:
    def found(one: Kind, other: Kind) -> tuple[int, int]:
        corners = [of(a, b) for a, b in pairs((one.lo, one.hi), (other.lo, other.hi))]
        return min(corners), max(corners)

    return found


def _quotients(one: Kind, other: Kind) -> tuple[int, int]:
    """By the divisors of either sign that are nearest to zero and farthest from it; zero itself gives nothing."""
    divisors = {b for b in (other.lo, other.hi, -1, 1) if b and other.lo <= b <= other.hi}
    corners = [truncated(a, b) for a in (one.lo, one.hi) for b in divisors] or [0]
    spans_zero = [0] if one.lo <= 0 <= one.hi else []
    return min(corners + spans_zero), max(corners + spans_zero)


def _rests(one: Kind, other: Kind) -> tuple[int, int]:
    """A rest has the sign of what was divided, and is smaller than it can be and than the divisor."""
    most = max(abs(other.lo), abs(other.hi)) - 1
    return max(min(one.lo, 0), -max(most, 0)), min(max(one.hi, 0), max(most, 0))


_RANGES: Mapping[str, Callable[[Kind, Kind], tuple[int, int]]] = {
    "+": _of_corners(lambda a, b: a + b), "-": _of_corners(lambda a, b: a - b), "*": _of_corners(lambda a, b: a * b),
    "/": _quotients, "%": _rests,
}  # fmt: skip


def _said(e: exp.Expr) -> str:
    """The part of a formula as it is written, more or less, and not too much of it."""
    text = e.sql()
    return text if len(text) <= 60 else f"{text[:59]}…"
