"""Random rows about few people and firms: in the registry's own tables, and as plain dictionaries beside them."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.apps import apps

from anye.engine.entitle.months import last_day
from anye.flow.drawing.file import Draw
from anye.flow.specs import SPECS, FactSpec
from anye.records.firms.models import Firm
from anye.records.people.models import Household, Person
from anye.records.registers.models import Batch, Source, Support
from tests.conftest import District

Row = dict[str, Any]
Draws = Mapping[str, tuple[Draw, ...]]
FIRST = 672  # January 2026
KNOWN_DAYS = (dt.date(2026, 1, 10), dt.date(2026, 4, 10), dt.date(2026, 7, 10), dt.date(2026, 10, 10))
ON_DAYS = (dt.date(2026, 1, 9), dt.date(2026, 4, 10), dt.date(2026, 7, 9), dt.date(2026, 12, 1))
LEDGERS = ("village_ledger", "social_insurance")
OFTEN = {
    "insurance": 0,
    "attendance": 40,
    "payroll": 30,
    "payment": 220,
    "filing": 9,
    "membership": 40,
    "detail": 50,
    "status": 80,
    "enrolment": 60,
    "post": 30,
    "firm": 40,
    "refund": 25,
}
UNITS = ("甲社区", "乙社区", "某厂")  # a post's unit may be a firm that pays premiums
TEXTS = {
    "unit": ("", *UNITS[:2]), "post_name": ("保洁员", "护林员"), "employer_name": ("一厂", "二厂"),
    "role": ("法定代表人", "股东"), "name": ("一号", "二号"), "item": ("其他补贴",), "ground": ("其他",),
    "batch_no": ("", "B1", "B1"),
    "level": ("", "不详", "初级工"), "value": ("不详",), "trade": ("", "焊工", "育婴员"), "number": ("", "1", "2"),
}  # fmt: skip
BIRTHS = ("1980-05-06", "1975-11", "1969", "不详", "1990-01-31")
NUMBERS = {
    "weekly_tenths": (None, 0, 240, 241, 400), "days_tenths": (None, 0, 5, 220), "contract_months": (None, 0, 12, 36, 5_000),
    "pay_fen": (None, 0, 180_000, 9_000_000), "net_fen": (None, 0, 1, 300_000), "year": (2024, 2025, 2026, 2027),
    "insured": (None, 0, 12, 2_000_000), "laid_off": (None, 0, 3), "premium_fen": (None, 0, 500_000, 10**12),
    "hours_tenths": (None, 0, 399, 400, 1_000), "days": (None, 0, 5, 7, 10), "standard_fen": (None, 0, 90_000, 9_000_000),
}  # fmt: skip


@dataclass
class World:
    """What was made. `names`: of firms; `rows`: name of the table's description → its rows; `supports`: (table, id) → batches."""

    persons: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    firms: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    supports: dict[tuple[str, int], list[Batch]] = field(default_factory=dict)


