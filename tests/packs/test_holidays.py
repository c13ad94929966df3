"""The State Council's holidays as the notices have them, and working days that were counted by hand."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from anye.packs import HERE, PackFault
from anye.packs.calendar import read_workdays

FILE = HERE / "cn" / "holidays.csv"


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def counted(since: str, until: str) -> int | None:
    days, is_known = read_workdays("cn_yubei").between(*(np.array([each], "datetime64[D]") for each in (since, until)))
    return int(days[0]) if is_known[0] else None


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2020-02-25", "2020-03-12", 12),  # the garment firm's refund (K19)
        ("2020-01-23", "2020-02-03", 1),  # the holiday was made longer, to 2 February
        ("2020-01-17", "2020-01-19", 1),  # a Sunday that was worked
        ("2019-04-26", "2019-05-05", 4),  # 28 April and 5 May worked for 2 and 3 May: Sunday, Monday, Tuesday, Sunday
        ("2020-09-25", "2020-10-10", 6),  # 27 to 30 September, 9 and 10 October
        ("2026-02-13", "2026-02-24", 2),  # 14 February worked, 15 to 23 off
        ("2026-10-09", "2026-10-10", 1),
        ("2026-12-31", "2027-01-04", None),  # nobody has told the holidays of 2027
    ],
)
def test_working_days_are_those_that_the_notices_leave(since: str, until: str, days: int | None) -> None:
    assert counted(since, until) == days


def test_each_day_is_told_once_and_differs_from_monday_to_friday_or_is_a_weekend_of_a_holiday() -> None:
    told = rows()
    days = [dt.date.fromisoformat(row["day"]) for row in told]
    assert days == sorted(set(days))
    assert all(day.weekday() >= 5 for day, row in zip(days, told, strict=True) if row["kind"] == "worked")
    assert {row["kind"] for row in told} == {"holiday", "worked"}
    assert all(row["document"].startswith("国办发明电〔20") for row in told)
    assert read_workdays("cn_yubei").years == tuple(range(2016, 2027))


def test_every_year_has_as_many_days_off_as_the_law_gives() -> None:
    """11 days, 13 since 2025: weekdays off, less weekend days that are worked, less what falls on a weekend anyway."""
    for year in range(2016, 2027):
        told = [(dt.date.fromisoformat(row["day"]), row["kind"]) for row in rows() if row["day"].startswith(str(year))]
        off = sum(day.weekday() < 5 and kind == "holiday" for day, kind in told)
        worked = sum(kind == "worked" for _, kind in told)
        assert 7 <= off - worked <= 13 + (year == 2020), (year, off, worked)


def test_a_table_that_cannot_be_read_says_its_line(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("name: mine\nbase: cn_yubei\ntitle: {zh: 甲, en: A}\n", encoding="utf-8")
    (tmp_path / "holidays.csv").write_text("day,kind\n2020-01-01,holiday\n2020-01-02,off\n", encoding="utf-8")
    with pytest.raises(PackFault) as told:
        read_workdays(str(tmp_path))
    assert (told.value.code, told.value.params["line"]) == ("pack_holiday", 3)
    assert "worked" in told.value.text("en")
