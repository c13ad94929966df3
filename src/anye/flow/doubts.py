"""Contradictions in the records of the persons a load touched become findings, and findings become visits.

Each rule of domain section 6.3 is one SELECT over current facts (`doubt_rules`), so findings depend on what is known and not on the
order in which it came. A finding has a stable key; one that no longer holds is closed as *gone*, one that a person has
settled stays settled.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow import handing_over, mending, replaced, rival_names
from anye.flow.caches import households_met
from anye.flow.doubt_rules import RULES
from anye.flow.plans import joined_at_once, plan_for
from anye.records.audit.tokens import SQL_TOKEN
from anye.records.findings.rules import QUALITY_RULES, VISIT_DAYS, VISIT_RULES
from anye.records.people.queries import opened_id

OPEN = "('open', 'visiting', 'mending')"

# whose doubts change with somebody else's records: members of a household that was joined or left, near ID numbers
_RELATED = f"""
    INSERT INTO suspects
    SELECT m.person_id FROM people_householdmember m JOIN households_met t ON t.household_id = m.household_id
    WHERE m.retired_on IS NULL
    UNION
    SELECT f.person_id FROM findings_finding f WHERE f.state IN {OPEN} AND f.params ->> 'kind' = 'near_ids'
    EXCEPT SELECT person_id FROM suspects
"""


def raise_doubts(
    batch_id: int, *, insurance_only: bool, persons: str = "SELECT DISTINCT person_id FROM link", on: date | None = None
) -> None:
    """Find anew what is doubtful about `persons` (SQL yielding ids), and bring findings and visits in line.

    `on`: the day of it, when it is not the one on which the batch became known.
    A load that brought insurance months alone can change two rules only: a million rows need not ask the others.
    """
    asked = ("Q04", "Q09") if insurance_only else tuple(RULES)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE suspects ON COMMIT DROP AS {persons}")
        cursor.execute(
            "INSERT INTO suspects SELECT p.id FROM people_person p JOIN touched t ON t.id_blind = p.id_blind"
            " WHERE NOT EXISTS (SELECT 1 FROM suspects s WHERE s.person_id = p.id)"
        )
        # a newer month of insurance can lift an older doubt of people it does not speak of
        cursor.execute(
            f"INSERT INTO suspects SELECT DISTINCT person_id FROM findings_finding f WHERE rule = 'Q09' AND state IN {OPEN}"
            " AND NOT EXISTS (SELECT 1 FROM suspects s WHERE s.person_id = f.person_id)"
        )
        if not insurance_only:
            with households_met(cursor, "suspects"):
                cursor.execute(_RELATED)
        cursor.execute("ALTER TABLE suspects ADD PRIMARY KEY (person_id)")
        cursor.execute("ANALYZE suspects")
        cursor.execute("SELECT count(*) FROM suspects")
        (count,) = cursor.fetchone()
        plan_for(cursor, count)
        newest = newest_month(cursor)
        cursor.execute("CREATE TEMPORARY TABLE newest ON COMMIT DROP AS SELECT %s::date AS month", [newest])
        met = nullcontext() if insurance_only else households_met(cursor, "suspects")
        with met, joined_at_once(cursor, count):
            _find(cursor, asked)
        if not insurance_only:
            _find_near_ids(cursor)
        cursor.execute("ANALYZE doubts")
        _keep(cursor, batch_id, asked if insurance_only else QUALITY_RULES, on)
        # the other of two near numbers may be somebody whom the load did not touch
        cursor.execute("INSERT INTO suspects SELECT person_id FROM doubts EXCEPT SELECT person_id FROM suspects")
        _visits(cursor)
        handing_over.bring_to_visits(cursor)
        _list_waiting(cursor)
        rival_names.seal_names()
        mending.note_mended(batch_id)
        replaced.note_replaced(batch_id)
        cursor.execute("DROP TABLE suspects, doubts, newest")


def newest_month(cursor: CursorWrapper) -> date | None:
    """The last insured month that is known of anybody.

    By office, so that the index on scope and month answers with its last entries. A first load has no statistics yet,
    and the planner would read the whole of what it just brought.
    """
    cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    cursor.execute(
        """
        SELECT max(i.month) FROM places_office o, LATERAL (
            SELECT max(month) AS month FROM firms_insurancemonth WHERE scope_no = o.scope_no AND retired_on IS NULL
        ) i
        """
    )
    found: date | None = cursor.fetchone()[0]
    cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = on")
    return found


def digits_apart(a: str, b: str) -> int:
    """How many places differ between two numbers of one length."""
    return sum(x != y for x, y in zip(a, b, strict=True))


def _find(cursor: CursorWrapper, asked: Sequence[str]) -> None:
    rules = " UNION ALL ".join(f"({RULES[name]})" for name in asked)
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE doubts ON COMMIT DROP AS
        SELECT DISTINCT ON (key) * FROM (
            SELECT r.person_id, r.rule, r.firm_id, r.month, r.evidence, r.params, p.scope_no,
                   sha256(convert_to(r.rule || '|' || encode(coalesce(p.id_blind, p.token::bytea), 'hex') || '|'
                                     || r.org, 'UTF8')) AS key
            FROM ({rules}) r (person_id, rule, firm_id, month, org, evidence, params)
            JOIN people_person p ON p.id = r.person_id AND NOT p.is_hidden
        ) all_doubts ORDER BY key
        """
    )


