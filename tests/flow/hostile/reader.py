"""One file read as the site reads it, by processes of its own, and what that took."""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anye.engine.areas import AreaIndex
from anye.engine.errors import FileFault
from anye.engine.sealing import Keyring
from anye.flow.blocks import Context
from anye.flow.files import OpenFile
from anye.packs import read_pack
from tests.conftest import AREAS

KNOWN_ON = dt.date(2020, 12, 1)


@dataclass
class Outcome:
    """`end`: `rows`, or the fault's code, with its kind behind a colon where it has one."""

    end: str = "rows"
    fault: FileFault | None = None
    loaded: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    queried: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    notes: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_bytes: int = 0


def reading_context() -> Context:
    """What reading needs to know: the registers of the pack and the areas of the tests' district. No database."""
    pack = read_pack("cn_yubei")
    return Context(
        keyring=Keyring.new(), profiles=pack.profiles, areas=AreaIndex.from_rows(AREAS), offices={}, trial=True, office_no=0
    )  # fmt: skip


def read(path: Path, context: Context, *, name: str) -> Outcome:
    """Read a file to its end. `peak_bytes`: the most that any process started so far has held in memory."""
    out = Outcome()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    try:
        with OpenFile(path, context, source=None, name=name, block_rows=20_000) as opened:
            for block in opened.blocks(known_on=KNOWN_ON):
                cleaned = block.cleaned
                out.loaded += cleaned.rows.height
                out.refused.update(cleaned.faults["reason"].to_list())
                out.queried.update(cleaned.queries["rule"].to_list())
                out.names.update(cleaned.rows["name"].drop_nulls().to_list())
                for frame in cleaned.facts.values():
                    if "value" in frame.columns:
                        out.texts.update(frame["value"].drop_nulls().to_list())
            out.notes = opened.notes
    except FileFault as fault:
        kind = fault.params.get("kind") or fault.params.get("reason")
        out.end, out.fault = f"{fault.code}:{kind}" if kind else fault.code, fault
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    out.seconds = time.monotonic() - start
    out.processor_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out.peak_bytes = after.ru_maxrss * 1024
    return out
