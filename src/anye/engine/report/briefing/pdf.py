"""A document as PDF, set by Typst with the fonts that are shipped; and a drawing as a picture for Word."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

from anye.engine.report.briefing.chart import WIDTH, svg_of
from anye.engine.report.briefing.compose import Block, Chart, Document, Heading, Items, Paragraph, Spans, Table

FONT = "Noto Sans SC"
_PIXELS = 220  # an inch
_LONG, _BREAK = re.compile("[!-~]{30}(?=[!-~])"), "\u200b"  # after so many letters without a space a line may break
_ONE_AT_A_TIME = Lock()  # a compiler serves one thread at a time, and pages are served by several
_SET = """#set document(title: {title}, date: none)
#set page(paper: "a4", margin: (top: 2.6cm, bottom: 2.4cm, x: 2.4cm), footer: context [
  #set text(8pt, fill: rgb("#5b6673"))
  #text({foot}) #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(font: "{font}", size: 11pt, lang: {lang}, fill: rgb("#182433"))
#set par(leading: 0.9em, spacing: 1.1em, justify: true, first-line-indent: (amount: {indent}, all: true))
#show heading.where(level: 1): it => align(center, text(18pt, weight: "bold", it.body)) + v(0.6em)
#show heading.where(level: 2): it => block(above: 1.5em, below: 0.9em, text(13pt, weight: "bold", it.body))
#show heading.where(level: 3): it => block(above: 1.2em, below: 0.8em, text(11pt, weight: "bold", it.body))
#show table: set text(9.5pt)
#show table: set par(leading: 0.6em, justify: false, first-line-indent: 0pt)
#show figure: set block(breakable: true)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("#dce1e7"), top: if y == 0 {{ 1pt + rgb("#206bc4") }}), inset: (x: 5pt, y: 4pt))
"""


def pdf_of(document: Document, foot: str, fonts: Path) -> bytes:
    """The document as PDF. `foot`: what stands at the foot of every page; `fonts`: the folder that holds Noto Sans SC."""
    head = _SET.format(
        title=_quoted(document.title or "-"), foot=_quoted(foot), font=FONT, lang=_quoted(document.lang),
        indent="2em" if document.lang == "zh" else "0em",
    )  # fmt: skip
    return _made(head + "\n".join(_block(block) for block in document.blocks), fonts, "pdf")


def picture_of(chart: Chart, fonts: Path) -> bytes:
    """A chart as PNG."""
    source = f"#set page(width: {WIDTH}pt, height: auto, margin: 0pt)\n{_drawn(chart)}"
    return _made(source, fonts, "png")


def _made(source: str, fonts: Path, kind: Literal["pdf", "png"]) -> bytes:
    with _ONE_AT_A_TIME:
        made = _compiler(fonts).compile(source.encode(), format=kind, ppi=_PIXELS)
    if not isinstance(made, bytes):  # several pictures, of several pages
        raise TypeError(kind)
    return made


@cache
def _compiler(fonts: Path) -> typst.Compiler:
    """The fonts are read once. Documents may open no file: their folder is empty of ours."""
    return typst.Compiler(font_paths=[str(fonts)], ignore_system_fonts=True)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"#heading(level: {min(block.level, 3)}, {_spans(block.spans)})\n"
    if isinstance(block, Paragraph):
        return f"#quote(block: true, {_spans(block.spans)})\n" if block.is_quote else f"#par({_spans(block.spans)})\n"
    if isinstance(block, Items):
        name = f"enum(start: {block.start}, " if block.is_ordered else "list("
        return f"#{name}{', '.join(_spans(one) for one in block.items)})\n"
    if isinstance(block, Chart):
        return (
            f"#block(breakable: false)[#par(first-line-indent: 0pt, strong({_quoted(block.title)}))\n{_drawn(block)}]\n"
        )
    return _table(block)


def _drawn(chart: Chart) -> str:
    return f'#image(bytes({_quoted(svg_of(chart))}), format: "svg", width: 100%, alt: {_quoted(chart.says)})'


def _table(table: Table) -> str:
    align = ", ".join("right" if at in table.numbers else "left" for at in range(len(table.head)))
    head = ", ".join(f"strong({_spans(cell)})" for cell in table.head)
    cells = ", ".join(_spans(cell) for row in table.rows for cell in row)
    caption = f"#block(below: 0.6em, sticky: true, strong({_quoted(table.caption)}))\n" if table.caption else ""
    widths = ", ".join("auto" if at in table.numbers else "1fr" for at in range(len(table.head)))
    return f"{caption}#table(columns: ({widths},), align: ({align},), table.header({head},), {cells})\n"


def _spans(spans: Spans) -> str:
    """Content; every word is a string, so that nothing that an officer writes is taken for Typst's own markup. One after another in a
    block: a sum of some thousand would be nested as deep."""
    return f"{{ {'; '.join(_span(span.text, span.is_strong, span.is_emphasis) for span in spans) or '[]'} }}"


def _span(text: str, is_strong: bool, is_emphasis: bool) -> str:
    text = _LONG.sub(lambda found: f"{found[0]}{_BREAK}", text)
    weight = ', weight: "bold"' if is_strong else ""
    style = ', style: "italic"' if is_emphasis else ""
    return f"text({_quoted(text)}{weight}{style})"


def _quoted(text: str) -> str:
    """A string of Typst's."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", " ")
    return f'"{escaped}"'
