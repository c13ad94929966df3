"""What a formula may be, what it yields at the edges, and what is refused before anything runs."""

from itertools import product

import pytest

from anye.engine.entitle.formula import LARGEST, parse, truncated
from anye.engine.entitle.formula_faults import SAYS, FormulaFault
from anye.engine.entitle.kinds import ANY, BOOL, Kind, alike, integer, quotient
from anye.engine.entitle.kinds import product as unit_of_product
from anye.engine.entitle.single import compiled
from tests.engine.entitle.formulas import DEFAULTS, KINDS

NAMES = {**KINDS, "总额": integer(0, 2**62, "fen"), "甲": BOOL}


def fault(text: str) -> FormulaFault:
    with pytest.raises(FormulaFault) as caught:
        parse(text, NAMES, defaults=DEFAULTS)
    return caught.value


def answer(text: str, **known: object) -> object:
    return compiled(parse(text, NAMES, defaults=DEFAULTS))(known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("在岗 AND (参保", "formula_syntax"), ("", "formula_syntax"), ("在岗 在训", "formula_construct"),
        ("在岗; 参保", "formula_syntax"), ("月数 // 2 > 1", "formula_syntax"),
        ("(SELECT 1) = 1", "formula_construct"), ("上限(月数) > 1", "formula_construct"),
        ("ABS(月数) > 1", "formula_construct"), ("月数 = NULL", "formula_construct"), ("表.月数 > 1", "formula_construct"),
        ("\"月数\" > 1", "formula_construct"), ("'其他' = '其他'", "formula_construct"), ("'其他'", "formula_construct"),
        ("类别 || '甲' = '其他'", "formula_construct"), ("月数 IN (1, 月数)", "formula_construct"),
        ("月数 IN (SELECT 1)", "formula_construct"), ("CASE WHEN 在岗 THEN 1 END = 1", "formula_construct"),
        ("CASE 月数 WHEN 1 THEN 在岗 ELSE 参保 END", "formula_construct"), ("LEAST(月数) > 1", "formula_construct"),
        ("CAST(月数 AS TEXT) = '1'", "formula_construct"), ("月数 > $1", "formula_name"), ("月数 > ?", "formula_construct"),
        ("*", "formula_construct"), ("EXISTS(SELECT 1)", "formula_construct"), ("月数::BIGINT > 1", "formula_construct"),
        ("在册", "formula_name"), ("TODAY() > 入职日", "formula_construct"), ("CURRENT_DATE > 入职日", "formula_construct"),
        ("月数 AND 在岗", "formula_type"), ("NOT 月数", "formula_type"), ("在岗 > 参保", "formula_type"),
        ("类别 < '其他'", "formula_type"), ("月数 + 在岗 > 1", "formula_type"), ("入职日 + 1 > 退休日", "formula_type"),
        ("月数 > 1.5", "formula_type"), ("月数 = '其他'", "formula_type"), ("入职日 = 3", "formula_type"),
        ("入职日 > DATE '2020-02-30'", "formula_type"), ("在岗 = 1", "formula_type"), ("年龄 < 16 < 月数", "formula_type"),
        ("工资 > 月数", "formula_unit"), ("工资 + 月数 > 1", "formula_unit"), ("工资 * 月数 > 1", "formula_unit"),
        ("标准 * 年龄 > 1", "formula_unit"), ("LEAST(工资, 月数) > 1", "formula_unit"),
        ("CASE WHEN 在岗 THEN 工资 ELSE 月数 END > 1", "formula_unit"),
        ("总额 * 3 > 1", "formula_overflow"), ("总额 + 总额 + 1 > 1", "formula_overflow"), (f"月数 < {LARGEST + 1}", "formula_overflow"),
        ("COALESCE(月数, 0) > 1", "formula_default"), ("COALESCE(历史月数, 1) > 1", "formula_default"),
        ("COALESCE(历史月数, 月数) > 1", "formula_default"), ("COALESCE(历史月数 + 1, 0) > 1", "formula_construct"),
        ("COALESCE(历史月数, 0, 1) > 1", "formula_construct"), ("类别 = '军官'", "formula_code"),
        ("类别 IN ('其他', '军官')", "formula_code"),
        ("(" * 1_900 + "在岗" + ")" * 1_900, "formula_deep"), ("NOT " * 900 + "在岗", "formula_deep"),
        ("在岗 AND (" * 100 + "在岗" + ")" * 100, "formula_deep"), ("在岗 OR " * 2_000 + "在岗", "formula_long"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_what_is_wrong_and_the_cure(text: str, code: str) -> None:
    found = fault(text)
    assert found.code == code, found
    zh, en = found.text("zh-hans"), found.text("en")
    assert zh.endswith("。") and "办法" in zh and "{" not in zh + en
    assert en.endswith(".") and "Cure" in en


def test_every_fault_but_that_of_circles_was_met() -> None:
    met = {mark for test in [test_what_is_no_formula_is_refused_with_what_is_wrong_and_the_cure]
           for mark in [case[1] for case in test.pytestmark[0].args[1]]}  # type: ignore[attr-defined]  # fmt: skip
    assert met == set(SAYS) - {"formula_cycle"}


def test_a_name_that_is_nearly_right_is_guessed() -> None:
    assert "月数" in fault("历史月 > 1").text("en")


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("月数 / 0 = 1", {"月数": 3}, None), ("月数 % 人数 = 1", {"月数": 3, "人数": 0}, None),
        ("LEAST(月数, 5) = 5", {}, None), ("GREATEST(月数, 5) = 5", {}, None), ("LEAST(月数, 5) = 3", {"月数": 3}, True),
        ("CASE WHEN 在岗 THEN 1 ELSE 1 END = 1", {}, None), ("COALESCE(历史月数, 0) = 0", {}, True),
        ("在岗 AND 参保", {"在岗": False}, False), ("在岗 OR 参保", {"参保": True}, True), ("在岗 AND 参保", {"参保": True}, None),
        ("月数 BETWEEN 5 AND 历史月数", {"月数": 3}, False), ("月数 IN (1, 2)", {}, None), ("月数 IS NULL", {}, True),
        ("(在岗 AND 参保) IS FALSE", {}, False), ("差额 / 2 = -3", {"差额": -7}, True), ("差额 % 4 = -3", {"差额": -7}, True),
        ("入职日 >= DATE '2020-02-01'", {"入职日": 18293}, True), ("退休日 - 入职日 <= 5 * 365", {"退休日": 3000, "入职日": 1000}, False),
        ("月数 IN (-1, 3)", {"月数": 3}, True), ("NOT 在岗", {"在岗": False}, True),
    ],
)  # fmt: skip
def test_the_edges_are_as_decided(text: str, known: dict[str, object], expected: object) -> None:
    assert answer(text, **known) is expected


