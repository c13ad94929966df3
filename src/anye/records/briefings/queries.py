"""Reads of the figures as they stood, and of the briefings that tell them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from anye.records.audit.day import registry_day
from anye.records.briefings.models import (
    Briefing,
    BriefingIssue,
    BriefingRecount,
    Snapshot,
    SnapshotFigure,
    SnapshotRow,
)


def snapshots() -> QuerySet[Snapshot]:
    """All that were taken, the latest first."""
    return Snapshot.objects.filter(state="done").order_by("-as_of", "-known_on")


def asked_for() -> QuerySet[Snapshot]:
    """Those that the worker has still to count."""
    return Snapshot.objects.filter(state="asked").order_by("as_of", "known_on")


def failed_ones() -> QuerySet[Snapshot]:
    """Those that could not be counted, the latest first."""
    return Snapshot.objects.filter(state="failed").order_by("-taken_at")


def snapshot_asked(pk: int) -> Snapshot | None:
    """One that was asked for, by its key."""
    return Snapshot.objects.filter(pk=pk).first()


def snapshot(token: str = "") -> Snapshot | None:
    """One by its token; by default the latest."""
    return snapshots().filter(token=token).first() if token else snapshots().first()


def figures_of(snapshot: Snapshot, area: str) -> dict[str, SnapshotFigure]:
    """Indicator → an area's figure."""
    return {each.indicator: each for each in SnapshotFigure.objects.filter(snapshot=snapshot, area_code=area)}


def by_area(snapshot: Snapshot, indicator: str) -> dict[str, SnapshotFigure]:
    """Area → an indicator's figure, of the areas within the range."""
    return {each.area_code: each for each in SnapshotFigure.objects.filter(snapshot=snapshot, indicator=indicator)}


def figures_within(snapshot: Snapshot, areas: Iterable[str]) -> dict[str, dict[str, Decimal | None]]:
    """Indicator → area → figure, of some areas."""
    told = SnapshotFigure.objects.filter(snapshot=snapshot, area_code__in=list(areas))
    found: dict[str, dict[str, Decimal | None]] = {}
    for indicator, area, value in told.values_list("indicator", "area_code", "value"):
        found.setdefault(indicator, {})[area] = value
    return found


def over_time(
    indicator: str, area: str, *, known_since: date, since: date, until: date, most: int = 24
) -> list[tuple[date, Decimal | None]]:
    """Day → the figure of an area, of each day by what was known last; the last ones, in the order of the days.

    `known_since`, `since`: what was counted by earlier knowledge, or of earlier days, is left out: nothing was known of it.
    """
    told = SnapshotFigure.objects.filter(
        indicator=indicator, area_code=area, snapshot__as_of__range=(since, until), snapshot__known_on__gte=known_since
    )
    rows = told.order_by("-snapshot__as_of", "-snapshot__known_on").values_list("snapshot__as_of", "value")
    found: dict[date, Decimal | None] = {}
    for day, value in rows[: most * 4]:
        found.setdefault(day, value)
    return sorted(found.items())[-most:]


def rows_behind(snapshot: Snapshot, indicator: str) -> QuerySet[SnapshotRow]:
    """The rows of the range behind a figure."""
    told = SnapshotRow.objects.filter(snapshot=snapshot, indicator=indicator)
    return told.select_related("person", "firm")


class Filled(NamedTuple):
    """How many rows stand behind a figure, and which of their columns say something in any of them."""

    rows: int
    person: bool
    nobody: bool
    both: bool
    what: bool
    since: bool
    until: bool
    value: bool


def filled(rows: QuerySet[SnapshotRow]) -> Filled:
    """Of the rows behind a figure. `nobody`: of no person; `both`: of a person and a firm; `what`: of either."""
    person, firm = Q(person__isnull=False), Q(firm__isnull=False)
    wanted = {
        "rows": Q(pk__isnull=False), "person": person, "nobody": ~person, "both": person & firm, "what": (person | firm) & ~Q(what=""),
        "since": Q(since__isnull=False), "until": Q(until__isnull=False), "value": Q(value__isnull=False),
    }  # fmt: skip
    told = rows.order_by().aggregate(**{f"n_{name}": Count("pk", filter=each) for name, each in wanted.items()})
    return Filled(told["n_rows"], *(bool(told[f"n_{name}"]) for name in Filled._fields[1:]))


def figures_with(snapshot: Snapshot, *, person_id: int | None = None, firm_id: int | None = None) -> list[str]:
    """The indicators that count somebody, or a firm."""
    whose = {"person_id": person_id} if person_id is not None else {"firm_id": firm_id}
    told = SnapshotRow.objects.filter(snapshot=snapshot, is_in=True, **whose)
    return sorted(told.values_list("indicator", flat=True).distinct())


def areas_of(snapshot: Snapshot) -> list[str]:
    """The areas within the range that have figures."""
    told = SnapshotFigure.objects.filter(snapshot=snapshot).order_by("area_code")
    return list(told.values_list("area_code", flat=True).distinct())


def snapshot_of(as_of: date, *, known_until: date) -> Snapshot | None:
    """What was counted of a day, by what was known last, on `known_until` at the latest."""
    return snapshots().filter(as_of=as_of, known_on__lte=known_until).first()


def is_settled(snapshot: Snapshot) -> bool:
    """Whether it was counted after the day by whose knowledge it is: on that day more could still come in."""
    return snapshot.taken_at is not None and registry_day(snapshot.taken_at) > snapshot.known_on


def snapshot_days(area: str) -> QuerySet[Snapshot]:
    """The snapshots that hold figures of an area, the latest first."""
    return snapshots().filter(figures__area_code=area).distinct()


def all_over_time(area: str, *, until: date, known: date) -> dict[str, list[tuple[date, date, Decimal | None]]]:
    """Indicator → day, day of knowledge and figure of an area, by what was known until a day; the day's last knowledge last."""
    told = SnapshotFigure.objects.filter(area_code=area, snapshot__as_of__lte=until, snapshot__known_on__lte=known)
    rows = told.order_by("snapshot__as_of", "snapshot__known_on")
    found: dict[str, list[tuple[date, date, Decimal | None]]] = {}
    for indicator, day, known_on, value in rows.values_list(
        "indicator", "snapshot__as_of", "snapshot__known_on", "value"
    ):
        found.setdefault(indicator, []).append((day, known_on, value))
    return found


def briefings() -> QuerySet[Briefing]:
    """All of the range, the latest first."""
    return Briefing.objects.select_related("snapshot").order_by("-snapshot__as_of", "-pk")


def issues_of(briefing: Briefing) -> QuerySet[BriefingIssue]:
    """What was issued of a briefing, the latest first."""
    return BriefingIssue.objects.filter(briefing=briefing).select_related("snapshot").order_by("-number")


def issued_until() -> date | None:
    """The last day of knowledge that something was issued by: nothing may come to be known on it any more."""
    last: date | None = BriefingIssue.objects.aggregate(last=Max("snapshot__known_on"))["last"]
    return last


def recounts_of(issue: BriefingIssue) -> QuerySet[BriefingRecount]:
    """How often an issue was counted once more, the latest first."""
    return BriefingRecount.objects.filter(issue=issue).order_by("-pk")


def recount_asked(pk: int) -> BriefingRecount | None:
    """One that was asked for and is not done."""
    return BriefingRecount.objects.filter(pk=pk, state="asked").select_related("issue__snapshot").first()


def snapshot_at(as_of: date, known_on: date) -> Snapshot | None:
    """What was counted of a day by what was known on a day."""
    return snapshots().filter(as_of=as_of, known_on=known_on).first()
