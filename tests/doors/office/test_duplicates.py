"""Somebody registered twice: the office that has them is shown it and decides; the other is told the same as ever."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anye.flow.jobs import settle_duplicate
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.models import Event, Read
from anye.records.people.models import Person
from anye.records.places.models import Office
from anye.records.registers.models import Duplicate, Entry
from tests import factories as made
from tests.conftest import District
from tests.doors.office.typing_in import ask, number, plain, register, run_waiting, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def registering(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def holding(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("village_worker", district["bridge"], "bridge-worker")


@pytest.fixture
def chen(district: District) -> Person:
    """Chen, on record in Bridge."""
    with made.as_owner():
        return made.make_person(district["bridge"], "陈一", number=number(123))


def registered(client: Client, district: District, name: str = "陈一") -> Duplicate:
    register(client, district["willow"], name)
    assert [one.state for one in run_waiting()] == ["waits_for_other"]
    with acting(BATCH):
        return Duplicate.objects.latest("id")


def page_of(client: Client, duplicate: Duplicate) -> Any:
    return ask(client, reverse("entries:duplicate", args=[duplicate.token]))


def decide(client: Client, duplicate: Duplicate, act: str) -> Any:
    path = reverse("entries:decide_duplicate", args=[duplicate.token])
    return client.post(path, {"act": act}, headers={"accept-language": "en"}, follow=True)


def state_of(duplicate: Duplicate) -> str:
    with acting(BATCH):
        return str(Duplicate.objects.get(pk=duplicate.pk).state)


def told_to(client: Client) -> str:
    """What the page of the last entry says to who made it."""
    with acting(BATCH):
        entry = Entry.objects.filter(kind="person").latest("id")
    return plain(ask(client, reverse("entries:entry", args=[entry.token])))


@pytest.mark.bar(11, control="once it is decided the page differs, below")
def test_the_registering_office_is_told_the_same_as_for_somebody_new(
    district: District, registering: Client, chen: Person
) -> None:
    registered(registering, district)
    hit, hit_list = told_to(registering), plain(ask(registering, reverse("entries:entries")))
    register(registering, district["willow"], "陈二", number(124))
    assert [one.state for one in run_waiting()] == ["done"]
    assert told_to(registering) == hit
    assert "is being checked by the district" in hit
    rows = ask(registering, reverse("entries:entries")).context["listing"].rows
    assert [row.state for row in rows] == ["done", "waits_for_other"]
    assert hit_list.count("taken") > 0 and "waits" not in hit_list


@pytest.mark.bar(11, control="this is one: refused after the decision")
def test_the_registering_office_is_told_once_it_is_decided(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    before = told_to_after(registering, district)
    duplicate = latest()
    decide(holding, duplicate, "keep")
    settle_duplicate(duplicate.pk)
    after = told_to(registering)
    assert after != before
    assert "on record and keeps the person" in after
    for canary in ("石桥", "Bridge", "bridge", chen.token):
        assert canary not in after


def told_to_after(client: Client, district: District) -> str:
    registered(client, district)
    return told_to(client)


def latest() -> Duplicate:
    with acting(BATCH):
        return Duplicate.objects.latest("id")


def test_who_has_the_person_sees_who_was_registered_where_by_whom(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    duplicate = registered(registering, district)
    assert "People of yours registered elsewhere" in ask(holding, "/").content.decode()
    assert "registered elsewhere" not in ask(registering, "/").content.decode()
    (row,) = ask(holding, reverse("entries:duplicates")).context["listing"].rows
    assert (row.pk, row.known_as, row.at_words) == (duplicate.pk, "陈一", "东河镇 柳树村")
    text = page_of(holding, duplicate).content.decode()
    assert "willow-worker" in text and "陈一" in text
    assert number(123) not in text
    assert Read.objects.filter(kind="duplicate", person_id=chen.pk).count() == 1


@pytest.mark.bar(9, control="the office that has the person decides, below")
def test_nobody_else_sees_or_decides_it(
    district: District, registering: Client, chen: Person, client_as: Callable[..., Client]
) -> None:
    duplicate = registered(registering, district)
    for client in (registering, client_as("village_worker", district["cloud"])):
        assert page_of(client, duplicate).status_code == 404
        assert decide(client, duplicate, "hand_over").status_code == 404
        assert ask(client, reverse("entries:duplicates")).context["listing"].rows == []
    assert state_of(duplicate) == "asked"


def test_the_person_is_handed_over_and_the_registering_office_finds_them(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    duplicate = registered(registering, district)
    assert "Handed over" in decide(holding, duplicate, "hand_over").content.decode()
    settle_duplicate(duplicate.pk)
    assert state_of(duplicate) == "handed_over"
    person = reverse("office:person", args=[chen.token])
    assert (ask(registering, person).status_code, ask(holding, person).status_code) == (200, 404)
    moved = Event.objects.filter(table_name="people_person", verb="update", row_id=chen.pk).latest("id")
    assert moved.actor in {"bridge-worker", "willow-worker"}


def test_another_name_is_kept_and_cannot_be_handed_over(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    duplicate = registered(registering, district, "陈别")
    page = page_of(holding, duplicate).content.decode()
    assert "names differ" in page and 'data-opens="hand_over"' not in page
    assert "names differ" in decide(holding, duplicate, "hand_over").content.decode()
    assert state_of(duplicate) == "asked"
    assert "Kept" in decide(holding, duplicate, "keep").content.decode()
    assert "decided in the meantime" in decide(holding, duplicate, "keep").content.decode()


def test_where_nobody_can_live_nobody_is_handed_over(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    duplicate = registered(registering, district)
    Office.objects.filter(pk=district["willow"].pk).update(area_code=None)
    assert "nobody can live there" in decide(holding, duplicate, "hand_over").content.decode()


def test_an_unknown_act_decides_nothing(district: District, registering: Client, holding: Client, chen: Person) -> None:
    duplicate = registered(registering, district)
    decide(holding, duplicate, "")
    assert state_of(duplicate) == "asked"


def test_the_list_asks_the_same_number_of_queries_for_any_number(
    district: District, registering: Client, holding: Client, chen: Person
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made_by:
            assert ask(holding, reverse("entries:duplicates")).status_code == 200
        return len(made_by)

    registered(registering, district)
    few = queries()
    for _ in range(12):
        registered(registering, district)
    assert queries() == few


def test_who_may_not_enter_decides_nothing(district: District, client_as: Callable[..., Client]) -> None:
    client = client_as("auditor", district["district"])
    assert ask(client, reverse("entries:duplicates")).status_code == 403
    assert send(client, reverse("entries:decide_duplicate", args=["x" * 22]), {"act": "keep"}).status_code == 403
