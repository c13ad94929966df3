"""A figure as people read it, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from anye.engine.entitle.catalogue import Texts
from anye.engine.report.definition import Indicator

Value = Decimal | float | int | None
_TEN_THOUSAND, _MILLION = 10_000, 1_000_000
_UNITS = {
    "yuan": ("元", "yuan"), "yuan_per_month": ("元", "yuan"), "yuan_per_day": ("元", "yuan"), "percent": ("%", "%"),
}  # fmt: skip
UNKNOWN = {"zh": "尚不清楚", "en": "not known yet"}
UNLIKE = {"zh": "不可比", "en": "not comparable"}
GROUPS: Mapping[str, Texts] = {
    "work": {"zh": "就业", "en": "In work"},
    "firms": {"zh": "吸纳就业的企业", "en": "Firms that hire"},
    "work_training": {"zh": "以工代训", "en": "Training through work"},
    "training": {"zh": "技能培训", "en": "Skills"},
    "posts": {"zh": "公益性岗位", "en": "Public-welfare posts"},
    "workshops": {"zh": "就业扶贫车间", "en": "Workshops"},
    "graduates": {"zh": "高校毕业生", "en": "Graduates"},
    "income": {"zh": "增收", "en": "What it brought"},
    "money": {"zh": "资金与人次", "en": "Money and people"},
    "coverage": {"zh": "覆盖情况", "en": "Coverage"},
}
"""The groups that indicators belong to, in the order of a report."""
UNITS: Mapping[str, Texts] = {
    "person": {"zh": "人", "en": "people"}, "person_time": {"zh": "人次", "en": "person-times"},
    "firm": {"zh": "家", "en": "firms"}, "class": {"zh": "个班", "en": "classes"}, "trade": {"zh": "个工种", "en": "trades"},
    "workshop": {"zh": "个车间", "en": "workshops"}, "household": {"zh": "户", "en": "households"},
    "month": {"zh": "个月", "en": "months"}, "day": {"zh": "天", "en": "days"}, "percent": {"zh": "%", "en": "%"},
    "yuan": {"zh": "元", "en": "yuan"}, "yuan_per_month": {"zh": "元/月", "en": "yuan a month"},
    "yuan_per_day": {"zh": "元/天", "en": "yuan a day"}, "times": {"zh": "倍", "en": "times"},
}  # fmt: skip
ONE: Mapping[str, str] = {
    "person": "person", "person_time": "person-time", "firm": "firm", "class": "class", "trade": "trade", "workshop": "workshop",
    "household": "household", "month": "month", "day": "day", "times": "time",
}  # fmt: skip
"""What one of a unit is called in English."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_QUARTERS = {"zh": ("一", "二", "三", "四"), "en": ("first", "second", "third", "fourth")}


def value_said(value: Value, unit: str, lang: str) -> str:
    """1370万元 or 13.70 million yuan; 7,753; 100%. `lang`: zh or en."""
    if value is None:
        return UNKNOWN[lang]
    is_zh, number = lang == "zh", Decimal(str(value))
    if unit == "yuan" and is_zh and abs(number) >= _TEN_THOUSAND:
        return f"{_plain(number / _TEN_THOUSAND)}万元"
    if unit == "yuan" and not is_zh and abs(number) >= _MILLION:
        return f"{number / _MILLION:,.2f} million yuan"
    words = _UNITS.get(unit)
    if words is None:
        return _plain(number)
    between = "" if is_zh or unit == "percent" else " "
    return f"{_plain(number)}{between}{words[0 if is_zh else 1]}"


def short_said(value: Value, unit: str, lang: str) -> str:
    """As beside a bar, where there is little room: 26.9万元, 269.1k yuan, 1.4m yuan; a table says it exactly."""
    number = Decimal(str(value or 0))
    if unit != "yuan" or abs(number) < _TEN_THOUSAND:
        return value_said(value, unit, lang)
    if lang == "zh":
        return f"{_plain(round(number / _TEN_THOUSAND, 1))}万元"
    size, letter = (_MILLION, "m") if abs(number) >= _MILLION else (1000, "k")
    return f"{_plain(round(number / size, 1))}{letter} yuan"


def short_day(day: dt.date, lang: str) -> str:
    """2020年12月31日, 31 Dec 2020."""
    return day_said(day, lang) if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def brief_said(value: Value, unit: str, lang: str) -> str:
    """As on a map, where there is less: the same without its unit, 1,370万, 13.7m, 20k; 7,753; a dash where it is not known."""
    if value is None:
        return "–"
    if unit.startswith("yuan"):
        return short_said(value, "yuan", lang).removesuffix("元").removesuffix(" yuan")
    return value_said(value, unit, lang)


def change_said(value: Value, earlier: Value, unit: str, lang: str) -> str:
    """By how much a figure rose or fell: 增加12, up 12; shares by points."""
    if value is None or earlier is None:
        return UNKNOWN[lang]
    by, is_zh = Decimal(str(value)) - Decimal(str(earlier)), lang == "zh"
    if not by:
        return "持平" if is_zh else "unchanged"
    if unit == "percent":
        rose = ("上升" if by > 0 else "下降") if is_zh else ("up " if by > 0 else "down ")
        return f"{rose}{_plain(abs(by))}{'个百分点' if is_zh else ' point' if abs(by) == 1 else ' points'}"
    rose = ("增加" if by > 0 else "减少") if is_zh else ("up " if by > 0 else "down ")
    return f"{rose}{value_said(abs(by), unit, lang)}"


def day_said(day: dt.date, lang: str) -> str:
    """2020年12月31日, 31 December 2020."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period_said(kind: str, day: dt.date, lang: str) -> str:
    """The month, quarter or year that a day lies in: 2020年第四季度, the fourth quarter of 2020; else the day."""
    is_zh = lang == "zh"
    if kind == "year":
        return f"{day.year}年" if is_zh else str(day.year)
    if kind == "quarter":
        name = _QUARTERS[lang][(day.month - 1) // 3]
        return f"{day.year}年第{name}季度" if is_zh else f"the {name} quarter of {day.year}"
    if kind == "month":
        return f"{day.year}年{day.month}月" if is_zh else f"{_MONTHS[day.month - 1]} {day.year}"
    return day_said(day, lang)


def axis_said(most: Value, unit: str, lang: str) -> tuple[int, str]:
    """By what an axis up to `most` divides, and the unit that it then names; nothing where each kind counts in its own words."""
    number, is_zh = abs(Decimal(str(most or 0))), lang == "zh"
    if unit == "yuan" and is_zh and number >= _TEN_THOUSAND:
        return _TEN_THOUSAND, "万元"
    if unit == "yuan" and not is_zh and number >= _MILLION:
        return _MILLION, "million yuan"
    words = _UNITS.get(unit)
    return 1, "" if words is None else words[0 if is_zh else 1]


def sentence(indicator: Indicator, value: Value, lang: str) -> str:
    """The indicator's sentence with its number."""
    says = indicator.says_one.get(lang, indicator.says[lang]) if value == 1 else indicator.says[lang]
    return says.replace("{value}", value_said(value, indicator.unit, lang))


def _plain(value: Decimal | float) -> str:
    """With thousands separators, and as many decimals as there are, two at most."""
    return f"{round(Decimal(str(value)), 2):,.2f}".rstrip("0").rstrip(".")
