"""Work that goes on behind the pages. A job carries keys only, reads the duty again, and then acts.

Three queues, each with a worker of its own (`anye serve` starts them): a file may take minutes, what an officer typed
waits for no file, and the watch (seals, what was left behind) waits for neither.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from anye.engine.errors import FileFault
from anye.flow import duplicates, entries, giving_back, looking, taking_back, transfers, waiting
from anye.flow.blocks import Context
from anye.flow.files import sample_of
from anye.flow.foreseeing import foresee
from anye.flow.handing_over import hand_over
from anye.flow.load import LoadedElsewhere, Report, load_file
from anye.flow.nightly import PassUnderWay, entitle, entitle_persons
from anye.flow.refused import without_values
from anye.flow.registry import district_no, loading_context, pack_in_use
from anye.flow.reporting.briefing import recount
from anye.flow.reporting.snapshots import take
from anye.flow.trying import try_file
from anye.records.accounts.queries import HeldDuty, held_duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.day import registry_day
from anye.records.audit.keys import keyring
from anye.records.audit.seals import seal_new
from anye.records.briefings.actions import ask_snapshot, let_failed_snapshots_go
from anye.records.briefings.queries import issued_until, snapshot_asked
from anye.records.findings import actions as findings
from anye.records.findings import queries as findings_queries
from anye.records.people import queries as people
from anye.records.registers import actions as registers
from anye.records.registers import queries as registers_queries
from anye.records.registers.actions import requests
from anye.records.registers.models import Upload, Withdrawal

# a file may speak of anybody in the district: only duties over all of it hand files in
LOADERS = frozenset({"district_officer", "poverty_office"})
HANDERS = frozenset({"town_officer", "district_officer"})
WORKER = "worker"
RETRIES, WAIT_S = 3, 5
# a file that another process loads, or a pass that is being made, is waited for: an hour at most
BUSY_RETRIES, BUSY_WAIT_S = 120, 30
SHEETS_KEPT, LOOKS_KEPT = timedelta(days=1), timedelta(days=7)
KILLED_RETRIES = 10  # a job that takes its worker down with it


class Patience(BaseRetryStrategy):
    """How often a job that failed is tried again; after that `look_after` closes what it was about."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        is_busy = isinstance(exception, (LoadedElsewhere, PassUnderWay))
        most, wait = (BUSY_RETRIES, BUSY_WAIT_S) if is_busy else (RETRIES, WAIT_S)
        return RetryDecision(retry_in={"seconds": wait}) if job.attempts < most else None


RETRY = Patience()


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
        left_out, token = registers_queries.chosen_after_look(upload)
        told = issued_until()
    # a file that waited longer than a briefing did was not known to it
    known_on = upload.known_on if told is None else max(upload.known_on, told + timedelta(days=1))
    context = loading_context(office_no=duty.office.scope_no)
    with _opened(upload) as path:
        report = load_file(
            path,
            context=context,
            source=upload.named_source or None,
            known_on=known_on,
            by=upload.uploaded_by,
            file_name=upload.file_name,
            left_out=left_out,
            token=token,
        )
        _close(upload, report, path, context)


def _close(upload: Upload, report: Report, path: Path, context: Context) -> None:
    """The file was read, or cannot be; one of unknown headings waits for a person to say what they mean."""
    sample: bytes | None = None
    if report.fault and report.fault.code == "heading_unknown":
        sample = _sampled(path, context, upload)
    with acting(BATCH, purpose="upload"):
        if sample is None:
            registers.close_upload(upload_id=upload.pk, batch_id=report.batch, failure=report.failure())
        else:
            registers.keep_unmapped(upload_id=upload.pk, failure=report.failure(), sample=sample)


def _sampled(path: Path, context: Context, upload: Upload) -> bytes | None:
    """A sample of a file of unknown headings, under seal; None when not even that can be read of it."""
    try:
        sample = sample_of(path, context, on=upload.known_on)
    except FileFault:
        return None
    return keyring().seal_bytes(sample.as_text().encode(), context="raw")


@app.task(queue="loads", retry=RETRY)
def try_mapping(trial_id: int) -> None:
    """Try on the whole file what somebody says its columns mean, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="trial"):
        trial = registers_queries.trial(trial_id)
        duty = held_duty(trial.duty_id)
        if duty is None or not may_load(duty) or trial.upload.state != "unmapped":
            registers.close_trial(trial_id=trial_id, state="refused")
            return
        upload, said = trial.upload, registers_queries.sheet_mapping(trial)
    told: dict[str, Any] = {"failure": None, "sealed": None}
    try:
        with without_values(), _opened(upload) as path:
            context = loading_context(office_no=duty.office.scope_no)
            outcome = try_file(path, said, context=context, name=upload.file_name, known_on=upload.known_on)
        told["sealed"] = keyring().seal_bytes(json.dumps(outcome.as_json()).encode(), context="raw")
    except FileFault as fault:
        told["failure"] = {"code": fault.code, "params": dict(fault.params)}
    with acting(BATCH, purpose="trial"):
        registers.close_trial(trial_id=trial_id, **told)


@contextmanager
def _opened(upload: Upload) -> Iterator[Path]:
    """The file that was handed in, in clear for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="anye-") as folder:
        path = Path(folder) / ("file" + Path(upload.file_name).suffix.lower())
        path.write_bytes(keyring().unseal_bytes(bytes(upload.sealed), context="raw"))
        yield path


