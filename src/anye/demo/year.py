"""The demo's year: register files of an invented Yubei from January 2019 to the end of 2020, and what is true of them.

python -m anye.demo.year OUT --areas AREAS.csv --seed 2020 --scale 0.02

Nothing here reads a profile, a policy or an indicator. What is true is counted from who the people were made to be
(`year_counts`), and what one changed row would change is said before anything reads it (`year_moves`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from anye.demo.places import read_areas
from anye.demo.year_cast import Cast
from anye.demo.year_ledgers import Ledgers
from anye.demo.year_money import Money
from anye.demo.year_registers import Registers
from anye.demo.year_sheets import Files
from anye.demo.year_targets import Targets
from anye.demo.year_training import Training
from anye.demo.year_world import LAST_DAY, Year

ON = LAST_DAY
"""The day as of which all is told."""


@dataclass(frozen=True)
class YearTruth:
    """`files`: each with the day on which it became known, in that order."""

    files: list[tuple[Path, date]]
    year: Year = field(repr=False)


def write_year(folder: Path, *, seed: int, scale: float, areas_csv: Path) -> YearTruth:
    """Write the register files into a folder. The same arguments write the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    targets, year = Targets().scaled(scale), Year(read_areas(areas_csv))
    cast = Cast(seed, targets, year)
    cast.whole()
    Training(cast.names, targets, year).whole()
    Money(cast.names, targets, year).whole()
    files = Files(folder)
    Ledgers(files, year).whole()
    Registers(files, year).whole()
    return YearTruth([(file.path, file.known) for file in files.in_order], year)


def main(arguments: Sequence[str] | None = None) -> None:
    """For developers: write the files from the command line."""
    parser = argparse.ArgumentParser(prog="python -m anye.demo.year", description="Write the demo's year.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--areas", type=Path, required=True, help="CSV with code, level, parent, name")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--scale", type=float, default=1.0)
    chosen = parser.parse_args(arguments)
    write_year(chosen.folder, seed=chosen.seed, scale=chosen.scale, areas_csv=chosen.areas)


if __name__ == "__main__":
    main()
