"""What an .xlsx sheet hides and where its error cells are: a scan of its XML in bounded memory.

calamine gives neither. The scan looks for row elements in the raw bytes and never builds a tree; workbook.xml, which is
small, goes through expat. Any part with a document type is refused: there an entity could unfold into gigabytes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 20
_LONGEST_PIECE = 16 << 20
_PART_LIMIT = 16 << 20
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BEFORE_ROOT = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ELEMENT = re.compile(rb"<[^!?]")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)""")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^<>]*)>")
_FIRST_LAST = re.compile(rb"""\b(min|max)\s*=\s*["'](\d+)""")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_IS_ERROR = re.compile(rb"""\bt=["']e["']""")
_ERROR = re.compile(rb"<(?:\w+:)?v>(#[^<]{1,20})<")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})\d""")


class UnsafeXmlError(ValueError):
    """A part of the workbook declares a document type; its text is the part's name."""


@dataclass
class Layout:
    """Lines from 1, columns from 0. `errors`: per line the columns whose cell shows an error, with its text (#N/A)."""

    last_line: int | None = None
    hidden_lines: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    has_filter: bool = False
    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)


class Layouts:
    """The layouts of a workbook's sheets, scanned when asked for; nothing is known of formats other than .xlsx."""

    def __init__(self, file: IO[bytes]) -> None:
        """Refuse unsafe XML in every part of an .xlsx, then find its sheets. Leaves `file` at its start."""
        self._archive: zipfile.ZipFile | None = None
        self._parts: dict[str, str] = {}
        if file.read(2) == b"PK":
            self._archive = zipfile.ZipFile(file)
            for name in self._archive.namelist():
                if name.lower().endswith((".xml", ".rels")):
                    self._refuse_doctype(name)
            self._parts = self._sheet_parts()
        file.seek(0)

    def of(self, sheet: str) -> Layout | None:
        """Scan one sheet; None when the format or the workbook's index does not lead to it."""
        part = self._parts.get(sheet)
        if self._archive is None or part is None:
            return None
        with self._archive.open(part) as stream:
            return scan(stream)

    def _refuse_doctype(self, name: str) -> None:
        assert self._archive is not None
        with self._archive.open(name) as stream:
            head = stream.read(
                _CHUNK
            )  # a document type stands before the first element, which nobody puts behind a megabyte
        plain = head.replace(b"\x00", b"")
        is_hidden = len(head) == _CHUNK and not _ELEMENT.search(_BEFORE_ROOT.sub(b"", plain))
        if is_hidden or _DOCTYPE.search(plain):
            raise UnsafeXmlError(name)

    def _sheet_parts(self) -> dict[str, str]:
        assert self._archive is not None
        names = {name.lower(): name for name in self._archive.namelist()}
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        targets = {
            attributes.get("Id", ""): attributes.get("Target", "")
            for tag, attributes in self._elements(names["xl/_rels/workbook.xml.rels"])
            if tag == "Relationship"
        }
        parts = {}
        for tag, attributes in self._elements(names["xl/workbook.xml"]):
            if tag == "sheet":
                target = targets.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""), "")
                path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()
                if path in names:
                    parts[attributes.get("name", "")] = names[path]
        return parts

    def _elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """Elements of a small part, names without their prefix. Raises ValueError when it is not well formed."""
        assert self._archive is not None
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
        with self._archive.open(name) as stream:
            try:
                parser.Parse(stream.read(_PART_LIMIT), True)
            except expat.ExpatError as error:
                raise ValueError(name) from error
        return found


def scan(stream: IO[bytes]) -> Layout:
    """Read one sheet's XML once, in pieces that each begin with a row element."""
    layout = Layout()
    line = 0
    for at, piece in enumerate(_pieces(stream)):
        if at == 0:
            _scan_columns(piece, layout)
            layout.has_filter = b"autoFilter" in piece
            continue
        attributes, _, cells = piece.partition(b">")
        number = _ROW_NUMBER.search(attributes)
        line = int(number[1]) if number else line + 1
        if _HIDDEN.search(attributes):
            layout.hidden_lines.append(line)
        if b"v>" in cells or b"is>" in cells:
            layout.last_line = line
            if b't="e"' in cells or b"t='e'" in cells:
                layout.errors[line] = list(_errors(cells))
        if b"autoFilter" in cells:  # what follows the last row
            layout.has_filter = True
    return layout


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Cut the XML before each row. The first piece is what precedes them all, the last runs to the end of the part."""
    held = b""
    while chunk := stream.read(_CHUNK):
        *pieces, held = _ROW.split(held + chunk)
        yield from pieces
        if len(held) > _LONGEST_PIECE:
            raise MemoryError("a row of more than 16 MB")
    yield held


def _scan_columns(prologue: bytes, layout: Layout) -> None:
    for column in _COLUMN.finditer(prologue):
        if _HIDDEN.search(b" " + column[1]):
            ends = {key: int(value) for key, value in _FIRST_LAST.findall(column[1])}
            first, last = ends.get(b"min", 1), min(ends.get(b"max", 0), 16_384)
            layout.hidden_columns.update(range(first - 1, last))


def _errors(cells: bytes) -> Iterator[tuple[int, str]]:
    # cut at each cell, so that no pattern looks beyond it: a row of cells that never end is as fast as any other
    for cell in _CELL.split(cells)[1:]:
        attributes, _, said = cell.partition(b">")
        error = _ERROR.search(said) if _IS_ERROR.search(attributes) else None
        place = _PLACE.search(attributes)
        if error and place:
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            yield column - 1, error[1].decode("ascii", "replace")
