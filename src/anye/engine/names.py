"""Names of people as registers write them: a key to compare by, wildcards, several people in a cell, damaged text.

The key is for comparing only; what is shown and kept is the name as written.
"""

from __future__ import annotations

import codecs
import importlib.resources
import re
from functools import cache

import polars as pl

_FEW = 1000
WILDCARDS = "?*〇○"  # each stands for one character that was masked, or could not be typed

_DOTS = r"[·•‧・･∙⋅●˙．.﹒｡。]"
_NOTE = r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>|【[^【】]*】|〔[^〔〕]*〕|〈[^〈〉]*〉|《[^《》]*》|「[^「」]*」"
_OPEN_NOTE = r"[(\[【〔].*$"
_GAPS = r"[\s\p{Cf}\p{Cc}'‘’`´]"


def name_key(s: pl.Series) -> pl.Series:
    """String series → keys: NFKC, bracketed notes dropped, traditional to simplified, dots and spaces out, upper case.

    Null stays null; a cell of nothing but notes and dots gives ''. Wildcards stay. One-character variants fall together
    (於 and 于), so keys say "may be the same name", never "is the same person".
    """
    loose = pl.col("name").str.normalize("NFKC").str.replace_all(_NOTE, "").str.replace(f"(?s){_OPEN_NOTE}", "")
    bare = loose.str.replace_all(rf"{_DOTS}|{_GAPS}", "").str.to_uppercase()
    keys = pl.DataFrame({"name": s.cast(pl.String)}).select(bare.alias("name"))["name"]
    return _simplified(keys).alias(s.name)


def name_key_of(text: str) -> str:
    """The key of one name, by the rule of `name_key`."""
    key: str = name_key(pl.Series([text], dtype=pl.String)).item()
    return key


def grams(keys: pl.Series) -> pl.Series:
    """Series of name keys → List(String): their distinct pieces of one and two characters, without wildcards."""
    marked = f"[{re.escape(WILDCARDS)}]"
    ones = pl.col("key").str.extract_all(r"(?s).")
    # Pairs from every first and from every second character on: a pattern cannot overlap itself.
    pairs = [part.str.extract_all(r"(?s)..") for part in (pl.col("key"), pl.col("key").str.slice(1))]
    pieces = pl.concat_list(ones, *pairs).list.eval(pl.element().filter(~pl.element().str.contains(marked)))
    frame = pl.DataFrame({"key": keys.cast(pl.String)})
    return frame.select(pieces.list.unique(maintain_order=True).alias(keys.name))[keys.name]


def grams_of(key: str) -> list[str]:
    """The pieces of one name key, by the rule of `grams`."""
    return grams(pl.Series("key", [key], dtype=pl.String)).to_list()[0] or []


def names_agree(a: pl.Series, b: pl.Series) -> pl.Series:
    """Two series of names → Boolean, never null: keys equal, or one fits the other's wildcards.

    A wildcard stands for exactly one character, and beside it a character after the first has to be equal: 张?? fits
    the whole family. A missing or empty name agrees with nothing.
    """
    frame = pl.DataFrame({"a": name_key(a), "b": name_key(b)})
    marked = f"[{re.escape(WILDCARDS)}]"
    is_marked = pl.col("a").str.contains(marked) | pl.col("b").str.contains(marked)
    is_same = (pl.col("a") == pl.col("b")) & (pl.col("a") != "")
    frame = frame.with_columns(
        is_marked.fill_null(value=False).alias("is_marked"), is_same.fill_null(value=False).alias("same")
    )
    pairs = frame.filter(pl.col("is_marked")).select("a", "b").drop_nulls().unique()
    if pairs.is_empty():
        return frame["same"].alias("names_agree")
    fits = pairs.with_columns(pl.Series("fits", [_fits(*pair) for pair in pairs.iter_rows()], dtype=pl.Boolean))
    joined = frame.join(fits, on=["a", "b"], how="left", maintain_order="left")
    agreed = pl.when(pl.col("is_marked")).then(pl.col("fits").fill_null(value=False)).otherwise(pl.col("same"))
    return joined.select(agreed.alias("names_agree"))["names_agree"]


def do_names_agree(a: str | None, b: str | None) -> bool:
    """Whether two names agree, by the rule of `names_agree`."""
    agreed: bool = names_agree(pl.Series([a], dtype=pl.String), pl.Series([b], dtype=pl.String)).item()
    return agreed


def _fits(a: str, b: str) -> bool:
    if len(a) != len(b):
        return False
    equal_after_first = 0
    for place, (left, right) in enumerate(zip(a, b, strict=True)):
        if left in WILDCARDS or right in WILDCARDS:
            continue
        if left != right:
            return False
        equal_after_first += place > 0
    return equal_after_first > 0


# ── Several people in a cell ──────────────────────────────────────────────────────────────────────────────────────────

_ONE = r"(?:\p{Han}+(?:[·•‧・∙⋅]\p{Han}+)+|\p{Han}{2,4})"  # a minority name with dots is one person
_BETWEEN = r"[、,/;|\n\r]+"
_OTHERS = r"(?:等(?:[0-9一二三四五六七八九十两]+[人名口])?)?"
_LIST = rf"^\s*{_ONE}(?:{_BETWEEN}{_ONE})+{_OTHERS}[、,/;|\s]*$"
_AND_OTHERS = rf"^\s*{_ONE}等(?:[0-9一二三四五六七八九十两]+[人名口])$"
# 和 is a given name's character as well (张和平, 阿依和加): it joins two names only where each begins with a common surname.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤冉牟代古蒲游粟"
)
_JOINED = rf"^\s*[{SURNAMES}]\p{{Han}}{{1,2}}[和与及][{SURNAMES}]\p{{Han}}{{1,2}}{_OTHERS}\s*$"


