"""Giving rows back on a page: who gets which rows, what is logged, and what the page of the load says afterwards."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.flow import jobs
from anye.flow.load import load_file
from anye.flow.registry import loading_context
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.registers.models import Batch, FaultSheet
from tests.conftest import District
from tests.doors.office.looking import reads, text_of
from tests.flow.written import ledger, number

ClientAs = Callable[..., Client]
WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
BRIDGE = {"镇街": "东河镇", "村居": "石桥村"}
WRONG = number(2)[:-1] + ("1" if number(2)[-1] != "1" else "2")
ASKED = {"rows": "refused", "purpose": "register"}


@pytest.fixture
def batch(district: District, tmp_path: Path) -> Batch:
    """The operator's ledger of May: a refused row of willow and one of bridge."""
    rows = [
        {"姓名": "张伟", "身份证号": number(1), **WILLOW},
        {"姓名": "李娜", "身份证号": WRONG, "联系电话": "13912345678", **WILLOW},
        {"姓名": "王芳", "身份证号": "12", **BRIDGE},
    ]
    report = load_file(ledger(tmp_path / "台账.csv", rows, month="2020年5月"), context=loading_context())
    with acting(BATCH):
        return Batch.objects.select_related("source").get(pk=report.batch)


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    client = client_as("village_worker", district["willow"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def ask(client: Client, batch: Batch, **more: str) -> FaultSheet:
    answer = client.post(reverse("registers:give_back", args=[batch.token]), ASKED | more)
    with acting(BATCH):
        sheet = FaultSheet.objects.order_by("-pk").first()
    assert sheet is not None and answer.headers["Location"] == reverse("registers:fault_sheet", args=[sheet.token])
    return sheet


def made(client: Client, batch: Batch, **more: str) -> FaultSheet:
    sheet = ask(client, batch, **more)
    jobs.make_fault_sheet(sheet.pk)
    with acting(BATCH):
        sheet.refresh_from_db()
    return sheet


def fetch(client: Client, sheet: FaultSheet) -> Any:
    return client.get(reverse("registers:fault_sheet_file", args=[sheet.token]))


def names_in(body: bytes) -> list[str]:
    lines = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    at = lines[1].index("姓名")
    return [str(line[at]) for line in lines[2:]]


def test_a_village_fetches_its_own_rows_and_each_fetching_is_logged(
    worker: Client, batch: Batch, district: District
) -> None:
    page = text_of(worker.get(reverse("registers:batch", args=[batch.token])))
    assert "Give back" in page
    sheet = ask(worker, batch)
    waiting = text_of(worker.get(reverse("registers:fault_sheet", args=[sheet.token])))
    assert "being made" in waiting and 'hx-trigger="every 2s"' in waiting
    assert fetch(worker, sheet).status_code == 404
    jobs.make_fault_sheet(sheet.pk)
    ready = text_of(worker.get(reverse("registers:fault_sheet_state", args=[sheet.token])))
    assert "1 row" in ready and "hx-trigger" not in ready and "李娜" not in ready
    assert reads(kind="export") == []
    answer = fetch(worker, sheet)
    assert names_in(answer.content) == ["李娜"]
    assert answer["Cache-Control"] == "private, no-store"
    (trace,) = reads(kind="export")
    assert (trace.scope_no, trace.shown, trace.purpose) == (district["willow"].scope_no, 1, "export: register")


def test_the_district_gets_the_rows_of_every_village_and_hands_them_in_again(
    client_as: ClientAs, batch: Batch, district: District, tmp_path: Path
) -> None:
    client = client_as("district_officer", district["district"])
    sheet = made(client, batch)
    answer = fetch(client, sheet)
    assert names_in(answer.content) == ["李娜", "王芳"]
    assert sorted(trace.scope_no for trace in reads(kind="export")) == sorted(
        (district["willow"].scope_no, district["bridge"].scope_no)
    )
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    at = [cell.value for cell in book.active[2]].index("身份证号") + 1
    book.active.cell(3, at).value = number(2)
    book.save(tmp_path / "mended.xlsx")
    report = load_file(tmp_path / "mended.xlsx", context=loading_context())
    assert (report.loaded, len(report.refused_rows)) == (1, 1)
    page = text_of(client.get(reverse("registers:batch", args=[batch.token]), headers={"accept-language": "en"}))
    assert "Rows that came back since" in page and "2 in" in page
    assert "Make the sheet" not in page, "no row of this load is to be mended any more"


def test_a_village_worker_finds_no_sheet_of_the_next_village(
    worker: Client, batch: Batch, client_as: ClientAs, district: District
) -> None:
    sheet = made(client_as("village_worker", district["bridge"], "bridge"), batch)
    for name in ("fault_sheet", "fault_sheet_state", "fault_sheet_file"):
        assert worker.get(reverse(f"registers:{name}", args=[sheet.token])).status_code == 404
    foreign = client_as("village_worker", district["flat"], "flat")
    assert foreign.post(reverse("registers:give_back", args=[batch.token]), ASKED).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "finance", "approver", "administrator"])
