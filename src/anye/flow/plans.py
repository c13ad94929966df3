"""Joins that the planner chooses well although it has no statistics of what a load has just brought.

What stands uncommitted in a table, or stood there in a load that died, counts as nothing when the server takes its
statistics; the planner then believes the table empty and compares each row of one with each of the other. Of few rows
it may, and finds them by their index; of many it is forbidden to.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

FEW = 200  # persons, where a statement reads records without an index that leads to them
MANY = 5_000  # rows: compared each with each they take seconds, a join that reads whole tables takes no longer


def plan_for(cursor: CursorWrapper, rows: int) -> None:
    """Until the transaction ends, statements are planned for at least so many rows."""
    if rows > MANY:
        cursor.execute("SET LOCAL enable_nestloop = off")


@contextmanager
def joined_at_once(cursor: CursorWrapper, rows: int) -> Iterator[None]:
    """Statements that must not be compared row by row from `FEW` rows on."""
    cursor.execute("SELECT current_setting('enable_nestloop')")
    (before,) = cursor.fetchone()
    if rows > FEW:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute(f"SET LOCAL enable_nestloop = {before}")