def _find_near_ids(cursor: CursorWrapper) -> None:
    """Q04, second half: same name and birth, ID numbers one or two digits apart. Numbers are opened, so only pairs."""
    cursor.execute(
        """
        WITH pairs AS (
            SELECT a.id AS a, b.id AS b FROM suspects s JOIN people_person a ON a.id = s.person_id
            JOIN people_person b ON b.name_key = a.name_key AND b.birth_on = a.birth_on AND b.id <> a.id
            WHERE NOT a.is_hidden AND NOT b.is_hidden
        )
        SELECT a.id, a.id_sealed, a.scope_no, a.id_blind, b.id, b.id_sealed, b.id_blind
        FROM (SELECT a, b FROM pairs UNION SELECT b, a FROM pairs) either (a, b)
        JOIN people_person a ON a.id = either.a JOIN people_person b ON b.id = either.b ORDER BY a.id_blind, b.id_blind
        """
    )
    for a, sealed_a, scope_no, blind_a, b, sealed_b, blind_b in cursor.fetchall():
        if digits_apart(opened_id(sealed_a), opened_id(sealed_b)) <= 2:
            cursor.execute(
                """
                INSERT INTO doubts (person_id, rule, evidence, params, scope_no, key)
                VALUES (%s, 'Q04', jsonb_build_array(jsonb_build_array('people_person', %s::bigint)),
                        '{"kind": "near_ids"}', %s, sha256(convert_to(%s, 'UTF8')))
                """,
                [a, b, scope_no, f"Q04|near|{bytes(blind_a).hex()}|{bytes(blind_b).hex()}"],
            )


def _keep(cursor: CursorWrapper, batch_id: int, asked: Sequence[str], on: date | None) -> None:
    """Bring the findings in line with `doubts`. What somebody settled keeps the evidence that it was settled on."""
    _follow_runs(cursor)
    day = "(SELECT coalesce(%s, known_on) AS known_on FROM registers_batch WHERE id = %s)"
    cursor.execute(
        f"""
        INSERT INTO findings_finding AS f (token, key, rule, person_id, scope_no, firm_id, month, evidence, params, state,
                                           found_on, seen_on, due_on)
        SELECT {SQL_TOKEN}, d.key, d.rule, d.person_id, d.scope_no, d.firm_id, d.month, d.evidence, d.params, 'open',
               b.known_on, b.known_on, b.known_on + {VISIT_DAYS}
        FROM (SELECT DISTINCT ON (key) * FROM doubts ORDER BY key) d, {day} b
        ON CONFLICT (key) DO UPDATE SET
            evidence = excluded.evidence, params = excluded.params, month = excluded.month, seen_on = excluded.seen_on,
            state = CASE f.state WHEN 'gone' THEN 'open' ELSE f.state END,
            due_on = CASE f.state WHEN 'gone' THEN excluded.due_on ELSE f.due_on END,
            settled_on = NULL
        WHERE f.state IN ('gone', 'open', 'visiting', 'mending') AND (f.evidence, f.params, f.month, f.state = 'gone')
            IS DISTINCT FROM (excluded.evidence, excluded.params, excluded.month, false)
        """,
        [on, batch_id],
    )
    cursor.execute(
        f"""
        UPDATE findings_finding f SET state = 'gone', settled_on = b.known_on
        FROM suspects s, {day} b
        WHERE f.person_id = s.person_id AND f.state IN {OPEN} AND f.rule = ANY(%s)
          AND coalesce(f.params ->> 'kind', '') <> %s AND NOT EXISTS (SELECT 1 FROM doubts d WHERE d.key = f.key)
        """,
        [on, batch_id, list(asked), "near_ids" if len(asked) == 2 else "-"],
    )


