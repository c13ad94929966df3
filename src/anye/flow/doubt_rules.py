"""The rules of doubt: each is one SELECT over current facts of the persons in the temporary table `suspects`.

Every rule yields person_id, rule, firm_id, month, org, evidence, params. `org` is what tells two doubts of one rule about
one person apart for good: the organisation and the first month where the doubt has them, else what is said. A doubt is
known by it (docs/decisions/0022), so nothing may stand there that another file's arrival changes.
"""

# what the strongest ledger row that speaks of the person was queried for at intake: another value is another doubt
_ROWS = """
    SELECT DISTINCT ON (v.person_id, q.reason, org) v.person_id, q.reason AS rule, NULL::bigint AS firm_id,
           NULL::date AS month, (q.params - '{column,suggestions}'::text[])::text AS org,
           jsonb_build_array(jsonb_build_array('registers_fault', q.id)) AS evidence,
           q.params || jsonb_build_object('line', q.line) AS params
    FROM (
        SELECT DISTINCT ON (c.person_id, b.source_id) c.person_id, c.batch_id, c.sheet_no, c.line
        FROM registers_rowclaim c JOIN suspects s ON s.person_id = c.person_id
        JOIN registers_batch b ON b.id = c.batch_id
        ORDER BY c.person_id, b.source_id, coalesce(b.file_month, '-infinity') DESC, b.known_on DESC,
                 b.digest DESC, c.sheet_no DESC, c.line DESC
    ) v JOIN registers_fault q ON q.batch_id = v.batch_id AND q.sheet_no = v.sheet_no AND q.line = v.line
    WHERE q.level = 'queried'
    ORDER BY v.person_id, q.reason, org, q.id"""

# a row of a register of justice or health is listed with its file alone: whoever asks at the door may not know of it
_ONE_ID_TWO_NAMES = """
    SELECT DISTINCT ON (p.id, c.name_key) p.id, 'Q04', NULL::bigint, NULL::date, c.name_key,
           jsonb_build_array(jsonb_build_array('registers_rowclaim', c.id)),
           jsonb_build_object('kind', 'one_id_two_names', 'batch', c.batch_id, 'line', c.line)
    FROM registers_rowclaim c JOIN people_person p ON p.id_blind = c.id_blind
    JOIN suspects s ON s.person_id = p.id
    JOIN registers_batch b ON b.id = c.batch_id JOIN registers_source o ON o.id = b.source_id
    WHERE c.person_id IS NULL AND NOT o.is_restricted
    ORDER BY p.id, c.name_key, c.id"""

_HEADS = """
    SELECT (array_agg(m.person_id ORDER BY p.id_blind, p.id) FILTER (WHERE m.is_head OR h.heads = 0))[1],
           'Q07', NULL::bigint, NULL::date,
           concat_ws('|', hh.code, string_agg(encode(p.id_blind, 'hex'), ' ' ORDER BY p.id_blind) FILTER (WHERE m.is_head)),
           jsonb_build_array(jsonb_build_array('people_household', hh.id)),
           jsonb_build_object('kind', CASE WHEN h.heads = 0 THEN 'no_head' ELSE 'two_heads' END, 'heads', h.heads)
    FROM (
        SELECT m.household_id, count(*) FILTER (WHERE m.is_head) AS heads
        FROM people_householdmember m JOIN households_met t ON t.household_id = m.household_id
        WHERE m.retired_on IS NULL
        GROUP BY m.household_id
        -- a household whose members' relations nobody wrote down is unknown, not headless
        HAVING count(*) FILTER (WHERE m.is_head) <> 1 AND bool_and(m.is_head IS NOT NULL)
            AND bool_or(EXISTS (SELECT 1 FROM suspects s WHERE s.person_id = m.person_id))
    ) h JOIN people_household hh ON hh.id = h.household_id
    JOIN people_householdmember m ON m.household_id = h.household_id AND m.retired_on IS NULL
    JOIN people_person p ON p.id = m.person_id
    GROUP BY hh.id, hh.code, h.heads"""

