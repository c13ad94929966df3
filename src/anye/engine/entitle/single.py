"""A formula for one case: functions within functions, from what is known to a value or None."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce

from anye.engine.entitle.formula import truncated
from anye.engine.entitle.nodes import Node, Value

Known = Mapping[str, Value | None]
Answer = Callable[[Known], Value | None]


def compiled(node: Node) -> Answer:
    """The formula as a function of what is known; a name that is not there is unknown."""
    return _WAYS[node.op](node, *map(compiled, node.args))


def maybe(node: Node | None) -> Answer | None:
    """The same of a formula that need not be there."""
    return None if node is None else compiled(node)


def _literal(node: Node) -> Answer:
    value = node.value
    return lambda known: value


def _name(node: Node) -> Answer:
    name = str(node.value)
    return lambda known: known.get(name)


def _strict(of: Callable[..., Value | None]) -> Callable[..., Answer]:
    """Unknown as soon as one argument is."""

    def way(_node: Node, *args: Answer) -> Answer:
        if len(args) == 2:
            one, other = args

            def both(known: Known) -> Value | None:
                a, b = one(known), other(known)
                return None if a is None or b is None else of(a, b)

            return both

        def all_of(known: Known) -> Value | None:
            values = [arg(known) for arg in args]
            return None if None in values else of(*values)

        return all_of

    return way


def _junction(decides: bool) -> Callable[..., Answer]:
    def way(_node: Node, *args: Answer) -> Answer:
        def answer(known: Known) -> Value | None:
            found: Value | None = not decides
            for arg in args:
                value = arg(known)
                if value is decides:
                    return decides
                if value is None:
                    found = None
            return found

        return answer

    return way


def _among(node: Node, one: Answer, *_: Answer) -> Answer:
    listed = frozenset(arg.value for arg in node.args[1:])

    def answer(known: Known) -> Value | None:
        value = one(known)
        return None if value is None else value in listed

    return answer


def _case(_node: Node, *args: Answer) -> Answer:
    pairs, otherwise = list(zip(args[:-1:2], args[1::2], strict=True)), args[-1]

    def answer(known: Known) -> Value | None:
        for condition, value in pairs:
            holds = condition(known)
            if holds is None:
                return None
            if holds:
                return value(known)
        return otherwise(known)

    return answer


def _coalesce(_node: Node, one: Answer, other: Answer) -> Answer:
    def answer(known: Known) -> Value | None:
        value = one(known)
        return other(known) if value is None else value

    return answer


def _is(wanted: Value | None) -> Callable[..., Answer]:
    return lambda _node, one: lambda known: one(known) is wanted


def _divided(a: int, b: int) -> int | None:
    return truncated(a, b) if b else None


def _rest(a: int, b: int) -> int | None:
    return a - truncated(a, b) * b if b else None


_WAYS: Mapping[str, Callable[..., Answer]] = {
    "literal": _literal, "name": _name, "neg": _strict(operator.neg), "not": _strict(operator.not_),
    "+": _strict(operator.add), "-": _strict(operator.sub), "*": _strict(operator.mul),
    "/": _strict(_divided), "%": _strict(_rest),
    "=": _strict(operator.eq), "<>": _strict(operator.ne), "<": _strict(operator.lt), "<=": _strict(operator.le),
    ">": _strict(operator.gt), ">=": _strict(operator.ge),
    "and": _junction(decides=False), "or": _junction(decides=True), "in": _among,
    "is_null": _is(None), "is_true": _is(wanted=True), "is_false": _is(wanted=False),
    "case": _case, "coalesce": _coalesce,
    "least": _strict(lambda *values: reduce(min, values)), "greatest": _strict(lambda *values: reduce(max, values)),
}  # fmt: skip
