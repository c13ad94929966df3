"""What the report's pages say: groups of figures, areas, values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Words
from anye.doors.office.entrance import duty_of
from anye.engine.report.definition import Indicator, Measure
from anye.engine.report.reduce import digits_above, significant
from anye.engine.report.said import ONE, UNITS, sentence, value_said
from anye.flow.reporting.figures import indicators_of
from anye.packs import read_pack
from anye.records.briefings import queries
from anye.records.briefings.models import Snapshot, SnapshotFigure
from anye.records.places.queries import names_on

HEADLINES = 6
ADDED_UP = frozenset({"count", "sum", "part"})
"""Takes whose figure of a whole is the sum of those of its parts."""
PERIODS: Mapping[str, Words] = {
    "year": _("from 1 January to the day"), "half_year": _("from the beginning of the half-year to the day"),
    "quarter": _("from the beginning of the quarter to the day"), "month": _("in the month"), "all": _("up to the day"),
    "day": _("on the day"), "year_before": _("in the year before"),
    "newest": _("in the last month that the register tells of"),
}  # fmt: skip


class Told(NamedTuple):
    """A figure on a page."""

    indicator: Indicator
    value: Decimal | None
    title: str
    number: str
    unit: Words
    says: str


def lang() -> str:
    return "zh" if formats.is_chinese() else "en"


def indicators() -> Mapping[str, Indicator]:
    return indicators_of(settings.ANYE_PACK)


def told(indicator: Indicator, value: Decimal | None) -> Told:
    name = lang()
    number = value_said(value, indicator.unit, name)
    is_money = indicator.unit.startswith("yuan") or indicator.unit == "percent" or value is None
    return Told(
        indicator, value, indicator.title[name], number, "" if is_money else _unit_of(value, indicator.unit),
        sentence(indicator, value, name),
    )  # fmt: skip


def counted(value: Decimal, unit: str) -> str:
    """A number with what it counts: 12 people, 1 person, 20,000 yuan, 5%."""
    name = lang()
    said = value_said(value, unit, name)
    if unit.startswith("yuan") or unit == "percent":
        return said
    return f"{said}{'' if name == 'zh' else ' '}{_unit_of(value, unit)}"


def _unit_of(value: Decimal | None, unit: str) -> str:
    """What is counted, of one in the singular where a language has it."""
    name = lang()
    return ONE[unit] if value == 1 and name == "en" and unit in ONE else UNITS[unit][name]


def period_words(measure: Measure) -> Words:
    """Of which days a figure is."""
    if measure.back:
        return gettext("in the %(count)s months up to the day") % {"count": measure.back}
    return PERIODS[measure.period]


class Place(NamedTuple):
    """Of which area a page speaks: its code and name, the areas within it, and that above it if it is in reach.

    `names`: code → name of all areas in reach; `is_widest`: a district, of which those count too who live elsewhere.
    """

    code: str
    name: str
    within: list[tuple[str, str]]
    above: tuple[str, str] | None
    names: Mapping[str, str]

    @property
    def is_widest(self) -> bool:
        return len(significant(self.code)) <= 6


def place_of(request: HttpRequest, snapshot: Snapshot, code: str = "") -> Place | None:
    """The area of a code, or the reader's own. None where it is out of reach, or the office looks after none."""
    names = names_on(snapshot.as_of)
    reach = set(queries.areas_of(snapshot))
    code = code or _home(request, reach)
    if code not in reach:
        return None
    within = [
        (each, names.get(each, each))
        for each in sorted(reach)
        if each != code and digits_above(each) == significant(code)
    ]
    above = next(((each, names.get(each, each)) for each in reach if significant(each) == digits_above(code)), None)
    return Place(code, names.get(code, code), within, above, {each: names.get(each, each) for each in sorted(reach)})


def beyond(found: Indicator, figures: Mapping[str, SnapshotFigure], place: Place, *, are_firms: bool) -> str:
    """What of a figure lies in none of the areas within, as a sentence; nothing where all of it does, or of no area it is known.

    `figures`: area → figure; `are_firms`: whether some of its rows may be of no person.
    """
    whole, parts = figures[place.code], [figures[code] for code, _name in place.within if code in figures]
    rows = whole.rows - sum(part.rows for part in parts)
    if rows <= 0 or whole.value is None or all(part.value is None for part in parts):
        return ""
    if found.take in ADDED_UP:
        amount = counted(whole.value - sum(part.value or 0 for part in parts), found.unit)
    else:
        amount = gettext("%(count)s of %(rows)s rows") % {"count": f"{rows:,}", "rows": f"{whole.rows:,}"}
    if not place.is_widest:
        return gettext("In none of these areas: %(amount)s, of people of whom the village is not known.") % {
            "amount": amount
        }
    if are_firms:
        return gettext(
            "In none of these areas: %(amount)s, of people who live elsewhere or of whom it is not known where, or of firms."
        ) % {"amount": amount}
    return gettext(
        "In none of these areas: %(amount)s, of people who live elsewhere or of whom it is not known where."
    ) % {"amount": amount}


class Headlines(NamedTuple):
    """The figures that a first page begins with: of which day, of the reader's own area."""

    snapshot: Snapshot
    area: str
    figures: list[Told]


def headlines(request: HttpRequest) -> Headlines | None:
    """The pack's headlines of the latest day, those alone that are known of the area. None while there are none."""
    snapshot, area = queries.snapshot(), duty_of(request).office.area_code
    if snapshot is None or not area:
        return None
    values = queries.figures_of(snapshot, area)
    wanted = read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).headlines
    known = [code for code in wanted if code in indicators() and code in values and values[code].value is not None]
    figures = [told(indicators()[code], values[code].value) for code in known[:HEADLINES]]
    return Headlines(snapshot, area, figures) if figures else None


def figures_of(request: HttpRequest, *, person_id: int | None = None, firm_id: int | None = None) -> dict[str, Any]:
    """The figures of the latest day that count a person or a firm, by title, each with its page."""
    snapshot = queries.snapshot()
    if snapshot is None:
        return {}
    codes = queries.figures_with(snapshot, person_id=person_id, firm_id=firm_id)
    found = [indicators()[code] for code in codes if code in indicators()]
    return {"as_of": snapshot.as_of, "titles": linked(request, snapshot, found)}


def linked(request: HttpRequest, snapshot: Snapshot, figures: Sequence[Indicator]) -> list[tuple[str, str]]:
    """Figures by title, each with its page: of the reader's own area, or of the widest that they reach."""
    area = _home(request, queries.areas_of(snapshot)) if figures else ""
    return [
        (one.title[lang()], reverse("report:indicator", args=[snapshot.token, area, one.code]) if area else "")
        for one in figures
    ]


def _home(request: HttpRequest, reach: Collection[str]) -> str:
    """The reader's own area; of an office that looks after none, the widest in its reach."""
    own = duty_of(request).office.area_code
    if own in reach:
        return own
    return min(reach, key=lambda code: (len(significant(code)), code), default="")
