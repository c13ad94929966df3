"""A formula for many cases at once: arrays in, arrays out, a block of rows that fits the processor's cache at a time.

Numbers are kept as narrow as their ranges allow: what is moved through memory is what a night's run waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from anye.engine.entitle.kinds import Kind
from anye.engine.entitle.nodes import Node, Value

Array = npt.NDArray[Any]
WIDTHS = (np.int8, np.int16, np.int32, np.int64)


class Column(NamedTuple):
    """Values of a kind: yes or no as bool, numbers and days as whole numbers, a code as its place among the kind's codes.

    `known`: where they are known, None for everywhere. Unknown yes-or-no is False in `values`; other unknown values are
    anything within the range. A constant has no dimension.
    """

    values: Array
    known: Array | None = None


Known = Mapping[str, Column]
Answer = Callable[[Known], Column]


def compiled(node: Node) -> Answer:
    """The formula as a function of columns; each of its names has to be there."""
    return _WAYS[node.op](node, *map(compiled, node.args))


def maybe(node: Node | None) -> Answer | None:
    """The same of a formula that need not be there."""
    return None if node is None else compiled(node)


@cache
def width(*kinds: Kind) -> np.dtype[Any]:
    """The narrowest whole number that holds values of all these kinds."""
    lo, hi = min(_least(kind) for kind in kinds), max(_most(kind) for kind in kinds)
    fitting = (each for each in WIDTHS if np.iinfo(each).min <= lo and hi <= np.iinfo(each).max)
    return np.dtype(next(fitting))


def column_of(values: Sequence[Value | None], kind: Kind) -> Column:
    """Values of one kind as a column; None is unknown."""
    known = np.array([value is not None for value in values], dtype=np.bool_)
    if kind.type == "bool":
        return Column(np.array([value is True for value in values], dtype=np.bool_), known)
    places = {code: at for at, code in enumerate(kind.codes)}
    plain = [kind.lo if value is None else places[value] if isinstance(value, str) else value for value in values]
    return Column(np.array(plain, dtype=width(kind)), known)


def values_of(column: Column, kind: Kind, rows: int) -> list[Value | None]:
    """A column as values; None is unknown."""
    values = np.broadcast_to(column.values, rows).tolist()
    known = np.broadcast_to(True if column.known is None else column.known, rows).tolist()
    if kind.type == "code":
        values = [kind.codes[value] for value in values]
    return [value if is_known else None for value, is_known in zip(values, known, strict=True)]


def _least(kind: Kind) -> int:
    return 0 if kind.type in {"code", "bool"} else kind.lo


def _most(kind: Kind) -> int:
    return len(kind.codes) if kind.type == "code" else kind.hi


def both_known(columns: Sequence[Column]) -> Array | None:
    """Where all of them are known."""
    masks = [column.known for column in columns if column.known is not None]
    return reduce(np.logical_and, masks) if masks else None


def _truth(values: Array, known: Array | None) -> Column:
    return Column(values if known is None else values & known, known)


def _literal(node: Node) -> Answer:
    if node.kind.type == "bool":
        column = Column(np.bool_(node.value))  # type: ignore[arg-type]
    else:
        value = node.kind.codes.index(str(node.value)) if node.kind.type == "code" else node.value
        column = Column(width(node.kind).type(value))
    return lambda known: column


def _name(node: Node) -> Answer:
    name = str(node.value)
    return lambda known: known[name]


def _strict(of: Callable[..., Array], *, is_truth: bool = False) -> Callable[..., Answer]:
    """Unknown as soon as one argument is."""

    def way(node: Node, *args: Answer) -> Answer:
        dtype = None if is_truth else width(node.kind, *(arg.kind for arg in node.args))

        def answer(known: Known) -> Column:
            columns = [arg(known) for arg in args]
            where = both_known(columns)
            values = [column.values for column in columns]
            return _truth(of(*values), where) if is_truth else Column(of(*values, dtype=dtype), where)

        return answer

    return way


def _extreme(of: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *values, dtype: reduce(lambda a, b: of(a, b, dtype=dtype), values)


def _division(finish: Callable[[Array, Array], Array], natural: Callable[..., Array]) -> Callable[..., Answer]:
    """Unknown where the divisor is zero, besides. `natural`: the same where nothing is below zero, several times as fast."""

    def way(node: Node, one: Answer, other: Answer) -> Answer:
        dtype = width(node.kind, *(arg.kind for arg in node.args))
        may_be_zero = node.args[1].kind.lo <= 0 <= node.args[1].kind.hi
        is_natural = node.args[0].kind.lo >= 0 and node.args[1].kind.lo >= 0
        way_of = natural if is_natural else finish

        def answer(known: Known) -> Column:
            a, b = one(known), other(known)
            where, divisor = both_known([a, b]), b.values
            if may_be_zero:
                is_whole = divisor != 0
                where = is_whole if where is None else where & is_whole
                divisor = np.where(is_whole, divisor, np.int8(1))
            return Column(way_of(a.values.astype(dtype, copy=False), divisor.astype(dtype, copy=False)), where)

        return answer

    return way


def _quotient(a: Array, b: Array) -> Array:
    found: Array = (a - np.fmod(a, b)) // b  # fmod's rest has the sign of a: towards zero
    return found


def _rest(a: Array, b: Array) -> Array:
    found: Array = np.fmod(a, b)
    return found


def _not(_node: Node, one: Answer) -> Answer:
    def answer(known: Known) -> Column:
        column = one(known)
        return _truth(~column.values, column.known)

    return answer


def _is_surely_false(column: Column) -> Array:
    found: Array = ~column.values if column.known is None else column.known > column.values
    return found


def _and(_node: Node, *args: Answer) -> Answer:
    def answer(known: Known) -> Column:
        columns = [arg(known) for arg in args]
        values = reduce(np.logical_and, (column.values for column in columns))
        first = columns[0].known
        if all(column.known is first for column in columns):
            return Column(values, first)
        return Column(values, reduce(np.logical_or, map(_is_surely_false, columns), values))

    return answer


def _or(_node: Node, *args: Answer) -> Answer:
    def answer(known: Known) -> Column:
        columns = [arg(known) for arg in args]
        values = reduce(np.logical_or, (column.values for column in columns))
        where = both_known(columns)
        return Column(values, None if where is None else where | values)

    return answer


def _among(_node: Node, one: Answer, *listed: Answer) -> Answer:
    def answer(known: Known) -> Column:
        column = one(known)
        same = [column.values == each(known).values for each in listed]
        return _truth(reduce(np.logical_or, same), column.known)

    return answer


def _case(_node: Node, *args: Answer) -> Answer:
    pairs, otherwise = list(zip(args[:-1:2], args[1::2], strict=True)), args[-1]

    def answer(known: Known) -> Column:
        found = otherwise(known)
        for condition, value in reversed(pairs):
            found = _chosen(condition(known), value(known), found)
        return found

    return answer


def _chosen(condition: Column, value: Column, otherwise: Column) -> Column:
    """Unknown where the condition is."""
    values = np.where(condition.values, value.values, otherwise.values)
    known = [True if column.known is None else column.known for column in (value, otherwise)]
    where = np.where(condition.values, *known)
    where = where if condition.known is None else where & condition.known
    return _truth(values, where) if values.dtype == np.bool_ else Column(values, where)


def _coalesce(_node: Node, one: Answer, other: Answer) -> Answer:
    def answer(known: Known) -> Column:
        column = one(known)
        if column.known is None:
            return column
        return Column(np.where(column.known, column.values, other(known).values))

    return answer


def _is_null(_node: Node, one: Answer) -> Answer:
    def answer(known: Known) -> Column:
        where = one(known).known
        return Column(np.bool_(False) if where is None else ~where)  # type: ignore[arg-type]

    return answer


def _is_false(_node: Node, one: Answer) -> Answer:
    def answer(known: Known) -> Column:
        return Column(_is_surely_false(one(known)))

    return answer


def _comparison(of: Callable[..., Array]) -> Callable[..., Answer]:
    return _strict(of, is_truth=True)


_WAYS: Mapping[str, Callable[..., Answer]] = {
    "literal": _literal, "name": _name, "neg": _strict(np.negative),
    "+": _strict(np.add), "-": _strict(np.subtract), "*": _strict(np.multiply),
    "/": _division(_quotient, np.floor_divide), "%": _division(_rest, np.remainder),
    "=": _comparison(np.equal), "<>": _comparison(np.not_equal), "<": _comparison(np.less),
    "<=": _comparison(np.less_equal), ">": _comparison(np.greater), ">=": _comparison(np.greater_equal),
    "least": _strict(_extreme(np.minimum)), "greatest": _strict(_extreme(np.maximum)),
    "and": _and, "or": _or, "not": _not, "in": _among, "case": _case, "coalesce": _coalesce,
    "is_null": _is_null, "is_true": lambda node, one: lambda known: Column(one(known).values), "is_false": _is_false,
}  # fmt: skip
