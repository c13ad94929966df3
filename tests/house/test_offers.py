"""No page offers what its reader may not do: every link and form of it leads to a cell that is not refused to them."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.house.access_matrix import MATRIX
from tests.house.crawling import Page
from tests.house.test_access_matrix import LETTERS, OFFICES, cell
from tests.house.two_districts import Place, World, make_world

pytestmark = pytest.mark.django_db


def pages_of(place: Place) -> list[str]:
    """Pages that offer something: lists, and everything about one person, visit and doubt."""
    listed = ["/", "/people/", "/visits/", "/findings/", "/firms/", "/registers/", "/registers/mend/", "/entries/"]
    listed += ["/owed/", "/owed/paid/", "/owed/corrections/"]
    person, visit, finding = place.person.token, place.visit.token, place.finding.token
    about = [
        reverse("office:person", args=[person]),
        reverse("office:person_history", args=[person]),
        reverse("office:visit", args=[visit]),
        reverse("office:finding", args=[finding]),
        reverse("office:correction", args=[place.correction.token]),
        reverse("registers:batch", args=[place.batch.token]),
        reverse("registers:upload", args=[place.upload.token]),
        reverse("registers:look", args=[place.looked.token]),
        reverse("registers:withdrawal", args=[place.withdrawal.token]),
        reverse("registers:fault_sheet", args=[place.fault_sheet.token]),
        reverse("entries:entry", args=[place.entry.token]),
    ]
    return [*listed, *about]


def offered(address: str, body: str) -> Iterator[tuple[str, str]]:
    """(method, address) of each link and form of a page inside the site."""
    page = Page(body)
    for link in page.links:
        yield "GET", urljoin(address, link)
    for form in page.forms:
        yield form.method.upper(), urljoin(address, form.action or address)


def refused_offers(client: Client, letter: str, place: Place) -> list[str]:
    """What pages offer to a role and would then refuse."""
    wrong = []
    for address in pages_of(place):
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        for method, target in offered(address, answer.content.decode()):
            try:
                name = resolve(urlsplit(target).path).view_name
            except Resolver404:
                continue
            _objects, get, post = MATRIX[name]
            if cell(get if method == "GET" else post)[letter] in {403, 404}:
                wrong.append(f"{address} offers {method} {name}")
    return wrong


@pytest.fixture
def world(district: Any) -> World:
    return make_world(district)


@pytest.mark.bar(9, control="each question for the role taken out (scope calls)")
def test_no_page_offers_what_its_reader_may_not_do(world: World, client_as: Callable[..., Client]) -> None:
    wrong = {}
    for letter, role in LETTERS.items():
        office = world[OFFICES.get(letter, "east")].office
        wrong[role] = refused_offers(client_as(role, office, f"role{letter.lower()}"), letter, world["willow"])
    assert wrong == {role: [] for role in LETTERS.values()}


def test_who_may_is_offered_it(world: World, client_as: Callable[..., Client]) -> None:
    """The check above is no comfort when pages offer nothing."""
    client = client_as("village_worker", world["willow"].office, "rolev")
    found = {
        resolve(urlsplit(target).path).view_name
        for address in pages_of(world["willow"])
        for _method, target in offered(address, client.get(address).content.decode())
        if urlsplit(target).path.startswith(("/people/", "/entries/", "/visits/", "/transfers/"))
    }
    assert {"entries:correct", "entries:ask_transfer", "entries:new_person", "office:visits_print"} <= found
