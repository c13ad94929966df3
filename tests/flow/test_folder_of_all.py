"""All registers at once: what is read, refused and changed equals the truth, a second time changes nothing, in any order."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

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


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.trust_long) for n in (2, 3))])
def test_a_folder_of_all_registers_is_what_it_is(seed: int, load: Load, tmp_path: Path) -> None:
    truths = write_folder(tmp_path / "in", seed=seed)
    assert len(truths) >= 38
    wrong = []
    for truth in truths:
        report = load(truth.path)
        expected = (truth.path.name, None, truth.source, ROWS + 1, truth.refused, truth.taken, 0)
        if told(truth, report) != expected:
            wrong.append((told(truth, report), expected))
    assert wrong == []
    with acting(BATCH):
        first = current_views()
    for truth in truths:
        again = truth.path.rename(truth.path.with_name(f"copy of {truth.path.name}"))
        report = load(again)
        assert (report.loaded, report.unchanged) == (0, truth.taken)
    with acting(BATCH):
        assert current_views() == first


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.trust_long) for n in (2, 3))])
def test_its_files_in_another_order_end_alike(seed: int, load: Load, tmp_path: Path) -> None:
    truths = write_folder(tmp_path / "in", seed=seed)
    ends = []
    for order in ("as listed", "shuffled"):
        if order == "shuffled":
            Random(seed).shuffle(truths)
        try:
            with transaction.atomic():
                for truth in truths:
                    assert load(truth.path).fault is None
                with acting(BATCH):
                    ends.append(current_views())
                raise _Undo
        except _Undo:
            pass
    assert ends[0] == ends[1]
