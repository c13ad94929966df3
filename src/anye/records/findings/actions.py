"""Writes of visits and doubts: what was answered at home, and how a doubt was settled."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from anye.records.audit.day import registry_day
from anye.records.audit.keys import keyring
from anye.records.audit.tokens import new_token
from anye.records.findings.models import Finding, Handover, Visit, VisitFinding
from anye.records.findings.queries import NOTE
from anye.records.findings.rules import (
    NOT_FOUND,
    OPEN_STATES,
    SETTLED_STATES,
    UNDO_MINUTES,
    VISIT_DAYS,
    Answer,
    answer_to,
)
from anye.records.registers import actions as registers
from anye.records.registers.models import Entry


class VisitClosed(ValueError):
    """The visit was answered or dropped in the meantime; nothing was written."""


class UndoClosed(ValueError):
    """The answer is not this user's, is too old, was taken back already, or another visit was made since."""


class FindingClosed(ValueError):
    """The doubt was settled in the meantime; nothing was written."""


def answer_visit(
    *, visit: Visit, answers: Sequence[Mapping[str, Any]], note: str, by: str, duty_id: int, on: date | None = None
) -> Entry:
    """Write down what a visit found, and hand it to the worker as an entry of kind `visit`.

    `answers`: of each doubt that the visit is to settle its key as `finding`, the code as `answer`, and what the answer
    wants told (see rules). The caller defers `publish_entry` for the entry returned. Raises VisitClosed when another was
    faster.
    """
    with transaction.atomic():
        held: Visit = Visit.objects.select_for_update().get(pk=visit.pk)
        if held.state != "due":
            raise VisitClosed(held.token)
        subjects = {row.finding_id: row.finding for row in held.subjects.select_related("finding")}
        given = [_answer(subjects[told["finding"]], told, note=note, at_home=True) for told in answers]
        entry = registers.enter(
            kind="visit",
            sealed=keyring().seal(json.dumps({"visit": held.pk, "answers": given}, ensure_ascii=False), context="raw"),
            person_id=held.person_id,
            scope_no=held.scope_no,
            by=by,
            duty_id=duty_id,
        )
        # exactly the columns that the app role may change
        Visit.objects.filter(pk=held.pk).update(
            state="done",
            made_on=on or registry_day(),
            made_by=by,
            answer=",".join(dict.fromkeys(told["answer"] for told in given)),
            note_sealed=keyring().seal(note, context=NOTE) if note else None,
            entry_id=entry.pk,
        )
    return entry


def _answer(finding: Finding, told: Mapping[str, Any], *, note: str, at_home: bool) -> dict[str, Any]:
    """An answer with exactly what it wants told. Raises ValueError for one that does not fit or says too little."""
    answer = answer_to(finding.rule, finding.params, told["answer"], at_home=at_home)
    missing = [name for name in answer.fields if told.get(name) is None]
    if missing or (answer.wants_note and not note):
        raise ValueError(f"the answer {answer.code!r} wants {missing or 'a note'}")
    return {"finding": finding.pk, "answer": answer.code, **{name: told.get(name) for name in answer.told}}


def undo_until(visit: Visit, *, by: str) -> datetime | None:
    """Until when this user may take the visit's answer back; None when they may not (any more)."""
    if visit.state != "done" or visit.made_by != by or visit.entry_id is None:
        return None
    answered = Entry.objects.filter(pk=visit.entry_id, kind="visit").values_list("entered_at", flat=True).first()
    if answered is None:
        return None
    until: datetime = answered + timedelta(minutes=UNDO_MINUTES)
    made_since = Visit.objects.filter(person_id=visit.person_id, pk__gt=visit.pk, state="done").exists()
    return None if made_since or timezone.now() > until else until


def undo_answer(*, visit: Visit, by: str, duty_id: int) -> Entry:
    """Ask the worker to take an answer back, as an entry of kind `undo`; the visit is due again once it has.

    The caller defers `publish_entry` for the entry returned. Raises UndoClosed.
    """
    with transaction.atomic():
        held: Visit = Visit.objects.select_for_update().get(pk=visit.pk)
        if undo_until(held, by=by) is None:
            raise UndoClosed(held.token)
        entry = registers.enter(
            kind="undo",
            sealed=keyring().seal(json.dumps({"visit": held.pk, "entry": held.entry_id}), context="raw"),
            person_id=held.person_id,
            scope_no=held.scope_no,
            by=by,
            duty_id=duty_id,
        )
        # the visit waits for this entry now: it cannot be undone twice, and its doubts are kept meanwhile
        Visit.objects.filter(pk=held.pk).update(entry_id=entry.pk)
    return entry


