"""Deleting any one policy, trigger, grant, composite key or scoped manager makes a test fail: each is tried."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Manager

from anye.records.accounts.scope import RestrictedManager, ScopedManager
from tests.house.guards import DEFINERS, GUARDS, SCOPED, UNSCOPED, UNTRAILED

pytestmark = pytest.mark.django_db

Fact = tuple[str, ...]  # table, kind of guard, what exactly
SOURCES = Path(__file__).resolve().parents[2] / "src" / "anye"
RIGHTS = {"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}
INSIDE = "(({0} >= (current_setting('anye.lo'::text))::bigint) AND ({0} <= (current_setting('anye.hi'::text))::bigint))"
TRIGGERS = {
    "append_only": (("append_only", "BEFORE DELETE OR UPDATE", "ROW"), ("retired", "AFTER UPDATE", "STATEMENT")),
    "frozen": (("frozen", "BEFORE DELETE OR UPDATE", "ROW"),),
    "corrected": (("corrected", "BEFORE DELETE", "ROW"),),
    "decided_once": (("decided_once", "BEFORE INSERT OR DELETE OR UPDATE", "ROW"),),
    "audited": tuple(
        (f"audit_{verb.lower()}", f"AFTER {verb}", "STATEMENT") for verb in ("INSERT", "UPDATE", "DELETE")
    ),
    "tallied": tuple(
        (f"tally_{verb.lower()}", f"AFTER {verb}", "STATEMENT") for verb in ("INSERT", "UPDATE", "DELETE")
    ),
}
FUNCTIONS = {"audited": "anye_audit", "tallied": "anye_tally"}

HELD = """
SELECT tablename::text, 'policy', policyname::text, roles::text, permissive || ' ' || cmd, qual, with_check
FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT relname::text, 'by force', '', '', '', '', '' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
UNION ALL
SELECT tgrelid::regclass::text, 'trigger', tgname::text,
       substring(pg_get_triggerdef(oid) FROM '(BEFORE .*|AFTER .*) ON '),
       substring(pg_get_triggerdef(oid) FROM 'FOR EACH (ROW|STATEMENT)'),
       substring(pg_get_triggerdef(oid) FROM 'EXECUTE FUNCTION (.*)$'), tgenabled::text
FROM pg_trigger WHERE NOT tgisinternal AND tgfoid::regproc::text !~ '^procrastinate_'
UNION ALL
SELECT relname::text, 'grant', CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type,
       '', '', '' FROM pg_class, aclexplode(relacl)
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND grantee <> relowner
UNION ALL
SELECT relname::text, 'grant', CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type,
       string_agg(attname, ',' ORDER BY attname COLLATE "C"), '', ''
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(attacl)
WHERE relnamespace = 'public'::regnamespace GROUP BY relname, grantee, privilege_type
UNION ALL
SELECT conrelid::regclass::text, 'key', pg_get_constraintdef(oid), '', '', '', '' FROM pg_constraint
WHERE contype = 'f' AND array_length(conkey, 1) > 1 AND convalidated
UNION ALL
SELECT conrelid::regclass::text, 'exclusion', conname::text, '', '', '', '' FROM pg_constraint WHERE contype = 'x'
"""


def held(table: str | None = None) -> set[Fact]:
    """The guards that stand in the database, or on one of its tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({HELD}) AS held (of) WHERE %s::text IS NULL OR of = %s", [table, table])
        return {tuple(row) for row in cursor.fetchall()}


def expected() -> set[Fact]:
    """The guards that `guards.py` asks for."""
    return {fact for table, words in GUARDS.items() for word in words.split() for fact in _meant(table, word)}


def _meant(table: str, word: str) -> Iterator[Fact]:
    name, _, inner = word.rstrip(")").partition("(")
    if name in ("scoped", "made_within", "restricted"):
        yield from _policies(table, name, inner)
    elif name in TRIGGERS:
        for end, when, each in TRIGGERS[name]:
            left_out = ", ".join(f"'{column}'" for column in inner.split(",") if column)
            function = f"{FUNCTIONS.get(name, f'anye_{end}')}({left_out})"
            yield table, "trigger", f"{table}_{end}", when, each, function, "O"
    elif name == "bound":
        column, parent = inner.split("→")
        key = f"FOREIGN KEY ({column}, scope_no) REFERENCES {parent}(id, scope_no) ON UPDATE CASCADE"
        yield table, "key", key, "", "", "", ""
    elif name == "no_two_editions":
        yield table, "exclusion", "places_area_one_edition", "", "", "", ""
    else:
        role, _, letters = name.partition(":")
        for letter in letters:
            yield table, "grant", f"anye_{role}", RIGHTS[letter], inner, "", ""


