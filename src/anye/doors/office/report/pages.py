"""The report: all figures of an area as of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit.formats import day_text
from anye.doors.office.entrance import READERS, actor_of, duty_of, open_to
from anye.doors.office.report import charts, words
from anye.engine.report.said import GROUPS
from anye.flow.jobs import count_figures
from anye.packs import read_pack
from anye.records.accounts.models import Role
from anye.records.audit.day import registry_day
from anye.records.briefings import queries
from anye.records.briefings.actions import ask_snapshot
from anye.records.briefings.models import Snapshot
from anye.records.registers import queries as registers

COUNTERS = frozenset({Role.DISTRICT_OFFICER})


@require_safe
@open_to(READERS)
def index(request: HttpRequest, token: str = "", area: str = "") -> HttpResponse:
    """The figures, grouped, as they stood: by default the latest, of the reader's own area."""
    snapshot = queries.snapshot(token)
    place = words.place_of(request, snapshot, area) if snapshot else None
    if token and place is None:
        raise Http404
    groups: list[dict[str, Any]] = []
    if snapshot and place:
        values = queries.figures_of(snapshot, place.code)
        for group, title in GROUPS.items():
            figures = [
                words.told(one, values[code].value)
                for code, one in words.indicators().items()
                if one.group == group and code in values
            ]
            groups += [{"title": title[words.lang()], "figures": figures}] if figures else []
    headline = _headline(request, snapshot, place) if snapshot and place else {}
    context = {
        **headline, "snapshot": snapshot, "place": place, "groups": groups,
        "snapshots": queries.snapshots()[:60], "asked": queries.asked_for()[:10],
        **_counting(request),
    }  # fmt: skip
    return render(request, "office/report/index.html", context)


def _counting(request: HttpRequest) -> dict[str, Any]:
    """For those who have other days counted: which days may be, and which could not be."""
    if duty_of(request).role not in COUNTERS:
        return {"may_count": False, "failed": ()}
    first, failed = registers.beginning(), queries.failed_ones()[:10]
    return {"may_count": True, "today": registry_day(), "first": first, "failed": failed}


def _headline(request: HttpRequest, snapshot: Snapshot, place: words.Place) -> dict[str, Any]:
    """One figure of the areas within, on the map: the one that the address names, else the pack's, else the first known below."""
    values = queries.figures_within(snapshot, [code for code, _ in place.within])
    known = {code for code, told in values.items() if any(value is not None for value in told.values())}
    offered = [
        (title[words.lang()], [one for one in words.indicators().values() if one.group == group and one.code in known])
        for group, title in GROUPS.items()
    ]
    told = [one for _, ones in offered for one in ones]
    if not told:
        return {}
    wanted = (request.GET.get("figure"), read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).on_map)
    found = next((one for code in wanted for one in told if one.code == code), told[0])
    hrefs = {
        code: f"{reverse('report:of', args=[snapshot.token, code])}?figure={found.code}" for code, _ in place.within
    }
    areas = charts.areas_drawn(found, values[found.code], place, hrefs)
    return {
        "areas": areas, "map": charts.map_drawn(found, areas, place), "headline": found.title[words.lang()], "figure": found.code,
        "kept": f"?figure={found.code}" if found.code == request.GET.get("figure") else "",
        "offered": [(title, [(one.code, one.title[words.lang()]) for one in ones]) for title, ones in offered if ones],
    }  # fmt: skip


@require_POST
@open_to(COUNTERS)
def count(request: HttpRequest) -> HttpResponse:
    """Ask the worker for the figures of a day."""
    try:
        on, known = (dt.date.fromisoformat(request.POST.get(name, "")) for name in ("on", "known"))
    except ValueError:
        messages.error(request, gettext("Give both days as year, month and day."))
        return redirect("report:index")
    refusal = _why_not(on, known)
    if refusal:
        messages.error(request, refusal)
        return redirect("report:index")
    asked = ask_snapshot(as_of=on, known_on=known, by=actor_of(request))
    count_figures.defer(snapshot_id=asked.pk)
    messages.success(request, gettext("The figures are being counted. They stand here in a few minutes."))
    return redirect("report:index")


def _why_not(on: dt.date, known: dt.date) -> str:
    """Why a day is not counted; nothing where it is: something was known then, and of that year a file may tell."""
    if not on <= known <= registry_day():
        return gettext("What was known is known on the day itself or later, and today at the latest.")
    first = registers.beginning()
    if first is None:
        return gettext("Nothing is known yet: load a register first.")
    if known < first.known_on:
        return gettext("Nothing was known before %(day)s: that day the first file came.") % {
            "day": day_text(first.known_on)
        }
    if on < first.as_of:
        return gettext("No file is of a year before %(year)s: days are counted from %(day)s on.") % {
            "year": first.as_of.year, "day": day_text(first.as_of),
        }  # fmt: skip
    return ""
