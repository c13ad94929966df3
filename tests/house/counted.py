"""The figures of a day, asked for and not counted yet; and those of a briefing, to be counted again."""

import datetime as dt

from django.utils import timezone

from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings.actions import ask_snapshot
from anye.records.briefings.actions.writing import ask_recount, begin_briefing, issue_briefing


def asked_for() -> int:
    with acting(BATCH, actor="tests"):
        return ask_snapshot(as_of=dt.date(2020, 12, 31), known_on=dt.date(2021, 1, 10), by="tests").pk


def recount_asked_for() -> int:
    told = {
        "kind": "other", "area": "0" * 12, "name": "区", "as_of": "2020-12-31", "known_on": "2021-01-10", "before": None,
        "before_known": None, "figures": {}, "within": {}, "trends": {}, "definitions": "",
    }  # fmt: skip
    now = timezone.now()
    with acting(BATCH, actor="tests"):
        snapshot = ask_snapshot(as_of=dt.date(2020, 12, 30), known_on=dt.date(2021, 1, 10), by="tests")
        type(snapshot).objects.filter(pk=snapshot.pk).update(state="done", taken_at=now)
        begun = begin_briefing(
            snapshot=snapshot, area_code="0" * 12, scope_no=1, kind="other", texts={"zh": "# x"}, by="tests", at=now
        )
        issue = issue_briefing(briefing=begun, version=1, told=told, documents={}, note="", by="tests", at=now)
        asked = ask_recount(issue=issue, by="tests", at=now)
        assert asked is not None
        return asked.pk


def left_to_count() -> dict[str, int]:
    """Task → the row that it would take."""
    return {"count_figures": asked_for(), "recount_briefing": recount_asked_for()}