def _policies(table: str, name: str, inner: str) -> Iterator[Fact]:
    if name == "scoped":
        columns = inner.split(",") if inner else ["scope_no"]
        inside = INSIDE.format(columns[0])
        if len(columns) > 1:
            inside = "(" + " OR ".join(INSIDE.format(column) for column in columns) + ")"
        yield table, "policy", f"{table}_app", "{anye_app}", "PERMISSIVE ALL", inside, inside
        for role in ("batch", "owner"):
            yield table, "policy", f"{table}_{role}", f"{{anye_{role}}}", "PERMISSIVE ALL", "true", "true"
        yield table, "by force", "", "", "", "", ""
    elif name == "made_within":
        inside = "(" + " AND ".join(INSIDE.format(column)[1:-1] for column in inner.split(",")) + ")"
        yield table, "policy", f"{table}_made", "{anye_app}", "RESTRICTIVE INSERT", None, inside  # type: ignore[misc]
    elif name == "restricted":
        seen = "(current_setting('anye.restricted'::text))::boolean"
        seen = f"((NOT {inner}) OR {seen})" if inner else seen
        yield table, "policy", f"{table}_restricted", "{anye_app}", "RESTRICTIVE ALL", seen, None  # type: ignore[misc]


def test_the_database_holds_exactly_the_guards_that_are_written_down() -> None:
    assert held() - expected() == set(), "not written down in guards.py"
    assert expected() - held() == set(), "missing in the database"


def test_every_table_is_written_down() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
        )
        assert {row[0] for row in cursor.fetchall()} == set(GUARDS)


def _taking_out(fact: Fact) -> str:
    """The statement that takes one guard out."""
    table, kind, name, right, columns = fact[:5]
    if kind == "policy":
        return f"DROP POLICY {name} ON {table}"
    if kind == "by force":
        return f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
    if kind == "trigger":
        return f"DROP TRIGGER {name} ON {table}"
    if kind == "grant":
        return f"REVOKE {right}{f' ({columns})' if columns else ''} ON {table} FROM {name}"
    if kind == "exclusion":
        return f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND pg_get_constraintdef(oid) = %s",
            [table, name],
        )
        (constraint,) = cursor.fetchone()
    return f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"


@pytest.mark.bar(9, control="each policy, trigger, grant and key taken out")
def test_each_guard_taken_out_alone_is_noticed() -> None:
    wanted, tried = expected(), 0
    for fact in sorted(wanted):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT wound")
            cursor.execute(_taking_out(fact))
            assert {one for one in wanted if one[0] == fact[0]} - held(fact[0]) == {fact}
            cursor.execute("ROLLBACK TO SAVEPOINT wound")
            tried += 1
    assert tried > 300
    assert held() == wanted


