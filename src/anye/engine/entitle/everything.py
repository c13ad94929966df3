"""All policies over all subjects: those of one subject together, each after those that it excludes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from anye.engine.entitle.batch import BatchRule, run_together
from anye.engine.entitle.batch_limits import at_month
from anye.engine.entitle.case import Row
from anye.engine.entitle.catalogue import KEYS, Catalogue
from anye.engine.entitle.columns import Column, column, values_of
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.nodes import Value
from anye.engine.entitle.outcomes import Other, Outcomes
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.subjects import Subjects


def judge_all(book: RuleBook, subjects: Subjects) -> Iterator[tuple[Policy, Cases, Outcomes]]:
    """The verdicts of every policy of a subject that there are rows of, block by block; of one policy its blocks follow in
    their order, between those of others. When it was asked for is not looked at: what is owed does not hang on that."""
    others: dict[str, Other] = {}
    for rules in _turns(book, subjects.subjects()):
        needed = frozenset[str]().union(*(rule.needed for rule in rules))
        cases = subjects.cases(rules[0].policy.subject, needed)
        asked = _asked_by_others(book)
        others |= {rule.policy.code: Other.none(cases) for rule in rules if rule.policy.code in asked}
        for rule, outcomes in run_together(rules, cases, others=others):
            if rule.policy.code in asked:
                others[rule.policy.code].put(outcomes)
            yield rule.policy, cases, outcomes


def in_turn(book: RuleBook) -> list[Policy]:
    """The policies, each after those that it excludes."""
    found: dict[str, Policy] = {}

    def take(policy: Policy) -> None:
        for code, _ in sorted(_exclusions(policy)):
            take(book.policies[code])
        found.setdefault(policy.code, policy)

    for code in sorted(book.policies):
        take(book.policies[code])
    return list(found.values())


def cases_as_rows(cases: Cases, catalogue: Catalogue) -> list[Row]:
    """The rows of cases one by one, for `case.CaseRule`; a key that is not known is empty."""
    columns = {name: column(one, cases.rows) for name, one in cases.facts.items()}
    always: list[dict[str, Value | None]] = [{} for _ in range(cases.rows)]
    monthly: list[dict[str, list[Value | None]]] = [{} for _ in range(cases.rows)]
    for name, each in columns.items():
        kind, is_monthly = catalogue.facts[name].kind, np.ndim(each.values) == 2
        shape = (cases.months, cases.rows)
        wide = Column(*(None if one is None else np.broadcast_to(one, shape) for one in each))  # type: ignore[arg-type]
        by_month = [values_of(at_month(wide, at), kind, cases.rows) for at in range(cases.months if is_monthly else 1)]
        for row in range(cases.rows):
            if is_monthly:
                monthly[row][name] = [month[row] for month in by_month]
            else:
                always[row][name] = by_month[0][row]
    keys = {key: ["" if place < 0 else str(place) for place in places.tolist()] for key, places in cases.keys.items()}
    return [
        Row({key: places[row] for key, places in keys.items()}, always[row], monthly[row]) for row in range(cases.rows)
    ]


def _exclusions(policy: Policy) -> set[tuple[str, tuple[str, ...]]]:
    return {(each.policy, each.keys) for block in policy.blocks for each in block.exclusions}


def _is_by_row(book: RuleBook, policy: Policy, code: str, keys: Sequence[str]) -> bool:
    """Whether one that is excluded may be judged in the same blocks."""
    return book.policies[code].subject == policy.subject and tuple(keys) == KEYS[policy.subject]


def _asked_by_others(book: RuleBook) -> frozenset[str]:
    """The policies whose verdicts somebody asks for who is not judged in the same blocks."""
    return frozenset(code for policy in book.policies.values() for code, _ in _exclusions(policy))


def _turns(book: RuleBook, subjects: frozenset[str]) -> Iterator[list[BatchRule]]:
    """Policies of one subject that can be judged at once, after those that they need."""
    waiting = {code: policy for code, policy in sorted(book.policies.items()) if policy.subject in subjects}
    while waiting:
        turn = max((_ready(book, waiting, each) for each in sorted(subjects)), key=len)
        if not turn:  # the reader of packs refuses circles
            raise ValueError(f"these wait for each other: {', '.join(waiting)}")
        yield [BatchRule(waiting.pop(code), book.catalogue) for code in turn]


def _ready(book: RuleBook, waiting: dict[str, Policy], subject: str) -> list[str]:
    """Those of a subject that wait for nobody but one before them in the list, each after those that it excludes."""
    found: list[str] = []
    is_growing = True
    while is_growing:
        is_growing = False
        for code, policy in waiting.items():
            if policy.subject == subject and code not in found and _waits_for_none(book, policy, waiting, found):
                found.append(code)
                is_growing = True
    return found


def _waits_for_none(book: RuleBook, policy: Policy, waiting: dict[str, Policy], before: list[str]) -> bool:
    return all(
        other not in waiting or (other in before and _is_by_row(book, policy, other, keys))
        for other, keys in _exclusions(policy)
    )
