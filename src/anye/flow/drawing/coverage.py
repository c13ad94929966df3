"""For which months a register has come: from the first period of its first file to the last of its last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from django.db import connection

from anye.engine.entitle.bits import Array
from anye.engine.entitle.months import month_of
from anye.engine.intake.profile import Profile
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.months import Window
from anye.records.registers import queries

_BACK = 60  # months before the window that a run of months may be looked at in


class Coverage:
    """What had come by a day. A dated list that comes later tells of the months before it too, back to the first list."""

    def __init__(self, on: dt.date, profiles: Mapping[str, Profile]) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        for code, months in queries.months_that_came(on).items():
            profile = profiles.get(code)
            due = profile.due if profile else None
            periods = [(due.period(month) if due else month, due.months if due else 1) for month in months]
            self.spans[code] = (
                min(month_of(last) - count + 1 for last, count in periods), max(month_of(last) for last, _ in periods)
            )  # fmt: skip

    def months(self, register: str, window: Window) -> Array:
        """Which of the months it covers: (months,)."""
        first, last = self.spans.get(register, (1, 0))
        months = np.arange(window.first, window.last + 1)
        return (months >= first) & (months <= last)

    def has_come(self, register: str) -> bool:
        return register in self.spans


def months_with_rows(table: str, window: Window, on: dt.date) -> frozenset[int]:
    """The months for which a table of facts had rows at all, as known on a day."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a month that has none is seen in the index at once
        cursor.execute(
            f"""
            SELECT m FROM generate_series(%(first)s, %(last)s) m WHERE EXISTS (
                SELECT 1 FROM {table} f
                WHERE f.month = make_date(1970 + m / 12, m %% 12 + 1, 1) AND {Asked(on).wheres("f", ())})
            """,
            {**Asked(on).params(), "first": window.first - _BACK, "last": window.last},
        )
        found = frozenset(month for (month,) in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found
