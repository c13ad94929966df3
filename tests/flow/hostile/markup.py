"""Workbooks whose XML declares entities, points elsewhere, contradicts itself, or is none."""

from __future__ import annotations

from random import Random

from tests.flow.hostile.books import (
    BOOK,
    HEADINGS,
    LINKS,
    NS,
    PACKAGE_LINKS,
    PEOPLE,
    REL,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    book,
    parts,
    people,
    row_xml,
    sheet_xml,
    zipped,
)
from tests.flow.hostile.cases import Size, hostile, twin

_PARTS = (SHEET, STRINGS, BOOK, STYLES, LINKS, TYPES, PACKAGE_LINKS, "docProps/core.xml")
_XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "http://127.0.0.1:9/x">]>'
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">{}]>'.format(
    "".join(f'<!ENTITY a{at} "{f"&a{at - 1 or chr(0)};".replace(chr(0), "") * 10}">' for at in range(1, 12))
)


def _before_the_root(part: bytes, said: str) -> bytes:
    head, mark, rest = part.partition(b"?>") if part.startswith(b"<?xml") else (b"", b"", part)
    return head + mark + said.encode() + rest


for _part in _PARTS:

    @hostile("entities", "unsafe_xml", name=f"a_file_of_the_machine_in_{_part}")
    def _xxe(_: Random, _size: Size, part: str = _part) -> bytes:
        made = {"docProps/core.xml": b"<x>&a;</x>", **parts()}
        return zipped({**made, part: _before_the_root(made[part], _XXE)})


for _part in (SHEET, STRINGS, BOOK):

    @hostile("entities", "unsafe_xml", name=f"a_billion_laughs_in_{_part}")
    def _laughs(_: Random, _size: Size, part: str = _part) -> bytes:
        return book(extra={part: _before_the_root(parts()[part], _LAUGHS).replace("张伟".encode(), b"&a11;")})


@hostile("entities", "unsafe_xml")
def one_long_entity_many_times(_: Random, size: Size) -> bytes:
    said = f'<!DOCTYPE x [<!ENTITY a "{"A" * size.of(2_000_000)}">]>'
    return book(extra={STRINGS: said + f"<sst><si><t>{'&a;' * size.of(50_000)}</t></si></sst>"})


for _part in (SHEET, STRINGS, BOOK):

    @hostile("entities", "unsafe_xml", name=f"a_document_type_behind_a_long_comment_in_{_part}")
    def _late(_: Random, _size: Size, part: str = _part) -> bytes:
        return book(extra={part: _before_the_root(parts()[part], f"<!--{' ' * 3_000_000}-->{_LAUGHS}")})


@hostile("entities", "unsafe_xml", "damaged")
def a_document_type_in_utf_16(_: Random, _size: Size) -> bytes:
    said = f'<?xml version="1.0" encoding="UTF-16"?>{_XXE}' + sheet_xml().partition("?>")[2]
    return book(said.encode("utf-16"))


@hostile("entities", "unsafe_xml", file_name="台账.ods")
def an_external_definition(_: Random, _size: Size) -> bytes:
    return book(extra={STYLES: '<!DOCTYPE x PUBLIC "-//x" "http://127.0.0.1:9/x.dtd"><styleSheet/>'})


@hostile("entities", "damaged", "rows", loaded=11, refused=("name_missing",))
def an_entity_that_nobody_defined(_: Random, _size: Size) -> bytes:
    return book(sheet_xml().replace("张伟", "&who;"))


# ── Where parts point ─────────────────────────────────────────────────────────────────────────────────────────────────

_TARGETS = (
    "file:///etc/passwd",
    "/etc/passwd",
    "../../../../etc/passwd",
    "http://127.0.0.1:9/x.xml",
    "workbook.xml",
    "sharedStrings.xml",
    "",
    ".",
    "worksheets",
    "worksheets/sheet9.xml",
    "worksheets/sheet1.xml#A1",
    "\\\\server\\share\\x.xml",
)
for _at, _target in enumerate(_TARGETS):

    @hostile("pointers", "damaged", "no_rows", "rows", loaded=12, name=f"a_sheet_that_is_elsewhere_{_at}")
    def _elsewhere(_: Random, _size: Size, target: str = _target) -> bytes:
        links = parts()[LINKS].decode().replace("worksheets/sheet1.xml", target)
        return book(extra={LINKS: links.replace('Target="http', 'TargetMode="External" Target="http')})


@hostile("pointers", "rows", refused=("duplicate_row",))
def two_sheets_of_one_part(_: Random, _size: Size) -> bytes:
    links = parts(sheets=("一", "二"))[LINKS].decode().replace("sheet2.xml", "sheet1.xml")
    return book(sheets=("一", "二"), extra={LINKS: links})


