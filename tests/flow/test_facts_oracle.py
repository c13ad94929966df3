"""Streams of contradicting facts, taken by the set-wise SQL and by a slow oracle that knows lists and loops only."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import polars as pl
import pytest
from django.db import connection, transaction

from anye.flow import facts, staging
from anye.flow.specs import SPECS
from anye.records.accounts.scope import BATCH, acting
from anye.records.people.models import Person, PersonDetail
from anye.records.registers.models import Batch, Source, Support
from tests.conftest import District
from tests.flow.sabotage import broken
from tests.flow.written import SEED

FIRST = dt.date(2020, 1, 1)
LAST = FIRST + dt.timedelta(days=30)
KINDS = ("education", "name", "lifted_year")  # of a name counts the identity rank
# source: rank, identity rank, ranks of a kind or of every kind
SOURCES: tuple[tuple[int, int, dict[str, int]], ...] = (
    (10, 30, {"detail": 20, "detail.lifted_year": 40, "household": 90}),
    (20, 20, {}),
    (20, 90, {"detail.lifted_year": 40}),
)
Place = tuple[int, int, int]


@dataclass(frozen=True)
class Register:
    """Where a row comes from: a batch with all that makes it strong or weak."""

    batch: int
    source: int
    month: dt.date | None
    known_on: dt.date
    digest: bytes


@dataclass(frozen=True)
class Row:
    """Somebody says: this person's kind is this value."""

    register: Register
    sheet: int
    line: int
    person: int
    kind: str
    value: str

    @property
    def place(self) -> Place:
        return self.register.batch, self.sheet, self.line

    @property
    def strength(self) -> tuple[Any, ...]:
        of = self.register
        rank, identity_rank, ranks = SOURCES[of.source]
        if self.kind == "name":
            rank = identity_rank
        elif f"detail.{self.kind}" in ranks:
            rank = ranks[f"detail.{self.kind}"]
        elif "detail" in ranks:
            rank = ranks["detail"]
        return rank, of.month or dt.date.min, of.known_on, of.digest, self.sheet, self.line


@dataclass
class Held:
    """A fact as the oracle holds it."""

    row: Row
    known_on: dt.date
    supports: list[Row] = field(default_factory=list)
    retired_on: dt.date | None = None
    retired_by: int | None = None

    def strongest(self) -> Row:
        return max([self.row, *self.supports], key=lambda row: row.strength)

    def retire(self, by: "Held") -> None:
        self.retired_on, self.retired_by = by.known_on, by.row.register.batch


class Oracle:
    """House.md, *Facts*, read aloud: the strongest row stands; who says the same supports it; losers are kept retired.

    A row that waited for its person is known from the day on which it is taken.
    """

    def __init__(self) -> None:
        self.facts: list[Held] = []

    def take(self, rows: list[Row], on: dt.date) -> None:
        for key in sorted({(row.person, row.kind) for row in rows}):
            newcomers = [row for row in rows if (row.person, row.kind) == key]
            for row in sorted(newcomers, key=lambda row: row.strength, reverse=True):
                self.hear(key, Held(row, max(row.register.known_on, on)))

    def hear(self, key: tuple[int, str], said: Held) -> None:
        current, row = self.current(key), said.row
        if current is None:
            self.facts.append(said)
        elif current.row.value == row.value:
            if row.place != current.row.place and row not in current.supports:
                current.supports.append(row)
        elif row.strength > current.strongest().strength:
            current.retire(said)
            self.facts.append(said)
        else:
            said.retire(current)
            self.facts.append(said)

    def current(self, key: tuple[int, str]) -> Held | None:
        found = [f for f in self.facts if (f.row.person, f.row.kind) == key and f.retired_on is None]
        assert len(found) <= 1
        return found[0] if found else None

    def known(self, on: dt.date) -> list[tuple[Any, ...]]:
        return sorted(
            (f.row.person, f.row.kind, f.row.value, f.row.place)
            for f in self.facts
            if f.known_on <= on and (f.retired_on is None or on < f.retired_on)
        )


