-- An invented district for the full pass, straight into the tables as loads would leave it. Whatever is drawn by chance hangs on
-- a hash of the row's own number, so that a registry of one size is the same each time.
-- Before it: night_village (at, code, scope_no) and night_firms (count); settings bench.people and bench.office.

CREATE FUNCTION pg_temp.chance(one bigint, salt int, below bigint) RETURNS int LANGUAGE sql IMMUTABLE AS
    'SELECT ((hashint8extended($1, $2) & 1073741823) % $3)::int';
CREATE FUNCTION pg_temp.first_day(at int) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT make_date(at / 12, at % 12 + 1, 1)';

-- ── files that came: of every register the first and the last month ─────────────────────────────────────────────────────────
INSERT INTO registers_batch (token, profile_version, sha256, digest, file_name, file_month, known_on, loaded_by, state, rows, loaded,
                             unchanged, refused, queried, unattached, fact_counts, started_at, published_at, source_id, left_out)
SELECT left(md5(s.code || m), 22), 1, '', decode(md5(s.code || m), 'hex'), 'bench', m, k, 'bench', 'published', 1, 1, 0, 0, 0, 0, '{}',
       now(), now(), s.id, '[]'
FROM registers_source s, (VALUES (date '2019-01-01', date '2020-01-15'), (date '2021-12-01', date '2021-12-10')) of (m, k)
WHERE s.code NOT IN ('officer', 'visit', 'registration');
CREATE TEMPORARY TABLE night_batch ON COMMIT DROP AS
    SELECT s.code, min(b.id) AS id FROM registers_batch b JOIN registers_source s ON s.id = b.source_id GROUP BY s.code;

-- ── who lives here, and what becomes of them below ──────────────────────────────────────────────────────────────────────────
CREATE TEMPORARY TABLE cast_of ON COMMIT DROP AS
SELECT i, home, code AS area, v.scope_no, date '1950-01-01' + pg_temp.chance(i, 1, 20000) AS born,
       CASE WHEN pg_temp.chance(i, 2, 2) = 0 THEN '1' ELSE '2' END AS sex,
       CASE WHEN pg_temp.chance(home, 3, 100) < 8 THEN 'poor' WHEN pg_temp.chance(home, 3, 100) < 12 THEN 'lifted'
            WHEN pg_temp.chance(home, 3, 100) < 13 THEN 'monitored' ELSE 'none' END AS "group",
       CASE WHEN pg_temp.chance(i, 1, 20000) BETWEEN 4000 AND 18900 AND pg_temp.chance(i, 4, 100) < 55
            THEN pg_temp.chance(i, 5, night_firms.count) + 1 END AS firm,
       CASE WHEN pg_temp.chance(i, 6, 100) < 75 THEN date '2010-01-04' + pg_temp.chance(i, 7, 3200)
            ELSE date '2020-01-04' + pg_temp.chance(i, 7, 500) END AS hired,
       CASE WHEN pg_temp.chance(i, 8, 100) < 5 THEN 2020 * 12 + 3 + pg_temp.chance(i, 9, 20) ELSE 2021 * 12 + 10 END AS last_month,
       ''::text AS post, ''::text AS unit
FROM generate_series(1, current_setting('bench.people')::bigint) i
CROSS JOIN night_firms
CROSS JOIN LATERAL (SELECT (i + 2) / 3 AS home) h
JOIN night_village v ON v.at = pg_temp.chance(home, 10, (SELECT count(*) FROM night_village));
UPDATE cast_of SET post = '护路员', unit = area || '村民委员会'
    WHERE firm IS NULL AND "group" IN ('poor', 'lifted') AND pg_temp.chance(i, 11, 100) < 12;
UPDATE cast_of SET post = '保洁员', unit = '第' || firm || '实业有限公司' WHERE firm IS NOT NULL AND pg_temp.chance(i, 11, 1000) < 4;
ANALYZE cast_of;

INSERT INTO people_household (id, token, scope_no, code) OVERRIDING SYSTEM VALUE
    SELECT DISTINCT ON (home) home, 'h' || home, scope_no, '99' || home FROM cast_of ORDER BY home;
