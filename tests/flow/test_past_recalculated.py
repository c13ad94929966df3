"""The past recalculated, over random histories: what was approved and no list shows is what is owed less what lists say was paid.

Decisions, payments, payments taken back, approvals, refusals and reversals come in any order; after each pass everything that
it found is proposed and approved, or some of it. Against an oracle that only adds up, and the next pass has nothing to say.
"""

import datetime as dt
from collections import Counter
from random import Random
from typing import Any

import pytest

from anye.engine.entitle.months import month_of
from anye.flow import settling
from anye.flow.drawing.months import Window
from anye.flow.settling import settle_all
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.claims import actions, queries
from anye.records.claims.models import Correction, Difference, Payment
from anye.records.entitlements.models import NO, PAY, UNKNOWN, Entitlement, Policy, PolicyVersion, Run
from anye.records.people.models import Person
from anye.records.registers.models import Batch
from tests.conftest import District
from tests.factories import as_owner, make_batch, make_person, source
from tests.flow.written import SEED

pytestmark = pytest.mark.django_db

FIRST, MONTHS = dt.date(2020, 1, 1), 6
BOOK = read_rules(pack_folder("cn_yubei"))
ITEMS = {"work_travel_subsidy": "交通补贴", "trainee_living_allowance": "生活费补贴", "startup_grant": "创业补贴"}
"""Paid by the month, once a year, once in a life; and how lists call them."""


def first_of(at: int) -> dt.date:
    return dt.date(2020, at + 1, 1)


class History:
    """A registry of a few people, whose ledger and payments are written by hand, and what was done to it."""

    def __init__(self, random: Random, district: District) -> None:
        self.random, self.day = random, dt.date(2020, 7, 1)
        with as_owner():
            self.batch = make_batch("payments", FIRST)
            self.people = [make_person(district[place], batch=self.batch) for place in ("willow", "bridge", "cloud")]
            self.policies = {code: Policy.objects.get_or_create(code=code)[0] for code in ITEMS}
            self.run = Run.objects.create(
                first_month=FIRST, last_month=first_of(MONTHS - 1), known_on=self.day, started_by="tests",
                started_at=self.now(),
            )  # fmt: skip
            self.versions = {
                code: PolicyVersion.objects.create(
                    policy=policy, digest=code.ljust(64, "0"), title_zh="", title_en="", text="", reasons=[], first_used_on=self.day,
                )
                for code, policy in self.policies.items()
            }  # fmt: skip

    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time(9), tzinfo=dt.UTC)

    def anybody(self) -> tuple[Person, str]:
        return self.random.choice(self.people), self.random.choice(list(ITEMS))

    def is_decided(self) -> None:
        """The rules or the facts say otherwise of a month."""
        person, code = self.anybody()
        outcomes = [(PAY, 500), (PAY, 600), (PAY, 250), (NO, 0), (NO, 0), (UNKNOWN, None)]
        outcome, amount = self.random.choice(outcomes)
        month = first_of(self.random.randrange(MONTHS))
        rows = Entitlement.objects.known().filter(person=person, policy__code=code, month=month)
        rows.update(retired_on=self.day, retired_by=1)
        Entitlement.objects.create(
            policy=self.policies[code], version=self.versions[code], person=person, scope_no=person.scope_no, month=month,
            outcome=outcome, amount_fen=amount, run=self.run, known_on=self.day,
        )  # fmt: skip

    def is_paid(self, amount: int | None = None) -> None:
        """A list says that something was paid: as an approved correction asks, or as it likes."""
        person, code = self.anybody()
        since = self.random.randrange(MONTHS)
        until = min(since + self.random.choice([0, 0, 1, 2]), MONTHS - 1)
        amount = self.random.choice([250, 500, 600, 1000, -250])
        mine = list(Correction.objects.filter(state="approved", carried_out_on=None).order_by("pk"))
        if mine and self.random.random() < 0.5:
            one = self.random.choice(mine)
            person, code, amount = one.person, one.policy.code, one.amount_fen
            since, until = (each.month - 1 for each in (one.first_month, one.last_month))
        batch = make_batch("payments", FIRST)
        Batch.objects.filter(pk=batch.pk).update(started_at=self.now() - dt.timedelta(hours=1))
        told = {**source(person, batch), "known_on": self.day}
        Payment.objects.create(
            person=person, kind="paid", item=ITEMS[code], amount_fen=amount, valid_from=first_of(since),
            valid_to=first_of(until), paid_on=self.day, batch_no=str(self.random.random()), **told,
        )  # fmt: skip

    def is_taken_back(self) -> None:
        """A list that was loaded is withdrawn."""
        rows = list(Payment.objects.known().order_by("pk"))
        if rows:
            row = self.random.choice(rows)
            row.retired_on, row.retired_by = self.day, row.source_batch
            row.save(update_fields=["retired_on", "retired_by"])

    def settle(self) -> int:
        """A pass; how many differences stand."""
        window = Window(month_of(FIRST), MONTHS)
        registers = {"payments": (month_of(FIRST), window.last)}
        with acting(BATCH):
            settle_all(BOOK, window, {}, registers, {}, known=self.day, office_no=1)
            return Difference.objects.count()

    def propose(self, *, share: float) -> None:
        with acting(APP, lo=0, hi=2**62):
            for one in list(queries.differences().order_by("policy_id", "person_id", "first_month")):
                if one.open_token is None and self.random.random() <= share:
                    actions.propose_correction(difference=one, reason="r", by="a", at=self.now())

    def decide(self, *, share: float) -> None:
        """Some of what was found is proposed, and of that nearly all approved; with a share of 1 all of it."""
        with acting(APP, lo=0, hi=2**62):
            for one in list(queries.corrections().filter(state="proposed").order_by("pk")):
                if one.has_changed:
                    actions.refuse_correction(correction=one, by="b", reason="changed", at=self.now())
        self.propose(share=share)
        with acting(APP, lo=0, hi=2**62):
            for one in list(queries.corrections().filter(state="proposed").order_by("pk")):
                if self.random.random() <= max(share, 0.8):
                    actions.approve_correction(correction=one, by="b", at=self.now())
                elif self.random.random() < 0.5:
                    actions.refuse_correction(correction=one, by="b", reason="r", at=self.now())
                else:
                    actions.take_back_correction(correction=one, by="a", at=self.now())

    def step(self) -> None:
        self.day += dt.timedelta(1)
        with as_owner():
            for _ in range(self.random.randrange(1, 6)):
                self.random.choice([self.is_decided, self.is_decided, self.is_paid, self.is_paid, self.is_taken_back])()

    def sums(self) -> tuple[Counter[Any], Counter[Any]]:
        """(person, policy) → owed less paid by lists, and approved corrections that are in no list; of whom all is known."""
        owed, counted = Counter[Any](), Counter[Any]()
        with acting(BATCH):
            decisions = list(
                Entitlement.objects.known().values_list("person_id", "policy__code", "outcome", "amount_fen")
            )
            paid = list(Payment.objects.known().values_list("person_id", "item", "amount_fen"))
            found = Correction.objects.filter(state="approved", carried_out_on=None)
            for person, code, amount in found.values_list("person_id", "policy__code", "amount_fen"):
                counted[person, code] += amount
        unknown = {(person, code) for person, code, outcome, _ in decisions if outcome == UNKNOWN}
        for person, code, outcome, amount in decisions:
            owed[person, code] += amount if outcome == PAY else 0
        codes = {item: code for code, item in ITEMS.items()}
        for person, item, amount in paid:
            owed[person, codes[item]] -= amount
        return tuple(
            Counter({key: value for key, value in each.items() if value and key not in unknown})
            for each in (owed, counted)
        )  # type: ignore[return-value]


