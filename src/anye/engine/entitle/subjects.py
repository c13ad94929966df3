"""The rows of subjects as arrays, joined: what is known of a person's firm or household stands beside what is known of them.

Where the rows come from is told by a subclass: files (`tables`), or a registry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from anye.engine.entitle.bits import Array
from anye.engine.entitle.catalogue import KEYS, REACH, Catalogue, Fact
from anye.engine.entitle.columns import Column, term, width
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.table_cells import FactsFault

_ORDER = ("person", "household", "firm")  # a person's table may say of which household somebody is


@dataclass(frozen=True)
class Own:
    """What a subject's own tables say: keys as in `Cases`, facts as plain columns."""

    rows: int
    keys: Mapping[str, Array]
    facts: Mapping[str, Column]


@dataclass
class Subjects(ABC):
    """`keys`: key → what each number stands for, the same numbers for all subjects; months from `first` on.

    `apart`: (subject, other subject) → how many rows name one that has no row of its own, and the first such name.
    """

    catalogue: Catalogue
    first: int
    months: int
    keys: Mapping[str, pl.Series]
    apart: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict, kw_only=True)

    @abstractmethod
    def subjects(self) -> frozenset[str]:
        """The subjects that there are rows of."""

    @abstractmethod
    def own(self, subject: str) -> Own:
        """A subject's own rows; asked for again, the same."""

    def cases(self, subject: str, needed: frozenset[str]) -> Cases:
        """The rows of a subject with the facts that are needed, those of its person, household and firm among them."""
        own = self.own(subject)
        facts, keys = {name: own.facts[name] for name in needed if name in own.facts}, dict(own.keys)
        for other in (
            each for each in _ORDER if each in REACH[subject] and each != subject and each in self.subjects()
        ):
            theirs = self.own(other)
            if not theirs.rows or not all(key in keys for key in KEYS[other]):
                continue
            places = _places(keys, theirs.keys, KEYS[other], theirs.rows)
            if other == "person" and "household" in theirs.keys and "household" not in keys:
                keys["household"] = np.where(places >= 0, theirs.keys["household"][places], -1)
            names = [name for name in needed if name in theirs.facts]
            if names:
                self._tell_apart(subject, other, keys[KEYS[other][0]], places)
            for name in names:
                joined = _joined(theirs.facts[name], places)
                facts[name] = self.agreed(name, facts.get(name, joined), joined, (subject, other), keys)
        facts |= self._added_up(subject, needed - set(facts), keys)
        return Cases(subject, self.first, self.months, own.rows, keys, {name: term(one) for name, one in facts.items()})

    def agreed(
        self, name: str, one: Column, other: Column, tables: tuple[str, str], keys: Mapping[str, Array]
    ) -> Column:
        """What two tables say of one fact: where one does not know, the other's word. Two words are refused."""
        if one is other:
            return one
        known = [np.ones((), np.bool_) if each.known is None else each.known for each in (one, other)]
        differs = np.atleast_2d(known[0] & known[1] & (one.values != other.values)).any(axis=0)
        if differs.any():
            key = KEYS[tables[0]][0]
            who = self.keys[key][int(keys[key][int(np.argmax(differs))])]
            raise FactsFault("facts_contradict", {"column": name, "tables": ", ".join(tables), "who": str(who)})
        either = known[0] | known[1]
        return Column(np.where(known[0], one.values, other.values), None if either.all() else either)

    def _tell_apart(self, subject: str, other: str, keys: Array, places: Array) -> None:
        alone = (places < 0) & (keys >= 0)
        if alone.any():
            first = self.keys[KEYS[other][0]][int(keys[alone][0])]
            self.apart[(subject, other)] = (len(np.unique(keys[alone])), str(first))

    def _added_up(self, subject: str, names: frozenset[str], keys: Mapping[str, Array]) -> dict[str, Column]:
        """Facts that rows of another subject add up to."""
        found = {}
        for name in names:
            fact = self.catalogue.facts[name]
            if fact.roll_up is not None and fact.of in REACH[subject] and fact.roll_up.over in self.subjects():
                key = KEYS[fact.of][0]
                if key in keys:
                    found[name] = _rolled_up(fact, self.own(fact.roll_up.over), keys[key], self)
        return found


def _places(keys: Mapping[str, Array], theirs: Mapping[str, Array], names: Sequence[str], count: int) -> Array:
    """For each of our rows the place of the row of theirs that its keys name, -1 for none."""
    name = names[0]
    size = int(max(keys[name].max(initial=-1), theirs[name].max(initial=-1))) + 1
    place = np.full(size + 1, -1, np.int64)  # the last for what is not known
    place[theirs[name]] = np.arange(count)
    place[-1] = -1
    return place[keys[name]]


def _joined(column: Column, places: Array) -> Column:
    """Another row's fact; unknown where there is no such row."""
    is_there = places >= 0
    known = is_there if column.known is None else column.known[..., places] & is_there
    return Column(column.values[..., places], None if known.all() else known)


def _rolled_up(fact: Fact, over: Own, key: Array, tables: Subjects) -> Column:
    """How many, or the sum of something; unknown where one of the rows is, or where there is no row at all."""
    spec, groups = fact.roll_up, over.keys[KEYS[fact.of][0]]
    assert spec is not None
    size = max(int(groups.max(initial=-1)), int(key.max(initial=-1))) + 1
    nothing = Column(np.ones((), np.bool_))
    when = over.facts.get(spec.when, Column(np.zeros((), np.bool_), np.zeros((), np.bool_))) if spec.when else nothing
    of = over.facts.get(spec.of) if spec.of else Column(np.ones((), np.int64))
    if of is None:
        return Column(np.full(len(key), fact.kind.lo, width(fact.kind)), np.zeros(len(key), np.bool_))
    shape = (tables.months, over.rows)
    is_in = np.broadcast_to(when.values, shape)
    open_ = _unknown(when, shape) | (_unknown(of, shape) & is_in)
    values = np.where(is_in & ~open_, np.broadcast_to(of.values, shape), 0)
    total, is_open = np.zeros((tables.months, size), np.int64), np.zeros((tables.months, size), np.bool_)
    for month in range(tables.months):
        total[month] = np.bincount(groups, weights=values[month], minlength=size)
        is_open[month] = np.bincount(groups, weights=open_[month], minlength=size) > 0
    is_there = np.bincount(groups, minlength=size) > 0
    fits = (total >= fact.kind.lo) & (total <= fact.kind.hi)
    known = (~is_open & is_there & fits)[:, key] & (key >= 0)
    return Column(np.where(known, total[:, key], fact.kind.lo).astype(width(fact.kind)), None if known.all() else known)


def _unknown(column: Column, shape: tuple[int, int]) -> Array:
    return np.zeros(shape, np.bool_) if column.known is None else ~np.broadcast_to(column.known, shape)


def labels(tables: Subjects, cases: Cases, rows: Any) -> dict[str, pl.Series]:
    """The keys of rows as they are written."""
    return {key: tables.keys[key].gather(cases.keys[key][rows]) for key in KEYS[cases.subject]}


def filler(fact: Fact) -> int:
    """What stands where nothing is known: within the range, so that no formula meets what it was not made for."""
    return 0 if fact.kind.type in {"bool", "code"} else fact.kind.lo
