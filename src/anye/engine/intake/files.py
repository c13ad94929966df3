"""A file read once, sheet by sheet: recognised by the headings, and clean blocks of the sheets that follow one profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby
from pathlib import Path

import polars as pl

from anye.engine.errors import FileFault
from anye.engine.intake.clean import Cleaned, Context, clean_file, cover_queries
from anye.engine.intake.formats import SheetInfo
from anye.engine.intake.given_back import origins
from anye.engine.intake.notes import Notes
from anye.engine.intake.periods import file_month
from anye.engine.intake.profile import Profile
from anye.engine.intake.reading import read_blocks
from anye.engine.intake.recognise import Recognised, recognise
from anye.engine.intake.totals import Claim, claims_of

HEADING_LINES = 40


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet that follows the file's profile; `number` counts the file's sheets with content from 0.

    `head`: its first lines, those above its rows among them.
    """

    number: int
    known: Recognised
    head: pl.DataFrame
    blocks: Iterator[pl.DataFrame]

    @property
    def heading(self) -> pl.DataFrame:
        """The lines above its rows."""
        return self.head.filter(pl.col("_line") <= self.known.header.last_line)

    @property
    def mends(self) -> str | None:
        """The load whose refused rows it brings back, where it is a sheet of faults."""
        found = origins(self.head.filter(pl.col("_line") > self.known.header.last_line), self.known.header.labels)
        return found.item(0, "slip") if found.height else None


Spans = Sequence[Sequence[int]]
"""Rows of a file: sheet number (from 0), first line, last line."""


class OpenFile:
    """A recognised file, read as far as its first sheet that a profile knows.

    `month` is what that sheet's title, else the file's name, says; `mends` the load that a sheet of faults came from;
    `is_long`: several lines make one fact (insurance with a line a premium).
    `notes` are complete once the blocks are read.
    """

    def __init__(self, path: Path, profiles: Iterable[Profile], *, name: str, block_rows: int) -> None:
        """Raises FileFault: as reading does, heading_unknown, no_rows."""
        self._name, self._profiles = name, list(profiles)
        self.notes = Notes()
        self._infos: dict[str | None, SheetInfo] = {}
        self._profile: Profile | None = None
        self._covers: list[tuple[int, str, list[Claim]]] = []
        told = partial(_note, self._infos)
        self._sheets = self._taken(read_blocks(path, block_rows=block_rows, told=told))
        first = next(self._sheets)
        self.profile = first.known.profile
        self.month = file_month(first.known.header.title, name, sources=self.profile.month_from)
        self.mends = first.mends
        self.is_long = "premium_kind" in first.known.binding.sources
        self._sheets = chain((first,), self._sheets)

    def blocks(self, context: Context, *, left_out: Spans = ()) -> Iterator[tuple[int, Cleaned]]:
        """Every sheet's number and its clean blocks, once. The same file and size of blocks give the same blocks."""
        for sheet in self._sheets:
            context.left_out = _lines_of(sheet.number, left_out)
            cleaned = clean_file(sheet.blocks, profile=self.profile, header=sheet.known.header, context=context)
            for at, block in enumerate(cleaned):
                self.notes.no_rows.update(block.no_rows["kind"].to_list())
                yield sheet.number, replace(block, heading=sheet.heading) if at == 0 else block
        for number, name, claims in self._covers:
            if (told := cover_queries(name, claims, context)) is not None:
                yield number, told

    def _taken(self, blocks: Iterator[pl.DataFrame]) -> Iterator[Sheet]:
        """The sheets of the profile that the first recognised one follows."""
        fault: FileFault | None = None
        for number, (name, lines) in enumerate(groupby(blocks, key=lambda block: block.item(0, "_sheet"))):
            head = head_of(lines)
            try:
                top = pl.concat(head, how="diagonal").head(HEADING_LINES)
                known = recognise(top, self._profiles)
            except FileFault as problem:
                if problem.code != "heading_unknown":
                    raise
                fault = fault or problem
                if claims := claims_of(head[0]):
                    self._covers.append((number, name or self._name, claims))
                self._pass_over(name, chain(head, lines), None)
                continue
            if self._profile is None:
                self._profile = known.profile
            elif known.profile is not self._profile:
                self._pass_over(name, chain(head, lines), known.profile)
                continue
            self.notes.look_at(self._infos.get(name), columns=len(known.header.labels))
            yield Sheet(number, known, top, _below(chain(head, lines), known.header.last_line))
        if self._profile is None:
            raise fault or FileFault("no_rows", {})

    def _pass_over(self, name: str | None, blocks: Iterable[pl.DataFrame], profile: Profile | None) -> None:
        lines = sum(block.height for block in blocks)
        self.notes.pass_over(name or self._name, lines=lines, profile=profile, info=self._infos.get(name))


def _note(infos: dict[str | None, SheetInfo], info: SheetInfo) -> None:
    infos[info.name] = info


def _lines_of(sheet_no: int, spans: Spans) -> frozenset[int]:
    return frozenset(line for number, first, last in spans if number == sheet_no for line in range(first, last + 1))


def head_of(lines: Iterator[pl.DataFrame]) -> list[pl.DataFrame]:
    """The first blocks of a sheet, as many as a heading may need."""
    head: list[pl.DataFrame] = []
    while sum(block.height for block in head) < HEADING_LINES and (block := next(lines, None)) is not None:
        head.append(block)
    return head


def _below(blocks: Iterable[pl.DataFrame], last_line: int) -> Iterator[pl.DataFrame]:
    """The lines below the heading."""
    for block in blocks:
        below = block if block.item(0, "_line") > last_line else block.filter(pl.col("_line") > last_line)
        if below.height:
            yield below
