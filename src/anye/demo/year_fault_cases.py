"""The audit's cases in the demo's year (F01–F28): who should not have been paid, and beside each who looks like them and should."""

from __future__ import annotations

from datetime import date, timedelta

from anye.demo.year_faults import QUALITY, Faults
from anye.demo.year_registers import at_firm, who
from anye.demo.year_sheets import yuan
from anye.demo.year_world import (
    HIRING,
    LIVING,
    PART_TIME,
    POOR,
    PREMIUMS,
    REFUND,
    SKILLS_FUND,
    TRAINING,
    TRAVEL,
    Firm,
    Row,
    Someone,
)

PROVIDER = "渝北区启航职业培训学校"


def pay(faults: Faults, person: Someone, item: str, fen: int, *, months: tuple[str, str] = ("2020-10", "2020-10"),
        on: date = date(2020, 11, 12), batch: str = "20201112", fund: str = "就业补助资金", account: str = "") -> None:  # fmt: skip
    faults.add("个人补贴发放花名册", {
        **who(person), "补贴项目": item, "补贴开始月份": months[0], "补贴结束月份": months[1], "发放日期": on, "批次号": batch,
        "发放金额": yuan(fen), "资金来源": fund, "银行账号": account or f"6217{person.number[6:17]}",
    })  # fmt: skip


def poor(faults: Faults, **told: object) -> Someone:
    return faults.person(group=POOR, **told)


def hold(faults: Faults, person: Someone, *, unit: str = "", name: str = "护路员", weekly: int = 10, since: date = date(2020, 9, 1),
         until: date | None = None) -> None:  # fmt: skip
    village = person.village.official if person.village else ""
    faults.add("公益性岗位在岗人员名册", {
        **person.place, **who(person), "用人单位": unit or village, "岗位名称": name, "岗位类别": "公益性岗位", "每周工时": weekly,
        "上岗时间": since, "离岗时间": until,
    })  # fmt: skip


def holder(faults: Faults, **told: object) -> Someone:
    person = poor(faults, **{"劳动能力": "弱劳动力或半劳动力", **told})
    hold(faults, person)
    pay(faults, person, PART_TIME, 50_000)
    return person


def pair(faults: Faults, rule: str, wrong: str, right: str, near: str, innocent: str) -> None:
    faults.fault(rule, wrong, right)
    faults.innocent(rule, near, innocent)


