"""Rows that a load did not take, or asked about, go back in the file's own layout, to be mended and loaded again.

They are drawn from the sealed source rows, block by block, as the batch role. Cells are as they were read; where one
pointed upwards (同上, a blank below a household's first line), it says what it meant, for the line above may not be there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.conf import settings
from django.utils import timezone

from anye.engine.errors import FileFault
from anye.engine.intake.above import Above, filled_down, said_above
from anye.engine.intake.given_back import HEADINGS, places, slip, without_ours
from anye.engine.intake.lines import cell_names, trimmed
from anye.engine.intake.mapping import mapped_profile
from anye.engine.intake.periods import file_month
from anye.engine.intake.profile import Binding, Profile
from anye.engine.intake.recognise import Recognised, recognise
from anye.engine.intake.rows import named_cells
from anye.engine.sealing import Keyring
from anye.flow import sentences, staging
from anye.flow.blocks import HEADING, REFUSED, ROWS
from anye.flow.sheet_writer import SheetWriter, Top
from anye.packs import read_pack
from anye.records.accounts.models import Role
from anye.records.accounts.queries import HeldDuty
from anye.records.accounts.scope import Scope
from anye.records.audit.keys import keyring
from anye.records.registers import queries
from anye.records.registers.models import Batch, Fault, FaultSheet, Source

# whoever serves households and may see what stands in their rows; nobody else needs the cells
TAKERS = frozenset({Role.VILLAGE_WORKER, Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.POVERTY_OFFICE})
LEVELS = ("refused", "queried")
BETWEEN = {True: "；", False: "; "}


@dataclass(frozen=True)
class Asked:
    """What is given back of a load: rows of these levels within the range, told of in a language. `mark`: see SheetWriter."""

    batch: Batch
    levels: tuple[str, ...]
    reach: Scope
    language: str
    mark: str = ""


class GivingBackRefused(ValueError):
    """Rows that cannot be given back; `code` says why: no_heading, no_rows, long_form."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Part:
    """Some thousand rows of a sheet as they were read, and how its heading is understood; `top`: the lines above."""

    number: int
    rows: pl.DataFrame
    top: pl.DataFrame
    known: Recognised

    @property
    def name(self) -> str | None:
        """The sheet's own name, if it has one."""
        names = self.rows.get_column("_sheet") if self.rows.height else self.top.get_column("_sheet")
        return names[0] if len(names) else None


def may_take(duty: HeldDuty, source: Source) -> bool:
    """Whether a duty is given rows of a register: cells in clear, those of justice and health to who must see them alone."""
    return duty.role in TAKERS and (duty.reach.sees_restricted or not source.is_restricted)


def _profile_of(batch: Batch) -> Profile | None:
    """What the load was read with: a register of the pack or of one's own, or what a person said of its headings."""
    profile = read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles.get(batch.source.code)
    if profile is None or batch.mapping is None:
        return profile
    return mapped_profile(profile, queries.sheet_mapping(batch.mapping))


def give_back_to(duty: HeldDuty, sheet: FaultSheet, out: Path) -> int:
    """Write what an officer asked for; how many rows there are. Raises GivingBackRefused."""
    asked_at = timezone.localtime(sheet.asked_at)
    mark = f"{sheet.asked_by} {asked_at:%Y-%m-%d %H:%M} {sheet.purpose}"
    return write(Asked(sheet.batch, tuple(sheet.levels), duty.reach, sheet.language, mark), out)


def write(asked: Asked, out: Path) -> int:
    """Write the rows asked for with the pack's profile and the keys of this registry. Raises GivingBackRefused."""
    profile = _profile_of(asked.batch)
    if profile is None:
        raise GivingBackRefused("no_heading")
    return give_back(asked, profile, keyring(), out)


