"""Working days are those of a slow count, day by day; and of years that the table does not have nothing is said."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anye.engine.workdays import workdays_of

YEARS = (2019, 2020, 2022)
DAYS = st.dates(dt.date(2018, 6, 1), dt.date(2023, 6, 1))
TABLES = st.dictionaries(
    st.dates(dt.date(2019, 1, 1), dt.date(2022, 12, 31)).filter(lambda day: day.year in YEARS),
    st.booleans(),
    max_size=40,
)


def one_by_one(since: dt.date, until: dt.date, table: dict[dt.date, bool]) -> int | None:
    """The working days after the one up to the other; backwards they are less than none. None where a year is not told."""
    first, last = min(since, until), max(since, until)
    count = 0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        if day.year not in {each.year for each in table}:
            return None
        if day > first:
            count += table.get(day, day.weekday() < 5)
    return count if since <= until else -count


def between(since: list[dt.date], until: list[dt.date], table: dict[dt.date, bool]) -> list[int | None]:
    counted, is_known = workdays_of(table.items()).between(
        *(np.array(each, "datetime64[D]") for each in (since, until))
    )
    return [int(count) if known else None for count, known in zip(counted, is_known, strict=True)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=30), TABLES)
def test_they_are_those_of_a_slow_count(pairs: list[tuple[dt.date, dt.date]], holidays: dict[dt.date, bool]) -> None:
    table = {dt.date(year, 1, 1): False for year in YEARS} | holidays
    since, until = (list(each) for each in zip(*pairs, strict=True))
    assert between(since, until, table) == [one_by_one(*pair, table) for pair in pairs]


def test_a_day_that_is_not_there_is_not_known() -> None:
    table = workdays_of([(dt.date(2020, 1, 1), False)])
    _, is_known = table.between(
        np.array(["NaT", "2020-03-01"], "datetime64[D]"), np.array(["2020-03-02", "NaT"], "datetime64[D]")
    )
    assert not is_known.any()


def test_a_table_of_no_day_is_none() -> None:
    with pytest.raises(ValueError, match="without a day"):
        workdays_of([])
