"""Writes of what officers ask about loads: a look before one, its rows back, taking it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from anye.records.audit.tokens import new_token
from anye.records.registers.models import Batch, FaultSheet, Look, Source, Upload, Withdrawal

OPEN = ("asked", "foreseen", "agreed")  # withdrawals under way: one a load


def keep_look(
    *,
    upload: Upload,
    source: str,
    figures: Mapping[str, Any],
    lines: Mapping[str, Any],
    token: str,
    sample: bytes,
    sheet: bytes | None,
    offices: Sequence[tuple[int, int]],
) -> None:
    """What loading a file would do, for somebody to decide (batch role)."""
    Look.objects.update_or_create(
        upload=upload,
        defaults={
            "scope_no": upload.scope_no,
            "looked_at": timezone.now(),
            "source": Source.objects.get(code=source),
            "figures": dict(figures),
            "lines": dict(lines),
            "token": token,
            "sample": sample,
            "sheet": sheet,
            "offices": list(offices),
        },
    )
    Upload.objects.filter(pk=upload.pk, state="looking").update(state="looked")


def decide_upload(*, upload: Upload, state: str, duty_id: int, left_out: Sequence[str] = ()) -> bool:
    """A file that was looked at is to be loaded (`waiting`) or is not (`discarded`); whether it was still undecided.

    `left_out`: kinds of its rows (`Look.lines`) that are not to be loaded.
    """
    undecided = Upload.objects.filter(pk=upload.pk, state="looked")
    return bool(undecided.update(state=state, duty_id=duty_id, left_out=list(left_out)))


def let_looks_go(*, looked_before: datetime) -> None:
    """What is decided about, or waited too long for it, is kept no longer (batch role)."""
    Upload.objects.filter(state="looked", look__looked_at__lt=looked_before).update(state="discarded")
    Upload.objects.filter(state="discarded", sealed__isnull=False).update(sealed=None)
    Look.objects.filter(sample__isnull=False).exclude(upload__state="looked").update(sample=None, sheet=None)


def ask_fault_sheet(
    *, batch: Batch, levels: Sequence[str], purpose: str, language: str, by: str, duty_id: int, scope_no: int
) -> FaultSheet:
    """Rows of a load are to go back; the worker makes the sheet."""
    sheet: FaultSheet = FaultSheet.objects.create(
        token=new_token(),
        batch=batch,
        levels=list(levels),
        purpose=purpose,
        language=language,
        asked_by=by,
        duty_id=duty_id,
        scope_no=scope_no,
        asked_at=timezone.now(),
    )
    return sheet


def keep_fault_sheet(*, sheet_id: int, sealed: bytes, rows: int, offices: Sequence[tuple[int, int]]) -> None:
    FaultSheet.objects.filter(pk=sheet_id).update(state="done", sealed=sealed, rows=rows, offices=list(offices))


def refuse_fault_sheet(*, sheet_id: int, reason: str) -> None:
    FaultSheet.objects.filter(pk=sheet_id).update(state="refused", reason=reason)


def let_fault_sheets_go(*, asked_before: datetime) -> None:
    """What was made and lay long enough is not kept (batch role): the source rows are, and make it anew."""
    old = FaultSheet.objects.filter(state="done", asked_at__lt=asked_before)
    old.update(state="gone", sealed=None)


def ask_withdrawal(*, batch: Batch, by: str, duty_id: int, scope_no: int) -> tuple[Withdrawal | None, bool]:
    """The withdrawal of a load, and whether it was asked for just now: of two who ask at once, one does.

    None where somebody outside the acting range has it under way, or the load was taken back in the meantime.
    """
    try:
        with transaction.atomic():
            asked = Withdrawal.objects.create(
                token=new_token(), batch=batch, scope_no=scope_no, duty_id=duty_id, asked_by=by, asked_at=timezone.now()
            )
    except IntegrityError:
        return Withdrawal.objects.filter(batch=batch, state__in=OPEN).first(), False
    return asked, True


def note_foreseen(*, withdrawal_id: int, figures: Mapping[str, int], code: str = "") -> None:
    """What would change, for somebody to look at (batch role)."""
    Withdrawal.objects.filter(pk=withdrawal_id).update(state="foreseen", figures=dict(figures), code=code)


def agree_to_withdrawal(*, withdrawal: Withdrawal, reason: str, by: str, duty_id: int) -> bool:
    """Somebody who has seen the figures says why; whether it was still to be decided."""
    return _decide_withdrawal(withdrawal, state="agreed", reason=reason, decided_by=by, duty_id=duty_id)


def drop_withdrawal(*, withdrawal: Withdrawal, by: str, duty_id: int) -> bool:
    """The load is left as it is; whether it was still to be decided."""
    return _decide_withdrawal(withdrawal, state="dropped", decided_by=by, duty_id=duty_id)


def _decide_withdrawal(withdrawal: Withdrawal, **fields: object) -> bool:
    seen = Withdrawal.objects.filter(pk=withdrawal.pk, state="foreseen")
    return bool(seen.update(decided_at=timezone.now(), code="", **fields))


def close_withdrawal(*, withdrawal_id: int) -> None:
    """The load is taken back (batch role, in the transaction that did it)."""
    Withdrawal.objects.filter(pk=withdrawal_id).update(state="done")


def refuse_withdrawal(*, withdrawal_id: int, code: str) -> None:
    Withdrawal.objects.filter(pk=withdrawal_id).update(state="refused", code=code)


def keep_withdrawal(
    *, batch: Batch, figures: Mapping[str, int], reason: str, by: str, duty_id: int | None, scope_no: int
) -> None:
    """A load was taken back without a page (batch role); what was under way on one ends with it."""
    told = {"state": "done", "figures": dict(figures), "reason": reason[:300], "decided_by": by, "duty_id": duty_id}
    now = timezone.now()
    if not Withdrawal.objects.filter(batch=batch, state__in=OPEN).update(decided_at=now, code="", **told):
        Withdrawal.objects.create(
            token=new_token(), batch=batch, scope_no=scope_no, asked_by=by, asked_at=now, decided_at=now, **told
        )