def several_people(s: pl.Series) -> pl.Series:
    """String series → Boolean: two or more names in one cell (、 , / ; 和 or line breaks between them). Null gives False."""
    plain = pl.col("name").str.normalize("NFKC").str.replace_all(_NOTE, "").str.replace_all(r"[ \t]", "")
    is_several = plain.str.contains(_LIST) | plain.str.contains(_AND_OTHERS) | plain.str.contains(_JOINED)
    frame = pl.DataFrame({"name": s.cast(pl.String)})
    return frame.select(is_several.fill_null(value=False).alias(s.name))[s.name]


def is_several_people(text: str | None) -> bool:
    """Whether one cell names several people, by the rule of `several_people`."""
    several: bool = several_people(pl.Series([text], dtype=pl.String)).item()
    return several


# ── Damaged text ──────────────────────────────────────────────────────────────────────────────────────────────────────

# Continuation bytes 80-BF as Latin-1 or Windows-1252 show them.
_TAIL = r"[\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_DAMAGE_AS_WRITTEN = "|".join(
    (
        r"\x{FFFD}|[\x{80}-\x{9F}]|锟斤|烫烫烫|屯屯屯",
        r"[Â-ô][¡-¶¸-¿]",  # two bytes of UTF-8 as Latin-1 (Ã©); not é· or a space after é, which names in Latin script have
        rf"[ä-é]{_TAIL}{_TAIL}",  # three bytes: one hanzi
        r"[¡-ÿ]{4}|^[¡-ÖØ-\x{7FF}]{2,}$",  # hanzi of GBK as Latin-1 (ÕÅÈý), or whole as two-byte UTF-8 (һһ)
        r"[\x{2501}-\x{259F}]|[\x{FF61}-\x{FF9F}]{2}",  # GBK as an old code page's lines, or as half-width kana
    )
)
# One byte slipped or a note put inside a two-byte character: the printed damage D1-D7 of a public web copy.
_BYTE_LOST = r"\?!\p{Han}|\p{Han}[\^{]|\?{2,}!|^\?{2,}$"  # 。” read one byte off, before rare hanzi such as 庇灞眳
_NOTE_OF_PINYIN = r"\?[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+\)"  # its ( went with half a character


def is_mojibake(s: pl.Series) -> pl.Series:
    """String series → Boolean: text that passed through a wrong encoding or lost a byte. Null gives False.

    Such a cell is shown to a person and never loaded: its rare hanzi would pass for a name. A single ? is a wildcard.
    """
    slipped = pl.col("name").str.normalize("NFKC").str.contains(f"{_BYTE_LOST}|{_NOTE_OF_PINYIN}")
    damaged = pl.col("name").str.contains(_DAMAGE_AS_WRITTEN) | slipped
    frame = pl.DataFrame({"name": s.cast(pl.String)})
    is_damaged = frame.select(damaged.fill_null(value=False).alias(s.name))[s.name]
    suspects = frame["name"].unique().drop_nulls()
    suspects = suspects.filter(suspects.str.contains(_first_of_misread_utf8()))
    misread = suspects.filter(pl.Series([_is_utf8_read_as_gbk(text) for text in suspects], dtype=pl.Boolean))
    return (
        is_damaged if misread.is_empty() else is_damaged | frame["name"].is_in(misread.implode()).fill_null(value=False)
    )


def is_mojibake_text(text: str | None) -> bool:
    """Whether one text is damaged, by the rule of `is_mojibake`."""
    damaged: bool = is_mojibake(pl.Series([text], dtype=pl.String)).item()
    return damaged


@cache
def _first_of_misread_utf8() -> str:
    """A pattern: the text begins with a character whose first GBK byte (E4-E9) also begins a hanzi in UTF-8."""
    pairs = (bytes((lead, trail)) for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
    return f"^[{''.join(pair.decode('gb18030', errors='ignore') for pair in pairs)}]"


def _is_utf8_read_as_gbk(text: str) -> bool:
    """寮犱笁 for 张三: the GBK bytes spell two or more everyday hanzi in UTF-8, but for a last one cut short."""
    raw = text.rstrip("?\ufffd").encode("gb18030", errors="replace")
    try:
        read = codecs.getincrementaldecoder("utf-8")().decode(raw)
        read.encode("gb2312")
    except UnicodeError:
        return False
    return len(read) > 1 and all("\u4e00" <= character <= "\u9fa5" for character in read)


# ── Traditional to simplified ─────────────────────────────────────────────────────────────────────────────────────────


@cache
def simplified_characters() -> dict[str, str]:
    """Traditional → simplified, a character each, from OpenCC's TSCharacters (Apache-2.0); the first reading is taken."""
    text = (importlib.resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if "\t" in line)
    table = {traditional: readings.split()[0] for traditional, readings in pairs}
    # 薴 becomes 苧, which is itself traditional for 苎: followed to the end, or the key of a key would be another key
    return {c: table.get(simple, simple) for c, simple in table.items() if c != simple}


def _simplified(s: pl.Series) -> pl.Series:
    table = simplified_characters()
    traditional = s.unique().drop_nulls()
    if len(traditional) > _FEW:  # below, building the search for 4,000 characters costs more than it saves
        traditional = traditional.filter(traditional.str.contains_any(list(table)))
    if traditional.is_empty():
        return s
    translation = str.maketrans(table)
    return s.replace(traditional, pl.Series([name.translate(translation) for name in traditional], dtype=pl.String))
