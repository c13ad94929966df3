"""Several processes load at the same time: each file once, and the registry as if they had come one after the other."""

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.homes import Registry, two_files


def outcome(process: "subprocess.Popen[str]") -> tuple[str, int]:
    """What a load said of itself, and how many rows it brought."""
    out, err = process.communicate(timeout=300)
    if process.returncode:
        assert process.returncode == 2, err[-2_000:]
        assert "正由另一进程载入" in err or "being loaded by another" in err, err[-2_000:]
        assert "Traceback" not in err
        return "elsewhere", 0
    report = json.loads(out)
    return ("loaded" if report["loaded"] else "unchanged"), report["loaded"]


@pytest.mark.parametrize("delay", [0.0, pytest.param(0.6, marks=pytest.mark.trust)], ids=["at once", "later"])
def test_two_processes_with_one_file_load_it_once(delay: float, registry: Registry, tmp_path: Path) -> None:
    ledger, paid = two_files(tmp_path, 2_000)
    small = replace(registry, block_rows=100)
    small.load(ledger)
    first = small.start("load", "--json", paid)
    time.sleep(delay)
    both = sorted(outcome(process) for process in (first, small.start("load", "--json", paid)))
    assert [said for said, _ in both] in (["elsewhere", "loaded"], ["loaded", "unchanged"])
    raced = small.state()
    assert (raced["altered"], raced["stages"], len(raced["batches"])) == ([], 0, 2)
    registry.reset()
    small.load(ledger)
    report, _ = small.load(paid)
    assert sum(rows for _, rows in both) == report["loaded"]
    assert raced == small.state()


@pytest.mark.trust_long
def test_two_processes_with_two_files_end_as_one_after_the_other(registry: Registry, tmp_path: Path) -> None:
    files = two_files(tmp_path, 2_000)
    small = replace(registry, block_rows=300)
    together = [small.start("load", "--json", path) for path in files]
    assert [outcome(process)[0] for process in together] == ["loaded", "loaded"]
    raced = small.state()
    assert (raced["altered"], raced["stages"]) == ([], 0)
    registry.reset()
    for path in files:
        small.load(path)
    # which rows waited for their person when their load ended is the one thing that tells the order
    assert without_waiting(raced) == without_waiting(small.state())


def without_waiting(state: dict[str, object]) -> dict[str, object]:
    batches = state["batches"]
    assert isinstance(batches, list)
    return state | {"batches": [batch[:-1] for batch in batches]}
