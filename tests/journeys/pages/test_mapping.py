"""A colleague's sheet with headings of their own: mapped by keys alone, tried, loaded, and next month read by itself."""

import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from anye.engine.codes import complete_id
from anye.records.people.models import Person
from anye.records.registers.models import Batch, SourceMapping, Upload
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor

HEADINGS = "编号 哪个镇 哪个村 大名 身份证号码（18位） 男女 手机 家里情况 在哪家厂 哪天去的 每月挣多少 说两句".split()
LONGEST_S = 120
NAMES = ("李长文", "周十五", "罗石桥", "向云峰", "马大坪", "秦明秀")
MEANT = {"大名": "name", "哪个镇": "town", "哪个村": "village", "在哪家厂": "employer", "哪天去的": "started_on"}


def number(n: int) -> str:
    return complete_id(f"99010119820409{n:03d}")


def row(n: int, name: str, group: str = "脱贫户") -> list[str]:
    village = ("东河镇", "柳树村") if n % 2 else ("西岭镇", "云峰村")
    began = f"2025-03-{n:02d}"
    return [
        str(n),
        *village,
        name,
        number(n),
        "男女"[n % 2 == 0],
        f"1390000{n:04d}",
        group,
        "镇上砖厂",
        began,
        "3200",
        "",
    ]