-- the sealed numbers are left out: a night reads none of them
INSERT INTO people_person (id, token, scope_no, care_area, name, name_key, sex, birth_on, id_blind, id_last_blind, groups, is_employed,
                           household_id, is_hidden) OVERRIDING SYSTEM VALUE
    SELECT i, 'p' || i, scope_no, area, name, name, sex, born, decode(md5('99' || i), 'hex'), decode(md5(i::text), 'hex'),
           ARRAY["group"], firm IS NOT NULL, home, false
    FROM cast_of, LATERAL (SELECT substr('冉谭向田覃龚陈刘', pg_temp.chance(i, 12, 8) + 1, 1)
                           || substr('明秀春华国庆', pg_temp.chance(i, 13, 6) + 1, 1) || i % 1000 AS name) n ORDER BY i;
INSERT INTO people_householdmember (scope_no, known_on, source_batch, source_sheet, source_line, relation, household_id, person_id)
    SELECT scope_no, '2020-01-15', b.id, 0, i, '01', home, i FROM cast_of, night_batch b WHERE b.code = 'village_ledger' ORDER BY i;
INSERT INTO people_membership (scope_no, known_on, source_batch, source_sheet, source_line, "group", evidence, certifier, person_id)
    SELECT scope_no, '2020-01-15', b.id, 0, i, g, '', '', i
    FROM cast_of, night_batch b, LATERAL (VALUES ("group"), (CASE WHEN pg_temp.chance(i, 14, 100) < 2 THEN 'in_difficulty' END),
                                          (CASE WHEN pg_temp.chance(i, 15, 100) < 2 THEN 'low_income' END)) groups (g)
    WHERE b.code = 'village_ledger' AND g IS NOT NULL ORDER BY i;
INSERT INTO people_persondetail (scope_no, known_on, source_batch, source_sheet, source_line, kind, value, person_id)
    SELECT scope_no, '2020-01-15', b.id, 0, i, kind, value, i
    FROM cast_of, night_batch b, LATERAL (VALUES
        ('name', '冉' || i % 1000), ('name_key', '冉' || i % 1000), ('residence', area), ('birth', born::text), ('sex', sex),
        ('work_capacity', (ARRAY['ordinary', 'ordinary', 'ordinary', 'skilled', 'limited', 'lost'])[pg_temp.chance(i, 16, 6) + 1]),
        ('employment_state', CASE WHEN firm IS NOT NULL THEN 'employed' WHEN pg_temp.chance(i, 17, 100) < 60 THEN 'not_employed' END),
        ('work_region', CASE WHEN firm IS NULL AND pg_temp.chance(i, 17, 100) >= 60
                             THEN (ARRAY['municipality', 'outside'])[pg_temp.chance(i, 18, 2) + 1] END)) told (kind, value)
    WHERE b.code = 'village_ledger' AND value IS NOT NULL;
INSERT INTO people_statusspell (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, valid_to, kind, unit, person_id, slot)
    SELECT scope_no, '2021-12-10', b.id, 0, i, since, until, kind, unit, i, since
    FROM (
        SELECT c.*, 'unemployed' AS kind, 'unemployment' AS code, '2019-11-04'::date + pg_temp.chance(i, 20, 600) AS since, NULL::date AS until
        FROM cast_of c WHERE firm IS NULL AND pg_temp.chance(i, 19, 100) < 4
        UNION ALL SELECT c.*, 'unemployment_benefit', 'unemployment_benefit', '2020-03-01', '2020-08-31'
        FROM cast_of c WHERE firm IS NULL AND pg_temp.chance(i, 19, 100) BETWEEN 3 AND 4
        UNION ALL SELECT c.*, 'pension', 'pensions', (born + interval '60 years')::date, NULL
        FROM cast_of c WHERE born < '1961-01-01' AND pg_temp.chance(i, 21, 10) < 7
        UNION ALL SELECT c.*, 'graduate', 'graduates', '2020-06-30', NULL FROM cast_of c WHERE born > '1996-01-01' AND pg_temp.chance(i, 22, 10) < 1
    ) told JOIN night_batch b USING (code);
INSERT INTO people_statusspell (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, kind, unit, person_id, slot)
    SELECT scope_no, '2021-12-10', b.id, 0, i, '2018-01-01', 'public_pay', area || '村民委员会', i, '2018'
    FROM cast_of, night_batch b WHERE b.code = 'public_payroll' AND pg_temp.chance(i, 23, 1000) < 2;

-- ── firms ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TEMPORARY TABLE firm_of ON COMMIT DROP AS
SELECT f, (ARRAY['小型', '小型', '小型', '微型', '中型', '大型'])[pg_temp.chance(f, 30, 6) + 1] AS size,
       (ARRAY['制造业', '制造业', '住宿和餐饮业', '批发和零售业', '建筑业', '软件业'])[pg_temp.chance(f, 31, 6) + 1] AS industry
