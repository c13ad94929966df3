"""Contradictions in the records of the persons a load touched become findings, and findings become visits.

Each rule of domain section 6.3 is one SELECT over current facts, so findings depend on what is known and not on the
order in which it came. A finding has a stable key; one that no longer holds is closed as *gone*, one that a person has
settled stays settled.
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.records.audit.tokens import SQL_TOKEN
from anye.records.findings.rules import QUALITY_RULES, VISIT_DAYS, VISIT_RULES
from anye.records.people.queries import opened_id

OPEN = "('open', 'visiting')"

# whose doubts change with somebody else's records: members of a household that was joined or left, near ID numbers
_RELATED = f"""
    INSERT INTO suspects
    SELECT m.person_id FROM people_householdmember m WHERE m.retired_on IS NULL AND m.household_id IN (
        SELECT e.household_id FROM people_householdmember e JOIN suspects s ON s.person_id = e.person_id)
    UNION
    SELECT f.person_id FROM findings_finding f WHERE f.state IN {OPEN} AND f.params ->> 'kind' = 'near_ids'
    EXCEPT SELECT person_id FROM suspects
"""

# every rule yields: person_id, rule, firm_id, month, org (text that tells findings of one person apart), evidence, params
_RULES = {
    # what the strongest ledger row that speaks of the person was queried for at intake
    "rows": """
        SELECT DISTINCT ON (v.person_id, q.reason) v.person_id, q.reason AS rule, NULL::bigint AS firm_id,
               NULL::date AS month, '' AS org, jsonb_build_array(jsonb_build_array('registers_fault', q.id)) AS evidence,
               q.params || jsonb_build_object('line', q.line) AS params
        FROM (
            SELECT DISTINCT ON (c.person_id, b.source_id) c.person_id, c.batch_id, c.sheet_no, c.line
            FROM registers_rowclaim c JOIN suspects s ON s.person_id = c.person_id
            JOIN registers_batch b ON b.id = c.batch_id
            ORDER BY c.person_id, b.source_id, coalesce(b.file_month, '-infinity') DESC, b.known_on DESC,
                     b.digest DESC, c.sheet_no DESC, c.line DESC
        ) v JOIN registers_fault q ON q.batch_id = v.batch_id AND q.sheet_no = v.sheet_no AND q.line = v.line
        WHERE q.level = 'queried'
        ORDER BY v.person_id, q.reason, q.id""",
    "Q04": """
        SELECT DISTINCT ON (p.id, c.name_key) p.id, 'Q04', NULL::bigint, NULL::date, c.name_key,
               jsonb_build_array(jsonb_build_array('registers_rowclaim', c.id)),
               jsonb_build_object('kind', 'one_id_two_names')
        FROM registers_rowclaim c JOIN people_person p ON p.id_blind = c.id_blind
        JOIN suspects s ON s.person_id = p.id
        WHERE c.person_id IS NULL
        ORDER BY p.id, c.name_key, c.id""",
    "Q07": """
        SELECT (array_agg(m.person_id ORDER BY p.id_blind, p.id) FILTER (WHERE m.is_head OR h.heads = 0))[1],
               'Q07', NULL::bigint, NULL::date, hh.code,
               jsonb_build_array(jsonb_build_array('people_household', hh.id)),
               jsonb_build_object('kind', CASE WHEN h.heads = 0 THEN 'no_head' ELSE 'two_heads' END, 'heads', h.heads)
        FROM (
            SELECT m.household_id, count(*) FILTER (WHERE m.is_head) AS heads
            FROM people_householdmember m
            WHERE m.retired_on IS NULL AND m.household_id IN (
                SELECT a.household_id FROM people_householdmember a JOIN suspects s ON s.person_id = a.person_id
                WHERE a.retired_on IS NULL)
            GROUP BY m.household_id
            -- a household whose members' relations nobody wrote down is unknown, not headless
            HAVING count(*) FILTER (WHERE m.is_head) <> 1 AND bool_and(m.is_head IS NOT NULL)
        ) h JOIN people_household hh ON hh.id = h.household_id
        JOIN people_householdmember m ON m.household_id = h.household_id AND m.retired_on IS NULL
        JOIN people_person p ON p.id = m.person_id
        GROUP BY hh.id, hh.code, h.heads""",
    "Q08": """
        SELECT a.person_id, 'Q08', NULL::bigint, min(greatest(a.valid_from, b.valid_from)), 'overlap',
               jsonb_agg(jsonb_build_array('firms_employmentspell', a.id)),
               jsonb_build_object('kind', 'overlap', 'count', count(*))
        FROM firms_employmentspell a
        JOIN firms_employmentspell b ON b.person_id = a.person_id AND b.id > a.id AND b.retired_on IS NULL
             AND b.valid_from IS NOT NULL AND b.work_kind NOT IN ('part_time', 'flexible')
             AND daterange(a.valid_from, greatest(a.valid_to, a.valid_from), '[]')
                 && daterange(b.valid_from, greatest(b.valid_to, b.valid_from), '[]')
        JOIN suspects s ON s.person_id = a.person_id
        WHERE a.retired_on IS NULL AND a.valid_from IS NOT NULL AND a.work_kind NOT IN ('part_time', 'flexible')
          AND a.employer_name <> b.employer_name
        GROUP BY a.person_id""",
    # either side may be wrong: agents insure people who do not work. The status speaks from its register's month on
    "Q09": """
        SELECT DISTINCT ON (i.person_id, i.firm_id) i.person_id, 'Q09', i.firm_id, i.month, f.code,
               jsonb_build_array(jsonb_build_array('people_persondetail', d.id),
                                 jsonb_build_array('firms_insurancemonth', i.id)),
               jsonb_build_object('month', to_char(i.month, 'YYYY-MM'))
        FROM suspects s
        JOIN people_persondetail d ON d.person_id = s.person_id AND d.kind = 'employment_state'
             AND d.value = 'not_employed' AND d.retired_on IS NULL
        JOIN LATERAL (
            -- a ledger that names no month speaks of the newest month that is known when it came in
            SELECT max(coalesce(b.file_month, least(date_trunc('month', b.known_on)::date, n.month))) AS month
            FROM registers_batch b, newest n
            WHERE b.id = d.source_batch OR b.id IN (SELECT u.batch_id FROM registers_support u
                WHERE u.fact_table = 'people_persondetail' AND u.fact_id = d.id)
        ) said ON true
        JOIN firms_insurancemonth i ON i.person_id = s.person_id AND i.retired_on IS NULL AND i.month >= said.month
        JOIN firms_firm f ON f.id = i.firm_id
        ORDER BY i.person_id, i.firm_id, i.month, i.id""",
}


def raise_doubts(
    batch_id: int, *, insurance_only: bool, persons: str = "SELECT DISTINCT person_id FROM link", on: date | None = None
) -> None:
    """Find anew what is doubtful about `persons` (SQL yielding ids), and bring findings and visits in line.

    `on`: the day of it, when it is not the one on which the batch became known.
    A load that brought insurance months alone can change two rules only: a million rows need not ask the others.
    """
    asked = ("Q04", "Q09") if insurance_only else tuple(_RULES)
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
            cursor.execute(_RELATED)
        cursor.execute("ALTER TABLE suspects ADD PRIMARY KEY (person_id)")
        cursor.execute("ANALYZE suspects")
        newest = newest_month(cursor)
        cursor.execute("CREATE TEMPORARY TABLE newest ON COMMIT DROP AS SELECT %s::date AS month", [newest])
        _find(cursor, asked)
        if not insurance_only:
            _find_near_ids(cursor)
        cursor.execute("ANALYZE doubts")
        _keep(cursor, batch_id, asked if insurance_only else QUALITY_RULES, on)
        # the other of two near numbers may be somebody whom the load did not touch
        cursor.execute("INSERT INTO suspects SELECT person_id FROM doubts EXCEPT SELECT person_id FROM suspects")
        _visits(cursor)
        _list_waiting(cursor)
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
    rules = " UNION ALL ".join(f"({_RULES[name]})" for name in asked)
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
        SELECT a.id, a.id_sealed, a.scope_no, a.id_blind, b.id, b.id_sealed
        FROM (SELECT a, b FROM pairs UNION SELECT b, a FROM pairs) either (a, b)
        JOIN people_person a ON a.id = either.a JOIN people_person b ON b.id = either.b ORDER BY a.id_blind, b.id_blind
        """
    )
    for a, sealed_a, scope_no, blind, b, sealed_b in cursor.fetchall():
        if digits_apart(opened_id(sealed_a), opened_id(sealed_b)) <= 2:
            cursor.execute(
                """
                INSERT INTO doubts (person_id, rule, evidence, params, scope_no, key)
                VALUES (%s, 'Q04', jsonb_build_array(jsonb_build_array('people_person', %s::bigint)),
                        '{"kind": "near_ids"}', %s, sha256(convert_to('Q04|near|' || encode(%s, 'hex'), 'UTF8')))
                """,
                [a, b, scope_no, bytes(blind)],
            )


