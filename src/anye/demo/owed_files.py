"""Writes the registers of a `World`, each in the headings that its office uses, and tells when each of them became known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from anye.demo.forms import Cell
from anye.demo.identity import id_number
from anye.demo.owed_world import (
    ATTENDED_MONTHS,
    INSURED_MONTHS,
    PENSIONS_UNTIL,
    WAGE_MONTHS,
    Person,
    World,
    end_day,
    first_day,
    month,
)
from anye.demo.sheets import Sheet, write_text, write_workbook

Row = dict[str, Cell]
LONG_AGO = 1999 * 12 + 6
STRANGER: Row = {"姓名": "吴名", "身份证号": id_number("990236", date(1971, 6, 9), 357)}
EARLY, LATE = date(2020, 1, 5), date(2021, 12, 28)
"""A register's first and last file: it tells of the months between them."""


def _yuan(fen: int | None) -> Cell:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _tenths(count: int | None) -> Cell:
    return None if count is None else f"{count // 10}.{count % 10}"


def _month(at: int) -> str:
    return f"{at // 12}-{at % 12 + 1:02d}"


def _begins(said: Cell) -> date:
    return said if isinstance(said, date) else first_day(month(*map(int, str(said).split("-")[:2])))


def _who(p: Person) -> Row:
    return {"姓名": p.name, "身份证号": p.number}


