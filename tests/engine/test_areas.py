"""Areas by code and by name: what is certain resolves, the rest is left to a person with suggestions."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.areas import AreaIndex, Resolved, area_code, area_key


@dataclass(frozen=True)
class Row:
    code: str
    level: str
    parent: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


def yubei() -> Iterator[Row]:
    text = (files("anye.packs") / "cn_yubei" / "areas.csv").read_text(encoding="utf-8-sig")
    for row in csv.DictReader(text.splitlines()):
        yield Row(row["code"], row["level"], row["parent"], row["name"])


ROWS = list(yubei())
NAMES = {row.code: row.name for row in ROWS}
INDEX = AreaIndex.from_rows(ROWS)

CIZHU, YULAN = "500112140000", "500112140203"
DAWAN, YUNLONG = "500112135000", "500112143206"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("玉兰村村民委员会", "玉兰村"),
        ("玉兰村委会", "玉兰村"),
        ("玉兰村", "玉兰村"),
        ("玉兰村民委员会", "玉兰村"),
        ("玉兰村村委会", "玉兰村"),
        ("玉蘭村", "玉兰村"),
        ("青松嘎查村民委员会", "青松嘎查"),
        ("青松社区村委会", "青松"),
        ("村委会", "村委会"),
        ("兴隆社区居民委员会", "兴隆"),
        ("兴隆社区", "兴隆"),
        ("兴隆社区居委会", "兴隆"),
        ("某某居民委员会", "某某"),
        ("双龙湖街道办事处", "双龙湖街道"),
        ("茨竹镇人民政府", "茨竹镇"),
        (" 茨竹 镇 ", "茨竹镇"),
        ("社区", "社区"),
        ("", ""),
    ],
)
def test_a_name_without_its_official_ending(name: str, key: str) -> None:
    assert area_key(name) == key


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("500112", "500112000000"),
        ("500112140", CIZHU),
        (YULAN, YULAN),
        (" 500112140203 ", YULAN),
        ("'500112140203", YULAN),
        ("500112140203.0", YULAN),
        ("５００１１２", "500112000000"),
        ("50011", None),
        ("5001121402031", None),
        ("茨竹镇", None),
        (None, None),
        ("", None),
    ],
)
def test_a_code_is_padded_to_twelve_digits(text: str | None, code: str | None) -> None:
    assert area_code(text) == code


def test_every_area_of_the_district_is_found_by_its_own_names() -> None:
    for row in ROWS:
        is_committee = row.level in ("village", "community")
        pair = (NAMES[row.parent], row.name) if is_committee else (row.name, None)
        assert INDEX.resolve_one(*pair) == Resolved(row.code), row
        if is_committee:
            assert INDEX.resolve_one(NAMES[row.parent], area_key(row.name)) == Resolved(row.code)
            assert INDEX.resolve_one(None, "重庆市渝北区" + NAMES[row.parent] + row.name + "3组") == Resolved(row.code)
        assert INDEX.resolve_one(None, None, row.code) == Resolved(row.code)


@pytest.mark.parametrize(
    ("town", "village", "code", "found"),
    [
        ("茨竹镇", "玉兰村", None, YULAN),
        ("茨竹", "玉兰", None, YULAN),
        ("渝北区茨竹镇", "玉兰村", None, YULAN),
        ("茨竹镇", "茨竹镇玉兰村", None, YULAN),
        ("茨竹镇", "玉兰村三社", None, YULAN),
        (None, "玉兰村", None, YULAN),
        ("茨竹镇", None, None, CIZHU),
        ("茨竹镇", "", None, CIZHU),
        (None, "茨竹镇", None, CIZHU),
        ("兴隆镇", "兴隆社区", None, "500112138001"),
        ("洛碛镇", "兴隆社区", None, "500112144003"),
        (None, None, "500112140", CIZHU),
        ("茨竹镇", "玉兰村", "500112140", YULAN),  # the name lies below the code's tier
        ("茨竹镇", None, YULAN, YULAN),  # and the other way round
    ],
)
def test_certain_places_resolve(town: str | None, village: str | None, code: str | None, found: str) -> None:
    assert INDEX.resolve_one(town, village, code) == Resolved(found)


def test_a_village_under_the_wrong_town_is_a_question_with_its_namesake() -> None:
    assert INDEX.resolve_one("大湾镇", "云龙村") == Resolved(None, "unknown_pair", (YUNLONG,))
    assert INDEX.resolve_one("大盛镇", "云龙村") == Resolved(YUNLONG)  # the control


def test_a_name_that_two_places_bear_is_a_question_with_both() -> None:
    assert INDEX.resolve_one(None, "兴隆社区") == Resolved(None, "unknown_pair", ("500112138001", "500112144003"))


def test_a_misspelt_village_is_unknown_with_the_towns_nearest() -> None:
    assert INDEX.resolve_one("茨竹镇", "玉栏村") == Resolved(None, "unknown", (YULAN,))


@pytest.mark.parametrize("code", [YULAN, "500112"[:3] + "999140203"])
def test_a_code_that_its_names_contradict_is_never_taken(code: str) -> None:
    answer = INDEX.resolve_one("大湾镇", "云龙村", code)
    assert (answer.area_code, answer.problem) == (None, "unknown_pair")
    assert YUNLONG in answer.suggestions


def test_a_code_beside_another_places_name_is_a_question_with_both() -> None:
    assert INDEX.resolve_one("大湾镇", None, YULAN) == Resolved(None, "unknown_pair", (DAWAN, YULAN))


@pytest.mark.parametrize(
    ("town", "village", "code"), [("某镇", "某某村", None), (None, None, "990001000000"), (None, None, "abc")]
)
def test_what_nobody_knows_is_unknown(town: str | None, village: str | None, code: str | None) -> None:
    assert INDEX.resolve_one(town, village, code) == Resolved(None, "unknown", ())


@pytest.mark.parametrize("blank", [None, "", " ", "-", "/"])
def test_nothing_said_is_no_problem(blank: str | None) -> None:
    assert INDEX.resolve_one(blank, blank, blank) == Resolved()


@pytest.mark.parametrize("official", ["大坪村民委员会", "大坪村村民委员会", "大坪村委会", "大坪村村委会", "大坪村"])
@pytest.mark.parametrize("written", ["大坪村", "大坪", "大坪村委会", "大坪村民委员会", "大坪村3组", "大坪村村民委员会"])
def test_lists_that_write_a_committee_in_one_way_meet_ledgers_that_write_it_in_another(
    official: str, written: str
) -> None:
    town = Row("990001100000", "town", "990001000000", "甲子镇")
    index = AreaIndex.from_rows([town, Row("990001100201", "village", town.code, official)])
    assert index.resolve_one("甲子镇", written) == Resolved("990001100201")
    assert index.resolve_one("甲子鎮", f"甲子鎮{written}") == Resolved("990001100201")


def test_a_short_form_that_could_mean_two_places_is_not_taken() -> None:
    rows = [
        Row("990001100000", "town", "990001000000", "甲子镇"),
        Row("990001100001", "community", "990001100000", "东方社区居民委员会"),
        Row("990001100201", "village", "990001100000", "东方村村民委员会"),
        Row("990001100202", "village", "990001100000", "西方村村民委员会"),
    ]
    index = AreaIndex.from_rows(rows)
    assert index.resolve_one("甲子镇", "东方") == Resolved(
        "990001100001"
    )  # the community's own key, not the village's short one
    assert index.resolve_one("甲子镇", "东方村") == Resolved("990001100201")
    assert index.resolve_one("甲子镇", "西方") == Resolved("990001100202")
    twice = [*rows, Row("990001100203", "village", "990001100000", "西方嘎查村民委员会")]
    assert AreaIndex.from_rows(twice).resolve_one("甲子镇", "西方").problem == "unknown"


def test_a_renamed_area_is_found_by_both_names_and_an_abolished_one_yields_to_a_standing_namesake() -> None:
    town = Row("990001100000", "town", "990001000000", "甲子镇", date(2000, 1, 1))
    old = Row("990001100201", "village", town.code, "旧名村村民委员会", date(2000, 1, 1), date(2019, 12, 31))
    new = Row("990001100201", "village", town.code, "新名村村民委员会", date(2020, 1, 1))
    gone = Row("990001100202", "village", town.code, "共和村村民委员会", date(2000, 1, 1), date(2019, 12, 31))
    index = AreaIndex.from_rows([new, town, old, gone])
    assert index.resolve_one("甲子镇", "旧名村") == index.resolve_one("甲子镇", "新名村") == Resolved(new.code)
    assert index.resolve_one("甲子镇", "共和村") == Resolved(gone.code)
    heir = Row("990001100203", "village", town.code, "共和村村民委员会", date(2020, 1, 1))
    assert AreaIndex.from_rows([town, gone, heir]).resolve_one("甲子镇", "共和村") == Resolved(heir.code)


def test_rows_that_close_a_loop_end() -> None:
    loop = [
        Row("990001100000", "town", "990001200000", "甲子镇"),
        Row("990001200000", "town", "990001100000", "乙丑镇"),
    ]
    assert AreaIndex.from_rows(loop).resolve_one("甲子镇", None) == Resolved("990001100000")
    below = Row("990001100201", "village", "990001100000", "东方村村民委员会")
    assert AreaIndex.from_rows([*loop, below]).resolve_one("甲子镇", "东方村") == Resolved(below.code)


parts = st.none() | st.sampled_from([*NAMES.values(), "某村", "兴隆社区", "云龙村", "渝北区茨竹镇玉兰村", "茨竹", ""])
cells = st.none() | st.sampled_from([*NAMES, "500112", "abc", ""])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(parts, parts, cells), min_size=1, max_size=20))
def test_columns_resolve_as_their_rows_do(triples: list[tuple[str | None, str | None, str | None]]) -> None:
    columns = [pl.Series([triple[i] for triple in triples], dtype=pl.String) for i in range(3)]
    resolved = INDEX.resolve(*columns)
    assert resolved.columns == ["area_code", "problem", "suggestions"]
    for triple, (code, problem, suggestions) in zip(triples, resolved.iter_rows(), strict=True):
        one = INDEX.resolve_one(*triple)
        assert (code, problem, tuple(suggestions)) == (one.area_code, one.problem, one.suggestions)
        assert code is None or problem is None
        assert code is None or code in NAMES
        assert set(suggestions) <= set(NAMES)
