"""A document for Word, as PDF and as a page: the same words in each, and nothing that an officer writes is taken for markup."""

from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.shared import Cm

import anye
from anye.engine.report.briefing.chart import svg_of
from anye.engine.report.briefing.compose import Chart, Span, compose
from anye.engine.report.briefing.page import file_of, part_of
from anye.engine.report.briefing.pdf import _spans, pdf_of, picture_of
from anye.engine.report.briefing.text import LONGEST
from anye.engine.report.briefing.word import word_of
from tests.engine.report.briefing.told import tidings

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path(anye.__file__).parent / "doors" / "static" / "vendor" / "fonts"
TEXT = """# {{area}}{{period}}简报

兑现**{{I30}}**，*在业*{{I24}}人。

## 一、情况
{{areas I24}}
{{trend I30}}
{{group work}}
- 甲
1. 乙

> 引用
"""
HOSTILE = (
    '#read("/etc/passwd") #set page(width: 1pt) "quoted" \\u{41} ]) <b onclick="x">&amp;</b> $x$ @a `code` #{panic()}'
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_word_holds_every_word_and_a_picture_that_is_described(lang: str) -> None:
    document = compose(TEXT, tidings(), lang)
    paper = docx.Document(io.BytesIO(word_of(document, "foot", FONTS)))
    words = "\n".join(line.text for line in paper.paragraphs)
    number = {"zh": "1,370万元", "en": "13.70 million yuan"}[lang]
    assert number in words and "简报" in words and paper.paragraphs[0].style.name == "Heading 1"
    cells = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert any("丙镇" in row and "70" in row for row in cells)
    assert len(paper.inline_shapes) == 2
    told = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert "丙镇 70" in told[0] and {"zh": "1,370万元", "en": "13.7m yuan"}[lang] in told[1]
    widths = [[cell.width for cell in table.rows[0].cells] for table in paper.tables]
    assert all(abs(sum(each) - Cm(15.6)) < Cm(0.1) for each in widths) and any(len(set(each)) > 1 for each in widths)
    assert "foot" in paper.sections[0].footer.paragraphs[0].text
    assert paper.core_properties.title == document.title and not paper.core_properties.author


def test_chinese_letters_have_the_face_of_official_papers() -> None:
    paper = docx.Document(io.BytesIO(word_of(compose(TEXT, tidings(), "zh"), "", FONTS)))
    faces = paper.styles["Normal"].element.rPr.rFonts
    assert {"仿宋", "Times New Roman"} == set(faces.attrib.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pdf_is_the_same_every_time(lang: str) -> None:
    document = compose(TEXT, tidings(), lang)
    made = pdf_of(document, "foot", FONTS)
    assert made.startswith(b"%PDF") and made == pdf_of(document, "foot", FONTS)
    assert made != pdf_of(compose(TEXT.replace("甲", "丁"), tidings(), lang), "foot", FONTS)


def test_a_picture_of_a_chart() -> None:
    chart = next(block for block in compose("{{areas I24}}", tidings(), "zh").blocks if isinstance(block, Chart))
    assert picture_of(chart, FONTS).startswith(b"\x89PNG")


def test_several_threads_set_at_once() -> None:
    document = compose(TEXT, tidings(), "zh")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: pdf_of(document, "", FONTS), range(12)))
    assert len(set(made)) == 1


def test_every_list_begins_where_its_text_says() -> None:
    document = compose("3. 丙\n4. 丁\n\n话\n\n1. 甲", tidings(), "zh")
    lines = docx.Document(io.BytesIO(word_of(document, "", FONTS))).paragraphs
    assert [line.text for line in lines] == ["3.\t丙", "4.\t丁", "话", "1.\t甲"]
    assert '<ol start="3">' in part_of(document) and pdf_of(document, "", FONTS)


def test_what_a_word_processor_leaves_behind_and_a_title_without_end() -> None:
    document = compose("# " + "长" * 400 + "\x0c\x1b\n\n甲\ufffe", tidings(), "zh")
    assert word_of(document, "", FONTS)[:2] == b"PK" and pdf_of(document, "", FONTS)


def test_what_is_written_is_never_markup() -> None:
    document = compose(
        f"# 题\n\n{HOSTILE}\n\n- {HOSTILE}\n\n| a |\n|---|\n| {HOSTILE.replace('|', '')} |", tidings(), "zh"
    )
    assert pdf_of(document, HOSTILE, FONTS).startswith(b"%PDF")
    page = file_of(document, HOSTILE)
    assert "<b onclick" not in page and "&lt;b onclick" in page
    words = "\n".join(line.text for line in docx.Document(io.BytesIO(word_of(document, "", FONTS))).paragraphs)
    assert '#read("/etc/passwd")' in words and "root:" not in words


