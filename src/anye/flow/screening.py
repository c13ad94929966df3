"""Who need not be asked everything: most people fail a policy's conditions, and of some of these a few rows say so.

The conditions that are read most quickly are asked of everybody; those whom they leave are asked all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from anye.engine.entitle.bits import Array
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.screen import asked_by_conditions, is_apart, may_be_paid, screen_of
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.file import read_drawn
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import cost_of
from anye.flow.drawing.subjects import AT_FIRMS, RecordSubjects, joint
from anye.packs import Pack
from anye.packs.rules import pack_folder

SHARE = 1 / 4
"""How much of what would be read of everybody is read to find out of whom the rest has to be."""
MOST = 1 / 2
"""Where more people than this share are left, nothing is gained."""


class _Screen(RecordSubjects):
    """Everybody; of persons at firms those whom the facts that are asked tell of, and for all other firms a row at none."""

    @cached_property
    def pairs(self) -> tuple[Array, Array]:
        tables = {draw.spec.table for name in self.draws if self.is_asked(name) for draw in self.draws[name]}
        told = [each for table in AT_FIRMS if table in tables for each in self.pairs_of(table)]
        return self.pairs_among([joint(self.persons, np.zeros_like(self.persons)), *told])


def who_may_be_paid(
    books: Sequence[RuleBook], codes: Sequence[str], facts: frozenset[str], pack: Pack, window: Window, *, on: dt.date, has_homes: bool
) -> list[int] | None:  # fmt: skip
    """The ids of all whom a policy could pay by one of these books of one catalogue in a month of the window. None where that
    would spare nothing. Read within `acting`.

    `codes`: the policy, and those that stand back where it pays: of everybody else these say the same by each of the books.
    `facts`: all that will be asked. `has_homes`: with all of their households.
    """
    code = codes[0]
    books = [book for book in books if code in book.policies]
    rules = [book.policies[each] for book in books for each in codes if each in book.policies]
    if not all(is_apart(policy, books[0].catalogue) for policy in rules):
        return None
    quick = _read_quickly(books, code, facts, pack, window, on)
    screen = _Screen(pack, window, on=on, facts=quick, book=books[-1], has_homes=False)
    is_left = np.zeros(len(screen.persons) + 1, np.bool_)  # the last for persons who are not here
    for book in books:
        rule = screen_of(book.policies[code], book.catalogue, quick)
        cases = screen.cases(rule.policy.subject, rule.needed)
        is_left[cases.keys["person"][may_be_paid(rule, cases)]] = True
    is_left = is_left[:-1]
    if has_homes:
        homes = screen.household
        is_left |= np.isin(homes, np.unique(homes[is_left & (homes >= 0)]))
    if is_left.sum() > MOST * len(is_left):
        return None
    persons: list[int] = screen.persons[is_left].tolist()
    return persons


def _read_quickly(
    books: Sequence[RuleBook], code: str, facts: frozenset[str], pack: Pack, window: Window, on: dt.date
) -> frozenset[str]:
    """The facts of the conditions that are read most quickly, by what the server takes their reading for."""
    draws, asked, months = read_drawn(pack_folder(pack.name)), Asked(on), (window.first, window.last)
    costs = {name: sum(cost_of(draw, asked, months) for draw in draws.get(name, ())) for name in facts}
    conditions = {each for book in books for each in asked_by_conditions(book.policies[code], book.catalogue)}
    found = frozenset[str]()
    for one in sorted(conditions, key=lambda names: (sum(costs[name] for name in names), sorted(names))):
        if sum(costs[name] for name in found | one) > SHARE * sum(costs.values()):
            break
        found |= one
    return found
