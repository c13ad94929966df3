"""A file opened for loading: its sheets recognised by their headings, its rows as numbered clean blocks."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from anye.engine.errors import FileFault
from anye.engine.intake.clean import Context as Cleaning
from anye.engine.intake.clean import clean_file
from anye.engine.intake.periods import file_month
from anye.engine.intake.profile import Profile
from anye.engine.intake.reading import read_blocks, sheets
from anye.engine.intake.recognise import Recognised, recognise
from anye.flow.blocks import Block, Context

HEADING_LINES = 40
SMALL_LINES = 20_000  # a file of so few lines is read once: each reading of a workbook starts a process


@dataclass(frozen=True, eq=False)
class OpenSheet:
    """One sheet that follows the file's profile; `number` counts the file's sheets with content from 0.

    `lines` is all of the sheet when the file is small, None when it is to be read in blocks.
    """

    number: int
    name: str | None
    known: Recognised
    lines: pl.DataFrame | None

    def blocks(self, path: Path, block_rows: int) -> Iterator[pl.DataFrame]:
        """The lines below the heading."""
        last = self.known.header.last_line
        if self.lines is None:
            return read_blocks(path, sheet=self.name, block_rows=block_rows, start_line=last + 1)
        below = self.lines.filter(pl.col("_line") > last)
        return (below.slice(at, block_rows) for at in range(0, below.height, block_rows))


@dataclass(frozen=True, eq=False)
class OpenFile:
    """A recognised file. `month` is what its title, else its name, says; `passed_over` are sheets it does not take."""

    path: Path
    name: str
    profile: Profile
    sheets: tuple[OpenSheet, ...]
    month: dt.date | None
    passed_over: tuple[str, ...]

    def blocks(self, context: Context, *, known_on: dt.date, block_rows: int) -> Iterator[Block]:
        """Every block of every sheet in order. The same file gives the same numbers."""
        number = 0
        cleaning = Cleaning(
            on=known_on, areas=context.areas, trial=context.trial, file_name=self.name, month=self.month
        )
        for sheet in self.sheets:
            raw = sheet.blocks(self.path, block_rows)
            for cleaned in clean_file(raw, profile=self.profile, header=sheet.known.header, context=cleaning):
                yield Block(number, sheet.number, cleaned)
                number += 1


def open_file(path: Path, profiles: Mapping[str, Profile], *, source: str | None, name: str) -> OpenFile:
    """Recognise a file. Raises FileFault: as reading does, heading_unknown, unknown_source."""
    if source is not None and source not in profiles:
        raise FileFault("unknown_source", {"source": source, "known": sorted(profiles)})
    candidates = [profiles[source]] if source else list(profiles.values())
    found: list[OpenSheet] = []
    passed_over: list[str] = []
    fault: FileFault | None = None
    for number, (sheet, top, lines) in enumerate(_tables(path)):
        try:
            known = recognise(top, candidates)
        except FileFault as problem:
            if problem.code != "heading_unknown":
                raise
            fault = fault or problem
            passed_over.append(sheet or name)
            continue
        if found and known.profile.name != found[0].known.profile.name:
            passed_over.append(sheet or name)
            continue
        found.append(OpenSheet(number, sheet, known, lines))
    if not found:
        raise fault or FileFault("no_rows", {})
    profile = found[0].known.profile
    month = file_month(found[0].known.header.title, name, sources=profile.month_from)
    return OpenFile(path, name, profile, tuple(found), month, tuple(passed_over))


def _tables(path: Path) -> Iterator[tuple[str | None, pl.DataFrame, pl.DataFrame | None]]:
    """Of each sheet with content: its name, its first lines, and all its lines if the whole file is small."""
    if small := _small(path):
        for sheet, lines in small.items():
            yield sheet, lines.head(HEADING_LINES), lines
        return
    for info in sheets(path):
        try:
            top = next(read_blocks(path, sheet=info.name, block_rows=HEADING_LINES), None)
        except FileFault as problem:
            if problem.code != "no_rows":
                raise
            top = None
        if top is not None:
            yield info.name, top, None


def _small(path: Path) -> dict[str | None, pl.DataFrame]:
    """A small file's sheets, each as one block. Nothing when it is large, or faulty further down: then by its parts."""
    found: dict[str | None, pl.DataFrame] = {}
    lines = 0
    try:
        for block in read_blocks(path, block_rows=SMALL_LINES):
            sheet = block.item(0, "_sheet")
            lines += block.height
            if sheet in found or lines > SMALL_LINES:
                return {}
            found[sheet] = block
    except FileFault:
        if not found:
            raise
        return {}
    return found
