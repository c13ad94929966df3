"""A person's pages: what each role sees of whom, numbers for a purpose only, a history that forgets nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anye.records.people.models import HouseholdMember, PersonDetail
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import guards_out, queries_of, reads, text_of

ClientAs = Callable[..., Client]


def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def worker(client_as: ClientAs, district: District) -> Client:
    return english(client_as("village_worker", district["willow"]))


@pytest.fixture
def scene(district: District) -> dict[str, Any]:
    """A person of whom much is known: household over two villages, work, insurance, income, a doubt and its visit."""
    with factories.as_owner():
        ledger, insurance = factories.make_batch(), factories.make_batch("social_insurance", dt.date(2026, 10, 1))
        household = factories.make_household(district["willow"], "99010101")
        person = factories.make_person(
            district["willow"],
            "冉明秀",
            batch=ledger,
            number=factories.id_number(231),
            phone="13900001111",
            groups=["lifted"],
            is_employed=False,
            household=household,
            details={
                "employment_state": "not_employed",
                "education": "70",
                "health": "chronic",
                "address": "柳树村7号",
            },
        )
        son = factories.make_person(district["willow"], "冉小宝", batch=ledger, household=household)
        far = factories.make_person(district["bridge"], "冉远行", batch=ledger, household=household)
        factories.add_helper(household, "谭永芬", ledger)
        factories.add_need(person, "wants_work", "yes", ledger)
        factories.add_income(person, dt.date(2026, 5, 1), 320_000, ledger)
        firm = factories.make_firm("山茶服饰有限公司")
        factories.add_spell(person, firm, ledger, valid_to=dt.date(2025, 12, 31))
        months = factories.add_insurance(person, firm, dt.date(2026, 7, 1), 3, insurance)
        finding = factories.make_finding(
            person, firm=firm, state="visiting", month=months[-1].month, params={"month": "2026-09"}
        )
        visit = factories.make_visit(person, finding)
    return {"person": person, "son": son, "far": far, "firm": firm, "ledger": ledger, "insurance": insurance,
            "finding": finding, "visit": visit}  # fmt: skip


def test_the_page_tells_what_is_known(worker: Client, scene: dict[str, Any]) -> None:
    page = text_of(worker.get(f"/people/{scene['person'].token}/"))
    for words in (
        "冉明秀", "柳树村", "Lifted out of poverty", "not working", "Junior high", "Chronic illness", "柳树村7号", "冉小宝",
        "谭永芬", "Wants to work", "3,200.00", "山茶服饰有限公司", "Not employed in the ledger, but insured by a firm",
        "Poor workers&#x27; employment ledger", "2026-05",
    ):  # fmt: skip
        assert words in page, words


def test_numbers_are_masked_until_a_purpose_is_stated(worker: Client, scene: dict[str, Any]) -> None:
    person = scene["person"]
    page = text_of(worker.get(f"/people/{person.token}/"))
    assert factories.id_number(231) not in page and "13900001111" not in page
    assert "139****1111" in page
    shown = worker.post(f"/people/{person.token}/show/", {"what": "id", "purpose": "identify"}, HTTP_HX_REQUEST="true")
    assert factories.id_number(231) in text_of(shown)
    assert shown["Cache-Control"] == "private, no-store"
    (trace,) = reads(kind="id_shown")
    assert (trace.person_id, trace.purpose) == (person.pk, "show: identify")


def test_the_telephone_is_shown_and_logged_likewise(worker: Client, scene: dict[str, Any]) -> None:
    shown = worker.post(f"/people/{scene['person'].token}/show/", {"what": "phone", "purpose": "contact"})
    assert "13900001111" in text_of(shown)
    assert [row.purpose for row in reads(kind="phone_shown")] == ["show: contact"]


@pytest.mark.parametrize(
    "sent", [{"what": "id"}, {"what": "id", "purpose": "curiosity"}, {"what": "health", "purpose": "help"}]
)
def test_no_number_without_a_purpose(worker: Client, scene: dict[str, Any], sent: dict[str, str]) -> None:
    answer = worker.post(f"/people/{scene['person'].token}/show/", sent)
    assert answer.status_code == 400
    assert reads(kind="id_shown") == []


@pytest.mark.parametrize(
    "out", [(), ("policies",), ("scoping",)], ids=["both guards", "scoping alone", "policies alone"]
)
def test_the_number_of_somebody_of_the_next_village_is_not_shown(
    worker: Client, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch, out: tuple[str, ...]
) -> None:
    guards_out(*out)(monkeypatch)
    answer = worker.post(f"/people/{scene['far'].token}/show/", {"what": "id", "purpose": "identify"})
    assert answer.status_code == 404


def test_without_either_guard_the_number_would_be_shown(
    worker: Client, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    guards_out("policies", "scoping")(monkeypatch)
    answer = worker.post(f"/people/{scene['far'].token}/show/", {"what": "id", "purpose": "identify"})
    assert answer.status_code == 200


@pytest.mark.parametrize("role", ["village_worker", "town_officer", "district_officer", "poverty_office"])
def test_health_and_address_are_seen_by_those_who_help(
    client_as: ClientAs, district: District, scene: dict[str, Any], role: str
) -> None:
    page = text_of(english(client_as(role, district["willow"])).get(f"/people/{scene['person'].token}/"))
    assert "Chronic illness" in page and "柳树村7号" in page


@pytest.mark.parametrize("role", ["auditor", "finance", "approver"])
@pytest.mark.parametrize("path", ["", "history/"])
def test_others_see_that_health_is_recorded_but_not_what(
    client_as: ClientAs, district: District, scene: dict[str, Any], role: str, path: str
) -> None:
    page = text_of(english(client_as(role, district["district"])).get(f"/people/{scene['person'].token}/{path}"))
    assert "Chronic illness" not in page and "柳树村7号" not in page
    assert "recorded" in page


def test_a_member_of_the_household_in_another_village_is_not_named(worker: Client, scene: dict[str, Any]) -> None:
    page = text_of(worker.get(f"/people/{scene['person'].token}/"))
    assert "冉远行" not in page and scene["far"].token not in page
    assert "Members who live in another village are not listed here." in page


def test_the_town_sees_the_whole_household(client_as: ClientAs, district: District, scene: dict[str, Any]) -> None:
    page = text_of(english(client_as("town_officer", district["east"])).get(f"/people/{scene['person'].token}/"))
    assert "冉远行" in page


def test_a_household_whose_head_lives_elsewhere_shows_my_own_people(
    client_as: ClientAs, district: District, scene: dict[str, Any]
) -> None:
    page = text_of(english(client_as("village_worker", district["bridge"])).get(f"/people/{scene['far'].token}/"))
    assert "冉远行</strong>" in page and "冉明秀" not in page


def test_members_of_the_household_leave_traces_too(worker: Client, scene: dict[str, Any]) -> None:
    worker.get(f"/people/{scene['person'].token}/")
    assert [row.person_id for row in reads(kind="person")] == [scene["person"].pk]
    assert [row.person_id for row in reads(kind="household")] == [scene["son"].pk]


def test_the_history_tells_what_replaced_what(worker: Client, scene: dict[str, Any]) -> None:
    person, insurance = scene["person"], scene["insurance"]
    with factories.as_owner():
        PersonDetail.objects.filter(person=person, kind="education").update(
            retired_on=insurance.known_on, retired_by=insurance.pk
        )
        factories.add_detail(person, "education", "60", insurance)
    page = text_of(worker.get(f"/people/{person.token}/history/"))
    assert "Education: Senior high" in page
    assert "Education: Junior high" in page
    assert "by: Education: Senior high (Social insurance payments" in page


def test_the_history_names_villages_and_not_their_codes(worker: Client, scene: dict[str, Any]) -> None:
    page = text_of(worker.get(f"/people/{scene['person'].token}/history/"))
    assert "Residence: 柳树村" in page and "990100101201" not in page


def test_a_fact_that_was_withdrawn_stays_in_the_history(worker: Client, scene: dict[str, Any]) -> None:
    with factories.as_owner():
        PersonDetail.objects.filter(person=scene["person"], kind="education").update(
            retired_on=dt.date(2026, 10, 5), retired_by=scene["insurance"].pk
        )
    page = text_of(worker.get(f"/people/{scene['person'].token}/history/"))
    assert "No longer held since 2026-10-05" in page


def test_the_history_is_paged_and_loses_nothing(worker: Client, scene: dict[str, Any]) -> None:
    person = scene["person"]
    with factories.as_owner():
        for month in range(1, 13):
            for year in range(2016, 2026):
                factories.add_income(person, dt.date(year, month, 1), 100_000 + year * 100 + month, scene["ledger"])
    seen, href, pages = "", "", 0
    while True:
        response = worker.get(f"/people/{person.token}/history/{href}")
        seen, href, pages = seen + text_of(response), response.context["older"], pages + 1
        if not href:
            break
    assert pages >= 4
    for month in range(1, 13):
        for year in range(2016, 2026):
            assert seen.count(f"Income of {year}-{month:02}, wage") == 1


def test_months_that_one_file_brought_stand_as_one_line(worker: Client, scene: dict[str, Any]) -> None:
    page = text_of(worker.get(f"/people/{scene['person'].token}/history/"))
    assert "Insured by 山茶服饰有限公司 for 2026-07 to 2026-09 (3 months)" in page


def test_who_looked_is_told_with_purpose_and_paged(worker: Client, scene: dict[str, Any]) -> None:
    path = f"/people/{scene['person'].token}/"
    worker.post(path + "show/", {"what": "id", "purpose": "identify"})
    for _ in range(21):
        worker.get(path)
    first = worker.get(path + "looks/")
    assert text_of(first).count("opened the page") == 20
    older = worker.get(path + "looks/" + first.context["older"])
    assert "To tell two people of one name apart" in text_of(older)
    assert "showed the ID number" in text_of(older) and "Village worker" in text_of(older)


@pytest.mark.parametrize("path", ["", "history/", "looks/"])
def test_a_page_of_much_takes_as_many_queries_as_one_of_little(
    worker: Client, scene: dict[str, Any], path: str
) -> None:
    person = scene["person"]
    worker.get(f"/people/{person.token}/{path}")
    few = queries_of(worker, f"/people/{person.token}/{path}")
    with factories.as_owner():
        for number in range(30):
            factories.add_income(person, dt.date(2020 + number // 12, number % 12 + 1, 1), 100_000, scene["ledger"])
            factories.make_finding(person, "Q10", params={"fen": 9000, "unit": "month"})
        factories.add_insurance(
            person, factories.make_firm("长风物流有限公司"), dt.date(2022, 1, 1), 40, scene["insurance"]
        )
        for number in range(6):
            other = factories.make_person(person, f"冉幺{number}", batch=scene["ledger"])
            HouseholdMember.objects.create(
                person=other,
                household_id=person.household_id,
                relation="20",
                **factories.source(other, scene["ledger"]),
            )
    assert queries_of(worker, f"/people/{person.token}/{path}") <= few
    assert few <= 32


def test_a_person_whom_no_register_creates_any_more_is_absent(worker: Client, scene: dict[str, Any]) -> None:
    with factories.as_owner():
        type(scene["person"]).objects.filter(pk=scene["person"].pk).update(is_hidden=True)
    assert worker.get(f"/people/{scene['person'].token}/").status_code == 404


def test_a_person_of_whom_only_the_name_is_known_has_a_page(worker: Client, district: District) -> None:
    with factories.as_owner():
        bare = factories.make_person(district["willow"], "牟长贵")
        type(bare).objects.filter(pk=bare.pk).update(id_sealed=None, phone_sealed=None, birth_on=None, sex="")
    page = text_of(worker.get(f"/people/{bare.token}/"))
    assert "No register tells of any work." in page and "No household is known." in page
