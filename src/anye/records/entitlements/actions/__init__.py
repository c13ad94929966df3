"""Writes of the ledger: versions that came into use, passes, and decisions that differ from those that stand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from anye.records.entitlements.models import Policy, PolicyVersion, Run

COLUMNS = {
    "policy_id": "bigint", "version_id": "bigint", "scope_no": "bigint", "person_id": "bigint", "firm_id": "bigint",
    "post": "text", "month": "date", "outcome": "smallint", "amount_fen": "bigint", "unmet": "bigint", "missing": "bigint",
}  # fmt: skip
"""What a decision says, in the order in which it is staged."""
NEARLY = ("policy_id", "scope_no", "person_id", "firm_id", "post", "month", "reason")
# NULL = NULL is not true, and IS NOT DISTINCT FROM cannot be hashed
_SAME_ROW = """(e.policy_id, coalesce(e.person_id, 0), coalesce(e.firm_id, 0), e.post)
    = (n.policy_id, coalesce(n.person_id, 0), coalesce(n.firm_id, 0), n.post)"""
ONE_AT_A_TIME = 7_010_001
"""Advisory lock of a pass."""


def hold_off_passes() -> bool:
    """No pass begins until this transaction is over; False while one is being made, which saw the registry before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def keep_version(
    *, code: str, digest: str, title: tuple[str, str], text: str, reasons: Sequence[str], on: date
) -> PolicyVersion:
    """The version with this digest, kept once."""
    policy, _ = Policy.objects.get_or_create(code=code)
    found, _ = PolicyVersion.objects.get_or_create(
        policy=policy, digest=digest,
        defaults={"title_zh": title[0], "title_en": title[1], "text": text, "reasons": list(reasons), "first_used_on": on},
    )  # fmt: skip
    return found


def begin_run(
    *, known_on: date, first_month: date, last_month: date, by: str, at: datetime, is_whole: bool = True
) -> Run:
    return Run.objects.create(
        known_on=known_on,
        first_month=first_month,
        last_month=last_month,
        started_by=by,
        started_at=at,
        is_whole=is_whole,
    )


def finish_run(*, run: Run, at: datetime, **told: dict[str, object]) -> None:
    """`told`: summary, and of a pass over everybody came, blind and basis (see the model)."""
    for name, value in told.items():
        setattr(run, name, value)
    run.finished_at = at
    run.save(update_fields=[*told, "finished_at"])


def open_stage() -> None:
    """Where the pass puts what changes, until it is over: temporary tables of the transaction."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided, decided_no_more")
        cursor.execute(f"CREATE TEMPORARY TABLE decided ({columns}) ON COMMIT DROP")
        cursor.execute("CREATE TEMPORARY TABLE decided_no_more (id bigint) ON COMMIT DROP")


def stage(*, decided: bytes, retired: bytes) -> None:
    """Decisions as lines of CSV in the order of `COLUMNS`, an empty text quoted; and the ids of those that stand no more."""
    with connection.cursor() as cursor:
        for table, lines in (("decided", decided), ("decided_no_more", retired)):
            if lines:
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as stream:
                    stream.write(lines)


def stage_others(*, policies: Sequence[int], first: date, last: date) -> None:
    """Of policies that are no more among these nothing stands any longer in the months from the first to the last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO decided_no_more SELECT id FROM entitlements_entitlement
            WHERE retired_on IS NULL AND policy_id <> ALL(%s) AND month BETWEEN %s AND %s
            """,
            [list(policies), first, last],
        )


def replace_decisions(*, run: Run) -> tuple[int, int]:
    """Retire what stands no more and append what was decided instead; how many of each."""
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE decided_no_more")
        cursor.execute(
            """
            UPDATE entitlements_entitlement e SET retired_on = greatest(%s, e.known_on), retired_by = %s
            FROM decided_no_more d WHERE e.id = d.id
            """,
            [run.known_on, run.pk],
        )
        gone = cursor.rowcount
        cursor.execute(
            f"""
            INSERT INTO entitlements_entitlement ({columns}, run_id, known_on)
            SELECT {columns}, %s, %s FROM decided ORDER BY person_id
            """,
            [run.pk, run.known_on],
        )
        come = cursor.rowcount
        cursor.execute("DROP TABLE decided, decided_no_more")
    return gone, come


def open_nearly() -> None:
    """Where the pass puts who is one step away, until it is over."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS nearing")
        cursor.execute(
            f"CREATE TEMPORARY TABLE nearing ON COMMIT DROP AS SELECT {', '.join(NEARLY)} FROM entitlements_nearly LIMIT 0"
        )


def stage_nearly(lines: bytes) -> None:
    """Lines of CSV in the order of `NEARLY`."""
    with connection.cursor() as cursor, cursor.copy("COPY nearing FROM STDIN (FORMAT csv)") as stream:
        stream.write(lines)


def replace_nearly(*, policies: Sequence[int], persons: Sequence[int] | None, found_on: date) -> tuple[int, int]:
    """Put who was staged in the place of who stood; how many went and how many came. What is the same is left alone.

    `policies`: those that were judged; `persons`: of whom they were, None for everybody, and then others than these stand no more.
    """
    judged = "" if persons is None else (
        "e.policy_id = ANY(%(policies)s) AND (e.person_id IS NULL OR e.person_id = ANY(%(persons)s)) AND"
    )  # fmt: skip
    columns = ", ".join(NEARLY)
    told: dict[str, Any] = {"policies": list(policies), "persons": list(persons or ()), "on": found_on}
    with connection.cursor() as cursor:
        # two placements of one person may be called the same
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE near_now ON COMMIT DROP AS
            SELECT DISTINCT ON (policy_id, person_id, firm_id, post) {columns} FROM nearing
            ORDER BY policy_id, person_id, firm_id, post, month DESC, reason
            """
        )
        cursor.execute("ANALYZE near_now")
        # a table that was empty is planned for as empty, and would be read through again for each line that comes into it
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"DELETE FROM entitlements_nearly e WHERE {judged} NOT EXISTS (SELECT 1 FROM near_now n WHERE {_SAME_ROW})",
            told,
        )
        gone = cursor.rowcount
        cursor.execute(
            f"""
            UPDATE entitlements_nearly e SET month = n.month, reason = n.reason,
                found_on = CASE WHEN e.reason = n.reason THEN e.found_on ELSE %(on)s END
            FROM near_now n WHERE {_SAME_ROW} AND (e.month, e.reason) <> (n.month, n.reason)
            """,
            told,
        )
        cursor.execute(
            f"""
            INSERT INTO entitlements_nearly ({columns}, found_on)
            SELECT {", ".join(f"n.{name}" for name in NEARLY)}, %(on)s FROM near_now n
            WHERE NOT EXISTS (SELECT 1 FROM entitlements_nearly e WHERE {_SAME_ROW})
            """,
            told,
        )
        come = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on; DROP TABLE nearing, near_now")
    return gone, come
