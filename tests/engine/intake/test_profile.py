"""Profiles: headings in their many spellings, YAML faults with file, line and cure, and the pack's own two profiles."""

from pathlib import Path

import pytest

from anye.engine.errors import FileFault
from anye.engine.intake.labels import label_key
from anye.engine.intake.profile import Profile
from anye.engine.intake.profile_file import ProfileFault, read_profile
from anye.engine.intake.recognise import recognise
from tests.engine.intake.cleaning import INSURANCE, LEDGER, block

UNION = """序号, 镇街, 村居, 组/社, 户编号, 户主姓名, 与户主关系, 姓名*, 性别, 身份证号*, 出生年月, 年龄, 民族,
政治面貌, 文化程度, 联系电话, 户籍地址, 现住址, 户类型, 脱贫年度, 健康状况, 残疾类别等级, 劳动能力,
是否在校, 是否低保, 就业状态, 就业起始日期*, 就业渠道, 就业地域*, 就业地址*, 就业单位, 单位性质,
就业类型*, 行业, 岗位工种, 月收入, 合同月数, 是否参保, 已务工月数, 特色就业, 未就业原因, 就业意愿,
意向地域, 意向岗位, 期望月薪, 可工作时间, 培训意愿, 意向工种, 创业意愿, 是否需要公益岗, 服务需求,
交通补贴, 求职补贴, 培训补贴, 公益岗补贴, 帮扶责任人, 采集人, 采集日期, 采集方式, 本人签字/确认"""
WORKER_16 = """所属区域, 劳动力姓名, 身份证号, 性别, 劳动力电话, 文化程度, 就业创业状态, 就创业意愿, 劳动能力,
培训教育状态, 培训教育意愿, 是否残疾人, 上学状态, 易地扶贫搬迁, 安置点名称, 备注"""
WORKER_10 = "所属区域, 劳动力姓名, 身份证号, 性别, 劳动力电话, 文化程度, 就业创业状态, 劳动能力, 是否残疾人, 备注"
EMPLOYMENT_35 = """所属行政区, 姓名, 性别, 年龄, 身份证号, 就业类型, 就业地域, 特色就业, 就业岗位(工种), 就业地址,
就业单位名称, 就业起始年月, 就业终止年月, 联系电话, 脱贫状态, 文化程度, 转移就业意愿, 就业创业状态,
培训教育意愿, 培训教育状态, 苏陕协作, 年度, 在校状态, 就业意向, 劳动能力, 是否残疾, 就业渠道,
就业单位性质, 签订合同或协议月, 岗位补贴, 工资发放周期, 就业见习补贴, 求职补贴, 转移就业交通补贴,
享受政策"""
HOUSEHOLD = """家庭成员名称, 性别, 证件号码, 与户主关系, 民族, 政治面貌, 文化程度, 在校生状况, 健康状况, 劳动技能,
务工情况, 务工时间, 是否现役军人, 是否参加大病保险, 是否享受低保, 务工企业名称, 企业地址, 联系电话"""
MONITORED = """户编号, 人口编号, 户类型, 监测对象类别, 风险是否已消除, 与户主关系, 证件类型, 证件号码, 姓名, 性别,
民族, 政治面貌, 文化程度, 在校生状况, 健康状况, 劳动技能, 务工所在地, 务工企业名称, 所属行业,
务工月收入, 务工时间(月), 就业渠道, 是否点对点输送, 是否国外务工, 是否计划务工, 就业服务需求,
公益性岗位, 公益性岗位(月数)"""
LISTS = {
    "union": (UNION, 60),
    "worker_16": (WORKER_16, 16),
    "worker_10": (WORKER_10, 10),
    "employment_35": (EMPLOYMENT_35, 35),
    "household": (HOUSEHOLD, 18),
    "monitored": (MONITORED, 28),
}


def headings(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", " ").split(",")]


@pytest.mark.parametrize(("text", "count"), LISTS.values(), ids=LISTS)
def test_every_heading_of_the_public_ledgers_is_known(text: str, count: int) -> None:
    labels = headings(text)
    assert len(labels) == count
    assert [label for label in labels if not LEDGER.knows(label)] == []


@pytest.mark.parametrize("text", [text for text, _ in LISTS.values()], ids=LISTS)
def test_a_ledger_is_recognised_by_its_heading(text: str) -> None:
    sheet = block([["某区2020年10月台账"], headings(text)])
    found = recognise(sheet, [INSURANCE, LEDGER])
    assert (found.profile.name, found.header.first_line) == ("village_ledger", 2)


def test_labels_are_compared_without_signs_width_and_case() -> None:
    assert label_key(" 姓 名* ") == label_key("姓名") == "姓名"
    assert label_key("就业岗位（工种）") == label_key("就业岗位(工种)")
    assert label_key("ＩＤ Number") == "IDNUMBER"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("人员信息/姓名", "name"),
        ("姓名 姓名", "name"),
        ("证件号码（18位）", "id_number"),
        ("紧急联系人/姓名", None),
        ("户主/姓名", "head_name"),
        ("单位/联系电话", None),
        ("说不清的一列", None),
    ],
)
def test_joined_headings_are_known_by_their_last_part_unless_they_speak_of_someone_else(
    label: str, name: str | None
) -> None:
    hit = LEDGER.match(label)
    assert (hit[0] if hit else None) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("养老单位实缴", "pension_firm_paid"),
        ("单位缴养老", "pension_firm_paid"),
        ("养老保险/单位/应缴", "pension_firm_payable"),
        ("职工基本养老保险（单位部分）", "pension_firm_paid"),
        ("基本医疗保险（含生育）个人实缴金额", "medical_worker_paid"),
        ("失业保险个人应缴费额(元)", "unemployment_worker_payable"),
        ("工伤单位减免额", "injury_firm_waived"),
        ("应缴单位养老", "pension_firm_payable"),
        ("生育单位缴费", "maternity_firm_paid"),
        ("Pension firm paid", "pension_firm_paid"),
        ("城乡居民养老个人缴费", None),
        ("养老合计", None),
        ("单位实缴合计", None),
        ("公积金/单位", None),
        ("养老补缴单位", None),
        ("养老缴费基数", "base"),
        ("缴费基数", "base"),
    ],
)
def test_premium_headings_are_parsed_in_any_order_and_wording(label: str, name: str | None) -> None:
    hit = INSURANCE.match(label)
    assert (hit[0] if hit else None) == name


