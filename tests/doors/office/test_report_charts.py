"""Steps of the legend: round numbers of which five hold the largest, whole where whole things are counted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anye.doors.office.report.charts import SHADES, shade_of, step_of


@pytest.mark.parametrize(
    ("unit", "most", "step"),
    [
        ("person", "18", "4"), ("person", "1", "1"), ("person", "7", "2"), ("person", "0", "1"), ("person", "7753", "2000"),
        ("percent", "37.5", "20"), ("percent", "100", "20"), ("yuan", "517000", "150000"), ("yuan", "0.04", "0.008"),
        ("yuan_per_month", "1850", "400"), ("times", "2.25", "0.5"),
    ],
)  # fmt: skip
def test_five_round_steps_hold_the_largest(unit: str, most: str, step: str) -> None:
    found = step_of(unit, [None, Decimal(0), Decimal(most)])
    assert found == Decimal(step)
    assert found * SHADES >= Decimal(most)


def test_where_nothing_is_known_there_is_a_step_all_the_same() -> None:
    assert step_of("yuan", []) == step_of("yuan", [None]) == 1


@pytest.mark.parametrize(
    ("value", "shade"), [(None, ""), ("0", "0"), ("0.01", "1"), ("4", "1"), ("4.01", "2"), ("20", "5"), ("99", "5")]
)
def test_nothing_at_all_and_the_unknown_have_shades_of_their_own(value: str | None, shade: str) -> None:
    assert shade_of(None if value is None else Decimal(value), Decimal(4)) == shade
