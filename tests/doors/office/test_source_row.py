"""From a person's history to the row of the register, and from the row to the figures that it stands in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.audit.models import Read
from anye.records.briefings.models import Snapshot
from anye.records.places.models import Office
from tests.conftest import District
from tests.doors.office.looking import text_of
from tests.factories import add_detail, as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year

ClientAs = Callable[..., Client]
LINK = re.compile(r'href="(/(?:people|firms)/[^"]+/rows/[^"]+|/registers/records/[^"]+/[^"]+/[^"]+)"')
FUND = "Poverty fund for posts"
FIGURE = re.compile(r'href="(/report/[^"]+/I01/)"')


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


@pytest.fixture
def snapshot(year: Year) -> Snapshot:
    return take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")


def row_of(subject: Any, year: Year, row: str = "0-3", name: str = "office:person_row") -> str:
    return reverse(name, args=[subject.token, year.batch.token, row])


def test_a_village_goes_from_the_history_to_the_row_and_on_to_the_figures(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("village_worker", district["willow"])
    history = client.get(reverse("office:person_history", args=[year.one.token])).content.decode()
    assert row_of(year.one, year) in LINK.findall(history)
    page = client.get(row_of(year.one, year), headers={"accept-language": "en"})
    told = text_of(page)
    file = reverse("registers:batch", args=[year.batch.token])
    assert (f'href="{file}"' in told) == (client.get(file).status_code == 200)
    assert "sheet 1, line 3" in told and "Insured by 第一实业有限公司" in told
    counted, because = told.split("Figures that count the person because of what it says")
    assert "Poor workers in stable work" in counted and "Demonstration workshops" not in counted
    assert "Own poor workers in work" in because
    (figure, *_) = FIGURE.findall(page.content.decode())
    assert client.get(figure).status_code == 200
    assert Read.objects.filter(person_id=year.one.pk).exists()
    in_chinese = text_of(client.get(row_of(year.one, year), headers={"accept-language": "zh-CN"}))
    assert "计入的指标" in in_chinese and "贫困劳动力稳定就业人数" in in_chinese


def test_a_firms_page_leads_to_the_row_of_a_payment_and_to_what_it_paid_for(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    page = client.get(reverse("office:firm", args=[year.second.token])).content.decode()
    assert row_of(year.second, year, name="office:firm_row") in LINK.findall(page)
    told = text_of(client.get(row_of(year.second, year, name="office:firm_row"), headers={"accept-language": "en"}))
    assert "Firms supported for hiring" in told and "Job-retention refund" not in told
    village = client_as("village_worker", district["willow"])
    seen = text_of(village.get(row_of(year.second, year, name="office:firm_row"), headers={"accept-language": "en"}))
    assert "Payments to firms" not in seen and "None counts it." in seen  # its money is the district's alone


def test_no_row_of_anybody_out_of_reach_and_none_that_is_not_there(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("village_worker", district["willow"])
    for address in (
        row_of(year.brief, year), row_of(year.one, year, "0-4"), row_of(year.one, year, "0"), row_of(year.one, year, "0-x"),
        row_of(year.one, year, f"0-{'9' * 20}"), reverse("office:person_row", args=[year.one.token, "x" * 22, "0-3"]),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_what_is_private_in_a_row_is_for_those_alone_whose_duty_needs_it(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    with as_owner():
        add_detail(year.one, "address", "柳树村三组八号", year.batch)
    said = {
        role: text_of(client_as(role, district["east"]).get(row_of(year.one, year)))
        for role in ("town_officer", "auditor")
    }
    assert "柳树村三组八号" in said["town_officer"]
    assert "柳树村三组八号" not in said["auditor"]


def test_an_office_without_an_area_is_led_to_the_widest_that_it_reaches(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    with as_owner():
        Office.objects.filter(pk=district["district"].pk).update(area_code=None)
    client = client_as("district_officer", Office.objects.get(pk=district["district"].pk))
    page = client.get(reverse("office:person", args=[year.one.token])).content.decode()
    (figure, *_) = FIGURE.findall(page)
    assert client.get(figure).status_code == 200
    assert client.get(reverse("report:index")).status_code == 200


def test_what_is_of_an_office_leads_from_its_list_to_the_row_and_to_the_figures(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    for kind, says, figure in (
        ("trade", "Training trades", "Special local trades"),
        ("fund", "Fund allocations", FUND),
    ):
        page = client.get(reverse("registers:stated", args=[kind])).content.decode()
        listed = [each for each in LINK.findall(page) if each.startswith(f"/registers/records/{kind}/")]
        told = [text_of(client.get(each, headers={"accept-language": "en"})) for each in listed]
        assert told and all(says in each for each in told)
        assert any(figure in each for each in told), (kind, told)
    (fund, *_) = listed
    assert client.get(fund.replace("/fund/", "/event/")).status_code == 404
    assert client.get(fund.replace("/fund/", "/payment/")).status_code == 404
    assert client_as("village_worker", district["willow"]).get(fund).status_code == 404
