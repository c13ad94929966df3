"""Facts from files: one table or a folder of them, joined by keys, added up, and honest about what is no value."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.catalogue_file import read_catalogue
from anye.engine.entitle.columns import column as plain
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.table_cells import FactsFault
from anye.engine.entitle.tables import Tables, read_tables

CATALOGUE = """\
money: {unit: fen, per: 100, sign: &t {zh: 元, en: yuan}}
facts:
  有证: {en: certified, of: person, per: month, type: bool, says: *t, source: *t}
  出生月: {en: birth_month, of: person, type: month, says: *t, source: *t}
  生日: {en: birthday, of: person, type: date, says: *t, source: *t}
  规模: {en: size, of: firm, type: code, codes: {small: {zh: 小型, en: small}, large: {zh: 大型, en: large}}, says: *t, source: *t}
  家庭人数: {en: members, of: household, type: int, range: [1, 30], says: *t, source: *t}
  在岗: {en: works, of: person_firm, per: month, type: bool, says: *t, source: *t}
  工资: {en: wage, of: person_firm, per: month, type: int, unit: fen, range: [0, 10000000], says: *t, source: *t}
  在岗人数: {en: staff, of: firm, per: month, type: int, range: [0, 1000], says: *t, source: *t,
    rolls_up: {over: person_firm, take: count, when: 在岗}}
  工资总额: {en: payroll, of: firm, per: month, type: int, unit: fen, range: [0, 1000000000], says: *t, source: *t,
    rolls_up: {over: person_firm, take: sum, of: 工资, when: 在岗}}