_DEEP = """
import sys, threading
from anye.engine.report.briefing.compose import compose
from anye.engine.report.briefing.pdf import pdf_of
from pathlib import Path
from tests.engine.report.briefing.told import tidings
threading.stack_size(2 * 1024 * 1024)  # as the threads that serve pages have
made, text = [], sys.stdin.buffer.read().decode()
run = threading.Thread(target=lambda: made.append(pdf_of(compose(text, tidings(), "en"), "", Path(sys.argv[1]))))
run.start()
run.join()
print(made[0][:4].decode())
"""


@pytest.mark.parametrize("words", ["**a** b ", "{{I30}} ", "# a\n\n", "- a\n", "> a\n\n", "a", "汉"])
def test_the_longest_text_of_anything_becomes_a_pdf_and_takes_nobody_down(words: str) -> None:
    text = words * (LONGEST // len(words))
    ended = subprocess.run(
        [sys.executable, "-c", _DEEP, str(FONTS)],
        check=False,
        input=text.encode(),
        capture_output=True,
        cwd=Path(__file__).parents[4],
    )
    assert ended.returncode == 0 and ended.stdout == b"%PDF\n", ended.stderr[-400:]


def test_a_long_word_breaks_at_the_end_of_its_line() -> None:
    assert "\u200b" in _spans((Span("a" * 31),)) and "\u200b" not in _spans((Span("a" * 30 + " b"), Span("汉" * 90)))


def test_a_page_links_each_figure_and_ranks_its_headings() -> None:
    page = part_of(compose(TEXT, tidings(), "zh"), link=lambda code: f"/x/{code}/?a=1&b", below=1)
    assert '<a href="/x/I30/?a=1&amp;b">1,370万元</a>' in page
    assert "<h2>" in page and "<h3>" in page and "<h1>" not in page
    assert "style=" not in page and "<script" not in page


@pytest.mark.parametrize("kind", ["bars", "columns"])
def test_a_chart_draws_lengths_from_zero_and_a_question_mark_for_what_is_not_known(kind: str) -> None:
    points = (("甲<镇", 40, "40"), ("乙", 20, "20"), ("丙", None, "尚不清楚"), ("丁", 0, "0"))
    known = tuple(point for point in points if kind == "columns" or point[1] is not None)
    drawn = ElementTree.fromstring(svg_of(Chart(kind, "图&", known)))
    marks = drawn.findall(f"{SVG}rect")
    lengths = [float(mark.get("width" if kind == "bars" else "height", "")) for mark in marks]
    assert lengths[0] == pytest.approx(2 * lengths[1], abs=0.2) and lengths[-1] == 0
    texts = [text.text for text in drawn.findall(f"{SVG}text")]
    assert ("?" in texts) is (kind == "columns") and len(marks) == 3
    assert "尚不清楚" in drawn.get("aria-label", "") or kind == "bars"


def test_a_chart_of_nothing_but_zeros_can_be_drawn() -> None:
    for kind in ("bars", "columns"):
        assert ElementTree.fromstring(svg_of(Chart(kind, "图", (("甲", 0, "0"),)))) is not None


def test_words_above_a_column_do_not_run_into_a_taller_one_beside_it() -> None:
    points = [(f"{at}", value, f"{value}.00 million yuan") for at, value in enumerate((1, 90, 1, 2, 1, 90, 3))]
    drawn = ElementTree.fromstring(svg_of(Chart("columns", "图", tuple(points))))
    columns = [{key: float(mark.get(key, "")) for key in ("x", "y", "width")} for mark in drawn.iter(f"{SVG}rect")]
    said = [mark for mark in drawn.iter(f"{SVG}text") if "yuan" in (mark.text or "")]
    assert len(said) > 1
    for words in said:
        middle, half = float(words.get("x", "")), len(words.text or "") * 14 * 0.33
        below = [
            each["y"] for each in columns if each["x"] < middle + half and each["x"] + each["width"] > middle - half
        ]
        assert float(words.get("y", "")) < min(below)


@pytest.mark.parametrize("count", [5, 11, 12, 24])
def test_the_days_below_columns_do_not_touch_each_other(count: int) -> None:
    days = [f"2020年{at % 12 + 1}月{at + 10}日" for at in range(count)]
    drawn = ElementTree.fromstring(
        svg_of(Chart("columns", "图", tuple((day, at + 1, "1") for at, day in enumerate(days))))
    )
    told = [
        (float(mark.get("x", "")), mark.text or "") for mark in drawn.iter(f"{SVG}text") if "年" in (mark.text or "")
    ]
    spans = [
        (x - width / 2, x + width / 2)
        for x, words in told
        for width in [sum(14 if each > "z" else 8.4 for each in words)]
    ]
    assert told[-1][1] == days[-1] and len(told) > 1
    assert all(one[1] + 4 < other[0] for one, other in pairwise(spans))
    assert spans[-1][1] <= 721
