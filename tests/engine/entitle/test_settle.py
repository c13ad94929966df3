"""What is owed beside what was paid: against a slow oracle of lists, and the sum that has to come out."""

from collections.abc import Sequence
from random import Random

import polars as pl
import pytest

from anye.engine.entitle import settle as module
from anye.engine.entitle.case import NO, PAY, UNKNOWN
from anye.engine.entitle.settle import settle
from tests.flow.written import SEED

Decision = tuple[int, int, int, int]
Payment = tuple[int, int, int, int]
Line = tuple[int, int, int, int, int, int, int, int, str]
PAYMENT = {"whose": pl.Int64, "since": pl.Int64, "until": pl.Int64, "amount": pl.Int64}


def framed(decisions: list[Decision], *payments: list[Payment]) -> tuple[pl.DataFrame, ...]:
    number = pl.Int64
    return (
        pl.DataFrame(decisions, {"whose": number, "month": number, "outcome": number, "amount": number}, orient="row"),
        *(pl.DataFrame(each, PAYMENT, orient="row") for each in payments),
    )


def settled(decisions: list[Decision], payments: list[Payment], *corrections: list[Payment]) -> list[Line]:
    return sorted(settle(*framed(decisions, payments, *corrections)).rows())


def oracle(decisions: list[Decision], listed: list[Payment], corrections: Sequence[Payment] = ()) -> list[Line]:
    found: list[Line] = []
    payments = [(*one, False) for one in listed] + [(*one, True) for one in corrections]
    for whose in {one[0] for one in [*decisions, *payments]}:
        groups: list[list[tuple[int, int, int, int, bool]]] = []
        for payment in [one for one in payments if one[0] == whose]:
            touching = [g for g in groups if any(payment[1] <= p[2] and p[1] <= payment[2] for p in g)]
            groups = [g for g in groups if g not in touching] + [[payment, *(p for g in touching for p in g)]]
        taken = set()
        for group in groups:
            months = range(min(p[1] for p in group), max(p[2] for p in group) + 1)
            taken |= set(months)
            mine = [one for one in decisions if one[0] == whose and one[1] in months]
            owed = sum(one[3] for one in mine if one[2] == PAY)
            paid, corrected = (sum(p[3] for p in group if p[4] is which) for which in (False, True))
            total = paid + corrected
            unknown = sum(one[2] == UNKNOWN for one in mine)
            kind = (
                "open"
                if unknown
                else "same"
                if owed == total
                else "less"
                if owed > total
                else "more"
                if owed
                else "undue"
            )
            found.append((whose, months[0], months[-1], owed, paid, corrected, unknown, len(group), kind))
        for month in {one[1] for one in decisions if one[0] == whose and one[2] == PAY} - taken:
            owed = sum(one[3] for one in decisions if one[:3] == (whose, month, PAY))
            found.append((whose, month, month, owed, 0, 0, 0, 0, "unpaid"))
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
    corrections = world(Random(seed + 1000))[1]
    assert settled(decisions, payments, corrections) == oracle(decisions, payments, corrections)


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_the_differences_add_up_to_what_is_owed_less_what_was_paid(seed: int) -> None:
    decisions, payments = world(Random(seed))
    decisions = [one for one in decisions if one[2] != UNKNOWN]
    total = sum(line[3] - line[4] for line in settled(decisions, payments))
    assert total == sum(one[3] for one in decisions if one[2] == PAY) - sum(one[3] for one in payments)
    corrections = world(Random(seed + 1000))[1]
    total -= sum(one[3] for one in corrections)
    assert total == sum(line[3] - line[4] - line[5] for line in settled(decisions, payments, corrections))


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_once_the_differences_are_paid_nothing_is_left(seed: int) -> None:
    decisions, payments = world(Random(seed))
    decisions = [one for one in decisions if one[2] != UNKNOWN]
    corrections = [(line[0], line[1], line[2], line[3] - line[4]) for line in settled(decisions, payments)]
    assert {line[-1] for line in settled(decisions, payments + corrections)} == {"same"}
    assert {line[-1] for line in settled(decisions, payments, corrections)} == {"same"}


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
    assert settled([], []) == [] and settled(decisions[:1], []) == [(1, 0, 0, 500, 0, 0, 0, 0, "unpaid")]


def test_a_planted_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments that touch and do not overlap stay apart."""
    plain = module._grouped
    monkeypatch.setattr(module, "_grouped", lambda payments: plain(payments.with_columns(pl.col("until") + 1)))
    worlds = [world(Random(seed)) for seed in range(SEED, SEED + 5)]
    assert any(settled(*one) != oracle(*one) for one in worlds)
