"""Writes of the figures as they stood; the worker's alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from anye.records.audit.tokens import new_token
from anye.records.briefings.models import Snapshot, SnapshotFigure, SnapshotRow

FIGURES = ("scope_no", "indicator", "area_code", "value", "rows")
ROWS = (
    "scope_no", "indicator", "person_id", "firm_id", "what", "area_code", "since", "until", "lines", "value", "is_in", "fact",
)  # fmt: skip
KEPT = 2
"""Snapshots of which the rows are kept; those of others are found again from the facts."""
NIGHTLY, DAYS_KEPT = "worker", timedelta(days=60)
"""So long each night's figures are kept; of earlier nights those of the last day of a month, and those that a briefing tells."""


def ask_snapshot(*, as_of: date, known_on: date, by: str) -> Snapshot:
    """Ask the worker for the figures of a day, or find what was asked of the same days; once more, if that failed."""
    found, _ = Snapshot.objects.get_or_create(
        as_of=as_of, known_on=known_on, defaults={"token": new_token(), "asked_by": by}
    )
    if found.state == "failed":
        Snapshot.objects.filter(pk=found.pk, state="failed").update(state="asked", asked_by=by)
        found.refresh_from_db()
    return found


def take_snapshot(*, snapshot: Snapshot, definitions: str, figures: bytes, rows: bytes, at: datetime) -> None:
    """Keep figures and rows (CSV in the order of `FIGURES` and `ROWS`) in the place of what was counted of the same days."""
    SnapshotFigure.objects.filter(snapshot=snapshot).delete()
    SnapshotRow.objects.filter(snapshot=snapshot).delete()
    _put("briefings_snapshotfigure", FIGURES, figures, snapshot)
    _put("briefings_snapshotrow", ROWS, rows, snapshot)
    Snapshot.objects.filter(pk=snapshot.pk).update(state="done", definitions=definitions, taken_at=at)
    kept = Snapshot.objects.filter(state="done").order_by("-as_of", "-known_on").values_list("pk", flat=True)[:KEPT]
    SnapshotRow.objects.exclude(snapshot_id__in=list(kept)).delete()
    nights = Snapshot.objects.filter(
        asked_by=NIGHTLY, as_of__lt=snapshot.as_of - DAYS_KEPT, briefings=None, issues=None
    ).values_list("pk", "as_of")
    Snapshot.objects.filter(pk__in=[pk for pk, day in nights if (day + timedelta(days=1)).day != 1]).delete()


def give_snapshot_up(*, snapshot_id: int, at: datetime) -> None:
    """What was asked for cannot be counted; it may be asked for again."""
    Snapshot.objects.filter(pk=snapshot_id, state="asked").update(state="failed", taken_at=at)


def let_failed_snapshots_go(*, failed_before: datetime) -> None:
    """Nobody asked again for what could not be counted."""
    Snapshot.objects.filter(state="failed", taken_at__lt=failed_before).delete()


def _put(table: str, names: tuple[str, ...], lines: bytes, snapshot: Snapshot) -> None:
    columns = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0")
        if lines:
            with cursor.copy(f"COPY taken ({columns}) FROM STDIN (FORMAT csv)") as stream:
                stream.write(lines)
        cursor.execute(f"INSERT INTO {table} (snapshot_id, {columns}) SELECT %s, {columns} FROM taken", [snapshot.pk])
        cursor.execute("DROP TABLE taken")