FROM night_firms, generate_series(1, count) f;
INSERT INTO firms_firm (id, token, code, credit_code, name, name_key, is_hidden) OVERRIDING SYSTEM VALUE
    SELECT f, 'f' || f, '99' || f, '', '第' || f || '实业有限公司', '第' || f || '实业', false FROM firm_of ORDER BY f;
INSERT INTO firms_firmdetail (kind, value, known_on, source_batch, source_sheet, source_line, firm_id)
    SELECT kind, value, '2020-01-15', b.id, 0, f, f
    FROM firm_of, night_batch b, LATERAL (VALUES ('size', size), ('industry', industry), ('state', '存续'),
         ('abnormal', CASE WHEN pg_temp.chance(f, 32, 100) < 3 THEN '是' ELSE '否' END)) told (kind, value) WHERE b.code = 'firms';
INSERT INTO training_filing (known_on, source_batch, source_sheet, source_line, scope_no, number, valid_from, valid_to, ground, firm_id)
    SELECT '2020-06-10', b.id, 0, f, current_setting('bench.office')::bigint, 'T' || f, '2020-03-01', '2020-10-31', '停工停产', f
    FROM firm_of, night_batch b WHERE b.code = 'work_training_filings' AND pg_temp.chance(f, 33, 100) < 6;
INSERT INTO claims_refundapplication (known_on, source_batch, source_sheet, source_line, scope_no, year, number, size, insured, laid_off,
                                      premium_fen, filed_on, state, firm_id)
    SELECT '2020-06-10', b.id, 0, f, current_setting('bench.office')::bigint, 2020, 'R' || f, size, 40, pg_temp.chance(f, 35, 4),
           100000 + pg_temp.chance(f, 36, 9000000), '2020-05-06', '', f
    FROM firm_of, night_batch b WHERE b.code = 'refund_applications' AND pg_temp.chance(f, 34, 100) < 60;

-- ── work: spells, insurance, pay, training at work ────────────────────────────────────────────────────────────────────────
INSERT INTO firms_employmentspell (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, employer_name, workplace_area,
                                   workplace_text, work_kind, channel, occupation, industry, wage_fen, wage_unit, has_contract, contract_months,
                                   is_insured, person_id, firm_id)
    SELECT scope_no, '2020-01-15', b.id, 0, i, CASE WHEN firm IS NULL THEN '2019-03-04' ELSE hired END,
           CASE WHEN firm IS NULL THEN '外地工地' ELSE '第' || firm || '实业有限公司' END, '', '',
           CASE WHEN post <> '' THEN 'public_post' WHEN firm IS NULL THEN 'flexible' ELSE 'employer' END, '', '', '', 350000, 'month',
           CASE WHEN pg_temp.chance(i, 40, 100) < 92 THEN true WHEN pg_temp.chance(i, 40, 100) < 96 THEN false END, 24, firm IS NOT NULL, i, firm
    FROM cast_of, night_batch b
    WHERE b.code = 'village_ledger' AND (firm IS NOT NULL OR pg_temp.chance(i, 17, 100) >= 60 OR post <> '');
INSERT INTO firms_insurancemonth (
    scope_no, known_on, source_batch, source_sheet, source_line, month, base_fen, pension_firm_payable_fen, pension_firm_waived_fen,
    pension_firm_paid_fen, pension_worker_payable_fen, pension_worker_paid_fen, medical_firm_payable_fen, medical_firm_paid_fen,
    unemployment_firm_payable_fen, unemployment_firm_paid_fen, unemployment_worker_payable_fen, unemployment_worker_paid_fen,
    injury_firm_payable_fen, injury_firm_paid_fen, firm_id, person_id)
    SELECT scope_no, pg_temp.first_day(at + 1) + 9, b.id, 0, i, pg_temp.first_day(at), base, base * 16 / 100,
           CASE WHEN is_waived THEN base * 16 / 100 ELSE 0 END, CASE WHEN is_waived THEN 0 ELSE base * 16 / 100 END, base * 8 / 100, base * 8 / 100,
           base * 85 / 1000, base * 85 / 1000, base * 5 / 1000,
           CASE WHEN at = 2019 * 12 + 8 AND pg_temp.chance(firm, 41, 100) < 3 THEN 0 ELSE base * 5 / 1000 END,
           base * 5 / 1000, base * 5 / 1000, base * 4 / 1000, base * 4 / 1000, firm, i
    FROM generate_series(2019 * 12, 2021 * 12 + 10) at
    CROSS JOIN cast_of CROSS JOIN night_batch b
    CROSS JOIN LATERAL (SELECT 300000 + pg_temp.chance(i, 42, 400000) AS base) s
    JOIN firm_of ON f = firm
    CROSS JOIN LATERAL (SELECT size <> '大型' AND at BETWEEN 2020 * 12 + 1 AND 2020 * 12 + 11 AS is_waived) w
    WHERE b.code = 'social_insurance' AND at BETWEEN extract(year FROM hired) * 12 + extract(month FROM hired) - 1 AND last_month
        AND (at >= 2019 * 12 + 11 OR pg_temp.chance(i, 43, 10) = 0)
    ORDER BY at, i;
