"""Which lines of a sheet are rows, and which are none: titles, headings printed again, totals, notes and signatures."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from anye.engine.intake.header import Header, is_repeated_heading
from anye.engine.intake.profile import Binding

NO_ROWS = ("title", "heading", "total", "note", "blank")

_SPACE = " \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d"
_NOTHING = (
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "NULL",
    "null",
)
# Eight digits near one another, or a number in scientific form: somebody meant an identity number.
_ID_LIKE = r"[0-9０-９]([\s\-]*[0-9０-９]){7}|[0-9]\.[0-9]+[Ee]\+?[0-9]+"
_TOTAL_WORD = r"(合\s*计|小\s*计|总\s*计|共\s*计|累\s*计)"
_PERSON_NUMBER = r"[0-9]{17}[0-9Xx]"
# Of all cells of a line, joined by \x1f: one expression a line instead of one a cell.
_TOTAL = (
    rf"(^|\x1f)(本页|本表|本村|本镇|全镇|全村|总)?{_TOTAL_WORD}"
    rf"|(^|\x1f)[^\x1f]{{1,30}}{_TOTAL_WORD}([(（][^\x1f]{{0,8}}[)）])?[:：]?(\x1f|$)"
)
_NOTE = (
    r"^(备\s*注|注|附注|说\s*明|填表说明|填表人|填报人|填报单位|填表单位|制表|制表人|审核|审核人|复核|复核人|审批|负责人|单位负责人|"
    r"主要负责人|分管领导|经办|经办人|联系人|联系电话|盖章|单位盖章|签字|签名|签章|日期|填表日期|填报日期|填报时间|制表日期|打印|"
    r"打印日期|打印时间|导出时间|数据来源)\s*[\d]*\s*([(（].{0,12}[)）])?\s*[:：]"
    r"|^(注|说明|备注)[\d]*[:：.、]|^(示例|例|样例|范例|填写示例|示例行|例如|Example|以下空白|以下无正文)$|^[(（](盖章|公章)[)）]"
)
_NUMBER = r"[(（<]?(?:[0-9]{1,2}|[甲乙丙丁戊己庚辛壬癸])[)）>]?"
_NUMBERS_OF_COLUMNS = rf"^{_NUMBER}(\x1f{_NUMBER}){{2,}}$"


def cell_names(block: pl.DataFrame) -> list[str]:
    """The names of a block's cell columns, c0 … cN."""
    return [name for name in block.columns if name[0] == "c" and name[1:].isdigit()]


def trimmed(block: pl.DataFrame) -> pl.DataFrame:
    """The block with its cells stripped of space on both sides; marks for nothing (—, /, #N/A) become null."""
    cell = pl.col(cell_names(block)).str.strip_chars(_SPACE)
    return block.with_columns(pl.when(~cell.is_in(_NOTHING)).then(cell).name.keep())


def classify_lines(block: pl.DataFrame, *, binding: Binding, header: Header) -> pl.Series:
    """`row`, or why it is none (NO_ROWS), for each line of a trimmed block.

    A line with something like an identity number is a row (where rows are about persons); only the few others are looked at closely.
    """
    names = cell_names(block)
    id_cells = [pl.col(f"c{i}") for i in binding.sources.get("id_number", ()) if f"c{i}" in names]
    is_id_like = pl.any_horizontal(cell.str.contains(_ID_LIKE) for cell in id_cells) if id_cells else pl.lit(False)
    above = pl.col("_line") <= header.last_line
    frame = block.select(
        *names,
        "_line",
        (is_id_like.fill_null(value=False) & ~above).alias("_clear"),
        pl.int_range(pl.len()).alias("_at"),
    )
    odd = frame.filter(~pl.col("_clear"))
    kind = pl.Series("kind", ["row"], dtype=pl.String).new_from_index(0, block.height)
    if odd.is_empty():
        return kind
    cells = [pl.col(name) for name in names]
    odd = odd.with_columns(
        pl.coalesce(cells).alias("_first"),
        pl.concat_str(cells, separator="\x1f", ignore_nulls=True).alias("_joined"),
        pl.sum_horizontal(cell.is_not_null().cast(pl.Int32) for cell in cells).alias("_filled"),
        pl.coalesce(_any_of(binding, key, names) for key in binding.profile.named_by).alias("_name"),
    )
    found = odd.select(_kind_of_odd(names, binding, header).alias("kind"))["kind"]
    return kind.scatter(odd["_at"], found)


