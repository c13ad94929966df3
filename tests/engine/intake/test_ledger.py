"""The village ledger: what an honest row becomes, what is asked about a doubtful one, and real files of it."""

import datetime as dt
import json

import pytest

from anye.engine.intake.clean import Context
from tests.engine.intake.cleaning import AREAS, ON, Load, load, number
from tests.engine.intake.test_profile import EMPLOYMENT_35, UNION, WORKER_10, WORKER_16, headings

A, B = number(123), number(28, "19851120")
TITLE = "青石区2020年10月贫困劳动力就业信息台账"
FULL = {
    "镇街": "东河镇",
    "村居": "柳树村",
    "组/社": "3组",
    "户编号": "H1",
    "户主姓名": "甲一",
    "与户主关系": "户主",
    "姓名*": "甲一",
    "性别": "男",
    "身份证号*": A,
    "出生年月": "1990年3月",
    "民族": "土家族",
    "政治面貌": "群众",
    "文化程度": "初中",
    "联系电话": "13900000001",
    "现住址": "东河镇柳树村3组9号",
    "户类型": "已脱贫",
    "脱贫年度": "2018",
    "健康状况": "长期慢性病、残疾",
    "残疾类别等级": "肢体三级",
    "劳动能力": "弱劳动力",
    "是否在校": "否",
    "是否低保": "是",
    "就业状态": "已就业",
    "就业起始日期*": "2020.3.5",
    "就业渠道": "政府推荐",
    "就业地域*": "区内",
    "就业地址*": "西岭镇云峰村",
    "就业单位": "青石果业合作社",
    "就业类型*": "公益岗",
    "行业": "农业",
    "岗位工种": "果树管护",
    "月收入": "2,300元",
    "合同月数": "12个月",
    "是否参保": "否",
    "就业意愿": "是",
    "意向岗位": "护工",
    "期望月薪": "3000",
    "培训意愿": "有",
    "意向工种": "家政",
    "创业意愿": "无",
    "是否需要公益岗": "需要",
    "服务需求": "岗位推荐、技能培训",
    "帮扶责任人": "王某",
    "采集日期": "2020-10-12",
    "备注": "",
}


def row(labels: list[str], **cells: str) -> list[str]:
    said = FULL | cells
    assert set(cells) <= set(labels) | set(FULL), "a cell without a column"
    return [said.get(label, "") for label in labels]


def one(labels: list[str] | None = None, **cells: str) -> Load:
    labels = labels or [*headings(UNION), "备注"]
    return load([[TITLE], labels, row(labels, **cells)])


def fact(loaded: Load, name: str) -> dict[str, object]:
    return loaded.facts[name].drop("_line", "_sheet").row(0, named=True)


def test_an_honest_row_is_asked_nothing() -> None:
    loaded = one()
    assert (loaded.reasons(), loaded.rules()) == ({}, {})
    assert loaded.month == dt.date(2020, 10, 1)


def test_details_hold_codes_and_what_the_number_tells() -> None:
    frame = one().facts["detail"]
    assert dict(frame.select("kind", "value").rows()) == {
        "area_group": "3组",
        "household_code": "H1",
        "name": "甲一",
        "sex": "1",
        "id_number": A,
        "birth": "1990-03-07",
        "ethnicity": "15",
        "political": "13",
        "education": "70",
        "phone": "13900000001",
        "address": "东河镇柳树村3组9号",
        "lifted_year": "2018",
        "health": "chronic|disabled",
        "disability": "肢体三级",
        "work_capacity": "limited",
        "student_state": "no",
        "employment_state": "employed",
        "work_region": "district",
        "residence": "990100101201",
    }


def test_the_other_facts_of_the_row() -> None:
    loaded = one()
    assert fact(loaded, "household") == {"household_code": "H1", "head_name": "甲一", "relation": "02", "is_head": True}
    assert fact(loaded, "helper")["helper_name"] == "王某"
    assert fact(loaded, "income") == {"month": dt.date(2020, 10, 1), "kind": "wage", "amount_fen": 230_000}
    spell = fact(loaded, "spell")
    assert {key: value for key, value in spell.items() if value is not None} == {
        "employer_name": "青石果业合作社",
        "workplace_area": "990100102201",
        "workplace_text": "西岭镇云峰村",
        "work_kind": "public_post",
        "channel": "government",
        "occupation": "果树管护",
        "industry": "农业",
        "started_on": dt.date(2020, 3, 5),
        "wage_fen": 230_000,
        "wage_unit": "month",
        "has_contract": True,
        "contract_months": 12,
        "is_insured": False,
    }
    needs = loaded.facts["need"]
    assert dict(needs.select("kind", "value").rows()) == {
        "wants_work": "yes",
        "wanted_post": "护工",
        "wanted_wage_fen": "300000",
        "wants_training": "yes",
        "wanted_trade": "家政",
        "wants_startup": "no",
        "wants_post": "yes",
        "service": "岗位推荐、技能培训",
    }
    assert set(needs["stated_on"]) == {dt.date(2020, 10, 12)}


