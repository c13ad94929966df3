"""One town's ledger, from workers to a file: headings, merged cells, 同上, totals, notes, and each line's truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

from anye.demo.faults import LOSING, Plan, Row, planted_rows, written_relation
from anye.demo.forms import Cell, LedgerSpec, clerk_cells
from anye.demo.people import HEAD, Worker
from anye.demo.sheets import Sheet, write_text, write_workbook
from anye.demo.spelling import DAY_STYLES, MONTH_STYLES, spell_day, spell_month
from anye.demo.truth import Clash, FileTruth, Mark, Truth

#: Merged over the lines of one household, and over the lines of one village.
HOUSEHOLD_KEYS, VILLAGE_KEYS = ("household", "head"), ("town", "village", "area")
#: Written 同上 when the line above says the same.
DITTO_KEYS = ("area", "town", "village", "address", "helper")
GUIDE = ("填表说明", "一、姓名须与身份证一致。", "二、就业起始日期填写到日。", "三、没有的内容不填。")


def write_ledger(
    spec: LedgerSpec, workers: Sequence[Worker], plan: Plan, folder: Path, truth: Truth, on: date, seed: int
) -> list[Row]:
    """Write the town's file and add its truth; gives back the rows as written, in order."""
    random = Random(f"{seed}-ledger-{spec.town.code}")
    file = FileTruth(spec.name, "ledger", spec.form.name, spec.town.code[:9])
    rows = [row for worker in workers for row in _rows_of(worker, spec, plan, on, random)]
    pages = _pages(spec, rows)
    sheets = [_Page(spec, name, random, on, file).fill(part) for name, part in pages]
    if spec.suffix == "xlsx":
        if spec.number == 24:
            sheets.append(Sheet("填表说明", [[text] for text in GUIDE]))
        write_workbook(folder / spec.name, sheets)
    elif spec.suffix == "csv":
        write_text(folder / spec.name, sheets[0].lines, encoding="gb18030", delimiter=",")
    else:
        write_text(folder / spec.name, sheets[0].lines, encoding="utf-16", delimiter="\t")
    truth.files.append(file)
    return rows


def _rows_of(worker: Worker, spec: LedgerSpec, plan: Plan, on: date, random: Random) -> list[Row]:
    collected_on = on - timedelta(days=random.randint(0, 14))
    cells = clerk_cells(worker, spec, collected_on, random)
    cells["relation"] = written_relation(worker)
    return planted_rows(worker, cells, spec, plan, random)


