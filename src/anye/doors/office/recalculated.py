"""How what is owed for the months of a correction came about: what the ledger said when it was paid, what it says now, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext, ngettext

from anye.doors.kit import formats
from anye.doors.office.owed_words import reasons_of
from anye.engine.entitle.months import month_of
from anye.records.claims.models import Correction
from anye.records.entitlements import queries
from anye.records.entitlements.models import PAY, UNKNOWN, Entitlement

MOST_REASONS = 3


@dataclass(frozen=True)
class Step:
    """From a day on so much was owed, of some of which it was not known; `why`: what had changed."""

    on: dt.date
    fen: int
    unknown: int
    why: str


@dataclass(frozen=True)
class Month:
    """A month of a correction: how it was judged, step by step. `then`: as it stood when it was paid, where it was judged then."""

    month: dt.date
    steps: Sequence[Step]
    paid_on: dt.date | None
    then: Step | None

    @property
    def now(self) -> Step | None:
        return self.steps[-1] if self.steps else None


def months_of(correction: Correction, payments: Iterable[Any]) -> list[Month]:
    """Each month for which the ledger ever said something. `payments`: of this policy, for these months."""
    lines = queries.history_of(
        correction.policy_id, person_id=correction.person_id, firm_id=correction.firm_id,
        first=correction.first_month, last=correction.last_month,
    )  # fmt: skip
    paid = [(month_span(one), one.paid_on or one.known_on) for one in payments]
    found = []
    for month, of in groupby(lines, key=lambda line: line.month):
        steps = list(_steps(list(of)))
        at = month_of(month)
        days = [day for (since, until), day in paid if since <= at <= until]
        paid_on = min(days) if days else None
        stood = [step for step in steps if paid_on is not None and step.on <= paid_on]
        found.append(Month(month, steps, paid_on, stood[-1] if stood else None))
    return found


def month_span(payment: Any) -> tuple[int, int]:
    """The first and the last month that a payment is for; without them that in which it was made."""
    since = payment.valid_from or payment.paid_on or payment.known_on
    return month_of(since), max(month_of(payment.valid_to or since), month_of(since))


def _steps(lines: Sequence[Entitlement]) -> Iterator[Step]:
    """The days on which something else was known, and what was owed from then on."""
    days = sorted({line.known_on for line in lines} | {line.retired_on for line in lines if line.retired_on})
    before: Step | None = None
    for day in days:
        stands = [one for one in lines if one.known_on <= day and (one.retired_on is None or one.retired_on > day)]
        fen = sum(one.amount_fen or 0 for one in stands if one.outcome == PAY)
        unknown = sum(one.outcome == UNKNOWN for one in stands)
        if before is not None and (before.fen, before.unknown) == (fen, unknown):
            continue
        yield (before := Step(day, fen, unknown, _why(day, lines, is_first=before is None)))


def _why(day: dt.date, lines: Sequence[Entitlement], *, is_first: bool) -> str:
    """What changed on the day: the rules, of whom the records say it no more or only now, or what they say."""
    came = {(line.person_id, line.post): line for line in lines if line.known_on == day and line.retired_on != day}
    went = {(line.person_id, line.post): line for line in lines if line.retired_on == day and line.known_on != day}
    reasons = list(dict.fromkeys(words for line in came.values() for words in reasons_of(line, "unmet", "missing")))[
        :MOST_REASONS
    ]
    if is_first:
        return " · ".join(reasons) or gettext("first worked out")
    both = came.keys() & went.keys()
    told = []
    if any(came[key].version_id != went[key].version_id for key in both):
        since = formats.day_text(max(line.version.first_used_on for line in came.values()))
        told.append(gettext("the rules in use since %(day)s say otherwise") % {"day": since})
    if gone := len(went.keys() - both):
        words = ngettext(
            "of %(count)s person the records say it no more", "of %(count)s people the records say it no more", gone
        )
        told.append(words % {"count": gone})
    if new := len(came.keys() - both):
        words = ngettext(
            "of %(count)s person the records say it now", "of %(count)s people the records say it now", new
        )
        told.append(words % {"count": new})
    return " · ".join([*(told or ([] if reasons else [gettext("the records say otherwise")])), *reasons])
