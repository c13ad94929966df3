"""What is said of a file besides its rows: sheets passed over, lines that are no rows, and what the file hid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from anye.engine.intake.formats import SheetInfo
from anye.engine.intake.profile import Profile

_MOST_NAMED = 20  # spans of hidden lines, and sheets, that are named; more are counted


@dataclass
class Notes:
    """Complete once the last block is read; as JSON it goes with the load.

    passed_over: sheet, lines, is_hidden, and where its heading is another register's that one's name and title, for
    sheets with content that are not taken. hidden: sheet, is_sheet, lines and spans of lines, columns, has_filter, for sheets that
    hide something and were read all the same. no_rows: how many lines are a title, a heading, a total, a note or blank.
    """

    passed_over: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[dict[str, Any]] = field(default_factory=list)
    no_rows: Counter[str] = field(default_factory=Counter)

    def pass_over(self, sheet: str, *, lines: int, profile: Profile | None, info: SheetInfo | None) -> None:
        """A sheet that is not taken: no register's heading, or another register's."""
        told: dict[str, Any] = {"sheet": sheet, "lines": lines, "is_hidden": info is not None and info.is_hidden}
        if profile is not None:
            told |= {"register": profile.name, "title": dict(profile.title)}
        self.passed_over.append(told)

    def look_at(self, info: SheetInfo | None, *, columns: int) -> None:
        """A sheet that is taken: what of it a reader of the screen does not see, as far as its content goes."""
        if info is None:
            return
        lines = [line for line in info.hidden_lines if line <= (info.last_line or 0)]
        hidden = [letters(at) for at in info.hidden_columns if at < columns]
        if info.is_hidden or lines or hidden or info.has_filter:
            spans = list(_spans(lines))
            self.hidden.append({
                "sheet": info.name, "is_sheet": info.is_hidden, "lines": len(lines), "spans": spans[:_MOST_NAMED],
                "columns": hidden[:_MOST_NAMED], "has_filter": info.has_filter,
            })  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Only what there is to say."""
        told = {"passed_over": self.passed_over, "hidden": self.hidden, "no_rows": dict(self.no_rows)}
        return {name: value for name, value in told.items() if value}


def letters(column: int) -> str:
    """A column from 0 as a sheet names it: A … Z, AA."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _spans(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of lines."""
    first = last = None
    for line in lines:
        if last is not None and line == last + 1:
            last = line
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = line
    if first is not None and last is not None:
        yield first, last
