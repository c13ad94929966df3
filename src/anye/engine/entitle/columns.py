"""A formula for many cases at once: arrays in, arrays out, a block of rows that fits the processor's cache at a time.

Numbers are kept as narrow as their ranges allow, and yes and no as bits: what is moved through memory is what a night's
run waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from anye.engine.entitle.bits import EVERY, NONE, Array, packed, unpacked
from anye.engine.entitle.kinds import Kind
from anye.engine.entitle.nodes import Node, Value

WIDTHS = (np.int8, np.int16, np.int32, np.int64)


class Column(NamedTuple):
    """Values of a kind: yes or no as bool, numbers and days as whole numbers, a code as its place among the kind's codes.

    `known`: where they are known, None for everywhere. Unknown yes-or-no is False in `values`; other unknown values are
    anything within the range. A constant has no dimension.
    """

    values: Array
    known: Array | None = None


class Term(NamedTuple):
    """A column as formulas take it: what is yes or no, and where it is known, as bits."""

    values: Array
    known: Array | None = None


class Known(dict[str, Term]):
    """What is known of so many rows, by name."""

    def __init__(self, rows: int, terms: Mapping[str, Term]) -> None:
        super().__init__(terms)
        self.rows = rows


Answer = Callable[[Known], Term]


def term(column: Column) -> Term:
    """The column as a term; without a mask where all is known, which saves what is done with it.

    What is unknown of yes and no is made no here, whatever stood there: all that reads bits relies on it.
    """
    values, known = column
    where = None if known is None or known.all() else packed(known)
    return _truth(packed(values), where) if values.dtype == np.bool_ else Term(values, where)


def column(term: Term, rows: int) -> Column:
    """The term as a column; numbers are never of the dtype that bits have."""
    values, known = term
    is_truth = values.dtype == NONE.dtype
    return Column(unpacked(values, rows) if is_truth else values, None if known is None else unpacked(known, rows))


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
    values, known = _spread(column.values, rows), [True] * rows
    if column.known is not None:
        known = _spread(column.known, rows)
    if kind.type == "code":
        values = [kind.codes[value] for value in values]
    return [value if is_known else None for value, is_known in zip(values, known, strict=True)]


def _spread(values: Array, rows: int) -> list[Any]:
    """As a list of so many; asked of single cases thousands of times, most of which are as long already."""
    return (values if np.shape(values) == (rows,) else np.broadcast_to(values, rows)).tolist()  # type: ignore[no-any-return]


def _least(kind: Kind) -> int:
    return 0 if kind.type in {"code", "bool"} else kind.lo


def _most(kind: Kind) -> int:
    return len(kind.codes) if kind.type == "code" else kind.hi


def both_known(terms: Sequence[Term]) -> Array | None:
    """Where all of them are known."""
    masks = [each.known for each in terms if each.known is not None]
    return reduce(np.bitwise_and, masks) if masks else None


def _truth(values: Array, known: Array | None) -> Term:
    return Term(values if known is None else values & known, known)


def _literal(node: Node) -> Answer:
    if node.kind.type == "bool":
        constant = Term(EVERY if node.value else NONE)  # type: ignore[arg-type]
    else:
        value = node.kind.codes.index(str(node.value)) if node.kind.type == "code" else node.value
        constant = Term(width(node.kind).type(value))
    return lambda known: constant


def _name(node: Node) -> Answer:
    name = str(node.value)
    return lambda known: known[name]


def _arithmetic(of: Callable[..., Array]) -> Callable[..., Answer]:
    """Unknown as soon as one argument is."""

    def way(node: Node, *args: Answer) -> Answer:
        dtype = width(node.kind, *(arg.kind for arg in node.args))

        def answer(known: Known) -> Term:
            terms = [arg(known) for arg in args]
            return Term(of(*(each.values for each in terms), dtype=dtype), both_known(terms))

        return answer

    return way


def _comparison(of: Callable[..., Array], of_bits: Callable[..., Array] | None = None) -> Callable[..., Answer]:
    """The same; `of_bits` compares yes and no."""

    def way(node: Node, *args: Answer) -> Answer:
        is_truth = node.args[0].kind.type == "bool"

        def answer(known: Known) -> Term:
            terms = [arg(known) for arg in args]
            values = [each.values for each in terms]
            same = of_bits(*values) if is_truth and of_bits else packed(of(*values))
            return _truth(same, both_known(terms))

        return answer

    return way


def chosen(where: Array, one: Any, other: Any, dtype: npt.DTypeLike) -> Array:
    """The one where it holds, the other elsewhere. Without a branch for each row it takes a tenth of what np.where does;
    integers wrap, so that their difference need not fit."""
    difference = np.multiply(np.subtract(one, other, dtype=dtype), where, dtype=dtype)
    found: Array = np.add(difference, other, dtype=dtype)
    return found


def _extreme(of: np.ufunc) -> Callable[..., Array]:
    """The least or the greatest of all, two at a time."""

    def of_two(a: Array, b: Array, dtype: np.dtype[Any]) -> Array:
        if a.ndim and b.ndim:
            found: Array = of(a, b, dtype=dtype)
            return found
        ends = dtype.type(np.iinfo(dtype).min), dtype.type(np.iinfo(dtype).max)
        many, one = (a, b) if a.ndim else (b, a)
        low, high = (ends[0], one) if of is np.minimum else (one, ends[1])
        bounded: Array = np.clip(many, low, high, dtype=dtype)  # with one bound for all, half of what the ufunc takes
        return bounded

    return lambda *values, dtype: reduce(lambda a, b: of_two(a, b, dtype), values)


def _division(finish: Callable[[Array, Array], Array], natural: Callable[..., Array]) -> Callable[..., Answer]:
    """Unknown where the divisor is zero, besides. `natural`: the same where nothing is below zero, several times as fast."""

    def way(node: Node, one: Answer, other: Answer) -> Answer:
        dtype = width(node.kind, *(arg.kind for arg in node.args))
        may_be_zero = node.args[1].kind.lo <= 0 <= node.args[1].kind.hi
        is_natural = node.args[0].kind.lo >= 0 and node.args[1].kind.lo >= 0
        way_of = natural if is_natural else finish

        def answer(known: Known) -> Term:
            a, b = one(known), other(known)
            where, divisor = both_known([a, b]), b.values
            if may_be_zero:
                is_whole = divisor != 0
                where = packed(is_whole) if where is None else where & packed(is_whole)
                divisor = chosen(is_whole, divisor, 1, dtype)
            return Term(way_of(a.values.astype(dtype, copy=False), divisor.astype(dtype, copy=False)), where)

        return answer

    return way


def _quotient(a: Array, b: Array) -> Array:
    found: Array = (a - np.fmod(a, b)) // b  # fmod's rest has the sign of a: towards zero
    return found


def _rest(a: Array, b: Array) -> Array:
    found: Array = np.fmod(a, b)
    return found


def _natural_quotient(a: Array, b: Array) -> Array:
    unsigned = a.dtype.str.replace("i", "u")  # NumPy divides these fastest
    found: Array = np.floor_divide(a.view(unsigned), b.view(unsigned)).view(a.dtype)
    return found


def _natural_rest(a: Array, b: Array) -> Array:
    found: Array = a - _natural_quotient(a, b) * b
    return found


def _not(_node: Node, one: Answer) -> Answer:
    def answer(known: Known) -> Term:
        found = one(known)
        return Term(_surely_false(found), found.known)

    return answer


def _surely_false(term: Term) -> Array:
    # values lie within what is known
    found: Array = ~term.values if term.known is None else term.known ^ term.values
    return found


def _and(_node: Node, *args: Answer) -> Answer:
    def answer(known: Known) -> Term:
        terms = [arg(known) for arg in args]
        values = reduce(np.bitwise_and, (each.values for each in terms))
        if all(each.known is None for each in terms):
            return Term(values)
        return Term(values, reduce(np.bitwise_or, map(_surely_false, terms), values))

    return answer


def _or(_node: Node, *args: Answer) -> Answer:
    def answer(known: Known) -> Term:
        terms = [arg(known) for arg in args]
        values = reduce(np.bitwise_or, (each.values for each in terms))
        where = both_known(terms)
        return Term(values, None if where is None else where | values)

    return answer


def _among(node: Node, one: Answer, *listed: Answer) -> Answer:
    is_truth = node.args[0].kind.type == "bool"

    def answer(known: Known) -> Term:
        found = one(known)
        others = [each(known).values for each in listed]
        if is_truth:
            same = reduce(np.bitwise_or, [_is_same(found.values, each) for each in others])
        else:
            same = packed(reduce(np.logical_or, [found.values == each for each in others]))
        return _truth(same, found.known)

    return answer


def _case(node: Node, *args: Answer) -> Answer:
    pairs, otherwise = list(zip(args[:-1:2], args[1::2], strict=True)), args[-1]
    is_truth = node.kind.type == "bool"

    def answer(known: Known) -> Term:
        found = otherwise(known)
        for condition, value in reversed(pairs):
            found = _chosen(condition(known), value(known), found, is_truth, known.rows)
        return found

    return answer


def _chosen(condition: Term, value: Term, otherwise: Term, is_truth: bool, rows: int) -> Term:
    """Unknown where the condition is."""
    if value.known is otherwise.known is None:
        where = condition.known
    else:
        sure = [EVERY if each.known is None else each.known for each in (value, otherwise)]
        where = _either(condition.values, *sure)
        where = where if condition.known is None else where & condition.known
    if is_truth:
        return _truth(_either(condition.values, value.values, otherwise.values), where)
    dtype = np.result_type(value.values, otherwise.values)
    return Term(chosen(unpacked(condition.values, rows), value.values, otherwise.values, dtype), where)


def _either(condition: Array, one: Any, other: Any) -> Array:
    """Bits of the one where the condition holds, of the other elsewhere."""
    found: Array = (condition & one) | (~condition & other)
    return found


def _coalesce(node: Node, one: Answer, other: Answer) -> Answer:
    is_truth = node.kind.type == "bool"

    def answer(known: Known) -> Term:
        found = one(known)
        if found.known is None:
            return found
        instead = other(known).values
        if is_truth:
            return Term(_either(found.known, found.values, instead))
        dtype = np.result_type(found.values, instead)
        return Term(chosen(unpacked(found.known, known.rows), found.values, instead, dtype))

    return answer


def _is_null(_node: Node, one: Answer) -> Answer:
    def answer(known: Known) -> Term:
        where = one(known).known
        return Term(NONE if where is None else ~where)  # type: ignore[arg-type]

    return answer


def _is_false(_node: Node, one: Answer) -> Answer:
    return lambda known: Term(_surely_false(one(known)))


def _is_other(a: Array, b: Array) -> Array:
    found: Array = a ^ b
    return found


def _is_same(a: Array, b: Array) -> Array:
    return ~_is_other(a, b)


_WAYS: Mapping[str, Callable[..., Answer]] = {
    "literal": _literal, "name": _name, "neg": _arithmetic(np.negative),
    "+": _arithmetic(np.add), "-": _arithmetic(np.subtract), "*": _arithmetic(np.multiply),
    "/": _division(_quotient, _natural_quotient), "%": _division(_rest, _natural_rest),
    "=": _comparison(np.equal, _is_same), "<>": _comparison(np.not_equal, _is_other), "<": _comparison(np.less),
    "<=": _comparison(np.less_equal), ">": _comparison(np.greater), ">=": _comparison(np.greater_equal),
    "least": _arithmetic(_extreme(np.minimum)), "greatest": _arithmetic(_extreme(np.maximum)),
    "and": _and, "or": _or, "not": _not, "in": _among, "case": _case, "coalesce": _coalesce,
    "is_null": _is_null, "is_true": lambda node, one: lambda known: Term(one(known).values), "is_false": _is_false,
}  # fmt: skip
