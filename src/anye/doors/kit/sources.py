"""Where a listing's rows come from, page by page. A page is read by its key, never by OFFSET.

OFFSET reads and throws away everything before the page: the last page of a million took 57 ms, by key 0.5 ms.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value

from anye.doors.kit.columns import row_getter
from anye.doors.kit.fragments import Words

Key = list[Any]
COUNT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """A named order of rows. `fields` may start with "-"; the last one must tell every two rows apart (a key)."""

    name: str
    label: Words
    fields: tuple[str, ...]

    @property
    def paths(self) -> list[str]:
        """The fields without their direction."""
        return [field.removeprefix("-") for field in self.fields]

    @property
    def is_descending(self) -> bool:
        """The direction of its first field, for the arrow in the heading."""
        return self.fields[0].startswith("-")

    def key_of(self, row: Any) -> Key:
        """A row's place in this order."""
        return [row_getter(path)(row) for path in self.paths]


class Source(Protocol):
    """Rows in an order."""

    def after(self, key: Key | None, size: int) -> list[Any]:
        """The first `size` rows behind `key`, or the very first."""

    def before(self, key: Key | None, size: int) -> list[Any]:
        """The last `size` rows before `key`, or the very last, in the listing's order."""

    def count_to(self, limit: int) -> int:
        """How many rows there are, but at most `limit`."""


class RowCompare(Func):
    """A PostgreSQL row comparison `(a, b) > (x, y)`, which one index range answers."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, paths: Sequence[str], operator: str, key: Key) -> None:
        """`operator` is < or >; `key` holds a value per path."""
        if operator not in {"<", ">"}:
            raise ValueError(f"operator {operator!r} is not < or >")
        self.width, self.operator = len(paths), operator
        super().__init__(*(F(path) for path in paths), *(Value(value) for value in key))

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:  # noqa: ARG002
        """`(left, …) operator (right, …)` with its parameters."""
        left: list[str] = []
        right: list[str] = []
        params: list[Any] = []
        for place, part in enumerate(self.get_source_expressions()):
            sql, values = compiler.compile(part)
            (left if place < self.width else right).append(sql)
            params.extend(values)
        return f"({', '.join(left)}) {self.operator} ({', '.join(right)})", params


class QuerySource:
    """Rows of a queryset in an order whose fields are never null.

    Raises ValueError for a nullable field: a comparison with NULL is neither true nor false, so such rows would
    fall out between two pages.
    """

    def __init__(self, rows: QuerySet[Any], order: Order) -> None:
        """`rows` is filtered already; its own ordering is replaced."""
        self.rows, self.order = rows, order
        for path in order.paths:
            _refuse_nullable(rows.model, path, set(rows.query.annotations))

    def after(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        rows = self.rows.order_by(*self.order.fields)
        return list((rows if key is None else rows.filter(self._beyond(key, forward=True)))[:size])

    def before(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        rows = self.rows.order_by(*(_turned(field) for field in self.order.fields))
        return list((rows if key is None else rows.filter(self._beyond(key, forward=False)))[:size])[::-1]

    def count_to(self, limit: int) -> int:
        """See Source; the database stops counting at the limit."""
        return int(self.rows.order_by()[:limit].count())

    def _beyond(self, key: Key, *, forward: bool) -> Q | RowCompare:
        """The rows behind a key; in mixed directions written out, with a bound on the first field for the index."""
        fields = self.order.fields if forward else tuple(_turned(field) for field in self.order.fields)
        if len({field.startswith("-") for field in fields}) == 1:
            return RowCompare(self.order.paths, "<" if fields[0].startswith("-") else ">", key)
        steps = [
            f"{path}__{'lt' if field.startswith('-') else 'gt'}"
            for field, path in zip(fields, self.order.paths, strict=True)
        ]
        behind, same = Q(), Q()
        for step, path, value in zip(steps, self.order.paths, key, strict=True):
            behind |= same & Q((step, value))
            same &= Q((path, value))
        return Q((f"{steps[0]}e", key[0])) & behind


class RowSource:
    """Rows of a short list that is in memory already."""

    def __init__(self, rows: Sequence[Any], order: Order) -> None:
        """Sorts the rows by the order's fields, the last field first, so that directions may differ."""
        kept = list(rows)
        for field in reversed(order.fields):
            kept.sort(key=row_getter(field.removeprefix("-")), reverse=field.startswith("-"))
        self.rows, self.order = kept, order
        self.keys = [order.key_of(row) for row in kept]

    def after(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        start = 0 if key is None else self._place(key, lambda at: at + 1)
        return self.rows[start : start + size]

    def before(self, key: Key | None, size: int) -> list[Any]:
        """See Source."""
        stop = len(self.rows) if key is None else self._place(key, lambda at: at)
        return self.rows[max(0, stop - size) : stop]

    def count_to(self, limit: int) -> int:
        """See Source."""
        return min(limit, len(self.rows))

    def _place(self, key: Key, found: Callable[[int], int]) -> int:
        return found(self.keys.index(key)) if key in self.keys else 0


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _refuse_nullable(model: type[models.Model], path: str, annotations: set[str]) -> None:
    if path in annotations or path == "pk":
        return
    owner = model
    for name in path.split("__"):
        try:
            field = owner._meta.get_field(name)
        except FieldDoesNotExist as fault:
            raise ValueError(f"order by {path!r}: {owner.__name__} has no field {name!r}") from fault
        if getattr(field, "null", False):
            raise ValueError(
                f"order by {path!r}: {name!r} may be null, so its rows would be lost between pages; "
                f"annotate the queryset with Coalesce({path!r}, …) and order by the annotation"
            )
        owner = field.related_model or owner
