"""Monthly social-insurance files (社会保险缴费明细): who is insured by whom, and the premiums payable, waived and paid.

From February to June 2020 the employer's pension, unemployment and injury premiums were waived for small firms and
halved for large ones, and the employer's medical premium was halved (阶段性减免, 人社部发〔2020〕11号).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from anye.demo.faults import LOSING
from anye.demo.firms import Firm
from anye.demo.forms import Cell
from anye.demo.identity import credit_inner_wrong, credit_outer_wrong, id_check, id_lost, id_short
from anye.demo.names import damaged, other_name, spaced, traditional
from anye.demo.people import Worker, population
from anye.demo.sheets import write_long_workbook, write_text
from anye.demo.truth import FileTruth, InsuredIdle, Mark, Truth

#: Kind, heading, and the employer's and the worker's rates in thousandths of the base.
KINDS = (("养老保险", 160, 80), ("医疗保险", 85, 20), ("失业保险", 5, 5), ("工伤保险", 4, 0))
WAIVED_MONTHS = ("2020-02", "2020-03", "2020-04", "2020-05", "2020-06")
OFFICES = ("城区", "开发区", "乡镇")
#: Rows of one month at scale 1, the share of strangers insured in every month, and wrong-code firms a month.
ROWS_A_MONTH, STEADY_SHARE, WRONG_CODE_FIRMS = 20_000, 0.88, 5
#: Faulty rows among strangers, per thousand of them, at least one of each in a month.
FAULT_RATES = {
    "id_missing": 0.5, "id_length": 0.4, "id_check": 0.8, "id_date": 0.2, "id_precision_lost": 0.8,
    "duplicate_row": 0.8, "number_unreadable": 0.4, "mojibake": 0.4,
}  # fmt: skip


@dataclass(slots=True)
class Enrolled:
    """One person insured through one firm. `why`: attached, stranger, ledger_row_refused or name_mismatch."""

    id_number: str
    name: str
    firm: Firm
    base: int
    months: tuple[str, ...]
    why: str
    is_idle: bool = False
    variant: str | None = None
    """A harmless other spelling in the insurance file: traditional_name, spaced_name, short_id or lower_x."""


def enrol(
    workers: Sequence[Worker], firms: Sequence[Firm], months: tuple[str, ...], seed: int, scale: float
) -> list[Enrolled]:
    """Everybody in the insurance files, in the order of their firms."""
    random = Random(f"{seed}-enrolment")
    firm_of = {firm.credit_code: firm for firm in firms}
    weights = [firm.weight for firm in firms]
    people: list[Enrolled] = []
    for worker in workers:
        job, role = worker.job, worker.role
        if job is not None and job.credit_code and job.is_insured and role != "Q04":
            since = tuple(month for month in months if month >= f"{job.started_on:%Y-%m}")
            why = "ledger_row_refused" if role in LOSING else "attached"
            base = max(3080, job.wage // 40 * 40)
            people.append(Enrolled(worker.id_number, worker.name, firm_of[job.credit_code], base, since, why))
        elif role in ("idle_insured", "idle_before", "idle_mismatch"):
            firm = random.choices(firms, weights)[0]
            name = other_name(worker.name, random) if role == "idle_mismatch" else worker.name
            why = "name_mismatch" if role == "idle_mismatch" else "attached"
            of = _idle_months(role, months, random)
            people.append(Enrolled(worker.id_number, name, firm, 3080, of, why, role != "idle_mismatch"))
    for one in people:
        if one.why == "attached":
            one.variant = _variant(one, random)
    people += _strangers({worker.id_number for worker in workers}, len(people), firms, months, seed, scale)
    place = {firm.credit_code: number for number, firm in enumerate(firms)}
    return sorted(people, key=lambda one: place[one.firm.credit_code])


def _idle_months(role: str, months: tuple[str, ...], random: Random) -> tuple[str, ...]:
    """Months of an idle person's insurance: up to the last, or up to the one before it."""
    if role == "idle_before":
        return months[:-1][-random.randint(1, 2) :]
    return months if role == "idle_mismatch" else months[-random.choice((1, 2, len(months), len(months))) :]


