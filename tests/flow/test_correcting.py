"""What two persons decide to pay besides or to ask back: figures, roles, races; and that the next pass has nothing left to say."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError, IntegrityError

from anye.flow.blocks import Context
from anye.records.accounts.scope import APP, BATCH, OWNER, acting
from anye.records.audit.models import Event
from anye.records.claims import actions, queries
from anye.records.claims.actions import CorrectionRefused
from anye.records.claims.models import Correction, Difference, FirmPayment
from anye.records.firms.models import Firm, PayrollLine
from anye.records.registers.models import Batch
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.owed import KNOWN, registers_of_the_year, trainee
from tests.flow.test_settling import differences, firm, night, paid_to

__all__ = ["firm"]  # the fixture
AT = dt.datetime(2020, 11, 21, 9, tzinfo=dt.UTC)
LATER = KNOWN + dt.timedelta(5)
EVERYWHERE = {"lo": 0, "hi": 2**62}


def proposed(month: int, firm: Firm | None = None, *, by: str = "officer") -> Correction:
    """The difference of a month of 2020, proposed to be corrected."""
    whose = {} if firm is None else {"firm": firm}
    with acting(APP, **EVERYWHERE, actor=by):
        difference = queries.differences().get(first_month=dt.date(2020, month, 1), **whose)
        return actions.propose_correction(difference=difference, reason="补发", by=by, at=AT)


def approved(month: int, firm: Firm | None = None, *, at: dt.datetime = AT) -> Correction:
    correction = proposed(month, firm)
    with acting(APP, **EVERYWHERE, actor="approver"):
        actions.approve_correction(correction=correction, by="approver", at=at)
        correction.refresh_from_db()
    return correction


def refused(act: Any, **told: Any) -> str:
    with acting(APP, **EVERYWHERE), pytest.raises(CorrectionRefused) as fault:
        act(**told)
    return fault.value.code


def carried_out(correction: Correction) -> tuple[dt.date | None, dt.date | None]:
    with acting(BATCH):
        correction.refresh_from_db()
    return correction.carried_out_on, correction.gone_on


# ── proposing and deciding ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_approved_differs_no_more_now_and_after_the_next_pass(firm: Firm, context: Context) -> None:
    night(context)
    correction = approved(8)
    assert (correction.amount_fen, correction.kind, correction.state) == (100_000, "unpaid", "approved")
    assert differences() == {("unpaid", 9, 9, 1000, 0), ("unpaid", 10, 10, 1000, 0)}
    night(context, LATER)
    assert differences() == {("unpaid", 9, 9, 1000, 0), ("unpaid", 10, 10, 1000, 0)}


def test_a_recovery_counts_from_its_approval_and_the_payment_stays_as_it_was(firm: Firm, context: Context) -> None:
    with as_owner():
        paid_to(firm, 1100, (8, 8), context)
    night(context)
    with acting(BATCH):
        before = list(FirmPayment.objects.values())
    assert approved(8).amount_fen == -10_000
    night(context, LATER)
    assert ("more", 8, 8, 1000, 1100) not in differences()
    with acting(BATCH):
        assert list(FirmPayment.objects.values()) == before


def test_nobody_approves_or_refuses_what_they_proposed(firm: Firm, context: Context) -> None:
    night(context)
    correction = proposed(8)
    for act in (actions.approve_correction, actions.refuse_correction):
        assert refused(act, correction=correction, by="officer", reason="x") == "same_person"
    assert differences() >= {("unpaid", 8, 8, 1000, 0)}


def test_only_who_proposed_it_takes_it_back_and_then_it_is_proposed_anew(firm: Firm, context: Context) -> None:
    night(context)
    correction = proposed(8)
    assert refused(actions.take_back_correction, correction=correction, by="somebody") == "not_yours"
    with acting(APP, **EVERYWHERE):
        difference = queries.differences().get(first_month=dt.date(2020, 8, 1))
        assert difference.open_token == correction.token
    assert refused(actions.propose_correction, difference=difference, reason="x", by="x") == "proposed_already"
    with acting(APP, **EVERYWHERE):
        actions.take_back_correction(correction=correction, by="officer")
    assert proposed(8).pk != correction.pk


def test_a_refusal_leaves_the_difference_standing_with_its_reason(firm: Firm, context: Context) -> None:
    night(context)
    correction = proposed(8)
    with acting(APP, **EVERYWHERE):
        actions.refuse_correction(correction=correction, by="approver", reason="已另行发放")
        correction.refresh_from_db()
    assert (correction.state, correction.decided_by, correction.decision) == ("refused", "approver", "已另行发放")
    assert ("unpaid", 8, 8, 1000, 0) in differences()


def test_what_was_decided_is_not_decided_again(firm: Firm, context: Context) -> None:
    night(context)
    correction = approved(8)
    for act in (actions.approve_correction, actions.refuse_correction):
        assert refused(act, correction=correction, by="another", reason="x") == "decided_already"
    assert refused(actions.take_back_correction, correction=correction, by="officer") == "decided_already"


def test_figures_that_changed_since_are_not_approved(firm: Firm, context: Context) -> None:
    night(context)
    correction = proposed(8)
    with as_owner():
        paid_to(firm, 300, (8, 8), context, known_on=LATER)
    night(context, LATER)
    assert refused(actions.approve_correction, correction=correction, by="approver") == "changed"
    with acting(BATCH):
        correction.refresh_from_db()
        assert correction.state == "proposed"
        assert queries.correction(correction.token).has_changed
    assert ("less", 8, 8, 1000, 300) in differences()


def test_a_pass_that_is_being_made_is_waited_for(firm: Firm, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    night(context)
    correction = proposed(8)
    monkeypatch.setattr(actions, "hold_off_passes", lambda: False)
    assert refused(actions.approve_correction, correction=correction, by="approver") == "pass_under_way"


# ── what the database itself refuses ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE claims_correction SET amount_fen = 1",
        "UPDATE claims_correction SET reason = 'x'",
        "UPDATE claims_correction SET state = 'proposed', decided_by = '', decided_at = NULL",
        "UPDATE claims_correction SET decided_by = 'another'",
        "UPDATE claims_correction SET proposed_by = 'another'",
        "DELETE FROM claims_correction",
    ],
)
def test_even_the_owner_changes_nothing_that_was_decided(firm: Firm, context: Context, wrong: str) -> None:
    night(context)
    approved(8)
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SAVEPOINT wound")
        with pytest.raises(IntegrityError):
            cursor.execute(wrong)
        cursor.execute("ROLLBACK TO SAVEPOINT wound")


@pytest.mark.parametrize(
    "wrong",
    [
        "state = 'approved', decided_by = proposed_by, decided_at = now()",
        "state = 'refused', decided_by = proposed_by, decided_at = now()",
        "state = 'taken_back', decided_by = 'another', decided_at = now()",
        "state = 'approved'",
        "state = 'approved', decided_by = 'another'",
    ],
)
def test_one_person_alone_decides_nothing_by_raw_sql_either(firm: Firm, context: Context, wrong: str) -> None:
    night(context)
    proposed(8)
    with acting(APP, **EVERYWHERE), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT wound")
        with pytest.raises(IntegrityError):
            cursor.execute(f"UPDATE claims_correction SET {wrong}")
        cursor.execute("ROLLBACK TO SAVEPOINT wound")


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE claims_correction SET amount_fen = 1",
        "UPDATE claims_correction SET carried_out_on = now()",
        "DELETE FROM claims_correction",
        "UPDATE claims_difference SET paid_fen = 1",
        "UPDATE claims_firmpayment SET amount_fen = 1",
        "DELETE FROM claims_firmpayment",
    ],
)
def test_the_app_changes_no_figure(firm: Firm, context: Context, wrong: str) -> None:
    night(context)
    proposed(8)
    with acting(APP, **EVERYWHERE), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT wound")
        with pytest.raises(DatabaseError, match="permission denied"):
            cursor.execute(wrong)
        cursor.execute("ROLLBACK TO SAVEPOINT wound")


def test_the_app_deletes_no_difference_that_was_not_approved(firm: Firm, context: Context) -> None:
    night(context)
    proposed(8)
    before = differences()
    with acting(APP, **EVERYWHERE), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT wound")
        with pytest.raises(IntegrityError, match="two persons"):
            cursor.execute("DELETE FROM claims_difference")
        cursor.execute("ROLLBACK TO SAVEPOINT wound")
    assert differences() == before


def test_a_correction_is_made_as_a_proposal(firm: Firm, context: Context) -> None:
    night(context)
    columns = "token, scope_no, policy_id, firm_id, first_month, last_month, kind, because, entitled_fen, paid_fen, corrected_fen"
    with acting(APP, **EVERYWHERE), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT wound")
        with pytest.raises(IntegrityError, match="proposed first"):
            cursor.execute(
                f"""
                INSERT INTO claims_correction ({columns}, amount_fen, reason, state, proposed_by, proposed_at, decided_by,
                    decided_at, decision)
                SELECT 'x', {columns.partition(", ")[2]}, entitled_fen - paid_fen - corrected_fen, 'r', 'approved', 'a', now(),
                    'b', now(), '' FROM claims_difference
                """
            )
        cursor.execute("ROLLBACK TO SAVEPOINT wound")


# ── carried out by a list, and what comes after ───────────────────────────────────────────────────────────────────────


def test_a_list_carries_it_out_and_a_list_taken_back_leaves_it_standing_again(firm: Firm, context: Context) -> None:
    night(context)
    correction = approved(8)
    with as_owner():
        payment = paid_to(firm, 1000, (8, 8), context, known_on=LATER, paid_on=LATER)
    night(context, LATER)
    left = {("unpaid", 9, 9, 1000, 0), ("unpaid", 10, 10, 1000, 0)}
    assert (carried_out(correction), differences()) == ((payment.paid_on, None), left)
    later = LATER + dt.timedelta(5)
    with as_owner():
        payment.retired_on, payment.retired_by = later, payment.source_batch
        payment.save(update_fields=["retired_on", "retired_by"])
    night(context, later)
    assert (carried_out(correction), differences()) == ((None, later), left)
    night(context, later + dt.timedelta(1))
    assert carried_out(correction) == (None, later)


def test_a_payment_that_was_counted_before_the_approval_carries_nothing_out(firm: Firm, context: Context) -> None:
    with as_owner():
        payment = paid_to(firm, 500, (8, 8), context, paid_on=AT.date())
        Batch.objects.filter(pk=payment.source_batch).update(started_at=AT - dt.timedelta(hours=1))
    night(context)
    correction = approved(8)
    assert correction.amount_fen == 50_000
    night(context, LATER)
    assert carried_out(correction) == (None, None)
    assert {one[1] for one in differences()} == {9, 10}
    # another list had said the same: its word is taken back, and the payment becomes known anew
    with as_owner():
        payment.retired_on, payment.retired_by = LATER, payment.source_batch
        payment.save(update_fields=["retired_on", "retired_by"])
        payment.pk, payment.retired_on, payment.retired_by, payment.known_on = None, None, None, LATER
        payment.save()
    night(context, LATER + dt.timedelta(1))
    assert carried_out(correction) == (None, None)
    assert {one[1] for one in differences()} == {9, 10}


@pytest.mark.parametrize("stands_still", [True, False])
def test_in_a_demonstration_its_day_is_not_over_when_the_clock_has_gone_on(
    firm: Firm, context: Context, settings: Any, *, stands_still: bool
) -> None:
    """Approved by the clock years after the day; of the list it says that it was paid on the day."""
    settings.ANYE_DAY = LATER if stands_still else None
    night(context)
    correction = approved(8, at=AT + dt.timedelta(700))
    with as_owner():
        payment = paid_to(firm, 1000, (8, 8), context, known_on=LATER, paid_on=LATER)
    night(context, LATER)
    assert carried_out(correction) == ((payment.paid_on, None) if stands_still else (None, None))
    assert {one[1] for one in differences()} == ({9, 10} if stands_still else {8, 9, 10})


def test_a_list_that_comes_late_and_says_it_was_paid_before_the_approval_is_a_doubt(
    firm: Firm, context: Context
) -> None:
    night(context)
    correction = approved(8)
    with as_owner():
        paid_to(firm, 1000, (8, 8), context, known_on=LATER)
    night(context, LATER)
    assert carried_out(correction) == (None, None)
    assert ("more", 8, 8, 1000, 1000) in differences()
    back = approved(8)
    assert (back.amount_fen, back.reverses_id) == (-100_000, correction.pk)


def test_what_is_not_owed_after_all_is_corrected_back_by_its_opposite(
    firm: Firm, district: District, context: Context
) -> None:
    with as_owner():
        trainee(district["cloud"], registers_of_the_year())  # another firm's: August's payroll has come
    night(context)
    first = approved(8, firm)
    with as_owner():
        for row in _pay(firm, 8):
            row.retired_on, row.retired_by = LATER, row.source_batch
            row.save(update_fields=["retired_on", "retired_by"])
    night(context, LATER)
    with acting(BATCH):
        one = Difference.objects.get(firm=firm, first_month=dt.date(2020, 8, 1))
        assert (one.kind, one.entitled_fen, one.paid_fen, one.corrected_fen) == ("undue", 0, 0, 100_000)
    back = approved(8, firm)
    assert (back.amount_fen, back.reverses_id) == (-100_000, first.pk)
    night(context, LATER + dt.timedelta(1))
    assert {one[1] for one in differences(firm)} == {9, 10}
    # what was undone is looked for in no list: a payment that comes all the same is a doubt
    with as_owner():
        paid_to(firm, 1000, (8, 8), context, known_on=LATER + dt.timedelta(2))
    night(context, LATER + dt.timedelta(2))
    assert ("undue", 8, 8, 0, 1000) in differences(firm)


def _pay(firm: Firm, month: int) -> list[Any]:
    return list(PayrollLine.objects.filter(firm=firm, month=dt.date(2020, month, 1)))


def test_the_sums_say_what_is_proposed_approved_and_carried_out(firm: Firm, context: Context) -> None:
    with as_owner():
        paid_to(firm, 1100, (9, 9), context)
    night(context)
    approved(8)
    proposed(9)
    proposed(10)
    with acting(APP, **EVERYWHERE):
        assert queries.sums_of(queries.corrections()) == {
            "topups": 100_000, "recoveries": -10_000, "approved_topups": 100_000, "approved_recoveries": 0, "carried_out": 0,
        }  # fmt: skip


def test_every_step_is_in_the_trail(firm: Firm, context: Context) -> None:
    night(context)
    approved(8)
    told = Event.objects.filter(table_name="claims_correction").order_by("id")
    assert [(one.verb, one.actor) for one in told] == [("insert", "officer"), ("update", "approver")]
    assert Event.objects.filter(table_name="claims_difference", verb="delete_many", actor="approver").exists()
