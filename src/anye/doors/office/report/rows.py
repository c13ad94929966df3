"""The rows behind a figure, each in the area by which the figure counts it: where the person lived, as known then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import Apply, ChoiceFilter, Choices, Filter
from anye.doors.kit.fragments import Status
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order
from anye.doors.office.places import place_words
from anye.doors.office.report.words import Place
from anye.doors.office.rows import Dress, Rows, log_export, source_of
from anye.engine.report.definition import Indicator
from anye.engine.report.reduce import significant
from anye.records.briefings import queries
from anye.records.briefings.models import Snapshot, SnapshotRow
from anye.records.briefings.queries import Filled

IN = Status("in", _("counted"), "circle-check", "ok")
OUT = Status("out", _("not yet"), "hourglass", "warn")
NOWHERE = "none"
NAME = Column("name", _("Name"), "name", link=lambda one: one.href, is_fixed=True)
AREA = Column("place", _("Area"), "place")
OFFICE = Column("office", _("Looked after by"), lambda one: one.office(), is_shown=False)  # read where it is asked for
FIRM = Column("firm", _("Firm"), "at_firm")
WHAT = Column("what", pgettext_lazy("figure", "What"), "said")
SINCE = Column("since", _("First day"), "since", "day")
UNTIL = Column("until", _("Last day"), "until", "day")
LINES = Column("lines", pgettext_lazy("figure", "Records"), "lines", "number")
YUAN, NUMBER = (Column("amount", _("Amount"), "value", kind) for kind in ("yuan", "number"))
STATE = Column("state", _("State"), "status", "status")
BY_STATE = ChoiceFilter(
    "state", _("State"), lambda _request: [("in", IN.label), ("out", OUT.label)],
    lambda rows, state: rows.filter(is_in=state == "in"),
)  # fmt: skip


def listing_of(found: Indicator, place: Place, filled: Filled) -> Listing:
    """The listing of a figure's rows in an area: the columns that say something, and the areas within to choose from."""
    has_state = found.take in {"share", "weight"}
    columns = (
        (NAME, True), (AREA, filled.person), (OFFICE, filled.person), (FIRM, filled.both), (WHAT, filled.what), (SINCE, filled.since),
        (UNTIL, filled.until), (LINES, True), (YUAN if found.is_of_money else NUMBER, filled.value), (STATE, has_state),
    )  # fmt: skip
    filters: list[Filter] = [BY_STATE] if has_state else []
    if filled.person and place.within:
        choices = _choices(place)
        filters.insert(0, ChoiceFilter("village", _("Area"), lambda _request: choices, _by_area(place)))
    return Listing(
        name="figure_rows",
        caption=_("The rows behind it"),
        columns=tuple(column for column, is_told in columns if is_told),
        orders=(Order("place", _("by area"), ("is_beyond", "area_code", "pk")),),
        filters=tuple(filters),
        export=Export(
            _("The rows behind a figure"),
            log=log_export(lambda one: (one.person_id, one.scope_no)),
            by=lambda request: str(request.user.get_username()),
        ),
        empty=Empty(
            _("No row stands behind it here"),
            _("Rows of people are seen by those who look after them, and kept of the two latest days."),
            icon="list-check",
        ),
        source=source_of,
    )


def rows_in(place: Place, snapshot: Snapshot, code: str) -> QuerySet[SnapshotRow]:
    """The rows behind a figure of an area: of a town or a village of those who live there, of a district those who do first."""
    behind, within = queries.rows_behind(snapshot, code), Q(area_code__startswith=significant(place.code))
    if not place.is_widest:
        behind = behind.filter(within)
    return behind.annotate(is_beyond=Case(When(within, then=0), default=1))


def dress_of(request: HttpRequest, place: Place) -> Dress:
    """Adds to rows whom they name, where, and who looks after them."""

    def dress(page: list[Any]) -> list[Any]:
        for one in page:
            person, firm = one.person, one.firm
            one.name = person.name if person is not None else firm.name if firm is not None else one.what
            one.href = ""
            if person is not None:
                one.href = reverse("office:person", args=[person.token])
            elif firm is not None:
                one.href = reverse("office:firm", args=[firm.token])
            one.place = area_words(place, one)
            one.office = partial(place_words, request, one.scope_no) if person is not None else str
            one.at_firm = firm.name if firm is not None and person is not None else ""
            one.said = "" if person is None and firm is None else one.what.replace("|", " · ")
            one.status = IN if one.is_in else OUT
        return page

    return dress


def area_words(place: Place, row: SnapshotRow) -> str:
    """The area by which a figure counts a row, on a page of an area: below a district the town and the village."""
    code = row.area_code
    if row.person_id is None:
        return pgettext("area", "none: not a person")
    if not code:
        return pgettext("area", "not known")
    if code == place.code and len(significant(code)) > 9:
        return place.name
    named = [place.names[each] for each in (f"{code[:9]}000", code) if each in place.names and each != place.code]
    if named:
        return " ".join(dict.fromkeys(named))
    return pgettext("area", "not known") if code.startswith(significant(place.code)) else pgettext("area", "elsewhere")


def _choices(place: Place) -> Choices:
    """The areas within, under a district with the villages of each town, and what lies in none of them."""
    digits, depth = significant(place.code), len(significant(place.within[0][0]))
    within: Sequence[str] = [code for code in place.names if code != place.code and code.startswith(digits)]
    named = [(code, f"{'　' if len(significant(code)) > depth else ''}{place.names[code]}") for code in within]
    return [*named, (NOWHERE, _("in none of these areas"))]


def _by_area(place: Place) -> Apply:
    def apply(rows: Rows, code: str) -> Rows:
        if code != NOWHERE:
            return rows.filter(area_code__startswith=significant(code))
        within = Q()
        for each, _name in place.within:
            within |= Q(area_code__startswith=significant(each))
        return rows.filter(~within)

    return apply
