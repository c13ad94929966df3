"""What would have to be found out: fact by fact, of how many people, under which rules, and which register tells it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.entitlements import queries
from anye.records.people.models import Membership, Person
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, text_of
from tests.factories import as_owner
from tests.flow.owed import KNOWN, registers_of_the_year, trainee

ClientAs = Callable[..., Client]


@pytest.fixture
def people(district: District) -> list[Person]:
    """Of two in willow and one in cloud it is not known whether they are registered poor."""
    with as_owner():
        batch = registers_of_the_year()
        found = [trainee(district[name], batch)[0] for name in ("willow", "willow", "cloud")]
        trainee(district["bridge"], batch)
        Membership.objects.filter(person__in=found).update(retired_on=KNOWN, retired_by=batch.pk)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    return found


def listed(client: Client, query: str = "?policy=training_through_work", *, language: str = "en") -> str:
    response = client.get(reverse("office:facts") + query, headers={"accept-language": language})
    assert response.status_code == 200
    return text_of(response)


def waiting(told: str) -> dict[str, int]:
    """Fact → people."""
    rows = re.findall(r'rowheader"[^>]*><a [^>]*>([^<]+)</a></th>.*?class="num"[^>]*>(\d+)</td>', told, re.DOTALL)
    return {fact: int(count) for fact, count in rows}


def test_each_fact_says_of_how_many_people_and_which_register_tells_it(
    district: District, client_as: ClientAs, people: list[Person]
) -> None:
    client = client_as("district_officer", district["district"])
    told = listed(client)
    assert 3 in waiting(told).values() and "Training-through-work subsidy (firms)" in told
    assert "outcome=unknown&amp;policy=training_through_work" in told
    in_chinese = listed(client, language="zh-CN")
    assert "建档立卡" in in_chinese or "贫困" in in_chinese
    assert "以工代训补贴（企业）" in in_chinese


def test_a_village_counts_its_own_people_alone(district: District, client_as: ClientAs, people: list[Person]) -> None:
    own = waiting(listed(client_as("village_worker", district["willow"])))
    assert set(own.values()) == {2}
    assert waiting(listed(client_as("village_worker", district["bridge"]))) == {}


def test_the_list_is_narrowed_by_village_and_register(
    district: District, client_as: ClientAs, people: list[Person]
) -> None:
    client = client_as("district_officer", district["district"])
    there = waiting(listed(client, f"?policy=training_through_work&village={district['cloud'].token}"))
    assert set(there.values()) == {1}
    assert waiting(listed(client, "?register=village ledger")).keys() < waiting(listed(client, "")).keys()
    assert "Nothing matches" in listed(client, "?policy=retention_refund")


def test_it_is_taken_out_and_leaves_a_trace(district: District, client_as: ClientAs, people: list[Person]) -> None:
    client = client_as("district_officer", district["district"])
    assert client.post(reverse("office:facts"), {"do": "export", "purpose": "check"}).status_code == 200
    assert [read.person_id for read in reads(kind="export")] == [None]


def test_where_nothing_is_missing_the_page_says_so(district: District, client_as: ClientAs) -> None:
    assert "Nothing is to be fetched" in listed(client_as("village_worker", district["willow"]), "")


def test_more_than_can_be_counted_is_said(
    district: District, client_as: ClientAs, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("district_officer", district["district"])
    assert "No more than" not in listed(client)
    monkeypatch.setattr(queries, "UNKNOWN_LOOKED_AT", 2)
    assert "No more than 2 decisions are counted" in listed(client)


def test_the_page_takes_as_many_queries_for_one_as_for_many(
    district: District, client_as: ClientAs, people: list[Person]
) -> None:
    client = client_as("district_officer", district["district"])
    listed(client)
    address = reverse("office:facts")
    assert queries_of(client, f"{address}?policy=training_through_work") == queries_of(client, address)
