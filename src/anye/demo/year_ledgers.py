"""The registers that tell who people are and where they work: ledgers of the district's own, and of those who came to work here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from anye.demo.owed_world import end_day, first_day, month, month_of
from anye.demo.year_sheets import Files, spoken, yuan
from anye.demo.year_world import DECEMBER, FIRST, JANUARY, OTHER, Job, Row, Someone, Year

DOUBT = "大湾镇"
"""Where the article places the fruit-forest trainee's village, which is in another town: one row says so, and is asked about."""
WHOLE = (FIRST, JANUARY, DECEMBER)
"""Ledgers that name all of the district's own; those of other months name whose situation has changed."""
INCOME_MONTHS = (month(2019, 11), month(2020, 11))
SINCE = {"full": month(2020, 5), "carer": month(2020, 5), "early": month(2020, 8), "late": month(2020, 9), "graduate": month(2020, 8),
         "workshop": month(2020, 3)}  # fmt: skip


class Ledgers:
    def __init__(self, files: Files, year: Year) -> None:
        self.files, self.year = files, year

    def whole(self) -> None:
        self._own()
        self._elsewhere()
        self._firms()
        self._graduates()
        self._incomes()

    # ── the district's own ───────────────────────────────────────────────────────────────────────────────────────────
    def _own(self) -> None:
        own = [person for person in self.year.people if person.is_own]
        self._ledger(month(2019, 10), [person for person in own if person.part == "fruit"])
        for at in sorted({*WHOLE, *SINCE.values()}):
            self._ledger(at, [person for person in own if self._is_told(person, at)])

    @staticmethod
    def _is_told(person: Someone, at: int) -> bool:
        if person.part in {"workshop", "graduate"} and at < SINCE[person.part]:
            return person.is_poor and person.part == "workshop" and at in WHOLE
        return (
            at in WHOLE
            or SINCE.get(person.part) == at
            or (person.part == "fruit" and at in SINCE.values() and at >= month(2020, 8))
        )

    def _ledger(self, at: int, people: list[Someone]) -> None:
        rows = [(f"ledger {person.number}", self.own_row(person, at)) for person in people]
        self.files.sheet(f"{spoken(at)}贫困劳动力就业信息台账", rows, _day(at, 18))

    def own_row(self, person: Someone, at: int) -> Row:
        assert person.town
        assert person.village
        assert person.head
        job = person.job_in(at)
        works = job is not None
        told = job or next((each for each in reversed(person.jobs) if each.until and each.until <= end_day(at)), None)
        is_doubtful = person.part == "fruit" and at == month(2019, 10)
        return {
            "镇街": DOUBT if is_doubtful else person.town.name, "村居": person.village.name, "户编号": person.household,
            "户主姓名": person.head.name, "与户主关系": "户主" if person.head is person else "配偶", "姓名": person.name,
            "性别": person.sex, "身份证号": person.number, "出生日期": person.born, "联系电话": person.phone,
            "家庭住址": person.home, "户类型": person.group, "劳动能力": person.capacity,
            "是否就业困难人员": person.difficult or None, "就业状态": "已就业" if works else "未就业",
            **self._job(told), "就业地域": person.region if works else None,
            "未就业原因": None if works else person.idle_reason or "无岗位", "就业意愿": person.wants_work,
            "培训意愿": person.wants_training or "否", "是否需要公益岗": "是" if person.wants_post else "否",
            "帮扶责任人": person.helper, "采集日期": _day(at, 15),
        }  # fmt: skip

    @staticmethod
    def _job(job: Job | None) -> Row:
        wage: Row = {"月收入": None, "日工资": None}
        if job:
            wage["日工资" if job.is_daily else "月收入"] = job.wage
        return {
            "就业单位": job.employer if job else None, "统一社会信用代码": job.code if job else None,
            "就业起始日期": job.since if job else None, "就业终止日期": job.until if job else None,
            "就业类型": job.kind if job else None, "岗位工种": job.trade if job else None,
            "就业地址": job.place or None if job else None, **wage, "是否签订劳动合同": job.contract if job else None,
        }  # fmt: skip

    # ── who came to work here ────────────────────────────────────────────────────────────────────────────────────────
    def _elsewhere(self) -> None:
        """Told in the month in which they started with an employer, and again when they left; without a village: they live in none."""
        by_month: dict[int, list[Someone]] = {}
        for person in (each for each in self.year.people if not each.is_own):
            for job in person.jobs:
                by_month.setdefault(month_of(job.since), []).append(person)
            if person.number in self.year.left:
                by_month.setdefault(DECEMBER, []).append(person)
        for at, people in sorted(by_month.items()):
            rows = [(f"elsewhere {person.number}", self._elsewhere_row(person, at)) for person in people]
            self.files.sheet(f"{spoken(at)}来渝北就业人员信息台账", rows, _day(at, 18))

    def _elsewhere_row(self, person: Someone, at: int) -> Row:
        job = person.job_in(at)
        told = job or person.jobs[-1]
        return {
            "姓名": person.name, "性别": person.sex, "身份证号": person.number, "出生日期": person.born, "联系电话": person.phone,
            "户籍地址": person.home, "户类型": person.group, "劳动能力": person.capacity,
            "是否就业困难人员": person.difficult or ("否" if person.group == OTHER else None), "是否残疾人": person.disabled or None,
            "就业状态": "已就业" if job else "未就业", **self._job(told if job else _over(told, at)), "就业地域": "区内" if job else None,
        }  # fmt: skip

    # ── firms, graduates, incomes ────────────────────────────────────────────────────────────────────────────────────
    def _firms(self) -> None:
        for known in (date(2019, 1, 10), date(2020, 1, 10), date(2020, 12, 10)):
            rows: list[tuple[str, Row]] = [
                ("", {"统一社会信用代码": firm.code, "企业名称": firm.name, "登记状态": "存续", "行业": firm.industry,
                      "企业规模": firm.size or None, "经营异常": "否", "住所": f"重庆市渝北区{firm.town}"})
                for firm in self.year.firms
            ]  # fmt: skip
            self.files.sheet(f"{spoken(month_of(known))}市场主体名录", rows, known)
        for known in (date(2020, 1, 10), date(2020, 12, 10)):
            workshops: list[tuple[str, Row]] = [
                (f"workshop {name}", {
                    "镇街": town.name, "村居": village.name, "车间名称": name, "运营单位": firm.name, "统一社会信用代码": firm.code,
                    "车间类型": "示范车间", "认定时间": date(2019, 11, 18),
                    "从业人数": len(self._at(firm.code)), "贫困劳动力数量": sum(person.is_poor for person in self._at(firm.code)),
                })
                for name, firm, village, town in self.year.workshops
            ]  # fmt: skip
            self.files.sheet(f"{spoken(month_of(known))}就业扶贫车间台账", workshops, known)

    def _at(self, code: str) -> list[Someone]:
        return [person for person in self.year.of("workshop") if person.jobs[0].code == code]

    def _graduates(self) -> None:
        rows: list[tuple[str, Row]] = [
            (f"graduate {person.number}", {
                "生源镇街": person.town.name if person.town else "", "生源村居": person.village.name if person.village else "",
                "姓名": person.name, "身份证号": person.number, "性别": person.sex, "毕业院校": "重庆某职业技术学院", "专业": "会计",
                "学历层次": "专科", "毕业时间": date(2020, 6, 30), "联系电话": person.phone, "就业意愿": "是", "困难类别": "建档立卡贫困户",
            })
            for person in self.year.of("graduate")
        ]  # fmt: skip
        self.files.sheet("2020年6月离校未就业高校毕业生名册", rows, date(2020, 6, 30))
        self.files.sheet("2020年12月高校毕业生名册", rows, date(2020, 12, 15))

    def _incomes(self) -> None:
        """What some households had in a month, before and after: the fruit-forest trainee's dividend is property, no wage."""
        chosen = of_the_income_register(self.year)
        for at, known in zip(INCOME_MONTHS, (date(2019, 12, 15), date(2020, 12, 15)), strict=True):
            rows: list[tuple[str, Row]] = [(f"income {person.number}", self._income(person, at)) for person in chosen]
            self.files.sheet(f"{spoken(at)}家庭收入明细", rows, known)

    @staticmethod
    def _income(person: Someone, at: int) -> Row:
        return {
            **person.place,
            "户编号": person.household, "姓名": person.name, "身份证号": person.number, "月份": spoken(at),
            **{kind: yuan(fen) for kind, fen in incomes_of(person, at).items()},
        }  # fmt: skip


def of_the_income_register(year: Year) -> list[Someone]:
    """Of whose income the register tells, in both years."""
    return [*year.of("fruit"), *year.of("carer"), *year.of("early", "far")[::5]]


def incomes_of(person: Someone, at: int) -> dict[str, int]:
    """Kind → fen that somebody had in a month."""
    job = person.job_in(at)
    wage = 0 if job is None else job.wage * (22 if job.is_daily else 1)
    is_post = job is not None and job.kind == "公益性岗位"
    return {
        "工资性收入": 0 if is_post else wage * 100, "公益性岗位收入": wage * 100 if is_post else 0,
        "生产经营性收入": int(person.number[10:12]) * 1_500, "财产性收入": 18_000 if person.part == "fruit" else 0,
        "转移性收入": 12_000, "其他收入": 0,
    }  # fmt: skip


def income_of(person: Someone, at: int) -> int:
    return sum(incomes_of(person, at).values())


def _over(job: Job, at: int) -> Job:
    """As the ledger tells of a job that is over."""
    assert job.until
    assert job.until <= end_day(at)
    return job


def _day(at: int, day: int) -> date:
    return first_day(at).replace(day=day)


Maker = Callable[[Someone, int], Row]
