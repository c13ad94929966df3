"""Files that cannot be taken in as a whole: each is refused with its own code, and none takes the server along."""

import base64
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from anye.engine.errors import FileFault
from anye.engine.intake import apart
from anye.engine.intake.reading import read_blocks, sheets
from anye.engine.intake.spreadsheets import read_in_subprocess

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
HTML = "<html><head><meta charset='gb2312'></head><body><table><tr><td>姓名</td></tr></table></body></html>"
XML_2003 = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
NOISE = bytes(range(256)) * 40


def refused(path: Path) -> FileFault:
    """The fault of a file, the same whether its sheets or its rows are asked for."""
    with pytest.raises(FileFault) as first:
        sheets(path)
    with pytest.raises(FileFault) as second:
        list(read_blocks(path))
    assert (first.value.code, first.value.params) == (second.value.code, second.value.params)
    return first.value


@pytest.mark.parametrize(
    ("content", "code", "kind"),
    [
        (b"", "empty_file", None),
        (b"\xef\xbb\xbf \r\n\r\n", "empty_file", None),
        (b"%PDF-1.7\n...", "not_a_table", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "not_a_table", "image"),
        (b"Rar!\x1a\x07\x00", "not_a_table", "archive"),
        (b"MZ\x90\x00", "not_a_table", "program"),
        (b"\x00\x01\x02\x03" * 500, "not_a_table", "binary"),
        (b"\x00" * 70_000, "not_a_table", "binary"),
        (b"a,b\n" + b"x" * 130_000 + b"\n", "not_a_table", "long_line"),
        (b"<?xml version='1.0'?><data/>", "not_a_table", "xml"),
        (HTML.encode("gb18030"), "html_as_xls", "html"),
        (b"\xff\xfe" + HTML.encode("utf-16-le"), "html_as_xls", "html"),
        (b"\n  <!-- a --><!-- b --> <TABLE border=1><tr><td>x", "html_as_xls", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "html_as_xls", "mhtml"),
        (XML_2003.encode(), "html_as_xls", "xml_2003"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook", None),
        (OLE + "WordDocument".encode("utf-16-le"), "not_a_table", "document"),
        (OLE + "Workbook".encode("utf-16-le"), "damaged", None),
        (b"PK\x03\x04 and then nothing", "damaged", None),
        (NOISE, "encoding_unknown", None),
    ],
)
def test_what_is_no_table_says_what_it_is(tmp_path: Path, content: bytes, code: str, kind: str | None) -> None:
    path = tmp_path / "台账.xls"
    path.write_bytes(content)
    fault = refused(path)
    assert (fault.code, fault.params.get("kind")) == (code, kind)


def test_many_comments_before_no_web_page_cost_no_time(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"<!---->\n" * 8_000)
    start = time.monotonic()
    sheets(path)
    assert time.monotonic() - start < 2


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_word_document_and_an_archive_are_told_from_a_workbook(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.xlsx", {"word/document.xml": b"<w/>"})).params == {"kind": "document"}
    assert refused(zipped(tmp_path / "b.xlsx", {"2020.csv": b"a,b"})).params == {"kind": "archive"}


def workbook(path: Path, rows: list[list[object]] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows or []:
        book.active.append(row)
    book.save(path)
    return path


def remade(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same workbook with every part passed through `change`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return zipped(path, parts)


def test_a_workbook_without_a_filled_cell_has_no_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert [sheet.last_line for sheet in sheets(path)] == [None]
    with pytest.raises(FileFault) as fault:
        list(read_blocks(path))
    assert fault.value.code == "no_rows"


def test_a_text_of_delimiters_alone_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",,,\n,,,\n", encoding="utf-8")
    with pytest.raises(FileFault) as fault:
        list(read_blocks(path))
    assert fault.value.code == "no_rows"


def test_a_cut_workbook_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "号"]] * 50)
    path.write_bytes(path.read_bytes()[:-2_000])
    assert refused(path).code == "damaged"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_workbook_with_broken_xml_is_damaged(tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "号"]] * 5)
    remade(path, lambda name, content: content[: len(content) // 2] + b"<<&" if name == part else content)
    with pytest.raises(FileFault) as fault:
        list(read_blocks(path))
    assert fault.value.code == "damaged"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_refused_before_anything_unfolds(tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "号"]] * 5)
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'

    def with_entities(name: str, content: bytes) -> bytes:
        return bomb + content if name == part else content

    fault = refused(remade(path, with_entities))
    assert (fault.code, fault.params) == ("unsafe_xml", {"part": part})


