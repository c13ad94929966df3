"""`anye demo`: an invented district's year, from files through intake, with its map, its figures and its briefings."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from anye import demo as texts
from anye.config import postgres
from anye.config.commands import FIRST_PACK, furnish, language, load_folder, say, serve_it
from anye.config.home import Home, default_home


def demo(args: argparse.Namespace) -> int:
    """A registry of its own with invented people, drawn from files through intake like any other."""
    path = default_home(demo=True)
    if (path / "settings.toml").exists():
        postgres.discard(Home.open(path))
        for name in ("settings.toml", "keys.json"):
            (path / name).unlink(missing_ok=True)
    from anye.demo.year import ON, write_year
    from anye.engine.entitle.months import last_day, month_of
    from anye.packs import HERE

    home = Home.create(path, pack=FIRST_PACK, trial=True, language=language(args), day=ON)
    furnish(home)
    map_demo(home)
    files = path / "registers"
    say(args, "正在生成虚构的登记册……", "Writing the invented registers …")
    for old in files.glob("*") if files.is_dir() else ():
        old.unlink()
    truth = write_year(
        files, seed=args.seed, scale=args.scale, areas_csv=HERE / FIRST_PACK / "areas.csv", faults=args.faults
    )
    say(args, f"正在按得知日期载入 {len(truth.files)} 份登记册，2020年每月底核算一次……",
        f"Loading {len(truth.files)} registers as they became known; each month of the year is judged at its end …")  # fmt: skip
    days = [last_day(month).isoformat() for month in range(month_of(ON) - 11, month_of(ON) + 1)]
    load_folder(args, home, files, {path.name: day.isoformat() for path, day in truth.files}, days)
    _tell(home, days)
    return 0 if args.no_serve else serve_it(args, home)


def _tell(home: Home, days: Sequence[str]) -> None:
    """The demo's briefings: those of the months that are over are issued; the year's own is a draft on its last day."""
    env = {**os.environ, "ANYE_HOME": str(home.path)}
    command = [sys.executable, "-m", "anye.cli", "briefing"]
    for day in days[-3:-1]:
        subprocess.run([*command, "month", "--on", day, "--known", day, "--issue"], env=env, check=True)
    files = [str(path) for path in sorted((Path(str(texts.__file__)).parent / "briefings").glob("year.*.md"))]
    subprocess.run(
        [*command, "year", "--on", days[-1], "--known", days[-1], "--text", *files, "--keep"], env=env, check=True
    )


def map_demo(home: Home) -> None:
    """Write a schematic map of the demo's areas, and read it as any office's map is read."""
    from anye.demo.schematic import write_map
    from anye.packs import read_pack

    path = home.path / "areas.geojson"
    write_map(path, read_pack(home.pack).areas)
    command = [sys.executable, "-m", "anye.cli", "areas", "--map", str(path)]
    subprocess.run(command, env={**os.environ, "ANYE_HOME": str(home.path)}, check=True)
