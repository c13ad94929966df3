"""Workbooks: cells as text, merged and hidden things, and the blocks of a sheet."""

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from anye.engine.errors import FileFault
from anye.engine.intake.merges import Spreader
from anye.engine.intake.reading import SheetInfo, read_blocks, sheets
from anye.engine.intake.workbook import text_of

LEDGER_XLS = Path(__file__).parent / "files" / "ledger.xls"


def moment(*parts: int) -> dt.datetime:
    """A cell's date and time: a workbook knows no time zone."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def whole(path: Path, sheet: str | None = None, **options: int) -> pl.DataFrame:
    return pl.concat(read_blocks(path, sheet=sheet, **options), how="diagonal")


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workbook with most of what offices do to a sheet."""
    path = tmp_path_factory.mktemp("books") / "messy.xlsx"
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet = book.add_worksheet("大湾镇 & <云龙村>")
    sheet.merge_range("B2:F2", "贫困劳动力台账（2020年3月）")
    sheet.write_row("B3", ["户编号", "姓名", "身份证号", "就业日期", "月收入"])
    sheet.merge_range("B4:B6", "H001")
    sheet.write_row("C4", ["王试一", "990001199003071231"])
    sheet.write_row("C5", ["李试二", 990001199003071231])
    sheet.write_row("C6", ["赵试三", 990001900307123])
    sheet.merge_range("D7:D8", "990001197001010014")
    sheet.write("C7", "钱试四")
    sheet.write("C8", "孙试五")
    sheet.write_datetime("E4", moment(2020, 3, 12), day)
    sheet.write_datetime("E5", moment(2020, 3, 12, 8, 30), day)
    sheet.write_formula("F4", "=1/0", None, "#DIV/0!")
    sheet.write_formula("F5", "=900*2", None, 1800)
    sheet.write_formula("F6", "=A1", None, "")
    sheet.write_number("F7", 0.1 + 0.2)
    sheet.write_number("F8", 0.855, book.add_format({"num_format": "0.0%"}))
    sheet.write_boolean("G4", True)
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_row(6, None, None, {"hidden": True})
    sheet.set_column("D:E", None, None, {"hidden": True})
    sheet.autofilter("B3:F8")
    codes = book.add_worksheet("代码")
    codes.write("A1", "男")
    codes.hide()
    book.add_worksheet("空表")
    book.add_chartsheet("图")
    book.close()
    return path


def test_what_a_sheet_hides_is_reported(messy: Path) -> None:
    assert sheets(messy) == [
        SheetInfo(
            name="大湾镇 & <云龙村>",
            is_layout_known=True,
            last_line=8,
            hidden_lines=(5, 7),
            hidden_columns=(3, 4),
            has_filter=True,
        ),
        SheetInfo(name="代码", is_hidden=True, is_layout_known=True, last_line=1),
        SheetInfo(name="空表", is_layout_known=True),
    ]


def test_cells_become_text_and_show_what_was_lost(messy: Path) -> None:
    frame = whole(messy, "大湾镇 & <云龙村>")
    assert frame.columns == ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "_line", "_sheet", "_merged"]
    assert frame["_line"].to_list() == [2, 3, 4, 5, 6, 7, 8]
    assert frame["c0"].null_count() == frame.height
    assert frame["c3"].to_list()[2:5] == ["990001199003071231", "9.900011990030712e+17", "990001900307123"]
    assert frame["c4"].to_list()[2:5] == ["2020-03-12", "2020-03-12 08:30:00", None]
    assert frame["c5"].to_list()[2:] == ["#DIV/0!", "1800", None, "0.3", "0.855"]
    assert frame["c6"].to_list()[2] == "TRUE"


def test_a_merged_value_fills_its_range_and_says_so(messy: Path) -> None:
    frame = whole(messy, "大湾镇 & <云龙村>")
    assert frame["c1"].to_list()[2:5] == ["H001"] * 3
    assert frame["c3"].to_list()[5:] == ["990001197001010014"] * 2
    assert frame["_merged"].to_list() == [[2, 3, 4, 5], None, None, [1], [1], None, [3]]


def test_without_a_name_all_sheets_come_in_order_and_never_mixed(messy: Path) -> None:
    blocks = list(read_blocks(messy, block_rows=4))
    assert [block["_sheet"].unique().to_list() for block in blocks] == [["大湾镇 & <云龙村>"]] * 2 + [["代码"]]
    assert [block.height for block in blocks] == [4, 3, 1]


def test_a_block_of_a_workbook_is_the_same_when_resumed(messy: Path) -> None:
    blocks = list(read_blocks(messy, block_rows=2))
    rest = list(read_blocks(messy, block_rows=2, start_block=3))
    assert len(rest) == len(blocks) - 3
    assert all(one.equals(other) for one, other in zip(rest, blocks[3:], strict=True))


def test_reading_can_start_below_the_heading_of_a_sheet(messy: Path) -> None:
    frame = whole(messy, "大湾镇 & <云龙村>", start_line=5)
    assert frame["_line"].to_list() == [5, 6, 7, 8]
    assert frame["c1"].to_list()[0] == "H001"


