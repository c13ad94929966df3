"""Lines that are rows and lines that are none, refusals, cells that point upwards, repeats, and the cut into blocks."""

import json
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from anye.engine.intake.clean import Context
from anye.engine.intake.lines import classify_lines, trimmed
from anye.engine.intake.periods import file_month, months_in
from anye.engine.intake.recognise import recognise
from tests.engine.intake.cleaning import AREAS, LEDGER, ON, accounted, block, load, number

HEAD = [
    "序号",
    "镇街",
    "村居",
    "户编号",
    "户主姓名",
    "与户主关系",
    "姓名*",
    "性别",
    "身份证号*",
    "就业状态",
    "就业单位",
    "月收入",
    "联系电话",
    "备注",
]
A, B, C, D = number(123), number(28, "19851120"), number(11, "19770501"), number(12, "19680102")


def person(name: str = "甲一", id_number: str = A, **cells: str) -> list[str]:
    """One line of the ledger; other cells by heading."""
    row = dict.fromkeys(HEAD, "") | {"镇街": "东河镇", "村居": "柳树村", "姓名*": name, "身份证号*": id_number} | cells
    return [row[label] for label in HEAD]


# ── Which lines are rows ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["小计", "", "", "", "", "", "4人"], "total"),
        (["", "", "", "", "", "", "合　计", "", "", "", "", "3500"], "total"),
        (["柳树村小计", "", "", "", "", "", "", "", "", "", "", "3500"], "total"),
        (["合计：35人"], "total"),
        (["总计"] * 14, "total"),
        (["备注：以上情况属实"], "note"),
        (["注：1.本表一式两份"], "note"),
        (["填表人：", "王某", "", "", "审核人：", "李某", "", "", "日期：2020年11月2日"], "note"),
        (["单位负责人（签字）：", "", "", "填报日期：20201102"], "note"),
        (["示例", "东河镇", "柳树村", "", "", "", "样例"], "note"),
        (HEAD, "heading"),
        (["1", "2", "3", "4", "5", "6", "7", "8", "9"], "heading"),
        (["甲", "乙", "丙", "1", "2", "3", "4"], "heading"),
        (["东河镇贫困劳动力就业信息台账"] * 14, "title"),
        (["一、柳树村"], "title"),
        (["37", "东河镇", "柳树村"], "blank"),
        (["37"], "blank"),
    ],
)
def test_lines_between_rows_are_no_rows(cells: list[str], kind: str) -> None:
    loaded = load([["某镇台账"], HEAD, person(), cells, person("乙二", B)])
    assert loaded.kinds() == {1: "title", 2: "heading", 4: kind}
    assert loaded.rows["_line"].to_list() == [3, 5]
    assert loaded.faults.is_empty()


@pytest.mark.parametrize(
    "row",
    [
        person("合计", A),
        person("甲一", A, 备注="合计三人"),
        person("甲一", "", 备注="备注：待补"),
        person("", A),
        person("甲一", "无"),
        person("", "", 月收入="3000"),
    ],
)
def test_a_row_of_a_person_is_a_row_whatever_else_it_says(row: list[str]) -> None:
    loaded = load([HEAD, row])
    assert loaded.no_rows["_line"].to_list() == [1]
    assert loaded.rows.height + len(loaded.reasons()) == 1


def test_negative_control_without_classification_a_total_would_be_a_refused_row() -> None:
    sheet = block([HEAD, person(), ["小计", "", "", "", "", "", "1人"]])
    found = recognise(sheet, [LEDGER])
    kinds = classify_lines(trimmed(sheet), binding=found.binding, header=found.header).to_list()
    assert kinds == ["heading", "row", "total"]
    moved = sheet.with_columns(pl.when(pl.col("c0") == "小计").then(pl.lit("9")).otherwise("c0").alias("c0"))
    assert classify_lines(trimmed(moved), binding=found.binding, header=found.header).to_list()[-1] == "row"


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "id_missing"),
        ("无", "id_missing"),
        ("同上", "id_chars"),
        (A[:-1], "id_length"),
        (A[:8] + "A" + A[9:], "id_chars"),
        (A[:10] + "1332" + A[14:], "id_date"),
        (A[:-1] + "7", "id_check"),
        ("9.90001199003071e+17", "id_precision_lost"),
        (A[:15] + "000", "id_precision_lost"),
        (f"{A}\n{B}", "multi_person"),
        (f"{A}、{B}", "multi_person"),
        (A + B, "multi_person"),
    ],
)
def test_a_bad_number_is_refused_with_its_reason_and_is_in_no_fact(cell: str, reason: str) -> None:
    loaded = load([HEAD, person("甲一", cell), person("乙二", B)])
    assert loaded.reasons() == {2: [reason]}
    assert loaded.faults["column"].to_list() == ["身份证号"]
    assert loaded.rows["_line"].to_list() == [3]
    assert all(2 not in frame["_line"].to_list() for frame in loaded.facts.values())


