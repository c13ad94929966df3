"""Lines of what is owed become visits: what is not known of somebody, what nobody claimed, what one step would mend.

Each is a finding with a stable key, as a doubt is; handing it over again changes nothing. A household gets one visit for all
of them. A finding closes by itself once the rules no longer say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow.locks import wait_to_publish
from anye.records.accounts.scope import BATCH, Scope, acting, current_scope
from anye.records.audit.tokens import SQL_TOKEN
from anye.records.findings import actions, queries
from anye.records.findings.rules import HANDED_RULES, OPEN_STATES, VISIT_DAYS

AT_ONCE = 1_000  # lines: more than a town's villages can see in a month
_RULES = ", ".join(f"'{rule}'" for rule in HANDED_RULES.values())
_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)

# of the chosen lines what they say of whom: chosen, policy, person, firm, post, first and last month, reasons, fen
_SAID: Mapping[str, str] = {
    "unknown": """
        SELECT c.chosen, c.policy_id, c.person_id, c.firm_id, c.post, m.first, m.last, m.reasons, NULL::bigint AS fen
        FROM (
            SELECT count(*) AS chosen, policy_id, person_id, firm_id, post FROM entitlements_entitlement
            WHERE id = ANY(%(rows)s) AND retired_on IS NULL AND outcome = 2 AND person_id IS NOT NULL
            GROUP BY policy_id, person_id, firm_id, post
        ) c CROSS JOIN LATERAL (
            SELECT min(e.month) AS first, max(e.month) AS last, (array_agg((
                SELECT jsonb_agg(r.name ORDER BY r.place) FROM jsonb_array_elements_text(v.reasons)
                    WITH ORDINALITY r (name, place) WHERE e.missing >> (r.place - 1)::int & 1 = 1
            ) ORDER BY e.month DESC))[1] AS reasons
            FROM entitlements_entitlement e JOIN entitlements_policyversion v ON v.id = e.version_id
            WHERE e.policy_id = c.policy_id AND e.person_id = c.person_id AND e.firm_id IS NOT DISTINCT FROM c.firm_id
                AND e.post = c.post AND e.retired_on IS NULL AND e.outcome = 2
        ) m""",
    "unpaid": """
        SELECT count(*) AS chosen, policy_id, person_id, firm_id, '' AS post, min(first_month) AS first,
               max(last_month) AS last, NULL::jsonb AS reasons, sum(entitled_fen - paid_fen)::bigint AS fen
        FROM claims_difference WHERE id = ANY(%(rows)s) AND kind = 'unpaid' AND person_id IS NOT NULL
        GROUP BY policy_id, person_id, firm_id""",
    "nearly": """
        SELECT 1 AS chosen, policy_id, person_id, firm_id, post, month AS first, month AS last,
               jsonb_build_array(reason) AS reasons, NULL::bigint AS fen
        FROM entitlements_nearly WHERE id = ANY(%(rows)s) AND person_id IS NOT NULL""",
}
# the same with whose home it is; those alone whom a village or a town looks after within the reach
_GROUNDS = """
    SELECT g.*, p.scope_no, coalesce('h' || p.household_id, 'p' || p.id) || '@' || p.scope_no AS home, y.code,
           coalesce(encode(p.id_blind, 'hex'), p.token) AS whose,
           EXISTS (
               SELECT 1 FROM findings_finding o WHERE o.person_id = g.person_id AND o.rule = %(rule)s
                   AND o.params ->> 'policy' = y.code AND o.firm_id IS NOT DISTINCT FROM g.firm_id
                   AND o.params ->> 'post' = g.post AND (o.state IN ({open}) OR (
                       o.state <> 'gone' AND date_trunc('year', o.month) = date_trunc('year', g.last)))
           ) AS is_known
    FROM ({said}) g JOIN people_person p ON p.id = g.person_id AND NOT p.is_hidden
    JOIN entitlements_policy y ON y.id = g.policy_id
    JOIN places_office o ON o.scope_no = p.scope_no AND o.kind IN ('village', 'town')
    WHERE p.scope_no BETWEEN %(lo)s AND %(hi)s"""


@dataclass(frozen=True)
class Foreseen:
    """What handing lines over would come to. `known`: questions that stand in a visit, or were answered for that year; `left`:
    lines that lead to no visit: a firm's own, or somebody's whom no village or town looks after, or that stand no more."""

    people: int
    homes: int
    asked: int
    known: int
    left: int


def foresee(kind: str, rows: Sequence[int], reach: Scope | None = None) -> Foreseen:
    """Count, within the reach of whoever asked, or else the acting range."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(DISTINCT person_id) FILTER (WHERE NOT is_known), count(DISTINCT home) FILTER (WHERE NOT is_known),
                   count(*) FILTER (WHERE NOT is_known), count(*) FILTER (WHERE is_known), coalesce(sum(chosen), 0)::bigint
            FROM ({_grounds(kind)}) x
            """,
            _told(kind, rows, reach or current_scope()),
        )
        people, homes, asked, known, chosen = cursor.fetchone()
    return Foreseen(people, homes, asked, known, len(rows) - chosen)


def hand_over(handover_id: int, reach: Scope, *, on: dt.date) -> None:
    """Do it (batch role, in one transaction): findings first, then the visits that they need. Twice is once."""
    wait_to_publish()
    handover = queries.handover(handover_id)
    if handover.state != "waiting":
        return
    seen = foresee(handover.kind, handover.rows, reach)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO findings_finding AS f (token, key, rule, person_id, scope_no, firm_id, month, evidence, params, state,
                                               found_on, seen_on, due_on)
            SELECT {SQL_TOKEN}, sha256(convert_to(concat_ws('|', %(rule)s, x.whose, x.code, x.firm_id, x.post,
                       extract(year FROM x.last)), 'UTF8')),
                   %(rule)s, x.person_id, x.scope_no, x.firm_id, x.last, '[]', jsonb_strip_nulls(jsonb_build_object(
                       'policy', x.code, 'post', x.post, 'first', to_char(x.first, 'YYYY-MM'), 'reasons', x.reasons,
                       'fen', x.fen)),
                   'open', %(on)s, %(on)s, %(on)s::date + {VISIT_DAYS}
            FROM ({_grounds(handover.kind)}) x WHERE NOT x.is_known
            ON CONFLICT (key) DO UPDATE SET params = excluded.params, month = excluded.month, state = 'open',
                seen_on = excluded.seen_on, due_on = excluded.due_on, settled_on = NULL, settled_by = NULL
            WHERE f.state = 'gone'
            """,
            {**_told(handover.kind, handover.rows, reach), "on": on},
        )
        bring_to_visits(cursor)
    actions.close_handover(handover_id=handover.pk, state="done", figures=vars(seen))


