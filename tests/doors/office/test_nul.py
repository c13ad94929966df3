"""The letter NUL in an address, a link or a form is refused and never reaches the database."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.conftest import District
from tests.house.access_matrix import MATRIX

ClientAs = Callable[..., Client]
# numbers and dates have converters that take no such letter
ASKED = {name: len(objects.split()) for name, (objects, *_) in MATRIX.items() if objects and ":" in name}


def test_no_page_takes_a_nul_in_its_address(district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    seen = set()
    for name, count in ASKED.items():
        for number in ("1", "\0"):
            try:
                address = reverse(name, args=["\0"] * (count - 1) + [number])
            except NoReverseMatch:
                continue
            assert client.get(address).status_code in {404, 405}, address
            seen.add(name)
    assert len(seen) > 30


@pytest.mark.parametrize("address", ["/people/?q=%00", "/report/?day=%00", "/?x=%00"])
def test_no_page_takes_a_nul_in_its_link(address: str, district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    assert client.get(address).status_code == 400
    assert client.get(address.replace("%00", "0")).status_code < 400


def test_no_form_takes_one(district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    told = {"content_type": "application/x-www-form-urlencoded"}
    assert client.post(reverse("report:count"), "on=2020-01-01%00", **told).status_code == 400
    assert client.post(reverse("report:count"), "on=2020-01-01", **told).status_code < 500
