"""No address, link or form holds the letter NUL: PostgreSQL takes none, and a page that passed it on would fail."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict

Next = Callable[[HttpRequest], HttpResponseBase]


class NulMiddleware:
    """An address with one is nowhere (404), a form or a query with one is refused (400)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Callable[..., Any], _args: Any, kwargs: dict[str, Any]) -> None:
        """Django calls this before the view, after the gate has led strangers away."""
        if any("\0" in str(value) for value in kwargs.values()):
            raise Http404
        # a file's bytes may hold anything: what is sent with one is read by forms, which refuse it
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if _holds_nul(request.GET) or (is_form and _holds_nul(request.POST)):
            raise BadRequest


def _holds_nul(told: QueryDict) -> bool:
    return any("\0" in value for _name, values in told.lists() for value in values)
