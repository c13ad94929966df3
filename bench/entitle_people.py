"""Invented people for the rules of `bench/entitle_rules`: facts as arrays, a fiftieth of them unknown, and the rules run."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from anye.engine.entitle.batch import BatchRule, run_together
from anye.engine.entitle.catalogue import Fact
from anye.engine.entitle.columns import Column, term, width
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.runs import RuleBook
from anye.packs.rules import read_rules

RULES = Path(__file__).parent / "entitle_rules"
FIRST, MONTHS = (2020 - 1970) * 12 + 6, 12  # July 2020 to June 2021: a turn of the year
UNKNOWN = 0.02
SEED = 20200701
SHARES = {
    "works": 0.85, "insured": 0.8, "enrolled": 0.5, "waived": 0.3, "poor": 0.6, "hard_to_place": 0.3, "disabled": 0.1,
}  # fmt: skip
SPANS = {
    "days": (8, 28), "premium": (0, 120_000), "wage": (50_000, 600_000), "born": (FIRST - 800, FIRST - 170),
    "graduated": (FIRST - 60, FIRST + 3), "fare": (0, 150_000),
}  # fmt: skip
HAD = 0.3  # how many have had something of a limit before


@cache
def rule_book() -> RuleBook:
    return read_rules(RULES)


@cache
def rules() -> Mapping[str, BatchRule]:
    """The rules, made ready; those that go before another come first, as their names happen to do."""
    book = rule_book()
    return {code: BatchRule(policy, book.catalogue) for code, policy in sorted(book.policies.items())}


def brought() -> dict[str, Fact]:
    """The facts that registers bring; the others follow from them."""
    return {name: fact for name, fact in rule_book().catalogue.facts.items() if fact.formula is None}


def drawn(rows: int) -> dict[str, Column]:
    rng = np.random.default_rng(SEED)
    return {name: _column(rng, fact, rows) for name, fact in brought().items()}


def _column(rng: np.random.Generator, fact: Fact, rows: int) -> Column:
    shape, kind = (MONTHS, rows) if fact.is_monthly else (rows,), fact.kind
    known = rng.random(shape, np.float32) >= UNKNOWN
    if kind.type == "bool":
        return Column((rng.random(shape, np.float32) < SHARES[fact.en]) & known, known)
    dtype = width(kind)
    if fact.en in SPANS:
        values = rng.integers(*SPANS[fact.en], shape, dtype, endpoint=True)
    else:
        values = rng.integers(kind.lo, kind.hi, shape, dtype, endpoint=True)
        values *= rng.random(shape, np.float32) < HAD
    values[~known] = kind.lo
    return Column(values, known)


def cases_of(facts: Mapping[str, Column], rows: int) -> Cases:
    terms = {name: term(column) for name, column in facts.items()}
    return Cases("person", FIRST, MONTHS, rows, {"person": np.arange(rows)}, terms)


def save(facts: Mapping[str, Column], folder: Path) -> None:
    """Values and where they are known, by English name, for other processes."""
    for name, fact in brought().items():
        np.save(folder / f"{fact.en}.npy", facts[name].values)
        np.save(folder / f"{fact.en}.known.npy", facts[name].known)


def saved(folder: Path) -> dict[str, Column]:
    return {
        name: Column(np.load(folder / f"{fact.en}.npy"), np.load(folder / f"{fact.en}.known.npy"))
        for name, fact in brought().items()
    }


def answered(cases: Cases) -> Iterator[tuple[str, Outcomes]]:
    """All rules over all cases, block by block."""
    for rule, block in run_together(list(rules().values()), cases):
        yield rule.policy.code, block


def asked(code: str) -> frozenset[str]:
    """The facts that a rule and those it excludes ask."""
    rule = rules()[code]
    others = (each.policy for block in rule.policy.blocks for each in block.exclusions)
    return rule.needed.union(*map(asked, others))


def run_all(cases: Cases) -> int:
    """All blocks, handed over and let go of; how many there were."""
    return sum(1 for _ in answered(cases))
