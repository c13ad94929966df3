"""Other formats: old and locked workbooks, web pages named like workbooks, OpenDocument, and what is no table."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from tests.flow.hostile.books import HEADINGS, PEOPLE, book, people, table, text, zipped
from tests.flow.hostile.cases import Size, hostile, twin
from tests.flow.hostile.old_excel import compound, old_workbook

XLS = "台账.xls"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = ("damaged", "rows", "not_a_table:document", "not_a_table:binary", "no_rows", "heading_unknown",
           "heading_unknown:none", "heading_unknown:garbled",
           "encrypted_workbook", "too_large:memory", "too_large:time", "too_many_columns")  # fmt: skip
_WRONG = ("id_missing", "name_missing", "id_check", "id_length", "id_chars", "id_date", "mojibake", "duplicate_row", "name_chars",
          "multi_person", "id_precision_lost")  # fmt: skip

# ── Old Excel ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@twin("old", loaded=12, file_name=XLS)
def a_workbook_of_excel_97(_: Random, _size: Size) -> bytes:
    return compound(old_workbook(table()))


for _name in ("台账.et", "台账", "台账.XLS", "台账.csv"):

    @twin("old", loaded=12, file_name=_name, name=f"excel_97_named_{_name}")
    def _renamed(_: Random, _size: Size) -> bytes:
        return compound(old_workbook(table()))


for _name in ("台账.et", "台账", "台账.xls", "台账.csv", "台账.wps"):

    @twin("old", loaded=12, file_name=_name, name=f"excel_now_named_{_name}")
    def _renamed_now(_: Random, _size: Size) -> bytes:
        return book()


@hostile("old", "encrypted_workbook", file_name=XLS)
def a_workbook_of_excel_97_with_a_password(_: Random, _size: Size) -> bytes:
    return compound(old_workbook(table(), is_locked=True))


@hostile("old", "encrypted_workbook")
def a_workbook_with_a_password(_: Random, _size: Size) -> bytes:
    return compound(bytes(5_000), name="EncryptedPackage")


@hostile("old", "not_a_table:document", file_name="台账.wps")
def a_letter_of_wps(_: Random, _size: Size) -> bytes:
    return compound(bytes(5_000), name="WordDocument")


@hostile("old", "not_a_table:document", file_name="Thumbs.db")
def a_compound_file_of_pictures(_: Random, _size: Size) -> bytes:
    return compound(bytes(5_000), name="256_1")


@hostile("old", *_BROKEN, file_name=XLS, refused=_WRONG, seeds=10)
def old_bits_flipped(chance: Random, _size: Size) -> bytes:
    data = bytearray(compound(old_workbook(table())))
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(8, len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


@hostile("old", *_BROKEN, file_name=XLS, refused=_WRONG, seeds=8)
def old_numbers_blown_up(chance: Random, _size: Size) -> bytes:
    """Sector numbers, sizes and counts of the container set to the largest there is."""
    data = bytearray(compound(old_workbook(table())))
    at = chance.choice((24, 28, 30, 32, 40, 44, 48, 56, 60, 64, 68, 72, 76, 80, 512 + 4 * chance.randrange(8)))
    data[at : at + 4] = chance.choice(
        (b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00")
    )
    return bytes(data)


@hostile("old", *_BROKEN, file_name=XLS, refused=_WRONG, seeds=6)
def old_cut_short(chance: Random, _size: Size) -> bytes:
    data = compound(old_workbook(table()))
    return data[: chance.randrange(8, len(data) - 512)]


@hostile("old", *_BROKEN, file_name=XLS)
def sectors_in_a_circle(_: Random, _size: Size) -> bytes:
    return compound(old_workbook(table()), is_circular=True)


@hostile("old", *_BROKEN, file_name=XLS, refused=_WRONG, seeds=6)
def old_records_of_any_length(chance: Random, _size: Size) -> bytes:
    said = bytearray(old_workbook(table()))
    at = 0
    for _ in range(chance.randrange(3, 150)):
        at = min(at + 4 + int.from_bytes(said[at + 2 : at + 4], "little"), len(said) - 8)
    said[at + 2 : at + 4] = chance.choice((b"\xff\xff", b"\x00\x00", b"\x01\x00"))
    return compound(bytes(said))


@hostile(
    "old",
    "damaged",
    "too_large:memory",
    "too_many_columns",
    "rows",
    "heading_unknown",
    "heading_unknown:none",
    file_name=XLS,
    refused=_WRONG,
)
def a_cell_in_the_last_corner(_: Random, _size: Size) -> bytes:
    return compound(old_workbook([*table(), *[[]] * 65_000, ["x"] * 256]))


@hostile("old", "not_a_table:binary", file_name=XLS)
def a_sheet_of_excel_2(_: Random, _size: Size) -> bytes:
    return b"\x09\x00\x04\x00\x02\x00\x10\x00" + b"\x04\x00\x0d\x00" * 100 + bytes(200)


# ── Web pages and XML with a workbook's name ──────────────────────────────────────────────────────────────────────────


def _page(rows: Iterable[Sequence[str]] | None = None) -> str:
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table(rows))
    return f"<table border=1>{lines}</table>"


_EXCEL = "xmlns:x='urn:schemas-microsoft-com:office:excel'"
_PAGES = {
    "plain": f"<html><body>{_page()}</body></html>",
    "excel": f"<html {_EXCEL}><head><meta charset=utf-8></head><body>{_page()}</body></html>",
    "table_alone": _page(),
    "commented": f"<!-- exported -->\n<!-- {'-' * 500} -->{_page()}",
    "declared": f"<?xml version='1.0'?><!DOCTYPE html><html>{_page()}</html>",
    "capitals": f"<HTML><BODY>{_page()}</BODY></HTML>",
    "styled": f"<style>td {{mso-number-format:'@'}}</style>{_page()}",
    "div": f"<div>{_page()}</div>",
    "script": f"<script>alert(1)</script>{_page()}",
}
for _name, _said in _PAGES.items():
    for _encoding in ("utf-8", "gb18030", "utf-16"):

        @hostile("pages", "html_as_xls:html", file_name=XLS, name=f"{_name}_in_{_encoding}")
        def _web(_: Random, _size: Size, said: str = _said, encoding: str = _encoding) -> bytes:
            return said.encode(encoding)


@hostile("pages", "html_as_xls:mhtml", file_name=XLS)
def a_page_in_one_file(_: Random, _size: Size) -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n" + _page().encode()


@hostile("pages", "html_as_xls:xml_2003", file_name=XLS)
def a_workbook_of_2003_as_xml(_: Random, _size: Size) -> bytes:
    rows = "".join(
        "<Row>" + "".join(f"<Cell><Data>{escape(cell)}</Data></Cell>" for cell in row) + "</Row>" for row in table()
    )
    return (f'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>{rows}'
            "</Table></Worksheet></Workbook>").encode()  # fmt: skip


@hostile("pages", "not_a_table:xml", file_name=XLS)
def xml_with_entities(_: Random, _size: Size) -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


# ── OpenDocument ──────────────────────────────────────────────────────────────────────────────────────────────────────

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def _open_document(rows: str, *, before: str = "", manifest: str = "") -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="台账">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    entry = f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}</manifest:file-entry>'
    listed = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entry}</manifest:manifest>'
    made = {"mimetype": _ODS_TYPE, "content.xml": content.encode(), "META-INF/manifest.xml": listed.encode()}
    return zipped(made)


def _open_rows(rows: Iterable[Sequence[str]] | None = None, *, more: str = "") -> str:
    return "".join(
        f"<table:table-row{more if at else ''}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for at, row in enumerate(table(rows))
    )


@twin("open", loaded=12, file_name="台账.ods")
def an_open_document(_: Random, _size: Size) -> bytes:
    return _open_document(_open_rows())


@twin("open", loaded=12, file_name="台账.ods")
def blank_rows_to_the_end_of_the_sheet(_: Random, _size: Size) -> bytes:
    cells = '<table:table-cell table:number-columns-repeated="1024"/>'
    blank = f'<table:table-row table:number-rows-repeated="1048563">{cells}</table:table-row>'
    return _open_document(_open_rows() + blank)


_REPEATED = '<table:table-cell office:value-type="string" table:number-columns-repeated="{}"><text:p>x</text:p></table:table-cell>'
for _rows, _columns in (
    (1_048_576, 400),
    (1, 16_384),
    (4_294_967_295, 1),
    (1, 4_294_967_295),
    (1_048_576, 16_384),
    (18_446_744_073_709_551_615, 1),
):

    @hostile("open", "too_large:memory", "too_large:time", "too_many_columns", "damaged", "rows", "heading_unknown:none",
             file_name="台账.ods",
             refused=("id_missing", "name_missing", "duplicate_row"), name=f"one_cell_{_rows}_by_{_columns}")  # fmt: skip
    def _repeated(_: Random, _size: Size, rows: int = _rows, columns: int = _columns) -> bytes:
        row = f'<table:table-row table:number-rows-repeated="{rows}">{_REPEATED.format(columns)}</table:table-row>'
        return _open_document(_open_rows() + row)


@hostile("open", "unsafe_xml", file_name="台账.ods")
def entities_in_an_open_document(_: Random, _size: Size) -> bytes:
    return _open_document(_open_rows(), before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')


@hostile("open", "encrypted_workbook", file_name="台账.ods")
def an_open_document_with_a_password(_: Random, _size: Size) -> bytes:
    how = '<manifest:algorithm manifest:algorithm-name="Blowfish CFB"/>'
    said = f'<manifest:encryption-data manifest:checksum="x">{how}</manifest:encryption-data>'
    return _open_document(_open_rows(), manifest=said)


@hostile("open", *_BROKEN, "not_a_table:archive", file_name="台账.ods", seeds=5)
def an_open_document_cut_short(chance: Random, _size: Size) -> bytes:
    rows = _open_rows()
    return _open_document(rows[: chance.randrange(len(rows))])


@hostile("open", "not_a_table:document", "not_a_table:archive", file_name="台账.odt")
def an_open_letter(_: Random, _size: Size) -> bytes:
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})


# ── Binary workbooks ──────────────────────────────────────────────────────────────────────────────────────────────────


def _record(kind: int, body: bytes = b"") -> bytes:
    mark = bytes((kind,)) if kind < 0x80 else bytes((kind & 0x7F | 0x80, kind >> 7))
    size, length = b"", len(body)
    while True:
        size += bytes((length & 0x7F | (0x80 if length > 0x7F else 0),))
        length >>= 7
        if not length:
            return mark + size + body


def _wide(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def _binary(rows: Iterable[Sequence[str]] | None = None, *, last: tuple[int, int] = (12, 13)) -> bytes:
    """A workbook of Excel's binary format: text cells only."""
    lines = b""
    for at, row in enumerate(table(rows)):
        lines += _record(0, struct.pack("<II", at, 0) + bytes(9))
        lines += b"".join(
            _record(6, struct.pack("<II", place, 0) + _wide(cell)) for place, cell in enumerate(row) if cell
        )
    size = _record(148, struct.pack("<4I", 0, last[0], 0, last[1]))
    sheet = _record(129) + size + _record(145) + lines + _record(146) + _record(130)
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("台账"))
    named = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = f'<Relationships><Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/></Relationships>'
    return zipped(
        {"xl/workbook.bin": named, "xl/_rels/workbook.bin.rels": links.encode(), "xl/worksheets/sheet1.bin": sheet}
    )


