"""Delimited text: every encoding and delimiter met in offices, and the damage that hands do to it."""

import csv
import io
import random
from pathlib import Path

import polars as pl
import pytest

from anye.engine.errors import FileFault
from anye.engine.intake.delimited import TextShape, records, shape_of
from anye.engine.intake.reading import read_blocks, sheets

HEADING = ["姓名", "身份证号", "联系电话", "就业单位"]
PEOPLE = [
    ["王试一", "990001199003071231", "13900000001", "重庆市渝北区测试服饰有限公司"],
    ["李试二", "99011219851120028X", "13900000002", ""],
    ["赵试三", "990001197001010014", "", "务工所在地，果园"],
]


def written(tmp_path: Path, content: str | bytes, encoding: str = "utf-8", name: str = "ledger.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def table(delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([HEADING, *PEOPLE])
    return text.getvalue()


def cells(frame: pl.DataFrame) -> list[list[str | None]]:
    return [list(row) for row in frame.select(pl.exclude("_line", "_sheet", "_merged")).rows()]


def whole(path: Path, **options: int) -> pl.DataFrame:
    return pl.concat(read_blocks(path, **options), how="diagonal")


EXPECTED = [[cell or None for cell in row] for row in [HEADING, *PEOPLE]]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gb18030", b""),
        ("gbk", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
    ],
)
def test_every_encoding_gives_the_same_cells(tmp_path: Path, encoding: str, mark: bytes) -> None:
    frame = whole(written(tmp_path, mark + table().encode(encoding)))
    assert cells(frame) == EXPECTED
    assert frame["_line"].to_list() == [1, 2, 3, 4]
    assert frame["_sheet"].null_count() == frame.height


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_found(tmp_path: Path, delimiter: str, end: str) -> None:
    path = written(tmp_path, table(delimiter, end))
    assert shape_of(path).delimiter == delimiter
    assert cells(whole(path)) == EXPECTED


def test_amounts_with_commas_do_not_make_a_comma_file(tmp_path: Path) -> None:
    rows = ["姓名;月收入;补贴", "王试一;1,800.00;300,50", "李试二;2,100.00;300,50", "赵试三;2,100.00;300,50"]
    assert shape_of(written(tmp_path, "\n".join(rows))) == TextShape("utf-8", ";", 3)


def test_a_declared_separator_is_believed(tmp_path: Path) -> None:
    path = written(tmp_path, "sep=|\n姓名,甲|身份证号\n王,试|990001199003071231\n")
    assert shape_of(path).delimiter == "|"


def test_a_format_is_told_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, table(), name="台账.xlsx")
    assert cells(whole(path)) == EXPECTED
    assert [sheet.name for sheet in sheets(path)] == [None]


def test_gb18030_is_told_although_the_first_hundred_thousand_characters_are_ascii(tmp_path: Path) -> None:
    rows = [f"{number},990001,13900000001" for number in range(6_000)]
    path = written(tmp_path, "\n".join([*rows, "6000,王试一,渝北区大湾镇"]), "gb18030")
    assert shape_of(path).encoding == "gb18030"
    assert cells(whole(path))[-1] == ["6000", "王试一", "渝北区大湾镇"]


def test_an_encoding_change_in_the_middle_is_refused_with_its_line(tmp_path: Path) -> None:
    head = "姓名,单位\n" * 20_000
    with pytest.raises(FileFault) as fault:
        sheets(written(tmp_path, head.encode() + b"x,\xe9\n"))
    assert fault.value.code == "encoding_unknown"
    assert fault.value.params == {"line": 20_001, "byte": len(head.encode()) + 3}


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "cp1251"])
def test_other_encodings_are_refused_and_not_misread(tmp_path: Path, encoding: str) -> None:
    texts = {
        "big5": "姓名,身份證號,就業單位,聯絡電話,備註\n王小明,990001199003071231,重慶市渝北區人力資源局,無,已經就業\n"
        * 20,
        "shift_jis": "名前,住所,会社\nたなか,とうきょう,かいしゃ\n" * 20,
        "cp1251": "имя,адрес,работа\nиван,москва,завод\n" * 20,
    }
    with pytest.raises(FileFault) as fault:
        sheets(written(tmp_path, texts[encoding], encoding))
    assert fault.value.code == "encoding_unknown"


