"""Tokens become numbers in both languages; what names nothing is told with its line; nothing of a text is lost."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anye.engine.report.briefing import frozen
from anye.engine.report.briefing.compose import Chart, Heading, Items, Table, compose
from anye.engine.report.briefing.plain import plain_of
from anye.engine.report.briefing.told import Tidings, as_json, before_of, differences, from_json
from anye.engine.report.said import UNKNOWN, change_said, period_said
from tests.engine.report.briefing.told import BEFORE, DAY, figure, tidings


def said(text: str, lang: str = "zh", told: Tidings | None = None) -> str:
    return plain_of(compose(text, told or tidings(), lang)).strip()


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("{{I30}}", "1,370万元", "13.70 million yuan"),
        ("{{ I24 }}", "1,055", "1,055"),
        ("{{I29}}", "100%", "100%"),
        ("{{I24.title}}", "指标I24", "Figure I24"),
        ("{{I24.says}}", "共1,055人", "1,055 people"),
        ("{{I24.before}}", "1,000", "1,000"),
        ("{{I24.change}}", "增加55", "up 55"),
        ("{{I29.change}}", "上升2个百分点", "up 2 points"),
        ("{{I99}}", "尚不清楚", "not known yet"),
        ("{{I99.change}}", "尚不清楚", "not known yet"),
        ("{{area}} {{period}}", "晴川区 2020年12月", "晴川区 December 2020"),
        ("{{day}}/{{before}}", "2020年12月31日/2020年11月30日", "31 December 2020/30 November 2020"),
    ],
)
def test_a_token_says_its_number(text: str, zh: str, en: str) -> None:
    assert (said(text), said(text, "en")) == (zh, en)


def test_a_number_stands_in_the_middle_of_words_and_keeps_their_look() -> None:
    (paragraph,) = compose("兑现**{{I30}}**，惠及*{{I24}}*人", tidings(), "zh").blocks
    assert [(span.text, span.code, span.is_strong, span.is_emphasis) for span in paragraph.spans] == [  # type: ignore[union-attr]
        ("兑现", "", False, False), ("1,370万元", "I30", True, False), ("，惠及", "", False, False),
        ("1,055", "I24", False, True), ("人", "", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "line", "near"),
    [
        ("一\n\n{{I3}}", "token_unknown", 3, "I30"),
        ("{{i24}}", "token_unknown", 1, "I24"),
        ("{{I24.sum}}", "token_unknown", 1, "I24"),
        ("{{perod}}", "token_unknown", 1, "period"),
        ("{{group income}}", "token_unknown", 1, ""),
        ("{{group monye}}", "token_unknown", 1, "money"),
        ("各镇{{areas I24}}如下", "token_inside", 1, "I24"),
        ("共{{I24}人", "token_unclosed", 1, "{{I01}}"),
        ("共I24}}人", "token_unclosed", 1, "{{I01}}"),
    ],
)
def test_what_names_nothing_is_told_with_its_line_and_what_is_near(text: str, code: str, line: int, near: str) -> None:
    (fault,) = compose(text, tidings(), "zh").faults
    assert (fault.code, fault.params["line"]) == (code, line)
    assert near in str(fault.params["expected"]) and (near or not fault.params["expected"])
    for lang in ("zh", "en"):
        assert str(line) in fault.text(lang) and str(fault.params["found"]) in fault.text(lang)


def test_a_good_text_has_no_fault_and_says_what_nobody_knows() -> None:
    document = compose(
        "# {{period}}\n\n{{I24}} {{I99}} {{I30.title}}\n\n{{areas I24}}\n\n{{group work}}", tidings(), "zh"
    )
    assert not document.faults and document.unknown == ("I99",) and document.title == "2020年12月"


def test_a_chart_has_its_table_and_what_is_not_known_has_no_bar() -> None:
    chart, table = compose("{{areas I24}}", tidings(), "zh").blocks
    assert isinstance(chart, Chart) and isinstance(table, Table)
    assert [(label, value) for label, value, _said in chart.points] == [("丙镇", 70), ("甲镇", 30)]
    cells = {span.text for row in table.rows for cell in row for span in cell}
    assert {"丙镇", "70", "甲镇", "30", "丁镇", "0", "乙镇", "尚不清楚"} <= cells
    chart, table = compose("{{trend I30}}", tidings(), "en").blocks
    assert isinstance(chart, Chart) and chart.points[-1] == ("31 Dec 2020", Decimal(13_700_000), "13.7m yuan")
    assert isinstance(table, Table) and "13.70 million yuan" in {
        span.text for row in table.rows for cell in row for span in cell
    }


def test_where_there_is_nothing_to_draw_it_is_said() -> None:
    assert said("{{trend I24}}") == "指标I24：尚无可画的数值。"
    assert said("{{areas I30}}", "en") == "Figure I30: nothing to draw yet."
    assert not compose("{{trend I24}}", tidings(), "zh").faults


def test_a_group_is_a_table_with_what_stood_before() -> None:
    table = compose("{{group money}}", tidings(), "zh").blocks[0]
    assert isinstance(table, Table)
    rows = [["".join(span.text for span in cell) for cell in row] for row in (table.head, *table.rows)]
    assert rows == [
        ["指标", "本期", "2020年11月30日", "增减"],
        ["指标I30", "1,370万元", "761.44万元", "增加608.56万元"],
    ]
    alone = compose("{{group money}}", tidings(before=None, before_known=None), "en").blocks[0]
    assert isinstance(alone, Table) and len(alone.head) == 2


@pytest.mark.parametrize(
    ("period", "as_of", "before", "is_comparable"),
    [
        ("year", DAY, BEFORE, True),
        ("year", dt.date(2021, 1, 31), DAY, False),
        ("year", DAY, dt.date(2019, 12, 31), True),
        ("year", dt.date(2020, 12, 30), dt.date(2019, 12, 31), False),
        ("quarter", dt.date(2020, 10, 31), dt.date(2020, 9, 30), False),
        ("quarter", DAY, dt.date(2020, 9, 30), True),
        ("half_year", dt.date(2020, 9, 30), dt.date(2020, 6, 30), False),
        ("month", DAY, BEFORE, True),
        ("day", dt.date(2021, 1, 31), DAY, True),
        ("rolling", dt.date(2021, 1, 31), DAY, True),
        ("all", dt.date(2021, 1, 31), DAY, True),
        ("year_before", dt.date(2021, 1, 31), DAY, False),
        ("year", DAY, None, False),
    ],
)
def test_like_periods_alone_are_compared(
    period: str, as_of: dt.date, before: dt.date | None, is_comparable: bool
) -> None:
    told = Tidings("month", "1", "区", as_of, as_of, {"X": figure("X", "person", 5, 3, period=period)}, before, before)
    assert told.is_comparable("X") is is_comparable
    assert (said("{{X.change}}", told=told) == "增加2") is is_comparable


def test_of_unlike_periods_no_change_is_told() -> None:
    told = Tidings("month", "1", "区", dt.date(2021, 1, 31), DAY, {"X": figure("X", "person", 5, 30)}, DAY, DAY)
    assert (said("{{X.change}}", told=told), said("{{X.change}}", "en", told)) == ("不可比", "not comparable")
    assert "—" in said("{{group work}}", told=told) and "减少" not in said("{{group work}}", told=told)


def test_lists_tables_and_headings_are_read_and_foreign_markup_stays_as_written() -> None:
    text = "## 二\n- 甲 {{I24}}\n- 乙\n\n1. 丙\n\n| a | b |\n|---|---|\n| {{I24}} | <b>x</b> |\n\n<script>1</script> [a](http://b)"
    heading, items, ordered, table, last = compose(text, tidings(), "zh").blocks
    assert isinstance(heading, Heading) and heading.level == 2
    assert isinstance(items, Items) and not items.is_ordered and len(items.items) == 2
    assert isinstance(ordered, Items) and ordered.is_ordered
    assert isinstance(table, Table) and table.rows[0][0][0].code == "I24"
    assert "<script>1</script> [a](http://b)" in "".join(span.text for span in last.spans)  # type: ignore[union-attr]


plain_lines = st.text(st.sampled_from("甲乙丙 ab1，。-+.()!"), min_size=1, max_size=12).map(
    lambda line: f"话{line.strip()}话"
)


@given(st.lists(st.tuples(plain_lines, st.sampled_from(["I24", "I29", "I30"])), min_size=1, max_size=6))
def test_no_word_is_lost_between_the_tokens(parts: list[tuple[str, str]]) -> None:
    """Against replacing each token in the text by hand."""
    told = tidings()
    text = "".join(f"{line}{{{{{code}}}}}" for line, code in parts)
    expected = text
    for code in told.figures:
        expected = expected.replace(f"{{{{{code}}}}}", said(f"{{{{{code}}}}}"))
    assert said(text) == expected


def test_it_lasts_as_json() -> None:
    told = tidings()
    assert from_json(json.loads(json.dumps(as_json(told)))) == told
    assert differences(told, from_json(as_json(told))) == []


def test_a_difference_names_figure_and_area() -> None:
    """Areas of one name are told apart, and those that only one of the two knows are told."""
    here = {"I24": (("1", "东村", Decimal(30)), ("2", "东村", None))}
    there = {"I24": (("1", "东村", Decimal(31)), ("2", "东村", None), ("3", "西村", Decimal(1)))}
    assert differences(tidings(within=here), tidings(within=here)) == []
    assert differences(tidings(within=here), tidings(within=there)) == [
        {"code": "I24", "area": "1", "name": "东村", "was": "30", "is": "31"},
        {"code": "I24", "area": "3", "name": "西村", "was": None, "is": "1"},
    ]
    (changed,) = differences(tidings(definitions="a"), tidings(definitions="b"))
    assert changed["area"] == "definitions"
    less = Tidings(**{**vars(tidings()), "figures": {**tidings().figures, "I24": figure("I24", "person", None, 1000)}})
    assert differences(tidings(), less) == [{"code": "I24", "area": "", "name": "", "was": "1055", "is": None}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("每人300*12*5元", "每人300*12*5元"),
        ("2020. 年终\n2021. 年初", "2020. 年终\n2021. 年初"),
        ("甲**乙。**丙", "甲乙。丙"),
        ("workers’\nposts", "workers’ posts"),
        ("甲\n乙", "甲乙"),
        ("a\x0bb\x1b\uffffc", "abc"),
        ("{{if I24}}有{{I24}}{{end}}{{if I99}}无{{I99}}{{if I24}}里{{end}}{{end}}完", "有1,055完"),
        ("{{if before}}比{{before}}{{end}}", "比2020年11月30日"),
    ],
)
def test_what_is_typed_stays_and_what_is_not_known_is_left_out(text: str, told: str) -> None:
    document = compose(text, tidings(), "zh")
    assert plain_of(document).strip() == told and not document.faults


@pytest.mark.parametrize(
    ("text", "code"),
    [("{{if I3}}x{{end}}", "token_unknown"), ("一\n{{if I24}}x", "token_no_end"), ("x{{end}}", "token_end")],
)
def test_a_condition_has_an_end_and_a_figure(text: str, code: str) -> None:
    (fault,) = compose(text, tidings(), "zh").faults
    assert fault.code == code and fault.text("zh") and fault.text("en")


@pytest.mark.parametrize("piece", ["{{ ", " **a", "{{if I24}}", "{{I24", "*", "| a "])
def test_no_text_of_the_longest_is_read_without_end(piece: str) -> None:
    """Patterns that look for an end again from every place would take hours for these; nothing is timed."""
    text = "{{" + " " * 60_000 if piece == "{{ " else piece * (60_000 // len(piece))
    document = compose(text, tidings(), "zh")
    assert document.blocks or document.faults
    assert len(document.faults) <= 20


def test_more_charts_than_a_briefing_holds_are_not_drawn() -> None:
    document = compose("{{areas I24}}\n" * 200, tidings(), "zh")
    assert {fault.code for fault in document.faults} == {"token_many"} and len(document.faults) == 20
    assert sum(isinstance(block, Chart) for block in document.blocks) == 60


def test_it_lasts_as_it_was_composed() -> None:
    text = "# {{area}}\n\n> 引**{{I30}}**\n\n3. 丙\n\n- 甲*乙*\n\n{{areas I24}}\n\n{{group work}}\n\n{{I99}}"
    document = compose(text, tidings(), "zh")
    assert frozen.from_json(json.loads(json.dumps(frozen.as_json(document)))) == document


@pytest.mark.parametrize(
    ("kind", "day", "before"),
    [
        ("month", DAY, BEFORE), ("month", dt.date(2021, 1, 5), DAY), ("quarter", DAY, dt.date(2020, 9, 30)),
        ("year", DAY, dt.date(2019, 12, 31)), ("other", DAY, BEFORE),
    ],
)  # fmt: skip
def test_what_is_compared_with_is_the_end_of_the_period_before(kind: str, day: dt.date, before: dt.date) -> None:
    assert before_of(kind, day) == before


def test_periods_and_changes_in_words() -> None:
    assert period_said("quarter", DAY, "zh") == "2020年第四季度"
    assert period_said("quarter", dt.date(2020, 3, 31), "en") == "the first quarter of 2020"
    assert (period_said("year", DAY, "zh"), period_said("other", DAY, "en")) == ("2020年", "31 December 2020")
    assert (change_said(1, 1, "person", "zh"), change_said(1, 3, "yuan", "en")) == ("持平", "down 2 yuan")
    assert change_said(97, 98.5, "percent", "zh") == "下降1.5个百分点"


def test_what_a_table_of_a_group_says_to_be_unknown_is_not_told_twice() -> None:
    document = compose("{{group work}}", tidings(), "zh")
    assert UNKNOWN["zh"] in {span.text for row in document.blocks[0].rows for cell in row for span in cell}  # type: ignore[union-attr]
    assert document.unknown == ()
    assert compose("{{I99.says}}", tidings(), "zh").unknown == ("I99",)


@pytest.mark.parametrize(("columns", "is_wide"), [(10, False), (11, True), (400, True)])
def test_a_table_that_no_sheet_holds_is_a_fault_of_its_line(columns: int, is_wide: bool) -> None:
    text = f"一\n\n|{'a|' * columns}\n|{':-: | ' * columns}\n|{'b|' * columns}\n"
    found = compose(text, tidings(), "zh").faults
    assert [(fault.code, fault.params["line"], fault.params["found"]) for fault in found] == (
        [("table_wide", 4, columns)] if is_wide else []
    )
    assert all("10" in fault.text(lang) for fault in found for lang in ("zh", "en"))
