"""What a firm may receive: by rule on its page, by worker and month on a page of its own, counted within the reader's range."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anye.flow.nightly import entitle
from anye.flow.registry import loading_context
from anye.packs import read_pack
from anye.records.entitlements.models import Entitlement
from anye.records.firms.models import Firm
from tests.conftest import District
from tests.doors.office.looking import queries_of, reads, text_of
from tests.factories import as_owner, make_firm
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee

ClientAs = Callable[..., Client]


@pytest.fixture
def firm(district: District) -> Firm:
    """Owed 500 yuan a month for somebody of willow (August to October) and of cloud (to November)."""
    with as_owner():
        batch = registers_of_the_year()
        _, found = trainee(district["willow"], batch)
        trainee(district["cloud"], batch, found, months=4)
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN, office_no=office_no, by="tests")
    return found


def page(client: Client, name: str, firm: Firm, query: str = "", *, language: str = "en") -> str:
    address = reverse(f"office:{name}", args=[firm.token]) + query
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return text_of(response)


@pytest.fixture
def officer(district: District, client_as: ClientAs) -> Client:
    return client_as("district_officer", district["district"])


@pytest.fixture
def worker(district: District, client_as: ClientAs) -> Client:
    return client_as("village_worker", district["willow"])


def test_the_firms_page_says_how_much_under_how_many_rules(officer: Client, firm: Firm) -> None:
    told = page(officer, "firm", firm)
    assert "May receive ¥3,500.00 under 1 rule" in told or "May receive 3,500.00 yuan under 1 rule" in told
    assert "Training-through-work subsidy (firms)" in told and "2020-08 – 2020-11" in told
    assert "Only people of your district are counted" in told
    assert "可享受" in page(officer, "firm", firm, language="zh-CN")


def test_what_no_list_says_was_paid_is_told_to_the_office_that_pays(
    officer: Client, worker: Client, firm: Firm
) -> None:
    assert "Not paid by the lists of payments that have come" in page(officer, "firm", firm)
    assert "Not paid by the lists" not in page(worker, "firm", firm)


def test_a_village_counts_its_own_people_alone_and_says_so(worker: Client, firm: Firm) -> None:
    told = page(worker, "firm", firm)
    assert "1,500.00" in told and "3,500.00" not in told
    assert "Only people of your area are counted" in told


def test_each_worker_and_month_stands_on_a_page_of_its_own(officer: Client, worker: Client, firm: Firm) -> None:
    assert page(officer, "firm_owed", firm).count("Training-through-work subsidy (firms)</td>") == 7
    own = page(worker, "firm_owed", firm)
    assert own.count("Training-through-work subsidy (firms)</td>") == 3 and "/owed/?month=2020-10" in own
    assert page(officer, "firm_owed", firm, "?month=2020-11").count("500.00</td>") == 1
    assert (
        page(officer, "firm_owed", firm, "?policy=work_travel_subsidy").count("500.00</td>") == 7
    )  # it pays nobody here
    assert "firm_owed" in {read.kind for read in reads()}


def test_what_is_the_firms_own_is_shown_to_the_district_and_leads_nowhere(
    officer: Client, worker: Client, firm: Firm, district: District
) -> None:
    with as_owner():
        one = Entitlement.objects.filter(firm=firm).first()
        assert one is not None
        one.pk, one.person, one.scope_no, one.amount_fen = None, None, district["district"].scope_no, 7_000_000
        one.save()
    told = page(officer, "firm_owed", firm)
    assert "the firm itself" in told and "70,000.00" in told and 'href="None"' not in told
    assert "70,000.00" not in page(worker, "firm_owed", firm) + page(worker, "firm", firm)


def test_who_is_taken_out_leaves_a_trace_each(worker: Client, firm: Firm) -> None:
    response = worker.post(reverse("office:firm_owed", args=[firm.token]), {"do": "export", "purpose": "check"})
    assert response.status_code == 200
    assert len(reads(kind="export")) == 1


def test_a_firm_that_is_owed_nothing_says_so(officer: Client, firm: Firm) -> None:
    with as_owner():
        other = make_firm("另一家公司")
    assert "Nothing is to be paid to this firm by the records" in page(officer, "firm", other)
    assert "Nothing is to be paid to this firm by the records" in page(officer, "firm_owed", other)


def test_an_unknown_firm_is_absent(officer: Client) -> None:
    assert officer.get(reverse("office:firm_owed", args=["A" * 22])).status_code == 404


def test_many_rows_take_as_many_queries_as_few(officer: Client, firm: Firm, district: District) -> None:
    def counts() -> list[Any]:
        return [queries_of(officer, reverse(f"office:{name}", args=[firm.token])) for name in ("firm", "firm_owed")]

    counts()
    few = counts()
    with as_owner():
        batch = registers_of_the_year()
        for _ in range(4):
            trainee(district["bridge"], batch, firm)
    office_no = loading_context().office_no
    entitle(read_pack("cn_yubei"), on=KNOWN, known=KNOWN + dt.timedelta(1), office_no=office_no, by="tests")
    assert counts() == few
