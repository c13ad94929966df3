"""An officer raises a sum from a day on, sees who changes, writes the tests; a second one publishes; the night judges by it."""

import datetime as dt
import os
from collections.abc import Callable

import pytest

from anye.flow import jobs
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


def night(known: dt.date) -> None:
    entitle(read_pack("cn_yubei"), on=KNOWN, known=known, office_no=loading_context().office_no, by="tests")


@pytest.fixture
def person(district: District, make_user: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> Person:
    with as_owner():
        batch = registers_of_the_year()
        found, _ = trainee(district["willow"], batch)
        trainee(district["cloud"], batch, months=4)
        came("pensions", dt.date(2020, 1, 1), dt.date(2020, 12, 1))
    make_user("district_officer", district["district"], "author")
    make_user("approver", district["district"], "second")
    make_user("village_worker", district["willow"], "worker")
    night(KNOWN)
    monkeypatch.setattr(jobs, "registry_day", lambda: KNOWN)
    return found


def shot(somebody: Visitor, name: str) -> None:
    if SHOTS:
        somebody.page.screenshot(path=f"{SHOTS}/rules-{name}.png", full_page=True)


def follow(somebody: Visitor, name: str) -> None:
    with somebody.page.expect_navigation():
        somebody.page.get_by_role("link", name=name).first.click()
    somebody.look()


def raise_the_sum(author: Visitor) -> str:
    """The draft's address, once its tests come out and it is known who changes."""
    page = author.page
    author.go("/rules/")
    shot(author, "index")
    follow(author, "Training-through-work subsidy")
    shot(author, "policy")
    author.press("Change these rules")
    draft = page.url.removeprefix(author.base)
    follow(author, "Change sum for each person and month")
    page.get_by_label("From this day on").fill("2020-09-01")
    page.get_by_label("Value (yuan)").fill("六百")
    page.get_by_label("The document, in Chinese").fill("渝人社发〔2020〕99号")
    author.press("Save")
    assert "Enter an amount" in author.text
    page.get_by_label("Value (yuan)").fill("600")
    author.press("Save")
    assert "渝人社发〔2020〕99号" in page.locator(".rules-diff").first.inner_text()
    while page.get_by_role("link", name="Write the test").count():
        follow(author, "Write the test")
        page.get_by_label("What it is about").fill("提高标准前后")
        shot(author, "case")
        author.press("Save")
    return draft


@pytest.mark.parametrize("width", [1440, pytest.param(360, marks=pytest.mark.trust)])
def test_a_sum_is_raised_by_two_people(
    visitor: Callable[..., Visitor], person: Person, work: Callable[[], None], width: int
) -> None:
    author = visitor(width=width, language="en")
    author.sign_in_by_link("author", "Sign in")
    draft = raise_the_sum(author)
    assert "Find out first who changes." in author.text
    author.press("Find out who changes")
    work()
    author.go(draft)
    assert "By the draft" in author.text and "500.00" in author.text  # two and three months of 100 yuan more
    shot(author, f"draft-{width}")
    follow(author, "Who they are")
    assert "200.00" in author.text and "300.00" in author.text
    shot(author, f"who-{width}")
    author.go(draft)
    author.page.get_by_label("Reason").fill("市里提高了标准")
    author.press("Offer it to a second person")
    assert author.page.get_by_role("button", name="Publish").count() == 0

    second = visitor(width=width)
    second.sign_in_by_link("second")
    second.go(draft)
    shot(second, f"second-{width}")
    second.press("发布")
    assert "已发布" in second.text
    night(KNOWN + dt.timedelta(1))

    worker = visitor(width=width, language="en")
    worker.sign_in_by_link("worker", "Sign in")
    worker.go(f"/people/{person.token}/owed/?month=2020-08")
    assert "500.00" in worker.page.locator(".owed-total").inner_text()
    worker.go(f"/people/{person.token}/owed/?month=2020-10")
    assert "600.00" in worker.page.locator(".owed-total").inner_text()
    worker.go(f"/people/{person.token}/owed/?month=2020-10&known={KNOWN}")
    assert "500.00" in worker.page.locator(".owed-total").inner_text()
    worker.go("/rules/training_through_work/")
    assert "市里提高了标准" in worker.text
