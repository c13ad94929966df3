"""From rows to figures, beside a slow count; where nothing is known nothing is said."""

import datetime as dt

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anye.engine.report.reduce import FRAME, busiest_month, by_area, value_of

PAID = st.lists(
    st.tuples(st.dates(dt.date(2019, 12, 1), dt.date(2021, 1, 31)), st.integers(1, 900)), min_size=1, max_size=25
)


def rows(*told: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{name: one.get(name) for name in FRAME} for one in told], schema=dict(FRAME))


def a_month_later(day: dt.date) -> dt.date:
    """The same day of the next month, or its last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for at in range(day.day, 0, -1):
        try:
            return dt.date(year, month, at)
        except ValueError:
            continue
    raise AssertionError


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAID)
def test_the_busiest_month_is_that_of_a_slow_search(paid: list[tuple[dt.date, int]]) -> None:
    found = busiest_month(rows(*({"since": day, "value": fen} for day, fen in paid)))
    sums = {first: sum(fen for day, fen in paid if first <= day <= a_month_later(first)) for first, _ in paid}
    best = min(first for first in sums if sums[first] == max(sums.values()))
    assert sorted(found.select("since", "value").rows()) == sorted(
        (day, fen) for day, fen in paid if best <= day <= a_month_later(best)
    )


def test_of_nothing_known_nothing_is_said() -> None:
    for take in ("share", "part", "weight", "mean", "most"):
        assert value_of(take, rows()) is None, take
    assert value_of("weight", rows({"value": 0, "is_in": True})) is None
    assert value_of("part", rows({"person": 1, "is_in": False})) == 0  # of one it is known


def test_a_weight_is_of_the_sum_and_a_share_of_the_rows() -> None:
    told = rows({"value": 300, "is_in": True}, {"value": 100, "is_in": False}, {"value": None, "is_in": True})
    assert value_of("weight", told) == 75
    assert value_of("share", told) == 66.67


def test_each_of_several_districts_has_its_own_rows_and_nobodys_are_in_none() -> None:
    told = rows({"firm": 1, "district": 10}, {"firm": 1, "district": 20}, {"firm": 2, "district": 20}, {"firm": 3})
    areas = ["990100000000", "990200000000"]
    assert by_area("count", told, areas, dict(zip(areas, (10, 20), strict=True)), has_homes=True) == dict(
        zip(areas, (1, 2), strict=True)
    )
    assert by_area("count", told, areas[:1], has_homes=True) == {areas[0]: 4}  # where there is no other, all are its
