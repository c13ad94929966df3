"""Which rows a duty reaches: the role and range of the work under way, held by the database and by the ORM alike.

`acting()` is the only door to rows about people. It sets the PostgreSQL role and the range with SET LOCAL, so that
row-level security repeats what `ScopedManager` filters; leaving it restores what stood before (SET LOCAL outlives a
savepoint, see docs/decisions).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection, models, transaction
from psycopg.pq import TransactionStatus

APP, BATCH, OWNER = "anye_app", "anye_batch", "anye_owner"
SETTINGS = ("role", "anye.lo", "anye.hi", "anye.restricted", "anye.actor", "anye.duty", "anye.purpose")


class ScopeUnset(RuntimeError):
    """Rows about people were asked for outside `acting()`: a mistake of ours, never an empty list."""


@dataclass(frozen=True)
class Scope:
    """An inclusive range of scope numbers; `None` bounds mean the whole installation (batch and owner only).

    `sees_restricted`: whether rows of justice and health within the range are seen as well.
    """

    lo: int | None
    hi: int | None
    sees_restricted: bool = False

    @property
    def is_everything(self) -> bool:
        return self.lo is None or self.hi is None

    def reaches(self, scope_no: int) -> bool:
        """Whether a row of this number lies inside."""
        return self.lo is None or self.hi is None or self.lo <= scope_no <= self.hi


_scope: ContextVar[Scope | None] = ContextVar("anye_scope", default=None)


def current_scope() -> Scope:
    scope = _scope.get()
    if scope is None:
        raise ScopeUnset("no acting duty: enter anye.records.accounts.scope.acting() first")
    return scope


@contextmanager
def acting(
    role: str = APP,
    *,
    lo: int | None = None,
    hi: int | None = None,
    actor: str = "",
    duty: str = "",
    purpose: str = "",
) -> Iterator[Scope | None]:
    """One transaction as `role` over `lo … hi`. The app role without a range reaches nothing and says so."""
    scope = None if role == APP and (lo is None or hi is None) else Scope(lo, hi)
    nested = connection.in_atomic_block
    mark = _scope.set(scope)
    try:
        with transaction.atomic():
            before = _settings() if nested else None
            _set((role, _text(lo), _text(hi), "off", actor, duty, purpose))
            yield scope
            # after an error the savepoint's rollback brings the settings back by itself
            if before is not None and not connection.needs_rollback:
                _set(before)
    finally:
        _scope.reset(mark)


@contextmanager
def within(
    lo: int, hi: int, *, actor: str, duty: str, purpose: str = "", sees_restricted: bool = False
) -> Iterator[Scope]:
    """Narrow the transaction under way (a request's) to a duty's range, without another savepoint."""
    before = _settings()
    _set((before[0], str(lo), str(hi), "on" if sees_restricted else "off", actor, duty, purpose))
    scope = Scope(lo, hi, sees_restricted)
    mark = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(mark)
        # an aborted transaction takes no more statements, and its rollback undoes the settings
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            _set(before)


def set_purpose(purpose: str) -> None:
    """Why the rest of this transaction looks or writes; stands in every event and read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anye.purpose', %s, true)", [purpose])


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _settings() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS))
        row: tuple[str, ...] = cursor.fetchone()
    return row


def _set(values: tuple[str, ...]) -> None:
    # the range first and the role last: a role may lack the right to set what comes after it
    pairs = [*zip(SETTINGS[1:], values[1:], strict=True), (SETTINGS[0], values[0])]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join("set_config(%s, %s, true)" for _ in pairs), [text for pair in pairs for text in pair]
        )


class ScopedQuerySet(models.QuerySet[Any]):
    def known(self, on: Any = None) -> Self:
        """Facts as known on a day: `known_on ≤ on < retired_on`; without a day, what is current."""
        if on is None:
            return self.filter(retired_on__isnull=True)
        return self.filter(known_on__lte=on).filter(models.Q(retired_on__isnull=True) | models.Q(retired_on__gt=on))


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Fail-closed: every query carries the acting range, and asking without one is an error."""

    columns: tuple[str, ...] = ("scope_no",)

    def __init__(self, *columns: str) -> None:
        super().__init__()
        if columns:
            self.columns = columns

    def get_queryset(self) -> ScopedQuerySet:
        rows: ScopedQuerySet = super().get_queryset()
        scope = current_scope()
        if scope.is_everything:
            return rows
        inside = models.Q()
        for column in self.columns:
            inside |= models.Q(**{f"{column}__range": (scope.lo, scope.hi)})
        return rows.filter(inside)


class RestrictedManager(ScopedManager):
    """Rows of justice and health: nobody's within the range but of a duty that must see them.

    `flag`: the column that tells which rows of the table are; without one all of them are.
    """

    def __init__(self, *columns: str, flag: str = "") -> None:
        super().__init__(*columns)
        self.flag = flag

    def get_queryset(self) -> ScopedQuerySet:
        rows = super().get_queryset()
        scope = current_scope()
        if scope.is_everything or scope.sees_restricted:
            return rows
        return rows.filter(**{self.flag: False}) if self.flag else rows.none()
