"""A transfer is between the two offices that know of it: one that the person has left since moves nobody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from anye.doors.office import entering
from anye.flow import caches, transfers
from anye.flow.jobs import carry_out_transfer
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.audit.models import Event
from anye.records.people import actions
from anye.records.people.models import Person, PersonDetail, Transfer
from anye.records.places.models import Area, Office
from anye.records.registers.models import Batch, Entry
from tests.conftest import District
from tests.flow.written import ledger, number

pytestmark = pytest.mark.django_db
English = {"accept-language": "en"}
HOMES = {"willow": ("东河镇", "柳树村"), "bridge": ("东河镇", "石桥村"), "flat": ("西岭镇", "大坪村")}


@pytest.fixture
def listed(load: Callable[..., Any], tmp_path: Path) -> Callable[..., None]:
    """listed(place, month): a ledger of that month lists Chen there."""

    def one(place: str, month: str) -> None:
        town, village = HOMES[place]
        row = {"镇街": town, "村居": village, "姓名": "陈一", "身份证号": number(1), "就业状态": "未就业"}
        load(ledger(tmp_path / f"{place}-{month}.csv", [row], month=month))

    return one


@pytest.fixture
def chen(listed: Callable[..., None]) -> Person:
    """Chen, whom a ledger lists in Willow."""
    listed("willow", "2020年5月")
    return fresh()


def fresh() -> Person:
    with acting(BATCH):
        return Person.objects.get(name="陈一")


def transfer() -> Transfer:
    with acting(BATCH):
        return Transfer.objects.get()


def asked(person: Person, office: Any) -> Transfer:
    here = Office.objects.get(scope_no=person.scope_no)
    with acting(APP, lo=here.scope_no, hi=here.scope_hi, actor="user:1"):
        return actions.ask_transfer(person=person, to_scope_no=office.scope_no, reason="搬家", by="willow-worker")


def accepted(office: Any) -> None:
    with acting(APP, lo=office.scope_no, hi=office.scope_hi, actor="user:2"):
        actions.accept_transfer(transfer=transfer(), by="cloud-worker")


@pytest.mark.bar(9, control="the same without the load moves the person, below")
def test_a_request_is_void_once_a_load_brought_the_person_elsewhere(
    district: District, chen: Person, listed: Callable[..., None], client_as: Callable[..., Client]
) -> None:
    asked(chen, district["cloud"])
    listed("flat", "2020年6月")
    assert (transfer().state, transfer().void_reason) == ("void", "moved_since")
    with pytest.raises(actions.TransferRefused, match="decided_already"):
        accepted(district["cloud"])
    for village in ("willow", "cloud"):
        client = client_as("village_worker", district[village])
        page = client.get(reverse("entries:transfer", args=[transfer().token]), headers=English).content.decode()
        assert "came under another office" in page, village
        assert "大坪" not in page, village
    assert fresh().scope_no == district["flat"].scope_no


@pytest.mark.bar(9, control="without the worker's check the third office would lose the person, by the next test")
def test_the_worker_takes_nobody_from_an_office_that_was_not_asked(
    district: District, chen: Person, listed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "_VOID", "SELECT 1")  # as if the load had run at the same moment
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    listed("flat", "2020年6月")
    assert transfer().state == "accepted"
    carry_out_transfer(transfer().pk)
    assert (transfer().state, transfer().void_reason) == ("void", "moved_since")
    assert fresh().scope_no == district["flat"].scope_no


@pytest.mark.bar(9, control="this is one")
def test_without_its_check_the_worker_would_take_the_person_from_a_third_office(
    district: District, chen: Person, listed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "_VOID", "SELECT 1")
    monkeypatch.setattr(transfers, "is_between", lambda transfer: True)
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    listed("flat", "2020年6月")
    carry_out_transfer(transfer().pk)
    assert transfer().state == "moved"
    assert fresh().scope_no == district["cloud"].scope_no


def test_the_person_moves_in_the_name_of_who_accepted(district: District, chen: Person) -> None:
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    carry_out_transfer(transfer().pk)
    assert (transfer().state, fresh().scope_no) == ("moved", district["cloud"].scope_no)
    moved = Event.objects.filter(table_name="people_person", verb="update").latest("id")
    assert (moved.actor, moved.payload["after"]["scope_no"]) == ("cloud-worker", district["cloud"].scope_no)
    with acting(BATCH):
        assert Entry.objects.get().scope_no == district["cloud"].scope_no


def test_the_request_goes_along_with_the_person_and_stays_with_both_offices(district: District, chen: Person) -> None:
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    carry_out_transfer(transfer().pk)
    assert transfer().scope_no == district["cloud"].scope_no
    for name, count in (("willow", 1), ("cloud", 1), ("flat", 0), ("west", 1)):
        with acting(APP, lo=district[name].scope_no, hi=district[name].scope_hi):
            assert Transfer.objects.count() == count, name


def test_whom_a_load_brought_to_the_receiver_already_is_taken_over_as_asked(
    district: District, chen: Person, listed: Callable[..., None]
) -> None:
    asked(chen, district["flat"])
    listed("flat", "2020年6月")
    assert transfer().state == "asked"
    accepted(district["flat"])
    carry_out_transfer(transfer().pk)
    assert (transfer().state, fresh().scope_no) == ("moved", district["flat"].scope_no)


# ── offices where nobody can live ─────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_asked_to_an_office_without_a_listed_area(
    district: District, chen: Person, client_as: Callable[..., Client]
) -> None:
    client = client_as("village_worker", district["willow"])
    for code in (None, "990100102999"):
        Office.objects.filter(pk=district["cloud"].pk).update(area_code=code)
        answer = client.post(
            reverse("entries:ask_transfer", args=[chen.token]),
            {"to": district["cloud"].token, "reason": "搬家"},
            headers=English,
        )
        assert answer.status_code == 422
        assert "nobody can live there" in answer.content.decode()
        assert "add one with its area code" in answer.content.decode()
    with acting(BATCH):
        assert not Transfer.objects.exists()


def test_an_area_that_was_struck_off_since_makes_the_transfer_void(district: District, chen: Person) -> None:
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    Area.objects.filter(code=district["cloud"].area_code).delete()
    carry_out_transfer(transfer().pk)
    assert (transfer().state, transfer().void_reason) == ("void", "no_area")
    assert fresh().scope_no == district["willow"].scope_no


def test_whoever_moved_stays_after_the_next_load_of_what_was_known(
    district: District, chen: Person, listed: Callable[..., None]
) -> None:
    """The reason why an office needs an area: without a residence the refresh would bring them back."""
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    carry_out_transfer(transfer().pk)
    listed("willow", "2020年4月")
    assert fresh().scope_no == district["cloud"].scope_no


def test_a_register_of_a_later_month_keeps_the_person_and_the_worker_leaves_no_trace_of_a_move(
    district: District, chen: Person, listed: Callable[..., None]
) -> None:
    listed("willow", "2099年5月")
    asked(chen, district["cloud"])
    accepted(district["cloud"])
    carry_out_transfer(transfer().pk)
    assert (transfer().state, transfer().void_reason) == ("void", "register_says")
    assert fresh().scope_no == district["willow"].scope_no
    with acting(BATCH):
        assert not Entry.objects.exists()
        assert not Batch.objects.filter(source__code="officer").exists()
        assert PersonDetail.objects.filter(kind="residence", value=district["cloud"].area_code).count() == 0


# ── the table itself ──────────────────────────────────────────────────────────────────────────────────────────────────


def forged(chen: Person, district: District) -> None:
    """The receiving office writes a request in the giving office's name, with raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_transfer (token, person_id, name, scope_no, from_scope_no, to_scope_no, reason, state,"
            " asked_by, asked_at, decided_by, void_reason) VALUES ('f', %s, 'x', %s, %s, %s, '', 'asked', 'w', now(), '', '')",
            [chen.pk, chen.scope_no, chen.scope_no, district["cloud"].scope_no],
        )