@pytest.mark.parametrize(
    "cell", [A, A.lower(), "９９０００１１９９００３０７１２３１", "990001 19900307 1231", "'" + A, "990001900307123"]
)
def test_a_number_spelled_otherwise_is_the_same_number(cell: str) -> None:
    assert load([HEAD, person("甲一", cell)]).rows["id_number"].to_list() == [A]


def test_an_invented_number_is_let_in_on_trial_only() -> None:
    assert load([HEAD, person()], context=Context(on=ON, areas=AREAS, trial=True)).reasons() == {}
    assert load([HEAD, person()], context=Context(on=ON, areas=AREAS, trial=False)).reasons() == {2: ["id_invented"]}


@pytest.mark.parametrize("name", ["甲一、乙二", "甲一\n乙二", "甲一,乙二", "甲一/乙二"])
def test_several_people_in_a_name_are_refused(name: str) -> None:
    assert load([HEAD, person(name)]).reasons() == {2: ["multi_person"]}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("甲 一", "甲一"), ("甲一（户主）", "甲一"), (" 甲一\n", "甲一"), ("阿依古丽·买买提", "阿依古丽·买买提")],
)
def test_one_person_is_one_person_however_the_name_is_written(name: str, shown: str) -> None:
    loaded = load([HEAD, person(name)])
    assert loaded.reasons() == {}
    assert loaded.rows["name"].to_list() == [shown]


def test_a_row_without_a_name_and_one_with_a_damaged_name_are_refused() -> None:
    loaded = load([HEAD, person(""), person("张\ufffd伟", B), person("—", C)])
    assert loaded.reasons() == {2: ["name_missing"], 3: ["mojibake"], 4: ["name_missing"]}


def test_a_number_merged_over_the_lines_of_two_people_is_not_the_second_ones() -> None:
    sheet = block([HEAD, person("甲一", A), person("乙二", A), person("丙三", B)])
    merged = sheet.with_columns(pl.Series("_merged", [None, None, [8], None], dtype=pl.List(pl.Int32)))
    assert load(merged).reasons() == {3: ["multi_person"]}
    both = sheet.with_columns(pl.Series("_merged", [None, None, [6, 8], None], dtype=pl.List(pl.Int32)))
    assert load(both).reasons() == {}, "name and number merged: the same person's second line"
    assert load(sheet).reasons() == {}, "negative control: without the merge they are two rows of one number (Q04)"


# ── Repeats ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("block_rows", [1, 2, 50])
def test_a_row_entered_twice_is_refused_the_second_time_across_blocks(block_rows: int) -> None:
    rows = [
        HEAD,
        person(序号="1"),
        person("乙二", B, 序号="2"),
        person(序号="3"),
        person("乙二", B, 序号="4", 备注="第二份工"),
    ]
    loaded = load(rows, block_rows=block_rows)
    assert loaded.reasons() == {4: ["duplicate_row"]}


def test_a_copy_below_a_merge_that_became_blanks_is_a_copy() -> None:
    rows = [HEAD, person(户编号="H1", 户主姓名="甲一"), person(镇街="", 村居="")]
    assert load(rows).reasons() == {3: ["duplicate_row"]}


def test_negative_control_a_differing_cell_makes_two_rows() -> None:
    assert load([HEAD, person(), person(联系电话="13900000001")]).reasons() == {}


# ── Cells that point upwards ──────────────────────────────────────────────────────────────────────────────────────────


