"""Rows that a load did not take go back in the file's own layout; mended and loaded again, they and nothing else are taken."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from anye.engine.intake.given_back import HEADINGS
from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.digests import current_rows
from anye.flow.giving_back import Asked, GivingBackRefused, give_back
from anye.flow.load import Report
from anye.records.accounts.scope import BATCH, Scope, acting
from anye.records.people.models import Person, PersonDetail
from anye.records.registers.models import Batch, Fault
from tests.conftest import District
from tests.flow.written import insurance, ledger, number

Load = Callable[..., Report]
Give = Callable[..., Path]
WILLOW = {"镇街": "东河镇", "村居": "柳树村"}
BRIDGE = {"镇街": "东河镇", "村居": "石桥村"}
EVERYWHERE = Scope(None, None)
WRONG = number(2)[:-1] + ("1" if number(2)[-1] != "1" else "2")
OURS = HEADINGS["zh"]


def row(name: str, of: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": of, **WILLOW} | more


@pytest.fixture
def give(context: Context, tmp_path: Path) -> Give:
    """give(report) → the workbook of its refused rows."""

    def one(
        report: Report, *levels: str, reach: Scope = EVERYWHERE, language: str = "zh", name: str = "back.xlsx"
    ) -> Path:
        out = tmp_path / "given" / name
        out.parent.mkdir(exist_ok=True)
        with acting(BATCH):
            batch = Batch.objects.select_related("source").get(pk=report.batch)
            asked = Asked(batch, levels or ("refused",), reach, language)
            give_back(asked, context.profiles[batch.source.code], context.keyring, out)
        return out

    return one


def cells_of(path: Path, sheet: int = 0) -> list[list[str | None]]:
    book = openpyxl.load_workbook(path)
    rows = [[cell.value for cell in line] for line in book.worksheets[sheet].iter_rows()]
    assert {cell.data_type for line in book.worksheets[sheet].iter_rows() for cell in line} <= {"s", "n"}
    return rows


def rows_of(path: Path, sheet: int = 0) -> list[dict[str, str | None]]:
    """The rows below the heading, by heading."""
    lines = cells_of(path, sheet)
    at = next(i for i, line in enumerate(lines) if OURS[0] in line or HEADINGS["en"][0] in line)
    return [dict(zip(map(str, lines[at]), line, strict=True)) for line in lines[at + 1 :]]


def mend(path: Path, changes: Mapping[str, Mapping[str, str]], *, name: str = "mended.xlsx") -> Path:
    """The sheet as its keeper sends it back: by name, the cells that were put right."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        lines = list(sheet.iter_rows())
        head = next(line for line in lines if any(cell.value == "姓名" for cell in line))
        at = {cell.value: cell.column for cell in head}
        for line in lines[lines.index(head) + 1 :]:
            for heading, value in changes.get(str(line[at["姓名"] - 1].value), {}).items():
                sheet.cell(line[0].row, at[heading]).value = value
    out = path.with_name(name)
    book.save(out)
    return out


def views() -> dict[str, Any]:
    """What is known of people; which rows of which file were refused is told apart."""
    with acting(BATCH):
        return {table: rows for table, rows in current_rows() if table not in {"registers_fault", "registers_rowclaim"}}


def names() -> list[str]:
    with acting(BATCH):
        return sorted(Person.objects.filter(is_hidden=False).values_list("name", flat=True))


def to_mend() -> list[tuple[int, str]]:
    with acting(BATCH):
        found = Fault.objects.filter(level="refused", mended_by=None).order_by("batch_id", "line")
        return list(found.values_list("line", "reason"))


