"""Workbooks, always read by a process of their own that may die: its memory and its time are limited."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyarrow as pa

import anye
from anye.engine.errors import FileFault
from anye.engine.intake.formats import MAX_COLUMNS, SheetInfo
from anye.engine.intake.frames import read_frame

MEMORY_BYTES = 1 << 30
"""Measured: 200,000 × 40 cells (400 MB of XML) stay below it; the reader dies of a Rust panic beyond it."""

READ_SECONDS = 90.0
"""Longest we wait for the reader in all. The same workbook takes 15 s on two cores."""

_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP")


def workbook_sheets(path: Path, *, memory_bytes: int = MEMORY_BYTES, seconds: float = READ_SECONDS) -> list[SheetInfo]:
    """List the sheets that hold cells, hidden ones too. Raises FileFault as `read_in_subprocess` does."""
    request = {"task": "sheets", "path": str(path), "memory_bytes": memory_bytes}
    found: list[SheetInfo] = []
    for kind, body in _answers(request, seconds):
        if kind == b"S":
            for facts in json.loads(body):
                for name in ("hidden_lines", "hidden_columns"):
                    facts[name] = tuple(facts.get(name, ()))
                found.append(SheetInfo(**facts))
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
) -> Iterator[pl.DataFrame]:
    """Yield the blocks of one sheet (None: of all, in order) as `reading.read_blocks` promises them.

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
        if kind == b"B":
            frame = pl.from_arrow(pa.ipc.open_stream(body).read_all())
            assert isinstance(frame, pl.DataFrame)
            yield frame


def _answers(request: dict[str, Any], seconds: float) -> Iterator[tuple[bytes, bytes]]:
    """Start the reader and yield its frames up to the end; whatever else it does becomes a FileFault."""
    command = [sys.executable, "-P", "-m", "anye.engine.intake.workbook"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _ask(process.stdin, request)
            patience = _Patience(process, seconds)
            while True:
                with patience:
                    kind, body = read_frame(process.stdout)
                if kind == b"E":
                    return
                if kind == b"F":
                    fault = json.loads(body)
                    raise FileFault(fault["code"], fault["params"])
                if not kind:
                    reason = "time" if patience.is_over else "memory"
                    raise FileFault("too_large", {"reason": reason, "bytes": Path(request["path"]).stat().st_size})
                yield kind, body
        finally:
            process.kill()


def _ask(stdin: IO[bytes], request: dict[str, Any]) -> None:
    try:
        stdin.write(json.dumps(request).encode())
        stdin.close()
    except BrokenPipeError:
        pass  # it died already; the missing answer says so


class _Patience:
    """Kills the process when the time spent waiting for it, not the time spent on its blocks, is used up."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process, self._left = process, seconds
        self.is_over = False

    def __enter__(self) -> None:
        self._since = time.monotonic()
        self._timer = threading.Timer(self._left, self._end)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._left = max(self._left - (time.monotonic() - self._since), 0.0)

    def _end(self) -> None:
        self.is_over = True
        self._process.kill()


def _environment() -> dict[str, str]:
    """No database address and no secret reaches the process that opens a stranger's file."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # One malloc arena: each thread's own would count 64 MB against the limit of address space.
    limits = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
    return kept | limits | {"PYTHONPATH": str(Path(next(iter(anye.__path__))).parent)}
