"""Entitlement: six rules with limits for everybody, beside OpenFisca-core and the floor, turn by turn in one run; one
person while someone waits; and the memory that everybody takes.

Times of many are CPU seconds: each of the three works in one thread, and what else the machine does matters less. What
is timed of ours is everything from the facts in the engine's arrays (yes and no as bits) to blocks of amounts, outcomes and
reasons; of the peer the amounts alone, its facts in its own arrays; of the floor the same bytes read and written as ours.
"""

import hashlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import platformdirs

from anye.engine.entitle.columns import Column
from anye.engine.entitle.groups import Cases
from bench.entitle_floor import move_all
from bench.entitle_people import MONTHS, answered, asked, cases_of, drawn, rules, run_all, save
from bench.entitle_single import PERSONS, singles
from bench.results import keep

HERE = Path(__file__).parent
TURNS = 15
MUST_PEER, AIM_PEER, AIM_FLOOR, MUST_MB, MUST_SINGLE_MS = 3, 6, 8, 500, 5


def run(people: int) -> None:
    figures: dict[str, object] = {"people": people, "rules": len(rules()), "months": MONTHS, "turns": TURNS}
    python = _peer_python()
    for size in (people // 10, people):
        figures |= {f"{name}_{size}": value for name, value in _compared(size, python).items()}
        if size == people:
            _say(figures, people)
    figures |= {
        "load_average": os.getloadavg()[0], "must_ours_by_peer": f">= {MUST_PEER}", "aim_ours_by_peer": f">= {AIM_PEER}",
        "aim_ours_time_by_floor_time": f"<= {AIM_FLOOR}", "must_mb_above_inputs": f"<= {MUST_MB}",
        "must_single_p95_ms": f"< {MUST_SINGLE_MS}",
    }  # fmt: skip
    figures["is_met"] = all(
        float(str(figures[f"ours_by_peer_{size}"])) >= MUST_PEER
        and float(str(figures[f"mb_above_inputs_{size}"])) <= MUST_MB
        and float(str(figures[f"single_p95_ms_{size}"])) < MUST_SINGLE_MS
        for size in (people // 10, people)
    )
    keep("entitle", figures)


def _compared(size: int, python: Path) -> dict[str, object]:
    facts = drawn(size)
    cases = cases_of(facts, size)
    months = size * MONTHS * len(rules())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save(facts, folder)
        with _peer(python, folder) as peer:
            peer("save")
            rows = _same(facts, cases, folder)
            took: dict[str, list[float]] = {"ours": [], "floor": [], "peer": []}
            for _ in range(TURNS):
                took["ours"].append(_timed(lambda: run_all(cases)))
                took["floor"].append(_timed(lambda: move_all(cases)))
                took["peer"].append(peer("run"))
        memory = subprocess.run(
            [sys.executable, "-m", "bench.entitle_memory", str(folder)], cwd=HERE.parent, check=True, capture_output=True
        )  # fmt: skip
    figures: dict[str, object] = {f"{name}_prm_per_s": months / statistics.median(each) for name, each in took.items()}
    return figures | {
        "ours_by_peer": statistics.median(b / a for a, b in zip(took["ours"], took["peer"], strict=True)),
        "ours_time_by_floor_time": statistics.median(a / b for a, b in zip(took["ours"], took["floor"], strict=True)),
        "mb_above_inputs": float(memory.stdout), "same_rows": rows, "single_persons": PERSONS,
        **{f"single_{name}": value for name, value in singles(facts)._asdict().items()},
    }  # fmt: skip


def _timed(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def _same(facts: Mapping[str, Column], cases: Cases, folder: Path) -> dict[str, int]:
    """Rule → the persons of whom everything that it asks is known: for all of them both give the same amounts."""
    sure = {code: _is_sure(facts, asked(code)) for code in rules()}
    theirs = {code: np.load(folder / f"amount.{code}.npy", mmap_mode="r") for code in rules()}
    for code, block in answered(cases):
        chosen = sure[code][block.rows]
        differ = block.amount[:, chosen] != theirs[code][:, block.rows[chosen]]
        assert not differ.any(), f"{code}: the two give different amounts for {differ.any(axis=0).sum()} persons"
    return {code: int(each.sum()) for code, each in sure.items()}


def _is_sure(facts: Mapping[str, Column], names: frozenset[str]) -> np.ndarray:
    known = [column.known for name in names if (column := facts[name]).known is not None]
    return np.logical_and.reduce([each.all(axis=0) if each.ndim == 2 else each for each in known])


@contextmanager
def _peer(python: Path, folder: Path) -> Iterator[Callable[[str], float]]:
    """The peer over the facts of the folder: asked a word, it answers with seconds."""
    command = [python, "-P", HERE / "entitle_peer.py", folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        if stdout.readline().strip() != "ready":
            raise RuntimeError("the peer does not start")

        def ask(word: str) -> float:
            stdin.write(f"{word}\n")
            stdin.flush()
            return float(stdout.readline())

        yield ask
        stdin.close()


def _peer_python() -> Path:
    """The peer's own environment, made at first use outside the repository."""
    wanted = HERE / "entitle_peer.txt"
    digest = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("anye-bench") / f"openfisca-{digest}"
    python = folder / ("Scripts/python.exe" if platform.system() == "Windows" else "bin/python")
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        sys.stderr.write("bench: installing OpenFisca-core in an environment of its own\n")
        venv.create(folder, with_pip=True)
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=False)
        if done.returncode:
            sys.exit(
                f"bench: OpenFisca-core could not be installed (see above), so there is nothing to compare with: {wanted}"
            )
        (folder / "done").touch()
    return python


def _say(figures: Mapping[str, object], people: int) -> None:
    """A short table."""
    sizes = (people // 10, people)
    print(f"{'':32}" + "".join(f"{size:>12,}" for size in sizes))
    for name, per in (
        ("ours_prm_per_s", 1e6), ("peer_prm_per_s", 1e6), ("floor_prm_per_s", 1e6), ("ours_by_peer", 1),
        ("ours_time_by_floor_time", 1), ("mb_above_inputs", 1), ("single_p50_ms", 1), ("single_p95_ms", 1),
        ("single_p50_cpu_ms", 1), ("single_p95_cpu_ms", 1),
    ):  # fmt: skip
        said = ("M " if per > 1 else "") + name.replace("_per_s", "/s").replace("_", " ")
        print(f"{said:32}" + "".join(f"{float(str(figures[f'{name}_{size}'])) / per:12.2f}" for size in sizes))
    print(f"the same amounts in {figures[f'same_rows_{people}']} of {people:,} persons by rule, of whom all is known")
