"""Taking a load back on a page: figures first, a reason, two people at once, a worker that dies, and what is told after."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.config import taking_back
from anye.flow import jobs
from anye.flow.digests import current_views
from anye.flow.load import load_file
from anye.flow.registry import loading_context
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.models import Event
from anye.records.registers.actions import requests
from anye.records.registers.models import Batch, Withdrawal
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.flow.written import ledger, number
from tests.house.two_districts import make_world

ClientAs = Callable[..., Client]
HOME = {"镇街": "西岭镇", "村居": "云峰村"}


def load(path: Path) -> Batch:
    report = load_file(path, context=loading_context())
    with acting(BATCH):
        return Batch.objects.get(pk=report.batch)


def views() -> dict[str, str]:
    with acting(BATCH):
        return current_views()


@pytest.fixture
def before(district: District, tmp_path: Path) -> dict[str, str]:
    """The views with May's ledger alone."""
    load(ledger(tmp_path / "may.csv", [{"姓名": "陈一", "身份证号": number(1), "联系电话": "13900001111", **HOME}]))
    return views()


@pytest.fixture
def june(before: dict[str, str], tmp_path: Path) -> Path:
    rows = [
        {"姓名": "陈一", "身份证号": number(1), "联系电话": "13900002222", **HOME},
        {"姓名": "陈二", "身份证号": number(2), **HOME},
    ]
    return ledger(tmp_path / "june.csv", rows, month="2020年6月")


@pytest.fixture
def batch(june: Path) -> Batch:
    return load(june)


@pytest.fixture
def officer(client_as: ClientAs, district: District) -> Client:
    client = client_as("district_officer", district["district"], "chief")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def ask(client: Client, batch: Batch) -> Withdrawal:
    answer = client.post(reverse("registers:withdraw", args=[batch.token]))
    with acting(BATCH):
        asked = Withdrawal.objects.latest("pk")
    assert answer.headers["Location"] == page_of(asked)
    return asked


def foreseen(client: Client, batch: Batch) -> Withdrawal:
    asked = ask(client, batch)
    jobs.foresee_withdrawal(asked.pk)
    return again(asked)


def again(asked: Withdrawal) -> Withdrawal:
    with acting(BATCH):
        asked.refresh_from_db()
    return asked


def page_of(asked: Withdrawal) -> str:
    return reverse("registers:withdrawal", args=[asked.token])


def decide(client: Client, asked: Withdrawal, act: str = "agree", reason: str = "月份错了") -> Any:
    return client.post(
        reverse("registers:decide_withdrawal", args=[asked.token]), {"act": act, "reason": reason}, follow=True
    )


def jobs_of(task: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE %s", [f"%{task}"])
        return int(cursor.fetchone()[0])


def state_of(batch: Batch) -> str:
    with acting(BATCH):
        return str(Batch.objects.get(pk=batch.pk).state)


def test_a_load_is_taken_back_once_somebody_has_seen_the_figures_and_said_why(
    officer: Client, batch: Batch, before: dict[str, str], june: Path
) -> None:
    loaded, load_page = views(), reverse("registers:batch", args=[batch.token])
    assert "Take back …" in text_of(officer.get(load_page))
    asked = ask(officer, batch)
    assert "being foreseen" in text_of(officer.get(page_of(asked)))
    assert 'hx-trigger="every 2s"' in text_of(officer.get(f"{page_of(asked)}state/"))
    jobs.foresee_withdrawal(asked.pk)
    assert officer.get(f"{page_of(asked)}state/").headers["HX-Redirect"] == page_of(asked)
    page = officer.get(page_of(asked))
    assert [one["value"] for one in page.context["figures"]][2:] == ["1", "1"]
    assert "Nothing has been changed yet" in text_of(page) and views() == loaded
    assert "waits to be confirmed" in text_of(officer.get(reverse("registers:index")))
    assert decide(officer, asked, reason=" ").status_code == 422
    assert jobs_of("carry_out_withdrawal") == 0
    assert "being taken back" in text_of(decide(officer, asked))
    jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, state_of(batch)) == ("done", "withdrawn")
    assert views() == before
    told = text_of(officer.get(load_page))
    assert "Taken back by chief" in told and "月份错了" in told and "Take back …" not in told
    assert "taken back" in text_of(officer.get(reverse("registers:index")))
    with acting(BATCH):
        event = Event.objects.get(verb="withdraw")
    assert (event.actor, event.duty, event.payload["reason"]) == ("chief", f"duty:{asked.duty_id}", "月份错了")
    load(june)
    assert views() == loaded, "loading the bytes anew undoes it"


def test_of_two_who_ask_one_does_and_of_two_who_decide_the_first(
    officer: Client, batch: Batch, client_as: ClientAs, district: District
) -> None:
    other = client_as("poverty_office", district["district"], "other")
    other.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    asked = ask(officer, batch)
    assert ask(other, batch).pk == asked.pk
    assert jobs_of("foresee_withdrawal") == 1
    assert "Somebody has asked" in text_of(other.get(reverse("registers:batch", args=[batch.token])))
    jobs.foresee_withdrawal(asked.pk)
    decide(other, asked, act="drop")
    late = decide(officer, asked)
    assert "decided in the meantime" in text_of(late) and again(asked).state == "dropped"
    assert (jobs_of("carry_out_withdrawal"), state_of(batch)) == (0, "published")
    anew = ask(officer, batch)
    jobs.foresee_withdrawal(anew.pk)
    decide(officer, anew)
    decide(other, anew)
    assert (again(anew).decided_by, jobs_of("carry_out_withdrawal")) == ("chief", 1)