# ── the sheet ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_row_comes_back_in_the_files_own_layout_with_reason_and_cure(
    load: Load, give: Give, tmp_path: Path
) -> None:
    path = ledger(
        tmp_path / "may.csv", [row("张伟", number(1)), row("李娜", WRONG, 联系电话="13912345678")], month="2020年5月"
    )
    lines = cells_of(give(load(path)))
    assert lines[0][0] == "2020年5月贫困劳动力就业信息台账"
    assert lines[1][:3] == ["镇街", "村居", "户编号"] and lines[1][-5:] == list(OURS)
    (back,) = rows_of(tmp_path / "given" / "back.xlsx")
    assert (back["姓名"], back["身份证号"], back["联系电话"], back["原行号"]) == ("李娜", WRONG, "13912345678", "4")
    assert "校验位不对" in str(back["退回原因"]) and str(back["退回原因"]).startswith("身份证号：")
    assert "逐位核对" in str(back["更正办法"])


def test_the_reasons_are_told_in_the_readers_language(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(ledger(tmp_path / "may.csv", [row("李娜", WRONG)]))
    (back,) = rows_of(give(report, language="en"))
    assert "fails its check digit" in str(back["Why it came back"])
    assert back["身份证号"] == WRONG


def test_text_that_looks_like_a_formula_stays_text(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(ledger(tmp_path / "may.csv", [row("李娜", WRONG, 现住址='=HYPERLINK("http://x")', 户编号="+1-1")]))
    (back,) = rows_of(give(report))
    assert (back["现住址"], back["户编号"]) == ('=HYPERLINK("http://x")', "+1-1")


def test_what_pointed_upwards_says_what_it_meant(load: Load, give: Give, tmp_path: Path) -> None:
    rows = [
        row("张伟", number(1), 就业单位="青石建筑公司"),
        row("李娜", WRONG, 就业单位="同上") | {"镇街": "", "村居": ""},
    ]
    (back,) = rows_of(give(load(ledger(tmp_path / "may.csv", rows))))
    assert (back["就业单位"], back["镇街"], back["村居"]) == ("青石建筑公司", "东河镇", "柳树村")


def test_a_village_gets_its_own_rows_alone(load: Load, give: Give, tmp_path: Path, district: District) -> None:
    report = load(ledger(tmp_path / "may.csv", [row("李娜", WRONG), row("王芳", "12", **BRIDGE)]))
    bridge = district["bridge"]
    assert [one["姓名"] for one in rows_of(give(report, reach=Scope(bridge.scope_no, bridge.scope_hi)))] == ["王芳"]
    flat = district["flat"]
    with pytest.raises(GivingBackRefused, match="no_rows"):
        give(report, reach=Scope(flat.scope_no, flat.scope_hi))


def test_a_second_copy_is_not_given_back(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(
        ledger(tmp_path / "may.csv", [row("张伟", number(1)), row("张伟", number(1)), *[row("李娜", WRONG)] * 2])
    )
    assert [one["原行号"] for one in rows_of(give(report))] == ["4"]


def test_each_sheet_comes_back_under_its_own_name_and_heading(load: Load, give: Give, tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, number_heading, one in (("东河", "身份证号", "李娜"), ("西岭", "公民身份号码", "王芳")):
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 3, "2020年5月就业信息台账")
            sheet.write_row(1, 0, ["姓名", number_heading, "镇街", "村居", "就业状态"])
            sheet.write_row(2, 0, [one, "123", *WILLOW.values(), "未就业"])
    out = give(load(path))
    assert openpyxl.load_workbook(out).sheetnames == ["东河", "西岭"]
    assert cells_of(out)[0][:2] == ["2020年5月就业信息台账", None], "a merged title stands once"
    assert "公民身份号码" in cells_of(out, 1)[1]
    assert [rows_of(out, at)[0]["姓名"] for at in (0, 1)] == ["李娜", "王芳"]


# ── loaded again ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_mended_rows_are_taken(load: Load, give: Give, tmp_path: Path) -> None:
    first = [row("张伟", number(1)), row("李娜", WRONG), row("王芳", ""), row("陈红、陈兰", number(5))]
    report = load(ledger(tmp_path / "may.csv", first, month="2020年5月"))
    again = load(mend(give(report), {"李娜": {"身份证号": number(2)}}))
    assert (again.source, again.rows, again.loaded, len(again.refused_rows)) == ("village_ledger", 3, 1, 2)
    assert {one["reason"] for one in again.refused} == {"id_missing", "multi_person"}
    assert names() == ["张伟", "李娜"]
    with acting(BATCH):
        assert Batch.objects.get(pk=again.batch).file_month == dt.date(2020, 5, 1)
        assert Fault.objects.get(batch=report.batch, line=4).mended_by == again.batch


def test_the_result_is_that_of_a_file_that_was_right_at_once(
    load: Load, give: Give, tmp_path: Path, context: Context
) -> None:
    right = [row("张伟", number(1), 户编号="1"), row("李娜", number(2), 户编号="1", 联系电话="13912345678")]
    wrong = [right[0], right[1] | {"身份证号": WRONG}]
    report = load(ledger(tmp_path / "may.csv", wrong, month="2020年5月"))
    load(mend(give(report), {"李娜": {"身份证号": number(2)}}))
    found = views()
    with acting(BATCH):
        everything = list(Batch.objects.filter(state="published").order_by("-pk").values_list("pk", flat=True))
    for batch in everything:
        with acting(BATCH):
            withdrawing.withdraw(batch, context)
    load(ledger(tmp_path / "right.csv", right, month="2020年5月"))
    assert views() == found


def test_as_it_was_given_back_every_row_is_refused_again(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(ledger(tmp_path / "may.csv", [row("张伟", number(1)), row("李娜", WRONG), row("王芳", "")]))
    before, reasons = views(), [(one["column"], one["reason"]) for one in report.refused]
    again = load(give(report))
    assert [(one["column"], one["reason"]) for one in again.refused] == reasons and again.loaded == 0
    assert views() == before
    with acting(BATCH):
        listed = Fault.objects.filter(level="refused", mended_by=None).values_list("batch_id", flat=True)
        assert set(listed) == {again.batch}, "the newer rows are the work now"


def test_what_is_refused_again_can_be_given_back_again(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(ledger(tmp_path / "may.csv", [row("李娜", WRONG), row("王芳", "")], month="2020年5月"))
    again = load(give(report))
    lines = cells_of(give(again, name="twice.xlsx"))
    assert lines[1].count(OURS[0]) == 1, "our columns stand there once"
    third = load(mend(tmp_path / "given" / "twice.xlsx", {"李娜": {"身份证号": number(2)}}))
    assert (third.loaded, names()) == (1, ["李娜"])


def test_a_month_that_only_the_files_name_said_goes_along(load: Load, give: Give, tmp_path: Path) -> None:
    report = load(ledger(tmp_path / "台账2020年5月.csv", [row("李娜", WRONG)]))
    again = load(mend(give(report), {"李娜": {"身份证号": number(2)}}, name="改.xlsx"))
    with acting(BATCH):
        assert Batch.objects.get(pk=again.batch).file_month == dt.date(2020, 5, 1)


def test_a_file_without_a_month_comes_back_without_one(load: Load, give: Give, tmp_path: Path) -> None:
    again = load(mend(give(load(ledger(tmp_path / "台账.csv", [row("李娜", WRONG)]))), {}, name="改.xlsx"))
    with acting(BATCH):
        assert Batch.objects.get(pk=again.batch).file_month is None


def test_rows_of_a_register_that_brings_nobody_are_mended_too(
    load: Load, give: Give, tmp_path: Path, context: Context
) -> None:
    paid = {"费款所属期": "2020-05", "单位名称": "青石建筑公司", "缴费基数": "3000"}
    rows = [paid | {"姓名": "李娜", "证件号码": WRONG}, paid | {"姓名": "王芳", "证件号码": ""}]
    report = load(insurance(tmp_path / "paid.csv", rows))
    assert len(to_mend()) == 2
    again = load(mend(give(report), {"李娜": {"证件号码": number(2)}}))
    assert (again.source, again.loaded) == ("social_insurance", 1)
    with acting(BATCH):
        assert Fault.objects.get(batch=report.batch, line=2).mended_by == again.batch
    with acting(BATCH):
        withdrawing.withdraw(again.batch or 0, context)
    assert [line for line, _ in to_mend()] == [2, 3], "withdrawn, the row is to be mended again"


def test_a_queried_row_put_right_on_the_same_day_is_what_stands(load: Load, give: Give, tmp_path: Path) -> None:
    """Of two files of one day the digest decides: without its lead a mended one would lose every other time."""
    for n in range(1, 5):
        once = row(f"张伟{'甲乙丙丁'[n - 1]}", number(2 * n), 出生日期="1991-01-01", 联系电话=f"1391234567{n}")
        report = load(ledger(tmp_path / f"may{n}.csv", [once], month="2020年5月"))
        assert [one["rule"] for one in report.queried] == ["Q03"]
        sheet = mend(
            give(report, "queried", name=f"b{n}.xlsx"),
            {once["姓名"]: {"联系电话": f"1390000000{n}"}},
            name=f"m{n}.xlsx",
        )
        again = load(sheet)
        with acting(BATCH):
            phone = PersonDetail.objects.get(kind="phone", person__name=once["姓名"], retired_on=None)
        assert (again.loaded, phone.source_batch) == (1, again.batch)


def test_a_persons_lines_of_the_long_form_come_back_together(
    load: Load, give: Give, tmp_path: Path, district: District
) -> None:
    load(ledger(tmp_path / "may.csv", [row("李娜", number(2)), row("王芳", number(4))], month="2020年5月"))
    heads = ("费款所属期", "单位名称", "姓名", "证件号码", "险种", "单位实缴")
    path = tmp_path / "long.csv"
    lines = [
        ("李娜", number(2), "养老保险", "160"),
        ("李娜", number(2), "失业保险", "一百多"),
        ("王芳", number(4), "养老保险", "160"),
    ]
    text = [",".join(heads), *(",".join(("2020-05", "青石建筑公司", *line)) for line in lines)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8-sig")
    report = load(path)
    assert [one["reason"] for one in report.refused] == ["number_unreadable"]
    willow = district["willow"]
    with pytest.raises(GivingBackRefused, match="long_form"):
        give(report, reach=Scope(willow.scope_no, willow.scope_hi))
    whole = Scope(district["district"].scope_no, district["district"].scope_hi)
    back = rows_of(give(report, reach=whole))
    assert [(one["姓名"], one["险种"]) for one in back] == [("李娜", "养老保险"), ("李娜", "失业保险")]
    book = openpyxl.load_workbook(tmp_path / "given" / "back.xlsx")
    book.active["F4"] = "10"
    book.save(tmp_path / "mended.xlsx")
    load(tmp_path / "mended.xlsx")
    (months,) = [rows for table, rows in views().items() if table == "firms_insurancemonth"]
    assert len(months) == 2 and any("16000" in str(line) and "1000" in str(line) for line in months)


def test_two_people_of_one_merged_number_stay_two(load: Load, give: Give, tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["姓名", "身份证号", "镇街", "村居", "就业状态"])
        sheet.write_row(1, 0, ["李娜", "", *WILLOW.values(), "未就业"])
        sheet.write_row(2, 0, ["王芳", "", *WILLOW.values(), "未就业"])
        sheet.merge_range(1, 1, 2, 1, number(2))
    report = load(path)
    (back,) = rows_of(give(report))
    assert (back["姓名"], back["身份证号"]) == ("王芳", None), "the number is not hers"
    assert [one["reason"] for one in load(tmp_path / "given" / "back.xlsx").refused] == ["id_missing"]
    assert names() == ["李娜"]
