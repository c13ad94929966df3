"""What one person is owed, with every reason: the same facts and the same rules as the night's, while somebody waits.

Those of the same household are judged too, for some limits are the household's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from anye.engine.entitle.case import Row, Verdict
from anye.engine.entitle.everything import cases_as_rows, in_turn
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.flow.drawing.months import Window
from anye.flow.drawing.subjects import RecordSubjects
from anye.packs import Pack
from anye.records.entitlements import queries

OF_A_PERSON = ("person", "person_firm", "post")


@dataclass(frozen=True)
class Owed:
    """One policy for one row of a person: themselves, themselves at a firm (`firm_id`), or in a post (`post`, unit|name).

    `verdicts`: month by month from the window's first.
    """

    policy: Policy
    firm_id: int | None
    post: str
    verdicts: Sequence[Verdict]


def owed_to(
    pack: Pack, book: RuleBook, person: int, household: Sequence[int], window: Window, *, known: dt.date
) -> list[Owed]:
    """What a person is owed in each month of the window by every policy of the book, as known on a day.

    `household`: who lives with them. Read within `acting`; `window` as the night's, for months before use limits up.
    """
    last = queries.last_run(known)
    persons = sorted({person, *household})
    subjects = RecordSubjects(pack, window, on=known, persons=persons, came=last.came if last else None, book=book)
    found: list[Owed] = []
    others: dict[str, list[tuple[Row, list[Verdict]]]] = {}
    cases, rows = dict[str, Cases](), dict[str, list[Row]]()
    for subject in OF_A_PERSON:
        cases[subject] = subjects.cases(subject, _needed(book, subject))
        rows[subject] = cases_as_rows(cases[subject], book.catalogue)
    for policy in in_turn(book):
        if policy.subject not in rows:
            continue
        rule, _ = book.for_case(policy.code)
        verdicts = rule.judge(rows[policy.subject], window.first, window.months, others=others)
        others[policy.code] = list(zip(rows[policy.subject], verdicts, strict=True))
        found += _of_person(policy, subjects, cases[policy.subject], verdicts, person)
    return found


def _of_person(
    policy: Policy, subjects: RecordSubjects, cases: Cases, verdicts: Sequence[Sequence[Verdict]], person: int
) -> list[Owed]:
    found = []
    for row in range(cases.rows):
        if subjects.persons[cases.keys["person"][row]] != person:
            continue
        firm = int(subjects.firms[cases.keys["firm"][row]]) if "firm" in cases.keys else None
        post = str(subjects.keys["post"][int(cases.keys["post"][row])]) if "post" in cases.keys else ""
        found.append(Owed(policy, firm, post, verdicts[row]))
    return found


def _needed(book: RuleBook, subject: str) -> frozenset[str]:
    names = [book.for_case(code)[0].needed for code, policy in book.policies.items() if policy.subject == subject]
    return frozenset[str]().union(*names)
