"""All registers at once: what is read, refused and changed equals the truth, a second time changes nothing, in any order."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from shutil import copy

import pytest
from django.db import transaction

from anye.flow.digests import current_views
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, acting
from tests.flow.folder_of_all import ROWS, Truth, write_folder

Load = Callable[..., Report]


class _Undo(Exception):
    """Leaves a transaction that is rolled back."""


def reasons(report: Report) -> Counter[str]:
    return Counter(str(one["reason"]) for one in report.refused)


def told(truth: Truth, report: Report) -> tuple[object, ...]:
    return (truth.path.name, report.fault, report.source, report.rows, reasons(report), report.loaded, report.unchanged)


@pytest.mark.parametrize(
    "seed", [pytest.param(1, marks=pytest.mark.trust), *(pytest.param(n, marks=pytest.mark.trust_long) for n in (2, 3))]
)
def test_a_folder_of_all_registers_is_what_it_is_in_any_order(seed: int, load: Load, tmp_path: Path) -> None:
    truths = write_folder(tmp_path / "in", seed=seed)
    assert len(truths) >= 38
    with _undone():
        first = _loaded_truly(truths, load)
        for truth in truths:
            again = load(Path(copy(truth.path, tmp_path / f"copy of {truth.path.name}")))
            assert (again.loaded, again.unchanged) == (0, truth.taken)
        assert _views() == first
    Random(seed).shuffle(truths)
    for truth in truths:
        assert load(truth.path).fault is None
    assert _views() == first


def _loaded_truly(truths: Sequence[Truth], load: Load) -> dict[str, str]:
    """Load the files, hold each report against the truth, and tell what is known then."""
    wrong = []
    for truth in truths:
        told_of_it = told(truth, load(truth.path))
        expected = (truth.path.name, None, truth.source, ROWS + 1, truth.refused, truth.taken, 0)
        if told_of_it != expected:
            wrong.append((told_of_it, expected))
    assert wrong == []
    return _views()


def _views() -> dict[str, str]:
    with acting(BATCH):
        return current_views()


@contextmanager
def _undone() -> Iterator[None]:
    """What is done inside is rolled back."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass
