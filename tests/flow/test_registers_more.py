"""Registers of firms, posts, training, jobs, money and outreach: what each states becomes rows of its own table."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from anye.engine.intake.statements import FIRM, STATEMENTS
from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.digests import current_rows, current_views
from anye.flow.load import Report
from anye.flow.specs import SPECS, TABLES
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.firms.models import Firm, FirmDetail
from anye.records.people.models import Person, PersonDetail, StatusSpell
from anye.records.people.queries import opened_status
from anye.records.registers.models import RowClaim
from tests.conftest import District
from tests.flow.test_registers import HOME, sheet
from tests.flow.written import ledger, number

Load = Callable[..., Report]
CODE = "91990001MA00DEM06A"
WHO, ID = "冉明1", number(1)
DAY, MAY = dt.date(2020, 5, 6), dt.date(2020, 5, 1)

# register → (headings, a row, the statement that it becomes, what is then known)
FILES: dict[str, tuple[str, tuple[str, ...], str, dict[str, Any]]] = {
    "post_holders": (
        "姓名 身份证号 用人单位 公益性岗位名称 岗位类别 每周工时 岗位补贴标准 上岗时间 协议终止日期",
        (WHO, ID, "柳树村村委会", "河道保洁员", "乡村公益岗", "12.5", "500", "2020年5月", "2021年4月"), "post",
        {"unit": "柳树村村委会", "post_name": "河道保洁员", "post_kind": "乡村公益岗", "weekly_tenths": 125, "pay_fen": 50_000,
         "valid_from": MAY, "valid_to": dt.date(2021, 4, 30)},
    ),
    "post_attendance": (
        "考勤月份 姓名 身份证号 用人单位 公益性岗位名称 出勤天数 出勤工时 应发补贴",
        ("2020-05", WHO, ID, "柳树村村委会", "河道保洁员", "21.5", "86", "500"), "attendance",
        {"month": MAY, "post_name": "河道保洁员", "days_tenths": 215, "hours_tenths": 860, "pay_fen": 50_000},
    ),
    "workshops": (
        "镇街 村居 车间名称 运营单位 统一社会信用代码 车间地址 认定时间 从业人数 贫困劳动力数量",
        ("东河镇", "柳树村", "柳树村制衣车间", "山茶服饰有限公司", CODE, "柳树村2组", "2019年8月", "35", "18"), "workshop",
        {"name": "柳树村制衣车间", "site": "柳树村2组", "valid_from": dt.date(2019, 8, 1), "headcount": 35,
         "poor_headcount": 18, "firm": "山茶服饰有限公司"},
    ),
    "trades": (
        "工种代码 工种名称 技能等级 培训天数 培训学时 补贴标准 是否特色工种",
        ("4-03-02-01", "中式烹调师", "初级", "15", "120", "1,000元", "是"), "trade",
        {"code": "4-03-02-01", "name": "中式烹调师", "level": "初级", "days": 15, "hours_tenths": 1_200,
         "standard_fen": 100_000, "is_special": True},
    ),
    "class_lists": (
        "班级编号 班级名称 培训机构 统一社会信用代码 培训工种 培训地点 开班日期 结业日期 总学时 培训人数 合格人数",
        ("2020-031", "中式烹调师第3期", "技达职业培训学校", CODE, "中式烹调师", "东河镇政府", "2020.5.6", "2020.5.20", "120", "40", "38"),
        "class",
        {"class_code": "2020-031", "trade": "中式烹调师", "valid_from": DAY, "valid_to": dt.date(2020, 5, 20),
         "hours_tenths": 1_200, "headcount": 40, "passed": 38, "firm": "技达职业培训学校"},
    ),
    "class_rosters": (
        "班级编号 培训机构 姓名 身份证号 培训工种 培训开始时间 培训结束时间 签到学时 考核结果 证书类别 证书编号 发证日期",
        ("2020-031", "技达职业培训学校", WHO, ID, "中式烹调师", "2020.5.6", "2020.5.20", "117.5", "合格", "专项能力",
         "ZX2020001", "2020/5/25"),
        "enrolment",
        {"class_code": "2020-031", "provider": "技达职业培训学校", "trade": "中式烹调师", "valid_from": DAY,
         "hours_tenths": 1_175, "result": "合格", "certificate": "ZX2020001", "certified_on": dt.date(2020, 5, 25)},
    ),
    "work_training_filings": (
        "申报编号 申报企业 统一社会信用代码 以工代训类别 申报开始月份 申报结束月份 申报人数 申报金额",
        ("YG0031", "山茶服饰有限公司", CODE, "困难企业", "2020年5月", "2020年7月", "24", "36000"), "filing",
        {"number": "YG0031", "valid_from": MAY, "valid_to": dt.date(2020, 7, 31), "headcount": 24,
         "amount_fen": 3_600_000, "ground": "困难企业", "firm": "山茶服饰有限公司"},
    ),
    "work_training_rosters": (
        "申报企业 统一社会信用代码 姓名 身份证号 代训岗位 代训起始月份 代训截止月份 补贴月数 月工资 补贴金额",
        ("山茶服饰有限公司", CODE, WHO, ID, "缝纫工", "2020年5月", "2020年7月", "3", "3200", "1500"), "work_training",
        {"firm": "山茶服饰有限公司", "valid_from": MAY, "valid_to": dt.date(2020, 7, 31), "months": 3, "trade": "缝纫工",
         "wage_fen": 320_000, "amount_fen": 150_000},
    ),
    "vacancies": (
        "招聘单位 统一社会信用代码 招聘岗位 招聘人数 薪资待遇 学历要求 工作地点 联系方式 发布日期 截止日期",
        ("山茶服饰有限公司", CODE, "缝纫工", "20人", "3500-5000元/月", "不限", "东河镇工业园", "王女士 023-60000000",
         "2020-05-06", "2020-06-30"),
        "vacancy",
        {"title": "缝纫工", "headcount": 20, "wage_low_fen": 350_000, "wage_high_fen": 500_000, "wage_unit": "month",
         "workplace_text": "东河镇工业园", "valid_from": DAY, "valid_to": dt.date(2020, 6, 30), "firm": "山茶服饰有限公司"},
    ),
    "refund_applications": (
        "返还年度 申请编号 申请单位 统一社会信用代码 企业规模 参保人数 裁员人数 上年度缴纳失业保险费 返还金额 申请日期",
        ("2020年", "FH0009", "山茶服饰有限公司", CODE, "中小微", "120", "2", "86,400.50", "86400.5", "2020-5-6"), "refund",
        {"year": 2020, "number": "FH0009", "size": "中小微", "insured": 120, "laid_off": 2, "premium_fen": 8_640_050,
         "amount_fen": 8_640_050, "filed_on": DAY, "firm": "山茶服饰有限公司"},
    ),
    "payments": (
        "姓名 身份证号 补贴项目 补贴开始月份 补贴结束月份 发放日期 批次号 发放金额 资金来源 银行账号",
        (WHO, ID, "公益性岗位补贴", "2020年4月", "2020年4月", "2020-05-06", "P2005", "500.00", "就业补助资金", "6217000000000000017"),
        "payment",
        {"kind": "paid", "item": "公益性岗位补贴", "valid_from": dt.date(2020, 4, 1), "valid_to": dt.date(2020, 4, 30),
         "paid_on": DAY, "batch_no": "P2005", "amount_fen": 50_000, "fund": "就业补助资金", "account": "6217000000000000017"},
    ),
    "firm_payments": (
        "收款单位 统一社会信用代码 补贴项目 申请日期 拨付日期 拨付批次 拨付金额 资金来源 收款账号",
        ("山茶服饰有限公司", CODE, "一次性吸纳就业补贴", "2020.4.20", "2020-05-06",
         "Q2005", "6,000", "就业补助资金", "50001000000000000099"),
        "firm_payment",
        {"kind": "paid", "item": "一次性吸纳就业补贴", "filed_on": dt.date(2020, 4, 20), "paid_on": DAY,
         "batch_no": "Q2005", "amount_fen": 600_000,
         "account": "50001000000000000099", "firm": "山茶服饰有限公司"},
    ),
    "subsidy_rosters": (
        "享受单位 统一社会信用代码 姓名 身份证号 补贴项目 补贴开始月份 补贴结束月份 拨付日期 批次号 补贴金额",
        ("山茶服饰有限公司", CODE, WHO, ID, "社会保险补贴", "2020年4月", "2020年4月", "2020-05-06", "Q2005", "890.12"), "share",
        {"firm": "山茶服饰有限公司", "item": "社会保险补贴", "valid_from": dt.date(2020, 4, 1), "valid_to": dt.date(2020, 4, 30),
         "paid_on": DAY, "batch_no": "Q2005", "amount_fen": 89_012},
    ),
    "approvals": (
        "姓名 身份证号 补贴项目 补贴开始月份 补贴结束月份 拟补贴金额 申请日期 初审人 初审日期 审批人 审批日期 审批结果"
        " 公示开始日期 公示结束日期 公示地点",
        (WHO, ID, "公益性岗位补贴", "2020年4月", "2020年4月", "500.00", "2020.4.20", "周干部", "2020.4.21", "郑科长", "2020.4.22",
         "同意", "2020.4.23", "2020.4.29", "村务公开栏"), "approval",
        {"item": "公益性岗位补贴", "valid_from": dt.date(2020, 4, 1), "valid_to": dt.date(2020, 4, 30), "amount_fen": 50_000,
         "filed_on": dt.date(2020, 4, 20), "checked_by": "周干部", "checked_on": dt.date(2020, 4, 21), "approved_by": "郑科长",
         "approved_on": dt.date(2020, 4, 22), "result": "同意", "posted_from": dt.date(2020, 4, 23),
         "posted_to": dt.date(2020, 4, 29), "site": "村务公开栏"},
    ),
    "bank_replies": (
        "批次号 户名 证件号码 收款账号 交易金额 处理结果 失败原因 交易日期",
        ("P2005", WHO, ID, "6217000000000000017", "500.00", "失败", "账户状态异常", "2020-05-06"), "payment",
        {"kind": "reply", "batch_no": "P2005", "amount_fen": 50_000, "outcome": "failed", "reason": "账户状态异常",
         "paid_on": DAY, "account": "6217000000000000017"},
    ),
    "fund_allocations": (
        "文号 资金名称 年度 用途 下达金额（万元） 下达日期",
        ("渝财社〔2020〕99号", "就业补助资金", "2020", "公益性岗位补贴", "120.5", "2020-05-06"), "fund",
        {"document_no": "渝财社〔2020〕99号", "fund": "就业补助资金", "year": 2020, "purpose": "公益性岗位补贴",
         "amount_fen": 120_500_000, "allocated_on": DAY},
    ),
    "job_fairs": (
        "所属行政区 招聘会名称 合办单位 举办地点 开始日期 提供就业岗位 贫困劳动力岗位 参会人数 贫困劳动力参会人数"
        " 签订意向协议人数 个月内就业人数",
        ("990100101000", "春风行动专场", "青石区人社局", "东河镇广场", "2020-05-06", "350", "120", "800", "260", "90", "61"), "event",
        {"name": "春风行动专场", "site": "东河镇广场", "valid_from": DAY, "vacancies": 350, "poor_vacancies": 120, "attended": 800,
         "poor_attended": 260, "signed": 90, "hired": 61, "poor_hired": None},
    ),
    "tickets": (
        "姓名 身份证号 乘车日期 交通方式 出发地 目的地 车票号 票价",
        (WHO, ID, "2020-05-06", "动车", "重庆北", "东莞东", "Z00A000001", "389.5"), "ticket",
        {"travelled_on": DAY, "mode": "动车", "origin": "重庆北", "destination": "东莞东", "number": "Z00A000001",
         "amount_fen": 38_950},
    ),
    "contacts": (
        "姓名 身份证号 联系日期 服务方式 服务事项 服务人员 服务结果 情况说明",
        (WHO, ID, "2020-05-06", "电话", "岗位推荐", "周干部", "有意向", "想在镇上做工，要接孩子"), "contact",
        {"contacted_on": DAY, "channel": "电话", "topic": "岗位推荐", "outcome": "有意向", "note": "想在镇上做工，要接孩子"},
    ),
}  # fmt: skip


@pytest.fixture
def people(load: Load, tmp_path: Path) -> None:
    load(ledger(tmp_path / "ledger.csv", [{"姓名": f"冉明{n}", "身份证号": number(n), **HOME} for n in range(1, 4)]))


def written(folder: Path, name: str) -> Path:
    headings, row, _, _ = FILES[name]
    return sheet(folder / f"{name}.csv", headings, [row])


def model_of(statement: str) -> Any:
    return apps.get_model(*TABLES[statement][0].split("_", 1))


def known_of(statement: str) -> list[dict[str, Any]]:
    """The current rows of a statement's table, in clear, the firm by its name."""
    sealed = STATEMENTS[statement].sealed
    with acting(BATCH):
        rows = list(model_of(statement).objects.filter(retired_on=None))
        found = []
        for row in rows:
            told = {f: getattr(row, f) for f in STATEMENTS[statement].fields if f not in sealed and f not in FIRM}
            for name, context in sealed.items():
                value = getattr(row, f"{name}_sealed")
                told[name] = None if value is None else keyring().unseal(bytes(value), context=context)
            if hasattr(row, "firm_id"):
                told["firm"] = row.firm.name
            found.append(told)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_register_states_what_it_says(name: str, people: None, load: Load, tmp_path: Path) -> None:
    _, _, statement, expected = FILES[name]
    report = load(written(tmp_path, name))
    assert (report.fault, report.source, report.refused, report.queried) == (None, name, [], [])
    assert (report.rows, report.loaded) == (1, 1)
    (known,) = known_of(statement)
    assert {key: known[key] for key in expected} == expected


