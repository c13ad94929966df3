"""A load that is withdrawn was never there: the current views are those of a registry that only read the other files."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.brought import altered, miscounted
from anye.flow.digests import current_rows
from anye.records.accounts.scope import BATCH, acting
from anye.records.registers.models import Batch
from tests.flow.test_load_order import Ending, conflicting_files, ending_of, loader, random_files
from tests.flow.written import SEED

__all__ = ["loader"]
Load = Callable[[Path], None]
ON = dt.date(2020, 7, 9)


@pytest.fixture
def undo(context: Context) -> Load:
    """Withdraws the batch of a file."""

    def one(path: Path) -> None:
        with acting(BATCH):
            batch = Batch.objects.get(file_name=path.name, state="published")
            withdrawing.withdraw(batch.pk, context, on=ON)

    return one


def walk(random: Random, paths: Sequence[Path], steps: int) -> Iterator[tuple[str, Path, list[Path]]]:
    """(load or withdraw, file, files that stand then): most files come and go several times."""
    standing: list[Path] = []
    for _ in range(steps):
        path = random.choice(paths)
        if path in standing:
            standing.remove(path)
            yield "withdraw", path, list(standing)
        else:
            standing.append(path)
            yield "load", path, list(standing)


def differences(paths: Sequence[Path], loader: Load, undo: Load, random: Random, steps: int) -> list[str]:
    """What stands after the walk and would not without the withdrawn files, and the other way round."""
    mark = transaction.savepoint()
    told = []
    standing: list[Path] = []
    for verb, path, standing in walk(random, paths, steps):  # noqa: B007 the last one is asked below
        (loader if verb == "load" else undo)(path)
        told.append(f"{verb} {path.stem}")
    with acting(BATCH):
        ending = dict(current_rows())
        trail = [*altered(), *miscounted()]
    transaction.savepoint_rollback(mark)
    random.shuffle(standing)
    expected = ending_of(standing, loader)
    story = ", ".join(told)
    return [f"{story}: {fault}" for fault in trail] + [f"{story}: {line}" for line in between(ending, expected)]


def between(ending: Ending, expected: Ending) -> list[str]:
    found = []
    for table, rows in ending.items():
        found += [f"too much: {table} {row}" for row in rows if row not in expected[table]]
        found += [f"missing: {table} {row}" for row in expected[table] if row not in rows]
    return found


@pytest.mark.parametrize(
    "gone",
    ["june", "paid", *(pytest.param(each, marks=pytest.mark.trust_long) for each in ("may", "june-too", "paid-too"))],
)
def test_any_of_five_contradicting_files_can_be_withdrawn(gone: str, tmp_path: Path, loader: Load, undo: Load) -> None:
    files = conflicting_files(tmp_path)
    expected = ending_of([path for path in files if path.stem != gone], loader)
    for path in files:
        loader(path)
    undo(next(path for path in files if path.stem == gone))
    with acting(BATCH):
        found = between(dict(current_rows()), expected)
        assert not altered()
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_files_that_come_and_go_leave_what_the_others_say(seed: int, tmp_path: Path, loader: Load, undo: Load) -> None:
    random = Random(seed)
    found = differences(random_files(tmp_path, random, 4), loader, undo, random, 9)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(
    "seed",
    [
        *(pytest.param(seed, marks=pytest.mark.trust) for seed in range(SEED + 6, SEED + 12)),
        *(pytest.param(seed, marks=pytest.mark.trust_long) for seed in range(SEED + 12, SEED + 126)),
    ],
)
def test_many_files_that_come_and_go_leave_what_the_others_say(
    seed: int, tmp_path: Path, loader: Load, undo: Load
) -> None:
    random = Random(seed)
    found = differences(random_files(tmp_path, random, 5), loader, undo, random, 14)
    assert not found, "\n".join(found[:20])