-- in a roster of training: one in eight; the payroll of those, and of one in ten besides, comes too
INSERT INTO training_worktraining (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, valid_to, trade, firm_id, person_id)
    SELECT scope_no, '2020-12-10', b.id, 0, i, '2020-03-01', pg_temp.first_day(2020 * 12 + 6 + pg_temp.chance(i, 45, 6)) - 1, '', firm, i
    FROM cast_of, night_batch b WHERE b.code = 'work_training_rosters' AND firm IS NOT NULL AND pg_temp.chance(i, 44, 8) = 0;
INSERT INTO firms_payrollline (scope_no, known_on, source_batch, source_sheet, source_line, month, gross_fen, net_fen, firm_id, person_id)
    SELECT scope_no, pg_temp.first_day(at + 1) + 9, b.id, 0, i, pg_temp.first_day(at), 420000, 350000, firm, i
    FROM generate_series(2019 * 12 + 11, 2021 * 12 + 10) at, cast_of, night_batch b
    WHERE b.code = 'payroll' AND firm IS NOT NULL AND (pg_temp.chance(i, 44, 8) = 0 OR pg_temp.chance(i, 46, 10) = 0)
        AND at BETWEEN extract(year FROM hired) * 12 + extract(month FROM hired) - 1 AND last_month
    ORDER BY at, i;

-- ── posts, trainings, travel ──────────────────────────────────────────────────────────────────────────────────────────────
INSERT INTO posts_assignment (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, unit, post_name, post_kind, site,
                              weekly_tenths, pay_fen, exit_reason, person_id)
    SELECT scope_no, '2020-01-15', b.id, 0, i, date '2018-01-08' + pg_temp.chance(i, 50, 900), unit, post, '', '',
           CASE WHEN firm IS NULL THEN 100 ELSE 400 END, CASE WHEN firm IS NULL THEN 50000 ELSE 230000 END, '', i
    FROM cast_of, night_batch b WHERE b.code = 'post_holders' AND post <> '';
INSERT INTO posts_attendance (scope_no, known_on, source_batch, source_sheet, source_line, month, unit, post_name, days_tenths, pay_fen, person_id)
    SELECT scope_no, pg_temp.first_day(at + 1) + 4, b.id, 0, i, pg_temp.first_day(at), unit, post, 200,
           CASE WHEN firm IS NULL THEN 50000 ELSE 230000 END, i
    FROM generate_series(2020 * 12, 2021 * 12 + 10) at, cast_of, night_batch b WHERE b.code = 'post_attendance' AND post <> '' ORDER BY at, i;
INSERT INTO training_trade (known_on, source_batch, source_sheet, source_line, office_no, name, code, level, days, hours_tenths, standard_fen, is_special)
    SELECT '2020-01-15', b.id, 0, 1, current_setting('bench.office')::bigint, name, '', '', days, hours, fen, special
    FROM night_batch b, (VALUES ('家政服务员', 12, 960, 150000, false), ('中式烹调师', 40, 3200, 250000, false),
                                ('经果林栽培与营销', 10, 800, 130000, true)) t (name, days, hours, fen, special) WHERE b.code = 'trades';
INSERT INTO training_enrolment (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, valid_to, class_code, class_name, trade,
                                level, provider, hours_tenths, certificate_kind, certified_on, result, person_id)
    SELECT scope_no, '2021-12-10', b.id, 0, i, day - 45, day, 'K' || i % 500, '', trade, '', '', 700 + pg_temp.chance(i, 53, 260), '', day, '', i
    FROM cast_of, night_batch b, LATERAL (SELECT (ARRAY['家政服务员', '中式烹调师', '经果林栽培与营销'])[pg_temp.chance(i, 51, 3) + 1] AS trade,
                                          date '2020-02-03' + pg_temp.chance(i, 52, 660) AS day) t
    WHERE b.code = 'class_rosters' AND born < '2002-01-01' AND pg_temp.chance(i, 54, 1000) < CASE "group" WHEN 'none' THEN 8 ELSE 60 END;
