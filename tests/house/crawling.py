"""A crawl of everything that a role can reach: links, forms, searches, exports; and what canaries it met."""

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

SEALED = re.compile(r"\b(found|place|next)=[^&]*")
SKIPPED = ("/sign-out/", "/i18n/", "/static/", "/registers/blank/", "/account/", "/sign-in/", "/users/sheet/")
TYPED = "盲"  # what forms are filled with


@dataclass
class Form:
    """A form of a page: where it goes, how, and what stands in its fields. `choices`: options of its selects."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """Addresses and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Every attribute that holds an address of the site is one; forms gather their fields."""
        told = {name: value or "" for name, value in attrs}
        for name, value in told.items():
            if name in {"href", "hx-get", "src"} or (name.startswith("data-") and value.startswith("/")):
                self.links.add(value)
        name = told.get("name", "")
        if tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        elif self.forms and name and tag in {"input", "textarea", "button"}:
            kept = (
                told.get("type") not in {"checkbox", "radio"} or "checked" in told or name not in self.forms[-1].values
            )
            if kept:
                self.forms[-1].values[name] = told.get("value", "")
        elif self.forms and name and tag == "select":
            self._select = name
            self.forms[-1].choices[name] = []
            self.forms[-1].values.setdefault(name, "")
        elif self.forms and tag == "option" and self._select:
            self.forms[-1].choices[self._select].append(told.get("value", ""))
            if "selected" in told:
                self.forms[-1].values[self._select] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Canaries:
    """Words to be found in texts; those of digits alone only where they stand by themselves.

    Each is looked for as it is first: one pattern of all of them takes fifty times as long.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._alone = {
            one: re.compile(rf"(?<![\w.-]){re.escape(one)}(?![\w-])") if one[:5].replace(",", "").isdigit() else None
            for one in sorted(words)
        }

    def met(self, text: str) -> list[str]:
        """Those that stand in the text."""
        found = [(one, alone) for one, alone in self._alone.items() if one in text]
        return [one for one, alone in found if alone is None or alone.search(text)]


@dataclass
class Crawl:
    """What one client reaches. `leaks`: where a forbidden canary showed; `urls`: every address seen."""

    client: Client
    forbidden: Canaries
    everything: Canaries
    pages: int = 0
    leaks: list[str] = field(default_factory=list)
    in_urls: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def run(self, starts: Iterable[str], *, limit: int) -> None:
        """Follow links from the starts, breadth first; forms are sent too, and their effects taken back."""
        waiting = list(starts)
        while waiting and self.pages < limit:
            address = waiting.pop(0)
            if self._is_new("GET", address):
                waiting += self._opened(address)

    def _is_new(self, method: str, address: str) -> bool:
        if any(part in address for part in SKIPPED):
            return False
        key = f"{method} {SEALED.sub('', address)}"
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _opened(self, address: str) -> list[str]:
        answer = self.look("GET", address)
        if 300 <= answer.status_code < 400:
            return [answer["Location"]]
        if "html" not in answer.get("Content-Type", ""):
            return []
        page = Page(answer.content.decode())
        found = [urljoin(address, link) for link in page.links]
        for form in page.forms:
            found += self._sent(urljoin(address, form.action or address), form)
        for link in found:
            self._check_url(link)
        return [link for link in found if link.startswith("/")]

    def _sent(self, action: str, form: Form) -> list[str]:
        """Links of a GET form's every option; a POST is made here and now, with one option of each select."""
        if form.method == "get":
            values = {key: value for key, value in form.values.items() if value}
            path = urlsplit(action).path
            return [
                f"{path}?{urlencode({**values, name: option})}"
                for name, options in form.choices.items()
                for option in options
                if option
            ]
        values = {key: value or TYPED for key, value in form.values.items()}
        values |= {name: next((one for one in options if one), "") for name, options in form.choices.items()}
        if values.get("do") != "search" and self._is_new(f"POST {sorted(values)}", action):
            self.post(action, values)
        return []

    def post(self, address: str, values: dict[str, str], *, typed: str = "") -> list[HttpResponse]:
        """A form sent, its redirects followed, and its effects taken back. What was typed itself is no leak."""
        with transaction.atomic():
            answers = [self.look("POST", address, values, typed=typed)]
            while 300 <= answers[-1].status_code < 400 and len(answers) < 5:
                answers.append(self.look("GET", urljoin(address, answers[-1]["Location"]), typed=typed))
            transaction.set_rollback(True)
        return answers

    def look(self, method: str, address: str, values: dict[str, str] | None = None, *, typed: str = "") -> HttpResponse:
        """One request; everything that comes back is searched for canaries."""
        self.pages += 1
        self._check_url(address)
        answer = self.client.get(address) if method == "GET" else self.client.post(address, values or {})
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        self._check_url(answer.get("Location", ""))
        told = "\n".join([*(f"{k}: {v}" for k, v in answer.items()), answer.cookies.output(), text_of(answer)])
        told = unquote(html.unescape(told))
        if typed:
            told = told.replace(typed, "")
        if met := self.forbidden.met(told):
            self.leaks.append(f"{method} {address} {answer.status_code}: {met[:4]}")
        return answer

    def _check_url(self, address: str) -> None:
        parts = urlsplit(address)
        told = unquote(parts.path) + " ".join(value for _, value in parse_qsl(parts.query))
        if self.everything.met(told):
            self.in_urls.append(address)


@dataclass
class Counter:
    """Counts statements; unlike Django's own it keeps none."""

    count: int = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def text_of(answer: HttpResponse) -> str:
    """A body as text; a spreadsheet is unpacked."""
    if "spreadsheet" in answer.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return answer.content.decode("utf-8", "replace")


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
