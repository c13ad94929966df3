"""Workbooks that show less than they hold: hidden rows, columns and sheets, filters, other registers, no rows."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.flow.hostile.books import HEADINGS, people, workbook
from tests.flow.hostile.cases import Size, twin

OTHER = [
    "费款所属期",
    "统一社会信用代码",
    "单位名称",
    "姓名",
    "证件号码",
    "缴费基数",
    "养老保险单位实缴",
    "养老保险个人实缴",
]


@twin("hidden", loaded=12)
def hidden_rows(_: Random, _size: Size) -> bytes:
    return workbook(lambda _, sheet: [sheet.set_row(at, None, None, {"hidden": True}) for at in (4, 5, 6, 9, 500)])


@twin("hidden", loaded=12)
def hidden_columns(_: Random, _size: Size) -> bytes:
    return workbook(lambda _, sheet: (sheet.set_column("D:E", None, None, {"hidden": True}),
                                      sheet.set_column("P:XFD", None, None, {"hidden": True})))  # fmt: skip


@twin("hidden", loaded=12)
def rows_that_a_filter_leaves_out(_: Random, _size: Size) -> bytes:
    def fill(_: Any, sheet: Any) -> None:
        sheet.autofilter(0, 0, 12, len(HEADINGS) - 1)
        sheet.filter_column("E", "x == 张伟")
        for at in range(2, 13):
            sheet.set_row(at, None, None, {"hidden": True})

    return workbook(fill)


@twin("hidden", loaded=15)
def a_hidden_sheet_of_the_same_register(_: Random, _size: Size) -> bytes:
    def fill(made: Any, _: Any) -> None:
        old = made.add_worksheet("旧表")
        for line, cells in enumerate([HEADINGS, *people(3, first=100)]):
            old.write_row(line, 0, cells)
        old.very_hidden()

    return workbook(fill)


@twin("hidden", loaded=12)
def sheets_that_are_something_else(_: Random, _size: Size) -> bytes:
    def fill(made: Any, _: Any) -> None:
        made.add_worksheet("填表说明").write_column(0, 0, ["一、每人一行。", "二、不得空行。"])
        codes = made.add_worksheet("代码")
        codes.write_column(0, 0, ["男", "女"])
        codes.hide()
        other = made.add_worksheet("社保")
        other.write_row(0, 0, OTHER)
        other.write_row(1, 0, ["2020-10", "", "某厂", "张伟", people(1)[0][5], "4000", "640", "320"])

    return workbook(fill)


@twin("hidden", loaded=12)
def lines_that_are_no_rows(_: Random, _size: Size) -> bytes:
    rows = people()
    total = ["合计", *[""] * 11, "12000", ""]
    return workbook(
        lambda *_: None, rows=[*rows[:6], [*HEADINGS], *rows[6:], total, ["填表人：某某"], ["注：以上属实。"]]
    )
