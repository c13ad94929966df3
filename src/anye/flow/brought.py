"""What a load brought, as digests in its event: append-only tables must match them ever after.

Whoever adds facts holds the lock of publishing, so what one load added is a range of ids in each table. A load also
adds rows of earlier files that found their person only now: the range says whose work they are, their batch does not.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from anye.flow.specs import SPECS
from anye.records.audit.models import Event

Digests = dict[str, dict[str, Any]]
# rows by the million that are drawn from sealed source rows: their events hold numbers and sums of hashes
TALLIED = (
    "registers_rawblock", "registers_fault", "registers_rowclaim", "registers_support", "claims_difference",
    "entitlements_foreseen", "entitlements_nearly", "briefings_snapshotfigure", "briefings_snapshotrow",
)  # fmt: skip


def highest_ids() -> dict[str, int]:
    """Fact name → the highest id in its table. To be asked under the lock of publishing, before facts are taken."""
    listed = ", ".join(f"coalesce((SELECT max(id) FROM {spec.table}), 0)" for spec in SPECS.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed}")
        return dict(zip(SPECS, cursor.fetchone(), strict=True))


def digests(since: Mapping[str, int]) -> Digests:
    """Fact name → {after, upto, rows, sha256} of the rows that were added since, in the tables that gained any."""
    found: Digests = {}
    for name, upto in highest_ids().items():
        if upto > since[name]:
            found[name] = {"after": since[name], "upto": upto, **_summed(name, since[name], upto)}
    return found


def altered() -> list[tuple[int | None, str]]:
    """(event, fact name) where a table is not what the event says any more; no event: rows that no load brought.

    Batch or owner role; reads every fact.
    """
    faults: list[tuple[int | None, str]] = []
    accounted = dict.fromkeys(SPECS, 0)
    events = Event.objects.filter(verb__in=["load", "entry", "withdraw"], payload__has_key="digests").order_by("id")
    for event in events.iterator():
        for name, told in event.payload["digests"].items():
            accounted[name] += told["rows"]
            if _summed(name, told["after"], told["upto"]) != {key: told[key] for key in ("rows", "sha256")}:
                faults.append((event.pk, name))
    with connection.cursor() as cursor:
        for name, spec in SPECS.items():
            cursor.execute(f"SELECT count(*) FROM {spec.table}")
            if cursor.fetchone()[0] != accounted[name]:
                faults.append((None, name))
    return faults


def miscounted() -> list[str]:
    """Tables of `TALLIED` that are not what came by their events less what went.

    Batch or owner role; reads every row of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, sum((payload ->> 'came')::numeric - (payload ->> 'went')::numeric) FROM audit_event
            WHERE table_name = ANY(%s) AND verb IN ('insert_many', 'update_many', 'delete_many') GROUP BY table_name
            """,
            [list(TALLIED)],
        )
        told = dict(cursor.fetchall())
        wrong = []
        for table in TALLIED:
            cursor.execute(f"SELECT coalesce(sum(hash_record_extended(t, 0)), 0) FROM {table} t")
            if cursor.fetchone()[0] != told.get(table, 0):
                wrong.append(table)
    return wrong


def _summed(name: str, after: int, upto: int) -> dict[str, Any]:
    """Rows and SHA-256 of a range of ids, without what retirement and a move may change.

    Ciphertext is left out, because a new key makes it anew; its blind index stands for what it says.
    """
    spec = SPECS[name]
    said = ["id", spec.parent, *(c for c in spec.columns if c not in spec.opaque)]
    said += ["known_on", "source_batch", "source_sheet", "source_line"]
    listed = ", ".join(f'f."{column}"' for column in said)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), coalesce(encode(sha256(string_agg(
                sha256(convert_to(ROW({listed})::text, 'UTF8')), ''::bytea ORDER BY f.id)), 'hex'), '')
            FROM {spec.table} f WHERE f.id > %s AND f.id <= %s
            """,
            [after, upto],
        )
        rows, digest = cursor.fetchone()
    return {"rows": rows, "sha256": digest}