def _variant(one: Enrolled, random: Random) -> str | None:
    roll = random.random() * (0.4 if one.is_idle else 1.0)
    if roll < 0.03:
        return "traditional_name" if traditional(one.name) != one.name else None
    if roll < 0.06:
        return "spaced_name"
    if roll < 0.10:
        return "short_id" if one.id_number[6:8] == "19" else None
    return "lower_x" if roll < 0.25 and one.id_number.endswith("X") else None


def _strangers(
    known: set[str], count: int, firms: Sequence[Firm], months: tuple[str, ...], seed: int, scale: float
) -> list[Enrolled]:
    """People of no ledger, enough to fill the months; one in eight joins or leaves."""
    random = Random(f"{seed}-strangers")
    wanted = max(60, round(ROWS_A_MONTH * scale * 1.04) - count)
    weights = [firm.weight for firm in firms]
    drawn = population(wanted, seed + 1_000_003)
    people = []
    for number, name in drawn.select("id_number", "name").iter_rows():
        if number in known:
            continue
        cut = random.randint(1, len(months)) if random.random() > STEADY_SHARE else 0
        spell = months[cut:] or months[:1] if cut else months
        base = random.choices(range(3080, 12080, 40), weights=range(225, 0, -1))[0]
        people.append(Enrolled(number, name, random.choices(firms, weights)[0], base, spell, "stranger"))
    return people


