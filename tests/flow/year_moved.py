"""One row of one file of the demo's year, written otherwise, moves its figure by what the generator said before anything counted."""

import datetime as dt
from pathlib import Path

from django.db import transaction

from anye.demo.year import ON, YearTruth
from anye.demo.year_moves import Move
from anye.flow.blocks import Context
from anye.flow.load import Report, load_file
from anye.flow.nightly import entitle
from anye.flow.withdrawing import withdraw
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from tests.flow.year_figures import PACK, Value, moved, told, true


def night(context: Context, day: dt.date = ON) -> None:
    entitle(read_pack(PACK), on=day, known=day, office_no=context.office_no, by="tests")


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


def not_as_foretold(
    truth: YearTruth, reports: list[Report], context: Context, folder: Path
) -> list[tuple[str, str, Value, Value]]:
    """Of each move, the figures that it moves otherwise: move, figure, what was foretold and what is said."""
    batches = {path: report.batch for (path, _), report in zip(truth.files, reports, strict=True)}
    wrong = []
    for name, move in sorted(truth.moves.items()):
        batch = batches[move.path]
        assert batch is not None
        said = after(move, batch, context, folder)
        with acting(BATCH):
            foretold = true({code: moved(truth.figures[code], delta) for code, delta in move.deltas.items()})
            before = true(truth.figures)
        wrong += [(name, code, foretold[code], said[code]) for code in foretold if foretold[code] != said[code]]
        assert foretold[name] != before[name], name
    return wrong