def make_world(random: Random, district: District, draws: Draws) -> World:
    """Six persons, one of them hidden, in two households; three firms, and rows of every table that a fact is drawn from."""
    world, scope_no = World(), district["willow"].scope_no
    for n in range(6):
        person = Person.objects.create(
            token=f"drawn-{n}", scope_no=scope_no, name="某人", name_key="某人", is_hidden=n == 3
        )
        (world.hidden if n == 3 else world.persons).append(person.pk)
    for n, unit in enumerate(UNITS):
        world.firms.append(Firm.objects.create(token=f"firm-{n}", code=f"unit:{n}", name=unit, name_key=unit).pk)
    world.names = dict(zip(world.firms, UNITS, strict=True))
    registers = sorted({draw.no.register for each in draws.values() for draw in each if draw.no.register})
    codes = [*LEDGERS * 3, *(code for code in registers for _ in range(random.choice((0, 2, 4, 6, 6))))]
    sources = {each.code: each for each in Source.objects.filter(code__in=codes)}
    world.batches = Batch.objects.bulk_create(
        _batch(random, number, sources[code]) for number, code in enumerate(codes)
    )
    _insert(random, world, SPECS["household"], _homes(random, world, scope_no), scope_no)
    names = [name for each in draws.values() for draw in each for name in (draw.spec.name, *draw.beside)]
    names += ["post" for each in draws.values() if each[0].fact.of == "post"]  # whose rows say which posts there are
    for name, spec in ((name, SPECS[name]) for name in dict.fromkeys(names)):
        mine = [draw for each in draws.values() for draw in each if draw.spec.name == name]
        rows = [_row(random, spec, mine, world) for _ in range(min(OFTEN.get(name, 20), 20 * max(len(mine), 1)))]
        if name in {"payment", "firm_payment"}:
            rows += [_reply(random, random.choice(rows)) for _ in range(len(rows) // 3)]
        _insert(random, world, spec, rows + (_insured(random, world, spec) if name == "insurance" else []), scope_no)
    return world


def _batch(random: Random, number: int, source: Source) -> Batch:
    month = _first(FIRST + random.randrange(-4, 12))
    digest = hashlib.sha256(f"drawn-{number}".encode()).digest()
    return Batch(
        token=f"drawn-{number}", source=source, profile_version=1, sha256=digest, digest=digest,
        file_name=random.choice(("a.xlsx", "a.xlsx", "a.xlsx", "")), file_month=random.choice((None, month, month)),
        known_on=random.choice(KNOWN_DAYS), loaded_by="tests", started_at="2026-01-01T00:00Z",
        state=random.choice(("published", "published", "published", "failed")),
    )  # fmt: skip


def _row(random: Random, spec: FactSpec, draws: Sequence[Draw], world: World) -> Row:
    """A row that one of the draws is likely to take; of a catalogue, any."""
    row = _source(random, spec, world) | {name: _value(random, name, kind) for name, kind in spec.columns.items()}
    if "firm_id" in spec.columns:
        may_lack = (None,) if spec.name == "spell" else ()
        row["firm_id"] = random.choice((*world.firms, *may_lack))
    if spec.name == "trade":
        return row | {"name": random.choice(TEXTS["trade"]), "office_no": random.choice((1, 2))}
    if draws:
        row |= _taken(random, random.choice(draws), row)
    if row.get("kind") == "birth":
        row["value"] = random.choice(BIRTHS)
    if spec.name == "payment" and random.random() < 0.3:
        row["kind"] = "reply"
    if spec.name == "attendance" and random.random() < 0.2:
        row["post_name"] = ""
    return row | _span(random, spec)


def _reply(random: Random, row: Row) -> Row:
    """What the bank may say of a row of a list."""
    day = row["paid_on"] and row["paid_on"] + dt.timedelta(random.choice((0, 0, 3)))
    return row | {
        "kind": "reply",
        "outcome": random.choice(("failed", "failed", "succeeded")),
        "paid_on": random.choice((None, day, day)),
    }


def _taken(random: Random, draw: Draw, row: Row) -> Row:
    """What makes a draw take a row."""
    where = draw.no.told if draw.no.told and random.random() < 0.4 else draw.where
    found = {name: random.choice(values) for name, values in where.items()}
    for name, words in draw.words.items():
        if random.random() < 0.8:
            found[name] = f"2026年{random.choice(words)}（第一批）"
    for name, words in draw.unless.items():
        if random.random() < 0.3:
            found[name] = f"{found.get(name, row[name])}{random.choice(words)}"
    if draw.codes and random.random() < 0.9 and draw.type_of(draw.of[0]) == "text":
        code = random.choice(list(dict.fromkeys(draw.codes.values())))
        found[draw.of[0]] = random.choice([str(word) for word, means in draw.codes.items() if means == code])
    return found


def _homes(random: Random, world: World, scope_no: int) -> list[Row]:
    """Who lives in which household: in one at a time, some in none; some move."""
    homes = [Household.objects.create(token=f"home-{n}", scope_no=scope_no, code=f"home-{n}").pk for n in range(2)]
    rows = []
    for person in [*world.persons, *world.hidden]:
        moves = random.choice((None, None, *KNOWN_DAYS[1:]))
        for known_on, retired_on in ((KNOWN_DAYS[0], moves), *(((moves, None),) if moves else ())):
            if random.random() < 0.8:
                rows.append({
                    "person_id": person, "household_id": random.choice(homes), "known_on": known_on,
                    "retired_on": retired_on, "source_batch": world.batches[0].pk,
                })  # fmt: skip
    return rows


def _source(random: Random, spec: FactSpec, world: World) -> Row:
    known_on = random.choice(KNOWN_DAYS)
    later = [day for day in KNOWN_DAYS if day > known_on]
    who = world.firms if spec.parent == "firm_id" else [*world.persons, *world.hidden]
    return {
        spec.parent: random.choice(who), "known_on": known_on, "source_batch": random.choice(world.batches).pk,
        "retired_on": random.choice(later) if later and random.random() < 0.4 else None,
    }  # fmt: skip


def _value(random: Random, name: str, kind: str) -> Any:
    if name.endswith(("_sealed", "_blind")) or kind == "bytea":
        return None
    if name == "month":
        return dt.date(2026, 1, 1) if random.random() < 0.1 else _first(FIRST + random.randrange(-3, 12))
    if kind == "date":
        return _day(random) if random.random() < {"travelled_on": 1, "paid_on": 0.85}.get(name, 0.7) else None
    if kind == "boolean":
        return random.choice((None, True, False))
    if kind in {"bigint", "integer"}:
        return random.choice(NUMBERS.get(name, (0, 5_000, 80_000)))
    return f"s{random.random()}" if name == "slot" else random.choice(TEXTS.get(name, ("",)))


def _first(month: int) -> dt.date:
    return last_day(month).replace(day=1)


def _day(random: Random) -> dt.date:
    """Often a first or a last day, or the one before."""
    last = last_day(FIRST + random.randrange(-16, 14))
    return random.choice((last, last - dt.timedelta(1), last.replace(day=1), last.replace(day=random.randrange(1, 28))))


def _span(random: Random, spec: FactSpec) -> Row:
    if "valid_from" not in spec.columns:
        return {}
    days = sorted((_day(random), _day(random)))
    return {
        "valid_from": days[0] if random.random() < 0.7 else None,
        "valid_to": days[1] if random.random() < 0.55 else None,
    }


def _insured(random: Random, world: World, spec: FactSpec) -> list[Row]:
    """Months at firms one after the other, with gaps, in months that came at all; premiums that are told, nil or not known."""
    came = [month for month in range(FIRST - 16, FIRST + 13) if random.random() < 0.95]
    owing = {(firm, year) for firm in world.firms for year in range(54, 58) if random.random() < 0.5}
    rows = []
    for person in [*world.persons, *world.hidden]:
        for firm in random.sample(world.firms, 2):
            begins, is_free = random.choice((FIRST - 20, FIRST - 6, FIRST + 3)), random.random() < 0.3
            for month in (month for month in came if month >= begins and random.random() < 0.93):
                premiums = {
                    name: random.choice((None, 0, 3_000)) if is_free or random.random() < 0.02 else 4_000
                    for name in spec.columns
                    if name.endswith("_fen")
                }
                if random.random() < 0.05:
                    premiums |= {"medical_firm_paid_fen": 3_000_000}
                premiums |= _unemployment(random, may_owe=(firm, month // 12) in owing)
                rows.append(
                    _source(random, spec, world)
                    | premiums
                    | {"person_id": person, "firm_id": firm, "month": _first(month)}
                )
    return rows


def _unemployment(random: Random, *, may_owe: bool) -> Row:
    """Premiums that reach what is due, seldom by more than nothing; where some may be owed, a fen less, or one not known."""
    found: Row = {"unemployment_firm_payable_fen": 4_000, "unemployment_worker_payable_fen": 2_000}
    found |= {"unemployment_firm_paid_fen": 3_000, "unemployment_firm_waived_fen": 1_000}
    found |= {
        "unemployment_worker_paid_fen": random.choice((2_000, 2_000, 2_500)),
        "unemployment_worker_waived_fen": random.choice((None, 0)),
    }
    if may_owe and random.random() < 0.2:
        found[random.choice(("unemployment_firm_paid_fen", "unemployment_worker_paid_fen"))] = random.choice(
            (None, 1_999, 1_999)
        )
    return found


def _insert(random: Random, world: World, spec: FactSpec, rows: list[Row], scope_no: int) -> None:
    model = next(each for each in apps.get_models() if each._meta.db_table == spec.table)
    seen, kept = set(), []
    for row in rows:
        key = tuple(row[name] for name in (spec.parent, *spec.key))
        if row["retired_on"] is None and key in seen:
            continue
        seen |= {key} if row["retired_on"] is None else set()
        kept.append(row)
    scope = {"scope_no": scope_no} if spec.is_scoped else {}
    made = model._default_manager.bulk_create(
        model(**row, **scope, source_line=1, retired_by=row["retired_on"] and row["source_batch"]) for row in kept
    )
    for row, one in zip(kept, made, strict=True):
        row["id"] = one.pk
    world.rows[spec.name] = kept
    supports = {(spec.table, row["id"]): random.sample(world.batches, 3) for row in kept if random.random() < 0.6}
    world.supports |= supports
    Support.objects.bulk_create(
        Support(fact_table=table, fact_id=fact, batch=batch, sheet_no=0, line=1)
        for (table, fact), batches in supports.items()
        for batch in batches
    )


__all__ = ["FIRST", "ON_DAYS", "SPECS", "Draws", "Row", "World", "make_world"]
