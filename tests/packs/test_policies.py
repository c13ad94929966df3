"""The policies of the installed packs: their own tests, the law of retirement, and circles."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from anye.engine.entitle.case import NO, OUTCOMES, PAY, CaseRule, Row, Verdict
from anye.engine.entitle.examples import check_policy, named
from anye.engine.entitle.months import month_of, written
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.said import LIFTED_WORDS, Explainer
from anye.engine.entitle.single import compiled
from anye.packs import HERE, PackFault, pack_names
from anye.packs.rules import check_circles, pack_folder, read_rules

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "examples" / "elsewhere"
YUBEI = read_rules(pack_folder("cn_yubei"))


@pytest.mark.parametrize("pack", [name for name in pack_names() if list((HERE / name).glob("policies/*.yaml"))])
def test_the_policies_of_each_pack_pass_their_own_tests(pack: str) -> None:
    book = read_rules(pack_folder(pack))
    assert [str(fault) for policy in book.policies.values() for fault in check_policy(policy, book.catalogue)] == []


def test_the_example_of_the_guide_passes_its_own_tests() -> None:
    """A policy of quite another place, written from the guide alone: its results were worked out by hand beforehand."""
    book = read_rules(EXAMPLE)
    assert [str(fault) for policy in book.policies.values() for fault in check_policy(policy, book.catalogue)] == []
    assert len(book.policies["wage_topup"].examples) > 50


def test_a_district_has_the_policies_of_its_city_and_of_the_state() -> None:
    levels = {policy.level for policy in YUBEI.policies.values()}
    assert levels == {"state", "municipality", "district"}


def test_every_value_says_where_it_stands_and_how_certain_that_is() -> None:
    values = [dated for policy in YUBEI.policies.values() for p in policy.parameters.values() for dated in p.values]
    assert len(values) > 50
    assert all(dated.source["zh"] and dated.source["en"] and dated.certainty in "ABCD" for dated in values)


def not_paid(months: int) -> list[tuple[Row, list[Verdict]]]:
    """Another policy's verdicts: person 1 is not paid."""
    return [(Row({"person": "1", "firm": "z"}, {}), [Verdict(0, NO, 0, 0, 0, {}, {})] * months)]


def retires_in(born: dt.date, sex: str, kind: str) -> tuple[int, int]:
    """The measures on raising the retirement age, month by month: one month later for each full group of births."""
    years, since, step, most = {
        ("man", "worker"): (60, dt.date(1965, 1, 1), 4, 36), ("man", "cadre"): (60, dt.date(1965, 1, 1), 4, 36),
        ("woman", "cadre"): (55, dt.date(1970, 1, 1), 4, 36), ("woman", "worker"): (50, dt.date(1975, 1, 1), 2, 60),
    }[sex, kind]  # fmt: skip
    later, day = 0, since
    while day <= born and later < most:
        later += 1
        for _ in range(step):
            day = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    total = (born.year + years) * 12 + born.month - 1 + later
    return total // 12, total % 12 + 1


@pytest.mark.parametrize(
    ("sex", "kind"), [("man", "worker"), ("man", "cadre"), ("woman", "worker"), ("woman", "cadre")]
)
def test_the_retirement_month_is_that_of_the_table_for_every_month_of_birth(sex: str, kind: str) -> None:
    node = YUBEI.catalogue.facts["法定退休月"].formula
    assert node is not None
    answer = compiled(node)
    for year in range(1950, 2000):
        for month in range(1, 13):
            born = dt.date(year, month, 1)
            found = answer({"出生月": month_of(born), "性别": sex, "职工类型": kind})
            assert written(int(found or 0)) == "{}-{:02d}".format(*retires_in(born, sex, kind)), born


@pytest.mark.parametrize(
    ("sex", "kind", "born", "retires"),
    [
        ("man", "worker", "1964-12", "2024-12"), ("man", "worker", "1965-01", "2025-02"), ("man", "worker", "1965-05", "2025-07"),
        ("man", "worker", "1976-09", "2039-09"), ("woman", "cadre", "1981-09", "2039-09"), ("woman", "worker", "1984-11", "2039-11"),
        ("woman", "worker", "1975-01", "2025-02"),
    ],
)  # fmt: skip
def test_known_rows_of_the_official_table(sex: str, kind: str, born: str, retires: str) -> None:
    node = YUBEI.catalogue.facts["法定退休月"].formula
    assert node is not None
    day = dt.date.fromisoformat(f"{born}-01")
    assert written(int(compiled(node)({"出生月": month_of(day), "性别": sex, "职工类型": kind}) or 0)) == retires


def test_the_year_of_the_filed_class_comes_to_what_was_published() -> None:
    """1,352 people from October to December at 500 yuan are 2.028 million; the published 2.018 million are 4,036 months."""
    policy = YUBEI.policies["training_through_work"]
    always = {"贫困劳动力": True, "新招用": True, "单位规模": "medium", "停工或困难": False, "受影响行业": False, "在岗参保": True,
              "工资已发": True, "在训名册": True, "已领以工代训月数": 0}  # fmt: skip
    rows = [Row({"person": "1", "firm": "1"}, always)]
    first = month_of(dt.date(2020, 10, 1))
    verdicts = CaseRule(policy, YUBEI.catalogue).judge(rows, first, 3, others={"workshop_training": not_paid(3)})[0]
    assert [verdict.outcome for verdict in verdicts] == [PAY] * 3
    assert sum(verdict.amount for verdict in verdicts) * 1_352 == 202_800_000


