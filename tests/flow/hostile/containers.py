"""Zips that are bombs, lie about themselves, hold something else, or are broken."""

from __future__ import annotations

import io
import struct
import zipfile
from random import Random

from tests.flow.hostile.books import (
    BOOK,
    LINKS,
    PACKAGE_LINKS,
    REL,
    SHEET,
    STRINGS,
    book,
    parts,
    people,
    sheet_xml,
    streamed,
    text,
    zipped,
)
from tests.flow.hostile.cases import Size, hostile, twin

MB = 1_000_000
_CENTRAL = b"PK\x01\x02"


def _blanks(megabytes: int, before: bytes, after: bytes) -> list[bytes]:
    return [before, *[b" " * MB] * megabytes, after]


@hostile("bomb", "zip_bomb")
def a_sheet_of_blanks(_: Random, size: Size) -> bytes:
    head, tail = sheet_xml().encode().split(b"</sheetData>")
    return streamed(SHEET, _blanks(size.of(1_200, least=120), head, b"</sheetData>" + tail))


@hostile("bomb", "zip_bomb")
def one_string_of_a_hundred_megabytes(_: Random, size: Size) -> bytes:
    pieces = [b"<sst><si><t>", *[b"A" * MB] * size.of(1_200, least=120), b"</t></si></sst>"]
    return streamed(STRINGS, pieces)


@hostile("bomb", "zip_bomb")
def a_picture_of_nothing(_: Random, size: Size) -> bytes:
    return streamed("xl/media/image1.png", [bytes(MB)] * size.of(1_200, least=120))


@hostile("bomb", "zip_bomb")
def many_parts(_: Random, size: Size) -> bytes:
    extra = {f"xl/media/{at}.xml": b"" for at in range(size.of(30_000, least=10_001))}
    return book(extra=extra)


@hostile("bomb", "zip_bomb", "damaged")
def parts_that_share_their_bytes(_: Random, size: Size) -> bytes:
    """A directory whose entries all point to one packed kernel: 120 MB a hundred times, or more, in a small file."""
    kernel = streamed("a", [bytes(MB)] * 120, made={})
    at = kernel.index(_CENTRAL)
    entry, end = kernel[at : kernel.rindex(b"PK\x05\x06")], kernel[kernel.rindex(b"PK\x05\x06") :]
    count = size.of(5_000)
    total = entry * count
    fields = [*struct.unpack("<4s4H2LH", end[:22])]
    fields[3:6] = [count, count, len(total)]
    return kernel[:at] + total + struct.pack("<4s4H2LH", *fields)


@hostile("bomb", "damaged", "too_large:memory", "zip_bomb")
def a_directory_that_calls_a_bomb_small(_: Random, size: Size) -> bytes:
    megabytes = size.of(1_200, least=120)
    head, tail = sheet_xml().encode().split(b"</sheetData>")
    data = streamed(SHEET, _blanks(megabytes, head, b"</sheetData>" + tail))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo(SHEET).file_size
    return data.replace(true.to_bytes(4, "little"), (9_000).to_bytes(4, "little"))


@hostile("bomb", "zip_bomb", "damaged")
def a_directory_that_calls_a_sheet_four_gigabytes(_: Random, _size: Size) -> bytes:
    data = book()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo(SHEET).file_size
    at = data.index(_CENTRAL)
    return data[:at] + data[at:].replace(true.to_bytes(4, "little"), (0xFFFFFFF0).to_bytes(4, "little"))


@hostile("bomb", "zip_bomb", "too_large:memory", "damaged")
def a_bomb_below_every_ratio(chance: Random, size: Size) -> bytes:
    """Long cells that hardly shrink, each used by thousands of others: small as a file, large as a table."""
    long_text = "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(32_000))
    strings = f"<sst><si><t>{long_text}</t></si></sst>"
    line = "<row>{}</row>".format('<c t="s"><v>0</v></c>' * 40)
    sheet = f"<worksheet><sheetData>{line * size.of(20_000, least=1_500)}</sheetData></worksheet>"
    return book(sheet, extra={STRINGS: strings})


