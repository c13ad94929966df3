"""Names: keys to compare by, wildcards, several people in a cell, and damaged text."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.names import (
    do_names_agree,
    grams,
    grams_of,
    is_mojibake,
    is_mojibake_text,
    is_several_people,
    name_key,
    name_key_of,
    names_agree,
    several_people,
    simplified_characters,
)

hanzi = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
common = st.sampled_from("一丁三明华强国文英玉兰秀芳建军平和小大春红梅勇志张王李赵欧阳司马")
names = st.text(common, min_size=2, max_size=4)
messes = st.one_of(
    st.none(),
    names,
    st.text(hanzi, max_size=5),
    st.text(st.sampled_from("张張三·．(（)）?*〇 　Aaü\n、和等3人{^!\ufffd"), max_size=9),
)


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("张三", "张三"),
        ("張三", "张三"),
        (" 张　三 ", "张三"),
        ("张三(户主)", "张三"),
        ("张三（已故）", "张三"),
        ("张三【户主】", "张三"),
        ("张三（户主", "张三"),
        ("張(zhāng)三", "张三"),
        ("買買提·艾力", "买买提艾力"),
        ("买买提.艾力", "买买提艾力"),
        ("买买提•艾力", "买买提艾力"),
        ("买买提‧艾力", "买买提艾力"),
        ("买买提．艾力", "买买提艾力"),
        ("李*", "李*"),
        ("李＊？", "李*?"),
        ("於菲", "于菲"),
        ("José", "JOSÉ"),
        ("张\u200b三", "张三"),
        ("'张三", "张三"),
        ("", ""),
        ("(无)", ""),
    ],
)
def test_the_key_of_a_name(written: str, key: str) -> None:
    assert name_key_of(written) == key


@settings(max_examples=25, deadline=None)
@given(st.lists(messes, max_size=20))
def test_keys_of_a_column_are_the_keys_of_its_cells_and_keys_of_keys_stay(cells: list[str | None]) -> None:
    column = pl.Series("n", cells, dtype=pl.String)
    keys = name_key(column)
    assert keys.name == "n"
    assert keys.to_list() == [None if cell is None else name_key_of(cell) for cell in cells]
    assert name_key(keys).to_list() == keys.to_list()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(hanzi, max_size=6), min_size=1, max_size=20))
def test_traditional_characters_are_simplified_one_by_one(cells: list[str]) -> None:
    table = simplified_characters()
    slow = ["".join(table.get(c, c) for c in unicodedata.normalize("NFKC", cell)) for cell in cells]
    assert name_key(pl.Series(cells)).to_list() == slow


def test_no_simplified_character_is_simplified_again() -> None:
    # a chain would make the key of a key another key
    table = simplified_characters()
    assert {c for c in table.values() if table.get(c, c) != c} == set()


# ── grams ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.text(st.sampled_from("张三丰三三?*〇A"), max_size=6), max_size=15))
def test_grams_are_the_distinct_pieces_of_one_and_two_characters(keys: list[str | None]) -> None:
    found = grams(pl.Series("k", keys, dtype=pl.String)).to_list()
    for key, pieces in zip(keys, found, strict=True):
        if key is not None:
            slow = {key[i : i + n] for i in range(len(key)) for n in (1, 2) if i + n <= len(key)}
            assert len(pieces) == len(set(pieces))
            assert set(pieces) == {piece for piece in slow if not set(piece) & set("?*〇○")}
            assert grams_of(key) == pieces


def test_grams_of_a_name() -> None:
    assert sorted(grams_of("张三丰")) == sorted(["张", "三", "丰", "张三", "三丰"])
    assert grams_of("") == []


# ── agreement ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        ("张三", "張 三", True),
        ("张三", "张三(户主)", True),
        ("买买提·艾力", "买买提艾力", True),
        ("张三", "张四", False),
        ("张?丰", "张三丰", True),
        ("张三丰", "张〇丰", True),
        ("?三", "张三", True),
        ("欧阳*明", "欧阳小明", True),
        ("李?丰", "张三丰", False),
        ("张?", "张三丰", False),
        ("张*丰", "张三小丰", False),
        ("张??", "张三丰", False),
        ("张?", "张三", False),
        ("??", "张三", False),
        ("张〇", "张〇", False),  # surname alone: the whole family
        (None, "张三", False),
        (None, None, False),
        ("", "", False),
        ("(无)", "", False),
    ],
)
def test_names_agree(a: str | None, b: str | None, agree: bool) -> None:
    assert do_names_agree(a, b) is agree
    assert do_names_agree(b, a) is agree


def slow_agree(a: str | None, b: str | None) -> bool:
    if not a or not b or len(a) != len(b):
        return False
    if not (set(a) | set(b)) & set("?*〇"):
        return a == b
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x not in "?*〇" and y not in "?*〇"]
    known_after_first = any(x == y for x, y in list(zip(a, b, strict=True))[1:] if x not in "?*〇" and y not in "?*〇")
    return all(x == y for x, y in pairs) and known_after_first


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.none() | st.text(st.sampled_from("张三丰?*〇"), max_size=3)] * 2), min_size=1, max_size=40)
)
def test_columns_of_names_agree_as_a_slow_reading_says(pairs: list[tuple[str | None, str | None]]) -> None:
    left, right = (pl.Series([pair[side] for pair in pairs], dtype=pl.String) for side in (0, 1))
    assert names_agree(left, right).to_list() == [slow_agree(*pair) for pair in pairs]


# ── several people ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell",
    [
        "张三、李四",
        "张三,李四",
        "张三，李四",
        "张三/李四;王五",
        "张三；李四",
        "张三\n李四",
        "张三\r\n李四",
        "张三和李四",
        "张三与李四",
        "张 三、李 四",
        "张三(夫)、李四(妻)",
        "张三、李四等",
        "张三、李四等5人",
        "张三等3人",
        "买买提·艾力、古丽·汗",
        "欧阳小明、司马大",
    ],
)
def test_a_cell_with_several_people(cell: str) -> None:
    assert is_several_people(cell)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "张三",
        "张 三",
        "张三、",
        "张三(李四之妻)",
        "买买提·艾力",
        "阿卜杜·热合曼·买买提",
        "张和平",
        "和平",
        "欧阳和平",
        "阿依和加姆",
        "阿依和田木",
        "李与时",
        "张三等",
        "张三\n",
        "Li, Si",
    ],
)
def test_a_cell_with_one_person(cell: str | None) -> None:
    assert not is_several_people(cell)


@settings(max_examples=60, deadline=None)
@given(st.lists(names, min_size=2, max_size=5), st.sampled_from(["、", ",", "/", "；", "\n", " 、 "]))
def test_names_joined_by_a_separator_are_several_and_each_alone_is_one(people: list[str], separator: str) -> None:
    assert is_several_people(separator.join(people))
    joined = several_people(pl.Series([*people, separator.join(people)]))
    assert joined.to_list()[-1]
    assert not any(
        is_several
        for person, is_several in zip(people, joined, strict=False)
        if not any(c in person[1:-1] for c in "和")
    )


# ── damage ────────────────────────────────────────────────────────────────────────────────────────────────────────────

PRINTED_DAMAGE = [
    "流程?!庇灞眳^(qū)",
    "訓’?!庇灞眳^(qū)",
    "六?!比蝿?wù)",
    "確?!霸概啾M培",
    "因?yàn)槲{",
    "100元?jiǎng)?wù)工",
    "政策??！",
]
REPAIRED = ["流程。”渝北區", "訓’。”渝北區", "六保”任務", "確保“愿培盡培", "因為吸納", "100元務工", "政策啊！"]


@pytest.mark.parametrize(("printed", "repaired"), list(zip(PRINTED_DAMAGE, REPAIRED, strict=True)))
def test_the_seven_printed_spots_are_found_and_their_repair_is_clean(printed: str, repaired: str) -> None:
    assert is_mojibake_text(printed)
    assert not is_mojibake_text(repaired)


def test_the_printed_damage_is_a_byte_slipped() -> None:
    # the fixture is no invention: words read one byte off give the damage as printed
    words = "。”渝北".encode("gbk")
    assert words[1:].decode("gbk", errors="replace").startswith("！庇灞")


@settings(max_examples=80, deadline=None)
@given(st.text(common, min_size=2, max_size=4))
def test_a_name_in_a_wrong_encoding_is_damaged_and_the_name_itself_is_not(name: str) -> None:
    assert not is_mojibake_text(name)
    utf8, gbk = name.encode(), name.encode("gbk")
    assert is_mojibake_text(utf8.decode("latin-1"))
    assert is_mojibake_text(utf8.decode("cp1252", errors="replace"))
    assert is_mojibake_text(utf8.decode("gb18030", errors="replace"))
    assert is_mojibake_text(gbk.decode("latin-1"))
    assert is_mojibake_text(gbk.decode("utf-8", errors="replace"))


@pytest.mark.parametrize(
    "cell",
    ["Ã©", "锟斤拷", "烫烫烫", "张\ufffd", "寮犱笁", "寮犱笁涓?", "???", "ï»¿张三", "张\x80三", "═⌡╨í├≈"],
)
def test_damage_is_found(cell: str) -> None:
    assert is_mojibake_text(cell)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "张三",
        "José",
        "José·María",
        "José María",
        "Zoë Müller",
        "Renée-Zoë",
        "张?丰",
        "张??",
        "张〇",
        "李*",
        "濮存",
        "栾树",
        "闫妮",
        "汪涵",
        "买买提·艾力",
        "張(zhāng)三",
        "庇灞",
        "张三（户主）",
        "张×",
        "○○",
    ],
)
def test_whole_names_rare_names_and_wildcards_are_no_damage(cell: str | None) -> None:
    assert not is_mojibake_text(cell)


def test_rare_surnames_are_not_taken_for_misread_bytes() -> None:
    # every everyday character after each surname whose GBK bytes could begin a hanzi of UTF-8
    everyday = [bytes((lead, trail)).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFA)]
    column = pl.Series([surname + given for surname in "濮栾逄娄滕骆涂洛" for given in everyday])
    assert is_mojibake(column).sum() == 0
    # bytes that do spell hanzi, but none that anybody uses
    assert "濮板安".encode("gb18030").decode() == "姰尲"
    assert not is_mojibake_text("濮板安")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(messes, st.sampled_from([*PRINTED_DAMAGE, "寮犱笁"])), max_size=20))
def test_columns_answer_as_their_cells_do(cells: list[str | None]) -> None:
    column = pl.Series("n", cells, dtype=pl.String)
    assert is_mojibake(column).to_list() == [is_mojibake_text(cell) for cell in cells]
    assert several_people(column).to_list() == [is_several_people(cell) for cell in cells]
    assert is_mojibake(column).name == several_people(column).name == "n"
