"""Requests without a database: the kit knows no model, so most of its tests need none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation


@pytest.fixture(autouse=True)
def _kit_site(settings: Any) -> Iterator[None]:
    """The style page's addresses, the kit's forms, English unless a test says otherwise."""
    settings.ROOT_URLCONF = "tests.doors.kit.site_urls"
    settings.FORM_RENDERER = "anye.doors.kit.fields.KitRenderer"
    settings.ANYE_STYLE_PAGE = True
    with translation.override("en"):
        yield


@pytest.fixture
def ask() -> Callable[..., HttpRequest]:
    """ask(path, post=None, **headers) → a request with messages, as its middleware would make it."""
    factory = RequestFactory()

    def make(path: str = "/style/listing/", post: dict[str, Any] | None = None, **headers: str) -> HttpRequest:
        request = factory.get(path, headers=headers) if post is None else factory.post(path, post, headers=headers)
        request.resolver_match = resolve(request.path)
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return request

    return make


@pytest.fixture
def visit(ask: Callable[..., HttpRequest]) -> Callable[..., HttpResponse]:
    """visit(path, post=None, **headers) → the answer of the style page's view at that path."""

    def go(path: str, post: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        request = ask(path, post, **headers)
        match = request.resolver_match
        return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]

    return go
