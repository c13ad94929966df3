"""A district officer reads the year, opens a figure to its towns, villages and people, and has another day counted."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.accounts.models import User
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year
from tests.journeys.pages.visitor import Visitor
from tests.records.places.mapped import put_on_map

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look


@pytest.fixture
def year(district: District, make_user: Callable[..., User]) -> Year:
    with as_owner():
        made = Year(district)
    put_on_map()
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
    ).first.click()
    officer.page.wait_for_load_state()
    assert ("参保满6个月" if is_zh else "in 6 of the 12 months") in officer.text
    assert officer.page.locator(".listing-table tbody tr, table tbody tr", has_text="冉明秀").count() >= 2
    shot(officer, f"figure-{language}-{width}")
    officer.page.get_by_text("表格" if is_zh else "As a table").first.click()
    officer.page.locator(".report-areas a").first.click()
    officer.page.wait_for_load_state()
    shot(officer, f"figure-town-{language}-{width}")
    with officer.page.expect_navigation():
        officer.page.locator("path.report-area").first.press("Enter")
    assert officer.page.url.endswith("/990100101201/I01/")
    officer.page.get_by_role("link", name="冉明秀").first.click()
    officer.page.wait_for_load_state()
    assert ("计入的指标" if is_zh else "Figures this counts in") in officer.text


_DRAWN = """(() => [...document.querySelectorAll('[data-chart] canvas')].map(c =>
    c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(b => b > 0)))()"""


_IN_SIGHT = """(() => { const map = document.querySelector('[data-map]').getBoundingClientRect();
    const at = document.querySelector('.leaflet-tooltip').getBoundingClientRect();
    const x = (at.left + at.right) / 2, y = (at.top + at.bottom) / 2;
    return x > map.left && x < map.right && y > map.top && y < map.bottom; })()"""


@pytest.mark.parametrize(
    ("width", "language", "button"),
    [(1440, "zh-CN", "登录"), (360, "en", "Sign in"), (1440, "en", "Sign in"), (360, "zh-CN", "登录")],
)
def test_figures_are_drawn_from_their_tables_and_the_map_leads_on(
    visitor: Callable[..., Visitor], year: Year, width: int, language: str, button: str
) -> None:
    for month, last in ((10, 31), (11, 30), (12, 31)):
        take(read_pack("cn_yubei"), on=ON.replace(month=month, day=last), known=KNOWN, by="tests")
    officer = visitor(width=width, language=language)
    page = officer.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    officer.sign_in_by_link("officer", button)
    officer.go("/report/")
    assert page.locator("path.report-area").count() == 2
    if width == 1440:
        assert page.locator(".report-label:not(.is-hidden) strong").all_inner_texts() == ["东河镇", "西岭镇"]
    shot(officer, f"map-{language}-{width}")
    page.locator("select[name=figure]").select_option("C05")
    officer.press("显示" if language == "zh-CN" else "Show")
    assert page.url.endswith("?figure=C05")
    with page.expect_navigation():  # a town of the map is the town's report, of the same figure
        page.locator("path.report-area").first.click()
    assert "/990100101000/?figure=C05" in page.url
    assert page.locator("select[name=figure]").input_value() == "C05"
    officer.go(page.url.removeprefix(officer.base).replace("/?figure=C05", "/I32/"))
    assert page.evaluate(_DRAWN) == [True, True]
    assert page.locator("[data-chart=bars]").get_attribute("data-drawn") == "2"
    assert page.locator("[data-chart=line]").get_attribute("data-drawn") == "3"
    assert page.locator("[data-folds][open]").count() == 0
    shot(officer, f"drawn-{language}-{width}")
    walk_the_map(officer)
    outside = [url for url in asked if not url.startswith((officer.base, "data:"))]
    assert outside == []


def walk_the_map(officer: Visitor) -> None:
    """With the keyboard alone: one stop, the arrows go on and round, a hint says name and number, Enter opens the village."""
    page = officer.page
    stops = page.locator("path.report-area[tabindex='0']")
    assert stops.count() == 1
    table = page.locator("#areas tbody tr").evaluate_all(
        "rows => rows.map(r => [r.querySelector('a').textContent, r.querySelector('[data-said]').textContent])"
    )
    stops.focus()
    for name, said in [*table, table[0]]:
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"{name} {said}"
        assert page.locator(".leaflet-tooltip").inner_text().split() == [name, *said.split()]
        page.keyboard.press("ArrowRight")
    for _ in range(5):  # looked at closely, the map goes along
        page.locator(".leaflet-control-zoom-in").click()
    stops.focus()
    for _ in table:
        page.keyboard.press("ArrowRight")
        assert page.evaluate(_IN_SIGHT)
    page.keyboard.press("Home")
    officer.look()
    href = page.locator("#areas tbody a").first.get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{officer.base}{href}"
    assert page.locator("[data-map]").count() == 0  # nothing lies within a village


def at_a_figure(visitor: Callable[..., Visitor]) -> Visitor:
    """An officer who has opened the report and a figure of it."""
    take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")
    officer = visitor()
    officer.sign_in_by_link("officer")
    officer.go("/report/")
    officer.page.locator(".report-figure", has_text="贫困劳动力稳定就业人数").first.click()
    officer.page.wait_for_load_state()
    return officer


def test_a_bar_leads_on_and_what_is_drawn_says_its_number(visitor: Callable[..., Visitor], year: Year) -> None:
    officer = at_a_figure(visitor)
    page = officer.page
    place = page.locator("[data-chart=bars]")
    assert page.evaluate("Boolean(window.L && window.echarts)")
    place.scroll_into_view_if_needed()
    before = place.locator("canvas").evaluate("c => c.toDataURL()")
    place.hover(position={"x": 170, "y": 40})
    page.wait_for_function(
        "before => document.querySelector('[data-chart=bars] canvas').toDataURL() !== before", arg=before
    )
    # the hint is drawn, and no markup with styles of its own: the policy would complain, and the visitor would hear it
    assert place.evaluate("e => [...e.querySelectorAll('*')].map(one => one.tagName).join()") == "DIV,CANVAS"
    with page.expect_navigation():  # the first bar begins at the axis, right of the names
        place.click(position={"x": 170, "y": 40})
    assert page.url.endswith("/990100101000/I01/")


def test_without_scripts_the_tables_say_it_all(browser: Browser, visitor: Callable[..., Visitor], year: Year) -> None:
    take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")
    officer = visitor()
    officer.sign_in_by_link("officer")
    officer.go("/report/")
    state = officer.page.context.storage_state()
    href = officer.page.locator(".report-figure", has_text="稳定就业人数").first.get_attribute("href")
    with browser.new_context(java_script_enabled=False, storage_state=state, locale="zh-CN") as plain:
        page = plain.new_page()
        page.goto(f"{officer.base}{href}")
        assert page.locator("#areas tbody tr a").first.is_visible()
        assert not page.locator("[data-map]").is_visible()
        assert not page.locator("[data-chart]").first.is_visible()


def test_on_paper_charts_are_drawn_for_its_width_in_dark_ink(visitor: Callable[..., Visitor], year: Year) -> None:
    officer = at_a_figure(visitor)
    page = officer.page
    page.locator("[data-theme-switch]").first.evaluate("button => button.click()")
    wide = page.locator("[data-chart=bars]").evaluate("e => e.clientWidth")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-chart=bars] canvas").evaluate("e => e.clientWidth") == 660
    assert page.locator("[data-chart=bars]").get_attribute("data-bs-theme") == "light"
    assert page.locator("[data-map]").evaluate("e => e.offsetWidth") == 660
    assert page.locator("[data-folds][open]").count() == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("[data-chart=bars] canvas").evaluate("e => e.clientWidth") == wide
    assert page.locator("[data-folds][open]").count() == 0


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
