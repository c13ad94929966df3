"""Doubts at the door and rows to mend: every form of answer on a phone and at a desk, and what opens on request."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from anye.records.audit.keys import keyring
from anye.records.findings.models import Finding
from anye.records.people.models import HouseholdMember, Person
from tests import factories
from tests.conftest import District
from tests.journeys.pages.visitor import Visitor


@pytest.fixture
def cases(district: District) -> dict[str, Any]:
    """A visit of each kind in one village, three of them about one person, and two rows that were refused."""
    with factories.as_owner():
        batch, office = factories.make_batch(), district["willow"]
        household = factories.make_household(office, "990101000001")
        heads = []
        for name in ("冉明秀", "冉长根"):
            person = factories.make_person(office, name, batch=batch)
            Person.objects.filter(pk=person.pk).update(household_id=household.pk)
            HouseholdMember.objects.create(
                person=person, household=household, is_head=True, relation="02", **factories.source(person, batch)
            )
            heads.append(Person.objects.get(pk=person.pk))
        held = [
            factories.add_spell(heads[0], None, batch, employer_name=name, valid_from=start)
            for name, start in (("石桥砖厂", dt.date(2025, 3, 1)), ("东河纸厂", dt.date(2026, 2, 1)))
        ]
        doubts = [
            factories.make_finding(
                heads[0], "Q04", state="visiting", evidence=[["registers_rowclaim", 7]],
                params={"kind": "one_id_two_names", "line": 12, "batch": batch.pk},
                sealed=keyring().seal('{"name": "冉明绣"}', context="row"),
            ),
            factories.make_finding(
                heads[0], "Q07", state="visiting", evidence=[["people_household", household.pk]],
                params={"kind": "two_heads", "heads": 2},
            ),
            factories.make_finding(
                heads[0], "Q08", state="visiting", params={"kind": "overlap"},
                evidence=[["firms_employmentspell", one.pk] for one in held],
            ),
        ]  # fmt: skip
        visit = factories.make_visit(heads[0], *doubts)
        factories.make_fault(office, batch, 4, name="谭小兰", place="东河镇 柳树村")
        factories.make_fault(office, batch, 9, "id_missing", name="向长根", place="东河镇 柳树村")
    return {"heads": heads, "visit": visit, "doubts": doubts}


@pytest.mark.parametrize("width", [360, pytest.param(1440, marks=pytest.mark.trust_long)])
def test_a_village_worker_answers_three_doubts_and_opens_whom_refused_rows_name(
    visitor: Callable[..., Visitor],
    district: District,
    work: Callable[[], None],
    make_user: Callable[..., object],
    cases: dict[str, Any],
    width: int,
) -> None:
    make_user("village_worker", district["willow"], "willow")
    worker = visitor(width=width)
    page = worker.page
    worker.sign_in_by_link("willow")

    page.get_by_role("link", name="全部待更正行").click()
    page.wait_for_url("**/registers/mend/")
    worker.look()
    assert "谭小兰" not in worker.text
    page.get_by_label("用途").first.select_option("register")
    worker.press("显示姓名")
    assert "谭小兰" in worker.text and "校验位不对" in worker.text

    worker.go(f"/visits/{cases['visit'].token}/")
    page.locator(".rival-form select").select_option("identify")
    page.locator(".rival-form button").click()
    page.locator(".shown").wait_for()
    assert "另一个姓名：冉明绣" in worker.text
    groups = page.locator(".answer-group")
    groups.nth(0).get_by_label("登记的姓名有误").check()
    page.locator("#id_name").fill("冉明绣")
    groups.nth(1).get_by_label("已问清户主是谁").check()
    groups.nth(1).get_by_label("冉长根").check()
    groups.nth(2).get_by_label("登记的起止时间有误").check()
    groups.nth(2).get_by_label("石桥砖厂").check()
    worker.look()
    worker.press("保存")
    assert "请填写正确的开始或结束日期" in worker.text
    page.locator("#id_ended_on_3").fill("2026-01-31")
    worker.press("保存")
    work()
    with factories.as_owner():
        assert {one.state for one in Finding.objects.all()} == {"confirmed"}
        assert Person.objects.get(pk=cases["heads"][0].pk).name == "冉明绣"
    worker.go(f"/visits/{cases['visit'].token}/")
    worker.go(f"/people/{cases['heads'][0].token}/")


def test_a_desk_sees_both_sides_and_puts_a_doubt_right(
    visitor: Callable[..., Visitor],
    district: District,
    work: Callable[[], None],
    make_user: Callable[..., object],
    cases: dict[str, Any],
) -> None:
    make_user("town_officer", district["east"], "east")
    desk = visitor()
    desk.sign_in_by_link("east")
    for doubt in cases["doubts"]:
        desk.go(f"/findings/{doubt.token}/")
    page = desk.page
    page.get_by_label("登记的起止时间有误").check()
    page.get_by_label("石桥砖厂").check()
    page.locator("#id_ended_on").fill("2026-01-31")
    page.locator("#id_note").fill("电话问过本人")
    desk.press("办结")
    work()
    with factories.as_owner():
        assert Finding.objects.get(pk=cases["doubts"][2].pk).state == "confirmed"