# a statement of a person, a firm and an office, with and without a firm named and with what is sealed; the rest, which
# tests/flow/test_folder_of_all.py loads in every run as well, in the long tier
OFTEN = {"payments", "vacancies", "fund_allocations", "class_rosters", "work_training_rosters"}
EACH = [pytest.param(name, marks=() if name in OFTEN else pytest.mark.trust_long) for name in FILES]
OF_PERSONS = [each for each in EACH if SPECS[FILES[each.values[0]][2]].parent == "person_id"]


@pytest.mark.parametrize("name", EACH)
def test_the_same_rows_again_change_nothing(name: str, people: None, load: Load, tmp_path: Path) -> None:
    path = written(tmp_path, name)
    load(path)
    with acting(BATCH):
        before = dict(current_rows())
    path.write_bytes(path.read_bytes() + b"\r\n")
    again = load(path)
    assert (again.loaded, again.unchanged) == (0, 1)
    with acting(BATCH):
        assert dict(current_rows()) == before


@pytest.mark.parametrize("name", EACH)
def test_a_register_taken_back_leaves_what_stood_before(
    name: str, people: None, load: Load, context: Context, tmp_path: Path
) -> None:
    with acting(BATCH):
        before = current_views()
    report = load(written(tmp_path, name))
    assert report.batch is not None
    with acting(BATCH):
        assert current_views() != before
        withdrawing.withdraw(report.batch, context)
        assert current_views() == before


