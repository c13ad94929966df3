"""Text and figures become a document: every token its number, every named chart its points and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice

from anye.engine.report.briefing import text as written
from anye.engine.report.briefing.faults import TokenFault
from anye.engine.report.briefing.told import Tidings, Told
from anye.engine.report.said import (
    GROUPS,
    ONE,
    UNITS,
    UNKNOWN,
    UNLIKE,
    change_said,
    day_said,
    period_said,
    short_day,
    short_said,
    value_said,
)

WORDS = ("area", "period", "day", "known", "before")
"""Tokens of the briefing itself: the area's name, the period, the day, the day of knowledge, the day compared with."""
PARTS = ("title", "says", "before", "change")
"""What of a figure a token may name besides its number."""
_HEADS = {
    "area": {"zh": "地区", "en": "Area"}, "figure": {"zh": "数值", "en": "Figure"}, "day": {"zh": "截至", "en": "As of"},
    "indicator": {"zh": "指标", "en": "Indicator"}, "now": {"zh": "本期", "en": "Now"}, "change": {"zh": "增减", "en": "Change"},
    "before": {"zh": "{day}", "en": "{day}"},
}  # fmt: skip
MOST_FAULTS, MOST_DRAWN, MOST_COLUMNS = 20, 60, 10
"""So many faults are told, so many charts and tables are drawn of one text, and so many columns of a table fit on a sheet."""
_NOTHING = {"zh": "{title}：尚无可画的数值。", "en": "{title}: nothing to draw yet."}
_ACROSS_WHAT = {"areas": {"zh": "按地区", "en": "by area"}, "trend": {"zh": "历次", "en": "over time"}}
_ACROSS = 3
"""Pairs of area and figure that stand side by side in a table of areas; one less where a figure is longer than so many letters."""
_SHORT = 11
_WITHOUT_UNIT = frozenset({"yuan", "yuan_per_month", "yuan_per_day", "percent"})  # their words hold the unit


@dataclass(frozen=True)
class Span:
    """Words of one look; `code`: the figure that they tell."""

    text: str
    code: str = ""
    is_strong: bool = False
    is_emphasis: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    level: int
    spans: Spans


@dataclass(frozen=True)
class Paragraph:
    spans: Spans
    is_quote: bool = False


@dataclass(frozen=True)
class Items:
    is_ordered: bool
    items: tuple[Spans, ...]
    start: int = 1


@dataclass(frozen=True)
class Table:
    """`numbers`: the columns that hold numbers."""

    head: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    caption: str = ""
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chart:
    """`kind`: bars (areas, the largest first) or columns (days); `points`: label, number, the number in words."""

    kind: str
    title: str
    points: tuple[tuple[str, Decimal | None, str], ...]

    @property
    def says(self) -> str:
        """The chart in words, for who cannot see it."""
        return f"{self.title}: " + "; ".join(f"{label} {said}" for label, _value, said in self.points)


Block = Heading | Paragraph | Items | Table | Chart


