"""A document as JSON and back: an issue is shown as it was composed, whatever words and rules a later version has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from anye.engine.report.briefing.compose import Block, Chart, Document, Heading, Items, Paragraph, Span, Spans, Table

FORM = 1
"""The shape of the JSON; a later one reads the earlier."""


def as_json(document: Document) -> dict[str, Any]:
    """What can be kept as JSON; faults are none, since what has some is not issued."""
    return {
        "form": FORM, "lang": document.lang, "unknown": list(document.unknown), "blocks": [_kept(each) for each in document.blocks],
    }  # fmt: skip


def from_json(told: Mapping[str, Any]) -> Document:
    """What `as_json` kept."""
    return Document(told["lang"], tuple(_block(each) for each in told["blocks"]), unknown=tuple(told["unknown"]))


def _kept(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"is": "heading", "level": block.level, "spans": _spans(block.spans)}
    if isinstance(block, Paragraph):
        return {"is": "paragraph", "spans": _spans(block.spans), "quote": block.is_quote}
    if isinstance(block, Items):
        return {
            "is": "items",
            "ordered": block.is_ordered,
            "start": block.start,
            "items": [_spans(one) for one in block.items],
        }
    if isinstance(block, Chart):
        points = [[label, None if value is None else str(value), said] for label, value, said in block.points]
        return {"is": "chart", "kind": block.kind, "title": block.title, "points": points}
    return {
        "is": "table", "head": [_spans(cell) for cell in block.head], "caption": block.caption, "numbers": sorted(block.numbers),
        "rows": [[_spans(cell) for cell in row] for row in block.rows],
    }  # fmt: skip


def _block(kept: Mapping[str, Any]) -> Block:
    what = kept["is"]
    if what == "heading":
        return Heading(kept["level"], _of(kept["spans"]))
    if what == "paragraph":
        return Paragraph(_of(kept["spans"]), kept["quote"])
    if what == "items":
        return Items(kept["ordered"], tuple(_of(one) for one in kept["items"]), kept["start"])
    if what == "chart":
        points = tuple(
            (label, None if value is None else Decimal(value), said) for label, value, said in kept["points"]
        )
        return Chart(kept["kind"], kept["title"], points)
    rows = tuple(tuple(_of(cell) for cell in row) for row in kept["rows"])
    return Table(tuple(_of(cell) for cell in kept["head"]), rows, kept["caption"], frozenset(kept["numbers"]))


def _spans(spans: Spans) -> list[list[Any]]:
    return [[span.text, span.code, span.is_strong, span.is_emphasis] for span in spans]


def _of(kept: list[list[Any]]) -> Spans:
    return tuple(Span(*each) for each in kept)
