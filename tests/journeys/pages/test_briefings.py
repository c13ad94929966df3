"""A district officer writes the month's briefing with its figures in sight, issues it, takes it along, and has it counted again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import expect

from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.accounts.models import User
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year, day
from tests.journeys.pages.visitor import Visitor

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look


@pytest.fixture
def year(district: District, make_user: Callable[..., User]) -> Year:
    with as_owner():
        made = Year(district)
    make_user("district_officer", district["district"], "officer")
    for on in (day(11, 30), ON):
        take(read_pack("cn_yubei"), on=on, known=KNOWN, by="tests")
    return made


@pytest.mark.parametrize(("width", "language", "button"), [(1440, "zh-CN", "登录"), (360, "en", "Sign in")])
def test_a_briefing_is_written_issued_and_proved(
    visitor: Callable[..., Visitor], year: Year, work: Callable[[], None], tmp_path: Path, width: int, language: str,
    button: str,
) -> None:  # fmt: skip
    officer, is_zh = visitor(width=width, language=language), language == "zh-CN"
    page = officer.page
    officer.sign_in_by_link("officer", button)
    officer.go("/report/")
    page.get_by_role("link", name="简报" if is_zh else "Briefings", exact=True).click()
    shot(officer, f"briefings-{language}-{width}")
    page.get_by_role("link", name="新建简报" if is_zh else "New briefing").click()
    page.wait_for_load_state()
    shot(officer, f"begin-{language}-{width}")
    officer.press("开始" if is_zh else "Begin")
    shot(officer, f"editor-{language}-{width}")
    # a figure from the palette lands where the officer wrote, and is seen in the preview without saving
    name = "zh" if is_zh else "en"
    field = page.locator(f"#id_text_{name}")
    # where nobody has written yet, words go to the end of the reader's own text
    page.locator('[data-inserts="{{area}}"]').click()
    assert field.input_value().endswith("{{area}}") and field.input_value().startswith("#")
    field.fill("# {{period}}\n\n返还 ")
    page.locator("summary", has_text="吸纳就业的企业" if is_zh else "Firms that hire").click()
    page.locator('[data-inserts="{{I03}}"]').click()
    assert field.input_value().endswith("{{I03}}")
    page.locator('[data-inserts-line="{{trend I24}}"]').evaluate("button => button.click()")
    page.locator("#preview", has_text="51.7万元" if is_zh else "517,000 yuan").wait_for()
    expect(page.locator("#preview svg")).to_have_count(1)
    page.locator("#preview a", has_text="51.7" if is_zh else "517,000").wait_for()
    # what is not saved cannot be issued without
    issue = page.get_by_role("button", name="定稿" if is_zh else "Issue", exact=True)
    expect(issue).to_be_disabled()
    expect(page.locator("#unsaved")).to_be_visible()
    officer.press("保存" if is_zh else "Save")
    issue.click()
    officer.press("现在定稿" if is_zh else "Issue it now")
    assert ("已定稿" if is_zh else "Issued.") in officer.text
    shot(officer, f"briefing-{language}-{width}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Word").click()
    coming.value.save_as(tmp_path / "briefing.docx")
    words = "\n".join(line.text for line in docx.Document(str(tmp_path / "briefing.docx")).paragraphs)
    assert ("返还 51.7万元" if is_zh else "返还 517,000 yuan") in words
    officer.press("从记录复算" if is_zh else "Count it again from the records")
    work()
    page.locator("text=" + ("一字不差" if is_zh else "the same to the character")).wait_for()
    shot(officer, f"proved-{language}-{width}")
    page.locator(".briefing a").first.click()
    page.wait_for_load_state()
    assert page.url.endswith("/I03/")


def shot(visitor: Visitor, name: str) -> None:
    """Axe finds nothing and nothing overflows; a picture for whoever wants to look."""
    visitor.look()
    if SHOTS:
        visitor.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
