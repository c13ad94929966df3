"""The heading of a table: where it stands, what its columns are called, and where it is printed again further down.

A sheet is known by its heading and never by its file name (domain.md 5.1.2). Headings of two or three lines are joined:
养老保险 over 单位 and 个人 gives 养老保险/单位 and 养老保险/个人.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import islice, pairwise

import polars as pl

from anye.engine.intake.labels import UNIT, UNITS, keys_of, label_key, plain

_LOOKED_AT = 30
DEEPEST = 3
_LONGEST_LABEL = 300

_BARE_UNIT = re.compile(rf"[(\[【]?(?:单位[::]?)?(?:{UNITS})[)\]】]?")
_TABLE_UNIT = re.compile(r"单位:[^,;]{0,8}?(万元|千元)")
_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_SHOWN_NOISE = re.compile(r"[\s*★※]+")
_ANNOTATIONS = frozenset({"必填", "选填", "非必填", "必填项", "选填项"})
_ORDINALS = {letter: at for at, letter in enumerate("甲乙丙丁戊己庚辛壬癸", start=1)}

Line = tuple[str | None, ...]


@dataclass(frozen=True)
class Header:
    """The heading of one table.

    `first_line` and `last_line` are lines of the sheet; the first row of data is below `last_line`.
    `labels[i]` names column `c<i>`, its parts joined by "/", "" where there is none; `units[i]` is what its brackets
    gave as unit (元), or what is said above the whole table (单位：万元).
    `title` is the text above, top to bottom, each once: it often names the month (2020年3月).
    `lines` holds the heading as it is written, to know it again.
    """

    first_line: int
    last_line: int
    labels: tuple[str, ...]
    units: tuple[str | None, ...]
    title: tuple[str, ...]
    lines: tuple[Line, ...]


def find_header(first_rows: pl.DataFrame, known: Mapping[str, str]) -> Header | None:
    """Find the line or lines with most known fields among the first 30. `known`: see `known_keys`.

    At least two fields must be known (one, if the table has a single column). Returns None otherwise.
    """
    rows, numbers = _top(first_rows)
    best, best_rank = None, (0, 0)
    tied = [_are_tied(upper, lower, known) for upper, lower in pairwise(rows)]  # tied[i]: lines i and i + 1
    for first in range(len(rows)):
        for depth in range(1, min(DEEPEST, len(rows) - first) + 1):
            last = first + depth - 1
            if any(tied[first - 1 : first]) or any(tied[last : last + 1]):
                continue
            rank = (len(_fields(_tried(tuple(rows[first : last + 1])), known)), -depth)
            if rank > best_rank:
                best, best_rank = (first, depth), rank
    if best is None or best_rank[0] < min(2, len(rows[0])):
        return None
    return _header(rows, numbers, *best)


def headers_of(first_rows: pl.DataFrame, depth: int) -> Iterator[Header]:
    """What the heading would be if it were any `depth` lines after one another, from the top down."""
    rows, numbers = _top(first_rows)
    for first in range(len(rows) - depth + 1):
        yield _header(rows, numbers, first, depth)


def _top(first_rows: pl.DataFrame) -> tuple[list[Line], list[int]]:
    """The lines that a heading is looked for in, and their numbers in the sheet."""
    top = first_rows.head(_LOOKED_AT)
    cells = top.select([name for name in top.columns if _is_cell(name)])
    rows: list[Line] = [tuple((cell or "").strip()[:_LONGEST_LABEL] or None for cell in row) for row in cells.rows()]
    return rows, top["_line"].to_list()


def is_repeated_heading(block: pl.DataFrame, header: Header) -> pl.Expr:
    """An expression over `block`: is this row a line of the heading printed again, as at the top of each page?

    True when at least two cells, and more than half of those filled, hold just what the heading holds in their column.
    """
    names = [name for name in block.columns if _is_cell(name)]
    same = pl.lit(0, pl.Int32)
    for column, name in enumerate(names):
        texts = {line[column] for line in header.lines if column < len(line) and line[column]}
        if texts:
            is_same = pl.col(name).str.strip_chars().is_in(sorted(str(text) for text in texts))
            same = same + is_same.fill_null(value=False).cast(pl.Int32)
    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in names)
    return (same >= min(2, len(names))) & (same * 2 > filled)


def _is_cell(name: str) -> bool:
    return name[0] == "c" and name[1:].isdigit()


def _fields(tried: Iterable[tuple[str, ...]], known: Mapping[str, str]) -> set[str]:
    """The fields that columns are known to be, each by the first of its keys that is known."""
    return {known[key] for keys in tried for key in islice(filter(known.__contains__, keys), 1)}


@lru_cache(maxsize=256)
def _tried(lines: tuple[Line, ...]) -> tuple[tuple[str, ...], ...]:
    """For each column under a heading of these lines the keys that it may be known by, the best first.

    By the whole label, else without units, else without any bracketed note (身份证号（18位）), else, under a group
    heading, by the lowest part if no other column shares it: 基本信息/姓名 is 姓名, but 单位 under five insurances is
    no employer. Remembered: every profile asks.
    """
    columns = [column for column in _parts(list(lines)) if column]
    lowest = Counter(label_key(column[-1]) for column in columns)
    return tuple(
        keys_of("".join(column))
        + (keys_of(column[-1]) if len(column) > 1 and lowest[label_key(column[-1])] == 1 else ())
        for column in columns
    )


def _parts(lines: list[Line]) -> list[tuple[str, ...]]:
    """Each column's labels from top to bottom; a cell merged over several lines counts once."""
    spread = [_filled_right(line, below) for line, below in pairwise(lines)] + [lines[-1]]
    columns = zip(*spread, strict=True)
    return [reduce(lambda kept, cell: kept if not cell or cell in kept[-1:] else (*kept, cell), c, ()) for c in columns]


