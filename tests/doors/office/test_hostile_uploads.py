"""Hostile files through the upload page: the officer ends on a page that says what was wrong, or what the file held."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anye.flow.jobs import load_upload
from anye.records.accounts.scope import BATCH, acting
from anye.records.registers.models import Upload
from tests.conftest import District
from tests.flow.hostile.cases import SMALL
from tests.flow.hostile.families import CASES

ENGLISH = {"accept-language": "en"}


def page_of(client: Client, name: str, *, file_name: str = "", language: str = "en") -> str:
    """Hand the case's file in, let the worker read it, and open the page that the officer ends on."""
    case = next(case for case in CASES if case.name == name)
    file = SimpleUploadedFile("x", case.data(0, SMALL))
    file._name = file_name or case.file_name  # what a browser sends is not bound to what Django's own class allows
    headers = {"accept-language": language}
    answer = client.post(reverse("registers:new_upload"), {"file": file, "known_on": "2026年3月12日"}, headers=headers)
    assert answer.status_code == 302, answer.content.decode()
    with acting(BATCH):
        upload = Upload.objects.latest("pk")
    load_upload(upload.pk)
    page = client.get(answer.url, follow=True, headers=headers)
    assert page.status_code == 200
    return page.content.decode()


@pytest.fixture
def officer(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("district_officer", district["district"])


@pytest.mark.bar(21, control="without its sentence the page would show a code, by the next test")
@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("a_billion_laughs_in_xl/workbook.xml", "工作簿里含有不安全的 XML 内容", "The workbook holds unsafe XML"),
        ("many_parts", "工作簿解压后过大", "Unpacked, the workbook would be far too large"),
        ("plain_in_gb18030", "内容其实是网页", "holds a web page"),
        ("a_workbook_of_excel_97_with_a_password", "工作簿设有打开密码", "locked with a password"),
        ("gb18030_read_as_latin_and_saved", "前几行的文字是乱码", "The first lines are garbled"),
        ("a_heading_and_nothing_below", "表头下面没有数据行", "There are no rows below the headings"),
    ],
)
def test_a_hostile_file_ends_on_a_page_that_says_why(officer: Client, name: str, zh: str, en: str) -> None:
    assert zh in page_of(officer, name, language="zh-hans")
    assert en in page_of(officer, name)


def test_a_file_s_name_is_shown_as_text(officer: Client) -> None:
    page = page_of(officer, "the_old_end_of_file", file_name="<script>alert(1)<\\u202e\x1b[2J.csv")
    assert "<script>alert(1)" not in page
    assert "\x1b" not in page


def test_what_a_file_hid_is_said_on_the_page_of_its_load(officer: Client) -> None:
    assert "4 lines are hidden (5–7, 10); they were read all the same." in page_of(officer, "hidden_rows")
    other = page_of(officer, "sheets_that_are_something_else", language="zh-hans")
    assert "工作表“社保”没有读取（2 行）：它是“社会保险缴费明细”" in other
    assert "工作表“代码”（隐藏）没有读取" in other


@pytest.mark.bar(21, control="a workbook with a formula in it has cells of type f, here")
def test_no_cell_that_goes_out_again_is_a_formula(officer: Client, district: District) -> None:
    page_of(officer, "a_formula_as_an_address_0")
    page_of(officer, "a_formula_as_a_name_0")
    with acting(BATCH):
        refused = Upload.objects.latest("pk").batch
    cells: list[Any] = []
    for path in (reverse("registers:batch", args=[refused.token]), reverse("office:people")):
        sent = officer.post(path, {"do": "export", "purpose": "check"}, headers=ENGLISH)
        assert sent["Content-Type"].startswith("application/vnd.openxml")
        cells += [cell for row in openpyxl.load_workbook(io.BytesIO(sent.content)).active.iter_rows() for cell in row]
    assert len(cells) > 100
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    control = openpyxl.Workbook()
    control.active["A1"] = "=1+1"
    assert control.active["A1"].data_type == "f"