@twin("binary", loaded=12, file_name="台账.xlsb")
def a_binary_workbook(_: Random, _size: Size) -> bytes:
    return _binary()


@hostile("binary", *_BROKEN, file_name="台账.xlsb", loaded=12)
def a_binary_size_that_is_a_lie(_: Random, _size: Size) -> bytes:
    return _binary(last=(0xFFFFFFFF, 0xFFFFFFFF))


@hostile("binary", *_BROKEN, file_name="台账.xlsb", refused=_WRONG, seeds=8)
def binary_bytes_changed(chance: Random, _size: Size) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(_binary())) as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    part = chance.choice(("xl/worksheets/sheet1.bin", "xl/worksheets/sheet1.bin", "xl/workbook.bin"))
    said = bytearray(made[part])
    for _ in range(chance.randrange(1, 5)):
        said[chance.randrange(len(said))] = chance.choice((0, 0xFF, 0x7F, 0x80))
    return zipped({**made, part: bytes(said)})


# ── No tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_NO_TABLES = {
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image"),
    "jpeg": (b"\xff\xd8\xff\xe0", "image"),
    "gif": (b"GIF89a", "image"),
    "tiff": (b"II*\x00", "image"),
    "rar": (b"Rar!\x1a\x07\x00", "archive"),
    "seven_zip": (b"7z\xbc\xaf\x27\x1c", "archive"),
    "gzip": (b"\x1f\x8b\x08\x00", "archive"),
    "bzip2": (b"BZh91AY", "archive"),
    "xz": (b"\xfd7zXZ\x00", "archive"),
    "windows_program": (b"MZ\x90\x00", "program"),
    "linux_program": (b"\x7fELF\x02", "program"),
    "rich_text": (b"{\\rtf1\\ansi", "document"),
    "sqlite": (b"SQLite format 3\x00", "database"),
    "parquet": (b"PAR1", "database"),
    "arrow": (b"ARROW1\x00\x00", "database"),
}
for _name, (_mark, _kind) in _NO_TABLES.items():

    @hostile("others", f"not_a_table:{_kind}", file_name="台账.xls", name=_name)
    def _no_table(chance: Random, _size: Size, mark: bytes = _mark) -> bytes:
        return mark + chance.randbytes(2_000)