def give_back(asked: Asked, profile: Profile, keys: Keyring, out: Path) -> int:
    """Write the rows asked for to a workbook; how many there are. Raises GivingBackRefused."""
    mates: set[str] = set()
    for part, faults in _with_faults(asked, profile, keys):
        if _is_long(part.known.binding):
            # whose the other lines are, is not known: they may be another village's
            if not queries.is_loaded_within(asked.batch.pk, asked.reach):
                raise GivingBackRefused("long_form")
            mates |= _names_of(part, faults)
    written = 0
    with SheetWriter(out, title=asked.batch.file_name, mark=asked.mark) as sheet:
        begun = -1
        for part, faults in _with_faults(asked, profile, keys):
            rows = _meant(part, faults, mates)
            # the first sheet names the month of all: it is there even without rows
            if part.number != begun and (rows.height or begun < 0):
                sheet.begin(_top(asked, part, is_first=begun < 0))
                begun = part.number
            for line, *cells in rows.iter_rows():
                found = faults.get(line, [])
                sheet.row(cells, _told(asked, part, line, found), _wrong(part.known, found))
                written += 1
    if not written:
        raise GivingBackRefused("no_rows")
    return written


def _with_faults(asked: Asked, profile: Profile, keys: Keyring) -> Iterator[tuple[Part, dict[int, list[Fault]]]]:
    """Every part in order, with what is wrong with which of its lines. Parts without faults come too: 同上 may need them."""
    above = Above()
    for part in _parts(asked.batch.pk, profile, keys):
        above.enter(part.name)
        lines = part.rows.get_column("_line")
        faults: dict[int, list[Fault]] = {}
        if len(lines):
            found = queries.faults_to_give_back(
                asked.batch.pk, part.number, (lines[0], lines[-1]), levels=asked.levels, reach=asked.reach
            )
            for fault in found:
                faults.setdefault(fault.line, []).append(fault)
        yield _said(part, above), faults


def _parts(batch: int, profile: Profile, keys: Keyring) -> Iterator[Part]:
    """The source rows of a batch, loaded and refused, in the order of the file."""
    number, known, top = -1, None, pl.DataFrame()
    for sheet_no, sealed in queries.raw_blocks(batch):
        frames = staging.unpack(sealed, keys)
        if HEADING in frames and sheet_no != number:
            number, top = sheet_no, frames[HEADING]
            try:
                known = recognise(top, [profile])
            except FileFault:
                raise GivingBackRefused("no_heading") from None
        if known is None or sheet_no != number:
            raise GivingBackRefused("no_heading")
        rows = [frames[name].select("_line", "_sheet", *cell_names(frames[name])) for name in (ROWS, REFUSED)]
        yield Part(sheet_no, pl.concat(rows, how="diagonal").sort("_line"), top, known)


def _said(part: Part, above: Above) -> Part:
    """The part with what its cells meant where they pointed upwards."""
    rows, binding = part.rows, part.known.binding
    if rows.is_empty():
        return part
    lines = without_ours(trimmed(rows), binding.labels)
    said = said_above(lines, binding=binding, above=above)
    named = filled_down(named_cells(said, binding=binding), binding=binding, above=above)
    cells = {name: rows[name] for name in cell_names(rows)}
    for name in cells:
        if not said[name].equals(lines[name], null_equal=True):
            is_ditto = said[name].ne_missing(lines[name])
            cells[name] = pl.select(pl.when(is_ditto).then(said[name]).otherwise(rows[name]))[:, 0].alias(name)
    for column in binding.columns:
        first = f"c{binding.sources[column.name][0]}"
        if column.fills_down and first in cells:
            own = named_cells(said, binding=binding)[column.name]
            meant = pl.when(own.is_null()).then(named[column.name]).otherwise(cells[first])
            cells[first] = pl.select(meant)[:, 0].alias(first)
    return Part(part.number, rows.with_columns(list(cells.values())), part.top, part.known)


def _meant(part: Part, faults: dict[int, list[Fault]], mates: set[str]) -> pl.DataFrame:
    """`_line` and the file's own columns of the rows that are given back, ours of an earlier time left out."""
    binding = part.known.binding
    labels, ours = binding.labels, set(places(binding.labels).values())
    own = [f"c{at}" for at in range(len(labels)) if at not in ours]
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in own if name not in part.rows.columns]
    rows = part.rows.with_columns(missing)
    if rows.is_empty():
        return rows.select("_line", *own)
    given = pl.col("_line").is_in(list(faults))
    if _is_long(binding):
        name = named_cells(trimmed(rows), binding=binding)["name"]
        rows = rows.with_columns(name.alias("_name"))
        # a person's lines become one fact: without the others, the mended one would push them aside
        given = pl.col("_name").is_in(sorted(mates))
    # a number that was merged over two people belongs to the one whose line it stood in
    number = binding.label("id_number")[:80]
    shared = [line for line, found in faults.items() if any(_is_shared(fault, number) for fault in found)]
    blank = {f"c{at}" for at in binding.sources.get("id_number", ())} & set(own)
    return rows.filter(given).select(
        "_line",
        *(
            pl.when(~pl.col("_line").is_in(shared)).then(pl.col(name)).alias(name) if name in blank else pl.col(name)
            for name in own
        ),
    )


