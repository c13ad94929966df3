"""Tables of facts as files (CSV, Parquet, YAML) → the rows of a subject as arrays. What does not fit is unknown, and told.

A file holds one subject's rows; a folder holds a file for each: `person`, `person_month`, `firm`, `firm_month`, … Columns
are keys (person, household, firm, post), `month` (YYYY-MM), and facts by their name or their English name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from anye.engine.entitle.bits import Array
from anye.engine.entitle.catalogue import KEYS, Catalogue, Fact
from anye.engine.entitle.columns import Column, width
from anye.engine.entitle.subjects import Own, Subjects, filler
from anye.engine.entitle.table_cells import HEADING, KEY_NAMES, Bad, FactsFault, read_cells

SUFFIXES = (".csv", ".parquet", ".yaml")


@dataclass
class Tables(Subjects):
    """Files that were read.

    `ignored`: (file, column) that nobody knows.
    """

    frames: Mapping[str, pl.DataFrame]
    files: Mapping[str, Path]
    bad: list[Bad] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._read: dict[str, Own] = {}

    def subjects(self) -> frozenset[str]:
        return frozenset(name.removesuffix("_month") for name in self.frames)

    def own(self, subject: str) -> Own:
        if subject not in self._read:
            self._read[subject] = self._arrays(subject)
        return self._read[subject]

    def _arrays(self, subject: str) -> Own:
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
                facts[fact] = self.agreed(fact, facts.get(fact, column), column, (subject, name), keys)
        return Own(index.height, keys, facts)

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
    return Tables(catalogue, *span, keys, numbered, files, bad, ignored)


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
    return column.fill_null(filler(fact)).to_numpy().astype(width(fact.kind)), known


def _by_month(fact: Fact, values: Array, known: Array, rows: Array, at: tuple[Array, int, int]) -> Column:
    months, count, width_ = at
    filled = np.full((count, width_), filler(fact), values.dtype)
    is_known = np.zeros((count, width_), np.bool_)
    filled[months, rows], is_known[months, rows] = values, known
    return Column(filled, None if is_known.all() else is_known)


def _always(fact: Fact, values: Array, known: Array, rows: Array, of: tuple[str, int]) -> Column:
    """A fact that holds in all months: rows that say different things of it are refused."""
    file, count = of
    filled, is_known = np.full(count, filler(fact), values.dtype), np.zeros(count, np.bool_)
    at = rows[known]
    filled[at], is_known[at] = values[known], True
    is_other = filled[at] != values[known]
    if is_other.any():
        row = int(np.flatnonzero(known)[is_other][0]) + HEADING
        raise FactsFault("facts_differ", {"file": file, "column": fact.name, "row": row})
    return Column(filled, None if is_known.all() else is_known)
