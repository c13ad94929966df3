"""Of which persons a condition holds, by the same facts and formulas that policies ask."""

from __future__ import annotations

import numpy as np

from anye.engine.entitle.batch import Chosen
from anye.engine.entitle.bits import EVERY, Array, unpacked
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.columns import Column, Term, compiled, term, width
from anye.engine.entitle.nodes import Node
from anye.engine.entitle.subjects import Subjects, filler


def asked(node: Node, catalogue: Catalogue) -> frozenset[str]:
    """The facts that a condition asks, those that others follow from among them, without those that follow."""
    names = catalogue.with_steps(node.names)
    return frozenset(name for name in names if name in catalogue.facts and catalogue.facts[name].formula is None)


def holds(node: Node, tables: Subjects) -> Array:
    """Of which of all persons it is true in the last month: (rows,). Where it is not known it is not true."""
    values, known = states(node, tables)
    return values & known


def states(node: Node, tables: Subjects) -> tuple[Array, Array]:
    """Of each of all persons, whether it is true in the last month, and whether that is known: (rows,) each."""
    catalogue = tables.catalogue
    needed = asked(node, catalogue)
    names = catalogue.with_steps(node.names)
    derived = [
        (name, compiled(formula))
        for name in catalogue.order
        if name in names and (formula := catalogue.facts[name].formula)
    ]
    cases = tables.cases("person", needed)
    chosen = Chosen(cases, slice(0, cases.rows))
    values, known = compiled(node)(chosen.known({name: _nobody(name, catalogue) for name in needed}, derived))
    return _flags(np.asarray(values), cases.rows), _flags(np.asarray(EVERY if known is None else known), cases.rows)


def _flags(bits: Array, rows: int) -> Array:
    """A flag a row: the last month's."""
    flags = unpacked(bits, rows)
    flags = flags[-1] if flags.ndim == 2 else flags  # months × rows
    return np.broadcast_to(flags, (rows,)).copy()


def _nobody(name: str, catalogue: Catalogue) -> Term:
    """A fact that no table brings: unknown for everybody."""
    fact = catalogue.facts[name]
    return term(Column(np.full((), filler(fact), width(fact.kind)), np.zeros((), np.bool_)))
