"""Builds the people and firms of `owed` at random, as a case asks for them; what does not matter to a case is left to chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from random import Random

import numpy as np

from anye.demo.identity import credit_code, id_number, unit_body
from anye.demo.names import draw_names
from anye.demo.owed_world import (
    FIRST,
    INSURED_MONTHS,
    KINDS,
    WAGE_MONTHS,
    Firm,
    Job,
    Payment,
    Person,
    Premiums,
    Trade,
    World,
    end_day,
    first_day,
    month,
    month_of,
)

PLACES = (("茨竹镇", "放牛坪村"), ("大湾镇", "河嘴村"), ("大湾镇", "团丘村"))
SMALL, LARGE, HIT, TROUBLED, UNSIZED, WORKSHOP, ARREARS, GONE = range(8)
RATES = {"pension": 160, "medical": 85, "unemployment": 5, "injury": 4}
BEFORE = date(2019, 12, 20)


class Cast:
    """Draws one world."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        is_man = np.array([self.random.random() < 0.5 for _ in range(400)])
        self.names = dict(zip((True, False), ([], []), strict=True))
        for man, name in zip(is_man, draw_names(np.random.default_rng(seed), is_man), strict=True):
            self.names[bool(man)].append(name)
        self.world, self.drawn = World(), 0

    def whole(self, cases: Iterable[Callable[[Cast], None]]) -> World:
        self._firms()
        for case in cases:
            case(self)
        self._pay_wages()
        return self.world

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def person(self, *, sex: str = "", born: date | None = None, **told: object) -> Person:
        sex = sex or self.random.choice("男女")
        born = born or self.day(date(1982, 1, 1), date(1998, 12, 28))
        self.drawn += 1
        sequence = self.drawn * 2 + (sex == "男")
        place = self.random.choice(PLACES)
        found = Person(
            id_number("990112", born, sequence), self.names[sex == "男"].pop(), sex, born, *place, f"H{self.drawn:05d}",
            **told,  # type: ignore[arg-type]
        )  # fmt: skip
        self.world.people.append(found)
        return found

    def share(self, one: Person, other: Person) -> None:
        """The other is of one's household: in one village, where its code is its own."""
        other.household, other.town, other.village = one.household, one.town, one.village

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def firm(self, *kinds: int) -> Firm:
        return self.world.firms[self.random.choice(kinds)]

    def worker(
        self, firm: Firm, since: date | None = None, *, months: int = 99, contract: str = "是", **told: object
    ) -> Person:
        """Hired in 2020 where nothing else is said, insured from the month of hiring on, paid, and in no roster."""
        since = since or self.day(date(2020, 1, 1), date(2020, 10, 28))
        found = self.person(**told)
        found.job = Job(firm, since, contract=contract)
        self.insure(found, firm, month_of(since), month_of(since) + months - 1)
        return found

    def insure(self, p: Person, firm: Firm, since: int, until: int) -> None:
        base = self.random.randrange(300_000, 700_000)
        for at in (at for at in INSURED_MONTHS if since <= at <= until):
            owed = {kind: base * rate // 1000 for kind, rate in RATES.items()}
            waived = self._waived(firm, at, owed["pension"])
            paid: dict[str, int | None] = {kind: owed[kind] for kind in KINDS}
            paid["pension"] = owed["pension"] - waived
            if firm.owes and at == month(2019, 9):
                paid["unemployment"] = 0
            p.insured[(firm.code, at)] = Premiums(owed, waived, paid, base * 8 // 100, base * 5 // 1000)

    def _waived(self, firm: Firm, at: int, owed: int) -> int:
        """The waiver of 2020: all for smaller firms until December, half for large ones until April."""
        if firm.size == "大型":
            return owed // 2 if month(2020, 2) <= at <= month(2020, 4) else 0
        return owed if month(2020, 2) <= at <= month(2020, 12) else 0

    def train(self, p: Person, since: int, months: int) -> None:
        assert p.job
        until = end_day(since + months - 1) - timedelta(days=self.random.randrange(20))
        p.rosters.append((p.job.firm, first_day(since), until))

    def had(self, p: Person, item: str, months: int, last: int = FIRST - 1) -> None:
        """Months that were paid before, up to the last."""
        p.payments.append(Payment(item, last - months + 1, last, BEFORE, months * 50_000))

    def _firms(self) -> None:
        sizes = ("小型", "大型", "大型", "中型", "", "微型", "小型", "中型")
        industries = (
            "制造业",
            "制造业",
            "住宿和餐饮业",
            "制造业",
            "建筑业",
            "制造业",
            "交通运输设备制造业",
            "批发和零售业",
        )
        for at, (size, industry) in enumerate(zip(sizes, industries, strict=True)):
            name = f"重庆{self.random.choice('安宁康泰')}{'甲乙丙丁戊己庚辛'[at]}实业有限公司"
            self.world.firms.append(Firm(credit_code("91", unit_body(self.random)), name, size, industry))
        firms, chance = self.world.firms, self.random
        firms[TROUBLED].troubled = month(2020, 3), month(2020, 9)
        firms[WORKSHOP].workshop = month(2019, 5)
        firms[ARREARS].owes = True
        firms[GONE].state = chance.choice(("注销", "吊销"))
        firms[HIT].abnormal, firms[TROUBLED].abnormal = "是", ""
        # at the limits of lay-offs: one in twenty people or fewer, or up to a fifth of thirty and fewer
        applied = ((SMALL, 30, 6), (LARGE, 1000, 55), (HIT, 200, 2), (TROUBLED, 40, 1), (UNSIZED, 25, 1), (WORKSHOP, 31, 6),
                   (ARREARS, 12, 0))  # fmt: skip
        for place, insured, laid_off in applied:
            firms[place].insured, firms[place].laid_off = insured, laid_off
            firms[place].premium = chance.randrange(100_001, 60_000_000)
        more = [(24, 4), (24, 5), (400, 22), (400, 23)]
        for at, (insured, laid_off) in enumerate(more):
            name = f"重庆新{'东西南北'[at]}服饰有限公司"
            made = Firm(credit_code("91", unit_body(chance)), name, chance.choice(("微型", "大型")), "纺织服装业")
            made.insured, made.laid_off, made.premium = insured, laid_off, chance.randrange(100_001, 60_000_000)
            self.world.firms.append(made)
        for firm in firms:  # of each somebody was insured all through 2019
            if firm is not firms[GONE]:
                old = self.worker(firm, date(2015, 3, 2), group=chance.choice(("非贫困户", "未脱贫")))
                old.wages = {}
        self.world.refunded.append((firms[SMALL], date(2019, 11, 5), 1_234_500))
        self.world.trades = [
            Trade("经果林栽培与营销", 10, 800, 130_000, "是"), Trade("家政服务员", 12, 960, 150_000, "否"),
            Trade("中式烹调师", 40, 3200, 250_000, "否"), Trade("家政服务员", 20, 1200, 250_000, "否", "高级"),
        ]  # fmt: skip

    def _pay_wages(self) -> None:
        """Wages in each month of insurance, but for the months that cases took out before."""
        for p in self.world.people:
            for code, at in p.insured:
                if at in WAGE_MONTHS and (code, at) not in p.unpaid:
                    p.wages.setdefault((code, at), self.random.randrange(250_000, 600_000))
