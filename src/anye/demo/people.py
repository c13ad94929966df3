"""The invented workers of the ledgers: households, jobs, wishes; and, in columns, any number of other people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import numpy as np
import numpy.typing as npt
import polars as pl

from anye.demo.firms import Firm
from anye.demo.identity import ID_PREFIXES, LAST_SEQUENCE, PREFIX_SHARES, id_number, id_numbers, phone
from anye.demo.names import COMPOUND, draw_names
from anye.demo.places import Town, Village, shares

HEAD = "户主"
EDUCATIONS = (("小学", 30), ("初中", 42), ("高中", 12), ("大专及以上", 8), ("文盲或半文盲", 8))
DISABILITIES = ("肢体三级", "肢体四级", "视力四级", "听力三级", "言语四级")
IDLE_REASONS = ("照料家庭", "患病", "无技能", "无岗位", "不愿意")
STATUSES = (("lifted", 78), ("poor", 14), ("monitored", 8))


@dataclass(slots=True)
class Job:
    """One spell of work as the village knows it. Wages are whole yuan a month."""

    employer: str
    credit_code: str | None
    industry: str
    trade: str
    started_on: date
    ended_on: date | None
    area: str
    channel: str
    kind: str
    wage: int
    contract_months: int
    is_insured: bool


@dataclass(slots=True)
class Worker:
    """One invented person of a ledger, as things truly are."""

    id_number: str
    name: str
    sex: str
    born_on: date
    relation: str
    town: Town
    village: Village
    group: int
    household: Household = field(repr=False)
    education: str
    phone: str
    ethnicity: str
    status: str
    disability: str
    is_low_income: bool
    job: Job | None
    past_job: Job | None
    idle_reason: str
    wants_training: bool
    role: str | None = None
    """The one thing planted in this person's row, if any."""

    @property
    def is_head(self) -> bool:
        return self.relation == HEAD


@dataclass(slots=True)
class Household:
    """Workers who live together; the head is one of them."""

    code: str
    members: list[Worker] = field(default_factory=list)


def pick(random: Random, table: Sequence[tuple[str, int]]) -> str:
    """One word of a table of words with weights."""
    return random.choices([word for word, _ in table], [weight for _, weight in table])[0]


def make_workers(seed: int, total: int, towns: Sequence[Town], firms: Sequence[Firm], on: date) -> list[Worker]:
    """About `total` workers (a town never has fewer than three) by town, village and household, as of `on`."""
    random = Random(f"{seed}-people")
    split = shares((village for town in towns for village in town.villages), total)
    maker = _Maker(random, seed, total + 3 * len(towns), firms, on)
    for town in towns:
        counts = {village.code: split[village.code] for village in town.villages}
        while sum(counts.values()) < 3:
            counts[random.choice(town.villages).code] += 1
        for village in town.villages:
            maker.settle(town, village, counts[village.code])
    return maker.workers


