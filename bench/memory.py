"""How much memory a load takes at its worst: our process and those it starts, and the server's process for it."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

EVERY_S = 0.1


class Peak:
    """Samples while the block runs. `ours_mb`: memory of this process and its children at one instant, where pages that
    several map (a library's) are counted once.

    `server_mb`: what our connection's process in the server has for itself; its shared buffers are everybody's.
    """

    def __init__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self.backend = connection.connection.info.backend_pid
        self.ours_mb = self.server_mb = self.together_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(EVERY_S):
            ours = sum(_kilobytes(pid, "smaps_rollup", "Pss") for pid in _family(os.getpid())) / 1024
            server = _kilobytes(self.backend, "status", "RssAnon") / 1024
            self.ours_mb, self.server_mb = max(self.ours_mb, ours), max(self.server_mb, server)
            self.together_mb = max(self.together_mb, ours + server)


def taken_mb(act: Callable[[], object]) -> float:
    """What this process takes at its worst while it acts, above what it had before (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # its peak so far is forgotten
    before = _kilobytes(os.getpid(), "status", "VmRSS")
    act()
    return (_kilobytes(os.getpid(), "status", "VmHWM") - before) / 1024


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text(encoding="ascii").split())
            except FileNotFoundError:
                pass  # it ended meanwhile
    return found


def _kilobytes(pid: int, file: str, what: str) -> int:
    try:
        status = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended meanwhile
    line = next((line for line in status.splitlines() if line.startswith(f"{what}:")), "")
    return int(line.split()[1]) if line else 0