def test_premium_columns_without_a_kind_count_only_beside_a_column_of_kinds() -> None:
    assert dict(INSURANCE.bind(["姓名", "身份证号", "单位应缴"]).premiums) == {}
    assert dict(INSURANCE.bind(["姓名", "身份证号", "险种", "单位应缴"]).premiums) == {"_firm_payable": (3,)}


def test_a_heading_that_occurs_twice_has_two_places_and_the_preferred_spelling_comes_first() -> None:
    binding = LEDGER.bind(["户籍地址", "姓名", "现住址", "身份证号", "现住址"])
    assert binding.sources["address"] == (2, 4, 0)


def test_a_sheet_without_id_numbers_is_not_recognised_and_the_fault_says_what_is_missing() -> None:
    with pytest.raises(FileFault) as caught:
        recognise(block([["姓名", "性别", "联系电话"]]), [LEDGER, INSURANCE])
    assert caught.value.code == "heading_unknown"
    assert caught.value.params["missing"][0] == "身份证号"


def test_a_list_that_somebody_calls_a_ledger_is_one() -> None:
    """Among several registers a list of names and numbers is none; where a person has named the register, it is."""
    bare = block([["姓名", "身份证号", "联系电话"]])
    assert recognise(bare, [LEDGER]).profile is LEDGER
    with pytest.raises(FileFault, match="heading_unknown"):
        recognise(bare, [LEDGER, INSURANCE])


# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = """\
name: small
version: 1
title: {zh: 小表, en: Small}
creates_persons: true
rank: 5
columns:
  - {name: id_number, type: id, aliases: [身份证号]}
  - {name: name, type: name, aliases: [姓名]}
  - name: state
    type: code
    aliases: [状态]
    codes: {"yes": [是, 有], "no": [否]}
    becomes: [detail.state]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_profile_is_read(tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, GOOD))
    assert isinstance(profile, Profile)
    assert profile.by_name["state"].codes == {"是": "yes", "有": "yes", "否": "no"}


def test_a_register_may_be_trusted_otherwise_for_some_things(tmp_path: Path) -> None:
    text = GOOD.replace("rank: 5", "rank: 5\nranks: {identity: 9, detail.state: 7, detail: 6}")
    assert read_profile(written(tmp_path, text)).ranks == {"identity": 9, "detail.state": 7, "detail": 6}


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("rank: 5", "rank: 5\nrank: 6", "profile_duplicate_key", 6),
        ("rank: 5", "rank: high", "profile_shape", 5),
        ("rank: 5", "rank: 0", "profile_shape", 5),
        ("rank: 5", "rankings: 5", "profile_unknown_key", 5),
        ("rank: 5", "rank: 5\nranks: {identity: 0}", "profile_shape", 6),
        ("rank: 5", "rank: 5\nranks: {detail.sate: 9}", "profile_unknown_value", 6),
        ("rank: 5", "rank: 5\nranks: {household: 9}", "profile_unknown_value", 6),
        ("rank: 5\n", "", "profile_missing_key", 1),
        ("creates_persons: true", "creates_persons: yes", "profile_shape", 4),
        ("type: id", "type: identity", "profile_unknown_value", 7),
        ("aliases: [姓名]", "aliases: [身份证号]", "profile_duplicate_alias", 8),
        ("name: state", "name: name", "profile_duplicate_column", 9),
        ("[否]", "[否, 是]", "profile_ambiguous_code", 12),
        ("[否]", "[0]", "profile_shape", 12),
        ("detail.state", "details.state", "profile_unknown_value", 13),
        ("detail.state", "spell.salary", "profile_unknown_value", 13),
        ("detail.state", "restricted.detail", "profile_shape", 4),
        ("rank: 5", "rank: 5\nnever: 罪名", "profile_shape", 6),
        ('codes: {"yes": [是, 有], "no": [否]}', "codes: {table: nowhere}", "profile_unknown_table", 12),
        ("aliases: [状态]", "aliases: [状态", "profile_unreadable", 12),
        ("name: id_number", "name: number", "profile_missing_key", 6),
    ],
)
def test_a_fault_names_file_line_fault_and_cure(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ProfileFault) as caught:
        read_profile(path)
    said = str(caught.value)
    assert caught.value.code == code
    assert caught.value.params["file"] == str(path)
    assert caught.value.params["line"] == line
    assert said.startswith(f"{path}, line {line}: ") and "Cure: " in said


def test_a_misspelled_key_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(ProfileFault) as caught:
        read_profile(written(tmp_path, GOOD.replace("aliases: [状态]", "alias: [状态]")))
    assert caught.value.params["meant"] == "aliases"


def test_yes_and_no_stay_words(tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, GOOD.replace('"yes": [是, 有], "no": [否]', "yes: [是], no: [否]")))
    assert set(profile.by_name["state"].codes.values()) == {"yes", "no"}
