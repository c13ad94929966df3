"""A figure as people read it, in both languages."""

from __future__ import annotations

from decimal import Decimal

from anye.engine.report.definition import Indicator

Value = Decimal | float | int | None
_TEN_THOUSAND, _MILLION = 10_000, 1_000_000
_UNITS = {
    "yuan": ("元", "yuan"), "yuan_per_month": ("元", "yuan"), "yuan_per_day": ("元", "yuan"), "percent": ("%", "%"),
}  # fmt: skip
UNKNOWN = {"zh": "尚不清楚", "en": "not known yet"}


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
    return indicator.says[lang].replace("{value}", value_said(value, indicator.unit, lang))


def _plain(value: Decimal | float) -> str:
    """With thousands separators, and as many decimals as there are, two at most."""
    return f"{round(Decimal(str(value)), 2):,.2f}".rstrip("0").rstrip(".")