def _kind_of_odd(names: list[str], binding: Binding, header: Header) -> pl.Expr:
    """`_first`: the first filled cell; `_joined`: all filled cells; `_filled`: how many; `_name`: the name's cell."""
    cells = [pl.col(name) for name in names]
    first, joined, filled, name = (pl.col(each) for each in ("_first", "_joined", "_filled", "_name"))
    number = _any_of(binding, "id_number", names)
    is_one_text = pl.all_horizontal(cell.is_null() | (cell == first) for cell in cells)
    # A person's own name beside it says that a total's or a note's word is only part of an address or remark.
    is_nameless = name.is_null() | (name == first) | name.str.contains(_TOTAL_WORD) | name.str.contains(r"\d")
    is_total = joined.str.contains(_TOTAL) & is_nameless
    is_note = first.str.contains(_NOTE)
    is_numbered = joined.str.contains(_NUMBERS_OF_COLUMNS)
    substance = _substance(binding, names)
    is_title = is_one_text & ~first.str.contains(r"^\d+$") & ((filled >= 3) | (name.is_null() & number.is_null()))
    frame_heading = is_repeated_heading(pl.DataFrame(schema=dict.fromkeys(names, pl.String)), header)
    is_lower_heading = (filled >= 2) & _holds_heading_words(names, header)
    above = pl.col("_line")
    return (
        pl.when(above < header.first_line)
        .then(pl.lit("title"))
        .when((above <= header.last_line) | frame_heading.fill_null(value=False) | is_lower_heading | is_numbered)
        .then(pl.lit("heading"))
        .when(is_total.fill_null(value=False))
        .then(pl.lit("total"))
        .when(is_note.fill_null(value=False))
        .then(pl.lit("note"))
        .when(is_title.fill_null(value=False))
        .then(pl.lit("title"))
        # A number of eighteen characters in a column of places: another table stands below, and its people must be said.
        .when(~substance & ~joined.str.contains(_PERSON_NUMBER).fill_null(value=False))
        .then(pl.lit("blank"))
        .otherwise(pl.lit("row"))
    )


def _any_of(binding: Binding, key: str, names: list[str]) -> pl.Expr:
    """The first filled cell of a profile column, null when the sheet lacks it."""
    places = [pl.col(f"c{i}") for i in binding.sources.get(key, ()) if f"c{i}" in names]
    return pl.coalesce(places) if places else pl.lit(None, dtype=pl.String)


def _substance(binding: Binding, names: list[str]) -> pl.Expr:
    """Whether anything is filled besides numbering and what a template fills beforehand (town, village, household)."""
    idle = {i for column in binding.columns if column.type == "serial" or column.fills_down
            for i in binding.sources[column.name]}  # fmt: skip
    idle |= {i for i, label in enumerate(binding.labels) if not label}
    telling = [pl.col(name).is_not_null() for name in names if int(name[1:]) not in idle]
    return reduce(or_, telling, pl.lit(value=False))


def _holds_heading_words(names: list[str], header: Header) -> pl.Expr:
    """Whether every filled cell holds one of the heading's own words for its column (the second line of a heading)."""
    fits = []
    for name in names:
        column = int(name[1:])
        words = {line[column] for line in header.lines if column < len(line)}
        label = header.labels[column] if column < len(header.labels) else ""
        fits.append(pl.col(name).is_null() | pl.col(name).is_in(sorted(word for word in {*words, label} if word)))
    return pl.all_horizontal(fits)
