"""A document as plain text: what two days' editions are compared by, letter for letter."""

from __future__ import annotations

from anye.engine.report.briefing.compose import Block, Chart, Document, Heading, Items, Paragraph, Spans, Table


def plain_of(document: Document) -> str:
    """Every word and number, a block a paragraph; a chart is told by its table."""
    return "\n\n".join(text for block in document.blocks if (text := _block(block))) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_words(block.spans)}"
    if isinstance(block, Paragraph):
        return _words(block.spans)
    if isinstance(block, Items):
        return "\n".join(
            f"{f'{number}.' if block.is_ordered else '-'} {_words(one)}"
            for number, one in enumerate(block.items, block.start)
        )
    return "" if isinstance(block, Chart) else _table(block)


def _table(table: Table) -> str:
    lines = ["\t".join(_words(cell) for cell in row) for row in (table.head, *table.rows)]
    return "\n".join([*([table.caption] if table.caption else []), *lines])


def _words(spans: Spans) -> str:
    return "".join(span.text for span in spans)
