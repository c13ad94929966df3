"""Every table with a path to a person is under a row policy, by force, and policies call nothing but settings."""

import re

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

# tables that name a person or could, and why they need no row policy
EXEMPT = {
    "registers_rawblock": "sealed source rows: the app role has no grant at all",
    "registers_rowclaim": "blind indexes of rows and whom they attach to: the app role has no grant at all",
    "audit_seal": "names events by number only",
}
CALLS = re.compile(r"\b([a-z_]+)\s*\(")


def policies() -> dict[str, list[tuple[str, str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, coalesce(qual, '') || ' ' || coalesce(with_check, ''), roles::text"
            " FROM pg_policies WHERE schemaname = 'public'"
        )
        found: dict[str, list[tuple[str, str, str]]] = {}
        for table, name, text, roles in cursor.fetchall():
            found.setdefault(table, []).append((name, text, roles))
    return found


def tables_about_people() -> set[str]:
    """Tables with a scope number or a person's key, by column; and the person itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
              AND a.attname IN ('person_id', 'household_id', 'scope_no') AND c.relname NOT IN
                  ('places_office', 'accounts_duty')
            """
        )
        return {row[0] for row in cursor.fetchall()} | {"people_person", "people_household"}


def unguarded() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        forced = {row[0] for row in cursor.fetchall()}
    held = policies()
    return {t for t in tables_about_people() if t not in EXEMPT and (t not in forced or t not in held)}


@pytest.mark.bar(12, control="policy or FORCE taken from a table, by the next test")
def test_every_table_about_people_has_a_forced_policy() -> None:
    assert unguarded() == set()


@pytest.mark.bar(12, control="this is one: FORCE, the switch and the policies go in turn")
def test_the_check_finds_a_table_whose_policy_or_force_is_gone() -> None:
    for wound in (
        "ALTER TABLE people_need NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE people_need DISABLE ROW LEVEL SECURITY",
        "DROP POLICY people_need_app ON people_need; DROP POLICY people_need_batch ON people_need;"
        " DROP POLICY people_need_owner ON people_need",
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT wound")
            cursor.execute(wound)
            assert unguarded() == {"people_need"}, wound
            cursor.execute("ROLLBACK TO SAVEPOINT wound")


@pytest.mark.bar(12)
def test_policies_call_nothing_but_settings_and_casts() -> None:
    must = "(current_setting('anye.restricted'::text))::boolean"
    for table, held in policies().items():
        for name, text, roles in held:
            assert set(CALLS.findall(text.lower())) - {"and", "or"} <= {"current_setting"}, (table, name)
            assert "select" not in text.lower(), (table, name)
            assert roles != "{public}", (table, name)
            if name == f"{table}_restricted":  # besides the range, not in its stead
                assert text.strip() in {must, f"((NOT is_restricted) OR {must})"}
                assert {"{anye_app}"} == {who for other, _, who in held if other == f"{table}_app"}
            elif roles == "{anye_app}":
                assert "anye.lo" in text, (table, name)
                assert "anye.hi" in text, (table, name)


@pytest.mark.bar(12)
def test_a_policy_for_the_app_is_never_simply_true() -> None:
    for table, held in policies().items():
        for name, text, roles in held:
            if "anye_app" in roles:
                assert text.strip() not in {"true", "true true"}, (table, name)


@pytest.mark.bar(12)
def test_exempt_tables_give_the_app_nothing() -> None:
    with connection.cursor() as cursor:
        for table in set(EXEMPT) - {"audit_seal"}:
            cursor.execute("SELECT has_table_privilege('anye_app', %s, 'SELECT, INSERT, UPDATE, DELETE')", [table])
            assert cursor.fetchone() == (False,), table


@pytest.mark.bar(12)
def test_the_app_owns_nothing_and_cannot_pass_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN"
            " ('anye_app', 'anye_batch') AND c.relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT bool_or(rolbypassrls OR rolsuper) FROM pg_roles WHERE rolname IN ('anye_app', 'anye_batch',"
            " 'anye_owner')"
        )
        assert cursor.fetchone() == (False,)


# a doubt that a pass draws anew, and that a trigger lets go where two persons corrected it; a text that was never issued
DELETED_BY_APP = {"claims_difference", "briefings_briefing"}


def test_the_app_may_not_change_facts_nor_delete_anything_about_people() -> None:
    facts = [m._meta.db_table for m in apps.get_models() if any(f.name == "retired_on" for f in m._meta.fields)]
    assert len(facts) >= 9
    with connection.cursor() as cursor:
        for table in facts:
            cursor.execute(
                "SELECT has_table_privilege('anye_app', %s, 'INSERT') OR has_any_column_privilege('anye_app', %s,"
                " 'UPDATE') OR has_table_privilege('anye_app', %s, 'DELETE') OR"
                " has_table_privilege('anye_batch', %s, 'DELETE')",
                [table] * 4,
            )
            assert cursor.fetchone() == (False,), table
        for table in tables_about_people():
            cursor.execute("SELECT has_table_privilege('anye_app', %s, 'DELETE')", [table])
            assert cursor.fetchone() == (table in DELETED_BY_APP,), table


def test_every_fact_is_append_only_and_bound_to_its_parents_scope() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_object_table, trigger_name FROM information_schema.triggers")
        triggers = set(cursor.fetchall())
        cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confupdtype = 'c'")
        bound = {row[0] for row in cursor.fetchall()}
    for model in apps.get_models():
        table = model._meta.db_table
        names = {f.name for f in model._meta.fields}
        if "retired_on" in names:
            assert (table, f"{table}_append_only") in triggers, table
            assert (table, f"{table}_retired") in triggers, table
            # what is said of a firm has the number of the office that keeps it, and moves with nobody
            if names & {"person", "household"}:
                assert table in bound, table


def test_no_foreign_key_points_upwards() -> None:
    floors = ["audit", "places", "accounts", "people", "firms", "registers", "findings"]
    floors += ["posts", "training", "jobs", "claims", "outreach"]
    for model in apps.get_models():
        if model._meta.app_label in floors:
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if field.concrete and target is not None and target._meta.app_label in floors:
                    assert floors.index(target._meta.app_label) <= floors.index(model._meta.app_label), field
