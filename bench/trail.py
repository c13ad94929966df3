"""What the trail costs: writes with and without the audit triggers, and how fast seals are made and verified.

Writes to the registry's own tables happen in transactions that are rolled back; their owner takes the triggers off
inside them. A single write is measured with its commit, on scratch copies; its statement alone besides.
"""

import statistics
import time
from typing import Any

from bench.results import keep

BULK = 100_000
SEALED = 200_000
SINGLE_TIMES = 400
BULK_TIMES = 3
COPIED = 20_000
MUST_SINGLE, MUST_BULK, MUST_VERIFY = 2, 5, 50_000
SINGLE = "UPDATE people_person SET wants_work = wants_work IS NOT TRUE WHERE id = %s"
MANY = "UPDATE people_person SET wants_work = wants_work IS NOT TRUE WHERE id <= %s"


def run(people: int) -> None:
    with _owner() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM people_person ORDER BY id LIMIT %s", [BULK])]
        statement: dict[bool, list[float]] = {True: [], False: []}
        bulk: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(BULK_TIMES):
            for is_audited in (True, False):
                statement[is_audited] += _singles(connection, ids, is_audited=is_audited)
                bulk[is_audited].append(_bulk(connection, ids[-1], is_audited=is_audited))
    single = _committed()
    with _owner(autocommit=True) as connection:
        connection.execute("VACUUM people_person")
        connection.execute("VACUUM audit_event")
    alone = {key: statistics.median(took) for key, took in statement.items()}
    many = {key: min(took) for key, took in bulk.items()}
    sealed = _sealed(min(people, SEALED))
    keep(
        "trail",
        {
            "people": people,
            "single_audited_ms": single[True] * 1000, "single_plain_ms": single[False] * 1000,
            "single_ratio": single[True] / single[False], "must_single": f"<= {MUST_SINGLE}",
            "statement_audited_ms": alone[True] * 1000, "statement_plain_ms": alone[False] * 1000,
            "statement_ratio": alone[True] / alone[False],
            "bulk_rows": len(ids), "bulk_audited_s": many[True], "bulk_plain_s": many[False],
            "bulk_ratio": many[True] / many[False], "must_bulk": f"<= {MUST_BULK}",
            **sealed, "must_verify": f">= {MUST_VERIFY} events/s",
        },
    )  # fmt: skip


def _committed() -> dict[bool, float]:
    """Median seconds of an update of one row with its commit, with and without triggers, on two scratch copies.

    The events that it leaves stay in the bench's trail: nobody can take them out again.
    """
    from anye.records.audit.guards import audited

    names = {True: "bench_person_audited", False: "bench_person_plain"}
    took: dict[bool, list[float]] = {True: [], False: []}
    with _owner(autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('anye.actor', 'bench', false), set_config('anye.purpose', 'bench', false)"
        )
        try:
            for is_audited, name in names.items():
                connection.execute(f"DROP TABLE IF EXISTS {name}")
                connection.execute(f"CREATE TABLE {name} (LIKE people_person INCLUDING ALL)")
                connection.execute(f"INSERT INTO {name} SELECT * FROM people_person ORDER BY id LIMIT {COPIED}")
                if is_audited:
                    connection.execute(audited(name).sql)
                connection.execute(f"VACUUM ANALYZE {name}")
            keys = [row[0] for row in connection.execute(f"SELECT id FROM {names[False]} ORDER BY id")]
            for key in keys[:: max(1, len(keys) // SINGLE_TIMES)]:
                for is_audited, name in names.items():
                    query = SINGLE.replace("people_person", name)
                    started = time.perf_counter()
                    connection.execute(query, [key], prepare=True)
                    took[is_audited].append(time.perf_counter() - started)
        finally:
            for name in names.values():
                connection.execute(f"DROP TABLE IF EXISTS {name}")
    return {key: statistics.median(each) for key, each in took.items()}


def _owner(*, autocommit: bool = False) -> Any:
    import psycopg

    from anye.config.home import Home
    from anye.config.postgres import find, uri

    home = Home.open()
    server = find(home)
    if server is None:
        raise RuntimeError("the bench's server does not run")
    return psycopg.connect(uri(home, server, "migrate", "anye_owner"), autocommit=autocommit)


def _singles(connection: Any, ids: list[int], *, is_audited: bool) -> list[float]:
    """Seconds of each of many updates of one row, a statement each, as an officer's change is; rolled back."""
    took = []
    _ready(connection, is_audited=is_audited)
    step = max(1, len(ids) // SINGLE_TIMES)
    for key in ids[::step]:
        started = time.perf_counter()
        connection.execute(SINGLE, [key], prepare=True)
        took.append(time.perf_counter() - started)
    connection.rollback()
    return took


def _bulk(connection: Any, last: int, *, is_audited: bool) -> float:
    _ready(connection, is_audited=is_audited)
    started = time.perf_counter()
    connection.execute(MANY, [last])
    took = time.perf_counter() - started
    connection.rollback()
    return took


def _ready(connection: Any, *, is_audited: bool) -> None:
    connection.execute("SELECT set_config('anye.actor', 'bench', true), set_config('anye.purpose', 'bench', true)")
    if not is_audited:
        connection.execute("ALTER TABLE people_person DISABLE TRIGGER people_person_audit_update")


def _sealed(count: int) -> dict[str, object]:
    """Seconds and events a second of sealing and verifying everything in the trail and `count` events more."""
    from django.db import connection, transaction

    from anye.records.accounts.scope import BATCH, acting
    from anye.records.audit.models import Event
    from anye.records.audit.seals import seal_new, verify

    with acting(BATCH, actor="bench", purpose="bench"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM people_person ORDER BY id OFFSET %s LIMIT 1", [count - 1])
            cursor.execute(MANY, [cursor.fetchone()[0]])
        started = time.perf_counter()
        sealed = seal_new()
        seal_s = time.perf_counter() - started
        events = Event.objects.count()
        started = time.perf_counter()
        faults = verify()
        verify_s = time.perf_counter() - started
        transaction.set_rollback(True)
    return {
        "events_sealed": sealed, "seal_s": seal_s, "sealed_per_s": sealed / seal_s, "events_verified": events,
        "verify_s": verify_s, "verified_per_s": events / verify_s, "faults": len(faults),
    }  # fmt: skip
