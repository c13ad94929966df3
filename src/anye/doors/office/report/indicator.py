"""One figure: what it counts, of which areas, over time, and the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import READERS, duty_of, open_to
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.report import charts, words
from anye.doors.office.report.pages import COUNTERS
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.engine.report.definition import Indicator
from anye.engine.report.reduce import significant
from anye.records.briefings import queries
from anye.records.briefings.models import SnapshotRow

IN = Status("in", _("counted"), "circle-check", "ok")
OUT = Status("out", _("not yet"), "hourglass", "warn")


def _dress(request: HttpRequest, indicator: Indicator) -> Any:
    def dress(page: Sequence[SnapshotRow]) -> Sequence[SnapshotRow]:
        for one in page:
            person, firm = one.person, one.firm
            one.name = person.name if person is not None else firm.name if firm is not None else one.what
            one.href = ""
            if person is not None:
                one.href = reverse("office:person", args=[person.token])
            elif firm is not None:
                one.href = reverse("office:firm", args=[firm.token])
            one.place = place_words(request, one.scope_no) if person is not None else ""
            one.at_firm = firm.name if firm is not None and person is not None else ""
            one.said = "" if person is None and firm is None else one.what.replace("|", " · ")
            one.amount = _amount(indicator, one.value)
            one.status = IN if one.is_in else OUT
        return page

    return dress


def _amount(indicator: Indicator, value: int | None) -> str:
    if value is None:
        return ""
    return formats.money_text(value) if indicator.is_of_money else formats.number_text(value)


ROWS = Listing(
    name="figure_rows",
    caption=_("The rows behind it"),
    columns=(
        Column("name", _("Name"), "name", link=lambda one: one.href, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("firm", _("Firm"), "at_firm"),
        Column("what", pgettext_lazy("figure", "What"), "said"),
        Column("since", _("First day"), "since", "day"),
        Column("until", _("Last day"), "until", "day"),
        Column("lines", pgettext_lazy("figure", "Records"), "lines", "number"),
        Column("amount", _("Amount"), "amount"),
        Column("state", _("State"), "status", "status"),
    ),
    orders=(Order("place", _("by village"), ("scope_no", "pk")),),
    filters=(
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        ChoiceFilter(
            "state", _("State"), lambda _request: [("in", IN.label), ("out", OUT.label)],
            lambda rows, state: rows.filter(is_in=state == "in"),
        ),
    ),
    export=Export(
        _("The rows behind a figure"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(_("No row stands behind it here"), _("Rows of other areas are seen by those who look after them."), icon="list-check"),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def indicator(request: HttpRequest, token: str, area: str, code: str) -> HttpResponse:
    """A figure with its definition, areas, days and rows."""
    found, snapshot = words.indicators().get(code), queries.snapshot(token)
    place = words.place_of(request, snapshot, area) if snapshot else None
    if found is None or snapshot is None or place is None:
        raise Http404
    behind = queries.rows_behind(snapshot, code)
    if len(significant(place.code)) > 6:  # a town's or a village's: of those who live there
        behind = behind.filter(area_code__startswith=significant(place.code))
    rows = Rows(behind, dress=_dress(request, found))
    request.listed = rows  # type: ignore[attr-defined]
    value = queries.figures_of(snapshot, place.code)[code].value
    hrefs = charts.figure_hrefs(snapshot, place, code)
    areas = charts.areas_drawn(found, queries.by_area(snapshot, code), place, hrefs)
    response = ROWS.respond(
        request, rows, template="office/report/indicator.html",
        context={
            "crumbs": (Crumb(_("Report"), reverse("report:of", args=[token, area])), Crumb(found.title[words.lang()])),
            "told": words.told(found, value), "note": found.note[words.lang()], "snapshot": snapshot, "place": place,
            "period": words.period_words(found.among or found.of), "areas": areas, "map": charts.map_drawn(found, areas, place),
            "days": charts.days_drawn(found, snapshot, place.code), "may_add_map": duty_of(request).role in COUNTERS,
        },
    )  # fmt: skip
    if request.method != "POST":
        log_list(request, "figure_rows", rows.read)
    return response
