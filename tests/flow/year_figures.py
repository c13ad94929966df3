"""The demo's figures out of the registry's tables, one plain question each: what records must hold for an indicator to be right."""

from django.db import connection

NOW = "{0}.retired_on IS NULL"
POOR = """EXISTS (SELECT 1 FROM people_membership g WHERE g.person_id = {0}.person_id AND g."group" IN ('poor', 'lifted')
    AND g.retired_on IS NULL)"""
TOLD = """EXISTS (SELECT 1 FROM people_persondetail t WHERE t.person_id = {0}.person_id AND t.kind = '{1}' AND t.value IN ({2})
    AND t.retired_on IS NULL AND t.valid_to IS NULL)"""
ABSORBED = "('一次性吸纳就业补贴', '吸纳就业社会保险补贴')"
OF_THE_YEAR = """(SELECT item, amount_fen FROM claims_payment WHERE retired_on IS NULL AND paid_on >= '2020-01-01'
    UNION ALL SELECT item, amount_fen FROM claims_firmpayment WHERE retired_on IS NULL AND paid_on >= '2020-01-01'
        AND item NOT IN ('稳岗返还', '以工代训补贴')) p"""
IN_TRAINING = """training_worktraining t WHERE t.retired_on IS NULL AND t.valid_from >= '2020-07-01'"""
LARGEST = (
    "(SELECT firm_id FROM training_worktraining WHERE retired_on IS NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"
)
AT_WORK = """EXISTS (SELECT 1 FROM firms_employmentspell s WHERE s.person_id = d.person_id AND s.retired_on IS NULL
    AND s.valid_from <= '2020-12-31' AND (s.valid_to IS NULL OR s.valid_to > '2020-12-31'))"""
BY_THE_DAY = f"firms_employmentspell w WHERE w.retired_on IS NULL AND w.wage_unit = 'day' AND {POOR.format('w')}"
POSTS = "posts_assignment a WHERE a.retired_on IS NULL AND (a.valid_to IS NULL OR a.valid_to > '2020-12-31')"

