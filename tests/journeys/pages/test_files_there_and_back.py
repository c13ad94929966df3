"""A file looked at first, loaded, given back, mended and loaded again, and taken back: in a browser, on both widths."""

import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from anye.records.people.models import Person
from anye.records.registers.models import Batch
from tests import factories
from tests.conftest import District
from tests.flow.written import ledger, number
from tests.journeys.pages.visitor import Visitor

WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
CLOUD = {"镇街": "西岭镇", "村居": "云峰村"}
SCREENS = os.environ.get("ANYE_SCREENS")  # a folder, for whoever wants to see what the journey saw


@pytest.fixture
def officer(visitor: Callable[..., Visitor], district: District, make_user: Callable[..., object]) -> Visitor:
    make_user("district_officer", district["district"], "district")
    come = visitor()
    come.sign_in_by_link("district")
    return come


def look_at(officer: Visitor, name: str) -> None:
    """The page on a telephone and at a desk."""
    for width in (360, 1440):
        officer.page.set_viewport_size({"width": width, "height": 900})
        officer.look()
        if SCREENS:
            officer.page.screenshot(path=str(Path(SCREENS) / f"{name}-{width}.png"), full_page=True)


def hand_in(officer: Visitor, path: Path, work: Callable[[], None], *, looks_first: bool = False) -> None:
    officer.go("/registers/upload/")
    officer.page.set_input_files("input[type=file]", str(path))
    if looks_first:
        officer.page.get_by_label("先预览").check()
        look_at(officer, "upload")
    officer.press("上传")
    work()
    officer.page.locator(".grid-figures").wait_for()
    officer.look()


def mend(path: Path, name: str, id_number: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    headings = [cell.value for cell in sheet[2]]
    for line in sheet.iter_rows(min_row=3):
        if line[headings.index("姓名")].value == name:
            line[headings.index("身份证号")].value = id_number
    book.save(path)


def test_a_file_goes_there_and_back(
    officer: Visitor, work: Callable[[], None], district: District, tmp_path: Path
) -> None:
    page = officer.page
    may = [{"姓名": "冉明秀", "身份证号": number(1), "联系电话": "13900001111", **WILLOW}]
    hand_in(officer, ledger(tmp_path / "五月.csv", may, month="2020年5月"), work)
    june = [
        may[0] | {"联系电话": "13900002222", "户类型": "脱贫户"},
        {"姓名": "谭国强", "身份证号": number(2)[:17], **CLOUD},
        {"姓名": "向云峰", "身份证号": number(3), **CLOUD},
        {"姓名": "马缺号", **WILLOW},
    ]
    hand_in(officer, ledger(tmp_path / "六月.csv", june, month="2020年6月"), work, looks_first=True)
    assert "/registers/looks/" in page.url and "冉明秀" in officer.text
    look_at(officer, "look")
    with factories.as_owner():
        assert Person.objects.count() == 1
    officer.press("全部加载")
    work()
    page.wait_for_url(lambda url: "/looks/" not in url and "/uploads/" not in url)
    officer.look()
    load_page = page.url.removeprefix(officer.base)
    look_at(officer, "load")

    page.locator("#give-purpose").select_option("register")
    officer.press("生成清单")
    work()
    page.get_by_role("link", name="下载清单").wait_for()
    look_at(officer, "sheet")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载清单").click()
    back = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(back)
    mend(back, "谭国强", number(2))
    hand_in(officer, back, work)
    mended_page = page.url.removeprefix(officer.base)
    with factories.as_owner():
        assert sorted(Person.objects.values_list("name", flat=True)) == ["冉明秀", "向云峰", "谭国强"]
    officer.go(load_page)
    assert "此后交回的行" in officer.text
    look_at(officer, "load-mended")

    officer.go(mended_page)
    officer.press("撤回……")
    work()
    page.get_by_role("button", name="确认撤回").wait_for()
    look_at(officer, "withdrawal")
    officer.press("确认撤回")
    assert page.locator(".error-summary").count() == 1
    page.get_by_label("原因").fill("更正有误")
    officer.press("确认撤回")
    work()
    page.get_by_text("已不再有效").wait_for()
    officer.go(mended_page)
    assert "更正有误" in officer.text and "district" in officer.text
    look_at(officer, "withdrawn")
    with factories.as_owner():
        assert Batch.objects.filter(state="withdrawn").count() == 1
        assert sorted(Person.objects.filter(is_hidden=False).values_list("name", flat=True)) == ["冉明秀", "向云峰"]
    officer.go("/registers/")
