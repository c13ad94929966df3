"""A second, slow and plain reading of the demo's files, cell by cell: what the truth says must be found here as well.

It shares nothing with the demo's writers nor with the product's intake. It knows the few oddities of these files and
no others.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl

ID_LABELS = ("身份证号", "身份证号*", "证件号码")
NAME_LABELS = ("姓名", "姓名*", "劳动力姓名")
OUTER = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SIMPLE = dict(zip("張陳劉趙吳孫馬羅鄭謝許韓鄧馮蔣龍萬錢嚴盧譚陸韋賈鄒賀顧龔邵湯歐陽楊黃葉蘇國華麗蘭鳳雲紅娟玲蓮珍貴榮東剛偉軍",
                  "张陈刘赵吴孙马罗郑谢许韩邓冯蒋龙万钱严卢谭陆韦贾邹贺顾龚邵汤欧阳杨黄叶苏国华丽兰凤云红娟玲莲珍贵荣东刚伟军",
                  strict=True))  # fmt: skip


@dataclass
class Line:
    """One data line: where it stands, its cells by heading, and whether it repeats the line above word for word."""

    file: str
    sheet: str | None
    number: int
    cells: dict[str, object]
    is_repeat: bool

    def text(self, *labels: str) -> str:
        value = next((self.cells[label] for label in labels if self.cells.get(label) is not None), "")
        return value.isoformat()[:10] if isinstance(value, date) else str(value)


@dataclass
class Sheet:
    """The filled grid of one sheet, merged ranges spread where the file knows them."""

    file: str
    name: str | None
    grid: list[list[object]]
    hidden: list[int] = field(default_factory=list)


def sheets(path: Path) -> Iterator[Sheet]:
    """Every sheet of a file as a grid of cells."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for page in book.worksheets:
            grid = [list(row) for row in page.iter_rows(values_only=True)]
            for merged in page.merged_cells.ranges:
                for row in range(merged.min_row - 1, merged.max_row):
                    for column in range(merged.min_col - 1, merged.max_col):
                        grid[row][column] = grid[merged.min_row - 1][merged.min_col - 1]
            yield Sheet(path.name, page.title, grid, [row for row, size in page.row_dimensions.items() if size.hidden])
        return
    raw = path.read_bytes()
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8-sig"}
    encoding = marks.get(raw[:2], "gb18030")
    rows = csv.reader(raw.decode(encoding).splitlines(), delimiter="\t" if path.suffix == ".tsv" else ",")
    yield Sheet(path.name, None, [[cell or None for cell in row] for row in rows])


def data_lines(sheet: Sheet) -> list[Line]:
    """The lines that are about someone, by the headings above them, 同上 and merged blanks filled in."""
    top = next((at for at, row in enumerate(sheet.grid) if set(row) & set(NAME_LABELS)), None)
    if top is None:
        return []
    labels = [str(cell or "") for cell in sheet.grid[top]]
    start = top + 1
    if {"户类型", "单位应缴"} & set(sheet.grid[start]):
        group = ""
        for at, below in enumerate(sheet.grid[start]):
            group = labels[at] or group
            if below and below != labels[at]:
                labels[at] = f"{group}{below}" if "保险" in group else str(below)
        start += 1
    lines: list[Line] = []
    above: dict[str, object] = {}
    last: list[object] = []
    for number, row in enumerate(sheet.grid[start:], start=start + 1):
        words = {str(cell) for cell in row if cell is not None}
        is_heading = bool(words & set(NAME_LABELS)) or "户类型" in words
        is_remark = bool(words & {"合计", "小计"}) or any(word.startswith(("备注：", "填表人：")) for word in words)
        if not words or is_heading or is_remark:
            continue
        cells = dict(zip(labels, row, strict=False))
        for label, value in cells.items():
            is_merged = value is None and sheet.name is None and label in ("镇街", "村居", "户编号", "户主姓名")
            if value == "同上" or is_merged:
                cells[label] = above[label]
        content = [value for label, value in cells.items() if label != "序号"]
        lines.append(Line(sheet.file, sheet.name, number, cells, content == last))
        above, last = cells, content
    return lines


def check_character(body: str) -> str:
    """ISO 7064 MOD 11-2, as powers of two."""
    return "10X98765432"[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(body)) % 11]


