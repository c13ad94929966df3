"""The past recalculated, in a browser: the rules give more, a fact is taken back, somebody is certified late, a load is withdrawn.

One person proposes, another approves; sums are right, payments and decisions stay as they were, and the next pass has nothing left.
"""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import HERE, Pack, read_folder, read_pack
from anye.records.accounts.models import User
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import Correction, Difference, FirmPayment
from anye.records.entitlements.models import Entitlement
from anye.records.firms.models import Firm, PayrollLine
from anye.records.people.models import Membership
from tests.conftest import District
from tests.factories import as_owner, source
from tests.flow.owed import KNOWN, OCTOBER, came, registers_of_the_year, trainee
from tests.flow.test_settling import paid_to
from tests.journeys.pages.visitor import Visitor

SHOTS = os.environ.get("ANYE_SHOTS")  # a folder for screenshots, when somebody wants to look
LATER = KNOWN + dt.timedelta(5)


def night(pack: Pack, known: dt.date) -> None:
    entitle(pack, on=KNOWN, known=known, office_no=loading_context().office_no, by="tests")


def raised(folder: Path) -> Pack:
    """The district's rules, but for a standard of last year that was raised from 500 to 600 yuan."""
    (folder / "policies").mkdir()
    title = "title: {zh: 调高标准, en: Raised}"
    (folder / "pack.yaml").write_text(f'name: "{folder}"\nversion: 1\nbase: cn_yubei\n{title}\n', encoding="utf-8")
    name = "policies/training_through_work.yaml"
    text = (HERE / "cn_chongqing" / name).read_text(encoding="utf-8")
    assert text.count("{value: 50000,") == 1
    (folder / name).write_text(text.replace("{value: 50000,", "{value: 60000,"), encoding="utf-8")
    return read_folder(folder)


def everything() -> tuple[list[Any], list[Any]]:
    """Payments as they are, and decisions but for when they were retired."""
    with acting(BATCH):
        kept = ("pk", "person_id", "firm_id", "month", "outcome", "amount_fen", "known_on")
        return list(FirmPayment.objects.order_by("pk").values()), list(Entitlement.objects.order_by("pk").values(*kept))


def named(firm: Firm, name: str) -> Firm:
    firm.name = firm.name_key = name
    firm.save(update_fields=["name", "name_key"])
    return firm


@pytest.fixture
def context(district: District) -> Context:
    return loading_context()


@pytest.fixture
def history(district: District, context: Context, tmp_path: Path) -> Pack:
    """Four firms, paid as was owed for August to October 2020; then all that can change the past does. The rules that hold now."""
    with as_owner():
        batch = registers_of_the_year()
        load = came("work_training_rosters", dt.date(2020, 1, 1))[0]
        firms = {}
        for name, place in (("一号服装厂", "willow"), ("二号服装厂", "bridge"), ("三号服装厂", "cloud")):
            person, firm = trainee(district[place], batch)
            firms[name] = named(firm, name), person
        late, firm = trainee(district["flat"], batch)
        firms["四号服装厂"] = named(firm, "四号服装厂"), late
        Membership.objects.filter(person=late).update(retired_on=KNOWN, retired_by=batch.pk)
        Membership.objects.create(person=late, group="none", valid_from=dt.date(2020, 1, 1), **source(late, batch))
        trainee(district["willow"], load, firms["一号服装厂"][0])  # all that is known of them came with one load
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
        for name, yuan in (("一号服装厂", 3000), ("二号服装厂", 1500), ("三号服装厂", 1500)):
            paid_to(firms[name][0], yuan, (8, 10), context)
    night(read_pack("cn_yubei"), KNOWN)
    with acting(BATCH):
        assert not Difference.objects.exists()
    with acting(BATCH):
        withdrawing.withdraw(load.pk, context, on=LATER)
    with as_owner():
        PayrollLine.objects.filter(person=firms["二号服装厂"][1], month=OCTOBER).update(
            retired_on=LATER, retired_by=batch.pk
        )
        Membership.objects.create(
            person=late,
            group="in_difficulty",
            valid_from=dt.date(2020, 1, 1),
            **{**source(late, batch), "known_on": LATER},
        )
    pack = raised(tmp_path)
    night(pack, LATER)
    return pack


def look_at(visitor: Visitor, name: str) -> None:
    """The page on a telephone and at a desk."""
    for width in (360, 1440):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.look()
        if SHOTS:
            visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)


