"""Workbooks, always read by a process of their own that may die: its memory and its time are limited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from anye.engine.intake.apart import MEMORY_BYTES, READ_SECONDS, Apart
from anye.engine.intake.formats import MAX_COLUMNS, SheetInfo


def workbook_sheets(path: Path, *, memory_bytes: int = MEMORY_BYTES, seconds: float = READ_SECONDS) -> list[SheetInfo]:
    """List the sheets that hold cells, hidden ones too. Raises FileFault as `read_in_subprocess` does."""
    request = {"task": "sheets", "path": str(path), "memory_bytes": memory_bytes}
    found: list[SheetInfo] = []
    for kind, body in _answers(request, seconds):
        if kind == b"S":
            found += _sheet_infos(body)
    return found


def read_in_subprocess(
    path: Path,
    *,
    sheet: str | None = None,
    block_rows: int = 50_000,
    start_line: int = 1,
    start_block: int = 0,
    memory_bytes: int = MEMORY_BYTES,
    seconds: float = READ_SECONDS,
    told: Callable[[SheetInfo], object] = lambda _: None,
) -> Iterator[pl.DataFrame]:
    """Yield the blocks of one sheet (None: of all, in order) as `reading.read_blocks` promises them.

    `told` hears of each sheet before its first block.

    Raises FileFault: too_large (also for any death of the reader, and when `seconds` of waiting are over), damaged,
    encrypted_workbook, unsafe_xml, no_such_sheet, too_many_columns, no_rows.
    """
    request = {
        "task": "blocks",
        "path": str(path),
        "sheet": sheet,
        "block_rows": block_rows,
        "start_line": start_line,
        "start_block": start_block,
        "max_columns": MAX_COLUMNS,
        "memory_bytes": memory_bytes,
    }
    for kind, body in _answers(request, seconds):
        if kind == b"S":
            for info in _sheet_infos(body):
                told(info)
        elif kind == b"B":
            frame = pl.read_ipc_stream(body)
            yield frame


def _sheet_infos(body: bytes) -> list[SheetInfo]:
    found = []
    for facts in json.loads(body):
        for name in ("hidden_lines", "hidden_columns"):
            facts[name] = tuple(facts.get(name, ()))
        found.append(SheetInfo(**facts))
    return found


def _answers(request: dict[str, Any], seconds: float) -> Iterator[tuple[bytes, bytes]]:
    """Start the reader and yield its frames up to the end; whatever else it does becomes a FileFault."""
    with Apart("anye.engine.intake.workbook", path=Path(request["path"]), seconds=seconds) as reader:
        reader.ask(b"Q", json.dumps(request).encode())
        while True:
            kind, body = reader.answer()
            if kind == b"E":
                return
            yield kind, body
