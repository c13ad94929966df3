"""What PostgreSQL says of a refused statement quotes values of people's rows: only the code may leave a load."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error


class DatabaseRefused(RuntimeError):
    """The database refused a statement, or went away. Names the error's class, SQLSTATE, table and constraint only."""


@contextmanager
def without_values() -> Iterator[None]:
    """Errors of the database leave as DatabaseRefused; no traceback shows the original behind them."""
    try:
        yield
    except Error as error:
        told = getattr(error.__cause__, "diag", None)
        places = [getattr(told, name, None) for name in ("sqlstate", "table_name", "constraint_name")]
        raise DatabaseRefused(" ".join([type(error).__name__, *filter(None, places)])) from None
