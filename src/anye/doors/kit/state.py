"""What a listing's address says: filters, order, columns, place, search. Anything unknown in it is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import cached_property

from anye.doors.kit.columns import Column, chosen
from anye.doors.kit.filters import Filter, Search
from anye.doors.kit.fragments import Words
from anye.doors.kit.sources import Key, Order
from anye.doors.kit.tokens import open_state

SEARCH_SECONDS = 8 * 3600  # a search's link lasts a working day
Place = tuple[str, Key | None, int | None]  # side (first, last, after, before), key, number of the row at the key


class Defined(Protocol):
    """What the state needs to know of a listing's definition."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...
    @property
    def orders(self) -> tuple[Order, ...]: ...
    @property
    def filters(self) -> tuple[Filter, ...]: ...
    @property
    def search(self) -> Search | None: ...


@dataclass(frozen=True, slots=True)
class Active:
    """A filter in force."""

    label: Words
    words: str
    off_href: str


@dataclass(frozen=True)
class State:
    """A request's view of a listing. `params` is what its links carry; `values` the parsed filters by key."""

    listing: Defined
    params: dict[str, str]
    options: dict[str, list[tuple[str, Words]]]
    values: dict[str, Any]
    order: Order
    columns: list[Column]
    search_text: str
    place: Place

    def narrow(self, rows: Any) -> Any:
        """The rows under the filters and the search."""
        for one in self.listing.filters:
            if one.key in self.values:
                rows = one.apply(rows, self.values[one.key])
        if self.search_text and self.listing.search is not None:
            rows = self.listing.search.apply(rows, self.search_text)
        return rows

    def link(self, **changes: str | None) -> str:
        """The query string of this view with changes; None takes a parameter out."""
        params = {**self.params, **changes}
        kept = {key: value for key, value in params.items() if value}
        return f"?{urlencode(kept)}"

    @cached_property
    def active(self) -> list[Active]:
        """The filters in force, in the order of their definition."""
        return [
            Active(
                one.label,
                one.words(self.values[one.key], self.options[one.key]),
                self.link(place=None, **{one.key: None}),
            )
            for one in self.listing.filters
            if one.key in self.values
        ]


def read_state(listing: Defined, request: HttpRequest) -> State:
    """The state that a request's address names."""
    given = request.GET
    params: dict[str, str] = {}
    options, values = {}, {}
    for one in listing.filters:
        options[one.key] = one.options(request)
        value = one.parse(given.get(one.key, ""), options[one.key])
        if value is not None:
            values[one.key] = value
            params[one.key] = given[one.key]
    order = next((one for one in listing.orders if one.name == given.get("order")), listing.orders[0])
    if order is not listing.orders[0]:
        params["order"] = order.name
    columns = _chosen_columns(listing, given.getlist("cols"), params)
    text = _searched(listing, given.get("found", ""), params)
    place = _place(listing, order, given.get("place", ""), params)
    return State(listing, params, options, values, order, columns, text, place)


def _chosen_columns(listing: Defined, given: Sequence[str], params: dict[str, str]) -> list[Column]:
    """Columns named once each (a link) or as boxes ticked (the form); both are kept as one dotted parameter."""
    keys = [key for text in given for key in text.split(".")]
    known = [column.key for column in listing.columns if column.key in keys]
    if known:
        params["cols"] = ".".join(known)
    return chosen(listing.columns, known)


def _searched(listing: Defined, token: str, params: dict[str, str]) -> str:
    if not token or listing.search is None:
        return ""
    text = open_state(token, context=f"search:{listing.name}", max_age=SEARCH_SECONDS)
    if not isinstance(text, str):
        return ""
    params["found"] = token
    return text


def _place(listing: Defined, order: Order, given: str, params: dict[str, str]) -> Place:
    if given == "last":
        params["place"] = given
        return "last", None, None
    found = open_state(given, context=f"place:{listing.name}:{order.name}") if given else None
    if not found:
        return "first", None, None
    params["place"] = given
    side, key, number = found
    return side, key, number