def test_mojibake_that_is_valid_text_is_read_and_left_to_the_cleaning(tmp_path: Path) -> None:
    damaged = "王试一".encode().decode("latin-1")
    assert whole(written(tmp_path, f"姓名,身份证号\n{damaged},990001199003071231\n"))["c0"].to_list()[1] == damaged


def test_short_rows_are_padded_and_long_ones_kept(tmp_path: Path) -> None:
    frame = whole(written(tmp_path, "a,b,c\n1,2,3\n4\n5,6,7,8,9\n10,11,12,,\n"))
    assert cells(frame) == [
        ["a", "b", "c", None, None],
        ["1", "2", "3", None, None],
        ["4", None, None, None, None],
        ["5", "6", "7", "8", "9"],
        ["10", "11", "12", None, None],
    ]


def test_surplus_delimiters_at_the_end_of_lines_add_no_column(tmp_path: Path) -> None:
    assert whole(written(tmp_path, "a,b\n1,2\n1,2\n3,4,,,,\n")).columns[:3] == ["c0", "c1", "_line"]


def test_a_row_of_thousands_of_cells_does_not_kill_the_file(tmp_path: Path) -> None:
    long = ",".join(str(number) for number in range(2_000))
    frame = whole(written(tmp_path, f"a,b\n1,2\n{long}\n3,4\n"))
    assert frame.width == 500 + 3
    assert frame["c1"].to_list() == ["b", "2", "1", "4"]
    assert str(frame["c499"][2]).startswith("499 500 501 ")


def test_a_table_of_thousands_of_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFault) as fault:
        sheets(written(tmp_path, (",".join(["x"] * 501) + "\n") * 5))
    assert (fault.value.code, fault.value.params["columns"]) == ("too_many_columns", 501)


def test_lines_without_content_are_left_out_and_line_numbers_stay(tmp_path: Path) -> None:
    frame = whole(written(tmp_path, "a,b\n\n,\n1,2\n\r\n\n3,4\n"))
    assert frame["_line"].to_list() == [1, 4, 7]


def test_quotes_delimiters_and_line_ends_inside_a_cell_are_kept(tmp_path: Path) -> None:
    text = '姓名,备注\r\n"王试一\r\n李试二","说""好"",去"\r\n赵试三,无\r\n'
    frame = whole(written(tmp_path, text))
    assert cells(frame) == [["姓名", "备注"], ["王试一\r\n李试二", '说"好",去'], ["赵试三", "无"]]
    assert frame["_line"].to_list() == [1, 2, 4]