@hostile("pointers", "damaged", "rows", loaded=12)
def an_index_of_another_kind(_: Random, _size: Size) -> bytes:
    return book(extra={TYPES: '<Types><Override PartName="/xl/workbook.xml" ContentType="text/html"/></Types>'})


@hostile("pointers", "damaged", "no_rows", "rows", loaded=12)
def a_chart_in_a_sheet_s_place(_: Random, _size: Size) -> bytes:
    return book(extra={LINKS: parts()[LINKS].decode().replace('/worksheet"', '/chartsheet"')})


_SHEET_NAMES = ("../../etc/passwd", "=cmd|'/c calc'!A0", "名" * 300, "&lt;script&gt;alert(1)&lt;/script&gt;", "", " ",
                "&#10;&#9;", "a&#x202E;b", "{sheet}", "%s%n", "台账&#x0;")  # fmt: skip
for _at, _name in enumerate(_SHEET_NAMES):

    @hostile("pointers", "rows", "damaged", loaded=12, name=f"a_sheet_with_a_name_of_its_own_{_at}")
    def _sheet_named(_: Random, _size: Size, called: str = _name) -> bytes:
        return book(sheets=(called,))


@hostile("pointers", "damaged")
def two_sheets_of_one_name(_: Random, _size: Size) -> bytes:
    return book(sheets=("台账", "台账"))


@hostile("pointers", "rows", loaded=12)
def thousands_of_sheets(_: Random, size: Size) -> bytes:
    """A few seconds where each sheet is met once; where each looks through all of them, more than a process gets."""
    return book(sheets=[f"表{at}" for at in range(size.of(9_000, least=300))])


# ── Strings that are shared ───────────────────────────────────────────────────────────────────────────────────────────


def _shared(value: str) -> str:
    return sheet_xml(people(姓名=f'<c t="s"><v>{value}</v></c>'))


for _at, _value in enumerate(("1", "99", "-1", "4294967295", "4294967296", "1e3", "x", "", "0.5", "9" * 5_000)):

    @hostile(
        "strings", "damaged", "rows", loaded=0, refused=("name_missing",), name=f"a_string_that_is_not_there_{_at}"
    )
    def _missing(_: Random, _size: Size, value: str = _value) -> bytes:
        return book(_shared(value))


@hostile("strings", "rows", "too_large:memory", "damaged", loaded=12)
def four_billion_strings_promised(_: Random, _size: Size) -> bytes:
    strings = f'<sst xmlns="{NS}" count="4294967295" uniqueCount="4294967295"><si><t>张伟</t></si></sst>'
    return book(_shared("0"), extra={STRINGS: strings})


@hostile("strings", "rows", "damaged", loaded=12)
def a_string_of_a_thousand_runs(_: Random, size: Size) -> bytes:
    runs = "<r><rPr><b/></rPr><t></t></r>" * size.of(100_000)
    return book(_shared("0"), extra={STRINGS: f'<sst xmlns="{NS}"><si>{runs}<r><t>张伟</t></r></si></sst>'})


@hostile("strings", "rows", "damaged", "too_large:memory", loaded=12, refused=("name_missing",))
def strings_within_strings(_: Random, size: Size) -> bytes:
    deep = size.of(200_000)
    return book(
        _shared("0"), extra={STRINGS: f'<sst xmlns="{NS}"><si>{"<r>" * deep}<t>张伟</t>{"</r>" * deep}</si></sst>'}
    )


@twin("strings", loaded=12)
def how_a_name_is_read_aloud(_: Random, _size: Size) -> bytes:
    strings = (
        f'<sst xmlns="{NS}"><si><t>张伟</t><rPh sb="0" eb="2"><t>ZHANG WEI</t></rPh><phoneticPr fontId="1"/></si></sst>'
    )
    return book(_shared("0"), extra={STRINGS: strings})


# ── Sheets that contradict themselves ─────────────────────────────────────────────────────────────────────────────────

for _at, _ref in enumerate(
    ("A1:XFD1048576", "A1", "B5:A1", "ZZZZZZ9:ZZZZZZ99999999999", "", "x", "A0:A0", "A1:A99999999999")
):

    @hostile("places", "rows", "damaged", "too_large:memory", loaded=12, name=f"a_size_that_is_a_lie_{_at}")
    def _lie(_: Random, _size: Size, ref: str = _ref) -> bytes:
        return book(sheet_xml(before=f'<dimension ref="{ref}"/>'))


def _far(place: str, *, line: str = "") -> str:
    return (
        f'<row{f" r={chr(34)}{line}{chr(34)}" if line else ""}><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>'
    )