@hostile("bomb", "not_a_table:archive", seeds=3)
def zips_in_zips(chance: Random, size: Size) -> bytes:
    data = bytes(size.of(100 * MB))
    for depth in range(chance.randrange(3, 12)):
        data = zipped({f"{depth}-{at}.zip": data for at in range(chance.randrange(1, 4))})
    return data


@hostile("container", "not_a_table:archive")
def a_workbook_in_a_zip(_: Random, _size: Size) -> bytes:
    return zipped({"台账.xlsx": book()})


@hostile("container", "not_a_table:archive", file_name="台账.zip")
def a_folder_of_tables(_: Random, _size: Size) -> bytes:
    return zipped({f"{at}月/台账.csv": text(people(first=at * 100)).encode() for at in range(1, 13)})


@hostile("container", "not_a_table:document", file_name="台账.docx")
def a_word_document(_: Random, _size: Size) -> bytes:
    return zipped({"word/document.xml": b"<w:document/>", "[Content_Types].xml": b"<Types/>"})


@hostile("container", "not_a_table:archive")
def an_empty_zip(_: Random, _size: Size) -> bytes:
    return zipped({})


@hostile("container", "encrypted_workbook")
def parts_locked_by_the_zip(_: Random, _size: Size) -> bytes:
    data = bytearray(book())
    at = data.index(_CENTRAL)
    while (at := data.find(_CENTRAL, at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def _method(data: bytes, method: int) -> bytes:
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 8), (_CENTRAL, 10)):
        at = -1
        while (at := changed.find(mark, at + 1)) >= 0:
            changed[at + place : at + place + 2] = method.to_bytes(2, "little")
    return bytes(changed)


for _number in (1, 6, 9, 93, 95, 99, 0xFFFF):

    @hostile("container", "damaged", "encrypted_workbook", name=f"packed_by_method_{_number}")
    def _packed(_: Random, _size: Size, method: int = _number) -> bytes:
        return _method(book(), method)


@twin("container", loaded=12)
def parts_not_packed_at_all(_: Random, _size: Size) -> bytes:
    return zipped(parts(), method=zipfile.ZIP_STORED, level=None)


@hostile("container", "rows", "damaged", loaded=12)
def parts_packed_by_bzip2(_: Random, _size: Size) -> bytes:
    return zipped(parts(), method=zipfile.ZIP_BZIP2)


@hostile("container", "rows", "damaged", loaded=12)
def parts_packed_by_lzma(_: Random, _size: Size) -> bytes:
    return zipped(parts(), method=zipfile.ZIP_LZMA, level=None)


_NAMES = (
    "../../../../tmp/anye-was-here.xml", "/etc/cron.d/anye", "C:\\Windows\\anye.xml", "xl\\..\\..\\anye", "a\x00b.xml",
    "con", "\x1b[2J", "\u202elmx.exe", "名" * 20_000, "xl/worksheets/../worksheets/x.xml", "https://example.org/x.xml", "",
)  # fmt: skip
for _at, _name in enumerate(_NAMES):

    @hostile("container", "rows", "damaged", loaded=12, name=f"a_part_with_a_name_of_its_own_{_at}")
    def _part_named(_: Random, _size: Size, part: str = _name) -> bytes:
        return zipped([*parts().items(), (part, b"<x/>")])


@hostile("container", "rows", "damaged", loaded=12)
def two_parts_of_one_name(_: Random, _size: Size) -> bytes:
    import warnings

    other = sheet_xml(people(first=500)).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the second of a name is what is wanted here
        return zipped([*parts().items(), (SHEET, other)])


@twin("container", loaded=12)
def part_names_in_capitals(_: Random, _size: Size) -> bytes:
    return zipped({name.upper() if name == SHEET else name: part for name, part in parts().items()})


@hostile("container", "not_a_table:program")
def a_program_before_the_zip(_: Random, _size: Size) -> bytes:
    return b"MZ\x90\x00" + bytes(512) + book()


@hostile("container", "rows", "damaged", "not_a_table:archive", loaded=12)
def a_comment_that_looks_like_a_directory(_: Random, _size: Size) -> bytes:
    data = bytearray(book())
    comment = (_CENTRAL + b"PK\x05\x06" + bytes(40)) * 1_000
    data[-2:] = len(comment).to_bytes(2, "little")
    return bytes(data) + comment


