"""Amounts to the fen, against decimal arithmetic."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.money import AmountRead, parse_amount, parse_yuan


def slow_amount(cell: str | None) -> tuple[int | None, bool]:
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell or "")).upper()
    if text in {"", "-", "--", "/", "无"}:
        return None, True
    sign = -1 if text.startswith("-") else 1
    body = text[1:] if text[0] in "+-" else text
    body = body.removeprefix("RMB").removeprefix("¥").removesuffix("整").removesuffix("元")
    factor = {"万": 10**4, "亿": 10**8}.get(body[-1:], 1)
    body = body[:-1] if factor > 1 else body
    whole, _, fraction = body.partition(".")
    if "," in whole:
        groups = whole.split(",")
        if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            return None, False
        whole = "".join(groups)
    if not re.fullmatch(r"[0-9]{1,13}", whole) or not re.fullmatch(r"[0-9]*", fraction):
        return None, False
    yuan = Decimal(f"{whole}.{fraction or 0}") * factor
    return sign * int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP)), True


amounts = st.one_of(
    st.decimals(0, 10**8, places=2).map(str),
    st.decimals(0, 10**8, places=2).map(lambda d: f"{d:,}"),
    st.decimals(0, 10**6, places=5).map(str),
    st.decimals(0, 10**4, places=3).map(lambda d: f"{d}万元"),
    st.integers(-(10**9), 10**9).map(lambda n: f"{n}元"),
    st.floats(0, 10**7, width=32).map(lambda x: f"{x:.8f}"),
    st.text(st.sampled_from("0123456789.,，万亿元¥- "), max_size=8).filter(
        lambda t: not re.search(r"¥[\s]*-|元元|[-+]\s*$|^\s*[-–]\s*[-–]", t) or t.strip() == "-"
    ),
    st.sampled_from([None, "", "-", "/", "无", "约1800", "１８００"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(amounts, min_size=10, max_size=40))
def test_a_column_of_random_amounts_is_exact_to_the_fen(cells: list[str | None]) -> None:
    assert parse_yuan(pl.Series(cells, dtype=pl.String)).rows() == [slow_amount(cell) for cell in cells]


@settings(max_examples=15, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=8))
def test_one_cell_and_a_column_of_cells_agree(cells: list[str | None]) -> None:
    column = parse_yuan(pl.Series(cells, dtype=pl.String))
    assert [parse_amount(cell) for cell in cells] == [AmountRead(*row) for row in column.rows()]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1,800.50", 180050),
        ("￥1800.5", 180050),
        ("1800元", 180000),
        ("1800元整", 180000),
        ("51.7万元", 51700000),
        ("5万", 5000000),
        ("1.2亿元", 12000000000),
        ("１，８００", 180000),
        ("0", 0),
        ("0.00", 0),
        ("-100", -10000),
        ("¥-100.00", -10000),
        ("−100", -10000),
        ("1 800", 180000),
        ("人民币1800元", 180000),
    ],
)
def test_an_amount_in_every_spelling(cell: str, fen: int) -> None:
    assert parse_amount(cell) == AmountRead(fen, ok=True)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("266.664", 26666),
        ("266.665", 26667),
        ("-266.665", -26667),
        ("1.005", 101),
        ("517.2999999999999", 51730),
        ("0.30000000000000004", 30),
        ("1.4210854715202004e-14", 0),
        ("-3e-10", 0),
    ],
)
def test_what_formulas_leave_behind_the_fen_is_rounded_half_away_from_zero(cell: str, fen: int) -> None:
    assert parse_amount(cell) == AmountRead(fen, ok=True)


def test_the_control_binary_fractions_would_lose_a_fen() -> None:
    assert round(1.005 * 100) == 100


@pytest.mark.parametrize("cell", [None, "", " ", "-", "/", "无"])
def test_an_empty_cell_is_unknown_and_never_zero(cell: str | None) -> None:
    assert parse_amount(cell) == AmountRead(None, ok=True)


@pytest.mark.parametrize(
    "cell",
    [
        "1,23",
        "1,2345",
        ",100",
        "1.2.3",
        "1800-2000",
        "约1800",
        "1800元/月",
        "元",
        ".5",
        "5E+3",
        "1e-3",
        "99999999999999",
        "9999999999999万",
        "一千八",
        "#N/A",
        "(100)",
    ],
)
def test_what_is_no_amount_is_not_guessed(cell: str) -> None:
    assert parse_amount(cell) == AmountRead(None, ok=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.decimals(-(10**6), 10**6, places=8).map(lambda number: f"{number:f}"), min_size=1, max_size=20),
    st.sampled_from(["", "千", "万"]),
)
def test_digits_alone_count_in_the_headings_unit_and_nothing_is_rounded_before(cells: list[str], unit: str) -> None:
    factor = {"": 1, "千": 1_000, "万": 10_000}[unit]
    exact = [int((Decimal(cell) * factor * 100).quantize(Decimal(1), ROUND_HALF_UP)) for cell in cells]
    assert parse_yuan(pl.Series(cells, dtype=pl.String), unit)["fen"].to_list() == exact


def test_a_cell_that_says_its_unit_keeps_it_under_any_heading() -> None:
    cells = ["1.23456", "0.00456", "500元", "5万", "5.", "约3"]
    assert parse_yuan(pl.Series(cells), "万")["fen"].to_list() == [1_234_560, 4_560, 50_000, 5_000_000, 5_000_000, None]