def _keep(cursor: CursorWrapper, batch_id: int, asked: Sequence[str], on: date | None) -> None:
    day = "(SELECT coalesce(%s, known_on) AS known_on FROM registers_batch WHERE id = %s)"
    cursor.execute(
        f"""
        INSERT INTO findings_finding (token, key, rule, person_id, scope_no, firm_id, month, evidence, params, state,
                                      found_on, seen_on, due_on)
        SELECT {SQL_TOKEN}, d.key, d.rule, d.person_id, d.scope_no, d.firm_id, d.month, d.evidence, d.params, 'open',
               b.known_on, b.known_on, b.known_on + {VISIT_DAYS}
        FROM (SELECT DISTINCT ON (key) * FROM doubts ORDER BY key) d, {day} b
        ON CONFLICT (key) DO UPDATE SET
            evidence = excluded.evidence, params = excluded.params, month = excluded.month, seen_on = excluded.seen_on,
            state = CASE findings_finding.state WHEN 'gone' THEN 'open' ELSE findings_finding.state END,
            settled_on = CASE findings_finding.state WHEN 'gone' THEN NULL ELSE findings_finding.settled_on END
        WHERE (findings_finding.evidence, findings_finding.params, findings_finding.month, findings_finding.state = 'gone')
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
        f"""
        UPDATE findings_visit v SET state = 'dropped' FROM suspects s
        WHERE v.person_id = s.person_id AND v.state = 'due' AND NOT EXISTS (
            SELECT 1 FROM findings_visitfinding vf JOIN findings_finding f ON f.id = vf.finding_id
            JOIN places_office o ON o.scope_no = f.scope_no AND o.kind IN ('village', 'town')
            WHERE vf.visit_id = v.id AND f.state IN {OPEN})
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
        INSERT INTO registers_fault (batch_id, sheet_no, line, level, reason, params, scope_no)
        SELECT c.batch_id, c.sheet_no, c.line, 'unattached', 'Q04', '{}', c.scope_no
        FROM registers_rowclaim c JOIN touched t ON t.id_blind = c.id_blind
        JOIN people_person p ON p.id_blind = c.id_blind
        WHERE c.person_id IS NULL AND NOT p.is_hidden AND NOT EXISTS (
            SELECT 1 FROM registers_fault q WHERE q.batch_id = c.batch_id AND q.sheet_no = c.sheet_no
              AND q.line = c.line AND q.level = 'unattached')
        """
    )
