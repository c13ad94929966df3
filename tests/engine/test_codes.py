"""Identity numbers and credit codes against slow, digit-by-digit oracles and the standards' worked examples."""

import re
import string
import unicodedata
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.codes import (
    ID_REFUSALS,
    ID_STATUSES,
    USABLE_ID_STATUSES,
    check_credit_code,
    check_credit_codes,
    check_id,
    check_ids,
    complete_credit_code,
    complete_id,
)

ON = date(2020, 12, 31)
MAN = "990001199003071231"
WOMAN = "99011219851120028X"


def slow_check_character(first_17: str) -> str:
    total = 0
    for place, digit in enumerate(first_17):
        total += int(digit) * (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)[place]
    return "10X98765432"[total % 11]


def slow_birth(first_17: str, on: date) -> date | None:
    try:
        birth = date(int(first_17[6:10]), int(first_17[10:12]), int(first_17[12:14]))
    except ValueError:
        return None
    return birth if date(1800, 1, 1) <= birth <= on else None


def slow_status(cell: str | None, on: date) -> str:
    """The rule again, a character at a time, without the tables and expressions of the engine."""
    loose = unicodedata.normalize("NFKC", cell or "").upper()
    plain = "".join(c for c in loose if not (c.isspace() or unicodedata.category(c) == "Cf" or c in "'‘’`´\"“”,"))
    unfloated = re.sub(r"\A(\d{1,15})\.0+\Z", r"\1", plain, flags=re.ASCII)
    text = "".join(c for c in unfloated if unicodedata.category(c)[0] in "LN" or c in "*?#_×○●□■\ufffd")
    if text in {"", "无", "#NA", "NA"}:
        return "missing"
    runs = re.findall(r"[0-9A-Z_]+", loose)
    if sum(bool(re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", run)) for run in runs) > 1 or glued(text):
        return "multi"
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?E[+-]?[0-9]+|[0-9]{16,}\.0+", plain):
        return "precision_lost"
    if any(c not in string.digits for c in text[:-1]) or text[-1] not in string.digits + "X":
        return "chars"
    if len(text) == 15 and text.endswith("X"):
        return "chars"
    if len(text) not in (15, 18):
        return "length"
    century = "18" if text[12:15] in ("996", "997", "998", "999") else "19"
    first_17 = text[:17] if len(text) == 18 else text[:6] + century + text[6:]
    if slow_birth(first_17, on) is None:
        return "date"
    if len(text) == 15:
        return "upgraded15"
    if slow_check_character(first_17) == text[17]:
        return "ok"
    return "precision_lost" if text.endswith("000") else "check"


def glued(text: str) -> bool:
    """Whether a text is two or more whole numbers end to end."""
    heads = [text[:15]] if text[:15].isdigit() and len(text) >= 15 else []
    if len(text) >= 18 and text[:17].isdigit() and text[17] in string.digits + "X":
        heads.append(text[:18])
    if not text.isascii():
        return False
    return any(is_whole(text[len(head) :]) or glued(text[len(head) :]) for head in heads)


def is_whole(text: str) -> bool:
    return re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", text) is not None


births = st.dates(date(1800, 1, 1), ON)
first_17s = st.builds(
    lambda area, birth, sequence: f"{area:06d}{birth:%Y%m%d}{sequence:03d}" if birth.year >= 1000 else "",
    st.integers(990000, 999999),
    births,
    st.integers(0, 999),
)
numbers = first_17s.map(lambda first: first + slow_check_character(first))
olds = first_17s.map(lambda first: first[:6] + first[8:])
noise = st.text(st.sampled_from(list(" 　'’-—.0190Xx*？无张N/A、，,/\n×E+（）Ｘ９_\u200b٣")), max_size=4)
messes = st.one_of(
    st.none(),
    noise,
    st.lists(st.one_of(numbers, olds, noise, st.sampled_from(["000", ".0", "E+17"])), max_size=4).map("".join),
    st.tuples(noise, numbers | olds, noise).map("".join),
    numbers.map(lambda number: number[:15] + "000"),
    st.text(st.sampled_from("0123456789X"), min_size=14, max_size=19),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(messes, min_size=20, max_size=60))
def test_a_column_of_random_mess_gets_the_slow_oracles_statuses(cells: list[str | None]) -> None:
    checked = check_ids(pl.Series(cells, dtype=pl.String), on=ON)
    assert checked["id_status"].to_list() == [slow_status(cell, ON) for cell in cells]
    usable = checked["id_status"].is_in(sorted(USABLE_ID_STATUSES))
    for column in ("id_number", "birth_on", "sex"):
        assert (checked[column].is_not_null() == usable).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(messes, min_size=1, max_size=12))
def test_one_cell_and_a_column_of_cells_agree(cells: list[str | None]) -> None:
    column = check_ids(pl.Series(cells, dtype=pl.String), on=ON)
    for cell, row in zip(cells, column.iter_rows(), strict=True):
        one = check_id(cell, on=ON)
        assert (one.id_number, one.id_status, one.birth_on, one.sex) == row


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_every_wrong_digit_and_every_swap_of_neighbours_is_found(number: str) -> None:
    wrong = [
        number[:i] + c + number[i + 1 :]
        for i in range(18)
        for c in (string.digits + "X" if i == 17 else string.digits)
        if c != number[i]
    ]
    swaps = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(17) if number[i] != number[i + 1]]
    statuses = check_ids(pl.Series([number, *wrong, *swaps]), on=ON)["id_status"]
    assert statuses[0] == "ok"
    assert not statuses[1:].is_in(["ok", "upgraded15"]).any()