# an end before the beginning is another doubt; without an end the job is held still (and greatest() passes over NULL)
_HELD_TO = "CASE WHEN {0}.valid_to IS NOT NULL THEN greatest({0}.valid_to, {0}.valid_from) END"
_FULL_JOB = "{0}.retired_on IS NULL AND {0}.valid_from IS NOT NULL AND {0}.work_kind NOT IN ('part_time', 'flexible')"
# Two jobs at once. A ledger names the job that it knows of and seldom the end of the one before, so an open job is
# taken to end when one begins that was stated later. What one file or files of one month say holds at once, and so does
# what has both its days. What is said by hand is later than the files of its month: a visit does not raise the next.
_OVERLAP = f"""
    WITH pairs AS (
        SELECT a.person_id, a.id AS a, b.id AS b FROM firms_employmentspell a
        JOIN suspects s ON s.person_id = a.person_id
        JOIN firms_employmentspell b ON b.person_id = a.person_id AND b.id > a.id AND {_FULL_JOB.format("b")}
             AND daterange(a.valid_from, {_HELD_TO.format("a")}, '[]')
                 && daterange(b.valid_from, {_HELD_TO.format("b")}, '[]')
        WHERE {_FULL_JOB.format("a")} AND a.employer_name <> b.employer_name
          AND (a.firm_id = b.firm_id) IS NOT TRUE
    ), jobs AS (
        SELECT k.* FROM firms_employmentspell k WHERE k.id IN (SELECT a FROM pairs UNION SELECT b FROM pairs)
    ), said AS (
        -- every row that speaks of the job, whatever it says of its wage: of the facts of its key, current or not
        SELECT DISTINCT k.id AS job, b.id AS batch, b.file_name = '' AS by_hand, b.known_on, b.digest,
               coalesce(b.file_month, date_trunc('month', b.known_on)::date) AS month
        FROM jobs k
        JOIN firms_employmentspell f ON f.person_id = k.person_id AND f.valid_from = k.valid_from
             AND f.employer_name = k.employer_name
        JOIN LATERAL (
            SELECT f.source_batch AS batch, f.source_sheet AS sheet, f.source_line AS line
            UNION ALL
            SELECT u.batch_id, u.sheet_no, u.line FROM registers_support u
            WHERE u.fact_table = 'firms_employmentspell' AND u.fact_id = f.id
        ) v ON true
        JOIN registers_batch b ON b.id = v.batch AND b.state <> 'withdrawn'
        -- a row that waits, or follows somebody else by now, has no say
        WHERE NOT EXISTS (SELECT 1 FROM registers_rowclaim c WHERE c.batch_id = v.batch AND c.sheet_no = v.sheet
                          AND c.line = v.line AND c.person_id IS DISTINCT FROM f.person_id)
    ), last AS (
        SELECT DISTINCT ON (job) * FROM said ORDER BY job, month DESC, by_hand DESC, known_on DESC, digest DESC
    ), at_once AS (
        SELECT DISTINCT p.a, p.b FROM pairs p JOIN said x ON x.job = p.a JOIN said y ON y.job = p.b
        WHERE x.batch = y.batch OR (x.month = y.month AND NOT x.by_hand AND NOT y.by_hand)
    ), judged AS (
        SELECT p.*, t.a IS NOT NULL AS is_at_once,
               (x.month, x.by_hand, x.known_on, x.digest) < (y.month, y.by_hand, y.known_on, y.digest) AS b_is_later
        FROM pairs p JOIN last x ON x.job = p.a JOIN last y ON y.job = p.b
        LEFT JOIN at_once t ON t.a = p.a AND t.b = p.b
    ), ended AS (
        SELECT CASE WHEN j.b_is_later THEN j.a ELSE j.b END AS job, min(o.valid_from) - 1 AS held_to
        FROM judged j JOIN jobs o ON o.id = CASE WHEN j.b_is_later THEN j.b ELSE j.a END
        WHERE NOT j.is_at_once GROUP BY 1
    ), held AS (
        SELECT k.*, coalesce({_HELD_TO.format("k")}, e.held_to) AS held_to FROM jobs k LEFT JOIN ended e ON e.job = k.id
    )
    SELECT a.person_id, 'Q08', NULL::bigint, date_trunc('month', greatest(a.valid_from, b.valid_from))::date,
           concat_ws('|', 'overlap', least(a.employer_name COLLATE "C", b.employer_name),
                     greatest(a.employer_name COLLATE "C", b.employer_name),
                     to_char(greatest(a.valid_from, b.valid_from), 'YYYY-MM')),
           jsonb_build_array(jsonb_build_array('firms_employmentspell', a.id),
                             jsonb_build_array('firms_employmentspell', b.id)),
           jsonb_build_object('kind', 'overlap')
    FROM judged j JOIN held a ON a.id = j.a JOIN held b ON b.id = j.b
    WHERE j.is_at_once OR (
        greatest(a.valid_from, b.valid_from) <= least(coalesce(a.held_to, 'infinity'), coalesce(b.held_to, 'infinity')))"""

