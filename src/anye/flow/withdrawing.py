"""A load is withdrawn: the registry ends as if its file had never come in, whatever was loaded before or after it.

What the file alone brought is retired, what others confirm stays, what it replaced returns. Persons of whom no
creating register speaks any more are hidden, and the rows that were theirs wait again. The same bytes may be loaded
anew, which undoes the withdrawal. One transaction under the lock of publishing, one event with digests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from anye.flow import attach, brought, caches, staging
from anye.flow.blocks import Context
from anye.flow.doubts import newest_month, raise_doubts
from anye.flow.plans import plan_for
from anye.flow.publishing import CACHED, begin, name_firms, office_of, restage, take_facts
from anye.flow.specs import SPECS
from anye.flow.voices import Silenced, silence
from anye.records.audit.actions import note
from anye.records.audit.day import registry_day
from anye.records.registers import actions, queries


@dataclass(frozen=True)
class Figures:
    """What a withdrawal does: current facts that go, that stay because others say so, that return; persons hidden."""

    gone: int
    stayed: int
    returned: int
    hidden: int


class WithdrawalRefused(ValueError):
    """A batch that cannot be withdrawn; `code` says why: not_published, withdrawn_already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Foreseen(Exception):  # no error: it carries the figures out of a transaction that is rolled back
    def __init__(self, figures: list[Figures]) -> None:
        super().__init__()
        self.figures = figures


def foresee(batch_ids: Iterable[int], context: Context) -> list[Figures]:
    """What withdrawals would do, one after another: done, counted to the last fact and rolled back.

    Raises WithdrawalRefused.
    """
    try:
        with transaction.atomic():
            raise _Foreseen([withdraw(batch_id, context) for batch_id in batch_ids])
    except _Foreseen as foreseen:
        return foreseen.figures


def withdraw(batch_id: int, context: Context, *, reason: str = "", on: date | None = None) -> Figures:
    """Withdraw a published batch, as the batch role inside a transaction. Raises WithdrawalRefused.

    `on`: the day from which it is not known any more, default today; never before the batch became known.
    """
    with connection.cursor() as cursor:
        begin(cursor)
        batch = queries.batch(batch_id)
        if batch.state != "published":
            raise WithdrawalRefused("withdrawn_already" if batch.state == "withdrawn" else "not_published")
        on = max(on or registry_day(), batch.known_on)
        plan_for(cursor, batch.rows)
        office_of(cursor, context)
        newest = newest_month(cursor)
        attach.forget(batch_id)
        _choose_rebuilt(cursor)
        since = brought.highest_ids()
        silenced = {name: silence(spec, batch_id, by=batch_id, on=on) for name, spec in SPECS.items()}
        actions.withdraw_batch(batch_id=batch_id)
        figures = sum(silenced.values(), _draw_anew(cursor, batch_id, context, on))
        name_firms(cursor, since["firm"])
        _hide_firms(cursor, batch_id)
        changed = any(silenced[name].gone or silenced[name].returned for name in CACHED)
        changed = changed or batch.source.creates_persons
        if changed:
            caches.refresh("SELECT person_id FROM heard")
        hidden = _hidden(cursor)
        suspects = "SELECT person_id FROM heard"
        newest_left = newest_month(cursor)
        if newest_left is not None and newest_left != newest:
            suspects += f" UNION {_INSURED_LAST.format(newest_left)}"
        raise_doubts(batch_id, insurance_only=not changed, persons=suspects, on=on)
        told = Figures(figures.gone, figures.stayed, figures.returned, hidden)
        trail = {"counts": vars(told), "reason": reason, "digests": brought.digests(since)}
        note("withdraw", "registers_batch", batch_id, context.office_no, trail)
    return told


# a ledger that names no month speaks of the newest insured one: where that is an earlier month now, it meets it anew
_INSURED_LAST = """
    SELECT d.person_id FROM people_persondetail d
    JOIN firms_insurancemonth i ON i.person_id = d.person_id AND i.retired_on IS NULL AND i.month = '{}'
    WHERE d.kind = 'employment_state' AND d.value = 'not_employed' AND d.retired_on IS NULL
"""


