"""Workbooks of Excel 97 (.xls): a stream of records inside a compound file, as small as readers accept."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def old_workbook(rows: Sequence[Sequence[str]], *, is_locked: bool = False) -> bytes:
    """The records of a workbook with one sheet of text cells. `is_locked`: it says that a password is needed."""
    lock = _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if is_locked else b""
    name = "台账".encode("utf-16-le")
    head = _begin(0x0005) + lock + _record(0x0042, struct.pack("<H", 1200))
    entry = struct.pack("<IBBBB", 0, 0, 0, len(name) // 2, 1) + name
    start = len(head) + len(_record(0x0085, entry)) + len(_record(0x000A))
    head += _record(0x0085, struct.pack("<I", start) + entry[4:]) + _record(0x000A)
    width = max(map(len, rows), default=0)
    sheet = _begin(0x0010) + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if cell:
                said = cell.encode("utf-16-le")
                sheet += _record(0x0204, struct.pack("<HHHHB", line, at, 0, len(said) // 2, 1) + said)
    return head + sheet + _record(0x000A)


def compound(stream: bytes, *, name: str = "Workbook", is_circular: bool = False) -> bytes:
    """A compound file with one stream. `is_circular`: its last sector leads back to its first."""
    stream = stream.ljust(4096, b"\0")  # smaller streams would be kept elsewhere
    count = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * 128 < tables + 1 + count:
        tables += 1
    first = tables + 1  # the tables of sectors come first, then the directory, then the stream
    chain = [*range(first + 1, first + count), first if is_circular else _END]
    table = [*[_TABLE] * tables, _END, *chain]
    table += [_FREE] * (tables * 128 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0) + _entry(name, 2, start=first, size=len(stream))
    body = struct.pack(f"<{len(table)}I", *table) + directory.ljust(_SECTOR, b"\0")
    return head + body + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, *, start: int, size: int, child: int = _FREE) -> bytes:
    said = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        said.ljust(64, b"\0")
        + struct.pack("<HBB", len(said), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
