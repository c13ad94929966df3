"""What is owed beside what was paid: against a slow oracle of lists, and the sum that has to come out."""

from random import Random

import polars as pl
import pytest

from anye.engine.entitle import settle as module
from anye.engine.entitle.case import NO, PAY, UNKNOWN
from anye.engine.entitle.settle import settle
from tests.flow.written import SEED

Decision = tuple[int, int, int, int]
Payment = tuple[int, int, int, int]
Line = tuple[int, int, int, int, int, int, int, str]


def framed(decisions: list[Decision], payments: list[Payment]) -> tuple[pl.DataFrame, pl.DataFrame]:
    number = pl.Int64
    return (
        pl.DataFrame(decisions, {"whose": number, "month": number, "outcome": number, "amount": number}, orient="row"),
        pl.DataFrame(payments, {"whose": number, "since": number, "until": number, "amount": number}, orient="row"),
    )


def settled(decisions: list[Decision], payments: list[Payment]) -> list[Line]:
    return sorted(settle(*framed(decisions, payments)).rows())


def oracle(decisions: list[Decision], payments: list[Payment]) -> list[Line]:
    found: list[Line] = []
    for whose in {one[0] for one in [*decisions, *payments]}:
        groups: list[list[Payment]] = []
        for payment in [one for one in payments if one[0] == whose]:
            touching = [g for g in groups if any(payment[1] <= p[2] and p[1] <= payment[2] for p in g)]
            groups = [g for g in groups if g not in touching] + [[payment, *(p for g in touching for p in g)]]
        taken = set()
        for group in groups:
            months = range(min(p[1] for p in group), max(p[2] for p in group) + 1)
            taken |= set(months)
            mine = [one for one in decisions if one[0] == whose and one[1] in months]
            owed, paid = sum(one[3] for one in mine if one[2] == PAY), sum(p[3] for p in group)
            unknown = sum(one[2] == UNKNOWN for one in mine)
            kind = (
                "open"
                if unknown
                else "same"
                if owed == paid
                else "less"
                if owed > paid
                else "more"
                if owed
                else "undue"
            )
            found.append((whose, months[0], months[-1], owed, paid, unknown, len(group), kind))
        for month in {one[1] for one in decisions if one[0] == whose and one[2] == PAY} - taken:
            owed = sum(one[3] for one in decisions if one[:3] == (whose, month, PAY))
            found.append((whose, month, month, owed, 0, 0, 0, "unpaid"))
    return sorted(found)


def world(random: Random) -> tuple[list[Decision], list[Payment]]:
    outcomes = [(PAY, random.choice([100, 250, 500])) for _ in range(6)] + [(UNKNOWN, 0), (NO, 0), (NO, 0)]
    decisions = [
        (whose, month, *random.choice(outcomes))
        for whose in range(12)
        for month in range(-3, 12)
        if random.random() < 0.7
        for _ in range(random.choice([1, 1, 2]))
    ]
    payments = []
    for whose in range(2, 14):
        for _ in range(random.randrange(4)):
            since = random.randrange(-4, 11)
            payments.append((whose, since, since + random.randrange(4), random.choice([-100, 100, 250, 500, 1000])))
    return decisions, payments


@pytest.mark.parametrize("seed", range(SEED, SEED + 60))
def test_what_is_settled_is_what_the_oracle_settles(seed: int) -> None:
    decisions, payments = world(Random(seed))
    assert settled(decisions, payments) == oracle(decisions, payments)


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_the_differences_add_up_to_what_is_owed_less_what_was_paid(seed: int) -> None:
    decisions, payments = world(Random(seed))
    decisions = [one for one in decisions if one[2] != UNKNOWN]
    total = sum(line[3] - line[4] for line in settled(decisions, payments))
    assert total == sum(one[3] for one in decisions if one[2] == PAY) - sum(one[3] for one in payments)


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_once_the_differences_are_paid_nothing_is_left(seed: int) -> None:
    decisions, payments = world(Random(seed))
    decisions = [one for one in decisions if one[2] != UNKNOWN]
    corrections = [(line[0], line[1], line[2], line[3] - line[4]) for line in settled(decisions, payments)]
    assert {line[-1] for line in settled(decisions, payments + corrections)} == {"same"}


def test_each_kind_has_its_case() -> None:
    decisions = [
        (1, 0, PAY, 500),
        (2, 0, PAY, 500),
        (3, 0, PAY, 500),
        (4, 0, NO, 0),
        (5, 0, UNKNOWN, 0),
        (6, 0, PAY, 500),
    ]
    payments = [(2, 0, 0, 400), (3, 0, 0, 600), (4, 0, 0, 500), (5, 0, 0, 500), (6, 0, 0, 500)]
    assert [line[-1] for line in settled(decisions, payments)] == list(module.KINDS)
    assert settled([], []) == [] and settled(decisions[:1], []) == [(1, 0, 0, 500, 0, 0, 0, "unpaid")]


def test_a_planted_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments that touch and do not overlap stay apart."""
    plain = module._grouped
    monkeypatch.setattr(module, "_grouped", lambda payments: plain(payments.with_columns(pl.col("until") + 1)))
    worlds = [world(Random(seed)) for seed in range(SEED, SEED + 5)]
    assert any(settled(*one) != oracle(*one) for one in worlds)
