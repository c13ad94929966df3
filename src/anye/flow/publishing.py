"""A staged batch becomes records, in one transaction, so that no reader ever needs to ask for a batch's state."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anye.flow import attach, brought, caches, facts, mending, staging
from anye.flow.blocks import Context, stage_again
from anye.flow.doubts import raise_doubts
from anye.flow.locks import PUBLISHING
from anye.flow.plans import plan_for
from anye.flow.specs import SPECS
from anye.records.audit.actions import note
from anye.records.audit.tokens import SQL_TOKEN
from anye.records.registers import actions, queries

WORK_MEM = "128MB"  # of a load's sorts and joins, one load at a time; the default of 4 MB spills a million rows to disk
_NOTHING: Mapping[str, Any] = {}
CACHED = ("detail", "household", "membership", "need", "spell")


def publish_batch(batch_id: int, context: Context, *, notes: Mapping[str, Any] = _NOTHING) -> None:
    """Attach rows, decide contradictions, refresh caches and doubts, count, and leave one event with digests.

    `notes`: what is said of the file besides its rows (`engine.intake.notes`).
    """
    batch = queries.batch(batch_id)
    stage = staging.tables(batch_id)
    with connection.cursor() as cursor:
        begin(cursor)
        cursor.execute(f"ANALYZE {stage}_row")
        cursor.execute(f"SELECT count(*) FROM {stage}_row")
        plan_for(cursor, cursor.fetchone()[0])
        office_of(cursor, context)
        attach.attach(stage, batch_id, batch.source.creates_persons)
        if lost := attach.persons_to_rebuild():
            attach.retire_for_rebuild(lost, batch_id)
        restage(cursor, batch_id, context)
        if lost:
            attach.recheck(stage, context.office_no)
        since = brought.highest_ids()
        taken = take_facts(cursor, stage, batch_id, on=batch.known_on)
        changed = any(taken[name].inserted or taken[name].overruled for name in CACHED if name in taken)
        if changed or batch.source.creates_persons:
            caches.refresh()
        raise_doubts(batch_id, insurance_only=not (changed or batch.source.creates_persons))
        mends = staging.has_origins(batch_id)
        if mends:
            mending.note_brought_back(batch_id)
        counts = _count(cursor, stage, batch_id, since)
        tallies: dict[str, object] = {name: vars(one) for name, one in taken.items()}
        if notes:
            tallies["notes"] = dict(notes)
        if mends:
            tallies["mends"] = True
        actions.publish_batch(batch=batch, counts=counts, fact_counts=tallies)
        told = {"counts": counts, "digests": brought.digests(since)}
        note("load", "registers_batch", batch_id, context.office_no, told)
    staging.drop(batch_id)


def begin(cursor: CursorWrapper) -> None:
    """Wait until nobody else publishes; settings for large statements; no temporary tables of an earlier load."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    # dozens of large statements, each run once: compiling them takes longer than it saves
    cursor.execute("SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)", [WORK_MEM])
    cursor.execute(
        "SET LOCAL enable_nestloop = on"
    )  # inside a larger transaction an earlier load may have forbidden it
    clear_temporary(cursor)


def clear_temporary(cursor: CursorWrapper) -> None:
    """They go at commit as a rule; inside a larger transaction an earlier load's may still stand."""
    names = ["touched", "link", "let_go", "led_anew", "led_before", "leader", "others", "office_of", "office"]
    names += ["orphans", "rebuilt", "heard", "stood", "stands"]  # of a withdrawal
    cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in names))


def take_facts(cursor: CursorWrapper, stage: str, batch_id: int, *, on: date) -> dict[str, facts.Published]:
    """Make the nodes that the linked rows name, then take their facts, known from the day on at the earliest."""
    there = staging.facts_there(batch_id)
    for name in there:
        cursor.execute(f"ANALYZE {stage}_{name}")
    _make_nodes(cursor, stage, there, batch_id)
    since = brought.highest_ids()
    taken = {name: facts.publish(SPECS[name], f"{stage}_{name}", batch_id, on=on) for name in there}
    if "firm" in there:
        name_firms(cursor, since["firm"])
    return taken


def name_firms(cursor: CursorWrapper, since: int) -> None:
    """Firms bear the names that came to stand since; one that nothing was known of is seen again."""
    cursor.execute(
        """
        UPDATE firms_firm f SET name = d.value, name_key = regexp_replace(d.value, '\\s', '', 'g'), is_hidden = false
        FROM firms_firmdetail d
        WHERE d.firm_id = f.id AND d.kind = 'name' AND d.retired_on IS NULL AND d.id > %s
          AND (f.name <> d.value OR f.is_hidden)
        """,
        [since],
    )


