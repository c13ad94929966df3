"""Handing what is owed to visits: chosen or all that the filter shows, counted first, by town and district officers alone."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from anye.flow.jobs import hand_to_visits
from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import Difference
from anye.records.entitlements.models import Policy
from anye.records.findings.models import Finding, Handover, Visit
from anye.records.people.models import Membership, Person
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, text_of
from tests.factories import as_owner
from tests.flow.owed import KNOWN, registers_of_the_year, trainee

ClientAs = Callable[..., Client]
BOX = re.compile(r'name="row" form="listing-\w+-pick" value="([^"]+)"')
SEALED = re.compile(r'name="sealed" value="([^"]+)"')
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def people(district: District) -> dict[str, Person]:
    """asked: what they are is not known; near: the firm did not list them; far: not known either, in the other town."""
    with as_owner():
        batch = registers_of_the_year()
        found = {name: trainee(district[at], batch, months=4)[0] for name, at in
                 (("asked", "willow"), ("near", "willow"), ("far", "cloud"))}  # fmt: skip
        Membership.objects.filter(person__in=[found["asked"], found["far"]]).update(
            retired_on=KNOWN, retired_by=batch.pk
        )
        WorkTraining.objects.filter(person=found["near"]).update(retired_on=KNOWN, retired_by=batch.pk)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    with as_owner():
        policy = Policy.objects.get(code="insurance_subsidy")
        for kind, person in (("unpaid", found["asked"]), ("more", found["near"])):
            Difference.objects.create(
                policy=policy, person=person, scope_no=person.scope_no, first_month=dt.date(2020, 7, 1),
                last_month=dt.date(2020, 8, 1), kind=kind, entitled_fen=60_000, paid_fen=0, found_on=KNOWN,
            )  # fmt: skip
    return found


@pytest.fixture
def officer(district: District, client_as: ClientAs) -> Client:
    return client_as("district_officer", district["district"])


OWED = "?policy=training_through_work&outcome=unknown"


def ask(client: Client, name: str, query: str = "", which: str = "all", rows: list[str] | None = None) -> HttpResponse:
    told = {"do": "hand_over_all" if which == "all" else "hand_over", "row": rows or []}
    return client.post(reverse(f"office:{name}") + query, told, headers=ENGLISH)


def boxes(client: Client, name: str, query: str = "") -> list[str]:
    return BOX.findall(text_of(client.get(reverse(f"office:{name}") + query, headers=ENGLISH)))


def confirm(client: Client, page: HttpResponse) -> HttpResponse:
    (sealed,) = SEALED.findall(text_of(page))
    return client.post(reverse("office:hand_over"), {"sealed": sealed}, follow=True, headers=ENGLISH)


def work() -> None:
    """What the worker does with what was handed over."""
    with acting(BATCH):
        waiting = list(Handover.objects.filter(state="waiting").values_list("pk", flat=True))
    for pk in waiting:
        hand_to_visits(pk)


def asked_of() -> set[tuple[str, int]]:
    with acting(BATCH):
        return set(Finding.objects.filter(state="visiting").values_list("rule", "person_id"))


def test_all_that_the_filter_shows_is_counted_confirmed_and_becomes_visits(
    officer: Client, people: dict[str, Person]
) -> None:
    page = ask(officer, "owed", OWED)
    told = text_of(page)
    assert "2 households get a visit; people they ask about: 2" in told and "8 lines were chosen" in told
    assert asked_of() == set()
    done = confirm(officer, page)
    assert "within a minute the visits stand" in text_of(done)
    assert done.redirect_chain[-1][0].endswith(OWED)
    work()
    assert asked_of() == {("H01", people["asked"].pk), ("H01", people["far"].pk)}
    again = text_of(ask(officer, "owed", OWED))
    assert (
        "There is nothing new to ask" in again
        and "2 questions are asked already" in again
        and ">Hand over<" not in again
    )


def test_chosen_rows_alone_are_handed_over(officer: Client, people: dict[str, Person]) -> None:
    rows = boxes(officer, "owed", f"{OWED}&month=2020-10")
    assert len(rows) == 2
    page = ask(officer, "owed", f"{OWED}&month=2020-10", "chosen", rows[:1])
    assert "1 household gets a visit" in text_of(page) and "1 line was chosen" in text_of(page)
    confirm(officer, page)
    work()
    assert asked_of() == {("H01", people["asked"].pk)}


@pytest.mark.parametrize("rows", [[], ["damaged"]])
def test_without_a_box_ticked_nothing_is_handed_over(
    officer: Client, people: dict[str, Person], rows: list[str]
) -> None:
    told = officer.post(reverse("office:owed") + OWED, {"do": "hand_over", "row": rows}, follow=True, headers=ENGLISH)
    assert "Nothing was chosen that could be handed to visits" in text_of(told)


def test_of_what_differs_the_unpaid_alone_are_handed_over(officer: Client, people: dict[str, Person]) -> None:
    page = ask(officer, "differences")
    assert "1 line was chosen" in text_of(page)
    confirm(officer, page)
    work()
    assert asked_of() == {("H02", people["asked"].pk)}


def test_who_is_near_is_handed_over_and_the_visit_says_what_would_mend_it(
    officer: Client, client_as: ClientAs, district: District, people: dict[str, Person]
) -> None:
    confirm(officer, ask(officer, "nearly", "?policy=training_through_work"))
    work()
    assert asked_of() == {("H03", people["near"].pk)}
    with acting(BATCH):
        visit = Visit.objects.get(person=people["near"])
    worker = client_as("village_worker", district["willow"])
    told = text_of(worker.get(reverse("office:visit", args=[visit.token]), headers=ENGLISH))
    assert "The firm did not list this person" in told and "Ask the firm to file the roster" in told
    assert reverse("entries:correct", args=[people["near"].token]) in told
    assert "The records behind it have been replaced" not in told
    in_chinese = text_of(worker.get(reverse("office:visits"), headers={"accept-language": "zh-CN"}))
    assert "企业未将其列入名册" in in_chinese and "请企业补报名册" in in_chinese


def test_the_question_of_a_visit_names_whom_of_the_home_it_is_about(
    officer: Client, client_as: ClientAs, district: District, people: dict[str, Person]
) -> None:
    from tests.flow.test_handing_over import same_home

    with as_owner():
        Person.objects.filter(pk=people["near"].pk).update(name="谭小兰")
        same_home(district["willow"], people["asked"], people["near"])
    for name in ("owed", "nearly"):
        query = "?policy=training_through_work" + ("&outcome=unknown" if name == "owed" else "")
        confirm(officer, ask(officer, name, f"{query}&village={district['willow'].token}"))
        work()
    worker = client_as("village_worker", district["willow"])
    with acting(BATCH):
        (visit,) = Visit.objects.filter(state="due")
    told = text_of(worker.get(reverse("office:visit", args=[visit.token]), headers=ENGLISH))
    assert "谭小兰: Training-through-work" in told and "whether it is owed cannot be told" in told
    printed = text_of(worker.get(reverse("office:visits_print"), headers=ENGLISH))
    assert "谭小兰: Training-through-work" in printed
    assert worker.post(reverse("office:visits"), {"do": "export", "purpose": "check"}).status_code == 200
    for kind in ("visit", "print", "export"):
        assert {read.person_id for read in reads(kind=kind)} == {people["asked"].pk, people["near"].pk}, kind


def test_an_answer_that_they_were_told_waits_for_the_records(
    officer: Client, client_as: ClientAs, district: District, people: dict[str, Person]
) -> None:
    from anye.flow.jobs import publish_entry
    from anye.records.registers.models import Entry

    confirm(officer, ask(officer, "differences"))
    work()
    with acting(BATCH):
        visit = Visit.objects.get(person=people["asked"])
    worker = client_as("village_worker", district["willow"])
    page = text_of(worker.get(reverse("office:visit", args=[visit.token]), headers=ENGLISH))
    assert "¥600.00 is owed by the records" in page or "600.00 yuan is owed by the records" in page
    assert worker.post(reverse("office:visit", args=[visit.token]), {"answer": "told"}).status_code == 303
    with acting(BATCH):
        entry = Entry.objects.get(kind="visit")
    publish_entry(entry.pk)
    with acting(BATCH):
        one = Finding.objects.get(rule="H02")
    assert one.state == "mending"
    told = text_of(officer.get(reverse("office:finding", args=[one.token]), headers=ENGLISH))
    assert "told at home; waits for the records" in told and "What is owed" in told


@pytest.mark.parametrize("role", ["village_worker", "approver", "finance", "poverty_office", "auditor"])
def test_who_settles_nothing_at_a_desk_hands_nothing_over(
    client_as: ClientAs, district: District, people: dict[str, Person], role: str
) -> None:
    client = client_as(role, district["east" if role != "village_worker" else "willow"])
    assert boxes(client, "owed", OWED) == [] and "Hand all of the list" not in text_of(
        client.get(reverse("office:owed") + OWED, headers=ENGLISH)
    )
    assert {ask(client, name).status_code for name in ("owed", "differences", "nearly")} == {403}


def test_a_town_hands_its_own_people_over_alone(
    client_as: ClientAs, district: District, people: dict[str, Person]
) -> None:
    town = client_as("town_officer", district["east"])
    page = ask(town, "owed", OWED)
    assert "1 household gets a visit" in text_of(page)
    confirm(town, page)
    work()
    assert asked_of() == {("H01", people["asked"].pk)}
    with as_owner():
        assert {one.asked_by for one in Handover.objects.all()} == {f"town_officer-{district['east'].scope_no}"}


def test_a_list_that_is_too_long_is_cut_and_says_so(
    officer: Client, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anye.doors.office.handing_over.AT_ONCE", 3)
    assert "No more than 3 are handed over at once" in text_of(ask(officer, "owed", OWED))


def test_a_confirmation_of_another_day_is_asked_for_again(officer: Client, people: dict[str, Person]) -> None:
    done = officer.post(reverse("office:hand_over"), {"sealed": "x"}, follow=True, headers=ENGLISH)
    assert "This page lay open for too long" in text_of(done)
    with as_owner():
        assert not Handover.objects.exists()


def test_whose_lines_were_chosen_stands_in_the_trail(officer: Client, people: dict[str, Person]) -> None:
    ask(officer, "owed", OWED)
    assert {read.person_id for read in reads(kind="hand_over")} == {people["asked"].pk, people["far"].pk}


def test_a_list_with_boxes_takes_as_many_queries_as_one_without(officer: Client, people: dict[str, Person]) -> None:
    address = reverse("office:owed")
    officer.get(address)
    assert queries_of(officer, f"{address}?month=2020-10") == queries_of(officer, address)
