"""Tables of facts as files (CSV, Parquet, YAML) → the rows of a subject as arrays. What does not fit is unknown, and told.

A file holds one subject's rows; a folder holds a file for each: `person`, `person_month`, `firm`, `firm_month`, … Columns
are keys (person, household, firm, post), `month` (YYYY-MM), and facts by their name or their English name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from anye.engine.entitle.catalogue import KEYS, REACH, Catalogue, Fact
from anye.engine.entitle.columns import Array, Column, width
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import written
from anye.engine.entitle.table_cells import KEY_NAMES, Bad, FactsFault, read_cells

SUFFIXES = (".csv", ".parquet", ".yaml")


_ORDER = ("person", "household", "firm")  # a person's table may say of which household somebody is


@dataclass
class Tables:
    """Files that were read. `keys`: key → what each number stands for, the same numbers in all tables."""

    frames: Mapping[str, pl.DataFrame]
    keys: Mapping[str, pl.Series]
    catalogue: Catalogue
    first: int
    months: int
    bad: list[Bad] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def subjects(self) -> frozenset[str]:
        """The subjects that there are rows of."""
        return frozenset(name.removesuffix("_month") for name in self.frames)

    def cases(self, subject: str, needed: frozenset[str]) -> Cases:
        """The rows of a subject with the facts that are needed, those of its person, household and firm among them."""
        own = self._own(subject)
        facts: dict[str, Column] = {}
        keys = {key: own.keys[key] for key in own.keys}
        for other in (each for each in _ORDER if each in REACH[subject] and each != subject):
            names = [name for name in needed if self.catalogue.facts[name].of == other]
            if not names or (other not in self.subjects() and not any(name in own.facts for name in names)):
                continue
            facts |= {name: own.facts[name] for name in names if name in own.facts}
            rest = [name for name in names if name not in own.facts]
            if rest and other in self.subjects() and all(key in keys for key in KEYS[other]):
                theirs = self._own(other)
                places = _places(keys, theirs.keys, KEYS[other], theirs.rows)
                if other == "person" and "household" in theirs.keys and "household" not in keys:
                    keys["household"] = np.where(places >= 0, theirs.keys["household"][places], -1)
                facts |= {name: _joined(theirs.facts[name], places) for name in rest if name in theirs.facts}
        facts |= {name: column for name, column in own.facts.items() if name in needed}
        facts |= self._added_up(subject, needed - set(facts), keys)
        return Cases(subject, self.first, self.months, own.rows, keys, facts)

    def _added_up(self, subject: str, names: frozenset[str], keys: Mapping[str, Array]) -> dict[str, Column]:
        """Facts that rows of another subject add up to."""
        found = {}
        for name in names:
            fact = self.catalogue.facts[name]
            if fact.roll_up is not None and fact.of in REACH[subject] and fact.roll_up.over in self.subjects():
                key = KEYS[fact.of][0]
                if key in keys:
                    found[name] = _rolled_up(fact, self._own(fact.roll_up.over), keys[key], self)
        return found

    def _own(self, subject: str) -> Cases:
        """A subject's own tables as arrays."""
        if subject not in self._read:
            self._read[subject] = self._arrays(subject)
        return self._read[subject]

    def __post_init__(self) -> None:
        self._read: dict[str, Cases] = {}

    def _arrays(self, subject: str) -> Cases:
        frames = [self.frames[name] for name in (subject, f"{subject}_month") if name in self.frames]
        own = KEYS[subject]
        index = pl.concat([frame.select(own) for frame in frames]).unique(maintain_order=True).with_row_index("_row")
        keys = {key: index.get_column(key).to_numpy().astype(np.int64) for key in own}
        facts: dict[str, Column] = {}
        for frame in frames:
            rows = frame.join(index, on=own, how="left").get_column("_row").to_numpy()
            keys |= self._other_keys(frame, rows, index.height, set(KEY_NAMES) - set(own))
            months = frame.get_column("month").to_numpy() if "month" in frame.columns else None
            facts |= self._facts(frame, rows, months, index.height, subject)
        return Cases(subject, self.first, self.months, index.height, keys, facts)

    def _other_keys(self, frame: pl.DataFrame, rows: Array, count: int, others: set[str]) -> dict[str, Array]:
        found = {}
        for key in sorted(others & set(frame.columns)):
            found[key] = np.full(count, -1, np.int64)
            values = frame.get_column(key).fill_null(-1).to_numpy()
            found[key][rows[values >= 0]] = values[values >= 0]
        return found

    def _facts(
        self, frame: pl.DataFrame, rows: Array, months: Array | None, count: int, subject: str
    ) -> dict[str, Column]:
        names = [name for name in frame.columns if name in self.catalogue.facts]
        _once(frame, rows, months, subject, self.keys)
        found = {}
        for name in names:
            fact = self.catalogue.facts[name]
            values, known = _plain(frame.get_column(name), fact)
            if months is not None and fact.is_monthly:
                found[name] = _by_month(values, known, rows, months - self.first, (self.months, count))
            else:
                found[name] = _always(values, known, rows, count, (fact, subject, self.keys))
        return found