def _make_nodes(cursor: CursorWrapper, stage: str, there: Sequence[str], batch_id: int) -> None:
    """The households and firms that the batch's rows name and nobody named before, whomever the rows attach to."""
    if "household" in there:
        # an officer's entry has no rows: its lines are linked by hand
        cursor.execute(
            f"""
            INSERT INTO people_household (token, scope_no, code)
            SELECT DISTINCT ON (s.household_code) {SQL_TOKEN}, coalesce(r.scope_no, l.scope_no), s.household_code
            FROM {stage}_household s
            LEFT JOIN {stage}_row r ON r.batch_id = s.batch_id AND r.sheet_no = s.sheet_no AND r.line = s.line
            LEFT JOIN link l ON l.batch_id = s.batch_id AND l.sheet_no = s.sheet_no AND l.line = s.line
            WHERE s.batch_id = %s AND s.household_code IS NOT NULL
            ORDER BY s.household_code, coalesce(r.scope_no, l.scope_no)
            ON CONFLICT (code) DO NOTHING
            """,
            [batch_id],
        )
    if "firm" in there:
        cursor.execute(
            f"""
            INSERT INTO firms_firm (token, code, credit_code, name, name_key, is_hidden)
            SELECT DISTINCT ON (s.firm_code) {SQL_TOKEN}, s.firm_code,
                   CASE WHEN s.firm_code LIKE '%%:%%' THEN '' ELSE s.firm_code END, s.value,
                   regexp_replace(s.value, '\\s', '', 'g'), false
            FROM {stage}_firm s WHERE s.batch_id = %s
            ORDER BY s.firm_code, s.value
            ON CONFLICT (code) DO NOTHING
            """,
            [batch_id],
        )
        cursor.execute("ANALYZE firms_firm")


def restage(cursor: CursorWrapper, batch_id: int, context: Context) -> None:
    """Rows of earlier batches that attach now come back from their sealed blocks to be taken like the others."""
    cursor.execute("SELECT batch_id, sheet_no, line FROM link WHERE batch_id <> %s ORDER BY 1, 2, 3", [batch_id])
    wanted: dict[tuple[int, int], set[int]] = {}
    for earlier, sheet_no, line in cursor.fetchall():
        wanted.setdefault((earlier, sheet_no), set()).add(line)
    for (earlier, sheet_no), lines in wanted.items():
        for sealed in queries.raw_blocks_with(earlier, sheet_no, lines):
            stage_again(batch_id, (earlier, sheet_no), sealed, lines, context)


def office_of(cursor: CursorWrapper, context: Context) -> None:
    """`office_of`: area code → scope number, the empty code *outside*; `office`: who loads, and the number of *outside*."""
    cursor.execute(
        "CREATE TEMPORARY TABLE office_of (area_code text PRIMARY KEY, scope_no bigint NOT NULL) ON COMMIT DROP"
    )
    with cursor.copy("COPY office_of FROM STDIN") as stream:
        for row in context.offices.items():
            stream.write_row(row)
    cursor.execute(
        "CREATE TEMPORARY TABLE office ON COMMIT DROP AS SELECT %s::bigint AS office_no, %s::bigint AS outside_no",
        [context.office_no, context.offices[""]],
    )


def _count(cursor: CursorWrapper, stage: str, batch_id: int, since: Mapping[str, int]) -> dict[str, int]:
    """rows = loaded + unchanged + refused. A row is loaded when it brought a fact, or attaches to nobody yet."""
    taken = " UNION ALL ".join(
        f"SELECT source_sheet, source_line FROM {spec.table} WHERE id > {since[name]} AND source_batch = %(b)s"
        for name, spec in SPECS.items()
    )
    cursor.execute(
        f"""
        SELECT (SELECT count(*) FROM {stage}_row WHERE batch_id = %(b)s),
               (SELECT count(*) FROM {stage}_row WHERE batch_id = %(b)s AND (sheet_no, line) IN (
                   {taken} UNION ALL
                   SELECT sheet_no, line FROM registers_rowclaim WHERE batch_id = %(b)s AND person_id IS NULL)),
               (SELECT count(*) FROM registers_rowclaim WHERE batch_id = %(b)s AND person_id IS NULL),
               (SELECT count(DISTINCT (sheet_no, line)) FROM registers_fault WHERE batch_id = %(b)s
                   AND level = 'refused'),
               (SELECT count(DISTINCT (sheet_no, line)) FROM registers_fault WHERE batch_id = %(b)s
                   AND level = 'queried')
        """,
        {"b": batch_id},
    )
    kept, loaded, unattached, refused, queried = cursor.fetchone()
    return {
        "rows": kept + refused,
        "loaded": loaded,
        "unchanged": kept - loaded,
        "refused": refused,
        "queried": queried,
        "unattached": unattached,
    }