@hostile("container", "rows", "damaged", loaded=12)
def more_bytes_behind_the_end(chance: Random, _size: Size) -> bytes:
    return book() + chance.randbytes(5_000)


@hostile("container", "damaged", seeds=8)
def cut_short(chance: Random, _size: Size) -> bytes:
    data = book()
    return data[: chance.randrange(4, len(data) - 22)]


@hostile("container", "damaged", "encoding_unknown", "not_a_table:binary", seeds=3)
def its_beginning_gone(chance: Random, _size: Size) -> bytes:
    data = book()
    return data[chance.randrange(5, 500) :]


@hostile("container", "damaged", seeds=3)
def holes_of_zeros(chance: Random, _size: Size) -> bytes:
    """A stick that was pulled out: a block of the file was never written."""
    data = bytearray(zipped(parts(sheet_xml(people(300)))))
    at = chance.randrange(200, len(data) // 2)
    data[at : at + 2_048] = bytes(2_048)
    return bytes(data)


@hostile("flipped", "damaged", "unsafe_xml", "zip_bomb", "encrypted_workbook", "not_a_table:archive", "rows",
         "heading_unknown", "heading_unknown:none", "too_large:memory", "no_rows", "too_many_columns", loaded=12, seeds=12)  # fmt: skip
def a_bit_of_a_packed_workbook(chance: Random, _size: Size) -> bytes:
    return _flipped(book(), chance)


@hostile("flipped", "damaged", "rows", loaded=12, seeds=12)
def a_bit_of_an_unpacked_string(chance: Random, _size: Size) -> bytes:
    """The names stand in the clear among the shared strings: only the checksum tells that one of them has changed."""
    strings = "".join(f"<si><t>{name}</t></si>" for row in people() for name in row[4:5])
    rows = [[*row[:4], f'<c r="E{line}" t="s"><v>{line - 2}</v></c>', *row[5:]] for line, row in enumerate(people(), 2)]
    part = f"<sst>{strings}</sst>".encode()
    data = bytearray(zipped(parts(sheet_xml(rows), extra={STRINGS: part}), method=zipfile.ZIP_STORED, level=None))
    begun = data.index(part) + part.index(b"<t>") + 3
    for at in range(begun + chance.randrange(6), begun + len(part) - 40):
        if data[at] >= 0x80:
            data[at] ^= 1 << chance.randrange(3)
            break
    return bytes(data)


@hostile("flipped", "damaged", seeds=4)
def a_bit_of_an_unpacked_sheet(chance: Random, _size: Size) -> bytes:
    data = bytearray(zipped(parts(), method=zipfile.ZIP_STORED, level=None))
    part = parts()[SHEET]
    at = data.index(part) + chance.randrange(part.index("张伟".encode()), len(part))
    data[at] ^= 1 << chance.randrange(7)
    return bytes(data)


def _flipped(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        changed[chance.randrange(4, len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@hostile("container", "damaged")
def the_index_left_out(_: Random, _size: Size) -> bytes:
    return zipped({name: part for name, part in parts().items() if name != LINKS})


@hostile("container", "not_a_table:archive", "damaged")
def the_workbook_left_out(_: Random, _size: Size) -> bytes:
    return zipped({name: part for name, part in parts().items() if name != BOOK})


@hostile("container", "damaged")
def the_sheet_left_out(_: Random, _size: Size) -> bytes:
    return zipped({name: part for name, part in parts().items() if name != SHEET})


@hostile("container", "damaged", "rows", loaded=12)
def the_way_to_the_workbook_left_out(_: Random, _size: Size) -> bytes:
    """A package has to say which of its parts is the workbook; some readers look at the usual place all the same."""
    return zipped({name: part for name, part in parts().items() if name != PACKAGE_LINKS})


@twin("container", loaded=12)
def nothing_but_what_must_be_there(_: Random, _size: Size) -> bytes:
    links = f'<Relationships><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    made = parts(extra={LINKS: links})
    return zipped({name: made[name] for name in (PACKAGE_LINKS, BOOK, SHEET, LINKS)})
