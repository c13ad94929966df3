"""What a person is owed, on their page: for a month, as known on a day, in both languages, within the reader's range."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anye.doors.office.owed import asked_for
from anye.engine.entitle.months import written
from anye.flow.blocks import Context
from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.firms.models import PayrollLine
from anye.records.people.models import Membership, Person
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, text_of
from tests.factories import as_owner
from tests.flow.owed import KNOWN, OCTOBER, came, registers_of_the_year, trainee

ClientAs = Callable[..., Client]


@pytest.fixture
def context(district: District) -> Context:
    return loading_context()


@pytest.fixture
def person(district: District, context: Context) -> Person:
    """Owed 500 yuan for August to October 2020; others of the district are paid in November."""
    with as_owner():
        batch = registers_of_the_year()
        found, _ = trainee(district["willow"], batch)
        trainee(district["cloud"], batch, months=4)
        for register in ("pensions", "firm_payments"):
            came(register, dt.date(2020, 1, 1), dt.date(2020, 12, 1))
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=context.office_no, by="tests")
    return found


def page(client: Client, person: Person, query: str = "?month=2020-10", *, language: str = "en") -> str:
    response = client.get(
        reverse("office:person_owed", args=[person.token]) + query, headers={"accept-language": language}
    )
    assert response.status_code == 200
    return text_of(response)


def test_what_is_owed_is_told_with_its_amount_and_its_reasons(
    district: District, client_as: ClientAs, person: Person
) -> None:
    client = client_as("village_worker", district["willow"])
    told = page(client, person)
    assert "Owed for" in told and "500.00" in told
    assert "Training-through-work subsidy (firms)" in told and "In the firm&#x27;s training roster in the month" in told
    assert "山茶服饰有限公司" in told
    assert "以工代训补贴（企业）" in page(client, person, language="zh-CN")


def test_a_month_that_is_not_owed_says_why_and_what_would_change_it(
    district: District, client_as: ClientAs, person: Person
) -> None:
    told = page(client_as("village_worker", district["willow"]), person, "?month=2020-11")
    assert "There is no wage payment by bank" in told
    assert "Ask the firm for the bank&#x27;s statement" in told


def test_what_stood_at_a_days_end_is_told_as_it_stood(
    district: District, client_as: ClientAs, person: Person, context: Context
) -> None:
    later = KNOWN + dt.timedelta(10)
    with as_owner():
        PayrollLine.objects.filter(person=person, month=OCTOBER).update(retired_on=later, retired_by=1)
    entitle(read_pack("cn_yubei"), on=KNOWN, known=later, office_no=context.office_no, by="tests")
    client = client_as("village_worker", district["willow"])
    assert "There is no wage payment by bank" in page(client, person)
    before = page(client, person, f"?month=2020-10&known={KNOWN}")
    assert "There is no wage payment by bank" not in before and "500.00" in before
    assert "As was known at the end of" in before


@pytest.mark.parametrize("query", ["?month=2020-13", "?month=x", "?known=2999-01-01", "?known=x", "?month=1900-01"])
def test_an_address_that_asks_for_no_month_or_day_is_told_so(
    district: District, client_as: ClientAs, person: Person, query: str
) -> None:
    client = client_as("village_worker", district["willow"])
    assert client.get(reverse("office:person_owed", args=[person.token]) + query).status_code == 400


def test_another_villages_link_is_not_found_and_a_look_is_logged(
    district: District, client_as: ClientAs, person: Person
) -> None:
    far = client_as("village_worker", district["cloud"])
    assert far.get(reverse("office:person_owed", args=[person.token])).status_code == 404
    page(client_as("village_worker", district["willow"]), person)
    assert ("owed", person.pk) in {(read.kind, read.person_id) for read in reads()}


def test_somebody_of_whom_nothing_is_known_and_no_pass_was_made(district: District, client_as: ClientAs) -> None:
    from tests.factories import make_person

    with as_owner():
        person = make_person(district["willow"])
    told = page(client_as("village_worker", district["willow"]), person, "")
    assert "0.00" in told and "Not known yet" in told


def test_the_number_of_queries_does_not_hang_on_the_months(
    district: District, client_as: ClientAs, person: Person
) -> None:
    client = client_as("village_worker", district["willow"])
    address = reverse("office:person_owed", args=[person.token])
    page(client, person)
    counts = {queries_of(client, f"{address}?month={month}") for month in ("2020-01", "2020-10", "2020-12")}
    assert len(counts) == 1


def listed(client: Client, query: str = "", *, language: str = "en") -> str:
    response = client.get(reverse("office:owed") + query, headers={"accept-language": language})
    assert response.status_code == 200
    return text_of(response)


def test_the_list_shows_a_village_its_own_and_the_district_everybody(
    district: District, client_as: ClientAs, person: Person
) -> None:
    own, all_ = (
        listed(client_as(role, district[name]))
        for role, name in (("village_worker", "willow"), ("district_officer", "district"))
    )
    assert own.count("Training-through-work subsidy (firms)</td>") == 3
    assert all_.count("Training-through-work subsidy (firms)</td>") == 7
    assert ("2020-11" in own and "no register tells what it asks" in own) or "no register tells what they ask" in own


def test_the_list_is_narrowed_by_rule_month_and_outcome(
    district: District, client_as: ClientAs, person: Person
) -> None:
    client = client_as("village_worker", district["willow"])
    assert listed(client, "?month=2020-09").count("500.00") == 1
    assert "500.00" not in listed(client, "?outcome=unknown") and "500.00" not in listed(
        client, "?policy=startup_grant"
    )
    assert listed(client, "?policy=training_through_work&outcome=pay", language="zh-CN").count("500.00") == 3


def test_what_is_not_known_says_what_to_ask(district: District, client_as: ClientAs, person: Person) -> None:
    with as_owner():
        Membership.objects.filter(person=person).update(retired_on=KNOWN + dt.timedelta(1), retired_by=1)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN + dt.timedelta(1), office_no=office_no, by="tests")
    told = listed(client_as("village_worker", district["willow"]), "?outcome=unknown")
    assert "The person&#x27;s group or the firm&#x27;s situation is not known yet" in told


def test_before_the_first_pass_the_list_says_so(district: District, client_as: ClientAs) -> None:
    told = listed(client_as("village_worker", district["willow"]))
    assert "The rules have not been asked of everybody yet" in told and "Nothing is owed by the records" in told


def test_the_list_takes_as_many_queries_for_one_as_for_many(
    district: District, client_as: ClientAs, person: Person
) -> None:
    client = client_as("district_officer", district["district"])
    listed(client)
    assert queries_of(client, reverse("office:owed") + "?month=2020-09") == queries_of(client, reverse("office:owed"))


def test_what_was_owed_and_not_paid_is_listed_with_its_age(
    district: District, client_as: ClientAs, person: Person
) -> None:
    client = client_as("district_officer", district["district"])
    response = client.get(reverse("office:differences"), headers={"accept-language": "en"})
    told = text_of(response)
    assert told.count("Owed, not paid</span>") == 7 and "山茶服饰有限公司" in told and "500.00" in told
    far = client_as("village_worker", district["willow"])
    assert "山茶服饰有限公司" not in text_of(far.get(reverse("office:differences")))


def test_the_page_judges_from_the_month_from_which_the_night_did(person: Person) -> None:
    with acting(BATCH):
        at = [asked_for(month, str(KNOWN + dt.timedelta(1))).window for month in ("2019-03", "2020-10", "2020-12")]
    assert [(written(one.first), written(one.last)) for one in at] == [
        ("2019-01", "2019-03"), ("2019-01", "2020-10"), ("2019-01", "2020-12")
    ]  # fmt: skip