for _at, _place in enumerate(
    ("ZZ1048576", "XFD1048576", "A1048577", "ZZZZ1", "AAAAAAAAAA1", "A0", "1A", "A", "", "A99999999999", "Ａ1")
):

    @hostile("places", "rows", "damaged", "too_large:memory", "too_large:time", "too_many_columns", loaded=12,
             name=f"a_cell_far_away_{_at}", refused=("id_missing", "name_missing"))  # fmt: skip
    def _far_away(_: Random, _size: Size, place: str = _place) -> bytes:
        return book(sheet_xml(inside=_far(place)))


for _at, _line in enumerate(("0", "-1", "3", "1048577", "4294967296", "99999999999999999999", "x", "9" * 5_000)):

    @hostile("places", "rows", "damaged", "too_large:memory", loaded=12, name=f"a_row_of_an_odd_number_{_at}",
             refused=("id_missing", "name_missing", "duplicate_row"))  # fmt: skip
    def _odd_row(_: Random, _size: Size, line: str = _line) -> bytes:
        return book(sheet_xml(inside=f'<row r="{line}"></row>'))


@twin("places", loaded=12)
def no_cell_says_where_it_stands(_: Random, _size: Size) -> bytes:
    import re

    return book(
        re.sub(r' r="[A-Z]*\d+"', "", sheet_xml(people(现住址="x", 就业单位="无", 月收入="0", 就业起始日期="无")))
    )


@hostile("places", "rows", "damaged", refused=("duplicate_row",), seeds=3)
def rows_out_of_their_order(chance: Random, _size: Size) -> bytes:
    rows = [row_xml(line, cells) for line, cells in enumerate(people(), start=2)]
    chance.shuffle(rows)
    head = row_xml(1, HEADINGS)
    return book(f'<worksheet xmlns="{NS}"><sheetData>{head}{"".join(rows)}</sheetData></worksheet>')


@hostile("places", "rows", "damaged", refused=("duplicate_row",))
def every_row_called_the_second(_: Random, _size: Size) -> bytes:
    rows = "".join(row_xml(2, cells) for cells in people())
    return book(f'<worksheet xmlns="{NS}"><sheetData>{row_xml(1, HEADINGS)}{rows}</sheetData></worksheet>')


@hostile("places", "too_many_columns")
def sixteen_thousand_columns(_: Random, _size: Size) -> bytes:
    return book(sheet_xml([[*row, *["x"] * (16_384 - len(row))] for row in people(3)]))


@twin("places", loaded=12)
def two_hundred_columns(_: Random, _size: Size) -> bytes:
    return book(sheet_xml([[*row, *["x"] * 186] for row in people()]))


_MERGES = (
    "A1:XFD1048576",
    "A2:N13",
    "A13:A2",
    "E2:E2",
    "E2",
    "",
    "x:y",
    "A0:A9",
    "A1:A99999999999",
    "ZZZZZ1:ZZZZZ9",
    "A1:B2:C3",
)
for _at, _ref in enumerate(_MERGES):

    @hostile("merges", "rows", "damaged", "too_large:memory", "heading_unknown", "heading_unknown:none", "no_rows",
             name=f"an_absurd_merge_{_at}",
             refused=("multi_person", "duplicate_row", "id_missing", "name_missing", "id_length", "id_chars"))  # fmt: skip
    def _merge(_: Random, _size: Size, ref: str = _ref) -> bytes:
        return book(sheet_xml(after=f'<mergeCells count="1"><mergeCell ref="{ref}"/></mergeCells>'))


@hostile("merges", "rows", "too_large:time", "too_large:memory", "damaged", refused=("multi_person", "duplicate_row"))
def merges_over_merges(_: Random, size: Size) -> bytes:
    count = size.of(20_000, least=300)
    merged = "".join(f'<mergeCell ref="N{at}:N{at + count}"/>' for at in range(2, count))
    return book(sheet_xml(people(count), after=f"<mergeCells>{merged}</mergeCells>"))


@hostile("merges", "rows", "too_large:time", "too_large:memory", loaded=12)
def a_million_merges_of_blanks(_: Random, size: Size) -> bytes:
    merged = "".join(f'<mergeCell ref="A{at}:B{at}"/>' for at in range(20, size.of(1_000_000)))
    return book(sheet_xml(after=f"<mergeCells>{merged}</mergeCells>"))


# ── XML that is none, or means to confuse ─────────────────────────────────────────────────────────────────────────────


@twin("xml", loaded=12)
def another_prefix(_: Random, _size: Size) -> bytes:
    import re

    said = re.sub(r"<(/?)(worksheet|sheetData|row|c|is|t|v)\b", r"<\1x:\2", sheet_xml()).replace("xmlns=", "xmlns:x=")
    return book(said)