@pytest.fixture
def history(district: District, request: Any) -> History:
    return History(Random(request.param), district)


def paid_rows() -> list[Any]:
    with acting(BATCH):
        return list(Payment.objects.order_by("pk").values("pk", "amount_fen", "valid_from", "valid_to", "known_on"))


def went_wrong(history: History, steps: int) -> list[str]:
    """Where the sums do not come out, a pass finds something anew, or a payment was changed."""
    wrong = []
    for at in range(steps):
        history.step()
        history.settle()
        if at % 3 == 1:
            history.decide(share=0.5)  # half of it waits for another day
            continue
        if at % 3 == 2:
            history.propose(share=0.3)  # and is decided when the figures may be others
            history.step()
            history.settle()
        before = paid_rows()
        history.decide(share=1)
        if history.settle():
            wrong.append(f"{at}: differs still")
        owed, counted = history.sums()
        if owed != counted:
            wrong.append(f"{at}: owed less paid {owed}, corrected {counted}")
        if paid_rows() != before:
            wrong.append(f"{at}: a payment was changed")
    return wrong


@pytest.mark.parametrize("history", range(SEED, SEED + 12), indirect=True)
def test_what_was_approved_is_what_is_owed_less_what_was_paid(history: History) -> None:
    assert went_wrong(history, 9) == []
    with acting(BATCH):
        states = Counter(Correction.objects.values_list("state", flat=True))
        assert states["approved"] > 5


@pytest.mark.parametrize("history", [SEED], indirect=True)
def test_histories_know_every_kind_of_step(history: History) -> None:
    assert all(went_wrong(history, 9) == [] for _ in range(5))
    with acting(BATCH):
        rows = Correction.objects.all()
        assert rows.exclude(carried_out_on=None).exists() and rows.exclude(reverses=None).exists()
        assert rows.exclude(gone_on=None).exists()
        assert rows.filter(state="refused").exists() and rows.filter(state="taken_back").exists()
        assert rows.filter(amount_fen__gt=0).exists() and rows.filter(amount_fen__lt=0).exists()


@pytest.mark.parametrize("history", [SEED], indirect=True)
def test_a_correction_that_counts_for_nothing_is_noticed(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = settling.still_counted
    monkeypatch.setattr(settling, "still_counted", lambda *told, **more: plain(*told, **more).clear())
    assert went_wrong(history, 9) != []
