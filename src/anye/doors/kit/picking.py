"""Rows of a listing that a reader chooses, to do something with them: a box in each row, and buttons under the table.

What is posted are sealed keys, never the keys themselves; or that all rows under the filters are meant.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from anye.doors.kit.fragments import Words
from anye.doors.kit.tokens import open_state, seal_state

SECONDS = 8 * 3600  # a page may lie open for a working day
MOST = 200  # boxes of a page


@dataclass(frozen=True, slots=True)
class Pick:
    """do: what the buttons post as `do`. chosen, all_rows: their labels. about: what they do. icon: theirs.

    `key_of(row)` is the key of a row that may be chosen, else None; `name_of(row)` what its box is called by a reader aloud;
    `may(request)` whether this reader chooses at all.
    """

    do: str
    chosen: Words
    all_rows: Words
    about: Words
    key_of: Callable[[Any], int | None]
    name_of: Callable[[Any], str]
    may: Callable[[HttpRequest], bool]
    icon: str = "check"

    def box_of(self, listing: str, form: str) -> Callable[[Any], str]:
        """A function from a row to its first cell; `form`: the id of the form under the table."""
        label = gettext("Choose")

        def box(row: Any) -> str:
            key = self.key_of(row)
            if key is None:
                return '<td role="cell" class="pick"></td>'
            name = escape(f"{label} {self.name_of(row)}")
            sealed = seal_state(key, context=f"pick:{listing}")
            return (
                f'<td role="cell" class="pick"><span class="pick-box"><input class="form-check-input" type="checkbox" name="row"'
                f' form="{form}" value="{sealed}" aria-label="{name}"></span></td>'
            )

        return box


def picked(request: HttpRequest, listing: str) -> Sequence[int]:
    """The keys of the boxes that were ticked; what was not sealed here is dropped."""
    opened = (
        open_state(each, context=f"pick:{listing}", max_age=SECONDS) for each in request.POST.getlist("row")[:MOST]
    )
    return [key for key in opened if isinstance(key, int)]