def _is_shared(fault: Fault, number: str) -> bool:
    return fault.reason == "multi_person" and fault.column == number


def _is_long(binding: Binding) -> bool:
    """Whether a person has a line for each kind of premium."""
    return "premium_kind" in binding.sources


def _names_of(part: Part, faults: dict[int, list[Fault]]) -> set[str]:
    """Who is named in the lines at fault."""
    if part.rows.is_empty() or not faults:
        return set()
    named = named_cells(trimmed(part.rows), binding=part.known.binding)
    return set(named.filter(pl.col("_line").is_in(list(faults)))["name"].drop_nulls())


def _top(asked: Asked, part: Part, *, is_first: bool) -> Top:
    """The lines above the rows, as the file has them, and the month of the file where only its name said it."""
    header, profile = part.known.header, part.known.profile
    ours = set(places(header.labels).values())
    titles: list[list[str | None]] = []
    headings: list[list[str | None]] = []
    for line in part.top.sort("_line").iter_rows(named=True):
        spread = line.get("_merged") or []
        is_title = line["_line"] < header.first_line
        cells = [
            None if is_title and at in spread else line.get(f"c{at}")
            for at in range(len(header.labels))
            if at not in ours
        ]
        (titles if is_title else headings).append(cells)
    month = asked.batch.file_month
    if month and "title" in profile.month_from:
        named = file_month(header.title, "", sources=("title",))
        if named != month and (is_first or named is None):
            titles.insert(0, [f"所属月份：{month.year}年{month.month}月"])
    depth = len(header.lines)
    name = part.name or profile.title["zh" if sentences.is_chinese(asked.language) else "en"]
    return Top(name, titles, headings[:depth], headings[depth:], _ours(asked.language))


def _ours(language: str) -> tuple[str, ...]:
    return HEADINGS["zh" if sentences.is_chinese(language) else "en"]


def _told(asked: Asked, part: Part, line: int, faults: Sequence[Fault]) -> list[str]:
    """What our columns say of a row."""
    is_zh = sentences.is_chinese(asked.language)
    what, cure = [], []
    for fault in faults:
        told = what_and_cure(fault, asked.language)
        colon = "：" if is_zh else ": "
        what.append(f"{fault.column}{colon}{told[0]}" if fault.column else told[0])
        cure.append(told[1])
    if not faults:
        what.append(
            "此行已取用，列出是为同一人的各险种完整。" if is_zh else "Taken already; here so that the person is whole."
        )
        cure.append("请原样保留。" if is_zh else "Leave it as it is.")
    texts = [BETWEEN[is_zh].join(dict.fromkeys(filter(None, each))) for each in (what, cure)]
    return [slip(asked.batch.token, part.number), part.name or "", str(line), *texts]


def what_and_cure(fault: Fault, language: str) -> tuple[str, str]:
    """What is wrong with a row, and what whoever keeps the sheet can do about it."""
    if fault.level == "refused":
        return sentences.reason_what(fault.reason, language, fault.params), sentences.reason_cure(
            fault.reason, language
        )
    told = sentences.rule_what(fault.reason, language, fault.params)
    return told, sentences.rule_cure(fault.reason, language, fault.params)


def _wrong(known: Recognised, faults: Sequence[Fault]) -> set[int]:
    """The columns, among the file's own, that something is wrong in."""
    ours = set(places(known.header.labels).values())
    labels = [label[:80] for at, label in enumerate(known.header.labels) if at not in ours]
    columns = {str(fault.column or fault.params.get("column") or "") for fault in faults}
    return {labels.index(column) for column in columns if column in labels}
