"""Delimited text in every encoding, damaged, mixed, quoted without end, or no table at all."""

from __future__ import annotations

from random import Random

from tests.flow.hostile.books import HEADINGS, PEOPLE, people, text
from tests.flow.hostile.cases import Size, hostile, twin

CSV = "台账.csv"

# ── Encodings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

for _name, _encoding, _mark in (
    ("utf_8", "utf-8", b""), ("utf_8_with_a_mark", "utf-8", b"\xef\xbb\xbf"), ("gb18030", "gb18030", b""), ("gb2312", "gb2312", b""),
    ("utf_16_le", "utf-16-le", b"\xff\xfe"), ("utf_16_be", "utf-16-be", b"\xfe\xff"), ("utf_16_le_without_a_mark", "utf-16-le", b""),
    ("utf_16_be_without_a_mark", "utf-16-be", b""), ("utf_32", "utf-32-le", b"\xff\xfe\x00\x00"),
):  # fmt: skip
    for _sign, _between in (("comma", ","), ("tab", "\t")):

        @twin("encodings", loaded=12, file_name=CSV, name=f"{_name}_{_sign}")
        def _encoded(
            _: Random, _size: Size, encoding: str = _encoding, mark: bytes = _mark, between: str = _between
        ) -> bytes:
            return mark + text(between=between).encode(encoding)


@twin("encodings", loaded=12, file_name=CSV)
def gb18030_with_rare_hanzi(_: Random, _size: Size) -> bytes:
    return text(people(现住址="䶮村𠮷三组")).encode("gb18030")


for _name, _encoding in (
    ("big5", "big5"),
    ("shift_jis", "shift_jis"),
    ("euc_kr", "euc_kr"),
    ("johab", "johab"),
    ("euc_jp", "euc_jp"),
):

    @hostile(
        "encodings",
        "encoding_unknown",
        "heading_unknown",
        "heading_unknown:none",
        "heading_unknown:garbled",
        file_name=CSV,
        name=_name,
    )
    def _foreign(_: Random, _size: Size, encoding: str = _encoding) -> bytes:
        said = text(people(60)).translate(
            str.maketrans("镇号与关户证码联话类业状态就龄单电单", "鎮號與關戶證碼聯話類業狀態就齡單電單")
        )
        return said.encode(encoding, "ignore")


@hostile("encodings", "heading_unknown:garbled", file_name=CSV)
def gb18030_read_as_latin_and_saved(_: Random, _size: Size) -> bytes:
    return text().encode("gb18030").decode("latin-1").encode("utf-8")


@hostile("encodings", "heading_unknown:garbled", file_name=CSV)
def utf_8_read_as_latin_and_saved(_: Random, _size: Size) -> bytes:
    return text().encode("utf-8").decode("cp1252", "replace").encode("utf-8")


@hostile(
    "encodings", "heading_unknown:garbled", "heading_unknown", "heading_unknown:none", "encoding_unknown", file_name=CSV
)
def utf_8_read_as_gb18030_and_saved(_: Random, _size: Size) -> bytes:
    return text().encode("utf-8").decode("gb18030", "replace").encode("utf-8")


@hostile("encodings", "heading_unknown:garbled", "heading_unknown", "heading_unknown:none", file_name=CSV)
def every_character_a_question_mark(_: Random, _size: Size) -> bytes:
    return text().encode("ascii", "replace")


@hostile("encodings", "encoding_unknown", file_name=CSV, seeds=4)
def lines_of_two_encodings(chance: Random, _size: Size) -> bytes:
    """Two offices' lists put behind one another without being opened."""
    lines = text(people(40)).splitlines(keepends=True)
    cut = chance.randrange(2, len(lines) - 2)
    return "".join(lines[:cut]).encode("utf-8") + "".join(lines[cut:]).encode("gb18030")


@hostile("encodings", "encoding_unknown", "rows", file_name=CSV, loaded=39, refused=("mojibake",), seeds=4)
def one_line_of_another_encoding(chance: Random, _size: Size) -> bytes:
    lines = [line.encode("gb18030") for line in text(people(40)).splitlines(keepends=True)]
    at = chance.randrange(2, len(lines))
    lines[at] = lines[at].decode("gb18030").encode("utf-8")
    return b"".join(lines)


