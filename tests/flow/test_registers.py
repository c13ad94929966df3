"""Registers that create nobody: what each says of people becomes rows of its own, found again, withdrawn, and in any order."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.digests import current_rows, current_views
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, acting
from anye.records.firms.models import Firm, PayrollLine
from anye.records.people.models import IncomeLine, RestrictedSpell, StatusSpell
from anye.records.people.queries import opened_status
from anye.records.registers.models import RowClaim
from tests.flow.written import ledger, number

Load = Callable[..., Report]
HOME = {"镇街": "东河镇", "村居": "柳树村"}


def sheet(path: Path, headings: str, rows: Iterable[Sequence[str]], title: str = "") -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        if title:
            writer.writerow([title])
        writer.writerow(headings.split())
        writer.writerows(rows)
    return path


@pytest.fixture
def people(load: Load, tmp_path: Path) -> None:
    load(ledger(tmp_path / "ledger.csv", [{"姓名": f"冉明{n}", "身份证号": number(n), **HOME} for n in range(1, 6)]))


FILES: dict[str, tuple[str, list[tuple[str, ...]], str]] = {
    "deaths": ("姓名 身份证号 死亡日期 死亡证明编号", [("冉明1", number(1), "2020-03-07", "渝死20200007")], ""),
    "pensions": (
        "姓名 身份证号 待遇类型 待遇开始年月 月养老金",
        [("冉明1", number(1), "城乡居民养老保险", "201905", "125.5")],
        "2020年5月养老待遇领取人员",
    ),
    "public_payroll": (
        "单位名称 姓名 身份证号 人员性质 职务 任职时间 应发工资",
        [("柳树村村委会", "冉明1", number(1), "村干部", "副主任", "2019年1月", "2,300")],
        "",
    ),
    "unemployment": (
        "姓名 身份证号 就业创业证号 失业登记日期 失业原因",
        [("冉明1", number(1), "5001120020000001", "2020.4.1", "合同到期")],
        "",
    ),
    "unemployment_benefit": (
        "姓名 身份证号 领取开始年月 领取结束年月 失业保险金",
        [("冉明1", number(1), "2020年2月", "2020年7月", "1260")],
        "",
    ),
    "disability": (
        "残疾人姓名 身份证号 残疾证号 残疾类别 残疾等级 发证日期",
        [("冉明1", number(1), f"{number(1)}42", "肢体", "二级", "2018/6/1")],
        "",
    ),
    "justice": (
        "姓名 身份证号 入监日期 刑满日期 服刑单位",
        [("冉明1", number(1), "2019-01-05", "2021-01-04", "第二监狱")],
        "",
    ),
    "payroll": (
        "月份 单位名称 统一社会信用代码 姓名 身份证号 出勤天数 应发工资 实发工资",
        [("2020-05", "山茶服饰有限公司", "91990001MA00DEM06A", "冉明1", number(1), "22", "3,500", "3168.2")],
        "",
    ),
    "household_income": (
        "月份 户主姓名 姓名 身份证号 工资性收入 财产性收入 转移性收入",
        [("2020-05", "冉明1", "冉明1", number(1), "1500", "", "80")],
        "",
    ),
}


def written(folder: Path, name: str, *, who: int = 1) -> Path:
    headings, rows, title = FILES[name]
    rows = [tuple(cell.replace(number(1), number(who)).replace("冉明1", f"冉明{who}") for cell in row) for row in rows]
    return sheet(folder / f"{name}.csv", headings, rows, title)


def told(model: Any) -> list[dict[str, Any]]:
    with acting(BATCH):
        return [
            {
                **{f: getattr(row, f) for f in ("kind", "valid_from", "valid_to", "amount_fen", "unit")},
                **opened_status(row),
            }
            for row in model.objects.known().order_by("kind")
        ]


def spell(kind: str, first: dt.date, **more: Any) -> dict[str, Any]:
    bare = {"valid_to": None, "amount_fen": None, "unit": "", "number": "", "detail": ""}
    return {"kind": kind, "valid_from": first, **bare, **more}


STATUSES = {
    "deaths": spell("death", dt.date(2020, 3, 7), number="渝死20200007"),
    "pensions": spell("pension", dt.date(2019, 5, 1), detail="城乡居民养老保险", amount_fen=12_550),
    "public_payroll": spell(
        "public_pay", dt.date(2019, 1, 1), detail="村干部 副主任", unit="柳树村村委会", amount_fen=230_000
    ),
    "unemployment": spell("unemployed", dt.date(2020, 4, 1), number="5001120020000001", detail="合同到期"),
    "unemployment_benefit": spell(
        "unemployment_benefit", dt.date(2020, 2, 1), valid_to=dt.date(2020, 7, 31), amount_fen=126_000
    ),
    "disability": spell("disability", dt.date(2018, 6, 1), number=f"{number(1)}42", detail="肢体 二级"),
    "justice": spell("detention", dt.date(2019, 1, 5), valid_to=dt.date(2021, 1, 4), unit="第二监狱"),
}


@pytest.mark.parametrize("name", STATUSES)
def test_a_register_says_what_it_says(name: str, people: None, load: Load, tmp_path: Path) -> None:
    report = load(written(tmp_path, name))
    assert (report.source, report.rows, report.loaded, report.refused, report.queried) == (name, 1, 1, [], [])
    is_restricted = STATUSES[name]["kind"] in {"disability", "detention"}
    assert told(RestrictedSpell if is_restricted else StatusSpell) == [STATUSES[name]]
    assert told(StatusSpell if is_restricted else RestrictedSpell) == []


def test_a_payroll_says_who_was_paid_what(people: None, load: Load, tmp_path: Path) -> None:
    assert load(written(tmp_path, "payroll")).source == "payroll"
    with acting(BATCH):
        line = PayrollLine.objects.get()
        assert (line.month, line.gross_fen, line.net_fen, line.days) == (dt.date(2020, 5, 1), 350_000, 316_820, 22)
        assert (line.firm.name, line.firm.credit_code) == ("山茶服饰有限公司", "91990001MA00DEM06A")


def test_income_is_taken_line_by_line_and_nothing_is_zero(people: None, load: Load, tmp_path: Path) -> None:
    load(written(tmp_path, "household_income"))
    with acting(BATCH):
        lines = set(IncomeLine.objects.known().values_list("month", "kind", "amount_fen"))
    assert lines == {(dt.date(2020, 5, 1), "wage", 150_000), (dt.date(2020, 5, 1), "transfer", 8_000)}


@pytest.mark.parametrize("name", FILES)
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


@pytest.mark.parametrize("name", FILES)
def test_a_register_taken_back_leaves_what_stood_before(
    name: str, people: None, load: Load, context: Context, tmp_path: Path
) -> None:
    with acting(BATCH):
        before = current_views()
    report = load(written(tmp_path, name))
    with acting(BATCH):
        assert current_views() != before
    assert report.batch is not None
    with acting(BATCH):
        withdrawing.withdraw(report.batch, context)
        assert current_views() == before


@pytest.mark.parametrize("name", FILES)
def test_of_a_stranger_the_row_waits_until_somebody_knows_them(name: str, load: Load, tmp_path: Path) -> None:
    """In this order and in the other the registry ends alike."""
    report = load(written(tmp_path, name))
    assert (report.loaded, report.unattached) == (1, 1)
    load(ledger(tmp_path / "ledger.csv", [{"姓名": "冉明1", "身份证号": number(1), **HOME}]))
    with acting(BATCH):
        assert RowClaim.objects.filter(person_id__isnull=True, is_creating=False).count() == 0
        assert (
            StatusSpell.objects.count()
            + RestrictedSpell.objects.count()
            + PayrollLine.objects.count()
            + (IncomeLine.objects.count() > 0)
            == 1
        )
        assert Firm.objects.count() <= 1


def two(folder: Path, name: str, **changed: str) -> Path:
    """A register's row again in a later file, with some cells changed."""
    headings, rows, title = FILES[name]
    row = [changed.get(heading, cell) for heading, cell in zip(headings.split(), rows[0], strict=True)]
    return sheet(folder / f"{name}-2.csv", headings, [row], title)


