"""The ledger beside lists of payments: whatever differs is written down, stays while it is the same, and goes when it is not."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from anye.flow import nightly
from anye.flow.blocks import Context
from anye.flow.nightly import entitle
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import Difference, FirmPayment, Payment, Ticket
from anye.records.entitlements.models import Entitlement
from anye.records.firms.models import Firm
from tests.conftest import District
from tests.factories import as_owner, make_firm, make_person, source
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee

Said = set[tuple[str, int, int, int, int]]
OFFICE = {"known_on": KNOWN, "source_line": 1}


def night(context: Context, known: dt.date = KNOWN) -> None:
    entitle(read_pack("cn_yubei"), on=KNOWN, known=known, office_no=context.office_no, by="tests")


def differences(firm: Firm | None = None) -> Said:
    """(kind, first month, last month, owed, paid), yuan; of everybody, or of a firm."""
    with acting(BATCH):
        rows = Difference.objects.all() if firm is None else Difference.objects.filter(firm=firm)
        return {
            (one.kind, one.first_month.month, one.last_month.month, one.entitled_fen // 100, one.paid_fen // 100)
            for one in rows
        }


def paid_to(firm: Firm, yuan: int, months: tuple[int, int], context: Context, **more: Any) -> FirmPayment:
    """A line of a list of payments to firms for months of 2020."""
    batch = came("firm_payments", dt.date(2020, 11, 1), known_on=more.pop("known_on", KNOWN))[0]
    told = {"item": "以工代训补贴", "paid_on": dt.date(2020, 11, 5), **more}
    return FirmPayment.objects.create(
        firm=firm, kind="paid", amount_fen=yuan * 100, valid_from=dt.date(2020, months[0], 1), scope_no=context.office_no,
        valid_to=dt.date(2020, months[1], 28), known_on=batch.known_on, source_batch=batch.pk, source_line=1, **told,
    )  # fmt: skip


@pytest.fixture
def firm(district: District) -> Firm:
    """Owed 1,000 yuan for each of August, September and October 2020: two trainees."""
    with as_owner():
        batch = registers_of_the_year()
        _, found = trainee(district["willow"], batch)
        trainee(district["bridge"], batch, found)
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
    return found


def test_what_was_not_paid_stands_month_by_month(firm: Firm, context: Context) -> None:
    night(context)
    assert differences() == {("unpaid", month, month, 1000, 0) for month in (8, 9, 10)}


def test_what_is_paid_as_owed_differs_in_nothing(firm: Firm, context: Context) -> None:
    with as_owner():
        paid_to(firm, 2000, (8, 9), context)
        paid_to(firm, 1000, (10, 10), context)
    night(context)
    assert differences() == set()


def test_less_more_and_what_is_not_owed_are_told_apart(firm: Firm, context: Context) -> None:
    with as_owner():
        paid_to(firm, 900, (8, 8), context)
        paid_to(firm, 1100, (9, 9), context)
        paid_to(make_firm("另一家公司"), 500, (8, 9), context)
        paid_to(firm, 777, (9, 9), context, item="房屋租赁")  # of something else
    night(context)
    assert differences() == {
        ("less", 8, 8, 1000, 900), ("more", 9, 9, 1000, 1100), ("undue", 8, 9, 0, 500), ("unpaid", 10, 10, 1000, 0)
    }  # fmt: skip


def test_what_is_paid_later_leaves_the_list_and_the_rest_keeps_the_day_it_was_found(
    firm: Firm, context: Context
) -> None:
    night(context)
    later = KNOWN + dt.timedelta(5)
    with as_owner():
        paid_to(firm, 1000, (8, 8), context, known_on=later)
    night(context, later)
    assert differences() == {("unpaid", 9, 9, 1000, 0), ("unpaid", 10, 10, 1000, 0)}
    with acting(BATCH):
        assert set(Difference.objects.values_list("found_on", flat=True)) == {KNOWN}


def test_a_payment_that_was_taken_back_counts_no_more(firm: Firm, context: Context) -> None:
    later = KNOWN + dt.timedelta(5)
    with as_owner():
        payment = paid_to(firm, 1000, (8, 8), context)
        payment.retired_on, payment.retired_by = later, payment.source_batch
        payment.save(update_fields=["retired_on", "retired_by"])
    night(context)
    assert ("unpaid", 8, 8, 1000, 0) not in differences()
    night(context, later)
    assert ("unpaid", 8, 8, 1000, 0) in differences()


def test_of_a_month_for_which_no_list_has_come_nothing_is_said_to_be_unpaid(
    district: District, context: Context
) -> None:
    with as_owner():
        trainee(district["willow"], registers_of_the_year())
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 9, 1))
    night(context)
    assert differences() == {("unpaid", 8, 8, 500, 0), ("unpaid", 9, 9, 500, 0)}


def test_a_payment_that_begins_before_the_judged_months_or_ends_far_after_them_stops_nothing(
    firm: Firm, district: District, context: Context
) -> None:
    with as_owner():
        trainee(district["cloud"], registers_of_the_year(), months=4)  # November's payroll has come
        far = paid_to(firm, 900, (10, 10), context)
        FirmPayment.objects.create(
            firm=firm, kind="paid", item="以工代训补贴", amount_fen=100, valid_from=dt.date(2018, 11, 1), paid_on=None,
            valid_to=dt.date(2019, 2, 28), scope_no=context.office_no, source_batch=far.source_batch, **OFFICE,
        )  # fmt: skip
        FirmPayment.objects.create(
            firm=firm, kind="paid", item="以工代训补贴", amount_fen=90_000, valid_from=dt.date(2020, 9, 1), paid_on=None,
            valid_to=dt.date(2199, 9, 30), scope_no=context.office_no, source_batch=far.source_batch, **OFFICE,
        )  # fmt: skip
    night(context)
    assert differences(firm) == {("unpaid", 8, 8, 1000, 0), ("less", 9, 11, 2000, 1800)}


def test_of_what_hangs_on_something_that_nobody_tells_no_payment_is_said_to_be_undue(
    district: District, context: Context
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        person = make_person(district["cloud"], batch=batch)
        told = {"item": "跨区域就业交通补贴", "paid_on": dt.date(2020, 9, 3), "kind": "paid", "amount_fen": 20_000}
        Payment.objects.create(person=person, **told, **source(person, batch))
    night(context)
    assert differences() == set()


def test_a_policy_that_is_no_more_leaves_nothing_standing(
    firm: Firm, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(context)
    plain = nightly.rules_in_use

    def fewer(folder: Any) -> Any:
        book = plain(folder)
        return replace(
            book, policies={code: one for code, one in book.policies.items() if code != "training_through_work"}
        )

    monkeypatch.setattr(nightly, "rules_in_use", fewer)
    night(context, KNOWN + dt.timedelta(1))
    assert differences() == set()
    with acting(BATCH):
        assert not Entitlement.objects.known().filter(policy__code="training_through_work").exists()


def test_somebody_paid_and_owed_nothing_is_a_doubt_within_their_village(district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        for register in ("tickets", "class_rosters"):
            came(register, dt.date(2020, 1, 1), dt.date(2020, 11, 1))
        person = make_person(
            district["cloud"], batch=batch, groups=["poor"],
            details={"birth": "1980-05-06", "work_capacity": "ordinary", "work_region": "district"},
        )  # fmt: skip
        Ticket.objects.create(person=person, travelled_on=dt.date(2020, 3, 1), amount_fen=100, **source(person, batch))
        told = {"item": "跨区域就业交通补贴", "paid_on": dt.date(2020, 9, 3), "kind": "paid", "amount_fen": 20_000}
        Payment.objects.create(person=person, **told, **source(person, batch))
        make_person(district["flat"], batch=batch)
    night(context)
    with acting(BATCH):
        (one,) = Difference.objects.filter(kind="undue")
    assert (one.person_id, one.scope_no, one.paid_fen) == (person.pk, district["cloud"].scope_no, 20_000)
