"""What is drawn of a figure: its areas compared, its days, and where the areas lie. All is drawn from tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from anye.doors.kit.columns import Words
from anye.doors.office.report import words
from anye.engine.report.definition import Indicator
from anye.engine.report.said import UNITS, UNKNOWN, axis_said, brief_said, value_said
from anye.records.briefings import queries
from anye.records.briefings.models import Snapshot
from anye.records.places.queries import shapes_of
from anye.records.registers import queries as registers

SHADES = 5
NICE = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))
WHOLE = frozenset({"person", "person_time", "firm", "class", "trade", "workshop", "household", "month", "day"})


class Point(NamedTuple):
    """A line of a table that is drawn: an area, or a day. `plain`: the number for the script, empty where it is not known;
    `shade`: of the map, from 0 (nothing) to SHADES, or empty; `brief`: the number without its unit, for where there is little room.
    """

    name: Words
    code: str
    href: str
    number: str
    plain: str
    shade: str = ""
    brief: str = ""


@dataclass(frozen=True)
class Drawn:
    """A table and its axis. `most`: where the axis ends, if that is settled; `unit`: its name; `divisor`: by what it counts."""

    rows: list[Point]
    unit: Words
    divisor: int
    most: str


@dataclass(frozen=True)
class Key:
    """A step of the map's legend: 0 … SHADES, or `unknown`."""

    shade: int | str
    words: str


@dataclass(frozen=True)
class AreaMap:
    """Where areas lie. `drawn`: the table behind it; `shapes`: for the script; `lacking`: how many areas have no shape."""

    drawn: Drawn
    keys: list[Key]
    shapes: dict[str, Any]
    is_schematic: bool
    lacking: int


def areas_drawn(
    found: Indicator, values: Mapping[str, Decimal | None], place: words.Place, hrefs: Mapping[str, str]
) -> Drawn:
    """The areas within, the largest figure first; none where nothing is known of any. `hrefs`: area → where its name leads."""
    told = [(code, name, values.get(code)) for code, name in place.within if code in values]
    step = step_of(found.unit, [value for *_, value in told])
    rows = [
        Point(
            name,
            code,
            hrefs[code],
            value_said(value, found.unit, words.lang()),
            _plain(value),
            shade_of(value, step),
            brief_said(value, found.unit, words.lang()),
        )
        for code, name, value in sorted(told, key=lambda each: (each[2] is None, -(each[2] or 0), each[0]))
    ]
    return _drawn(rows if any(row.plain for row in rows) else [], found.unit)


def days_drawn(found: Indicator, snapshot: Snapshot, area: str) -> Drawn:
    """The figure as of earlier days, by what was known last; none of a single day, or of days of which nothing was known."""
    known_on, since = registers.beginning() or (snapshot.known_on, snapshot.as_of)
    told = queries.over_time(found.code, area, known_since=known_on, since=since, until=snapshot.as_of)
    rows = [
        Point(day, day.isoformat(), "", value_said(value, found.unit, words.lang()), _plain(value))
        for day, value in told
    ]
    return _drawn(rows if len(rows) > 1 else [], found.unit)


def map_drawn(found: Indicator, drawn: Drawn, place: words.Place) -> AreaMap | None:
    """The areas of a table where they lie. None where the registry has no map of them."""
    shapes = shapes_of([place.code, *(code for code, _ in place.within)])
    ground = shapes.pop(place.code, None)
    lying = [{"code": row.code, "geometry": shapes[row.code].geometry} for row in drawn.rows if row.code in shapes]
    if not lying:
        return None
    is_schematic = any(shapes[each["code"]].is_schematic for each in lying)
    return AreaMap(
        drawn, _keys(found, drawn), {"areas": lying, "ground": ground.geometry if ground is not None else None}, is_schematic,
        len(drawn.rows) - len(lying),
    )  # fmt: skip


def step_of(unit: str, values: list[Decimal | None]) -> Decimal:
    """How wide a step of the legend is, so that SHADES of them hold the largest value: a round number."""
    if unit == "percent":
        return Decimal(100) / SHADES
    most = max((value for value in values if value is not None), default=Decimal(0))
    exact = most / SHADES
    if exact <= 0:
        return Decimal(1)
    ten = Decimal(10) ** exact.adjusted()
    wide = next(ten * each for each in NICE if ten * each >= exact)
    return max(wide.to_integral_value(rounding="ROUND_CEILING"), Decimal(1)) if unit in WHOLE else wide


def figure_hrefs(snapshot: Snapshot, place: words.Place, code: str) -> dict[str, str]:
    """Area → its page of a figure."""
    return {area: reverse("report:indicator", args=[snapshot.token, area, code]) for area, _ in place.within}


def _keys(found: Indicator, drawn: Drawn) -> list[Key]:
    """The steps up to the highest that there is, before them nothing at all and after them the unknown where an area has it."""
    step = step_of(found.unit, [Decimal(row.plain) for row in drawn.rows if row.plain])
    shades, lang = {row.shade for row in drawn.rows}, words.lang()
    steps = range(1, max(int(shade or 0) for shade in shades) + 1)
    keys = [Key(shade, f"≤ {value_said(step * shade, found.unit, lang)}") for shade in steps]
    nothing = [Key(0, value_said(0, found.unit, lang))] if "0" in shades else []
    return nothing + keys + ([Key("unknown", UNKNOWN[lang])] if "" in shades else [])


def shade_of(value: Decimal | None, step: Decimal) -> str:
    """Of a map, from 0 (nothing at all) to SHADES; empty where it is not known."""
    if value is None:
        return ""
    return str(min(SHADES, max(0, int((value / step).to_integral_value(rounding="ROUND_CEILING")))))


def _drawn(rows: list[Point], unit: str) -> Drawn:
    most = max((Decimal(row.plain) for row in rows if row.plain), default=Decimal(0))
    divisor, name = axis_said(most, unit, words.lang())
    return Drawn(rows, name or UNITS[unit][words.lang()], divisor, "100" if unit == "percent" else "")


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
