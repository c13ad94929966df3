"""Typed values of one column: codes, dates, amounts, phones, years and counts, and which cells could not be read.

Every reader works on the distinct texts of a column and hands the answers back to the rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from anye.engine.dates import parse_dates, parse_months
from anye.engine.intake.profile import Column, spelling_key
from anye.engine.money import parse_yuan

LONGEST_TEXT = 500
_UNKNOWN = ("无", "暂无", "不详", "未知", "不清楚", "不定", "/", "无固定", "至今", "长期", "未填")
_PER = r"[/／每一]\s*(天|日|个?月|年|小时|时)"
_DAY, _MONTH, _OTHER_UNIT = ("天", "日"), ("月", "个月"), ("年", "小时", "时")
_PLAIN_YUAN = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_UNITS = {"万元": "万", "千元": "千"}
_MANY = re.compile(r"[、,，;；|/\s]+")


@dataclass(frozen=True)
class Cells:
    """`values`: a frame with the column's name and, beside it, `__precision`, `__unit` or `__said`; `bad`: unreadable."""

    values: pl.DataFrame
    bad: pl.Series


def over_distinct(text: pl.Series, answer: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """`answer` asked once per distinct text; a frame as long as `text`, null cells asked like any other."""
    key = text.rename("=key")
    distinct = key.unique(maintain_order=True)
    if len(distinct) * 2 > len(key):
        return answer(key)
    answers = distinct.to_frame().hstack(answer(distinct).get_columns())
    joined = key.to_frame().join(answers, on="=key", how="left", nulls_equal=True, maintain_order="left")
    return joined.drop("=key")


def read_column(column: Column, text: pl.Series, *, unit: str | None) -> Cells:
    """The typed values of a column. `unit` is what the heading's bracket said (万元, 元/天), if anything."""
    readers: Mapping[str, Callable[[Column, pl.Series], pl.DataFrame]] = {
        "code": _codes, "sex": _codes, "bool": _bools, "date": _dates, "month": _months, "year": _years,
        "int": _ints, "tenths": _tenths, "phone": _phones,
    }  # fmt: skip
    text = text.alias("=key")
    if column.type == "wages":
        answers = over_distinct(text, lambda distinct: _wages(column, distinct, unit))
    elif column.type == "yuan":
        answers = over_distinct(text, lambda distinct: _yuan(column, distinct, unit))
    elif column.type in readers:
        answers = over_distinct(text, lambda distinct: readers[column.type](column, distinct))
    else:
        answers = _texts(text)
    value = answers.rename(
        {name: f"{column.name}{name.removeprefix('value')}" for name in answers.columns if name != "bad"}
    )
    bad = answers["bad"].fill_null(value=False) & text.is_not_null()
    return Cells(value.drop("bad"), bad)


def _texts(text: pl.Series) -> pl.DataFrame:
    return text.to_frame().select(
        pl.col("=key").str.slice(0, LONGEST_TEXT).alias("value"),
        (pl.col("=key").str.len_chars() > LONGEST_TEXT).alias("bad"),
    )


def _codes(column: Column, text: pl.Series) -> pl.DataFrame:
    """Codes of this source; what is in no map stays as it is written and is bad. `__said`: the text itself."""
    values: list[str | None] = []
    bad: list[bool] = []
    for cell in text:
        code, is_known = code_of(cell, column)
        values.append(code)
        bad.append(not is_known)
    said = text.str.slice(0, 40).alias("value__said")
    return pl.DataFrame({"value": pl.Series(values, dtype=pl.String), "bad": bad}).with_columns(said)


def code_of(cell: str | None, column: Column) -> tuple[str | None, bool]:
    """(code, known) of one cell; several values of a column that may hold many are joined by | in their order."""
    if cell is None:
        return None, True
    whole = column.codes.get(spelling_key(cell))
    if whole is not None:
        return whole, True
    parts = [part for part in _MANY.split(cell) if part] if column.is_many else []
    if len(parts) < 2:
        return cell[:LONGEST_TEXT], False
    codes = [(column.codes.get(spelling_key(part)), part) for part in parts]
    joined = "|".join(sorted({code or part for code, part in codes}))
    return joined[:LONGEST_TEXT], all(code is not None for code, _ in codes)


def _bools(column: Column, text: pl.Series) -> pl.DataFrame:
    codes = _codes(column, text)
    value = pl.when(pl.col("value") == "yes").then(True).when(pl.col("value") == "no").then(False)
    return codes.select(value.cast(pl.Boolean).alias("value"), (value.is_null()).alias("bad"))


def _asked(text: pl.Series) -> pl.Series:
    """The text with words for "unknown" taken as no answer."""
    return text.to_frame("t").select(pl.when(~pl.col("t").is_in(_UNKNOWN)).then(pl.col("t")))["t"]


def _dates(_column: Column, text: pl.Series) -> pl.DataFrame:
    asked = _asked(text)
    read = parse_dates(asked)
    return pl.DataFrame({
        "value": read["value"], "value__precision": read["precision"], "bad": asked.is_not_null() & read["value"].is_null(),
    })  # fmt: skip


def _months(_column: Column, text: pl.Series) -> pl.DataFrame:
    """First days of months; 202007-202007 is one month, 202007-202009 is none."""
    asked = _asked(text)
    value = parse_months(asked)["value"].cast(pl.Date).dt.month_start()
    ends = asked.to_frame("t").select(
        pl.col("t").str.extract(r"^\s*(\S.*?)\s*(?:--?|~|～|—+|–|至|到)\s*(\S.*)$", index).alias(f"end{index}")
        for index in (1, 2)
    )
    first, last = (parse_months(ends[name])["value"].cast(pl.Date).dt.month_start() for name in ("end1", "end2"))
    frame = pl.DataFrame({"value": value, "first": first, "last": last, "asked": asked})
    both = pl.when(pl.col("first") == pl.col("last")).then(pl.col("first"))
    month = pl.coalesce(pl.col("value"), both)
    return frame.select(month.alias("value"), (month.is_null() & pl.col("asked").is_not_null()).alias("bad"))


def _years(_column: Column, text: pl.Series) -> pl.DataFrame:
    asked = _asked(text).str.normalize("NFKC")
    value = asked.str.extract(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:[^0-9]|$|[0-9]{2}$|[0-9]{4}$)").cast(pl.Int64)
    return pl.DataFrame({"value": value, "bad": asked.is_not_null() & value.is_null()})


def _ints(_column: Column, text: pl.Series) -> pl.DataFrame:
    """Counts, of months too: 12, 12个月, 1年 (twelve months)."""
    asked = _asked(text).str.normalize("NFKC")
    number = asked.str.extract(r"^([0-9]{1,6})(?:\.0+)?\s*(?:个月|月|个|人|次|户|年)?$").cast(pl.Int64)
    value = pl.DataFrame({"n": number, "t": asked}).select(
        pl.when(pl.col("t").str.ends_with("年")).then(pl.col("n") * 12).otherwise(pl.col("n"))
    )["n"]
    return pl.DataFrame({"value": value, "bad": asked.is_not_null() & value.is_null()})


def _tenths(_column: Column, text: pl.Series) -> pl.DataFrame:
    """Days, hours and lessons to a tenth: 22.5 and 22.5天 are 225."""
    asked = _asked(text).str.normalize("NFKC")
    parts = [
        asked.str.extract(r"^([0-9]{1,5})(?:\.([0-9])0*)?\s*(?:个)?(?:天|日|小时|学时|课时|工时|时)?$", at)
        for at in (1, 2)
    ]
    value = parts[0].cast(pl.Int64) * 10 + parts[1].cast(pl.Int64).fill_null(0)
    return pl.DataFrame({"value": value, "bad": asked.is_not_null() & value.is_null()})


def _phones(_column: Column, text: pl.Series) -> pl.DataFrame:
    """The first telephone number of a cell: mobile, else land line with or without its area."""
    asked = _asked(text)
    digits = asked.str.normalize("NFKC").str.replace(r"\.0+$", "").str.replace_all(r"[\s\-—()]", "")
    frame = pl.DataFrame({"d": digits, "asked": asked})
    whole = pl.col("d")
    value = pl.coalesce(
        whole.str.extract(r"(?:^|[^0-9]|86)(1[0-9]{10})(?:[^0-9]|1[0-9]{10}|$)"),
        whole.str.extract(r"(?:^|[^0-9])(0[0-9]{2,3}[2-9][0-9]{6,7})(?:[^0-9]|$)"),
        whole.str.extract(r"^([2-9][0-9]{6,7})$"),
    )
    return frame.select(value.alias("value"), (value.is_null() & pl.col("asked").is_not_null()).alias("bad"))


def _yuan(column: Column, text: pl.Series, heading_unit: str | None) -> pl.DataFrame:
    """Fen, and for wages the unit: of the cell (100元/天), else of the heading's bracket, else of the column."""
    frame = pl.DataFrame({"asked": _asked(text)})
    bare = _UNITS.get(_bare_unit(heading_unit), "")
    is_plain = pl.col("asked").str.contains("^$" if bare else _PLAIN_YUAN)
    frame = frame.with_columns(
        (pl.when(is_plain).then(pl.col("asked")).cast(pl.Float64) * 100).round().cast(pl.Int64).alias("plain"),
        pl.when(~is_plain).then(pl.col("asked")).alias("odd"),
    ).with_columns(pl.col("odd").str.extract(_PER).alias("per"))
    if frame["odd"].null_count() < frame.height:
        frame = frame.with_columns(parse_yuan(frame["odd"].str.replace_all(_PER, ""), bare)["fen"].alias("hard"))
    else:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("hard"))
    fen = pl.coalesce("plain", "hard")
    is_other = pl.col("per").is_in(_OTHER_UNIT).fill_null(value=False)
    value = pl.when(~is_other).then(fen)
    unit = pl.coalesce(
        pl.when(pl.col("per").is_in(_DAY)).then(pl.lit("day")).when(pl.col("per").is_in(_MONTH)).then(pl.lit("month")),
        pl.lit(_heading_wage_unit(heading_unit) or column.unit, dtype=pl.String),
    )
    return frame.select(
        value.alias("value"), unit.alias("value__unit"), (value.is_null() & pl.col("asked").is_not_null()).alias("bad")
    )