class Stream:
    """Random batches of rows about few people, with the nodes, sources and batches that the tables ask for."""

    def __init__(self, random: Random, district: District, *, in_order: bool = False) -> None:
        self.random, self.in_order = random, in_order
        self.people = [self.person(n, district["willow"].scope_no) for n in range(3)]
        self.sources = [
            Source.objects.create(
                code=f"s{n}", title_zh="", title_en="", rank=rank, identity_rank=identity, ranks=ranks,
                creates_persons=True,
                is_restricted=False,
            )
            for n, (rank, identity, ranks) in enumerate(SOURCES)
        ]  # fmt: skip
        self.waiting: list[Row] = []

    def person(self, n: int, scope_no: int) -> int:
        person = Person.objects.create(token=f"person-{n}", scope_no=scope_no, name="某人", name_key="某人")
        return int(person.pk)

    def register(self, n: int) -> Register:
        of = self.random.randrange(len(SOURCES))
        month = self.random.choice((None, dt.date(2020, 1, 1), dt.date(2020, 2, 1)))
        known_on = FIRST + dt.timedelta(days=n // 2 if self.in_order else self.random.randrange(8))
        digest = hashlib.sha256(f"{n}-{self.random.random()}".encode()).digest()
        batch = Batch.objects.create(
            token=f"batch-{n}", source=self.sources[of], profile_version=1, sha256=digest, digest=digest, file_name="",
            file_month=month, known_on=known_on, loaded_by="operator", started_at="2020-01-01T00:00Z",
        )  # fmt: skip
        return Register(batch.pk, of, month, known_on, digest)

    def batches(self, count: int) -> Iterator[tuple[Register, list[Row]]]:
        """The batch that is loaded, and the rows it brings: its own, and some that waited for their person."""
        for n in range(count):
            register = self.register(n)
            rows = [self.row(register, line) for line in range(1, self.random.randrange(1, 10))]
            held_back = [row for row in rows if self.random.random() < 0.2]
            attached_now = [row for row in self.waiting if self.random.random() < 0.5]
            self.waiting = [row for row in self.waiting if row not in attached_now] + held_back
            yield register, [row for row in rows if row not in held_back] + attached_now

    def row(self, register: Register, line: int) -> Row:
        pick = self.random.choice
        return Row(register, pick((0, 1)), line, pick(self.people), pick(KINDS), pick("甲乙丙"))


def take(register: Register, rows: list[Row], scope_no: int) -> None:
    """What a load does once its rows are staged and linked."""
    batch = register.batch
    places = pl.DataFrame(
        [(*row.place, row.kind, row.value) for row in rows],
        schema={"batch_id": pl.Int64, "sheet_no": pl.Int64, "line": pl.Int64, "kind": pl.String, "value": pl.String},
        orient="row",
    )
    staging.take(batch, "detail", places)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE link (batch_id bigint, sheet_no smallint, line int, person_id bigint, scope_no bigint)"
        )
        for row in rows:
            cursor.execute("INSERT INTO link VALUES (%s, %s, %s, %s, %s)", [*row.place, row.person, scope_no])
        facts.publish(SPECS["detail"], f"{staging.tables(batch)}_detail", batch, on=register.known_on)
        cursor.execute("DROP TABLE link")


def compare(oracle: Oracle, said: list[Row], random: Random) -> None:
    """The tables and the oracle hold the same facts, supports and views."""
    table = PersonDetail.objects.filter(kind__in=KINDS)
    place_of = {f.pk: (f.source_batch, f.source_sheet, f.source_line) for f in table}
    assert sorted(
        (f.person_id, f.kind, f.value, place_of[f.pk], f.known_on, f.retired_on or dt.date.max, f.retired_by)
        for f in table
    ) == sorted(
        (
            f.row.person,
            f.row.kind,
            f.row.value,
            f.row.place,
            f.known_on,
            f.retired_on or dt.date.max,
            f.retired_by,
        )
        for f in oracle.facts
    )
    assert sorted((place_of[s.fact_id], (s.batch_id, s.sheet_no, s.line)) for s in Support.objects.all()) == sorted(
        (f.row.place, row.place) for f in oracle.facts for row in f.supports
    )
    # more obvious still: whoever spoke with most strength is believed
    strongest: dict[tuple[int, str], Row] = {}
    for row in sorted(said, key=lambda row: row.strength):
        strongest[row.person, row.kind] = row
    assert {(f.person_id, f.kind): f.value for f in table.known()} == {key: row.value for key, row in strongest.items()}
    for on in (FIRST - dt.timedelta(days=1), FIRST + dt.timedelta(days=random.randrange(9)), LAST):
        view = table.known(on=on)
        assert sorted((f.person_id, f.kind, f.value, place_of[f.pk]) for f in view) == oracle.known(on)


