"""A registry for the full pass: invented people, firms and two years of what registers tell of them, written by SQL alone.

Its home lies beside those of the other benches. See night_rows.sql; nothing here seals anything, for a night reads no number.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bench.registry import PACK, bench_home

if TYPE_CHECKING:
    from anye.flow.drawing.file import Draw

STATEMENTS = Path(__file__).with_name("night_rows.sql")
A_FIRM = 75  # people
_LARGE = ("firms_insurancemonth", "people_persondetail", "firms_payrollline")
"""Of these indexes are made when the rows are there."""
CHANGING = {
    "firms_insurancemonth": ("month = '2021-11-01'", "injury_firm_paid_fen = injury_firm_paid_fen + 100"),
    "people_membership": ("\"group\" IN ('poor', 'none')", "\"group\" = CASE \"group\" WHEN 'poor' THEN 'none' ELSE 'poor' END"),
}  # fmt: skip
"""Table → of which rows a hundredth changes, and how."""


def open_night(people: int, *, afresh: bool) -> None:
    """Django on the registry, as the worker that makes the pass."""
    from anye.config import postgres
    from anye.config.commands import furnish, set_up
    from anye.config.home import Home

    path = bench_home(people).with_name(f"night-{people}")
    if afresh and (path / "settings.toml").exists():
        postgres.discard(Home.open(path))
        shutil.rmtree(path)
    fresh = not (path / "settings.toml").exists()
    home = Home.create(path, pack=PACK, trial=True) if fresh else Home.open(path)
    furnish(home)
    set_up(home, "worker")
    if not _count():
        started = time.perf_counter()
        with as_superuser() as connection:
            _fill_quickly(connection, people)
        sys.stderr.write(f"registry of {people:,} people made in {time.perf_counter() - started:.0f} s\n")


def fill(cursor: Any, people: int) -> None:
    """The rows, through a cursor that may write them all: Django's or psycopg's."""
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.places.models import Area, Office
    from anye.records.places.queries import office_of_area

    with acting(BATCH):
        offices = office_of_area()
        codes = sorted(Area.objects.filter(level__in=("village", "community")).values_list("code", flat=True))
        district = Office.objects.get(kind="district").scope_no
    cursor.execute("CREATE TEMPORARY TABLE night_village (at int, code text, scope_no bigint) ON COMMIT DROP")
    places = [(at, code, offices.get(code, offices[""])) for at, code in enumerate(codes)]
    cursor.executemany("INSERT INTO night_village VALUES (%s, %s, %s)", places)
    cursor.execute(
        "CREATE TEMPORARY TABLE night_firms ON COMMIT DROP AS SELECT %s::int AS count", [max(people // A_FIRM, 8)]
    )
    cursor.execute(
        "SELECT set_config('bench.people', %s, true), set_config('bench.office', %s, true)",
        [str(people), str(district)],
    )
    cursor.execute(STATEMENTS.read_text(encoding="utf-8"))


def as_superuser() -> Any:
    """A connection of the server's administrator to the registry under way, its statements one transaction."""
    from anye.config.home import Home
    from anye.config.postgres import find

    home = Home.open()
    server = find(home)
    assert server is not None
    return psycopg.connect(**{**server.admin, "dbname": server.database or home.database})  # type: ignore[arg-type]


def _count() -> int:
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.people.models import Person

    with acting(BATCH):
        return Person.objects.count()


def _fill_quickly(connection: Any, people: int) -> None:
    """Without triggers, and the indexes of large tables last: the making of the registry is not what is measured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'"
        )
        cursor.execute(
            """
            SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisprimary
                AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
            """,
            [list(_LARGE)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        fill(cursor, people)
        for _name, definition in indexes:
            cursor.execute(definition)
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")


def columns_read(drawn: Mapping[str, Sequence[Draw]]) -> dict[str, set[str]]:
    """Table → its columns that facts are drawn from, with what tells whose they are, when they hold and whether they are known."""
    found: dict[str, set[str]] = {
        "people_person": {"id", "scope_no"},
        "people_householdmember": {"person_id", "household_id"},
    }
    for draw in (draw for draws in drawn.values() for draw in draws):
        names = {draw.spec.parent, "firm_id", "month", "valid_from", "valid_to", draw.at, draw.times, draw.over}
        names |= {*draw.where, *draw.words, *draw.unless, *draw.of, *draw.also, *draw.having, *draw.against}
        here = names & {draw.spec.parent, *draw.spec.columns}
        found.setdefault(draw.spec.table, set()).update(here, {"known_on", "retired_on"})
    return found


def forget_nights(since: dt.date) -> None:
    """As before the first pass: an empty ledger, and what was learned on the day or later unlearned."""
    with as_superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE entitlements_entitlement, entitlements_run, claims_difference CASCADE")
        for table in CHANGING:
            connection.execute(f"DELETE FROM {table} WHERE known_on >= %s", [since])
            connection.execute(
                f"UPDATE {table} SET retired_on = NULL, retired_by = NULL WHERE retired_on >= %s", [since]
            )
        connection.execute("DELETE FROM registers_batch WHERE known_on >= %s", [since])
        connection.commit()
        connection.autocommit = True
        for table in (*CHANGING, "entitlements_entitlement"):
            connection.execute(f"VACUUM ANALYZE {table}")


def learn_anew(on: dt.date) -> int:
    """A hundredth of the last month's insurance, and of all persons' groups, is another from the day on; how many facts."""
    with as_superuser() as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        learned = change(cursor, on)
        connection.commit()
        return learned


def change(cursor: Any, on: dt.date) -> int:
    """The same through a cursor that may write all rows."""
    cursor.execute(
        """
        INSERT INTO registers_batch (token, profile_version, sha256, digest, file_name, file_month, known_on, loaded_by, state, rows,
            loaded, unchanged, refused, queried, unattached, fact_counts, started_at, published_at, source_id, left_out)
        SELECT left(md5('new' || id), 22), 1, '', decode(md5('new' || id), 'hex'), 'bench', '2021-11-01', %s, 'bench', 'published',
            1, 1, 0, 0, 0, 0, '{}', now(), now(), id, '[]' FROM registers_source WHERE code = 'social_insurance' RETURNING id
        """,
        [on],
    )
    (batch,) = cursor.fetchone()
    count = 0
    for table, (these, said) in CHANGING.items():
        hundredth = f"retired_on IS NULL AND {these} AND (hashint8extended(person_id, 99) & 1073741823) % 100 = 0"
        cursor.execute(f"CREATE TEMPORARY TABLE news ON COMMIT DROP AS SELECT * FROM {table} WHERE {hundredth}")
        cursor.execute(
            f"UPDATE {table} SET retired_on = %s, retired_by = %s WHERE id IN (SELECT id FROM news)", [on, batch]
        )
        fresh = f"id = nextval(pg_get_serial_sequence('{table}', 'id')), known_on = %s, source_batch = %s"
        cursor.execute(f"UPDATE news SET {fresh}, {said}", [on, batch])
        cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM news")
        count += cursor.rowcount
        cursor.execute("DROP TABLE news")
    return count