@pytest.mark.bar(9, control="the policy dropped, here")
def test_no_office_asks_in_the_name_of_another(district: District, chen: Person) -> None:
    cloud = district["cloud"]
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting(APP, lo=cloud.scope_no, hi=cloud.scope_hi),
    ):
        forged(chen, district)
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY people_transfer_made ON people_transfer")
    with acting(APP, lo=cloud.scope_no, hi=cloud.scope_hi):
        forged(chen, district)
        assert Transfer.objects.count() == 1


@pytest.mark.bar(9, control="the person's true number is taken")
def test_a_request_and_an_entry_bear_the_number_of_their_person(district: District, chen: Person) -> None:
    wrong = district["flat"].scope_no
    with pytest.raises(DatabaseError, match="violates foreign key"), transaction.atomic(), acting(BATCH):
        Transfer.objects.create(
            token="t", person_id=chen.pk, name="x", scope_no=wrong, from_scope_no=wrong,
            to_scope_no=district["cloud"].scope_no, reason="", asked_by="w", asked_at="2026-10-02T00:00Z",
        )  # fmt: skip
    told = {"kind": "details", "sealed": b"x", "person_id": chen.pk, "by": "w", "duty_id": 1}
    with pytest.raises(DatabaseError, match="violates foreign key"), transaction.atomic(), acting(BATCH):
        transfers.registers.enter(scope_no=wrong, **told)
    with acting(BATCH):
        assert transfers.registers.enter(scope_no=chen.scope_no, **told).pk


def test_who_moves_at_the_moment_of_asking_is_asked_for_by_nobody(district: District, chen: Person) -> None:
    with acting(BATCH):
        Person.objects.filter(pk=chen.pk).update(scope_no=district["flat"].scope_no)
    with pytest.raises(actions.TransferRefused, match="moved_since"), acting(BATCH):
        actions.ask_transfer(person=chen, to_scope_no=district["cloud"].scope_no, reason="r", by="w")


def test_who_moves_at_the_moment_of_entering_is_as_absent_as_nobody(
    district: District, chen: Person, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("village_worker", district["willow"])
    seen = entering.found_person

    def seen_then_gone(token: str) -> Person:
        found = seen(token)
        with acting(BATCH):
            Person.objects.filter(pk=found.pk).update(scope_no=district["bridge"].scope_no)
        return found

    path = reverse("entries:needs", args=[chen.token])
    told = {"wants_work": "yes", "stated_on": "2026-03-01"}
    monkeypatch.setattr(entering, "found_person", seen_then_gone)
    assert client.post(path, told, headers=English).status_code == 404
    monkeypatch.setattr(entering, "found_person", seen)
    with acting(BATCH):
        Person.objects.filter(pk=chen.pk).update(scope_no=chen.scope_no)
    assert client.post(path, told, headers=English).status_code == 302
