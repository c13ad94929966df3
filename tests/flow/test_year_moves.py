"""One row of one file of the demo's year, written otherwise, moves its figure by what the generator said before anything counted."""

from pathlib import Path

import pytest
from django.db import transaction

from anye.demo.year import write_year
from anye.demo.year_moves import Move
from anye.flow.blocks import Context
from anye.flow.load import load_file
from anye.flow.withdrawing import withdraw
from anye.records.accounts.scope import BATCH, acting
from tests.flow.test_year import AREAS, loaded, night
from tests.flow.year_figures import Value, moved, told, true

pytestmark = pytest.mark.django_db(transaction=True)


def after(move: Move, batch: int, context: Context, folder: Path) -> dict[str, Value]:
    """The move's figures once the file is taken back and comes again with that row altered; then all is as before."""
    with transaction.atomic():
        with acting(BATCH):
            withdraw(batch, context, on=move.file.known)
        report = load_file(move.write(folder / move.path.name), context=context, known_on=move.file.known)
        assert report.fault is None, (move.path.name, report.failure())
        if "I14" in move.deltas:  # it follows from rules
            night(context)
        with acting(BATCH):
            said = told(move.deltas)
        transaction.set_rollback(True)
    return said


@pytest.mark.trust_long
def test_each_figure_moves_by_what_was_foretold(tmp_path: Path, yubei: Context) -> None:
    truth = write_year(tmp_path / "registers", seed=20, scale=0.02, areas_csv=AREAS)
    reports = loaded(truth, yubei)
    night(yubei)
    batches = {path: report.batch for (path, _), report in zip(truth.files, reports, strict=True)}
    wrong = []
    for name, move in sorted(truth.moves.items()):
        batch = batches[move.path]
        assert batch is not None
        said = after(move, batch, yubei, tmp_path)
        with acting(BATCH):
            foretold = true({code: moved(truth.figures[code], delta) for code, delta in move.deltas.items()})
            before = true(truth.figures)
        wrong += [(name, code, foretold[code], said[code]) for code in foretold if foretold[code] != said[code]]
        assert foretold[name] != before[name], name
    assert not wrong, "\n".join(map(str, wrong))
