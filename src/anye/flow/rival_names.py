"""The name that a contradicting row gives, under seal beside what lists it: who is to settle the doubt has to know it.

Rows themselves may be opened by the batch role alone. Of a row that stands under somebody else's ID number only the
name is handed on, and only for the doubt about that number (Q04) and for the list of its file.
"""

import json
from collections.abc import Iterator

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow import staging
from anye.flow.blocks import ROWS
from anye.records.audit.keys import keyring
from anye.records.registers import queries
from anye.records.registers.queries import LABEL

Place = tuple[int, int, int]  # batch, sheet, line


def seal_names() -> None:
    """Seal the names of rows that contradict the persons in `suspects` or `touched`, where none stands yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT q.id, c.batch_id, c.sheet_no, c.line, c.name_key
            FROM registers_fault q JOIN registers_rowclaim c
                ON c.batch_id = q.batch_id AND c.sheet_no = q.sheet_no AND c.line = q.line
            JOIN touched t ON t.id_blind = c.id_blind
            WHERE q.level = 'unattached' AND q.sealed IS NULL
            """
        )
        _seal(cursor, "registers_fault")
        cursor.execute(
            """
            SELECT f.id, c.batch_id, c.sheet_no, c.line, c.name_key FROM findings_finding f
            JOIN suspects s ON s.person_id = f.person_id
            JOIN registers_rowclaim c ON c.id = (f.evidence -> 0 ->> 1)::bigint
            WHERE f.rule = 'Q04' AND f.evidence -> 0 ->> 0 = 'registers_rowclaim' AND f.sealed IS NULL
              AND f.settled_on IS NULL
            """
        )
        _seal(cursor, "findings_finding")


def _seal(cursor: CursorWrapper, table: str) -> None:
    """Seal the names of the rows just asked for: key in the table, place of the row, name as names are compared."""
    wanted = [(pk, (batch, sheet, line), key) for pk, batch, sheet, line, key in cursor]
    if not wanted:
        return
    names = dict(_names({place for _, place, _ in wanted}))
    ring = keyring()
    sealed = [
        (ring.seal(json.dumps({"name": names.get(place) or key}, ensure_ascii=False), context=LABEL), pk)
        for pk, place, key in wanted
    ]
    cursor.executemany(f"UPDATE {table} SET sealed = %s WHERE id = %s", sealed)


def _names(places: set[Place]) -> Iterator[tuple[Place, str]]:
    """The names as written in the source rows."""
    for batch, sheet in {place[:2] for place in places}:
        lines = {place[2] for place in places if place[:2] == (batch, sheet)}
        for block in queries.raw_blocks_with(batch, sheet, lines):
            rows = staging.unpack(block, keyring())[ROWS].filter(pl.col("_line").is_in(list(lines)))
            for line, name in rows.select("_line", "name").iter_rows():
                yield (batch, sheet, line), name
