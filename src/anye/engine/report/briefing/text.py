"""What an officer writes of a briefing: Markdown with tokens in it, read into blocks.

A token is a figure (`{{I30}}`), one of its words (`{{I30.says}}`), a word of the briefing itself (`{{period}}`), or, on a
line of its own, a chart with its table (`{{areas I24}}`, `{{trend I24}}`) or the table of a group (`{{group money}}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

TOKEN = re.compile(r"\{\{([^{}\n]{1,60})\}\}")  # what is longer is no token: nothing is searched twice
LONGEST = 60_000
"""Letters of a text at most, on the site and for the command."""
BLOCKS = ("areas", "trend", "group")
_BLOCK = re.compile(rf"^\s*\{{\{{\s*({'|'.join(BLOCKS)})\s+([A-Za-z0-9_]+)\s*\}}\}}\s*$")
# not between digits or Latin letters: 300*12*5 is a product
_MARKED = re.compile(r"(?<![0-9A-Za-z*])(\*\*|\*)(?=[^\s*])([^*\n]{1,400})(?<=\S)\1(?![0-9A-Za-z*])")
_CONDITION = re.compile(r"\{\{ {0,3}(if [A-Za-z0-9]{1,12}|end) {0,3}\}\}")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["image", "link", "autolink", "html_inline", "html_block", "code", "fence", "reference", "hr", "lheading"])
    .disable(["backticks", "emphasis"])
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Words of one look; tokens still stand in them."""

    text: str
    is_strong: bool = False
    is_emphasis: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    runs: Runs
    is_quote: bool = False


@dataclass(frozen=True)
class Items:
    """`start`: the number of the first, of an ordered list."""

    is_ordered: bool
    items: tuple[Runs, ...]
    start: int = 1


@dataclass(frozen=True)
class Rows:
    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class Named:
    """A chart or a table that a line names: `areas`, `trend` or `group`, and of what."""

    what: str
    of: str


Block = Heading | Paragraph | Items | Rows | Named


def cleaned(text: str) -> str:
    """A text without the characters that no document may hold: a word processor leaves some behind when words are copied."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def conditions(text: str) -> Iterator[tuple[str, str]]:
    """A text in pieces: `text` words, `if` what has to be known from here on, `end` of that; `text` first and last."""
    at = 0
    for found in _CONDITION.finditer(text):
        yield "text", text[at : found.start()]
        yield ("end", "") if found[1] == "end" else ("if", found[1].removeprefix("if "))
        at = found.end()
    yield "text", text[at:]


def columns_of(line: str) -> int:
    """How many columns a table has whose head this line ends (|---|---|); 0: it is no such line."""
    is_rule = {"|", "-"} <= set(line) <= set("|-: \t")
    return line.strip().strip("|").count("|") + 1 if is_rule else 0


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text, in their order. What is no Markdown that a briefing knows stays as it is written."""
    found: list[Block] = []
    prose: list[str] = []
    for line in [*text.split("\n"), None]:
        named = _BLOCK.match(line) if line is not None else None
        if line is not None and named is None:
            prose.append(line)
            continue
        found += _prose("\n".join(prose))
        prose = []
        if named:
            found.append(Named(named[1], named[2]))
    return found


def _prose(text: str) -> Iterator[Block]:
    tokens = _MARKDOWN.parse(text)
    at, quotes = 0, 0
    while at < len(tokens):
        token = tokens[at]
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        end = _end(tokens, at)
        inside = tokens[at : end + 1]
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), _runs(inside[1]))
        elif token.type == "paragraph_open":
            yield Paragraph(_runs(inside[1]), quotes > 0)
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            items = tuple(_runs(one) for one in inside if one.type == "inline")
            yield Items(token.type.startswith("ordered"), items, int(token.attrGet("start") or 1))
        elif token.type == "table_open":
            yield _table(inside)
        else:
            end = at
        at = end + 1


def _end(tokens: list[Token], at: int) -> int:
    """Where what begins at a place ends; itself, where it has no end of its own."""
    if tokens[at].nesting != 1:
        return at
    level = tokens[at].level
    return next(n for n in range(at + 1, len(tokens)) if tokens[n].nesting == -1 and tokens[n].level == level)


def _table(inside: list[Token]) -> Rows:
    rows: list[list[Runs]] = []
    for one in inside:
        if one.type == "tr_open":
            rows.append([])
        elif one.type == "inline":
            rows[-1].append(_runs(one))
    return Rows(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))


def _runs(inline: Token) -> Runs:
    """Words of one look each; a line's end within a paragraph is a space between Latin words and nothing between Chinese ones."""
    words = ({"softbreak": "\n", "hardbreak": "\n"}.get(one.type, one.content) for one in inline.children or [])
    return tuple(_joined([run for each in words if each for run in _looks(each)]))


def _looks(words: str) -> Iterator[Run]:
    """**Strong** and *emphasised* words apart. Markdown's own rule asks for spaces or signs around them, which Chinese has not."""
    at = 0
    for found in _MARKED.finditer(words):
        if found.start() > at:
            yield Run(words[at : found.start()])
        yield Run(found[2], is_strong=found[1] == "**", is_emphasis=found[1] == "*")
        at = found.end()
    if at < len(words):
        yield Run(words[at:])


def _joined(runs: list[Run]) -> Iterator[Run]:
    for at, run in enumerate(runs):
        if run.text != "\n":
            yield run
        elif 0 < at < len(runs) - 1 and not _CHINESE.search(runs[at - 1].text[-1:] + runs[at + 1].text[:1]):
            yield Run(" ")