def _slipped(chance: Random, encoding: str, *, mark: bytes = b"") -> bytes:
    data = bytearray(mark + text(people(40)).encode(encoding))
    at = chance.randrange(len(data) // 4, len(data) - 4)
    while data[at] < 0x80:
        at += 1
    if chance.random() < 0.5:
        del data[at]
    else:
        data.insert(at, chance.randrange(0x81, 0xFE))
    return bytes(data)


for _name, _encoding, _mark in (
    ("utf_8", "utf-8", b""),
    ("gb18030", "gb18030", b""),
    ("utf_16", "utf-16-le", b"\xff\xfe"),
):

    @hostile(
        "slips", "encoding_unknown", "rows", file_name=CSV, refused=("mojibake",), seeds=6, name=f"a_byte_of_{_name}"
    )
    def _slip(chance: Random, _size: Size, encoding: str = _encoding, mark: bytes = _mark) -> bytes:
        return _slipped(chance, encoding, mark=mark)


# ── Bytes that are no text ────────────────────────────────────────────────────────────────────────────────────────────


@hostile("bytes", "rows", "not_a_table:binary", file_name=CSV, loaded=12)
def a_nul_among_the_text(_: Random, _size: Size) -> bytes:
    return text(people(现住址="柳树村\x00三组")).encode()


@hostile("bytes", "rows", "not_a_table:binary", "damaged", file_name=CSV, seeds=2)
def zeros_behind_the_end(chance: Random, _size: Size) -> bytes:
    """What a file system leaves when the power fails."""
    return text(people(300)).encode() + bytes(chance.randrange(100, 4_000))


@hostile("bytes", "not_a_table:binary", "damaged", "rows", file_name=CSV, refused=("id_missing", "name_missing"))
def zeros_in_the_middle(_: Random, _size: Size) -> bytes:
    said = text(people(300)).encode()
    return said[:9_000] + bytes(4_096) + said[9_000 + 4_096 :]


@hostile("bytes", "rows", file_name=CSV, loaded=12)
def the_old_end_of_file(_: Random, _size: Size) -> bytes:
    return text().encode() + b"\x1a"


for _name, _data in (
    ("nothing", b""),
    ("a_mark", b"\xef\xbb\xbf"),
    ("a_wide_mark", b"\xff\xfe"),
    ("blanks", b" \r\n\t\r\n"),
    ("the_end", b"\x1a"),
):

    @hostile("bytes", "empty_file", file_name=CSV, name=f"{_name}_alone")
    def _alone(_: Random, _size: Size, data: bytes = _data) -> bytes:
        return data


@hostile("bytes", "no_rows", file_name=CSV)
def commas_alone(_: Random, size: Size) -> bytes:
    return b",,,,\r\n" * size.of(1_000_000)


@hostile(
    "bytes",
    "encoding_unknown",
    "not_a_table:binary",
    "not_a_table:long_line",
    "heading_unknown",
    "heading_unknown:none",
    file_name=CSV,
    seeds=6,
)
def noise(chance: Random, size: Size) -> bytes:
    return chance.randbytes(size.of(2_000_000))


@hostile(
    "bytes",
    "encoding_unknown",
    "not_a_table:long_line",
    "heading_unknown",
    "heading_unknown:none",
    "heading_unknown:garbled",
    file_name=CSV,
    seeds=3,
)
def noise_of_high_bytes(chance: Random, size: Size) -> bytes:
    return bytes(chance.choice((10, 44, *range(0x81, 0xFF))) for _ in range(size.of(2_000_000)))


# ── Lines, quotes and delimiters ──────────────────────────────────────────────────────────────────────────────────────

for _name, _end in (("cr", "\r"), ("lf", "\n"), ("crlf", "\r\n"), ("crcrlf", "\r\r\n"), ("lf_lf", "\n\n")):

    @twin("lines", loaded=12, file_name=CSV, name=f"that_end_in_{_name}")
    def _ended(_: Random, _size: Size, end: str = _end) -> bytes:
        return text(end=end).encode()


@hostile("lines", "rows", file_name=CSV, loaded=12)
def ends_of_every_kind(_: Random, _size: Size) -> bytes:
    rows = [*people(现住址="一\u2028二\u2029三\x85四\x0b五\x0c六")]
    return text(rows).encode()


@hostile("lines", "not_a_table:long_line", file_name=CSV)
def one_line_without_an_end(_: Random, size: Size) -> bytes:
    return ("张伟," * size.of(20_000_000, least=50_000)).encode()


@hostile("lines", "too_many_columns", "not_a_table:long_line", "heading_unknown", "heading_unknown:none", file_name=CSV)
def a_hundred_thousand_columns(_: Random, _size: Size) -> bytes:
    return ("," * 100_000 + "\r\n").encode() * 3 + text().encode()


@hostile("lines", "rows", file_name=CSV, loaded=12)
def one_row_of_a_hundred_thousand_columns(_: Random, _size: Size) -> bytes:
    said = text().encode()
    return said.rstrip() + b"," * 100_000 + b"x\r\n"


@hostile("lines", "heading_unknown", "heading_unknown:none", file_name=CSV)
def a_million_short_lines(_: Random, size: Size) -> bytes:
    return b"a\n" * size.of(5_000_000)


@twin("lines", loaded=12, file_name=CSV)
def a_million_blank_lines(_: Random, size: Size) -> bytes:
    return text().encode() + b",,,,,,,,,,,,,\r\n" * size.of(1_000_000) + b"\r\n" * size.of(1_000_000)


@hostile("quotes", "rows", file_name=CSV, loaded=PEOPLE, seeds=4)
def a_quote_that_is_never_closed(chance: Random, _size: Size) -> bytes:
    rows = people()
    rows[chance.randrange(PEOPLE)][13] = '"柳树村三组'
    return text(rows).encode()


@hostile(
    "quotes",
    "rows",
    "heading_unknown",
    "heading_unknown:none",
    file_name=CSV,
    loaded=PEOPLE,
    refused=("id_missing", "name_missing"),
)
def a_quote_before_the_heading(_: Random, _size: Size) -> bytes:
    return b'"' + text().encode()


@hostile("quotes", "rows", file_name=CSV, loaded=12)
def nothing_but_quotes_in_a_cell(_: Random, _size: Size) -> bytes:
    return text(people(现住址='"' * 30_000)).encode()


@hostile("quotes", "rows", file_name=CSV)
def a_quote_on_every_line(_: Random, size: Size) -> bytes:
    return text(people(size.of(20_000), 现住址='"三组')).encode()


@twin("quotes", loaded=12, file_name=CSV)
def everything_quoted(_: Random, _size: Size) -> bytes:
    quoted = [[f'"{cell}"' for cell in row] for row in people(现住址='三""组\r\n某栋')]
    return (
        ",".join(f'"{label}"' for label in HEADINGS) + "\r\n" + "".join(",".join(row) + "\r\n" for row in quoted)
    ).encode()


@twin("quotes", loaded=12, file_name=CSV)
def a_declared_delimiter(_: Random, _size: Size) -> bytes:
    return b"sep=;\r\n" + text(between=";").encode()


for _at, _said in enumerate(("=cmd|'/c calc'!A0", "@SUM(1)", "+1", "-1", "\t=1", '"=1+1"', "＝1+1")):

    @hostile("quotes", "rows", file_name=CSV, loaded=12, name=f"a_formula_in_text_{_at}")
    def _formula(_: Random, _size: Size, said: str = _said) -> bytes:
        return text(people(现住址=said, 就业单位=said)).encode()


# ── Headings and what is no table ─────────────────────────────────────────────────────────────────────────────────────


@hostile("headings", "no_rows", file_name=CSV)
def a_heading_and_nothing_below(_: Random, _size: Size) -> bytes:
    return text([]).encode()


@twin("headings", loaded=12, file_name=CSV)
def the_heading_printed_again(_: Random, _size: Size) -> bytes:
    again = [[*HEADINGS], *people(6), [*HEADINGS], *people(6, first=6), [*HEADINGS]]
    return text(again).encode()


@hostile("headings", "rows", file_name=CSV, loaded=6, refused=("name_missing", "id_missing"))
def two_headings_that_differ(_: Random, _size: Size) -> bytes:
    """Another table below the first: its people stand in columns of places, and are refused one by one, not lost."""
    return (
        text(people(6))
        + "姓名,身份证号,养老保险\r\n"
        + "".join(f"{row[4]},{row[5]},100\r\n" for row in people(6, first=6))
    ).encode()


@hostile(
    "headings", "heading_unknown", "heading_unknown:none", "rows", file_name=CSV, refused=("name_missing", "id_missing")
)
def one_heading_in_every_column(_: Random, _size: Size) -> bytes:
    return (",".join(["姓名"] * 400) + "\r\n" + ",".join(["张伟"] * 400) + "\r\n").encode()


@hostile("headings", "heading_unknown", "heading_unknown:none", file_name=CSV)
def rows_without_a_heading(_: Random, _size: Size) -> bytes:
    return text().partition("\r\n")[2].encode()


_OTHERS = {
    "json": '[{"姓名": "张伟", "身份证号": "990001196003070008"}]',
    "sql": "INSERT INTO people VALUES ('张伟', '990001196003070008');",
    "mail": "From: a@example.org\nTo: b@example.org\nSubject: 台账\n\n见附件。\n",
    "code": "import os\nprint(os.environ)\n",
    "letter": "各镇街：\n请于本周五前上报台账。\n",
    "yaml": "姓名: 张伟\n身份证号: 990001196003070008\n",
    "card": "BEGIN:VCARD\nFN:张伟\nEND:VCARD\n",
    "shell": "#!/bin/sh\nrm -rf /\n",
    "base64": "UEsDBBQAAAAIAA==\n" * 200,
    "markdown": "# 台账\n\n- 张伟\n- 王芳\n",
    "ini": "[a]\nb=c\n",
    "link": "[InternetShortcut]\nURL=http://127.0.0.1:9/\n",
    "log": "2020-01-01 00:00:00 INFO x\n" * 50,
}
for _name, _said in _OTHERS.items():

    @hostile("others", "heading_unknown", "heading_unknown:none", file_name=CSV, name=_name)
    def _other(_: Random, _size: Size, said: str = _said) -> bytes:
        return said.encode()
