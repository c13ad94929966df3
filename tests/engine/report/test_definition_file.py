"""A definition that cannot be used is refused with its line and the cure; one that can is read as it stands."""

from pathlib import Path

import pytest

from anye.engine.report.definition_file import IndicatorFault, read_indicator
from anye.engine.report.said import sentence
from anye.flow.reporting.tables import COLUMNS
from anye.packs.indicators import read_indicators
from anye.packs.rules import pack_folder, read_rules

CATALOGUE = read_rules(pack_folder("cn_yubei")).catalogue
GOOD = """\
indicator: X01
group: work
title: {zh: 甲, en: A}
says: {zh: "{value}人", en: "{value} people"}
says_one: {en: "{value} person"}
note: {zh: 注, en: note}
unit: person
take: count
count: [person]
lines:
  - {from: enrolment, at: certified_on}
who: 贫困劳动力 AND 年龄 >= 16
"""


def read(text: str, folder: Path) -> object:
    path = folder / "X01.yaml"
    path.write_text(text, encoding="utf-8")
    return read_indicator(path, CATALOGUE, COLUMNS)


def test_a_definition_is_read(tmp_path: Path) -> None:
    found = read(GOOD, tmp_path)
    assert (found.of.count, found.of.period, found.of.lines[0].at) == (("person",), "year", ("certified_on",))  # type: ignore[attr-defined]


def test_one_alone_is_said_as_the_definition_has_it_and_as_any_number_where_it_has_not(tmp_path: Path) -> None:
    found = read(GOOD, tmp_path)
    assert [sentence(found, value, "en") for value in (0, 1, 2)] == ["0 people", "1 person", "2 people"]  # type: ignore[arg-type]
    assert sentence(found, 1, "zh") == "1人"  # type: ignore[arg-type]
    plain = read(GOOD.replace('says_one: {en: "{value} person"}\n', ""), tmp_path)
    assert sentence(plain, 1, "en") == "1 people"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("at: certified_on", "at: certified", "indicator_column", 11),
        ("count: [person]", "count: [persons]", "indicator_column", 9),
        ("from: enrolment", "from: enrolments", "indicator_unknown_value", 11),
        ("{value}人", "人", "indicator_placeholder", 4),
        ("take: count", "take: sum", "indicator_fits", 8),
        ("take: count", "take: share", "indicator_fits", 8),
        ("unit: person", "unit: heads", "indicator_unknown_value", 7),
        ("贫困劳动力 AND", "贫穷 AND", "indicator_formula", 12),
        ("年龄 >= 16", "年龄 + 16", "indicator_formula", 12),
        ("group: work\n", "", "indicator_missing_key", 1),
        ("group: work", "groups: work", "indicator_unknown_key", 2),
        ("title: {zh: 甲, en: A}", "title: {zh: 甲}", "indicator_text", 3),
        ('"{value} person"', '"a person"', "indicator_placeholder", 5),
        ("says_one: {en:", "says_one: {fr:", "indicator_unknown_key", 5),
    ],
)
def test_one_that_cannot_be_used_is_refused_at_its_line(
    old: str, new: str, code: str, line: int, tmp_path: Path
) -> None:
    assert old in GOOD
    with pytest.raises(IndicatorFault) as told:
        read(GOOD.replace(old, new), tmp_path)
    assert (told.value.code, told.value.params["line"]) == (code, line)
    for language in ("zh", "en"):
        assert str(line) in told.value.text(language)


PART = """\
take: part
count: [household]
nobody: 在业
among:
  who: 贫困劳动力
"""
MEASURED = GOOD[GOOD.index("take: count") :]
PAYMENT = "take: mean\nlines:\n  - {from: payment, days: [filed_on, paid_on], working: true}\n"


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        (PART, ""),
        (PART.replace("[household]", "[person]"), "indicator_fits"),
        (PART.replace("among:\n  who: 贫困劳动力\n", ""), "indicator_fits"),
        (PART.replace("在业", "在岗"), "indicator_formula"),
        (PAYMENT, ""),
        (PAYMENT.replace("days: [filed_on, paid_on], ", ""), "indicator_fits"),
        (PAYMENT + "count: [person]\n", "indicator_fits"),
        (MEASURED + "also: year_before\nago: 6\n", ""),
        (MEASURED + "also: yesteryear\n", "indicator_unknown_value"),
        (MEASURED + "top: village\n", "indicator_unknown_value"),
        (MEASURED.replace("at: certified_on", "at: certified_on, told: {kind: [a]}"), "indicator_column"),
        ("take: weight\nlines:\n  - {from: fund}\namong:\n  lines:\n    - {from: fund}\n", "indicator_fits"),
        ("take: weight\nlines:\n  - {from: fund}\namong:\n  lines:\n    - {from: fund, of: amount_fen}\n", ""),
    ],
)
def test_what_households_months_and_sums_are_taken_of_has_to_fit(measured: str, code: str, tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("take: count")] + measured
    if not code:
        read(text, tmp_path)
        return
    with pytest.raises(IndicatorFault) as told:
        read(text, tmp_path)
    assert told.value.code == code


