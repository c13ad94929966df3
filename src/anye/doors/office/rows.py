"""Rows on their way into a listing: narrowed, read page by page, dressed with what their cells show, and remembered.

What was read last is remembered because every listing and every export leaves a trace of whom it showed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db.models import QuerySet
from django.http import HttpRequest

from anye.doors.kit.exports import Exporting
from anye.doors.kit.sources import Key, Order, QuerySource, Source
from anye.doors.office.entrance import duty_of
from anye.records.accounts.scope import set_purpose
from anye.records.audit.actions import looked

Dress = Callable[[list[Any]], list[Any]]
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Rows:
    """A queryset; `dress` adds to the rows of a page what their cells need, in a fixed number of queries."""

    query: QuerySet[Any]
    dress: Dress = lambda rows: rows
    read: list[Any] = field(default_factory=list)

    def filter(self, *conditions: Any, **named: Any) -> Self:
        return replace(self, query=self.query.filter(*conditions, **named))

    def source(self, order: Order) -> Source:
        """Where the pages come from."""
        return Dressed(QuerySource(self.query, order), self)


@dataclass(frozen=True)
class Dressed:
    """A source whose pages are dressed and remembered."""

    inner: Source
    rows: Rows

    def after(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        return self._out(self.inner.after(key, size))

    def before(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        return self._out(self.inner.before(key, size))

    def count_to(self, limit: int) -> int:
        """See Source."""
        return self.inner.count_to(limit)

    def _out(self, page: list[Any]) -> list[Any]:
        dressed = self.rows.dress(page)
        self.rows.read[:] = dressed
        return dressed


def source_of(rows: Rows, order: Order) -> Source:
    """What a Listing is given as its `source`."""
    return rows.source(order)


def log_list(request: HttpRequest, kind: str, shown: Sequence[Any]) -> None:
    """A page of people was shown: one trace with their number."""
    looked(kind, [(None, duty_of(request).reach.lo)], shown=len(shown))


def log_people(kind: str, people: Sequence[Pair], *, purpose: str = "") -> None:
    """Each of these people was shown or taken out, with the purpose that was stated."""
    if purpose:
        set_purpose(purpose)
    looked(kind, [pair for pair in people if pair[0] is not None], shown=len(people))


def log_export(person_of: Callable[[Any], Pair]) -> Callable[[HttpRequest, Exporting], None]:
    """The `log` of an export: a trace for every person in the file. The view keeps the rows in `request.listed`."""

    def log(request: HttpRequest, made: Exporting) -> None:
        rows = request.listed.read  # type: ignore[attr-defined]
        log_people("export", list(dict.fromkeys(person_of(row) for row in rows)), purpose=f"export: {made.purpose}")

    return log


def log_nameless_export(request: HttpRequest, made: Exporting) -> None:
    """The `log` of an export whose rows name nobody, but may lead to people: who took them out stands in the trail."""
    set_purpose(f"export: {made.purpose}")
    looked("export", [(None, duty_of(request).reach.lo)], shown=made.rows)
