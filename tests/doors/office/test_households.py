"""Households by hand: heads, splits, merges and helpers, each an entry that the worker publishes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anye.records.accounts.scope import BATCH, acting
from anye.records.people.models import Helper, Household, HouseholdMember, Person
from tests.conftest import District
from tests.doors.office.typing_in import (
    a_day_passes,
    ask,
    facts,
    number,
    person_named,
    plain,
    register,
    run_waiting,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(district: District, client_as: Callable[..., Client]) -> Client:
    """The village worker of Willow."""
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def family(district: District, worker: Client) -> list[Person]:
    """Three people of household W-7: the head, a spouse, a son."""
    for place, (name, relation) in enumerate((("李一", "02"), ("李二", "10"), ("李三", "20"))):
        register(worker, district["willow"], name, number(300 + place), household_code="W-7", relation=relation)
    assert [one.state for one in run_waiting()] == ["done"] * 3
    a_day_passes()
    return [person_named(name) for name in ("李一", "李二", "李三")]


def standing(people: list[Person]) -> list[tuple[str, str, bool | None]]:
    with acting(BATCH):
        rows = (
            HouseholdMember.objects.filter(person__in=people).known().select_related("household").order_by("person_id")
        )
        return [(row.household.number, row.relation, row.is_head) for row in rows]


def test_another_member_becomes_the_head_and_the_former_one_is_it_no_longer(
    district: District, worker: Client, family: list[Person]
) -> None:
    head, spouse, son = family
    told = {"head": spouse.token, head.token: "10", spouse.token: "10", son.token: "20"}
    assert send(worker, reverse("entries:household", args=[son.token]), told).status_code == 302
    assert [one.state for one in run_waiting()] == ["done", "done"]
    assert standing(family) == [("W-7", "10", False), ("W-7", "02", True), ("W-7", "20", False)]


def test_nobody_but_the_head_is_related_as_the_head(district: District, worker: Client, family: list[Person]) -> None:
    head, spouse, son = family
    told = {"head": spouse.token, head.token: "02", spouse.token: "10", son.token: "20"}
    answer = send(worker, reverse("entries:household", args=[son.token]), told)
    assert answer.status_code == 422 and "Only the head" in answer.content.decode()


def test_a_household_splits_and_the_new_one_has_its_own_head(
    district: District, worker: Client, family: list[Person]
) -> None:
    head, spouse, son = family
    path = reverse("entries:split", args=[head.token])
    assert head.token not in dict(ask(worker, path).context["form"].fields["leaving"].choices)
    assert send(worker, path, {"leaving": [son.token], "head": spouse.token}).status_code == 422
    assert send(worker, path, {"leaving": [spouse.token, son.token], "head": son.token}).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    first, second, third = standing(family)
    assert (first[0], first[2]) == ("W-7", True)
    assert second[0] == third[0] != "W-7" and (second[2], third[2]) == (False, True)


def test_households_merge_under_the_receiving_head(district: District, worker: Client, family: list[Person]) -> None:
    register(worker, district["willow"], "王一", number(400), household_code="W-8", relation="02")
    run_waiting()
    a_day_passes()
    path = reverse("entries:merge", args=[family[0].token])
    assert send(worker, path, {"into_code": "W-8"}).status_code == 302
    assert [one.state for one in run_waiting()] == ["done"]
    assert {code for code, _relation, _is_head in standing(family)} == {"W-8"}
    assert [is_head for *_rest, is_head in standing([*family, person_named("王一")])] == [False, False, False, True]


def test_a_household_of_another_village_is_answered_like_none(
    district: District, worker: Client, family: list[Person], client_as: Callable[..., Client]
) -> None:
    register(
        client_as("village_worker", district["cloud"]), district["cloud"], "王一", number(400), household_code="C-1"
    )
    run_waiting()
    with acting(BATCH):
        key = Household.objects.get(code__endswith="/C-1").code
    path = reverse("entries:merge", args=[family[0].token])
    answers = [send(worker, path, {"into_code": code}) for code in ("C-1", key, "C-2", f"{key[:-1]}2")]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert len({plain(answer).replace(key[:-1], "C-").replace("C-1", "C-2") for answer in answers}) == 1


def test_two_villages_number_their_households_alike_and_share_none(
    district: District, worker: Client, family: list[Person], client_as: Callable[..., Client]
) -> None:
    cloud = client_as("village_worker", district["cloud"])
    register(cloud, district["cloud"], "王一", number(400), household_code="W-7", relation="02")
    run_waiting()
    assert standing([person_named("王一")]) == [("W-7", "02", True)]
    assert standing(family) == [("W-7", "02", True), ("W-7", "10", False), ("W-7", "20", False)]
    with acting(BATCH):
        assert Household.objects.filter(code__endswith="/W-7").count() == 2


NATIONAL = "990101001001000123"


@pytest.fixture
def elsewhere(district: District, client_as: Callable[..., Client]) -> str:
    """The key of a household that stands in Cloud."""
    cloud = client_as("village_worker", district["cloud"])
    register(cloud, district["cloud"], "王一", number(400), household_code="C-1", relation="02")
    run_waiting()
    with acting(BATCH):
        return Household.objects.get(code__endswith="/C-1").code


def test_a_household_elsewhere_is_joined_by_nobody_and_answered_like_an_unknown_one(
    district: District, worker: Client, elsewhere: str
) -> None:
    register(worker, district["willow"])
    run_waiting()
    path = reverse("entries:household", args=[person_named("陈一").token])
    answers = [send(worker, path, {"household_code": code, "relation": "02"}) for code in (elsewhere, NATIONAL)]
    answers += [
        register(worker, district["willow"], "李一", number(9), household_code=c) for c in (elsewhere, NATIONAL)
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("No household of your area has this number" in plain(answer) for answer in answers)


@pytest.mark.parametrize("kind", ["household", "helper"])
def test_the_worker_refuses_a_household_that_the_page_would_have_refused(
    kind: str, district: District, worker: Client, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's answer is not trusted: what reaches the worker is asked again."""
    register(worker, district["willow"], household_code="W-1", relation="02")
    run_waiting()
    chen = person_named("陈一")
    monkeypatch.setattr("anye.doors.office.households.joined_household", lambda area, number: elsewhere)
    monkeypatch.setattr("anye.doors.office.households.household_of", lambda person: None)
    told = {"household_code": "1", "relation": "02"}
    if kind == "helper":
        with acting(BATCH):
            house = Household.objects.get(code=elsewhere)
        monkeypatch.setattr("anye.doors.office.households.household_of", lambda person: house)
        told = {"helper_name": "周助", "helper_unit": "东河镇政府", "helper_phone": ""}
    assert send(worker, reverse(f"entries:{kind}", args=[chen.token]), told).status_code == 302
    assert [(one.state, one.reason) for one in run_waiting()] == [("refused", "out_of_reach")]
    with acting(BATCH):
        assert Household.objects.get(code=elsewhere).scope_no == district["cloud"].scope_no
    assert not facts(Helper)


def test_a_helper_answers_for_the_household(district: District, worker: Client, family: list[Person]) -> None:
    told = {"helper_name": "周助", "helper_unit": "东河镇政府", "helper_phone": "13900000000"}
    assert send(worker, reverse("entries:helper", args=[family[2].token]), told).status_code == 302
    run_waiting()
    (helper,) = facts(Helper)
    assert (helper.helper_name, helper.helper_unit) == ("周助", "东河镇政府")
    assert b"13900000000" not in bytes(helper.phone_sealed)


def test_somebody_without_a_household_is_asked_for_its_number(district: District, worker: Client) -> None:
    register(worker, district["willow"])
    run_waiting()
    a_day_passes()
    chen = person_named("陈一")
    path = reverse("entries:household", args=[chen.token])
    assert "No household of your area" in ask(worker, path).content.decode()
    assert send(worker, path, {"household_code": "W-9", "relation": "02"}).status_code == 302
    run_waiting()
    assert standing([chen]) == [("W-9", "02", True)]
