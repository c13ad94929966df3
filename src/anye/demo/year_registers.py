"""The registers of insurance, wages, statuses, classes, posts and money of the demo's year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from anye.demo.identity import id_number
from anye.demo.owed_world import end_day, first_day, month, month_of
from anye.demo.year_sheets import Files, spoken, written, yuan
from anye.demo.year_world import (
    DECEMBER,
    FIRST,
    JANUARY,
    LAST_DAY,
    POVERTY_FUND,
    RATES,
    Cover,
    Filing,
    Firm,
    Paid,
    Row,
    Someone,
    TrainingClass,
    Year,
)

Marked = tuple[str, Row]
PROVIDER = "渝北区启航职业培训学校"
STRANGER: Row = {"姓名": "吴名", "身份证号": id_number("990236", date(1951, 6, 9), 357)}
"""On lists of whom nobody here is on: without any row of theirs, nobody could tell that they are not."""


def who(person: Someone) -> Row:
    return {"姓名": person.name, "身份证号": person.number}


def at_firm(firm: Firm) -> Row:
    return {"单位名称": firm.name, "统一社会信用代码": firm.code}


class Registers:
    def __init__(self, files: Files, year: Year) -> None:
        self.files, self.year = files, year

    def whole(self) -> None:
        self._insurance()
        self._wages()
        self._statuses()
        self._classes()
        self._training_at_work()
        self._posts()
        self._payments()
        self._funds()

    # ── insurance and wages ──────────────────────────────────────────────────────────────────────────────────────────
    def _insurance(self) -> None:
        for at in range(FIRST, DECEMBER + 1):
            rows = (self._insured(cover, at) for cover in self.year.covers if at in cover.months)
            self.files.sheet(f"{spoken(at)}参保明细", rows, first_day(at).replace(day=20))

    @staticmethod
    def _insured(cover: Cover, at: int) -> Marked:
        premiums: Row = {}
        for kind, (owed, waived, paid) in cover.premiums(at).items():
            premiums |= {f"{kind}单位应缴": yuan(owed), f"{kind}单位减免": yuan(waived), f"{kind}单位实缴": yuan(paid)}
        mine = cover.base * 8
        row: Row = {
            "费款所属期": written(at), **at_firm(cover.firm), **who(cover.person), "缴费基数": yuan(cover.base * 100), **premiums,
            "养老保险个人实缴": yuan(mine), "失业保险个人应缴": yuan(cover.base // 2), "失业保险个人实缴": yuan(cover.base // 2),
        }  # fmt: skip
        return f"insured {cover.person.number} {at}", row

    def _wages(self) -> None:
        """What the banks paid for firms that train through work."""
        paid: dict[int, list[Marked]] = {}
        for filing in self.year.filings:
            for at in range(filing.since, filing.until + 1):
                paid.setdefault(at, []).extend(self._paid(filing, at))
        for at, rows in sorted(paid.items()):
            self.files.sheet(f"{spoken(at)}工资发放明细", rows, first_day(at).replace(day=28))

    def _paid(self, filing: Filing, at: int) -> Iterator[Marked]:
        for person in filing.people:
            is_gone = person.number in self.year.left and at > self.year.cover_of(person).until
            if not is_gone and (person.number, at) not in self.year.unpaid_wages:
                wage = person.jobs[0].wage * 100
                row: Row = {
                    "工资月份": written(at),
                    **at_firm(filing.firm),
                    **who(person),
                    "应发工资": yuan(wage),
                    "实发工资": yuan(wage - 32_000),
                }
                yield f"wage {person.number} {at}", row

    # ── statuses ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _statuses(self) -> None:
        idle = [person for person in self.year.of("idle") if person.born.year <= 1959][:40]
        for known in (date(2020, 1, 8), date(2020, 12, 28)):
            title = spoken(month_of(known))
            pensions: list[Marked] = [
                ("", {**each, "待遇类型": "城乡居民养老保险", "待遇开始年月": date(2019, 12, 1), "月养老金": "115.00"})
                for each in (STRANGER, *map(who, idle))
            ]  # fmt: skip
            self.files.sheet(f"{title}养老待遇领取人员名单", pensions, known)
            registered: Row = {**STRANGER, "就业创业证号": "5001120019000001", "失业登记日期": date(2019, 9, 2)}
            self.files.sheet(f"{title}失业登记人员名单", [("", registered)], known)
            benefit: Row = {**STRANGER, "领取开始年月": "2019-10", "领取结束年月": "2019-12", "失业保险金": "1260.00"}
            self.files.sheet(f"{title}失业保险金发放明细", [("", benefit)], known)
            cadre: Row = {
                **STRANGER,
                "单位名称": "石壁村村民委员会",
                "人员性质": "村干部",
                "任职时间": date(2018, 1, 1),
            }
            self.files.sheet(f"{title}财政供养人员名单", [("", cadre)], known)
            self.files.sheet(f"{title}务工车票登记表", list(self._tickets(known)), known)

    def _tickets(self, known: date) -> Iterator[Marked]:
        """Cheaper than the flat sum, which is paid all the same."""
        yield (
            "",
            {
                **STRANGER,
                "乘车日期": date(2020, 1, 5),
                "交通方式": "火车",
                "出发地": "重庆",
                "目的地": "成都",
                "票号": "E100001",
                "票价": "78.50",
            },
        )
        if known == date(2020, 12, 28):
            for at, person in enumerate(self.year.of("far")[::9]):
                yield "", {**who(person), "乘车日期": date(2020, 3, 2 + at % 20), "交通方式": "火车", "出发地": "重庆", "目的地": "宁波",
                           "票号": f"E{200000 + at}", "票价": f"{120 + at % 60}.50"}  # fmt: skip

    # ── classes ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _classes(self) -> None:
        self.files.sheet("职业培训工种目录", [
            (f"trade {trade.name}", {"工种名称": trade.name, "培训天数": trade.days, "培训学时": f"{trade.tenths // 10}",
                                     "补贴标准": yuan(trade.fen), "是否特色工种": "是" if trade.is_special else "否"})
            for trade in self.year.trades
        ], date(2019, 1, 10))  # fmt: skip
        self.files.sheet("2020年1月培训学员花名册", [("", {
            **STRANGER, "班级名称": "保育员培训班", "培训机构": PROVIDER, "培训工种": "保育员", "培训开始时间": date(2020, 1, 6),
            "签到学时": "40", "考核结果": "不合格",
        })], date(2020, 1, 15))  # fmt: skip
        lists: dict[date, list[TrainingClass]] = {}
        for each in self.year.classes:
            lists.setdefault(_listed_on(each.until), []).append(each)
        for known, classes in sorted(lists.items()):
            stamp = spoken(month_of(known))
            self.files.sheet(f"{stamp}培训班开班情况表", list(map(self._class, classes)), known)
            self.files.sheet(f"{stamp}培训学员花名册", [row for each in classes for row in self._roster(each)], known)

    @staticmethod
    def _class(each: TrainingClass) -> Marked:
        return f"class {each.code}", {
            "班级编号": each.code, "班级名称": each.name, "培训机构": PROVIDER, "培训工种": each.trade.name, "培训地点": each.place,
            "开班日期": each.since, "结业日期": each.until, "总学时": f"{each.trade.tenths // 10}", "培训人数": each.headcount,
            "合格人数": each.headcount,
        }  # fmt: skip

    @staticmethod
    def _roster(each: TrainingClass) -> Iterator[Marked]:
        for person in each.people:
            assert person.trained
            yield f"trained {person.number}", {
                "班级编号": each.code, "班级名称": each.name, "培训机构": PROVIDER, **who(person), "培训工种": each.trade.name,
                "培训开始时间": each.since, "培训结束时间": each.until, "签到学时": f"{each.trade.tenths // 10}", "考核结果": "合格",
                "证书编号": person.trained.certificate, "发证日期": person.trained.certified_on,
            }  # fmt: skip

    # ── training through work ────────────────────────────────────────────────────────────────────────────────────────
    def _training_at_work(self) -> None:
        first = self.year.firms[0]
        early: Row = {"申报编号": "YG20190001", **at_firm(first), "申报类型": "中小微企业吸纳就业困难人员", "开始月份": "2019-05",
                      "结束月份": "2019-06", "申报人数": 3}  # fmt: skip
        self.files.sheet("2020年1月以工代训补贴申报表", [("", early)], date(2020, 1, 8))
        stranger: Row = {
            **at_firm(first),
            **STRANGER,
            "以工代训开始时间": date(2019, 5, 1),
            "以工代训结束时间": date(2019, 6, 30),
        }
        self.files.sheet("2020年1月以工代训人员花名册", [("", stranger)], date(2020, 1, 8))
        # what others than the electronics firm filed in October is told of once more, checked, at the end of the year
        for at, known in (
            (month(2020, 7), date(2020, 7, 30)),
            (month(2020, 10), date(2020, 10, 30)),
            (DECEMBER, date(2020, 12, 20)),
        ):
            filings = [each for each in self.year.filings if each.since == min(at, month(2020, 10))]
            if at == DECEMBER:
                filings = [each for each in filings if each.firm is not self.year.electronics]
            self.files.sheet(f"{spoken(at)}以工代训补贴申报表", list(map(self._filing, filings)), known)
            self.files.sheet(
                f"{spoken(at)}以工代训人员花名册", [row for each in filings for row in self._in_training(each)], known
            )

    @staticmethod
    def _filing(each: Filing) -> Marked:
        return f"filing {each.number}", {
            "申报编号": each.number, **at_firm(each.firm), "申报类型": each.firm.ground, "开始月份": written(each.since),
            "结束月份": written(each.until), "申报人数": len(each.people), "申报日期": each.filed_on,
        }  # fmt: skip

    @staticmethod
    def _in_training(each: Filing) -> Iterator[Marked]:
        for person in each.people:
            yield f"in training {person.number}", {
                **at_firm(each.firm), **who(person), "以工代训岗位": person.jobs[0].trade, "以工代训开始时间": first_day(each.since),
                "以工代训结束时间": end_day(each.until), "代训月数": each.until - each.since + 1,
            }  # fmt: skip

    # ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _posts(self) -> None:
        for at in (month(2020, 5), month(2020, 8), month(2020, 9), DECEMBER):
            posts = [post for post in self.year.posts if month_of(post.since) <= at]
            self.files.sheet(f"{spoken(at)}公益性岗位在岗人员名册", [
                (f"post {post.person.number}", {
                    **post.person.place,
                    **who(post.person), "用人单位": post.unit, "岗位名称": post.name, "岗位类别": "公益性岗位", "每周工时": post.weekly,
                    "上岗时间": post.since, "离岗时间": None,
                })
                for post in posts
            ], first_day(at).replace(day=26))  # fmt: skip
        for at in range(month(2020, 5), DECEMBER + 1):
            posts = [post for post in self.year.posts if at in post.months]
            self.files.sheet(f"{spoken(at)}公益性岗位考勤表", [
                (f"attended {post.person.number} {at}", {
                    "考勤月份": written(at), **who(post.person), "用人单位": post.unit, "岗位名称": post.name,
                    "出勤天数": 22 if post.weekly > 24 else 9, "应发补贴": yuan(post.pay),
                })
                for post in posts
            ], first_day(at).replace(day=28))  # fmt: skip

    # ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _payments(self) -> None:
        """A list a month of what was paid to firms, one of the people behind, and one of what was paid to people."""
        self.files.sheet("2019年1月个人补贴发放花名册", [("", {
            **STRANGER, "补贴项目": "就业见习补贴", "补贴开始月份": "2018-12", "发放日期": date(2019, 1, 10),
            "批次号": "20190110", "发放金额": "1200.00",
        })], date(2019, 1, 31))  # fmt: skip
        self.files.sheet("2019年1月单位补贴拨付明细", [("", {
            **at_firm(self.year.firms[0]), "补贴项目": "就业见习补贴", "补贴开始月份": "2018-12",
            "拨付日期": date(2019, 1, 10), "批次号": "20190110", "拨付金额": "3600.00",
        })], date(2019, 1, 31))  # fmt: skip
        by_month: dict[int, list[Paid]] = {}
        for paid in self.year.payments:
            by_month.setdefault(month_of(paid.paid_on), []).append(paid)
        for at, payments in sorted(by_month.items()):
            known = min(end_day(at), LAST_DAY)
            firms = [paid for paid in payments if isinstance(paid.to, Firm)]
            self.files.sheet(f"{spoken(at)}单位补贴拨付明细", [self._to(paid, "拨付") for paid in firms], known)
            self.files.sheet(
                f"{spoken(at)}单位补贴人员名册", [row for paid in firms for row in self._behind(paid)], known
            )
            persons = [paid for paid in payments if isinstance(paid.to, Someone)]
            self.files.sheet(f"{spoken(at)}个人补贴发放花名册", [self._to(paid, "发放") for paid in persons], known)

    @staticmethod
    def _to(paid: Paid, done: str) -> Marked:
        whom = at_firm(paid.to) if isinstance(paid.to, Firm) else who(paid.to)
        key = paid.to.code if isinstance(paid.to, Firm) else paid.to.number
        return f"paid {paid.item} {key}", {
            **whom, "补贴项目": paid.item, "补贴开始月份": written(paid.since), "补贴结束月份": written(paid.until),
            "申请日期": paid.filed_on, f"{done}日期": paid.paid_on, "批次号": paid.batch,
            f"{done}金额": yuan(paid.fen), "资金来源": paid.fund,
        }  # fmt: skip

    @staticmethod
    def _behind(paid: Paid) -> Iterator[Marked]:
        assert isinstance(paid.to, Firm)
        for each in paid.behind:
            yield f"behind {paid.item} {each.person.number}", {
                **at_firm(paid.to), **who(each.person), "补贴项目": paid.item, "补贴开始月份": written(each.since),
                "补贴结束月份": written(each.until), "拨付日期": paid.paid_on, "批次号": paid.batch, "补贴金额": yuan(each.fen),
            }  # fmt: skip

    def _funds(self) -> None:
        """What the poverty fund gave the towns for posts: as much as their part-time posts cost in the year; and other money."""
        due = sum(paid.fen for paid in self.year.payments if paid.fund == POVERTY_FUND and "岗位" in paid.item)
        towns = sorted({post.person.town.name for post in self.year.posts if post.person.town})
        each, over = divmod(due // 100, len(towns))
        rows: list[Marked] = [
            (f"fund {town}", {"文号": f"渝北扶办发〔2020〕{18 + at}号", "资金名称": POVERTY_FUND, "年度": "2020",
                              "用途": f"公益性岗位开发（{town}）", "下达金额": f"{each + (at < over)}.00", "下达日期": date(2020, 4, 28)})
            for at, town in enumerate(towns)
        ]  # fmt: skip
        spent = sum(paid.fen for paid in self.year.payments if "就业补助" in paid.fund)
        rows.append(("", {"文号": "渝财社〔2020〕51号", "资金名称": "就业补助资金", "年度": "2020", "用途": "就业补贴",
                          "下达金额": yuan(spent // 100_000_000 * 100_000_000 + 200_000_000), "下达日期": date(2020, 3, 18)}))  # fmt: skip
        self.files.sheet("2020年就业资金下达情况表", rows, date(2020, 4, 30))
        for firm in [self.year.garment] if self.year.garment else []:
            refund = next(paid for paid in self.year.payments if paid.to is firm and "返还" in paid.item)
            self.files.sheet("稳岗返还申请汇总表", [("refund filed", {
                "返还年度": "2020", "申请编号": "WG20200001", **at_firm(firm), "企业规模": firm.size, "参保人数": 1_880, "裁员人数": 12,
                "缴纳失业保险费": yuan(refund.fen * 2), "返还金额": yuan(refund.fen), "申请日期": refund.filed_on,
            })], date(2020, 2, 28))  # fmt: skip


def _listed_on(until: date) -> date:
    """Classes of before 2019 came in one list, those of 2019 in one, the others month by month."""
    if until.year < 2019:
        return date(2019, 1, 12)
    return date(2020, 1, 12) if until.year == 2019 else end_day(month_of(until))


__all__ = ["JANUARY", "RATES", "Registers"]
