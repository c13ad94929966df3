"""What kind of file this is, told by its bytes and never by its name, and what a sheet tells of itself beforehand."""

from __future__ import annotations

import mmap
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anye.engine.errors import FileFault

Kind = Literal["delimited", "workbook"]

MAX_COLUMNS = 500
"""Widest table taken. The widest register known (domain.md 5.1.2) has 35 columns; real ones stay under 200."""

_ZIP_MAX_BYTES = 1_500_000_000
_ZIP_MAX_ENTRIES = 10_000
_ZIP_RATIO, _ZIP_RATIO_FROM_BYTES = 200, 100_000_000

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TABLES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"{\\rtf", "document"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "database"),
    (b"ARROW1", "database"),
)
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_HTML = re.compile(
    rb"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|meta|title|body|table|style|script|div|form|span|font|center|br|p|tr)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"


LOST = "\ufffd"
"""What a cell shows in place of a zero byte, which no text holds and no database takes: a name with it is damaged."""

LONGEST_SHEET_NAME, LONGEST_FILE_NAME = 120, 255
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")


def shown_name(name: str, longest: int) -> str:
    """The name of a file or sheet as it may be kept and shown: what is unseen or no character is a mark, the middle cut.

    A name may steer a terminal, run from right to left, or hold bytes that are no text. Its ending stays.
    """
    plain = _UNSHOWN.sub(LOST, name)
    return plain if len(plain) <= longest else f"{plain[: longest - 21]}…{plain[-20:]}"


@dataclass(frozen=True)
class SheetInfo:
    """One table of a file. Lines count from 1 as on the screen, columns from 0 as in `c0`.

    `name` is None for a text file. `is_layout_known` is False where the format does not let us see what is hidden
    (.xls, .xlsb, .ods, text): then `last_line` is None and nothing is said of hidden lines, columns and filters.
    Hidden things are read all the same; they are reported so that a person may ask why they were hidden.
    """

    name: str | None
    is_hidden: bool = False
    is_layout_known: bool = False
    last_line: int | None = None
    hidden_lines: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    has_filter: bool = False


def file_kind(path: Path) -> Kind:
    """Tell a workbook (.xlsx .xlsm .xlsb .xls .ods) from delimited text; refuse everything else.

    Raises FileFault: empty_file, not_a_table (kind), html_as_xls (kind), encrypted_workbook, zip_bomb, damaged.
    """
    with path.open("rb") as file:
        head = file.read(65_536)
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\x1a"):
        if path.stat().st_size <= len(head):
            raise FileFault("empty_file", {})
        raise FileFault("not_a_table", {"kind": "binary"})
    if head.startswith(_OLE_MAGIC):
        _check_compound_file(path)
        return "workbook"
    if head.startswith(b"PK"):
        _check_zip(path)
        return "workbook"
    for magic, kind in _NOT_TABLES:
        if head.startswith(magic):
            raise FileFault("not_a_table", {"kind": kind})
    _check_markup(head)
    return "delimited"


def _check_markup(head: bytes) -> None:
    """Refuse web pages and XML that only wear the name of a workbook, as many bureau systems export them."""
    ascii_head = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if _HTML.match(ascii_head):
        raise FileFault("html_as_xls", {"kind": "html"})
    if ascii_head[:13].lower() == b"mime-version:":
        raise FileFault("html_as_xls", {"kind": "mhtml"})
    if ascii_head.startswith(b"<?xml"):
        if _XML_2003 in ascii_head:
            raise FileFault("html_as_xls", {"kind": "xml_2003"})
        raise FileFault("not_a_table", {"kind": "xml"})


def _check_compound_file(path: Path) -> None:
    """An OLE file is told by the names in its directory: a workbook, a locked workbook or some other document."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise FileFault("encrypted_workbook", {})
        is_workbook = any(data.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook", "Book\x00"))
    if not is_workbook:
        raise FileFault("not_a_table", {"kind": "document"})


def _check_zip(path: Path) -> None:
    """Judge a zip by its directory before anything is unpacked. It may lie: the reader's own limits come on top."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename.lower().replace("\\", "/") for entry in entries}
            size = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if (
                len(entries) > _ZIP_MAX_ENTRIES
                or size > _ZIP_MAX_BYTES
                or (size > _ZIP_RATIO_FROM_BYTES and size > _ZIP_RATIO * max(packed, 1))
            ):
                raise FileFault("zip_bomb", {"bytes": size, "limit_bytes": _ZIP_MAX_BYTES, "entries": len(entries)})
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileFault("encrypted_workbook", {})
            is_ods = "mimetype" in names and archive.read("mimetype").strip().startswith(_ODS_TYPE)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise FileFault("damaged", {}) from error
    if not is_ods and not names & {"xl/workbook.xml", "xl/workbook.bin"}:
        kind = "document" if names & {"word/document.xml", "ppt/presentation.xml"} else "archive"
        raise FileFault("not_a_table", {"kind": kind})
