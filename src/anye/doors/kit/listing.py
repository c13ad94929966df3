"""Listings: filtered, searched, ordered, paged by key, with chosen columns, and exported as shown.

A `Listing` is a definition, made once at import; `respond` answers a request with it. Every view of it is a link:
filters, order, columns and place are in the address, the place and the search text as sealed tokens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Boxes, Column, column_heading, table_body
from anye.doors.kit.exports import Export, export_response
from anye.doors.kit.filters import Filter, Search
from anye.doors.kit.formats import number_text
from anye.doors.kit.fragments import Words
from anye.doors.kit.sources import COUNT_LIMIT, Order, QuerySource, Source
from anye.doors.kit.state import Active, State, read_state
from anye.doors.kit.tokens import seal_state

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty listing says and what to do about it."""

    title: Words
    text: Words = ""
    action_label: Words = ""
    action_href: str = ""
    icon: str = "inbox"


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows that may be picked, to do one thing with all of them.

    key: what is posted as `chosen` of a row, best a sealed token; nothing for one that cannot be picked. may: who is
    offered it. href: where the picked are posted, as `do=chosen`; with `all_label` also `do=all`, with the filters in
    the address: all that they leave.
    """

    key: Callable[[Any], str]
    label: Words
    href: Callable[[], str]
    may: Callable[[HttpRequest], bool]
    all_label: Words = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The definition of a listing.

    name: permanent identifier, unique on its page. orders: the first is the usual one. `source(rows, order)` makes
    a Source of what the view hands over; the default takes querysets.
    """

    name: str
    caption: Words
    columns: tuple[Column, ...]
    orders: tuple[Order, ...]
    filters: tuple[Filter, ...] = ()
    search: Search | None = None
    export: Export | None = None
    choice: Choice | None = None
    empty: Empty = field(default_factory=lambda: Empty(_("Nothing here yet")))
    page_size: int = PAGE_SIZE
    source: Callable[[Any, Order], Source] = QuerySource

    def respond(
        self, request: HttpRequest, rows: Any, *, template: str, context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Answer a request: the page with `listing` in its context, only the listing for htmx, a search or an export."""
        state = read_state(self, request)
        if request.method == "POST":
            return self._posted(request, rows, state)
        shown = self.show(request, rows, state)
        is_part = (
            request.headers.get("HX-Target") == shown.dom_id and "HX-History-Restore-Request" not in request.headers
        )
        response = render(request, "kit/listing.html" if is_part else template, {**(context or {}), "listing": shown})
        # the same address answers with a page or a part: no cache may mistake one for the other
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        response["Cache-Control"] = "private, no-store"
        return response

    def show(self, request: HttpRequest, rows: Any, state: State | None = None) -> "Shown":
        """The page that a state names: two queries, whatever the rows."""
        state = state or read_state(self, request)
        source = self.source(state.narrow(rows), state.order)
        return Shown(self, request, state, *_page(source, state, self.page_size))

    def _posted(self, request: HttpRequest, rows: Any, state: State) -> HttpResponse:
        if self.search is not None and request.POST.get("do") == "search":
            text = request.POST.get("text", "").strip()[: self.search.longest]
            if text and self.search.searched is not None:
                self.search.searched(request, text)
            token = seal_state(text, context=f"search:{self.name}") if text else None
            return _see_other(request.path + state.link(found=token, place=None))
        if self.export is not None and request.POST.get("do") == "export":
            return export_response(self.export, request, self.source(state.narrow(rows), state.order), state)
        return _see_other(request.get_full_path())


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading and the link that sorts by it."""

    label: str
    css: str
    href: str = ""
    direction: str = ""  # ascending, descending or nothing


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a listing, ready for its template."""

    definition: Listing
    request: HttpRequest
    state: State
    rows: list[Any]
    first_number: int | None  # place of the first row in the whole listing, where it is known
    count: int  # counted to COUNT_LIMIT + 1 at most
    has_before: bool
    has_after: bool

    @property
    def dom_id(self) -> str:
        """The id of the listing's element, htmx's target."""
        return f"listing-{self.definition.name}"

    @property
    def body(self) -> SafeString:
        """The table's rows."""
        key = self.definition.choice.key if self.may_choose and self.definition.choice else None
        return table_body(self.rows, self.state.columns, Boxes(f"{self.dom_id}-choice", key) if key else None)

    @property
    def may_choose(self) -> bool:
        """Whether this reader may pick rows, and there are any to be picked."""
        choice = self.definition.choice
        return choice is not None and choice.may(self.request) and any(choice.key(row) for row in self.rows)

    @property
    def choice_href(self) -> str:
        """Where picked rows are posted, with the filters in force."""
        choice = self.definition.choice
        return f"{choice.href()}{self.state.link(place=None)}" if choice is not None else ""

    @property
    def headings(self) -> list[Heading]:
        """The headings of the chosen columns."""
        return [self._heading(column) for column in self.state.columns]

    def _heading(self, column: Column) -> Heading:
        usable = [order for order in self.definition.orders if column.order and order.name.lstrip("-") == column.order]
        if not usable:
            return Heading(column_heading(column), column.css)
        here = self.state.order
        # pressing the heading of the order in use takes the next order of that column: its reverse
        at = usable.index(here) + 1 if here in usable else 0
        direction = ("descending" if here.is_descending else "ascending") if here in usable else ""
        href = self.state.link(order=usable[at % len(usable)].name, place=None)
        return Heading(column_heading(column), column.css, href, direction)

    @property
    def is_many(self) -> bool:
        """Whether there are more rows than are counted."""
        return self.count > COUNT_LIMIT

    @property
    def count_words(self) -> str:
        """The number of rows: 238 or 1,000+."""
        return f"{number_text(COUNT_LIMIT)}+" if self.is_many else number_text(self.count)

    @property
    def last_number(self) -> int | None:
        """Place of the last row on the page."""
        return None if self.first_number is None else self.first_number + len(self.rows) - 1

    @property
    def first_href(self) -> str:
        """The first page."""
        return self.state.link(place=None)

    @property
    def last_href(self) -> str:
        """The last page."""
        return self.state.link(place="last")

    @property
    def before_href(self) -> str:
        """The page before this one."""
        return self.state.link(place=self._place("before", self.rows[0], self.first_number)) if self.rows else ""

    @property
    def after_href(self) -> str:
        """The page after this one."""
        return self.state.link(place=self._place("after", self.rows[-1], self.last_number)) if self.rows else ""

    def _place(self, side: str, row: Any, number: int | None) -> str:
        order = self.state.order
        return seal_state([side, order.key_of(row), number], context=f"place:{self.definition.name}:{order.name}")

    @property
    def controls(self) -> list["Control"]:
        """The filter fields."""
        return [Control.of(one, self) for one in self.definition.filters]

    @property
    def chips(self) -> list[Active]:
        """The filters in force, each with the link that takes it off."""
        return self.state.active

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or a search is in force."""
        return bool(self.state.active or self.state.search_text)

    @property
    def clear_href(self) -> str:
        """The listing without filters and search."""
        return self.state.link(place=None, found=None, **{one.key: None for one in self.definition.filters})

    @property
    def search_off_href(self) -> str:
        """The listing without the search."""
        return self.state.link(place=None, found=None)

    @property
    def may_export(self) -> bool:
        """Whether this reader gets the export button."""
        export = self.definition.export
        return export is not None and bool(self.rows) and export.may(self.request)

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """Every column and whether it is shown."""
        shown = {column.key for column in self.state.columns}
        return [(column, column.key in shown) for column in self.definition.columns]

    @property
    def columns_href(self) -> str:
        """The listing with its usual columns."""
        return self.state.link(cols=None)

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """The parameters that a form of the listing carries along as hidden fields."""
        return [(key, value) for key, value in self.state.params.items() if key not in without]

    @property
    def kept_for_filters(self) -> list[tuple[str, str]]:
        """What the filter form carries along; a new filter starts at the first page."""
        return self.kept("place", *(one.key for one in self.definition.filters))

    @property
    def kept_for_columns(self) -> list[tuple[str, str]]:
        """What the column form carries along."""
        return self.kept("cols")

    @property
    def post_href(self) -> str:
        """Where the search and the export are posted: this very view."""
        return self.request.get_full_path()


@dataclass(frozen=True, slots=True)
class Control:
    """A filter as a form field."""

    key: str
    label: Words
    input_type: str
    value: str
    any_label: Words
    options: Sequence[tuple[str, Words, bool]]

    @classmethod
    def of(cls, one: Filter, shown: Shown) -> "Control":
        """The field of a filter with the value in force."""
        value = shown.state.params.get(one.key, "")
        options = [(code, label, code == value) for code, label in shown.state.options[one.key]]
        return cls(one.key, one.label, one.input_type, value, getattr(one, "any_label", "") or _("all"), options)


def _page(source: Source, state: State, size: int) -> tuple[list[Any], int | None, int, bool, bool]:
    """Rows, number of the first, count, and whether there are rows before and after."""
    count = source.count_to(COUNT_LIMIT + 1)
    side, key, number = state.place
    if side == "before":
        rows = source.before(key, size + 1)
        if len(rows) >= size:
            shown = rows[-size:]
            return shown, None if number is None else number - len(shown), count, len(rows) > size, True
        side, key, number = "first", None, None  # too few rows are left before: the first page, and a full one
    if side != "last":
        rows = source.after(key, size + 1)
        if rows or key is None:
            first = 1 if key is None else (None if number is None else number + 1)
            return rows[:size], first, count, key is not None, len(rows) > size
    # the last page, also when the rows behind a place are gone
    rows = source.before(None, size + 1)
    shown = rows[-size:]
    return shown, count - len(shown) + 1 if count <= COUNT_LIMIT else None, count, len(rows) > size, False


def _see_other(href: str) -> HttpResponse:
    """Send the browser to a page that can be reloaded and linked."""
    response = HttpResponseRedirect(href)
    response.status_code = 303
    return response
