"""Ledgers as files: merged cells, other encodings, blank sheets that were filled in; and the pack that describes them."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from anye.engine.intake.blank import blank_sheet
from anye.engine.intake.profile import Profile
from anye.packs import read_pack
from tests.engine.intake.cleaning import INSURANCE, LEDGER, load, load_path, number
from tests.engine.intake.test_ledger import TITLE, row
from tests.engine.intake.test_profile import UNION, headings

A, B = number(123), number(28, "19851120")


def test_a_workbook_with_merged_cells_is_read_as_it_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "台账202001.xlsx"
    labels = headings(UNION)
    at = {label: index for index, label in enumerate(labels)}
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(labels) - 1, TITLE)
        sheet.write_row(1, 0, labels)
        for line, cells in enumerate(
            (
                row(labels),
                row(labels, **{"姓名*": "乙二", "身份证号*": B, "性别": "女", "与户主关系": "妻", "出生年月": ""}),
            )
        ):
            for index, cell in enumerate(cells):
                if index not in (at["户编号"], at["村居"], at["户主姓名"]):
                    sheet.write_string(2 + line, index, cell)
        for label, text in (("户编号", "H1"), ("村居", "柳树村"), ("户主姓名", "甲一")):
            sheet.merge_range(2, at[label], 3, at[label], text)
        sheet.merge_range(4, at["身份证号*"], 5, at["身份证号*"], f"{A}\n{B}")
        sheet.write(4, at["姓名*"], "丙三")
        sheet.write(5, at["姓名*"], "丁四")
        sheet.write(6, at["姓名*"], "戊五")
        sheet.write_number(6, at["身份证号*"], 990001199003071231)
        sheet.merge_range(7, 0, 7, len(labels) - 1, "备注：以上属实")
    loaded = load_path(path)
    assert loaded.rows["id_number"].to_list() == [A, B]
    assert loaded.reasons() == {5: ["multi_person"], 6: ["multi_person"], 7: ["id_precision_lost"]}
    assert loaded.kinds() == {1: "title", 2: "heading", 8: "note"}
    assert loaded.facts["household"]["household_code"].to_list() == ["H1", "H1"]
    assert loaded.month == dt.date(2020, 10, 1), "the title goes before the file's name"
    assert loaded.rows.select("c0", f"c{at['姓名*']}").rows() == [(None, "甲一"), (None, "乙二")]


@pytest.mark.parametrize("block_rows", [1, 3, 50_000])
def test_a_text_file_of_another_encoding_gives_the_same(tmp_path: Path, block_rows: int) -> None:
    labels = headings(UNION)
    lines = [
        [TITLE],
        labels,
        row(labels),
        row(labels, **{"姓名*": "乙二", "身份证号*": B, "性别": "女", "出生年月": "", "村居": "同上"}),
    ]
    path = tmp_path / "a.csv"
    text = "\n".join(",".join(f'"{cell}"' for cell in line + [""] * (len(labels) - len(line))) for line in lines)
    path.write_bytes(text.encode("gb18030"))
    assert (
        load_path(path, block_rows=block_rows).detail("residence")
        == load(lines).detail("residence")
        == {3: "990100101201", 4: "990100101201"}
    )


# ── Blank sheets and packs ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("profile", [LEDGER, INSURANCE], ids=lambda each: each.name)
def test_a_blank_sheet_filled_in_is_read_by_its_own_profile(tmp_path: Path, profile: Profile, lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(blank_sheet(profile, lang)))
    sheet = book.active
    labels = [cell.value for cell in sheet[2]]
    bound = profile.bind(labels)
    assert all(profile.knows(label) for label in labels)
    for name, cell in (("id_number", A), ("name", "甲一"), ("month", "2020-07"), ("firm_name", "甲厂")):
        if bound.has(name):
            sheet.cell(row=3, column=bound.sources[name][0] + 1, value=cell)
    assert sheet.column_dimensions["ABCDEFGHIJ"[bound.sources["id_number"][0]]].width
    path = tmp_path / "filled.xlsx"
    book.save(path)
    loaded = load_path(path)
    assert loaded.profile is profile
    assert loaded.rows["id_number"].to_list() == [A]


def test_the_number_column_of_a_blank_sheet_is_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(blank_sheet(LEDGER))).active
    column = next(cell.column_letter for cell in sheet[2] if cell.value == "身份证号*")
    assert sheet.column_dimensions[column].number_format == "@"


def test_the_pack_has_the_district_of_443_areas_and_the_streets_that_others_run() -> None:
    pack = read_pack("cn_yubei")
    levels = pl.Series([row.level for row in pack.areas]).value_counts(sort=False)
    assert dict(levels.rows()) == {"county": 1, "street": 19, "town": 11, "community": 239, "village": 173}
    known = {row.code: row for row in pack.areas}
    assert len(pack.offices[0].runs) == 8
    assert all(known[code].level == "street" for code in pack.offices[0].runs)
    assert {code.code for code in pack.codes["sex"]} == {"0", "1", "2", "9"}