@app.task(queue="loads", retry=RETRY)
def look_at_upload(upload_id: int) -> None:
    """Do the load of a file on trial, count, roll back, and keep what it would do."""
    with acting(BATCH, purpose="upload"):
        upload = registers_queries.upload(upload_id)
        if upload.state != "looking":
            return
        duty = held_duty(upload.duty_id)
        if duty is None or not may_load(duty):
            registers.refuse_upload(upload=upload, code="duty_ended")
            return
    with without_values(), _opened(upload) as path:
        report = looking.look(upload, duty, path)
        if report is not None:
            _close(upload, replace(report, batch=None), path, loading_context(office_no=duty.office.scope_no))


@app.task(queue="loads", retry=RETRY)
def make_fault_sheet(sheet_id: int) -> None:
    """Write the rows that an officer asked back, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="give back"):
        sheet = registers_queries.fault_sheet(sheet_id)
        duty = held_duty(sheet.duty_id)
        if duty is None or not giving_back.may_take(duty, sheet.batch.source):
            requests.refuse_fault_sheet(sheet_id=sheet_id, reason="duty_ended")
            return
    with (
        without_values(),
        acting(BATCH, actor=sheet.asked_by, duty=f"duty:{sheet.duty_id}", purpose=f"give back: {sheet.purpose}"),
    ):
        with tempfile.TemporaryDirectory(prefix="anye-") as folder:
            path = Path(folder) / "sheet.xlsx"
            try:
                rows = giving_back.give_back_to(duty, sheet, path)
            except giving_back.GivingBackRefused as refused:
                requests.refuse_fault_sheet(sheet_id=sheet_id, reason=refused.code)
                return
            sealed = keyring().seal_bytes(path.read_bytes(), context="raw")
        offices = registers_queries.rows_by_office(sheet.batch_id, sheet.levels, duty.reach)
        requests.keep_fault_sheet(sheet_id=sheet_id, sealed=sealed, rows=rows, offices=offices)


@app.task(queue="loads", retry=RETRY)
def foresee_withdrawal(withdrawal_id: int) -> None:
    """Count what taking a load back would change, for whoever asked and must still hold the duty."""
    _about_withdrawal(withdrawal_id, taking_back.foresee_asked)


@app.task(queue="loads", retry=RETRY)
def carry_out_withdrawal(withdrawal_id: int) -> None:
    """Take a load back as it was foreseen, for whoever confirmed it and must still hold the duty."""
    _about_withdrawal(withdrawal_id, taking_back.carry_out)


def _about_withdrawal(withdrawal_id: int, act: Callable[[Withdrawal, HeldDuty], None]) -> None:
    with acting(BATCH, purpose="withdraw"):
        withdrawal = registers_queries.withdrawal(withdrawal_id)
        duty = held_duty(withdrawal.duty_id or 0)
        if duty is None or not may_load(duty):
            requests.refuse_withdrawal(withdrawal_id=withdrawal_id, code="duty_ended")
            return
    by = withdrawal.decided_by or withdrawal.asked_by
    with without_values(), acting(BATCH, actor=by, duty=f"duty:{duty.pk}", purpose="withdraw"):
        act(withdrawal, duty)


@app.task(queue="entries", retry=RETRY)
def publish_entry(entry_id: int) -> None:
    """Publish what an officer typed or a visit answered, under the duty they held then and must still hold."""
    with acting(BATCH, purpose="entry"):
        entry = registers_queries.entry(entry_id)
        duty = held_duty(entry.duty_id)
        if duty is None:
            entries.refuse(entry_id, reason="duty_ended")
            return
    with (
        without_values(),
        acting(BATCH, actor=entry.entered_by, duty=f"duty:{entry.duty_id}", purpose=f"entry {entry.kind}"),
    ):
        context = loading_context(office_no=duty.office.scope_no)
        entries.publish_entry(entry_id, context, by=entry.entered_by, reach=duty.reach)
        person_id = registers_queries.entry(entry_id).person_id
    if person_id is not None:
        judge_person.defer(person_id=person_id)


@app.task(queue="entries", retry=RETRY)
def judge_person(person_id: int) -> None:
    """What a person is owed, anew, since something was changed; those who live with them share some limits."""
    with acting(BATCH, purpose="entitle"):
        home = people.living_with(person_id)
    entitle_persons(pack_in_use(), home, known=registry_day(), office_no=district_no(), by=WORKER)


@app.periodic(cron="30 1 * * *")
@app.task(queue="loads", retry=RETRY, queueing_lock="night")
def judge_everybody(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """The night's pass, and the figures of the day that is over."""
    today = registry_day()
    entitle(pack_in_use(), on=today, known=today, office_no=district_no(), by=WORKER)
    yesterday = today - timedelta(days=1)  # today more may come in: what was told of it could not be found again
    with acting(BATCH, purpose="figures"):
        asked = ask_snapshot(as_of=yesterday, known_on=yesterday, by=WORKER)
        count_figures.defer(snapshot_id=asked.pk)


