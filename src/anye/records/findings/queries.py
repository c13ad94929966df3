"""Reads of doubts and visits. Everything is counted up to a limit: a page says "1,000+" rather than wait."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from anye.records.audit.keys import keyring
from anye.records.findings.models import Finding, Handover, Visit, VisitFinding
from anye.records.findings.rules import OPEN_STATES, QUALITY_RULES
from anye.records.people.models import Person
from anye.records.registers.models import Entry
from anye.records.registers.queries import LABEL

NOTE = "note"  # sealing context of a visit's note
COUNT_LIMIT = 1_001
VISITS_LOOKED_AT = 10_000  # visits due that are grouped by village in a request


@dataclass(frozen=True)
class Due:
    """Visits due in one village: how many, how many of them are late on the day asked, and the earliest day."""

    scope_no: int
    count: int
    late: int
    first: date


def findings() -> "QuerySet[Finding]":
    return Finding.objects.all()


def open_findings() -> "QuerySet[Finding]":
    return Finding.objects.filter(state__in=OPEN_STATES)


def finding(token: str) -> Finding:
    """The doubt behind a link. Raises Finding.DoesNotExist."""
    found: Finding = Finding.objects.get(token=token)
    return found


def has_open_finding() -> Exists:
    """Condition on persons: some doubt about them is open."""
    return Exists(open_findings().filter(person_id=OuterRef("pk")))


def open_counts_by_rule(limit: int = COUNT_LIMIT) -> dict[str, int]:
    """Open doubts of the acting range by rule, each counted up to the limit; rules without any are left out."""
    counts = counted({rule: open_findings().filter(rule=rule) for rule in QUALITY_RULES}, limit)
    return {rule: count for rule, count in counts.items() if count}


def counted(rows: Mapping[str, "QuerySet[Any]"], limit: int = COUNT_LIMIT) -> dict[str, int]:
    """How many rows each of several queries has, up to a limit, in one statement."""
    parts, params = [], []
    for name, query in rows.items():
        sql, values = query.order_by()[:limit].values("pk").query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) AS found")
        params += [name, *values]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return dict(cursor.fetchall())


def findings_of(subject: Person) -> list[Finding]:
    """Doubts about a person, the open ones first, then the newest."""
    rows = list(Finding.objects.filter(person=subject).order_by("-found_on", "-id")[:100])
    return sorted(rows, key=lambda f: f.state not in OPEN_STATES)


def visits() -> "QuerySet[Visit]":
    return Visit.objects.all()


def visits_due() -> "QuerySet[Visit]":
    """Visits that the acting range owes, the most urgent first."""
    return Visit.objects.filter(state="due").order_by("due_on", "id")


def visit(token: str) -> Visit:
    """The visit behind a link. Raises Visit.DoesNotExist."""
    found: Visit = Visit.objects.get(token=token)
    return found


def undoing_of(visit: Visit) -> Entry | None:
    """The entry that asks to take the visit's answer back, while it waits or after it was refused."""
    if visit.state != "done" or visit.entry_id is None:
        return None
    return Entry.objects.defer("sealed").filter(pk=visit.entry_id, kind="undo").first()


def answer_taken_of(visit: Visit) -> Entry | None:
    """The answer to a visit that was taken and stands."""
    if visit.state != "done" or visit.entry_id is None:
        return None
    return Entry.objects.defer("sealed").filter(pk=visit.entry_id, kind="visit", state="done").first()


def refused_answer_of(visit: Visit) -> Entry | None:
    """The answer to a visit that was not taken, so that the visit is due again."""
    if visit.state != "due" or visit.entry_id is None:
        return None
    return Entry.objects.defer("sealed").filter(pk=visit.entry_id, kind="visit", state="refused").first()


def visits_of(subject: Person) -> list[Visit]:
    """Visits due and made, the newest first. Those that became needless before anybody went stand in the trail alone."""
    return list(Visit.objects.filter(person=subject).exclude(state="dropped").order_by("-id")[:50])


def visits_due_by_office(on: date, limit: int = VISITS_LOOKED_AT) -> list[Due]:
    """Visits due by village, the latest first. Looks at the `limit` most urgent ones at most."""
    inner = visits_due()[:limit].values("scope_no", "due_on")
    sql, params = inner.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT scope_no, count(*), count(*) FILTER (WHERE due_on < %s), min(due_on) FROM ({sql}) AS due
            GROUP BY scope_no ORDER BY min(due_on), scope_no
            """,
            [on, *params],
        )
        return [Due(*row) for row in cursor.fetchall()]


def findings_of_visits(visit_ids: Iterable[int]) -> dict[int, list[Finding]]:
    """The doubts that each of several visits is to settle, in one query."""
    found: dict[int, list[Finding]] = {}
    rows = VisitFinding.objects.filter(visit_id__in=list(visit_ids)).select_related("finding").order_by("finding_id")
    for row in rows:
        found.setdefault(row.visit_id, []).append(row.finding)
    return found


def visits_about(subject: Finding) -> list[Visit]:
    """The visits that were to settle a doubt, the newest first."""
    return list(Visit.objects.filter(subjects__finding=subject).order_by("-id")[:20])


def settlements_of(subject: Finding) -> list[Entry]:
    """Decisions typed about the doubt's person, the newest first; which doubt each is about stands under seal."""
    rows = Entry.objects.filter(kind="settle", scope_no=subject.scope_no, person_id=subject.person_id)
    return list(rows.order_by("-id")[:20])


def opened_note(visit: Visit) -> str:
    """The note of a visit in clear; nothing when none was left."""
    return "" if visit.note_sealed is None else keyring().unseal(bytes(visit.note_sealed), context=NOTE)


def opened_rival(subject: Finding) -> str:
    """The name under which another row holds the person's ID number; nothing where none is kept."""
    if subject.sealed is None:
        return ""
    told: dict[str, str] = json.loads(keyring().unseal(bytes(subject.sealed), context=LABEL))
    return told["name"]


def opened_settlement(entry: Entry) -> dict[str, Any]:
    """What a settling entry says: finding, state, note."""
    told: dict[str, Any] = json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
    return told


def handover(pk: int) -> Handover:
    """Lines that were handed to visits, by key (for the worker)."""
    found: Handover = Handover.objects.get(pk=pk)
    return found
