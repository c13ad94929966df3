"""Plants what ought to be found in the demo's year: a case for each rule of quality and audit, and beside it an innocent who is near it.

What is planted is told when it is planted, before any rule looks. The people of these cases are invented for them and stand in no
other register: those of `few` are poor in no register, so that no figure moves; those of `all` draw money and hold posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from anye.demo.identity import credit_inner_wrong, id_short
from anye.demo.names import other_name, traditional
from anye.demo.year_names import Names
from anye.demo.year_registers import at_firm, who
from anye.demo.year_sheets import Files
from anye.demo.year_world import OTHER, Firm, Row, Someone, Year

KINDS = ("none", "few", "all")
PREMIUM = "263.50"
TOGETHER, MANY = ("茨竹镇", "放牛坪村"), 24
"""Where the first so many of them live: one village worker finds a day's work."""
LEDGER_KNOWN, KNOWN = date(2020, 11, 19), date(2020, 12, 24)


@dataclass(frozen=True)
class Planted:
    """`who`: an ID number, a credit code or, of a file, its register. `is_fault`: False of the innocent beside it.
    `told`: what is the matter, in a few words."""

    rule: str
    who: str
    is_fault: bool
    told: str


class Faults:
    """`ledger`: the rows that bring the people; `more`: register → rows of what else is told of them."""

    def __init__(self, names: Names, year: Year, files: Files) -> None:
        self.names, self.year, self.files = names, year, files
        self.random: Random = names.random
        self.planted: list[Planted] = []
        self.ledger: list[Row] = []
        self.more: dict[str, list[Row]] = {}

    def plant(self, cases: tuple[Callable[[Faults], None], ...]) -> list[Planted]:
        """Each case, then the files that tell of them."""
        for case in cases:
            case(self)
        headings = list(dict.fromkeys(key for row in self.ledger for key in row))
        ledger = [("", {key: row.get(key) for key in headings}) for row in self.ledger]
        self.files.sheet("2020年11月劳动力就业信息台账（补充）", ledger, LEDGER_KNOWN, "2020年11月劳动力就业信息台账")
        for register, rows in self.more.items():
            self.files.sheet(
                f"2020年12月{register}（补充）", [("", row) for row in rows], KNOWN, f"2020年12月{register}"
            )
        return self.planted

    # ── what cases are made of ───────────────────────────────────────────────────────────────────────────────────────
    def person(self, *, group: str = OTHER, household_of: Someone | None = None, **told: object) -> Someone:
        """Somebody of the district, at home and not looking for work, with a row in the ledger; `told`: what it says otherwise."""
        sex = self.random.choice("男女")
        place = self.names.place_of(*TOGETHER) if len(self.ledger) < MANY else None
        person = self.names.own(
            "planted", sex=sex, oldest=date(1970, 1, 1), youngest=date(1990, 1, 1), group=group, place=place
        )
        if household_of:
            self.names.join(household_of, person)
        person.idle_reason = "照料家庭"
        self.row(person, **told)
        return person

    def row(self, person: Someone, **told: object) -> None:
        head = person.head or person
        row: Row = {
            **person.place, "户编号": person.household, "户主姓名": head.name, "与户主关系": "户主" if head is person else "配偶",
            **who(person), "性别": person.sex, "出生日期": person.born, "联系电话": person.phone, "户类型": person.group,
            "劳动能力": person.capacity,
            "是否在校": "否", "就业状态": "未就业", "就业单位": None, "统一社会信用代码": None, "就业起始日期": None, "就业终止日期": None,
            "就业类型": None, "就业地域": None, "月收入": None, "日工资": None, "就业意愿": "否", "采集日期": date(2020, 11, 16),
        }  # fmt: skip
        self.ledger.append({**row, **told})  # type: ignore[dict-item]

    def at_work(self, firm: Firm, **told: object) -> dict[str, object]:
        job = {"就业状态": "已就业", "就业单位": firm.name, "统一社会信用代码": firm.code, "就业起始日期": date(2020, 11, 2),
               "就业类型": "单位就业", "就业地域": "区内", "月收入": 3_100, "就业意愿": "是"}  # fmt: skip
        return {**job, **told}

    def add(self, register: str, *rows: Row) -> None:
        self.more.setdefault(register, []).extend(rows)

    def insured(self, person: Someone, firm: Firm, *months: str, name: str = "") -> None:
        for month in months:
            self.add("参保明细", {
                "费款所属期": month, **at_firm(firm), "姓名": name or person.name, "身份证号": person.number, "缴费基数": "3100.00",
                "养老保险单位应缴": "496.00", "养老保险单位减免": "496.00", "养老保险单位实缴": "0.00", "养老保险个人实缴": "248.00",
                "医疗保险单位应缴": PREMIUM, "医疗保险单位实缴": PREMIUM,
            })  # fmt: skip

    def fault(self, rule: str, who: str, told: str) -> None:
        self.planted.append(Planted(rule, who, True, told))

    def innocent(self, rule: str, who: str, told: str) -> None:
        self.planted.append(Planted(rule, who, False, told))

    @property
    def firm(self) -> Firm:
        """One that is in nobody's figure."""
        return next(firm for firm in reversed(self.year.firms) if firm.code.startswith("91") and firm.size == "小型")


# ── rules of quality: each with its innocent ─────────────────────────────────────────────────────────────────────────────
def _numbers(faults: Faults) -> None:
    person, near = faults.person(), faults.person()
    wrong = person.number[:-1] + next(digit for digit in "0123456789" if digit != person.number[-1])
    faults.ledger[-2]["身份证号"], faults.ledger[-1]["身份证号"] = wrong, id_short(near.number)
    faults.fault("Q01", wrong, "check digit")
    faults.innocent("Q01", near.number, "fifteen digits")