def _filled_right(line: Line, below: Line) -> Line:
    """A group heading stands over the first of its columns once merges are lost (CSV): carry it over the others.

    It reaches to the right as long as its own cell is empty and the line below has a label, and only from a column
    that has a label below as well.
    """
    filled: list[str | None] = []
    group: str | None = None
    for own, sub in zip(line, below, strict=True):
        if own:
            group = own if sub and sub != own else None
        elif not sub:
            group = None
        filled.append(own or group)
    return tuple(filled)


def _are_tied(upper: Line, lower: Line, known: Mapping[str, str]) -> bool:
    """Is neither of two lines a heading alone?

    So when a known label is merged over both; or, where merges are lost (CSV), when the lower one has labels, but none
    below a known label of the upper one: a person's line would have a name or a number there.
    """
    labels = [(a, b) for a, b in zip(upper, lower, strict=True) if a and any(key in known for key in keys_of(a))]
    if upper != lower and any(a == b for a, b in labels):
        return True
    cells = [cell for cell in lower if cell]
    return (
        len(labels) >= 2
        and len(cells) >= 2
        and not any(b for _, b in labels)
        and not any(_DIGIT.search(cell) for cell in cells)
    )


def _header(rows: list[Line], numbers: list[int], first: int, depth: int) -> Header:
    end = first + depth
    parts = _parts(rows[first:end])
    units = [_unit(column) for column in parts]
    while end < len(rows) and _is_annotation(rows[end]):
        units = [unit or _bare_unit(cell) for unit, cell in zip(units, rows[end], strict=True)]
        end += 1
    title = dict.fromkeys(cell for row in rows[:first] for cell in row if cell)
    of_table = _unit_of_table(title)
    return Header(
        first_line=numbers[first],
        last_line=numbers[end - 1],
        labels=tuple("/".join(filter(None, map(_shown, column))) for column in parts),
        units=tuple(unit or of_table for unit in units),
        title=tuple(title),
        lines=tuple(rows[first:end]),
    )


def _shown(label: str) -> str:
    return _SHOWN_NOISE.sub("", UNIT.sub("", plain(label))).rstrip(":")


def _unit(column: tuple[str, ...]) -> str | None:
    found = [match[1] for label in column if (match := UNIT.search(plain(label)))]
    return found[-1] if found else None


def _unit_of_table(title: Iterable[str]) -> str | None:
    """What money counts in where its own heading does not say: above the table stands 单位：万元."""
    found = (_TABLE_UNIT.search(_SPACE.sub("", plain(cell))) for cell in title)
    return next((match[1] for match in found if match), None)


def _bare_unit(cell: str | None) -> str | None:
    text = plain(cell or "")
    return text.strip("()[]【】").removeprefix("单位").lstrip(":") if _BARE_UNIT.fullmatch(text) else None


def _is_annotation(row: Line) -> bool:
    """A line under the heading that is no person yet: column numbers (1 2 3, 甲 乙 丙), units, or 必填 and 选填."""
    cells = [plain(cell).strip("()<>[] ") for cell in row if cell]
    if len(cells) >= 3 and all(cell.isdigit() or cell in _ORDINALS for cell in cells):
        counted = [_ORDINALS.get(cell) or int(cell) for cell in cells]
        letters = sum(cell in _ORDINALS for cell in cells)
        return counted == [*range(1, letters + 1), *range(1, len(cells) - letters + 1)]
    return bool(cells) and all(cell in _ANNOTATIONS or _BARE_UNIT.fullmatch(cell) for cell in cells)
