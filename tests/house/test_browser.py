"""The tests' browser draws Chinese, and the shipped assets are whole."""

import hashlib

import pytest
from playwright.sync_api import sync_playwright

import hatch_build
from tests import browser


def test_a_named_browser_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(browser.NoBrowser, match="mend or unset"):
        browser.system_browser()


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(**browser.launch_options())
        yield program.new_page(viewport={"width": 200, "height": 100})
        program.close()


def drawn(page, text):
    page.set_content(f'<html lang="zh-Hans"><body>{text}</body></html>')
    return hashlib.sha256(page.screenshot()).hexdigest()


def test_chinese_characters_are_drawn_and_are_no_boxes(page):
    # boxes for missing characters all look alike
    pictures = {drawn(page, text) for text in "安业渝北"}
    assert len(pictures) == 4


def test_the_assets_are_those_of_the_locks_and_the_icon_list():
    stamp = hatch_build.ROOT / hatch_build.VENDOR / hatch_build.STAMP
    assert stamp.read_text(encoding="utf-8") == hatch_build.digest_of_inputs(hatch_build.ROOT), "run `make setup`"


def test_every_listed_icon_is_shipped():
    from anye.doors.kit.icons import ICONS, missing_icons

    assert hatch_build.icon_names(hatch_build.ROOT) == sorted(ICONS)
    assert missing_icons() == []


def test_no_asset_points_to_a_source_map_that_is_not_shipped():
    for path in (hatch_build.ROOT / hatch_build.VENDOR).glob("*.*"):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8")
