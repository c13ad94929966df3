"""Random policies over random people: one case, everybody at once and a slow oracle come to the same, month by month."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anye.engine.entitle import batch, batch_limits, case, groups, policy, single
from anye.engine.entitle.batch import BatchRule
from anye.engine.entitle.bits import packed
from anye.engine.entitle.case import OUTCOMES, PAY, UNKNOWN, CaseRule, Row, Verdict
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.columns import Column, column_of, term
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import last_day
from anye.engine.entitle.outcomes import Other
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.policy_file import read_policy
from tests.engine.entitle.oracle import Said, oracle
from tests.engine.entitle.policies import FIRST, MONTHS, Described, Person, draw, people_of

DAYS = (None, dt.date(2020, 2, 1), dt.date(2020, 12, 31))


def rows_of(people: Sequence[Person]) -> list[Row]:
    return [Row(person.keys, person.always, person.monthly) for person in people]


def cases_of(people: Sequence[Person], catalogue: Catalogue) -> Cases:
    numbers: dict[str, int] = {}
    keys = {
        key: np.array([numbers.setdefault(p.keys[key], len(numbers)) if key in p.keys else -1 for p in people])
        for key in ("person", "firm", "household")
    }
    facts = {}
    for name, fact in catalogue.facts.items():
        if fact.is_monthly:
            months = [column_of([p.monthly[name][n] for p in people], fact.kind) for n in range(MONTHS)]
            facts[name] = term(Column(np.stack([m.values for m in months]), np.stack([m.known for m in months])))
        else:
            facts[name] = term(column_of([p.always[name] for p in people], fact.kind))
    return Cases("person_firm", FIRST, MONTHS, len(people), keys, facts)


Told = tuple[str, int, frozenset[str], frozenset[str]]


def told(policy: Policy, outcome: int, amount: int, unmet: int, missing: int) -> Told:
    named = [frozenset(name for name, bit in policy.bits.items() if mask & bit) for mask in (unmet, missing)]
    return OUTCOMES[outcome], amount, named[0], named[1]


def of_case(policy: Policy, verdicts: Sequence[Verdict]) -> list[Told]:
    return [told(policy, v.outcome, v.amount, v.unmet, v.missing) for v in verdicts]


def of_oracle(said: Sequence[Said]) -> list[Told]:
    return [(s.outcome, s.amount, frozenset(s.unmet), frozenset(s.missing)) for s in said]


def of_batch(
    policy: Policy, rule: BatchRule, cases: Cases, on: dt.date | None, others: dict[str, Other], rows: int
) -> list[list[Told]]:
    found: dict[int, list[Told]] = {}
    for block in rule.run(cases, on=on, others=others, rows=rows):
        arrays = (block.outcome, block.amount, block.mask(block.unmet), block.mask(block.missing))
        for at, row in enumerate(block.rows.tolist()):
            found[row] = [told(policy, *(int(array[n, at]) for array in arrays)) for n in range(MONTHS)]
    return [found[row] for row in range(cases.rows)]


def compared(seed: int, catalogue: Catalogue, folder: Path, count: int = 30) -> Counter[str]:
    """How often each outcome came, once all three agree on everything."""
    rng = random.Random(seed)
    described: Described = draw(rng)
    rule = read_policy(described.write(folder / f"{seed}.yaml"), catalogue)
    people, on = people_of(rng, count), rng.choice(DAYS)
    rivals = rng.sample(people, count // 2)
    theirs = [[rng.choice([0, 0, 1, 2]) for _ in range(MONTHS)] for _ in rivals]
    right = [of_oracle(said) for said in
             oracle(described, people, [(p, [OUTCOMES[x] for x in t]) for p, t in zip(rivals, theirs, strict=True)], on)]  # fmt: skip
    verdicts = [[Verdict(0, x, 0, 0, 0, {}, {}) for x in t] for t in theirs]
    others = {"rival": list(zip(rows_of(rivals), verdicts, strict=True))}
    singly = CaseRule(rule, catalogue).judge(rows_of(people), FIRST, MONTHS, on=on, others=others)
    assert [of_case(rule, each) for each in singly] == right, f"seed {seed}: one case"
    cases, numbers = (
        cases_of(people, catalogue),
        {person.keys["person"] + person.keys["firm"]: at for at, person in enumerate(people)},
    )
    places = np.array([numbers[p.keys["person"] + p.keys["firm"]] for p in rivals])
    rival = Other(Cases("person_firm", FIRST, MONTHS, len(rivals), {k: v[places] for k, v in cases.keys.items()}, {}),
                  *(packed(said == np.array(theirs).T) for said in (PAY, UNKNOWN)))  # fmt: skip
    together = of_batch(rule, BatchRule(rule, catalogue), cases, on, {"rival": rival}, rows=rng.choice([3, 7, 1000]))
    assert together == right, f"seed {seed}: together"
    return Counter(outcome for row in right for outcome, *_ in row)


def test_one_case_everybody_and_the_oracle_agree(random_catalogue: Catalogue, tmp_path: Path) -> None:
    outcomes = sum((compared(seed, random_catalogue, tmp_path) for seed in range(70)), Counter())
    share = {name: outcomes[name] / outcomes.total() for name in OUTCOMES}
    assert min(share.values()) > 0.1, share


@pytest.mark.trust_long
@pytest.mark.parametrize("part", range(10))
def test_they_agree_on_two_thousand_policies(part: int, random_catalogue: Catalogue, tmp_path: Path) -> None:
    for seed in range(1_000 + part * 200, 1_200 + part * 200):
        compared(seed, random_catalogue, tmp_path)


def completed(rng: random.Random, person: Person) -> Person:
    """The same with something in the place of everything unknown."""
    ranges = {"天数": range(32), "实缴": [-500, 0, 1, 40_000, 90_000], "用过": range(9), "领过": [0, 500, 90_000]}

    def some(name: str, value: object) -> object:
        return rng.choice(ranges.get(name, [True, False])) if value is None else value

    always = {name: some(name, value) for name, value in person.always.items()}
    monthly = {name: [some(name, value) for value in values] for name, values in person.monthly.items()}
    return Person(person.keys, always, monthly)


def test_what_is_said_for_certain_holds_however_the_unknown_turns_out(
    random_catalogue: Catalogue, tmp_path: Path
) -> None:
    certain = 0
    for seed in range(100):
        rng = random.Random(seed)
        path = draw(rng).write(tmp_path / f"{seed}.yaml")
        if "IS NULL" in path.read_text(encoding="utf-8"):
            continue  # who asks whether something is known wants another answer once it is
        rule = CaseRule(read_policy(path, random_catalogue), random_catalogue)
        people = [each for each in people_of(rng, 12) if "household" in each.keys]
        before = rule.judge(rows_of(people), FIRST, MONTHS)
        for _ in range(4):
            after = rule.judge(rows_of([completed(rng, person) for person in people]), FIRST, MONTHS)
            for one, other in zip(before, after, strict=True):
                for said, then in zip(one, other, strict=True):
                    if OUTCOMES[said.outcome] != "unknown" and OUTCOMES[then.outcome] != "unknown":
                        assert (said.outcome, said.amount) == (then.outcome, then.amount), f"seed {seed}"
                        certain += 1
    assert certain > 10_000


def _unknown_as_false(patch: pytest.MonkeyPatch) -> None:
    plain = case._BlockRule._conditions

    def bent(self: Any, claim: Any) -> None:
        plain(self, claim)
        claim.unmet, claim.missing = claim.unmet | claim.missing, 0

    patch.setattr(case._BlockRule, "_conditions", bent)


def _unpaid_months_count(patch: pytest.MonkeyPatch) -> None:
    plain = batch_limits.Count.add
    patch.setattr(
        batch_limits.Count, "add", lambda self, who, least, most: plain(self, who, np.maximum(least, 1), most)
    )


def _least_skips_unknown(patch: pytest.MonkeyPatch) -> None:
    def way(_node: object, *args: Any) -> Any:
        return lambda known: min((v for v in (arg(known) for arg in args) if v is not None), default=None)

    patch.setitem(single._WAYS, "least", way)


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "unknown as false": _unknown_as_false,
    "a limit counts months that are not paid": _unpaid_months_count,
    "LEAST skips what is unknown": _least_skips_unknown,
    "a block ends a month early": lambda patch: patch.setattr(policy, "last_day", lambda m: last_day(m + 1)),
    "a year's count goes on": lambda patch: patch.setattr(policy, "year_of", lambda _: 0),
    "unknown months use nothing up": lambda patch: patch.setattr(
        batch_limits, "_range", lambda column, _lo, _hi, _dtype=None: (column.values.astype(np.int64),) * 2
    ),
    "months bound at once use nothing up": lambda patch: patch.setattr(
        batch_limits, "_before", lambda used, flags: np.broadcast_to(used, flags.shape)
    ),
    "who shares a limit does not": lambda patch: patch.setattr(
        batch, "groups_of", lambda *_: groups.Groups(None, None)
    ),
}


def agrees(seed: int, catalogue: Catalogue, folder: Path) -> bool:
    try:
        compared(seed, catalogue, folder)
    except AssertionError:
        return False
    return True


def test_planted_bugs_are_noticed(random_catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: each of these would pay wrongly, and each is noticed."""
    for name, plant in PLANTED.items():
        with monkeypatch.context() as patch:
            plant(patch)
            noticed = next((seed for seed in range(60) if not agrees(seed, random_catalogue, tmp_path)), None)
        assert noticed is not None, name
