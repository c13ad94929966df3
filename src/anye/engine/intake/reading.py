"""Files as blocks of text cells, one way for all formats.

A block is a frame of `c0…cN` (String, c0 = column A), `_line` (Int64, the line in the sheet or file, from 1), `_sheet`
(String, null for text files) and `_merged` (List[Int32]: positions of the cells that got their value from a merged cell
whose top left corner is elsewhere; null when none). Lines without any content are left out; empty cells are null.
The same file and arguments always give the same blocks, so a block's number is a checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from anye.engine.intake import delimited
from anye.engine.intake.formats import MAX_COLUMNS, SheetInfo, file_kind
from anye.engine.intake.spreadsheets import read_in_subprocess, workbook_sheets

WORKBOOK_ROWS = 5_000
"""Most lines of a workbook's block: it is read while all its cells are in memory and the block before is cleaned."""

__all__ = ["MAX_COLUMNS", "SheetInfo", "read_blocks", "sheets"]


def sheets(path: Path) -> list[SheetInfo]:
    """The tables of a file: a workbook's sheets with what they hide, or one nameless table for a text file.

    Raises FileFault: empty_file, not_a_table, html_as_xls, encrypted_workbook, zip_bomb, damaged, unsafe_xml,
    too_large, encoding_unknown, too_many_columns.
    """
    if file_kind(path) == "workbook":
        return workbook_sheets(path)
    delimited.shape_of(path)
    return [SheetInfo(name=None)]


def read_blocks(
    path: Path, *, sheet: str | None = None, block_rows: int = 50_000, start_line: int = 1, start_block: int = 0,
    told: Callable[[SheetInfo], object] = lambda _: None,
) -> Iterator[pl.DataFrame]:  # fmt: skip
    """Yield the blocks of one sheet, or with `sheet=None` of all sheets in order (hidden ones too), never mixed.

    Lines before `start_line` are passed over; then come blocks of `block_rows` lines, of which the first `start_block`
    are not handed out. Start on the first line of a record (a header's `last_line + 1` is one). `told` hears of each
    sheet of a workbook before its blocks.
    Raises FileFault as `sheets` does, and no_such_sheet, no_rows.
    """
    if file_kind(path) == "workbook":
        return read_in_subprocess(
            path, sheet=sheet, block_rows=min(block_rows, WORKBOOK_ROWS), start_line=start_line, start_block=start_block,
            told=told,
        )  # fmt: skip
    return delimited.blocks(path, block_rows=block_rows, start_line=start_line, start_block=start_block)
