"""The process that opens one untrusted workbook: limits itself, reads, writes frames to standard output, ends.

Started by `spreadsheets`, never imported into the server's process for reading: calamine answers too large a file with
a Rust panic or an abort, not with an exception. A request is one JSON object on standard input; the answer is `frames`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from anye.engine.errors import FileFault
from anye.engine.intake.apart import PROCESSOR_SECONDS, SECONDS_A_ROW, limit_memory, limit_time, say_fault
from anye.engine.intake.formats import LONGEST_SHEET_NAME, LOST, shown_name
from anye.engine.intake.frames import read_frame, write_frame
from anye.engine.intake.layout import Layout, Layouts, UnsafeXmlError
from anye.engine.intake.merges import Spreader

Send = Callable[[bytes, bytes], None]

_EXACT_BELOW = 1e15
"""Excel keeps 15 significant digits: a longer number has lost its last ones, and its text must say so."""

_ROWS_AT_ONCE = 5_000


class Row(NamedTuple):
    """A line of a sheet (from 1), its values from column A on, and the columns filled from a merged cell."""

    line: int
    values: list[Any]
    merged: list[int] | None


def main() -> None:
    """Answer the request on standard input. Standard output belongs to the frames alone."""
    request = json.loads(read_frame(sys.stdin.buffer)[1])
    with os.fdopen(os.dup(1), "wb") as out:
        send = partial(write_frame, out)
        try:
            limit_memory(request["memory_bytes"])
            limit_time(PROCESSOR_SECONDS)
            answer(request, send)
            send(b"E", b"")
        except BaseException as error:  # noqa: BLE001 the parent says it in a sentence
            say_fault(out, error)


def answer(request: dict[str, Any], send: Send) -> None:
    """Send what is asked for. Raises FileFault for every fault that does not kill the process."""
    with Path(request["path"]).open("rb") as file:
        try:
            layouts = Layouts(file)
            book = opened(file, Path(request["path"]))
            if request["task"] == "sheets":
                hidden = hidden_sheets(book)
                facts = [sheet_facts(layouts.of(name), name, is_hidden=name in hidden) for name in worksheets(book)]
                send(b"S", json.dumps(facts).encode())
            else:
                send_blocks(book, layouts, request, send)
        except PasswordError:
            raise FileFault("encrypted_workbook", {}) from None
        except UnsafeXmlError as error:
            raise FileFault("unsafe_xml", {"part": str(error)}) from None
        except (
            CalamineError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            KeyError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            raise FileFault("damaged", {}) from error
        except MemoryError:
            raise FileFault("too_large", {"reason": "memory"}) from None
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            is_memory = any(word in str(error) for word in ("capacity overflow", "alloc", "emory"))
            raise (FileFault("too_large", {"reason": "memory"}) if is_memory else FileFault("damaged", {})) from None


def opened(file: IO[bytes], path: Path) -> CalamineWorkbook:
    """The workbook, by its content. Raises FileFault, or an error of calamine, where it cannot be opened."""
    try:
        return CalamineWorkbook.from_filelike(file)
    except CalamineError:
        pass  # it says no more than that the content is of no kind that it knows
    file.seek(0)
    head = file.read(64)
    ending = ".xls" if not head.startswith(b"PK") else ".ods" if b"mimetype" in head else ".xlsx"
    with tempfile.TemporaryDirectory(prefix="anye-") as folder:
        named = (
            Path(folder) / f"book{ending}"
        )  # a path is judged by its ending alone: then the error says what is wrong
        named.symlink_to(path.resolve())
        try:
            return CalamineWorkbook.from_path(str(named))
        except CalamineError as error:
            if "limit exceeded" in str(error):
                raise FileFault("too_large", {"reason": "memory"}) from None
            raise


def worksheets(book: CalamineWorkbook) -> list[str]:
    """Names of the sheets that hold cells, in the workbook's order; charts, dialogs and macros are not read."""
    names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len({shown(name) for name in names}) < len(names):
        raise FileFault("damaged", {})  # a second one of the same name cannot be asked for, and would be lost unsaid
    return names


def shown(name: str) -> str:
    """A sheet's name as rows and reports carry it."""
    return shown_name(name, LONGEST_SHEET_NAME)


def hidden_sheets(book: CalamineWorkbook) -> set[str]:
    """Names of the sheets that are not shown. Asked once a workbook: the answer lists all of its sheets, thousands maybe."""
    return {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}


