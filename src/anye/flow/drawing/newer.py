"""Which of two files is believed that say the opposite of somebody, month by month: the one of the stronger register and, of equal
ones, of the later month (decision 0028)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from anye.engine.entitle.bits import Array
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.file import Draw
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import among, month_number, read_numbers, wheres_of
from anye.flow.specs import SPECS

_MONTHS = 100_000
"""More months than there are: the strength of a word is its register's rank, and then its month."""
_NOBODY = -(2**60)


def ended(draw: Draw, asked: Asked, rows: int, place_of: Callable[[Array], Array], window: Window) -> Array | None:
    """Where a newer word says that what a draw takes holds no longer: of shape (months, rows), bool; None: nowhere. `place_of`: ids of
    persons → their rows, -1 for none. On a tie what was said to hold holds."""
    said = list(read_numbers(*_statement(draw, asked), 5))
    person, is_end, rank, told, since = (np.concatenate([block[at] for block in said]) for at in range(5))
    place = place_of(person)
    is_here = place >= 0
    if not is_here.any():
        return None
    whose, mine = np.unique(place[is_here], return_inverse=True)
    strength, is_end, since = (rank * _MONTHS + told)[is_here], is_end[is_here] == 1, since[is_here]
    found = np.zeros((window.months, rows), np.bool_)
    for at in range(window.months):
        is_said = since <= window.first + at
        strongest = np.full((2, len(whose)), _NOBODY)
        for of_one, these in zip(strongest, (is_said & is_end, is_said & ~is_end), strict=True):
            np.maximum.at(of_one, mine[these], strength[these])
        found[at, whose] = strongest[0] > strongest[1]
    return found


def _statement(draw: Draw, asked: Asked) -> tuple[str, dict[str, Any]]:
    """Of persons of whom both is said: who, whether it is an end, the register's rank, the file's month, and since when it holds."""
    params: dict[str, Any] = {**asked.params(), "table": draw.spec.table}
    holds, ends = " AND ".join(wheres_of(draw, params)) or "true", " AND ".join(among(draw.no.newer, params, "ends"))
    known, mine = Asked(asked.on), asked.wheres("f", ("person_id",))
    month = month_number("coalesce(b.file_month, voice.known_on)")
    both = " INTERSECT ".join(
        f"SELECT f.person_id FROM {draw.spec.table} f WHERE {each} AND {mine}" for each in (holds, ends)
    )
    sql = f"""
        SELECT f.person_id::bigint, ({ends})::int::bigint, ({SPECS[draw.spec.name].rank("f")})::bigint, {month}::bigint,
            (CASE WHEN f.valid_from IS NOT NULL THEN {month_number("f.valid_from")} ELSE {month} END)::bigint
        FROM {draw.spec.table} f
        CROSS JOIN LATERAL (SELECT f.source_batch AS batch_id, f.known_on
            UNION ALL SELECT s.id, s.known_on FROM registers_support u JOIN registers_batch s ON s.id = u.batch_id
            WHERE u.fact_table = %(table)s AND u.fact_id = f.id AND s.known_on <= %(on)s) voice
        JOIN registers_batch b ON b.id = voice.batch_id
        JOIN registers_source o ON o.id = b.source_id
        WHERE {known.wheres("f", ())} AND (({holds}) OR ({ends})) AND f.person_id IN ({both})"""
    return sql, params
