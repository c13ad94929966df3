"""A village worker looks at what a person is owed, on a telephone and at a desk, and in both languages."""

import datetime as dt
import os
from collections.abc import Callable

import pytest

from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.accounts.models import User
from anye.records.people.models import Person
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee
from tests.journeys.pages.visitor import Visitor

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look


@pytest.fixture
def person(district: District, make_user: Callable[..., User]) -> Person:
    with as_owner():
        batch = registers_of_the_year()
        found, _ = trainee(district["willow"], batch)
        trainee(district["cloud"], batch, months=4)
        came("pensions", dt.date(2020, 1, 1), dt.date(2020, 12, 1))
    make_user("village_worker", district["willow"], "worker")
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    return found


@pytest.mark.parametrize(("width", "language", "button"), [(1440, "zh-CN", "登录"), (360, "en", "Sign in")])
def test_what_is_owed_is_read_month_by_month(
    visitor: Callable[..., Visitor], person: Person, width: int, language: str, button: str
) -> None:
    worker = visitor(width=width, language=language)
    worker.sign_in_by_link("worker", button)
    worker.go(f"/people/{person.token}/")
    words = ("应享待遇", "怎样可以改变") if language == "zh-CN" else ("What is owed", "What would change it")
    with worker.page.expect_navigation():
        worker.page.get_by_role("link", name=words[0], exact=True).click()
    worker.look()
    assert words[1] in worker.text  # November, for which no wage was paid
    if SHOTS:
        worker.page.screenshot(path=f"{SHOTS}/owed-{language}-{width}-a.png", full_page=False)
    with worker.page.expect_navigation():
        worker.page.locator(".owed-year a", has_text="10").first.click()
    worker.look()
    assert "500.00" in worker.page.locator(".owed-total").inner_text()
    if SHOTS:
        worker.page.screenshot(path=f"{SHOTS}/owed-{language}-{width}-b.png", full_page=False)
    worker.go("/owed/")
    assert "500.00" in worker.text
    if SHOTS:
        worker.page.screenshot(path=f"{SHOTS}/owed-{language}-{width}-c.png", full_page=False)
