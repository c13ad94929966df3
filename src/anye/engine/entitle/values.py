"""A cell or a YAML value as the value of a fact: what does not fit is refused, never bent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from anye.engine.entitle.catalogue import Fact, Money
from anye.engine.entitle.formula import EPOCH
from anye.engine.entitle.months import read_month, written
from anye.engine.entitle.nodes import Value

YES = frozenset({"true", "yes", "1", "是", "有"})
NO = frozenset({"false", "no", "0", "否", "无"})


def read_value(fact: Fact, raw: Any) -> Value | None:
    """The value; empty is unknown. Raises ValueError for what is not of the fact's type or out of its range."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    found: Value = _month(raw) if fact.is_month else _WAYS[fact.kind.type](fact, raw)
    if fact.kind.type in {"int", "date"} and not fact.kind.lo <= int(found) <= fact.kind.hi:
        raise ValueError(raw)
    return found


def shown(fact: Fact, value: Value | None, language: str, money: Money) -> str:
    """The value as people write it."""
    zh = language.startswith("zh")
    if value is None:
        return "未知" if zh else "unknown"
    if fact.is_month:
        return written(int(value))
    if fact.is_money:
        return money_said(money, int(value), "zh" if zh else "en")
    if fact.kind.type == "bool":
        return ("是" if value else "否") if zh else ("yes" if value else "no")
    if fact.kind.type == "date":
        return dt.date.fromordinal(int(value) + EPOCH.toordinal()).isoformat()
    if fact.kind.type == "code":
        return fact.codes[str(value)]["zh" if zh else "en"]
    return str(value)


def _month(raw: Any) -> int:
    if isinstance(raw, dt.date):
        return read_month(f"{raw:%Y-%m}")
    return read_month(str(raw).strip()[:7])


def _bool(_fact: Fact, raw: Any) -> bool:
    text = str(raw).strip().lower()
    if text not in YES | NO:
        raise ValueError(raw)
    return text in YES


def _int(fact: Fact, raw: Any) -> int:
    if isinstance(raw, bool):
        raise ValueError(raw)  # one kind of error for whatever is not of the type
    if isinstance(raw, float) and (fact.is_money or not raw.is_integer()):
        raise ValueError(raw)  # 1200.00 may be meant as euro or as cents: nobody guesses
    try:
        return int(raw)
    except TypeError:
        raise ValueError(raw) from None


def _date(_fact: Fact, raw: Any) -> int:
    day = raw if isinstance(raw, dt.date) else dt.date.fromisoformat(str(raw).strip()[:10])
    return day.toordinal() - EPOCH.toordinal()


def _code(fact: Fact, raw: Any) -> str:
    text = str(raw).strip()
    if text in fact.codes:
        return text
    said = [code for code, texts in fact.codes.items() if text in texts.values()]
    if not said:
        raise ValueError(raw)
    return said[0]


_WAYS: Mapping[str, Callable[[Fact, Any], Value]] = {"bool": _bool, "int": _int, "date": _date, "code": _code}


def money_said(of: Money, amount: int, lang: str) -> str:
    """An amount of the smallest unit as people write it: 1234567 fen are 12,345.67元."""
    whole, rest = divmod(abs(amount), of.per)
    digits = len(str(of.per)) - 1
    said = f"{whole:,}" + (f".{rest:0{digits}d}" if rest else "")
    sign = "-" if amount < 0 else ""
    return f"{sign}{said}{of.sign['zh']}" if lang == "zh" else f"{sign}{said} {of.sign['en']}"
