"""Which person a row speaks of. Rows join on the normalised ID number with name or birth agreeing; nothing is guessed.

For each ID number the strongest row of the creating registers leads: rows that agree with it in name, or in a birth
*column*, attach to the one node of that number; the others stay rows, listed under Q04. When a stronger row arrives
that disagrees, the rows that followed the old leader let go and those that agree attach: any order of files ends alike.

Works on temporary tables of the load's transaction: `touched` (ID numbers under blind index) and `link` (row → person).
"""

from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.facts import NO_MONTH
from anye.flow.specs import SPECS
from anye.records.audit.tokens import SQL_TOKEN

LEADING = "o.identity_rank DESC, coalesce(b.file_month, {}) DESC, b.known_on DESC, b.digest DESC, c.sheet_no DESC, c.line DESC"


def attach(stage: str, batch: int, creates: bool) -> None:
    """Make `touched` and `link` for a staged batch; create the persons that its creating rows call for."""
    with connection.cursor() as cursor:
        _touch(cursor, f"SELECT DISTINCT id_blind FROM {stage}_row")
        if creates:
            _lead(cursor, "led_before")
            _claim_all(cursor, stage, batch)
            _lead(cursor, "leader")
            _note_new_leaders(cursor)
            _create_persons(cursor, stage)
            _follow(cursor)
            _link_waiting(cursor)
        else:
            _link_namesakes(cursor, stage)
            _lead(cursor, "leader", of="others")
            _link_others(cursor, stage)
        _index_links(cursor)


def forget(batch: int) -> None:
    """The claims of a batch that is withdrawn go: who leads and who follows is settled among the others.

    Makes `touched` and `link` as `attach` does, and `orphans`: persons of whom no creating row speaks any more.
    """
    with connection.cursor() as cursor:
        _touch(cursor, f"SELECT DISTINCT id_blind FROM registers_rowclaim WHERE batch_id = {batch}")
        _lead(cursor, "led_before")
        cursor.execute("DELETE FROM registers_rowclaim WHERE batch_id = %s", [batch])
        _lead(cursor, "leader")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE orphans ON COMMIT DROP AS
            SELECT p.id AS person_id, w.name_key FROM led_before w JOIN people_person p ON p.id_blind = w.id_blind
            WHERE NOT EXISTS (SELECT 1 FROM leader d WHERE d.id_blind = w.id_blind)
            """
        )
        _note_new_leaders(cursor)
        _follow(cursor)
        _link_waiting(cursor)
        _index_links(cursor)


def _touch(cursor: CursorWrapper, numbers: str) -> None:
    """`touched` (from SQL that yields ID numbers under blind index), and the empty tables of what follows from it."""
    cursor.execute(f"CREATE TEMPORARY TABLE touched ON COMMIT DROP AS {numbers}")
    cursor.execute("ANALYZE touched")
    cursor.execute(
        """
        CREATE TEMPORARY TABLE link (batch_id bigint, sheet_no smallint, line int, person_id bigint,
                                     scope_no bigint) ON COMMIT DROP;
        CREATE TEMPORARY TABLE let_go (batch_id bigint, sheet_no smallint, line int, person_id bigint)
            ON COMMIT DROP;
        CREATE TEMPORARY TABLE led_anew (person_id bigint) ON COMMIT DROP;
        """
    )


def _index_links(cursor: CursorWrapper) -> None:
    """Once the rows are in: an index that grows in the order of persons instead of lines takes ten times as long."""
    cursor.execute("ALTER TABLE link ADD PRIMARY KEY (batch_id, sheet_no, line)")
    cursor.execute("ANALYZE link")


def _claim_all(cursor: CursorWrapper, stage: str, batch: int) -> None:
    cursor.execute(
        f"""
        INSERT INTO registers_rowclaim
            (batch_id, sheet_no, line, id_blind, name_key, birth_on, is_creating, scope_no, person_id)
        SELECT %s, sheet_no, line, id_blind, name_key, birth_on, true, scope_no, NULL FROM {stage}_row
        """,
        [batch],
    )


def _lead(cursor: CursorWrapper, table: str, *, of: str = "touched") -> None:
    """`table`: per ID number in `of`, the strongest creating row, with the strongest birth among its namesakes."""
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS
        WITH ranked AS (
            SELECT c.*, row_number() OVER (PARTITION BY c.id_blind ORDER BY {LEADING.format(NO_MONTH)}) AS place
            FROM registers_rowclaim c JOIN {of} t ON t.id_blind = c.id_blind
            JOIN registers_batch b ON b.id = c.batch_id JOIN registers_source o ON o.id = b.source_id
            WHERE c.is_creating AND b.state IN ('published', 'reading')
        )
        SELECT DISTINCT ON (first.id_blind) first.id_blind, first.batch_id, first.sheet_no, first.line,
               first.name_key, first.scope_no, namesake.birth_on
        FROM ranked first
        LEFT JOIN ranked namesake ON namesake.id_blind = first.id_blind AND namesake.name_key = first.name_key
             AND namesake.birth_on IS NOT NULL
        WHERE first.place = 1
        ORDER BY first.id_blind, namesake.place
        """
    )
    cursor.execute(f"CREATE UNIQUE INDEX ON {table} (id_blind)")
    cursor.execute(f"ANALYZE {table}")


