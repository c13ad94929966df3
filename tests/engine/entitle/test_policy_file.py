"""A policy that somebody wrote wrongly is refused before anything runs: where, what and the cure, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from anye.engine.entitle.catalogue_file import read_catalogue
from anye.engine.entitle.examples import check_policy
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.entitle.policy_file import read_policy

FACTS = """\
money: {unit: fen, per: 100, sign: {zh: 元, en: yuan}}
facts:
  有证: {en: certified, of: person, per: month, type: bool, says: &t {zh: 甲, en: a}, source: *t}
  天数: {of: person, per: month, type: int, unit: day, range: [0, 31], says: *t, source: *t}
  领过: {of: person, type: int, unit: month, range: [0, 60], says: *t, source: *t}
  地区: {of: person, type: code, codes: {near: *t, far: *t}, says: *t, source: *t}
  单位人数: {of: firm, type: int, unit: person, range: [0, 9000000000], says: *t, source: *t}
"""
POLICY = """\
policy: allowance
title: &t {zh: 津贴, en: allowance}
says: *t
level: district
subject: person
pays: person
channel: apply
fund: none
legal: [{ref: 文件, certainty: A}]
facts: [有证, 天数, 领过]
parameters:
  标准: {unit: fen/day, says: *t, values: {2020-01-01: {value: 100, certainty: A, source: 文件}}}
  最长: {unit: month, says: *t, values: {2020-01-01: {value: 3, certainty: C, source: 文件}}}
blocks:
  - from: 2020-01-01
    until: 2020-12-31
    accept: {from: 2020-02-01, until: 2021-01-31}
    conditions:
      - {id: certified, when: 有证, met: *t, unmet: {zh: "最长{最长}", en: "{最长} at most"}, missing: *t}
    amount: 标准 * 天数
    limits:
      - {count: month, within: person, per: lifetime, at_most: 最长, used_before: 领过, met: *t, unmet: *t, missing: *t}
tests:
  given: {有证: true, 天数: 10, 领过: 0}
  cases:
    - {name: a, month: 2020-01, expect: 1000}
    - {name: b, month: 2020-12, expect: 1000}
    - {name: c, month: 2019-12, expect: no}
    - {name: d, month: 2021-01, expect: no}
    - {name: e, month: 2020-05, given: {有证: }, expect: unknown}
    - {name: f, month: 2020-05, given: {领过: 2}, expect: 1000}
    - {name: g, month: 2020-05, given: {领过: 3}, expect: no}
    - {name: h, month: 2020-05, on: 2020-02-01, expect: 1000}
    - {name: i, month: 2020-05, on: 2020-01-31, expect: no}
    - {name: j, month: 2020-05, on: 2021-01-31, expect: 1000}
    - {name: k, month: 2020-05, on: 2021-02-01, expect: no}