def read_tables(path: Path, subject: str, catalogue: Catalogue, span: tuple[int, int] | None = None) -> Tables:
    """A file of a subject's rows, or a folder of tables. `span`: first month and how many, else those of the files.

    Raises FactsFault.
    """
    files = dict(_files(path, subject))
    bad: list[Bad] = []
    ignored: list[tuple[str, str]] = []
    frames = {name: read_cells(file, name, catalogue, bad, ignored) for name, file in files.items()}
    spans = [frame.get_column("month") for frame in frames.values() if "month" in frame.columns and frame.height]
    if span is None:
        if not spans:
            raise FactsFault("facts_no_month", {"file": str(path)})
        first, last = min(int(each.min()) for each in spans), max(int(each.max()) for each in spans)  # type: ignore[arg-type]
        span = first, last - first + 1
    inside = pl.col("month").is_between(span[0], span[0] + span[1] - 1)
    frames = {name: frame.filter(inside) if "month" in frame.columns else frame for name, frame in frames.items()}
    numbered, keys = _numbered(frames)
    return Tables(numbered, keys, catalogue, *span, bad, ignored)


def _files(path: Path, subject: str) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        if not path.exists() or path.suffix not in SUFFIXES:
            raise FactsFault("facts_no_file", {"file": str(path), "expected": ", ".join(SUFFIXES)})
        yield subject, path
        return
    names = {f"{each}{end}" for each in KEYS for end in ("", "_month")}
    found = [(file.stem, file) for file in sorted(path.iterdir()) if file.stem in names and file.suffix in SUFFIXES]
    if not found:
        raise FactsFault("facts_no_file", {"file": str(path), "expected": ", ".join(sorted(names))})
    for name, file in found:
        if [each for each, _ in found].count(name) > 1:
            raise FactsFault("facts_two_files", {"file": str(file), "found": name})
    yield from found


def _numbered(frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], dict[str, pl.Series]]:
    """Keys as numbers, the same in all tables."""
    numbered, keys = dict(frames), {}
    for key in KEY_NAMES:
        holding = [name for name, frame in frames.items() if key in frame.columns]
        if not holding:
            continue
        seen = pl.concat([frames[name].get_column(key) for name in holding]).drop_nulls().unique(maintain_order=True)
        keys[key] = seen
        numbers = pl.DataFrame({key: seen}).with_row_index("_number")
        for name in holding:
            frame = numbered[name].join(numbers, on=key, how="left", maintain_order="left")
            numbered[name] = frame.with_columns(pl.col("_number").cast(pl.Int64).alias(key)).drop("_number")
    return numbered, keys


def _once(frame: pl.DataFrame, rows: Array, months: Array | None, subject: str, keys: Mapping[str, pl.Series]) -> None:
    """Each row of the subject stands in a table once, or once a month."""
    places = rows.astype(np.int64) if months is None else rows.astype(np.int64) * 4_000 + months + 1_200
    order = np.argsort(places, kind="stable")
    twice = np.flatnonzero(np.diff(places[order]) == 0)
    if len(twice):
        at = int(order[twice[0] + 1])
        who = {key: keys[key][int(frame.get_column(key)[at])] for key in KEYS[subject]}
        month = "" if months is None else written(int(months[at]))
        raise FactsFault("facts_twice", {"row": at + 1, "month": month, **who})


def _plain(column: pl.Series, fact: Fact) -> tuple[Array, Array]:
    """Values and where they are known; codes as their places."""
    known = column.is_not_null().to_numpy()
    if fact.kind.type == "bool":
        return column.fill_null(value=False).to_numpy(), known
    filler = 0 if fact.kind.type == "code" else fact.kind.lo
    return column.fill_null(filler).to_numpy().astype(width(fact.kind)), known


def _by_month(values: Array, known: Array, rows: Array, months: Array, shape: tuple[int, int]) -> Column:
    filled = np.zeros(shape, values.dtype)
    is_known = np.zeros(shape, np.bool_)
    filled[months, rows], is_known[months, rows] = values, known
    return Column(filled, None if is_known.all() else is_known)


def _always(
    values: Array, known: Array, rows: Array, count: int, of: tuple[Fact, str, Mapping[str, pl.Series]]
) -> Column:
    """A fact that holds in all months: where rows say different things of it, none of them is believed."""
    filled, is_known = np.zeros(count, values.dtype), np.zeros(count, np.bool_)
    at = rows[known]
    filled[at], is_known[at] = values[known], True
    is_other = filled[at] != values[known]
    if is_other.any():
        raise FactsFault("facts_differ", {"column": of[0].name, "row": int(np.flatnonzero(known)[is_other][0]) + 1})
    return Column(filled, None if is_known.all() else is_known)


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


def _rolled_up(fact: Fact, over: Cases, key: Array, tables: Tables) -> Column:
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


def labels(tables: Tables, cases: Cases, rows: Any) -> dict[str, pl.Series]:
    """The keys of rows as they stand in the files."""
    return {key: tables.keys[key].gather(cases.keys[key][rows]) for key in KEYS[cases.subject]}