@hostile("xml", "rows", "damaged", loaded=12)
def rows_in_a_comment(_: Random, _size: Size) -> bytes:
    return book(sheet_xml(before=f"<!-- <row r='9' hidden='1'>{'<c/>' * 100} -->"))


@hostile("xml", "rows", "damaged", loaded=12)
def tags_in_character_data(_: Random, _size: Size) -> bytes:
    return book(sheet_xml().replace("张伟", "<![CDATA[张伟]]>"))


@hostile("xml", "rows", "damaged", loaded=12)
def an_instruction_to_fetch_a_style(_: Random, _size: Size) -> bytes:
    return book(sheet_xml().replace("?>", '?><?xml-stylesheet href="file:///etc/passwd"?>', 1))


for _what, _said in (("utf_16", "utf-16"), ("gbk", "gbk"), ("big5", "big5")):

    @hostile("xml", "rows", "damaged", loaded=12, name=f"a_part_in_{_what}",
             refused=("mojibake", "name_missing", "id_missing"))  # fmt: skip
    def _part_in(_: Random, _size: Size, encoding: str = _said) -> bytes:
        said = sheet_xml(
            people(姓名="王大力", 村居="柳樹村" if encoding == "big5" else "柳树村", 户类型="", 就业状态="")[:12]
        )
        plain = said.replace("UTF-8", encoding.upper())
        return book(plain.encode(encoding, "xmlcharrefreplace"))


@hostile("xml", "damaged", "rows", loaded=0, refused=("mojibake",))
def bytes_that_are_no_utf_8(_: Random, _size: Size) -> bytes:
    return book(sheet_xml(people(姓名="张@伟")).encode().replace(b"@", b"\xff\xfe\x80"))


@hostile("xml", "damaged", "rows", "too_large:memory", loaded=12, seeds=2)
def tags_that_never_end(chance: Random, size: Size) -> bytes:
    tag = chance.choice(("x", "c", "is", "extLst"))
    return book(sheet_xml(inside=f"<{tag}>" * size.of(1_000_000)))


@hostile("xml", "damaged", "rows", "too_large:memory", loaded=12)
def an_attribute_of_megabytes(_: Random, size: Size) -> bytes:
    return book(sheet_xml(inside=f'<row r="14" spans="{"1" * size.of(40_000_000)}"/>'))


@hostile("xml", "damaged", "no_rows")
def column_tags_that_never_close(_: Random, size: Size) -> bytes:
    return book(sheet_xml(before="<cols>" + "<col " * size.of(2_000_000)))


@hostile("xml", "damaged")
def error_cells_that_never_close(_: Random, size: Size) -> bytes:
    return book(sheet_xml(inside='<row r="14">' + '<c r="A14" t="e"><v>' * size.of(500_000) + "</row>"))


@hostile("xml", "damaged", seeds=6)
def cut_in_the_middle(chance: Random, _size: Size) -> bytes:
    said = sheet_xml().encode()
    return book(said[: chance.randrange(200, len(said) - 40)])


@hostile("xml", "damaged", "rows", "no_rows", "heading_unknown", "heading_unknown:none", "not_a_table:archive", loaded=12, seeds=8,
         refused=("id_missing", "name_missing", "id_check", "id_length", "id_chars", "id_date", "duplicate_row", "mojibake"))  # fmt: skip
def letters_changed_at_random(chance: Random, _size: Size) -> bytes:
    """A part that is whole as a zip and wrong as XML."""
    made = parts()
    part = chance.choice((SHEET, SHEET, BOOK, STYLES, LINKS))
    said = bytearray(made[part])
    for _ in range(chance.randrange(1, 4)):
        said[chance.randrange(60, len(said))] = chance.choice(b"<>/\"'=&;x0 ")
    return zipped({**made, part: bytes(said)})


@hostile("xml", "damaged", "no_rows", "rows", loaded=PEOPLE)
def a_hundred_thousand_styles(_: Random, size: Size) -> bytes:
    formats = "".join(
        f'<numFmt numFmtId="{at}" formatCode="yyyy{chr(34).replace(chr(34), "")}"/>'
        for at in range(164, size.of(100_000))
    )
    cells = "".join(f'<xf numFmtId="{at}"/>' for at in range(164, size.of(100_000)))
    return book(
        extra={STYLES: f'<styleSheet xmlns="{NS}"><numFmts>{formats}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'}
    )


@twin("xml", loaded=12)
def the_strict_dialect(_: Random, _size: Size) -> bytes:
    strict = "http://purl.oclc.org/ooxml/"
    made = {
        name: part.replace(NS.encode(), f"{strict}spreadsheetml/main".encode()).replace(
            REL.encode(), f"{strict}officeDocument/relationships".encode()
        )
        for name, part in parts().items()
    }
    return zipped(made)