def ask_to_settle(*, finding: Finding, told: Mapping[str, Any], note: str, by: str, duty_id: int) -> Entry:
    """An officer's decision on a doubt, as an entry of kind `settle` that the worker carries out.

    `told`: the code of the answer as `answer`, and what it wants told. The caller defers `publish_entry`. Raises
    FindingClosed for a doubt that is settled already.
    """
    if finding.state not in OPEN_STATES:
        raise FindingClosed(finding.token)
    given = _answer(finding, {**told, "finding": finding.pk}, note=note, at_home=False)
    return registers.enter(
        kind="settle",
        sealed=keyring().seal(json.dumps({**given, "note": note}, ensure_ascii=False), context="raw"),
        person_id=finding.person_id,
        scope_no=finding.scope_no,
        by=by,
        duty_id=duty_id,
    )


def settle(*, finding_id: int, answer: str, on: date, entry_id: int | None = None) -> None:
    """Bring a doubt where an answer leads it (batch role). One that was settled in the meantime stays as it is."""
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        return
    _lead(finding, answer_to(finding.rule, finding.params, answer, at_home=False), on=on, entry_id=entry_id)
    # nobody goes to a door for a doubt that is settled
    still_open = VisitFinding.objects.filter(visit=OuterRef("pk"), finding__state__in=["open", "visiting"])
    Visit.objects.filter(~Exists(still_open), state="due", subjects__finding_id=finding_id).update(state="dropped")


def settle_visit(*, visit_id: int, answers: Mapping[int, str], on: date, entry_id: int | None = None) -> None:
    """Bring the doubts of a visit where their answers lead (batch role), by key; a doubt without one is asked again."""
    for finding in Finding.objects.filter(visits__visit_id=visit_id, state__in=["open", "visiting"]):
        code = answers.get(finding.pk)
        answer = answer_to(finding.rule, finding.params, code, at_home=True) if code else NOT_FOUND
        _lead(finding, answer, on=on, entry_id=entry_id)


def _lead(finding: Finding, answer: Answer, *, on: date, entry_id: int | None) -> None:
    """Settled, or waiting for a register to be mended, or open anew with a new clock."""
    doubt = Finding.objects.filter(pk=finding.pk, state__in=OPEN_STATES)
    if answer.state is None:
        doubt.update(state="open", due_on=on + timedelta(days=VISIT_DAYS))
    elif answer.state in SETTLED_STATES:
        doubt.update(state=answer.state, settled_on=on, settled_by=entry_id)
    else:
        doubt.update(state=answer.state, due_on=on + timedelta(days=VISIT_DAYS), settled_by=entry_id)


def reopen_visit(*, visit_id: int, entry_id: int) -> None:
    """The answer (an entry) was never given (batch role): its doubts are open and the visit is due, as before it.

    A visit that came due since makes room: its doubts are asked about at this one.
    """
    visit = Visit.objects.get(pk=visit_id)
    Finding.objects.filter(settled_by=entry_id).update(state="open", settled_on=None, settled_by=None)
    Visit.objects.filter(person_id=visit.person_id, state="due").update(state="dropped")
    Finding.objects.filter(person_id=visit.person_id, state="visiting").update(state="open")
    Finding.objects.filter(visits__visit_id=visit_id, state="open").update(due_on=visit.due_on)
    Visit.objects.filter(pk=visit_id).update(
        state="due", made_on=None, made_by="", answer="", note_sealed=None, entry_id=None
    )


def refuse_answer(*, entry_id: int) -> None:
    """An answer that was not taken was never given (batch role); the visit keeps the entry, which says why."""
    visit = Visit.objects.filter(entry_id=entry_id, state="done").first()
    if visit is not None:
        reopen_visit(visit_id=visit.pk, entry_id=entry_id)
        Visit.objects.filter(pk=visit.pk).update(entry_id=entry_id)


def refuse_undo(*, entry_id: int) -> None:
    """An answer that could not be taken back stands (batch role), unless it was not taken either."""
    visit = Visit.objects.filter(entry_id=entry_id, state="done").first()
    if visit is None:
        return
    answers = Entry.objects.filter(kind="visit", person_id=visit.person_id, pk__lt=entry_id).order_by("-id")
    answer = answers.first()
    if answer is not None and answer.state == "refused":
        reopen_visit(visit_id=visit.pk, entry_id=answer.pk)
        Visit.objects.filter(pk=visit.pk).update(entry_id=answer.pk)


def ask_to_hand_over(*, kind: str, rows: Sequence[int], by: str, duty_id: int, scope_no: int) -> Handover:
    """Lines of what is owed are to become visits; the caller defers `hand_to_visits` for what is returned."""
    return Handover.objects.create(
        token=new_token(),
        kind=kind,
        rows=list(rows),
        asked_by=by,
        duty_id=duty_id,
        scope_no=scope_no,
        asked_at=timezone.now(),
    )


def close_handover(*, handover_id: int, state: str, figures: Mapping[str, int] | None = None) -> None:
    """What was handed over was done, or refused (batch role)."""
    Handover.objects.filter(pk=handover_id, state="waiting").update(state=state, figures=dict(figures or {}))
