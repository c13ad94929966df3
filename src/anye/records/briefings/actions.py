"""Writes of the figures as they stood; the worker's alone."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from anye.records.audit.tokens import new_token
from anye.records.briefings.models import Snapshot, SnapshotRow

FIGURES = ("scope_no", "indicator", "area_code", "value", "rows")
ROWS = (
    "scope_no", "indicator", "person_id", "firm_id", "what", "area_code", "since", "until", "lines", "value", "is_in", "fact",
)  # fmt: skip
KEPT = 2
"""Snapshots of which the rows are kept; those of others are found again from the facts."""


def take_snapshot(
    *, as_of: date, known_on: date, definitions: str, figures: bytes, rows: bytes, at: datetime, by: str
) -> Snapshot:
    """Keep figures and rows (CSV in the order of `FIGURES` and `ROWS`); one of the same days gives way."""
    Snapshot.objects.filter(as_of=as_of, known_on=known_on).delete()
    made: Snapshot = Snapshot.objects.create(
        token=new_token(), as_of=as_of, known_on=known_on, definitions=definitions, taken_at=at, taken_by=by
    )
    _put("briefings_snapshotfigure", FIGURES, figures, made)
    _put("briefings_snapshotrow", ROWS, rows, made)
    kept = Snapshot.objects.order_by("-as_of", "-known_on").values_list("pk", flat=True)[:KEPT]
    SnapshotRow.objects.exclude(snapshot_id__in=list(kept)).delete()
    return made


def _put(table: str, names: tuple[str, ...], lines: bytes, snapshot: Snapshot) -> None:
    columns = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0")
        if lines:
            with cursor.copy(f"COPY taken ({columns}) FROM STDIN (FORMAT csv)") as stream:
                stream.write(lines)
        cursor.execute(f"INSERT INTO {table} (snapshot_id, {columns}) SELECT %s, {columns} FROM taken", [snapshot.pk])
        cursor.execute("DROP TABLE taken")
