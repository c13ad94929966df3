"""Unknown sheets: what their columns are guessed to mean, and how a sheet is known again by what a person said."""

import datetime as dt
import pickle
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.codes import complete_credit_code
from anye.engine.errors import FileFault
from anye.engine.intake.guess import LEAST, LIKELY, SURE, Guess, Table, guess, header_at, likely_header, ranked
from anye.engine.intake.mapping import (
    MappedProfile,
    SheetMapping,
    column_letters,
    is_premium,
    mapped_profile,
    mapping_faults,
    meanings_of,
    signature,
)
from anye.engine.intake.profile import Column, Profile
from anye.engine.intake.recognise import recognise
from anye.engine.intake.sample import Sample, sample_of
from tests.engine.intake.cleaning import INSURANCE, LEDGER, ON, PACK, block, load, number

PROFILES = PACK.profiles
NAMES = ("李长文", "周十五", "罗石桥", "向云峰", "马大坪", "冉明秀", "谭小兰", "秦长根")
CELLS = {
    "id": [number(n) for n in range(1, 9)],
    "name": list(NAMES),
    "sex": ["男", "女"] * 4,
    "phone": [f"1390000{n:04d}" for n in range(8)],
    "area-town": ["东河镇", "西岭镇"] * 4,
    "area-village": ["柳树村", "石桥村"] * 4,
    "area-path": ["东河镇柳树村", "西岭镇云峰村"] * 4,
    "date": ["2025-03-12"] * 8,
    "month": ["2026-09"] * 8,
    "year": ["2019"] * 8,
    "yuan": ["3200.50"] * 8,
    "int": ["12"] * 8,
    "tenths": ["7.5"] * 8,
    "wages": ["3200"] * 8,
    "serial": [str(n) for n in range(1, 9)],
    "credit_code": [complete_credit_code("91990101", "MA5U0001")] * 8,
    "text": ["某处"] * 8,
}
FOUND_BY_CONTENT = {"id_number": "id", "name": "name"}
OF_PEOPLE = sorted(name for name, profile in PROFILES.items() if FOUND_BY_CONTENT.keys() <= profile.by_name.keys())


def cells_of(column: Column) -> list[str]:
    """Eight cells that the column can hold."""
    if column.codes:
        words = list(column.codes)
        return [words[n % len(words)] for n in range(8)]
    return CELLS[column.type]


def table(headings: list[str], columns: list[list[str]]) -> Table:
    lines = [headings, *([*row] for row in zip(*columns, strict=True))]
    rows = block(lines)
    header = header_at(rows, 1, 1)
    assert header is not None
    return Table(header, rows, ON)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Profile, list[Column], list[str]]:
    """A register, some of its columns in any order (number and name among them), and a heading of its own for each."""
    profile = PROFILES[draw(st.sampled_from(OF_PEOPLE))]
    rest = [column for column in profile.columns if column.name not in FOUND_BY_CONTENT]
    chosen = [profile.by_name[name] for name in FOUND_BY_CONTENT] + draw(
        st.lists(st.sampled_from(rest), unique=True, max_size=12)
    )
    chosen = draw(st.permutations(chosen))
    return profile, chosen, [draw(st.sampled_from(column.aliases)) for column in chosen]


def named(found: tuple[Guess, ...]) -> list[str]:
    return [each.column for each in found]


@given(sheets())
@settings(deadline=None, max_examples=25)
def test_columns_in_any_order_are_known_by_any_heading_of_theirs(
    sheet: tuple[Profile, list[Column], list[str]],
) -> None:
    profile, columns, headings = sheet
    found = guess(table(headings, [cells_of(column) for column in columns]), profile)
    # two columns may claim one heading only where the profile itself leaves it to the first
    said = [hit[0] if (hit := profile.match(heading)) else "" for heading in headings]
    assert named(found) == said
    # a heading that the profile keeps as it stands is no column's, though another register may call one so
    assert all(each.reason == "heading" for each in found if each.column)


