"""A file opened for loading: its sheets recognised by their headings, its rows as numbered clean blocks."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from anye.engine.errors import FileFault
from anye.engine.intake.clean import Context as Cleaning
from anye.engine.intake.clean import clean_file
from anye.engine.intake.periods import file_month
from anye.engine.intake.profile import Profile
from anye.engine.intake.reading import read_blocks, sheets
from anye.engine.intake.recognise import Recognised, recognise
from anye.flow.blocks import Block, Context

HEADING_LINES = 40


@dataclass(frozen=True)
class OpenSheet:
    """One sheet that follows the file's profile; `number` counts all sheets of the file from 0."""

    number: int
    name: str | None
    known: Recognised


@dataclass(frozen=True)
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
            raw = read_blocks(
                self.path, sheet=sheet.name, block_rows=block_rows, start_line=sheet.known.header.last_line + 1
            )
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
    for number, sheet in enumerate(sheets(path)):
        try:
            top = next(read_blocks(path, sheet=sheet.name, block_rows=HEADING_LINES))
            known = recognise(top, candidates)
        except (FileFault, StopIteration) as problem:
            if isinstance(problem, FileFault) and problem.code not in {"heading_unknown", "no_rows"}:
                raise
            fault = fault or (problem if isinstance(problem, FileFault) else None)
            passed_over.append(sheet.name or name)
            continue
        if found and known.profile.name != found[0].known.profile.name:
            passed_over.append(sheet.name or name)
            continue
        found.append(OpenSheet(number, sheet.name, known))
    if not found:
        raise fault or FileFault("no_rows", {})
    profile = found[0].known.profile
    month = file_month(found[0].known.header.title, name, sources=profile.month_from)
    return OpenFile(path, name, profile, tuple(found), month, tuple(passed_over))