@cache
def premiums(base: int, is_large: bool, is_waived: bool) -> tuple[int, ...]:
    """Fen in the order of `HEADINGS`: for each kind employer payable, waived, paid and worker payable, paid."""
    amounts: list[int] = []
    for kind, firm_rate, worker_rate in KINDS:
        payable = base * 100 * firm_rate // 1000
        waived = 0
        if is_waived:
            waived = payable // 2 if is_large or kind == "医疗保险" else payable
        amounts += [payable, waived, payable - waived]
        if worker_rate:
            amounts += [base * 100 * worker_rate // 1000] * 2
    return tuple(amounts)


#: Kind and part of each amount; the two-line heading has the kind above the part, the others write them together.
HEADINGS = tuple(
    (kind, part)
    for kind, _, worker_rate in KINDS
    for part in ("单位应缴", "单位减免", "单位实缴", *(("个人应缴", "个人实缴") if worker_rate else ()))
)


@cache
def _amount_cells(base: int, is_large: bool, is_waived: bool, office: int) -> tuple[Cell, ...]:
    amounts = premiums(base, is_large, is_waived)
    if office == 2:
        return (base, *(fen / 100 for fen in amounts))
    style = "{:,.2f}" if office == 1 else "{:.2f}"
    return tuple(style.format(fen / 100) for fen in (base * 100, *amounts))


def write_month(month: str, people: Sequence[Enrolled], folder: Path, truth: Truth, seed: int, scale: float) -> None:
    """Write the month's three files and add their truth."""
    random = Random(f"{seed}-insurance-{month}")
    insured = [one for one in people if month in one.months]
    wrong = _wrong_codes(insured, random, max(1, round(WRONG_CODE_FIRMS * scale)))
    faults = _faults(insured, wrong, random)
    truth.insurance_attached[month] = 0
    unattached: Counter[str] = Counter()
    for office, office_name in enumerate(OFFICES):
        writer = _MonthFile(month, office, office_name, random)
        for one in insured:
            if one.firm.channel == office:
                writer.add(one, wrong.get(one.firm.credit_code), faults.get(one.id_number))
        writer.write(folder)
        truth.files.append(writer.file)
        truth.insurance_attached[month] += writer.attached
        truth.insurance_attached_paid_fen[month] = truth.insurance_attached_paid_fen.get(month, 0) + writer.paid_fen
        unattached.update(writer.unattached)
    truth.insurance_unattached[month] = dict(sorted(unattached.items()))


def _wrong_codes(insured: Sequence[Enrolled], random: Random, count: int) -> dict[str, str]:
    """Small firms whose code the month's file has wrong, half of them in the inner check alone (Q05)."""
    sizes = Counter(one.firm.credit_code for one in insured)
    shy = {one.firm.credit_code for one in insured if one.is_idle or one.why == "name_mismatch"}
    small = sorted(code for code, size in sizes.items() if size <= 12 and code not in shy) or sorted(set(sizes) - shy)
    chosen = random.sample(small, min(count, len(small)))
    wrongs = (credit_outer_wrong, credit_inner_wrong)
    return {code: wrongs[place % 2](code, random) for place, code in enumerate(chosen)}


def _faults(insured: Sequence[Enrolled], wrong: dict[str, str], random: Random) -> dict[str, str]:
    """ID number → the fault of this stranger's row."""
    free = [one for one in insured if one.why == "stranger" and one.firm.credit_code not in wrong]
    random.shuffle(free)
    faults: dict[str, str] = {}
    for fault, rate in FAULT_RATES.items():
        for _ in range(max(1, round(rate * len(insured) / 1000))):
            place = next((at for at, one in enumerate(free) if _can_lose(one, fault)), None)
            if place is not None:
                faults[free.pop(place).id_number] = fault
    return faults


def _can_lose(one: Enrolled, fault: str) -> bool:
    return fault != "id_precision_lost" or (one.id_number[-1] != "X" and id_check(one.id_number[:15] + "00") != "0")


class _MonthFile:
    """One office's file of one month: UTF-8 with BOM, GB18030 with thousands separators, or a two-line workbook."""

    def __init__(self, month: str, office: int, office_name: str, random: Random) -> None:
        self.month, self.office, self.random = month, office, random
        year, number = month.split("-")
        self.words = f"{year}年{int(number)}月"
        suffix = "xlsx" if office == 2 else "csv"
        self.file = FileTruth(
            f"社保缴费明细_{month}_{office_name}.{suffix}", "insurance", f"insurance_{office + 1}", month
        )
        self.sheet = "缴费明细" if office == 2 else None
        self.lines: list[Sequence[Cell]] = []
        self.unattached: Counter[str] = Counter()
        self.attached = self.paid_fen = 0
        self._headings()

    def _headings(self) -> None:
        if self.office == 2:
            plain = ("序号", "单位名称", "统一社会信用代码", "姓名", "身份证号", "缴费基数")
            self.lines.append([f"渝北区社会保险缴费明细表（{self.words}）"])
            groups = [
                kind if place == 0 or HEADINGS[place - 1][0] != kind else None
                for place, (kind, _) in enumerate(HEADINGS)
            ]
            self.lines.append([*plain, *groups])
            self.lines.append([*([None] * len(plain)), *(part for _, part in HEADINGS)])
            return
        plain = (
            "单位名称",
            "统一社会信用代码",
            "姓名",
            "身份证号" if self.office == 0 else "证件号码",
            "费款所属期",
            "缴费基数",
        )
        self.lines.append([*plain, *(kind + part for kind, part in HEADINGS)])

    def add(self, one: Enrolled, wrong_code: str | None, fault: str | None) -> None:
        """Add the person's line (two for a duplicate) and its truth."""
        cells = self._cells(one, wrong_code)
        if fault and fault != "duplicate_row":
            self._spoil(cells, one, fault)
        self._append(cells, refused=fault if fault != "duplicate_row" else None, queried="Q05" if wrong_code else None)
        if fault == "duplicate_row":
            self._append(dict(cells), refused="duplicate_row")
        if one.variant:
            self.file.innocent.append(Mark(self.sheet, len(self.lines), one.variant))
        if fault and fault != "duplicate_row":
            return
        if one.why != "attached":
            self.unattached[one.why] += 1
            return
        self.attached += 1
        amounts = premiums(one.base, one.firm.is_large, self.month in WAIVED_MONTHS)
        self.paid_fen += sum(fen for fen, (_, part) in zip(amounts, HEADINGS, strict=True) if part.endswith("实缴"))

    def _cells(self, one: Enrolled, wrong_code: str | None) -> dict[str, Cell]:
        name, number = one.name, one.id_number
        match one.variant:
            case "traditional_name":
                name = traditional(name)
            case "spaced_name":
                name = spaced(name, self.random)
            case "short_id":
                number = id_short(number)
            case "lower_x":
                number = number.lower()
        amounts = _amount_cells(one.base, one.firm.is_large, self.month in WAIVED_MONTHS, self.office)
        cells: dict[str, Cell] = {
            "firm": one.firm.name,
            "code": wrong_code or one.firm.credit_code,
            "name": name,
            "id": number,
        }
        if self.office != 2:
            cells["month"] = self.month.replace("-", "") if self.office == 0 else self.words
        return cells | {str(place): cell for place, cell in enumerate(amounts)}

    def _spoil(self, cells: dict[str, Cell], one: Enrolled, fault: str) -> None:
        number = one.id_number
        match fault:
            case "id_missing":
                cells["id"] = None
            case "id_length":
                cells["id"] = number[:9] + number[10:]
            case "id_check":
                cells["id"] = number[:-1] + self.random.choice([digit for digit in "123456789" if digit != number[-1]])
            case "id_date":
                body = number[:10] + "0230" + number[14:17]
                cells["id"] = body + id_check(body)
            case "id_precision_lost":
                cells["id"] = id_lost(number)
            case "number_unreadable":
                cells["0"] = "########"
            case "mojibake":
                cells["name"] = damaged(one.name, self.random)

    def _append(self, cells: dict[str, Cell], *, refused: str | None = None, queried: str | None = None) -> None:
        line = list(cells.values())
        self.file.rows += 1
        self.lines.append([self.file.rows, *line] if self.office == 2 else line)
        if refused:
            self.file.refused.append(Mark(self.sheet, len(self.lines), refused))
        if queried:
            self.file.queried.append(Mark(self.sheet, len(self.lines), queried))

    def write(self, folder: Path) -> None:
        """Close with a total where the office writes one, and write the file."""
        width = len(self.lines[1])
        path = folder / self.file.name
        if self.office == 0:
            write_text(path, self.lines, encoding="utf-8-sig", delimiter=",")
            return
        self.lines.append(["合计", None, self.file.rows, *([None] * (width - 3))])
        if self.office == 1:
            write_text(path, self.lines, encoding="gb18030", delimiter=",")
            return
        merges, left = [(0, 0, 0, width - 1), *((1, place, 2, place) for place in range(6))], 6
        for _, _, worker_rate in KINDS:
            size = 5 if worker_rate else 3
            merges.append((1, left, 1, left + size - 1))
            left += size
        write_long_workbook(path, self.sheet or "", self.lines, merges)


def add_idle_truth(truth: Truth, workers: Sequence[Worker], people: Sequence[Enrolled]) -> None:
    """Note who is not employed in a ledger and insured all the same (Q09), and the innocents beside them."""
    enrolled = {one.id_number: one for one in people if one.is_idle}
    for worker in workers:
        if worker.role == "idle_mismatch":
            truth.name_mismatches.append(worker.id_number)
        elif worker.id_number in enrolled and enrolled[worker.id_number].months:
            one = enrolled[worker.id_number]
            truth.insured_idle.append(
                InsuredIdle(one.id_number, one.name, worker.village.code, one.months, one.firm.credit_code)
            )
            if worker.role == "idle_before":
                truth.insured_before_only.append(one.id_number)
