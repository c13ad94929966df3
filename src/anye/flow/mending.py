"""Refused rows are work for whoever keeps the sheet, until a later file has brought the people that they name.

A row is mended once a file of the same register that is not older, or a registration by hand, has a row of that name in
that village. Where it is refused there again, the newer row is the work. Of a row whose village is not known nobody can
tell, and it stays listed with its file. Of registers that create nobody see `replaced`.
"""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.engine.intake.clean import LEFT_OUT
from anye.flow import staging
from anye.records.audit.keys import keyring
from anye.records.registers.queries import LABEL

_MONTH = "coalesce({0}.file_month, date_trunc('month', {0}.known_on)::date)"
# of two batches n is not the older one
NOT_OLDER = f"""
    n.id <> b.id AND n.state <> 'withdrawn'
    AND ({_MONTH.format("n")}, n.known_on) >= ({_MONTH.format("b")}, b.known_on)
"""
# a row that somebody left out waits for its own return: another file closes it when it is the newer one
IS_NEWER_WHERE_LEFT_OUT = f"""
    (q.reason <> '{LEFT_OUT}' OR ({_MONTH.format("n")}, n.known_on) > ({_MONTH.format("b")}, b.known_on))
"""
# n may have brought whom a row q of b names
_MENDS = f"(n.source_id = b.source_id OR n.file_name = '') AND {NOT_OLDER} AND {IS_NEWER_WHERE_LEFT_OUT}"
TO_MEND = "q.level = 'refused' AND q.reason <> 'duplicate_row' AND q.mended_by IS NULL AND q.sealed IS NOT NULL"


def strength(batch: str) -> str:
    """SQL: what tells the newer of two batches, where both have an alias; never the order of arrival."""
    return f"({_MONTH.format(batch)}, {batch}.known_on, {batch}.digest)"


def note_mended(batch_id: int) -> None:
    """Bring refused rows in line with a batch that was published or withdrawn (batch role)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT q.id, q.sealed FROM registers_fault q JOIN registers_batch b ON b.id = q.batch_id
            JOIN registers_batch n ON n.id = %s
            WHERE {TO_MEND} AND {_MENDS} AND q.scope_no IN (
                SELECT c.scope_no FROM registers_rowclaim c WHERE c.batch_id = n.id AND c.is_creating)
            """,
            [batch_id],
        )
        _close(cursor, f"AND n.id = {batch_id}")
        cursor.execute(
            f"""
            WITH open_again AS (
                UPDATE registers_fault SET mended_by = NULL
                WHERE mended_by = %s AND EXISTS (SELECT 1 FROM registers_batch WHERE id = %s AND state = 'withdrawn')
                RETURNING id, sealed
            )
            SELECT id, sealed FROM open_again
            UNION ALL
            SELECT q.id, q.sealed FROM registers_fault q JOIN registers_batch b ON b.id = q.batch_id
            WHERE q.batch_id = %s AND {TO_MEND} AND EXISTS (SELECT 1 FROM registers_batch n WHERE {_MENDS})
            """,
            [batch_id, batch_id, batch_id],
        )
        _close(cursor)


def opened_names(rows: Iterable[tuple[int, bytes]]) -> list[tuple[int, str]]:
    """(key, sealed label) → (key, the name as names are compared); empty where a row names nobody."""
    return [(key, json.loads(keyring().unseal(bytes(sealed), context=LABEL))["name_key"] or "") for key, sealed in rows]


def note_brought_back(batch_id: int) -> None:
    """Rows of a sheet of faults close the refused rows that they stand for (batch role).

    The sheet says which these are: no name is compared, and rows of registers that bring nobody are closed as well. One
    that is refused again is the work from now on.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE registers_fault q SET mended_by = n.id
            FROM {staging.tables(batch_id)}_origin o JOIN registers_batch b ON b.token = o.slip
            JOIN registers_batch n ON n.id = %s AND n.source_id = b.source_id AND n.id <> b.id
            WHERE q.batch_id = b.id AND q.sheet_no = o.of_sheet AND q.line = o.of_line
              AND q.level = 'refused' AND q.mended_by IS NULL
            """,
            [batch_id],
        )


def _close(cursor: CursorWrapper, which: str = "") -> None:
    """Of the faults just asked for (id, sealed), close those whose person some batch has brought."""
    known = [(pk, name) for pk, name in opened_names(cursor) if name]
    if not known:
        return
    cursor.execute(
        f"""
        UPDATE registers_fault f SET mended_by = m.batch_id FROM (
            SELECT DISTINCT ON (q.id) q.id, c.batch_id
            FROM unnest(%s::bigint[], %s::text[]) AS named (id, name_key)
            JOIN registers_fault q ON q.id = named.id JOIN registers_batch b ON b.id = q.batch_id
            JOIN registers_rowclaim c ON c.scope_no = q.scope_no AND c.name_key = named.name_key AND c.is_creating
            JOIN registers_batch n ON n.id = c.batch_id
            WHERE {_MENDS} {which} ORDER BY q.id, c.batch_id
        ) m WHERE m.id = f.id
        """,
        [[pk for pk, _ in known], [name for _, name in known]],
    )
