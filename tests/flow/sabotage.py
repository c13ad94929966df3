"""Negative controls: statements with their guard taken out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def broken(old: str, new: str) -> Iterator[Callable[[], int]]:
    """Every statement with `old` made `new`; yields how many were."""
    count = 0

    def execute(call: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += old in sql
        return call(sql.replace(old, new), params, many, context)

    with connection.execute_wrapper(execute):
        yield lambda: count
