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
from anye.demo.year_counts import Counting, Figure
from anye.demo.year_fault_cases import ALL
from anye.demo.year_faults import FEW, KINDS, Faults, Planted
from anye.demo.year_ledgers import Ledgers
from anye.demo.year_money import Money
from anye.demo.year_moves import Move, Moves
from anye.demo.year_outreach import Outreach
from anye.demo.year_registers import Registers
from anye.demo.year_results import with_results
from anye.demo.year_sheets import Files
from anye.demo.year_targets import Targets
from anye.demo.year_training import Training
from anye.demo.year_turnover import Turnover
from anye.demo.year_world import LAST_DAY, Year

ON = LAST_DAY
"""The day as of which all is told."""


@dataclass(frozen=True)
class YearTruth:
    """`files`: each with the day on which it became known, in that order.

    `figures`: I01 … C06 (`year_counts`) and R01 … R08 (`year_results`), sums in fen, and `by_area` the same of who lives in a town
    or village, by 12-digit code.
    `refused`: of the electronics firm's people and months those for which nothing is paid, and why. `unclaimed`: what is owed and
    nobody asked for: (policy, credit code, month) → fen. `moves`: figure → a row that, altered, moves it.

    `planted`: what ought to be found, each case with an innocent; figures are those of the district without `all` of them, and the
    `few` move none.
    """

    files: list[tuple[Path, date]]
    figures: dict[str, Figure]
    by_area: dict[str, dict[str, Figure]]
    refused: dict[tuple[str, int], frozenset[str]]
    unclaimed: dict[tuple[str, str, int], int]
    planted: list[Planted] = field(repr=False)
    moves: dict[str, Move] = field(repr=False)
    year: Year = field(repr=False)


def write_year(folder: Path, *, seed: int, scale: float, areas_csv: Path, faults: str = "none") -> YearTruth:
    """Write the register files into a folder. The same arguments write the same bytes.

    `faults`: none; `few` for a first look, of which no figure hears; or `all` rules of quality and audit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets, year = Targets().scaled(scale), Year(read_areas(areas_csv))
    cast = Cast(seed, targets, year)
    cast.whole()
    Training(cast.names, targets, year).whole()
    Turnover(seed, targets, year).whole()
    Money(cast.names, targets, year).whole()
    outreach = Outreach(cast.names, year)
    outreach.whole()
    files = Files(folder)
    Ledgers(files, year).whole()
    Registers(files, year).whole()
    outreach.write(files)
    cases = dict(zip(KINDS, ((), FEW, ALL), strict=True))[faults]
    planted = Faults(cast.names, year, files).plant(cases) if cases else []
    counts = with_results(Counting(year, outreach.told).whole(), year)
    moves = Moves(year, files).whole()
    listed = [(file.path, file.known) for file in files.in_order]
    return YearTruth(listed, counts.figures, counts.by_area, counts.refused, year.unclaimed, planted, moves, year)


def main(arguments: Sequence[str] | None = None) -> None:
    """For developers: write the files from the command line."""
    parser = argparse.ArgumentParser(prog="python -m anye.demo.year", description="Write the demo's year.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--areas", type=Path, required=True, help="CSV with code, level, parent, name")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--faults", choices=KINDS, default="none")
    chosen = parser.parse_args(arguments)
    write_year(chosen.folder, seed=chosen.seed, scale=chosen.scale, areas_csv=chosen.areas, faults=chosen.faults)


if __name__ == "__main__":
    main()
