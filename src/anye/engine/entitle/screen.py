"""Whom a policy cannot pay: who fails some of its conditions in every month, whatever the others say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from anye.engine.entitle.batch import BatchRule
from anye.engine.entitle.bits import Array, unpacked
from anye.engine.entitle.catalogue import KEYS, Catalogue
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.kinds import integer
from anye.engine.entitle.nodes import Node
from anye.engine.entitle.policy import Block, Condition, Policy

_ONE = Node("literal", integer(1, 1), value=1)
_OF_WHAT_IS_KNOWN = frozenset({"coalesce", "is_null", "is_true", "is_false"})
"""Formulas that may turn from false to true when a fact becomes known: of a row of which less is known they prove nothing."""


def is_apart(policy: Policy, catalogue: Catalogue) -> bool:
    """Whether what somebody is paid by it hangs on nobody but those of their household."""
    if "person" not in KEYS[policy.subject]:
        return False
    limits = (
        limit.within in {"person", "household", policy.subject} for block in policy.blocks for limit in block.limits
    )
    before = ({"person", "household"} & {*each.keys} for block in policy.blocks for each in block.exclusions)
    facts = (catalogue.facts[name] for name in BatchRule(policy, catalogue).needed)
    return all(limits) and all(before) and not any(fact.roll_up and fact.of == "firm" for fact in facts)


def asks_household(policy: Policy, catalogue: Catalogue) -> bool:
    """Whether what somebody is paid by it hangs on what others of their household are paid, or on facts of the household."""
    keys = {key for block in policy.blocks for each in block.exclusions for key in each.keys}
    within = {limit.within for block in policy.blocks for limit in block.limits}
    facts = (catalogue.facts[name] for name in BatchRule(policy, catalogue).needed)
    return "household" in keys | within or any(fact.of == "household" for fact in facts)


def asked_by_conditions(policy: Policy, catalogue: Catalogue) -> list[frozenset[str]]:
    """The facts that each condition asks, of all those that can prove that somebody is not paid."""
    return [asked for block in policy.blocks for _, asked in _proving(block, catalogue)]


def screen_of(policy: Policy, catalogue: Catalogue, facts: frozenset[str]) -> BatchRule:
    """The policy with those of its conditions alone that ask these facts: all who meet them are paid one unit."""
    blocks = []
    for block in policy.blocks:
        chosen = tuple(each for each, asked in _proving(block, catalogue) if asked <= facts)
        steps = _steps(block, chosen)
        blocks.append(replace(block, conditions=chosen, formulas=steps, limits=(), exclusions=(), amount=_ONE))
    return BatchRule(replace(policy, blocks=tuple(blocks)), catalogue)


def may_be_paid(screen: BatchRule, cases: Cases) -> Array:
    """Of each row, whether in some month it does not fail any condition of a screen: (rows,). What is not known of a row may
    become known: whoever is not here is not paid."""
    found = np.zeros(cases.rows, np.bool_)
    for block in screen.run(cases):
        found[block.chosen] = unpacked(np.bitwise_or.reduce(block.pay | block.unknown, axis=0), block.count)
    return found


def _proving(block: Block, catalogue: Catalogue) -> Iterator[tuple[Condition, frozenset[str]]]:
    """The conditions that are false of a row whatever else becomes known, if they are false at all, with the facts they ask."""
    for condition in block.conditions:
        names = {name for _, node in _steps(block, (condition,)) for name in node.names} | condition.when.names
        asked = catalogue.with_steps(frozenset(names))
        derived = [node for name in asked if name in catalogue.facts and (node := catalogue.facts[name].formula)]
        nodes = [condition.when, *derived, *(node for _, node in _steps(block, (condition,)))]
        if not any(each.op in _OF_WHAT_IS_KNOWN for node in nodes for each in node.walk()):
            yield (
                condition,
                frozenset(name for name in asked if name in catalogue.facts and not catalogue.facts[name].formula),
            )


def _steps(block: Block, conditions: tuple[Condition, ...]) -> tuple[tuple[str, Node], ...]:
    """The named formulas of a block that these conditions ask, each after those it asks."""
    asked, found = {name for each in conditions for name in each.when.names}, []
    for name, node in reversed(block.formulas):
        if name in asked:
            asked |= node.names
            found.append((name, node))
    return tuple(reversed(found))
