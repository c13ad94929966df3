"""A batch falls silent: of each fact that it spoke of, whoever else speaks is heard anew.

A row's voice on a key (say, a person's phone) is the fact that it brought, current or retired, or its support of one.
The strongest voice left decides, so it is as if the batch had never been heard. Nothing is edited: what no longer
stands is retired, what stands again is inserted with the source that says it, and those who agree support it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.facts import NO_MONTH, ORDER
from anye.flow.specs import FactSpec


@dataclass
class Silenced:
    """Of the current facts a batch spoke of: those that go, those that stay, and other ones that return."""

    gone: int = 0
    stayed: int = 0
    returned: int = 0

    def __add__(self, other: "Silenced") -> "Silenced":
        return Silenced(self.gone + other.gone, self.stayed + other.stayed, self.returned + other.returned)


def silence(spec: FactSpec, batch: int, *, by: int, on: date) -> Silenced:
    """Retire and insert what changes in one table without the batch; `by` is the batch that retires, `on` the day.

    Needs the temporary tables `rebuilt` (persons whose facts are drawn anew otherwise) and `heard`, to which it adds
    the persons that the batch spoke of. The batch's supports must still be there.
    """
    with connection.cursor() as cursor:
        _ask(cursor, spec, batch)
        cursor.execute("SELECT count(*) FROM asked")
        if not cursor.fetchone()[0]:
            cursor.execute("DROP TABLE asked")
            return Silenced()
        _hear(cursor, spec, batch)
        silenced = _settle(cursor, spec, by, on)
        if spec.parent == "person_id":
            cursor.execute(
                f"INSERT INTO heard SELECT DISTINCT f.person_id FROM asked a JOIN {spec.table} f ON f.id = a.like_id"
                " ON CONFLICT DO NOTHING"
            )
        cursor.execute("DROP TABLE asked, voices")
    return silenced


def _same_key(spec: FactSpec, a: str, b: str) -> str:
    same = "".join(f' AND {a}."{name}" IS NOT DISTINCT FROM {b}."{name}"' for name in spec.key)
    return f"{a}.{spec.parent} = {b}.{spec.parent}{same}"


def _same_said(spec: FactSpec, a: str, b: str) -> str:
    return " AND ".join(f'{a}."{name}" IS NOT DISTINCT FROM {b}."{name}"' for name in spec.compared) or "true"


def _supported(spec: FactSpec, fact: str, batch: str) -> str:
    """SQL: the batch supports the fact of this alias."""
    return (
        f"EXISTS (SELECT 1 FROM registers_support u WHERE u.fact_table = '{spec.table}' AND u.fact_id = {fact}.id"
        f" AND u.batch_id = {batch})"
    )


def _overridden(spec: FactSpec, fact: str, batch: int) -> str:
    """SQL: a standing batch that says nothing of this key retired the fact: an officer replaced it by hand.

    The same is true of the old copies that a rebuild retired; their rows have spoken again since.
    """
    return f"""
        {fact}.retired_by <> {batch}
        AND EXISTS (SELECT 1 FROM registers_batch e WHERE e.id = {fact}.retired_by AND e.state <> 'withdrawn')
        AND NOT EXISTS (
            SELECT 1 FROM {spec.table} t WHERE {_same_key(spec, "t", fact)}
            AND (t.source_batch = {fact}.retired_by OR {_supported(spec, "t", f"{fact}.retired_by")}))
    """


def _ask(cursor: CursorWrapper, spec: FactSpec, batch: int) -> None:
    """`asked`: a line a key whose current fact the batch brought or supports, or on which it left nothing standing.

    like_id: some fact of the key; fact_id: the current one, if any; is_own: whether the batch brought it.
    """
    spared = ""
    if spec.parent == "person_id":
        spared = "AND NOT EXISTS (SELECT 1 FROM rebuilt r WHERE r.person_id = f.person_id)"
    keys = ", ".join([f"f.{spec.parent}", *(f'f."{name}"' for name in spec.key)])
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE asked ON COMMIT DROP AS
        SELECT f.id AS like_id, f.id AS fact_id, true AS is_own FROM {spec.table} f
        WHERE f.retired_on IS NULL AND f.source_batch = {batch} {spared}
        UNION ALL
        SELECT f.id, f.id, false FROM {spec.table} f
        WHERE f.retired_on IS NULL AND f.source_batch <> {batch} {spared} AND f.id IN (
            SELECT u.fact_id FROM registers_support u WHERE u.batch_id = {batch} AND u.fact_table = '{spec.table}')
        UNION ALL
        SELECT like_id, NULL, false FROM (
            SELECT DISTINCT ON ({keys}) f.id AS like_id FROM {spec.table} f
            WHERE f.retired_by = {batch} {spared}
              AND NOT EXISTS (SELECT 1 FROM {spec.table} c WHERE {_same_key(spec, "c", "f")} AND c.retired_on IS NULL)
              AND NOT EXISTS (SELECT 1 FROM {spec.table} c WHERE {_same_key(spec, "c", "f")}
                              AND {_overridden(spec, "c", batch)})
            ORDER BY {keys}, f.id
        ) silent
        """
    )
    cursor.execute("ANALYZE asked")