def _follow_runs(cursor: CursorWrapper) -> None:
    """An open doubt whose run of months has grown at its beginning is the same doubt under another first month.

    Where two runs have met, the earlier one's doubt goes on.
    """
    cursor.execute(
        f"""
        UPDATE findings_finding f SET key = n.key FROM (
            SELECT DISTINCT ON (d.key) o.id, d.key FROM doubts d
            JOIN findings_finding o ON o.person_id = d.person_id AND o.rule = d.rule AND o.firm_id = d.firm_id
                 AND o.state IN {OPEN} AND o.month BETWEEN to_date(d.params ->> 'first', 'YYYY-MM')
                                                       AND to_date(d.params ->> 'through', 'YYYY-MM')
            WHERE d.rule = 'Q09' AND NOT EXISTS (SELECT 1 FROM findings_finding k WHERE k.key = d.key)
            ORDER BY d.key, o.params ->> 'first'
        ) n WHERE n.id = f.id
        """
    )


def _visits(cursor: CursorWrapper) -> None:
    """A visit for whoever has an open doubt that only a visit settles and lives under a village or town of ours."""
    rules = ", ".join(f"'{rule}'" for rule in sorted(VISIT_RULES))
    cursor.execute(
        f"""
        INSERT INTO findings_visit (token, person_id, scope_no, state, due_on, made_by, answer)
        SELECT {SQL_TOKEN}, f.person_id, f.scope_no, 'due', min(f.due_on), '', ''
        FROM findings_finding f JOIN suspects s ON s.person_id = f.person_id
        JOIN places_office o ON o.scope_no = f.scope_no AND o.kind IN ('village', 'town')
        WHERE f.state = 'open' AND f.rule IN ({rules})
        GROUP BY f.person_id, f.scope_no
        ON CONFLICT (person_id) WHERE state = 'due' DO NOTHING
        """
    )
    cursor.execute(
        f"""
        INSERT INTO findings_visitfinding (visit_id, finding_id, scope_no)
        SELECT v.id, f.id, f.scope_no FROM findings_finding f JOIN suspects s ON s.person_id = f.person_id
        JOIN findings_visit v ON v.person_id = f.person_id AND v.state = 'due'
        WHERE f.state = 'open' AND f.rule IN ({rules}) ON CONFLICT DO NOTHING
        """
    )
    cursor.execute(
        """
        UPDATE findings_finding f SET state = 'visiting' FROM suspects s, findings_visitfinding vf, findings_visit v
        WHERE f.person_id = s.person_id AND f.state = 'open' AND vf.finding_id = f.id AND v.id = vf.visit_id
          AND v.state = 'due'
        """
    )
    cursor.execute(
        """
        UPDATE findings_visit v SET state = 'dropped' FROM suspects s
        WHERE v.person_id = s.person_id AND v.state = 'due' AND NOT EXISTS (
            SELECT 1 FROM findings_visitfinding vf JOIN findings_finding f ON f.id = vf.finding_id
            JOIN places_office o ON o.scope_no = f.scope_no AND o.kind IN ('village', 'town')
            WHERE vf.visit_id = v.id AND f.state IN ('open', 'visiting'))
        """
    )
    # of people who moved away meanwhile; an answer that still waits to be published keeps its doubts
    cursor.execute(
        """
        UPDATE findings_finding f SET state = 'open' FROM suspects s
        WHERE f.person_id = s.person_id AND f.state = 'visiting' AND NOT EXISTS (
            SELECT 1 FROM findings_visitfinding vf JOIN findings_visit v ON v.id = vf.visit_id
            WHERE vf.finding_id = f.id AND (v.state = 'due' OR EXISTS (
                SELECT 1 FROM registers_entry e WHERE e.id = v.entry_id AND e.state = 'waiting')))
        """
    )


def _list_waiting(cursor: CursorWrapper) -> None:
    """Rows whose number is known under another name and birth are listed with their file, and never guessed."""
    cursor.execute(
        """
        DELETE FROM registers_fault q USING link l
        WHERE q.level = 'unattached' AND q.batch_id = l.batch_id AND q.sheet_no = l.sheet_no AND q.line = l.line
        """
    )
    cursor.execute(
        """
        INSERT INTO registers_fault (batch_id, sheet_no, line, level, reason, params, scope_no, is_restricted)
        SELECT c.batch_id, c.sheet_no, c.line, 'unattached', 'Q04', '{}', c.scope_no, o.is_restricted
        FROM registers_rowclaim c JOIN touched t ON t.id_blind = c.id_blind
        JOIN people_person p ON p.id_blind = c.id_blind
        JOIN registers_batch b ON b.id = c.batch_id JOIN registers_source o ON o.id = b.source_id
        WHERE c.person_id IS NULL AND NOT p.is_hidden AND NOT EXISTS (
            SELECT 1 FROM registers_fault q WHERE q.batch_id = c.batch_id AND q.sheet_no = c.sheet_no
              AND q.line = c.line AND q.level = 'unattached')
        """
    )
