"""A sample of a file that no profile knows: the first lines of each sheet and some more, for a person to say what is what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

import polars as pl

from anye.engine.intake.files import HEADING_LINES, head_of
from anye.engine.intake.guess import Table, header_at, likely_header, ranked
from anye.engine.intake.lines import cell_names
from anye.engine.intake.profile import Profile
from anye.engine.intake.reading import WORKBOOK_ROWS, read_blocks

SHEETS = 8
ROWS = 160  # beside the first lines, spread over the rest of the first block
_LONGEST_CELL = 300


@dataclass(frozen=True)
class SampleSheet:
    """`rows` as a block has them; `heading`: first line and depth, None where none is likely; `sources`: likeliest first."""

    name: str | None
    rows: pl.DataFrame
    heading: tuple[int, int] | None
    sources: tuple[tuple[str, int], ...]

    def lines(self, count: int) -> list[tuple[int, str]]:
        """The first lines with the words in them."""
        cells = self.rows.select(cell_names(self.rows)).head(count).rows()
        numbers: list[int] = self.rows["_line"].head(count).to_list()
        return [(number, " ".join(filter(None, row))) for number, row in zip(numbers, cells, strict=True)]

    def table(self, line: int, depth: int, *, on: dt.date) -> Table | None:
        """The sheet under a heading of `depth` lines from a line on, None where no heading can stand."""
        header = header_at(self.rows, line, depth)
        return Table(header, self.rows, on) if header else None


@dataclass(frozen=True)
class Sample:
    """The sheets of a file that hold anything, the first few of them."""

    sheets: tuple[SampleSheet, ...]

    def as_text(self) -> str:
        """As JSON, to be kept under seal."""
        return json.dumps([
            {
                "name": sheet.name, "heading": sheet.heading, "sources": sheet.sources,
                "lines": sheet.rows["_line"].to_list(), "cells": sheet.rows.select(cell_names(sheet.rows)).rows(),
            }
            for sheet in self.sheets
        ], ensure_ascii=False)  # fmt: skip

    @classmethod
    def of_text(cls, text: str) -> Sample:
        """Of what `as_text` made."""
        return cls(tuple(
            SampleSheet(
                told["name"], _rows(told["lines"], told["cells"], told["name"]),
                tuple(told["heading"]) if told["heading"] else None, tuple((name, count) for name, count in told["sources"]),
            )
            for told in json.loads(text)
        ))  # fmt: skip


def sample_of(path: Path, profiles: Mapping[str, Profile], *, on: dt.date) -> Sample:
    """Read as far as the first block of each sheet. Raises FileFault as reading does."""
    blocks = read_blocks(path, block_rows=WORKBOOK_ROWS)
    sheets = groupby(blocks, key=lambda block: block.item(0, "_sheet"))
    return Sample(tuple(_sheet(name, lines, profiles, on) for name, lines in islice(sheets, SHEETS)))


def _sheet(
    name: str | None, blocks: Iterable[pl.DataFrame], profiles: Mapping[str, Profile], on: dt.date
) -> SampleSheet:
    first = pl.concat(head_of(iter(blocks)), how="diagonal")
    rest = first.slice(HEADING_LINES)
    rows = pl.concat([first.head(HEADING_LINES), rest.gather_every(max(rest.height // ROWS, 1)).head(ROWS)])
    rows = rows.with_columns(pl.col(cell_names(rows)).str.slice(0, _LONGEST_CELL))
    header = likely_header(rows, list(profiles.values()))
    if header is None:
        return SampleSheet(name, rows, None, tuple((source, 0) for source in profiles))
    found = ranked(Table(header, rows, on), profiles.values())
    return SampleSheet(
        name, rows, (header.first_line, len(header.lines)), tuple((profile.name, count) for profile, count in found)
    )


def _rows(lines: list[int], cells: list[list[str | None]], name: str | None) -> pl.DataFrame:
    width = max((len(row) for row in cells), default=0)
    schema = {f"c{i}": pl.String for i in range(width)}
    return pl.DataFrame(cells, schema=schema, orient="row").with_columns(
        pl.Series("_line", lines, dtype=pl.Int64), pl.lit(name, dtype=pl.String).alias("_sheet")
    )
