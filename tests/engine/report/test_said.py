"""Units of an axis agree with the words of its numbers."""

from __future__ import annotations

import pytest

from anye.engine.report.said import axis_said, brief_said, short_said, value_said


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


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (9_999.5, "yuan", "9,999.5元", "9,999.5 yuan"), (269_064.29, "yuan", "26.9万元", "269.1k yuan"),
        (-15_000, "yuan", "-1.5万元", "-15k yuan"),
        (13_740_000, "yuan", "1,374万元", "13.7m yuan"), (1_234_567, "person", "1,234,567", "1,234,567"),
        (None, "yuan", "尚不清楚", "not known yet"),
    ],
)  # fmt: skip
def test_where_there_is_little_room_money_is_rounded_and_nothing_else(
    value: float | None, unit: str, zh: str, en: str
) -> None:
    assert (short_said(value, unit, "zh"), short_said(value, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (20_000, "yuan", "2万", "20k"), (11_700, "yuan", "1.2万", "11.7k"), (950, "yuan", "950", "950"), (0, "yuan", "0", "0"),
        (13_700_000, "yuan", "1,370万", "13.7m"), (1_850, "yuan_per_month", "1,850", "1,850"), (7_753, "person", "7,753", "7,753"),
        (93.75, "percent", "93.75%", "93.75%"), (None, "yuan", "–", "–"), (-20_000, "yuan", "-2万", "-20k"),
    ],
)  # fmt: skip
def test_where_there_is_little_room_a_number_is_said_without_its_unit(
    value: float | None, unit: str, zh: str, en: str
) -> None:
    assert (brief_said(value, unit, "zh"), brief_said(value, unit, "en")) == (zh, en)