@pytest.mark.parametrize("name", OF_PERSONS)
def test_of_a_stranger_the_row_waits_until_somebody_knows_them(name: str, load: Load, tmp_path: Path) -> None:
    assert (report := load(written(tmp_path, name))).unattached == report.loaded == 1
    assert known_of(FILES[name][2]) == []
    load(ledger(tmp_path / "ledger.csv", [{"姓名": WHO, "身份证号": ID, **HOME}]))
    assert len(known_of(FILES[name][2])) == 1
    with acting(BATCH):
        assert RowClaim.objects.filter(person_id__isnull=True, is_creating=False).count() == 0


FIRMS = "统一社会信用代码 企业名称 企业类型 登记状态 所属行业 成立日期 住所 法定代表人 法定代表人身份证号"


def firm_row(name: str, owner: str, id_number: str, code: str = CODE) -> tuple[str, ...]:
    return (code, name, "有限责任公司", "存续", "制造业", "2018-03-01", "东河镇工业园1号", owner, id_number)


def test_a_firm_is_known_with_its_owner(people: None, load: Load, tmp_path: Path) -> None:
    report = load(sheet(tmp_path / "firms.csv", FIRMS, [firm_row("山茶服饰有限公司", WHO, ID)]))
    assert (report.source, report.loaded, report.refused, report.queried) == ("firms", 1, [], [])
    with acting(BATCH):
        firm = Firm.objects.get(credit_code=CODE)
        told = dict(FirmDetail.objects.filter(firm=firm, retired_on=None).values_list("kind", "value"))
    assert told == {
        "name": "山茶服饰有限公司", "kind": "有限责任公司", "state": "存续", "industry": "制造业",
        "registered_on": "2018-03-01", "address": "东河镇工业园1号",
    }  # fmt: skip
    assert known_of("owner") == [
        {"role": "legal_representative", "valid_from": None, "valid_to": None, "firm": "山茶服饰有限公司"}
    ]


