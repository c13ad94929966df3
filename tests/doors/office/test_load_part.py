"""A part of a file that was looked at is loaded: the rest is refused, as if it did not stand there, and can be given back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from anye.flow import giving_back, jobs
from anye.flow.digests import current_rows
from anye.flow.load import load_file
from anye.flow.registry import loading_context
from anye.records.accounts.scope import BATCH, Scope, acting
from anye.records.registers.models import Batch, Fault, Look, Upload
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.doors.office.test_looking import hand_in, page_of
from tests.flow.written import insurance, ledger, monitoring, number

HOME = {"镇街": "西岭镇", "村居": "云峰村"}
# line of june.csv → its row; lines 1 and 2 are title and headings
JUNE = {
    3: {"姓名": "陈一", "身份证号": number(1), "联系电话": "13900000001", **HOME},
    4: {"姓名": "陈二", "身份证号": number(2), "联系电话": "13900000022", **HOME},
    5: {"姓名": "陈三", "身份证号": number(3), "出生日期": "1991-01-01", **HOME},
    6: {"姓名": "陈四", "身份证号": number(4), **HOME},
    7: {"姓名": "陈五", "身份证号": number(5), "联系电话": "13900000055", **HOME},
    8: {"姓名": "陈六", "身份证号": "12", **HOME},
}
KINDS = {"queried": [[0, 5, 5]], "contradicting": [[0, 7, 7]], "changing": [[0, 4, 4]]}
APART = {"registers_rowclaim", "registers_fault"}  # they name the file and its lines


@pytest.fixture
def officer(client_as: Callable[..., Client], district: District) -> Client:
    client = client_as("district_officer", district["district"], "chief")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def june(officer: Client, tmp_path: Path) -> Path:
    """Of its rows one changes what May's file said, one contradicts another register, one is asked about."""
    may = [
        {"姓名": f"陈{name}", "身份证号": number(n), "联系电话": f"1390000000{n}", **HOME}
        for n, name in ((1, "一"), (2, "二"))
    ]
    other = {"姓名": "陈五", "证件号码": number(5), "联系电话": "13900000005", "乡镇": "西岭镇", "行政村": "云峰村"}
    for path in (
        ledger(tmp_path / "may.csv", may, month="2020年5月"),
        monitoring(tmp_path / "monitoring.csv", [other], month="2020年5月"),
    ):
        assert load_file(path, context=loading_context()).fault is None
    return ledger(tmp_path / "june.csv", JUNE.values(), month="2020年6月")


def looked(officer: Client, path: Path) -> Upload:
    upload = hand_in(officer, path)
    jobs.look_at_upload(upload.pk)
    return upload


def decide(officer: Client, upload: Upload, *leave: str) -> Any:
    told = {"act": "part", "leave": list(leave)}
    return officer.post(reverse("registers:decide_look", args=[upload.token]), told, follow=True)


def known() -> dict[str, list[str]]:
    with acting(BATCH):
        return {table: rows for table, rows in current_rows() if table not in APART}


def loaded_whole(path: Path) -> dict[str, list[str]]:
    """What would be known had this file come, and nothing stays of it."""
    with transaction.atomic():
        assert load_file(path, context=loading_context()).fault is None
        found = known()
        transaction.set_rollback(True)
    return found


def test_a_look_tells_which_rows_may_be_left_out(officer: Client, june: Path) -> None:
    upload = looked(officer, june)
    with acting(BATCH):
        assert Look.objects.get(upload=upload).lines == KINDS
    page = text_of(officer.get(page_of(upload)))
    assert "Load a part of it" in page and page.count('name="leave"') == 3


def test_with_a_row_goes_each_that_says_the_same_and_each_that_it_overrules(
    officer: Client, june: Path, tmp_path: Path
) -> None:
    """Left out alone, its sister lines would bring what was not to come."""
    sisters = [
        {**JUNE[4], "联系电话": phone, "现住址": at} for phone, at in [("13900000022", "一"), ("13900000033", "二")]
    ]
    path = ledger(tmp_path / "sisters.csv", [*JUNE.values(), *sisters], month="2020年6月")
    upload = looked(officer, path)
    with acting(BATCH):
        assert Look.objects.get(upload=upload).lines["changing"] == [[0, 4, 4], [0, 9, 10]]
    rest = ledger(tmp_path / "rest.csv", [row for line, row in JUNE.items() if line != 4], month="2020年6月")
    expected = loaded_whole(rest)
    decide(officer, upload, "changing")
    jobs.load_upload(upload.pk)
    assert known() == expected


def test_a_total_that_does_not_agree_is_no_row_to_leave_out(officer: Client, tmp_path: Path) -> None:
    paid = {"单位名称": "青石砖厂", "费款所属期": "2020-06", "养老保险单位实缴": "160.00"}
    rows = [{"姓名": f"陈{n}", "证件号码": number(n), **paid} for n in (1, 2)]
    path = insurance(tmp_path / "paid.csv", [*rows, {"姓名": "合计", "养老保险单位实缴": "999.00"}])
    upload = looked(officer, path)
    with acting(BATCH):
        look = Look.objects.get(upload=upload)
    assert look.figures["reasons"]["queried"] == {"Q15": 1}
    assert "queried" not in look.lines


