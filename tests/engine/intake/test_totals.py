"""Total lines and cover sheets against the rows (Q15)."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from anye.engine.areas import AreaIndex
from anye.engine.intake.clean import Context
from anye.engine.intake.files import OpenFile
from anye.packs import read_pack
from tests.conftest import AREAS
from tests.flow.written import number

PROFILES = read_pack("cn_yubei").profiles
HEADINGS = ["序号", "姓名", "身份证号", "补贴项目", "发放金额", "银行账号"]


def asked(path: Path, *, block_rows: int = 1_000) -> list[tuple[int, str, str, str]]:
    """(line, column, said, counted) of each Q15 of a file."""
    opened = OpenFile(path, PROFILES.values(), name=path.name, block_rows=block_rows)
    context = Context(on=dt.date(2026, 1, 1), areas=AreaIndex.from_rows(AREAS), trial=True, file_name=path.name)
    found = []
    for _, cleaned in opened.blocks(context):
        for line, _sheet, rule, evidence in cleaned.queries.select("_line", "_sheet", "rule", "evidence").rows():
            if rule == "Q15":
                told = json.loads(evidence)
                found.append((line, told["column"], told["said"], told["counted"]))
    return found


def row(n: int, amount: str) -> list[str]:
    return [str(n), f"冉明{chr(0x4E00 + n)}", number(n), "岗位补贴", amount, f"62170000{n:011d}"]


def total(word: str, amount: str) -> list[str]:
    return [word, "", "", "", amount, ""]


def sheet(path: Path, lines: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def test_a_total_that_is_right_is_not_asked_about(tmp_path: Path) -> None:
    lines = [row(1, "500"), row(2, "250.50"), total("合计", "750.5")]
    assert asked(sheet(tmp_path / "p.csv", lines)) == []


def test_a_total_that_is_wrong_says_both_numbers(tmp_path: Path) -> None:
    lines = [row(1, "500"), row(2, "250.50"), total("合计", "1,000")]
    assert asked(sheet(tmp_path / "p.csv", lines)) == [(4, "发放金额", "1,000.00", "750.50")]


def test_subtotals_of_villages_under_those_of_towns(tmp_path: Path) -> None:
    lines = [
        row(1, "100"), total("小计", "100"), row(2, "200"), row(3, "300"), total("小计", "500"), total("镇小计", "600"),
        row(4, "400"), total("小计", "400"), total("总计", "1000"),
    ]  # fmt: skip
    assert asked(sheet(tmp_path / "p.csv", lines)) == []
    lines[4] = total("小计", "501")
    assert asked(sheet(tmp_path / "p.csv", lines)) == [(6, "发放金额", "501.00", "600.00")]


def test_nothing_is_compared_with_what_cannot_be_read(tmp_path: Path) -> None:
    lines = [row(1, "五百多"), row(2, "250"), total("合计", "750")]
    assert asked(sheet(tmp_path / "p.csv", lines)) == []


@pytest.mark.parametrize("seed", range(12))
def test_blocks_change_nothing_and_a_slow_oracle_agrees(seed: int, tmp_path: Path) -> None:
    chance, lines, expected = Random(seed), [], []
    amounts: list[int] = []
    marks = [0]
    for _ in range(60):
        if amounts and chance.random() < 0.2:
            said = chance.choice([sum(amounts[mark:]) for mark in marks] + [sum(amounts) + 7])
            if sum(amounts) and all(sum(amounts[mark:]) != said for mark in marks):
                expected.append((len(lines) + 2, f"{said:,.2f}", f"{sum(amounts):,.2f}"))
            marks.append(len(amounts))
            lines.append(total("小计", str(said)))
        else:
            amounts.append(chance.randrange(1, 900))
            lines.append(row(len(amounts), str(amounts[-1])))
    path = sheet(tmp_path / "p.csv", lines)
    for block_rows in (3, 17, 1_000):
        assert [(line, said, counted) for line, _, said, counted in asked(path, block_rows=block_rows)] == expected


def cover(path: Path, count: int, money: str) -> Path:
    book = xlsxwriter.Workbook(path)
    front = book.add_worksheet("封面")
    for at, line in enumerate(
        [
            ["青石区2020年5月补贴发放报送单"],
            ["报送单位", "东河镇"],
            ["发放人数", f"{count}人"],
            ["合计金额（元）", money],
        ]
    ):
        front.write_row(at, 0, line)
    page = book.add_worksheet("名册")
    for at, line in enumerate([HEADINGS, row(1, "500"), row(2, "250.50")]):
        page.write_row(at, 0, line)
    book.close()
    return path


def test_a_cover_sheet_that_agrees_is_passed_over(tmp_path: Path) -> None:
    assert asked(cover(tmp_path / "a.xlsx", 2, "750.50")) == []


def test_a_cover_sheet_that_does_not_agree_is_asked_about(tmp_path: Path) -> None:
    assert asked(cover(tmp_path / "b.xlsx", 3, "1,750.50")) == [
        (3, "发放人数", "3", "2"), (4, "合计金额（元）", "1,750.50", "750.50"),
    ]  # fmt: skip


PREMIUMS = [
    "单位名称",
    "姓名",
    "证件号码",
    "费款所属期",
    "缴费基数",
    "养老保险单位实缴",
    "养老保险个人实缴",
    "失业保险单位实缴",
]


def premiums(path: Path, last: list[str], *, cover: list[list[str]] = []) -> Path:  # noqa: B006 never changed
    rows = [["青石砖厂", f"冉明{n}", number(n), "2020-06", "4000", "100", "50", "10"] for n in (1, 2)]
    with xlsxwriter.Workbook(path) as book:
        for name, lines in (("封面", cover), ("明细", [PREMIUMS, *rows, *([last] if last else [])])):
            if lines:
                shown = book.add_worksheet(name)
                for at, line in enumerate(lines):
                    shown.write_row(at, 0, line)
    return path


def test_totals_of_premiums_are_compared_too(tmp_path: Path) -> None:
    right = ["合计", "", "", "", "8000", "200", "100", "20"]
    assert asked(premiums(tmp_path / "right.xlsx", right)) == []
    wrong = ["合计", "", "", "", "8000", "900", "100", "20"]
    assert asked(premiums(tmp_path / "wrong.xlsx", wrong)) == [(4, "养老保险单位实缴", "900.00", "200.00")]


@pytest.mark.parametrize(
    ("said", "is_right"), [("200.00", True), ("220.00", True), ("320.00", True), ("321.00", False), ("8000.00", True)]
)
def test_a_cover_sheet_may_state_what_was_paid_of_one_premium_or_of_all(
    said: str, is_right: bool, tmp_path: Path
) -> None:
    found = asked(premiums(tmp_path / "p.xlsx", [], cover=[["封面"], ["缴费金额合计", said]]))
    assert (found == []) is is_right
