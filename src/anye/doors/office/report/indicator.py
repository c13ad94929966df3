"""One figure: what it counts, of which areas, over time, and the rows behind it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import READERS, duty_of, open_to
from anye.doors.office.report import charts, words
from anye.doors.office.report.pages import COUNTERS
from anye.doors.office.report.rows import dress_of, listing_of, rows_in
from anye.doors.office.rows import Rows, log_list
from anye.records.briefings import queries


@open_to(READERS)
def indicator(request: HttpRequest, token: str, area: str, code: str) -> HttpResponse:
    """A figure with its definition, areas, days and rows."""
    found, snapshot = words.indicators().get(code), queries.snapshot(token)
    place = words.place_of(request, snapshot, area) if snapshot else None
    if found is None or snapshot is None or place is None:
        raise Http404
    figures = queries.by_area(snapshot, code)
    if place.code not in figures:  # it was not among the figures of that day
        raise Http404
    behind = rows_in(place, snapshot, code)
    filled = queries.filled(behind)
    rows = Rows(behind, dress=dress_of(request, place))
    request.listed = rows  # type: ignore[attr-defined]
    figure, hrefs = figures[place.code], charts.figure_hrefs(snapshot, place, code)
    areas = charts.areas_drawn(found, {each: one.value for each, one in figures.items()}, place, hrefs)
    response = listing_of(found, place, filled).respond(
        request, rows, template="office/report/indicator.html",
        context={
            "crumbs": (Crumb(_("Report"), reverse("report:of", args=[token, area])), Crumb(found.title[words.lang()])),
            "told": words.told(found, figure.value), "note": found.note[words.lang()], "snapshot": snapshot, "place": place,
            "period": words.period_words(found.among or found.of), "areas": areas, "map": charts.map_drawn(found, areas, place),
            "beyond": words.beyond(found, figures, place, are_firms=filled.nobody or not filled.rows),
            "elsewhere": figure.rows - filled.rows if filled.rows else 0,
            "days": charts.days_drawn(found, snapshot, place.code), "may_add_map": duty_of(request).role in COUNTERS,
        },
    )  # fmt: skip
    if request.method != "POST":
        log_list(request, "figure_rows", rows.read)
    return response
