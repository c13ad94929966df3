"""What the demo's year is about: invented people, firms, jobs, classes, posts and payments, before any file is written.

Months are whole numbers, year × 12 + month − 1 (`owed_world.month`); money is fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from anye.demo.forms import Cell
from anye.demo.owed_world import end_day, first_day, month, month_of
from anye.demo.places import District, Town, Village

Row = dict[str, Cell]
FIRST, JANUARY, DECEMBER = month(2019, 1), month(2020, 1), month(2020, 12)
LAST_DAY = date(2020, 12, 31)
WAIVED = range(month(2020, 2), DECEMBER + 1)
"""Of smaller firms all premiums but the medical one were waived from February 2020, and half of that one until June."""
HALVED = range(month(2020, 2), month(2020, 6) + 1)
RATES = {"养老保险": 160, "医疗保险": 85, "失业保险": 5, "工伤保险": 4}
"""The firm's premiums in thousandths of the base."""
HIRING, PREMIUMS = "一次性吸纳就业补贴", "吸纳就业社会保险补贴"
TRAINING, REFUND = "以工代训补贴", "稳岗返还"
FULL_TIME, PART_TIME = "公益性岗位补贴（全日制）", "公益性岗位补贴（非全日制）"
TRAVEL, GRADUATE, LIVING = "跨区域务工交通补贴", "高校毕业生求职创业补贴", "培训期间生活费补贴"
EMPLOYMENT_FUND, POVERTY_FUND, SKILLS_FUND = "就业补助资金", "财政专项扶贫资金", "职业技能提升行动专账资金"
POOR, LIFTED, OTHER = "未脱贫", "已脱贫", "非贫困户"


@dataclass(eq=False)
class Firm:
    """`ground`: on which it trains through work."""

    code: str
    name: str
    industry: str = "制造业"
    size: str = "小型"
    ground: str = ""
    town: str = ""


@dataclass(eq=False)
class Job:
    """`contract`: 是, 否 or nothing; wages are whole yuan, by the day where `is_daily`."""

    employer: str
    code: str | None
    since: date
    until: date | None = None
    contract: str = "否"
    kind: str = "单位就业"
    trade: str = "普工"
    wage: int = 3_200
    is_daily: bool = False
    place: str = ""


@dataclass(eq=False)
class Someone:
    """`village`: of the district's own; of others `home`, where they are from. `part`: what they are in the cast for."""

    number: str
    name: str
    sex: str
    born: date
    part: str
    group: str = POOR
    town: Town | None = None
    village: Village | None = None
    home: str = ""
    household: str = ""
    head: Someone | None = None
    phone: str = ""
    capacity: str = "普通劳动力"
    difficult: str = ""
    disabled: str = ""
    region: str = "区内"
    wants_work: str = "是"
    idle_reason: str = ""
    wants_training: str = ""
    wants_post: str = ""
    helper: str = ""
    jobs: list[Job] = field(default_factory=list)
    trained: Lesson | None = None

    @property
    def is_own(self) -> bool:
        return self.village is not None

    @property
    def place(self) -> Row:
        """Town and village, as registers head them."""
        return {"镇街": self.town.name if self.town else "", "村居": self.village.name if self.village else ""}

    @property
    def is_poor(self) -> bool:
        return self.group != OTHER

    def job_in(self, at: int) -> Job | None:
        """The one that they have at a month's end."""
        day = end_day(at)
        held = [job for job in self.jobs if job.since <= day and (job.until is None or job.until > day)]
        return held[-1] if held else None


@dataclass(eq=False)
class Cover:
    """Somebody insured at a firm from month to month. `more`: month → fen that the firm pays besides for medical insurance."""

    person: Someone
    firm: Firm
    since: int
    until: int
    base: int
    skipped: frozenset[int] = frozenset()
    more: dict[int, int] = field(default_factory=dict)

    @property
    def months(self) -> list[int]:
        return [at for at in range(self.since, self.until + 1) if at not in self.skipped]

    def premiums(self, at: int) -> dict[str, tuple[int, int, int]]:
        """Kind → what the firm owed, was let off and paid."""
        found = {}
        for kind, rate in RATES.items():
            owed = self.base * 100 * rate // 1000 + (self.more.get(at, 0) if kind == "医疗保险" else 0)
            waived = (
                (self.base * 100 * rate // 2000 if at in HALVED else 0) if kind == "医疗保险" else owed * (at in WAIVED)
            )
            found[kind] = (owed, waived, owed - waived)
        return found

    def paid(self, at: int) -> int:
        return sum(paid for *_, paid in self.premiums(at).values())


@dataclass(frozen=True, eq=False)
class Trade:
    name: str
    days: int
    tenths: int
    fen: int
    is_special: bool


@dataclass(eq=False)
class TrainingClass:
    """`people`: who is in its roster; of the classes of years before there are head-counts alone."""

    code: str
    name: str
    trade: Trade
    since: date
    until: date
    headcount: int
    place: str
    people: list[Someone] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Lesson:
    of: TrainingClass
    certificate: str
    certified_on: date


@dataclass(eq=False)
class Post:
    person: Someone
    unit: str
    name: str
    weekly: int
    since: date
    pay: int

    @property
    def months(self) -> range:
        return range(month_of(self.since), DECEMBER + 1)


@dataclass(eq=False)
class Filing:
    """A class of training through work: a firm's filing for some months, with its roster."""

    number: str
    firm: Firm
    since: int
    until: int
    filed_on: date
    people: list[Someone] = field(default_factory=list)


@dataclass(eq=False)
class Behind:
    """Who stands behind a payment to a firm, for which months and how much."""

    person: Someone
    since: int
    until: int
    fen: int


@dataclass(eq=False)
class Paid:
    """One payment, to a firm or a person."""

    item: str
    to: Firm | Someone
    since: int
    until: int
    filed_on: date
    paid_on: date
    batch: str
    fen: int
    fund: str
    behind: list[Behind] = field(default_factory=list)


@dataclass
class Year:
    """All of it. `unpaid_wages`: (person, month) in which an insured trainee's wage did not come."""

    district: District
    people: list[Someone] = field(default_factory=list)
    firms: list[Firm] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    classes: list[TrainingClass] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    unpaid_wages: set[tuple[str, int]] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    garment: Firm | None = None
    electronics: Firm | None = None
    workshops: list[tuple[str, Firm, Village, Town]] = field(default_factory=list)
    unclaimed: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """What is owed and nobody asked for: (policy, credit code or ID number, month) → fen."""

    @cached_property
    def _covers(self) -> dict[str, Cover]:
        return {cover.person.number: cover for cover in reversed(self.covers)}

    def cover_of(self, person: Someone) -> Cover:
        """Once all are there: the first one, of who changed to another firm."""
        return self._covers[person.number]

    def of(self, *parts: str) -> list[Someone]:
        return [person for person in self.people if person.part in parts]


__all__ = ["Town", "Village", "end_day", "first_day", "month", "month_of"]