def _grounds(kind: str) -> str:
    return _GROUNDS.format(said=_SAID[kind], open=_OPEN)


def _told(kind: str, rows: Sequence[int], reach: Scope) -> dict[str, object]:
    return {"rows": list(rows), "rule": HANDED_RULES[kind], "lo": reach.lo, "hi": reach.hi}


# what is asked at a home that moved away, or whose visit was dropped, looks for another visit
_LOOSE = f"""
    DELETE FROM findings_visitfinding vf USING findings_finding f, findings_visit v
    WHERE f.id = vf.finding_id AND v.id = vf.visit_id AND v.state = 'due' AND v.scope_no <> f.scope_no AND f.rule IN ({_RULES})
"""
_ANEW = f"""
    UPDATE findings_finding f SET state = 'open' WHERE f.rule IN ({_RULES}) AND f.state = 'visiting' AND NOT EXISTS (
        SELECT 1 FROM findings_visitfinding vf JOIN findings_visit v ON v.id = vf.visit_id
        WHERE vf.finding_id = f.id AND (v.state = 'due' OR EXISTS (
            SELECT 1 FROM registers_entry e WHERE e.id = v.entry_id AND e.state = 'waiting')))
"""
# who lives together in one office's range: somebody's visit is everybody's. By members: of persons the household has no index
_AT_HOME = """
    LATERAL (
        SELECT p.id UNION
        SELECT m.person_id FROM people_householdmember m WHERE m.household_id = p.household_id AND m.retired_on IS NULL
    ) q JOIN findings_visit v ON v.person_id = q.id AND v.state = 'due' AND v.scope_no = f.scope_no
"""
_HOME = "coalesce('h' || p.household_id, 'p' || p.id), f.scope_no"
_VISITS = f"""
    INSERT INTO findings_visit (token, person_id, scope_no, state, due_on, made_by, answer)
    SELECT DISTINCT ON ({_HOME}) {SQL_TOKEN}, f.person_id, f.scope_no, 'due', f.due_on, '', ''
    FROM findings_finding f JOIN people_person p ON p.id = f.person_id AND NOT p.is_hidden
    JOIN places_office o ON o.scope_no = f.scope_no AND o.kind IN ('village', 'town')
    WHERE f.rule IN ({_RULES}) AND f.state = 'open' AND NOT EXISTS (SELECT 1 FROM {_AT_HOME})
    ORDER BY {_HOME}, f.due_on, f.person_id
    ON CONFLICT (person_id) WHERE state = 'due' DO NOTHING
"""
_SUBJECTS = f"""
    INSERT INTO findings_visitfinding (visit_id, finding_id, scope_no)
    SELECT DISTINCT ON (f.id) v.id, f.id, f.scope_no FROM findings_finding f
    JOIN people_person p ON p.id = f.person_id CROSS JOIN {_AT_HOME}
    WHERE f.rule IN ({_RULES}) AND f.state = 'open' ORDER BY f.id, (q.id = p.id) DESC, v.due_on, v.id
    ON CONFLICT DO NOTHING
"""
_VISITING = f"""
    UPDATE findings_finding f SET state = 'visiting' FROM findings_visitfinding vf, findings_visit v
    WHERE f.rule IN ({_RULES}) AND f.state = 'open' AND vf.finding_id = f.id AND v.id = vf.visit_id AND v.state = 'due'
"""


