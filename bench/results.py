"""Figures of a run, printed and kept as bench/results/NAME.json."""

import json
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


def keep(name: str, figures: Mapping[str, object]) -> None:
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    rounded |= {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(rounded, ensure_ascii=False, indent=2)
    (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
    sys.stdout.write(f"{name}: {text}\n")