def test_a_firm_is_taken_though_nobody_knows_its_owner(load: Load, tmp_path: Path) -> None:
    """No owner at all, an owner without a number, one whose number is wrong (asked about), and a row without a firm."""
    rows = [
        firm_row("甲有限公司", "", "", "91990001MA00DEM06A"), firm_row("乙有限公司", "冉乙", "", ""),
        firm_row("丙有限公司", "冉丙", "990001199003070000", ""), firm_row("", "冉丁", ID, ""),
    ]  # fmt: skip
    report = load(sheet(tmp_path / "firms.csv", FIRMS, rows))
    assert (report.rows, report.loaded, report.unattached) == (4, 3, 0)
    assert [(fault["row"], fault["reason"]) for fault in report.refused] == [(5, "firm_missing")]
    assert [(query["row"], query["rule"]) for query in report.queried] == [(4, "Q01")]
    with acting(BATCH):
        assert set(Firm.objects.values_list("name", flat=True)) == {"甲有限公司", "乙有限公司", "丙有限公司"}
        assert Person.objects.count() == 0


def test_graduates_become_people_with_a_school(load: Load, tmp_path: Path) -> None:
    headings = "镇街 村居 姓名 身份证号 毕业院校 学历层次 专业 毕业时间 联系电话"
    row = ("东河镇", "柳树村", WHO, ID, "青石师范学院", "本科", "会计学", "2020年6月", "13900000001")
    report = load(sheet(tmp_path / "graduates.csv", headings, [row]))
    assert (report.source, report.loaded, report.refused) == ("graduates", 1, [])
    with acting(BATCH):
        status = StatusSpell.objects.get()
        assert (status.kind, status.unit, status.valid_from) == ("graduate", "青石师范学院", dt.date(2020, 6, 1))
        assert opened_status(status)["detail"] == "本科 会计学"
        assert status.person.name == WHO
        # on no ledger yet, and seen all the same
        assert not status.person.is_hidden
        kinds = set(PersonDetail.objects.known().values_list("kind", flat=True))
        assert kinds >= {"name", "name_key", "id_number", "sex", "birth", "residence"}