def test_two_days_of_one_death_contradict_each_other(people: None, load: Load, tmp_path: Path) -> None:
    """The later file stands; the other is kept as overruled."""
    load(written(tmp_path, "deaths"), known_on=dt.date(2020, 4, 1))
    load(two(tmp_path, "deaths", 死亡日期="2020-03-09"), known_on=dt.date(2020, 5, 1))
    (death,) = told(StatusSpell)
    assert death["valid_from"] == dt.date(2020, 3, 9)


def test_a_renewed_certificate_takes_the_place_of_the_old(people: None, load: Load, tmp_path: Path) -> None:
    load(written(tmp_path, "disability"), known_on=dt.date(2020, 4, 1))
    load(two(tmp_path, "disability", 残疾等级="一级", 发证日期="2020/5/1"), known_on=dt.date(2020, 5, 1))
    (certificate,) = told(RestrictedSpell)
    assert (certificate["detail"], certificate["valid_from"]) == ("肢体 一级", dt.date(2020, 5, 1))


def test_pensions_of_two_kinds_are_two_and_one_with_and_without_its_beginning_is_one(
    people: None, load: Load, tmp_path: Path
) -> None:
    load(two(tmp_path, "pensions", 待遇开始年月=""), known_on=dt.date(2020, 4, 1))
    load(written(tmp_path, "pensions"), known_on=dt.date(2020, 5, 1))
    (one,) = told(StatusSpell)
    assert one["valid_from"] == dt.date(2019, 5, 1)
    load(two(tmp_path, "pensions", 待遇类型="企业职工养老保险"), known_on=dt.date(2020, 6, 1))
    assert sorted(each["detail"] for each in told(StatusSpell)) == ["企业职工养老保险", "城乡居民养老保险"]


def test_insurance_without_a_firm_is_refused_and_the_others_are_taken(people: None, load: Load, tmp_path: Path) -> None:
    headings = "费款所属期 单位名称 姓名 证件号码 缴费基数"
    rows = [("202005", "", "冉明1", number(1), "4000"), ("202005", "山茶服饰有限公司", "冉明2", number(2), "4000")]
    report = load(sheet(tmp_path / "insurance.csv", headings, rows))
    assert [(fault["row"], fault["reason"]) for fault in report.refused] == [(2, "firm_missing")]
    assert report.loaded == 1