@app.task(queue="loads", retry=RETRY)
def count_figures(snapshot_id: int) -> None:
    """All figures as of a day, by what was known on a day."""
    with acting(BATCH, purpose="figures"):
        asked = snapshot_asked(snapshot_id)
    if asked is not None:
        take(pack_in_use(), on=asked.as_of, known=asked.known_on, by=asked.asked_by)


@app.task(queue="loads", retry=RETRY)
def recount_briefing(recount_id: int) -> None:
    """The figures of an issued briefing once more, from the records as they were known then."""
    recount(recount_id, pack_in_use())


@app.task(queue="loads", retry=RETRY)
def foresee_rules(draft_id: int) -> None:
    """Whom a draft of rules would change."""
    foresee(draft_id, pack_in_use(), on=registry_day())


@app.task(queue="entries", retry=RETRY)
def hand_to_visits(handover_id: int) -> None:
    """Lines of what is owed become visits, under the duty whose holder chose them and must still hold."""
    with acting(BATCH, purpose="hand over"):
        handover = findings_queries.handover(handover_id)
        duty = held_duty(handover.duty_id)
        if duty is None or duty.role not in HANDERS:
            findings.close_handover(handover_id=handover_id, state="refused")
            return
    with acting(BATCH, actor=handover.asked_by, duty=f"duty:{duty.pk}", purpose="hand over"):
        hand_over(handover_id, duty.reach, on=registry_day())


@app.task(queue="entries", retry=RETRY)
def carry_out_transfer(transfer_id: int) -> None:
    """Move a person whose transfer the receiving office accepted; the keys take everything along."""
    with acting(BATCH, purpose="transfer"):
        decided_by = people.transfer(transfer_id).decided_by
    with without_values(), acting(BATCH, actor=decided_by, purpose="transfer"):
        transfers.carry_out(transfer_id)


@app.task(queue="entries", retry=RETRY)
def settle_duplicate(duplicate_id: int) -> None:
    """Carry out what an office decided about somebody of its own whom another has registered."""
    with acting(BATCH, purpose="duplicate"):
        decided_by = registers_queries.duplicate(duplicate_id).decided_by
    with without_values(), acting(BATCH, actor=decided_by, purpose="duplicate"):
        duplicates.settle(duplicate_id)


@app.periodic(cron="* * * * *")
@app.task(queue="watch", queueing_lock="stalled")
async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """A killed worker leaves its job as *doing*; within two minutes it is put back."""
    for job in await app.job_manager.get_stalled_jobs():
        if job.attempts < KILLED_RETRIES:
            await app.job_manager.retry_job(job)
        else:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


@app.periodic(cron="* * * * *")
@app.task(queue="watch", queueing_lock="left behind")
def look_after(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """What waits and was left behind is taken up again, or closed with a reason once it was tried in vain.

    Sheets of faults go after a day, files that were looked at and not decided about after a week, as do days that could not be counted.
    """
    with acting(BATCH, actor=waiting.WATCH, purpose="watch"):
        requests.let_fault_sheets_go(asked_before=timezone.now() - SHEETS_KEPT)
        requests.let_looks_go(looked_before=timezone.now() - LOOKS_KEPT)
        let_failed_snapshots_go(failed_before=timezone.now() - LOOKS_KEPT)
    for kind in waiting.KINDS:
        for left in waiting.left_behind(kind):
            if left.has_failed:
                kind.give_up(left.pk)
            else:
                app.tasks[f"{__name__}.{kind.task}"].defer(**{kind.key: left.pk})
    waiting.give_up_unmapped()


@app.periodic(cron="* * * * *")
@app.task(queue="watch", queueing_lock="seal")
def seal(timestamp: int) -> None:  # noqa: ARG001 the schedule hands the time over
    """A seal a minute over the events since."""
    with acting(BATCH, actor=WORKER, purpose="seal"):
        seal_new()