ASKED: dict[str, str] = {
    "I01": f"""SELECT count(*) FROM (SELECT i.person_id FROM firms_insurancemonth i WHERE i.retired_on IS NULL
        AND i.month BETWEEN '2020-01-01' AND '2020-12-01' AND {POOR.format('i')} GROUP BY 1
        HAVING count(DISTINCT i.month) >= 6) each""",
    "I02": f"""SELECT count(DISTINCT person_id) FROM training_enrolment e WHERE e.retired_on IS NULL
        AND certified_on >= '2020-01-01' AND {POOR.format('e')}""",
    "I03": "SELECT sum(amount_fen) FROM claims_firmpayment WHERE item = '稳岗返还' AND retired_on IS NULL",
    "I05": f"SELECT count(DISTINCT firm_id) FROM claims_firmpayment WHERE item IN {ABSORBED} AND retired_on IS NULL",
    "I06": f"SELECT sum(amount_fen) FROM claims_firmpayment WHERE item IN {ABSORBED} AND retired_on IS NULL",
    "I08": "SELECT count(DISTINCT firm_id) FROM training_filing WHERE retired_on IS NULL AND valid_from >= '2020-07-01'",
    "I09": "SELECT count(DISTINCT number) FROM training_filing WHERE retired_on IS NULL AND valid_from >= '2020-07-01'",
    "I10": f"SELECT count(DISTINCT person_id) FROM {IN_TRAINING}",
    "I11": f"SELECT count(DISTINCT person_id) FROM {IN_TRAINING} AND {POOR.format('t')}",
    "I12": f"SELECT count(DISTINCT person_id) FROM {IN_TRAINING} AND firm_id = {LARGEST}",
    "I13": f"SELECT count(DISTINCT person_id) FROM {IN_TRAINING} AND firm_id = {LARGEST} AND {POOR.format('t')}",
    "I14": f"SELECT sum(amount_fen) FROM claims_firmpayment WHERE item = '以工代训补贴' AND retired_on IS NULL AND firm_id = {LARGEST}",
    "I15": "SELECT count(DISTINCT class_code) FROM training_trainingclass WHERE retired_on IS NULL",
    "I16": "SELECT count(*) FROM training_trade WHERE retired_on IS NULL AND is_special",
    "I17": f"SELECT wage_fen FROM {BY_THE_DAY} ORDER BY valid_from LIMIT 1",
    "I18": f"SELECT wage_fen FROM {BY_THE_DAY} ORDER BY valid_from DESC LIMIT 1",
    "I19": """SELECT sum(amount_fen) FROM claims_fundallocation WHERE retired_on IS NULL AND fund LIKE '%扶贫%'
        AND purpose LIKE '公益性岗位%'""",
    "I20": f"SELECT count(DISTINCT person_id) FROM {POSTS} AND weekly_tenths > 240",
    "I21": f"SELECT count(DISTINCT person_id) FROM {POSTS} AND weekly_tenths <= 240",
    "I23": "SELECT max(pay_fen) FROM posts_attendance WHERE retired_on IS NULL",
    "I24": f"""SELECT count(DISTINCT d.person_id) FROM people_persondetail d WHERE d.kind = 'residence' AND d.retired_on IS NULL
        AND {POOR.format('d')} AND {TOLD.format('d', 'work_capacity', "'ordinary', 'skilled', 'limited'")}
        AND EXISTS (SELECT 1 FROM people_need n WHERE n.person_id = d.person_id AND n.kind = 'wants_work' AND n.value = 'yes'
            AND n.retired_on IS NULL) AND {AT_WORK}""",
    "I25": "SELECT count(*) FROM posts_workshop WHERE retired_on IS NULL AND workshop_kind LIKE '示范%'",
    "I26": "SELECT count(DISTINCT person_id) FROM firms_employmentspell WHERE retired_on IS NULL AND work_kind = 'workshop'",
    "I27": f"SELECT count(DISTINCT person_id) FROM {POSTS} AND {POOR.format('a')}",
    "I30": f"SELECT sum(amount_fen) FROM {OF_THE_YEAR}",
    "I31": """SELECT count(*) FROM (SELECT person_id, item FROM claims_payment WHERE retired_on IS NULL AND paid_on >= '2020-01-01'
        UNION SELECT person_id, item FROM claims_share WHERE retired_on IS NULL) each""",
}  # fmt: skip
"""Figure → the question. Sums in fen."""


def figures() -> dict[str, int]:
    """What the registry says of each."""
    found = {}
    with connection.cursor() as cursor:
        for name, sql in ASKED.items():
            cursor.execute(sql)
            found[name] = int(cursor.fetchone()[0] or 0)
    return found


def own_by_village() -> dict[str, int]:
    """Village → how many of I24 live there."""
    sql = ASKED["I24"].replace("SELECT count(DISTINCT d.person_id)", "SELECT d.value, count(DISTINCT d.person_id)", 1)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND d.valid_to IS NULL GROUP BY 1")
        return dict(cursor.fetchall())


def paid_beside_behind() -> list[tuple[int, str, int, int]]:
    """Firm, batch, what the firm was paid and what the people behind it come to, where the two are not the same."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT firm_id, batch_no, sum(paid), sum(behind) FROM (
                SELECT firm_id, batch_no, amount_fen AS paid, 0 AS behind FROM claims_firmpayment
                WHERE retired_on IS NULL AND item NOT IN ('稳岗返还', '以工代训补贴', '就业见习补贴')
                UNION ALL SELECT firm_id, batch_no, 0, amount_fen FROM claims_share WHERE retired_on IS NULL) each
            GROUP BY 1, 2 HAVING sum(paid) <> sum(behind)""")
        return cursor.fetchall()
