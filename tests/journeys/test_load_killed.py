"""A load that is killed anywhere and repeated ends as one that was left alone (trust.md, bar 20)."""

import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from anye.config import postgres
from tests.flow.homes import Registry, two_files
from tests.flow.written import SEED


def assert_killing_changes_nothing(registry: Registry, files: tuple[Path, Path], kills: int, seed: int) -> None:
    """`kills` loads die at random points after their start; whatever they left, the next one goes on from there."""
    durations = [registry.load(path)[1] for path in files]
    starting = registry.load(files[0])[1]  # it changes nothing: what it took is the program's own start
    undisturbed = registry.state()
    assert undisturbed["altered"] == []
    assert undisturbed["stages"] == 0
    registry.reset()
    draw = random.Random(seed)
    for path, duration in zip(files, durations, strict=True):
        died, longest = 0, duration
        while died < kills // 2:
            took = registry.killed("load", "--json", path, after=draw.uniform(0.7 * starting, longest))
            if took is None:
                died += 1
            else:
                # the machine may have had more to do when it was measured: nearly all would come to their end
                longest = max(starting, min(longest, took))
                registry.reset()  # it came to its end: from the first day again
                registry.load(files[0]) if path is files[1] else None
        report, _ = registry.load(path)
        assert report.get("fault") is None
    assert registry.state() == undisturbed, f"seed {seed}"
    log = (registry.home.logs / "postgres.log").read_text(encoding="utf-8")
    assert "990001" not in log


def test_10_000_rows_killed_8_times_end_as_an_undisturbed_load(registry: Registry, tmp_path: Path) -> None:
    files = two_files(tmp_path, 10_000)
    assert_killing_changes_nothing(replace(registry, block_rows=500), files, kills=8, seed=SEED)


@pytest.mark.trust
def test_20_000_rows_killed_20_times_end_as_an_undisturbed_load(registry: Registry, tmp_path: Path) -> None:
    files = two_files(tmp_path, 20_000)
    assert_killing_changes_nothing(replace(registry, block_rows=1_000), files, kills=20, seed=SEED + 1)


@pytest.mark.trust
def test_blocks_without_their_mark_are_noticed(registry: Registry, tmp_path: Path) -> None:
    """The negative control: a mark that is not of one commit with its block is no checkpoint."""
    unmarked = replace(registry, block_rows=100, sabotage="load.staging.mark = lambda *_: None")
    with pytest.raises(AssertionError):
        assert_killing_changes_nothing(unmarked, two_files(tmp_path, 3_000), kills=8, seed=SEED)


@pytest.mark.trust_long
def test_200_000_rows_killed_20_times(registry: Registry, tmp_path: Path) -> None:
    assert_killing_changes_nothing(registry, two_files(tmp_path, 200_000), kills=20, seed=SEED)


@pytest.mark.trust
def test_a_withdrawal_that_is_killed_is_done_whole_or_not_at_all(registry: Registry, tmp_path: Path) -> None:
    ledger, paid = two_files(tmp_path, 3_000)
    withdraw, draw = ("withdraw", "--yes", paid), random.Random(SEED)
    for path in (ledger, paid):
        registry.load(path)
    stands, begun = registry.state(), time.monotonic()
    assert registry.done(*withdraw) == 0
    longest, withdrawn = time.monotonic() - begun, registry.state()
    assert withdrawn["views"] != stands["views"]
    is_loaded = False
    for kill in range(6):
        if not is_loaded:
            registry.reset()
            for path in (ledger, paid):
                registry.load(path)
        registry.killed(*withdraw, after=draw.uniform(0.3 * longest, longest))
        views = registry.state()["views"]
        is_loaded = views == stands["views"]
        assert is_loaded or views == withdrawn["views"], f"seed {SEED}, kill {kill}"
    assert registry.done(*withdraw) == (0 if is_loaded else 1)
    assert registry.state() == withdrawn, f"seed {SEED}"


@pytest.mark.trust
def test_a_load_goes_on_after_the_server_itself_was_killed(registry: Registry, tmp_path: Path) -> None:
    ledger, paid = two_files(tmp_path, 3_000)
    small = replace(registry, block_rows=100)
    for path in (ledger, paid):
        registry.load(path)
    undisturbed = small.state()
    registry.reset()
    small.load(ledger)
    process = small.start("load", "--json", paid)
    wait_for_blocks(registry, 5)
    os.kill(postmaster(registry), signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "9900" not in err
    report, _ = small.load(paid)
    assert report["rows"] == 3_000
    again = small.state()
    # blocks are numbered by their size, which differs here
    assert {key: again[key] for key in again if key != "blocks"} == {
        key: undisturbed[key] for key in undisturbed if key != "blocks"
    }
    covered = sorted((name, first, last) for name, _, first, last in again["blocks"])
    assert len(covered) == len(set(covered))


def wait_for_blocks(registry: Registry, count: int) -> None:
    """Until a load has stored so many blocks."""
    deadline = time.monotonic() + 60
    admin = postgres.start(registry.home).admin | {"dbname": registry.home.database}
    with psycopg.connect(**admin, autocommit=True) as connection:  # type: ignore[arg-type]
        query = "SELECT count(*) FROM registers_rawblock k JOIN registers_batch b ON b.id = k.batch_id WHERE state = 'reading'"
        while connection.execute(query).fetchone() < (count,):  # type: ignore[operator]
            assert time.monotonic() < deadline
            time.sleep(0.01)


def postmaster(registry: Registry) -> int:
    with psycopg.connect(**postgres.start(registry.home).admin) as connection:  # type: ignore[arg-type]
        row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").fetchone()
    assert row is not None
    return int(row[0])
