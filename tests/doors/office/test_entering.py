"""How an entry fares: polled while it waits, taken or refused with a sentence, listed for its own office."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anye.records.accounts.scope import BATCH, acting
from anye.records.people.models import (
    Person,
)
from anye.records.registers.models import Entry
from tests.conftest import District
from tests.doors.office.typing_in import (
    a_day_passes,
    ask,
    person_named,
    register,
    run_waiting,
    send,
    unchanged,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(district: District, client_as: Callable[..., Client]) -> Client:
    """The village worker of Willow."""
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def chen(district: District, worker: Client) -> Person:
    """A person of Willow, registered by hand."""
    register(worker, district["willow"], phone="138 0000 1234")
    assert [one.state for one in run_waiting()] == ["done"]
    a_day_passes()
    return person_named("陈一")


def test_an_entry_polls_until_it_is_taken(district: District, worker: Client) -> None:
    sent = register(worker, district["willow"])
    waiting = ask(worker, sent.url).content.decode()
    assert "being checked" in waiting and f'hx-get="{sent.url}state/"' in waiting
    run_waiting()
    done = ask(worker, f"{sent.url}state/").content.decode()
    assert "taken" in done and "hx-get" not in done


def test_a_refused_entry_says_why_and_what_to_do(district: District, worker: Client, chen: Person) -> None:
    told = unchanged(chen, name="陈壹", residence=district["willow"].token)
    sent = send(worker, reverse("entries:correct", args=[chen.token]), told)
    with acting(BATCH):
        Entry.objects.filter(state="waiting").update(state="refused", reason="duty_ended")
    text = ask(worker, sent.url).content.decode()
    assert "has ended" in text and "Let somebody whose duty is in force" in text


def test_another_villages_entry_is_not_found(
    district: District, worker: Client, client_as: Callable[..., Client]
) -> None:
    sent = register(worker, district["willow"])
    other = client_as("village_worker", district["bridge"])
    assert ask(other, sent.url).status_code == 404
    assert ask(other, f"{sent.url}state/").status_code == 404
    assert ask(other, reverse("entries:entries")).context["listing"].rows == []
    town = client_as("town_officer", district["east"])
    assert ask(town, sent.url).status_code == 200


def test_the_list_of_entries_asks_the_same_number_of_queries_for_any_number(
    district: District, worker: Client, chen: Person
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert ask(worker, reverse("entries:entries")).status_code == 200
        return len(made)

    def enter(amount: int) -> None:
        told = {"month": "2026-01", "kind": "other", "amount": amount}
        assert send(worker, reverse("entries:income", args=[chen.token]), told).status_code == 302

    enter(1)
    few = queries()
    for amount in range(2, 20):
        enter(amount)
    assert len(ask(worker, reverse("entries:entries")).context["listing"].rows) == 20
    assert queries() == few