def test_ditto_marks_take_the_cell_above_and_a_blank_above_stays_blank() -> None:
    rows = [
        HEAD,
        person(月收入="3000", 备注="甲"),
        person("乙二", B, 月收入="同上", 备注="〃"),
        ["小计"],
        person("丙三", C, 镇街="同上", 村居="同上", 月收入='"', 备注=""),
        person("丁四", D, 备注="同上"),
    ]
    for block_rows in (1, 2, 50):
        loaded = load(rows, block_rows=block_rows)
        assert loaded.facts["spell"].is_empty()
        assert loaded.detail("status_note") == {2: "甲", 3: "甲"}
        assert loaded.rows["area_code"].to_list() == ["990100101201"] * 4


def test_a_number_is_never_taken_from_above_unless_the_name_is() -> None:
    rows = [
        HEAD,
        person("甲一", A, 就业单位="一厂"),
        person("同上", "同上", 就业单位="二厂"),
        person("乙二", "同上"),
        person("同上", B),
    ]
    loaded = load(rows)
    assert loaded.rows.select("_line", "name", "id_number").rows() == [(2, "甲一", A), (3, "甲一", A)]
    assert loaded.reasons() == {4: ["id_chars"], 5: ["name_missing"]}


def test_blanks_below_the_first_line_of_a_household_mean_the_household_above() -> None:
    rows = [
        HEAD,
        person("甲一", A, 户编号="H1", 户主姓名="甲一", 与户主关系="户主"),
        person("乙二", B, 镇街="", 村居="", 与户主关系="妻"),
        person("丙三", C, 镇街="", 村居="石桥村", 户编号="H2", 与户主关系="户主"),
        person("丁四", D, 镇街="", 村居="", 与户主关系="子"),
    ]
    for block_rows in (1, 2, 50):
        loaded = load(rows, block_rows=block_rows)
        household = loaded.facts["household"]
        assert household["household_code"].to_list() == ["H1", "H1", "H2", "H2"]
        assert household["head_name"].to_list() == ["甲一", "甲一", None, None]
        assert household["is_head"].to_list() == [True, False, True, False]
        assert loaded.rows["area_code"].to_list() == ["990100101201"] * 2 + ["990100101202"] * 2


def test_a_village_is_not_carried_into_another_town() -> None:
    rows = [HEAD, person("甲一", A), person("乙二", B, 镇街="西岭镇", 村居="")]
    assert load(rows).rows["area_code"].to_list() == ["990100101201", "990100102000"]


def test_columns_that_do_not_fill_down_stay_blank() -> None:
    loaded = load([HEAD, person(月收入="3000", 就业状态="已就业", 就业单位="一厂"), person("乙二", B)])
    assert loaded.detail("employment_state") == {2: "employed"}
    assert loaded.facts["spell"]["_line"].to_list() == [2]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("青石区东河镇柳树村", "990100101201"),
        ("东河镇/柳树村", "990100101201"),
        ("某省某市青石区西岭镇云峰村3组9号", "990100102201"),
        ("南门街道和平社区居委会", "990100003001"),
        ("和平社区", "990100003001"),
        ("西岭镇", "990100102000"),
        ("990100101202", "990100101202"),
        ("990100101", "990100101000"),
        ("东河镇云峰村", None),
        ("别处的村", None),
    ],
)
def test_an_area_in_one_cell(cell: str, code: str | None) -> None:
    loaded = load([["所属区域", "劳动力姓名", "身份证号", "性别"], [cell, "甲一", A, "男"]])
    assert loaded.rows["area_code"].to_list() == [code]
    assert loaded.rules() == ({} if code else {2: ["Q06"]})


# ── Months ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("title", "name", "month"),
    [
        (["某区2020年10月台账"], "x.xlsx", "2020-10-01"),
        (["某区2020年10月台账"], "台账202009.xlsx", "2020-10-01"),
        (["某区台账"], "台账202009.xlsx", "2020-09-01"),
        (["某区台账"], "2020-09 台账.xlsx", "2020-09-01"),
        (["费款所属期：202007", "打印日期：2020-08-03"], "x", "2020-07-01"),
        (["参保缴费明细", "打印日期：2020-08-03"], "202007.csv", "2020-07-01"),
        (["二〇二〇年十二月台账"], "", "2020-12-01"),
        (["2020年1-6月台账"], "", None),
        (["2020年10月至2020年12月台账"], "", None),
        (["2020年度台账"], "汇总.xlsx", None),
        (["2020年台账"], "990001199003071231.xlsx", None),
    ],
)
def test_the_month_of_a_file(title: list[str], name: str, month: str | None) -> None:
    found = file_month(title, name)
    assert (found.isoformat() if found else None) == month


