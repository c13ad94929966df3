"""A month's insurance of everybody as CSV, and a wide ledger workbook, against a raw COPY of the same insurance rows."""

import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from bench.memory import Peak
from bench.registry import SEED, areas_csv, drawn_people
from bench.results import keep

if TYPE_CHECKING:
    from anye.flow.load import Report


def run(people: int) -> None:
    from anye.flow.load import load_file
    from anye.flow.registry import loading_context

    with tempfile.TemporaryDirectory() as folder:
        csv, book = Path(folder) / "insurance.csv", Path(folder) / "ledger.xlsx"
        month = _next_month()
        # in a process of its own, so that the memory it took is not counted as a load's
        writing = get_context("spawn").Process(target=_write, args=(csv, book, people, month))
        writing.start()
        writing.join()
        context = loading_context()
        with Peak() as peak:
            report, csv_s = _timed(lambda: load_file(csv, context=context))
            again, again_s = _timed(lambda: load_file(csv, context=context))
            wide, book_s = _timed(lambda: load_file(book, context=context))
        floor = _raw_copy(Path(folder), report.batch)
    keep(
        "load",
        {
            "people": people, "month": month, "csv_rows": report.rows, "csv_loaded": report.loaded,
            "csv_unattached": report.unattached, "csv_s": csv_s, "raw_copy_s": floor, "csv_over_copy": csv_s / floor,
            "again_s": again_s, "again_loaded": again.loaded, "xlsx_rows": wide.rows, "xlsx_loaded": wide.loaded,
            "xlsx_refused": len(wide.refused_rows), "xlsx_fault": str(wide.fault), "xlsx_s": book_s,
            "together_s": csv_s + book_s, "processes_mb": peak.ours_mb, "server_mb": peak.server_mb,
            "peak_mb": peak.together_mb, "must": "csv <= 25 x copy, together <= 600 s, peak <= 1500 MB",
            "is_met": csv_s / floor <= 25 and csv_s + book_s <= 600 and peak.together_mb <= 1500,
        },
    )  # fmt: skip


def _write(csv: Path, book: Path, people: int, month: str) -> None:
    from anye.demo.bulk import insurance_csv, ledger_xlsx

    insurance_csv(csv, drawn_people(people), month=month, seed=SEED)
    # another seed every run: the same workbook again would change nothing
    ledger_xlsx(book, rows=max(1, people // 5), columns=40, seed=SEED + int(month[-2:]), areas_csv=areas_csv())


def _timed(load: Callable[[], "Report"]) -> tuple["Report", float]:
    started = time.perf_counter()
    report = load()
    return report, time.perf_counter() - started


def _next_month() -> str:
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.registers.models import Batch

    with acting(BATCH):
        done = Batch.objects.filter(source__code="social_insurance").count()
    return f"{2020 + done // 12}-{done % 12 + 1:02d}"


def _raw_copy(folder: Path, batch: int | None) -> float:
    """The floor: the rows that the file became, by COPY into one logged table without index, policy or trigger.

    The median of three, for it takes seconds and the disk has its moods.
    """
    from django.db import connection

    from anye.records.accounts.scope import BATCH, acting

    rows = folder / "rows.copy"
    with (
        acting(BATCH),
        connection.cursor() as cursor,
        rows.open("wb") as stream,
        cursor.copy(f"COPY (SELECT * FROM firms_insurancemonth WHERE source_batch = {batch}) TO STDOUT") as copy,
    ):
        for block in copy:
            stream.write(block)
    return statistics.median(_copied(rows) for _ in range(3))


def _copied(rows: Path) -> float:
    from django.db import connection

    from anye.records.accounts.scope import BATCH, acting

    started = time.perf_counter()
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage.floor")
        cursor.execute("CREATE TABLE stage.floor (LIKE firms_insurancemonth)")
        with rows.open("rb") as stream, cursor.copy("COPY stage.floor FROM STDIN") as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
    took = time.perf_counter() - started
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("DROP TABLE stage.floor")
    return took
