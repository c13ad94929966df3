"""Hostile files as a list: what each is, how it is made from a seed, and every outcome that is right.

A family registers its cases where it is written (`hostile`, `twin`); `families.py` gathers them. A twin is an honest file
that looks much like a hostile one: all of its rows have to be taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Maker = Callable[[Random, "Size"], bytes]


@dataclass(frozen=True)
class Size:
    """How large the large ones are: small in every run, full in the long tier."""

    name: str
    share: float

    def of(self, most: int, *, least: int = 1) -> int:
        """A count that only costs time, of which the small size has its share."""
        return max(least, int(most * self.share))


SMALL, FULL = Size("small", 0.02), Size("full", 1.0)


@dataclass(frozen=True)
class Case:
    """One kind of file.

    `ends`: a fault's code or code:kind, or `rows` when the file is taken. `loaded`: how many rows have to be taken, where
    that is known. `refused`: for which reasons rows may be refused. `seeds`: how many different files a seed makes.
    """

    family: str
    name: str
    make: Maker
    ends: frozenset[str]
    file_name: str
    loaded: int | None
    refused: frozenset[str]
    seeds: int
    is_twin: bool

    def __str__(self) -> str:
        return f"{self.family}-{self.name}"

    def data(self, seed: int, size: Size) -> bytes:
        """The file's bytes: the same ones for the same seed and size."""
        return self.make(Random(f"{self} {seed} {size.name}"), size)


CASES: list[Case] = []


def hostile(
    family: str, *ends: str, file_name: str = "台账.xlsx", loaded: int | None = None, refused: tuple[str, ...] = (),
    seeds: int = 1, name: str = "", is_twin: bool = False,
) -> Callable[[Maker], Maker]:  # fmt: skip
    """Register the function that makes a file, under its own name."""

    def register(make: Maker) -> Maker:
        called = name or make.__name__
        case = Case(family, called, make, frozenset(ends), file_name, loaded, frozenset(refused), seeds, is_twin)
        CASES.append(case)
        return make

    return register


def twin(
    family: str, *, loaded: int, file_name: str = "台账.xlsx", seeds: int = 1, name: str = ""
) -> Callable[[Maker], Maker]:
    """Register an honest file, of which all `loaded` rows have to be taken and none refused."""
    return hostile(family, "rows", file_name=file_name, loaded=loaded, seeds=seeds, name=name, is_twin=True)