def pack_with(folder: Path, **files: str) -> str:
    (folder / "indicators").mkdir(parents=True)
    (folder / "pack.yaml").write_text("name: mine\nbase: cn_yubei\ntitle: {zh: 甲, en: A}\n", encoding="utf-8")
    for name, text in files.items():
        (folder / "indicators" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(folder)


RATIO = GOOD.replace("take: count\n", "take: ratio\nratio: [I11, I10]\n").replace("unit: person", "unit: times")
RATIO = RATIO[: RATIO.index("count:")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RATIO.replace("[I11, I10]", "[I02, I15]"), "indicator_unlike"),
        (RATIO.replace("[I11, I10]", "[I11, I99]"), "indicator_named"),
        (GOOD + "firms_of: X01\n", "indicator_circle"),
        (GOOD.replace("X01", "X02"), "indicator_shape"),
    ],
    ids=["unlike periods", "no such", "circle", "another name"],
)
def test_indicators_that_do_not_fit_each_other_are_refused(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(IndicatorFault) as told:
        read_indicators(pack_with(tmp_path / "mine", X01=text), COLUMNS)
    assert told.value.code == code
    told.value.text("zh")


LIKE = GOOD[: GOOD.index("unit:")] + "like: I02\n"


def test_one_that_is_like_another_counts_the_same_under_its_own_words(tmp_path: Path) -> None:
    again = LIKE.replace("X01", "X02").replace("like: I02", "like: X01")
    found = read_indicators(pack_with(tmp_path / "mine", X01=LIKE, X02=again), COLUMNS)
    for code in ("X01", "X02"):
        assert (found[code].of, found[code].take, found[code].unit) == (
            found["I02"].of,
            found["I02"].take,
            found["I02"].unit,
        )
        assert (found[code].code, found[code].title["zh"]) == (code, "甲")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LIKE + "take: count\n", "indicator_unknown_key"),
        (LIKE.replace("like: I02", "like: I99"), "indicator_named"),
        (LIKE.replace("like: I02", "like: X01"), "indicator_circle"),
        (GOOD.replace("at: certified_on", "words: {trade: {list: 果树类}}"), "indicator_list"),
        (GOOD.replace("at: certified_on", "words: {trade: {lists: 果树类}}"), "indicator_unknown_key"),
    ],
)
def test_a_likeness_or_a_list_that_is_not_there_is_refused(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(IndicatorFault) as told:
        read_indicators(pack_with(tmp_path / "mine", X01=text), COLUMNS)
    assert told.value.code == code
    told.value.text("zh")


def test_a_packs_own_list_of_the_same_name_wins(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    text = GOOD.replace("at: certified_on", "words: {trade: {list: 果树类}}")
    name = pack_with(folder, X01=text)
    (folder / "lists.yaml").write_text("果树类: [柑橘, 花椒]\n吸纳类补贴: [招用补贴]\n", encoding="utf-8")
    found = read_indicators(name, COLUMNS)
    assert found["X01"].of.lines[0].words == {"trade": ("柑橘", "花椒")}
    assert found["I05"].of.lines[0].words == {"item": ("招用补贴",)}


def test_a_pack_adds_to_the_indicators_of_its_base_and_its_own_of_the_same_code_wins(tmp_path: Path) -> None:
    found = read_indicators(pack_with(tmp_path / "mine", X01=RATIO, I02=GOOD.replace("X01", "I02")), COLUMNS)
    assert found["X01"].parts == ("I11", "I10")
    assert found["I02"].title["zh"] == "甲"
    assert found.keys() == {*read_indicators("cn_yubei", COLUMNS), "X01"}
