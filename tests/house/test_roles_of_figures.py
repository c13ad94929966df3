"""Figures are asked for and counted in the batch role, over everything."""

import datetime as dt
from datetime import timedelta

import pytest

from anye.flow import jobs
from anye.flow.reporting.snapshots import kept
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.day import registry_day
from anye.records.briefings.queries import asked_for as waiting
from anye.records.briefings.queries import snapshots
from tests.conftest import District
from tests.house.counted import asked_for, recount_asked_for
from tests.house.test_roles import as_role, recorded

pytestmark = pytest.mark.django_db


def test_figures_are_counted_as_the_batch_role(district: District) -> None:
    asked = asked_for()
    with recorded() as statements:
        jobs.count_figures(asked)
        jobs.count_figures(asked + 1)  # given up meanwhile
    assert statements == as_role(BATCH)
    with acting(BATCH):
        assert snapshots().get().pk == asked


def test_the_night_asks_for_the_figures_of_the_day_that_is_over_as_the_batch_role(district: District) -> None:
    with recorded() as statements:
        jobs.judge_everybody(0)
    assert statements == as_role(BATCH)
    with acting(BATCH):
        (asked,) = waiting()
        yesterday = registry_day() - timedelta(days=1)
        assert (asked.as_of, asked.known_on, asked.asked_by) == (yesterday, yesterday, "worker")


def test_a_briefing_is_counted_again_as_the_batch_role(district: District) -> None:
    asked = recount_asked_for()
    with recorded() as statements:
        jobs.recount_briefing(asked)
    assert statements == as_role(BATCH)


def test_kept_figures_are_looked_for_as_the_batch_role(district: District) -> None:
    day = dt.date(2020, 12, 31)
    with recorded() as statements:
        for _ in range(2):  # counted, then found
            kept(read_pack("cn_yubei"), on=day, known=day, by="tests")
    assert statements == as_role(BATCH)
