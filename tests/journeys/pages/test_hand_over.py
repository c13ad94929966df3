"""A town officer hands what is not known, and who is one step away, to visits; the village worker goes, asks and enters it."""

import datetime as dt
import os
from collections.abc import Callable

import pytest

from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.accounts.models import User
from anye.records.findings.models import Finding, Visit
from anye.records.people.models import Membership, Person
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee
from tests.flow.test_handing_over import same_home
from tests.journeys.pages.visitor import Visitor

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look


@pytest.fixture
def home(district: District, make_user: Callable[..., User]) -> list[Person]:
    """Two of one home in willow: of one it is not known whether they are poor, the other was not listed by the firm."""
    with as_owner():
        batch = registers_of_the_year()
        asked, _ = trainee(district["willow"], batch, months=4)
        near, _ = trainee(district["willow"], batch, months=4)
        Person.objects.filter(pk=near.pk).update(name="谭小兰")
        trainee(district["cloud"], batch, months=4)
        Membership.objects.filter(person=asked).update(retired_on=KNOWN, retired_by=batch.pk)
        WorkTraining.objects.filter(person=near).update(retired_on=KNOWN, retired_by=batch.pk)
        same_home(district["willow"], asked, near)
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
    for role, name, username in (
        ("town_officer", "east", "town"), ("village_worker", "willow", "worker"), ("district_officer", "district", "officer"),
    ):  # fmt: skip
        make_user(role, district[name], username)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    return [asked, near]


def shot(visitor: Visitor, name: str) -> None:
    if SHOTS:
        visitor.page.screenshot(path=f"{SHOTS}/hand-over-{name}.png", full_page=True)


def test_what_a_town_hands_over_is_asked_at_one_visit(
    visitor: Callable[..., Visitor], home: list[Person], work: Callable[[], None]
) -> None:
    town = visitor(width=1440, language="en")
    town.sign_in_by_link("town", "Sign in")
    town.go("/owed/?policy=training_through_work&outcome=unknown")
    shot(town, "owed-1440")
    # without the mouse: the first box by Space, the button by Enter
    town.page.locator("tbody input[name=row]").first.focus()
    town.page.keyboard.press("Space")
    town.page.get_by_role("button", name="Hand the chosen to visits").focus()
    with town.page.expect_navigation():
        town.page.keyboard.press("Enter")
    town.look()
    assert "1 household gets a visit" in town.text and "1 line was chosen" in town.text
    shot(town, "confirm-1440")
    town.press("Hand over")
    assert "within a minute the visits stand" in town.text
    town.go("/owed/nearly/?policy=training_through_work")
    shot(town, "nearly-1440")
    town.press("Hand all of the list to visits")
    town.press("Hand over")
    work()

    worker = visitor(width=360, height=740)
    worker.sign_in_by_link("worker")
    assert worker.page.locator("#visits-due .visit-task").count() == 1
    with as_owner():
        visit = Visit.objects.get(state="due")
    worker.go(f"/visits/{visit.token}/")
    assert "谭小兰：" in worker.text and "请企业补报名册" in worker.text and "能否享受尚不能判定" in worker.text
    shot(worker, "visit-360")
    worker.page.get_by_label("已问清并录入个人页面").check()
    worker.page.get_by_label("已告知，本人会补交材料").check()
    worker.press("保存")
    work()
    with as_owner():
        assert {one.rule: one.state for one in Finding.objects.filter(rule__startswith="H")} == {
            "H01": "mending", "H03": "mending",
        }  # fmt: skip
        assert Visit.objects.get(pk=visit.pk).state == "done"


@pytest.mark.parametrize(("width", "language", "button"), [(1440, "zh-CN", "登录"), (360, "en", "Sign in")])
def test_the_lists_of_what_is_near_to_fetch_and_a_firms_own_are_read_on_every_screen(
    visitor: Callable[..., Visitor], home: list[Person], width: int, language: str, button: str
) -> None:
    officer = visitor(width=width, language=language)
    officer.sign_in_by_link("officer", button)
    with as_owner():
        firm = WorkTraining.objects.filter(retired_on=None).order_by("-pk").first().firm  # type: ignore[union-attr]
    pages = {
        "owed": "/owed/", "paid": "/owed/paid/", "nearly": "/owed/nearly/", "facts": "/owed/facts/",
        "firm": f"/firms/{firm.token}/", "firm-owed": f"/firms/{firm.token}/owed/",
    }  # fmt: skip
    for name, address in pages.items():
        assert officer.go(address) == 200
        shot(officer, f"{name}-{language}-{width}")
    officer.go("/owed/nearly/")
    officer.press("清单全部交办入户" if language == "zh-CN" else "Hand all of the list to visits")
    shot(officer, f"confirm-{language}-{width}")
    assert ("将入户" if language == "zh-CN" else "get a visit") in officer.text