def _choose_rebuilt(cursor: CursorWrapper) -> None:
    """`rebuilt`: persons whose rows changed hands; their facts are drawn anew from the rows that they keep or gain."""
    cursor.execute(
        """
        CREATE TEMPORARY TABLE rebuilt (person_id bigint PRIMARY KEY) ON COMMIT DROP;
        CREATE TEMPORARY TABLE heard (person_id bigint PRIMARY KEY) ON COMMIT DROP;
        INSERT INTO rebuilt SELECT person_id FROM orphans UNION SELECT person_id FROM let_go
            UNION SELECT person_id FROM led_anew;
        INSERT INTO heard SELECT person_id FROM rebuilt UNION SELECT person_id FROM link;
        """
    )


def _draw_anew(cursor: CursorWrapper, batch_id: int, context: Context, on: date) -> Silenced:
    """Take the rows of the rebuilt persons from their sealed blocks, and those that attach to anybody now."""
    cursor.execute("SELECT person_id FROM rebuilt")
    persons = [row[0] for row in cursor.fetchall()]
    _note_standing(cursor, "stood", batch_id)
    if persons:
        attach.retire_for_rebuild(persons, batch_id, on=on)
    cursor.execute("SELECT count(*) FROM link")
    if cursor.fetchone()[0]:
        stage = staging.tables(batch_id)
        staging.create(batch_id)
        restage(cursor, batch_id, context)
        attach.recheck(stage, context.office_no)
        attach.wait_again(stage)
        take_facts(cursor, stage, batch_id, on=on)
        staging.drop(batch_id)
    _note_standing(cursor, "stands", batch_id)
    cursor.execute(
        """
        SELECT (SELECT count(*) FROM (SELECT fact, person_id, said FROM stood
                                      EXCEPT SELECT fact, person_id, said FROM stands) a),
               (SELECT count(*) FROM stood s JOIN stands t USING (fact, person_id, said) WHERE s.is_ours),
               (SELECT count(*) FROM (SELECT fact, person_id, said FROM stands
                                      EXCEPT SELECT fact, person_id, said FROM stood) b)
        """
    )
    return Silenced(*cursor.fetchone())


def _note_standing(cursor: CursorWrapper, table: str, batch_id: int) -> None:
    """`table`: what is current of the rebuilt persons; `is_ours` where the batch says it."""
    parts = []
    for name, spec in SPECS.items():
        if spec.parent == "person_id":
            said = ", ".join(f'f."{column}"' for column in (*spec.key, *spec.compared)) or "NULL"
            parts.append(
                f"""
                SELECT '{name}' AS fact, f.person_id, md5(ROW({said})::text) AS said, f.source_batch = {batch_id} OR EXISTS (
                    SELECT 1 FROM registers_support u WHERE u.fact_table = '{spec.table}' AND u.fact_id = f.id
                    AND u.batch_id = {batch_id}) AS is_ours
                FROM {spec.table} f JOIN rebuilt r ON r.person_id = f.person_id WHERE f.retired_on IS NULL
                """
            )
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {' UNION ALL '.join(parts)}")


def _hide_firms(cursor: CursorWrapper, batch_id: int) -> None:
    """A firm that nothing is known of any more is a node that nobody sees."""
    cursor.execute(
        """
        UPDATE firms_firm f SET is_hidden = true
        WHERE NOT f.is_hidden AND f.id IN (SELECT d.firm_id FROM firms_firmdetail d WHERE d.retired_by = %s)
          AND NOT EXISTS (SELECT 1 FROM firms_firmdetail c WHERE c.firm_id = f.id AND c.retired_on IS NULL)
        """,
        [batch_id],
    )


def _hidden(cursor: CursorWrapper) -> int:
    """How many persons nobody sees any more; what was listed against their numbers is listed no longer."""
    cursor.execute(
        """
        DELETE FROM registers_fault q USING orphans o, people_person p, registers_rowclaim c
        WHERE p.id = o.person_id AND c.id_blind = p.id_blind AND q.level = 'unattached'
          AND q.batch_id = c.batch_id AND q.sheet_no = c.sheet_no AND q.line = c.line
        """
    )
    cursor.execute("SELECT count(*) FROM orphans o JOIN people_person p ON p.id = o.person_id WHERE p.is_hidden")
    (count,) = cursor.fetchone()
    return int(count)
