"""What a file would do, before it does it: the very load is done in one transaction, counted, and rolled back.

So the figures are those of the load itself, to the last fact, as long as no other file comes in between.
"""

import json
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from anye.flow import differences, giving_back
from anye.flow.load import Report, load_file
from anye.flow.registry import loading_context
from anye.records.accounts.queries import HeldDuty
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.registers import queries
from anye.records.registers.actions import requests
from anye.records.registers.models import Batch, Upload

FEW, MANY = 0.5, 2.0  # of the rows of the month before: fewer or more than these shares look wrong


class _Looked(Exception):  # no error: it carries what was seen out of a transaction that is rolled back
    def __init__(self, report: Report, seen: dict[str, Any] | None) -> None:
        super().__init__()
        self.report, self.seen = report, seen


def look(upload: Upload, duty: HeldDuty, path: Path) -> Report | None:
    """Do the load of a file on trial, and keep what it would do; the report of one that cannot be loaded.

    Raises LoadedElsewhere, DatabaseRefused.
    """
    try:
        with acting(BATCH, actor=upload.uploaded_by, duty=f"duty:{duty.pk}", purpose="look"):
            _try(upload, duty, path)
    except _Looked as looked:
        if looked.seen is None:
            return looked.report
        with acting(BATCH, actor=upload.uploaded_by, duty=f"duty:{duty.pk}", purpose="look"):
            requests.keep_look(upload=upload, source=looked.report.source or "", **looked.seen)
    return None


def _try(upload: Upload, duty: HeldDuty, path: Path) -> None:
    """Raises _Looked, always: nothing of it may stay."""
    context = loading_context(office_no=duty.office.scope_no)
    before = _standing()
    report = load_file(
        path,
        context=context,
        source=upload.named_source or None,
        known_on=upload.known_on,
        by=upload.uploaded_by,
        file_name=upload.file_name,
    )
    if report.batch is None or report.fault is not None:
        raise _Looked(report, None)
    batch = queries.batch(report.batch)
    is_known = batch.pk in before
    sheet, offices = _sheet(batch, duty)
    seen = {
        "figures": _figures(batch, is_known=is_known),
        "token": "" if is_known else batch.token,
        "lines": {} if is_known else differences.lines(batch.pk, is_long=report.is_long),
        "sample": keyring().seal(
            json.dumps([] if is_known else differences.sample(batch.pk), ensure_ascii=False), context=queries.SAMPLE
        ),
        "sheet": sheet,
        "offices": offices,
    }
    raise _Looked(report, seen)


def _standing() -> set[int]:
    return set(Batch.objects.filter(state="published").values_list("pk", flat=True))


def _sheet(batch: Batch, duty: HeldDuty) -> tuple[bytes | None, list[tuple[int, int]]]:
    """The rows that would be refused, sealed as a workbook, for who may have them."""
    if not batch.refused or not giving_back.may_take(duty, batch.source):
        return None, []
    with tempfile.TemporaryDirectory(prefix="anye-") as folder:
        out = Path(folder) / "sheet.xlsx"
        try:
            giving_back.write(giving_back.Asked(batch, ("refused",), duty.reach, "zh", batch.loaded_by), out)
        except giving_back.GivingBackRefused:
            return None, []
        sealed = keyring().seal_bytes(out.read_bytes(), context="raw")
    return sealed, queries.rows_by_office(batch.pk, ("refused",), duty.reach)


def _figures(batch: Batch, *, is_known: bool) -> dict[str, Any]:
    counted = {
        name: getattr(batch, name) for name in ("rows", "loaded", "unchanged", "refused", "queried", "unattached")
    }
    faults: dict[str, Counter[str]] = {"refused": Counter(), "queried": Counter()}
    seen = set()
    for level, reason, *place in queries.fault_places(batch.pk).iterator():
        if level in faults and (level, reason, *place) not in seen:
            seen.add((level, reason, *place))
            faults[level][reason] += 1
    if is_known:  # the same bytes load once: nothing would be new
        counted |= {"loaded": 0, "unchanged": batch.rows - batch.refused}
    return {
        **counted,
        "month": batch.file_month.isoformat() if batch.file_month else None,
        "is_known": is_known,
        "persons_new": 0 if is_known else _persons_new(batch.pk),
        "facts": {} if is_known else differences.fact_figures(batch.pk),
        "reasons": {level: dict(counts.most_common()) for level, counts in faults.items()},
        "warnings": [] if is_known else _warnings(batch),
    }


def _persons_new(batch: int) -> int:
    """People of whom no other register speaks that brings people."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(DISTINCT c.person_id) FROM registers_rowclaim c
            WHERE c.batch_id = %s AND c.is_creating AND c.person_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM registers_rowclaim d JOIN registers_batch b ON b.id = d.batch_id AND b.state = 'published'
                WHERE d.person_id = c.person_id AND d.is_creating AND d.batch_id <> c.batch_id)
            """,
            [batch],
        )
        return int(cursor.fetchone()[0])


def _warnings(batch: Batch) -> list[dict[str, Any]]:
    """What looks wrong against the files that came in before from the same register: code and parameters."""
    if "mends" in batch.fact_counts:  # rows that came back mended are no month's list
        return []
    others = queries.loads_of_source(batch)
    month, found = batch.file_month, list[dict[str, Any]]()
    newest = others.exclude(file_month=None).order_by("-file_month").first()
    if month is None:
        return [{"code": "no_month"}] if newest else []
    if (month.year, month.month) > (batch.known_on.year, batch.known_on.month):
        found.append({"code": "month_ahead"})
    if newest is not None and newest.file_month is not None:
        same = others.filter(file_month=month).order_by("-rows").first()
        gap = _months_between(newest.file_month, month)
        if same is not None:
            found.append({"code": "month_again", "file": same.file_name, "rows": same.rows})
        elif gap > 1:
            found.append({"code": "month_missing_between", "newest": newest.file_month.isoformat()})
        elif gap < 0:
            found.append({"code": "month_older", "newest": newest.file_month.isoformat()})
    before = others.filter(file_month__lt=month).order_by("-file_month", "-rows").first()
    if before is not None and before.rows and not FEW <= batch.rows / before.rows <= MANY:
        told = {"file": before.file_name, "rows": before.rows, "change": round(100 * batch.rows / before.rows) - 100}
        found.append({"code": "rows_fewer" if batch.rows < before.rows else "rows_more", **told})
    return found


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