def _sexes_and_births(faults: Faults) -> None:
    person, near = faults.person(), faults.person(性别=None)
    faults.ledger[-2]["性别"] = "女" if person.sex == "男" else "男"
    faults.fault("Q02", person.number, "another sex")
    faults.innocent("Q02", near.number, "no sex")
    person, near = faults.person(出生日期=date(1969, 2, 3)), faults.person()
    faults.ledger[-1]["出生日期"] = f"{near.born:%Y-%m}"
    faults.fault("Q03", person.number, "another birth")
    faults.innocent("Q03", near.number, "a month of birth")


def _names(faults: Faults) -> None:
    person, near = faults.person(), faults.person()
    faults.insured(person, faults.firm, "2020-10", name=other_name(person.name, faults.random))
    faults.insured(near, faults.firm, "2020-10", name=traditional(near.name))
    faults.ledger[-1] |= faults.at_work(faults.firm, 就业起始日期=date(2020, 10, 2))  # type: ignore[assignment, operator]
    faults.fault("Q04", person.number, "another name")
    faults.innocent("Q04", near.number, "the old script")


def _codes(faults: Faults) -> None:
    firm = faults.firm
    person = faults.person(**faults.at_work(firm, 统一社会信用代码=credit_inner_wrong(firm.code, faults.random)))
    near = faults.person(**faults.at_work(firm, 统一社会信用代码=firm.code.lower()))
    faults.fault("Q05", person.number, "credit code")
    faults.innocent("Q05", near.number, "small letters")


def _places(faults: Faults) -> None:
    person, near = faults.person(), faults.person()
    town = next(name for name in ("大湾镇", "统景镇", "洛碛镇") if person.town and name != person.town.name)
    faults.ledger[-2] |= {"镇街": town, "村居": "桐子坡村"}
    faults.ledger[-1]["镇街"] = (near.town.name if near.town else "").removesuffix("镇")
    faults.fault("Q06", person.number, "no such village there")
    faults.innocent("Q06", near.number, "a short name")


def _heads(faults: Faults) -> None:
    person = faults.person()
    faults.person(household_of=person, 与户主关系="户主")
    near = faults.person()
    faults.person(household_of=near)
    faults.fault("Q07", person.number, "two heads")
    faults.innocent("Q07", near.number, "a head and a spouse")


def _days(faults: Faults) -> None:
    firm = faults.firm
    person = faults.person(**faults.at_work(firm, 就业起始日期=date(2020, 9, 9), 就业终止日期=date(2020, 9, 1)))
    near = faults.person(
        **faults.at_work(firm, 就业起始日期=date(2020, 9, 9), 就业终止日期=date(2020, 9, 9), 就业状态="未就业")
    )
    faults.fault("Q08", person.number, "it ended before it began")
    faults.innocent("Q08", near.number, "a day of work")


def _idle(faults: Faults) -> None:
    """Several, so that there is somebody to visit."""
    firm = faults.firm
    for _ in range(6):
        person = faults.person()
        faults.insured(person, firm, "2020-11", "2020-12")
        faults.fault("Q09", person.number, "insured and not at work")
    near = faults.person(**faults.at_work(firm))
    faults.insured(near, firm, "2020-11", "2020-12")
    faults.innocent("Q09", near.number, "insured and at work")


def _wages(faults: Faults) -> None:
    person = faults.person(**faults.at_work(faults.firm, 月收入=120))
    near = faults.person(**faults.at_work(faults.firm, 月收入=None, 日工资=120))
    faults.fault("Q10", person.number, "a day's wage for a month")
    faults.innocent("Q10", near.number, "a day's wage")


def _phones(faults: Faults) -> None:
    people = [faults.person() for _ in range(6)]
    for row in faults.ledger[-6:]:
        row["联系电话"] = people[0].phone
    near = faults.person()
    spouse = faults.person(household_of=near, 联系电话=near.phone)
    for person in people:
        faults.fault("Q11", person.number, "a telephone of six households")
    for person in (near, spouse):
        faults.innocent("Q11", person.number, "a telephone of one household")


def _stale(faults: Faults) -> None:
    faults.fault("Q12", faults.person(采集日期=date(2020, 3, 2)).number, "asked in March")
    faults.innocent("Q12", faults.person(采集日期=date(2020, 10, 9)).number, "asked this quarter")


def _pupils(faults: Faults) -> None:
    person = faults.person(**faults.at_work(faults.firm), 是否在校="是")
    near = faults.person(
        **faults.at_work(faults.firm, 就业类型="灵活就业", 就业单位="周末零工", 统一社会信用代码=None), 是否在校="是"
    )
    faults.fault("Q13", person.number, "at school and at work")
    faults.innocent("Q13", near.number, "at school, odd jobs")


def _wishes(faults: Faults) -> None:
    person, near = faults.person(就业意愿="否"), faults.person(就业意愿="是")
    for each in (person, near):
        faults.add(
            "失业登记人员名单",
            {**who(each), "就业创业证号": f"50011220{each.number[-6:-1]}", "失业登记日期": date(2020, 11, 20)},
        )
    faults.fault("Q14", person.number, "no wish, and registered as looking for work")
    faults.innocent("Q14", near.number, "a wish, and registered")


FEW = (_sexes_and_births, _places, _heads, _days, _idle, _wages, _phones)
"""What a first look shows: nothing is refused, and some of it is somebody's visit."""
QUALITY = (
    _numbers, _sexes_and_births, _names, _codes, _places, _heads, _days, _idle, _wages, _phones, _stale, _pupils, _wishes,
)  # fmt: skip
