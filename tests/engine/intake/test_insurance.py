"""Social insurance: wide sheets, headings of two rows, the long form, and months from column, title or name."""

import datetime as dt
from functools import partial
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from anye.engine.codes import complete_credit_code
from anye.engine.intake.clean import Context, clean_file
from anye.engine.intake.recognise import recognise
from tests.engine.intake import cleaning
from tests.engine.intake.cleaning import AREAS, INSURANCE, ON, Load, accounted, block, load_path, number

load = partial(cleaning.load, profiles=(INSURANCE,))
A, B = number(123), number(28, "19851120")
FIRM, OTHER = complete_credit_code("91990001", "MA00DEM0"), complete_credit_code("91990001", "MA9A1B2C")
HEAD = [
    "序号",
    "单位名称",
    "统一社会信用代码",
    "姓名",
    "证件号码",
    "费款所属期",
    "缴费基数",
    "养老单位应缴",
    "养老单位减免",
    "养老单位实缴",
    "个人缴养老",
]
JULY = dt.date(2020, 7, 1)


def paid(name: str = "甲一", id_number: str = A, **cells: str) -> list[str]:
    said = {
        "单位名称": "青石制衣有限公司",
        "统一社会信用代码": FIRM,
        "姓名": name,
        "证件号码": id_number,
        "费款所属期": "202007",
        "缴费基数": "3957",
        "养老单位应缴": "633.12",
        "养老单位减免": "633.12",
        "养老单位实缴": "0",
        "个人缴养老": "316.56",
    } | cells
    return [said.get(label, "") for label in HEAD]


def months(loaded: Load) -> list[object]:
    return loaded.facts["insurance"]["month"].to_list()


def test_a_wide_row_becomes_one_insurance_month_and_nothing_else() -> None:
    loaded = load([HEAD, paid()])
    assert (loaded.reasons(), loaded.rules()) == ({}, {})
    assert list(loaded.facts) == ["insurance"]
    row = loaded.facts["insurance"].row(0, named=True)
    assert {key: value for key, value in row.items() if value is not None and key != "_line"} == {
        "month": JULY,
        "credit_code": FIRM,
        "firm_name": "青石制衣有限公司",
        "base_fen": 395_700,
        "pension_firm_payable_fen": 63_312,
        "pension_firm_waived_fen": 63_312,
        "pension_firm_paid_fen": 0,
        "pension_worker_paid_fen": 31_656,
    }
    assert loaded.facts["insurance"].width == 2 + 4 + 30


def test_what_is_missing_is_unknown_and_never_zero() -> None:
    row = load([HEAD, paid(养老单位实缴="", 个人缴养老="—")]).facts["insurance"].row(0, named=True)
    assert (row["pension_firm_paid_fen"], row["pension_worker_paid_fen"], row["medical_firm_paid_fen"]) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize("cells", [{"养老单位应缴": "六百"}, {"缴费基数": "39.5.7"}, {"个人缴养老": "#DIV"}])
def test_an_unreadable_amount_refuses_the_row(cells: dict[str, str]) -> None:
    loaded = load([HEAD, paid(**cells), paid("乙二", B)])
    assert loaded.reasons() == {2: ["number_unreadable"]}
    assert loaded.faults["column"].to_list() == list(cells)
    assert loaded.facts["insurance"]["_line"].to_list() == [3]


def test_two_unreadable_amounts_are_one_refused_row() -> None:
    loaded = load([HEAD, paid(养老单位应缴="六百", 个人缴养老="三百")])
    assert (loaded.faults.height, loaded.rows.height) == (2, 0)
    accounted(loaded, [1, 2])


def test_a_wrong_credit_code_is_asked_about_and_not_used() -> None:
    loaded = load([HEAD, paid(统一社会信用代码=FIRM[:-1] + "0"), paid("乙二", B, 统一社会信用代码=FIRM.lower())])
    assert loaded.rules() == {2: ["Q05"]}
    assert loaded.facts["insurance"]["credit_code"].to_list() == [None, FIRM]


def test_a_bureaus_own_number_stands_in_for_a_code_that_is_missing() -> None:
    head = ["单位编号", "单位名称", "姓名", "身份证号", "月份", "缴费基数"]
    loaded = load(
        [head, ["5001120034", "一厂", "甲一", A, "2020-07", "3957"], [FIRM, "二厂", "乙二", B, "2020-07", "3957"]]
    )
    assert loaded.rules() == {}
    assert loaded.facts["insurance"]["credit_code"].to_list() == ["5001120034", FIRM]


# ── Months ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell", ["202007", "2020-07", "2020年7月", "2020/7", "2020-07-01", "44013", "202007-202007", "２０２００７"]
)
def test_the_months_spellings(cell: str) -> None:
    assert months(load([HEAD, paid(费款所属期=cell)])) == [JULY]


@pytest.mark.parametrize("cell", ["2020", "202007-202009", "七月", ""])
def test_a_row_without_one_month_is_refused_where_the_file_names_none(cell: str) -> None:
    loaded = load([HEAD, paid(费款所属期=cell)])
    assert loaded.reasons() == {2: ["month_missing"]}
    assert loaded.faults["column"].to_list() == ["费款所属期"]


