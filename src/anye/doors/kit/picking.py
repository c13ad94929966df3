"""Rows of a listing that a reader chooses, to do something with them: a box in each row, and buttons under the table.

What is posted are sealed keys (`row`), never the keys themselves; and what is to be done with them (`do`): an act's own word
for the ticked rows, with `_all` for all rows under the filters, which stand in the address.
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
ALL = "_all"


@dataclass(frozen=True, slots=True)
class Act:
    """do: its word. chosen, all_rows: the buttons' labels; without `all_rows` only ticked rows are meant. about: what it does.

    `may(request)` whether this reader does it at all; `href()` where it is posted, if not to the list itself.
    """

    do: str
    chosen: Words
    may: Callable[[HttpRequest], bool]
    all_rows: Words = ""
    about: Words = ""
    icon: str = "check"
    href: Callable[[], str] | None = None

    @property
    def do_all(self) -> str:
        return self.do + ALL


@dataclass(frozen=True, slots=True)
class Pick:
    """`key_of(row)` is the key of a row that may be chosen, else None; `name_of(row)` what its box is called by a reader aloud."""

    acts: Sequence[Act]
    key_of: Callable[[Any], int | None]
    name_of: Callable[[Any], str] = lambda row: str(row.name)

    def acts_of(self, request: HttpRequest) -> list[Act]:
        """What this reader may do."""
        return [act for act in self.acts if act.may(request)]

    def box_of(self, listing: str, form: str) -> Callable[[Any], str]:
        """A function from a row to its first cell; `form`: the id of the form under the table."""

        def box(row: Any) -> str:
            key = self.key_of(row)
            if key is None:
                return '<td role="cell" class="pick"></td>'
            name = escape(gettext("Choose %(name)s") % {"name": self.name_of(row)})
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