def _note_new_leaders(cursor: CursorWrapper) -> None:
    """`led_anew`: persons whose leader now bears another name or birth, with which their rows may no longer agree."""
    cursor.execute(
        """
        INSERT INTO led_anew SELECT p.id FROM led_before w JOIN leader d ON d.id_blind = w.id_blind
        JOIN people_person p ON p.id_blind = d.id_blind
        WHERE w.name_key <> d.name_key OR w.birth_on <> d.birth_on OR (w.birth_on IS NOT NULL AND d.birth_on IS NULL)
        """
    )


def _create_persons(cursor: CursorWrapper, stage: str) -> None:
    """A node per led ID number that has none yet. The leader of a new number always stands in this batch."""
    cursor.execute(
        f"""
        INSERT INTO people_person (token, scope_no, care_area, name, name_key, sex, birth_on, id_sealed, id_blind,
                                   id_last_blind, groups, is_hidden)
        SELECT {SQL_TOKEN}, r.scope_no, coalesce(r.area_code, ''), r.name, r.name_key, coalesce(r.sex, ''),
               coalesce(r.birth_on, r.id_birth_on), r.id_sealed, r.id_blind, r.id_last_blind, '{{}}', false
        FROM leader d
        JOIN {stage}_row r ON r.batch_id = d.batch_id AND r.sheet_no = d.sheet_no AND r.line = d.line
        WHERE NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id_blind = d.id_blind)
        ORDER BY r.scope_no, r.name
        """
    )


def _follow(cursor: CursorWrapper) -> None:
    """Claims of touched numbers attach to or let go of the person, as they agree with the leader."""
    cursor.execute(
        """
        WITH verdict AS (
            SELECT c.id, c.person_id AS was,
                   CASE WHEN c.name_key = d.name_key OR c.birth_on = d.birth_on THEN p.id END AS now
            FROM registers_rowclaim c JOIN leader d ON d.id_blind = c.id_blind
            JOIN people_person p ON p.id_blind = c.id_blind
            WHERE c.is_creating
        ), changed AS (
            UPDATE registers_rowclaim c SET person_id = v.now FROM verdict v
            WHERE v.id = c.id AND v.now IS DISTINCT FROM v.was
            RETURNING c.batch_id, c.sheet_no, c.line, c.person_id, v.was
        ), gone AS (
            INSERT INTO let_go SELECT batch_id, sheet_no, line, was FROM changed WHERE person_id IS NULL
        )
        INSERT INTO link SELECT ch.batch_id, ch.sheet_no, ch.line, ch.person_id, p.scope_no
        FROM changed ch JOIN people_person p ON p.id = ch.person_id
        """
    )


# an officer may have corrected the name since: the person's current name agrees too; a hidden one has none
_NAMESAKE = "r.name_key = p.name_key AND NOT p.is_hidden"
_AGREES = f"(r.name_key = d.name_key OR r.birth_on = d.birth_on OR ({_NAMESAKE}))"
_KNOWN = "JOIN people_person p ON p.id_blind = r.id_blind LEFT JOIN leader d ON d.id_blind = r.id_blind"


def _link_namesakes(cursor: CursorWrapper, stage: str) -> None:
    """Rows of a register that creates nobody, by the names that persons bear: nearly all. `others`: the numbers left."""
    cursor.execute(
        f"""
        INSERT INTO link SELECT r.batch_id, r.sheet_no, r.line, p.id, p.scope_no FROM {stage}_row r
        JOIN people_person p ON p.id_blind = r.id_blind WHERE {_NAMESAKE}
        """
    )
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE others ON COMMIT DROP AS SELECT DISTINCT r.id_blind FROM {stage}_row r
        WHERE NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id_blind = r.id_blind AND {_NAMESAKE})
        """
    )
    cursor.execute("ANALYZE others")


def _link_others(cursor: CursorWrapper, stage: str) -> None:
    """Of the numbers left: rows that agree with their leader; the rest wait."""
    cursor.execute(
        f"""
        INSERT INTO link SELECT r.batch_id, r.sheet_no, r.line, p.id, p.scope_no
        FROM {stage}_row r JOIN others USING (id_blind) {_KNOWN} WHERE {_AGREES} AND ({_NAMESAKE}) IS NOT TRUE
        """
    )
    cursor.execute(
        f"""
        INSERT INTO registers_rowclaim
            (batch_id, sheet_no, line, id_blind, name_key, birth_on, is_creating, scope_no, person_id)
        SELECT r.batch_id, r.sheet_no, r.line, r.id_blind, r.name_key, r.birth_on, false, r.scope_no, NULL
        FROM {stage}_row r
        -- a row about a firm or a fund names nobody, or its owner
        WHERE r.id_blind IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM link l WHERE l.batch_id = r.batch_id AND l.sheet_no = r.sheet_no AND l.line = r.line)
        """
    )


def _link_waiting(cursor: CursorWrapper) -> None:
    cursor.execute(
        f"""
        WITH found AS (
            SELECT r.id, p.id AS person_id, p.scope_no FROM registers_rowclaim r
            JOIN touched t ON t.id_blind = r.id_blind {_KNOWN}
            WHERE NOT r.is_creating AND r.person_id IS NULL AND {_AGREES}
        ), gone AS (DELETE FROM registers_rowclaim c USING found f WHERE c.id = f.id RETURNING c.*)
        INSERT INTO link SELECT g.batch_id, g.sheet_no, g.line, f.person_id, f.scope_no
        FROM gone g JOIN found f ON f.id = g.id
        """
    )


def persons_to_rebuild() -> list[int]:
    """Persons that lost a row to a stronger, disagreeing claim, or may: their facts are drawn anew from what they keep."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM let_go UNION SELECT person_id FROM led_anew")
        return [row[0] for row in cursor.fetchall()]


