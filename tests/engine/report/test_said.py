"""Units of an axis agree with the words of its numbers."""

from __future__ import annotations

import pytest

from anye.engine.report.said import axis_said, value_said


@pytest.mark.parametrize(
    ("most", "unit", "lang", "axis"),
    [
        (517_000, "yuan", "zh", (10_000, "万元")), (9_999, "yuan", "zh", (1, "元")), (517_000, "yuan", "en", (1, "yuan")),
        (13_700_000, "yuan", "en", (1_000_000, "million yuan")), (50, "percent", "zh", (1, "%")),
        (1_850, "yuan_per_day", "en", (1, "yuan")),
        (20_000, "yuan_per_month", "zh", (1, "元")), (20_000, "person", "zh", (1, "")), (None, "yuan", "zh", (1, "元")),
    ],
)  # fmt: skip
def test_an_axis_counts_as_its_largest_number_is_said(
    most: int | None, unit: str, lang: str, axis: tuple[int, str]
) -> None:
    assert axis_said(most, unit, lang) == axis
    if most is not None:
        assert value_said(most, unit, lang).endswith(axis[1])
