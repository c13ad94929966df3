"""A load is taken back on a page: the worker foresees, somebody confirms the figures, and these figures are what is done.

Whoever asked or confirmed must still hold a duty that hands files in, over the district that the load was made for.
"""

from django.db import transaction

from anye.flow.registry import loading_context
from anye.flow.withdrawing import Figures, WithdrawalRefused, foresee, withdraw
from anye.records.accounts.queries import HeldDuty
from anye.records.registers import queries
from anye.records.registers.actions import requests
from anye.records.registers.models import Withdrawal


class _Changed(Exception):  # no error: it carries the figures out of a transaction that is rolled back
    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self.figures = figures


def foresee_asked(withdrawal: Withdrawal, duty: HeldDuty) -> None:
    """Count what would change (batch role)."""
    if withdrawal.state != "asked":
        return
    if not queries.is_loaded_within(withdrawal.batch_id, duty.reach):
        requests.refuse_withdrawal(withdrawal_id=withdrawal.pk, code="not_yours")
        return
    try:
        (figures,) = foresee([withdrawal.batch_id], loading_context(office_no=duty.office.scope_no))
    except WithdrawalRefused as refused:
        requests.refuse_withdrawal(withdrawal_id=withdrawal.pk, code=refused.code)
    else:
        requests.note_foreseen(withdrawal_id=withdrawal.pk, figures=vars(figures))


def carry_out(withdrawal: Withdrawal, duty: HeldDuty) -> None:
    """Take the load back as it was foreseen (batch role); where that is not what would change any more, ask again."""
    if withdrawal.state != "agreed":
        return
    if not queries.is_loaded_within(withdrawal.batch_id, duty.reach):
        requests.refuse_withdrawal(withdrawal_id=withdrawal.pk, code="not_yours")
        return
    context = loading_context(office_no=duty.office.scope_no)
    try:
        with transaction.atomic():
            figures = withdraw(withdrawal.batch_id, context, reason=withdrawal.reason)
            if vars(figures) != withdrawal.figures:
                raise _Changed(figures)
            requests.close_withdrawal(withdrawal_id=withdrawal.pk)
    except _Changed as changed:
        requests.note_foreseen(withdrawal_id=withdrawal.pk, figures=vars(changed.figures), code="changed")
    except WithdrawalRefused as refused:
        requests.refuse_withdrawal(withdrawal_id=withdrawal.pk, code=refused.code)