"""
ALL = frozenset({"有证", "出生月", "生日", "规模", "家庭人数", "在岗", "工资", "在岗人数", "工资总额"})


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "facts.yaml").write_text(CATALOGUE, encoding="utf-8")
    return read_catalogue(tmp_path / "facts.yaml")


def told(tables: Tables, cases: Cases, name: str) -> dict[str, list[object]]:
    """Of each row, by its keys, a fact month by month; None where it is not known."""
    column = plain(cases.facts[name], cases.rows)
    found: dict[str, list[object]] = {}
    for row in range(cases.rows):
        who = " ".join(str(tables.keys[key][int(cases.keys[key][row])]) for key in cases.keys if key != "household")
        months = []
        for at in range(cases.months):
            known = column.known is None or bool((column.known[at] if column.known.ndim == 2 else column.known)[row])
            value = (column.values[at] if column.values.ndim == 2 else column.values)[row]
            months.append(value.item() if known else None)
        found[who] = months
    return found


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(
        tmp_path / "facts",
        person="person,household,birth_month,生日\na,h1,1980-05,1980-05-06\nb,h1,1990-12,\nc,,2001-1,2001-01-31\n",
        person_month="person,month,有证\na,2020-01,是\na,2020-02,no\nb,2020-01,1\n",
        household="household,members\nh1,4\n",
        firm="firm,规模\nf,小型\ng,huge\n",
        person_firm_month=(
            "person,firm,month,works,工资\na,f,2020-01,yes,300000\nb,f,2020-01,yes,200000\nc,f,2020-01,no,\n"
            "a,f,2020-02,yes,\nb,f,2020-02,no,1\nd,g,2020-02,,5\n"
        ),
    )


def test_tables_are_joined_by_their_keys(folder: Path, catalogue: Catalogue) -> None:
    tables = read_tables(folder, "person_firm", catalogue)
    cases = tables.cases("person_firm", ALL)
    assert told(tables, cases, "有证") == {
        "a f": [True, False],
        "b f": [True, None],
        "c f": [None, None],
        "d g": [None, None],
    }
    assert told(tables, cases, "出生月")["a f"] == [124, 124]
    assert told(tables, cases, "生日")["c f"] == [11_353, 11_353]
    assert told(tables, cases, "家庭人数") == {"a f": [4, 4], "b f": [4, 4], "c f": [None, None], "d g": [None, None]}
    assert told(tables, cases, "规模") == {"a f": [0, 0], "b f": [0, 0], "c f": [0, 0], "d g": [None, None]}


def test_rows_are_added_up_and_one_unknown_row_leaves_the_sum_unknown(folder: Path, catalogue: Catalogue) -> None:
    tables = read_tables(folder, "firm", catalogue)
    cases = tables.cases("firm", ALL)
    # in February a's wage is not known, c has no row, and whether d works is open
    assert told(tables, cases, "在岗人数") == {"f": [2, None], "g": [None, None]}
    assert told(tables, cases, "工资总额") == {"f": [500_000, None], "g": [None, None]}


def test_what_is_no_value_is_unknown_and_told(folder: Path, catalogue: Catalogue) -> None:
    (bad,) = [each for each in read_tables(folder, "firm", catalogue).bad if each.column == "规模"]
    assert (bad.count, bad.row, bad.text) == (1, 3, "huge")


def test_one_file_may_hold_everything(tmp_path: Path, catalogue: Catalogue) -> None:
    text = "person,firm,month,certified,规模,wage,好\na,f,2020-03,true,large,7\na,f,2020-04,false,large,99999999999\n"
    write(tmp_path / "one", all=text.replace(",好", ""))
    tables = read_tables(tmp_path / "one" / "all.csv", "person_firm", catalogue)
    cases = tables.cases("person_firm", ALL)
    assert told(tables, cases, "有证") == {"a f": [True, False]}
    assert told(tables, cases, "规模") == {"a f": [1, 1]}
    assert told(tables, cases, "工资") == {"a f": [7, None]}
    assert [(each.column, each.row) for each in tables.bad] == [("wage", 3)]


def test_parquet_says_the_same_as_text(folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "typed").mkdir()
    for file in folder.iterdir():
        frame = pl.read_csv(file, try_parse_dates=True)
        frame = (
            frame.with_columns(pl.col("有证").is_in(["是", "1"]).alias("有证")) if "有证" in frame.columns else frame
        )
        frame.write_parquet(tmp_path / "typed" / f"{file.stem}.parquet")
    plain, typed = (read_tables(path, "person_firm", catalogue) for path in (folder, tmp_path / "typed"))
    for name in ("有证", "工资", "生日", "规模", "在岗"):
        one, other = (told(each, each.cases("person_firm", ALL), name) for each in (plain, typed))
        assert one == other, name


def test_months_before_those_that_are_asked_for_are_judged_too(folder: Path, catalogue: Catalogue) -> None:
    tables = read_tables(folder, "person_firm", catalogue, span=(601, 603))
    assert (tables.first, told(tables, tables.cases("person_firm", ALL), "有证")["a f"]) == (
        600,
        [True, False, None, None],
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("person,month,有证\na,2020-01,是\na,2020-01,否\n", "facts_twice"),
        ("person,month,生日\na,2020-01,1980-01-01\na,2020-02,1980-01-02\n", "facts_differ"),
        ("person,month,household\na,2020-01,h1\na,2020-02,h2\n", "facts_differ"),
        ("person,household,month,members\na,h,2020-01,3\nb,h,2020-01,4\n", "facts_differ"),
        ("月份,有证\n2020-01,是\n", "facts_no_column"),
        ("person,month,有证\n,2020-01,是\n", "facts_no_key"),
        ("person,month,有证\na,一月,是\n", "facts_no_key"),
        ("person,有证\na,是\n", "facts_no_month"),
        ("", "facts_unreadable"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(text: str, code: str, tmp_path: Path, catalogue: Catalogue) -> None:
    write(tmp_path / "wrong", person=text)
    with pytest.raises(FactsFault) as caught:
        read_tables(tmp_path / "wrong" / "person.csv", "person", catalogue).cases("person", ALL)
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_said(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "none.csv", tmp_path / "empty"):
        with pytest.raises(FactsFault) as caught:
            read_tables(path, "person", catalogue)
        assert caught.value.code == "facts_no_file"


def test_money_is_whole_cents_and_nobody_guesses(tmp_path: Path, catalogue: Catalogue) -> None:
    """1200.00 may be meant as yuan: read as 1,200 fen it would be paid wrongly, and nobody would notice."""
    write(tmp_path / "m", person_firm="person,firm,month,wage,members\na,f,2020-01,1200.00,\nb,f,2020-01,120000,4.0\n")
    tables = read_tables(tmp_path / "m" / "person_firm.csv", "person_firm", catalogue)
    assert told(tables, tables.cases("person_firm", ALL), "工资") == {"a f": [None], "b f": [120_000]}
    assert [(each.column, each.row, each.text) for each in tables.bad] == [("wage", 2, "1200.00")]


def test_semicolons_and_tabs_are_read_like_commas(tmp_path: Path, catalogue: Catalogue) -> None:
    for name, sign in (("s", ";"), ("t", "\t")):
        write(
            tmp_path / name,
            person=sign.join(["person", "month", "有证"]) + "\n" + sign.join(["a", "2020-01", "是"]) + "\n",
        )
        tables = read_tables(tmp_path / name / "person.csv", "person", catalogue)
        assert told(tables, tables.cases("person", ALL), "有证") == {"a": [True]}


def test_who_is_named_and_has_no_row_is_told(folder: Path, catalogue: Catalogue) -> None:
    tables = read_tables(folder, "person_firm", catalogue)
    tables.cases("person_firm", ALL)
    assert tables.apart == {("person_firm", "person"): (1, "d")}


def test_two_tables_that_say_different_things_are_refused_and_one_that_is_silent_is_not(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Whichever won, somebody would be paid by it and nobody would know."""

    def cases(folder: str, month: str) -> tuple[Tables, Cases]:
        path = write(
            tmp_path / folder,
            person="person,birth_month\na,1980-05\n",
            person_month=f"person,month,birth_month\n{month}",
        )
        tables = read_tables(path, "person", catalogue)
        return tables, tables.cases("person", ALL)

    tables, found = cases("silent", "a,2020-01,\n")
    assert told(tables, found, "出生月") == {"a": [124]}
    with pytest.raises(FactsFault) as caught:
        cases("other", "a,2020-01,1981-05\n")
    assert caught.value.code == "facts_contradict"


def test_a_heading_and_its_english_name_are_one_column(tmp_path: Path, catalogue: Catalogue) -> None:
    write(tmp_path / "twice", person="person,month,有证,certified\na,2020-01,1,0\n")
    with pytest.raises(FactsFault) as caught:
        read_tables(tmp_path / "twice" / "person.csv", "person", catalogue)
    assert caught.value.code == "facts_heading"
