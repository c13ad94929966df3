"""Dates and months against a slow oracle, and the spellings that must not be guessed."""

import re
import unicodedata
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.dates import DateRead, month_in, parse_date, parse_dates, parse_month, parse_months

DAY = date(2020, 3, 12)
MONTH = date(2020, 3, 1)


def slow_readings(text: str) -> list[tuple[str, list[str]]]:
    """Every way to take a text apart into year, month and day."""
    head = re.sub(r"T?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", text, flags=re.ASCII)
    found = [("day", head.split(mark)) for mark in "-/." if head.count(mark) == 2]
    found += [
        ("month", text.split(mark))
        for mark in "-/."
        if text.count(mark) == 1 and not (mark == "." and text[-2:] == ".1")
    ]
    for precision, whole, pattern in (
        ("day", head, r"(\d+)年(\d+)月(\d+)[日号]?"),
        ("month", text, r"(\d+)年(\d+)月份?"),
        ("year", text, r"(\d+)年度?"),
        ("day", text, r"(\d{4})(\d\d)(\d\d)(?:\.0+)?"),
        ("month", text, r"(\d{4})(\d\d)(?:\.0+)?"),
        ("year", text, r"(\d{4})(?:\.0+)?"),
    ):
        match = re.fullmatch(pattern, whole, re.ASCII)
        found += [(precision, list(match.groups()))] if match else []
    return found


def slow_date(cell: str | None) -> tuple[date | None, str | None, bool]:
    """The rule again, with Python's own dates and no table of patterns."""
    text = re.sub(r"[\s'‘’\u200b]", "", unicodedata.normalize("NFKC", cell or ""))
    if text in {"", "-", "--", "/", "无"}:
        return None, None, True
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII) and 20000 <= int(text[:5]) <= 60000:
        return date(1899, 12, 30) + timedelta(days=int(text[:5])), "day", True
    for precision, parts in slow_readings(text):
        lengths = [len(part) for part in parts]
        if lengths[0] == 4 and all(1 <= n <= 2 for n in lengths[1:]) and all(re.fullmatch(r"[0-9]+", p) for p in parts):
            try:
                value = date(*[int(part) for part in [*parts, "1", "1"][:3]])
            except ValueError:
                continue
            if 1800 <= value.year <= 2199:
                return value, precision, True
    return None, None, False


days = st.dates(date(1790, 1, 1), date(2210, 12, 31))
spellings = st.one_of(
    days.map(lambda d: d.isoformat()),
    days.map(lambda d: f"{d.year}/{d.month}/{d.day}"),
    days.map(lambda d: f"{d.year}.{d.month}.{d.day}"),
    days.map(lambda d: f"{d.year}年{d.month}月{d.day}日"),
    days.map(lambda d: f"{d:%Y%m%d}"),
    days.map(lambda d: f"{d:%Y%m}"),
    days.map(lambda d: f"{d.year}-{d.month}"),
    days.map(lambda d: f"{d.year}.{d.month:02d}"),
    days.map(lambda d: f"{d.year}年{d.month}月"),
    days.map(lambda d: f"{d.isoformat()} 00:00:00"),
    st.integers(19990, 60010).map(str),
    st.integers(1790, 2210).map(str),
    st.text(st.sampled_from("0123456789-/.年月日 :T至"), max_size=11),
    st.sampled_from([None, "", "-", "无", "至今", "2020.1", "２０２０－０３－１２"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(spellings, min_size=10, max_size=40))
def test_a_column_of_random_spellings_means_what_the_slow_oracle_reads(cells: list[str | None]) -> None:
    assert parse_dates(pl.Series(cells, dtype=pl.String)).rows() == [slow_date(cell) for cell in cells]


@settings(max_examples=15, deadline=None)
@given(st.lists(spellings, min_size=1, max_size=8))
def test_one_cell_and_a_column_of_cells_agree(cells: list[str | None]) -> None:
    column = pl.Series(cells, dtype=pl.String)
    assert [parse_date(cell) for cell in cells] == [DateRead(*row) for row in parse_dates(column).rows()]
    assert [parse_month(cell) for cell in cells] == parse_months(column)["value"].to_list()


@pytest.mark.parametrize(
    "cell",
    [
        "2020-03-12",
        "2020/3/12",
        "2020.3.12",
        "2020年3月12日",
        "2020年3月12号",
        "20200312",
        "20200312.0",
        "43902",
        "43902.0",
        "43902.75",
        "２０２０－０３－１２",
        "2020-03-12 00:00:00",
        "2020-03-12T08:30",
        "2020/3/12 0:00",
        " 2020 年 3 月 12 日 ",
        "'2020-03-12",
    ],
)
def test_a_day_in_every_spelling(cell: str) -> None:
    assert parse_date(cell) == DateRead(DAY, "day", ok=True)
    assert parse_month(cell) == MONTH


@pytest.mark.parametrize(
    "cell", ["202003", "2020-03", "2020-3", "2020/03", "2020.03", "2020.3", "2020年3月", "2020年03月份"]
)
def test_a_month_in_every_spelling(cell: str) -> None:
    assert parse_date(cell) == DateRead(MONTH, "month", ok=True)
    assert parse_month(cell) == MONTH


@pytest.mark.parametrize("cell", ["2020", "2020年", "2020年度", "2020.0"])
def test_a_year_is_a_date_of_that_precision_and_no_month(cell: str) -> None:
    assert parse_date(cell) == DateRead(date(2020, 1, 1), "year", ok=True)
    assert parse_months(pl.Series([cell])).row(0) == (None, None, False)


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "—", "/", "无", "不详"])
def test_an_empty_cell_is_no_fault(cell: str | None) -> None:
    assert parse_date(cell) == DateRead(None, None, ok=True)
    assert parse_months(pl.Series([cell], dtype=pl.String)).row(0) == (None, None, True)


@pytest.mark.parametrize(
    "cell",
    [
        "2020.1",
        "2020.3-5",
        "2020-02-30",
        "2019-02-29",
        "20200230",
        "202013",
        "2020-13",
        "2020-00-01",
        "12/3/2020",
        "3月12日",
        "20-3-12",
        "19999",
        "60001",
        "1799-12-31",
        "2200-01-01",
        "至今",
        "长期",
        "2020-03-12至2020-04-01",
        "约2020年",
    ],
)
def test_what_is_no_date_or_could_be_two_is_not_guessed(cell: str) -> None:
    assert parse_date(cell) == DateRead(None, None, ok=False)


def test_october_written_in_full_is_read_though_its_number_cell_is_not() -> None:
    assert parse_month("2020.10") == date(2020, 10, 1)
    assert parse_month("2020.01") == date(2020, 1, 1)
    assert parse_month("2020.1") is None


def test_spreadsheet_serials_hold_at_their_ends() -> None:
    assert parse_date("20000").value == date(1954, 10, 3)
    assert parse_date("60000").value == date(2064, 4, 8)


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("2020年10月参保明细.xlsx", date(2020, 10, 1)),
        ("参保_202010.csv", date(2020, 10, 1)),
        ("工资表 2020-09", date(2020, 9, 1)),
        ("２０２０年 9 月", date(2020, 9, 1)),
        ("2020年9月1日至2020年9月30日", date(2020, 9, 1)),
        ("2020年9月-2020年10月", None),
        ("2020年台账", None),
        ("990112202010", None),
        ("", None),
    ],
)
def test_the_month_of_a_title(title: str, month: date | None) -> None:
    assert month_in(title) == month