# Either side may be wrong: agents insure people who do not work. The status speaks from its register's month on. The
# doubt is about a run of insured months without a gap, known by the run's first month: more months at its end are the
# same doubt. A settled doubt stands for its run (params `first` to `through`) and for the statement that it was about
# (`stated`): only where a newer file says it again, and newer months contradict it, is there something new to ask.
_IDLE_AND_INSURED = """
    WITH said AS (
        SELECT d.person_id, d.id AS detail_id, m.* FROM suspects s
        JOIN people_persondetail d ON d.person_id = s.person_id AND d.kind = 'employment_state'
             AND d.value = 'not_employed' AND d.retired_on IS NULL
        JOIN LATERAL (
            -- a ledger that names no month speaks of the newest month that is known when it came in
            SELECT max(coalesce(b.file_month, least(date_trunc('month', b.known_on)::date, n.month))) AS month,
                   max(coalesce(b.file_month, date_trunc('month', b.known_on)::date)) AS stated,
                   max(coalesce(b.file_month, date_trunc('month', b.known_on)::date))
                       FILTER (WHERE b.file_name <> '') AS filed
            FROM registers_batch b, newest n
            WHERE b.id = d.source_batch OR b.id IN (SELECT u.batch_id FROM registers_support u
                WHERE u.fact_table = 'people_persondetail' AND u.fact_id = d.id)
        ) m ON true
    ), asked AS (
        SELECT DISTINCT s.*, i.firm_id FROM said s
        JOIN firms_insurancemonth i ON i.person_id = s.person_id AND i.retired_on IS NULL AND i.month >= s.month
    ), insured AS (
        SELECT a.*, i.id AS insured_id, i.month AS insured,
               i.month - row_number() OVER (PARTITION BY i.person_id, i.firm_id ORDER BY i.month) * interval '1 month' AS run
        FROM asked a
        JOIN firms_insurancemonth i ON i.person_id = a.person_id AND i.firm_id = a.firm_id AND i.retired_on IS NULL
    ), runs AS (
        SELECT person_id, detail_id, month, stated, filed, firm_id, min(insured) AS first, max(insured) AS last
        FROM insured GROUP BY person_id, detail_id, month, stated, filed, firm_id, run HAVING max(insured) >= month
    ), doubtful AS (
        SELECT r.*, CASE WHEN f.through IS NULL THEN r.first ELSE (f.through + interval '1 month')::date END AS since
        FROM runs r CROSS JOIN LATERAL (
            SELECT max(to_date(f.params ->> 'through', 'YYYY-MM')) AS through,
                   max(to_date(f.params ->> 'stated', 'YYYY-MM')) AS stated
            FROM findings_finding f WHERE f.person_id = r.person_id AND f.rule = 'Q09' AND f.firm_id = r.firm_id
              AND f.state IN ('confirmed', 'explained', 'source_error')
              AND to_date(f.params ->> 'first', 'YYYY-MM') <= r.last AND to_date(f.params ->> 'through', 'YYYY-MM') >= r.first
        ) f
        WHERE f.through IS NULL OR (r.filed > f.stated AND r.last > f.through)
    )
    SELECT DISTINCT ON (d.person_id, d.firm_id, d.since) d.person_id, 'Q09', d.firm_id, i.insured,
           concat_ws('|', f.code, to_char(d.since, 'YYYY-MM')),
           jsonb_build_array(jsonb_build_array('people_persondetail', d.detail_id),
                             jsonb_build_array('firms_insurancemonth', i.insured_id)),
           jsonb_build_object('month', to_char(i.insured, 'YYYY-MM'), 'first', to_char(d.since, 'YYYY-MM'),
                              'through', to_char(d.last, 'YYYY-MM'), 'stated', to_char(d.stated, 'YYYY-MM'))
    FROM doubtful d
    JOIN insured i ON i.person_id = d.person_id AND i.firm_id = d.firm_id AND i.insured >= greatest(d.month, d.since)
         AND i.insured <= d.last
    JOIN firms_firm f ON f.id = d.firm_id
    ORDER BY d.person_id, d.firm_id, d.since, i.insured"""

RULES = {
    "rows": _ROWS,
    "Q04": _ONE_ID_TWO_NAMES,
    "Q07": _HEADS,
    "Q08": _OVERLAP,
    "Q09": _IDLE_AND_INSURED,
}
