"""What stands on the page of columns: what is guessed, what somebody tried before, or what was just sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, QueryDict

from anye.doors.office.mappings.words import masked_cell, spellings
from anye.engine.intake.guess import Guess, Table, guess
from anye.engine.intake.header import DEEPEST
from anye.engine.intake.mapping import SheetMapping
from anye.engine.intake.profile import Profile
from anye.engine.intake.sample import Sample, SampleSheet
from anye.packs import read_pack
from anye.records.audit.day import registry_day
from anye.records.registers import mappings
from anye.records.registers import queries as registers
from anye.records.registers.models import MappingTrial, Upload

LINES_OFFERED = 10  # lines that a heading may be said to begin on


@dataclass(frozen=True)
class Place:
    """Which sheet, and where its heading stands."""

    sheet_no: int
    line: int
    depth: int

    @property
    def heading(self) -> str:
        """As a form sends it."""
        return f"{self.line}-{self.depth}"


@dataclass(frozen=True)
class Draft:
    """A table under a register, with what each of its columns is said to mean."""

    profile: Profile
    sample: Sample
    place: Place
    table: Table
    guesses: tuple[Guess, ...]
    mapping: SheetMapping

    @property
    def sheet(self) -> SampleSheet:
        return self.sample.sheets[self.place.sheet_no]

    def unknown_codes(self, asked: Mapping[str, Iterable[str]]) -> list[tuple[str, list[tuple[str, str]]]]:
        """Column → spellings that its codes do not know with the code they were given; `asked`: what a trial found besides."""
        found = []
        for index, name in enumerate(self.mapping.meanings):
            column = self.profile.by_name.get(name)
            if column is None or not column.codes:
                continue
            said = self.mapping.codes.get(name, {})
            words = spellings([*said, *self.table.shapes[index].unknown_codes(column), *asked.get(name, ())])
            if words:
                found.append((name, [(word, said.get(word, "")) for word in words]))
        return found


def profile_of(source: str) -> Profile:
    """A register of the pack. Raises Http404."""
    profile = read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles.get(source)
    if profile is None:
        raise Http404
    return profile


def opened(upload: Upload) -> Sample:
    """The sample of a file that waits. Raises Http404 where nothing is left of it."""
    sample = mappings.sample_of(upload)
    if sample is None or not sample.sheets:
        raise Http404
    return sample


def place_of(sample: Sample, told: QueryDict) -> Place:
    """What a form names, else the first sheet with a likely heading and that heading."""
    likely = next((at for at, sheet in enumerate(sample.sheets) if sheet.heading), 0)
    sheet_no = _number(told.get("sheet"), likely, most=len(sample.sheets) - 1)
    line, _dash, depth = (told.get("heading") or "").partition("-")
    usual = sample.sheets[sheet_no].heading or (sample.sheets[sheet_no].lines(1)[0][0], 1)
    place = Place(sheet_no, _number(line, usual[0]), _number(depth, usual[1]))
    return place if table_at(sample, place) else Place(sheet_no, *usual)


def _number(text: str | None, default: int, *, most: int | None = None) -> int:
    number = int(text) if text and text.isdecimal() and len(text) < 9 else default
    return number if most is None or number <= most else default


def table_at(sample: Sample, place: Place) -> Table | None:
    return sample.sheets[place.sheet_no].table(place.line, place.depth, on=registry_day())


def guessed(sample: Sample, place: Place, profile: Profile) -> Draft:
    """What the columns may mean. What was said of just this heading before goes before every guess."""
    table = _table(sample, place)
    before = mappings.last_mapping(SheetMapping(profile.name, table.header.labels, ()).signature)
    guesses = guess(table, profile, earlier=mappings.meanings_said(profile.name))
    codes = before.codes if before and before.source.code == profile.name else {}
    meanings = tuple(each.column for each in guesses)
    return Draft(profile, sample, place, table, guesses, _mapping(profile, table, meanings, codes))


def sent(sample: Sample, place: Place, profile: Profile, form: QueryDict) -> Draft:
    """What somebody sent, beside what was guessed."""
    table = _table(sample, place)
    guesses = guess(table, profile, earlier=mappings.meanings_said(profile.name))
    meanings = tuple(form.get(f"meaning-{at}", "")[:60] for at in range(len(table.header.labels)))
    codes: dict[str, dict[str, str]] = {}
    for column, word, code in zip(form.getlist("column"), form.getlist("word"), form.getlist("code"), strict=False):
        if code and column in meanings and column in profile.by_name:
            codes.setdefault(column, {})[word] = code
    return Draft(profile, sample, place, table, guesses, _mapping(profile, table, meanings, codes))


def of_trial(sample: Sample, trial: MappingTrial, profile: Profile) -> Draft:
    """What was tried, to be changed."""
    place = Place(trial.sheet_no, trial.line, trial.depth)
    table = _table(sample, place)
    guesses = guess(table, profile, earlier=mappings.meanings_said(profile.name))
    return Draft(profile, sample, place, table, guesses, registers.sheet_mapping(trial))


def _table(sample: Sample, place: Place) -> Table:
    table = table_at(sample, place) if place.sheet_no < len(sample.sheets) else None
    if table is None:
        raise Http404
    return table


def _mapping(profile: Profile, table: Table, meanings: tuple[str, ...], codes: Any) -> SheetMapping:
    header = table.header
    return SheetMapping(profile.name, header.labels, meanings, depth=len(header.lines), codes=codes)


def headings_offered(sheet: SampleSheet) -> list[tuple[str, str]]:
    """Lines that the heading may stand in: each of the first ones, alone and with one or two below it.

    Their words are told as far as the likely heading; below it stand people.
    """
    lines = sheet.lines(LINES_OFFERED + DEEPEST - 1)
    above = sum(sheet.heading) if sheet.heading else 0
    offered = []
    for at, (line, words) in enumerate(lines[:LINES_OFFERED]):
        for depth in range(1, min(DEEPEST, len(lines) - at) + 1):
            span = str(line) if depth == 1 else f"{line}–{lines[at + depth - 1][0]}"
            offered.append((f"{line}-{depth}", f"{span} · {masked_cell(words)}" if line < above else span))
    return offered
