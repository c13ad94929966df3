"""An invented area's figures, as a briefing may tell them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from anye.engine.report.briefing.told import Tidings, Told

DAY = dt.date(2020, 12, 31)
BEFORE = dt.date(2020, 11, 30)


def figure(code: str, unit: str, value: int | None, earlier: int | None = None, **more: Any) -> Told:
    words: dict[str, Any] = {
        "group": "work", "period": "year", "title": {"zh": f"指标{code}", "en": f"Figure {code}"},
        "says": {"zh": "共{value}人", "en": "{value} people"}, **more,
    }  # fmt: skip
    return Told(
        code, unit=unit, value=None if value is None else Decimal(value), earlier=None if earlier is None else Decimal(earlier),
        **words,
    )  # fmt: skip


def tidings(kind: str = "month", **more: Any) -> Tidings:
    told = {
        "I24": figure("I24", "person", 1055, 1000),
        "I29": figure("I29", "percent", 100, 98, period="day"),
        "I30": figure("I30", "yuan", 13_700_000, 7_614_400, group="money"),
        "I99": figure("I99", "person", None),
    }
    values: dict[str, Any] = {
        "figures": told, "before": BEFORE, "before_known": BEFORE,
        "within": {"I24": (
            ("1", "甲镇", Decimal(30)), ("2", "乙镇", None), ("3", "丙镇", Decimal(70)), ("4", "丁镇", Decimal(0)),
        )},
        "trends": {"I30": ((BEFORE, Decimal(7_614_400)), (DAY, Decimal(13_700_000)))}, **more,
    }  # fmt: skip
    return Tidings(kind, "990100000000", "晴川区", DAY, DAY, **values)
