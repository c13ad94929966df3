"""The nodes' columns are caches of current facts: drawn anew, set-wise, for the persons a load touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.records.audit.day import registry_day

# the detail kinds that the node caches; `name_key` is the name as names are compared, kept beside it by every row
KINDS = ("name", "name_key", "sex", "birth", "residence", "employment_state", "id_number", "phone")


def refresh(persons: str = "SELECT DISTINCT person_id FROM link") -> None:
    """Bring the caches, scope numbers, households and name grams of `persons` (SQL yielding ids) up to date."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS {persons}")
        cursor.execute("ALTER TABLE fresh ADD PRIMARY KEY (person_id)")
        cursor.execute("ANALYZE fresh")
        cursor.execute(_NOW, [registry_day()])
        cursor.execute("ALTER TABLE now_known ADD PRIMARY KEY (person_id)")
        cursor.execute("ANALYZE now_known")
        cursor.execute(_UPDATE)
        cursor.execute(_MOVE)
        cursor.execute(_VOID)
        with households_met(cursor, "fresh"):
            cursor.execute(_HOUSEHOLDS)
        refresh_grams("SELECT person_id FROM fresh")
        cursor.execute("DROP TABLE fresh, now_known")


@contextmanager
def households_met(cursor: CursorWrapper, persons: str) -> Iterator[None]:
    """Temporary table `households_met` (household_id): those that somebody of the table `persons` is in, or was in.

    Apart from the statement that needs it, with a key and statistics: in a fresh registry nothing is known of the members'
    table, and as one statement the planner took every member for every other (five minutes for twenty thousand).
    """
    cursor.execute(
        "CREATE TEMPORARY TABLE households_met ON COMMIT DROP AS SELECT DISTINCT m.household_id"
        f" FROM people_householdmember m JOIN {persons} s ON s.person_id = m.person_id"
    )
    cursor.execute("ALTER TABLE households_met ADD PRIMARY KEY (household_id)")
    cursor.execute("ANALYZE households_met")
    yield
    cursor.execute("DROP TABLE households_met")


