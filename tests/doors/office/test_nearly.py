"""The list of who is one step away: within the reader's range, in both languages, by rule, village and firm, and taken out."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.people.models import Person
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, search, text_of
from tests.factories import as_owner, make_person
from tests.flow.owed import KNOWN, registers_of_the_year, trainee

ClientAs = Callable[..., Client]
RULE = "Training-through-work subsidy (firms)"


@pytest.fixture
def near(district: District) -> dict[str, Person]:
    """Somebody of two villages whom the firm did not list, and one who is paid."""
    with as_owner():
        batch = registers_of_the_year()
        found = {name: trainee(district[name], batch, months=4)[0] for name in ("willow", "cloud")}
        trainee(district["bridge"], batch, months=4)
        WorkTraining.objects.filter(person__in=found.values()).update(retired_on=KNOWN, retired_by=batch.pk)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    return found


def listed(client: Client, query: str = "?policy=training_through_work", *, language: str = "en") -> str:
    response = client.get(reverse("office:nearly") + query, headers={"accept-language": language})
    assert response.status_code == 200
    return text_of(response)


def test_what_stands_in_the_way_and_what_would_mend_it_are_told_in_both_languages(
    district: District, client_as: ClientAs, near: dict[str, Person]
) -> None:
    client = client_as("village_worker", district["willow"])
    told = listed(client)
    assert "The firm did not list this person" in told and "Ask the firm to file the roster" in told
    assert f"/people/{near['willow'].token}/owed/?month=2020-11" in told
    in_chinese = listed(client, language="zh-CN")
    assert "企业未将其列入名册" in in_chinese and "请企业补报名册" in in_chinese and "只差一步" in in_chinese


def test_a_village_sees_its_own_and_the_district_everybody(
    district: District, client_as: ClientAs, near: dict[str, Person]
) -> None:
    own = listed(client_as("village_worker", district["willow"]))
    assert own.count(f"{RULE}</td>") == 1 and near["cloud"].token not in own
    district_client = client_as("district_officer", district["district"])
    assert listed(district_client).count(f"{RULE}</td>") == 2
    there = listed(district_client, f"?policy=training_through_work&village={district['cloud'].token}")
    assert there.count(f"{RULE}</td>") == 1 and near["cloud"].token in there
    assert "nearly_list" in {read.kind for read in reads()}


@pytest.mark.parametrize("name", ["nearly", "owed", "differences"])
def test_a_firm_is_searched_by_its_name(
    district: District, client_as: ClientAs, near: dict[str, Person], name: str
) -> None:
    client = client_as("district_officer", district["district"])
    assert "山茶服饰" in text_of(search(client, "山茶", reverse(f"office:{name}"))) or name == "differences"
    assert "Nothing matches" in text_of(
        client.post(
            reverse(f"office:{name}"),
            {"do": "search", "text": "无此厂"},
            follow=True,
            headers={"accept-language": "en"},
        )
    )


def test_what_is_shown_is_taken_out_with_a_trace_of_each_person(
    district: District, client_as: ClientAs, near: dict[str, Person]
) -> None:
    client = client_as("village_worker", district["willow"])
    response = client.post(
        reverse("office:nearly") + "?policy=training_through_work", {"do": "export", "purpose": "check"}
    )
    assert response.status_code == 200
    assert [(read.kind, read.person_id) for read in reads(kind="export")] == [("export", near["willow"].pk)]


def test_where_nobody_is_near_the_page_says_so(district: District, client_as: ClientAs) -> None:
    with as_owner():
        make_person(district["willow"])
    told = listed(client_as("village_worker", district["willow"]), "")
    assert "Nobody is one step away" in told


def test_a_reason_that_the_rules_no_longer_know_is_left_empty(
    district: District, client_as: ClientAs, near: dict[str, Person]
) -> None:
    from anye.records.entitlements.models import Nearly

    with as_owner():
        Nearly.objects.filter(person=near["willow"]).update(reason="renamed")
        Nearly.objects.filter(person=near["cloud"]).update(month=dt.date(1999, 1, 1))
    told = listed(client_as("district_officer", district["district"]))
    assert "The firm did not list this person" not in told and told.count(f"{RULE}</td>") == 2


def test_the_list_takes_as_many_queries_for_one_as_for_many(
    district: District, client_as: ClientAs, near: dict[str, Person]
) -> None:
    client = client_as("district_officer", district["district"])
    listed(client)
    one = f"{reverse('office:nearly')}?policy=training_through_work"
    assert queries_of(client, one) == queries_of(client, reverse("office:nearly"))
