"""Amounts of money as registers write them, as integer fen (分): 1,800.50, ￥1800.5, 1800元, 51.7万元, full-width digits.

An empty cell, or the dash that accountants set, is unknown and never zero. Figures finer than a fen, which formulas leave
behind (266.664), are rounded half away from zero, on the decimal digits themselves and not on a binary fraction.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

EMPTY_WORDS = ("", "-", "--", "—", "/", "\\", "无", "暂无", "不详", "未知")

_UNIT = r"(万|亿)?(?:元整?|圆整?|块)?$"
_AMOUNT = rf"^([+-]?)(?:RMB|CNY|人民币)?¥?([0-9]{{1,13}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}})(?:\.([0-9]*))?{_UNIT}"
_AMOUNT_SIGN_INSIDE = _AMOUNT.replace("^([+-]?)", "^").replace("¥?", "¥([+-])")  # ¥-100, as spreadsheets format it
_FRACTION_DIGITS = 15
# A subtraction's remainder, such as 1.4e-12 where 0 is meant; the reader writes small floats so.
_NEARLY_NOTHING = r"^[+-]?[0-9](?:\.[0-9]+)?E-(?:0[4-9]|[1-9][0-9]{1,2})$"
_FEN_DIGITS = {"": 2, "千": 5, "万": 6, "亿": 10}
_LARGEST = 10**17


@dataclass(frozen=True, slots=True)
class AmountRead:
    """One cell's amount in fen; `ok` also when the cell is empty."""

    fen: int | None
    ok: bool


def parse_yuan(s: pl.Series, unit: str = "") -> pl.DataFrame:
    """String series in yuan → fen (Int64 or null), ok (false where something stands that is no amount), a row a cell.

    `unit`: 千 or 万, where the heading counts in it: so do cells that say nothing of their own (1.23456 in 万元 is 12,345.60 yuan).
    Ranges, estimates, and amounts per day or month are no amounts; up to 10^15 yuan.
    """
    spelled = (
        pl.col("cell").fill_null("").str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[\s\p{Cf}'‘’]", "")
    )
    text = spelled.str.replace("^[−–﹣]", "-").str.replace("¥[−–]", "¥-")
    frame = pl.DataFrame({"cell": s.cast(pl.String)}).select(text.alias("text"))
    fen = pl.coalesce(
        _amount(_AMOUNT, unit),
        _amount(_AMOUNT_SIGN_INSIDE, unit),
        pl.when(pl.col("text").str.contains(_NEARLY_NOTHING)).then(pl.lit(0, dtype=pl.Int64)),
    )
    read = frame.select("text", fen.alias("fen"))
    return read.select("fen", (pl.col("fen").is_not_null() | pl.col("text").is_in(EMPTY_WORDS)).alias("ok"))


def parse_amount(text: str | None) -> AmountRead:
    """The amount of one cell, by the rule of `parse_yuan`."""
    return AmountRead(*parse_yuan(pl.Series([text], dtype=pl.String)).row(0))


def _amount(pattern: str, bare: str) -> pl.Expr:
    """The amount of a pattern with groups sign, whole yuan, fraction and unit; integers all the way. `bare`: the unit of digits
    alone."""
    is_bare = pl.col("text").str.contains("[0-9.]$")
    unit = pl.coalesce(
        pl.col("text").str.extract(pattern, 4), pl.when(is_bare).then(pl.lit(bare)).otherwise(pl.lit(""))
    )
    yuan = pl.col("text").str.extract(pattern, 2).str.replace_all(",", "").cast(pl.Int64)
    digits = pl.col("text").str.extract(pattern, 3).fill_null("").str.slice(0, _FRACTION_DIGITS)
    fraction = digits.str.pad_end(_FRACTION_DIGITS, "0").cast(pl.Int64)
    is_negative = pl.col("text").str.extract(pattern, 1) == "-"
    amounts = []
    for name, places in _FEN_DIGITS.items():
        finer = 10 ** (_FRACTION_DIGITS - places)
        fen = pl.when(yuan <= _LARGEST // 10**places).then(yuan) * 10**places + (fraction + finer // 2) // finer
        amounts.append(pl.when(unit == name).then(fen))
    size = pl.coalesce(amounts)
    return pl.when(is_negative).then(-size).otherwise(size)
