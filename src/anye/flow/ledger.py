"""The ledger of entitlements while a pass is made: what stands is read, what differs is staged, and put in its place at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl

from anye.engine.entitle.bits import Array
from anye.engine.entitle.case import UNKNOWN
from anye.engine.entitle.groups import Cases
from anye.engine.entitle.months import last_day
from anye.engine.entitle.outcomes import Outcomes
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.flow.drawing.spans import month_number, read_numbers
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.standing import Blind, Changes, Standing, compare, csv_lines, first_days
from anye.records.entitlements import actions, queries
from anye.records.entitlements.models import PolicyVersion, Run


def first_day(month: int) -> dt.date:
    return last_day(month).replace(day=1)


def _versions(book: RuleBook, on: dt.date) -> dict[str, PolicyVersion]:
    """The rules that judge, kept as they stand in their files."""
    return {
        code: actions.keep_version(
            code=code, digest=policy.digest, title=(policy.title["zh"], policy.title["en"]),
            text=policy.text, reasons=policy.reasons, on=on,
        )
        for code, policy in book.policies.items()
    }  # fmt: skip


class Ledger:
    """What stands, and what the pass puts in its place."""

    def __init__(
        self, subjects: RecordSubjects, book: RuleBook, known: dt.date, office_no: int,
        blind: Mapping[str, Sequence[Collection[int]]] | None = None,
    ) -> None:  # fmt: skip
        """`office_no`: whose the decisions of firms are. `blind`: as the last pass over everybody found, for one over some."""
        self.subjects, self.book, self.office_no = subjects, book, office_no
        self.versions = _versions(book, known)
        self.window, self.known_blind = subjects.window, blind
        self.standing: dict[str, Standing] = {}
        self.blind: dict[str, Blind] = {}
        self.days = first_days(*self.window)
        actions.open_stage()

    def take(self, policy: Policy, cases: Cases, block: Outcomes) -> None:
        """Compare a block with what stands, and stage the difference."""
        code = policy.code
        if code not in self.standing:
            self.standing[code] = self._read(policy)
            told = None if self.known_blind is None else self.known_blind.get(code)
            self.blind[code] = Blind(policy, cases, self.book.catalogue, told)
        changes = compare(block, cases, self.standing[code], self.blind[code])
        actions.stage(
            decided=self._lines(policy, cases, changes),
            retired=csv_lines({"id": changes.retired}, len(changes.retired)),
        )

    def close(self, run: Run) -> tuple[int, int]:
        """Retire what was passed over too, and write."""
        for code, policy in self.book.policies.items():  # one without any row was not taken
            left = (self.standing.get(code) or self._read(policy)).left()
            actions.stage(decided=b"", retired=csv_lines({"id": left}, len(left)))
        if self.subjects.asked.persons is None:
            first, last = first_day(self.window.first), first_day(self.window.last)
            actions.stage_others(policies=[each.policy_id for each in self.versions.values()], first=first, last=last)
        return actions.replace_decisions(run=run)

    def _lines(self, policy: Policy, cases: Cases, changes: Changes) -> bytes:
        version = self.versions[policy.code]
        return csv_lines({
            "policy": version.policy_id, "version": version.pk, **self.whose(policy, cases, changes.row),
            "month": self.days.gather(changes.month), "outcome": changes.outcome,
            "amount": pl.Series(changes.amount).set(pl.Series(changes.outcome == UNKNOWN), None),
            "unmet": changes.unmet, "missing": changes.missing,
        }, len(changes.row))  # fmt: skip

    def whose(self, policy: Policy, cases: Cases, row: Array) -> dict[str, object]:
        """Of rows of the policy's subject: scope number, person, firm and post, as columns of lines."""
        nothing = pl.repeat(None, len(row), dtype=pl.Int64, eager=True)
        person = firm = scope = nothing
        if "person" in cases.keys:
            place = cases.keys["person"][row]
            person, scope = pl.Series(self.subjects.persons[place]), pl.Series(self.subjects.scope_no[place])
        if "firm" in cases.keys:
            firm = pl.Series(self.subjects.firms[cases.keys["firm"][row]])
        is_post = policy.subject == "post"
        return {
            "scope": scope if "person" in cases.keys else self.office_no, "person": person, "firm": firm,
            "post": self.subjects.keys["post"].gather(row) if is_post else "",
        }  # fmt: skip

    def _read(self, policy: Policy) -> Standing:
        """The decisions of a policy that stand in these months."""
        post, posts, once = "0", "", ""
        if policy.subject == "post":
            post, once = "coalesce(p.place, -1)", "DISTINCT ON (e.id)"  # two placements may be called the same
            posts = f"""LEFT JOIN {self.subjects.asked.posts()} p
                ON p.person_id = e.person_id AND p.unit || '|' || p.post_name = e.post"""
        version = self.versions[policy.code]
        same = [each.pk for each in queries.versions_like(version)]
        these = (
            f"AND {self.subjects.asked.are_these('e.person_id')}"
            if self.subjects.asked.persons is not None and policy.subject != "firm"
            else ""
        )
        sql = f"""
            SELECT {once} e.id, coalesce(e.person_id, 0), coalesce(e.firm_id, 0), {post}::bigint,
                   {month_number("e.month")}::bigint, e.outcome::bigint, coalesce(e.amount_fen, -1), e.unmet, e.missing,
                   (e.version_id = ANY(%(same)s))::int::bigint
            FROM entitlements_entitlement e {posts}
            WHERE e.policy_id = %(policy)s AND e.retired_on IS NULL AND e.month BETWEEN %(first)s AND %(last)s {these}"""
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