def sheet_facts(layout: Layout | None, name: str, *, is_hidden: bool) -> dict[str, Any]:
    """The fields of a SheetInfo."""
    facts: dict[str, Any] = {"name": shown(name), "is_hidden": is_hidden}
    if layout is not None:
        facts |= {
            "is_layout_known": True,
            "last_line": layout.last_line,
            "hidden_lines": layout.hidden_lines,
            "hidden_columns": sorted(layout.hidden_columns),
            "has_filter": layout.has_filter,
        }
    return facts


def send_blocks(book: CalamineWorkbook, layouts: Layouts, request: dict[str, Any], send: Send) -> None:
    """Send the blocks of one sheet, or of all in order. A block never spans two sheets; blank lines are left out."""
    names = worksheets(book)
    if request["sheet"] is not None:
        known = [shown(name) for name in names]
        if request["sheet"] not in known:
            raise FileFault("no_such_sheet", {"sheet": request["sheet"], "sheets": known})
        names = [name for name in names if shown(name) == request["sheet"]]
    number, hidden = 0, hidden_sheets(book)
    for name in names:
        layout = layouts.of(name)
        send(b"S", json.dumps([sheet_facts(layout, name, is_hidden=name in hidden)]).encode())
        number = send_sheet(book, layout, name, request, send, number)
    if not number and request["start_line"] == 1:
        raise FileFault("no_rows", {"sheet": request["sheet"]} if request["sheet"] else {})


def send_sheet(
    book: CalamineWorkbook, layout: Layout | None, name: str, request: dict[str, Any], send: Send, number: int
) -> int:
    """Send the blocks of one sheet, counting on from `number`. Its cells are freed before the next sheet is opened."""
    rows = sheet_rows(book.get_sheet_by_name(name), layout, name, request["max_columns"])
    wanted = (row for row in rows if row.line >= request["start_line"])
    while first := next(wanted, None):
        block = chain((first,), islice(wanted, request["block_rows"] - 1))
        if number >= request["start_block"]:
            send(b"B", arrow_stream(block, name))
        else:
            deque(block, maxlen=0)
        number += 1
        limit_time(PROCESSOR_SECONDS + number * request["block_rows"] * SECONDS_A_ROW - time.process_time())
    return number


def sheet_rows(sheet: CalamineSheet, layout: Layout | None, name: str, max_columns: int) -> Iterator[Row]:
    """Yield every line that is not blank."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    width = left + sheet.width
    if width > max_columns:
        raise FileFault("too_many_columns", {"columns": width, "limit": max_columns, "sheet": shown(name)})
    errors = layout.errors if layout else {}
    spreader = Spreader(sheet.merged_cell_ranges or [], width)
    margin = [""] * left
    for line, values in enumerate(sheet.iter_rows(), start=1):
        row = margin + values if left else values
        for column, text in errors.get(line, ()):
            if column < width:
                row[column] = text
        merged = spreader.fill(line - 1, row)
        if any(value != "" for value in row):
            yield Row(line, row, merged)


def arrow_stream(rows: Iterator[Row], name: str) -> bytes:
    """One block as a self-contained Arrow stream: c0… as text, `_line`, `_sheet`, `_merged`.

    Turned into Arrow a few thousand rows at a time: as Python objects a whole block would weigh ten times as much.
    """
    sink = pa.BufferOutputStream()
    writer = None
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        columns = zip(*(row.values for row in part), strict=True)
        arrays = [pa.array([text_of(value) for value in column], pa.string()) for column in columns]
        names = [f"c{at}" for at in range(len(arrays))] + ["_line", "_sheet", "_merged"]
        arrays += [
            pa.array([row.line for row in part], pa.int64()),
            pa.array([shown(name)] * len(part), pa.string()),
            pa.array([row.merged for row in part], pa.list_(pa.int32())),
        ]
        batch = pa.record_batch(arrays, names=names)
        writer = writer or pa.ipc.new_stream(sink, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def text_of(value: Any) -> str | None:
    """A cell as text, with what is lost made visible. Empty cells and formulas without a cached value are null.

    Whole numbers below 10^15 in plain digits, larger ones in scientific form (their last digits are gone), others to
    15 significant digits as Excel shows them; dates as ISO, their time left out at midnight; TRUE and FALSE.
    """
    if type(value) is str:
        if "\x00" in value:
            value = value.replace("\x00", LOST)
        return value.replace("_x000D_", "") if "_x000D_" in value else value or None
    if type(value) is float or type(value) is int:
        return _number(float(value))
    return _rarer(value)


def _number(value: float) -> str:
    if abs(value) < _EXACT_BELOW:
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    digits = Decimal(repr(value)).normalize()
    return f"{digits:e}"


def _rarer(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        rounded = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)  # serials carry float noise
        return rounded.date().isoformat() if rounded.time() == dt.time() else rounded.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


if __name__ == "__main__":
    main()
