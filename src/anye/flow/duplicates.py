"""Somebody was registered by hand whom another office has on record: what became of that office's decision."""

from django.db import connection, transaction

from anye.flow.entries import publish_entry
from anye.flow.publishing import PUBLISHING
from anye.flow.registry import loading_context
from anye.flow.transfers import NotMoved, move
from anye.records.accounts.scope import Scope
from anye.records.places.queries import office_at
from anye.records.registers import actions, queries
from anye.records.registers.models import Duplicate, Entry


def settle(duplicate_id: int) -> None:
    """Carry out a decision, as the batch role and in one transaction. Twice is once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    subject = queries.duplicate(duplicate_id)
    decided = queries.duplicates_decided_with(subject)
    if subject.state == "kept":
        for one in decided:
            _refuse(one)
    elif subject.state == "agreed":
        try:
            with transaction.atomic():
                move(subject.person_id, subject.at_scope_no, by=subject.decided_by)
                for one in decided:
                    _take(one)
        except NotMoved as stays:
            for one in decided:
                actions.close_duplicate(duplicate=one, state="asked", hindrance=stays.code)


def _refuse(one: Duplicate) -> None:
    """Whoever registered them learns now that the number is on record elsewhere, and no more than that."""
    if Entry.objects.filter(pk=one.entry_id, state="waits_for_other").exists():
        actions.close_entry(entry_id=one.entry_id, state="refused", reason="known_elsewhere")


def _take(one: Duplicate) -> None:
    """The person is where they were registered: what was typed then is published as if it were typed now."""
    office = office_at(one.at_scope_no)
    actions.resume_entry(entry_id=one.entry_id)
    reach = Scope(office.scope_no, office.scope_hi)
    publish_entry(one.entry_id, loading_context(office_no=office.scope_no), by=one.asked_by, reach=reach)
    actions.close_duplicate(duplicate=one, state="handed_over")
