"""An entry is taken back: what it alone brought is retired, and what it had replaced stands again.

Facts are append-only, so nothing is revived: it is inserted once more, with the source it had. What the entry said
stays readable as retired, its batch is marked as withdrawn, and each retirement leaves its event.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.facts import NO_MONTH, ORDER
from anye.flow.specs import SPECS, FactSpec
from anye.records.registers import actions
from anye.records.registers.models import Batch, Entry


def take_back(entry: Entry, undoing: Batch) -> None:
    """Withdraw an entry in the name of the batch `undoing`. One that still waits is closed and never published.

    Batch role, under the lock of publishing. Facts of persons only: kinds of entry that name firms or helpers cannot
    be taken back.
    """
    if entry.state == "done" and entry.batch_id is not None:
        with connection.cursor() as cursor:
            for spec in SPECS.values():
                if spec.parent == "person_id":
                    _take_back(cursor, spec, entry.batch_id, undoing)
            _restore_replaced(cursor, SPECS["spell"], entry, undoing)
        actions.withdraw_batch(batch_id=entry.batch_id)
    actions.close_entry(entry_id=entry.pk, state="undone", batch_id=entry.batch_id)


def _take_back(cursor: CursorWrapper, spec: FactSpec, batch: int, undoing: Batch) -> None:
    """Each fact that the batch brought and that still stands is retired, and the strongest other voice is heard."""
    cursor.execute(
        f"UPDATE {spec.table} SET retired_on = %s, retired_by = %s WHERE source_batch = %s AND retired_on IS NULL"
        " RETURNING id",
        [undoing.known_on, undoing.pk, batch],
    )
    for (gone,) in cursor.fetchall():
        cursor.execute(_voices(spec), {"gone": gone, "batch": batch})
        voices = cursor.fetchall()
        if not voices:
            continue
        fact, *place = voices[0]
        columns = ", ".join(f'"{name}"' for name in (spec.parent, "scope_no", *spec.columns))
        cursor.execute(
            f"""
            INSERT INTO {spec.table} ({columns}, known_on, source_batch, source_sheet, source_line)
            SELECT {columns}, %s, %s, %s, %s FROM {spec.table} WHERE id = %s RETURNING id
            """,
            [undoing.known_on, *place, fact],
        )
        (again,) = cursor.fetchone()
        supports = [(spec.table, again, *other) for same, *other in voices[1:] if same == fact]
        cursor.executemany(
            "INSERT INTO registers_support (fact_table, fact_id, batch_id, sheet_no, line) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            supports,
        )


def _restore_replaced(cursor: CursorWrapper, spec: FactSpec, entry: Entry, undoing: Batch) -> None:
    """Spells that gave way to one with another first day, on whose key nobody speaks now, stand again as they stood."""
    same_key = "".join(f' AND c."{name}" IS NOT DISTINCT FROM f."{name}"' for name in spec.key)
    columns = ", ".join(f'"{name}"' for name in (spec.parent, "scope_no", *spec.columns))
    place = "source_batch, source_sheet, source_line"
    cursor.execute(
        f"""
        SELECT f.id FROM {spec.table} f
        WHERE f.person_id = %s AND f.retired_by = %s AND f.source_batch <> %s AND NOT EXISTS (
            SELECT 1 FROM {spec.table} c WHERE c.person_id = f.person_id AND c.retired_on IS NULL{same_key})
        """,
        [entry.person_id, entry.batch_id, entry.batch_id],
    )
    for (replaced,) in cursor.fetchall():
        cursor.execute(
            f"""
            INSERT INTO {spec.table} ({columns}, known_on, {place})
            SELECT {columns}, %s, {place} FROM {spec.table} WHERE id = %s RETURNING id
            """,
            [undoing.known_on, replaced],
        )
        (again,) = cursor.fetchone()
        cursor.execute(
            """
            INSERT INTO registers_support (fact_table, fact_id, batch_id, sheet_no, line)
            SELECT fact_table, %s, batch_id, sheet_no, line FROM registers_support WHERE fact_table = %s AND fact_id = %s
            ON CONFLICT DO NOTHING
            """,
            [again, spec.table, replaced],
        )


def _voices(spec: FactSpec) -> str:
    """SQL: (fact, batch, sheet, line) of all who speak of the key of the fact `gone`, the strongest first.

    They say the same as it, or something that `batch`, or a batch withdrawn before, had pushed aside.
    """
    same_key = "".join(f' AND f."{name}" IS NOT DISTINCT FROM gone."{name}"' for name in spec.key)
    return f"""
        SELECT id, batch_id, s_sheet, s_line FROM (
            SELECT f.id, b.id AS batch_id, {spec.rank("f")} AS s_rank, coalesce(b.file_month, {NO_MONTH}) AS s_month,
                   b.known_on AS s_known, b.digest AS s_digest, voice.sheet AS s_sheet, voice.line AS s_line
            FROM {spec.table} gone
            JOIN {spec.table} f ON f.person_id = gone.person_id{same_key} AND (f.id = gone.id OR f.retired_by IN (
                SELECT id FROM registers_batch WHERE id = %(batch)s OR state = 'withdrawn'))
            JOIN LATERAL (
                SELECT f.source_batch AS batch, f.source_sheet AS sheet, f.source_line AS line
                UNION ALL
                SELECT u.batch_id, u.sheet_no, u.line FROM registers_support u
                WHERE u.fact_table = '{spec.table}' AND u.fact_id = f.id
            ) voice ON true
            JOIN registers_batch b ON b.id = voice.batch AND b.id <> %(batch)s AND b.state <> 'withdrawn'
            JOIN registers_source o ON o.id = b.source_id
            WHERE gone.id = %(gone)s
        ) voices ORDER BY {ORDER}, id DESC
    """