def test_figures_that_are_not_those_confirmed_any_more_are_asked_about_again(
    officer: Client, batch: Batch, tmp_path: Path
) -> None:
    asked = foreseen(officer, batch)
    decide(officer, asked)
    rows = [{"姓名": "陈二", "身份证号": number(2), **HOME}]
    load(ledger(tmp_path / "july.csv", rows, month="2020年7月"))
    loaded = views()
    jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, asked.code, state_of(batch)) == ("foreseen", "changed", "published")
    assert views() == loaded
    assert "not those that were confirmed" in text_of(officer.get(page_of(asked)))
    decide(officer, asked)
    jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, asked.code, state_of(batch)) == ("done", "", "withdrawn")


def test_a_worker_that_dies_leaves_nothing_half_and_the_next_one_does_it(
    officer: Client, batch: Batch, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = foreseen(officer, batch)
    decide(officer, asked)
    loaded = views()

    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "close_withdrawal", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, state_of(batch)) == ("agreed", "published")
    assert views() == loaded
    jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, views()) == ("done", before)
    jobs.carry_out_withdrawal(asked.pk)
    with acting(BATCH):
        assert Event.objects.filter(verb="withdraw").count() == 1, "done twice it is done once"


@pytest.mark.parametrize("at", ["asked", "agreed"])
def test_whose_duty_has_ended_takes_nothing_back(at: str, officer: Client, batch: Batch) -> None:
    asked = ask(officer, batch)
    if at == "agreed":
        jobs.foresee_withdrawal(asked.pk)
        decide(officer, asked)
    with acting(OWNER, actor="test"):
        Duty.objects.filter(pk=asked.duty_id).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    (jobs.foresee_withdrawal if at == "asked" else jobs.carry_out_withdrawal)(asked.pk)
    assert (again(asked).state, asked.code, state_of(batch)) == ("refused", "duty_ended", "published")


@pytest.mark.parametrize(
    ("role", "office"), [("town_officer", "west"), ("poverty_office", "west"), ("auditor", "district")]
)
def test_who_hands_in_no_files_takes_none_back(
    role: str, office: str, batch: Batch, officer: Client, client_as: ClientAs, district: District
) -> None:
    client = client_as(role, district[office], "stranger")
    asked = foreseen(officer, batch)
    assert client.post(reverse("registers:withdraw", args=[batch.token])).status_code == 403
    assert client.get(page_of(asked)).status_code == 403
    assert decide(client, asked).status_code == 403
    assert "registers/withdrawals/" not in text_of(client.get(reverse("registers:index")))


def test_who_hands_in_no_files_is_not_offered_to_take_one_back(
    batch: Batch, client_as: ClientAs, district: District
) -> None:
    client = client_as("auditor", district["district"], "auditor")
    page = client.get(reverse("registers:batch", args=[batch.token]))
    assert page.status_code == 200 and f"{batch.token}/withdraw/" not in text_of(page)


def test_whose_duty_hands_in_no_files_any_more_takes_nothing_back(officer: Client, batch: Batch) -> None:
    asked = foreseen(officer, batch)
    decide(officer, asked)
    with acting(OWNER, actor="test"):
        Duty.objects.filter(pk=asked.duty_id).update(role="auditor")
    jobs.carry_out_withdrawal(asked.pk)
    assert (again(asked).state, asked.code, state_of(batch)) == ("refused", "duty_ended", "published")


def test_another_districts_load_is_taken_back_neither_by_page_nor_by_worker(
    batch: Batch, client_as: ClientAs, district: District
) -> None:
    far = make_world(district)["far"].office
    client = client_as("district_officer", far, "far")
    assert client.post(reverse("registers:withdraw", args=[batch.token])).status_code == 404
    duty = Duty.objects.get(user__username="far")
    with acting(BATCH, actor="test"):
        forged, _is_new = requests.ask_withdrawal(batch=batch, by="far", duty_id=duty.pk, scope_no=far.scope_no)
    assert forged is not None
    jobs.foresee_withdrawal(forged.pk)
    assert (again(forged).state, forged.code) == ("refused", "not_yours")
    with acting(BATCH, actor="test"):
        Withdrawal.objects.filter(pk=forged.pk).update(state="agreed", figures={}, code="")
    jobs.carry_out_withdrawal(forged.pk)
    assert (again(forged).code, state_of(batch)) == ("not_yours", "published")


def test_what_the_command_took_back_is_told_and_ends_what_was_under_way(
    officer: Client, batch: Batch, june: Path
) -> None:
    asked = foreseen(officer, batch)
    taking_back.take_back(taking_back.loads_of(june), reason="错了", by="operator")
    assert (again(asked).state, asked.decided_by) == ("done", "operator")
    assert "Taken back by operator" in text_of(officer.get(reverse("registers:batch", args=[batch.token])))
    assert officer.post(reverse("registers:withdraw", args=[batch.token])).status_code == 302
    with acting(BATCH):
        assert Withdrawal.objects.count() == 1


@pytest.mark.parametrize("at", ["asked", "agreed"])
def test_a_withdrawal_whose_job_failed_for_good_says_so(at: str, officer: Client, batch: Batch) -> None:
    asked = ask(officer, batch)
    if at == "agreed":
        jobs.foresee_withdrawal(asked.pk)
        decide(officer, asked)
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE '%_withdrawal'")
    jobs.look_after(0)
    assert "tried several times" in text_of(officer.get(page_of(asked)))
    assert state_of(batch) == "published"
