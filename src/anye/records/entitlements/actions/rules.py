"""Writes of rules in officers' hands: a draft is begun, changed, offered, and published by somebody else, or dropped."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anye.records.audit.day import registry_day
from anye.records.audit.tokens import new_token
from anye.records.entitlements.actions import keep_version
from anye.records.entitlements.models import Draft, Foreseen, PolicyVersion, Publication
from anye.records.entitlements.queries import is_foreseen

_ONE_AT_A_TIME = 7_010_002  # advisory lock of publications

FORESEEN = (
    "scope_no", "person_id", "firm_id", "post", "first_month", "last_month", "months", "was", "becomes", "difference_fen",
)  # fmt: skip
"""What a line of whom a draft would change says, in the order in which it is written."""


class DraftRefused(ValueError):
    """What was asked of a draft cannot be done (any more); `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hold_publications() -> None:
    """Nobody else publishes until this transaction is over: what is read of the rules in use then stays so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def begin_draft(*, base: PolicyVersion, text: str, by: str, scope_no: int) -> Draft:
    """A draft of a policy's rules, begun on a version of them; of two who begin at once both come to the one.

    Raises DraftRefused.
    """
    code = base.policy.code
    try:
        with transaction.atomic():
            found: Draft = Draft.objects.create(
                token=new_token(), scope_no=scope_no, code=code, text=text, base_digest=base.digest, author=by,
                begun_at=timezone.now(),
            )  # fmt: skip
            return found
    except IntegrityError:
        other: Draft | None = Draft.objects.filter(code=code, state__in=Draft.OPEN).first()
        if other is None:  # another district has one under way
            raise DraftRefused("elsewhere") from None
        return other


def edit_draft(*, draft: Draft, text: str, by: str) -> None:
    """Change the text; its author does, while it is not offered. What was changed meanwhile is not written over.

    Raises DraftRefused.
    """
    mine = Draft.objects.filter(pk=draft.pk, state="open", author=by, text=draft.text)
    if not mine.update(text=text, foreseen_state="", foreseen=None):
        raise DraftRefused("changed")


def ask_foreseen(*, draft: Draft, digest: str) -> None:
    """Whom the text of the digest would change is to be found out. Raises DraftRefused."""
    waiting = Draft.objects.filter(pk=draft.pk, state__in=Draft.OPEN, text=draft.text).exclude(foreseen_state="asked")
    if not waiting.update(foreseen_state="asked", foreseen_digest=digest, foreseen=None):
        raise DraftRefused("changed")


def keep_foreseen(*, draft_id: int, digest: str, figures: Mapping[str, Any], lines: Sequence[Sequence[Any]]) -> None:
    """What was found out, with those lines that are kept, in the place of what was before; nothing, where the draft was changed
    meanwhile (batch role)."""
    asked = Draft.objects.filter(pk=draft_id, foreseen_digest=digest, foreseen_state="asked")
    if not asked.update(foreseen_state="done", foreseen=dict(figures)):
        return
    Foreseen.objects.filter(draft_id=draft_id).delete()
    rows = (Foreseen(draft_id=draft_id, **dict(zip(FORESEEN, line, strict=True))) for line in lines)
    Foreseen.objects.bulk_create(rows, batch_size=2_000)


def give_foreseen_up(*, draft_id: int, why: str) -> None:
    """It could not be found out; it may be asked again (batch role)."""
    Draft.objects.filter(pk=draft_id, foreseen_state="asked").update(foreseen_state="failed", foreseen={"why": why})


def offer_draft(*, draft: Draft, reason: str, by: str) -> None:
    """Ask somebody else to publish it. Raises DraftRefused."""
    mine = Draft.objects.filter(pk=draft.pk, state="open", author=by, text=draft.text)
    if not mine.update(state="offered", reason=reason, offered_at=timezone.now()):
        raise DraftRefused("changed")


def hand_back_draft(*, draft: Draft, note: str) -> None:
    """It is to be written on: its author takes it back, or whoever should publish it says why not. Raises DraftRefused."""
    if not Draft.objects.filter(pk=draft.pk, state="offered").update(state="open", note=note):
        raise DraftRefused("changed")


def drop_draft(*, draft: Draft, by: str) -> None:
    """The rules stay as they are. Raises DraftRefused."""
    open_ = Draft.objects.filter(pk=draft.pk, state__in=Draft.OPEN)
    if not open_.update(state="dropped", decided_by=by, decided_at=timezone.now()):
        raise DraftRefused("changed")


def publish_draft(
    *, draft: Draft, digest: str, in_use: str, title: tuple[str, str], reasons: Sequence[str], by: str, note: str
) -> Publication:
    """From now on these rules judge. Whoever wrote them does not publish them; what they change was seen for this very text.

    `digest`: of the text; `in_use`: of the rules that judge now, read under `hold_publications`. Raises DraftRefused.
    """
    with transaction.atomic():
        held: Draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if held.author == by:
            raise DraftRefused("own")
        if held.state != "offered" or held.text != draft.text:
            raise DraftRefused("changed")
        if held.base_digest != in_use:
            raise DraftRefused("overtaken")
        now = timezone.now()
        if not is_foreseen(held, digest, now):
            raise DraftRefused("unforeseen")
        version = keep_version(
            code=held.code, digest=digest, title=title, text=held.text, reasons=reasons, on=registry_day(now)
        )
        Draft.objects.filter(pk=held.pk).update(state="published", decided_by=by, decided_at=now, note=note)
        return Publication.objects.create(
            policy=version.policy, version=version, draft=held, base_digest=held.base_digest, authored_by=held.author,
            published_by=by, published_at=now, reason=held.reason, note=note,
        )  # fmt: skip
