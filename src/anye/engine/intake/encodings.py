"""Which encoding a text file is in: UTF-8, UTF-16, UTF-32 or GB18030. Nothing else is guessed at.

Almost any bytes pass as GB18030, so its text must also look like Chinese: mostly first-level hanzi of GB 2312 (99.7% of
running text) and full-width punctuation. Big5 and Western code pages fail that test and are refused, not misread.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from anye.engine.errors import FileFault

LONGEST_LINE_BYTES = 120_000
"""Longer lines are no table; it also keeps every cell under the csv module's limit of 131,072 characters."""

_CHUNK = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_CHARACTERS = 20_000
_PLAUSIBLE_SHARE = 0.6
_WIDE_NULS_SHARE = 0.02
_USUAL_WIDE = re.compile("[\t\r\n -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def encoding_of(path: Path) -> str:
    """Name the codec that reads the whole file. Raises FileFault: encoding_unknown (line, byte), not_a_table (kind)."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    wide = None if marked else _unmarked_utf16(head)
    if marked or wide:
        codec = marked or wide or ""
        bad_line, bad_byte = _first_undecodable(path, codec)
        if bad_line:
            raise FileFault("encoding_unknown", {"line": bad_line, "byte": bad_byte})
        return codec
    bad_line, bad_byte = _first_undecodable(path, "utf-8")
    if not bad_line:
        return "utf-8"
    if not _first_undecodable(path, "gb18030")[0] and _reads_like_chinese(path):
        return "gb18030"
    raise FileFault("encoding_unknown", {"line": bad_line, "byte": bad_byte})


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark, told by which byte order gives digits, delimiters and hanzi. Refuses binaries."""
    if head.count(0) < _WIDE_NULS_SHARE * len(head):
        return None
    even = head[: len(head) // 2 * 2]
    shares = {codec: _wide_share(even.decode(codec, "replace")) for codec in ("utf-16-le", "utf-16-be")}
    codec = max(shares, key=lambda name: shares[name])
    if shares[codec] < 0.9:
        raise FileFault("not_a_table", {"kind": "binary"})
    return codec


def _wide_share(text: str) -> float:
    return len(_USUAL_WIDE.findall(text)) / max(len(text), 1)


def _first_undecodable(path: Path, codec: str) -> tuple[int, int]:
    """Decode the file in chunks. Returns (0, 0) when all is well, else line and byte of the first fault, from 1."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    lines, read, run = 1, 0, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            run = _check_line_length(chunk, run)
            held = decoder.getstate()[0]
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                good = (held + chunk)[: error.start].decode(codec, "ignore")
                return lines + good.count("\n"), read - len(held) + error.start + 1
            if not chunk:
                return 0, 0
            read += len(chunk)


def _check_line_length(chunk: bytes, run: int) -> int:
    """Bytes since the last line end, given those before this chunk. Refuses a line too long."""
    end = b"\n" if b"\n" in chunk else b"\r"
    first = chunk.find(end)
    if run + (first if first >= 0 else len(chunk)) > LONGEST_LINE_BYTES:
        raise FileFault("not_a_table", {"kind": "long_line"})
    return len(chunk) - chunk.rfind(end) - 1 if first >= 0 else run + len(chunk)


def _reads_like_chinese(path: Path) -> bool:
    seen = usual = 0
    with path.open(encoding="gb18030", newline="") as file:
        while seen < _SAMPLE_CHARACTERS and (text := file.read(_CHUNK)):
            wide = [c for c in text if c > "\x7f"]
            seen += len(wide)
            usual += sum(map(_is_usual, wide))
    return usual >= _PLAUSIBLE_SHARE * seen


def _is_usual(character: str) -> bool:
    """First-level hanzi (rows B0–D7) or the punctuation, numerals and full-width forms (rows A1–A3) of GB 2312."""
    try:
        row = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= row <= 0xA3 or 0xB0 <= row <= 0xD7
