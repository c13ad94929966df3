"""Who lives and works in the demo's year: the district's own poor workers, and those of other districts who work here.

Everybody's part is decided here, so that a figure follows from who somebody is: who is in stable work is insured for seven months
or more, and who is not for five or fewer; nothing hangs on a day.
"""

from __future__ import annotations

from datetime import date, timedelta

from anye.demo.owed_world import first_day, month
from anye.demo.year_names import Names
from anye.demo.year_targets import Targets
from anye.demo.year_world import DECEMBER, FIRST, JANUARY, OTHER, Cover, Firm, Job, Someone, Year

SITE, COOPERATIVE = "“双十万工程”建设工地", "云龙果树种植专业合作社"
FRUIT, CARER = ("大盛镇", "云龙村"), ("茨竹镇", "玉兰村")
WORKSHOPS = (("放牛坪村食品加工扶贫车间", ("茨竹镇", "放牛坪村")), ("手工编织扶贫车间", ("石船镇", "石壁村")))
TRADES = ("装配工", "缝纫工", "分拣员", "保洁员", "普工")
REASONS = ("照料家庭", "患病", "丧失劳动能力", "不愿意")


class Cast:
    def __init__(self, seed: int, targets: Targets, year: Year) -> None:
        self.targets, self.year = targets, year
        self.names = Names(seed, targets.stable * 2 + 3_000, year.district)
        self.random = self.names.random

    def whole(self) -> None:
        self._firms()
        self._own()
        self._workshops()
        self._supported()
        self._trainees_at_work()
        self._others()

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _add(self, person: Someone) -> Someone:
        self.year.people.append(person)
        return person

    def day(self, at: int, last: int = 5) -> date:
        return first_day(at) + timedelta(days=self.random.randrange(last))

    def employ(self, person: Someone, firm: Firm, since: int, until: int | None = None, *, contract: str = "否",
               kind: str = "单位就业") -> Cover:  # fmt: skip
        """At a firm from the first days of a month on, insured from that month."""
        over = None if until is None else first_day(until + 1) - timedelta(days=1)
        person.jobs.append(Job(
            firm.name, firm.code, self.day(since), over, contract, kind, trade=self.random.choice(TRADES),
            wage=self.random.randrange(2_600, 5_400, 100), place=f"渝北区{firm.town}",
        ))  # fmt: skip
        cover = Cover(
            person, firm, since, DECEMBER if until is None else until, self.random.randrange(2_900, 3_500, 20)
        )
        self.year.covers.append(cover)
        return cover

    def _firms(self) -> None:
        targets, year = self.targets, self.year
        year.garment, year.electronics = self.names.firm(trade="服饰"), self.names.firm(trade="电子")
        year.electronics.size, year.electronics.ground = "中型", "停工停业、暂时困难企业"
        year.garment.size = "中型"
        self.supported = [self.names.firm() for _ in range(targets.firms)]
        self.training = [self.names.firm() for _ in range(targets.training_firms - 1)]
        for at, firm in enumerate(self.training):
            firm.ground = "停工停业、暂时困难企业" if at % 2 else "中小微企业吸纳就业困难人员"
        self.silent = [self.names.firm() for _ in range(max(2, targets.unclaimed_premiums // 5))]
        self.plain = [self.names.firm() for _ in range(max(4, targets.firms // 4))]
        self.units = [self.names.firm("12") for _ in range(min(5, targets.full_time))]
        for unit in self.units:
            unit.industry, unit.size = "公共管理、社会保障和社会组织", ""
        year.firms += [
            year.garment,
            year.electronics,
            *self.supported,
            *self.training,
            *self.silent,
            *self.plain,
            *self.units,
        ]

    # ── the district's own ───────────────────────────────────────────────────────────────────────────────────────────
    def _own(self) -> None:
        targets = self.targets
        for part, count in (("far", targets.far), ("near", targets.near)):
            for _ in range(count):
                self._traveller(part)
        for at in range(targets.full_time):
            self._holder("full", at)
        for part, count in (("early", targets.part_time_early), ("late", targets.part_time_late)):
            for at in range(count):
                self._holder(part, at)
        self._fruit_forest_trainee()
        self._graduates()
        self._idle()
        self._families()

    def _graduates(self) -> None:
        targets = self.targets
        for at in range(targets.graduates):
            graduate = self._add(self.names.own("graduate", oldest=date(1996, 9, 1), youngest=date(1998, 8, 1)))
            if at:
                self.employ(graduate, self.random.choice(self.plain), month(2020, 8))
            else:  # one has a studio of their own, of which the ledger alone tells
                graduate.jobs.append(Job("乡村直播工作室", None, date(2020, 8, 3), kind="灵活就业", trade="电商主播"))

    def _idle(self) -> None:
        """Not able to work, or not looking for it; some would take a post near home."""
        targets = self.targets
        for at in range(targets.own_idle):
            idle = self._add(self.names.own("idle", oldest=date(1958, 1, 1), youngest=date(1985, 1, 1)))
            idle.idle_reason, idle.wants_work, idle.region = self.random.choice(REASONS), "否", ""
            if at < targets.post_open:
                idle.idle_reason, idle.capacity, idle.wants_post = "照料家庭", "弱劳动力或半劳动力", "是"
            elif idle.idle_reason == "丧失劳动能力":
                idle.capacity = "丧失劳动力"

    def _families(self) -> None:
        """Some who work away are the husband or wife of somebody at home; nobody holds a post beside another holder."""
        away, home = self.year.of("far", "near"), [*self.year.of("early"), *self.year.of("idle")]
        for person, other in zip(home, away[::4], strict=False):
            if person.household and other.head is other and person.head is person:
                self.names.join(person, other)

    def _traveller(self, part: str) -> None:
        person = self._add(self.names.own(part))
        person.region = "市外" if part == "far" else "市内区外"
        employer, place = self.names.employer_away(person.region)
        since = date(2018, 1, 1) + timedelta(days=self.random.randrange(360))
        person.jobs.append(
            Job(employer, None, since, kind="单位就业", wage=self.random.randrange(3_200, 6_000, 100), place=place)
        )

    def _holder(self, part: str, at: int) -> None:
        """Of a public-welfare post; before it without work, and asking for one."""
        is_carer = part == "full" and at == 0
        if part == "full":
            sex, oldest, youngest = ("男", date(1966, 1, 1), date(1985, 1, 1)) if is_carer or at % 2 else (
                "女", date(1974, 1, 1), date(1990, 1, 1))  # fmt: skip
        else:
            sex, oldest, youngest = "男" if at % 2 else "女", date(1953, 1, 1), date(1975, 1, 1)
        place = self.names.place_of(*CARER) if is_carer else None
        person = self._add(
            self.names.own("carer" if is_carer else part, sex=sex, oldest=oldest, youngest=youngest, place=place)
        )
        person.wants_post = "是"
        if part != "full":
            person.capacity = "弱劳动力或半劳动力"

    def _fruit_forest_trainee(self) -> None:
        person = self._add(
            self.names.own(
                "fruit", sex="男", oldest=date(1975, 6, 1), youngest=date(1990, 6, 1), place=self.names.place_of(*FRUIT)
            )
        )
        place = f"渝北区{person.town.name if person.town else ''}"
        person.jobs.append(Job(SITE, None, date(2019, 10, 12), date(2019, 12, 31), "否", "灵活就业", "杂工",
                               self.targets.wage_before, is_daily=True, place=place))  # fmt: skip
        person.jobs.append(Job(COOPERATIVE, None, date(2020, 8, 24), None, "否", "灵活就业", "果树管护工",
                               self.targets.wage_after, is_daily=True, place=place))  # fmt: skip

    def _workshops(self) -> None:
        """Rural workers at two demonstration workshops, some of them poor."""
        for name, place in WORKSHOPS[: self.targets.workshops]:
            town, village = self.names.place_of(*place) or self.random.choice(self.names.rural)
            firm = self.names.firm(trade="食品")
            firm.size, firm.town = "微型", town.name
            self.year.firms.append(firm)
            self.year.workshops.append((f"{town.name}{name}", firm, village, town))
        for at in range(self.targets.workshop_workers):
            _name, firm, village, town = self.year.workshops[at % len(self.year.workshops)]
            is_poor = at < self.targets.workshop_poor
            person = self._add(self.names.own("workshop", place=(town, village), group="" if is_poor else OTHER))
            self.employ(person, firm, month(2020, 3), kind="帮扶车间")

    # ── whom firms are paid for ──────────────────────────────────────────────────────────────────────────────────────
    def _supported(self) -> None:
        """Hired and insured for a year; started since June; and those for whom nobody asked."""
        targets = self.targets
        for at in range(targets.hired):
            person = self._add(self.names.somebody("hired"))
            self.employ(person, self.supported[at % max(1, targets.firms * 3 // 5)], FIRST + 1 + at % 12, contract="是")
        for at in range(targets.started):
            person = self._add(self.names.somebody("started"))
            self.employ(person, self.supported[at % targets.firms], month(2020, 6), contract="是")
        for at in range(targets.unclaimed_premiums):
            person = self._add(self.names.somebody("unclaimed"))
            self.employ(person, self.silent[at % len(self.silent)], month(2020, 5), contract="是")
        for at in range(targets.unclaimed_hiring):
            person = self._add(self.names.somebody("unclaimed"))
            self.employ(person, self.silent[at % len(self.silent)], month(2019, 9), contract="是")

    def _trainees_at_work(self) -> None:
        """At the electronics firm and at the others that train through work: poor, or certified as hard to place."""
        targets, year = self.targets, self.year
        assert year.electronics
        for at in range(targets.electronics_people):
            person = self._add(self.names.somebody("electronics", group="" if at < targets.electronics_poor else OTHER))
            refused = at - targets.electronics_poor if person.group == OTHER else targets.electronics_refused
            kind = ("left", "unpaid", "uninsured")[refused % 3] if refused < targets.electronics_refused else ""
            cover = self.employ(person, year.electronics, month(2020, 5), DECEMBER - 1 if kind == "left" else None)
            if kind == "uninsured":
                cover.skipped = frozenset({DECEMBER - 1})
            elif kind == "unpaid":
                year.unpaid_wages.add((person.number, DECEMBER - 2 + refused % 2))
            elif kind == "left":
                year.left.add(person.number)
        poor = targets.training_poor - targets.electronics_poor
        for at in range(targets.training_people - targets.electronics_people):
            person = self._add(self.names.somebody("training", group="" if at < poor else OTHER))
            self.employ(person, self.training[at % len(self.training)], month(2020, 5))
        for person in year.of("electronics", "training"):
            if person.group == OTHER:
                person.difficult, person.disabled = "是", self.random.choice(("是", "否", "否"))
        for at in range(targets.beside):
            self.employ(
                self._add(self.names.somebody("beside")), self.training[at % len(self.training)], month(2020, 5)
            )

    def _others(self) -> None:
        """Own people who work here, and as many of other districts as are still to come; their agency holds the contract."""
        targets, year = self.targets, self.year
        own = sum(person.is_poor for person in year.of(
            "far", "near", "full", "carer", "early", "late", "graduate", "workshop", "fruit",
        ))  # fmt: skip
        for _ in range(targets.own_working - own):
            self.employ(
                self._add(self.names.own("inside")),
                self.random.choice(self.plain),
                JANUARY - self.random.randrange(1, 8),
            )
        stable = sum(person.is_poor for person in year.of(
            "hired", "started", "unclaimed", "electronics", "training", "beside", "full", "carer", "workshop", "inside",
        ))  # fmt: skip
        assert year.garment
        for at in range(targets.stable - stable):
            is_tailor = at < max(3, targets.hired // 15)
            firm = year.garment if is_tailor else self.random.choice(self.plain)
            self.employ(
                self._add(self.names.somebody("stable")),
                firm,
                FIRST if is_tailor else JANUARY + self.random.randrange(5),
            )
