"""Writes of briefings: a draft is begun, changed, dropped; issued, and issued again where it is put right; counted once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from anye.records.audit.tokens import new_token
from anye.records.briefings.models import Briefing, BriefingIssue, BriefingRecount, Snapshot
from anye.records.briefings.queries import is_settled


class BriefingRefused(ValueError):
    """What was asked of a briefing cannot be done (any more); `code` says why: changed, issued, early."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin_briefing(
    *, snapshot: Snapshot, area_code: str, scope_no: int, kind: str, texts: Mapping[str, str], by: str, at: datetime
) -> Briefing:
    """A draft. `texts`: zh and en, one of which may be empty."""
    briefing: Briefing = Briefing.objects.create(
        token=new_token(), snapshot=snapshot, area_code=area_code, scope_no=scope_no, kind=kind, author=by, begun_at=at,
        changed_by=by, changed_at=at, text_zh=texts.get("zh", ""), text_en=texts.get("en", ""),
    )  # fmt: skip
    return briefing


def edit_briefing(
    *, briefing: Briefing, version: int, texts: Mapping[str, str], snapshot: Snapshot, by: str, at: datetime
) -> int:
    """Change texts or the snapshot that they tell; what was changed since that version is not written over. The new version.

    Raises BriefingRefused.
    """
    mine = Briefing.objects.filter(pk=briefing.pk, version=version)
    changed = mine.update(
        text_zh=texts.get("zh", ""), text_en=texts.get("en", ""), snapshot=snapshot, version=version + 1, changed_by=by,
        changed_at=at,
    )  # fmt: skip
    if not changed:
        raise BriefingRefused("changed")
    return version + 1


def drop_briefing(*, briefing: Briefing, version: int) -> None:
    """A draft that was never issued goes, as it stood in a version; the trail keeps what stood in it. Raises BriefingRefused."""
    if BriefingIssue.objects.filter(briefing_id=briefing.pk).exists():
        raise BriefingRefused("issued")
    if not Briefing.objects.filter(pk=briefing.pk, version=version).delete()[0]:
        raise BriefingRefused("changed")


def issue_briefing(
    *,
    briefing: Briefing,
    version: int,
    told: Mapping[str, Any],
    documents: Mapping[str, Any],
    note: str,
    by: str,
    at: datetime,
) -> BriefingIssue:
    """Freeze the text of a version with its figures and the documents that they make, as the next issue. Raises BriefingRefused."""
    held = Briefing.objects.filter(pk=briefing.pk, version=version).first()
    if held is None:
        raise BriefingRefused("changed")
    if not is_settled(held.snapshot):
        raise BriefingRefused("early")
    last = BriefingIssue.objects.filter(briefing_id=held.pk).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            issue: BriefingIssue = BriefingIssue.objects.create(
                briefing=held, scope_no=held.scope_no, number=last + 1, snapshot_id=held.snapshot_id, text_zh=held.text_zh,
                text_en=held.text_en, told=dict(told), documents=dict(documents), note=note, issued_by=by, issued_at=at,
            )  # fmt: skip
    except IntegrityError:  # of two who issue at once
        raise BriefingRefused("changed") from None
    return issue


def ask_recount(*, issue: BriefingIssue, by: str, at: datetime) -> BriefingRecount | None:
    """Its figures are to be counted once more; None where that is under way."""
    try:
        with transaction.atomic():
            asked: BriefingRecount = BriefingRecount.objects.create(
                issue=issue, scope_no=issue.scope_no, asked_by=by, asked_at=at
            )
            return asked
    except IntegrityError:
        return None


def keep_recount(*, recount_id: int, found: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Where the figures differ (batch role)."""
    asked = BriefingRecount.objects.filter(pk=recount_id, state="asked")
    asked.update(state="done", found=[dict(each) for each in found], done_at=at)


def give_recount_up(*, recount_id: int, at: datetime) -> None:
    """They could not be counted; it may be asked again (batch role)."""
    BriefingRecount.objects.filter(pk=recount_id, state="asked").update(state="failed", done_at=at)
