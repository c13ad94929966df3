"""Policies over tables of files say of each row what one case says of it, whoever is missing from the other tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from anye.engine.entitle import columns
from anye.engine.entitle.case import OUTCOMES, CaseRule, Row
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.catalogue_file import read_catalogue
from anye.engine.entitle.columns import Term
from anye.engine.entitle.policy_file import read_policy
from anye.engine.entitle.runs import RuleBook, Run
from anye.engine.entitle.tables import read_tables

CATALOGUE = """\
money: {unit: fen, per: 100, sign: &t {zh: 元, en: yuan}}
facts:
  有证: {en: certified, of: person, per: month, type: bool, says: *t, source: *t}
  在岗: {en: works, of: person_firm, per: month, type: bool, says: *t, source: *t}
"""
POLICY = """\
policy: p
title: &t {zh: a, en: a}
says: *t
level: district
subject: person_firm
pays: person
channel: apply
fund: none
legal: []
facts: [在岗, 有证]
parameters:
  标准: {unit: fen, says: *t, values: {2019-01-01: {value: 100, certainty: A, source: x}}}
  起算: {unit: month, says: *t, values: {2019-01-01: {value: 0, certainty: A, source: x}, 2020-02-01: {value: 1, certainty: A, source: x}}}
blocks:
  - from: 2019-01-01
    conditions:
      - {id: works, when: 在岗, met: *t, unmet: *t, missing: *t}
      - {id: asked, when: "WHEN", met: *t, unmet: *t, missing: *t}
    limits:
      - {id: once, count: month, within: person, per: year, at_most: 2, used_before: 起算, met: *t, unmet: *t, missing: *t}
    amount: 标准
tests: {cases: []}
"""
MONTHS = ("2019-12", "2020-01", "2020-02")
CERTIFIED = {"a": False, "b": True}  # the last of the other table says yes; d is not in it
WORKS = {"a": True, "b": True, "c": False, "d": True}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    path = tmp_path_factory.mktemp("catalogue") / "facts.yaml"
    path.write_text(CATALOGUE, "utf-8")
    return read_catalogue(path)


Said = dict[tuple[str, str], tuple[str, int | None, str, str]]


def said_of(when: str, catalogue: Catalogue, tmp_path: Path) -> tuple[Said, Said]:
    """By person and month, what a run over tables says and what one case says."""
    (tmp_path / "p.yaml").write_text(POLICY.replace("WHEN", when), "utf-8")
    policy = read_policy(tmp_path / "p.yaml", catalogue)
    tables = tmp_path / "tables"
    tables.mkdir()
    for name, heading, rows in (
        ("person_month", "person,month,certified", [(who, month, said) for who, said in CERTIFIED.items() for month in MONTHS]),
        ("person_firm_month", "person,firm,month,works", [(f"{who},f", month, said) for who, said in WORKS.items() for month in MONTHS]),
    ):  # fmt: skip
        lines = [f"{who},{month},{'yes' if said else 'no'}" for who, month, said in rows]
        (tables / f"{name}.csv").write_text("\n".join([heading, *lines]), "utf-8")
    read = read_tables(tables, "person_firm", catalogue)
    run = Run(RuleBook(catalogue, {"p": policy}), "p", read)
    found = {
        (line["person"], line["month"]): (line["outcome"], line["amount"], line["unmet"], line["missing"])
        for block in run.blocks()
        for line in run.lines(block, read.first).to_dicts()
    }
    expected = {}
    for who, works in WORKS.items():
        row = Row({"person": who, "firm": "f"}, {}, {"在岗": [works] * 3, "有证": [CERTIFIED.get(who)] * 3})
        for month, one in zip(MONTHS, CaseRule(policy, catalogue).judge([row], read.first, 3)[0], strict=True):
            unmet, missing = (
                "|".join(name for name, bit in policy.bits.items() if mask & bit) for mask in (one.unmet, one.missing)
            )
            amount = None if OUTCOMES[one.outcome] == "unknown" else one.amount
            expected[who, month] = (OUTCOMES[one.outcome], amount, unmet, missing)
    return found, expected


@pytest.mark.parametrize(
    "when",
    ["有证", "NOT 有证", "NOT 有证 OR NOT 在岗", "有证 OR NOT 在岗", "NOT 有证 AND 在岗", "有证 IS FALSE", "有证 IS TRUE",
     "有证 IN (TRUE)", "有证 NOT IN (TRUE, FALSE)", "有证 IS NULL", "CASE WHEN 有证 THEN 在岗 ELSE TRUE END"],
)  # fmt: skip
def test_whoever_has_no_row_in_the_other_table_is_unknown_there(
    when: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    found, expected = said_of(when, catalogue, tmp_path)
    assert found == expected


def test_an_unknown_that_stands_as_yes_would_be_paid(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without the mask whoever has no row there is what the table's last row is."""
    monkeypatch.setattr(columns, "_truth", Term)
    found, expected = said_of("NOT 有证 AND 在岗", catalogue, tmp_path)
    assert {who for (who, month), said in found.items() if said != expected[who, month]} == {"d"}