def test_an_unknown_sheet_is_named_with_those_there_are(messy: Path) -> None:
    with pytest.raises(FileFault) as fault:
        whole(messy, "台账")
    assert fault.value.code == "no_such_sheet"
    assert fault.value.params["sheets"] == ["大湾镇 & <云龙村>", "代码", "空表"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", None),
        ("0", "0"),
        (" 王 试一\n", " 王 试一\n"),
        ("张_x000D_\n李", "张\n李"),
        (0.0, "0"),
        (-0.0, "0"),
        (1800.0, "1800"),
        (2999.9999999999995, "3000"),
        (617.4000000000001, "617.4"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1e+15"),
        (1234567890123456.0, "1.234567890123456e+15"),
        (5.00112199001011e17, "5.00112199001011e+17"),
        (-5.00112199001011e17, "-5.00112199001011e+17"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2020, 3, 12), "2020-03-12"),
        (moment(2020, 3, 12), "2020-03-12"),
        (moment(2020, 3, 12, 8, 30), "2020-03-12 08:30:00"),
        (moment(2020, 3, 11, 23, 59, 59, 999_900), "2020-03-12"),
        (dt.time(8, 30), "08:30:00"),
        (dt.timedelta(hours=36, seconds=5), "36:00:05"),
    ],
)
def test_each_kind_of_cell_has_one_spelling(value: object, text: str | None) -> None:
    assert text_of(value) == text


def test_a_formula_that_was_never_calculated_is_unknown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "合计"])
    book.active.append(["王试一", "=1+1"])
    book.save(tmp_path / "a.xlsx")
    assert whole(tmp_path / "a.xlsx").row(1)[:2] == ("王试一", None)


def test_a_million_blank_rows_cost_little(tmp_path: Path) -> None:
    """Formatted blank lines down to the last one, and a dimension that claims them all."""
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (line, line) for line in range(3, 1_048_577))
    book = openpyxl.Workbook()
    book.active.append(["姓名", "身份证号"])
    book.active.append(["王试一", "990001199003071231"])
    book.save(tmp_path / "small.xlsx")
    path = tmp_path / "blank.xlsx"
    with (
        zipfile.ZipFile(tmp_path / "small.xlsx") as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'ref="A1:B2"' in content
                content = content.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(
                    b"</sheetData>", rows + b"</sheetData>"
                )
            new.writestr(name, content)
    assert [sheet.last_line for sheet in sheets(path)] == [2]
    assert whole(path)["_line"].to_list() == [1, 2]


def test_a_table_that_starts_far_down_keeps_its_lines_and_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C9000"] = "姓名"
    book.active["D9001"] = "王试一"
    book.save(tmp_path / "a.xlsx")
    frame = whole(tmp_path / "a.xlsx")
    assert frame["_line"].to_list() == [9000, 9001]
    assert (frame["c2"][0], frame["c3"][1]) == ("姓名", "王试一")


def test_a_sheet_of_too_many_columns_is_refused_by_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "宽表"
    book.active.cell(1, 501, "x")
    book.active.cell(1, 1, "x")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileFault) as fault:
        whole(tmp_path / "a.xlsx")
    assert fault.value.code == "too_many_columns"
    assert fault.value.params == {"columns": 501, "limit": 500, "sheet": "宽表"}


def test_an_old_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes(LEDGER_XLS.read_bytes())
    assert [(sheet.name, sheet.is_hidden, sheet.is_layout_known) for sheet in sheets(path)] == [
        ("台账", False, False),
        ("代码", True, False),
    ]
    frame = whole(path, "台账")
    assert frame.row(0)[:4] == ("某镇台账",) * 4
    assert frame["_merged"].to_list() == [[1, 2, 3], None, None, None]
    assert frame.row(2)[:4] == ("王试一", "990001199003071231", "2020-03-12", "1800.5")
    assert frame["c1"][3] == "9.900011990030712e+17"


def test_an_open_document_sheet_is_read(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="台账"><table:table-row><table:table-cell office:value-type="string"><text:p>姓名</text:p>'
        '</table:table-cell><table:table-cell office:value-type="float" office:value="1800"><text:p>1800</text:p>'
        '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048575"><table:table-cell/>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert whole(path).row(0) == ("姓名", "1800", 1, "台账", None)


def test_spreading_follows_ranges_that_overlap_a_row_and_stops_below() -> None:
    spreader = Spreader([((1, 0), (2, 1)), ((0, 2), (0, 9)), ((2, 3), (3, 3))], width=4)
    rows = [["a", "", "T", ""], ["m", "", "", ""], ["", "", "", "n"], ["", "", "x", ""]]
    merged = [spreader.fill(number, row) for number, row in enumerate(rows)]
    assert rows == [["a", "", "T", "T"], ["m", "m", "", ""], ["m", "m", "", "n"], ["", "", "x", "n"]]
    assert merged == [[3], [1], [0, 1], [3]]