@given(sheets(), st.booleans(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_number_and_name_are_found_without_any_heading_and_no_meaning_is_given_twice(
    sheet: tuple[Profile, list[Column], list[str]], is_blank: bool, chance: random.Random
) -> None:
    profile, columns, _headings = sheet
    headings = ["" if is_blank else f"甲{chance.randrange(10**6)}" for _ in columns]
    headings[-1] = headings[-1] or "末"  # a line without a word is no heading
    found = guess(table(headings, [cells_of(column) for column in columns]), profile)
    meant = [each.column for each in found if each.column]
    assert len(meant) == len(set(meant))
    assert set(meant) <= set(meanings_of(profile))
    assert all(each.confidence >= LEAST for each in found if each.column)
    for at, column in enumerate(columns):
        if column.name == "id_number":
            assert found[at].column == "id_number"
            assert (found[at].reason, found[at].share) == ("content", 100)
    assert "name" in meant
    assert cells_of(columns[meant_at(found, "name")]) == list(NAMES)


def meant_at(found: tuple[Guess, ...], name: str) -> int:
    return next(at for at, each in enumerate(found) if each.column == name)


@given(sheets(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_the_order_of_columns_changes_no_guess(
    sheet: tuple[Profile, list[Column], list[str]], chance: random.Random
) -> None:
    profile, columns, headings = sheet
    headings = [heading if chance.random() < 0.5 else f"{heading}{at}号" for at, heading in enumerate(headings)]
    order = list(range(len(columns)))
    chance.shuffle(order)
    there = guess(table(headings, [cells_of(column) for column in columns]), profile)
    turned = guess(table([headings[at] for at in order], [cells_of(columns[at]) for at in order]), profile)
    assert [there[at] for at in order] == list(turned)


def test_cells_that_can_be_nothing_else_go_before_a_heading_that_they_belie() -> None:
    sure = guess(table(["姓名", "身份证号"], [CELLS["name"], CELLS["id"]]), LEDGER)
    assert all(each.confidence > SURE for each in sure)
    swapped = guess(table(["姓名", "身份证号"], [CELLS["id"], CELLS["name"]]), LEDGER)
    assert [(each.column, each.reason) for each in swapped] == [("id_number", "content"), ("name", "content")]
    (doubted,) = guess(table(["联系电话"], [CELLS["text"]]), LEDGER)
    assert (doubted.column, doubted.share) == ("phone", 0)
    assert doubted.confidence < LIKELY


def test_what_somebody_else_is_called_is_no_name_of_ones_own() -> None:
    found = guess(
        table(["紧急联系人名", "大名", "证号"], [CELLS["name"], CELLS["name"][::-1], CELLS["id"]]), PROFILES["deaths"]
    )
    assert found[1].column == "name"


def test_headings_kept_unread_get_no_meaning_by_their_cells() -> None:
    found = guess(
        table(["姓名", "身份证号", "联系电话"], [CELLS["name"], CELLS["id"], CELLS["phone"]]), PROFILES["deaths"]
    )
    assert (found[2].column, found[2].reason) == ("", "kept")


def test_what_was_said_before_is_said_again() -> None:
    sheet = table(["甲", "乙"], [CELLS["name"], CELLS["text"]])
    found = guess(sheet, LEDGER, earlier={"乙": "employer", "甲": ""})
    assert [(each.column, each.reason) for each in found] == [("", "earlier"), ("employer", "earlier")]


def test_premiums_with_words_of_their_own_are_told_by_kind_and_side() -> None:
    found = guess(table(["养老（单位出的）", "个人养老扣款"], [CELLS["yuan"], CELLS["yuan"]]), INSURANCE)
    assert named(found) == ["pension_firm_paid", "pension_worker_paid"]
    assert all(map(is_premium, named(found)))
    assert not is_premium("firm_name")


def test_spellings_that_no_table_knows_are_listed_by_number() -> None:
    column = LEDGER.by_name["group_kind"]
    shapes = table(["甲"], [["脱贫户", "老贫困户", "老贫困户", "边缘", "", "", "", ""]]).shapes[0]
    assert list(shapes.unknown_codes(column).items()) == [("老贫困户", 2), ("边缘", 1)]
    assert shapes.unknown_codes(LEDGER.by_name["name"]) == {}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if at % 3 == 0 else pytest.mark.trust_long)
        for at, name in enumerate(sorted(PROFILES))
    ],
)
def test_the_register_itself_is_the_likeliest(name: str) -> None:
    profile = PROFILES[name]
    columns = list(profile.columns)
    sheet = table([column.aliases[0] for column in columns], [cells_of(column) for column in columns])
    assert ranked(sheet, PROFILES.values())[0][0].name == name


def test_the_heading_is_found_below_a_title_whatever_its_words() -> None:
    sheet = block([["东河镇务工情况"] * 4, ["甲", "乙", "丙", "丁"], *([n, number(1), "x", "y"] for n in NAMES)])
    header = likely_header(sheet, list(PROFILES.values()))
    assert header is not None
    assert (header.first_line, header.labels) == (2, ("甲", "乙", "丙", "丁"))
    assert likely_header(block([[NAMES[0], number(1)], [NAMES[1], number(2)]]), list(PROFILES.values())) is None
    assert header_at(sheet, 99, 1) is None
    assert header_at(sheet, 1, 4) is None


# ── What a person said ────────────────────────────────────────────────────────────────────────────────────────────────

HEADINGS = ("大名", "证", "镇上", "", "9月工资")
MEANT = ("name", "id_number", "town", "village", "month_wage")
SAID = SheetMapping("village_ledger", HEADINGS, MEANT, key=7)
ROWS = [[NAMES[n], number(n), "东河镇", "柳树村", "3200"] for n in range(1, 4)]


def mapped(said: SheetMapping = SAID) -> MappedProfile:
    found = mapped_profile(PROFILES[said.source], said)
    assert found is not None
    return found


def test_a_sheet_is_read_as_a_person_said_also_without_a_heading_over_a_column() -> None:
    done = load([list(HEADINGS), *ROWS], profiles=[*PROFILES.values(), mapped()])
    assert (done.profile.name, done.reasons()) == ("village_ledger", {})
    assert done.rows["area_code"].to_list() == ["990100101201"] * 3


def test_another_months_heading_is_the_same_one() -> None:
    sheet = block([["标题"], [*HEADINGS[:4], "2026年10月工资"], *ROWS])
    found = recognise(sheet, [mapped()])
    assert (found.header.first_line, found.binding.sources["month_wage"]) == (2, (4,))


def test_what_a_person_said_goes_before_a_profile_that_knows_the_heading_too() -> None:
    headings = ("姓名", "身份证号", "村居", "就业单位")
    said = SheetMapping("village_ledger", headings, ("name", "id_number", "village", ""))
    sheet = block([headings, [NAMES[0], number(1), "柳树村", "砖厂"]])
    assert recognise(sheet, [LEDGER]).binding.has("employer")
    assert not recognise(sheet, [LEDGER, mapped(said)]).binding.has("employer")


@given(st.permutations(range(4)))
def test_headings_that_are_each_there_once_are_known_in_any_order(order: list[int]) -> None:
    headings = ("大名", "证", "镇上", "工钱")
    said = SheetMapping("village_ledger", headings, ("name", "id_number", "town", "month_wage"))
    turned = [headings[at] for at in order]
    assert signature(turned) == said.signature
    binding = mapped(said).bind(turned)
    assert {name: turned[places[0]] for name, places in binding.sources.items()} == dict(
        zip(said.meanings, headings, strict=True)
    )


def test_blank_and_doubled_headings_are_known_by_their_place_alone() -> None:
    assert signature(("甲", "", "乙")) != signature(("乙", "", "甲"))
    assert signature(("甲", "甲", "乙")) != signature(("乙", "甲", "甲"))
    assert signature(("甲", "乙", "", "")) == signature(("甲", "乙"))


def test_a_column_more_or_less_is_another_sheet() -> None:
    for headings in ((*HEADINGS, "又一列"), HEADINGS[:4]):
        with pytest.raises(FileFault, match="heading_unknown"):
            recognise(block([headings, *ROWS]), [mapped()])


def test_its_own_spellings_of_codes_count_beside_the_tables() -> None:
    said = SheetMapping(
        "village_ledger",
        ("大名", "证", "类"),
        ("name", "id_number", "group_kind"),
        codes={"group_kind": {"老贫困户": "lifted"}},
    )
    rows = [[NAMES[1], number(1), "老贫困户"], [NAMES[2], number(2), "监测户"], [NAMES[3], number(3), "怪"]]
    done = load([list(said.headings), *rows], profiles=[mapped(said)])
    assert done.facts["membership"].select("_line", "group").rows() == [(2, "lifted"), (3, "monitored")]
    assert done.rules() == {4: ["Q16"]}
    assert "老贫困户" not in LEDGER.by_name["group_kind"].codes


@pytest.mark.parametrize(
    ("meant", "codes", "fault"),
    [
        (("name", "name", "", "", ""), {}, ("meaning_twice", {"column": "name", "headings": ["大名", "证"]})),
        (
            ("", "id_number", "", "name", "name"),
            {},
            ("meaning_twice", {"column": "name", "headings": ["D", "9月工资"]}),
        ),
        (("name", "", "", "", ""), {}, ("meaning_missing", {"columns": ["id_number"]})),
        (("name", "id_number", "nonsense", "", ""), {}, ("meaning_unknown", {"column": "nonsense"})),
        (MEANT, {"sex": {"雄": "7"}}, ("code_unknown", {"column": "sex", "code": "7"})),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(
    meant: tuple[str, ...], codes: dict[str, dict[str, str]], fault: object
) -> None:
    said = SheetMapping("village_ledger", HEADINGS, meant, codes=codes)
    assert fault in mapping_faults(LEDGER, said)
    assert mapped_profile(LEDGER, said) is None


def test_a_register_of_firms_is_mapped_without_any_person() -> None:
    said = SheetMapping("firms", ("哪家", "代码呀", "干什么的"), ("firm_name", "credit_code", "scope"))
    code = complete_credit_code("91990101", "MA5U0001")
    done = load([list(said.headings), ["青石区砖厂", code, "烧砖"]], profiles=[*PROFILES.values(), mapped(said)])
    assert (done.profile.name, done.reasons()) == ("firms", {})
    assert done.facts["firm"]["credit_code"].to_list() == [code]


def test_premiums_of_the_long_form_need_the_kind() -> None:
    said = SheetMapping("social_insurance", ("a", "b", "c", "d"), ("name", "id_number", "base", "_firm_paid"))
    assert mapping_faults(INSURANCE, said) == [("meaning_missing", {"columns": ["premium_kind"]})]


def test_it_goes_to_the_process_that_reads_files_and_comes_back() -> None:
    again = pickle.loads(pickle.dumps(mapped()))
    assert again.bind(HEADINGS).sources == mapped().bind(HEADINGS).sources


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_sample_holds_the_first_lines_of_each_sheet_and_some_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["甲,乙,丙", *(f"李{n},{number(n % 1000)},x" for n in range(2_000))]
    path.write_text("\n".join(lines), encoding="utf-8")
    sample = sample_of(path, PROFILES, on=ON)
    (sheet,) = Sample.of_text(sample.as_text()).sheets
    assert sheet.rows["_line"].to_list()[:40] == list(range(1, 41))
    assert 150 <= sheet.rows.height <= 200
    assert sheet.rows["_line"].max() > 1_800  # type: ignore[operator]
    assert sheet.heading == (1, 1)
    assert sheet.rows.equals(sample.sheets[0].rows.drop("_merged", strict=False).select(sheet.rows.columns))
    assert sheet.table(1, 1, on=dt.date(2026, 11, 1)) is not None
    assert sheet.table(7, 9, on=ON) is None
