"""A chart of a briefing as SVG: one drawing for the page, for Word and for PDF. Without styles, so that pages may hold it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from anye.engine.report.briefing.compose import Chart

WIDTH = 720
FONT = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_INK, _QUIET, _BAR, _LINE = "#182433", "#5b6673", "#206bc4", "#dce1e7"
_ROW, _BAR_HEIGHT, _LABEL, _SAID, _LETTERS = 26, 15, 152, 130, 10
_TALL, _FOOT, _HEAD, _GAP = 180, 26, 22, 0.35
_SIZE = 14


def svg_of(chart: Chart) -> str:
    """The drawing. Lengths start at zero; a day that nobody knows has a question mark and no column."""
    height, marks = (_bars if chart.kind == "bars" else _columns)(chart)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(chart.says)}"'
        f' font-family="{FONT}" font-size="{_SIZE}" fill="{_INK}">{"".join(marks)}</svg>'
    )


def _bars(chart: Chart) -> tuple[int, Iterator[str]]:
    return len(chart.points) * _ROW + 4, _bar_marks(chart)


def _bar_marks(chart: Chart) -> Iterator[str]:
    values = [float(value or 0) for _label, value, _said in chart.points]
    low, high = min([0.0, *values]), max([0.0, *values])
    room = WIDTH - _LABEL - _SAID
    scale = room / (high - low or 1)
    zero = _LABEL - low * scale
    for at, ((label, _value, said), value) in enumerate(zip(chart.points, values, strict=True)):
        top = at * _ROW + 2
        middle = top + _ROW / 2 + 5
        left, length = zero + min(0.0, value) * scale, abs(value) * scale
        yield _text(_LABEL - 8, middle, _shortened(label), "end", _INK)
        yield _rect(left, top + (_ROW - _BAR_HEIGHT) / 2, length, _BAR_HEIGHT)
        yield _text(left + length + 6, middle, said, "start")
    yield f'<line x1="{zero:.1f}" y1="0" x2="{zero:.1f}" y2="{len(values) * _ROW + 4}" stroke="{_LINE}"/>'


def _columns(chart: Chart) -> tuple[int, Iterator[str]]:
    return _HEAD + _TALL + _FOOT, _column_marks(chart)


def _column_marks(chart: Chart) -> Iterator[str]:
    values = [None if value is None else float(value) for _label, value, _said in chart.points]
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = _TALL / (high - low or 1)
    zero, base = _HEAD + high * scale, _HEAD + _TALL
    step = WIDTH / len(values)
    wide = min(step * (1 - _GAP), 64)
    widest = max(_width(label) for label, *_ in chart.points), max(_width(said) for *_, said in chart.points)
    tops = [zero if value is None else min(zero, zero - value * scale) for value in values]
    yield f'<line x1="0" y1="{zero:.1f}" x2="{WIDTH}" y2="{zero:.1f}" stroke="{_LINE}"/>'
    for at, ((label, _value, said), value) in enumerate(zip(chart.points, values, strict=True)):
        middle = (at + 0.5) * step
        if value is None:
            yield _text(middle, zero - 6, "?", "middle")
        else:
            yield _rect(middle - wide / 2, tops[at], wide, abs(value) * scale)
            if _is_told(at, values, step, widest[1]):
                there = _inside(middle, said)
                yield _text(there, min(_under(there, said, tops, wide)) - 6, said, "middle")
        if _is_told(at, values, step, widest[0]):
            yield _text(_inside(middle, label), base + 18, label, "middle")


def _under(middle: float, words: str, tops: list[float], wide: float) -> Iterator[float]:
    """The tops of the columns above which words stand: they would run into a neighbour that is taller than their own."""
    step, reach = WIDTH / len(tops), (_width(words) + wide) / 2
    return (top for at, top in enumerate(tops) if abs((at + 0.5) * step - middle) < reach)


def _is_told(at: int, values: list[float | None], step: float, width: float) -> bool:
    """Whether there is room for words at a column: at the last, whose words move in from the edge, and at as many before it as do
    not touch."""
    moved = max(0.0, (width - step) / 2)
    return (len(values) - 1 - at) % max(1, -int(-(width + moved + _SIZE / 2) // step)) == 0


def _width(words: str) -> float:
    """How wide words are: a Chinese letter is as wide as it is high."""
    return sum(_SIZE if letter > "\u2e80" else _SIZE * 0.6 for letter in words)


def _inside(middle: float, words: str) -> float:
    """Where words stand in the middle without leaving the drawing."""
    half = _width(words) / 2
    return min(max(middle, half), WIDTH - half)


def _rect(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{_BAR}"/>'


def _text(x: float, y: float, words: str, anchor: str, fill: str = _QUIET) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _shortened(label: str) -> str:
    return label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