def bomb(path: Path, megabytes: int) -> Path:
    """A workbook whose first sheet unfolds into `megabytes` of one blank."""
    workbook(path, [["x"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(sheet.replace(b"</sheetData>", b""))
            for _ in range(megabytes):
                part.write(b" " * 1_000_000)
            part.write(b"</sheetData></worksheet>")
    return path


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    start = time.monotonic()
    path = bomb(tmp_path / "a.xlsx", 120)
    made = time.monotonic() - start
    assert refused(path).code == "zip_bomb"
    assert time.monotonic() - start - made < 0.5


def test_a_zip_of_ten_thousand_parts_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}", b"")
    assert refused(tmp_path / "a.xlsx").params["entries"] == 10_001


def test_a_directory_that_lies_about_the_size_does_not_help_a_bomb(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.xlsx", 120)
    with zipfile.ZipFile(path) as archive:
        true = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(true.to_bytes(4, "little"), (9_000).to_bytes(4, "little")))
    with pytest.raises(FileFault) as fault:
        list(read_blocks(path))
    assert fault.value.code in {"damaged", "too_large"}


def wide_and_long(path: Path) -> Path:
    """Two cells, in the first and the last corner of the sheet: a dense table of them would take 10^11 bytes."""
    book = openpyxl.Workbook()
    book.active["A1"] = "姓名"
    book.active.cell(1_048_576, 400, "x")
    book.save(path)
    return path


def test_a_reader_that_dies_of_memory_is_a_sentence_and_not_a_crash(tmp_path: Path) -> None:
    fault = refused_rows(wide_and_long(tmp_path / "a.xlsx"))
    assert (fault.code, fault.params["reason"]) == ("too_large", "memory")


def refused_rows(path: Path, **limits: float) -> FileFault:
    with pytest.raises(FileFault) as fault:
        list(read_in_subprocess(path, **limits))  # type: ignore[arg-type]
    return fault.value


def test_the_memory_limit_is_what_stops_the_reader(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[f"值{row}-{column}" for column in range(30)] for row in range(3_000)])
    assert sum(block.height for block in read_in_subprocess(path)) == 3_000
    assert refused_rows(path, memory_bytes=2_000_000).code == "too_large"


def test_waiting_ends(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["x"]])
    fault = refused_rows(path, seconds=0.01)
    assert (fault.code, fault.params["reason"]) == ("too_large", "time")


def test_the_time_that_a_caller_takes_over_a_block_is_not_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[row] for row in range(6)])
    blocks = read_in_subprocess(path, block_rows=3, seconds=3.0)
    next(blocks)
    time.sleep(3.2)
    assert next(blocks)["c0"].to_list() == ["3", "4", "5"]
    blocks.close()  # type: ignore[attr-defined]


def test_several_waits_share_one_allowance() -> None:
    class Reader:
        is_killed = False

        def kill(self) -> None:
            self.is_killed = True

    reader = Reader()
    patience = apart.Patience(reader, 0.3)  # type: ignore[arg-type]
    with patience:
        time.sleep(0.2)
    assert not reader.is_killed
    time.sleep(0.2)
    assert not reader.is_killed
    with patience:
        time.sleep(0.2)
    assert reader.is_killed
    assert patience.is_over


def test_a_caller_that_stops_early_leaves_no_process_behind(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[row] for row in range(6)])
    blocks = read_in_subprocess(path, block_rows=1)
    next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_reader_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:" + base64.b64encode(b"x").decode() + "@localhost/anye")
    monkeypatch.setenv("ANYE_HOME", "/somewhere")
    assert not {"DATABASE_URL", "ANYE_HOME"} & set(apart.environment())
