"""A person moves to another office when that office accepts, and not before; nobody decides for another."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anye.flow.transfers import carry_out
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.models import Event, Read
from anye.records.people import actions
from anye.records.people.models import Person, PersonDetail, Transfer
from tests.conftest import District

pytestmark = pytest.mark.django_db
English = {"accept-language": "en"}


def make_person(office: Any, name: str = "陈一") -> Person:
    with acting(BATCH, actor="test"):
        return Person.objects.create(token=f"{office.scope_no}-{name}", scope_no=office.scope_no,
                                     name=name, name_key=name)  # fmt: skip


@pytest.fixture
def chen(district: District) -> Person:
    """A person of Willow, in the town East."""
    return make_person(district["willow"])


@pytest.fixture
def asking(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("village_worker", district["willow"], "willow-worker")


@pytest.fixture
def receiving(district: District, client_as: Callable[..., Client]) -> Client:
    return client_as("village_worker", district["cloud"], "cloud-worker")


def ask_for(client: Client, person: Person, office: Any, reason: str = "嫁到云峰村") -> Any:
    path = reverse("entries:ask_transfer", args=[person.token])
    return client.post(path, {"to": office.token, "reason": reason}, headers=English)


def see(client: Client, path: str) -> Any:
    return client.get(path, headers=English)


def decide(client: Client, transfer: Transfer, act: str) -> Any:
    return client.post(
        reverse("entries:decide_transfer", args=[transfer.token]), {"act": act}, headers=English, follow=True
    )


def only() -> Transfer:
    with acting(BATCH):
        return Transfer.objects.get()


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%carry_out_transfer'")
        (count,) = cursor.fetchone()
    return int(count)


def test_a_transfer_is_asked_for_and_the_person_stays(district: District, asking: Client, chen: Person) -> None:
    answer = ask_for(asking, chen, district["cloud"])
    transfer = only()
    assert answer.url == reverse("entries:transfer", args=[transfer.token])
    assert (transfer.state, transfer.name, transfer.asked_by) == ("asked", "陈一", "willow-worker")
    assert (transfer.scope_no, transfer.to_scope_no) == (district["willow"].scope_no, district["cloud"].scope_no)
    with acting(BATCH):
        assert Person.objects.get(pk=chen.pk).scope_no == district["willow"].scope_no
    assert jobs() == 0


def test_any_village_and_town_of_the_district_is_offered_but_the_own(
    district: District, asking: Client, chen: Person
) -> None:
    form = see(asking, reverse("entries:ask_transfer", args=[chen.token])).context["form"]
    offered = set(form.fields["to"].offices)
    assert offered == {district[name].token for name in ("east", "bridge", "west", "cloud", "flat")}
    assert ask_for(asking, chen, district["willow"]).status_code == 422
    assert ask_for(asking, chen, district["district"]).status_code == 422


def test_a_second_request_for_the_same_person_is_refused_with_a_sentence(
    district: District, asking: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    again = ask_for(asking, chen, district["flat"])
    assert again.status_code == 422 and "under way already" in again.content.decode()
    assert only().to_scope_no == district["cloud"].scope_no


def test_the_receiver_sees_the_request_but_not_the_person(
    district: District, asking: Client, receiving: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    page = see(receiving, reverse("entries:transfer", args=[only().token]))
    assert "陈一" in page.content.decode() and "嫁到云峰村" in page.content.decode()
    assert page.context["person"] is None and chen.token not in page.content.decode()
    assert see(receiving, reverse("office:person", args=[chen.token])).status_code == 404


def test_the_receiver_accepts_and_the_worker_moves_everything(
    district: District, asking: Client, receiving: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    decide(receiving, only(), "accept")
    assert (only().state, only().decided_by, jobs()) == ("accepted", "cloud-worker", 1)
    with acting(BATCH, actor="cloud-worker"):
        carry_out(only().pk)
    assert only().state == "moved" and only().moved_at is not None
    with acting(BATCH):
        assert Person.objects.get(pk=chen.pk).scope_no == district["cloud"].scope_no
        (lives_in,) = PersonDetail.objects.filter(person=chen, kind="residence").known()
    assert (lives_in.value, lives_in.scope_no) == (district["cloud"].area_code, district["cloud"].scope_no)
    assert see(asking, reverse("office:person", args=[chen.token])).status_code == 404
    assert see(receiving, reverse("entries:transfer", args=[only().token])).context["person"].pk == chen.pk


def test_carrying_out_twice_is_once_and_only_what_was_accepted(
    district: District, asking: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    with acting(BATCH):
        carry_out(only().pk)
        assert Person.objects.get(pk=chen.pk).scope_no == district["willow"].scope_no
        Transfer.objects.update(state="accepted", decided_by="x")
        carry_out(only().pk)
        moved_at = only().moved_at
        carry_out(only().pk)
    assert only().moved_at == moved_at
    with acting(BATCH):
        assert PersonDetail.objects.filter(person=chen, kind="residence").count() == 1


@pytest.mark.parametrize("act", ["accept", "refuse"])
def test_the_asking_office_cannot_decide_for_the_receiver(
    district: District, asking: Client, chen: Person, act: str
) -> None:
    ask_for(asking, chen, district["cloud"])
    page = decide(asking, only(), act)
    assert "Only the receiving office decides" in page.content.decode()
    assert (only().state, jobs()) == ("asked", 0)


def test_without_the_check_in_the_action_the_row_policy_alone_would_let_the_asker_accept(
    district: District, chen: Person
) -> None:
    office = district["willow"]
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        transfer = actions.ask_transfer(person=chen, to_scope_no=district["cloud"].scope_no, reason="r", by="w")
        with pytest.raises(actions.TransferRefused, match="not_yours"):
            actions.accept_transfer(transfer=transfer, by="w")
        assert Transfer.objects.filter(pk=transfer.pk).update(state="accepted") == 1


def test_the_receiver_cannot_withdraw_what_another_office_asked(
    district: District, asking: Client, receiving: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    decide(receiving, only(), "withdraw")
    assert only().state == "asked"
    decide(asking, only(), "withdraw")
    assert only().state == "withdrawn"


def test_what_is_decided_stays_decided(district: District, asking: Client, receiving: Client, chen: Person) -> None:
    ask_for(asking, chen, district["cloud"])
    decide(receiving, only(), "refuse")
    page = decide(receiving, only(), "accept")
    assert "decided in the meantime" in page.content.decode()
    assert (only().state, jobs()) == ("refused", 0)


def test_a_third_office_finds_nothing(
    district: District, asking: Client, chen: Person, client_as: Callable[..., Client]
) -> None:
    ask_for(asking, chen, district["cloud"])
    third = client_as("village_worker", district["flat"])
    assert see(third, reverse("entries:transfer", args=[only().token])).status_code == 404
    assert decide(third, only(), "accept").status_code == 404
    for name in ("transfers", "transfers_asked"):
        assert see(third, reverse(f"entries:{name}")).context["listing"].rows == []


def test_a_person_of_another_village_cannot_be_given_away(district: District, receiving: Client, chen: Person) -> None:
    assert ask_for(receiving, chen, district["cloud"]).status_code == 404
    with acting(BATCH):
        assert not Transfer.objects.exists()


def test_the_web_role_changes_nothing_of_a_transfer_but_its_decision(district: District, chen: Person) -> None:
    office = district["willow"]
    with acting(APP, lo=office.scope_no, hi=office.scope_hi):
        actions.ask_transfer(person=chen, to_scope_no=district["cloud"].scope_no, reason="r", by="w")
        for change in ({"to_scope_no": office.scope_no}, {"person_id": 1}, {"reason": "other"}):
            with pytest.raises(ProgrammingError), transaction.atomic():
                Transfer.objects.update(**change)


def test_each_side_has_its_list_and_each_look_and_decision_is_kept(
    district: District, asking: Client, receiving: Client, chen: Person
) -> None:
    ask_for(asking, chen, district["cloud"])
    assert [row.pk for row in see(asking, reverse("entries:transfers_asked")).context["listing"].rows] == [only().pk]
    assert see(asking, reverse("entries:transfers")).context["listing"].rows == []
    assert see(receiving, reverse("entries:transfers_asked")).context["listing"].rows == []
    page = see(receiving, reverse("entries:transfers"))
    assert [(row.from_words, row.to_words) for row in page.context["listing"].rows] == [
        ("东河镇 柳树村", "西岭镇 云峰村")
    ]
    before = Read.objects.filter(kind="transfer", person_id=chen.pk).count()
    see(receiving, reverse("entries:transfer", args=[only().token]))
    assert Read.objects.filter(kind="transfer", person_id=chen.pk).count() == before + 1
    decide(receiving, only(), "refuse")
    changed = Event.objects.filter(table_name="people_transfer", verb="update").latest("id")
    assert changed.payload["after"]["state"] == "refused"


def test_lists_ask_the_same_number_of_queries_for_any_number_of_transfers(
    district: District, receiving: Client, chen: Person
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert see(receiving, reverse("entries:transfers")).status_code == 200
        return len(made)

    def ask_one(person: Person) -> None:
        with acting(BATCH):
            actions.ask_transfer(person=person, to_scope_no=district["cloud"].scope_no, reason="r", by="w")

    ask_one(chen)
    few = queries()
    for place in range(20):
        ask_one(make_person(district["willow"], f"甲{place}"))
    assert queries() == few


def test_auditors_see_no_transfers(district: District, client_as: Callable[..., Client]) -> None:
    client = client_as("auditor", district["district"])
    assert see(client, reverse("entries:transfers")).status_code == 403
