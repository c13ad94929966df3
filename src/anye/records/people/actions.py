"""Writes about people: transfers between offices. Everything else known of a person is a fact and comes by a batch."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.errors import ForeignKeyViolation

from anye.records.accounts.scope import current_scope
from anye.records.audit.tokens import new_token
from anye.records.people.models import Person, Transfer
from anye.records.places.models import Office
from anye.records.places.queries import is_home

TRANSFER_TO = frozenset({"village", "town"})


class TransferRefused(ValueError):
    """A transfer that cannot be asked for or decided; `code` says why.

    Codes: open_already, same_office, no_such_office, no_area, moved_since, not_yours, decided_already.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ask_transfer(*, person: Person, to_scope_no: int, reason: str, by: str) -> Transfer:
    """Ask another village or town to take a person over (转移申请). Nothing moves until it accepts.

    Raises TransferRefused: same_office, no_such_office, no_area, open_already, moved_since.
    """
    if to_scope_no == person.scope_no:
        raise TransferRefused("same_office")
    office = Office.objects.filter(scope_no=to_scope_no, kind__in=TRANSFER_TO, closed_on__isnull=True).first()
    if office is None:
        raise TransferRefused("no_such_office")
    # without an area no residence could be written down, and the next load would take the person away again
    if not is_home(office):
        raise TransferRefused("no_area")
    try:
        with transaction.atomic():
            asked: Transfer = Transfer.objects.create(
                token=new_token(),
                person_id=person.pk,
                name=person.name,
                scope_no=person.scope_no,
                from_scope_no=person.scope_no,
                to_scope_no=to_scope_no,
                reason=reason,
                asked_by=by,
                asked_at=timezone.now(),
            )
    except IntegrityError as fault:
        # the key holds the person's office at this moment, which is not that of a moment ago
        if isinstance(fault.__cause__, ForeignKeyViolation):
            raise TransferRefused("moved_since") from None
        raise TransferRefused("open_already") from None
    return asked


def accept_transfer(*, transfer: Transfer, by: str) -> None:
    """The receiving office takes the person over; the worker moves them. Raises TransferRefused."""
    _decide(transfer, "to_scope_no", "accepted", by)


def refuse_transfer(*, transfer: Transfer, by: str) -> None:
    """The receiving office does not take the person over. Raises TransferRefused."""
    _decide(transfer, "to_scope_no", "refused", by)


def withdraw_transfer(*, transfer: Transfer, by: str) -> None:
    """The asking office takes its request back. Raises TransferRefused."""
    _decide(transfer, "from_scope_no", "withdrawn", by)


def _decide(transfer: Transfer, column: str, state: str, by: str) -> None:
    """Both offices may see a request and write to its row, so whose decision it is, is checked here, in the UPDATE."""
    scope = current_scope()
    mine = Transfer.objects.filter(pk=transfer.pk)
    if not scope.is_everything:
        mine = mine.filter(**{f"{column}__range": (scope.lo, scope.hi)})
    if not mine.exists():
        raise TransferRefused("not_yours")
    if not mine.filter(state="asked").update(state=state, decided_by=by, decided_at=timezone.now()):
        raise TransferRefused("decided_already")


def hand_back_transfer(*, transfer_id: int) -> None:
    """An accepted transfer could not be carried out: it is asked for again, and keeps who accepted it. Batch role only."""
    Transfer.objects.filter(pk=transfer_id, state="accepted").update(state="asked")


def close_transfer(*, transfer: Transfer) -> None:
    """Note that an accepted transfer was carried out (batch role)."""
    Transfer.objects.filter(pk=transfer.pk).update(state="moved", moved_at=timezone.now())


def void_transfer(*, transfer: Transfer, reason: str) -> None:
    """What was asked for cannot be any more (batch role); both offices read why. Codes: see Transfer."""
    Transfer.objects.filter(pk=transfer.pk).update(state="void", void_reason=reason)
