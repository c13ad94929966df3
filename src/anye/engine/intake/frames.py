"""How the process that reads a workbook answers: one letter, eight bytes of length, a body.

B a block (Arrow stream) · S sheets (JSON) · F a fault (JSON) · E the end. Anything else, or nothing, is a death.
"""

from __future__ import annotations

import struct
from typing import IO

_HEAD = struct.Struct(">cQ")


def write_frame(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(_HEAD.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Read one whole frame as (kind, body); two empty values when the writer has gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return b"", b""
    kind, length = _HEAD.unpack(head)
    body = stream.read(length)
    return (kind, body) if len(body) == length else (b"", b"")
