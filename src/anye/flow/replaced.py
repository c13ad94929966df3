"""Refused rows of a register that creates nobody: work of the office that loads it, until its next file takes their place.

The sheet is another authority's, so nobody mends it in a village: the office asks for a better one. A row gives way to a
file of the same register that is not older and has a row of that name: taken, and nothing is left to mend; refused again,
and the newer row is the work. A file that has no such row replaces nothing, for many registers come in pieces: a payroll
a firm, the dead by who reports them. A row without a name gives way to the next file, as nothing tells whose it was.
Registers that create people: see `mending`.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.mending import IS_NEWER_WHERE_LEFT_OUT, NOT_OLDER, TO_MEND, strength
from anye.flow.mending import opened_names as opened
from anye.flow.specs import SPECS

# Which pairs of a row's file (b) and another (n) are to be looked at: those that changed. What is being read only now has
# said nothing yet.
_FOLLOWS = f"""
    {NOT_OLDER} AND n.source_id = b.source_id AND (n.state = 'published' OR n.id = t.id)
    AND (n.id = t.id OR b.id = t.id OR t.state = 'withdrawn')
"""


def note_replaced(batch_id: int) -> None:
    """Bring the refused rows of a register in line with a batch of it that was published or withdrawn (batch role)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT q.id, q.sealed, n.id FROM registers_batch t
            JOIN registers_source o ON o.id = t.source_id AND NOT o.creates_persons
            JOIN registers_batch b ON b.source_id = t.source_id JOIN registers_batch n ON {_FOLLOWS}
            JOIN registers_fault q ON q.batch_id = b.id AND {TO_MEND} AND {IS_NEWER_WHERE_LEFT_OUT}
            WHERE t.id = %s
            """,
            [batch_id],
        )
        found = cursor.fetchall()
        names = opened((pk, sealed) for pk, sealed in {pk: sealed for pk, sealed, _ in found}.items())
        if not names:
            return
        files = sorted({file for *_, file in found})
        said = _taken(cursor, files, sorted({name for _, name in names}))
        said += [(file, name, True) for file, name in [*_refused(cursor, files), *((file, "") for file in files)]]
        cursor.execute(
            f"""
            UPDATE registers_fault f SET mended_by = m.batch_id FROM (
                SELECT DISTINCT ON (q.id) q.id, n.id AS batch_id
                FROM unnest(%s::bigint[], %s::text[]) AS named (id, name_key)
                JOIN registers_fault q ON q.id = named.id JOIN registers_batch b ON b.id = q.batch_id
                JOIN unnest(%s::bigint[], %s::text[], %s::boolean[]) AS said (batch_id, name_key, is_refused) USING (name_key)
                JOIN registers_batch n ON n.id = said.batch_id AND n.source_id = b.source_id
                WHERE {NOT_OLDER} AND {IS_NEWER_WHERE_LEFT_OUT} AND (NOT said.is_refused OR {strength("n")} > {strength("b")})
                ORDER BY q.id, n.id
            ) m WHERE m.id = f.id
            """,
            [*_columns(names, 2), *_columns(said, 3)],
        )


def _taken(cursor: CursorWrapper, files: list[int], names: list[str]) -> list[tuple[int, str, bool]]:
    """(batch, name) where a row of the batch was taken, whether it attaches to somebody or waits."""
    facts = " UNION ".join(
        f"""
        SELECT f.source_batch, p.name_key FROM namesakes p JOIN {spec.table} f ON f.person_id = p.id
        WHERE f.source_batch = ANY(%(files)s)
        UNION
        SELECT u.batch_id, p.name_key FROM namesakes p JOIN {spec.table} f ON f.person_id = p.id
        JOIN registers_support u ON u.fact_table = '{spec.table}' AND u.fact_id = f.id
        WHERE u.batch_id = ANY(%(files)s)
        """
        for spec in SPECS.values()
        if spec.parent == "person_id"
    )
    cursor.execute(
        f"""
        WITH namesakes AS MATERIALIZED (SELECT id, name_key FROM people_person WHERE name_key = ANY(%(names)s))
        SELECT c.batch_id, c.name_key, false FROM registers_rowclaim c
        WHERE c.batch_id = ANY(%(files)s) AND c.name_key = ANY(%(names)s)
        UNION SELECT facts.*, false FROM ({facts}) facts
        """,
        {"files": files, "names": names},
    )
    return list(cursor.fetchall())


def _refused(cursor: CursorWrapper, files: list[int]) -> list[tuple[int, str]]:
    """(batch, name) of the batches' own refused rows."""
    cursor.execute(
        "SELECT batch_id, sealed FROM registers_fault"
        " WHERE batch_id = ANY(%s) AND level = 'refused' AND reason <> 'duplicate_row' AND sealed IS NOT NULL",
        [files],
    )
    return opened(cursor.fetchall())


def _columns(rows: list[tuple[int, str]] | list[tuple[int, str, bool]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]
