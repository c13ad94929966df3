"""Which payments of later lists carry out which approved corrections: from then on the payment counts, the correction no more.

Nothing of it is kept as truth: each pass finds it anew from what the lists say then, so that a list which is taken back leaves
the correction standing again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Moved:
    """A correction or a payment: whose, the first and the last month, the amount, and `at`: when the correction was approved,
    or up to when it has to be for the payment to carry it out."""

    id: int
    whose: int
    since: int
    until: int
    amount: int
    at: int


def carried_out(corrections: Iterable[Moved], payments: Iterable[Moved]) -> dict[int, int]:
    """Correction → the payment that carries it out.

    A payment that came after the approval, for months that overlap, carries out the first correction of its amount; else
    all that are open for its months, where they add up to it: lists pay several months in one line. Each does so once.
    Of payments and of corrections the earlier goes first, then the one that was noted first.
    """
    open_of: dict[int, list[Moved]] = defaultdict(list)
    for one in sorted(corrections, key=_in_order):
        open_of[one.whose].append(one)
    found: dict[int, int] = {}
    for payment in sorted(payments, key=_in_order):
        mine = open_of.get(payment.whose, [])
        fits = [one for one in mine if one.at <= payment.at and _overlap(one, payment)]
        for one in _meant(fits, payment.amount):
            found[one.id] = payment.id
            mine.remove(one)
    return found


def _meant(fits: Sequence[Moved], amount: int) -> Sequence[Moved]:
    single = [one for one in fits if one.amount == amount][:1]
    return single or (fits if fits and sum(one.amount for one in fits) == amount else [])


def _overlap(one: Moved, other: Moved) -> bool:
    return one.since <= other.until and other.since <= one.until


def _in_order(one: Moved) -> tuple[int, int]:
    return one.at, one.id