def recheck(stage: str, office_no: int) -> None:
    """Rows of registers that create nobody, linked for a rebuild, wait again when they agreed with the old leader only."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wrong AS (
                SELECT r.* FROM {stage}_row r
                JOIN registers_batch b ON b.id = r.batch_id JOIN registers_source o ON o.id = b.source_id
                JOIN leader d ON d.id_blind = r.id_blind
                WHERE NOT o.creates_persons AND r.name_key <> d.name_key
                  AND (r.birth_on = d.birth_on) IS NOT TRUE
            ), gone AS (
                DELETE FROM link l USING wrong w
                WHERE l.batch_id = w.batch_id AND l.sheet_no = w.sheet_no AND l.line = w.line
            )
            INSERT INTO registers_rowclaim
                (batch_id, sheet_no, line, id_blind, name_key, birth_on, is_creating, scope_no, person_id)
            SELECT batch_id, sheet_no, line, id_blind, name_key, birth_on, false, %s, NULL FROM wrong
            ON CONFLICT DO NOTHING
            """,
            [office_no],
        )


def wait_again(stage: str) -> None:
    """Rows linked to an orphan wait for whoever bears the number next; what an officer said, for the same name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH gone AS (DELETE FROM link l USING orphans o WHERE l.person_id = o.person_id RETURNING l.*, o.name_key)
            INSERT INTO registers_rowclaim
                (batch_id, sheet_no, line, id_blind, name_key, birth_on, is_creating, scope_no, person_id)
            SELECT g.batch_id, g.sheet_no, g.line, p.id_blind, coalesce(r.name_key, g.name_key), r.birth_on, false,
                   coalesce(r.scope_no, p.scope_no), NULL
            FROM gone g JOIN people_person p ON p.id = g.person_id
            LEFT JOIN {stage}_row r ON r.batch_id = g.batch_id AND r.sheet_no = g.sheet_no AND r.line = g.line
            ON CONFLICT DO NOTHING
            """
        )


def retire_for_rebuild(persons: list[int], batch: int, *, on: date | None = None) -> None:
    """Retire what files said of these persons, and link the rows they keep, to be taken anew.

    `on`: the day, when it is not the one on which the batch became known.
    """
    said = " UNION ".join(
        f"""SELECT f.person_id, f.source_batch AS batch_id, f.source_sheet AS sheet_no, f.source_line AS line
            FROM {spec.table} f WHERE f.person_id = ANY(%(persons)s)
            UNION SELECT f.person_id, u.batch_id, u.sheet_no, u.line FROM {spec.table} f
            JOIN registers_support u ON u.fact_table = '{spec.table}' AND u.fact_id = f.id
            WHERE f.person_id = ANY(%(persons)s)"""
        for spec in SPECS.values()
        if spec.parent == "person_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO link
            SELECT s.batch_id, s.sheet_no, s.line, s.person_id, p.scope_no FROM ({said}) s
            JOIN people_person p ON p.id = s.person_id
            -- a row that waits, or follows somebody else by now, has no say; what was taken back is not said again
            WHERE NOT EXISTS (SELECT 1 FROM registers_rowclaim c WHERE c.batch_id = s.batch_id
                              AND c.sheet_no = s.sheet_no AND c.line = s.line AND c.person_id IS DISTINCT FROM s.person_id)
              AND NOT EXISTS (SELECT 1 FROM registers_batch b WHERE b.id = s.batch_id
                              AND (b.state = 'withdrawn' OR b.id = %(batch)s))
            ON CONFLICT DO NOTHING
            """,
            {"persons": persons, "batch": batch},
        )
        for spec in SPECS.values():
            if spec.parent == "person_id":
                cursor.execute(
                    f"""
                    UPDATE {spec.table} f SET retired_by = %s,
                        retired_on = coalesce(%s, (SELECT b.known_on FROM registers_batch b WHERE b.id = %s))
                    WHERE f.person_id = ANY(%s) AND f.retired_on IS NULL
                    """,
                    [batch, on, batch, persons],
                )
