"""Headings: found under titles, over several lines, with units and notes, and met again further down."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from anye.engine.intake.header import Header, find_header, is_repeated_heading
from anye.engine.intake.labels import known_keys
from anye.engine.intake.reading import read_blocks

ALIASES = {
    "name": frozenset({"姓名", "劳动力姓名"}),
    "id_number": frozenset({"身份证号", "身份证", "证件号码"}),
    "employer": frozenset({"单位", "就业单位名称"}),
    "post": frozenset({"就业岗位(工种)"}),
    "wage": frozenset({"月收入（元）"}),
    "pairing": frozenset({"苏陕协作"}),
    "pension_firm": frozenset({"养老保险单位"}),
    "pension_worker": frozenset({"养老保险/个人"}),
    "medical_firm": frozenset({"医疗保险单位"}),
    "year": frozenset({"培训/创业年月"}),
}
KNOWN = known_keys(ALIASES)


def frame(*rows: list[str | None], first_line: int = 1) -> pl.DataFrame:
    width = max(map(len, rows))
    columns = {f"c{at}": [row[at] if at < len(row) else None for row in rows] for at in range(width)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_columns(
        pl.Series("_line", range(first_line, first_line + len(rows)), dtype=pl.Int64)
    )


def found(*rows: list[str | None], first_line: int = 1) -> Header:
    header = find_header(frame(*rows, first_line=first_line), KNOWN)
    assert header is not None
    return header


PERSON = ["1", "王试一", "990001199003071231", "渝北测试厂"]


def test_the_heading_is_found_under_titles_and_keeps_them() -> None:
    header = found(
        ["大湾镇就业台账（2020年3月）"] * 4,
        ["填报单位：云龙村", None, None, "单位：人、元"],
        ["序号", "姓名", "身份证号", "单位"],
        PERSON,
        first_line=3,
    )
    assert (header.first_line, header.last_line) == (5, 5)
    assert header.labels == ("序号", "姓名", "身份证号", "单位")
    assert header.title == ("大湾镇就业台账（2020年3月）", "填报单位：云龙村", "单位：人、元")


@pytest.mark.parametrize(
    ("label", "shown", "unit"),
    [
        ("劳动力姓名*", "劳动力姓名", None),
        ("＊ 姓 名 ：", "姓名", None),
        ("姓\n名", "姓名", None),
        ("月收入（元）", "月收入", "元"),
        ("月收入【单位：元】", "月收入", "元"),
        ("身份证号（18位）", "身份证号(18位)", None),
        ("就业岗位（工种）", "就业岗位(工种)", None),
        ("单位", "单位", None),
    ],
)
def test_a_label_is_known_in_all_its_spellings(label: str, shown: str, unit: str | None) -> None:
    header = found(["苏陕协作", label], ["是", "x"])
    assert header.labels[1] == shown
    assert header.units[1] == unit


def test_different_words_in_brackets_make_different_labels() -> None:
    assert find_header(frame(["姓名", "就业岗位"]), KNOWN) is None
    assert find_header(frame(["姓名", "就业岗位(工种)"]), KNOWN) is not None


def test_a_group_heading_is_joined_to_its_columns_when_merged() -> None:
    header = found(
        ["姓名", "身份证号", "养老保险", "养老保险", "医疗保险", "医疗保险"],
        ["姓名", "身份证号", "单位", "个人", "单位", "个人"],
        ["王试一", "990001199003071231", "10", "20", "30", "40"],
    )
    assert (header.first_line, header.last_line) == (1, 2)
    assert header.labels == ("姓名", "身份证号", "养老保险/单位", "养老保险/个人", "医疗保险/单位", "医疗保险/个人")


def test_a_group_heading_whose_merges_are_lost_is_carried_right() -> None:
    header = found(
        ["姓名", "身份证号", "失业保险", None, "工伤保险", None, "备注"],
        [None, None, "单位", "个人", "单位", "个人", None],
        ["王试一", "990001199003071231", "10", "20", "30", "40"],
    )
    assert header.last_line == 2
    assert header.labels[2:] == ("失业保险/单位", "失业保险/个人", "工伤保险/单位", "工伤保险/个人", "备注")


def test_three_lines_are_joined() -> None:
    header = found(
        ["姓名", "身份证号", "社会保险", "社会保险", "社会保险"],
        ["姓名", "身份证号", "养老", "养老", "医疗"],
        ["姓名", "身份证号", "单位", "个人", "单位"],
        ["王试一", "990001199003071231", "1", "2", "3"],
    )
    assert header.last_line == 3
    assert header.labels[2:] == ("社会保险/养老/单位", "社会保险/养老/个人", "社会保险/医疗/单位")


def test_a_group_over_the_whole_heading_does_not_hide_it() -> None:
    header = found(["基本信息", "基本信息", "就业信息"], ["姓名", "身份证号", "单位"], ["王试一", "x", "渝北测试厂"])
    assert header.labels[:2] == ("姓名", "身份证号")
    assert header.last_line == 2


def test_a_part_that_several_columns_share_names_none_of_them() -> None:
    """单位 under two insurances is nobody's employer, so only 姓名 is known here: too little for a heading."""
    groups: list[str | None] = ["姓名", "甲险", "甲险", "乙险", "乙险"]
    assert find_header(frame(groups, ["姓名", "单位", "个人", "单位", "个人"]), KNOWN) is None
    assert find_header(frame(groups, ["姓名", "单位", "个人", "a", "b"]), KNOWN) is not None


