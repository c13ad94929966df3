"""What the folder of `owed` is about: invented people and firms, and all that its registers say of them.

Months are whole numbers, year × 12 + month − 1. An empty text is a cell that nobody filled in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


def month(year: int, number: int) -> int:
    return year * 12 + number - 1


def month_of(day: date) -> int:
    return month(day.year, day.month)


def first_day(at: int) -> date:
    return date(at // 12, at % 12 + 1, 1)


def end_day(at: int) -> date:
    return date.fromordinal(first_day(at + 1).toordinal() - 1)


FIRST, LAST = month(2020, 1), month(2021, 12)
"""The months that are judged."""
MONTHS = range(FIRST, LAST + 1)
INSURED_MONTHS = range(month(2019, 1), month(2021, 11) + 1)
"""For which insurance records came: those of the last month are not in yet."""
WAGE_MONTHS = range(month(2019, 12), month(2021, 11) + 1)
ATTENDED_MONTHS = (*range(FIRST, month(2021, 6)), *range(month(2021, 7), LAST + 1))
"""The attendance of June 2021 never came."""
PENSIONS_UNTIL = month(2021, 10)
"""The last month that the register of pensions covers."""
KINDS = ("pension", "medical", "unemployment", "injury")


@dataclass(frozen=True)
class Premiums:
    """One month of insurance, in fen: what the firm owed, was let off, and paid, by kind; the worker's share of two."""

    owed: dict[str, int]
    waived: int
    """Of the firm's pension premium."""
    paid: dict[str, int | None]
    worker_pension: int
    worker_unemployment: int


@dataclass
class Firm:
    """`troubled`, `workshop`: from the first to the last month that it filed for, and from which it is certified."""

    code: str
    name: str
    size: str
    industry: str
    state: str = "存续"
    abnormal: str = "否"
    troubled: tuple[int, int] | None = None
    workshop: int | None = None
    insured: int | None = None
    laid_off: int | None = None
    premium: int | None = None
    """Last year's unemployment premium in fen, as the application of 2020 tells; None: it did not apply."""
    owes: bool = False
    """It paid no unemployment premium in one month of 2019."""

    @property
    def has_applied(self) -> bool:
        return self.premium is not None


@dataclass
class Job:
    """`contract`: 是, 否 or nothing."""

    firm: Firm
    since: date
    until: date | None = None
    contract: str = "是"


@dataclass(frozen=True)
class Payment:
    """Paid before the months that are judged. `since` None: for which months is not said."""

    item: str
    since: int | None
    until: int | None
    paid_on: date
    fen: int


@dataclass(frozen=True)
class Lesson:
    """A class: `trade`, tenths of lessons signed for, the day of the certificate, if there is one, and its level."""

    trade: str
    since: date
    tenths: int
    certified_on: date | None
    level: str = ""


@dataclass(frozen=True)
class Trade:
    """`level`: empty where what the catalogue says is for all levels that it does not name."""

    name: str
    days: int
    tenths: int
    fen: int
    special: str
    level: str = ""


@dataclass
class Post:
    """A placement; `weekly`: hours a week, None where nobody wrote them; `pay`: fen by month, where attendance tells."""

    unit: str
    name: str
    weekly: int | None
    since: date
    until: date | None = None
    attended: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Month → days and fen."""


@dataclass
class Person:
    """`told_from`: the month of the first ledger that names them. `region`, `group`, `capacity`: as the ledger writes them."""

    number: str
    name: str
    sex: str
    born: date
    town: str
    village: str
    household: str
    told_from: int = FIRST
    group: str = "未脱贫"
    capacity: str = "普通劳动力"
    low_income: str = ""
    difficult: str = ""
    state: str = "已就业"
    work_kind: str = "单位就业"
    region: str = "区内"
    job: Job | None = None
    casual: date | None = None
    """Since when they work for nobody in particular."""
    insured: dict[tuple[str, int], Premiums] = field(default_factory=dict)
    wages: dict[tuple[str, int], int] = field(default_factory=dict)
    """Net pay in fen by firm and month."""
    unpaid: set[tuple[str, int]] = field(default_factory=set)
    """Months of insurance in which no wage was paid."""
    rosters: list[tuple[Firm, date, date]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    tickets: list[tuple[date, int]] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    unemployed: tuple[date, date | None] | None = None
    benefit: tuple[int, int] | None = None
    pension_from: int | None = None
    graduated: int | None = None
    cadre_of: str = ""
    owns: tuple[Firm, date] | None = None

    def firms(self) -> set[str]:
        """The credit codes of all firms that some register names together with them."""
        told = {code for code, _ in (*self.insured, *self.wages)} | {firm.code for firm, *_ in self.rosters}
        return told | ({self.job.firm.code} if self.job else set())


@dataclass
class World:
    people: list[Person] = field(default_factory=list)
    firms: list[Firm] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    refunded: list[tuple[Firm, date, int]] = field(default_factory=list)
    """Firm, day and fen of retention refunds that were paid."""

    def firm(self, code: str) -> Firm:
        return next(firm for firm in self.firms if firm.code == code)

    def household(self, person: Person) -> list[Person]:
        """All members; of whom no ledger tells a household, none."""
        return [] if not person.household else [other for other in self.people if other.household == person.household]
