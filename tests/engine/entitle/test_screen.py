"""Whoever a screen leaves out is paid in no month, whatever else becomes known of them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from anye.engine.entitle import screen
from anye.engine.entitle.batch import BatchRule
from anye.engine.entitle.case import NO
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.kinds import BOOL
from anye.engine.entitle.nodes import Node
from anye.engine.entitle.policy import Block, Policy
from anye.engine.entitle.policy_file import read_policy
from anye.engine.entitle.screen import asked_by_conditions, asks_household, is_apart, may_be_paid, screen_of
from anye.packs.rules import pack_folder, read_rules
from tests.engine.entitle.policies import draw, people_of
from tests.engine.entitle.test_policy_agreement import cases_of

SEEDS = range(120)


def policy_of(rng: random.Random, catalogue: Catalogue, path: Path) -> Policy:
    described = draw(rng)
    for block in described.blocks:
        block.excludes = None
    policy = read_policy(described.write(path), catalogue)
    return replace(policy, blocks=tuple(asking_whether(rng, block) for block in policy.blocks))


def asking_whether(rng: random.Random, block: Block) -> Block:
    """The block, of some of its conditions asked also whether a fact is known: what is false then may become true."""
    conditions = []
    for each in block.conditions:
        name = next(node for node in each.when.walk() if node.op == "name")
        known = Node("not", BOOL, (Node("is_null", BOOL, (name,)),))
        is_so = rng.random() < 0.3
        conditions.append(replace(each, when=Node("and", BOOL, (known, each.when))) if is_so else each)
    return replace(block, conditions=tuple(conditions))


def left_out(seed: int, catalogue: Catalogue, folder: Path) -> tuple[int, int]:
    """How many rows a screen by some facts leaves out, of which some facts are unknown to it; and how many of them are not refused."""
    rng = random.Random(seed)
    policy = policy_of(rng, catalogue, folder / f"{seed}.yaml")
    cases = cases_of(people_of(rng, 60), catalogue)
    conditions = asked_by_conditions(policy, catalogue)
    facts = frozenset[str]().union(*rng.sample(conditions, rng.randint(0, len(conditions))))
    hidden = frozenset(rng.sample(sorted(cases.facts), 3))
    seen = replace(cases, facts={name: each for name, each in cases.facts.items() if name not in hidden})
    outcome = np.zeros((cases.months, cases.rows), np.int8)
    for block in BatchRule(policy, catalogue).run(cases):
        outcome[:, block.chosen] = block.outcome
    is_out = ~may_be_paid(screen_of(policy, catalogue, facts), seen)
    return int(is_out.sum()), int((outcome[:, is_out] != NO).any(axis=0).sum())


def test_nobody_is_left_out_who_could_be_paid(random_catalogue: Catalogue, tmp_path: Path) -> None:
    found = [left_out(seed, random_catalogue, tmp_path) for seed in SEEDS]
    assert sum(wrongly for _, wrongly in found) == 0
    assert sum(count for count, _ in found) > 50


def test_conditions_that_ask_whether_something_is_known_prove_nothing(
    random_catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_OF_WHAT_IS_KNOWN", frozenset())
    assert sum(left_out(seed, random_catalogue, tmp_path)[1] for seed in SEEDS) > 0


def test_without_any_condition_all_could_be_paid(random_catalogue: Catalogue, tmp_path: Path) -> None:
    policy = policy_of(random.Random(1), random_catalogue, tmp_path / "one.yaml")
    cases = Cases("person_firm", cases_of(people_of(random.Random(1), 9), random_catalogue).first, 16, 9, {}, {})
    assert may_be_paid(screen_of(policy, random_catalogue, frozenset()), cases).all()


def test_on_whom_else_it_hangs_what_somebody_is_paid() -> None:
    book = read_rules(pack_folder("cn_yubei"))
    apart = {code for code, policy in book.policies.items() if is_apart(policy, book.catalogue)}
    assert {code for code, policy in book.policies.items() if policy.subject == "firm"} == book.policies.keys() - apart
    homes = {code for code, policy in book.policies.items() if asks_household(policy, book.catalogue)}
    assert homes == {"part_time_post", "startup_grant"}
    policy = book.policies["insurance_subsidy"]
    (block,) = policy.blocks

    def with_limits_of(who: str) -> Policy:
        return replace(policy, blocks=(replace(block, limits=(replace(block.limits[0], within=who),)),))

    assert not is_apart(with_limits_of("firm"), book.catalogue)
    assert is_apart(with_limits_of("household"), book.catalogue)
    assert asks_household(with_limits_of("household"), book.catalogue)
