"""A transfer that the receiving office accepted: the person's residence becomes a fact of that office, and they move."""

import json

from anye.flow.entries import publish_entry
from anye.flow.registry import loading_context
from anye.records.audit.keys import keyring
from anye.records.people import actions as people
from anye.records.people.models import PersonDetail, Transfer
from anye.records.places.queries import office_at
from anye.records.registers import actions as registers


def carry_out(transfer_id: int) -> None:
    """Move the person, as the batch role and in one transaction. Without the fact the next load would move them back."""
    transfer: Transfer = Transfer.objects.select_for_update().get(pk=transfer_id)
    if transfer.state != "accepted":
        return
    office = office_at(transfer.to_scope_no)
    lives_in = PersonDetail.objects.filter(person_id=transfer.person_id, kind="residence").known().first()
    if office.area_code and (lives_in is None or lives_in.value != office.area_code):
        told = json.dumps({"details": {"residence": office.area_code}})
        entry = registers.enter(
            kind="details",
            sealed=keyring().seal(told, context="raw"),
            person_id=transfer.person_id,
            scope_no=transfer.to_scope_no,
            by=transfer.decided_by,
            duty_id=0,  # the receiving office decided; no duty is asked for a second time
        )
        publish_entry(entry.pk, loading_context(office_no=transfer.to_scope_no), by=transfer.decided_by)
    people.carry_out_transfer(transfer_id=transfer_id)
