"""What a briefing may tell: all figures of an area as of a day, frozen, in a shape that lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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
    compare with. `within`: indicator → the areas within with their figures; `trends`: indicator → days with the area's figures.
    """

    kind: str
    area: str
    name: str
    as_of: dt.date
    known_on: dt.date
    figures: Mapping[str, Told]
    before: dt.date | None = None
    before_known: dt.date | None = None
    within: Mapping[str, tuple[tuple[str, Decimal | None], ...]] = field(default_factory=dict)
    trends: Mapping[str, tuple[tuple[dt.date, Decimal | None], ...]] = field(default_factory=dict)

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
    return Told(
        indicator.code, indicator.group, indicator.unit, dict(indicator.title), dict(indicator.says),
        ROLLING if measure.back else measure.period, exact(value), exact(earlier),
    )  # fmt: skip


def exact(value: Value) -> Decimal | None:
    """A number as it is kept: with two decimals."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def before_of(kind: str, as_of: dt.date) -> dt.date:
    """The last day of the month, quarter or year before the one that a day lies in; of other kinds the month before."""
    start, _end = span_of(kind if kind in _MONTHS else "month", as_of)
    return start - dt.timedelta(days=1)


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
        within={code: tuple((name, _number(value)) for name, value in rows) for code, rows in told["within"].items()},
        trends={
            code: tuple((dt.date.fromisoformat(day), _number(value)) for day, value in rows)
            for code, rows in told["trends"].items()
        },
    )  # fmt: skip


def differences(one: Tidings, other: Tidings) -> list[dict[str, str | None]]:
    """Where two differ, of all that both tell but the course of time: indicator, area (none: the whole) and the two numbers."""
    return [
        {"code": code, "area": area, "was": _text(was), "is": _text(now)}
        for code, area, was, now in _pairs(one, other)
        if was != now
    ]


def _pairs(one: Tidings, other: Tidings) -> Iterable[tuple[str, str, Decimal | None, Decimal | None]]:
    for code, told in one.figures.items():
        again = other.figures.get(code)
        yield code, "", told.value, again.value if again else None
        yield code, "before", told.earlier, again.earlier if again else None
    for code, rows in one.within.items():
        again_rows = dict(other.within.get(code, ()))
        for name, value in rows:
            yield code, name, value, again_rows.get(name)


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