def _wages(column: Column, text: pl.Series, heading_unit: str | None) -> pl.DataFrame:
    """What a vacancy offers: 4000-6000元/月 from fen to fen, 5000以上 with no upper end, 面议 unknown."""
    said = (
        _asked(text)
        .to_frame("t")
        .select(
            pl.when(~pl.col("t").str.contains("面议|面谈|协商|从优")).then(
                pl.col("t").str.normalize("NFKC").str.replace_all(r"\s", "")
            )
        )["t"]
    )
    per = said.str.extract(rf"({_PER})$", 1).fill_null("")
    number = r"([0-9]+(?:\.[0-9]+)?[千万kK]?)"
    ends = pl.DataFrame({"t": said, "per": per}).select(
        pl.col("t").str.extract(rf"^{number}元?(?:--?|~|—+|–|至|到){number}", 1).alias("low"),
        pl.col("t").str.extract(rf"^{number}元?(?:--?|~|—+|–|至|到){number}", 2).alias("high"),
        pl.col("t").str.extract(rf"^{number}元?[^0-9]*$", 1).alias("one"),
        pl.col("t").str.contains("以上|起|\\+").fill_null(value=False).alias("is_open"),
        "per",
    )
    # 4-6千 and 0.8-1.2万 say their unit once
    tail = pl.col("high").str.extract("([千万kK])$").fill_null("")
    low = pl.when(pl.col("low").str.contains("[千万kK]$")).then(pl.col("low")).otherwise(pl.col("low") + tail)
    shown = ends.select(
        (pl.coalesce(low, "one").str.replace("[kK]", "千") + pl.col("per")).alias("low"),
        (
            pl.coalesce("high", pl.when(~pl.col("is_open")).then(pl.col("one"))).str.replace("[kK]", "千")
            + pl.col("per")
        ).alias("high"),
    )
    read = {name: _yuan(column, shown[name], heading_unit) for name in shown.columns}
    value = read["low"]["value"]
    return pl.DataFrame({
        "value": value, "value__high": read["high"]["value"], "value__unit": read["low"]["value__unit"],
        "bad": said.is_not_null() & value.is_null(),
    })  # fmt: skip


def _bare_unit(unit: str | None) -> str:
    return unicodedata.normalize("NFKC", unit or "").partition("/")[0]


def _heading_wage_unit(unit: str | None) -> str | None:
    per = (unit or "").partition("/")[2]
    return "day" if per in _DAY else "month" if per in _MONTH else None
