"""A document for Word, in the faces that offices set their papers in (GB/T 9704: 小标宋、黑体、仿宋)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from anye.engine.report.briefing.compose import Block, Chart, Document, Heading, Items, Paragraph, Span, Spans, Table
from anye.engine.report.briefing.pdf import picture_of

_BODY, _HEAVY, _TITLE, _LATIN = "仿宋", "黑体", "方正小标宋简体", "Times New Roman"
_BLUE, _GREY = "206BC4", "BFC6CE"
_SHEET = 15.6  # centimetres between the margins
_SIZES = {1: 22, 2: 16, 3: 16}
_NO_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 a file that says when it was written would not be the same twice


def word_of(document: Document, foot: str, fonts: Path) -> bytes:
    """The document as .docx. `foot`: what stands at the foot of every page; `fonts`: for the charts' pictures."""
    paper = docx.Document()
    _set_up(paper, document, foot)
    for block in document.blocks:
        _write(paper, block, document.lang, fonts)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_up(paper: Any, document: Document, foot: str) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Cm(3.7),
        Cm(3.5),
        Cm(2.8),
        Cm(2.6),
    )
    told = paper.core_properties
    for lang in paper.styles.element.xpath("w:docDefaults//w:lang"):
        lang.set(qn("w:eastAsia"), "zh-CN")  # or Chinese words are proofed as English ones
    told.title, told.author, told.comments, told.created, told.modified = document.title[:255], "", "", _NO_DAY, _NO_DAY
    told.language = "zh-CN" if document.lang == "zh" else "en"
    _face(paper.styles["Normal"], _BODY, 16 if document.lang == "zh" else 12)
    for level, size in _SIZES.items():
        style = paper.styles[f"Heading {level}"]
        _face(style, _TITLE if level == 1 else _HEAVY, size if document.lang == "zh" else size - 2)
        style.font.color.rgb, style.font.bold = RGBColor(0x18, 0x24, 0x33), document.lang == "en" or level == 3
        style.paragraph_format.keep_with_next = True
    line = section.footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _size(line.add_run(f"{foot}　"), 9)
    _page_number(line)


def _write(paper: Any, block: Block, lang: str, fonts: Path) -> None:
    if isinstance(block, Heading):
        line = paper.add_heading(level=min(block.level, 3))
        if block.level == 1:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _runs(line, block.spans)
    elif isinstance(block, Paragraph):
        line = paper.add_paragraph(style="Quote" if block.is_quote else None)
        _prose(line, lang)
        _runs(line, block.spans)
    elif isinstance(block, Items):
        for number, one in enumerate(block.items, block.start):
            _item(paper, f"{number}." if block.is_ordered else "", one)
    elif isinstance(block, Chart):
        _chart(paper, block, fonts)
    else:
        _table(paper, block)


def _item(paper: Any, number: str, spans: Spans) -> None:
    """An item; numbers are written out, so that every list begins where its text says."""
    line = paper.add_paragraph(style=None if number else "List Bullet")
    if number:
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Pt(32), Pt(-24)
        line.paragraph_format.tab_stops.add_tab_stop(Pt(32))
        line.add_run(f"{number}\t")
    line.paragraph_format.space_after = Pt(0)
    _runs(line, spans)


def _prose(line: Any, lang: str) -> None:
    """Two letters in, 28 points from line to line, as official papers are set."""
    line.paragraph_format.line_spacing = Pt(28) if lang == "zh" else 1.25
    if lang == "zh":
        line.paragraph_format.first_line_indent = Pt(32)
        line.paragraph_format.space_after = Pt(0)


def _chart(paper: Any, chart: Chart, fonts: Path) -> None:
    _caption(paper, chart.title)
    shape = paper.add_picture(io.BytesIO(picture_of(chart, fonts)), width=Cm(_SHEET))
    shape._inline.docPr.set("descr", chart.says)  # the library has no other way


def _caption(paper: Any, words: str) -> None:
    line = paper.add_paragraph()
    line.paragraph_format.keep_with_next, line.paragraph_format.space_before = True, Pt(8)
    run = line.add_run(words)
    run.bold = True
    _face(run, _HEAVY, 12)


def _table(paper: Any, table: Table) -> None:
    if table.caption:
        _caption(paper, table.caption)
    grid = paper.add_table(rows=0, cols=len(table.head), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    _lines(grid)
    widths = _widths(table)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    _row(grid, table.head, table.numbers, widths, is_head=True)
    for row in table.rows:
        _row(grid, row, table.numbers, widths)
    paper.add_paragraph().paragraph_format.space_after = Pt(4)


def _widths(table: Table) -> list[Cm]:
    """How wide each column is: as its longest words ask, a Chinese letter for two, within bounds that leave room for all."""
    columns = zip(table.head, *table.rows, strict=True)
    longest = [max(sum(map(_breadth, cell)) for cell in column) for column in columns]
    asked = [min(max(each + 2, 6), 30) for each in longest]
    return [Cm(_SHEET * each / sum(asked)) for each in asked]


def _breadth(span: Span) -> int:
    return sum(2 if letter > "\u2e80" else 1 for letter in span.text)


def _lines(grid: Any) -> None:
    """Thin grey lines between the rows, a blue one above."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line, is_drawn = OxmlElement(f"w:{side}"), side in {"top", "bottom", "insideH"}
        looks = {
            "val": "single" if is_drawn else "nil", "sz": "12" if side == "top" else "4", "color": _BLUE if side == "top" else _GREY,
        }  # fmt: skip
        for name, value in looks.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    grid._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")


def _row(
    grid: Any, cells: Iterable[Spans], numbers: frozenset[int], widths: list[Cm], *, is_head: bool = False
) -> None:
    row = grid.add_row()
    keep = OxmlElement("w:tblHeader" if is_head else "w:cantSplit")  # the head stands on every page, a row on one
    row._tr.get_or_add_trPr().append(keep)
    for at, (cell, spans) in enumerate(zip(row.cells, cells, strict=True)):
        cell.width, line = widths[at], cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(0)
        if at in numbers:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _runs(line, spans, size=10.5)
        for run in line.runs if is_head else ():
            run.bold = True


def _runs(line: Any, spans: Spans, size: float = 0) -> None:
    for span in spans:
        run = line.add_run(span.text)
        run.bold, run.italic = span.is_strong or None, span.is_emphasis or None
        if size:
            _size(run, size)


def _size(run: Any, size: float) -> None:
    run.font.size = Pt(size)


def _face(styled: Any, chinese: str, size: float) -> None:
    """Latin letters and Chinese ones have a face each."""
    styled.font.name, styled.font.size = _LATIN, Pt(size)
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), chinese)


def _page_number(line: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        _size(run, 9)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
