"""A month's insurance of everybody as CSV, and a wide ledger workbook, against a raw COPY of the same insurance rows."""

import resource
import tempfile
import time
from pathlib import Path

from bench.registry import SEED, areas_csv, drawn_people
from bench.results import keep


def run(people: int) -> None:
    from anye.demo.bulk import insurance_csv, ledger_xlsx
    from anye.flow.load import load_file
    from anye.flow.registry import loading_context

    with tempfile.TemporaryDirectory() as folder:
        csv, book = Path(folder) / "insurance.csv", Path(folder) / "ledger.xlsx"
        drawn = drawn_people(people)
        month = _next_month()
        insurance_csv(csv, drawn, month=month, seed=SEED)
        # another seed every run: the same workbook again would change nothing
        ledger_xlsx(book, rows=max(1, people // 5), columns=40, seed=SEED + int(month[-2:]), areas_csv=areas_csv())
        context = loading_context()
        started = time.perf_counter()
        report = load_file(csv, context=context)
        csv_s = time.perf_counter() - started
        floor = _raw_copy(Path(folder), report.batch)
        started = time.perf_counter()
        again = load_file(csv, context=context)
        again_s = time.perf_counter() - started
        started = time.perf_counter()
        wide = load_file(book, context=context)
        book_s = time.perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    keep(
        "load",
        {
            "people": people, "month": month, "csv_rows": report.rows, "csv_loaded": report.loaded,
            "csv_unattached": report.unattached, "csv_s": csv_s, "raw_copy_s": floor, "csv_over_copy": csv_s / floor,
            "again_s": again_s, "again_loaded": again.loaded, "xlsx_rows": wide.rows, "xlsx_loaded": wide.loaded,
            "xlsx_refused": len(wide.refused_rows), "xlsx_fault": str(wide.fault), "xlsx_s": book_s,
            "together_s": csv_s + book_s, "peak_mb": own, "reader_peak_mb": child,
        },
    )  # fmt: skip


def _next_month() -> str:
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.registers.models import Batch

    with acting(BATCH):
        done = Batch.objects.filter(source__code="social_insurance").count()
    return f"{2020 + done // 12}-{done % 12 + 1:02d}"


def _raw_copy(folder: Path, batch: int | None) -> float:
    """The floor: the rows that the file became, by COPY into one logged table without index, policy or trigger."""
    from django.db import connection

    from anye.records.accounts.scope import BATCH, acting

    rows = folder / "rows.copy"
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage.floor")
        with (
            rows.open("wb") as stream,
            cursor.copy(f"COPY (SELECT * FROM firms_insurancemonth WHERE source_batch = {batch}) TO STDOUT") as copy,
        ):
            for block in copy:
                stream.write(block)
    started = time.perf_counter()
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE stage.floor (LIKE firms_insurancemonth)")
        with rows.open("rb") as stream, cursor.copy("COPY stage.floor FROM STDIN") as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
    took = time.perf_counter() - started
    with acting(BATCH), connection.cursor() as cursor:
        cursor.execute("DROP TABLE stage.floor")
    return took