INSERT INTO claims_ticket (scope_no, known_on, source_batch, source_sheet, source_line, travelled_on, mode, origin, destination, number,
                           amount_fen, person_id)
    SELECT scope_no, '2021-12-10', b.id, 0, i, date '2020-02-10' + pg_temp.chance(i, 55, 600), '', '', '', '', 4000 + pg_temp.chance(i, 56, 60000), i
    FROM cast_of, night_batch b
    WHERE b.code = 'tickets' AND firm IS NULL AND "group" <> 'none' AND pg_temp.chance(i, 17, 100) BETWEEN 60 AND 75;

-- ── what was paid: a part of what is owed, and something before ───────────────────────────────────────────────────────────
INSERT INTO claims_payment (scope_no, known_on, source_batch, source_sheet, source_line, valid_from, valid_to, kind, item, paid_on, batch_no,
                            amount_fen, fund, outcome, reason, person_id)
    SELECT scope_no, '2021-12-10', b.id, 0, i, since, until, 'paid', item, paid_on, '', fen, '', '', '', i
    FROM (
        SELECT c.*, '外出务工交通补贴' AS item, day AS since, day AS until, day AS paid_on, 20000 AS fen
        FROM cast_of c, (VALUES (date '2020-11-05'), (date '2021-11-05')) days (day)
        WHERE firm IS NULL AND "group" IN ('poor', 'lifted') AND pg_temp.chance(i, 17, 100) BETWEEN 60 AND 85
        UNION ALL SELECT c.*, '培训生活费补贴', '2020-11-05', '2020-11-05', '2020-11-05', 100000
        FROM cast_of c WHERE "group" <> 'none' AND pg_temp.chance(i, 54, 1000) < 30
        UNION ALL SELECT c.*, '社会保险补贴', '2017-01-01', '2018-12-31', '2019-01-05', 2400000
        FROM cast_of c WHERE firm IS NOT NULL AND pg_temp.chance(i, 60, 1000) < 20
        UNION ALL SELECT c.*, '公益性岗位补贴（非全日制）', pg_temp.first_day(at), pg_temp.first_day(at + 1) - 1, pg_temp.first_day(at + 1) + 4, 50000
        FROM cast_of c, generate_series(2020 * 12, 2021 * 12 + 9) at WHERE firm IS NULL AND post <> '' AND pg_temp.chance(i, 61, 10) < 6
    ) told, night_batch b WHERE b.code = 'payments';
INSERT INTO claims_firmpayment (known_on, source_batch, source_sheet, source_line, kind, item, paid_on, batch_no, amount_fen, fund, outcome, reason,
                                scope_no, valid_from, valid_to, firm_id)
    SELECT '2021-12-10', b.id, 0, f, 'paid', item, pg_temp.first_day(at + 1) + 9, '', fen, '', '', '', current_setting('bench.office')::bigint,
           pg_temp.first_day(at), pg_temp.first_day(at + 1) - 1, f
    FROM (
        SELECT f, at, '以工代训补贴' AS item, 50000 * (1 + pg_temp.chance(f, 62, 8)) AS fen
        FROM firm_of, generate_series(2020 * 12 + 2, 2020 * 12 + 10) at WHERE pg_temp.chance(f, 63, 10) < 5
        UNION ALL SELECT f, at, '社会保险补贴', 100000 + pg_temp.chance(f, 64, 900000)
        FROM firm_of, generate_series(2020 * 12, 2021 * 12 + 9) at WHERE pg_temp.chance(f, 65, 10) < 5
        UNION ALL SELECT f, 2021 * 12 + 2, '一次性吸纳就业补贴', 600000 FROM firm_of WHERE pg_temp.chance(f, 66, 10) < 3
        UNION ALL SELECT f, 2020 * 12 + 5, '稳岗返还', 500000 FROM firm_of WHERE pg_temp.chance(f, 67, 10) < 1
    ) told, night_batch b WHERE b.code = 'firm_payments';

SELECT setval(pg_get_serial_sequence(t, 'id'), (SELECT current_setting('bench.people')::bigint))
FROM unnest(ARRAY['people_person', 'people_household', 'firms_firm']) t;
