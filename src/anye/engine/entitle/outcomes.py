"""What everybody's verdicts are handed over in: a block of rows, its amounts as numbers, all else as bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anye.engine.entitle.bits import EVERY, Array, put, size, trim, unpacked
from anye.engine.entitle.case import PAY, UNKNOWN
from anye.engine.entitle.groups import Cases


class Marks:
    """Where each reason stands, by its place among the policy's; those that stand nowhere need not be there.

    `all`: bits of all months of the block; `span`: the months that are looked at.
    """

    def __init__(self, shape: tuple[int, ...], span: slice = slice(None), held: dict[int, Array] | None = None) -> None:
        self.shape, self.span, self.all = shape, span, {} if held is None else held

    def of(self, place: int) -> Array:
        """The bits of a reason, to be read or written."""
        if place not in self.all:
            self.all[place] = np.zeros(self.shape, np.uint8)
        return self.all[place][self.span]

    def months(self, part: slice) -> Marks:
        """The same of some of the months that are looked at."""
        months = range(self.shape[0])[self.span][part]
        return Marks(self.shape, slice(months.start, months.stop), self.all)

    def anywhere(self) -> Array:
        """Where any reason stands."""
        found = np.zeros(self.shape, np.uint8)[self.span]
        for bits in self.all.values():
            np.bitwise_or(found, bits[self.span], out=found)
        return found


@dataclass
class Outcomes:
    """The verdicts of a block of `count` rows; `chosen` are their places among the cases.

    `amount`: months × rows, 0 unless paid. All else is bits (`bits`) of months × bytes: where it is paid and where that is
    not known; and where each of the policy's reasons is unmet or not known.
    """

    chosen: Array | slice
    count: int
    amount: Array
    pay: Array
    unknown: Array
    unmet: Marks
    missing: Marks

    @classmethod
    def blank(cls, chosen: Array | slice, count: int, months: int, money: type) -> Outcomes:
        """All that a block needs, nothing marked yet."""
        pay, unknown = np.empty((2, months, size(count)), np.uint8)
        unmet, missing = Marks(pay.shape), Marks(pay.shape)
        return cls(chosen, count, np.empty((months, count), money), pay, unknown, unmet, missing)

    @property
    def rows(self) -> Array:
        """The places among the cases."""
        return np.arange(self.chosen.start, self.chosen.stop) if isinstance(self.chosen, slice) else self.chosen

    def pays(self, values: Array, *, is_own: bool) -> None:
        """Amounts from what each month would come to. `is_own`: nobody else reads these values, so they may become it."""
        is_all = self.amount.base is None  # not a view of some months
        if is_own and is_all and (values.shape, values.dtype) == (self.amount.shape, self.amount.dtype):
            self.amount = values
        np.multiply(values, unpacked(self.pay, self.count).view(np.int8), out=self.amount, casting="same_kind")

    def refuse(self, reason: int) -> None:
        """Nothing is paid in any month, whatever else was found."""
        self.unmet.of(reason)[...], self.pay[...], self.unknown[...], self.amount[...] = EVERY, 0, 0, 0

    def months(self, part: slice) -> Outcomes:
        """A view of some months."""
        marks = self.unmet.months(part), self.missing.months(part)
        return Outcomes(self.chosen, self.count, self.amount[part], self.pay[part], self.unknown[part], *marks)

    def trim(self) -> None:
        """Take out what lies after the last row."""
        for bits in (self.pay, self.unknown, *self.unmet.all.values(), *self.missing.all.values()):
            trim(bits, self.count)

    @property
    def outcome(self) -> Array:
        """no, pay or unknown: months × rows."""
        pay, unknown = (unpacked(bits, self.count).view(np.int8) for bits in (self.pay, self.unknown))
        return pay * np.int8(PAY) + unknown * np.int8(UNKNOWN)

    def mask(self, marks: Marks) -> Array:
        """What is unmet or missing as a number for each month and row, a bit for each reason."""
        dtype = np.min_scalar_type((2 << max(marks.all, default=0)) - 1)
        found = np.zeros(self.amount.shape, dtype)
        for place in marks.all:
            found |= unpacked(marks.of(place), self.count).astype(dtype) << dtype.type(place)
        return found


@dataclass(frozen=True)
class Other:
    """What another policy came to for all its cases: bits where it pays and where that is not known, months × bytes."""

    cases: Cases
    pay: Array
    unknown: Array

    @classmethod
    def none(cls, cases: Cases) -> Other:
        """Nothing yet: neither pays nor is open."""
        return cls(cases, *np.zeros((2, cases.months, size(cases.rows)), np.uint8))

    def put(self, block: Outcomes) -> None:
        """Take up a block."""
        put(self.pay, block.chosen, block.pay)
        put(self.unknown, block.chosen, block.unknown)
