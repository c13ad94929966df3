"""A checked formula as a tree: what both executions, the trace and the tests' third opinion read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anye.engine.entitle.kinds import Kind

Value = bool | int | str
"""Of a kind's type; a date is its day since 1970-01-01. None beside it is unknown."""

ARITHMETIC = ("+", "-", "*", "/", "%")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Node:
    """`op` is literal, name, neg, one of ARITHMETIC and COMPARISONS, and, or, not, in, is_null, is_true, is_false,
    case, least, greatest or coalesce.

    `args`: of `in` the value and its literals; of `case` condition, value, condition, value, …, otherwise; of `coalesce` a
    name and its literal. `value` is a literal's value or a name's name.
    """

    op: str
    kind: Kind
    args: tuple[Node, ...] = ()
    value: Value | None = None

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    @property
    def depth(self) -> int:
        """How many levels it has."""
        return 1 + max((arg.depth for arg in self.args), default=0)

    @property
    def names(self) -> frozenset[str]:
        """The facts, parameters and other formulas that it asks."""
        return frozenset(str(node.value) for node in self.walk() if node.op == "name")
