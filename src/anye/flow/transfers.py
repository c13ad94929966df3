"""A transfer that the receiving office accepted: the person's residence becomes a fact of that office, and they move."""

import json

from django.db import connection, transaction

from anye.flow.entries import publish_entry
from anye.flow.publishing import PUBLISHING
from anye.flow.registry import loading_context
from anye.records.accounts.scope import Scope
from anye.records.audit.keys import keyring
from anye.records.people import actions as people
from anye.records.people.models import Person, Transfer
from anye.records.places.queries import is_home, office_at
from anye.records.registers import actions as registers

EVERYWHERE = Scope(None, None)  # the offices at both ends have agreed


class NotMoved(ValueError):
    """The person stays where they are; `code` is a void transfer's reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def carry_out(transfer_id: int) -> None:
    """Move the person, as the batch role and in one transaction; or say why the transfer is void. Twice is once."""
    with connection.cursor() as cursor:
        # before the row: a load that publishes holds this lock, and may be about to move the same person
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    transfer: Transfer = Transfer.objects.select_for_update().get(pk=transfer_id)
    if transfer.state != "accepted":
        return
    try:
        if not is_between(transfer):
            raise NotMoved("moved_since")
        with transaction.atomic():
            move(transfer.person_id, transfer.to_scope_no, by=transfer.decided_by)
    except NotMoved as stays:
        people.void_transfer(transfer=transfer, reason=stays.code)
    else:
        people.close_transfer(transfer=transfer)


def is_between(transfer: Transfer) -> bool:
    """Whether the person is still with the office that asked; or with the receiving one, where a load brought them."""
    return transfer.scope_no in (transfer.from_scope_no, transfer.to_scope_no)


def move(person_id: int, to_scope_no: int, *, by: str) -> None:
    """The person lives at the area of an office now, by that office's word; the keys take everything along.

    Batch role, under the lock of publishing. Without the fact the next load would move them back. Raises NotMoved.
    """
    office = office_at(to_scope_no)
    if not is_home(office):
        raise NotMoved("no_area")
    person = Person.objects.get(pk=person_id)
    entry = registers.enter(
        kind="details",
        sealed=keyring().seal(json.dumps({"details": {"residence": office.area_code}}), context="raw"),
        person_id=person.pk,
        scope_no=person.scope_no,
        by=by,
        duty_id=0,  # the receiving office decided; no duty is asked for a second time
    )
    publish_entry(entry.pk, loading_context(office_no=to_scope_no), by=by, reach=EVERYWHERE)
    person.refresh_from_db()
    if person.scope_no != to_scope_no:
        raise NotMoved("register_says")
