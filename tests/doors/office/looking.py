"""What the tests of the office's pages ask a page, and how a guard is taken out to see that the test would notice."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Manager
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anye.records.accounts.scope import ScopedManager
from anye.records.audit.models import Read
from tests import factories

TOKENS = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"|name="csrf-token" content="[^"]+"|(found|place)(=|" value=")[\w-]+'
)
GUARDED = (
    "people_person", "people_namegram", "people_persondetail", "people_householdmember", "firms_employmentspell",
    "firms_insurancemonth", "findings_finding", "findings_visit", "findings_visitfinding", "registers_fault",
)  # fmt: skip


def search(client: Client, text: str, path: str = "/people/") -> HttpResponse:
    """Search as the form does: a POST, then the page it leads to."""
    return client.post(path, {"do": "search", "text": text}, follow=True)


def queries_of(client: Client, path: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def plain(response: HttpResponse) -> bytes:
    """A page without what differs in every answer: form tokens and sealed places."""
    return TOKENS.sub(b"", response.content)


def reads(**conditions: Any) -> list[Read]:
    """Traces of looking, the oldest first."""
    with factories.as_owner():
        return list(Read.objects.filter(**conditions).order_by("id"))


def take_out_policies() -> None:
    """The database's row policies, gone until the test rolls back."""
    with factories.as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def take_out_scoping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The managers' range, gone until the test ends."""
    monkeypatch.setattr(ScopedManager, "get_queryset", Manager.get_queryset)


def guards_out(*names: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A function that takes the named guards out."""

    def take(monkeypatch: pytest.MonkeyPatch) -> None:
        if "policies" in names:
            take_out_policies()
        if "scoping" in names:
            take_out_scoping(monkeypatch)

    return take
