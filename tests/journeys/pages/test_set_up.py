"""A registry from nothing to its first officer: the first administrator, two towns, their users from a sheet."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyotp
import pytest

from anye.flow.registry import furnish
from anye.packs import read_pack
from anye.records.accounts.models import User
from anye.records.places import actions as places
from anye.records.places.models import Office
from tests import factories
from tests.conftest import AREAS
from tests.journeys.pages.visitor import Visitor

PASSWORD = "four plain words suffice"
OWN_PASSWORD = "nine other quiet words"
HEADINGS = ["用户名", "姓名", "角色", "机构", "电话", "邮箱"]
TOWNS = {"东河镇": "990100101000", "西岭镇": "990100102000"}


@pytest.fixture
def bare(site: str) -> str:
    """A registry whose area list is there and whose only office is the district's."""
    furnish(read_pack("cn_yubei"), AREAS[:1])
    places.add_areas(AREAS[1:])
    return site


def test_a_first_administrator_sets_up_two_towns_and_their_users(
    visitor: Callable[..., Visitor],
    bare: str,
    tmp_path: Path,
) -> None:
    boss = visitor()
    boss.go("/")
    assert boss.page.url.endswith("/set-up/")
    make_administrator(boss)
    enrol(boss)
    for name, code in TOWNS.items():
        add_town(boss, name, code)

    sheet = write_sheet(tmp_path / "用户.xlsx", office="北山镇")
    check_sheet(boss, sheet)
    fault = boss.page.locator("table", has_text="北山镇").locator("tbody tr").inner_text()
    assert fault.split()[0] == "3"
    assert User.objects.count() == 1  # a preview writes nothing
    check_sheet(boss, write_sheet(sheet, office="西岭镇"))
    assert boss.page.get_by_text("北山镇").count() == 0
    boss.press("执行")
    given = {
        row.locator("th").inner_text(): row.locator(".secret").inner_text()
        for row in boss.page.locator("tbody tr").all()
    }
    assert set(given) == {"donghe", "xiling"}

    with factories.as_owner():
        offices = {name: Office.objects.get(area_code=code) for name, code in TOWNS.items()}
        people = {name: factories.make_person(office, f"{name[0]}明秀") for name, office in offices.items()}
    officer = visitor()
    sign_in_first(officer, "donghe", given["donghe"])
    officer.go("/people/")
    assert "东明秀" in officer.text
    assert "西明秀" not in officer.text
    assert officer.page.locator("tbody tr").count() == 1
    assert officer.go(f"/people/{people['西岭镇'].token}/") == 404
    assert officer.go("/administration/users/") == 404
    # nobody sets a registry up a second time
    assert officer.go("/set-up/") == 404


def make_administrator(boss: Visitor) -> None:
    page = boss.page
    page.locator("#id_name").fill("青石管理员")
    page.locator("#id_username").fill("boss")
    page.locator("#id_password").fill("short")
    page.locator("#id_again").fill("short")
    boss.press("设立管理员")
    assert page.locator(".error-summary").is_visible()
    assert not User.objects.exists()
    for field in ("#id_password", "#id_again"):
        page.locator(field).fill(PASSWORD)
    boss.press("设立管理员")


def enrol(visitor: Visitor) -> None:
    """Add a device for codes, and keep the recovery codes."""
    secret = visitor.page.locator("code.secret").inner_text()
    visitor.page.locator("#id_code").fill(pyotp.TOTP(secret).now())
    visitor.press("添加此设备")
    assert visitor.page.locator(".codes li").count() == 10


def add_town(boss: Visitor, name: str, code: str) -> None:
    boss.go("/administration/offices/")
    boss.page.get_by_role("link", name="青石区").click()
    boss.page.get_by_role("link", name="新增镇街").click()
    boss.page.locator("#id_code").wait_for()
    boss.look()
    boss.page.locator("#id_name").fill(name)
    boss.page.locator("#id_code").fill(code)
    boss.press("保存")
    assert boss.page.locator("h1").inner_text() == name


def write_sheet(path: Path, *, office: str) -> Path:
    """Two officers, the second at a given office."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        HEADINGS,
        ["donghe", "罗镇东", "镇街工作人员", "东河镇", "", ""],
        ["xiling", "邓镇西", "镇街工作人员", office, "", ""],
    ):
        book.active.append(row)
    book.save(path)
    return path


def check_sheet(boss: Visitor, path: Path) -> None:
    boss.go("/administration/users/sheet/", looks=False)
    boss.page.set_input_files("input[type=file]", str(path))
    boss.press("检查表格")


def sign_in_first(officer: Visitor, username: str, password: str) -> None:
    """The one-time password, a password of one's own, a device."""
    page = officer.page
    officer.go("/")
    assert "/sign-in/" in page.url
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    officer.press("登录")
    assert "/account/password/" in page.url
    for field in ("#id_password", "#id_again"):
        page.locator(field).fill(OWN_PASSWORD)
    page.locator("main form .btn-primary").click()
    page.locator("code.secret").wait_for()
    officer.look()
    enrol(officer)