@hostile(
    "others",
    "not_a_table:archive",
    "not_a_table:binary",
    "encoding_unknown",
    "heading_unknown",
    "heading_unknown:none",
    file_name="台账.tar",
)
def a_tape_archive(_: Random, _size: Size) -> bytes:
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        said = text().encode()
        info = tarfile.TarInfo("taizhang.csv")
        info.size = len(said)
        archive.addfile(info, io.BytesIO(said))
    return out.getvalue()


@hostile(
    "others",
    "not_a_table:binary",
    "not_a_table:database",
    "encoding_unknown",
    "heading_unknown:garbled",
    file_name="台账.dbf",
)
def a_table_of_dbase(_: Random, _size: Size) -> bytes:
    head = struct.pack("<BBBBIHH20x", 3, 120, 1, 1, PEOPLE, 97, 41)
    fields = b"".join(struct.pack("<11sc4xBB14x", name, b"C", 20, 0) for name in (b"XM", b"SFZ")) + b"\r"
    rows = b"".join(b" " + row[4].encode("gb18030").ljust(20) + row[5].encode().ljust(20) for row in people())
    return head + fields + rows + b"\x1a"


@cache
def _fixture() -> bytes:
    return (Path(__file__).parents[2] / "engine" / "intake" / "files" / "ledger.xls").read_bytes()


@hostile("old", *_BROKEN, file_name=XLS, refused=_WRONG, seeds=6)
def a_true_file_of_excel_with_bits_flipped(chance: Random, _size: Size) -> bytes:
    data = bytearray(_fixture())
    for _ in range(chance.randrange(1, 40)):
        data[chance.randrange(512, len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


assert len(HEADINGS) == len(people(1)[0])
