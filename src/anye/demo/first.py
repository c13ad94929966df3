"""Writes the first registers of a synthetic district: a worker ledger for each town, and monthly insurance files.

python -m anye.demo.first OUT --areas AREAS.csv --seed 1 --scale 0.05
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from anye.demo.faults import assign_roles
from anye.demo.firms import make_firms
from anye.demo.forms import ledger_specs
from anye.demo.insurance import add_idle_truth, enrol, write_month
from anye.demo.ledgers import add_ledger_truth, write_ledger
from anye.demo.people import make_workers
from anye.demo.places import read_areas
from anye.demo.truth import Truth

#: Ledger workers and firms at scale 1.
WORKERS, FIRMS = 8_000, 1_000
MONTHS = ("2020-04", "2020-05", "2020-06")


def write(
    folder: Path,
    *,
    seed: int,
    scale: float,
    areas_csv: Path,
    months: Sequence[str] = MONTHS,
    truth_folder: Path | None = None,
) -> Truth:
    """Write the register files into `folder`, and `truth.json` elsewhere (default: `<folder>-truth` beside it).

    The same arguments write the same bytes. `months` are 2020-04 and so on, in order; the ledgers are as of the 20th
    of the last. At scale 1 there are 8,000 ledger workers, 39 files and 20,000 insurance rows a month.
    """
    district = read_areas(areas_csv)
    year, month = (int(part) for part in months[-1].split("-"))
    on = date(year, month, 20)
    firms = make_firms(Random(f"{seed}-firms"), max(24, round(FIRMS * scale)))
    workers = make_workers(seed, round(WORKERS * scale), district.towns, firms, on)
    specs = ledger_specs(district)
    plan = assign_roles(workers, specs, Random(f"{seed}-roles"))
    truth = Truth(seed, scale, tuple(months))
    folder.mkdir(parents=True, exist_ok=True)
    for spec in specs:
        own = [worker for worker in workers if worker.town is spec.town]
        rows = write_ledger(spec, own, plan, folder, truth, on, seed)
        add_ledger_truth(truth, rows, spec)
    people = enrol(workers, firms, tuple(months), seed, scale)
    for of in months:
        write_month(of, people, folder, truth, seed, scale)
    add_idle_truth(truth, workers, people)
    truth.dump((truth_folder or folder.with_name(f"{folder.name}-truth")) / "truth.json")
    return truth


def main(arguments: Sequence[str] | None = None) -> None:
    """For developers: write the files from the command line."""
    parser = argparse.ArgumentParser(prog="python -m anye.demo.first", description="Write the demo's first registers.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--areas", type=Path, required=True, help="CSV with code, level, parent, name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    chosen = parser.parse_args(arguments)
    write(chosen.folder, seed=chosen.seed, scale=chosen.scale, areas_csv=chosen.areas)


if __name__ == "__main__":
    main()