class _Maker:
    """Draws households one after the other; holds the used ID numbers and the stock of names."""

    def __init__(self, random: Random, seed: int, total: int, firms: Sequence[Firm], on: date) -> None:
        self.random, self.firms, self.on = random, firms, on
        self.weights = [firm.weight for firm in firms]
        self.workers: list[Worker] = []
        self.used: set[str] = set()
        rng = np.random.default_rng([seed, 1])
        self.names = {
            "男": iter(draw_names(rng, np.ones(total, dtype=np.bool_))),
            "女": iter(draw_names(rng, np.zeros(total, dtype=np.bool_))),
        }

    def settle(self, town: Town, village: Village, count: int) -> None:
        """Fill one village with households of one to three workers."""
        number = 0
        while count > 0:
            number += 1
            size = min(count, self.random.choices((1, 2, 3), (45, 35, 20))[0])
            self._household(town, village, f"{village.code}{number:04d}", size)
            count -= size

    def _household(self, town: Town, village: Village, code: str, size: int) -> None:
        random = self.random
        household, group = Household(code), random.randint(1, 12)
        status, is_low_income = pick(random, STATUSES), random.random() < 0.12
        head_sex = random.choices("男女", (75, 25))[0]
        head_born = self._birth(30, 62)
        for place in range(size):
            relation, sex, born_on = HEAD, head_sex, head_born
            if place:
                relation, sex, born_on = self._relative(place, head_sex, head_born)
            name = next(self.names[sex])
            if relation in ("之子", "之女", "兄弟姐妹"):
                name = _with_surname_of(household.members[0].name, name)
            is_disabled, is_employed = random.random() < 0.06, random.random() < 0.62
            worker = Worker(
                id_number=self._number(born_on, sex), name=name, sex=sex, born_on=born_on, relation=relation,
                town=town, village=village, group=group, household=household,
                education=pick(random, EDUCATIONS), phone=phone(random),
                ethnicity="汉族" if "·" not in name else random.choice(("彝族", "藏族", "维吾尔族")),
                status=status, disability=random.choice(DISABILITIES) if is_disabled else "",
                is_low_income=is_low_income, job=self._job(town) if is_employed else None,
                past_job=None if is_employed or random.random() < 0.8 else self._job(town, is_over=True),
                idle_reason=random.choice(IDLE_REASONS), wants_training=random.random() < 0.3,
            )  # fmt: skip
            household.members.append(worker)
            self.workers.append(worker)

    def _birth(self, youngest: int, oldest: int) -> date:
        days = self.random.randint(youngest * 365, oldest * 365)
        return self.on - timedelta(days=days)

    def _relative(self, place: int, head_sex: str, head_born: date) -> tuple[str, str, date]:
        """Second member: the spouse; third: a grown child where ages allow, else a brother or sister."""
        random = self.random
        if place == 1:
            return "配偶", "女" if head_sex == "男" else "男", head_born + timedelta(days=random.randint(-1500, 1500))
        sex = random.choice("男女")
        born_on = head_born + timedelta(days=random.randint(20 * 365, 27 * 365))
        if (self.on - born_on).days > 17 * 365:
            return "之子" if sex == "男" else "之女", sex, born_on
        return "兄弟姐妹", sex, head_born + timedelta(days=random.randint(400, 3000))

    def _number(self, born_on: date, sex: str) -> str:
        """A fresh ID number; odd sequences for men."""
        random = self.random
        while True:
            prefix = random.choices(ID_PREFIXES, PREFIX_SHARES)[0]
            sequence = random.randrange(1 if sex == "男" else 2, LAST_SEQUENCE, 2)
            number = id_number(prefix, born_on, sequence)
            if number not in self.used:
                self.used.add(number)
                return number

    def _job(self, town: Town, *, is_over: bool = False) -> Job:
        random = self.random
        is_firm = random.random() < 0.7
        started_on = self.on - timedelta(days=random.randint(40, 1100))
        ended_on = None
        if is_over:
            started_on -= timedelta(days=400)
            ended_on = started_on + timedelta(days=random.randint(60, 420))
        area = random.choices(("镇内", "区内", "市内区外", "市外"), (20, 50, 15, 15))[0]
        if is_firm:
            firm = random.choices(self.firms, self.weights)[0]
            return Job(
                firm.name, firm.credit_code, firm.industry, firm.trade, started_on, ended_on, area,
                random.choice(("自行就业", "政府推荐", "有组织输出")), "单位就业",
                random.randrange(2200, 6200, 100), random.choice((12, 24, 36)), not is_over and random.random() < 0.75,
            )  # fmt: skip
        employer = random.choice((f"{town.name}零散务工", "个体雇主", "建筑工地务工", "家庭农场"))
        return Job(
            employer, None, random.choice(("建筑业", "农、林、牧、渔业", "居民服务业")),
            random.choice(("杂工", "泥瓦工", "搬运工", "采摘工")), started_on, ended_on, area, "自行就业", "灵活就业",
            random.randrange(1500, 4200, 100), 0, False,
        )  # fmt: skip


def _with_surname_of(head: str, name: str) -> str:
    """The name with the family's surname; dotted and compound names are left as they are."""
    if "·" in head + name or head[:2] in (*COMPOUND, "欧阳") or name[:2] in (*COMPOUND, "欧阳"):
        return name
    return head[0] + name[1:]


def population(n: int, seed: int, *, villages: Sequence[str] = ()) -> pl.DataFrame:
    """`n` invented people in columns, fast enough for a million.

    Columns: id_number (18 characters, unique, prefix 99), name, sex ('1' man, '2' woman), birth_on (date, ages 16 to 79
    at the end of 2020), area_code (12 digits out of `villages`, by default 412 invented ones under 990112).
    """
    rng = np.random.default_rng([seed, 2])
    first = np.datetime64("1941-01-01")
    days = int((np.datetime64("2004-12-31") - first).astype(np.int64)) + 1
    prefixes, born, sequences = _distinct_keys(rng, n, days)
    births = first + born.astype("timedelta64[D]")
    months = births.astype("datetime64[M]")
    day = (births - months).astype(np.int64) + 1
    ymd = (months.astype(np.int64) // 12 + 1970) * 10_000 + (months.astype(np.int64) % 12 + 1) * 100 + day
    is_man = sequences % 2 == 1
    codes = list(villages) or [f"990112{100 + place // 20:03d}{200 + place % 20:03d}" for place in range(412)]
    return pl.DataFrame(
        {
            "id_number": id_numbers(np.array(ID_PREFIXES, dtype=np.int64)[prefixes], ymd, sequences),
            "name": draw_names(rng, is_man),
            "sex": pl.Series(np.where(is_man, "1", "2")),
            "birth_on": pl.Series(births.astype("datetime64[ms]")).cast(pl.Date),
            "area_code": pl.Series(codes).gather(rng.integers(len(codes), size=n)),
        },
        schema_overrides={"id_number": pl.String, "name": pl.String, "sex": pl.String},
    )


def _distinct_keys(
    rng: np.random.Generator, n: int, days: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`n` distinct (prefix place, day, sequence), drawn again until enough are distinct, in random order."""
    keys = np.empty(0, dtype=np.int64)
    while len(keys) < n:
        more = int((n - len(keys)) * 1.05) + 16
        prefixes = rng.choice(len(ID_PREFIXES), more, p=PREFIX_SHARES).astype(np.int64)
        drawn = (prefixes * days + rng.integers(days, size=more)) * 1000 + rng.integers(1, LAST_SEQUENCE + 1, size=more)
        keys = np.unique(np.concatenate([keys, drawn]))
    keys = rng.permutation(keys)[:n]
    return keys // 1000 // days, keys // 1000 % days, keys % 1000