@settings(max_examples=100, deadline=None)
@given(numbers)
def test_birth_and_sex_are_read_from_a_good_number(number: str) -> None:
    one = check_id(number, on=ON)
    assert one.birth_on == slow_birth(number, ON)
    assert one.sex == ("1" if int(number[16]) % 2 else "2")
    assert complete_id(number[:17]) == number


@pytest.mark.parametrize(
    ("cell", "status", "number"),
    [
        (MAN, "ok", MAN),
        (WOMAN, "ok", WOMAN),
        ("99011219851120028x", "ok", WOMAN),
        ("11010519491231002X", "ok", "11010519491231002X"),  # printed in the standard itself
        ("990001900307123", "upgraded15", MAN),
        ("990001900307123.0", "upgraded15", MAN),  # a 15-digit float is exact
        ("990001000229998", "date", None),  # 1800 was no leap year
        ("990001041231998", "upgraded15", "99000118041231998" + slow_check_character("99000118041231998")),
        ("'990001199003071231", "ok", MAN),
        ("９９０００１１９９００３０７１２３１", "ok", MAN),
        (" 990001 19900307 1231\t", "ok", MAN),
        ("990001-19900307-1231", "ok", MAN),
        ("990001199003071321", "check", None),
        ("990001199003081231", "check", None),
        ("990001199013071231", "date", None),
        ("990001199002301231", "date", None),
        ("990001179003071231", "date", None),
        ("9.90001199003071E+17", "precision_lost", None),
        ("9.9E17", "precision_lost", None),
        ("990001199003071231.0", "precision_lost", None),
        ("990001199003071000", "precision_lost", None),
        ("99000119900307123", "length", None),
        ("9900011990030712", "length", None),
        ("9900011990030712310", "length", None),
        ("99000119900307123A", "chars", None),
        ("99000119900307X231", "chars", None),
        ("990001********1231", "chars", None),
        ("990001900307***123", "chars", None),
        ("990001199003071231(本人)", "chars", None),
        ("99000119900307123٣", "chars", None),
        ("张三", "chars", None),
        (None, "missing", None),
        ("", "missing", None),
        (" 　", "missing", None),
        ("/", "missing", None),
        ("无", "missing", None),
        ("#N/A", "missing", None),
        (f"{MAN}、{WOMAN}", "multi", None),
        (f"{MAN}\n{WOMAN}", "multi", None),
        (f"{MAN} {WOMAN}", "multi", None),
        (f"{MAN}{WOMAN}", "multi", None),
        (f"甲{MAN}乙{WOMAN}", "multi", None),
        ("990001900307123/990001900307124", "multi", None),
        ("990001 19900307 1231/990112 19851120 028X", "multi", None),
    ],
)
def test_the_cell_means(cell: str | None, status: str, number: str | None) -> None:
    one = check_id(cell, on=ON)
    assert (one.id_status, one.id_number) == (status, number)
    assert slow_status(cell, ON) == status


def test_a_masked_number_is_not_taken_for_a_shorter_one() -> None:
    assert check_id("990001191203071", on=ON).id_status == "upgraded15"  # the control: without its marks it would pass
    assert check_id("990001191203071***", on=ON).id_status == "chars"


@pytest.mark.parametrize(
    ("sequence", "year"), [("995", 1904), ("996", 1804), ("997", 1804), ("998", 1804), ("999", 1804)]
)
def test_the_last_four_old_sequences_mark_people_born_in_the_1800s(sequence: str, year: int) -> None:
    assert check_id(f"990001041231{sequence}", on=ON).birth_on == date(year, 12, 31)


