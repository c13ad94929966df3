"""Strings on which patterns choke, in every cell, as names and numbers, and as headings."""

from __future__ import annotations

from random import Random

from tests.flow.hostile.books import HEADINGS, book, inline, people, with_cells
from tests.flow.hostile.cases import Size, hostile

_CHOKES = {
    "brackets": "(" * 30_000,
    "closed_brackets": "()" * 15_000,
    "square": "【" * 30_000,
    "spaces": " " * 30_000 + "x",
    "wide_spaces": "x" + "\u3000" * 30_000 + "x",
    "digits": "1" * 30_000 + "x",
    "digits_and_spaces": "1 " * 15_000,
    "digits_and_dashes": "1-" * 15_000,
    "years": "2020" * 7_000,
    "year_and_spaces": "2020" + " " * 29_000 + "x",
    "months": "2020年1月-" * 4_000,
    "list": "张伟、" * 10_000 + "x",
    "joined": "王" + "和王" * 14_000,
    "others": "张" * 4 + "等" * 29_000,
    "dots": "·" * 30_000,
    "dotted": "阿·" * 14_000,
    "totals": "合 计" + " " * 29_000,
    "total_words": "小计" * 14_000,
    "ditto": "同上" * 14_000,
    "path": "某省某市" * 7_000 + "x",
    "towns": "镇乡街" * 9_000,
    "villages": "村委会" * 9_000,
    "separators": "/\\|>,，、-_—·" * 2_500,
    "many_codes": "|" * 30_000,
    "units": "元/天" * 7_000,
    "amounts": "1,111" * 6_000,
    "scientific": "1.1E+" * 6_000,
    "notes": "备注" + " " * 29_000 + "x",
    "numbered": "(1)" * 10_000,
    "pinyin": "?a" * 15_000,
    "latin": "é¡" * 15_000,
    "high": "ÿ" * 30_000,
    "gbk": "寮" * 30_000,
    "wildcards": "张" + "?" * 29_000,
    "combining": "a" + "\u0301" * 29_000,
    "newlines": "\n" * 30_000 + "x",
}
_TOTALS = {"totals", "total_words"}
"""Whoever is called so is a total line and no person: twelve of them are a sheet without rows."""

for _name, _said in _CHOKES.items():

    @hostile("patterns", "rows", loaded=12, name=f"{_name}_in_every_cell")
    def _choked(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(
            **dict.fromkeys((each for each in HEADINGS if each not in {"姓名", "身份证号", "月收入"}), said)
        )

    @hostile("patterns", "no_rows" if _name in _TOTALS else "rows", loaded=0, name=f"{_name}_as_names_and_numbers",
             refused=("name_missing", "name_chars", "multi_person", "mojibake", "id_missing", "id_length", "id_chars", "id_date",
                      "id_check", "id_precision_lost", "number_unreadable"))  # fmt: skip
    def _choked_name(_: Random, _size: Size, said: str = _said) -> bytes:
        return with_cells(姓名=said, 身份证号=said, 月收入=said)

    @hostile("patterns", "heading_unknown", "heading_unknown:none", "rows", loaded=12, name=f"{_name}_as_headings",
             refused=("name_missing", "name_chars", "multi_person", "mojibake"))  # fmt: skip
    def _choked_heading(_: Random, _size: Size, said: str = _said) -> bytes:
        above = "".join(f'<row r="{line}">{inline(said)}</row>' for line in range(1, 4))
        rows = "".join(f"<row>{''.join(map(inline, row))}</row>" for row in ([*HEADINGS, said], *people()))
        return book(f"<worksheet><sheetData>{above}{rows}</sheetData></worksheet>")