def test_a_title_that_names_the_same_month_twice_names_one() -> None:
    assert {str(month) for month in months_in("2020年10月（202010）")} == {"2020-10-01"}


# ── The cut into blocks ───────────────────────────────────────────────────────────────────────────────────────────────

NUMBERS = [number(n, birth) for birth in ("19700101", "19881231") for n in range(8)]
LINES = st.one_of(
    st.builds(
        lambda i, name, extra: person(name, NUMBERS[i], **extra),
        st.integers(0, len(NUMBERS) - 1),
        st.sampled_from(["甲一", "乙二", "丙三", "同上", "甲一、乙二", ""]),
        st.dictionaries(
            st.sampled_from(
                ["镇街", "村居", "户编号", "户主姓名", "与户主关系", "就业状态", "月收入", "备注", "身份证号*"]
            ),
            st.sampled_from(["", "同上", "户主", "东河镇", "云峰村", "3000", "已就业", "无"]),
            max_size=4,
        ),
    ),
    st.sampled_from(
        [["小计", "", "", "", "", "", "3"], HEAD, ["填表人：甲"], ["", "", ""], ["8", "东河镇"], ["1", "2", "3"]]
    ),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=16))
def test_blocks_change_nothing_and_every_line_has_one_fate(lines: list[list[str]]) -> None:
    sheet = block([["某区2020年10月台账"], HEAD, person("首行", NUMBERS[0]), *lines])
    whole = load(sheet)
    accounted(whole, sheet["_line"].to_list())
    for block_rows in (1, 7):
        parts = load(sheet, block_rows=block_rows)
        for name in ("rows", "faults", "queries", "no_rows"):
            assert_frame_equal(getattr(parts, name), getattr(whole, name), check_row_order=name != "queries")
        for name, frame in whole.facts.items():
            assert_frame_equal(parts.facts[name], frame)


def test_negative_control_a_fresh_context_a_block_gives_another_answer() -> None:
    rows = [HEAD, person("甲一", A), person("乙二", B, 镇街="", 村居=""), person("甲一", A)]
    sheet = block(rows)
    found = recognise(sheet, [LEDGER])
    from anye.engine.intake.clean import clean

    alone = [
        clean(sheet.slice(at, 1), profile=LEDGER, header=found.header, context=Context(on=ON, areas=AREAS, trial=True))
        for at in range(sheet.height)
    ]
    assert [part.rows["area_code"].to_list() for part in alone][2] == [None]
    assert sum(part.refused for part in alone) == 0
    assert load(rows).reasons() == {4: ["duplicate_row"]}


def test_no_identity_number_stands_in_evidence() -> None:
    rows = [
        HEAD,
        person("甲一", A, 就业状态=f"就业{B}", 性别="女", 月收入="30", 联系电话=B, 村居=f"柳树村{A}"),
        person("乙二", B, 与户主关系=f"{A}之子", 户主姓名="很" * 600),
    ]
    loaded = load(rows)
    said = "".join(loaded.queries["evidence"].to_list())
    assert loaded.queries.height >= 6
    assert A not in said and B not in said
    assert all(isinstance(json.loads(each), dict) for each in loaded.queries["evidence"])


def test_noise_never_crashes_and_is_accounted_for() -> None:
    rng = random.Random(20201101)
    alphabet = [
        "",
        "同上",
        "合计",
        "=1+1",
        "９９０",
        A,
        B[:-2],
        "甲一",
        "甲一\n乙二",
        "\x00",
        "𠮷田",
        "1e400",
        "-",
        "无",
        "2020-13-45",
        "9" * 400,
    ]
    rows = [[rng.choice(alphabet) for _ in HEAD] for _ in range(300)]
    loaded = load([HEAD, *rows], block_rows=64)
    accounted(loaded, [1, *(at + 2 for at, row in enumerate(rows) if any(row))])
