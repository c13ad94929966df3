"""What waits for a worker never waits for good: it is taken up again, or closed with a reason that its page shows."""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from anye.flow import entries, jobs
from anye.flow.load import LoadedElsewhere
from anye.flow.load import _Alone as Alone
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.findings.models import Finding, Visit
from anye.records.people.models import Person, Transfer
from anye.records.registers import actions as registers
from anye.records.registers.models import Batch, Entry, RawBlock, Upload
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.journeys.pages.worker import forget_jobs, run_waiting_jobs

ClientAs = Callable[..., Client]
LEDGER = "镇街,村居,姓名,身份证号,就业状态\n东河镇,柳树村,甲某,990101199003071237,\n"
ANSWER = {"answer": "insured_only"}


class OutOfOrderError(RuntimeError):
    """What goes wrong in these tests."""


def fail(*_: Any, **__: Any) -> Any:
    raise OutOfOrderError


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def case(district: District) -> tuple[Any, Any, Any]:
    """(person, doubt, visit) of willow."""
    forget_jobs()
    with factories.as_owner():
        return factories.make_case(district["willow"])


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def officer(client_as: ClientAs, district: District) -> Client:
    forget_jobs()
    return english(client_as("district_officer", district["district"]))


def end_jobs(status: str) -> None:
    """Every job ends like this."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status", [status])


def open_jobs() -> list[tuple[str, Any]]:
    found = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return [(job.task_name.rpartition(".")[2], job.args) for job in found]


def only(model: Any, **given: Any) -> Any:
    with acting(BATCH):
        return model.objects.get(**given)


def answer(client: Client, visit: Visit) -> Entry:
    client.post(f"/visits/{visit.token}/", ANSWER)
    entry: Entry = only(Entry, state="waiting", kind="visit")
    return entry


def hand_in(client: Client) -> Upload:
    file = SimpleUploadedFile("三月台账.csv", LEDGER.encode())
    client.post(reverse("registers:new_upload"), {"file": file, "known_on": "2026年3月12日"})
    upload: Upload = only(Upload, state="waiting")
    return upload


def ask_for(task: Any) -> None:
    """What the schedule does every minute, and may have done already."""
    with suppress(AlreadyEnqueued):
        task.defer(timestamp=0)


def work(*queues: str) -> Sequence[Exception]:
    """What the workers of these queues do until nothing is left for them."""
    faults: list[Exception] = []
    thread = threading.Thread(target=run_waiting_jobs, args=(faults, queues))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    return faults


# Answers of visits


@pytest.mark.django_db
def test_a_visit_whose_answer_failed_for_good_is_due_again_and_says_why(worker: Client, case: Any) -> None:
    _person, finding, visit = case
    entry = answer(worker, visit)
    end_jobs("failed")
    jobs.look_after(0)
    closed = only(Entry, pk=entry.pk)
    assert (closed.state, closed.reason) == ("refused", "job_failed")
    again = only(Visit, pk=visit.pk)
    assert (again.state, again.answer, again.made_on, again.due_on) == ("due", "", None, visit.due_on)
    assert only(Finding, pk=finding.pk).state == "open"
    page = text_of(worker.get(f"/visits/{visit.token}/"))
    assert "was not taken. The site tried several times and could not do this; nothing was changed." in page
    page = text_of(worker.get(f"/visits/{visit.token}/", headers={"accept-language": "zh-hans"}))
    assert "没有录入" in page and "系统多次尝试" in page


@pytest.mark.django_db
def test_such_a_visit_is_answered_anew(worker: Client, case: Any) -> None:
    _person, finding, visit = case
    answer(worker, visit)
    end_jobs("failed")
    jobs.look_after(0)
    jobs.publish_entry(answer(worker, visit).pk)
    assert only(Visit, pk=visit.pk).state == "done"
    assert only(Finding, pk=finding.pk).state == "explained"
    assert "was not taken" not in text_of(worker.get(f"/visits/{visit.token}/"))


@pytest.mark.django_db
def test_an_answer_that_is_refused_leaves_no_visit_behind_either(worker: Client, case: Any) -> None:
    entry = answer(worker, case[2])
    with factories.as_owner():
        Duty.objects.update(ends_on=dt.date(2020, 1, 1), starts_on=dt.date(2020, 1, 1))
    jobs.publish_entry(entry.pk)
    assert only(Entry, pk=entry.pk).reason == "duty_ended"
    assert (only(Visit, pk=case[2].pk).state, only(Finding, pk=case[1].pk).state) == ("due", "open")


@pytest.mark.django_db
def test_an_answer_that_can_neither_be_taken_nor_taken_back_was_never_given(worker: Client, case: Any) -> None:
    visit = case[2]
    entry = answer(worker, visit)
    worker.post(f"/visits/{visit.token}/undo/")
    end_jobs("failed")
    jobs.look_after(0)
    assert {one.state for one in (only(Entry, kind="visit"), only(Entry, kind="undo"))} == {"refused"}
    again = only(Visit, pk=visit.pk)
    assert (again.state, again.entry_id) == ("due", entry.pk)


@pytest.mark.django_db
def test_an_answer_that_stands_and_cannot_be_taken_back_goes_on_standing(worker: Client, case: Any) -> None:
    _person, finding, visit = case
    jobs.publish_entry(answer(worker, visit).pk)
    worker.post(f"/visits/{visit.token}/undo/")
    end_jobs("failed")
    jobs.look_after(0)
    assert (only(Visit, pk=visit.pk).state, only(Finding, pk=finding.pk).state) == ("done", "explained")
    page = text_of(worker.get(f"/visits/{visit.token}/"))
    assert "The answer could not be taken back. The site tried several times" in page


@pytest.mark.django_db
def test_a_decision_on_a_doubt_that_failed_says_so_and_may_be_made_again(
    client_as: ClientAs, district: District, case: Any
) -> None:
    desk = english(client_as("town_officer", district["east"]))
    finding = case[1]
    desk.post(f"/findings/{finding.token}/", {"answer": "insured_only", "note": "问过"})
    assert "is being taken in" in text_of(desk.get(f"/findings/{finding.token}/"))
    end_jobs("failed")
    jobs.look_after(0)
    page = text_of(desk.get(f"/findings/{finding.token}/"))
    assert "This decision was not taken in. The site tried several times" in page
    assert "Settle it" in page


# Files and transfers


@pytest.mark.django_db
def test_a_file_that_failed_for_good_says_so_and_leaves_nothing(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = hand_in(officer)
    monkeypatch.setattr("anye.flow.load.publish_batch", fail)
    with pytest.raises(OutOfOrderError):
        jobs.load_upload(upload.pk)
    with acting(BATCH):
        assert (Batch.objects.get().state, RawBlock.objects.count()) == ("reading", 1)
    end_jobs("failed")
    jobs.look_after(0)
    closed = only(Upload, pk=upload.pk)
    assert (closed.state, closed.sealed, closed.failure["code"]) == ("failed", None, "job_failed")
    with acting(BATCH), connection.cursor() as cursor:
        assert (Batch.objects.get().state, RawBlock.objects.count()) == ("failed", 0)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'")
        assert cursor.fetchone() == (0,)
    page = text_of(officer.get(reverse("registers:upload", args=[upload.token])))
    assert "could not load the file; nothing was taken. Hand it in again" in page
    monkeypatch.undo()
    again = hand_in(officer)
    jobs.load_upload(again.pk)
    assert (only(Upload, pk=again.pk).state, only(Batch).state) == ("done", "published")


@pytest.mark.django_db(transaction=True)
def test_a_file_that_somebody_else_goes_on_loading_is_left_to_them(officer: Client) -> None:
    upload = hand_in(officer)
    with acting(BATCH):
        data = keyring().unseal_bytes(bytes(Upload.objects.get().sealed), context="raw")
    made = factories_batch(data)
    end_jobs("failed")
    held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with Alone(bytes(made.digest)):
                held.set()
                may_end.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(30)
        jobs.look_after(0)
    finally:
        may_end.set()
        other.join(30)
    assert only(Upload, pk=upload.pk).failure["code"] == "loaded_elsewhere"
    assert only(Batch, pk=made.pk).state == "reading"


def factories_batch(data: bytes) -> Batch:
    """What a load of these bytes has begun."""
    import hashlib

    with acting(BATCH):
        return registers.open_batch(
            source="village_ledger", profile_version=1, sha256=hashlib.sha256(data).digest(), file_name="x",
            file_month=None, known_on=dt.date(2026, 3, 12), by="operator",
        )  # fmt: skip


@pytest.mark.django_db
def test_a_transfer_that_failed_for_good_is_asked_for_again_and_says_so(
    district: District, client_as: ClientAs, case: Any, worker: Client
) -> None:
    person = case[0]
    receiving = english(client_as("village_worker", district["cloud"], "cloud-worker"))
    worker.post(
        reverse("entries:ask_transfer", args=[person.token]), {"to": district["cloud"].token, "reason": "嫁到云峰村"}
    )
    transfer = only(Transfer)
    decide = reverse("entries:decide_transfer", args=[transfer.token])
    receiving.post(decide, {"act": "accept"})
    end_jobs("failed")
    jobs.look_after(0)
    assert only(Transfer).state == "asked"
    assert only(Person, pk=person.pk).scope_no == district["willow"].scope_no
    for client in (receiving, worker):
        page = text_of(client.get(reverse("entries:transfer", args=[transfer.token])))
        assert "The transfer was accepted, but the person could not be moved. The site tried several times" in page
        assert "cloud-worker" in page
    receiving.post(decide, {"act": "accept"})
    jobs.carry_out_transfer(transfer.pk)
    assert only(Person, pk=person.pk).scope_no == district["cloud"].scope_no


# Taken up again


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["lost", "succeeded"])
def test_what_waits_without_a_job_gets_one_again(worker: Client, officer: Client, case: Any, how: str) -> None:
    entry, upload = answer(worker, case[2]), hand_in(officer)
    if how == "lost":
        forget_jobs()
    else:
        end_jobs(how)
    jobs.look_after(0)
    assert open_jobs() == [("publish_entry", {"entry_id": entry.pk}), ("load_upload", {"upload_id": upload.pk})]
    jobs.look_after(0)
    assert len(open_jobs()) == 2  # once is enough


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["todo", "doing"])
def test_what_has_an_open_job_is_left_alone(worker: Client, case: Any, status: str) -> None:
    entry = answer(worker, case[2])
    end_jobs("failed")
    jobs.publish_entry.defer(entry_id=entry.pk)
    with connection.cursor() as cursor:
        told = "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE status = 'todo'"
        cursor.execute(told, [status])
    jobs.look_after(0)
    assert only(Entry, pk=entry.pk).state == "waiting"
    assert ProcrastinateJob.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_tries_four_times_and_the_watch_closes_what_it_could_not_do(
    worker: Client, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, with the registry's own workers."""
    entry = answer(worker, case[2])
    tried: list[int] = []

    def fail_counting(*_: Any) -> None:
        tried.append(1)
        raise OutOfOrderError

    with monkeypatch.context() as patch:
        patch.setattr(entries, "_publish", fail_counting)
        patch.setattr(jobs, "WAIT_S", 0)
        assert work("entries") == []
    assert len(tried) == 4
    assert only(Entry, pk=entry.pk).state == "waiting"
    ask_for(jobs.look_after)
    assert work("watch") == []
    assert only(Entry, pk=entry.pk).reason == "job_failed"
    # a lost job is deferred by the watch as well, and taken
    second = answer(worker, case[2])
    forget_jobs()
    ask_for(jobs.look_after)
    assert work("watch") == []
    assert work("entries") == []
    assert only(Entry, pk=second.pk).state == "done"


def job_after(attempts: int) -> Job:
    return Job(
        id=1, queue="loads", lock=None, queueing_lock=None, task_name="load_upload", task_kwargs={}, attempts=attempts
    )


def test_a_file_that_another_process_loads_is_waited_for_longer_than_a_fault_but_not_for_ever() -> None:
    def again(fault: BaseException, attempts: int) -> bool:
        return jobs.RETRY.get_retry_decision(exception=fault, job=job_after(attempts)) is not None

    assert [again(OutOfOrderError(), n) for n in (0, 2, 3)] == [True, True, False]
    assert [again(LoadedElsewhere(), n) for n in (3, 119, 120)] == [True, True, False]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_takes_its_worker_down_each_time_is_given_up(worker: Client, case: Any) -> None:
    entry = answer(worker, case[2])
    with connection.cursor() as cursor:  # as a killed worker leaves it
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE status = 'todo'", [jobs.KILLED_RETRIES]
        )
    ask_for(jobs.retry_stalled)
    assert work("watch") == []
    ask_for(jobs.look_after)
    assert work("watch") == []
    assert only(Entry, pk=entry.pk).reason == "job_failed"