@pytest.mark.parametrize(
    "wound",
    [
        "GRANT SELECT ON registers_rowclaim TO anye_app",
        "GRANT UPDATE (scope_no) ON people_person TO anye_app",
        "GRANT DELETE ON people_need TO PUBLIC",
        "CREATE POLICY wide ON people_person TO anye_app USING (true)",
        "ALTER POLICY people_person_app ON people_person USING (scope_no > 0)",
        "ALTER POLICY people_person_app ON people_person TO anye_app, anye_batch",
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE people_need DISABLE TRIGGER people_need_append_only",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "CREATE TABLE bare (person_id bigint); GRANT SELECT ON bare TO anye_app",
    ],
)
def test_a_guard_weakened_or_a_right_added_is_noticed(wound: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(wound)
    assert held() != expected()


TRAILS = frozenset({"audited", "append_only", "frozen", "tallied"})


@pytest.mark.bar(15, control="a table without a trail is named, here")
def test_every_table_has_a_trail_or_a_reason() -> None:
    kept = {table: {word.partition("(")[0] for word in words.split()} & TRAILS for table, words in GUARDS.items()}
    assert {table for table, trails in kept.items() if not trails} == set(UNTRAILED)
    assert {table for table, trails in kept.items() if len(trails) > 1} == set()
    assert all(UNTRAILED.values())
    assert "registers_batch" not in UNTRAILED and kept["registers_batch"] == {"audited"}


def definers() -> dict[str, str]:
    """Functions of ours that run as their owner, with who but the owner may call them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT proname, coalesce(string_agg(CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ' '
                            ORDER BY grantee) FILTER (WHERE grantee <> proowner), '')
            FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))
            WHERE pronamespace = 'public'::regnamespace AND prosecdef GROUP BY proname
            """
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize(
    "wound",
    [
        "GRANT EXECUTE ON FUNCTION audit_erase TO anye_app",
        "GRANT EXECUTE ON FUNCTION audit_write TO PUBLIC",
        "REVOKE EXECUTE ON FUNCTION audit_erase FROM anye_batch",
        "ALTER FUNCTION audit_looked SECURITY INVOKER",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    ],
)
def test_functions_that_run_as_their_owner_are_those_written_down(wound: str) -> None:
    assert definers() == DEFINERS
    with connection.cursor() as cursor:
        cursor.execute(wound)
    assert definers() != DEFINERS


# ── managers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _narrowed_by(manager: Any) -> tuple[str, ...] | None:
    if type(manager) is RestrictedManager:
        return (*manager.columns, f"restricted({manager.flag})" if manager.flag else "restricted")
    return manager.columns if type(manager) is ScopedManager else None


def narrowed() -> dict[str, Any]:
    """Models with a scope number, and the columns that both of their managers narrow; None for a plain manager."""
    found = {}
    for model in apps.get_models():
        if any(field.name == "scope_no" for field in model._meta.fields):
            managers = [model._default_manager, getattr(model, "objects", None), *model._meta.managers]
            columns = {_narrowed_by(m) for m in managers}
            found[model._meta.label] = columns.pop() if len(columns) == 1 else None
    return found


@pytest.mark.bar(9, control="each manager replaced, below")
def test_every_model_with_a_scope_number_has_a_manager_that_narrows_it() -> None:
    assert narrowed() == {**SCOPED, **dict.fromkeys(UNSCOPED)}


@pytest.mark.bar(9, control="each manager replaced")
@pytest.mark.parametrize("label", SCOPED)
@pytest.mark.parametrize("name", ["objects", "_default_manager"])
def test_a_plain_manager_in_its_place_is_noticed(label: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, plain = apps.get_model(label), Manager()
    plain.model = model
    if name == "objects":
        monkeypatch.setattr(model, "objects", plain)
    else:
        monkeypatch.setitem(model._meta.__dict__, "default_manager", plain)
    assert narrowed()[label] is None


# ── ways around the managers ──────────────────────────────────────────────────────────────────────────────────────────

# statements of the doors: none. Of the reads: counts over scoped queries, and of the trail its own tables
AROUND = {
    "records/findings/queries.py": {"cursor"},
    "records/entitlements/queries.py": {"cursor"},
    "records/accounts/queries.py": {"_default_manager"},
}
WAYS = frozenset({"_base_manager", "_default_manager", "raw", "extra", "cursor", "RawSQL", "connections"})


def ways_around(text: str) -> set[str]:
    """Attributes and imports of a module by which rows are reached without the managers."""
    nodes = list(ast.walk(ast.parse(text)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    used = {
        node.attr for node in nodes if isinstance(node, ast.Attribute) and (node.attr != "extra" or id(node) in called)
    }
    used |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return used & WAYS


def test_doors_and_reads_go_through_the_managers() -> None:
    files = [*SOURCES.glob("doors/**/*.py"), *SOURCES.glob("records/*/queries.py"), *SOURCES.glob("records/*/facts.py")]
    assert len(files) > 50
    found = {str(file.relative_to(SOURCES)): ways_around(file.read_text("utf-8")) for file in files}
    assert {name: ways for name, ways in found.items() if ways} == AROUND


@pytest.mark.parametrize(
    "text",
    [
        "Person._base_manager.all()",
        "Person._default_manager.using('x')",
        "Person.objects.raw('SELECT 1')",
        "rows.extra(where=['true'])",
        "connection.cursor()",
        "from django.db.models.expressions import RawSQL",
        "from django.db import connections",
    ],
)
def test_each_way_around_is_noticed(text: str) -> None:
    assert ways_around(text)


def scope_names(text: str) -> set[str]:
    """What a module takes from the module that sets the range."""
    return {
        alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module == "anye.records.accounts.scope"
        for alias in node.names
    }


def test_the_doors_set_the_range_in_the_middleware_alone() -> None:
    found = {
        str(file.relative_to(SOURCES)): scope_names(file.read_text("utf-8")) - {"Scope", "set_purpose"}
        for file in SOURCES.glob("doors/**/*.py")
    }
    assert {name: used for name, used in found.items() if used} == {"doors/kit/acting.py": {"APP", "acting", "within"}}
