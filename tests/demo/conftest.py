"""The demo's registers at a small size, written once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import anye.packs
from anye.demo.first import write
from anye.demo.truth import Truth
from tests.demo.slow_reader import Line, read_files

AREAS = Path(anye.packs.__file__ or "").parent / "cn_yubei" / "areas.csv"


@dataclass(frozen=True)
class Written:
    """A folder of registers, its truth, and every data line as the slow reader found it."""

    folder: Path
    truth: Truth
    lines: dict[str, list[Line]]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("demo") / "registers"
    truth = write(folder, seed=11, scale=0.06, areas_csv=AREAS)
    return Written(folder, truth, read_files(folder))
