"""Files of strangers are opened by processes of their own, which may die: limited memory, processor time and waiting.

The parent sends a request and reads `frames`; whatever else the process does becomes a FileFault with a sentence. The
process limits itself (`limit_memory`, `limit_time`) before it looks at the file, and holds no secret.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import anye
from anye.engine.errors import FileFault
from anye.engine.intake.frames import read_frame, write_frame

# Windows has neither limit: there only the waiting ends
resource: Any = importlib.import_module("resource") if importlib.util.find_spec("resource") else None

MEMORY_BYTES = 1 << 30
"""Of one process, its libraries among it: 200,000 × 40 cells (400 MB of XML) stay below; beyond, the reader panics."""

PROCESSOR_SECONDS = 25.0
"""Processor time of one process. The same workbook takes 15 s; waiting may be longer on a machine that has more to do."""

READ_SECONDS = 90.0
"""Longest we wait for a process in all, should it sleep or the machine be busy."""

SECONDS_A_ROW = 0.0005
"""More processor time for each row handed over: some ten times what reading and cleaning one takes."""

_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP")


class Apart:
    """One process for one file: `python -m MODULE`. As a context manager it ends the process, and those it started."""

    def __init__(self, module: str, *, path: Path, seconds: float = READ_SECONDS) -> None:
        self._path = path
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
        )  # fmt: skip
        self._patience = Patience(self._process, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, also in the middle of its work; twice changes nothing."""
        self._kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                pass  # what was still to be said is for nobody
        self._process.wait()

    def ask(self, kind: bytes, body: bytes) -> None:
        """Send a request; a process that died already says so by its missing answer."""
        assert self._process.stdin is not None
        try:
            write_frame(self._process.stdin, kind, body)
        except BrokenPipeError:
            pass

    def answer(self) -> tuple[bytes, bytes]:
        """Wait for one frame. Raises the FileFault that it holds; for a death too_large (memory, time) or damaged."""
        assert self._process.stdout is not None
        with self._patience:
            kind, body = read_frame(self._process.stdout)
        if kind == b"F":
            fault = json.loads(body)
            raise FileFault(fault["code"], fault["params"])
        if not kind:
            raise self._death()
        return kind, body

    def more_time(self, seconds: float) -> None:
        """Wait longer, because something came."""
        self._patience.more(seconds)

    def _death(self) -> FileFault:
        """What a process that ended without a last word died of."""
        self._kill()
        ended = self._process.wait()
        if self._patience.is_over or (resource and ended == -signal.SIGXCPU):
            return FileFault("too_large", {"reason": "time", "bytes": self._path.stat().st_size})
        if ended in {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL}:
            return FileFault("damaged", {})
        if ended > 0:
            return FileFault("reader_failed", {"error": f"exit {ended}", "place": "-"})
        return FileFault("too_large", {"reason": "memory", "bytes": self._path.stat().st_size})

    def _kill(self) -> None:
        if self._process.returncode is None and hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it leads no group: see `lead_group`
        self._process.kill()


class Patience:
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

    def more(self, seconds: float) -> None:
        """As much is left in addition."""
        self._left += seconds

    def _end(self) -> None:
        self.is_over = True
        self._process.kill()


def environment() -> dict[str, str]:
    """No database address and no secret reaches the process that opens a stranger's file."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # One malloc arena: each thread's own would count 64 MB against the limit of address space.
    limits = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
    return kept | limits | {"PYTHONPATH": str(Path(next(iter(anye.__path__))).parent)}


# ── Called by the process itself ──────────────────────────────────────────────────────────────────────────────────────


def lead_group() -> None:
    """Be the first of a group of processes, so that whoever ends this one ends those that it started."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()


def limit_memory(allowed: int) -> None:
    """Allow `allowed` bytes in all. Only Linux tells and enforces this.

    Address space is what can be limited, and much of it never becomes memory: what is held now counts as the pages that
    are in memory, and whatever comes in addition in full.
    """
    status = Path("/proc/self/statm")
    if resource is None or not status.exists():
        return
    space, held = (int(pages) * resource.getpagesize() for pages in status.read_text(encoding="ascii").split()[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = space + max(allowed - held, 0)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the register in clear


def say_fault(out: IO[bytes], error: BaseException) -> None:
    """Tell the parent why there is no more. Of an error that nobody foresaw only its class and place: no values."""
    if isinstance(error, FileFault):
        code, params = error.code, dict(error.params)
    elif isinstance(error, MemoryError):
        code, params = "too_large", {"reason": "memory"}
    else:
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "anye" in frame.filename]
        place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
        code, params = "reader_failed", {"error": type(error).__name__, "place": place}
    write_frame(out, b"F", json.dumps({"code": code, "params": params}).encode())


def limit_time(seconds: float) -> None:
    """Allow `seconds` of processor time, of all threads, beyond what is used now; then the process is killed."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