def read_id(value: object) -> tuple[str, str | None]:
    """The 18-character number and None, or what stood there and why it is no number."""
    if isinstance(value, float):
        value = int(value) if value < 1e15 else f"{value:E}"
    text = unicodedata.normalize("NFKC", str(value or "")).upper()
    if re.fullmatch(r"\d\.\d+E\+\d+", text.strip()):
        return text, "id_precision_lost"
    text = re.sub(r"[^0-9X]", "", text)
    if not text:
        return text, "id_missing"
    if len(text) == 15:
        text = f"{text[:6]}19{text[6:]}"
        return text + check_character(text), None
    if len(text) != 18:
        return text, "id_length"
    if not text[:17].isdigit():
        return text, "id_chars"
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return text, "id_date"
    if check_character(text[:17]) != text[17]:
        return text, "id_precision_lost" if text.endswith("000") else "id_check"
    return text, None


def read_month(text: str) -> tuple[int, int] | None:
    """Year and month of a date in any of the demo's spellings."""
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"[2-5]\d{4}(\.0)?", text):
        day = date(1899, 12, 30) + timedelta(days=int(float(text)))
        return day.year, day.month
    found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})(?:月|[-/.月]?(\d{1,2})日?)?", text)
    assert found, text
    return int(found[1]), int(found[2])


def name_key(name: str) -> str:
    """The name for comparing: no spaces, no dots, simplified."""
    return "".join(SIMPLE.get(char, char) for char in re.sub(r"[\s\u3000·•．・‧]", "", name))


def refusal(line: Line) -> str | None:
    """Why a right cleaning refuses this line."""
    name = line.text(*NAME_LABELS)
    if "、" in name or "\n" in name.strip():
        return "multi_person"
    if not name.strip():
        return "name_missing"
    if "\ufffd" in name or "?" in name:
        return "mojibake"
    _, fault = read_id(next((line.cells[label] for label in ID_LABELS if label in line.cells), None))
    if fault:
        return fault
    if line.is_repeat:
        return "duplicate_row"
    wage = unicodedata.normalize("NFKC", line.text("月收入", "缴费基数")).replace(",", "")
    return None if re.fullmatch(r"([\d.]+(万)?元?)?", wage) else "number_unreadable"


def credit_code_holds(code: str) -> bool:
    """Both checks of a unified social credit code."""
    inner = sum(int(char, 36) * weight for char, weight in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    outer = sum(OUTER.index(char) * 3**at for at, char in enumerate(code[:17])) % 31
    return code[16] == {0: "0", 1: "X"}.get(inner, str(11 - inner)) and code[17] == OUTER[-outer % 31]


def doubts(line: Line, pairs: set[tuple[str, str]]) -> list[str]:
    """The rules that this line alone breaks. `pairs`: every (town, village) in everyday names."""
    number, _ = read_id(next(line.cells[label] for label in ID_LABELS if label in line.cells))
    found = []
    sex = line.text("性别")
    if sex and (sex == "男") != (int(number[16]) % 2 == 1):
        found.append("Q02")
    birth = read_month(line.text("出生年月"))
    if birth and birth != (int(number[6:10]), int(number[10:12])):
        found.append("Q03")
    if (code := line.text("统一社会信用代码")) and not credit_code_holds(code):
        found.append("Q05")
    if not is_known_place(line, pairs):
        found.append("Q06")
    begun = read_month(line.text("就业起始日期", "就业起始日期*", "就业起始年月"))
    ended = read_month(line.text("就业终止年月"))
    if "就业单位" in line.cells or "就业单位名称" in line.cells:
        is_at_work = line.text("就业状态", "就业创业状态") == "已就业"
        if (is_at_work and begun is None) or (begun and ended and ended < begun):
            found.append("Q08")
    wage = re.sub(r"[^\d.]", "", unicodedata.normalize("NFKC", line.text("月收入")))
    if wage and "万" not in line.text("月收入") and float(wage) < 500:
        found.append("Q10")
    return found


def is_known_place(line: Line, pairs: set[tuple[str, str]]) -> bool:
    """Whether the line's town and village belong together (a 12-digit code always does)."""
    if "村居" in line.cells:
        return (line.text("镇街"), line.text("村居")) in pairs
    area = line.text("所属区域", "所属行政区").removeprefix("渝北区")
    return not area or area.isdigit() or any(area == town + village for town, village in pairs)


def read_files(folder: Path) -> dict[str, list[Line]]:
    """All data lines by file name."""
    paths = sorted(folder.iterdir())
    return {path.name: [line for sheet in sheets(path) for line in data_lines(sheet)] for path in paths}