def bring_to_visits(cursor: CursorWrapper) -> None:
    """A visit for each home with an open question of these (batch role, under the lock of publishing)."""
    for statement in (_LOOSE, _ANEW, _VISITS, _SUBJECTS, _VISITING):
        cursor.execute(statement)


_STILL = f"""
    SELECT f.id FROM findings_finding f JOIN entitlements_policy y ON y.code = f.params ->> 'policy'
    WHERE f.rule IN ({_RULES}) AND f.state IN ({_OPEN}) AND CASE f.rule
        WHEN 'H01' THEN EXISTS (
            SELECT 1 FROM entitlements_entitlement e WHERE e.policy_id = y.id AND e.person_id = f.person_id
                AND e.firm_id IS NOT DISTINCT FROM f.firm_id AND e.post = f.params ->> 'post' AND e.retired_on IS NULL
                AND e.outcome = 2)
        WHEN 'H02' THEN EXISTS (
            SELECT 1 FROM claims_difference d WHERE d.policy_id = y.id AND d.person_id = f.person_id AND d.kind = 'unpaid'
                AND d.firm_id IS NOT DISTINCT FROM f.firm_id)
        ELSE EXISTS (
            SELECT 1 FROM entitlements_nearly n WHERE n.policy_id = y.id AND n.person_id = f.person_id
                AND n.firm_id IS NOT DISTINCT FROM f.firm_id AND n.post = f.params ->> 'post'
                AND n.reason = f.params -> 'reasons' ->> 0)
        END
"""


def close_what_is_no_more(*, on: dt.date, by: str) -> int:
    """After a pass: questions that the rules no longer ask are gone, and so is a visit that has no other. How many went.

    In a transaction of its own: a pass sees the moment at which it began, and must not fail for an answer given since.
    """
    with acting(BATCH, actor=by, purpose="entitle"), connection.cursor() as cursor:
        wait_to_publish()
        cursor.execute(
            f"""
            UPDATE findings_finding f SET state = 'gone', settled_on = %s
            WHERE f.rule IN ({_RULES}) AND f.state IN ({_OPEN}) AND f.id NOT IN ({_STILL}) RETURNING f.id
            """,
            [on],
        )
        gone = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(
            """
            UPDATE findings_visit v SET state = 'dropped' WHERE v.state = 'due'
                AND EXISTS (SELECT 1 FROM findings_visitfinding g WHERE g.visit_id = v.id AND g.finding_id = ANY(%s))
                AND NOT EXISTS (
                    SELECT 1 FROM findings_visitfinding vf JOIN findings_finding f ON f.id = vf.finding_id
                    WHERE vf.visit_id = v.id AND f.state IN ('open', 'visiting'))
            """,
            [gone],
        )
        bring_to_visits(cursor)
    return len(gone)
