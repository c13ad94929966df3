"""`anye indicator`: a figure of the records, and the rows behind it."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import polars as pl
from django.db import connection

from anye.config.faults import SetupFault, Text
from anye.flow.reporting.figures import Figure, Figures, NotDivided
from anye.flow.reporting.opened import opened
from anye.packs import Pack
from anye.packs.calendar import read_workdays
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.actions import looked
from anye.records.places.models import Area

_STARTS_FORMULA = r"^[=+\-@\t\r]"
"""Cells that a spreadsheet would take for a formula."""


def indicate(
    pack: Pack, code: str, *, on: date, known: date, area: str, rows_to: Path | None, by: str
) -> tuple[Figure, dict[str, object]]:
    """A figure, or one divided by another (`I11/I10`), and what it is as JSON.

    `rows_to`: a CSV file for the rows behind it. Raises SetupFault.
    """
    with acting(BATCH, actor=by, purpose=f"indicator {code}"):
        figures = Figures(pack, on=on, known=known)
        if area and not Area.objects.filter(code=area).exists():
            raise SetupFault("area_unknown", found=area)
        parts = code.split("/")
        for each in parts:
            if each not in figures.indicators:
                raise SetupFault("indicator_unknown", found=each, expected=", ".join(figures.indicators))
        if len(parts) > 1:
            return figures.figure(parts[0], area), {
                "value": _divided(figures, parts),
                "unit": "times",
                "definition": code,
            }
        figure = figures.figure(code, area)
        if rows_to is not None:
            _write(figure, rows_to)
        return figure, told(figure, on=on, known=known, area=area)


def told(figure: Figure, *, on: date, known: date, area: str) -> dict[str, object]:
    """A figure as JSON: `value` with at most two decimals, money in yuan, shares per cent, null where it is not known."""
    indicator = figure.indicator
    return {
        "value": figure.value, "unit": indicator.unit, "definition": {
            "indicator": indicator.code, "title": dict(indicator.title), "says": dict(indicator.says),
            "note": dict(indicator.note), "period": (indicator.among or indicator.of).period, "take": indicator.take,
        },
        "rows": figure.rows.height, "on": on.isoformat(), "known": known.isoformat(), "area": area or None,
    }  # fmt: skip


def say(figure: Figure, found: dict[str, object], pack: Pack, *, as_json: bool, language: str) -> None:
    """The figure on the terminal."""
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    value = found["value"]
    if value is None:
        said = _unknown(figure, pack)
    else:
        said = Text(f"{value:,}" if isinstance(value, int) else f"{value:,.2f}", f"{value:,}")
    lines = [said.in_language(language)]
    if isinstance(found["definition"], dict):
        name = "zh" if language.startswith("zh") else "en"
        lines = [f"{figure.indicator.title[name]} {lines[0]} ({figure.indicator.unit})", figure.indicator.note[name]]
    sys.stdout.write("\n".join(lines) + "\n")


def _unknown(figure: Figure, pack: Pack) -> Text:
    """Where days were there and could not be counted, of which years the holidays are known."""
    is_of_days = any(each.is_working for each in figure.indicator.of.lines)
    if not is_of_days or figure.rows.is_empty():
        return Text("不知道", "not known")
    years = read_workdays(pack.name).years
    return Text(
        f"不知道：节假日表只有{years[0]}–{years[-1]}年，请在地区包的 holidays.csv 中补上其他年份",
        f"not known: the table of holidays has {years[0]}–{years[-1]} only; add the other years to holidays.csv of the pack;",
    )


def _divided(figures: Figures, parts: list[str]) -> float | None:
    try:
        return figures.divided(*parts)
    except NotDivided as why:
        raise SetupFault(f"not_divided_{why.code}", found=" ÷ ".join(parts)) from None


def _write(figure: Figure, path: Path) -> None:
    """The rows as CSV that spreadsheets open in the right characters and never run; who took them out stands in the trail."""
    rows = opened(figure)
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    cells = [pl.col(name) for name in texts]
    safe = [pl.when(cell.str.contains(_STARTS_FORMULA)).then("'" + cell).otherwise(cell).name.keep() for cell in cells]
    path.write_bytes(b"\xef\xbb\xbf" + rows.with_columns(safe).write_csv().encode())
    looked("export", _whose(figure), shown=rows.height)


def _whose(figure: Figure) -> list[tuple[int | None, int | None]]:
    """The persons of the rows with their offices; one trace where there is none."""
    ids = figure.rows.get_column("person").drop_nulls().unique().to_list()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, scope_no FROM people_person WHERE id = ANY(%s)", [ids])
        return list(cursor.fetchall()) or [(None, None)]
