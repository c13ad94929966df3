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

from anye.engine.entitle.bits import Array
from anye.engine.entitle.catalogue import KEYS, REACH, Catalogue, Fact
from anye.engine.entitle.columns import Column, term, width
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.table_cells import HEADING, KEY_NAMES, Bad, FactsFault, read_cells

SUFFIXES = (".csv", ".parquet", ".yaml")


_ORDER = ("person", "household", "firm")  # a person's table may say of which household somebody is


@dataclass(frozen=True)
class _Own:
    """What a subject's own tables say: keys as in `Cases`, facts as plain columns."""

    rows: int
    keys: Mapping[str, Array]
    facts: Mapping[str, Column]


@dataclass
class Tables:
    """Files that were read. `keys`: key → what each number stands for, the same numbers in all tables.

    `ignored`: (file, column) that nobody knows; `apart`: (subject, other subject) → how many rows name one that has no row
    in its own table, and the first such name.
    """

    frames: Mapping[str, pl.DataFrame]
    files: Mapping[str, Path]
    keys: Mapping[str, pl.Series]
    catalogue: Catalogue
    first: int
    months: int
    bad: list[Bad] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    apart: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def subjects(self) -> frozenset[str]:
        """The subjects that there are rows of."""
        return frozenset(name.removesuffix("_month") for name in self.frames)

    def cases(self, subject: str, needed: frozenset[str]) -> Cases:
        """The rows of a subject with the facts that are needed, those of its person, household and firm among them."""
        own = self._own(subject)
        facts, keys = {name: own.facts[name] for name in needed if name in own.facts}, dict(own.keys)
        for other in (
            each for each in _ORDER if each in REACH[subject] and each != subject and each in self.subjects()
        ):
            theirs = self._own(other)
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
                facts[name] = self._agreed(name, facts.get(name, joined), joined, (subject, other), keys)
        facts |= self._added_up(subject, needed - set(facts), keys)
        return Cases(subject, self.first, self.months, own.rows, keys, {name: term(one) for name, one in facts.items()})

    def _agreed(
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
                    found[name] = _rolled_up(fact, self._own(fact.roll_up.over), keys[key], self)
        return found

    def _own(self, subject: str) -> _Own:
        """A subject's own tables as arrays."""
        if subject not in self._read:
            self._read[subject] = self._arrays(subject)
        return self._read[subject]

    def __post_init__(self) -> None:
        self._read: dict[str, _Own] = {}

    def _arrays(self, subject: str) -> _Own:
        names = [name for name in (subject, f"{subject}_month") if name in self.frames]
        frames = [self.frames[name] for name in names]
        own = KEYS[subject]
        index = pl.concat([frame.select(own) for frame in frames]).unique(maintain_order=True).with_row_index("_row")
        keys = {key: index.get_column(key).to_numpy().astype(np.int64) for key in own}
        facts: dict[str, Column] = {}
        for name, frame in zip(names, frames, strict=True):
            file = str(self.files[name])
            rows = frame.join(index, on=own, how="left").get_column("_row").to_numpy()
            self._other_keys(frame, rows, keys, (file, index.height))
            _alike(frame, subject, self.catalogue, file)
            months = frame.get_column("month").to_numpy() if "month" in frame.columns else None
            _once(rows, months, file)
            for fact, column in self._facts(frame, rows, months, (file, index.height)).items():
                facts[fact] = self._agreed(fact, facts.get(fact, column), column, (subject, name), keys)
        return _Own(index.height, keys, facts)

    def _other_keys(self, frame: pl.DataFrame, rows: Array, keys: dict[str, Array], of: tuple[str, int]) -> None:
        """Of which household or firm each row is: one in all months, for what is known of it is joined to all of them."""
        file, count = of
        for key in [each for each in KEY_NAMES if each in frame.columns]:
            values = frame.get_column(key).fill_null(-1).to_numpy()
            held = keys.setdefault(key, np.full(count, -1, np.int64))
            known = values >= 0
            differs = known & (held[rows] >= 0) & (held[rows] != values)
            held[rows[known]] = values[known]
            differs |= known & (held[rows] != values)
            if differs.any():
                raise FactsFault(
                    "facts_differ", {"file": file, "column": key, "row": int(np.flatnonzero(differs)[0]) + HEADING}
                )

    def _facts(self, frame: pl.DataFrame, rows: Array, months: Array | None, of: tuple[str, int]) -> dict[str, Column]:
        found = {}
        for name in [each for each in frame.columns if each in self.catalogue.facts]:
            fact = self.catalogue.facts[name]
            values, known = _plain(frame.get_column(name), fact)
            if months is not None and fact.is_monthly:
                found[name] = _by_month(fact, values, known, rows, (months - self.first, self.months, of[1]))
            else:
                found[name] = _always(fact, values, known, rows, of)
        return found


def read_tables(path: Path, subject: str, catalogue: Catalogue, span: tuple[int, int] | None = None) -> Tables:
    """A file of a subject's rows, or a folder of tables. `span`: the first and the last month that are asked for.

    Months before them that the files hold are among those judged: they use limits up. Without a span, all that they hold.

    Raises FactsFault.
    """
    files = dict(_files(path, subject))
    bad: list[Bad] = []
    ignored: list[tuple[str, str]] = []
    frames = {name: read_cells(file, name, catalogue, bad, ignored) for name, file in files.items()}
    months = [frame.get_column("month") for frame in frames.values() if "month" in frame.columns and frame.height]
    held = [(int(each.min()), int(each.max())) for each in months]  # type: ignore[arg-type]  # none is null
    if span is None and not held:
        raise FactsFault("facts_no_month", {"file": str(path)})
    first = min([first for first, _ in held] + ([span[0]] if span else []))
    span = first, (span[1] if span else max(last for _, last in held)) - first + 1
    inside = pl.col("month").is_between(span[0], span[0] + span[1] - 1)
    frames = {name: frame.filter(inside) if "month" in frame.columns else frame for name, frame in frames.items()}
    numbered, keys = _numbered(frames)
    return Tables(numbered, files, keys, catalogue, *span, bad, ignored)


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


def _once(rows: Array, months: Array | None, file: str) -> None:
    """Each row of the subject stands in a table once, or once a month."""
    places = rows.astype(np.int64) if months is None else rows.astype(np.int64) * 4_000 + months + 1_200
    order = np.argsort(places, kind="stable")
    twice = np.flatnonzero(np.diff(places[order]) == 0)
    if len(twice):
        one, other = sorted((int(order[twice[0]]), int(order[twice[0] + 1])))
        raise FactsFault("facts_twice", {"file": file, "row": one + HEADING, "other": other + HEADING})


def _alike(frame: pl.DataFrame, subject: str, catalogue: Catalogue, file: str) -> None:
    """A household's or a firm's fact that stands in a table of persons is the same for all of them."""
    for name in [each for each in frame.columns if each in catalogue.facts]:
        fact = catalogue.facts[name]
        by = [*KEYS[fact.of], *(("month",) if fact.is_monthly and "month" in frame.columns else ())]
        if fact.of == subject or not set(by) <= set(frame.columns):
            continue
        told = frame.with_row_index("_at", HEADING).filter(pl.col(name).is_not_null() & pl.col(by[0]).is_not_null())
        other = told.filter(pl.col(name) != pl.col(name).first().over(by))
        if other.height:
            raise FactsFault("facts_differ", {"file": file, "column": name, "row": int(other.get_column("_at")[0])})


def _plain(column: pl.Series, fact: Fact) -> tuple[Array, Array]:
    """Values and where they are known; codes as their places."""
    known = column.is_not_null().to_numpy()
    if fact.kind.type == "bool":
        return column.fill_null(value=False).to_numpy(), known
    return column.fill_null(_filler(fact)).to_numpy().astype(width(fact.kind)), known


def _by_month(fact: Fact, values: Array, known: Array, rows: Array, at: tuple[Array, int, int]) -> Column:
    months, count, width_ = at
    filled = np.full((count, width_), _filler(fact), values.dtype)
    is_known = np.zeros((count, width_), np.bool_)
    filled[months, rows], is_known[months, rows] = values, known
    return Column(filled, None if is_known.all() else is_known)


def _filler(fact: Fact) -> int:
    """What stands where nothing is known: within the range, so that no formula meets what it was not made for."""
    return 0 if fact.kind.type in {"bool", "code"} else fact.kind.lo


def _always(fact: Fact, values: Array, known: Array, rows: Array, of: tuple[str, int]) -> Column:
    """A fact that holds in all months: rows that say different things of it are refused."""
    file, count = of
    filled, is_known = np.full(count, _filler(fact), values.dtype), np.zeros(count, np.bool_)
    at = rows[known]
    filled[at], is_known[at] = values[known], True
    is_other = filled[at] != values[known]
    if is_other.any():
        row = int(np.flatnonzero(known)[is_other][0]) + HEADING
        raise FactsFault("facts_differ", {"file": file, "column": fact.name, "row": row})
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


def _rolled_up(fact: Fact, over: _Own, key: Array, tables: Tables) -> Column:
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
