"""A row more beside the planted year: which figures it moves, and by how much; all others stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from anye.flow.reporting.figures import Figures
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import FirmPayment, Payment
from anye.records.firms.models import Firm
from anye.records.people.models import Person
from anye.records.posts.models import Workshop
from anye.records.training.models import Filing, TrainingClass
from tests.conftest import District
from tests.factories import as_owner, make_firm
from tests.flow.reporting.planted import FIGURES, KNOWN, ON, Year, day

PACK = read_pack("cn_yubei")
NEXT = day(9, 10)
POST, HIRING = "公益性岗位补贴", "社会保险补贴"


def had(year: Year, item: str, fen: int, *, who: Person | None = None, batch: str = "Z1", **told: object) -> None:
    row = {"kind": "paid", "paid_on": day(9, 9), "item": item, **told}
    Payment.objects.create(amount_fen=fen, batch_no=batch, **year.of(who or year.one, **row))


def got(year: Year, item: str, fen: int, *, batch: str = "Z1", **told: object) -> None:
    row = {"kind": "paid", "paid_on": day(9, 9), "item": item, **told}
    FirmPayment.objects.create(amount_fen=fen, batch_no=batch, **year.at(year.first, **row))


def answered(year: Year, outcome: str, fen: int, *, batch: str = "Z1", on: dt.date = NEXT, to: str = "had") -> None:
    {"had": had, "got": got}[to](year, "", fen, batch=batch, kind="reply", outcome=outcome, paid_on=on)


def filed(year: Year, firm: Firm, since: dt.date | None, on: dt.date | None, number: str) -> None:
    Filing.objects.create(valid_from=since, filed_on=on, number=number, **year.at(firm))


def returned(year: Year) -> None:
    had(year, POST, 77_700)
    answered(year, "failed", 77_700)
    got(year, HIRING, 88_800)
    answered(year, "failed", 88_800, to="got")


def returned_and_sent_again(year: Year) -> None:
    had(year, POST, 10_000)
    answered(year, "failed", 10_000)
    answered(year, "succeeded", 10_000, on=day(9, 12))


def returned_of_another_line(year: Year) -> None:
    """Another batch, another amount, another person, or a day without a batch: no reply to this one."""
    had(year, POST, 10_000)
    answered(year, "failed", 10_000, batch="Z2")
    answered(year, "failed", 10_001)
    answered(year, "failed", 10_000, batch="")
    had(year, "", 10_000, who=year.brief, kind="reply", outcome="failed")


def without_a_batch(year: Year) -> None:
    had(year, POST, 10_000, batch="")
    answered(year, "failed", 10_000, batch="", on=day(9, 9))


def filings(year: Year) -> None:
    filed(year, year.first, day(5), day(7, 10), "filed in July")
    filed(year, year.second, day(7), day(6, 28), "filed in June")
    filed(year, make_firm("第三实业有限公司"), None, day(8, 8), "no start")


def classes(year: Year) -> None:
    for name, since in (("茶艺班", day(3)), ("茶艺班", day(4)), ("焊工班", day(3)), ("茶艺班", day(3))):
        TrainingClass.objects.create(
            class_name=name, valid_from=since, **year.at(make_firm(f"{name}{since}"), is_scoped=False)
        )
    TrainingClass.objects.create(
        class_code="Ｋ１", valid_from=day(5, year=2016), **year.at(year.first, is_scoped=False)
    )


def workshops(year: Year) -> None:
    Workshop.objects.create(
        name="丙车间", workshop_kind="非示范", valid_from=day(1), **year.at(year.first, is_scoped=False)
    )


def known(year: Year) -> dict[str, float | int | None]:
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        return {code: figures.figure(code).value for code in figures.indicators}


@pytest.mark.parametrize(
    ("make", "moved"),
    [
        (returned, {}),
        (returned_and_sent_again, {"I30": 100}),
        (returned_of_another_line, {"I30": 100}),
        (without_a_batch, {}),
        (lambda year: had(year, POST, 10_000, who=year.rich), {"I30": 100}),
        (lambda year: had(year, "跨区域务工往返交通费", 10_000), {"I30": 100, "I31": 1}),
        (lambda year: got(year, "公益性岗位社会保险补贴", 10_000), {"I30": 100}),
        (filings, {"I08": 1, "I09": 2}),
        (classes, {"I15": 3}),
        (workshops, {}),
    ],
)
def test_a_row_more_moves_its_own_figures_alone(
    make: Callable[[Year], None], moved: dict[str, float], district: District
) -> None:
    with as_owner():
        year = Year(district)
        make(year)
    found = known(year)
    assert {
        code: round((found[code] or 0) - (FIGURES[code] or 0), 2) for code in found if found[code] != FIGURES[code]
    } == moved
