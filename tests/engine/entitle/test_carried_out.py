"""Which later payments carry out which corrections: by amount, months and day, each once, and the same in any order."""

from itertools import permutations
from random import Random

import pytest

from anye.engine.entitle.carried_out import Moved, carried_out
from tests.flow.written import SEED


def test_the_first_correction_of_a_payments_amount_is_carried_out() -> None:
    corrections = [Moved(1, 7, 8, 8, 500, 10), Moved(2, 7, 8, 8, 500, 11), Moved(3, 7, 8, 8, 300, 9)]
    assert carried_out(corrections, [Moved(50, 7, 8, 8, 500, 12)]) == {1: 50}
    assert carried_out(corrections, [Moved(50, 7, 8, 8, 500, 12), Moved(51, 7, 8, 8, 500, 12)]) == {1: 50, 2: 51}


@pytest.mark.parametrize(
    "payment",
    [
        Moved(50, 8, 8, 8, 500, 12),
        Moved(50, 7, 9, 9, 500, 12),
        Moved(50, 7, 8, 8, 499, 12),
        Moved(50, 7, 8, 8, 500, 9),
    ],
    ids=["somebody else", "other months", "another amount", "before the approval"],
)
def test_what_does_not_fit_carries_nothing_out(payment: Moved) -> None:
    assert carried_out([Moved(1, 7, 8, 8, 500, 10)], [payment]) == {}


def test_one_line_may_pay_several_months_but_all_of_them() -> None:
    corrections = [Moved(at, 7, at, at, 500, 10) for at in (8, 9, 10)]
    assert carried_out(corrections, [Moved(50, 7, 8, 10, 1500, 12)]) == {8: 50, 9: 50, 10: 50}
    assert carried_out(corrections, [Moved(50, 7, 8, 10, 1000, 12)]) == {}


def test_a_recovery_is_carried_out_by_a_line_below_nothing() -> None:
    assert carried_out([Moved(1, 7, 8, 8, -500, 10)], [Moved(50, 7, 8, 8, -500, 10)]) == {1: 50}


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_the_order_in_which_they_are_read_changes_nothing(seed: int) -> None:
    random = Random(seed)
    corrections = [
        Moved(at, 1, m := random.randrange(3), m, random.choice([1, 2]), random.randrange(4)) for at in range(4)
    ]
    payments = [Moved(at, 1, 0, 2, random.choice([1, 2, 3]), random.randrange(5)) for at in range(3)]
    found = {
        tuple(sorted(carried_out(a, b).items())) for a in permutations(corrections) for b in permutations(payments)
    }
    assert len(found) == 1
