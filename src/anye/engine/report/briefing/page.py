"""A document as HTML: the part that a page holds, and a file that stands by itself."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from anye.engine.report.briefing.chart import FONT, svg_of
from anye.engine.report.briefing.compose import Block, Chart, Document, Heading, Items, Paragraph, Spans, Table

Link = Callable[[str], str]
"""The address of a figure's page by its code; nothing: no link."""
_SHEET = f"""
body {{ font: 16px/1.8 {FONT}; color: #182433; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; text-align: center; line-height: 1.4; }} h2 {{ font-size: 1.2rem; }} h3 {{ font-size: 1rem; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; margin: 1rem 0; }}
caption {{ text-align: start; font-weight: bold; padding-bottom: .3rem; }}
th, td {{ border-bottom: 1px solid #dce1e7; padding: .25rem .5rem; text-align: start; }} .num {{ text-align: end; }}
figure {{ margin: 1rem 0; break-inside: avoid; }} figcaption {{ font-weight: bold; }} svg {{ width: 100%; height: auto; }}
blockquote {{ border-inline-start: 3px solid #dce1e7; margin-inline: 0; padding-inline-start: 1rem; }}
:lang(zh) p {{ text-indent: 2em; }}
"""


def _no_link(_code: str) -> str:
    return ""


def part_of(document: Document, *, link: Link = _no_link, below: int = 0) -> str:
    """The document's blocks as HTML. `link`: where a figure's rows are; `below`: the level of the heading that it stands under."""
    return "".join(_block(block, link, below) for block in document.blocks)


def file_of(document: Document, foot: str) -> str:
    """A file that needs no other. `foot`: of what day it is, at its end."""
    lang = {"zh": "zh-CN", "en": "en"}[document.lang]
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(document.title)}</title>'
        f"<style>{_SHEET}</style></head><body>{part_of(document)}<footer><small>{escape(foot)}</small></footer></body></html>\n"
    )


def _block(block: Block, link: Link, below: int) -> str:
    if isinstance(block, Heading):
        level = min(block.level + below, 6)
        return f"<h{level}>{_spans(block.spans, link)}</h{level}>"
    if isinstance(block, Paragraph):
        words = f"<p>{_spans(block.spans, link)}</p>"
        return f"<blockquote>{words}</blockquote>" if block.is_quote else words
    if isinstance(block, Items):
        name, start = ("ol", f' start="{block.start}"' if block.start != 1 else "") if block.is_ordered else ("ul", "")
        return f"<{name}{start}>{''.join(f'<li>{_spans(one, link)}</li>' for one in block.items)}</{name}>"
    if isinstance(block, Chart):
        return f"<figure><figcaption>{escape(block.title)}</figcaption>{svg_of(block)}</figure>"
    return _table(block, link)


def _table(table: Table, link: Link) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(_cell("th", cell, at in table.numbers, link) for at, cell in enumerate(table.head))
    rows = "".join(
        f"<tr>{''.join(_cell('td', cell, at in table.numbers, link) for at, cell in enumerate(row))}</tr>"
        for row in table.rows
    )
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(name: str, spans: Spans, is_number: bool, link: Link) -> str:
    kind = ' class="num"' if is_number else ""
    scope = ' scope="col"' if name == "th" else ""
    return f"<{name}{scope}{kind}>{_spans(spans, link)}</{name}>"


def _spans(spans: Spans, link: Link) -> str:
    return "".join(
        _span(span.text, span.is_strong, span.is_emphasis, link(span.code) if span.code else "") for span in spans
    )


def _span(text: str, is_strong: bool, is_emphasis: bool, href: str) -> str:
    words = escape(text)
    words = f"<em>{words}</em>" if is_emphasis else words
    words = f"<strong>{words}</strong>" if is_strong else words
    return f'<a href="{escape(href)}">{words}</a>' if href else words
