"""READ FIRST. The night's pass: what the registry holds → what each is owed → a line in the ledger where that changed.

It looks at the months from January of the year before, as known on the day. The same pass again changes nothing; one that is
broken off leaves nothing behind. Editing a fact and running it again says the same as the next night would.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from django.db import connection
from django.utils import timezone

from anye.engine.entitle.everything import judge_all
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import month_of, written
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook, Summary
from anye.flow.changed import changed_persons, day_of_news, has_catalogue_changed
from anye.flow.drawing.coverage import Coverage, months_with_rows
from anye.flow.drawing.file import read_drawn
from anye.flow.drawing.months import Window
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.handing_over import close_what_is_no_more
from anye.flow.ledger import Ledger, first_day
from anye.flow.nearly import Nearly
from anye.flow.rules import rules_in_use, rules_on
from anye.flow.settling import settle_all
from anye.flow.standing import Blind
from anye.packs import Pack
from anye.packs.rules import pack_chain, pack_folder
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import actions, queries
from anye.records.entitlements.models import Run
from anye.records.people.queries import count_of_persons

MOST_ALONE = 0.1  # of all persons: of more it is quicker to read whole tables


class PassUnderWay(RuntimeError):
    """Another pass is being made."""


class PassTooEarly(RuntimeError):
    """What was known on a later day was judged already; the ledger goes on from there."""

    def __init__(self, last: dt.date) -> None:
        super().__init__(last.isoformat())
        self.last = last


@dataclass
class PassReport:
    """What a pass came to. `policies`: code → summary of its months; `blind`: code → facts known of nobody in any month."""

    window: Window
    known: dt.date
    policies: dict[str, Summary] = field(default_factory=dict)
    blind: dict[str, list[str]] = field(default_factory=dict)
    appended: int = 0
    retired: int = 0
    judged: int = 0
    settled: dict[str, tuple[int, int]] = field(default_factory=dict)
    nearly: tuple[int, int] = (0, 0)

    def count(self, policy: Policy, cases: Cases, block: Outcomes, book: RuleBook) -> None:
        """Add a block."""
        self.policies[policy.code].add(policy, block, 0)
        if policy.code not in self.blind:
            facts = Blind(policy, cases, book.catalogue).facts
            self.blind[policy.code] = sorted(name for name, months in facts.items() if months.all())

    def as_json(self) -> dict[str, object]:
        return {
            "first_month": written(self.window.first), "last_month": written(self.window.last),
            "known_on": self.known.isoformat(), "judged": self.judged, "appended": self.appended, "retired": self.retired,
            "policies": {
                code: {"outcomes": dict(one.outcomes), "amount_fen": one.amount, "unmet": dict(one.unmet),
                       "missing": dict(one.missing), "known_of_nobody": self.blind.get(code, [])}
                for code, one in sorted(self.policies.items())
            },
        }  # fmt: skip


def window_on(on: dt.date) -> Window:
    """January of the year before to the month of the day."""
    first = month_of(dt.date(on.year - 1, 1, 1))
    return Window(first, month_of(on) - first + 1)


def entitle(pack: Pack, *, on: dt.date, known: dt.date, office_no: int, by: str, is_kept: bool = True) -> PassReport:
    """Judge all policies of a pack over all rows of the registry, and keep what changed.

    `on`: in the last month that is judged; `known`: the day as of which; `office_no`: whose the decisions of firms are.
    `is_kept`: without it nothing is written. Raises PassUnderWay; PassTooEarly where it would write behind a later pass.
    """
    with _one_moment(), acting(BATCH, actor=by, purpose="entitle"):
        _alone()
        last = queries.last_run()
        if is_kept and last and last.known_on > known:
            raise PassTooEarly(last.known_on)
        window, book = window_on(on), rules_in_use(pack.name)
        if not is_kept:
            report = PassReport(window, known, {code: Summary() for code in book.policies})
            for policy, cases, block in judge_all(book, RecordSubjects(pack, window, on=known, book=book)):
                report.count(policy, cases, block, book)
            return report
        basis = _basis(pack, window, book, known)
        some = _whom_alone(last, basis, book)
        came = basis["came"]
        subjects = RecordSubjects(pack, window, on=known, persons=some, came=came, has_all_firms=True, book=book)
        blind = last.blind if last and some is not None else None
        ledger = Ledger(subjects, book, known, office_no, blind)
        report = _kept(ledger, known, by, basis, last if some is not None else None)
    close_what_is_no_more(on=known, by=by)
    return report


def entitle_persons(
    pack: Pack, persons: Sequence[int], *, known: dt.date, office_no: int, by: str
) -> PassReport | None:
    """The same of some persons whose facts were changed, in the months and by the rules of the last pass: what the next would
    say, unless other rules were published since.

    Whoever shares a household with one of them has to be among them. None where no pass was made yet; raises PassUnderWay.
    """
    with acting(BATCH, actor=by, purpose="entitle"):
        last = queries.last_run()
        if last is None or last.known_on > known:
            return None
        _alone()
        whole = rules_on(pack.name, known)
        of_persons = {code: policy for code, policy in whole.policies.items() if policy.subject != "firm"}
        first, until = month_of(last.first_month), month_of(last.last_month)
        subjects = RecordSubjects(
            pack, Window(first, until - first + 1), on=known, persons=persons, came=last.came, book=whole
        )
        ledger = Ledger(subjects, RuleBook(whole.catalogue, of_persons), known, office_no, last.blind)
        report = _kept(ledger, known, by, None)
    close_what_is_no_more(on=known, by=by)
    return report


def _basis(pack: Pack, window: Window, book: RuleBook, known: dt.date) -> dict[str, Any]:
    """All that a pass rests on besides the facts of persons and firms: months, rules, and what has come for them."""
    draws = (draw for draws in read_drawn(pack_folder(pack.name)).values() for draw in draws)
    tables = sorted({draw.spec.table for draw in draws if draw.no.is_by_month})
    files = [each / name for each in pack_chain(pack_folder(pack.name)) for name in ("facts.yaml", "drawn.yaml")]
    return {
        "version": version("anye"),
        "months": list(window),
        "facts": [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()],
        "rules": {code: policy.digest for code, policy in sorted(book.policies.items())},
        "registers": {code: list(span) for code, span in sorted(Coverage(known, pack.profiles).spans.items())},
        "came": {table: sorted(months_with_rows(table, window, known)) for table in tables},
    }


def _whom_alone(last: Run | None, basis: dict[str, Any], book: RuleBook) -> list[int] | None:
    """Who has to be judged anew; None for everybody: nothing was judged on this basis, or too much has changed since."""
    facts = book.catalogue.facts.values()
    if last is None or last.basis != basis or any(fact.roll_up for fact in facts if fact.of == "firm"):
        return None
    since = day_of_news(last)
    if has_catalogue_changed(since):
        return None
    found = changed_persons(since)
    return found.tolist() if len(found) <= count_of_persons() * MOST_ALONE else None


def _kept(ledger: Ledger, known: dt.date, by: str, basis: dict[str, Any] | None, last: Run | None = None) -> PassReport:
    """Judge, and keep what differs from what stands. `basis`: of a pass over everybody; `last`: the one before it, where but some
    are judged anew: what it came to by policy is still so, but for them."""
    book, subjects, window = ledger.book, ledger.subjects, ledger.window
    report = PassReport(window, known, {code: Summary() for code in book.policies})
    run = actions.begin_run(
        known_on=known, first_month=first_day(window.first), last_month=first_day(window.last), by=by, at=timezone.now(),
        is_whole=basis is not None,
    )  # fmt: skip
    nearly = Nearly(ledger)
    for policy, cases, block in judge_all(book, subjects):
        report.count(policy, cases, block, book)
        ledger.take(policy, cases, block)
        nearly.take(policy, cases, block)
    report.retired, report.appended = ledger.close(run)
    report.nearly = nearly.close(known)
    report.judged = len(subjects.persons)
    came = {table: sorted(months) for table, months in subjects.came.items()}
    blind = {code: [sorted(month) for month in each.by_month or ()] for code, each in ledger.blind.items()}
    blind = {**(last.blind if last else {}), **blind}
    if basis is not None:
        registers = basis["registers"]
        draws = subjects.draws
        report.settled = settle_all(book, window, blind, registers, draws, known=known, office_no=ledger.office_no)
    told: dict[str, Any] = {"summary": report.as_json()}
    if last is not None:
        told["summary"]["policies"] = last.summary["policies"]
    if basis is not None:
        told |= {"came": came, "blind": blind, "basis": basis}
    actions.finish_run(run=run, at=timezone.now(), **told)
    return report


@contextmanager
def _one_moment() -> Iterator[None]:
    """Every statement sees the registry as it stood when the pass began, whatever is loaded meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    level = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {}"
    with connection.cursor() as cursor:
        cursor.execute(level.format("REPEATABLE READ"))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(level.format("READ COMMITTED"))


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")  # it joins whole tables
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [actions.ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise PassUnderWay
