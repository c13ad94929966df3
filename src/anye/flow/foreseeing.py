"""Whom other rules would change: the registry is judged by the rules in use and by a draft, and what differs is told.

Of the policies that stand back where this one pays, only the sums are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.utils import timezone

from anye.engine.entitle.batch import BatchRule
from anye.engine.entitle.bits import Array
from anye.engine.entitle.case import OUTCOMES, PAY
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import last_day, written
from anye.engine.entitle.policy_file import digest_of
from anye.engine.entitle.runs import RuleBook, Run
from anye.engine.entitle.screen import asks_household
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.nightly import window_on
from anye.flow.registry import district_no
from anye.flow.rules import rules_in_use
from anye.flow.screening import who_may_be_paid
from anye.packs import Pack
from anye.packs.rules import with_policy
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import queries
from anye.records.entitlements.actions.rules import keep_foreseen

MOST_LINES = 20_000  # of whom it is kept: those with the largest differences


class Change(NamedTuple):
    """What two rules say of the same rows. `was`, `becomes`: outcomes; `had`, `gets`: fen that are paid; all months × rows."""

    cases: Cases
    was: Array
    becomes: Array
    had: Array
    gets: Array

    @property
    def differs(self) -> Array:
        found: Array = (self.was != self.becomes) | (self.had != self.gets)
        return found


def foresee(draft_id: int, pack: Pack, *, on: dt.date) -> None:
    """Find out whom a draft would change, by what is known on a day, and keep it."""
    with acting(BATCH, purpose="foresee rules"):
        draft = queries.draft(draft_id)
        digest, book = digest_of(draft.text), rules_in_use(pack.name)
        if draft.foreseen_state != "asked" or draft.foreseen_digest != digest:
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '256MB'")  # it joins whole tables
        other, _ = with_policy(book, Path(f"{draft.code}.yaml"), draft.text)
        figures, lines = whom(book, other, draft.code, pack, on=on)
        told = {
            **figures,
            "on": on.isoformat(),
            "at": timezone.now().isoformat(),
            "later": later(other, draft.code, on),
        }
        keep_foreseen(draft_id=draft_id, digest=digest, figures=told, lines=lines)


def later(book: RuleBook, code: str, on: dt.date) -> list[str]:
    """The days of a policy on which something begins after the months that are judged."""
    policy, last = book.policies[code], last_day(window_on(on).last)
    days = {dated.since for parameter in policy.parameters.values() for dated in parameter.values}
    return sorted(day.isoformat() for day in days | {block.since for block in policy.blocks} if day > last)


def whom(
    book: RuleBook, other: RuleBook, code: str, pack: Pack, *, on: dt.date
) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """The figures of what the other rules of a policy would change, and the lines that are kept. Read within `acting`."""
    beside = _standing_back(book, other, code)
    facts = frozenset[str]().union(*(asked_by(rules, each) for rules in (book, other) for each in (code, *beside)))
    rules = [rules.policies[each] for rules in (book, other) for each in (code, *beside) if each in rules.policies]
    has_homes = any(asks_household(policy, book.catalogue) for policy in rules)
    persons = who_may_be_paid((book, other), (code, *beside), facts, pack, window_on(on), on=on, has_homes=has_homes)
    subjects = RecordSubjects(
        pack, window_on(on), on=on, persons=persons, has_all_firms=True, facts=facts, book=other, has_homes=has_homes
    )
    change = changes(book, other, code, subjects)
    figures = {**_figures(change), "others": {}}
    for each in beside:
        beside = changes(book, other, each, subjects)
        if beside.differs.any():
            figures["others"][each] = {"subjects": int(beside.differs.any(axis=0).sum()), "fen": _sum(beside)}
    return figures, list(_lines(change, subjects))


def changes(book: RuleBook, other: RuleBook, code: str, subjects: RecordSubjects) -> Change:
    """One policy by two books; one that a book does not hold pays nobody."""
    runs = [Run(each, code, subjects) if code in each.policies else None for each in (book, other)]
    cases = next(run.cases for run in runs if run is not None)
    shape = (cases.months, cases.rows)
    found = [run.whole() if run else (np.zeros(shape, np.int8), np.zeros(shape, np.int64)) for run in runs]
    had, gets = (np.where(outcome == PAY, amount, 0) for outcome, amount in found)
    return Change(cases, found[0][0], found[1][0], had, gets)


def _standing_back(book: RuleBook, other: RuleBook, code: str) -> list[str]:
    """The policies that this one goes before, by either book, and those that they go before."""
    found = [code]
    for each in found:
        for policy in (*book.policies.values(), *other.policies.values()):
            rivals = {one.policy for block in policy.blocks for one in block.exclusions}
            if each in rivals and policy.code not in found:
                found.append(policy.code)
    return found[1:]


def asked_by(book: RuleBook, code: str) -> frozenset[str]:
    """The facts that a policy asks, what adds up to them, and those of the policies that go before it."""
    if code not in book.policies:
        return frozenset()
    policy, facts = book.policies[code], book.catalogue.facts
    found = set(BatchRule(policy, book.catalogue).needed)
    rolled = [fact.roll_up for name in found if (fact := facts[name]).roll_up is not None]
    found |= {part for each in rolled if each is not None for part in (each.of, each.when) if part}
    before = {each.policy for block in policy.blocks for each in block.exclusions}
    return frozenset(found).union(*(asked_by(book, each) for each in before))


def _sum(change: Change) -> int:
    return int((change.gets - change.had).sum())


def _figures(change: Change) -> dict[str, Any]:
    """What it comes to: by what became of what, by month, and for how many more or less."""
    differs, cases = change.differs, change.cases
    difference = change.gets - change.had
    by_row = difference.sum(axis=0)
    turns = []
    for was, becomes in sorted({*zip(change.was[differs].tolist(), change.becomes[differs].tolist(), strict=True)}):
        here = differs & (change.was == was) & (change.becomes == becomes)
        turns.append([OUTCOMES[was], OUTCOMES[becomes], int(here.sum()), int(difference[here].sum())])
    months = [
        [written(cases.first + at), int(differs[at].sum()), int(difference[at].sum())] for at in range(cases.months)
    ]
    return {
        "subjects": int(differs.any(axis=0).sum()), "months": int(differs.sum()), "fen": int(by_row.sum()),
        "more": [int((by_row > 0).sum()), int(by_row[by_row > 0].sum())],
        "less": [int((by_row < 0).sum()), int(by_row[by_row < 0].sum())],
        "turns": turns, "by_month": [each for each in months if each[1]], "kept": MOST_LINES,
    }  # fmt: skip


def _lines(change: Change, subjects: RecordSubjects) -> Iterator[tuple[Any, ...]]:
    """The rows with the largest differences, in the order of `FORESEEN`."""
    differs, cases = change.differs, change.cases
    rows = np.nonzero(differs.any(axis=0))[0]
    by_row = (change.gets - change.had)[:, rows].sum(axis=0)
    rows = rows[np.argsort(-np.abs(by_row), kind="stable")[:MOST_LINES]]
    differs = differs[:, rows]
    first, last = differs.argmax(axis=0), cases.months - 1 - differs[::-1].argmax(axis=0)
    days = [last_day(cases.first + at).replace(day=1) for at in range(cases.months)]
    whose, here = _whose(cases, subjects, rows), np.arange(len(rows))
    told = (
        differs.sum(axis=0), change.was[:, rows][last, here], change.becomes[:, rows][last, here],
        (change.gets - change.had)[:, rows].sum(axis=0),
    )  # fmt: skip
    for at, (since, until) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        yield (*(each[at] for each in whose), days[since], days[until], *(int(each[at]) for each in told))


def _whose(cases: Cases, subjects: RecordSubjects, rows: Array) -> Sequence[Sequence[Any]]:
    """Scope number, person, firm and post of rows."""
    keys: Mapping[str, Array] = cases.keys
    scope: list[Any] = [district_no()] * len(rows)
    person: list[Any] = [None] * len(rows)
    firm, post = list(person), [""] * len(rows)
    if "person" in keys:
        place = keys["person"][rows]
        person, scope = subjects.persons[place].tolist(), subjects.scope_no[place].tolist()
    if "firm" in keys:
        firm = subjects.firms[keys["firm"][rows]].tolist()
    if "post" in keys:
        post = subjects.keys["post"].gather(keys["post"][rows]).to_list()
    return scope, person, firm, post