_PIVOT = ", ".join(
    f"max(d.{'blind::text' if kind in ('id_number', 'phone') else 'value'}) FILTER (WHERE d.kind = '{kind}') AS {kind}"
    for kind in KINDS
)
_NOW = f"""
    CREATE TEMPORARY TABLE now_known ON COMMIT DROP AS
    SELECT f.person_id, k.*,
           coalesce((SELECT array_agg(m."group" ORDER BY m."group") FROM people_membership m
                     WHERE m.person_id = f.person_id AND m.retired_on IS NULL
                       AND (m.valid_to IS NULL OR m.valid_to >= %s)), '{{}}') AS groups,
           (SELECT n.value FROM people_need n WHERE n.person_id = f.person_id AND n.kind = 'wants_work'
              AND n.retired_on IS NULL) AS wants_work,
           (SELECT h.household_id FROM people_householdmember h WHERE h.person_id = f.person_id
              AND h.retired_on IS NULL) AS household_id,
           (SELECT d.sealed FROM people_persondetail d WHERE d.person_id = f.person_id AND d.kind = 'phone'
              AND d.retired_on IS NULL) AS phone_sealed,
           (SELECT d.blind FROM people_persondetail d WHERE d.person_id = f.person_id AND d.kind = 'phone'
              AND d.retired_on IS NULL) AS phone_blind,
           (SELECT s.workplace_area FROM firms_employmentspell s WHERE s.person_id = f.person_id
              AND s.retired_on IS NULL AND s.valid_to IS NULL AND s.workplace_area <> ''
              ORDER BY s.valid_from DESC NULLS LAST, s.employer_name LIMIT 1) AS workplace
    FROM fresh f
    LEFT JOIN LATERAL (SELECT {_PIVOT} FROM people_persondetail d
                       WHERE d.person_id = f.person_id AND d.retired_on IS NULL) k ON true
"""
_UPDATE = """
    WITH wanted AS (
        SELECT n.person_id AS id, n.name, n.name_key, coalesce(n.sex, p.sex) AS sex,
               coalesce(n.birth::date, p.birth_on) AS birth_on, n.phone_sealed, n.phone_blind, n.groups,
               CASE n.employment_state WHEN 'employed' THEN true WHEN 'not_employed' THEN false END AS is_employed,
               CASE n.wants_work WHEN 'yes' THEN true WHEN 'no' THEN false END AS wants_work, n.household_id,
               coalesce(n.residence, nullif(n.workplace, ''), '') AS care_area, n.name IS NULL AS is_hidden
        FROM now_known n JOIN people_person p ON p.id = n.person_id
    )
    UPDATE people_person p SET name = coalesce(w.name, p.name), name_key = coalesce(w.name_key, p.name_key),
        sex = w.sex, birth_on = w.birth_on, phone_sealed = w.phone_sealed, phone_blind = w.phone_blind,
        groups = w.groups, is_employed = w.is_employed, wants_work = w.wants_work, household_id = w.household_id,
        care_area = w.care_area, is_hidden = w.is_hidden
    FROM wanted w WHERE w.id = p.id AND (coalesce(w.name, p.name), coalesce(w.name_key, p.name_key), w.sex,
        w.birth_on, w.phone_blind, w.groups::text[], w.is_employed, w.wants_work, w.household_id, w.care_area, w.is_hidden)
        IS DISTINCT FROM (p.name, p.name_key, p.sex, p.birth_on, p.phone_blind, p.groups::text[], p.is_employed,
        p.wants_work, p.household_id, p.care_area, p.is_hidden)
"""
_MOVE = """
    UPDATE people_person p SET scope_no = coalesce(o.scope_no, a.scope_no)
    FROM fresh f JOIN people_person q ON q.id = f.person_id LEFT JOIN office_of o ON o.area_code = q.care_area
    CROSS JOIN (SELECT scope_no FROM office_of WHERE area_code = '') a
    WHERE p.id = f.person_id AND p.scope_no <> coalesce(o.scope_no, a.scope_no)
"""
# a transfer is asked for by the office that looks after the person: once it does no longer, nobody has asked
_VOID = """
    UPDATE people_transfer t SET state = 'void', void_reason = 'moved_since'
    FROM fresh f WHERE t.person_id = f.person_id AND t.state IN ('asked', 'accepted')
      AND t.scope_no NOT IN (t.from_scope_no, t.to_scope_no)
"""
_HOUSEHOLDS = """
    UPDATE people_household h SET scope_no = w.scope_no
    FROM (
        SELECT m.household_id AS id,
               (array_agg(m.scope_no ORDER BY coalesce(m.is_head, false) DESC, m.scope_no))[1] AS scope_no
        FROM people_householdmember m JOIN households_met t ON t.household_id = m.household_id
        WHERE m.retired_on IS NULL
        GROUP BY m.household_id
    ) w WHERE w.id = h.id AND h.scope_no <> w.scope_no
"""


def refresh_grams(persons: str) -> None:
    """One- and two-character pieces of the current names, for those of `persons` whose name changed or moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM people_namegram g USING people_person p
            WHERE p.id = g.person_id AND p.id IN ({persons}) AND (g.name <> p.name OR p.is_hidden)
            """
        )
        cursor.execute(
            f"""
            INSERT INTO people_namegram (gram, name, person_id, scope_no)
            SELECT DISTINCT substr(p.name_key, n, size), p.name, p.id, p.scope_no
            FROM people_person p, generate_series(1, length(p.name_key)) n, generate_series(1, 2) size
            WHERE p.id IN ({persons}) AND NOT p.is_hidden AND n + size - 1 <= length(p.name_key)
              AND NOT EXISTS (SELECT 1 FROM people_namegram g WHERE g.person_id = p.id AND g.name = p.name)
            ON CONFLICT DO NOTHING
            """
        )
