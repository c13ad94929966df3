"""What another source overrules at once is told on the entry and in the list: it is no silent *taken*."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anye.records.findings.models import Finding
from anye.records.people.models import PersonDetail
from anye.records.registers.models import Entry
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.doors.office.test_answers_that_mend import doubted, english, household_of
from tests.doors.office.typing_in import ask, facts, run_waiting, send, unchanged

pytestmark = pytest.mark.django_db
TITLE = "Register of poor and monitored households"


@pytest.fixture
def worker(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def made(worker: Client, district: District) -> list[Entry]:
    """Two corrections of schooling: a ledger of a later month says otherwise of the first person, nobody of the second."""
    with factories.as_owner():
        late = factories.make_batch("monitoring", dt.date(2099, 1, 1))
        known = [
            factories.make_person(district["willow"], "冉一", batch=late, details={"education": "70"}),
            factories.make_person(district["willow"], "冉二"),
        ]
    for person in known:
        told = unchanged(person, education="60", birth="1980-05-06")
        assert send(worker, reverse("entries:correct", args=[person.token]), told).status_code == 302
    return run_waiting()


def shown(client: Client, **query: Any) -> list[int]:
    page = client.get(reverse("entries:entries"), query)
    return [row.pk for row in page.context["listing"].rows]


def test_the_entry_says_what_does_not_stand_and_who_says_otherwise(worker: Client, made: list[Entry]) -> None:
    overruled, taken = made
    assert [one.state for one in made] == ["done", "done"]
    assert sorted(fact.value for fact in facts(PersonDetail, kind="education")) == ["60", "70"]
    page = text_of(ask(worker, reverse("entries:entry", args=[overruled.token])))
    assert "overruled by another source" in page and f"Education: {TITLE} · 2099-01" in page
    assert "It stands on record now" not in page
    page = text_of(ask(worker, reverse("entries:entry", args=[taken.token])))
    assert "It stands on record now" in page and "overruled" not in page


def test_the_list_tells_one_from_the_other(worker: Client, made: list[Entry]) -> None:
    overruled, taken = made
    assert "overruled by another source" in text_of(ask(worker, reverse("entries:entries")))
    assert shown(worker, state="overruled") == [overruled.pk]
    assert shown(worker, state="done") == [taken.pk]
    assert shown(worker) == [taken.pk, overruled.pk]


def test_whoever_answers_is_told_what_another_source_decided_at_once(
    client_as: Callable[..., Client], district: District
) -> None:
    """The register speaks of a later month than the answer: the doubt stays open, and both pages say why."""
    worker = english(client_as("village_worker", district["willow"]))
    desk = english(client_as("town_officer", district["east"]))
    with factories.as_owner():
        home = household_of(district, "冉一", "冉三", source="monitoring", year=2099)
        _person, _doubt, visit = doubted(
            district["willow"], "Q07", person=home["冉一"], params={"kind": "two_heads", "heads": 2},
            evidence=[["people_household", home["household"].pk]],
        )  # fmt: skip
    worker.post(f"/visits/{visit.token}/", {"answer": "head", "head": home["冉三"].token})
    run_waiting()
    told = "Place in the household: Register of poor and monitored households · 2099-06"
    assert told in text_of(worker.get(f"/visits/{visit.token}/"))
    with factories.as_owner():
        doubt = Finding.objects.get(state__in=["open", "visiting"])
    answer = {"answer": "head", "head": home["冉三"].token, "note": "看了户口簿"}
    assert desk.post(f"/findings/{doubt.token}/", answer).status_code == 303
    run_waiting()
    page = text_of(desk.get(f"/findings/{doubt.token}/"))
    assert told in page and "have its register mended" in page
