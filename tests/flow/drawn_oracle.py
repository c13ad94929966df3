"""What each fact is by its declaration in drawn.yaml, one person and one month at a time, in loops over plain rows."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from anye.engine.entitle.months import last_day, month_of
from anye.engine.intake.profile import Profile
from anye.flow.drawing.file import Draw
from tests.flow.drawn_choice import is_nearer, is_one_of, is_taken
from tests.flow.drawn_rows import SPECS, Draws, Row, World

Key = tuple[int | str, ...]
Answer = bool | int | str | None
"""None: not known."""


class Held(NamedTuple):
    """What a row says: from and to which day, whether it is known when it began, and the value, None where it says none."""

    begins: dt.date
    ends: dt.date
    is_sure: bool
    value: int | str | None


@dataclass
class Oracle:
    """The rows as known `on` a day, and the months that are judged."""

    world: World
    draws: Draws
    profiles: Mapping[str, Profile]
    first: int
    months: int
    on: dt.date
    told: dict[Any, Any] = field(default_factory=dict)

    def keys(self, subject: str) -> list[Key]:
        """Whoever has a row of the subject."""
        if subject == "person":
            return [(person,) for person in self.world.persons]
        if subject == "firm":
            return [(firm,) for firm in self.world.firms]
        found: set[Key] = set()
        if subject == "post":
            found = {(row["person_id"], row["unit"], row["post_name"]) for row in self.known("post")}
        else:
            for name in ("insurance", "payroll", "spell", "work_training"):
                found |= {(row["person_id"], row["firm_id"]) for row in self.known(name) if row["firm_id"] is not None}
        return sorted(key for key in found if key[0] in self.world.persons)

    def of_all(self, name: str, key: Key) -> list[Answer]:
        """The fact in every month."""
        draws = self.draws[name]
        months = range(self.first, self.first + self.months)
        if draws[0].fact.is_monthly:
            return [self.first_known(draws, key, month) for month in months]
        return [self.first_known(draws, key, None)] * self.months

    def first_known(self, draws: tuple[Draw, ...], key: Key, month: int | None) -> Answer:
        for draw in draws:
            found = self.whole(draw, key) if month is None else self.in_month(draw, key, month)
            if found is not None:
                return found
        return None

    def in_month(self, draw: Draw, key: Key, month: int) -> Answer:
        ways: dict[str, Callable[[Draw, Key, int], Answer]] = {
            "held": self.held, "positive": self.positive, "value": self.value, "month_of": self.value, "sum": self.sum,
            "months_since": self.months_since, "run": self.run, "in_full": self.in_full,
        }  # fmt: skip
        found = ways[draw.take](draw, key, month)
        return found if draw.take in {"held", "positive", "in_full", "value"} else within(draw, found)

    def whole(self, draw: Draw, key: Key) -> Answer:
        """A fact that is the same in all months."""
        if draw.take in {"value", "month_of"}:
            return self.latest(draw, key)
        if draw.take == "first_month":
            return within(draw, self.first_month(draw, key))
        if draw.take.startswith("paid"):
            return within(draw, self.paid(draw, key))
        answers = {self.in_month(draw, key, month) for month in range(self.first, self.first + self.months)}
        return True if True in answers else False if False in answers else None

    # ── one way of taking each ────────────────────────────────────────────────────────────────────────────────────────────
    def held(self, draw: Draw, key: Key, month: int) -> Answer:
        if draw.no.newer and self.last_word(draw, key, month, is_end=True) > self.last_word(
            draw, key, month, is_end=False
        ):
            return False
        if any(holds(draw, each, month) for each in self.said(draw, key)):
            return True
        if any(may_hold(draw, each, month) for each in self.said(draw, key)):
            return None
        return False if self.is_silent(draw, key, month) else None

    def positive(self, draw: Draw, key: Key, month: int) -> Answer:
        values = [each.value for each in self.said(draw, key) if holds(draw, each, month)]
        if any(value is not None and int(value) >= draw.least for value in values):
            return True
        if None in values:
            return None
        return False if values or self.is_silent(draw, key, month) else None

    def value(self, draw: Draw, key: Key, month: int) -> Answer:
        values = {valid(draw, each.value) for each in self.said(draw, key) if holds(draw, each, month)} - {None}
        if values:
            return values.pop() if len(values) == 1 else None
        is_empty = draw.fact.kind.type in {"bool", "int"} and self.is_silent(draw, key, month)
        return draw.fact.kind.type == "int" and draw.fact.kind.lo if is_empty else None

    def latest(self, draw: Draw, key: Key) -> Answer:
        silent_as = {"bool": False, "int": draw.fact.kind.lo}.get(draw.fact.kind.type)
        telling = [each for each in self.said(draw, key) if valid(draw, each.value) is not None]
        newest = max((month_of(each.begins) for each in telling), default=0)
        values = {valid(draw, each.value) for each in telling if month_of(each.begins) == newest}
        if values or not self.is_silent(draw, key, self.first + self.months - 1):
            return values.pop() if len(values) == 1 else None
        return silent_as

    def sum(self, draw: Draw, key: Key, month: int) -> int | None:
        values = [each.value for each in self.said(draw, key) if holds(draw, each, month)]
        if None in values:
            return None
        return sum(map(int, values)) if values or self.is_silent(draw, key, month) else None  # type: ignore[arg-type]

    def months_since(self, draw: Draw, key: Key, month: int) -> int | None:
        said = self.said(draw, key)
        holding = [each for each in said if holds(draw, each, month)]
        if any(not each.is_sure for each in holding) or any(may_hold(draw, each, month) for each in said):
            return None
        if holding:
            return month - min(month_of(each.begins) for each in holding)
        return 0 if self.is_silent(draw, key, month) else None

    def run(self, draw: Draw, key: Key, month: int) -> int | None:
        said, seen_from, length = self.said(draw, key), self.first - max(draw.enough, 12), 0
        while month - length >= seen_from and any(holds(draw, each, month - length) for each in said):
            length += 1
        if month - length >= seen_from and self.is_silent(draw, key, month - length):
            return length
        return length if draw.enough and length >= draw.enough else None

    def in_full(self, draw: Draw, key: Key, month: int) -> bool | None:
        january = month - month % 12 - 12
        of_year = [self.values_in(draw, key, each) for each in range(january, january + 12)]
        if any(value == 0 for values in of_year for value in values):
            return False
        for at, values in enumerate(of_year):
            if None in values or not (values or self.is_silent(draw, key, january + at)):
                return None
        return True if any(of_year) else None

    def values_in(self, draw: Draw, key: Key, month: int) -> list[int | str | None]:
        said = self.said(draw, key)
        found: list[int | str | None] = self.once(
            ("in", id(draw), key, month), lambda: [each.value for each in said if holds(draw, each, month)]
        )
        return found

    def first_month(self, draw: Draw, key: Key) -> int | None:
        said = self.said(draw, key)
        return min(month_of(each.begins) for each in said) if said and all(each.is_sure for each in said) else None

    def paid(self, draw: Draw, key: Key) -> int | None:
        total, is_covered = 0, any(self.is_silent(draw, key, self.first + at) for at in range(self.months))
        for each in self.said(draw, key, is_paid=True):
            if not each.is_sure:
                return None
            months = [month for month in range(self.first - 600, self.first) if self.counts(draw, each, month)]
            if months:
                total += {"paid_months": len(months), "paid_times": 1, "paid_sum": each.value}[draw.take]  # type: ignore[operator]
        return total if is_covered else None

    def counts(self, draw: Draw, each: Held, month: int) -> bool:
        is_of_year = not draw.is_this_year or month // 12 == self.first // 12
        is_of_one = each.ends == dt.date.max  # a payment without an end is for one month
        return is_of_year and (month == month_of(each.begins) if is_of_one else holds(draw, each, month))

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
    def once(self, place: Any, of: Callable[[], Any]) -> Any:
        """The same question is answered once."""
        if place not in self.told:
            self.told[place] = of()
        return self.told[place]

    def known(self, name: str) -> list[Row]:
        found: list[Row] = self.once(name, lambda: [row for row in self.world.rows.get(name, ()) if self.is_known(row)])
        return found

    def is_known(self, row: Row) -> bool:
        return bool(row["known_on"] <= self.on < (row["retired_on"] or dt.date.max))

    def said(self, draw: Draw, key: Key, *, is_paid: bool = False) -> list[Held]:
        found: list[Held] = self.once((id(draw), key), lambda: list(self.saying(draw, key, is_paid=is_paid)))
        return found

    def saying(self, draw: Draw, key: Key, *, is_paid: bool) -> Iterator[Held]:
        for row in self.known(draw.spec.name):
            if self.is_about(draw, row, key) and is_taken(draw, row) and not self.came_back(draw, row):
                if draw.at and row[draw.at] is None:
                    if is_paid:
                        yield Held(dt.date.max, dt.date.max, False, None)
                    continue
                begins, ends, is_sure = self.span(draw, row)
                yield Held(begins, ends, is_sure, told_value(draw, row | self.beside(draw, row)))

    def came_back(self, draw: Draw, row: Row) -> bool:
        """Whether the bank said of a payment that it failed, and not later that it went through."""
        if row.get("kind") != "paid" or draw.spec.name not in {"payment", "firm_payment"}:
            return False
        same = (draw.spec.parent, "batch_no", "amount_fen")
        replies = [
            each for each in self.known(draw.spec.name)
            if each["kind"] == "reply" and all(each[name] == row[name] for name in same)
        ]  # fmt: skip
        passed = [each["paid_on"] or dt.date.max for each in replies if each["outcome"] == "succeeded"]
        failed = [each for each in replies if each["outcome"] == "failed"]
        if not row["batch_no"]:
            failed = [each for each in failed if row["paid_on"] and each["paid_on"] == row["paid_on"]]
        return any(all(each["paid_on"] and day < each["paid_on"] for day in passed) for each in failed)

    def is_about(self, draw: Draw, row: Row, key: Key) -> bool:
        subject = draw.fact.of
        if subject == "firm":
            return bool(row["firm_id"] == key[0])
        if draw.kin:
            return row["person_id"] in self.kin(key[0], draw.kin)
        if row["person_id"] != key[0]:
            return False
        if subject == "person_firm":
            return bool(row["firm_id"] == key[1])
        return subject != "post" or self.is_of_post(draw, row, key)

    def is_of_post(self, draw: Draw, row: Row, key: Key) -> bool:
        """A sheet without unit or name is of each post of the person; what a firm paid is of the posts at that firm alone."""
        if draw.spec.name == "post":
            return (row["unit"], row["post_name"]) == key[1:]
        if draw.spec.name == "attendance":
            return row["unit"] in {key[1], ""} and row["post_name"] in {key[2], ""}
        return bool(self.world.names[row["firm_id"]] == key[1])

    def home(self, person: int | str) -> int | None:
        return next((row["household_id"] for row in self.known("household") if row["person_id"] == person), None)

    def kin(self, person: int | str, which: str) -> set[int]:
        """Whose rows tell of the person: of everybody in the household, or of the others; of nobody where it is not known."""
        home = self.home(person)
        found = {row["person_id"] for row in self.known("household") if row["household_id"] == home}
        return {each for each in found if which == "all" or each != person}

    def beside(self, draw: Draw, row: Row) -> Row:
        """The columns of the tables beside, as TABLE.COLUMN: of the nearest row, else nothing."""
        found: Row = {}
        for table, pairs in draw.beside.items():
            best: Row = {}
            for other in sorted(self.known(table), key=lambda each: each["id"]):
                is_same = all(other[theirs] in {row[ours], ""} for theirs, ours in pairs.items())
                if is_same and (not best or is_nearer(other, best, list(pairs))):
                    best = other
            found |= {f"{table}.{column}": best.get(column) for column in SPECS[table].columns}
        return found

    def span(self, draw: Draw, row: Row) -> tuple[dt.date, dt.date, bool]:
        day = row[draw.at] if draw.at else row.get("month")
        if isinstance(day, int):
            return dt.date(day, 1, 1), dt.date(day, 12, 31), True
        if day is not None:
            return day.replace(day=1), last_day(month_of(day)), True
        if "valid_from" not in row:
            return dt.date.min, dt.date.max, True
        ends = row["valid_to"] or dt.date.max
        if row["valid_from"] is not None:
            return row["valid_from"], ends, True
        batch = next(each for each in self.world.batches if each.pk == row["source_batch"])
        told = [batch.file_month or row["known_on"]]
        for other in self.world.supports.get((draw.spec.table, row["id"]), ()):
            told += [other.file_month or other.known_on] if other.known_on <= self.on else []
        return min(told).replace(day=1), ends, False

    def last_word(self, draw: Draw, key: Key, month: int, *, is_end: bool) -> tuple[int, int]:
        """How much the strongest file weighs that says up to a month that it holds, or that it does no longer: rank, month."""
        words = [(-1, 0)]
        for row in self.known(draw.spec.name):
            is_mine = is_one_of(row, draw.no.newer) if is_end else is_taken(draw, row)
            own = next(each for each in self.world.batches if each.pk == row["source_batch"])
            others = (
                each for each in self.world.supports.get((draw.spec.table, row["id"]), ()) if each.known_on <= self.on
            )
            for batch, known_on in [(own, row["known_on"]), *((each, each.known_on) for each in others)]:
                told = month_of(batch.file_month or known_on)
                if (
                    is_mine
                    and self.is_about(draw, row, key)
                    and month_of(row["valid_from"] or batch.file_month or known_on) <= month
                ):
                    words.append((batch.source.ranks.get(draw.spec.name, batch.source.rank), told))
        return max(words)

    # ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────────
    def is_silent(self, draw: Draw, key: Key, month: int) -> bool:
        """Whether the lack of a row in the month means no."""
        no = draw.no
        if draw.kin and self.home(key[0]) is None:
            return False
        if no.is_always or (
            no.register and self.once((no.register, month), lambda: self.is_covered(no.register, month))
        ):
            return True
        if no.is_by_month:
            name = draw.spec.name
            return month in self.once(("months", name), lambda: {month_of(row["month"]) for row in self.known(name)})
        return no.told is not None and any(day <= last_day(month) for day in self.other_days(draw, key))

    def other_days(self, draw: Draw, key: Key) -> list[dt.date]:
        """Since when other rows say something of the same subject."""
        where = draw.no.told or {}
        rows = [row for row in self.known(draw.spec.name) if self.is_about(draw, row, key) and is_one_of(row, where)]
        found: list[dt.date] = self.once(("told", id(draw), key), lambda: [self.span(draw, row)[0] for row in rows])
        return found

    def is_covered(self, register: str, month: int) -> bool:
        profile = self.profiles.get(register)
        size = profile.due.months if profile and profile.due else 1
        came = [
            month_of(each.file_month or each.known_on)
            for each in self.world.batches
            if each.source.code == register
            and each.state == "published"
            and each.file_name
            and each.known_on <= self.on
        ]
        return bool(came) and min(came) // size <= month // size <= max(came) // size


def holds(draw: Draw, each: Held, month: int) -> bool:
    last = last_day(month)
    if draw.lasts and not draw.at:
        begins = month_of(each.begins)
        return each.is_sure and begins <= month < begins + draw.lasts
    return each.begins <= last and each.ends >= (last.replace(day=1) if draw.is_any_day else last)


def may_hold(draw: Draw, each: Held, month: int) -> bool:
    """Whether a row whose beginning is not known may have held, or hold, in a month for which that is not seen."""
    if each.is_sure:
        return False
    if draw.lasts:
        return month < month_of(each.begins) + draw.lasts
    last = last_day(month)
    return month < month_of(each.begins) and each.ends >= (last.replace(day=1) if draw.is_any_day else last)


def told_value(draw: Draw, row: Row) -> int | str | None:
    """What a row says: an amount, a code, yes or no as 1 or 0, a month."""
    if draw.take in {"sum", "paid_sum", "positive", "in_full"}:
        amounts: list[int | None] = [row[name] for name in draw.of] + [row[name] or 0 for name in draw.also]
        due: list[int | None] = [row[name] for name in draw.against]
        if None in amounts or None in due:
            return None
        total = sum(each or 0 for each in amounts)
        return total >= sum(each or 0 for each in due) if draw.take == "in_full" else total
    if not draw.of:
        return 1
    said = row[draw.of[0]]
    if draw.take == "month_of" and isinstance(said, str):
        parts = said.split("-")
        return (int(parts[0]) - 1970) * 12 + int(parts[1]) - 1 if len(parts) > 1 else None
    if isinstance(said, dt.date):
        return month_of(said)
    if draw.codes:
        codes = {str(word): code for word, code in draw.codes.items()}
        return codes.get(str(said).lower() if isinstance(said, bool) else str(said))  # type: ignore[return-value]
    return in_proportion(draw, row) if draw.times or draw.over else said


def in_proportion(draw: Draw, row: Row) -> int | None:
    """What is taken times one column over another, in whole numbers, down."""
    said, times, over = row[draw.of[0]], row[draw.times] if draw.times else 1, row[draw.over] if draw.over else 1
    return None if None in (said, times, over) or over == 0 else said * times // over


def valid(draw: Draw, value: int | str | None) -> Answer:
    return value if value is None or isinstance(value, str | bool) else within(draw, value)


def within(draw: Draw, value: Answer) -> int | None:
    """A number, where it lies in the fact's range."""
    kind = draw.fact.kind
    return int(value) if value is not None and kind.lo <= int(value) <= kind.hi else None