def test_a_record_is_never_cut_between_two_blocks(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,"x\ny\nz"\n2,w\n3,v\n')
    blocks = list(read_blocks(path, block_rows=2))
    assert [block["_line"].to_list() for block in blocks] == [[1, 2], [5, 6]]
    assert blocks[0]["c1"].to_list() == ["b", "x\ny\nz"]


@pytest.mark.parametrize("tail", ["", '赵试三,"3",c,d\n'])
def test_a_stray_quote_does_not_swallow_the_people_below(tmp_path: Path, tail: str) -> None:
    """Once without any other quote (never closed), once with one that would close it many lines on."""
    people = "".join(f"人{number},{number},c,d\n" for number in range(300))
    frame = whole(written(tmp_path, f'姓名,号,c,d\n"王试一,1,c,d\n{people}{tail}'))
    assert frame["c0"].to_list()[:3] == ["姓名", '"王试一', "人0"]
    assert frame.height == 302 + bool(tail)


def test_a_stray_quote_in_a_list_without_delimiters_hides_nobody(tmp_path: Path) -> None:
    lines = ["身份证号", '"990001199003071231', *(f"99000119900307{number:04}" for number in range(300))]
    assert whole(written(tmp_path, "\n".join(lines)))["c0"].to_list() == lines


def test_two_stray_quotes_in_neighbouring_rows_do_not_join_them(tmp_path: Path) -> None:
    frame = whole(written(tmp_path, '姓名,号,c,d\n王试一,"1,c,d\n李试二,2,c",d\n赵试三,3,c,d\n'))
    assert frame["c0"].to_list() == ["姓名", "王试一", "李试二", "赵试三"]


def test_a_quote_inside_an_unquoted_cell_is_an_ordinary_character(tmp_path: Path) -> None:
    assert cells(whole(written(tmp_path, 'a,b\n5"管,x\n')))[1] == ['5"管', "x"]


def test_both_ways_of_splitting_agree_with_the_csv_module(tmp_path: Path) -> None:
    """Random ragged rows, once as they are and once in one block with a quoted cell: the same cells either way."""
    dice = random.Random(20201231)
    rows = [
        [
            dice.choice(["", " ", "王", "0", "1.50", "a b", "'x", "\u3000", "=1+1", "#"])
            for _ in range(dice.choice([8, 8, 8, 1, 3, 11]))
        ]
        for _ in range(400)
    ]
    plain = "\n".join(",".join(row) for row in rows)
    expected = [[cell or None for cell in row] for row in csv.reader(plain.split("\n")) if any(row)]
    fast = whole(written(tmp_path, plain))
    slow = whole(written(tmp_path, plain + '\n"q",'))[:-1]
    for frame in (fast, slow):
        trimmed = [row[: len(want)] for row, want in zip(cells(frame), expected, strict=True)]
        assert trimmed == expected
        assert not any(cell for row, want in zip(cells(frame), expected, strict=True) for cell in row[len(want) :])
    assert fast["_line"].to_list() == slow["_line"].to_list()


def test_a_random_quoted_file_reads_back_as_written(tmp_path: Path) -> None:
    dice = random.Random(7)
    rows = [[dice.choice(["王\n试", 'a"b', "x,y", "", "1"]) for _ in range(4)] + ["end"] for _ in range(500)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    frame = whole(written(tmp_path, text.getvalue()), block_rows=37)
    assert cells(frame) == [[cell or None for cell in row] for row in rows]
    starts = [1]
    for row in rows[:-1]:
        starts.append(starts[-1] + 1 + sum(cell.count("\n") for cell in row))
    assert frame["_line"].to_list() == starts


@pytest.mark.parametrize("quote", ["", '"多\n行",x\n'])
def test_resuming_gives_the_very_same_blocks(tmp_path: Path, quote: str) -> None:
    lines = "".join(
        f"{number},{number * 7},\n" + ("\n" if number % 9 == 0 else quote * (number % 50 == 0))
        for number in range(1_000)
    )
    path = written(tmp_path, lines)
    blocks = list(read_blocks(path, block_rows=100))
    for done in (1, 4, len(blocks) - 1):
        rest = list(read_blocks(path, block_rows=100, start_block=done))
        assert len(rest) == len(blocks) - done
        assert all(one.equals(other) for one, other in zip(rest, blocks[done:], strict=True))


def test_reading_can_start_below_the_heading(tmp_path: Path) -> None:
    frame = whole(written(tmp_path, "标题,\n姓名,号\n王试一,1\n李试二,2\n"), start_line=3)
    assert frame["c0"].to_list() == ["王试一", "李试二"]
    assert frame["_line"].to_list() == [3, 4]


def test_nothing_below_the_heading_is_no_block_and_no_fault(tmp_path: Path) -> None:
    assert list(read_blocks(written(tmp_path, "姓名,号\n"), start_line=2)) == []


def test_cells_stay_as_typed(tmp_path: Path) -> None:
    typed = ["00123", " 王 试一 ", "5.0E+17", "１２３", "=cmd|' /C calc'!A0", "TRUE", "NULL", "2020/3/1"]
    frame = whole(written(tmp_path, "\t".join("abcdefgh") + "\n" + "\t".join(typed) + "\n"))
    assert cells(frame)[1] == typed


def test_a_stray_quote_is_split_without_reading_far_ahead() -> None:
    """Reading on stops after a hundred lines, so a stray quote costs a bounded look ahead, not the rest of the file."""
    following = iter([f"{number},x\n" for number in range(10_000)])
    records(['"a,b\n'], following, TextShape("utf-8", ",", 2))
    assert next(following) == "99,x\n"