def _pages(spec: LedgerSpec, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Sheet names with their rows: two workbooks have two sheets, the villages shared between them."""
    villages = sorted({row.worker.village.code for row in rows})
    if spec.number not in (14, 25) or len(villages) < 2:
        return [("Sheet1", rows)]
    half = set(villages[: len(villages) // 2])
    first = [row for row in rows if row.worker.village.code in half]
    return [("第一片区", first), ("第二片区", [row for row in rows if row.worker.village.code not in half])]


class _Page:
    """One sheet under construction. Lines are numbered from 1 in the truth, as people count them."""

    def __init__(self, spec: LedgerSpec, name: str, random: Random, on: date, file: FileTruth) -> None:
        self.spec, self.random, self.on, self.file = spec, random, on, file
        self.columns = spec.form.columns
        self.place = {key: place for place, (key, _, _) in enumerate(self.columns)}
        self.sheet = Sheet(name)
        self.sheet_name = name if spec.suffix == "xlsx" else None
        self.day_style = random.choice(DAY_STYLES)
        self.birth_is_month = random.random() < 0.5
        self.above: dict[str, Cell] = {}
        self.count = 0

    def fill(self, rows: list[Row]) -> Sheet:
        """Write everything: title, heading, villages with what stands between them, total and notes."""
        if self.spec.number == 2:
            self._line({})
        self._title(f"{self.spec.district.name}{self.spec.town.name}{self.spec.form.title}")
        self._title(f"填报单位：{self.spec.town.name}    填报时间：{self.on.year}年{self.on.month}月{self.on.day}日")
        self._heading()
        villages = [list(part) for _, part in groupby(rows, key=lambda row: row.worker.village.code)]
        for place, part in enumerate(villages):
            self._village(part)
            if place + 1 < len(villages):
                self._between(len(part), is_middle=place + 1 == len(villages) // 2 and len(rows) > 25)
        self._line({self.columns[0][0]: "合计", "name": self.count})
        self._line({self.columns[0][0]: "备注：本表由村（社区）填报，镇街审核。"})
        self._line({self.columns[0][0]: "填表人：              审核人：              单位负责人："})
        return self.sheet

    def _line(self, cells: dict[str, Cell]) -> int:
        """Append one line; gives its place from 0."""
        self.sheet.lines.append([cells.get(key) for key, _, _ in self.columns])
        return len(self.sheet.lines) - 1

    def _title(self, text: str) -> None:
        place = self._line({self.columns[0][0]: text})
        self.sheet.merges.append((place, 0, place, len(self.columns) - 1))
        self.sheet.bold.add(place)

    def _heading(self) -> None:
        """One line of headings, or two: groups above, and headings without a group merged over both."""
        self.above = {}
        if not self.spec.form.is_two_line:
            self.sheet.bold.add(self._line({key: label for key, label, _ in self.columns}))
            return
        upper: dict[str, Cell] = {key: label for key, label, group in self.columns if not group}
        left = 0
        for group, part in groupby(self.columns, key=lambda column: column[2]):
            size = len(list(part))
            if group:
                upper[self.columns[left][0]] = group
            left += size
        top = self._line(upper)
        self._line({key: label for key, label, group in self.columns if group})
        self.sheet.bold |= {top, top + 1}
        left = 0
        for group, part in groupby(self.columns, key=lambda column: column[2]):
            size = len(list(part))
            if group:
                self.sheet.merges.append((top, left, top, left + size - 1))
            else:
                self.sheet.merges.extend((top, place, top + 1, place) for place in range(left, left + size))
            left += size

    def _between(self, size: int, *, is_middle: bool) -> None:
        """What stands between two villages: subtotals in some files, blank lines, the heading once more."""
        if self.spec.number % 3 == 0:
            self._line({self.columns[0][0]: "小计", "name": size})
            self.above = {}
        if self.random.random() < 0.2:
            self._line({})
            self.above = {}
        if is_middle:
            self._heading()

    def _village(self, rows: list[Row]) -> None:
        first = len(self.sheet.lines)
        for row in rows:
            self._row(row)
        if self.spec.is_merging:
            self._merge(first, rows)

    def _row(self, row: Row) -> None:
        self.count += 1
        # A row entered twice is a copy of the line above, number apart, spelling and all.
        cells = self.above | {"no": self.count} if row.refused == "duplicate_row" else self._spelled(row)
        repeated = set() if self.spec.is_merging else {key for key in DITTO_KEYS if self._repeats(key, cells)}
        place = self._line({key: "同上" if key in repeated else cell for key, cell in cells.items()})
        self.above = cells
        if self.spec.suffix == "xlsx" and self.random.random() < 0.004:
            self.sheet.hidden.add(place)
            self.file.hidden.append(Mark(self.sheet_name, place + 1, "hidden"))
        self._note_truth(row, place + 1)

    def _repeats(self, key: str, cells: dict[str, Cell]) -> bool:
        """Whether the clerk writes 同上: six times in ten where the line above says the same."""
        return cells.get(key) is not None and cells[key] == self.above.get(key) and self.random.random() < 0.6

    def _note_truth(self, row: Row, line: int) -> None:
        self.file.rows += 1
        for what, marks in (
            (row.refused, self.file.refused),
            (row.queried, self.file.queried),
            (row.innocent, self.file.innocent),
        ):
            if what:
                marks.append(Mark(self.sheet_name, line, what))

    def _spelled(self, row: Row) -> dict[str, Cell]:
        """The row's cells with dates in the file's usual spelling, one in five in another."""
        cells = {key: cell for key, cell in row.cells.items() if key in self.place}
        cells["no"] = self.count
        for key in ("birth", "start", "end", "collected"):
            day = cells.get(key)
            if isinstance(day, date):
                style = self.day_style if self.random.random() < 0.8 else self.random.choice(DAY_STYLES)
                by_month = self.birth_is_month if key == "birth" else self.spec.form.has("end") and key != "collected"
                cells[key] = spell_month(day, self.random.choice(MONTH_STYLES)) if by_month else spell_day(day, style)
        if self.random.random() < 0.05 and isinstance(cells.get("wage"), int):
            cells["wage"] = str(cells["wage"])
        return cells

    def _merge(self, first: int, rows: list[Row]) -> None:
        """Merge equal neighbours of one household, and of one village, and blank what the merge covers."""
        households = [row.worker.household.code for row in rows]
        if self.spec.suffix != "xlsx":
            # Saved as text, a merge is only blanks: the clerk fills in again wherever a head stands, or none could tell.
            heads = [place for place, row in enumerate(rows) if row.cells["relation"] == HEAD]
            for place in heads:
                households[place] += f"/{place}"
        for keys, of in ((HOUSEHOLD_KEYS, households), (VILLAGE_KEYS, [""] * len(rows))):
            for column in (self.place[key] for key in keys if key in self.place):
                values = [(self.sheet.lines[first + place][column], same) for place, same in enumerate(of)]
                start = first
                for _, part in groupby(values):
                    size = len(list(part))
                    if size > 1:
                        self.sheet.merges.append((start, column, start + size - 1, column))
                        for covered in range(start + 1, start + size):
                            self.sheet.lines[covered][column] = None
                    start += size


def add_ledger_truth(truth: Truth, rows: Sequence[Row], spec: LedgerSpec) -> None:
    """Add what the loaded rows of one file amount to: people, groups, households, spells, clashes."""
    form = spec.form
    firsts: dict[str, Row] = {}
    for row in rows:
        worker = row.worker
        if row.refused or worker.role in LOSING:
            continue
        if worker.id_number in firsts and row.cells["name"] != firsts[worker.id_number].cells["name"]:
            truth.clashes.append(Clash(worker.id_number, (worker.name, str(row.cells["name"])), spec.name))
            continue
        firsts.setdefault(worker.id_number, row)
        if form.has("start") and row.cells.get("employer"):
            kind = {"no_start": "no_start", "end_before_start": "end_before_start"}.get(worker.role or "", "clean")
            truth.spells[kind] = truth.spells.get(kind, 0) + 1
    truth.persons += len(firsts)
    for row in firsts.values():
        worker = row.worker
        village = "" if worker.role == "Q06" else worker.village.code
        truth.persons_by_village[village] = truth.persons_by_village.get(village, 0) + 1
        truth.not_employed += worker.job is None
        truth.without_status += not form.has("status") and not form.has("lifted")
        for group in _groups(worker, spec):
            truth.memberships[group] = truth.memberships.get(group, 0) + 1
        if worker.role == "overlap":
            truth.overlapping.append(worker.id_number)
        if worker.role in ("headless", "two_headed"):
            getattr(truth, worker.role).append(worker.household.code)
    if form.has_households:
        truth.households += len({row.worker.household.code for row in firsts.values()})
        truth.household_members += len(firsts)


def _groups(worker: Worker, spec: LedgerSpec) -> list[str]:
    """The groups that this form's columns state for the worker."""
    form = spec.form
    if not form.has("status") and not form.has("lifted"):
        return ["disabled"] if worker.disability else []
    groups = ["disabled"] if worker.disability else []
    if form.has("low_income") and worker.is_low_income:
        groups.append("low_income")
    if form.has("status"):
        groups.append(worker.status)
    else:
        groups.append("poor" if worker.status == "poor" else "lifted")
    return groups
