"""READ FIRST. The night's pass: what the registry holds → what each is owed → a line in the ledger where that changed.

It looks at the months from January of the year before, as known on the day. The same pass again changes nothing; one that is
broken off leaves nothing behind. Editing a fact and running it again says the same as the next night would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from django.db import connection
from django.utils import timezone

from anye.engine.entitle.bits import Array
from anye.engine.entitle.case import UNKNOWN
from anye.engine.entitle.everything import judge_all
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import last_day, month_of, written
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook, Summary
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import month_number, read_numbers
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.standing import Blind, Changes, Standing, compare, csv_lines, first_days
from anye.packs import Pack
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import actions, queries
from anye.records.entitlements.models import PolicyVersion, Run

_ONE_AT_A_TIME = 7_010_001  # advisory lock of the pass


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

    def as_json(self) -> dict[str, object]:
        return {
            "first_month": written(self.window.first), "last_month": written(self.window.last),
            "known_on": self.known.isoformat(), "appended": self.appended, "retired": self.retired,
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
        window, book = window_on(on), read_rules(pack_folder(pack.name))
        report = PassReport(window, known, {code: Summary() for code in book.policies})
        subjects = RecordSubjects(pack, window, on=known)
        if not is_kept:
            for policy, cases, block in judge_all(book, subjects):
                _count(report, policy, cases, block, book)
            return report
        run = actions.begin_run(
            known_on=known,
            first_month=first_day(window.first),
            last_month=first_day(window.last),
            by=by,
            at=timezone.now(),
        )
        ledger = _Ledger(subjects, _versions(book, known), office_no)
        for policy, cases, block in judge_all(book, subjects):
            _count(report, policy, cases, block, book)
            ledger.take(policy, cases, block, book)
        report.retired, report.appended = ledger.close(run, book)
        came = {table: sorted(months) for table, months in subjects.came.items()}
        actions.finish_run(run=run, summary=report.as_json(), came=came, at=timezone.now())
    return report


def first_day(month: int) -> dt.date:
    return last_day(month).replace(day=1)


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
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise PassUnderWay


def _versions(book: RuleBook, on: dt.date) -> dict[str, PolicyVersion]:
    """The rules that judge, kept as they stand in their files."""
    return {
        code: actions.keep_version(
            code=code, digest=policy.digest, title=(policy.title["zh"], policy.title["en"]),
            text=Path(policy.path).read_text(encoding="utf-8"), reasons=policy.reasons, on=on,
        )
        for code, policy in book.policies.items()
    }  # fmt: skip


def _count(report: PassReport, policy: Policy, cases: Cases, block: Outcomes, book: RuleBook) -> None:
    report.policies[policy.code].add(policy, block, 0)
    if policy.code not in report.blind:
        facts = Blind(policy, cases, book.catalogue).facts
        report.blind[policy.code] = sorted(name for name, months in facts.items() if months.all())


class _Ledger:
    """What stands, and what the pass puts in its place."""

    def __init__(self, subjects: RecordSubjects, versions: dict[str, PolicyVersion], office_no: int) -> None:
        self.subjects, self.versions, self.office_no = subjects, versions, office_no
        self.window = subjects.window
        self.standing: dict[str, Standing] = {}
        self.blind: dict[str, Blind] = {}
        self.days = first_days(*self.window)
        actions.open_stage()

    def take(self, policy: Policy, cases: Cases, block: Outcomes, book: RuleBook) -> None:
        """Compare a block with what stands, and stage the difference."""
        code = policy.code
        if code not in self.standing:
            self.standing[code] = self._read(policy)
            self.blind[code] = Blind(policy, cases, book.catalogue)
        changes = compare(block, cases, self.standing[code], self.blind[code])
        actions.stage(
            decided=self._lines(policy, cases, changes),
            retired=csv_lines({"id": changes.retired}, len(changes.retired)),
        )

    def close(self, run: Run, book: RuleBook) -> tuple[int, int]:
        """Retire what was passed over too, and write."""
        for code, policy in book.policies.items():  # one without any row was not taken
            left = (self.standing.get(code) or self._read(policy)).left()
            actions.stage(decided=b"", retired=csv_lines({"id": left}, len(left)))
        return actions.replace_decisions(run=run)

    def _lines(self, policy: Policy, cases: Cases, changes: Changes) -> bytes:
        row, version = changes.row, self.versions[policy.code]
        nothing = pl.repeat(None, len(row), dtype=pl.Int64, eager=True)
        person = firm = scope = nothing
        if "person" in cases.keys:
            place = cases.keys["person"][row]
            person, scope = pl.Series(self.subjects.persons[place]), pl.Series(self.subjects.scope_no[place])
        if "firm" in cases.keys:
            firm = pl.Series(self.subjects.firms[cases.keys["firm"][row]])
        is_post = policy.subject == "post"
        return csv_lines({
            "policy": version.policy_id, "version": version.pk,
            "scope": scope if "person" in cases.keys else self.office_no, "person": person, "firm": firm,
            "post": self.subjects.keys["post"].gather(row) if is_post else "",
            "month": self.days.gather(changes.month), "outcome": changes.outcome,
            "amount": pl.Series(changes.amount).set(pl.Series(changes.outcome == UNKNOWN), None),
            "unmet": changes.unmet, "missing": changes.missing,
        }, len(row))  # fmt: skip

    def _read(self, policy: Policy) -> Standing:
        """The decisions of a policy that stand in these months."""
        post = "0"
        if policy.subject == "post":
            posts = f"{self.subjects.asked.posts()} p WHERE p.person_id = e.person_id AND p.unit || '|' || p.post_name = e.post"
            post = f"coalesce((SELECT p.place FROM {posts}), -1)"
        version = self.versions[policy.code]
        same = [each.pk for each in queries.versions_like(version)]
        sql = f"""
            SELECT e.id, coalesce(e.person_id, 0), coalesce(e.firm_id, 0), {post}::bigint,
                   {month_number("e.month")}::bigint, e.outcome::bigint, coalesce(e.amount_fen, -1), e.unmet, e.missing,
                   (e.version_id = ANY(%(same)s))::int::bigint
            FROM entitlements_entitlement e
            WHERE e.policy_id = %(policy)s AND e.retired_on IS NULL AND e.month BETWEEN %(first)s AND %(last)s"""
        first, last = first_day(self.window.first), first_day(self.window.last)
        params = {
            **self.subjects.asked.params(),
            "policy": version.policy_id,
            "same": same,
            "first": first,
            "last": last,
        }
        blocks = list(read_numbers(sql, params, 10))
        columns = [np.concatenate([block[at] for block in blocks]) for at in range(10)]
        place = self._places(policy.subject, columns[1], columns[2], columns[3])
        flat = np.where(place < 0, -1, place * self.window.months + columns[4] - self.window.first)
        order = np.argsort(flat, kind="stable")
        ids, outcome, amount, unmet, missing, is_same = (columns[at][order] for at in (0, 5, 6, 7, 8, 9))
        return Standing(flat[order], ids, outcome, amount, unmet, missing, is_same == 1)

    def _places(self, subject: str, person: Array, firm: Array, post: Array) -> Array:
        keys = {"person": [person], "firm": [firm], "person_firm": [person, firm], "post": [post]}
        return self.subjects.places(subject, keys[subject])
