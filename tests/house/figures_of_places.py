"""Figures of a place (tests/house/two_districts.py): a snapshot with a row behind it, and a briefing that was issued."""

import datetime as dt
from typing import Any

from anye.records.audit.tokens import new_token
from anye.records.briefings.models import (
    Briefing,
    BriefingIssue,
    BriefingRecount,
    Snapshot,
    SnapshotFigure,
    SnapshotRow,
)


def counted(place: Any, person: Any, fen: int) -> None:
    """A figure that an amount tells, the person behind it, and a briefing of the office's area."""
    snapshot, _ = Snapshot.objects.get_or_create(
        as_of=dt.date(2019, 9, 30), known_on=dt.date(2019, 10, 1),
        defaults={"token": new_token(), "state": "done", "taken_at": dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC), "asked_by": "w"},
    )  # fmt: skip
    place.snapshot = snapshot
    if place.office.area_code:
        SnapshotFigure.objects.create(
            snapshot=snapshot,
            scope_no=person.scope_no,
            indicator="I01",
            area_code=place.office.area_code,
            value=fen,
            rows=1,
        )
    SnapshotRow.objects.create(
        snapshot=snapshot, scope_no=person.scope_no, indicator="I01", person=person, firm=place.firm, what=place.text("项"),
        area_code=person.care_area, lines=6, value=fen, is_in=True,
    )  # fmt: skip
    _briefing(place, snapshot)


def _briefing(place: Any, snapshot: Snapshot) -> None:
    """A briefing of the office's area, issued and counted again, whose words and figures are its own."""
    at, area = dt.datetime(2026, 10, 3, 9, tzinfo=dt.UTC), place.office.area_code or "0" * 12
    text = {"text_zh": f"# {place.text('报')}\n\n{{{{I01}}}}", "text_en": place.text("told")}
    own = {"scope_no": place.office.scope_no, "snapshot": snapshot, **text}
    place.briefing = Briefing.objects.create(
        token=new_token(),
        area_code=area,
        kind="month",
        author="w",
        begun_at=at,
        changed_by=place.text("u"),
        changed_at=at,
        **own,
    )
    figure = {
        "code": "I01", "group": "work", "unit": "person", "title": {"zh": "人数", "en": "people"}, "period": "year",
        "says": {"zh": "{value}", "en": "{value}"}, "value": f"{place.fen()}.00", "earlier": None,
    }  # fmt: skip
    told = {
        "kind": "month", "area": area, "name": place.text("区"), "as_of": "2019-09-30", "known_on": "2019-10-01", "before": None,
        "before_known": None, "figures": {"I01": figure}, "within": {}, "trends": {}, "definitions": "",
    }  # fmt: skip
    said = [[place.text("报"), "", False, False], [f"{place.fen()}", "I01", False, False]]
    document = {"form": 1, "lang": "zh", "unknown": [], "blocks": [{"is": "paragraph", "spans": said, "quote": False}]}
    documents = {"zh": document, "en": {**document, "lang": "en"}}
    issue = BriefingIssue.objects.create(
        briefing=place.briefing,
        number=1,
        told=told,
        documents=documents,
        issued_by=place.text("u"),
        issued_at=at,
        **own,
    )
    BriefingRecount.objects.create(
        issue=issue, scope_no=place.office.scope_no, state="done", asked_by=place.text("u"), asked_at=at, done_at=at,
        found=[{"code": "I01", "area": "1", "name": place.text("村"), "was": "1", "is": "2"}],
    )  # fmt: skip