def _hear(cursor: CursorWrapper, spec: FactSpec, batch: int) -> None:
    """`voices`: who else speaks of the keys; place 1 is the strongest of each. said_in: the fact that holds the words."""
    let_go = ""
    if spec.parent == "person_id":
        # a row that waits, or follows somebody else by now, has no say in this person's facts
        let_go = """
            AND NOT EXISTS (SELECT 1 FROM registers_rowclaim c WHERE c.batch_id = v.batch AND c.sheet_no = v.sheet
                            AND c.line = v.line AND c.person_id IS DISTINCT FROM f.person_id)"""
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE voices ON COMMIT DROP AS
        SELECT *, row_number() OVER (PARTITION BY like_id ORDER BY {ORDER}, said_in DESC) AS place FROM (
            SELECT a.like_id, f.id AS said_in, v.batch, {spec.rank("f")} AS s_rank,
                   coalesce(b.file_month, {NO_MONTH}) AS s_month, b.known_on AS s_known, b.digest AS s_digest,
                   v.sheet AS s_sheet, v.line AS s_line
            FROM asked a
            JOIN {spec.table} k ON k.id = a.like_id
            JOIN {spec.table} f ON {_same_key(spec, "f", "k")}
            JOIN LATERAL (
                SELECT f.source_batch AS batch, f.source_sheet AS sheet, f.source_line AS line
                UNION ALL
                SELECT u.batch_id, u.sheet_no, u.line FROM registers_support u
                WHERE u.fact_table = '{spec.table}' AND u.fact_id = f.id
            ) v ON v.batch <> {batch}
            JOIN registers_batch b ON b.id = v.batch AND b.state = 'published'
            JOIN registers_source o ON o.id = b.source_id
            WHERE (f.retired_by IS NULL OR NOT ({_overridden(spec, "f", batch)})){let_go}
        ) heard
        """
    )
    cursor.execute("CREATE INDEX ON voices (like_id, place)")
    cursor.execute("ANALYZE voices")


def _settle(cursor: CursorWrapper, spec: FactSpec, by: int, on: date) -> Silenced:
    """Retire, insert and support, so that each key's strongest voice stands. What it says already is left alone."""
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE verdict ON COMMIT DROP AS
        SELECT a.*, v.said_in, v.batch, v.s_sheet, v.s_line,
               a.fact_id IS NOT NULL AND v.said_in IS NOT NULL AND ({_same_said(spec, "w", "c")}) AS is_same
        FROM asked a
        LEFT JOIN voices v ON v.like_id = a.like_id AND v.place = 1
        LEFT JOIN {spec.table} c ON c.id = a.fact_id
        LEFT JOIN {spec.table} w ON w.id = v.said_in
        """
    )
    cursor.execute(
        f"""
        UPDATE {spec.table} f SET retired_on = %s, retired_by = %s FROM verdict d
        WHERE f.id = d.fact_id AND (d.is_own OR NOT d.is_same)
        """,
        [on, by],
    )
    columns = f"{spec.parent}, {spec.scope_column}" + ", ".join(f'"{name}"' for name in spec.columns)
    cursor.execute(
        f"""
        INSERT INTO {spec.table} ({columns}, known_on, source_batch, source_sheet, source_line)
        SELECT {", ".join(f"w.{name.strip()}" for name in columns.split(","))}, %s, d.batch, d.s_sheet, d.s_line
        FROM verdict d JOIN {spec.table} w ON w.id = d.said_in
        WHERE d.is_own OR NOT d.is_same ORDER BY w.{spec.parent}
        """,
        [on],
    )
    cursor.execute(
        f"""
        INSERT INTO registers_support (fact_table, fact_id, batch_id, sheet_no, line)
        SELECT '{spec.table}', n.id, v.batch, v.s_sheet, v.s_line
        FROM verdict d JOIN {spec.table} k ON k.id = d.like_id
        JOIN {spec.table} n ON {_same_key(spec, "n", "k")} AND n.retired_on IS NULL
        JOIN voices v ON v.like_id = d.like_id AND v.place > 1
        JOIN {spec.table} w ON w.id = v.said_in
        WHERE (d.is_own OR NOT d.is_same) AND d.said_in IS NOT NULL AND {_same_said(spec, "w", "n")}
          AND (v.batch, v.s_sheet, v.s_line) <> (d.batch, d.s_sheet, d.s_line)
        ON CONFLICT DO NOTHING
        """
    )
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE fact_id IS NOT NULL AND NOT is_same), count(*) FILTER (WHERE is_same),
               count(*) FILTER (WHERE said_in IS NOT NULL AND NOT is_same)
        FROM verdict
        """
    )
    silenced = Silenced(*cursor.fetchone())
    cursor.execute("DROP TABLE verdict")
    return silenced