def test_a_single_line_heading_does_not_take_in_the_first_person() -> None:
    header = found(["姓名", "身份证号", "备注"], ["王试一", None, None], ["李试二", "99011219851120028X", "外出"])
    assert header.last_line == 1


def test_a_first_person_without_name_and_number_is_no_heading() -> None:
    header = found(["姓名", "身份证号", "电话", "地址"], [None, None, "13900000001", "大湾镇"])
    assert header.last_line == 1


def test_the_same_label_twice_stays_twice() -> None:
    header = found(["姓名", "苏陕协作", "证件号码", "苏陕协作"], ["王试一", "是", "990001199003071231", "否"])
    assert [at for at, label in enumerate(header.labels) if label == "苏陕协作"] == [1, 3]


def test_a_slash_that_belongs_to_a_label_stays_one_label() -> None:
    header = found(["姓名", "培训/创业年月"], ["王试一", "2020-03"])
    assert header.labels[1] == "培训/创业年月"


@pytest.mark.parametrize(
    "below",
    [["1", "2", "3", "4"], ["甲", "乙", "1", "2"], ["(1)", "(2)", "(3)", "(4)"], ["必填", "必填", "选填", None]],
)
def test_numbers_of_columns_under_the_heading_belong_to_it(below: list[str | None]) -> None:
    assert found(["姓名", "身份证号", "单位", "备注"], below, ["王试一", "x", "y", "z"]).last_line == 2


def test_a_line_of_units_gives_them_to_its_columns() -> None:
    header = found(["姓名", "身份证号", "月收入", "务工时间"], [None, None, "元", "（月）"], ["王试一", "x", "1", "2"])
    assert header.last_line == 2
    assert header.units == (None, None, "元", "月")


def test_figures_of_a_person_are_no_column_numbers() -> None:
    assert found(["姓名", "身份证号", "a", "b", "c"], [None, None, "1", "2", "4"]).last_line == 1


def test_prose_and_unknown_tables_have_no_heading() -> None:
    assert find_header(frame(["关于做好就业帮扶工作的通知"], ["各镇街："]), KNOWN) is None
    assert find_header(frame(["品名", "单位", "数量"], ["水泥", "吨", "3"]), KNOWN) is None
    assert find_header(frame(["x"]).clear(), KNOWN) is None


def test_a_list_of_one_column_needs_one_known_label() -> None:
    assert found(["证件号码"], ["990001199003071231"]).labels == ("证件号码",)


def test_a_heading_below_the_thirtieth_line_is_not_looked_for() -> None:
    notes = [["说明", None]] * 30
    assert find_header(frame(*notes, ["姓名", "身份证号"]), KNOWN) is None
    assert find_header(frame(*notes[1:], ["姓名", "身份证号"]), KNOWN) is not None


def test_the_line_with_most_known_labels_wins() -> None:
    header = found(
        ["姓名", "单位", None, None], ["劳动力姓名", "证件号码", "月收入(元)", "苏陕协作"], ["王", "x", "1", "是"]
    )
    assert header.first_line == 2


def test_a_heading_printed_again_is_told_from_people() -> None:
    rows: list[list[str | None]] = [
        ["姓名", "身份证号", "养老保险", "养老保险"],
        ["姓名", "身份证号", "单位", "个人"],
        ["王试一", "990001199003071231", "10", "20"],
        ["姓名 ", "身份证号", "养老保险", "养老保险"],
        ["姓名", "身份证号", "单位", "个人"],
        ["姓名", "990001199003071231", None, None],
        ["姓名", "身份证号", None, None],
        ["李试二", "身份证号", "单位", "30"],
        [None, None, None, None],
    ]
    block = frame(*rows)
    header = find_header(block.head(3), KNOWN)
    assert header is not None
    repeated = block.select(is_repeated_heading(block, header)).to_series().to_list()
    assert repeated == [True, True, False, True, True, False, True, False, False]


def test_a_block_wider_or_narrower_than_the_heading_is_judged_too() -> None:
    header = found(["姓名", "身份证号", "单位"], PERSON[1:])
    for row in (["姓名", "身份证号", "单位", None, "x"], ["姓名", "身份证号"]):
        block = frame(list(row))
        assert block.select(is_repeated_heading(block, header)).item() is True


def test_a_hostile_label_costs_no_time() -> None:
    """Long runs of what the patterns look for; a quadratic one would take minutes."""
    noise = [":" * 100_000 + "x", "(" * 100_000, "[单位:" * 20_000]
    assert found(["姓名", "身份证号", *noise]).labels[0] == "姓名"


def test_a_merged_heading_is_found_in_a_real_workbook(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.merge_range("A1:F1", "2020年3月参保缴费明细")
    sheet.merge_range("A2:A3", "姓名*")
    sheet.merge_range("B2:B3", "身份证号")
    sheet.merge_range("C2:D2", "养老保险\n（元）")
    sheet.merge_range("E2:F2", "失业保险（元）")
    sheet.write_row("C3", ["单位", "个人", "单位", "个人"])
    sheet.write_row("A4", ["王试一", "990001199003071231", 480, 240, 15, 15])
    book.close()
    header = find_header(next(read_blocks(tmp_path / "a.xlsx")), KNOWN)
    assert header is not None
    assert header.title == ("2020年3月参保缴费明细",)
    assert header.labels == ("姓名", "身份证号", "养老保险/单位", "养老保险/个人", "失业保险/单位", "失业保险/个人")
    assert header.units[2:] == ("元",) * 4
    assert (header.first_line, header.last_line) == (2, 3)
