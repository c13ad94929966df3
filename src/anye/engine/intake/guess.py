"""What the columns of an unknown sheet may mean: by their headings, by what is in them, and by both."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

from anye.engine.intake.header import DEEPEST, Header, find_header, headers_of
from anye.engine.intake.labels import known_keys, label_key
from anye.engine.intake.lines import trimmed
from anye.engine.intake.mapping import meanings_of
from anye.engine.intake.profile import SOMEONE_ELSE, Column, Grid, Profile
from anye.engine.intake.shapes import WEIGHTS, Shapes

WIDEST = 80  # columns that a register is guessed by; a sheet may have 500
LEAST = 0.3  # below this nothing is proposed
SURE, LIKELY = 0.85, 0.6
_FITTING, _STRANGE = 0.6, 0.3  # shares of cells: content speaks for a column, content speaks against it
_NUMBER_LIKE = re.compile("[0-9]{7}")
_LONGEST_HEADING = 40


@dataclass(frozen=True)
class Guess:
    """The proposed meaning of one column of a sheet, "" where none is likely.

    `reason`: heading, heading_like (`alias` is the heading that it is like), content, both, earlier, kept or none;
    `share`: the percentage of cells that fit, where they can be asked.
    """

    column: str = ""
    confidence: float = 0.0
    reason: str = "none"
    alias: str = ""
    share: int | None = None


@dataclass(frozen=True)
class Table:
    """A sheet's heading with a sample of its rows; what its columns hold is looked at once for all profiles."""

    header: Header
    rows: pl.DataFrame
    on: dt.date
    shapes: tuple[Shapes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Ask the cells below the heading, marks for nothing left out."""
        below = trimmed(self.rows.filter(pl.col("_line") > self.header.last_line))
        cells = [below[f"c{i}"].drop_nulls() for i in range(len(self.header.labels))]
        object.__setattr__(self, "shapes", tuple(Shapes(each, self.on) for each in cells))

    @property
    def columns(self) -> list[int]:
        """The columns that have a heading or a cell."""
        return [i for i, label in enumerate(self.header.labels) if label or len(self.shapes[i].cells)]


def guess(table: Table, profile: Profile, *, earlier: Mapping[str, str] | None = None) -> tuple[Guess, ...]:
    """A guess for each column of the table; no meaning is proposed twice. `earlier`: heading key → meaning said before."""
    return _assigned(table, table.columns, profile, earlier or {})


def _assigned(table: Table, columns: list[int], profile: Profile, earlier: Mapping[str, str]) -> tuple[Guess, ...]:
    order = {name: at for at, name in enumerate(meanings_of(profile))}
    offers: list[tuple[float, int, str, int, Guess]] = []
    for index in columns:
        label, shapes = table.header.labels[index], table.shapes[index]
        offers += [
            (-each.confidence, order.get(each.column, -1), label, index, each)
            for each in _offers(label, shapes, profile, earlier)
            if each.confidence >= LEAST and (each.column in order or not each.column)
        ]
    best: dict[int, Guess] = {}
    taken: set[str] = set()
    for *_rank, index, each in sorted(offers, key=lambda offer: offer[:4]):
        if index not in best and each.column not in taken:
            best[index] = each
            taken |= {each.column} - {""}
    return tuple(best.get(index, Guess()) for index in range(len(table.header.labels)))


def ranked(table: Table, profiles: Iterable[Profile]) -> list[tuple[Profile, int]]:
    """Profiles from the likeliest on, with how many of the table's columns each would read."""
    scored = []
    for profile in profiles:
        found = [each for each in _assigned(table, table.columns[:WIDEST], profile, {}) if each.column]
        names = {each.column for each in found}
        lacks = sum(not names & set(need.split("|")) for need in (*profile.needs, *profile.signs))
        lacks += len(profile.others(table.header.labels))
        scored.append((lacks - sum(each.confidence for each in found), profile.name, profile, len(found)))
    return [(profile, count) for _, _, profile, count in sorted(scored, key=lambda each: each[:2])]


def _offers(label: str, shapes: Shapes, profile: Profile, earlier: Mapping[str, str]) -> Iterable[Guess]:
    """What one column may be in a profile; a heading that the profile keeps unread is offered nothing else."""
    key = label_key(label)
    hit = profile.match(label) if label else None
    if key and key in earlier:
        yield Guess(earlier[key], 0.98, "earlier")
        return
    if label and hit is None and profile.knows(label):
        yield Guess("", 0.95, "kept")
        return
    if hit and hit[0] not in profile.by_name:
        yield Guess(hit[0], 0.95, "heading")
        return
    for column in profile.columns:
        if hit and column.name == hit[0]:
            yield _by_heading(column, hit[1], shapes)
        else:
            yield _by_likeness(column, key, shapes)
    if profile.grid and not hit and (name := _premium(profile.grid, key)):
        yield Guess(name, 0.7, "heading_like")


def _by_heading(column: Column, preference: int, shapes: Shapes) -> Guess:
    share = shapes.share(column)
    is_strange = share is not None and share < _STRANGE
    confidence = 0.5 if is_strange else 0.97 - min(preference % 1000, 99) / 10_000 - (0.02 if preference >= 1000 else 0)
    return Guess(column.name, confidence, "heading", share=_percent(share))


def _by_likeness(column: Column, key: str, shapes: Shapes) -> Guess:
    """By a heading that is written otherwise, by the cells, or by both; cells that do not fit speak against it."""
    alias, likeness = _likest(column, key)
    share = shapes.share(column)
    by_content = WEIGHTS[column.type] * share if share is not None and share >= _FITTING else 0.0
    if share is not None and share < _STRANGE:
        likeness *= 0.4
    confidence = min(1 - (1 - likeness) * (1 - by_content), 0.94)
    if likeness and by_content:
        return Guess(column.name, confidence, "both", alias, _percent(share))
    if likeness:
        return Guess(column.name, confidence, "heading_like", alias, _percent(share))
    return Guess(column.name, confidence, "content", share=_percent(share))


def _likest(column: Column, key: str) -> tuple[str, float]:
    """The heading of a column that a key is most like, and how much (0 to 0.8)."""
    best, alias = 0.0, ""
    for each, other in zip((*column.aliases, column.title_en), (label_key(a) for a in (*column.aliases, column.title_en)),
                           strict=True):  # fmt: skip
        likeness = _likeness(key, other)
        if likeness > best:
            best, alias = likeness, each
    return alias, best


@lru_cache(maxsize=65_536)
def _likeness(key: str, other: str) -> float:
    """How much one heading is like another: 0, or 0.45 to 0.8. Somebody else's name is no name of one's own."""
    shared = len(set(key) & set(other))
    if (
        not key
        or not other
        or shared * 2 < len(set(other))
        or set(SOMEONE_ELSE.findall(key)) != set(SOMEONE_ELSE.findall(other))
    ):
        return 0.0
    if len(other) >= 2 and (other in key or key in other):
        return 0.5 + 0.3 * min(len(key), len(other)) / max(len(key), len(other))
    ratio = difflib.SequenceMatcher(None, key, other, autojunk=False).ratio()
    return 0.8 * ratio if ratio >= 0.6 else 0.0


def _premium(grid: Grid, key: str) -> str:
    """A heading that names a kind of premium and who pays it, with words that the grid does not know."""
    found = []
    for tokens in (grid.kinds, grid.sides, grid.states):
        words = [word for word in sorted(tokens, key=len, reverse=True) if word in key]
        found.append(tokens[words[0]] if words else "")
    kind, side, state = found
    return f"{kind}_{side}_{state or grid.default_state}" if kind and side else ""


def _percent(share: float | None) -> int | None:
    return None if share is None else int(share * 100)


# ── The heading of a sheet that no profile knows ──────────────────────────────────────────────────────────────────────


def likely_header(first_rows: pl.DataFrame, profiles: Sequence[Profile]) -> Header | None:
    """The heading by the words of all profiles, else the first wide line of words above any number."""
    # a field for each heading: 姓名 of two registers is one
    words = {label for profile in profiles for labels in profile.fields.values() for label in labels}
    known = find_header(first_rows, known_keys({label_key(label): frozenset({label}) for label in words}))
    if known is not None:
        return known
    lines = list(headers_of(first_rows, 1))
    widest = max((len(_different(header)) for header in lines), default=0)
    for header in lines:
        cells = _different(header)
        if any(_NUMBER_LIKE.search(cell) for cell in cells):
            return None
        if len(cells) * 2 > widest and max(map(len, cells)) <= _LONGEST_HEADING:
            return header
    return None


def header_at(first_rows: pl.DataFrame, line: int, depth: int) -> Header | None:
    """The heading that a person points at: `depth` lines (1 to 3) from a line of the sheet on."""
    if not 1 <= depth <= DEEPEST:
        return None
    return next((each for each in headers_of(first_rows, depth) if each.first_line == line), None)


def _different(header: Header) -> set[str]:
    """The cells of a heading's one line; a title that is merged over all columns is one."""
    return {cell for cell in header.lines[0] if cell}
