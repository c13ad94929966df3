"""A file looked at first: the load is done on trial, told, and rolled back; then somebody loads or discards it."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anye.flow import differences, jobs
from anye.flow.digests import current_views
from anye.flow.load import load_file
from anye.flow.registry import loading_context
from anye.records.accounts.models import Duty, Role
from anye.records.accounts.role_places import fits
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.audit.models import Event
from anye.records.people.models import Person
from anye.records.registers.models import Batch, Fault, Look, Source, Upload
from tests.conftest import District
from tests.doors.office.looking import reads, text_of
from tests.flow.written import ledger, number
from tests.house.two_districts import make_world

ClientAs = Callable[..., Client]
HOME = {"镇街": "西岭镇", "村居": "云峰村"}


def chen(n: int, **more: str) -> dict[str, str]:
    return {"姓名": f"陈{'零一二三四五六七八九'[n]}", "身份证号": number(n), **HOME, **more}


@pytest.fixture
def officer(client_as: ClientAs, district: District) -> Client:
    client = client_as("district_officer", district["district"], "chief")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def one(name: str, month: str, *rows: dict[str, str]) -> Path:
        return ledger(tmp_path / f"{name}.csv", rows, month=month)

    return one


def load(path: Path) -> Batch:
    report = load_file(path, context=loading_context())
    with acting(BATCH):
        return Batch.objects.get(pk=report.batch)


def hand_in(client: Client, path: Path) -> Upload:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    told = {"file": file, "known_on": "2020-12-12", "look_first": "on"}
    client.post(reverse("registers:new_upload"), told)
    with acting(BATCH):
        return Upload.objects.latest("pk")


def looked(client: Client, path: Path) -> Upload:
    upload = hand_in(client, path)
    jobs.look_at_upload(upload.pk)
    return again(upload)


def again(upload: Upload) -> Upload:
    with acting(BATCH):
        upload.refresh_from_db()
    return upload


def figures(upload: Upload) -> dict[str, Any]:
    with acting(BATCH):
        return dict(Look.objects.get(upload=upload).figures)


def views() -> dict[str, str]:
    with acting(BATCH):
        return current_views()


def page_of(upload: Upload) -> str:
    return reverse("registers:look", args=[upload.token])


def decide(client: Client, upload: Upload, act: str) -> Any:
    return client.post(reverse("registers:decide_look", args=[upload.token]), {"act": act}, follow=True)


def test_what_is_told_is_what_the_load_does_and_looking_leaves_nothing(
    officer: Client, write: Callable[..., Path], district: District
) -> None:
    load(write("may", "2020年5月", chen(1, 联系电话="13900001111", 户类型="脱贫户"), chen(2)))
    before = views()
    june = write("june", "2020年6月", chen(1, 联系电话="13900002222"), chen(2), chen(3), chen(4, 身份证号="12"))
    upload = hand_in(officer, june)
    waiting = text_of(officer.get(reverse("registers:upload", args=[upload.token])))
    assert "Being loaded on trial" in waiting
    jobs.look_at_upload(upload.pk)
    assert views() == before and again(upload).state == "looked"
    with acting(BATCH):
        assert Batch.objects.count() == 1
        assert not Event.objects.filter(verb="load", actor="chief").exists()
    told = figures(upload)
    assert told["persons_new"] == 1 and told["reasons"]["refused"] == {"id_length": 1}
    assert told["facts"]["detail"]["replaced"] == {"village_ledger": 1}
    state = officer.get(reverse("registers:upload_state", args=[upload.token]))
    assert state.headers["HX-Redirect"] == page_of(upload)
    page = text_of(officer.get(page_of(upload)))
    assert "陈一" in page and "13900002222" not in page and "this file" in page
    decide(officer, upload, "load")
    jobs.load_upload(upload.pk)
    with acting(BATCH):
        batch = Batch.objects.latest("pk")
        assert {name: getattr(batch, name) for name in ("rows", "loaded", "unchanged", "refused", "unattached")} == {
            name: told[name] for name in ("rows", "loaded", "unchanged", "refused", "unattached")
        }
        assert Person.objects.count() == 3
        assert {
            name: one["inserted"] for name, one in batch.fact_counts.items() if one["inserted"] or one["overruled"]
        } == {
            name: one["added"] + sum(one["replaced"].values()) + sum(one["overruled"].values())
            for name, one in told["facts"].items()
        }
    assert again(upload).batch_id == batch.pk


def test_an_older_month_is_overruled_and_says_so(officer: Client, write: Callable[..., Path]) -> None:
    load(write("may", "2020年5月", chen(1, 联系电话="13900001111")))
    upload = looked(officer, write("april", "2020年4月", chen(1, 联系电话="13900003333")))
    told = figures(upload)
    assert told["facts"]["detail"]["overruled"] == {"village_ledger": 1}
    assert [one["code"] for one in told["warnings"]] == ["month_older"]
    page = text_of(officer.get(page_of(upload)))
    assert "A newer month came in already" in page and "what is on record" in page


def test_other_sources_are_named_with_who_wins(officer: Client, write: Callable[..., Path]) -> None:
    load(write("may", "2020年5月", chen(1, 联系电话="13900001111")))
    with acting(OWNER, actor="test"):
        Batch.objects.update(source=Source.objects.get(code="monitoring"))
    upload = looked(officer, write("june", "2020年6月", chen(1, 联系电话="13900002222")))
    detail = figures(upload)["facts"]["detail"]
    assert {**detail["replaced"], **detail["overruled"]} == {"monitoring": 1}
    page = officer.get(page_of(upload))
    (shown,) = page.context["sample"]
    assert (shown["wins"], shown["after"]) == (bool(detail["replaced"]), "under seal")
    assert shown["source"] in text_of(page)


@pytest.mark.parametrize(
    ("month", "rows", "codes"),
    [
        ("2020年6月", 4, []),
        ("2020年5月", 4, ["month_again"]),
        ("2020年8月", 4, ["month_missing_between"]),
        ("2020年4月", 4, ["month_older"]),
        ("2021年2月", 4, ["month_ahead", "month_missing_between"]),
        ("2020年6月", 1, ["rows_fewer"]),
        ("2020年6月", 9, ["rows_more"]),
        ("", 4, ["no_month"]),
    ],
)
def test_what_looks_wrong_against_the_month_before_is_said(
    month: str, rows: int, codes: list[str], officer: Client, write: Callable[..., Path]
) -> None:
    load(write("may", "2020年5月", *(chen(n) for n in range(1, 5))))
    upload = looked(officer, write("next", month, *(chen(n, 联系电话=f"1390000111{n}") for n in range(1, rows + 1))))
    assert [one["code"] for one in figures(upload)["warnings"]] == codes
    page = officer.get(page_of(upload))
    assert len(page.context["warnings"]) == len(codes) and "%(" not in "".join(page.context["warnings"])


def test_the_very_same_file_is_known(officer: Client, write: Callable[..., Path]) -> None:
    path = write("may", "2020年5月", chen(1))
    load(path)
    upload = looked(officer, path)
    told = figures(upload)
    assert (told["is_known"], told["loaded"], told["persons_new"], told["warnings"]) == (True, 0, 0, [])
    assert "loaded already" in text_of(officer.get(page_of(upload)))


def test_looking_at_people_leaves_a_trace_of_each(officer: Client, write: Callable[..., Path]) -> None:
    load(write("may", "2020年5月", chen(1, 联系电话="13900001111")))
    upload = looked(officer, write("june", "2020年6月", chen(1, 联系电话="13900002222")))
    assert reads(kind="look") == []
    officer.get(page_of(upload))
    with acting(BATCH):
        person = Person.objects.get()
    assert [trace.person_id for trace in reads(kind="look")] == [person.pk]
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT l::text FROM registers_look l")
        assert "13900002222" not in cursor.fetchone()[0]


def test_the_rows_that_would_be_refused_are_given_back(
    officer: Client, write: Callable[..., Path], district: District
) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1), chen(2, 身份证号="12")))
    answer = officer.get(reverse("registers:look_sheet", args=[upload.token]))
    lines = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [line[lines[1].index("姓名")] for line in lines[2:]] == ["陈二"]
    (trace,) = reads(kind="export")
    assert (trace.scope_no, trace.shown) == (district["cloud"].scope_no, 1)


def test_what_was_fetched_from_a_look_comes_back_to_the_load_that_followed(
    officer: Client, write: Callable[..., Path], tmp_path: Path
) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1), {"姓名": "陈二", "身份证号": "12"}))
    sheet = tmp_path / "back.xlsx"
    sheet.write_bytes(officer.get(reverse("registers:look_sheet", args=[upload.token])).content)
    decide(officer, upload, "load")
    jobs.load_upload(upload.pk)
    book = openpyxl.load_workbook(sheet)
    heading = [cell.value for cell in book.active[2]]
    book.active.cell(3, heading.index("身份证号") + 1).value = number(2)
    book.save(sheet)
    load(sheet)
    with acting(BATCH):
        assert set(Fault.objects.filter(level="refused").values_list("mended_by", flat=True)) == {
            Batch.objects.latest("pk").pk
        }


def test_nobody_else_is_shown_what_a_list_of_prisoners_would_do(
    officer: Client, client_as: ClientAs, district: District, tmp_path: Path
) -> None:
    path = tmp_path / "justice.csv"
    path.write_text("姓名,身份证号,罪名,羁押日期,释放日期\n李娜,123,盗窃,2020-01-01,2021-01-01\n", encoding="utf-8-sig")
    poverty = client_as("poverty_office", district["district"], "poverty")
    for who in (officer, poverty):
        upload = looked(who, path)
        sheet = reverse("registers:look_sheet", args=[upload.token])
        assert poverty.get(page_of(upload)).status_code == poverty.get(sheet).status_code == 404
        assert decide(poverty, upload, "load").status_code == 404
        waiting = poverty.get(reverse("registers:upload", args=[upload.token]))
        assert waiting.status_code == 200 and "李娜" not in text_of(waiting)
        assert officer.get(page_of(upload)).status_code == 200
        assert bool(upload.look.sheet) is (who is officer) and (officer.get(sheet).status_code == 200) is (
            who is officer
        )


def test_an_unknown_sheet_that_was_to_be_looked_at_waits_for_a_person(officer: Client, tmp_path: Path) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text("大名,证,哪里人\n陈一,12,云峰\n", encoding="utf-8-sig")
    assert looked(officer, path).state == "unmapped"


def test_rows_of_another_district_are_not_among_them(
    officer: Client, write: Callable[..., Path], district: District
) -> None:
    make_world(district)
    far = chen(3, 身份证号="12") | {"镇街": "南湾镇", "村居": "竹园村"}
    upload = looked(officer, write("may", "2020年5月", chen(2, 身份证号="12"), far))
    assert figures(upload)["refused"] == 2
    answer = officer.get(reverse("registers:look_sheet", args=[upload.token]))
    lines = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [line[lines[1].index("姓名")] for line in lines[2:]] == ["陈二"]
    assert [trace.scope_no for trace in reads(kind="export")] == [district["cloud"].scope_no]


def test_who_decides_nothing_about_it_stays_on_the_page_of_the_file(
    officer: Client, write: Callable[..., Path], client_as: ClientAs, district: District
) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1)))
    held_here = {role for role in Role.values if fits(role, district["district"].kind)}
    for role in sorted(held_here - jobs.LOADERS):
        client = client_as(role, district["district"], role)
        page = client.get(reverse("registers:upload", args=[upload.token]), headers={"accept-language": "en"})
        assert page.status_code == 200 and "waits to be decided about" in text_of(page), role
        assert "hx-trigger" not in text_of(page)


def test_what_is_discarded_is_not_kept(officer: Client, write: Callable[..., Path]) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1), chen(2, 身份证号="12")))
    assert "discarded" in text_of(decide(officer, upload, "discard"))
    jobs.look_after(0)
    with acting(BATCH):
        look = Look.objects.get(upload=upload)
    assert (again(upload).state, upload.sealed, look.sample, look.sheet) == ("discarded", None, None, None)
    assert "decided in the meantime" in text_of(decide(officer, upload, "load"))
    assert officer.get(reverse("registers:look_sheet", args=[upload.token])).status_code == 404
    assert views() and not Batch.objects.exists()


def test_what_nobody_decides_about_goes_after_a_week(officer: Client, write: Callable[..., Path]) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1)))
    jobs.look_after(0)
    assert again(upload).state == "looked"
    with acting(OWNER, actor="test"):
        Look.objects.update(looked_at=timezone.now() - dt.timedelta(days=8))
    jobs.look_after(0)
    assert (again(upload).state, upload.sealed) == ("discarded", None)


def test_a_worker_that_dies_while_looking_leaves_nothing(
    officer: Client, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(write("may", "2020年5月", chen(1)))
    before, upload = views(), hand_in(officer, write("june", "2020年6月", chen(2)))

    def killed(_batch: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(differences, "sample", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.look_at_upload(upload.pk)
    assert (again(upload).state, views()) == ("looking", before)
    jobs.look_at_upload(upload.pk)
    assert (again(upload).state, views()) == ("looked", before)


def test_a_file_that_cannot_be_read_says_so(officer: Client, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    upload = looked(officer, path)
    assert (upload.state, upload.failure["code"]) == ("failed", "not_a_table")


def test_a_look_whose_job_failed_for_good_says_so(officer: Client, write: Callable[..., Path]) -> None:
    upload = hand_in(officer, write("may", "2020年5月", chen(1)))
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE '%look_at_upload'")
    jobs.look_after(0)
    assert (again(upload).state, upload.failure["code"]) == ("failed", "job_failed")


@pytest.mark.parametrize("change", [{"role": "auditor"}, {"ends_on": dt.date(2020, 2, 1)}], ids=["role", "end"])
def test_whose_duty_hands_in_no_files_any_more_gets_no_look(
    change: dict[str, Any], officer: Client, write: Callable[..., Path]
) -> None:
    upload = hand_in(officer, write("may", "2020年5月", chen(1)))
    with acting(OWNER, actor="test"):
        Duty.objects.filter(pk=upload.duty_id).update(**change)
    jobs.look_at_upload(upload.pk)
    assert (again(upload).state, upload.failure["code"]) == ("refused", "duty_ended")


@pytest.mark.parametrize("role", ["town_officer", "poverty_office"])
def test_who_hands_in_no_files_looks_at_none(
    role: str, officer: Client, write: Callable[..., Path], client_as: ClientAs, district: District
) -> None:
    upload = looked(officer, write("may", "2020年5月", chen(1), chen(2, 身份证号="12")))
    client = client_as(role, district["west"], "stranger")
    assert client.get(page_of(upload)).status_code == 403
    assert client.get(reverse("registers:look_sheet", args=[upload.token])).status_code == 403
    assert decide(client, upload, "load").status_code == 403
    far = client_as("district_officer", make_world(district)["far"].office, "far")
    assert far.get(page_of(upload)).status_code == 404
    assert decide(far, upload, "load").status_code == 404
