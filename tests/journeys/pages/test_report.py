"""A district officer reads the year, opens a figure to its towns, villages and people, and has another day counted."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.accounts.models import User
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year
from tests.journeys.pages.visitor import Visitor

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look


@pytest.fixture
def year(district: District, make_user: Callable[..., User]) -> Year:
    with as_owner():
        made = Year(district)
    make_user("district_officer", district["district"], "officer")
    make_user("village_worker", district["willow"], "worker")
    return made


@pytest.mark.parametrize(("width", "language", "button"), [(1440, "zh-CN", "登录"), (360, "en", "Sign in")])
def test_the_year_opens_to_its_people(
    visitor: Callable[..., Visitor], year: Year, work: Callable[[], None], width: int, language: str, button: str
) -> None:
    officer, is_zh = visitor(width=width, language=language), language == "zh-CN"
    officer.sign_in_by_link("officer", button)
    assert officer.go("/report/") == 200
    assert ("还没有统计数字" if is_zh else "No figures yet") in officer.text
    officer.page.locator('input[name="on"]').fill(ON.isoformat())
    officer.page.locator('input[name="known"]').fill(KNOWN.isoformat())
    officer.press("统计" if is_zh else "Count")
    assert ("正在统计" if is_zh else "are being counted") in officer.text
    work()
    officer.go("/report/")
    assert ("稳定就业2人" if is_zh else "2 poor workers") in officer.text
    shot(officer, f"report-{language}-{width}")
    officer.page.locator(
        ".report-figure", has_text="贫困劳动力稳定就业人数" if is_zh else "Poor workers in stable work"
    ).click()
    officer.page.wait_for_load_state()
    assert ("参保满6个月" if is_zh else "in 6 of the 12 months") in officer.text
    assert officer.page.locator(".listing-table tbody tr, table tbody tr", has_text="冉明秀").count() >= 2
    shot(officer, f"figure-{language}-{width}")
    officer.page.locator(".report-areas a").first.click()
    officer.page.wait_for_load_state()
    officer.page.locator(".report-areas a").first.click()
    officer.page.wait_for_load_state()
    assert officer.page.url.endswith("/990100101201/I01/")
    officer.page.get_by_role("link", name="冉明秀").first.click()
    officer.page.wait_for_load_state()
    assert ("计入的指标" if is_zh else "Figures this counts in") in officer.text


def test_a_village_worker_reads_the_village(visitor: Callable[..., Visitor], year: Year) -> None:
    take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")
    worker = visitor(width=360, height=740)
    worker.sign_in_by_link("worker")
    worker.go("/report/")
    assert "稳定就业1人" in worker.text and "尚不清楚" in worker.text
    shot(worker, "village-360")


def shot(visitor: Visitor, name: str) -> None:
    """Axe finds nothing and nothing overflows; a picture for whoever wants to look."""
    visitor.look()
    if SHOTS:
        visitor.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
