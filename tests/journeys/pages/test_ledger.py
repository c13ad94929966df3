"""A district officer with a ledger as villages send it: handed in, refused in parts, mended, and compared."""

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from anye.engine.codes import complete_credit_code, complete_id
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import Person
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor

HEADINGS = "序号 镇街 村居 户编号 与户主关系 姓名 身份证号 联系电话 户类型 就业状态 就业起始日期 就业单位".split()
BEGAN = ("2025-03-12", "2025/3/12", "2025.3.12", "2025年3月12日", 20250312)
IDLE = "谭未工"
MENDED = ("冉浮数", "秦错码", "马缺号")


def number(n: int, birth: str = "19820409") -> str:
    return complete_id(f"990101{birth}{n:03d}")


def short(n: int) -> str:
    """A number of the first kind, fifteen digits."""
    full = number(n)
    return full[:6] + full[8:17]


def write_ledger(path: Path, *, is_mended: bool) -> Path:
    """Nine rows under a title; as first sent, four of them cannot be taken."""
    right, wrong = number(6), number(6)[:17] + ("0" if number(6)[17] != "0" else "1")
    rows = [
        ("东河镇", "柳树村", "H01", "户主", "李长文", number(1), BEGAN[0]),
        (None, "同上", "H01", "配偶", "周十五", short(2), BEGAN[1]),
        # Excel keeps fifteen digits of a number: the last three are lost
        (None, "同上", "H02", "户主", MENDED[0], number(3) if is_mended else float(number(3)[:17] + "0"), BEGAN[2]),
        (None, "石桥村", "H03", "户主", "罗石桥", number(4), BEGAN[3]),
        ("西岭镇", "云峰村", "H04", "户主", "向云峰", number(5), BEGAN[4]),
        ("西岭镇", "云峰村", "H05", "户主", MENDED[1], right if is_mended else wrong, BEGAN[0]),
        ("西岭镇", "大坪村", "H06", "户主", MENDED[2], number(7) if is_mended else None, BEGAN[0]),
        ("东河镇", "柳树村", "H07", "户主", IDLE, number(8), None),
        ("东河镇", "柳树村", "H01", "户主", "李长文", number(1), BEGAN[0]),
    ]
    if is_mended:
        rows.pop()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    month = timezone.localdate()
    sheet.append([f"{month.year}年{month.month}月贫困劳动力就业信息台账"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append(HEADINGS)
    for serial, (town, village, household, relation, name, id_number, began) in enumerate(rows, 1):
        job = ("已就业", began, "镇上砖厂") if began else ("未就业", None, None)
        told = 1 if name == "李长文" else serial  # the ninth row is the first again
        phone = f"1390000{told:04d}"
        sheet.append([told, town, village, household, relation, name, id_number, phone, "脱贫户", *job])
    sheet.merge_cells("B3:B6")
    book.save(path)
    return path


def write_insurance(path: Path) -> Path:
    """This month's sheet of the insurance, as bureaus export it."""
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            "费款所属期 统一社会信用代码 单位名称 姓名 证件号码 缴费基数 养老保险单位实缴 养老保险个人实缴".split()
        )
        month = f"{timezone.localdate():%Y%m}"
        code = complete_credit_code("91990101", "MA5U0001")
        writer.writerow([month, code, "青石区代理服务有限公司", IDLE, number(8), "3957", "633.12", "316.56"])
    return path


@pytest.fixture
def officer(visitor: Callable[..., Visitor], district: District, make_user: Callable[..., object]) -> Visitor:
    make_user("district_officer", district["district"], "district")
    come = visitor()
    come.sign_in_by_link("district")
    return come


def test_a_messy_ledger_is_loaded_mended_and_compared(
    officer: Visitor, work: Callable[[], None], tmp_path: Path
) -> None:
    hand_in(officer, write_ledger(tmp_path / "台账.xlsx", is_mended=False), work)
    assert figures(officer) == {"行数": 9, "已加载": 5, "无变化": 0, "退回": 4}
    refused = officer.page.locator("tbody tr").all_inner_texts()
    assert len(refused) == 4
    for line, word in ((5, "位"), (8, "校验"), (9, "身份证"), (11, "重复")):
        row = next(text for text in refused if text.split()[0] == str(line))
        assert word in row, row
    with factories.as_owner():
        assert Person.objects.count() == 5
        began = EmploymentSpell.objects.filter(retired_on=None).values_list("valid_from", flat=True)
        assert {str(day) for day in began} == {"2025-03-12"}

    hand_in(officer, write_ledger(tmp_path / "台账(改).xlsx", is_mended=True), work)
    assert figures(officer) == {"行数": 8, "已加载": 3, "无变化": 5, "退回": 0}
    with factories.as_owner():
        assert Person.objects.count() == 8
        assert Person.objects.filter(name__in=MENDED).count() == 3

    officer.go("/visits/")
    assert officer.page.locator("tbody tr").count() == 0
    hand_in(officer, write_insurance(tmp_path / "社保.csv"), work)
    assert figures(officer)["已加载"] == 1
    officer.go("/findings/")
    assert officer.page.locator("tbody tr").count() == 1
    assert IDLE in officer.text
    assert "代理服务" in officer.text
    officer.go("/visits/")
    assert officer.page.locator("tbody tr").count() == 1
    officer.page.get_by_role("link", name=IDLE).click()
    officer.page.wait_for_url("**/visits/*/")
    officer.look()
    assert "柳树村" in officer.text


def hand_in(officer: Visitor, path: Path, work: Callable[[], None]) -> None:
    """Hand a file in, see that it waits, let the worker read it, and watch the page lead to the load."""
    officer.go("/registers/upload/")
    officer.page.set_input_files("input[type=file]", str(path))
    officer.press("上传")
    assert "/registers/uploads/" in officer.page.url
    assert officer.page.locator(".progress-box[aria-busy] progress").count() == 1
    work()
    officer.page.locator(".grid-figures").wait_for()
    officer.look()


def figures(officer: Visitor) -> dict[str, int]:
    """Four of the counts at the top of a load's page, by their label."""
    found = {}
    for one in officer.page.locator(".grid-figures > *").all_inner_texts():
        words = one.split()
        label, value = next(w for w in words if not w.isdigit()), next(w for w in words if w.isdigit())
        found[label] = int(value)
    return {label: found[label] for label in ("行数", "已加载", "无变化", "退回")}