def write(path: Path, rows: list[list[str]], month: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([f"{month}务工情况"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    for line in (HEADINGS, *rows):
        sheet.append(line)
    book.save(path)
    return path


class Watch:
    """How long the officer needs: the worker's time and that of the tools of this test do not count."""

    def __init__(self) -> None:
        self.begun, self.aside = time.monotonic(), 0.0

    def without(self, act: Callable[[], None]) -> None:
        since = time.monotonic()
        act()
        self.aside += time.monotonic() - since

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun - self.aside


@pytest.fixture
def officer(visitor: Callable[..., Visitor], district: District, make_user: Callable[..., object]) -> Visitor:
    make_user("district_officer", district["district"], "district")
    come = visitor()
    come.sign_in_by_link("district")
    return come


def hand_in(officer: Visitor, path: Path, work: Callable[[], None]) -> None:
    officer.go("/registers/upload/", looks=False)
    officer.page.set_input_files("input[type=file]", str(path))
    officer.press("上传")
    work()


def tab_to(officer: Visitor, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(150):
        if officer.page.evaluate("s => document.activeElement && document.activeElement.matches(s)", selector):
            return
        officer.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def choose(officer: Visitor, heading: str, label: str) -> None:
    """Choose a meaning in the list of a column by typing its first characters' place: arrows only."""
    selector = f"select[name=meaning-{HEADINGS.index(heading)}]"
    tab_to(officer, selector)
    select = officer.page.locator(selector)
    at, wanted = (select.evaluate(js, label) for js in (
        "(s, l) => s.selectedIndex", "(s, l) => [...s.options].findIndex(o => o.value === l)",
    ))  # fmt: skip
    for _ in range(abs(wanted - at)):
        officer.page.keyboard.press("ArrowDown" if wanted > at else "ArrowUp")
    assert select.input_value() == label


def test_a_colleagues_sheet_is_mapped_by_keys_and_next_months_is_read_by_itself(
    officer: Visitor, work: Callable[[], None], tmp_path: Path
) -> None:
    page, today = officer.page, timezone.localdate()
    rows = [row(n, name) for n, name in enumerate(NAMES, 1)] + [row(7, "冉老七", "老贫困户"), row(8, "谭无号")]
    rows[-1][4] = ""
    hand_in(officer, write(tmp_path / "同事的表.xlsx", rows, f"{today.year}年{today.month}月"), work)
    page.get_by_role("link", name="指明各列的含义").wait_for()
    officer.look()
    watch = Watch()
    assert "没有认出表头" in officer.text

    tab_to(officer, "a[href$='/columns/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns/village_ledger/")
    watch.without(officer.look)
    assert number(1) not in page.content()
    assert NAMES[0] not in page.content()
    for heading, name in (("身份证号码（18位）", "id_number"), ("手机", "phone"), ("男女", "sex"), ("大名", "name")):
        assert page.locator(f"select[name=meaning-{HEADINGS.index(heading)}]").input_value() == name, heading
    for heading, name in MEANT.items():
        choose(officer, heading, name)
    choose(officer, "家里情况", "group_kind")
    choose(officer, "每月挣多少", "month_wage")
    assert page.locator("[data-map-all]").is_visible()
    tab_to(officer, "#map-name")
    page.keyboard.type("张姐的表")
    tab_to(officer, "form[data-map] .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trials/*/")
    watch.without(officer.look)
    watch.without(work)
    page.locator(".grid-figures").wait_for()
    watch.without(officer.look)
    assert page.locator(".figure-value").all_inner_texts()[:3] == ["8", "7", "1"]
    assert "老贫困户" in officer.text and "谭○○" in officer.text
    with factories.as_owner():
        assert Person.objects.count() == 0

    tab_to(officer, "a[href$='/columns/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trials/*/columns/")
    watch.without(officer.look)
    tab_to(officer, "select[name=code]")
    assert page.locator("label", has_text="老贫困户").count() == 1
    while page.locator("select[name=code]").input_value() != "lifted":
        page.keyboard.press("ArrowDown")
    tab_to(officer, "form[data-map] .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trials/*/")
    watch.without(work)
    page.locator(".grid-figures").wait_for()
    assert "老贫困户" not in officer.text
    tab_to(officer, "form[action$='/save/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/uploads/*/")
    watch.without(work)
    page.wait_for_url("**/registers/*/")
    page.get_by_text("张姐的表").wait_for()
    took = watch.seconds
    watch.without(officer.look)
    assert took < LONGEST_S, f"{took:.0f} s"
    with factories.as_owner():
        assert Person.objects.count() == 7
        assert Person.objects.get(name="冉老七").groups == ["lifted"]

    later = [row(9, "罗新来"), row(1, NAMES[0])]
    hand_in(officer, write(tmp_path / "又一个月.xlsx", later, "2026年1月"), work)
    page.locator(".grid-figures").wait_for()
    assert "张姐的表" in officer.text
    with factories.as_owner():
        assert Person.objects.filter(name="罗新来").count() == 1
        assert set(Batch.objects.filter(state="published").values_list("mapping_id", flat=True)) == {
            SourceMapping.objects.get().pk
        }
    officer.go("/registers/")
    page.get_by_role("button", name="停用 张姐的表").click()
    officer.look()
    officer.press("停用")
    with factories.as_owner():
        assert SourceMapping.objects.get().retired_by == "district"


@pytest.mark.parametrize("width", [1440, pytest.param(360, marks=pytest.mark.trust_long)])
def test_a_wrong_word_gets_its_sentence_and_dragging_puts_it_right(
    visitor: Callable[..., Visitor],
    district: District,
    make_user: Callable[..., object],
    work: Callable[[], None],
    tmp_path: Path,
    width: int,
) -> None:
    make_user("district_officer", district["district"], "district")
    officer = visitor(width=width)
    officer.sign_in_by_link("district")
    page = officer.page
    hand_in(officer, write(tmp_path / "a.xlsx", [row(n, name) for n, name in enumerate(NAMES, 1)], "2026年1月"), work)
    page.get_by_role("link", name="指明各列的含义").click()
    page.wait_for_url("**/columns/village_ledger/")
    officer.look()
    name, serial = (page.locator(f"select[name=meaning-{HEADINGS.index(each)}]") for each in ("大名", "编号"))
    name.select_option("")
    assert page.locator("[data-map-need=name]").is_visible()
    serial.select_option("id_number")
    assert page.locator(".map-twice:visible").count() == 2
    officer.look()
    officer.press("对整个文件试读")
    said = page.locator(".error-summary").inner_text()
    assert "有几列都被说成“身份证号”：编号、身份证号码(18位)" in said and "请指明“姓名”在哪一列" in said
    serial.select_option("serial")
    if width > 1000:
        page.locator("[data-map-chip=name]").drag_to(page.locator("tr[data-map-row]", has=name))
        assert name.input_value() == "name"
        assert page.locator("[data-map-chip=name]").is_hidden()
    else:
        name.select_option("name")
    officer.look()
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/uploads/*/")
    page.get_by_role("button", name="放弃该文件").first.click()
    officer.look()
    page.locator("dialog[open]").get_by_role("button", name="放弃该文件").click()
    page.wait_for_url("**/registers/")
    with factories.as_owner():
        assert [(one.state, one.sealed, one.sample) for one in Upload.objects.all()] == [("given_up", None, None)]
