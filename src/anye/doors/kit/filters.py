"""Filters of a listing: shareable ones are GET parameters, searches for persons are POSTs that leave a sealed token."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from anye.doors.kit.formats import day_text, month_text
from anye.doors.kit.fragments import Words

Choices = Sequence[tuple[str, Words]]
Apply = Callable[[Any, Any], Any]

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """One of some values. `choices` may be a function of the request (the areas of a duty, say).

    `apply(rows, value)` returns the narrowed rows; a value outside the choices is not applied.
    """

    key: str
    label: Words
    choices: Choices | Callable[[HttpRequest], Choices]
    apply: Apply
    any_label: Words = ""
    input_type: str = field(default="select", init=False)

    def options(self, request: HttpRequest) -> list[tuple[str, Words]]:
        """The choices for this reader."""
        return list(self.choices(request) if callable(self.choices) else self.choices)

    def parse(self, text: str, options: Iterable[tuple[str, Words]]) -> str | None:
        """The value, or None when it is not on offer."""
        return next((value for value, _ in options if value == text), None)

    def words(self, value: str, options: Iterable[tuple[str, Words]]) -> str:
        """The chosen value in words."""
        return str(next(label for found, label in options if found == value))


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """One month, applied as its first day."""

    key: str
    label: Words
    apply: Apply
    input_type: str = field(default="month", init=False)

    def options(self, request: HttpRequest) -> list[tuple[str, Words]]:  # noqa: ARG002 — the filters share one shape
        """No choices: any month."""
        return []

    def parse(self, text: str, options: Iterable[tuple[str, Words]]) -> dt.date | None:  # noqa: ARG002
        """The month's first day, or None."""
        found = _MONTH.fullmatch(text)
        return _day(found[1], found[2], "01") if found else None

    def words(self, value: dt.date, options: Iterable[tuple[str, Words]]) -> str:  # noqa: ARG002
        """The month in words."""
        return month_text(value)


@dataclass(frozen=True, slots=True)
class DayFilter:
    """One day: since, until or on, as `apply` has it."""

    key: str
    label: Words
    apply: Apply
    input_type: str = field(default="date", init=False)

    def options(self, request: HttpRequest) -> list[tuple[str, Words]]:  # noqa: ARG002
        """No choices: any day."""
        return []

    def parse(self, text: str, options: Iterable[tuple[str, Words]]) -> dt.date | None:  # noqa: ARG002
        """The day, or None."""
        found = _DAY.fullmatch(text)
        return _day(*found.groups()) if found else None

    def words(self, value: dt.date, options: Iterable[tuple[str, Words]]) -> str:  # noqa: ARG002
        """The day in words."""
        return day_text(value)


Filter = ChoiceFilter | MonthFilter | DayFilter


@dataclass(frozen=True, slots=True)
class Search:
    """A search by name or number. It is posted, and its text lives in a sealed token, never in clear in an address.

    `apply(rows, text)` narrows the rows. `searched(request, text)` is called once per posted search, so that the
    door can log that persons were looked for.
    """

    label: Words
    apply: Callable[[Any, str], Any]
    placeholder: Words = ""
    searched: Callable[[HttpRequest, str], None] | None = None
    longest: int = 60


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
