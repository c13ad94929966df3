"""What a value of a formula is: its type, its unit, and the range it lies in. Unknown is no value of its own: any may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Type = Literal["bool", "int", "date", "code"]

ANY = "*"  # the unit of a number that is written down: it takes the unit of what it stands beside
PLAIN = ""  # the unit of a number that counts nothing, such as a rate


@dataclass(frozen=True)
class Kind:
    """`lo`, `hi`: the least and the greatest whole number (of a date: day since 1970-01-01); `codes`: what a code may be."""

    type: Type
    unit: str = PLAIN
    lo: int = 0
    hi: int = 1
    codes: tuple[str, ...] = ()

    def within(self, lo: int, hi: int) -> Kind:
        """The same, in another range."""
        return replace(self, lo=lo, hi=hi)


BOOL = Kind("bool")


def integer(lo: int, hi: int, unit: str = PLAIN) -> Kind:
    """A whole number from `lo` to `hi`."""
    return Kind("int", unit, lo, hi)


def alike(one: str, other: str) -> str | None:
    """The unit of two numbers that are added or compared; None where they measure different things."""
    if one == ANY:
        return other
    return one if other in {one, ANY} else None


def product(one: str, other: str) -> str | None:
    """The unit of a product: one side is a bare number, or a rate times what it is per (fen/month × month)."""
    for rate, per in ((one, other), (other, one)):
        if per in {ANY, PLAIN}:
            return rate
        if rate.endswith(f"/{per}"):
            return rate.removesuffix(f"/{per}")
    return None


def remainder(one: str, other: str) -> str | None:
    """The unit of what a division leaves."""
    return one if other in {ANY, PLAIN} else alike(one, other)


def quotient(one: str, other: str) -> str | None:
    """The unit of a quotient; None where it would have to be invented."""
    if other in {ANY, PLAIN}:
        return one
    if one == other:
        return PLAIN
    if other.startswith(f"{one}/"):
        return other.removeprefix(f"{one}/")
    return None if one in {ANY, PLAIN} or "/" in one + other else f"{one}/{other}"
