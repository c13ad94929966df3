"""The process that reads, recognises and cleans one untrusted file, limits itself, and hands over clean blocks.

Q request (pickle, from our own parent) → O opened (JSON) · then G go (JSON) → C clean blocks · E the end (JSON).
Whatever a file does to Polars, to a pattern or to memory ends here. Nothing that is pickled is ever read back.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import pickle
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from anye.engine.areas import AreaIndex
from anye.engine.errors import FileFault
from anye.engine.intake.apart import (
    MEMORY_BYTES,
    PROCESSOR_SECONDS,
    SECONDS_A_ROW,
    lead_group,
    limit_memory,
    limit_time,
    say_fault,
)
from anye.engine.intake.clean import Cleaned, Context
from anye.engine.intake.files import OpenFile
from anye.engine.intake.frames import read_frame, write_frame
from anye.engine.intake.mapping import MappedProfile, SheetMapping, mapped_profile
from anye.engine.intake.profile import Profile

_LARGEST_BODY = 256 << 20
_LENGTH = struct.Struct(">I")
_FRAMES = ("rows", "faults", "queries", "no_rows", "refused_rows", "origins", "heading")


@dataclass(frozen=True)
class Request:
    """What the process is asked: a file by its path and the name it was handed in under, and what cleaning must know.

    `mappings`: what persons said of headings that no profile knows, the newest first.
    """

    path: Path
    name: str
    profiles: Mapping[str, Profile]
    areas: AreaIndex
    trial: bool
    block_rows: int
    mappings: Sequence[SheetMapping] = ()

    def candidates(self) -> list[Profile]:
        """Whatever the file may follow; a mapping whose register's profile has no place for it any more is left out."""
        mapped = (
            mapped_profile(self.profiles[one.source], one) for one in self.mappings if one.source in self.profiles
        )
        return [*self.profiles.values(), *filter(None, mapped)]


def main() -> None:
    """Answer one request. Standard output belongs to the frames alone."""
    lead_group()
    request = pickle.loads(read_frame(sys.stdin.buffer)[1])  # noqa: S301 from our own parent
    with os.fdopen(os.dup(1), "wb") as out:
        try:
            limit_memory(MEMORY_BYTES)
            limit_time(PROCESSOR_SECONDS)
            answer(request, partial(write_frame, out))
        except BaseException as error:  # noqa: BLE001 the parent says it in a sentence
            say_fault(out, error)


def answer(request: Request, send: Callable[[bytes, bytes], None]) -> None:
    """Open the file, wait for the word to go on, and send its blocks."""
    opened = OpenFile(request.path, request.candidates(), name=request.name, block_rows=request.block_rows)
    month = opened.month.isoformat() if opened.month else None
    mapping = opened.profile.mapping.key if isinstance(opened.profile, MappedProfile) else None
    told = {
        "profile": opened.profile.name, "month": month, "mapping": mapping, "mends": opened.mends,
        "is_long": opened.is_long,
    }  # fmt: skip
    send(b"O", json.dumps(told).encode())
    kind, body = read_frame(sys.stdin.buffer)
    if kind != b"G":
        return  # nobody wants the rows: they are there already
    said = json.loads(body)
    context = Context(
        on=dt.date.fromisoformat(said["known_on"]), areas=request.areas, trial=request.trial,
        file_name=request.name, month=opened.month,
    )  # fmt: skip
    rows = 0
    for sheet_no, cleaned in opened.blocks(context, left_out=said["left_out"]):
        body = packed(sheet_no, cleaned)
        if len(body) > _LARGEST_BODY:
            raise FileFault("too_large", {"reason": "memory", "bytes": request.path.stat().st_size})
        send(b"C", body)
        rows += cleaned.rows_read
        limit_time(PROCESSOR_SECONDS + rows * SECONDS_A_ROW - time.process_time())
    if not rows:
        raise FileFault("no_rows", {})  # a load of nothing would count as this month's list
    send(b"E", json.dumps(opened.notes.as_json()).encode())


def packed(sheet_no: int, cleaned: Cleaned) -> bytes:
    """One clean block: a header as JSON behind its length, then the frames as Arrow streams."""
    frames = {name: getattr(cleaned, name) for name in _FRAMES}
    frames |= {f"fact:{name}": frame for name, frame in cleaned.facts.items()}
    out = io.BytesIO()
    lengths: list[tuple[str, int]] = []
    for name, frame in frames.items():
        begun = out.tell()
        frame.write_ipc_stream(out)
        lengths.append((name, out.tell() - begun))
    month = cleaned.month.isoformat() if cleaned.month else None
    head = json.dumps({"sheet_no": sheet_no, "month": month, "frames": lengths}).encode()
    return _LENGTH.pack(len(head)) + head + out.getvalue()


def unpacked(body: bytes) -> tuple[int, Cleaned]:
    """The sheet's number and the block that `packed` made the body of."""
    (length,) = _LENGTH.unpack(body[: _LENGTH.size])
    at = _LENGTH.size + length
    head: dict[str, Any] = json.loads(body[_LENGTH.size : at])
    frames: dict[str, pl.DataFrame] = {}
    for name, size in head["frames"]:
        frames[name] = pl.read_ipc_stream(io.BytesIO(body[at : at + size]))
        at += size
    facts = {name.removeprefix("fact:"): frame for name, frame in frames.items() if name.startswith("fact:")}
    month = dt.date.fromisoformat(head["month"]) if head["month"] else None
    plain = {name: frame for name, frame in frames.items() if not name.startswith("fact:")}
    return head["sheet_no"], Cleaned(facts=facts, month=month, **plain)


if __name__ == "__main__":
    main()
