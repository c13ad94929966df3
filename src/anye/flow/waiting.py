"""What waits for a worker but has no job any more: it is taken up again, or closed with a reason.

A row waits and its job is deferred in one transaction, and the job ends after the row is closed. So a row without an
open job was left behind: its job failed for good, or the job is lost (a restored backup, a queue that was emptied).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from anye.engine.errors import FileFault, SealFault
from anye.flow import entries
from anye.flow.load import LoadedElsewhere, abandon
from anye.flow.refused import without_values
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.briefings.actions import give_snapshot_up
from anye.records.briefings.actions.writing import give_recount_up
from anye.records.entitlements.actions import rules
from anye.records.findings import actions as findings
from anye.records.people import actions as people
from anye.records.registers import actions as registers
from anye.records.registers import queries as registers_queries
from anye.records.registers.actions import requests

UNMAPPED_KEPT = timedelta(days=30)  # so long a file waits for somebody to say what its columns mean
WATCH = "worker"  # whose act it is in the trail


@dataclass(frozen=True)
class Kind:
    """Rows that wait: where they stand, in which state, the task that takes them, and how one is given up.

    `column`: which says the state.
    """

    table: str
    state: str
    task: str
    key: str
    give_up: Callable[[int], None]
    column: str = "state"


@dataclass(frozen=True)
class Left:
    """A row that was left behind, by key; `has_failed`: it was tried as often as it is tried."""

    pk: int
    has_failed: bool


def left_behind(kind: Kind) -> list[Left]:
    """The rows of a kind that wait and that no job will take."""
    with acting(BATCH, purpose="watch"), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r.id, coalesce(bool_or(j.status IN ('failed', 'aborted', 'cancelled')), false)
            FROM {kind.table} r
            LEFT JOIN procrastinate_jobs j ON j.task_name = %s AND (j.args ->> %s)::bigint = r.id
            WHERE r.{kind.column} = %s
            GROUP BY r.id HAVING NOT coalesce(bool_or(j.status IN ('todo', 'doing')), false) ORDER BY r.id
            """,
            [f"anye.flow.jobs.{kind.task}", kind.key, kind.state],
        )
        return [Left(*row) for row in cursor.fetchall()]


@without_values()
def give_up_entry(pk: int) -> None:
    """The entry is not taken; a visit whose answer it was is due again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        entries.refuse(pk, reason="job_failed")


@without_values()
def give_up_transfer(pk: int) -> None:
    """The receiving office is asked once more."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        people.hand_back_transfer(transfer_id=pk)


@without_values()
def give_up_duplicate(pk: int) -> None:
    """The office that has the person is asked once more, and reads why."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        found = registers_queries.duplicate(pk)
        registers.close_duplicate(duplicate=found, state="asked", hindrance="job_failed")


@without_values()
def give_up_upload(pk: int) -> None:
    """The file is not loaded, and nothing of it stays."""
    fault = FileFault("job_failed")
    with acting(BATCH, purpose="watch"):
        upload = registers_queries.upload(pk)
    try:
        abandon(keyring().unseal_bytes(bytes(upload.sealed), context="raw"), fault, by=WATCH)
    except LoadedElsewhere:
        fault = FileFault("loaded_elsewhere")
    except SealFault:
        pass  # without its key the file could not be read, so nothing of it was
    with acting(BATCH, actor=WATCH, purpose="watch"):
        registers.close_upload(upload_id=pk, batch_id=None, failure={"code": fault.code, "params": {}})


@without_values()
def give_up_trial(pk: int) -> None:
    """Whoever tried a mapping reads that it failed, and may try again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        registers.close_trial(trial_id=pk, failure={"code": "job_failed", "params": {}})


def give_up_unmapped() -> None:
    """What a file of unknown headings holds goes when nobody has said what they mean."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        registers.give_up_unmapped(before=timezone.now() - UNMAPPED_KEPT)


def give_up_fault_sheet(pk: int) -> None:
    """The rows are not given back; they may be asked for again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        requests.refuse_fault_sheet(sheet_id=pk, reason="job_failed")


@without_values()
def give_up_withdrawal(pk: int) -> None:
    """The load stays; taking it back may be asked for again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        requests.refuse_withdrawal(withdrawal_id=pk, code="job_failed")


@without_values()
def give_up_look(pk: int) -> None:
    """Nothing of the file was taken, and nothing of it stays."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        registers.close_upload(upload_id=pk, batch_id=None, failure={"code": "job_failed", "params": {}})


@without_values()
def give_up_foreseeing(pk: int) -> None:
    """Whoever asked whom a draft would change reads that it failed, and may ask again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        rules.give_foreseen_up(draft_id=pk, why="job_failed")


def give_up_handover(pk: int) -> None:
    """Nobody is visited for it; the lines may be handed over again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        findings.close_handover(handover_id=pk, state="refused")


def give_up_counting(pk: int) -> None:
    """Whoever had the figures of a day counted reads that it failed, and may ask again."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        give_snapshot_up(snapshot_id=pk, at=timezone.now())


def give_up_recount(pk: int) -> None:
    """The briefing may be counted again once more."""
    with acting(BATCH, actor=WATCH, purpose="watch"):
        give_recount_up(recount_id=pk, at=timezone.now())


KINDS = (
    Kind("registers_upload", "looking", "look_at_upload", "upload_id", give_up_look),
    Kind("registers_withdrawal", "asked", "foresee_withdrawal", "withdrawal_id", give_up_withdrawal),
    Kind("registers_withdrawal", "agreed", "carry_out_withdrawal", "withdrawal_id", give_up_withdrawal),
    Kind("registers_faultsheet", "waiting", "make_fault_sheet", "sheet_id", give_up_fault_sheet),
    Kind("registers_entry", "waiting", "publish_entry", "entry_id", give_up_entry),
    Kind("registers_upload", "waiting", "load_upload", "upload_id", give_up_upload),
    Kind("registers_mappingtrial", "waiting", "try_mapping", "trial_id", give_up_trial),
    Kind("people_transfer", "accepted", "carry_out_transfer", "transfer_id", give_up_transfer),
    Kind("entitlements_draft", "asked", "foresee_rules", "draft_id", give_up_foreseeing, column="foreseen_state"),
    Kind("briefings_snapshot", "asked", "count_figures", "snapshot_id", give_up_counting),
    Kind("briefings_briefingrecount", "asked", "recount_briefing", "recount_id", give_up_recount),
    Kind("findings_handover", "waiting", "hand_to_visits", "handover_id", give_up_handover),
    Kind("registers_duplicate", "agreed", "settle_duplicate", "duplicate_id", give_up_duplicate),
)
