"""A folder of registers of which is known who is owed what, to the fen, and why others are not.

The truth is reckoned here, in plain arithmetic from the documents; it shares nothing with the rules or with what reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anye.demo.owed_cases import CASES
from anye.demo.owed_cast import Cast
from anye.demo.owed_files import Writer
from anye.demo.owed_rules import Lines, Owed, Verdict
from anye.demo.owed_world import LAST, end_day

ON = end_day(LAST)
"""The day on which all is judged, with the months from January of the year before."""


@dataclass(frozen=True)
class OwedTruth:
    """`files`: in the order in which they became known. `policies`: code → (ID number, credit code or post, month) → verdict;
    a firm's own have no ID number, and months are year × 12 + month − 1."""

    files: list[tuple[Path, date]]
    policies: dict[str, Lines]


def write_owed(folder: Path, seed: int) -> OwedTruth:
    """The registers of two years about some hundred people at a dozen firms."""
    world = Cast(seed).whole(CASES)
    return OwedTruth(Writer(folder, world).whole(), Owed(world).all())


__all__ = ["ON", "Lines", "OwedTruth", "Verdict", "write_owed"]
