"""When a register is due, and which of its periods have come."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anye.engine.intake.due import MONTHS, Due, cells, next_month

DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2027, 12, 31))


def due(every: str, day: int = 15) -> Due:
    return Due(every, day, {"zh": "社保局", "en": "Social insurance office"})


@pytest.mark.parametrize(
    ("every", "month", "period", "deadline"),
    [
        ("month", dt.date(2020, 5, 1), dt.date(2020, 5, 1), dt.date(2020, 6, 15)),
        ("month", dt.date(2020, 12, 1), dt.date(2020, 12, 1), dt.date(2021, 1, 15)),
        ("quarter", dt.date(2020, 4, 1), dt.date(2020, 6, 1), dt.date(2020, 7, 15)),
        ("quarter", dt.date(2020, 12, 1), dt.date(2020, 12, 1), dt.date(2021, 1, 15)),
        ("year", dt.date(2020, 1, 1), dt.date(2020, 12, 1), dt.date(2021, 1, 15)),
    ],
)
def test_a_period_is_due_in_the_month_after_its_last(
    every: str, month: dt.date, period: dt.date, deadline: dt.date
) -> None:
    assert due(every).period(month) == period
    assert due(every).deadline(period) == deadline


def test_what_has_come_what_is_late_and_what_still_has_time() -> None:
    found = list(cells(due("month"), [dt.date(2020, 3, 1)], first=dt.date(2020, 3, 1), on=dt.date(2020, 5, 16)))
    assert [(cell.period.month, cell.state) for cell in found] == [(3, "came"), (4, "overdue"), (5, "waits")]
    on_the_day = list(cells(due("month"), [], first=dt.date(2020, 4, 1), on=dt.date(2020, 5, 15)))
    assert [cell.state for cell in on_the_day] == ["waits", "waits"]


@given(st.sampled_from(sorted(MONTHS)), DAYS, DAYS)
def test_periods_follow_each_other_without_gaps(every: str, first: dt.date, on: dt.date) -> None:
    found = [cell.period for cell in cells(due(every), [], first=first, on=on)]
    assert all(next_month(a, MONTHS[every]) == b for a, b in pairwise(found))
    if first <= on:
        assert due(every).period(first) == found[0]
        assert due(every).period(on) == found[-1]
