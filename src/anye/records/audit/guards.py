"""SQL that every app's migrations put on their tables: row policies, append-only triggers, the audit triggers, grants.

Each function returns a migration operation. The rules stand in the database so that raw SQL, a shell and a forgotten
filter meet the same answer as a page does. pgtrigger is not used: its ignore switch is open to the app role.
"""

from collections.abc import Sequence

from django.db.migrations import RunSQL

IN_RANGE = "{0} >= current_setting('anye.lo')::bigint AND {0} <= current_setting('anye.hi')::bigint"


def scoped(table: str, *, columns: Sequence[str] = ("scope_no",)) -> RunSQL:
    """Row policies: the app sees the acting duty's range, batch and owner everything; unset range is an error."""
    inside = " OR ".join(f"({IN_RANGE.format(column)})" for column in columns)
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_app ON {table} TO anye_app USING ({inside}) WITH CHECK ({inside});
        CREATE POLICY {table}_batch ON {table} TO anye_batch USING (true) WITH CHECK (true);
        CREATE POLICY {table}_owner ON {table} TO anye_owner USING (true) WITH CHECK (true);
        """,
        RunSQL.noop,
    )


def restricted(table: str, *, flag: str = "") -> RunSQL:
    """Within the range as well, the app sees rows under a duty that must see justice and health alone.

    `flag`: the column that tells which rows of the table are of them; without one all are.
    """
    others = f"NOT {flag} OR " if flag else ""
    return RunSQL(
        f"""
        CREATE POLICY {table}_restricted ON {table} AS RESTRICTIVE TO anye_app
            USING ({others}current_setting('anye.restricted')::boolean)
        """,
        RunSQL.noop,
    )


def made_within(table: str, *, columns: Sequence[str]) -> RunSQL:
    """A row that two ranges may see is made by the one alone: every one of these columns lies in the acting range."""
    inside = " AND ".join(IN_RANGE.format(column) for column in columns)
    return RunSQL(
        f"CREATE POLICY {table}_made ON {table} AS RESTRICTIVE FOR INSERT TO anye_app WITH CHECK ({inside})",
        RunSQL.noop,
    )


def belongs_to(table: str, parent: str, column: str) -> RunSQL:
    """The composite key that keeps a row's `scope_no` equal to its parent's and takes it along in a move."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_scope FOREIGN KEY ({column}, scope_no)
            REFERENCES {parent} (id, scope_no) ON UPDATE CASCADE;
        CREATE INDEX {table}_{column}_scope ON {table} ({column}, scope_no);
        """,
        RunSQL.noop,
    )


def append_only(table: str) -> RunSQL:
    """Facts: only retirement (once) and the cascade of `scope_no` may change a row; each retirement is an event."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION anye_append_only();
        CREATE TRIGGER {table}_retired AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION anye_retired();
        """,
        RunSQL.noop,
    )


def frozen(table: str) -> RunSQL:
    """Rows that nobody edits or deletes, not even to retire them."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION anye_frozen();
        """,
        RunSQL.noop,
    )


def audited(table: str, *, secret: Sequence[str] = ()) -> RunSQL:
    """Mutable tables: every statement leaves one event a row, with what stood before and after but for `secret` columns."""
    return _after_each(table, "audit", f"anye_audit({', '.join(repr(column) for column in secret)})")


def tallied(table: str) -> RunSQL:
    """Rows by the million that are drawn from sealed source rows: one event a statement, with their number and hashes."""
    return _after_each(table, "tally", "anye_tally()")


def _after_each(table: str, name: str, function: str) -> RunSQL:
    triggers = "".join(
        f"""
        CREATE TRIGGER {table}_{name}_{verb.lower()} AFTER {verb} ON {table} REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION {function};
        """
        for verb, tables in (
            ("INSERT", "NEW TABLE AS new_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("DELETE", "OLD TABLE AS old_rows"),
        )
    )
    return RunSQL(triggers, RunSQL.noop)


def granted(table: str, *, app: str = "SELECT", batch: str = "SELECT, INSERT, UPDATE, DELETE") -> RunSQL:
    """What the two serving roles may do with the table; what is not granted is refused."""
    sql = "".join(
        f"GRANT {rights} ON {table} TO {role};" for role, rights in (("anye_app", app), ("anye_batch", batch)) if rights
    )
    return RunSQL(sql, RunSQL.noop)


def firm_fact(table: str, *, is_scoped: bool = False) -> list[RunSQL]:
    """What a fact about a firm or a catalogue needs; `is_scoped`: seen in its range alone."""
    return [
        *([scoped(table)] if is_scoped else []),
        append_only(table),
        granted(table, batch="SELECT, INSERT, UPDATE (retired_on, retired_by)"),
    ]


def fact(table: str, *, parent: str = "people_person", column: str = "person_id") -> list[RunSQL]:
    """Everything a fact table needs: composite key, policies, append-only, and grants by column."""
    return [
        belongs_to(table, parent, column),
        scoped(table),
        append_only(table),
        granted(table, batch="SELECT, INSERT, UPDATE (retired_on, retired_by)"),
    ]