def test_ranges_hold_whatever_comes() -> None:
    """Every value that a formula takes lies in the range that was worked out, and the ends are reached for + - *."""
    kinds = [Kind("int", "", lo, hi) for lo, hi in [(-3, 2), (0, 4), (2, 5), (-5, -2)]]
    for one, other in product(kinds, kinds):
        names = {"a": one, "b": other}
        for sign in "+-*/%":
            node = parse(f"a {sign} b", names)
            run = compiled(node)
            values = [run({"a": a, "b": b}) for a in range(one.lo, one.hi + 1) for b in range(other.lo, other.hi + 1)]
            reached = [value for value in values if value is not None]
            assert all(node.kind.lo <= int(value) <= node.kind.hi for value in reached), (one, sign, other)
            if sign in "+-*":
                assert (min(reached), max(reached)) == (node.kind.lo, node.kind.hi)


@pytest.mark.parametrize(
    ("a", "b", "quotient_"), [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (-7, -2, 3), (0, -5, 0), (-6, 3, -2)]
)
def test_division_drops_the_rest_towards_zero(a: int, b: int, quotient_: int) -> None:
    assert truncated(a, b) == quotient_


def test_units() -> None:
    assert alike("fen", ANY) == alike(ANY, "fen") == "fen" and alike("fen", "month") is None
    assert unit_of_product("fen/month", "month") == "fen" and unit_of_product("month", "fen/month") == "fen"
    assert unit_of_product("fen", "month") is None
    assert (
        quotient("fen", "month") == "fen/month"
        and quotient("fen", "fen") == ""
        and quotient("fen", "fen/month") == "month"
    )


def test_names_and_nodes() -> None:
    node = parse("(在岗 AND 月数 > 3) OR COALESCE(在训, FALSE)", NAMES, defaults=DEFAULTS)
    assert node.names == {"在岗", "月数", "在训"}
    assert node.kind == BOOL