def test_who_serves_no_household_is_given_no_cells(
    role: str, batch: Batch, client_as: ClientAs, district: District, worker: Client
) -> None:
    office = district["east"]
    client = client_as(role, office, "other")
    assert client.post(reverse("registers:give_back", args=[batch.token]), ASKED).status_code == 403
    assert fetch(client, made(worker, batch)).status_code == 403
    page = text_of(client.get(reverse("registers:batch", args=[batch.token]), headers={"accept-language": "en"}))
    assert "Make the sheet" not in page


def test_rows_of_a_list_of_prisoners_go_to_those_who_must_see_them_alone(
    client_as: ClientAs, district: District, tmp_path: Path
) -> None:
    path = tmp_path / "justice.csv"
    path.write_text("姓名,身份证号,罪名,羁押日期,释放日期\n李娜,123,盗窃,2020-01-01,2021-01-01\n", encoding="utf-8-sig")
    report = load_file(path, context=loading_context(), source="justice")
    assert report.refused
    with acting(BATCH):
        batch = Batch.objects.select_related("source").get(pk=report.batch)
    district_officer = client_as("district_officer", district["district"], "district")
    sheet = made(district_officer, batch)
    assert sheet.state == "done"
    poverty = client_as("poverty_office", district["district"], "poverty")
    assert poverty.post(reverse("registers:give_back", args=[batch.token]), ASKED).status_code == 404
    assert fetch(poverty, sheet).status_code == 404
    with acting(OWNER, actor="test"):
        Duty.objects.filter(user__username="district").update(role="poverty_office")
        again = FaultSheet.objects.get(pk=sheet.pk)
        FaultSheet.objects.filter(pk=sheet.pk).update(state="waiting", sealed=None)
    jobs.make_fault_sheet(again.pk)
    with acting(BATCH):
        again.refresh_from_db()
    assert (again.state, again.reason, again.sealed) == ("refused", "duty_ended", None)


def test_without_a_purpose_nothing_is_asked_for(worker: Client, batch: Batch) -> None:
    answer = worker.post(reverse("registers:give_back", args=[batch.token]), {"rows": "refused"}, follow=True)
    assert "choose which, and what for" in text_of(answer)
    with acting(BATCH):
        assert not FaultSheet.objects.exists()


def test_what_the_sheet_holds_stands_nowhere_in_clear(worker: Client, batch: Batch) -> None:
    sheet = made(worker, batch)
    assert b"PK" not in bytes(sheet.sealed or b"")[:4]
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT payload::text FROM audit_event WHERE table_name = 'registers_faultsheet'")
        told = "".join(row[0] for row in cursor.fetchall())
    assert told and "sealed" not in told and WRONG not in told


def test_whose_duty_has_ended_gets_no_sheet(worker: Client, batch: Batch, district: District) -> None:
    sheet = ask(worker, batch)
    with acting(OWNER, actor="test"):
        Duty.objects.filter(pk=sheet.duty_id).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    jobs.make_fault_sheet(sheet.pk)
    with acting(BATCH):
        sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == ("refused", "duty_ended")


def test_a_sheet_is_kept_for_a_day(worker: Client, batch: Batch) -> None:
    sheet = made(worker, batch)
    jobs.look_after(0)
    assert fetch(worker, sheet).status_code == 200
    with acting(OWNER, actor="test"):
        FaultSheet.objects.filter(pk=sheet.pk).update(asked_at=timezone.now() - dt.timedelta(hours=25))
    jobs.look_after(0)
    with acting(BATCH):
        sheet.refresh_from_db()
    assert (sheet.state, sheet.sealed) == ("gone", None)
    assert fetch(worker, sheet).status_code == 404
    assert "kept for one day" in text_of(worker.get(reverse("registers:fault_sheet", args=[sheet.token])))


def test_a_sheet_whose_job_failed_for_good_says_so(worker: Client, batch: Batch) -> None:
    sheet = ask(worker, batch)
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE '%make_fault_sheet'")
    jobs.look_after(0)
    assert "tried several times" in text_of(worker.get(reverse("registers:fault_sheet", args=[sheet.token])))