def test_two_payments_of_one_item_and_month_are_two(people: None, load: Load, tmp_path: Path) -> None:
    """F02 looks for them: they must not fall together. The very same line again is a repeated row."""
    headings, row, _, _ = FILES["payments"]
    other = (*row[:6], "P2006", *row[7:])
    report = load(sheet(tmp_path / "payments.csv", headings, [row, other, row]))
    assert [(fault["row"], fault["reason"]) for fault in report.refused] == [(4, "duplicate_row")]
    assert len(known_of("payment")) == 2


def test_a_payment_without_an_amount_is_refused(people: None, load: Load, tmp_path: Path) -> None:
    headings, row, _, _ = FILES["payments"]
    rows = [(*row[:7], amount, *row[8:]) for amount in ("", "五百", "500")]
    report = load(sheet(tmp_path / "payments.csv", headings, rows))
    assert [(f["row"], f["reason"], f["column"]) for f in report.refused] == [
        (2, "value_missing", "发放金额"), (3, "number_unreadable", "发放金额"),
    ]  # fmt: skip
    assert report.loaded == 1


def test_totals_and_notes_below_a_list_of_firms_are_no_rows(load: Load, tmp_path: Path) -> None:
    headings, row, _, _ = FILES["refund_applications"]
    rows = [row, ("合计", "", "", "", "", "120", "2", "86,400.50", "86400.5", ""), ("填表人：周干部", *[""] * 9)]
    report = load(sheet(tmp_path / "refunds.csv", headings, rows, title="2020年稳岗返还申请表"))
    assert (report.rows, report.loaded, report.refused) == (1, 1, [])


SEEN_BY_ALL = {"workshop", "class", "vacancy", "trade", "event"}


@pytest.mark.parametrize("name", [name for name, (_, _, each, _) in FILES.items() if SPECS[each].parent != "person_id"])
def test_firms_money_is_seen_by_the_office_that_keeps_it(
    name: str, load: Load, tmp_path: Path, district: District
) -> None:
    statement = FILES[name][2]
    load(written(tmp_path, name))

    def seen_by(office: str) -> int:
        lo = district[office].scope_no
        with acting(lo=lo, hi=district[office].scope_hi, actor="t"):
            return int(model_of(statement).objects.filter(retired_on=None).count())

    assert seen_by("district") == 1
    assert seen_by("willow") == (1 if statement in SEEN_BY_ALL else 0)