def test_the_month_is_the_columns_then_the_titles_then_the_file_names() -> None:
    head = [label for label in HEAD if label != "费款所属期"]
    line = [cell for label, cell in zip(HEAD, paid(), strict=True) if label != "费款所属期"]
    named = {"on": ON, "areas": AREAS, "trial": True, "file_name": "参保明细202009.xlsx"}
    assert months(load([["2020年8月参保明细"], HEAD, paid()], context=Context(**named))) == [JULY]
    assert months(load([["2020年8月参保明细"], HEAD, paid(费款所属期="")], context=Context(**named))) == [
        dt.date(2020, 8, 1)
    ]
    assert months(load([["2020年8月参保明细"], head, line], context=Context(**named))) == [dt.date(2020, 8, 1)]
    assert months(load([["参保明细"], head, line], context=Context(**named))) == [dt.date(2020, 9, 1)]
    assert load([["参保明细"], head, line]).reasons() == {3: ["month_missing"]}


def test_a_workbook_with_a_sheet_a_month_has_no_repeats() -> None:
    head = [label for label in HEAD if label != "费款所属期"]
    line = [cell for label, cell in zip(HEAD, paid(), strict=True) if label != "费款所属期"]
    context = Context(on=ON, areas=AREAS, trial=True, file_name="明细.xlsx", month=dt.date(2020, 4, 1))
    found: list[object] = []
    refused = 0
    for title in ("2020年4月参保明细", "2020年5月参保明细", "参保明细"):
        sheet = block([[title], head, line], sheet=title)
        known = recognise(sheet, [INSURANCE])
        for part in clean_file([sheet], profile=INSURANCE, header=known.header, context=context):
            found += part.facts["insurance"]["month"].to_list()
            refused += part.refused
    assert found == [dt.date(2020, 4, 1), dt.date(2020, 5, 1)]
    assert refused == 1, "the third sheet names no month: it is the file's, and its row stood there before"


def test_a_row_from_one_month_to_another_is_refused() -> None:
    head = [*HEAD[:5], "费款所属期起", "费款所属期止", "缴费基数"]
    rows = [[*paid()[:5], "202007", "202007", "3957"], [*paid("乙二", B)[:5], "202007", "202009", "3957"]]
    loaded = load([head, *rows])
    assert loaded.reasons() == {3: ["month_missing"]}
    assert months(loaded) == [JULY]


# ── Headings of two rows ──────────────────────────────────────────────────────────────────────────────────────────────

UPPER = ["序号", "单位名称", "姓名", "身份证号码", "费款所属期", "缴费基数", "养老保险", "", "", "医疗保险", "", "合计"]
LOWER = ["", "", "", "", "", "", "单位应缴", "单位实缴", "个人实缴", "单位", "个人", ""]
ROW = ["1", "一厂", "甲一", A, "202007", "3957", "633.12", "0", "316.56", "336.35", "79.14", "732.05"]


def test_a_heading_of_two_rows_in_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "七月.csv"
    path.write_text(
        "\n".join(",".join(line) for line in (UPPER, LOWER, ROW, UPPER, LOWER, [*ROW[:2], "乙二", B, *ROW[4:]])),
        encoding="utf-8",
    )
    loaded = load_path(path)
    assert loaded.reasons() == {}
    assert loaded.kinds() == {1: "heading", 2: "heading", 4: "heading", 5: "heading"}
    said = loaded.facts["insurance"]
    assert said["pension_firm_payable_fen"].to_list() == [63_312] * 2
    assert said["pension_firm_paid_fen"].to_list() == [0] * 2
    assert said["pension_worker_paid_fen"].to_list() == [31_656] * 2
    assert said["medical_firm_paid_fen"].to_list() == [33_635] * 2
    assert said["medical_worker_paid_fen"].to_list() == [7_914] * 2
    assert said["firm_name"].to_list() == ["一厂"] * 2


def test_a_heading_of_two_rows_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 11, "2020年7月社会保险缴费明细")
        for index, label in enumerate(UPPER):
            if label and not LOWER[index]:
                sheet.merge_range(1, index, 2, index, label)
        sheet.merge_range(1, 6, 1, 8, "养老保险")
        sheet.merge_range(1, 9, 1, 10, "医疗保险")
        for index, label in enumerate(LOWER):
            if label:
                sheet.write(2, index, label)
        for index, cell in enumerate(ROW):
            sheet.write(3, index, float(cell) if index > 4 else cell)
    loaded = load_path(path)
    assert loaded.reasons() == {}
    row = loaded.facts["insurance"].row(0, named=True)
    assert (row["pension_firm_payable_fen"], row["medical_worker_paid_fen"], row["base_fen"]) == (
        63_312,
        7_914,
        395_700,
    )


# ── The long form ─────────────────────────────────────────────────────────────────────────────────────────────────────

