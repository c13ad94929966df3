"""Work that goes on behind the pages. A job carries keys only, reads the duty again, and then acts."""

import tempfile
from pathlib import Path

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from anye.flow.load import load_file
from anye.flow.registry import loading_context
from anye.records.accounts.queries import held_duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.registers import actions as registers
from anye.records.registers import queries as registers_queries

LOADERS = frozenset({"district_officer", "poverty_office", "administrator", "town_officer"})
RETRY = RetryStrategy(max_attempts=3, wait=5)


@app.task(queue="loads", retry=RETRY, pass_context=False)
def load_upload(upload_id: int) -> None:
    """Load a file that an officer handed in, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="upload"):
        upload = registers_queries.upload(upload_id)
        duty = held_duty(upload.duty_id)
        if duty is None or duty.role not in LOADERS:
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
