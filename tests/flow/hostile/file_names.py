"""Honest registers under names that are no names of files."""

from __future__ import annotations

from random import Random

from tests.flow.hostile.books import people, text
from tests.flow.hostile.cases import Size, hostile

FILE_NAMES = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "台" * 300 + ".csv",
    "台账\x00.csv",
    "台账\n.csv",
    "\x1b[2J.csv",
    "\u202excl.台账",
    "con.csv",
    "=cmd|'/c calc'!A0.csv",
    "<script>alert(1)</script>.csv",
    "{file}.csv",
    "%s%n.csv",
    "2020年" * 60 + ".csv",
    "2020-1" * 50,
    "'; DROP TABLE batch; --.csv",
    "台账\udcff.csv",
    ".csv",
    "",
    " ",
    "台账.csv.exe",
    "台账.xlsx",
    "2020年13月.csv",
    "9" * 300,
)
for _at, _said in enumerate(FILE_NAMES):

    @hostile("names", "rows", file_name=_said, loaded=12, name=f"a_file_named_oddly_{_at}")
    def _named(_: Random, _size: Size, at: int = _at) -> bytes:
        return text(people(first=12 * at)).encode()