LONG = [
    "姓名",
    "社会保障号码",
    "单位名称",
    "统一社会信用代码",
    "险种",
    "费款所属期",
    "缴费基数",
    "单位应缴",
    "个人应缴",
    "单位实缴",
    "个人实缴",
]


def line(
    kind: str, name: str = "甲一", id_number: str = A, firm: str = FIRM, month: str = "202007", **cells: str
) -> list[str]:
    said = {
        "姓名": name,
        "社会保障号码": id_number,
        "单位名称": "一厂",
        "统一社会信用代码": firm,
        "险种": kind,
        "费款所属期": month,
        "缴费基数": "3957",
        "单位应缴": "600",
        "个人应缴": "300",
        "单位实缴": "0",
        "个人实缴": "300",
    } | cells
    return [said[label] for label in LONG]


@pytest.mark.parametrize("block_rows", [1, 3, 50_000])
def test_the_long_form_becomes_one_wide_row_a_person_firm_and_month(block_rows: int) -> None:
    rows = [
        LONG,
        line("企业职工基本养老保险"),
        line("工伤保险", 单位应缴="20", 个人应缴="", 个人实缴=""),
        line("养老保险", "乙二", B),
        line("失业保险", month="202008"),
        line("基本医疗保险（含生育）", firm=OTHER, 单位实缴="336.35"),
        line("养老", 单位应缴="12.5", 缴费基数="78"),
        line("职业年金"),
    ]
    loaded = load(rows, block_rows=block_rows)
    assert loaded.reasons() == {}
    assert loaded.rules() == {8: ["Q16"]}
    assert loaded.rows.height == 7
    said = loaded.facts["insurance"]
    assert said.select("_line", "month", "credit_code").rows() == [
        (2, JULY, FIRM),
        (4, JULY, FIRM),
        (5, dt.date(2020, 8, 1), FIRM),
        (6, JULY, OTHER),
    ]
    first = said.row(0, named=True)
    assert (first["pension_firm_payable_fen"], first["pension_worker_paid_fen"]) == (61_250, 60_000), (
        "a later line adds to the month"
    )
    assert (first["injury_firm_payable_fen"], first["injury_worker_payable_fen"]) == (2_000, None)
    assert first["base_fen"] == 395_700
    assert said["medical_firm_paid_fen"].to_list() == [None, None, None, 33_635]


def test_the_long_form_is_the_same_however_it_is_cut_and_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("养老", "医疗", "失业", "工伤", "生育")
    people = [(f"甲{n}", number(n)) for n in range(40)]
    rows = [
        LONG,
        *(line(kind, name, id_number, 单位实缴=str(at)) for at, kind in enumerate(kinds) for name, id_number in people),
    ]
    whole = load(rows)
    assert whole.facts["insurance"].height == 40
    monkeypatch.setattr("anye.engine.intake.pivot._COMPACT", 30)
    for block_rows in (7, 64):
        assert_frame_equal(load(rows, block_rows=block_rows).facts["insurance"], whole.facts["insurance"])


@pytest.mark.parametrize("block_rows", [7, 1000])
def test_a_large_sheet_is_the_same_in_any_blocks(block_rows: int) -> None:
    rows = [
        HEAD,
        *(paid(f"甲{n % 9}", number(n % 500), 个人缴养老=str(n), 序号=str(n)) for n in range(400)),
        paid("甲0", A, 序号="x"),
        paid("甲0", A, 序号="y"),
    ]
    whole, parts = load(rows), load(rows, block_rows=block_rows)
    assert whole.reasons() == {403: ["duplicate_row"]}
    for name in ("rows", "faults", "queries", "no_rows"):
        assert_frame_equal(getattr(parts, name), getattr(whole, name))
    assert_frame_equal(parts.facts["insurance"], whole.facts["insurance"])
    assert pl.concat([whole.rows.select("_line"), whole.faults.select("_line")]).n_unique() == 402


def test_a_sheet_that_names_no_firm_at_all_is_refused_row_by_row() -> None:
    loaded = load(
        [["姓名", "证件号码", "费款所属期", "缴费基数", "养老保险单位实缴"], ["甲一", A, "2020-07", "4000", "160"]]
    )
    assert loaded.reasons() == {2: ["firm_missing"]}


def test_a_line_of_the_long_form_that_is_left_out_adds_nothing() -> None:
    """Whichever line it is: the others still make the month."""
    kinds = ["养老保险", "医疗保险", "失业保险"]
    for at, kind in enumerate(kinds):
        loaded = load(
            [LONG, *map(line, kinds)], context=Context(on=ON, areas=AREAS, trial=True, left_out=frozenset({at + 2}))
        )
        assert loaded.reasons() == {at + 2: ["left_out"]}
        (said,) = loaded.facts["insurance"].rows(named=True)
        columns = {"养老保险": "pension", "医疗保险": "medical", "失业保险": "unemployment"}
        known = {name for name in columns if said[f"{columns[name]}_firm_payable_fen"] is not None}
        assert known == set(kinds) - {kind}
