"""Two who approve at once, and a pass beside them, each with a connection of their own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from anye.flow.nightly import PassUnderWay, entitle
from anye.flow.registry import district_no
from anye.packs import read_pack
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.claims import actions, queries
from anye.records.claims.actions import CorrectionRefused
from anye.records.claims.models import Correction, Difference
from anye.records.entitlements.actions import ONE_AT_A_TIME
from tests import factories as made
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.owed import KNOWN

pytestmark = pytest.mark.django_db(transaction=True)
EVERYWHERE = {"lo": 0, "hi": 2**62}
PATIENCE_S = 30


@pytest.fixture
def correction(district: District) -> Correction:
    with as_owner():
        person = made.make_person(district["willow"])
        decision = made.make_decision(person)
        Difference.objects.create(
            policy=decision.policy, person=person, scope_no=person.scope_no, first_month=decision.month,
            last_month=decision.month, kind="unpaid", entitled_fen=50_000, paid_fen=0, found_on=made.KNOWN,
        )  # fmt: skip
    with acting(APP, **EVERYWHERE, actor="officer"):
        return actions.propose_correction(difference=queries.differences().get(), reason="补发", by="officer")


def aside(act: Callable[[], Any]) -> Callable[[], Any]:
    """Runs in a thread of its own; what is returned waits for what it came to."""
    came: list[Any] = []

    def run() -> None:
        try:
            came.append(act())
        except (CorrectionRefused, PassUnderWay) as fault:
            came.append(getattr(fault, "code", "pass_under_way"))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> Any:
        thread.join(PATIENCE_S)
        assert not thread.is_alive() and came
        return came[0]

    return wait


def approve(correction: Correction, by: str) -> str:
    with acting(APP, **EVERYWHERE, actor=by):
        actions.approve_correction(correction=correction, by=by)
    return "approved"


def test_of_two_who_approve_at_once_one_does_and_the_other_is_told(correction: Correction) -> None:
    with acting(APP, **EVERYWHERE, actor="first"):
        actions.approve_correction(correction=correction, by="first")
        other = aside(lambda: approve(correction, "second"))
        threading.Event().wait(1)  # it stands behind the row until this transaction is over
    assert other() == "decided_already"
    with acting(BATCH):
        correction.refresh_from_db()
    assert (correction.state, correction.decided_by) == ("approved", "first")


def test_where_the_first_gives_up_the_second_approves(correction: Correction) -> None:
    with acting(APP, **EVERYWHERE, actor="first"):
        actions.approve_correction(correction=correction, by="first")
        other = aside(lambda: approve(correction, "second"))
        threading.Event().wait(1)
        transaction.set_rollback(True)
    assert other() == "approved"
    with acting(BATCH):
        correction.refresh_from_db()
        assert correction.decided_by == "second" and not Difference.objects.exists()


def test_while_a_pass_is_made_nothing_is_approved_and_while_something_is_no_pass_begins(correction: Correction) -> None:
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        assert cursor.fetchone()[0]
        assert aside(lambda: approve(correction, "approver"))() == "pass_under_way"

    def night() -> None:
        entitle(read_pack("cn_yubei"), on=KNOWN, known=made.KNOWN, office_no=district_no(), by="tests")

    with acting(APP, **EVERYWHERE, actor="approver"):
        actions.approve_correction(correction=correction, by="approver")
        assert aside(night)() == "pass_under_way"