def _dead(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    for each, day in ((person, date(2020, 6, 10)), (near, date(2020, 11, 30))):
        faults.add("死亡人员名单", {**who(each), "死亡日期": day})
        pay(faults, each, LIVING, 50_000)
    pair(faults, "F01", person.number, "paid after death", near.number, "died after being paid")


def _twice(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    pay(faults, person, PART_TIME, 50_000)
    pay(faults, person, PART_TIME, 50_000, batch="20201118", on=date(2020, 11, 18), fund="财政专项扶贫资金")
    pay(faults, near, PART_TIME, 50_000, months=("2020-09", "2020-09"))
    pay(faults, near, PART_TIME, 50_000, batch="20201118", on=date(2020, 11, 18))
    pair(faults, "F02", person.number, "a month paid twice", near.number, "two months paid")


def _exclusive(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    for each, last in ((person, "2020-12"), (near, "2020-08")):
        faults.add(
            "失业保险金发放明细",
            {**who(each), "领取开始年月": "2020-06", "领取结束年月": last, "失业保险金": "1260.00"},
        )
        pay(faults, each, LIVING, 50_000)
    pair(faults, "F03", person.number, "with unemployment benefit", near.number, "after unemployment benefit")


def _insured_elsewhere(faults: Faults) -> None:
    person, near = holder(faults), holder(faults)
    faults.insured(person, faults.firm, "2020-10", "2020-11")
    faults.insured(near, faults.firm, "2020-03", "2020-04")
    pair(faults, "F04", person.number, "insured by a firm while in a post", near.number, "insured before the post")


def _owners(faults: Faults) -> None:
    person, near = holder(faults), holder(faults)
    for each, state in ((person, "存续"), (near, "注销")):
        firm = faults.names.firm()
        faults.add("市场主体名录", {
            "统一社会信用代码": firm.code, "企业名称": firm.name, "登记状态": state, "行业": firm.industry, "企业规模": "微型",
            "经营异常": "否",
            "注销日期": date(2019, 5, 6) if state == "注销" else None,
            "法定代表人": each.name, "法定代表人身份证号": each.number, "任职日期": date(2018, 4, 2),
            "离任日期": date(2019, 5, 6) if state == "注销" else None,
        })  # fmt: skip
    pair(faults, "F05", person.number, "owns a business", near.number, "the business was closed before")


def _pensioners(faults: Faults) -> None:
    person, near = holder(faults), holder(faults)
    for each, kind in ((person, "城镇企业职工基本养老保险"), (near, "城乡居民养老保险")):
        faults.add(
            "养老待遇领取人员名单",
            {**who(each), "待遇类型": kind, "待遇开始年月": date(2020, 3, 1), "月养老金": "1523.40"},
        )
    pair(faults, "F06", person.number, "an employee's pension", near.number, "a resident's pension")


def _public_staff(faults: Faults) -> None:
    person, near = holder(faults), holder(faults)
    for each, left in ((person, None), (near, date(2019, 12, 31))):
        faults.add("财政供养人员名单", {
            **who(each), "单位名称": each.village.official if each.village else "", "人员性质": "村干部", "任职时间": date(2017, 1, 1),
            "离职时间": left,
        })  # fmt: skip
    pair(faults, "F07", person.number, "a village cadre in a post", near.number, "a cadre until 2019")


def _detained(faults: Faults) -> None:
    person, near = holder(faults), holder(faults)
    for each, since, until in (
        (person, date(2020, 9, 20), date(2021, 3, 19)),
        (near, date(2019, 2, 1), date(2019, 8, 1)),
    ):
        faults.add("服刑羁押人员名单", {**who(each), "羁押日期": since, "释放日期": until})
    pair(faults, "F08", person.number, "in detention", near.number, "set free before")


def _too_old(faults: Faults) -> None:
    for born, is_fault in ((date(1950, 5, 6), True), (date(1952, 5, 6), False)):
        person = faults.names.own("planted", sex="男", oldest=born, youngest=date(born.year, 6, 6), group=POOR)
        faults.row(person)
        hold(faults, person)
        pay(faults, person, PART_TIME, 50_000)
        (faults.fault if is_fault else faults.innocent)("F09", person.number, "seventy" if is_fault else "sixty-eight")


def _two_posts(faults: Faults) -> None:
    person, near = holder(faults), poor(faults)
    hold(faults, person, name="保洁员")
    hold(faults, near, name="护林员", since=date(2020, 3, 2), until=date(2020, 8, 31))
    hold(faults, near, name="保洁员")
    pair(faults, "F10", person.number, "two posts", near.number, "one post after another")


def _away(faults: Faults) -> None:
    job = {
        "就业状态": "已就业",
        "就业单位": "宁波某厂",
        "就业起始日期": date(2020, 10, 9),
        "就业类型": "单位就业",
        "就业意愿": "是",
        "月收入": 4_000,
    }
    person = holder(faults, **job, 就业地域="市外")
    near = holder(faults, **{**job, "就业单位": "本村", "就业类型": "公益性岗位", "月收入": 500}, 就业地域="镇内")
    pair(faults, "F11", person.number, "works away", near.number, "works in the village")


def _long(faults: Faults) -> None:
    unit = next(firm for firm in faults.year.firms if firm.code.startswith("12"))
    for oldest, is_fault in ((date(1980, 1, 1), True), (date(1961, 2, 1), False)):
        person = faults.names.own("planted", sex="男", oldest=oldest, youngest=date(oldest.year, 12, 1), group=POOR)
        faults.row(person)
        hold(faults, person, unit=unit.name, weekly=40, since=date(2017, 1, 3))
        (faults.fault if is_fault else faults.innocent)(
            "F12", person.number, "four years" if is_fault else "near retirement at first"
        )


def _uncertified(faults: Faults) -> None:
    person, near = faults.person(是否就业困难人员="否"), faults.person(是否就业困难人员="是")
    for each in (person, near):
        hold(faults, each)
    pair(faults, "F13", person.number, "placed without certification", near.number, "certified")


def _roster(
    faults: Faults, person: Someone, trade: str, since: date, until: date, certified: date, level: str = ""
) -> None:
    faults.add("培训学员花名册", {
        "班级编号": f"BU{since:%m%d}{trade[:1]}", "班级名称": f"{trade}培训班（补）", "培训机构": PROVIDER, **who(person),
        "培训工种": trade, "培训等级": level or None, "培训开始时间": since, "培训结束时间": until, "签到学时": "40", "考核结果": "合格",
        "证书编号": f"BU{person.number[-6:]}{since:%m%d}", "发证日期": certified,
    })  # fmt: skip


def _classes(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    first, second = (date(2020, 10, 12), date(2020, 10, 16)), (date(2020, 10, 19), date(2020, 10, 23))
    for each, other in ((person, first), (near, second)):
        _roster(faults, each, "保育员", *first, first[1])
        _roster(faults, each, "电工", *other, other[1])
    pair(faults, "F14", person.number, "in two classes at once", near.number, "in one after the other")
    person, near = poor(faults), poor(faults)
    for each, level in ((person, "初级"), (near, "中级")):
        _roster(faults, each, "焊工", *first, first[1], "初级")
        _roster(faults, each, "焊工", *second, second[1], level)
    pair(faults, "F15", person.number, "the same trade and level again", near.number, "the next level")
    person, near = poor(faults), poor(faults)
    _roster(faults, person, "砌筑工", *first, date(2020, 10, 14))
    _roster(faults, near, "砌筑工", *first, first[1])
    pair(faults, "F16", person.number, "certified before the end", near.number, "certified at the end")


def _at_work(faults: Faults) -> None:
    mine, other = [firm for firm in faults.year.firms if firm.ground][1:3]
    person, near = poor(faults, **faults.at_work(mine)), poor(faults, **faults.at_work(mine))
    for each, payer in ((person, other), (near, mine)):
        faults.insured(each, mine, "2020-11")
        faults.add(
            "以工代训人员花名册",
            {
                **at_firm(mine),
                **who(each),
                "以工代训开始时间": date(2020, 11, 1),
                "以工代训结束时间": date(2020, 11, 30),
            },
        )
        faults.add(
            "工资发放明细",
            {"工资月份": "2020-11", **at_firm(payer), **who(each), "应发工资": "3200.00", "实发工资": "2900.00"},
        )
    pair(faults, "F17", person.number, "another firm paid the wage", near.number, "the firm paid the wage")


def _behind(faults: Faults, firm: Firm, person: Someone, item: str, fen: int, batch: str) -> None:
    months: Row = {"补贴开始月份": "2020-11", "补贴结束月份": "2020-11"}
    day = date(2020, 12, 10)
    faults.add("单位补贴拨付明细", {
        **at_firm(firm), "补贴项目": item, **months, "申请日期": date(2020, 12, 1), "拨付日期": day, "批次号": batch, "拨付金额": yuan(fen),
        "资金来源": SKILLS_FUND if item == TRAINING else "就业补助资金",
    })  # fmt: skip
    faults.add("单位补贴人员名册", {
        **at_firm(firm), **who(person), "补贴项目": item, **months, "拨付日期": day, "批次号": batch, "补贴金额": yuan(fen),
    })  # fmt: skip


def _firms(faults: Faults) -> None:
    one, two = faults.names.firm(), faults.names.firm()
    person, near = poor(faults), poor(faults)
    for firm, each, batch in ((one, person, "B1"), (two, person, "B2"), (one, near, "B3")):
        _behind(faults, firm, each, HIRING, 600_000, batch)
    pair(faults, "F18", person.number, "two firms were paid for one", near.number, "one firm was paid")
    person, near = poor(faults), poor(faults)
    for each, fen in ((person, 99_900), (near, 26_350)):
        faults.insured(each, two, "2020-11")
        _behind(faults, two, each, PREMIUMS, fen, f"B{fen}")
    pair(faults, "F19", person.number, "more than was paid in premiums", near.number, "as much as was paid")


def _refunds(faults: Faults) -> None:
    for at, (state, is_fault) in enumerate((("注销", True), ("存续", False))):
        firm = faults.names.firm()
        faults.add("市场主体名录", {"统一社会信用代码": firm.code, "企业名称": firm.name, "登记状态": state, "经营异常": "否",
                              "注销日期": date(2020, 1, 9) if is_fault else None})  # fmt: skip
        faults.add("单位补贴拨付明细", {
            **at_firm(firm), "补贴项目": REFUND, "补贴开始月份": "2020-06", "补贴结束月份": "2020-06", "申请日期": date(2020, 6, 1),
            "拨付日期": date(2020, 6, 22), "批次号": f"R{at}", "拨付金额": "8800.00", "资金来源": "失业保险基金",
        })  # fmt: skip
        (faults.fault if is_fault else faults.innocent)("F20", firm.code, "cancelled" if is_fault else "standing")


def _journeys(faults: Faults) -> None:
    away = {
        "就业状态": "已就业",
        "就业单位": "宁波某厂",
        "就业起始日期": date(2019, 3, 4),
        "就业类型": "单位就业",
        "就业地域": "市外",
        "月收入": 4_000,
    }
    person, near = poor(faults, **away), poor(faults, **away)
    for each, fen in ((person, 20_000), (near, 6_350)):
        pay(faults, each, TRAVEL, 20_000, months=("2020-11", "2020-12"))
        pay(faults, each, TRAVEL, fen, months=("2020-11", "2020-12"), batch="20201216", on=date(2020, 12, 16))
    faults.add("务工车票登记表", {**who(near), "乘车日期": date(2020, 11, 21), "交通方式": "火车", "出发地": "重庆", "目的地": "宁波",
            "票号": "E300001",
                            "票价": "263.50"})  # fmt: skip
    pair(faults, "F21", person.number, "paid twice a year", near.number, "a top-up for tickets")


def _accounts(faults: Faults) -> None:
    person, other, near = poor(faults), poor(faults), poor(faults)
    for each, account in ((person, "62170000000001"), (other, "62170000000001"), (near, "62170000000002")):
        pay(faults, each, PART_TIME, 50_000, account=account)
    pair(faults, "F22", person.number, "one account for two", near.number, "an account of their own")
    person, near = poor(faults), poor(faults)
    for each in (person, near):
        pay(faults, each, PART_TIME, 50_000, batch="20201109")
        faults.add("银行代发结果", {"批次号": "20201109", **who(each), "收款账号": f"6217{each.number[6:17]}", "交易金额": "500.00",
                              "处理结果": "失败", "失败原因": "户名不符", "交易日期": date(2020, 11, 9)})  # fmt: skip
    pay(faults, near, PART_TIME, 50_000, batch="20201120", on=date(2020, 11, 20))
    pair(faults, "F23", person.number, "returned and not paid again", near.number, "paid again")


def _funds(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    pay(faults, person, PART_TIME, 50_000, fund="失业保险基金")
    pay(faults, near, PART_TIME, 50_000, fund="财政专项扶贫资金")
    pair(faults, "F24", person.number, "from another fund", near.number, "from its fund")


def _missed(faults: Faults) -> None:
    owed = next(firm for policy, firm, _ in faults.year.unclaimed if policy == "insurance_subsidy")
    paid = next(each.to.code for each in faults.year.payments if each.item == PREMIUMS and isinstance(each.to, Firm))
    pair(faults, "F25", owed, "owed and not paid", paid, "owed and paid")


def _too_early(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    days = date(2020, 11, 9), date(2020, 11, 13)
    for each, at in ((person, "2020-10"), (near, "2020-11")):
        _roster(faults, each, "养老护理员", *days, days[1])
        pay(faults, each, LIVING, 50_000, months=(at, at), on=date(2020, 12, 9), batch="20201209")
    pair(
        faults,
        "F27",
        person.number,
        "for a month before the certificate",
        near.number,
        "for the month of the certificate",
    )


def _approve(faults: Faults, person: Someone, *, checked: str = "柏宽", approved: str = "祁朗", on: date = date(2020, 11, 2),
             until: date = date(2020, 11, 9)) -> None:  # fmt: skip
    """Approved on a day and put up on the next, until a day; then paid on 12 November."""
    faults.add("补贴审批公示台账", {
        **person.place, **who(person), "补贴项目": PART_TIME, "补贴开始月份": "2020-10", "补贴结束月份": "2020-10", "拟补贴金额": "500.00",
        "申请日期": date(2020, 10, 29), "初审人": checked, "初审日期": date(2020, 10, 30), "审批人": approved, "审批日期": on,
        "审批结果": "同意", "公示开始日期": on + timedelta(1), "公示结束日期": until, "公示地点": "村务公开栏",
    })  # fmt: skip
    pay(faults, person, PART_TIME, 50_000)


def _approvals(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    spouse = faults.person(household_of=person)
    _approve(faults, person, approved=spouse.name)
    _approve(faults, near, approved=f"{near.name[0]}朗宽")
    pair(
        faults, "F26", person.number, "approved by the spouse", near.number, "approved by somebody of the same surname"
    )
    person, near = poor(faults), poor(faults)
    _approve(faults, person, checked="祁朗")
    _approve(faults, near)
    pair(faults, "F26", person.number, "one checked and approved", near.number, "one checked, another approved")


def _notices(faults: Faults) -> None:
    person, near = poor(faults), poor(faults)
    _approve(faults, person, until=date(2020, 11, 5))
    _approve(faults, near)
    pair(faults, "F28", person.number, "posted for three days", near.number, "posted for five working days")
    person, near = poor(faults), poor(faults)
    for each, on, until in (
        (person, date(2020, 11, 9), date(2020, 11, 16)),
        (near, date(2020, 11, 4), date(2020, 11, 11)),
    ):
        _approve(faults, each, on=on, until=until)
    pair(faults, "F28", person.number, "paid while it was posted", near.number, "paid on the day after")


def _totals(faults: Faults) -> None:
    """The last of all: a list whose total line is a yuan off, and one whose total is right."""
    for register, heading, off in (("工资发放明细", "实发工资", 1), ("务工车票登记表", "票价", 0)):
        rows = faults.more[register]
        said = sum(int(str(row[heading]).replace(".", "")) for row in rows) + off * 100
        rows.append({"姓名": "合计", heading: yuan(said)})
        pair = (faults.fault, "a total that is a yuan off") if off else (faults.innocent, "a total that is right")
        pair[0]("Q15", register, pair[1])


ALL = (
    *QUALITY, _dead, _twice, _exclusive, _insured_elsewhere, _owners, _pensioners, _public_staff, _detained, _too_old, _two_posts, _away,
    _long, _uncertified, _classes, _at_work, _firms, _refunds, _journeys, _accounts, _funds, _missed, _too_early,
    _approvals, _notices, _totals,
)  # fmt: skip
