"""The demo's truth in the words of the indicators that count the registry: money in yuan, shares per cent, means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import connection

from anye.demo.year import ON
from anye.demo.year_counts import Figure, Share
from anye.engine.report.definition import Indicator
from anye.flow.reporting.figures import MONEY, Figures
from anye.packs import read_pack

PACK = "cn_yubei"
Value = float | int | None


def as_told(indicator: Indicator, figure: Figure) -> Value:
    """What an indicator would say of a true figure."""
    if isinstance(figure, int):
        return figure if indicator.unit not in MONEY else figure // 100 if figure % 100 == 0 else round(figure / 100, 2)
    part, whole = figure
    if indicator.take in {"share", "weight"}:
        return round(100 * part / whole, 2) if whole else None
    if indicator.take == "part":
        return part if whole else None
    if indicator.unit == "day":  # of one case: by the calendar, and working days beside it
        return float(part)
    return round(part / whole / 100, 2)


def told(codes: Mapping[str, object] | None = None, *, on: dt.date = ON) -> dict[str, Value]:
    """Indicator → what the registry says as of a day, by what was known on it; by default the year's end."""
    counted = Figures(read_pack(PACK), on=on, known=on)
    return {code: counted.figure(code).value for code in counted.indicators if codes is None or code in codes}


def true(figures: Mapping[str, Figure]) -> dict[str, Value]:
    indicators = Figures(read_pack(PACK), on=ON, known=ON).indicators
    return {code: as_told(indicators[code], figure) for code, figure in figures.items() if code in indicators}


def by_area(truth: Mapping[str, Mapping[str, Figure]]) -> list[tuple[str, str, Value, Value]]:
    """Figure, town or village, what is true and what the registry says, where the two are not the same."""
    counted = Figures(read_pack(PACK), on=ON, known=ON)
    wrong = []
    for code in sorted(truth.keys() & counted.indicators.keys()):
        said = counted.by_area(code, sorted(truth[code]))
        for area, figure in sorted(truth[code].items()):
            if (expected := as_told(counted.indicators[code], figure)) != said[area]:
                wrong.append((code, area, expected, said[area]))
    return wrong


def moved(figure: Figure, delta: Figure) -> Figure:
    if isinstance(figure, int):
        assert isinstance(delta, int)
        return figure + delta
    assert isinstance(delta, tuple)
    return Share(figure[0] + delta[0], figure[1] + delta[1])


def paid_beside_behind() -> list[tuple[int, str, int, int]]:
    """Firm, batch, what the firm was paid and what the people behind it come to, where the two are not the same."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT firm_id, batch_no, sum(paid), sum(behind) FROM (
                SELECT firm_id, batch_no, amount_fen AS paid, 0 AS behind FROM claims_firmpayment
                WHERE retired_on IS NULL AND item NOT IN ('稳岗返还', '就业见习补贴')
                UNION ALL SELECT firm_id, batch_no, 0, amount_fen FROM claims_share WHERE retired_on IS NULL) each
            GROUP BY 1, 2 HAVING sum(paid) <> sum(behind)""")
        return cursor.fetchall()
