"""Work that goes on behind the pages. A job carries keys only, reads the duty again, and then acts.

Three queues, each with a worker of its own (`anye serve` starts them): a file may take minutes, what an officer typed
waits for no file, and the watch (seals, what was left behind) waits for neither.
"""

import tempfile
from pathlib import Path

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from anye.flow import entries, transfers
from anye.flow.load import load_file
from anye.flow.refused import without_values
from anye.flow.registry import loading_context
from anye.records.accounts.queries import HeldDuty, held_duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.audit.seals import seal_new
from anye.records.registers import actions as registers
from anye.records.registers import queries as registers_queries

# a file may speak of anybody in the district: only duties over all of it hand files in
LOADERS = frozenset({"district_officer", "poverty_office"})
RETRY = RetryStrategy(max_attempts=3, wait=5)


def may_load(duty: HeldDuty) -> bool:
    """Whether a duty hands files in; a poverty office may also be a town's, whose files would write about other towns."""
    return duty.role in LOADERS and duty.office.parent_id is None


@app.task(queue="loads", retry=RETRY)
def load_upload(upload_id: int) -> None:
    """Load a file that an officer handed in, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="upload"):
        upload = registers_queries.upload(upload_id)
        duty = held_duty(upload.duty_id)
        if duty is None or not may_load(duty):
            registers.refuse_upload(upload=upload, code="duty_ended")
            return
        data = keyring().unseal_bytes(bytes(upload.sealed), context="raw")
    with tempfile.TemporaryDirectory(prefix="anye-") as folder:
        path = Path(folder) / ("file" + Path(upload.file_name).suffix.lower())
        path.write_bytes(data)
        report = load_file(
            path,
            context=loading_context(office_no=duty.office.scope_no),
            known_on=upload.known_on,
            by=upload.uploaded_by,
            file_name=upload.file_name,
        )
    with acting(BATCH, purpose="upload"):
        registers.close_upload(upload_id=upload_id, batch_id=report.batch, failure=report.failure())


@app.task(queue="entries", retry=RETRY)
def publish_entry(entry_id: int) -> None:
    """Publish what an officer typed or a visit answered, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="entry"):
        entry = registers_queries.entry(entry_id)
        duty = held_duty(entry.duty_id)
        if duty is None or duty.reach.lo is None or duty.reach.hi is None:
            registers.close_entry(entry_id=entry_id, state="refused", reason="duty_ended")
            return
        if not duty.reach.lo <= entry.scope_no <= duty.reach.hi:
            registers.close_entry(entry_id=entry_id, state="refused", reason="out_of_reach")
            return
    with (
        without_values(),
        acting(BATCH, actor=entry.entered_by, duty=f"duty:{entry.duty_id}", purpose=f"entry {entry.kind}"),
    ):
        entries.publish_entry(entry_id, loading_context(office_no=duty.office.scope_no), by=entry.entered_by)


@app.task(queue="entries", retry=RETRY)
def carry_out_transfer(transfer_id: int) -> None:
    """Move a person whose transfer the receiving office accepted; the keys take everything along."""
    with without_values(), acting(BATCH, purpose="transfer"):
        transfers.carry_out(transfer_id)


@app.periodic(cron="* * * * *")
@app.task(queue="watch", queueing_lock="stalled")
async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """A killed worker leaves its job as *doing*; within two minutes it is put back."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


@app.periodic(cron="* * * * *")
@app.task(queue="watch", queueing_lock="seal")
def seal(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """A seal a minute over the events since."""
    with acting(BATCH, actor="worker", purpose="seal"):
        seal_new()