class Writer:
    """`written`: the files, and the day on which each became known."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world
        self.written: list[tuple[Path, date]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def whole(self) -> list[tuple[Path, date]]:
        self._ledgers()
        self._firms()
        self._insurance()
        self._monthly()
        self._statuses()
        self._training()
        self._posts()
        self._money()
        return sorted(self.written, key=lambda each: (each[1], each[0].name))

    def _sheet(self, name: str, rows: Iterable[Row], known: date, title: str = "", *, is_text: bool = False) -> None:
        listed = list(rows)
        headings = list(dict.fromkeys(key for row in listed for key in row))
        lines: list[list[Cell]] = [[title, *[None] * (len(headings) - 1)]] if title else []
        lines += [list[Cell](headings), *([row.get(key) for key in headings] for row in listed)]
        path = self.folder / f"{len(self.written) + 1:02d}_{name}.{'csv' if is_text else 'xlsx'}"
        if is_text:
            write_text(path, lines, encoding="gb18030", delimiter=",")
        else:
            write_workbook(path, [Sheet("Sheet1", lines)])
        self.written.append((path, known))

    def _twice(self, name: str, rows: Iterable[Row], since: str = "", last: date = LATE) -> None:
        """The register as it came first, with what had begun by then (in the column `since`), and as it came last.

        A first register with nobody of ours in it is about somebody whom no ledger knows.
        """
        listed = list(rows)
        begun = [row for row in listed if not since or _begins(row[since]) <= EARLY]
        stranger = {**listed[0], **STRANGER, **({since: "2019-03-04"} if since else {})}
        for known, held in ((EARLY, begun or [stranger]), (last, listed)):
            stamp = f"{known.year}年{known.month}月"
            self._sheet(f"{stamp}{name}", held, known, f"{stamp}{name}")

    def _ledgers(self) -> None:
        """One for each month in which people are first told of, and apart those without households."""
        for at, has_homes in sorted({(p.told_from, bool(p.household)) for p in self.world.people}):
            stamp = f"{at // 12}年{at % 12 + 1}月"
            people = [p for p in self.world.people if (p.told_from, bool(p.household)) == (at, has_homes)]
            title = f"{stamp}贫困劳动力就业信息台账"
            self._sheet(f"{stamp}台账", map(self._ledger_row, people), end_day(at), title)

    def _ledger_row(self, p: Person) -> Row:
        since = p.job.since if p.job else p.casual
        works = p.state == "已就业"
        return {
            "镇街": p.town, "村居": p.village, **({"户编号": p.household} if p.household else {}), **_who(p),
            "性别": p.sex, "出生日期": p.born,
            "户类型": p.group, "劳动能力": p.capacity, "是否低保": p.low_income, "是否就业困难人员": p.difficult,
            "就业状态": p.state, "就业地域": p.region, "就业类型": p.work_kind if works else None,
            "就业起始日期": since if works else None, "就业终止日期": p.job.until if p.job else None,
            "就业单位": p.job.firm.name if p.job else None, "统一社会信用代码": p.job.firm.code if p.job else None,
            "是否签订劳动合同": p.job.contract if p.job else None,
        }  # fmt: skip

    def _firms(self) -> None:
        owners = {p.owns[0].code: p for p in self.world.people if p.owns}

        def row(firm_code: str) -> Row:
            firm, owner = self.world.firm(firm_code), owners.get(firm_code)
            since = owner.owns[1] if owner and owner.owns else None
            return {
                "统一社会信用代码": firm.code, "企业名称": firm.name, "登记状态": firm.state, "行业": firm.industry,
                "企业规模": firm.size, "经营异常": firm.abnormal, "法定代表人": owner.name if owner else None,
                "法定代表人身份证号": owner.number if owner else None, "任职日期": since,
            }  # fmt: skip

        self._twice("市场主体名录", [row(firm.code) for firm in self.world.firms])
        workshops: list[Row] = [
            {"车间名称": f"{firm.name}扶贫车间", "运营单位": firm.name, "统一社会信用代码": firm.code,
             "认定时间": first_day(firm.workshop)}
            for firm in self.world.firms if firm.workshop is not None
        ]  # fmt: skip
        self._twice("就业扶贫车间台账", workshops)
        filings: list[Row] = [
            {"申报编号": f"YG{at:03d}", "单位名称": firm.name, "统一社会信用代码": firm.code, "申报类型": "停工停业、暂时困难企业",
             "开始月份": _month(firm.troubled[0]), "结束月份": _month(firm.troubled[1]), "申报人数": 5}
            for at, firm in enumerate(self.world.firms) if firm.troubled
        ]  # fmt: skip
        old = self.world.firms[0]
        filings.append({
            "申报编号": "YG900", "单位名称": old.name, "统一社会信用代码": old.code, "申报类型": "停工停业、暂时困难企业",
            "开始月份": "2019-05", "结束月份": "2019-06", "申报人数": 3,
        })  # fmt: skip
        filings.append({
            "申报编号": "YG901", "单位名称": old.name, "统一社会信用代码": old.code, "申报类型": "中小微企业吸纳就业困难人员",
            "开始月份": "2020-03", "结束月份": "2020-09", "申报人数": 4,
        })  # fmt: skip
        self._twice("以工代训补贴申报表", filings, "开始月份")
        applied: list[Row] = [
            {"返还年度": "2020", "申请编号": f"WG{at:03d}", "单位名称": firm.name, "统一社会信用代码": firm.code,
             "参保人数": firm.insured, "裁员人数": firm.laid_off, "缴纳失业保险费": _yuan(firm.premium), "返还金额": "0.00"}
            for at, firm in enumerate(self.world.firms) if firm.has_applied
        ]  # fmt: skip
        self._sheet("稳岗返还申请汇总表", applied, date(2020, 4, 20))

    def _insurance(self) -> None:
        for year in (2019, 2020, 2021):
            months = [at for at in INSURED_MONTHS if at // 12 == year]
            rows = [row for at in months for row in self._insured_rows(at)]
            self._sheet(f"{year}年参保明细", rows, date(year, 12, 20), is_text=True)

    def _insured_rows(self, at: int) -> Iterator[Row]:
        for p in self.world.people:
            for (code, when), one in p.insured.items():
                if when != at:
                    continue
                labels = {"medical": "医疗保险", "unemployment": "失业保险", "injury": "工伤保险"}
                yield {
                    "费款所属期": _month(at), "统一社会信用代码": code, "单位名称": self.world.firm(code).name, **_who(p),
                    "养老保险单位应缴": _yuan(one.owed["pension"]), "养老保险单位减免": _yuan(one.waived),
                    "养老保险单位实缴": _yuan(one.paid["pension"]), "养老保险个人实缴": _yuan(one.worker_pension),
                    **{f"{label}单位应缴": _yuan(one.owed[kind]) for kind, label in labels.items()},
                    **{f"{label}单位实缴": _yuan(one.paid[kind]) for kind, label in labels.items()},
                    "失业保险个人应缴": _yuan(one.worker_unemployment), "失业保险个人实缴": _yuan(one.worker_unemployment),
                }  # fmt: skip

    def _monthly(self) -> None:
        wages: list[Row] = [
            {"工资月份": _month(at), "统一社会信用代码": code, "单位名称": self.world.firm(code).name, **_who(p),
             "应发工资": _yuan(fen + 30_000), "实发工资": _yuan(fen)}
            for at in WAGE_MONTHS for p in self.world.people for (code, when), fen in p.wages.items() if when == at
        ]  # fmt: skip
        self._sheet("工资发放明细", wages, LATE, is_text=True)

    def _statuses(self) -> None:
        people = self.world.people
        self._twice("失业登记人员名单", [
            {**_who(p), "就业创业证号": f"5001{at:08d}", "失业登记日期": p.unemployed[0], "失业注销日期": p.unemployed[1]}
            for at, p in enumerate(people) if p.unemployed
        ], "失业登记日期")  # fmt: skip
        self._twice("失业保险金发放明细", [
            {**_who(p), "领取开始年月": _month(p.benefit[0]), "领取结束年月": _month(p.benefit[1]), "失业保险金": "1260.00"}
            for p in people if p.benefit
        ], "领取开始年月")  # fmt: skip
        self._twice("养老待遇领取人员名单", [
            {**_who(p), "待遇开始年月": first_day(p.pension_from), "月养老金": "1523.40", "待遇类型": "城乡居民养老保险"}
            for p in people if p.pension_from is not None
        ], "待遇开始年月", end_day(PENSIONS_UNTIL))  # fmt: skip
        # it begins with somebody who left long ago: a stranger in it would be one of the registry's people from then on
        left = [
            (min(people, key=lambda p: p.told_from), LONG_AGO),
            *((p, p.graduated) for p in people if p.graduated is not None),
        ]
        self._twice("离校未就业高校毕业生名册", [
            {"镇街": p.town, "村居": p.village, **_who(p), "毕业院校": "重庆某学院", "专业": "会计", "毕业时间": first_day(at)}
            for p, at in left
        ], "毕业时间")  # fmt: skip
        self._twice("财政供养人员名单", [
            {**_who(p), "单位名称": p.cadre_of, "人员性质": "村干部", "任职时间": date(2018, 1, 1)} for p in people if p.cadre_of
        ], "任职时间")  # fmt: skip

    def _training(self) -> None:
        self._twice("以工代训人员花名册", [
            {"单位名称": firm.name, "统一社会信用代码": firm.code, **_who(p), "以工代训开始时间": since, "以工代训结束时间": until}
            for p in self.world.people for firm, since, until in p.rosters
        ], "以工代训开始时间")  # fmt: skip
        self._twice("培训学员花名册", [
            {"班级名称": f"{one.trade}{one.since:%m%d}班", "培训机构": "渝北某职业培训学校", **_who(p), "培训工种": one.trade,
             "培训等级": one.level, "培训开始时间": one.since, "签到学时": _tenths(one.tenths),
             "考核结果": "合格" if one.certified_on else "不合格",
             "证书编号": f"ZS{p.number[-6:]}{one.since:%y%m%d}" if one.certified_on else None, "发证日期": one.certified_on}
            for p in self.world.people for one in p.lessons
        ], "培训开始时间")  # fmt: skip
        self._sheet("职业培训工种目录", [
            {"工种名称": trade.name, "技能等级": trade.level, "培训天数": trade.days, "培训学时": _tenths(trade.tenths),
             "补贴标准": _yuan(trade.fen), "是否特色工种": trade.special}
            for trade in self.world.trades
        ], EARLY)  # fmt: skip

    def _posts(self) -> None:
        self._twice("公益性岗位在岗人员名册", [
            {**_who(p), "用人单位": post.unit, "岗位名称": post.name, "岗位类别": "公益性岗位", "每周工时": post.weekly,
             "上岗时间": post.since, "离岗时间": post.until}
            for p in self.world.people for post in p.posts
        ], "上岗时间")  # fmt: skip
        for year in (2020, 2021):
            self._sheet(f"{year}年公益性岗位考勤表", [
                {"考勤月份": _month(at), **_who(p), "用人单位": post.unit, "岗位名称": post.name,
                 "出勤天数": post.attended[at][0], "应发补贴": _yuan(post.attended[at][1])}
                for at in ATTENDED_MONTHS if at // 12 == year
                for p in self.world.people for post in p.posts if at in post.attended
            ], date(year, 12, 31) if year == 2020 else LATE)  # fmt: skip

    def _money(self) -> None:
        self._twice("个人补贴发放花名册", [
            {**_who(p), "补贴项目": one.item, "补贴开始月份": None if one.since is None else _month(one.since),
             "补贴结束月份": None if one.until is None else _month(one.until), "发放日期": one.paid_on, "批次号": f"P{at:04d}",
             "发放金额": _yuan(one.fen)}
            for at, p in enumerate(self.world.people) for one in p.payments
        ], "发放日期")  # fmt: skip
        self._twice("单位补贴拨付明细", [
            {"单位名称": firm.name, "统一社会信用代码": firm.code, "补贴项目": "稳岗返还", "拨付日期": on, "批次号": "W01",
             "拨付金额": _yuan(fen)}
            for firm, on, fen in self.world.refunded
        ], "拨付日期")  # fmt: skip
        self._twice("务工车票登记表", [
            {**_who(p), "乘车日期": day, "交通方式": "火车", "出发地": "重庆", "目的地": "杭州", "票号": f"E{at:03d}{day:%y%m%d}",
             "票价": _yuan(fen)}
            for at, p in enumerate(self.world.people) for day, fen in p.tickets
        ], "乘车日期")  # fmt: skip