def test_policies_that_exclude_each_other_in_a_circle_are_refused() -> None:
    one, other = YUBEI.policies["training_through_work"], YUBEI.policies["workshop_training"]
    exclusion = replace(one.blocks[0].exclusions[0], policy=one.code)
    bent = replace(other, blocks=(replace(other.blocks[0], exclusions=(exclusion,)),))
    book = RuleBook(YUBEI.catalogue, {one.code: one, bent.code: bent})
    with pytest.raises(PolicyFault) as caught:
        check_circles(book)
    assert caught.value.code == "policy_circle"
    assert Path(str(caught.value.params["file"])).exists()


def test_two_firms_that_train_one_person_in_a_month_are_not_both_paid() -> None:
    """No second benefit for the same trainee: which of the two is paid, a person decides."""
    policy = YUBEI.policies["training_through_work"]
    always = {"贫困劳动力": True, "新招用": True, "单位规模": "medium", "停工或困难": False, "受影响行业": False, "在岗参保": True,
              "工资已发": True, "在训名册": True, "已领以工代训月数": 0}  # fmt: skip
    rows = [Row({"person": "1", "firm": firm}, always) for firm in ("a", "b")]
    first = month_of(dt.date(2020, 8, 1))
    verdicts = CaseRule(policy, YUBEI.catalogue).judge(rows, first, 1, others={"workshop_training": not_paid(1)})
    assert [OUTCOMES[each[0].outcome] for each in verdicts] == ["unknown", "unknown"]
    assert {named(policy, each[0].missing) for each in verdicts} == {("one_firm",)}


def test_an_exclusion_by_a_key_that_the_other_lacks_is_refused() -> None:
    """It would never hold, and nobody would be told."""
    one, other = YUBEI.policies["training_through_work"], YUBEI.policies["placement_fee"]
    exclusion = replace(one.blocks[0].exclusions[0], policy=other.code, keys=("person", "firm"))
    bent = replace(one, blocks=(replace(one.blocks[0], exclusions=(exclusion,)),))
    with pytest.raises(PolicyFault) as caught:
        check_circles(RuleBook(YUBEI.catalogue, {bent.code: bent, other.code: other}))
    assert (caught.value.code, caught.value.params["key"]) == ("policy_unknown_value", "same")


def test_a_day_of_asking_frees_nothing_of_a_limit() -> None:
    """Months that were asked for in their time have used the limit up, whatever is asked today."""
    policy = YUBEI.policies["training_through_work"]
    bent = replace(policy, blocks=(replace(policy.blocks[0], accept_until=dt.date(2020, 6, 30)),))
    always = {"贫困劳动力": True, "新招用": True, "单位规模": "medium", "停工或困难": False, "受影响行业": False, "在岗参保": True,
              "工资已发": True, "在训名册": True, "已领以工代训月数": 0}  # fmt: skip
    rows, first = [Row({"person": "1", "firm": "1"}, always)], month_of(dt.date(2020, 3, 1))
    said = [CaseRule(bent, YUBEI.catalogue).judge(rows, first, 7, on=on, others={"workshop_training": not_paid(7)})[0][-1]
            for on in (dt.date(2020, 6, 1), dt.date(2020, 12, 1))]  # fmt: skip
    assert [named(bent, each.unmet) for each in said] == [("longest",), ("accepted", "longest")]


def test_who_a_limit_does_not_hold_for_is_not_told_how_much_of_it_is_left() -> None:
    policy = YUBEI.policies["insurance_subsidy"]
    always = {"贫困劳动力": True, "有劳动合同": True, "在岗参保": True, "出生月": -102, "性别": "man", "领取养老金": False,
              "单位实缴保费": 60_000, "养老保险费减免": False, "已领社保补贴月数": 40}  # fmt: skip
    said = {}
    for months_to_retirement in (59, 60):
        rows = [Row({"person": "1", "firm": "1"}, {**always, "首次享受社保补贴月": -102 + 720 - months_to_retirement})]
        verdict = CaseRule(policy, YUBEI.catalogue).judge(rows, month_of(dt.date(2020, 8, 1)), 1)[0][0]
        both = Explainer(policy, YUBEI.catalogue).explain_in(verdict, ("zh", "en"))
        said[months_to_retirement] = [
            (line.state, line.text) for each in both for line in each.lines if line.id == "longest"
        ]
    assert said[59] == [("met", LIFTED_WORDS[lang]) for lang in ("zh", "en")]
    assert [state for state, _ in said[60]] == ["unmet", "unmet"]
    assert not {text for _, text in said[60]} & set(LIFTED_WORDS.values())


def test_packs_that_stand_on_each_other_are_refused(tmp_path: Path) -> None:
    for name, base in (("one", "other"), ("other", "one")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text(
            f"name: {name}\nversion: 1\ntitle: {{zh: 甲, en: a}}\nbase: {base}\n", "utf-8"
        )
    with pytest.raises(PackFault) as caught:
        read_rules(tmp_path / "one")
    assert caught.value.code == "pack_unknown"