def standing() -> set[tuple[str, int, int, int]]:
    """(firm, owed, paid, corrected) of what differs, yuan."""
    with acting(BATCH):
        rows = Difference.objects.select_related("firm")
        return {
            (one.firm.name, *(fen // 100 for fen in (one.entitled_fen, one.paid_fen, one.corrected_fen)))
            for one in rows
        }


def test_the_past_recalculated_is_corrected_by_two_persons(
    visitor: Callable[..., Visitor], history: Pack, district: District, make_user: Callable[..., User]
) -> None:
    assert standing() == {
        ("一号服装厂", 1800, 3000, 0), ("二号服装厂", 1200, 1500, 0), ("三号服装厂", 1800, 1500, 0), ("四号服装厂", 600, 0, 0)
    }  # fmt: skip
    before = everything()
    for role, name in (("district_officer", "officer"), ("approver", "approver"), ("village_worker", "worker")):
        make_user(role, district["willow" if role == "village_worker" else "district"], name)
    _propose(visitor())
    _approve(visitor(language="en"))
    with acting(BATCH):
        told = {(one.firm.name, one.amount_fen // 100) for one in Correction.objects.filter(state="approved")}
        assert told == {("一号服装厂", -1200), ("二号服装厂", -300), ("三号服装厂", 300), ("四号服装厂", 600)}
        assert Correction.objects.filter(state="approved").count() == 6 and not Difference.objects.exists()
    night(history, LATER + dt.timedelta(1))
    assert standing() == set() and everything() == before
    worker = visitor(width=360)
    worker.sign_in_by_link("worker")
    worker.go("/owed/corrections/")
    assert "还没有提出过调整" in worker.text  # a firm's own is the district's


def _propose(officer: Visitor) -> None:
    """One by itself, then all that the filters leave."""
    officer.sign_in_by_link("officer")
    officer.go("/owed/paid/")
    look_at(officer, "differences")
    assert "其后有数据撤回" in officer.text
    officer.page.get_by_label("选择 三号服装厂").check()
    officer.press("对所选提出调整")
    look_at(officer, "propose")
    assert "300.00" in officer.text and "1 笔调整" in officer.text
    officer.press("提出")
    assert officer.page.locator("textarea[name=reason][aria-invalid=true]").count() == 1
    officer.page.get_by_label("原因").fill("标准自二月起调高")
    officer.press("提出")
    assert "已提出 1 笔调整" in officer.text
    officer.go("/owed/paid/?correction=none")
    with officer.page.expect_navigation():
        officer.page.get_by_role("button", name="对全部提出调整").click()
    officer.look()
    assert "5 笔调整" in officer.text and "1,800.00" in officer.text and "1,500.00" in officer.text
    officer.page.locator("textarea[name=reason]").fill("记录有变，重新核算")
    officer.press("提出")
    assert "已提出 5 笔调整" in officer.text
    look_at(officer, "corrections")
    officer.page.get_by_role("link", name="二号服装厂").first.click()
    officer.page.wait_for_url("**/owed/corrections/*/")
    look_at(officer, "correction")
    assert officer.page.get_by_role("button", name="批准").count() == 0
    assert officer.page.get_by_role("button", name="收回提议").count() == 1


def _approve(approver: Visitor) -> None:
    """One on its own page with the keyboard, the others at once."""
    approver.sign_in_by_link("approver", "Sign in")
    approver.go("/owed/corrections/?state=proposed")
    look_at(approver, "approver-corrections")
    approver.page.keyboard.press("j")
    approver.page.keyboard.press("Enter")
    approver.page.wait_for_url("**/owed/corrections/*/")
    look_at(approver, "approver-correction")
    approver.page.get_by_role("button", name="Approve", exact=True).first.click()
    approver.page.locator("dialog[open] textarea").fill("Checked with the firm")
    if SHOTS:
        approver.page.screenshot(path=str(Path(SHOTS) / "approve-dialog-1440.png"))
    with approver.page.expect_navigation():
        approver.page.locator("dialog[open]").get_by_role("button", name="Approve", exact=True).click()
    approver.look()
    assert (
        "Approved. It counts for its months from now on" in approver.text and "Checked with the firm" in approver.text
    )
    approver.go("/owed/corrections/?state=proposed")
    approver.page.get_by_label("Choose all on this page").check()
    assert approver.page.locator("input[name=row]:checked").count() == 5
    approver.press("Approve the chosen")
    look_at(approver, "approve")
    approver.press("Approve 5 corrections")
    assert "5 corrections are approved." in approver.text
    look_at(approver, "approved")
