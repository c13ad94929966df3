"""What registers are due: which months have come, what is missing and who owes it, and the days ahead."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status
from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import EVERYBODY, open_to
from anye.engine.intake.due import Cell, cells, next_month
from anye.engine.intake.profile import Profile
from anye.packs import read_pack
from anye.records.audit.day import registry_day
from anye.records.registers import queries as registers

SHOWN = 12  # months of the table
AHEAD = dt.timedelta(days=45)
STATES = {
    "came": Status("came", _("came in"), "circle-check", "ok"),
    "overdue": Status("overdue", _("missing"), "clock-exclamation", "bad"),
    "waits": Status("waits", _("still has time"), "circle-dashed", "idle"),
}


@dataclass(frozen=True)
class Owed:
    """The newest period of a register that has not come, from whom, by when, and how many before it are missing too."""

    title: str
    period: str
    by: str
    due_on: dt.date
    earlier: int


@open_to(EVERYBODY)
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """The calendar of registers."""
    on, language = registry_day(), "zh" if formats.is_chinese() else "en"
    months = [next_month(on, back) for back in range(1 - SHOWN, 1)]
    came = registers.months_that_came()
    rows: list[dict[str, Any]] = []
    owed: list[Owed] = []
    for profile in read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles.values():
        if profile.due is None:
            continue
        found = {cell.period: cell for cell in cells(profile.due, came.get(profile.name, ()), first=months[0], on=on)}
        title = profile.title[language]
        by = profile.due.by[language]
        line = [(month, _shown(found.get(month))) for month in months]
        rows.append({"title": title, "by": by, "cells": line, "has_come": profile.name in came})
        missing = [cell for cell in found.values() if cell.state != "came" and cell.deadline <= on + AHEAD]
        late = [cell for cell in missing if cell.state == "overdue"]
        for cell in (*late[-1:], *(cell for cell in missing if cell.state == "waits")):
            # a register that never came is owed for the last period that is over, and not for every one before it
            earlier = len(late) - 1 if cell.state == "overdue" and profile.name in came else 0
            owed.append(Owed(title, _period(profile, cell), by, cell.deadline, earlier))
    context = {
        "months": months, "rows": sorted(rows, key=lambda row: not row["has_come"]),
        "owed": sorted(owed, key=lambda one: (one.due_on, one.title)), "on": on, "states": STATES.values(),
        "crumbs": (Crumb(_("Registers"), reverse("registers:index")), Crumb(_("What is due"))),
    }  # fmt: skip
    return render(request, "office/registers/due.html", context)


def _shown(cell: Cell | None) -> Status | None:
    return None if cell is None else STATES[cell.state]


def _period(profile: Profile, cell: Cell) -> str:
    """What a period is called: a month, a quarter or a year."""
    last = cell.period
    if profile.due is not None and profile.due.every == "quarter":
        return gettext("quarter %(number)s of %(year)s") % {"number": last.month // 3, "year": last.year}
    if profile.due is not None and profile.due.every == "year":
        return gettext("year %(year)s") % {"year": last.year}
    return formats.month_text(last)
