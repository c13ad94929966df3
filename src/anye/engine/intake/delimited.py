"""Delimited text: which encoding, which delimiter, and its records with the physical line each one starts on.

A block without a quote character is split by Polars; any other block goes through Python's csv module, which alone gets
quoted line ends right and leaves us in charge when a quote is never closed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

import polars as pl

from anye.engine.errors import FileFault
from anye.engine.intake.encodings import encoding_of
from anye.engine.intake.formats import LOST, MAX_COLUMNS

_DELIMITERS = (",", "\t", ";", "|")
_HEAD_CHARACTERS = 65_536
_MOST_LINES_IN_RECORD = 100
_QUOTED = re.compile(r'"[^"\n]*"')
_DECLARED = re.compile(r'^"?sep=(.)"?\s*$')


@dataclass(frozen=True)
class TextShape:
    """How a text file is written: `encoding` as Python names it, `delimiter`, and the usual number of columns."""

    encoding: str
    delimiter: str
    width: int


class Record(NamedTuple):
    """One row and the offset, within its block, of the physical line it starts on."""

    offset: int
    cells: list[str]


def shape_of(path: Path) -> TextShape:
    """Find encoding, delimiter and width. Raises FileFault: encoding_unknown, not_a_table, too_many_columns."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        lines = file.read(_HEAD_CHARACTERS).splitlines()
    if len(lines) > 1:
        lines.pop()  # the last one may be cut
    delimiter, width = _sniff([line for line in lines if line.strip()])
    if width > MAX_COLUMNS:
        raise FileFault("too_many_columns", {"columns": width, "limit": MAX_COLUMNS})
    return TextShape(encoding, delimiter, width)


def _sniff(lines: list[str]) -> tuple[str, int]:
    """The delimiter that gives most lines the same number of cells, and that number. Quoted parts do not count."""
    declared = _DECLARED.match(lines[0]) if lines else None
    bare = [_QUOTED.sub("", line) for line in lines]
    best, best_score = (",", 1), (0, 0)
    for delimiter in (declared[1],) if declared else _DELIMITERS:
        counts = Counter(count for line in bare if (count := line.count(delimiter)))
        if counts:
            usual, times = max(counts.items(), key=lambda item: (item[1], item[0]))
            if (times, usual) > best_score:
                best, best_score = (delimiter, usual + 1), (times, usual)
    return best


def blocks(path: Path, *, block_rows: int, start_line: int, start_block: int) -> Iterator[pl.DataFrame]:
    """Yield frames of `c0…`, `_line`, `_sheet` (null) and `_merged` (null), at most `block_rows` lines each.

    A block always has the usual width; longer rows add columns, shorter ones are padded with nulls. Empty cells are
    null and lines without any content are left out. A block ends at the end of a record and so may run a few lines over.
    """
    shape = shape_of(path)
    number = 0
    found = False
    with path.open(encoding=shape.encoding, newline="") as file:
        source = (text.replace("\x00", LOST) for text in file)
        for _ in islice(source, start_line - 1):
            pass
        line = start_line
        while lines := list(islice(source, block_rows)):
            block = _block(lines, source, line, shape)
            line += len(lines)  # _block appended the lines that it read on to finish its last record
            if block.height:
                found = True
                if number >= start_block:
                    yield block
                number += 1
    if not found and start_line == 1:
        raise FileFault("no_rows", {})


def _block(lines: list[str], following: Iterator[str], first_line: int, shape: TextShape) -> pl.DataFrame:
    longest = 1 + max(line.count(shape.delimiter) for line in lines)
    if longest <= MAX_COLUMNS and not any('"' in line for line in lines):
        frame = _split(lines, shape.delimiter, longest)
    else:
        frame = _assemble(records(lines, following, shape))
    cells = [name for name in frame.columns if name != "_line"]
    filled = frame.select(cells).select(pl.all().is_not_null().any()).row(0) if frame.height else ()
    used = max((at + 1 for at, is_filled in enumerate(filled) if is_filled), default=0)
    width = max(shape.width, used)
    return frame.select(
        *(pl.col(f"c{at}") if at < len(cells) else pl.lit(None, pl.String).alias(f"c{at}") for at in range(width)),
        (pl.col("_line") + first_line).alias("_line"),
        pl.lit(None, pl.String).alias("_sheet"),
        pl.lit(None, pl.List(pl.Int32)).alias("_merged"),
    )


def _split(lines: list[str], delimiter: str, width: int) -> pl.DataFrame:
    """Records of lines that hold no quote: columns of text and `_line` as an offset from 0."""
    blank = delimiter + "\r\n"
    kept = [(at, text) for at, line in enumerate(lines) if (text := line.rstrip("\r\n")) and text.strip(blank)]
    schema = {f"c{at}": pl.String for at in range(width)}
    if not kept:
        return pl.DataFrame(schema=schema | {"_line": pl.Int64})
    frame = pl.read_csv(
        "\n".join(text for _, text in kept).encode(),
        has_header=False,
        schema=schema,
        separator=delimiter,
        quote_char=None,
        truncate_ragged_lines=True,
    )
    return frame.with_columns(pl.Series("_line", [at for at, _ in kept], dtype=pl.Int64))


def records(lines: list[str], following: Iterator[str], shape: TextShape) -> list[Record]:
    """Parse `lines` by the rules of CSV, reading on from `following` (and appending to `lines`) inside an open quote.

    A quote that is never closed, or that would swallow whole rows, is taken as an ordinary character of its line: one
    stray quote must not hide the people below it.
    """
    at = start = 0
    is_cut = False

    def feed() -> Iterator[str]:
        nonlocal at, is_cut
        while at - start < _MOST_LINES_IN_RECORD:
            if at == len(lines):
                line = next(following, None)
                if line is None:
                    break
                lines.append(line)
            at += 1
            yield lines[at - 1]
        is_cut = True

    reader = csv.reader(feed(), delimiter=shape.delimiter)
    found: list[Record] = []
    while at < len(lines):
        start, is_cut = at, False
        try:
            cells = next(reader)
            is_stray = is_cut or (at - start > 1 and _swallows_rows(cells, shape))
        except csv.Error:
            is_stray = True
        if is_stray:
            cells = lines[start].rstrip("\r\n").split(shape.delimiter)
            at = start + 1
            reader = csv.reader(feed(), delimiter=shape.delimiter)
        if any(cells):
            found.append(Record(start, cells))
    return found


def _swallows_rows(cells: list[str], shape: TextShape) -> bool:
    """Does a cell with a line end in it hold as many delimiters as a whole row? Then its quote was not meant as one."""
    enough = max(2, shape.width - 1)
    return any(cell.count(shape.delimiter) >= enough for cell in cells if "\n" in cell or "\r" in cell)


def _assemble(found: list[Record]) -> pl.DataFrame:
    """Records as columns of text. What lies beyond the last column taken is kept in that column, joined by blanks."""
    rows = [
        cells if len(cells) <= MAX_COLUMNS else [*cells[: MAX_COLUMNS - 1], " ".join(cells[MAX_COLUMNS - 1 :])]
        for _, cells in found
    ]
    columns = {f"c{at}": pl.Series(values, dtype=pl.String) for at, values in enumerate(zip_longest(*rows))}
    frame = pl.DataFrame(columns).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame.with_columns(pl.Series("_line", [record.offset for record in found], dtype=pl.Int64))
