"""The rows behind a figure: each in the area by which the figure counts it, with the columns that say something, and as numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.briefings.models import Snapshot
from anye.records.people.models import Person
from tests.conftest import District
from tests.doors.office.looking import queries_of
from tests.factories import as_owner, make_person
from tests.flow.reporting.planted import KNOWN, ON, Year, day

ClientAs = Callable[..., Client]
DISTRICT, TOWN, WILLOW, BRIDGE = "990100000000", "990100101000", "990100101201", "990100101202"
FAR = "510100101201"
PAID = "公益性岗位补贴"


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


def lodger(year: Year, place: str, residence: str, fen: int, name: str) -> Person:
    """Whom an office looks after who lives, as registers have it, in an area that may be another; they were paid something."""
    details = {"residence": residence} if residence else {}
    with as_owner():
        person = make_person(year.places[place], name, batch=year.batch, details=details)
        year.had(person, PAID, fen, day(10, 5))
    return person


@pytest.fixture
def lodgers(year: Year) -> dict[str, Person]:
    return {
        "far": lodger(year, "bridge", FAR, 100_000, "远来客"), "somewhere": lodger(year, "outside", "", 20_000, "不知处"),
        "in_town": lodger(year, "bridge", TOWN, 50_000, "镇上人"),
    }  # fmt: skip


@pytest.fixture
def snapshot(year: Year, lodgers: dict[str, Person]) -> Snapshot:
    return take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")


def page_of(client: Client, snapshot: Snapshot, area: str, code: str, query: str = "") -> Any:
    href = reverse("report:indicator", args=[snapshot.token, area, code]) + query
    response = client.get(href, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response


def places(response: Any) -> dict[str, str]:
    """Name of a person or a firm → the area that its rows stand in."""
    return {row.name: row.place for row in response.context["listing"].rows}


def columns(response: Any) -> list[str]:
    return [column.key for column, _is_shown in response.context["listing"].column_choices]


def test_a_row_stands_in_the_area_that_counts_it_and_not_in_that_of_the_office_that_looks_after_the_person(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    whole = page_of(client, snapshot, DISTRICT, "I30")
    assert places(whole) == {
        "冉明秀": "东河镇 柳树村", "镇上人": "东河镇", "不知处": "not known", "远来客": "elsewhere",
        "第一实业有限公司": "none: not a person", "第二实业有限公司": "none: not a person",
    }  # fmt: skip
    assert [row.name for row in whole.context["listing"].rows][:3] == [
        "镇上人",
        "冉明秀",
        "冉明秀",
    ]  # who lives here comes first
    for area, figure in ((TOWN, 1_050), (WILLOW, 550), (BRIDGE, 0)):
        shown = page_of(client, snapshot, area, "I30")
        rows = shown.context["listing"].rows
        assert sum(row.value for row in rows) == 100 * figure
        assert shown.context["told"].value == figure
    assert places(page_of(client, snapshot, TOWN, "I30")) == {"冉明秀": "柳树村", "镇上人": "not known"}
    assert places(page_of(client, snapshot, WILLOW, "I30")) == {"冉明秀": "柳树村"}


def test_the_areas_to_choose_from_are_those_within_and_narrow_as_the_figure_counts(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])

    def offered(area: str) -> list[str]:
        (control,) = page_of(client, snapshot, area, "I30").context["listing"].controls or [None]
        return [code for code, _label, _chosen in control.options] if control else []

    assert offered(TOWN) == [WILLOW, BRIDGE, "none"]
    assert offered(WILLOW) == []
    assert offered(DISTRICT)[:3] == [TOWN, WILLOW, BRIDGE]

    def chosen(area: str, code: str) -> set[str]:
        return set(places(page_of(client, snapshot, area, "I30", f"?village={code}")))

    assert chosen(DISTRICT, BRIDGE) == set()
    assert chosen(DISTRICT, TOWN) == {"冉明秀", "镇上人"}
    assert chosen(DISTRICT, "none") == {"不知处", "远来客", "第一实业有限公司", "第二实业有限公司"}
    assert chosen(TOWN, "none") == {"镇上人"}


def test_what_the_areas_do_not_come_to_is_said_below_them(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])

    def said(area: str, code: str) -> str:
        return str(page_of(client, snapshot, area, code).context["beyond"])

    # 6,850.50 + 1,000 + 200 + 500 are the whole; 550 + 500 of it are in the towns
    assert said(DISTRICT, "I30").startswith("In none of these areas: 7,500.5 yuan, of people who live elsewhere")
    assert "or of firms" in said(DISTRICT, "I30")
    assert said(TOWN, "I30") == "In none of these areas: 500 yuan, of people of whom the village is not known."
    assert said(DISTRICT, "I01").startswith("In none of these areas: 1 person, of people who live elsewhere")
    assert "firms" not in said(DISTRICT, "I01")
    assert said(WILLOW, "I30") == said(DISTRICT, "I24") == said(DISTRICT, "I06") == ""
    assert said(DISTRICT, "C04").startswith("In none of these areas: 1 of 4 rows,")


def test_rows_of_people_whom_others_look_after_are_told_by_their_number(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    abroad = lodger(year, "cloud", WILLOW, 30_000, "寄居者")
    again = take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")
    town = client_as("town_officer", district["east"])
    told = page_of(town, again, WILLOW, "I30")
    assert abroad.name not in places(told) and told.context["elsewhere"] == 1
    assert "1 more row is of a person whom another office looks after" in told.content.decode()
    assert page_of(town, again, BRIDGE, "I30").context["elsewhere"] == 0


def test_money_is_a_number_of_yuan_in_the_file_and_stands_to_the_right_on_the_page(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    assert (
        '<td role="cell" class="num" data-label="Amount">6,000.00</td>'
        in page_of(client, snapshot, DISTRICT, "I06").content.decode()
    )
    href = reverse("report:indicator", args=[snapshot.token, DISTRICT, "I06"])
    answer = client.post(href, {"do": "export", "purpose": "report"}, headers={"accept-language": "en"})
    _mark, heads, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    at = heads.index("Amount (yuan)")
    assert sum(row[at] for row in rows) == 6_300.5
    days = page_of(client, snapshot, DISTRICT, "I04")
    assert '<td role="cell" class="num" data-label="Amount">16</td>' in days.content.decode()


def test_columns_that_say_nothing_of_a_figure_are_not_there(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    of = {code: columns(page_of(client, snapshot, DISTRICT, code)) for code in ("I06", "I24", "C04", "I16")}
    looked_after = page_of(client, snapshot, DISTRICT, "I30", "?cols=office").content.decode()
    assert '<td role="cell" data-label="Looked after by">东河镇 石桥村</td>' in looked_after
    assert of["I06"] == ["name", "what", "since", "until", "lines", "amount"]
    assert of["I24"] == ["name", "place", "office", "lines"]
    assert "state" in of["C04"]
    assert "amount" not in of["C04"]
    assert of["I16"] == ["name", "lines"]


def test_as_many_queries_whatever_rows_there_are(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    pages = [
        reverse("report:indicator", args=[snapshot.token, DISTRICT, code]) for code in ("I30", "I06", "I24", "C04")
    ]
    queries_of(client, pages[0])
    assert len({queries_of(client, page) for page in pages}) == 1
