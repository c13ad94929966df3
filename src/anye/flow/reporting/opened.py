"""The rows behind a figure as people read them: who, where, at which firm, what, when, how much, and which file says so."""

from __future__ import annotations

import io

import polars as pl

from anye.engine.report.definition import Measure
from anye.flow.drawing.spans import copied
from anye.flow.reporting.figures import Figure
from anye.flow.reporting.tables import TABLES

COLUMNS = (
    "name",
    "area",
    "firm",
    "credit_code",
    "what",
    "since",
    "until",
    "lines",
    "value",
    "is_in",
    "file",
    "sheet",
    "line",
)
_FILES = {"file": pl.String, "sheet": pl.Int64, "line": pl.Int64}


def opened(figure: Figure) -> pl.DataFrame:
    """The rows of a figure in `COLUMNS`. `value`: yuan where the figure is money; `lines`: how many rows of registers it stands
    for, of which file, sheet and line are those of the first. Read within `acting`."""
    rows = figure.rows.with_row_index("at")
    people = _told("SELECT id, name FROM people_person WHERE id = ANY(%(ids)s)", rows, "person", {"name": pl.String})
    firms = _told(
        "SELECT id, name, credit_code FROM firms_firm WHERE id = ANY(%(ids)s)", rows, "firm",
        {"firm_name": pl.String, "credit_code": pl.String},
    )  # fmt: skip
    areas = _areas()
    found = (
        rows.join(people, on="person", how="left").join(firms, on="firm", how="left").join(areas, on="area", how="left")
        .join(_sources(figure.indicator.among or figure.indicator.of, rows), on="fact", how="left").sort("at")
    )  # fmt: skip
    value = pl.col("value") / 100 if figure.indicator.is_of_money else pl.col("value")
    return found.select(
        "name", pl.col("area_name").alias("area"), pl.col("firm_name").alias("firm"), "credit_code", "what", "since", "until",
        "lines", value.alias("value"), "is_in", "file", "sheet", "line",
    )  # fmt: skip


def _told(sql: str, rows: pl.DataFrame, key: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    ids = rows.get_column(key).drop_nulls().unique().to_list()
    return _read(sql, {"ids": ids}, {key: pl.Int64, **columns})


def _areas() -> pl.DataFrame:
    schema = {"area": pl.String, "area_name": pl.String}
    return _read("SELECT DISTINCT ON (code) code, name FROM places_area ORDER BY code, valid_from DESC", {}, schema)


def _sources(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """Of each row the file, sheet and line that its first fact stands in."""
    facts = rows.get_column("fact").drop_nulls().unique().to_list()
    schema: dict[str, type[pl.DataType]] = {"fact": pl.Int64, **_FILES}
    if len(measure.lines) != 1 or measure.lines[0].table == "entitlement":
        return pl.DataFrame(schema=schema)
    sql = f"""SELECT f.id, b.file_name, f.source_sheet + 1, f.source_line FROM {TABLES[measure.lines[0].table].sql} f
        JOIN registers_batch b ON b.id = f.source_batch WHERE f.id = ANY(%(facts)s)"""
    return _read(sql, {"facts": facts}, schema)


def _read(sql: str, params: dict[str, object], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    text = b"".join(copied(f"COPY ({sql}) TO STDOUT (FORMAT CSV)", params))
    return pl.read_csv(io.BytesIO(text), has_header=False, schema=schema) if text else pl.DataFrame(schema=schema)