@pytest.mark.parametrize(
    "kinds",
    [
        ("contradicting",),
        tuple(KINDS),
        *(pytest.param((each,), marks=pytest.mark.trust_long) for each in ("queried", "changing")),
    ],
)
def test_what_is_left_out_might_as_well_not_stand_there(
    officer: Client, june: Path, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    upload = looked(officer, june)
    left = {first for kind in kinds for _sheet, first, _last in KINDS[kind]}
    rest = ledger(tmp_path / "rest.csv", [row for line, row in JUNE.items() if line not in left], month="2020年6月")
    expected, whole = loaded_whole(rest), loaded_whole(june)
    assert decide(officer, upload, *kinds).status_code == 200
    jobs.load_upload(upload.pk)
    assert known() == expected != whole
    with acting(BATCH):
        batch = Batch.objects.latest("pk")
        refused = set(Fault.objects.filter(batch=batch, level="refused").values_list("line", "reason"))
    assert refused == {(line, "left_out") for line in left} | {(8, "id_length")}
    assert (batch.rows, batch.refused) == (len(JUNE), 1 + len(left))
    assert "decided to leave this row out" in text_of(officer.get(reverse("registers:batch", args=[batch.token])))


def test_what_was_left_out_is_given_back_and_loaded_from_there(officer: Client, june: Path, tmp_path: Path) -> None:
    upload = looked(officer, june)
    whole = loaded_whole(june)
    decide(officer, upload, *KINDS)
    jobs.load_upload(upload.pk)
    with acting(BATCH):
        batch = Batch.objects.select_related("source").latest("pk")
        sheet = tmp_path / "back.xlsx"
        giving_back.write(giving_back.Asked(batch, ("refused",), Scope(None, None), "zh"), sheet)
    assert "预览" in "".join(str(cell) for row in openpyxl.load_workbook(sheet).active.values for cell in row)
    report = load_file(sheet, context=loading_context())
    assert {row["reason"] for row in report.refused} == {"id_length"}
    told = known()
    assert {table: rows for table, rows in told.items() if rows != whole[table]} == {}


def test_what_was_left_out_waits_for_its_return_or_for_a_newer_file(
    officer: Client, june: Path, tmp_path: Path
) -> None:
    """A file of the same month and day brings the same people, and tells nothing of the rows that were left out."""
    three = {"姓名": "陈三", "身份证号": number(3), **HOME}
    too = ledger(tmp_path / "june too.csv", [three], month="2020年6月")
    assert load_file(too, context=loading_context(), known_on=dt.date(2020, 12, 12)).fault is None
    upload = looked(officer, june)
    decide(officer, upload, "changing", "queried")
    jobs.load_upload(upload.pk)
    assert left_out_and_open() == {4, 5}
    july = ledger(tmp_path / "july.csv", [three], month="2020年7月")
    assert load_file(july, context=loading_context()).fault is None
    assert left_out_and_open() == {4}


def left_out_and_open() -> set[int]:
    with acting(BATCH):
        return set(Fault.objects.filter(reason="left_out", mended_by=None).values_list("line", flat=True))


def test_a_part_is_named_and_decided_once(officer: Client, june: Path) -> None:
    upload = looked(officer, june)
    assert "Tick which rows" in text_of(decide(officer, upload))
    assert "Tick which rows" in text_of(decide(officer, upload, "everything"))
    decide(officer, upload, "queried")
    assert "Left out: rows that something is asked about" in text_of(officer.get(page_of(upload)))
    assert "decided in the meantime" in text_of(decide(officer, upload, "changing"))
    with acting(BATCH):
        upload.refresh_from_db()
    assert (upload.state, upload.left_out) == ("waiting", ["queried"])


def test_the_same_file_again_changes_nothing_and_tells_what_was_left_out(officer: Client, june: Path) -> None:
    upload = looked(officer, june)
    decide(officer, upload, "changing")
    jobs.load_upload(upload.pk)
    before = known()
    report = load_file(june, context=loading_context())
    assert (report.loaded, known()) == (0, before)
    assert (4, "left_out") in {(row["row"], row["reason"]) for row in report.refused}


def test_a_choice_made_anew_starts_over(officer: Client, june: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load without some rows died before it was published; the operator then loads all of the file."""
    whole = loaded_whole(june)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("anye.flow.load.publish_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            load_file(june, context=loading_context(), left_out=[[0, 4, 7]])
    assert load_file(june, context=loading_context()).refused_rows == {(None, 8)}
    assert known() == whole


def test_rows_are_not_said_to_be_left_out_of_what_somebody_else_loaded_whole(officer: Client, june: Path) -> None:
    upload = looked(officer, june)
    assert load_file(june, context=loading_context()).fault is None
    stands = known()
    decide(officer, upload, "changing")
    jobs.load_upload(upload.pk)
    page = text_of(officer.get(reverse("registers:upload", args=[upload.token])))
    assert "those that you left out were not left out" in page
    assert known() == stands


def test_the_same_choice_twice_is_one_load(officer: Client, june: Path) -> None:
    upload, again = looked(officer, june), looked(officer, june)
    for each in (upload, again):
        decide(officer, each, "changing")
        jobs.load_upload(each.pk)
    with acting(BATCH):
        assert {each.state for each in Upload.objects.filter(pk__in=[upload.pk, again.pk])} == {"done"}