"""


def fault_of(folder: Path, facts: str, policy: str) -> PolicyFault:
    (folder / "facts.yaml").write_text(facts, encoding="utf-8")
    (folder / "allowance.yaml").write_text(policy, encoding="utf-8")
    with pytest.raises(PolicyFault) as caught:
        read_policy(folder / "allowance.yaml", read_catalogue(folder / "facts.yaml"))
    return caught.value


@pytest.mark.parametrize(
    ("was", "becomes", "code", "line"),
    [
        ("fund: none", "fund: [none", "policy_unreadable", 9),
        ("fund: none", "fund: none\nfund: none", "policy_duplicate_key", 9),
        ("fund: none", "fund: 1", "policy_shape", 8),
        ("fund: none\n", "", "policy_missing_key", 1),
        ("fund: none", "found: none", "policy_unknown_key", 8),
        ("level: district", "level: village", "policy_unknown_value", 4),
        ("says: *t\nlevel", "says: {zh: 只有中文}\nlevel", "policy_text", 3),
        ("  标准:", "  天数:", "policy_name_taken", 12),
        ("  标准:", "  CASE:", "policy_name_spelling", 12),
        ("facts: [有证,", "facts: [有证书,", "policy_unknown_fact", 10),
        ("facts: [有证,", "facts: [有证, 单位人数,", "policy_out_of_reach", 10),
        ("facts: [有证,", "facts: [有证, 地区,", "policy_unused", 10),
        ("until: 2020-12-31", "until: 2019-12-31", "policy_dates", 15),
        ("from: 2020-01-01", "from: 2019-11-01", "policy_parameter_gap", 15),
        ("amount: 标准 * 天数", "amount: 标准", "policy_unit", 20),
        ("{zh: \"最长{最长}\"", "{zh: \"最长{最短}\"", "policy_placeholder", 15),
        ("when: 有证,", "when: 有证书,", "policy_formula", 19),
        ("when: 有证,", "when: 天数,", "policy_formula", 19),
        ("when: 有证,", "when: 天数 > 领过,", "policy_formula", 19),
        ("when: 有证,", "when: EXISTS (SELECT 1),", "policy_formula", 19),
        ("when: 有证,", "when: 天数 > now(),", "policy_formula", 19),
        ("when: 有证,", "when: \"天数 * 9000000000000 * 9000000000 > 1\",", "policy_formula", 19),
        ("when: 有证,", "when: \"COALESCE(有证, TRUE)\",", "policy_formula", 19),
        ("within: person", "within: firm", "policy_unknown_value", 22),
        ("values: {2020-01-01: {value: 3,", "values: {2019-01-01: {value: true, certainty: A, source: 文件}, 2020-01-01: {value: 3,",
         "policy_shape", 13),
        ("from: 2020-01-01", "from: 2020-02-31", "policy_unreadable", 15),
        ("values: {2020-01-01: {value: 3,", "values: {2020-01-01: {value: 9999999999999999999,", "policy_shape", 13),
        ("values: {2020-01-01: {value: 3,", f"values: {{2020-01-01: {{value: {'9' * 5_000},", "policy_unreadable", 13),
        ("month: 2020-12", "month: 2020-13", "policy_shape", 27),
        ("given: {有证: }", "given: {没有: }", "policy_unknown_fact", 30),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_its_cure(
    was: str, becomes: str, code: str, line: int, tmp_path: Path
) -> None:
    assert was in POLICY
    fault = fault_of(tmp_path, FACTS, POLICY.replace(was, becomes, 1))
    assert (fault.code, fault.params["line"]) == (code, line)
    for language, place, cure in (("en", f"allowance.yaml, line {line}", "Cure: "), ("zh", f"第 {line} 行", "办法：")):
        text = fault.text(language)
        assert place in text
        assert cure in text


def test_what_asks_a_later_step_goes_round(tmp_path: Path) -> None:
    steps = "    formulas: {甲步: {says: *t, formula: 乙步 + 1}, 乙步: {says: *t, formula: 天数 + 1}}\n    conditions:"
    fault = fault_of(tmp_path, FACTS, POLICY.replace("    conditions:", steps, 1))
    assert fault.params["fault"] == "formula_cycle"
    assert "乙步" in fault.text("en")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("  甲: {of: person, formula: 乙 + 1, says: *t}\n  乙: {of: person, formula: 甲 + 1, says: *t}", "policy_formula"),
        ("  甲: {of: person, formula: 单位人数 + 1, says: *t}", "policy_formula"),
        ("  甲: {of: person, type: int, says: *t, source: *t}", "policy_missing_key"),
        ("  甲: {of: person, type: int, range: [3, 1], says: *t, source: *t}", "policy_shape"),
        ("  甲: {of: person, type: bool, default: 3, because: *t, says: *t, source: *t}", "policy_shape"),
        ("  certified: {of: person, type: bool, says: *t, source: *t}", "policy_name_taken"),
        ("  甲: {of: firm, type: int, range: [0, 9], says: *t, source: *t, rolls_up: {over: person, take: count}}", "policy_shape"),
        ("  甲: {of: firm, type: int, range: [0, 9], says: *t, source: *t,"
         " rolls_up: {over: person_firm, take: count, when: 有证}}", "policy_out_of_reach"),
    ],
)  # fmt: skip
def test_a_catalogue_is_checked_too(line: str, code: str, tmp_path: Path) -> None:
    assert fault_of(tmp_path, f"{FACTS}{line}\n", POLICY).code == code


def test_a_policy_without_its_tests_is_refused(tmp_path: Path) -> None:
    """Whichever test is taken out, the check says what is asked by none."""
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    catalogue = read_catalogue(tmp_path / "facts.yaml")

    def faults(text: str) -> list[PolicyFault]:
        (tmp_path / "allowance.yaml").write_text(text, encoding="utf-8")
        return check_policy(read_policy(tmp_path / "allowance.yaml", catalogue), catalogue)

    assert faults(POLICY) == []
    cases = [line for line in POLICY.splitlines() if line.startswith("    - {name")]
    for case in cases:
        (fault, *_) = faults(POLICY.replace(f"{case}\n", ""))
        assert fault.code == "policy_test_missing", case
    (fault,) = faults(POLICY.replace("name: a, month: 2020-01, expect: 1000", "name: a, month: 2020-01, expect: 999"))
    assert (fault.code, fault.params["line"], fault.params["found"]) == ("policy_test_failed", 26, "1000")


def test_a_limit_goes_on_alike_over_blocks(tmp_path: Path) -> None:
    block = POLICY[POLICY.index("  - from") : POLICY.index("tests:")]
    later = block.replace("2020-01-01", "2021-01-01").replace("2020-12-31", "2021-12-31")
    text = POLICY.replace(block, block + later.replace("per: lifetime", "per: year"))
    assert fault_of(tmp_path, FACTS, text).code == "policy_limit_differs"
    renamed = POLICY.replace(block, block + later.replace("{count: month", "{id: other, count: month"))
    assert fault_of(tmp_path, FACTS, renamed).code == "policy_limit_begins"
    without = later[: later.index("    limits:")]
    third = later.replace("2021-", "2022-")
    assert fault_of(tmp_path, FACTS, POLICY.replace(block, block + without + third)).code == "policy_limit_begins"
