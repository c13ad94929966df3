"""The calendar of registers: what has come, what is missing, who owes it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from anye.engine.intake.due import next_month
from tests import factories as made
from tests.conftest import District

pytestmark = pytest.mark.django_db


def test_a_month_that_has_come_and_one_that_is_missing(district: District, client_as: Callable[..., Any]) -> None:
    on = timezone.localdate()
    with made.as_owner():
        for back in (4, 5):
            made.make_batch("social_insurance", next_month(on, -back))
    page = client_as("district_officer", district["district"]).get("/registers/due/", headers={"accept-language": "en"})
    text = page.content.decode()
    assert page.status_code == 200
    owed = text.split('id="months"')[0]
    assert owed.count("<h3>Social insurance payments</h3>") in {
        2,
        3,
    }  # the newest that is late, and those that wait: until the day it is due the month before too
    assert "Social insurance office" in owed
    assert "earlier periods missing too" in owed
    row = text.split(">Social insurance payments<small")[1].split("</tr>")[0]
    assert row.count("came in") == 2
    assert row.count("missing") >= 8


def test_a_register_that_never_came_is_owed_once(district: District, client_as: Callable[..., Any]) -> None:
    page = client_as("village_worker", district["willow"]).get("/registers/due/", headers={"accept-language": "en"})
    owed = page.content.decode().split('id="months"')[0]
    assert "<h3>Pensions in payment</h3>" in owed
    assert "earlier period" not in owed