def test_a_birth_after_the_day_of_the_check_is_no_date() -> None:
    assert check_id(MAN, on=date(1990, 3, 7)).id_status == "ok"
    assert check_id(MAN, on=date(1990, 3, 6)).id_status == "date"


def test_every_status_but_the_usable_ones_has_a_refusal() -> None:
    assert set(ID_REFUSALS) == set(ID_STATUSES) - USABLE_ID_STATUSES


def test_an_empty_column_is_checked() -> None:
    assert check_ids(pl.Series([], dtype=pl.String), on=ON).shape == (0, 4)
    assert check_ids(pl.Series([None, None]), on=ON)["id_status"].to_list() == ["missing"] * 2
    assert check_credit_codes(pl.Series([None])).row(0) == (None, None)


@pytest.mark.parametrize("bad", ["", "1" * 16, "9900011990030712X", "٣" * 17])
def test_a_number_is_completed_from_17_digits_only(bad: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        complete_id(bad)


# ── credit codes ──────────────────────────────────────────────────────────────────────────────────────────────────────

SHORT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LONG = string.digits + string.ascii_uppercase


def slow_code_is_right(code: str) -> bool:
    if not re.fullmatch(f"[{SHORT}]{{2}}[0-9]{{6}}[{SHORT}]{{10}}", code):
        return False
    inner = 11 - sum(LONG.index(c) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    if code[16] != {10: "X", 11: "0"}.get(inner, str(inner)):
        return False
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    outer = (31 - sum(SHORT.index(c) * w for c, w in zip(code[:17], weights, strict=True)) % 31) % 31
    return code[17] == SHORT[outer]


codes = st.builds(
    complete_credit_code,
    st.sampled_from(["91990001", "92990112", "93990001", "N2990001", "Y1990001"]),
    st.text(st.sampled_from(SHORT), min_size=8, max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(codes, st.data())
def test_a_code_is_right_exactly_when_the_slow_oracle_says_so(code: str, data: st.DataObject) -> None:
    assert slow_code_is_right(code)
    wrong = [code[:i] + data.draw(st.sampled_from(LONG)) + code[i + 1 :] for i in range(18)]
    wrong += [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(17)]
    checked = check_credit_codes(pl.Series([code, *wrong]))
    assert checked["is_ok"].to_list() == [slow_code_is_right(each) for each in [code, *wrong]]
    # every single wrong character is found
    assert all(each == code or not ok for each, ok in zip(wrong[:18], checked["is_ok"][1:19], strict=True))


@pytest.mark.parametrize(
    ("cell", "code", "is_ok"),
    [
        ("91990001MA00DEM06A", "91990001MA00DEM06A", True),
        ("91990001MA9A1B2C93", "91990001MA9A1B2C93", True),
        ("91990001MA7QX9R0X9", "91990001MA7QX9R0X9", True),
        (" 91990001-ma00dem0-6a", "91990001MA00DEM06A", True),
        ("９１９９０００１ＭＡ００ＤＥＭ０６Ａ", "91990001MA00DEM06A", True),
        ("91990001MA00DEM02A", "91990001MA00DEM02A", False),  # the inner check over the wrong alphabet
        ("91990001MA00DEM06B", "91990001MA00DEM06B", False),
        ("9199OOO1MA00DEM06A", "9199OOO1MA00DEM06A", False),  # O for 0 is not repaired
        ("91990001MA00DEM06", "91990001MA00DEM06", False),
        (None, None, None),
        (" ", None, None),
        ("/", None, None),
        ("无", None, None),
    ],
)
def test_the_credit_code_means(cell: str | None, code: str | None, is_ok: bool | None) -> None:
    one = check_credit_code(cell)
    assert (one.credit_code, one.is_ok) == (code, is_ok)


def test_the_inner_check_with_the_wrong_alphabet_would_reject_real_codes() -> None:
    wrong_inner = 11 - sum(SHORT.index(c) * w for c, w in zip("MA00DEM0", (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    assert wrong_inner == 2
    assert complete_credit_code("91990001", "MA00DEM0") == "91990001MA00DEM06A"


@pytest.mark.parametrize(("head", "body"), [("9199000", "MA00DEM0"), ("91990001", "MA00DEMO"), ("91990001", "")])
def test_a_credit_code_is_completed_from_its_own_alphabet_only(head: str, body: str) -> None:
    with pytest.raises(ValueError, match="8 \\+ 8"):
        complete_credit_code(head, body)
