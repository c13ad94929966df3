"""What a briefing may tell: all figures of an area as of a day, frozen, in a shape that lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from anye.engine.entitle.catalogue import Texts
from anye.engine.report.definition import Indicator
from anye.engine.report.periods import span_of
from anye.engine.report.said import Value

KINDS = ("month", "quarter", "year", "other")
ROLLING = "rolling"
"""The period of a figure of so many months up to the day."""
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True)
class Told:
    """A figure with the words of its definition. `period`: of the definition, or `rolling`; `value`: None is not known."""

    code: str
    group: str
    unit: str
    title: Texts
    says: Texts
    period: str
    value: Decimal | None = None
    earlier: Decimal | None = None


@dataclass(frozen=True)
class Tidings:
    """Everything that a briefing's text may name, of an area (`area`: its code, `name`) as of a day.

    `before`, `before_known`: the day that figures are compared with, and what was known of it when; None: nothing is there to
    compare with. `within`: indicator → the areas within (code, name, figure); `trends`: indicator → days with the area's figures.
    `definitions`: the digest of those that it was counted by.
    """

    kind: str
    area: str
    name: str
    as_of: dt.date
    known_on: dt.date
    figures: Mapping[str, Told]
    before: dt.date | None = None
    before_known: dt.date | None = None
    within: Mapping[str, tuple[tuple[str, str, Decimal | None], ...]] = field(default_factory=dict)
    trends: Mapping[str, tuple[tuple[dt.date, Decimal | None], ...]] = field(default_factory=dict)
    definitions: str = ""

    def is_comparable(self, code: str) -> bool:
        """Whether a figure and the one before it are of like periods: of the same beginning, both of a whole one, or of a day (K09)."""
        period = self.figures[code].period
        if self.before is None:
            return False
        if period not in _MONTHS:
            return period != "year_before"
        (start, end), (start_before, end_before) = span_of(period, self.as_of), span_of(period, self.before)
        return start == start_before or (_is_whole(period, end) and _is_whole(period, end_before))


def words_of(indicator: Indicator, value: Value, earlier: Value = None) -> Told:
    """A figure with its number, and the number before it."""
    measure = indicator.among or indicator.of
    says = {**indicator.says, **(indicator.says_one if value == 1 else {})}
    return Told(
        indicator.code, indicator.group, indicator.unit, dict(indicator.title), says,
        ROLLING if measure.back else measure.period, exact(value), exact(earlier),
    )  # fmt: skip


def exact(value: Value) -> Decimal | None:
    """A number as it is kept: with two decimals."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def before_of(kind: str, as_of: dt.date) -> dt.date:
    """The last day of the month, quarter or year before the one that a day lies in; of other kinds the month before."""
    start, _end = span_of(kind if kind in _MONTHS else "month", as_of)
    return start - dt.timedelta(days=1)


def ends_period(kind: str, day: dt.date) -> bool:
    """Whether a day is the last of a month, a quarter or a year; of other kinds every day will do."""
    return kind not in _MONTHS or _is_whole(kind, day)


def _is_whole(period: str, day: dt.date) -> bool:
    """Whether the day is the last of its period."""
    tomorrow = day + dt.timedelta(days=1)
    return tomorrow.day == 1 and (tomorrow.month - 1) % _MONTHS[period] == 0


def as_json(tidings: Tidings) -> dict[str, Any]:
    """What can be kept as JSON; days are ISO, numbers text."""
    told: dict[str, Any] = _plain(asdict(tidings))
    return told


def from_json(told: Mapping[str, Any]) -> Tidings:
    """What `as_json` kept."""
    figures = {
        code: Told(**{**one, "value": _number(one["value"]), "earlier": _number(one["earlier"])})
        for code, one in told["figures"].items()
    }
    days = {
        name: told[name] and dt.date.fromisoformat(told[name])
        for name in ("as_of", "known_on", "before", "before_known")
    }
    return Tidings(
        told["kind"], told["area"], told["name"], figures=figures, **days,
        within={
            code: tuple((area, name, _number(value)) for area, name, value in rows) for code, rows in told["within"].items()
        }, definitions=told["definitions"],
        trends={
            code: tuple((dt.date.fromisoformat(day), _number(value)) for day, value in rows)
            for code, rows in told["trends"].items()
        },
    )  # fmt: skip


def differences(one: Tidings, other: Tidings) -> list[dict[str, str | None]]:
    """Where two differ, of all that either tells but the course of time: indicator, area (nothing: the whole; `before`: the day that
    is compared with), its name, and the two numbers. Definitions that were changed since come first, as such."""
    names = {area: name for told in (other, one) for rows in told.within.values() for area, name, _value in rows}
    here, there = _numbers(one), _numbers(other)
    found: list[dict[str, str | None]] = []
    if one.definitions != other.definitions:
        found.append(
            {"code": "", "area": "definitions", "name": "", "was": one.definitions[:12], "is": other.definitions[:12]}
        )
    for code, area in sorted(here.keys() | there.keys()):
        was, now = here.get((code, area)), there.get((code, area))
        if was != now:
            found.append({"code": code, "area": area, "name": names.get(area, ""), "was": _text(was), "is": _text(now)})
    return found


def _numbers(told: Tidings) -> dict[tuple[str, str], Decimal | None]:
    found = {(code, ""): one.value for code, one in told.figures.items()}
    found |= {(code, "before"): one.earlier for code, one in told.figures.items()}
    return found | {(code, area): value for code, rows in told.within.items() for area, _name, value in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
