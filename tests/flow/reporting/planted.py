"""A small district's year, row by row, of which every figure is known by counting: beside each row that counts stand some that
do not, by a day, a group, a register or an item.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from anye.records.claims.models import FirmPayment, FundAllocation, Payment, Share
from anye.records.entitlements.models import Entitlement, Policy, PolicyVersion, Run
from anye.records.firms.models import EmploymentSpell, Firm
from anye.records.outreach.models import Contact
from anye.records.people.models import HouseholdMember, Person
from anye.records.posts.models import Assignment, Attendance, Workshop
from anye.records.registers.models import Batch
from anye.records.training.models import Enrolment, Filing, Trade, TrainingClass, WorkTraining
from tests.conftest import District
from tests.factories import (
    add_detail,
    add_income,
    add_insurance,
    add_need,
    add_status,
    make_batch,
    make_firm,
    make_household,
    make_person,
    source,
)

ON = dt.date(2020, 12, 31)
KNOWN = dt.date(2021, 1, 10)
POOR = {"birth": "1980-05-06", "work_capacity": "ordinary"}
FIGURES: dict[str, float | int | None] = {
    "I01": 2, "I02": 1, "I03": 517_000, "I04": 16, "I05": 2, "I06": 6_300.5, "I07": 50, "I08": 1, "I09": 2, "I10": 1, "I11": 1,
    "I12": 2, "I13": 1, "I14": 500, "I15": 4, "I16": 1, "I17": 60, "I18": 100, "I19": 560_000, "I20": 1, "I21": 1, "I22": 1_850,
    "I23": 1_900, "I24": 2, "I25": 1, "I26": 1, "I27": 1, "I28": 2, "I29": 50, "I30": 6_850.5, "I31": 3, "I32": 50, "C01": 50,
    "C02": 50, "C03": 100, "C04": 25, "C05": 25, "C06": 50, "R01": 1_000, "R02": 2_000, "R03": 1_300, "R04": 2_500, "R05": 1, "R06": 1,
    "R07": 50, "R08": 50, "I01B": 3, "I04B": 12, "I07B": 95.23,
}  # fmt: skip
"""As of ON, as known at KNOWN."""


def day(month: int, at: int = 1, year: int = 2020) -> dt.date:
    return dt.date(year, month, at)


class Year:
    """`willow`, `bridge`: villages; `afar`: who lives elsewhere. Makes everything when it is made."""

    def __init__(self, district: District) -> None:
        self.places = district
        self.batch = make_batch(month=day(12))
        self.plain: dict[str, Any] = {}
        Batch.objects.filter(pk=self.batch.pk).update(known_on=day(12, 28))
        self.batch.known_on = day(12, 28)
        self.one = self.person("willow", "poor")
        self.brief = self.person("bridge", "poor", wants="no")
        self.rich = self.person("willow", "none")
        self.afar = self.person("outside", "poor")
        self.leaver = self.person("bridge", "lifted", birth="1998-01-05")
        self.idle = self.person("bridge", "poor", birth="1998-03-05")
        self.scholar = self.person("willow", "none")
        self.first, self.second = make_firm("第一实业有限公司"), make_firm("第二实业有限公司")
        for make in (self.work, self.training, self.money, self.posts, self.graduates, self.coverage, self.results):
            make()

    def person(self, place: str, group: str, *, wants: str = "yes", **details: str) -> Person:
        made = make_person(
            self.places[place], batch=self.batch, groups=[group],
            details={**POOR, **details, **({} if place != "outside" else {"residence": "510100101201"})},
        )  # fmt: skip
        add_need(made, "wants_work", wants, self.batch)
        return made

    def of(self, person: Person, **more: Any) -> dict[str, Any]:
        return {"person": person, **source(person, self.batch), **more}

    def at(self, firm: Firm, *, is_scoped: bool = True, **more: Any) -> dict[str, Any]:
        told = source(self.places["district"], self.batch)
        if not is_scoped:
            del told["scope_no"]
        return {"firm": firm, **told, **more}

    def work(self) -> None:
        add_insurance(self.one, self.first, day(7), 6, self.batch)
        add_insurance(self.brief, self.first, day(8), 5, self.batch)
        add_insurance(self.rich, self.first, day(1), 12, self.batch)
        add_insurance(self.afar, self.second, day(1), 12, self.batch)
        add_insurance(
            self.brief, self.second, day(7, year=2019), 6, self.batch
        )  # none of these in the last twelve months
        for person, wages in (
            (self.one, ((day(10, year=2019), 6_000, day(7, 31)), (day(9), 10_000, None))),
            (self.brief, ((day(3), 8_000, day(4)),)),
        ):
            for since, fen, until in wages:
                EmploymentSpell.objects.create(
                    valid_from=since, valid_to=until, wage_fen=fen, wage_unit="day", employer_name=f"工地{since}", **self.of(person)
                )  # fmt: skip

    def training(self) -> None:
        for person, code, since, certified in (
            (self.one, "K2", day(8, 3), day(8, 20)), (self.one, "K3", day(11, 2), day(11, 20)), (self.rich, "K2", day(8, 3), day(8, 20)),
            (self.brief, "K0", day(8, year=2019), day(9, year=2019)), (self.idle, "K2", day(8, 3), None),
        ):  # fmt: skip
            Enrolment.objects.create(class_code=code, valid_from=since, certified_on=certified, **self.of(person))
        for code, since in (("K1", day(5, year=2016)), ("K2", day(8, 3)), ("K9", day(2, year=2021))):
            TrainingClass.objects.create(class_code=code, valid_from=since, **self.at(self.second, is_scoped=False))
        told = self.at(self.first, is_scoped=False, office_no=self.places["district"].scope_no)
        del told["firm"]
        for name, is_special in (("果树", True), ("家政", False)):
            Trade.objects.create(name=name, is_special=is_special, **told)
        for firm, since, number in ((self.first, day(8), "1"), (self.first, day(9), "2"), (self.second, day(5), "3")):
            Filing.objects.create(valid_from=since, number=number, headcount=99, **self.at(firm))
        for person, firm, since, until in (
            (self.one, self.first, day(7), ON), (self.rich, self.first, day(10), ON), (self.brief, self.first, day(3), day(6, 30)),
            (self.afar, self.second, day(1), day(6, 30)),
        ):  # fmt: skip
            WorkTraining.objects.create(valid_from=since, valid_to=until, **self.of(person, firm=firm))

    def paid(
        self, firm: Firm, item: str, fen: int, paid: dt.date, filed: dt.date | None = None, kind: str = "paid"
    ) -> None:
        FirmPayment.objects.create(
            kind=kind, item=item, amount_fen=fen, paid_on=paid, filed_on=filed, batch_no="1", **self.at(firm)
        )

    def had(self, person: Person, item: str, fen: int, paid: dt.date) -> None:
        Payment.objects.create(kind="paid", item=item, amount_fen=fen, paid_on=paid, batch_no="1", **self.of(person))

    def money(self) -> None:
        self.paid(self.first, "稳岗返还", 51_700_000, day(3, 12), day(2, 25))
        self.paid(self.second, "稳岗返还", 100, day(3, 12, 2019), day(2, 25, 2019))
        self.paid(self.first, "社会保险补贴", 10_050, day(5, 31), day(5, 1))
        self.paid(self.first, "一次性吸纳就业补贴", 600_000, day(4, 2), day(3, 1))
        self.paid(self.second, "社会保险补贴", 20_000, day(6, 1))
        self.paid(self.second, "社会保险补贴", 20_000, day(7, 1), kind="reply")
        self.paid(self.second, "以工代训补贴", 50_000, day(11, 1))
        Share.objects.create(
            item="社会保险补贴", amount_fen=10_050, paid_on=day(5, 31), **self.of(self.one, firm=self.first)
        )
        Share.objects.create(
            item="社会保险补贴", amount_fen=10_050, paid_on=day(5, 31, 2019), **self.of(self.brief, firm=self.first)
        )
        self.had(self.one, "公益性岗位补贴", 35_000, day(10, 5))
        self.had(self.one, "跨区域务工交通补贴", 20_000, day(11, 5))
        told = source(self.places["district"], self.batch)
        poverty, posts = "扶贫资金", "公益性岗位"
        for fund, purpose, on in (
            (poverty, posts, day(3)), ("就业补助资金", posts, day(3)), (poverty, "道路", day(3)), (poverty, f"{posts}补", day(3, 1, 2019)),
        ):  # fmt: skip
            FundAllocation.objects.create(
                document_no=f"{fund}{purpose}",
                fund=fund,
                purpose=purpose,
                amount_fen=56_000_000,
                allocated_on=on,
                **told,
            )

    def posts(self) -> None:
        for person, weekly, since, until in (
            (self.one, 400, day(3), None), (self.rich, 100, day(3), None), (self.brief, 400, day(3), day(11, 30)),
        ):  # fmt: skip
            Assignment.objects.create(
                post_name="保洁员",
                unit="村委会",
                weekly_tenths=weekly,
                valid_from=since,
                valid_to=until,
                **self.of(person),
            )
        for person, month, fen in (
            (self.one, day(10), 180_000),
            (self.one, day(11), 190_000),
            (self.rich, day(10), 50_000),
            (self.one, day(10, year=2019), 99_000),
        ):
            Attendance.objects.create(month=month, unit="村委会", post_name="保洁员", pay_fen=fen, **self.of(person))
        for name, kind in (("甲车间", "示范车间"), ("乙车间", "普通")):
            firm = make_firm(f"{name}有限公司")
            Workshop.objects.create(name=name, workshop_kind=kind, valid_from=day(1), **self.at(firm, is_scoped=False))
            for person, since, until in ((self.rich, day(2), None), (self.afar, day(2), day(6, 30))):
                EmploymentSpell.objects.create(
                    valid_from=since,
                    valid_to=until,
                    employer_name=name,
                    work_kind="workshop",
                    **self.of(person, firm=firm),
                )

    def graduates(self) -> None:
        for person, left in (
            (self.leaver, day(6, 30)),
            (self.idle, day(6, 30)),
            (self.brief, day(6, 30, 2019)),
            (self.scholar, day(6, 30)),
        ):
            add_status(person, "graduate", self.batch, day=left)
        EmploymentSpell.objects.create(valid_from=day(9), employer_name="外地", **self.of(self.leaver))
        EmploymentSpell.objects.create(valid_from=day(2), valid_to=day(3), employer_name="外地", **self.of(self.idle))

    def owed(
        self, code: str, person: Person | None, month: dt.date, fen: int | None = 50_000, firm: Firm | None = None
    ) -> None:
        policy, _ = Policy.objects.get_or_create(code=code)
        version, _ = PolicyVersion.objects.get_or_create(
            policy=policy, digest="0" * 64,
            defaults={"title_zh": "甲", "title_en": "A", "text": "", "reasons": [], "first_used_on": day(12, 28)},
        )  # fmt: skip
        run = Run.objects.first() or Run.objects.create(
            first_month=day(1), last_month=day(12), known_on=day(12, 28), started_by="tests",
            started_at=dt.datetime(2020, 12, 28, tzinfo=dt.UTC), finished_at=dt.datetime(2020, 12, 29, tzinfo=dt.UTC),
        )  # fmt: skip
        Entitlement.objects.create(
            policy=policy, version=version, person=person, firm=firm, month=month, outcome=1 if fen else 2, amount_fen=fen, run=run,
            known_on=day(12, 28), scope_no=(person or self.places["district"]).scope_no,
        )  # fmt: skip

    def coverage(self) -> None:
        training = "training_through_work"
        self.owed(training, self.one, day(10), firm=self.first)
        self.owed(training, self.one, day(11), None, firm=self.first)
        self.owed(training, self.one, day(9), firm=self.first)
        self.owed(training, self.afar, day(10), firm=self.second)
        self.owed("work_travel_subsidy", self.one, day(6))
        self.owed("work_travel_subsidy", self.idle, day(6))
        self.owed("retention_refund", None, day(3), firm=self.first)  # a firm's own is nobody's take-up
        for person, value in ((self.one, "yes"), (self.leaver, "yes"), (self.brief, "no")):
            add_need(person, "wants_training", value, self.batch)
        add_need(self.one, "wants_post", "yes", self.batch)
        for on, channel in ((day(5), "短信"), (day(6), "电话")):
            Contact.objects.create(contacted_on=on, channel=channel, topic="社保补贴", **self.of(self.one))
        Contact.objects.create(contacted_on=day(6, year=2019), channel="电话", topic="社保补贴", **self.of(self.brief))

    def results(self) -> None:
        for place, members in (
            ("willow", (self.one, self.rich)),
            ("bridge", (self.idle,)),
            ("bridge", (self.brief, self.scholar)),
        ):
            home = make_household(self.places[place], f"{self.places[place].scope_no}-{len(members)}")
            for person in members:
                HouseholdMember.objects.create(person=person, household=home, **source(person, self.batch))
        add_detail(self.idle, "employment_state", "not_employed", self.batch)
        for person, year, fen in (
            (self.one, 2019, 100_000), (self.one, 2020, 200_000), (self.rich, 2019, 30_000), (self.rich, 2020, 50_000),
            (self.brief, 2020, 1),
        ):  # fmt: skip
            add_income(person, day(11, year=year), fen - fen // 4, self.batch)
            add_income(person, day(11, year=year), fen // 4, self.batch, "transfer")
            add_income(person, day(10, year=year), 777_700, self.batch)  # a wage alone, as ledgers tell it
        add_insurance(self.leaver, self.first, day(6), 1, self.batch)
