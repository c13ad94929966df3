"""Which worker takes what: nothing that somebody waits for stands behind a file."""

import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from anye.config.serving import QUEUES, _commands
from anye.flow import jobs
from tests.journeys.pages.worker import forget_jobs, run_waiting_jobs


def queues_of_ours() -> dict[str, str]:
    return {name.rpartition(".")[2]: task.queue for name, task in app.tasks.items() if name.startswith("anye.")}


def work(*queues: str) -> Sequence[Exception]:
    """What the worker of these queues does until nothing is left for it."""
    faults: list[Exception] = []
    thread = threading.Thread(target=run_waiting_jobs, args=(faults, queues))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    return faults


def test_files_have_a_queue_of_their_own_and_every_queue_has_a_worker() -> None:
    queues = queues_of_ours()
    of_files = {"load_upload", "look_at_upload", "try_mapping", "make_fault_sheet"}
    of_files |= {"foresee_withdrawal", "carry_out_withdrawal", "judge_everybody", "count_figures", "foresee_rules"}
    of_files |= {"recount_briefing"}
    assert {name for name, queue in queues.items() if queue == "loads"} == of_files
    assert {queues[name] for name in ("publish_entry", "carry_out_transfer", "judge_person", "hand_to_visits")} == {
        "entries"
    }
    assert {queues[name] for name in ("seal", "retry_stalled", "look_after")} == {"watch"}
    assert set(queues.values()) == set(QUEUES)
    served = [command[-1] for login, command in _commands("127.0.0.1", 8000) if login == "worker"]
    assert served == list(QUEUES)


@pytest.mark.django_db(transaction=True)
def test_the_workers_of_entries_and_of_the_watch_take_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_jobs()
    taken: list[str] = []
    monkeypatch.setattr(jobs.load_upload, "func", lambda upload_id: taken.append("file"))
    monkeypatch.setattr(jobs.publish_entry, "func", lambda entry_id: taken.append("entry"))
    monkeypatch.setattr(jobs.seal, "func", lambda timestamp: taken.append("seal"))
    jobs.load_upload.defer(upload_id=1)
    jobs.publish_entry.defer(entry_id=1)
    with suppress(AlreadyEnqueued):  # the schedule may have been faster
        jobs.seal.defer(timestamp=0)
    assert work("entries") == []
    assert taken == ["entry"]
    assert work("watch") == []
    assert set(taken) == {"entry", "seal"}
    assert work("loads") == []
    assert taken[-1] == "file"