@dataclass(frozen=True)
class Document:
    """A briefing that is ready to be shown. `faults`: what the text gets wrong, each with its line; `unknown`: figures that its
    sentences and charts name and nobody knows. A table of a group says that itself."""

    lang: str
    blocks: tuple[Block, ...]
    faults: tuple[TokenFault, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its first heading."""
        heading = next((each for each in self.blocks if isinstance(each, Heading)), None)
        return "".join(span.text for span in heading.spans) if heading else ""


def compose(text: str, tidings: Tidings, lang: str) -> Document:
    """The document of a text in a language, with the figures in it. What is wrong is told, never left out."""
    composing, text = _Composing(tidings, lang), written.cleaned(text)
    blocks = tuple(block for each in written.blocks_of(_held(text, tidings)) for block in composing.block(each))
    faults = tuple(islice(_faults(text, tidings), MOST_FAULTS))
    return Document(lang, blocks, faults, tuple(sorted(composing.unknown)))


def _held(text: str, tidings: Tidings) -> str:
    """A text without what is said under a condition that does not hold: {{if I05}} … {{end}} asks whether a figure is known."""
    kept, asked = [], [True]
    for what, words in written.conditions(text):
        if what == "if":
            told = tidings.figures.get(words)
            is_known = tidings.before is not None if words == "before" else told is None or told.value is not None
            asked.append(asked[-1] and is_known)
        elif what == "end":
            asked = asked[:-1] if len(asked) > 1 else asked
        elif asked[-1]:
            kept.append(words)
    return "".join(kept)


@dataclass
class _Composing:
    tidings: Tidings
    lang: str
    unknown: set[str] = field(default_factory=set)
    drawn: int = 0

    def block(self, block: written.Block) -> Iterator[Block]:
        if isinstance(block, written.Named):
            yield from self._named(block)
        elif isinstance(block, written.Heading):
            yield Heading(block.level, self._spans(block.runs))
        elif isinstance(block, written.Paragraph):
            yield Paragraph(self._spans(block.runs), block.is_quote)
        elif isinstance(block, written.Items):
            yield Items(block.is_ordered, tuple(self._spans(one) for one in block.items), block.start)
        else:
            head = tuple(self._spans(one) for one in block.head)
            yield Table(head, tuple(tuple(self._spans(one) for one in row) for row in block.rows))

    def _spans(self, runs: written.Runs) -> Spans:
        return tuple(span for run in runs for span in self._run(run))

    def _run(self, run: written.Run) -> Iterator[Span]:
        at = 0
        for found in written.TOKEN.finditer(run.text):
            said = self._said(found[1].strip())
            if said is None:
                continue
            if found.start() > at:
                yield Span(run.text[at : found.start()], "", run.is_strong, run.is_emphasis)
            yield Span(said[0], said[1], run.is_strong, run.is_emphasis)
            at = found.end()
        if at < len(run.text):
            yield Span(run.text[at:], "", run.is_strong, run.is_emphasis)

    def _said(self, token: str) -> tuple[str, str] | None:
        """What a token says, and the figure that it tells; None: it names nothing."""
        if token in WORDS:
            return self._word(token), ""
        code, _dot, part = token.partition(".")
        told = self.tidings.figures.get(code)
        if told is None or (part and part not in PARTS):
            return None
        return self._part(told, part), code

    def _word(self, word: str) -> str:
        tidings = self.tidings
        if word == "area":
            return tidings.name
        if word == "period":
            return period_said(tidings.kind, tidings.as_of, self.lang)
        day = {"day": tidings.as_of, "known": tidings.known_on, "before": tidings.before}[word]
        return day_said(day, self.lang) if day else UNKNOWN[self.lang]

    def _part(self, told: Told, part: str) -> str:
        if part == "title":
            return told.title[self.lang]
        is_told = part not in {"before", "change"} or (part == "change" and told.earlier is not None)
        if (told.value is None and part != "before") or (not is_told and told.earlier is None):
            self.unknown.add(told.code)
        if part == "before":
            return value_said(told.earlier, told.unit, self.lang)
        if part == "change":
            if not self.tidings.is_comparable(told.code):
                return UNLIKE[self.lang]
            return change_said(told.value, told.earlier, told.unit, self.lang)
        said = value_said(told.value, told.unit, self.lang)
        return told.says[self.lang].replace("{value}", said) if part == "says" else said

    def _named(self, named: written.Named) -> Iterator[Block]:
        self.drawn += 1
        if not _is_there(named, self.tidings) or self.drawn > MOST_DRAWN:
            yield Paragraph((Span(f"{{{{{named.what} {named.of}}}}}"),))
        elif named.what == "group":
            yield self._group(named.of)
        elif not self._points(named):
            title = self.tidings.figures[named.of].title[self.lang]
            yield Paragraph((Span(_NOTHING[self.lang].format(title=title), is_emphasis=True),))
        elif named.what == "areas":
            yield from self._areas(self.tidings.figures[named.of])
        else:
            yield from self._trend(self.tidings.figures[named.of])

    def _points(self, named: written.Named) -> Sequence[object]:
        return (self.tidings.within if named.what == "areas" else self.tidings.trends).get(named.of, ())

    def _areas(self, told: Told) -> Iterator[Block]:
        rows = sorted(self.tidings.within[told.code], key=lambda each: (each[2] is None, -(each[2] or 0)))
        points = tuple((name, value, short_said(value, told.unit, self.lang)) for _area, name, value in rows)
        title = self._titled(told, "areas")
        known = tuple(point for point in points if point[1] is not None)
        if known:  # where there is nothing stands in the table
            yield Chart("bars", title, tuple(point for point in known if point[1]) or known)
        else:
            self.unknown.add(told.code)
        cells = [
            (_plain(name), (Span(value_said(value, told.unit, self.lang), told.code),)) for name, value, _said in points
        ]
        yield self._across("area", cells, "" if known else title)

    def _trend(self, told: Told) -> Iterator[Block]:
        points = tuple(
            (short_day(day, self.lang), value, short_said(value, told.unit, self.lang))
            for day, value in self.tidings.trends[told.code]
        )
        title = self._titled(told, "trend")
        is_known = any(value is not None for _label, value, _said in points)
        if is_known:
            yield Chart("columns", title, points)
        else:
            self.unknown.add(told.code)
        cells = [
            (_plain(label), (Span(value_said(value, told.unit, self.lang), told.code),))
            for label, value, _said in points
        ]
        yield self._across("day", cells, "" if is_known else title)

    def _across(self, name: str, cells: Sequence[tuple[Spans, Spans]], caption: str) -> Table:
        """Pairs one below the other, in as many columns as a sheet of paper holds."""
        longest = max(len(span.text) for _name, spans in cells for span in spans)
        across = min(_ACROSS if longest <= _SHORT else _ACROSS - 1, len(cells))
        down = -(-len(cells) // across)
        full = [*cells, *[((), ())] * (down * across - len(cells))]
        rows = (tuple(cell for at in range(row, len(full), down) for cell in full[at]) for row in range(down))
        return Table(self._head(name, "figure") * across, tuple(rows), caption, frozenset(range(1, 2 * across, 2)))

    def _group(self, group: str) -> Table:
        has_before = self.tidings.before is not None
        rows = []
        for told in self.tidings.figures.values():
            if told.group != group:
                continue
            now = value_said(told.value, told.unit, self.lang)
            row = [_plain(told.title[self.lang]), (Span(self._with_unit(told, now), told.code),)]
            if has_before:
                is_comparable = self.tidings.is_comparable(told.code)
                change = change_said(told.value, told.earlier, told.unit, self.lang) if is_comparable else "—"
                before = value_said(told.earlier, told.unit, self.lang)
                row += [_plain(self._with_unit(told, before)), _plain(change)]
            rows.append(tuple(row))
        head = self._head("indicator", "now", *(("before", "change") if has_before else ()))
        return Table(head, tuple(rows), GROUPS.get(group, {}).get(self.lang, group), frozenset(range(1, len(head))))

    def _with_unit(self, told: Told, said: str) -> str:
        if told.unit in _WITHOUT_UNIT or said == UNKNOWN[self.lang]:
            return said
        words = ONE.get(told.unit) if said == "1" and self.lang == "en" else None
        return f"{said}{'' if self.lang == 'zh' else ' '}{words or UNITS[told.unit][self.lang]}"

    def _titled(self, told: Told, what: str) -> str:
        unit = "" if told.unit in _WITHOUT_UNIT else UNITS[told.unit][self.lang]
        between = "，" if self.lang == "zh" else ", "
        more = between.join(filter(None, (_ACROSS_WHAT[what][self.lang], unit)))
        return f"{told.title[self.lang]}（{more}）" if self.lang == "zh" else f"{told.title[self.lang]} ({more})"

    def _head(self, *names: str) -> tuple[Spans, ...]:
        day = self._word("before")
        return tuple(_plain(_HEADS[name][self.lang].replace("{day}", day)) for name in names)


def _plain(text: str) -> Spans:
    return (Span(text),)


def _is_there(named: written.Named, tidings: Tidings) -> bool:
    """Whether there is what a line names."""
    if named.what == "group":
        return any(told.group == named.of for told in tidings.figures.values())
    return named.of in tidings.figures


def _faults(text: str, tidings: Tidings) -> Iterator[TokenFault]:
    names = [*tidings.figures, *WORDS]
    groups = sorted({told.group for told in tidings.figures.values()})
    yield from _faults_of_conditions(text, tidings)
    drawn = 0
    for number, line in enumerate(text.split("\n"), 1):
        rest = line
        for found in written.TOKEN.finditer(line):
            rest = rest.replace(found[0], "", 1)
            token = found[1].strip()
            what, _space, of = token.partition(" ")
            if token == "end" or what == "if":
                continue
            if what in written.BLOCKS and of:
                drawn += 1
                named = written.Named(what, of.strip())
                code = "token_unknown" if not _is_there(named, tidings) else ""
                code = code or ("token_inside" if line.strip() != found[0] else "")
                code = code or ("token_many" if drawn > MOST_DRAWN else "")
                near = _near(named.of, groups if what == "group" else list(tidings.figures))
            else:
                code = "" if _is_known(token, tidings) else "token_unknown"
                near = _near(token.partition(".")[0], names) if code else ""
            if code:
                yield TokenFault(code, {"line": number, "found": found[0], "expected": near})
        if written.columns_of(line) > MOST_COLUMNS:
            yield TokenFault(
                "table_wide", {"line": number, "found": written.columns_of(line), "expected": "", "most": MOST_COLUMNS}
            )
        if "{{" in rest or "}}" in rest:
            yield TokenFault("token_unclosed", {"line": number, "found": line.strip()[:40], "expected": "{{I01}}"})


def _faults_of_conditions(text: str, tidings: Tidings) -> Iterator[TokenFault]:
    """Conditions of what is not there, and those without an end."""
    number, opened = 1, []
    for what, words in written.conditions(text):
        if what == "text":
            number += words.count("\n")
        elif what == "if":
            opened.append((number, words))
            if words != "before" and words not in tidings.figures:
                near = _near(words, list(tidings.figures))
                yield TokenFault("token_unknown", {"line": number, "found": f"{{{{if {words}}}}}", "expected": near})
        elif opened:
            opened.pop()
        else:
            yield TokenFault("token_end", {"line": number, "found": "{{end}}", "expected": ""})
    for line, words in opened:
        yield TokenFault("token_no_end", {"line": line, "found": f"{{{{if {words}}}}}", "expected": ""})


def _is_known(token: str, tidings: Tidings) -> bool:
    code, dot, part = token.partition(".")
    return token in WORDS or (code in tidings.figures and (part in PARTS if dot else True))


def _near(found: str, names: list[str]) -> str:
    near = get_close_matches(found.upper(), names, n=3, cutoff=0.5) or get_close_matches(found, names, n=3, cutoff=0.5)
    return ", ".join(near)
