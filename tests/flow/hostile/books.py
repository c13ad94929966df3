"""What files are made of: invented people, sheets as XML, workbooks as zips."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from anye.engine.codes import complete_id

HEADINGS = "镇街 村居 户编号 与户主关系 姓名 身份证号 出生日期 联系电话 户类型 就业状态 就业起始日期 就业单位 月收入 现住址".split()
PEOPLE = 12
NAMES = ("张伟", "王芳", "李娜", "刘敏", "陈静", "杨洋", "赵磊", "黄丽", "周涛", "吴霞", "徐强", "孙燕")
SHEET, STRINGS, BOOK, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"
LINKS, PACKAGE_LINKS, TYPES = "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BEGUN = (2020, 1, 1, 0, 0, 0)


def number(n: int) -> str:
    """An identity number that belongs to nobody."""
    return complete_id(f"990001{birth(n).replace('-', '')}{n % 1000:03d}")


def birth(n: int) -> str:
    return (dt.date(1960, 1, 1) + dt.timedelta(days=n // 1000)).isoformat()


def people(count: int = PEOPLE, *, first: int = 0, **cells: str) -> list[list[str]]:
    """Rows of a ledger that are all right, but for the cells given by heading."""
    rows = []
    for n in range(first, first + count):
        said = (
            "东河镇", "柳树村", f"H{n}", "户主", NAMES[n % len(NAMES)], number(n), birth(n), f"139{n:08d}",
            "未脱贫", "未就业", "", "", "", "柳树村三组",
        )  # fmt: skip
        rows.append([*(dict(zip(HEADINGS, said, strict=True)) | cells).values()])
    return rows


def table(rows: Iterable[Sequence[str]] | None = None) -> list[Sequence[str]]:
    return [HEADINGS, *(people() if rows is None else rows)]


def text(rows: Iterable[Sequence[str]] | None = None, *, between: str = ",", end: str = "\r\n") -> str:
    """The table as delimited text."""
    return "".join(between.join(row) + end for row in table(rows))


def column(at: int) -> str:
    """A, B … Z, AA: the letters of a column from 0."""
    letters, at = "", at + 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def inline(value: str) -> str:
    """A cell that says nothing of its place."""
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def row_xml(line: int, cells: Sequence[str]) -> str:
    """A row of inline strings; a cell that begins with <c stands for itself."""
    said = "".join(
        value if value.startswith("<c") else
        f'<c r="{column(at)}{line}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        for at, value in enumerate(cells) if value
    )  # fmt: skip
    return f'<row r="{line}">{said}</row>'


def sheet_xml(
    rows: Iterable[Sequence[str]] | None = None, *, before: str = "", after: str = "", inside: str = ""
) -> str:
    """A sheet of the table; `inside` follows its rows, `before` and `after` stand around all rows."""
    lines = "".join(row_xml(line, cells) for line, cells in enumerate(table(rows), start=1))
    head = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{NS}" xmlns:r="{REL}">{before}'
    return f"{head}<sheetData>{lines}{inside}</sheetData>{after}</worksheet>"


def parts(
    sheet: str | bytes | None = None, *, sheets: Sequence[str] = ("台账",), extra: Mapping[str, str | bytes] | None = None
) -> dict[str, bytes]:  # fmt: skip
    """The parts of a workbook whose first sheet is `sheet`; the others are empty. `extra` adds or replaces parts."""
    numbered = list(enumerate(sheets, start=1))
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered)
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{REL}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at, _ in numbered
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_OFFICE}.worksheet+xml"/>'
        for at, _ in numbered
    )
    made: dict[str, str | bytes] = {
        TYPES: f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>{kinds}</Types>',
        PACKAGE_LINKS: f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" '
        f'Target="xl/workbook.xml"/></Relationships>',
        BOOK: f'<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets>{listed}</sheets></workbook>',
        LINKS: f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rIdS" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rIdT" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
        STRINGS: f'<sst xmlns="{NS}" count="1" uniqueCount="1"><si><t>无</t></si></sst>',
        STYLES: f'<styleSheet xmlns="{NS}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" '
        f'applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    empty = f'<worksheet xmlns="{NS}"><sheetData/></worksheet>'
    for at, _ in numbered:
        made[f"xl/worksheets/sheet{at}.xml"] = empty if at > 1 else sheet_xml() if sheet is None else sheet
    made |= extra or {}
    return {name: part.encode() if isinstance(part, str) else part for name, part in made.items()}


def zipped(
    made: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, level: int | None = 6, method: int = zipfile.ZIP_DEFLATED
) -> bytes:  # fmt: skip
    """A zip of parts, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, part in made.items() if isinstance(made, Mapping) else made:
            info = zipfile.ZipInfo(name, _BEGUN)
            archive.writestr(info, part, compress_type=method, compresslevel=level)
    return out.getvalue()


def book(sheet: str | bytes | None = None, **how: Any) -> bytes:
    """A workbook; see `parts`."""
    return zipped(parts(sheet, **how))


def with_cells(**cells: str) -> bytes:
    """A workbook whose people all have these cells, raw XML or text."""
    return book(sheet_xml(people(**cells)))


def streamed(name: str, pieces: Iterable[bytes], *, made: Mapping[str, bytes] | None = None, level: int = 1) -> bytes:
    """A workbook with a part too large to be held here twice: it is packed piece by piece."""
    out = io.BytesIO()
    others = {part: data for part, data in (parts() if made is None else made).items() if part != name}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for part, data in others.items():
            archive.writestr(zipfile.ZipInfo(part, _BEGUN), data, compress_type=zipfile.ZIP_DEFLATED)
        info = zipfile.ZipInfo(name, _BEGUN)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w", force_zip64=True) as stream:
            for piece in pieces:
                stream.write(piece)
    return out.getvalue()


def workbook(fill: Callable[[Any, Any], object], *, rows: Iterable[Sequence[str]] | None = None) -> bytes:
    """A workbook as Excel writes one; `fill` gets it and its sheet with the table, and adds to both."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as made:
        made.set_properties({"created": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)})
        sheet = made.add_worksheet("台账")
        for line, cells in enumerate(table(rows)):
            sheet.write_row(line, 0, cells)
        fill(made, sheet)
    return out.getvalue()


def wide_register(rows: int, columns: int) -> bytes:
    """An honest register as large as a district's: a person a row, every cell filled. Some 400 MB of XML in 200,000 × 40."""
    more = [f"备用{at}" for at in range(columns - len(HEADINGS))]
    head, tail = sheet_xml([]).encode().split(b"</sheetData>")
    heading = "".join(map(inline, [*HEADINGS, *more]))
    ends = "".join(
        map(
            inline,
            [
                "未脱贫",
                "未就业",
                "无",
                "某某有限公司",
                "0",
                "柳树村三组某某路某号",
                *(f"第{at}列的内容" for at in more),
            ],
        )
    )

    def lines() -> Iterable[bytes]:
        yield head[: head.index(b"<row")] + f"<row>{heading}</row>".encode()
        for first in range(0, rows, 1_000):
            many = (row[:8] for row in people(min(1_000, rows - first), first=first))
            yield "".join(f"<row>{''.join(map(inline, row))}{ends}</row>" for row in many).encode()
        yield b"</sheetData>" + tail

    return streamed(SHEET, lines())
