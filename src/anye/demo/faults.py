"""Which worker gets which single fault or harmless oddity, and how it looks in the row.

Each is chosen and written down here, before any rule exists; nobody gets two. Faults that take a row out of the
registry are never put on the head of a larger household, so that no household loses its head by accident.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from anye.demo.forms import Cell, LedgerSpec, job_cells, place_text
from anye.demo.identity import id_check, id_lost, id_short
from anye.demo.names import damaged, other_name, spaced, traditional
from anye.demo.people import HEAD, Worker
from anye.demo.spelling import wage_words, wide

#: Planted per thousand workers, at least one of each where any worker suits.
REFUSED_RATES = {
    "id_missing": 3.0, "id_length": 2.0, "id_chars": 1.0, "id_date": 1.0, "id_check": 3.0, "id_precision_lost": 5.0,
    "multi_person": 1.5, "duplicate_row": 3.0, "number_unreadable": 1.2, "mojibake": 1.0, "name_missing": 0.5,
}  # fmt: skip
QUERIED_RATES = {
    "Q02": 3.0, "Q03": 3.0, "Q04": 1.5, "Q06": 4.0, "headless": 1.0, "two_headed": 1.0, "no_start": 3.0,
    "end_before_start": 1.2, "overlap": 1.2, "Q10": 3.0,
}  # fmt: skip
INNOCENT_RATES = {
    "two_spells": 1.5, "short_id": 8.0, "lower_x": 6.0, "wide_digits": 6.0, "spaced_id": 3.0, "spaced_name": 6.0,
    "traditional_name": 6.0, "phone_in_note": 8.0, "wage_words": 10.0,
}  # fmt: skip
#: Idle people whom the insurance files show (see `anye.demo.insurance`).
INSURED_RATES = {"idle_insured": 15.0, "idle_before": 4.0, "idle_mismatch": 0.4}
#: Roles that leave the worker without any loaded row.
LOSING = {*REFUSED_RATES, "absorbed"} - {"duplicate_row"}
FLEXIBLE = "灵活就业"
#: The rule that one row alone shows. The other queried roles need two rows, or a household.
ROW_RULES = {"Q02": "Q02", "Q03": "Q03", "Q06": "Q06", "Q10": "Q10", "no_start": "Q08", "end_before_start": "Q08"}


@dataclass(slots=True)
class Row:
    """One data line to be written. At most one of `refused`, `queried` and `innocent` is set."""

    worker: Worker
    cells: dict[str, Cell]
    refused: str | None = None
    queried: str | None = None
    innocent: str | None = None


@dataclass(slots=True)
class Plan:
    """Roles live on the workers; here is what two of them need besides."""

    wrong_village: dict[str, str] = field(default_factory=dict)
    """ID number → village name written instead (Q06)."""
    partner: dict[str, Worker] = field(default_factory=dict)
    """ID number → the second person squeezed into the same row (multi_person)."""


def assign_roles(workers: Sequence[Worker], specs: Sequence[LedgerSpec], random: Random) -> Plan:
    """Set `role` on the chosen workers; the rarest chances choose first."""
    plan = Plan()
    spec_of = {spec.town.code: spec for spec in specs}
    scale = len(workers) / 1000
    order = list(workers)
    random.shuffle(order)
    _wrong_pairs(order, spec_of, plan, max(2, round(QUERIED_RATES["Q06"] * scale)), random)
    _squeezed(workers, spec_of, plan, max(1, round(REFUSED_RATES["multi_person"] * scale)), random)
    for role, rate in (QUERIED_RATES | INNOCENT_RATES | REFUSED_RATES | INSURED_RATES).items():
        if role in ("Q06", "multi_person"):
            continue
        wanted = max(1, round(rate * scale))
        for worker in order:
            if wanted == 0:
                break
            if worker.role is None and _suits(role, worker, spec_of[worker.town.code]):
                worker.role = role
                wanted -= 1
    return plan


def _suits(role: str, worker: Worker, spec: LedgerSpec) -> bool:
    """Whether the form can show this role on this worker without a second fault by accident."""
    form, size = spec.form, len(worker.household.members)
    is_safe = not form.has_households or not worker.is_head or size == 1
    checks: dict[str, bool] = {
        "number_unreadable": form.has("wage") and worker.job is not None and is_safe,
        "Q03": form.has("birth"),
        "Q04": not form.has_households or not worker.is_head,
        "no_start": form.has("start") and worker.job is not None,
        "end_before_start": form.has("end") and worker.job is not None,
        "overlap": form.has("end") and worker.job is not None and worker.job.kind != FLEXIBLE,
        "two_spells": form.has("end") and worker.job is not None,
        "Q10": form.has("wage") and worker.job is not None,
        "wage_words": form.has("wage") and worker.job is not None,
        "short_id": worker.born_on.year < 2000,
        "lower_x": worker.id_number.endswith("X"),
        "spaced_name": True,
        "traditional_name": traditional(worker.name) != worker.name,
        "phone_in_note": form.has("note"),
        "id_precision_lost": is_safe and id_check(worker.id_number[:15] + "00") != "0" and worker.id_number[-1] != "X",
    }  # fmt: skip
    if role in ("headless", "two_headed"):
        is_free = all(member.role is None for member in worker.household.members)
        return form.has_households and size > 1 and worker.is_head and is_free
    if role in INSURED_RATES:
        return worker.job is None
    return checks.get(role, is_safe if role in REFUSED_RATES and role != "duplicate_row" else True)


def _wrong_pairs(order: list[Worker], spec_of: dict[str, LedgerSpec], plan: Plan, count: int, random: Random) -> None:
    """Whole households under a pair of town and village that does not exist (Q06)."""
    district = next(iter(spec_of.values())).district
    for town, village in district.wrong_pairs(random, count):
        for worker in order:
            spec = spec_of[worker.town.code]
            can_show = spec.form.has("village") or spec.area_style != "code"
            if (
                worker.town.name == town
                and can_show
                and all(member.role is None for member in worker.household.members)
            ):
                for member in worker.household.members:
                    member.role = "Q06"
                    plan.wrong_village[member.id_number] = village
                break


def _squeezed(
    workers: Sequence[Worker], spec_of: dict[str, LedgerSpec], plan: Plan, count: int, random: Random
) -> None:
    """Two people in one row: the last two of a household of three, or two neighbours where there are no households."""
    pairs = [
        (first, second)
        for first, second in pairwise(workers)
        if first.household is second.household
        and not (spec_of[first.town.code].form.has_households and first.is_head)
        and first.role is None
        and second.role is None
    ]
    for first, second in random.sample(pairs, min(count, len(pairs))):
        if first.role is None and second.role is None:
            first.role, second.role = "multi_person", "absorbed"
            plan.partner[first.id_number] = second


def planted_rows(worker: Worker, cells: dict[str, Cell], spec: LedgerSpec, plan: Plan, random: Random) -> list[Row]:
    """The worker's lines with the role written in: none when absorbed by a neighbour's line, two for some roles."""
    role = worker.role
    row = Row(worker, cells)
    if role is None or role in INSURED_RATES:
        return [row]
    if role == "absorbed":
        return []
    if role in _EXTRA:
        return _EXTRA[role](row, spec, random)
    if role == "multi_person":
        _squeeze(row, plan.partner[worker.id_number], spec)
    elif role == "Q06":
        village = plan.wrong_village[worker.id_number]
        cells |= {"village": village, "area": place_text(spec, village, worker.village.code)}
    elif role in _CELLS:
        _CELLS[role](cells, worker, spec, random)
    row.refused = role if role in REFUSED_RATES else None
    row.innocent = role if role in INNOCENT_RATES else None
    row.queried = ROW_RULES.get(role)
    return [row]


def written_relation(worker: Worker) -> str:
    """The relation a clerk writes: right, but for the head of a headless household and the second of two heads."""
    if worker.role == "headless":
        return "配偶"
    members = worker.household.members
    is_second_head = members[0].role == "two_headed" and worker is members[1]
    return HEAD if is_second_head else worker.relation


def _squeeze(row: Row, other: Worker, spec: LedgerSpec) -> None:
    mark = "\n" if spec.suffix == "xlsx" else "、"
    row.cells |= {
        "name": f"{row.worker.name}{mark}{other.name}",
        "id": f"{row.worker.id_number}{mark}{other.id_number}",
        "phone": f"{row.worker.phone}{mark}{other.phone}",
    }


def _duplicate(row: Row, _spec: LedgerSpec, _random: Random) -> list[Row]:
    return [row, Row(row.worker, dict(row.cells), refused="duplicate_row")]


def _clash(row: Row, _spec: LedgerSpec, random: Random) -> list[Row]:
    return [row, Row(row.worker, row.cells | {"name": other_name(row.worker.name, random)})]


def _second_spell(row: Row, _spec: LedgerSpec, _random: Random) -> list[Row]:
    """A second job: at the same time for `overlap`, before the first for `two_spells`.

    Odd jobs beside another one are nothing to ask about, so the one at the same time is of the first one's kind.
    """
    job = row.worker.job
    assert job is not None
    other: dict[str, Cell] = {
        "employer": "渝北区禾序家庭农场",
        "trade": "杂工",
        "contract": None,
    }
    if row.worker.role == "overlap":
        return [row, Row(row.worker, row.cells | other | {"start": job.started_on + timedelta(days=35)})]
    other["work_kind"] = FLEXIBLE
    before = job_cells(job, job.started_on) | {"start": job.started_on - timedelta(days=400)}
    before |= other | {"end": job.started_on - timedelta(days=65)}
    return [row, Row(row.worker, row.cells | before, innocent="two_spells")]


def _id_precision(cells: dict[str, Cell], worker: Worker, spec: LedgerSpec, random: Random) -> None:
    if random.random() < 0.3:
        cells["id"] = worker.id_number[:15] + "000"
    elif spec.suffix == "xlsx":
        cells["id"] = id_lost(worker.id_number)
    else:
        cells["id"] = f"{id_lost(worker.id_number):.5E}"


def _id_check(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    number = worker.id_number
    cells["id"] = number[:-1] + random.choice([digit for digit in "123456789" if digit != number[-1]])


def _id_date(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    body = worker.id_number[:10] + random.choice(("0230", "1301", "0631", "0431")) + worker.id_number[14:17]
    cells["id"] = body + id_check(body)


def _id_length(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    place = random.randrange(6, 17)
    number = worker.id_number
    cells["id"] = (
        number[:place] + number[place + 1 :] if random.random() < 0.7 else number[:place] + "1" + number[place:]
    )


def _id_chars(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    place = random.randrange(8, 16)
    cells["id"] = worker.id_number[:place] + "X" + worker.id_number[place + 1 :]


def _wrong_sex(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, _random: Random) -> None:
    cells["sex"] = "女" if worker.sex == "男" else "男"


def _wrong_birth(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    """Another year, and so another month however the date is spelled."""
    year = worker.born_on.year + random.choice((-10, -1, 1, 2))
    cells["birth"] = date(year, worker.born_on.month, min(worker.born_on.day, 28))


def _end_before_start(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    assert worker.job is not None
    cells["end"] = worker.job.started_on - timedelta(days=random.randint(40, 400))


def _phone_in_note(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    cells |= {"note": random.choice(("电话{}", "本人手机：{}", "常年在外，联系{}")).format(worker.phone), "phone": None}


def _spaced_id(cells: dict[str, Cell], worker: Worker, _spec: LedgerSpec, random: Random) -> None:
    number = worker.id_number
    cells["id"] = random.choice(
        (f"{number} ", f"{number[:6]} {number[6:14]} {number[14:]}", f"\t{number}", f"{number}\u3000")
    )


Change = Callable[[dict[str, Cell], Worker, LedgerSpec, Random], None]
_EXTRA: dict[str, Callable[[Row, LedgerSpec, Random], list[Row]]] = {
    "duplicate_row": _duplicate, "Q04": _clash, "overlap": _second_spell, "two_spells": _second_spell,
}  # fmt: skip
_CELLS: dict[str, Change] = {
    "id_missing": lambda cells, _w, _s, random: cells.update(id=random.choice((None, None, "无", "待补"))),
    "id_length": _id_length,
    "id_chars": _id_chars,
    "id_date": _id_date,
    "id_check": _id_check,
    "id_precision_lost": _id_precision,
    "number_unreadable": lambda cells, _w, _s, random: cells.update(wage=random.choice(("35oo", "28#0", "三K多"))),
    "mojibake": lambda cells, worker, _s, random: cells.update(name=damaged(worker.name, random)),
    "name_missing": lambda cells, _w, _s, _r: cells.update(name=None),
    "Q02": _wrong_sex,
    "Q03": _wrong_birth,
    "Q10": lambda cells, _w, _s, random: cells.update(wage=random.randrange(80, 270, 10)),
    "no_start": lambda cells, _w, _s, _r: cells.update(start=None),
    "end_before_start": _end_before_start,
    "short_id": lambda cells, worker, _s, random: cells.update(
        id=int(id_short(worker.id_number)) if random.random() < 0.3 else id_short(worker.id_number)
    ),
    "lower_x": lambda cells, worker, _s, _r: cells.update(id=worker.id_number.lower()),
    "wide_digits": lambda cells, worker, _s, _r: cells.update(id=wide(worker.id_number)),
    "spaced_id": _spaced_id,
    "spaced_name": lambda cells, worker, _s, random: cells.update(name=spaced(worker.name, random)),
    "traditional_name": lambda cells, worker, _s, _r: cells.update(name=traditional(worker.name)),
    "phone_in_note": _phone_in_note,
    "wage_words": lambda cells, worker, _s, random: cells.update(
        wage=wage_words(worker.job.wage if worker.job else 0, random)
    ),
}
