"""Reads of doubts and visits: counted to a limit, within the range."""

import datetime as dt
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from anye.records.accounts.scope import APP, acting
from anye.records.findings import queries
from anye.records.people.models import Person
from tests import factories
from tests.conftest import District

ON = dt.date(2026, 11, 24)


def within(office: Any) -> Any:
    return acting(APP, lo=office.scope_no, hi=office.scope_hi)


def test_counts_stop_at_their_limit_and_stay_in_range(district: District) -> None:
    with factories.as_owner():
        mine, theirs = factories.make_person(district["willow"]), factories.make_person(district["bridge"])
        for rule in ("Q07", "Q07", "Q07", "Q10"):
            factories.make_finding(mine, rule)
        factories.make_finding(mine, "Q10", state="explained", settled_on=ON)
        factories.make_finding(theirs, "Q10")
    with within(district["willow"]):
        assert queries.open_counts_by_rule() == {"Q07": 3, "Q10": 1}
        with CaptureQueriesContext(connection) as taken:
            assert queries.open_counts_by_rule(2) == {"Q07": 2, "Q10": 1}
    assert len(taken) == 1 and "LIMIT 2" in taken[0]["sql"]


def test_visits_due_are_grouped_by_village_the_latest_first(district: District) -> None:
    with factories.as_owner():
        for village, days in (("willow", 3), ("willow", -1), ("bridge", -5), ("cloud", -9)):
            person = factories.make_person(district[village])
            factories.make_visit(person, due_on=ON + dt.timedelta(days))
        done = factories.make_person(district["willow"])
        factories.make_visit(done, due_on=ON, state="done")
    with within(district["east"]):
        found = queries.visits_due_by_office(ON)
    assert found == [
        queries.Due(district["bridge"].scope_no, 1, 1, ON - dt.timedelta(5)),
        queries.Due(district["willow"].scope_no, 2, 1, ON - dt.timedelta(1)),
    ]


def test_a_person_with_an_open_doubt_is_found_by_it(district: District) -> None:
    with factories.as_owner():
        doubted, settled = factories.make_person(district["willow"]), factories.make_person(district["willow"])
        factories.make_finding(doubted)
        factories.make_finding(settled, state="gone", settled_on=ON)
    with within(district["willow"]):
        assert list(Person.objects.filter(queries.has_open_finding())) == [doubted]


def test_the_doubts_of_several_visits_come_in_one_query(district: District) -> None:
    with factories.as_owner():
        _person, finding, visit = factories.make_case(district["willow"])
        _other, second, next_visit = factories.make_case(district["willow"], "谭国强")
    with within(district["willow"]), CaptureQueriesContext(connection) as taken:
        found = queries.findings_of_visits([visit.pk, next_visit.pk])
    assert found == {visit.pk: [finding], next_visit.pk: [second]}
    assert len(taken) == 1


def test_open_doubts_of_a_person_come_first(district: District) -> None:
    with factories.as_owner():
        person = factories.make_person(district["willow"])
        old = factories.make_finding(person, "Q07", found_on=dt.date(2026, 1, 1))
        gone = factories.make_finding(person, "Q08", state="gone", found_on=dt.date(2026, 9, 1))
    with within(district["willow"]):
        assert queries.findings_of(person) == [old, gone]