def run(seed: int, district: District, batches: int = 12) -> None:
    random, oracle, said = Random(seed), Oracle(), []
    with acting(BATCH):
        stream = Stream(random, district)
        for register, rows in stream.batches(batches):
            if rows:
                take(register, rows, district["willow"].scope_no)
                oracle.take(rows, register.known_on)
                said += rows
                compare(oracle, said, random)


def try_seeds(attempt: Callable[[int, District], None], district: District) -> None:
    for seed in range(SEED, SEED + 8):
        mark = transaction.savepoint()
        attempt(seed, district)
        transaction.savepoint_rollback(mark)


def believed(on: dt.date) -> list[tuple[Any, ...]]:
    return sorted(PersonDetail.objects.filter(kind__in=KINDS).known(on=on).values_list("person_id", "kind", "value"))


def remember(seed: int, district: District) -> None:
    """Files in the order of their days: what was known at the end of each is told the same once all have come."""
    told = {}
    with acting(BATCH):
        for register, rows in Stream(Random(seed), district, in_order=True).batches(14):
            if rows:
                take(register, rows, district["willow"].scope_no)
            told[register.known_on] = believed(register.known_on)
        assert {on: believed(on) for on in told} == told


@pytest.mark.parametrize("seed", range(SEED, SEED + 8))
def test_what_was_known_on_a_day_is_told_the_same_ever_after(seed: int, district: District) -> None:
    remember(seed, district)


def test_it_would_not_be_if_a_row_that_waited_were_known_since_it_came(district: District) -> None:
    with broken("greatest(b.known_on, ", "least(b.known_on, ") as times:
        with pytest.raises(AssertionError):
            try_seeds(remember, district)
        assert times() > 0


@pytest.mark.parametrize("seed", range(SEED, SEED + 8))
def test_facts_are_what_the_oracle_says(seed: int, district: District) -> None:
    run(seed, district)


@pytest.mark.parametrize(
    "seed",
    [
        *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(SEED + 8, SEED + 58)),
        *(pytest.param(seed, marks=pytest.mark.trust_long) for seed in range(SEED + 58, SEED + 208)),
    ],
)
def test_facts_are_what_the_oracle_says_of_many_streams(seed: int, district: District) -> None:
    run(seed, district, batches=20)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("s_rank DESC, s_month DESC", "s_rank DESC"),
        ("i.s_digest, i.s_sheet, i.s_line) > (", "i.s_digest, i.s_sheet, i.s_line) < ("),
        ("u.fact_id = f.id", "false"),
        ("SET retired_on = i.known_on", "SET retired_on = f.known_on"),
        ("ELSE j.fact_known END", "ELSE i.known_on END"),
        ("o.identity_rank", "o.rank"),
        ("(o.ranks ->> ('detail.' || ", "(NULL || ('detail.' || "),
        ("(o.ranks ->> 'detail')", "(NULL)"),
        ("WHERE j.is_same AND NOT j.is_itself", "WHERE false"),
        ("greatest(b.known_on, ", "least(b.known_on, "),
    ],
    ids=["month", "wins", "support", "retired-winner", "retired-loser", "identity", "kind", "frame", "supports", "known"],
)  # fmt: skip
def test_the_oracle_notices_a_guard_that_is_gone(old: str, new: str, district: District) -> None:
    with broken(old, new) as times:
        with pytest.raises(AssertionError):
            try_seeds(run, district)
        assert times() > 0