def test_memberships_say_what_they_rest_on_and_keep_health_to_themselves() -> None:
    groups = dict(one().facts["membership"].select("group", "evidence").rows())
    assert groups == {"lifted": "户类型: 已脱贫，脱贫年度 2018", "disabled": "残疾类别等级", "low_income": "是否低保"}


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("未脱贫", "poor"),
        ("监测", "monitored"),
        ("脱贫不稳定户", "monitored"),
        ("脱贫户", "lifted"),
        ("一般农户", "none"),
        ("", None),
    ],
)
def test_the_kind_of_household_is_a_group(said: str, group: str | None) -> None:
    groups = one(户类型=said, 残疾类别等级="无", 是否低保="否").facts["membership"]["group"].to_list()
    assert groups == ([group] if group else [])


@pytest.mark.parametrize("labels", [headings(WORKER_16), headings(WORKER_10), headings(EMPLOYMENT_35)])
def test_the_short_ledgers_are_read_by_the_same_profile(labels: list[str]) -> None:
    area = {"所属区域": "青石区东河镇柳树村", "所属行政区": "990100101201"}
    cells = {
        "劳动力姓名": "甲一",
        "姓名": "甲一",
        "身份证号": A,
        "性别": "男",
        "劳动力电话": "13900000001",
        "就业创业状态": "已就业",
        "劳动能力": "普通劳动力",
        "是否残疾人": "是",
        "是否残疾": "是",
        "文化程度": "大专及以上",
        "就业起始年月": "202003",
        "就业终止年月": "2020-08",
        "就业单位名称": "青石果业合作社",
        "签订合同或协议月": "6",
        "脱贫状态": "未脱贫",
        **area,
    }
    loaded = load([labels, [cells.get(label, "") for label in labels]])
    assert (loaded.reasons(), loaded.rules()) == ({}, {})
    assert loaded.rows["area_code"].to_list() == ["990100101201"]
    assert "disabled" in loaded.facts["membership"]["group"].to_list()
    assert loaded.detail("education") == {2: "x-college-up"}
    if "就业起始年月" in labels:
        spell = fact(loaded, "spell")
        assert (spell["started_on"], spell["ended_on"]) == (dt.date(2020, 3, 1), dt.date(2020, 8, 31))


# ── Employment ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "spells"),
    [
        ({"就业状态": "未就业", "就业起始日期*": ""}, 0),
        ({"就业状态": "", "就业单位": "", "就业起始日期*": ""}, 0),
        ({"就业状态": ""}, 1),
        ({"就业状态": "在某厂打工"}, 1),
        ({"就业状态": "已就业", "就业单位": ""}, 1),
    ],
)
def test_a_spell_stands_where_the_row_says_that_somebody_works(cells: dict[str, str], spells: int) -> None:
    assert one(**cells).facts["spell"].height == spells


def test_a_job_that_is_over_is_a_spell_of_somebody_who_does_not_work() -> None:
    labels = [*headings(UNION), "就业终止年月"]
    loaded = one(labels, 就业状态="未就业", 就业终止年月="202008")
    assert fact(loaded, "spell")["ended_on"] == dt.date(2020, 8, 31)
    assert loaded.facts["income"].is_empty()


@pytest.mark.parametrize(
    ("wage", "fen", "unit"),
    [
        ("3000", 300_000, "month"),
        ("3,000.50", 300_050, "month"),
        ("３０００元", 300_000, "month"),
        ("0.35万", 350_000, "month"),
        ("100元/天", 10_000, "day"),
        ("3000/月", 300_000, "month"),
        ("", None, None),
        ("—", None, None),
        ("暂无", None, None),
    ],
)
def test_wages_in_their_spellings(wage: str, fen: int | None, unit: str | None) -> None:
    loaded = one(月收入=wage)
    spell = fact(loaded, "spell")
    assert (spell["wage_fen"], spell["wage_unit"]) == (fen, unit)
    assert loaded.facts["income"]["amount_fen"].to_list() == ([fen] if unit == "month" else [])
    assert loaded.rules() == {}


@pytest.mark.parametrize(
    ("label", "fen", "unit"),
    [("日工资", 10_000, "day"), ("工资（元/天）", 10_000, "day"), ("月收入（万元）", 100_000_000, "month")],
)
def test_the_heading_says_the_unit(label: str, fen: int, unit: str) -> None:
    labels = [label if each == "月收入" else each for each in headings(UNION)]
    spell = fact(one(labels, **{label: "100"}), "spell")
    assert (spell["wage_fen"], spell["wage_unit"]) == (fen, unit)


@pytest.mark.parametrize(
    ("label", "cell", "fen"),
    [("月收入（万元）", "0.512345", 512_345), ("月收入（千元）", "4.56789", 456_789), ("月收入（万元）", "4200元", 420_000),
     ("月收入（万元）", "0.4", 400_000), ("月收入（千元）", "0.4万", 400_000)],
)  # fmt: skip
def test_decimals_are_those_of_the_headings_unit(label: str, cell: str, fen: int) -> None:
    labels = [label if each == "月收入" else each for each in headings(UNION)]
    assert fact(one(labels, **{label: cell}), "spell")["wage_fen"] == fen


@pytest.mark.parametrize(
    ("above", "label", "fen"),
    [("单位：万元", "月收入", 450_000), ("（金额单位: 万 元）", "月收入", 450_000), ("单位：人、千元", "月收入", 45_000),
     ("单位：元", "月收入", 45), ("填报单位：万元村", "月收入（元）", 45), ("单位：万元", "月收入（元）", 45)],
)  # fmt: skip
def test_what_is_said_above_the_table_counts_where_the_heading_says_nothing(above: str, label: str, fen: int) -> None:
    labels = [label if each == "月收入" else each for each in headings(UNION)]
    loaded = load([["台账", above], labels, row(labels, **{label: "0.45"})])
    assert fact(loaded, "spell")["wage_fen"] == fen


def test_an_unreadable_wage_refuses_the_row() -> None:
    loaded = one(月收入="三K多")
    assert loaded.reasons() == {3: ["number_unreadable"]}
    assert loaded.facts["spell"].is_empty()


def test_income_needs_a_month() -> None:
    labels = headings(UNION)
    assert load([["台账"], labels, row(labels)]).facts["income"].is_empty()
    named = Context(on=ON, areas=AREAS, trial=True, file_name="台账202009.xlsx")
    assert load([["台账"], labels, row(labels)], context=named).facts["income"]["month"].to_list() == [
        dt.date(2020, 9, 1)
    ]


# ── Questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"性别": "女"}, "Q02"),
        ({"出生年月": "1990年4月"}, "Q03"),
        ({"出生年月": "1991-03-07"}, "Q03"),
        ({"出生年月": "1989"}, "Q03"),
        ({"村居": "云峰村"}, "Q06"),
        ({"村居": "无此村"}, "Q06"),
        ({"镇街": "无此镇"}, "Q06"),
        ({"就业起始日期*": ""}, "Q08"),
        ({"月收入": "150"}, "Q10"),
        ({"月收入": "250000"}, "Q10"),
        ({"月收入": "3000元/天"}, "Q10"),
        ({"就业状态": "不好说", "就业单位": ""}, "Q16"),
        ({"采集日期": "前天"}, "Q16"),
        ({"联系电话": "1390"}, "Q16"),
        ({"民族": "火星族"}, "Q16"),
        ({"是否低保": "也许"}, "Q16"),
    ],
)
def test_a_doubtful_row_is_loaded_and_asked_about(cells: dict[str, str], rule: str) -> None:
    loaded = one(**cells)
    assert loaded.reasons() == {}
    assert rule in loaded.rules()[3]
    assert loaded.rows.height == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"性别": "1"},
        {"性别": "男性"},
        {"性别": ""},
        {"出生年月": "199003"},
        {"出生年月": "1990"},
        {"出生年月": "1990-03-07"},
        {"村居": ""},
        {"月收入": "0"},
        {"月收入": "500"},
        {"村居": "柳树村民委员会"},
        {"镇街": "南门街道", "村居": "和平社区"},
    ],
)
def test_negative_control_agreeing_cells_are_not_asked_about(cells: dict[str, str]) -> None:
    assert one(**cells).rules() == {}


def test_an_unknown_code_is_kept_as_it_is_written() -> None:
    loaded = one(文化程度="私塾", 健康状况="健康、体弱")
    assert loaded.detail("education") == {3: "私塾"}
    assert loaded.detail("health") == {3: "healthy|体弱"}
    said = [json.loads(each) for each in loaded.queries["evidence"]]
    assert {"column": "文化程度", "problem": "code_unknown", "value": "私塾"} in said
    assert {"column": "健康状况", "problem": "code_unknown"} in said, "health is not shown"


def test_a_name_under_another_town_is_suggested_and_nobody_is_moved() -> None:
    loaded = one(村居="云峰村")
    said = json.loads(loaded.queries["evidence"][0])
    assert said["suggestions"] == ["990100102201"]
    assert loaded.rows["area_code"].to_list() == [None]
    assert loaded.detail("residence") == {}


def test_an_end_before_the_start_is_asked_about() -> None:
    labels = [*headings(UNION), "就业终止年月"]
    assert one(labels, 就业终止年月="201912").rules() == {3: ["Q08"]}
    assert one(labels, 就业终止年月="202003").rules() == {}, "a month's end is its last day"


def test_a_start_is_not_missed_where_the_form_has_no_place_for_it() -> None:
    labels = [label for label in headings(UNION) if label != "就业起始日期*"]
    assert one(labels).rules() == {}
