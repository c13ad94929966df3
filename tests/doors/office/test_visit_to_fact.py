"""From a door in the village to a fact in the register: what a visit answers is published by the worker."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from anye.flow.jobs import publish_entry
from anye.records.findings.models import Finding, Visit
from anye.records.firms.models import EmploymentSpell
from anye.records.people.models import Person
from anye.records.registers.models import Entry
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of

ClientAs = Callable[..., Client]
WORKING = {"employer": "镇上服装厂", "since_month": "2026-03", "wage": "3000", "wage_unit": "month"}


@pytest.mark.parametrize(
    ("answer", "state", "is_employed", "spells"),
    [
        ("working", "confirmed", True, 1), ("insured_only", "explained", False, 0), ("not_insured", "source_error", False, 0),
    ],
)  # fmt: skip
def test_an_answer_becomes_facts_and_settles_the_doubt(
    client_as: ClientAs, district: District, answer: str, state: str, is_employed: bool, spells: int
) -> None:
    with factories.as_owner():
        person, finding, visit = factories.make_case(district["willow"])
    worker = client_as("village_worker", district["willow"])
    worker.post(f"/visits/{visit.token}/", {"answer": answer, **WORKING})
    _publish()
    with factories.as_owner():
        assert [(doubt.pk, doubt.state) for doubt in Finding.objects.all()] == [(finding.pk, state)]
        assert Person.objects.get(pk=person.pk).is_employed is is_employed
        assert EmploymentSpell.objects.filter(person=person, employer_name="镇上服装厂").count() == spells
    assert f'href="/visits/{visit.token}/"' not in text_of(worker.get("/visits/"))


def test_who_works_elsewhere_by_now_is_not_visited_again_for_the_job_before(
    client_as: ClientAs, district: District
) -> None:
    this_month = timezone.localdate().replace(day=1)
    with factories.as_owner():
        person, _finding, visit = factories.make_case(district["willow"])
        for month, employer in ((dt.date(2026, 9, 1), "老东家"), (this_month, "后来的东家")):
            began = month - dt.timedelta(40)
            factories.add_spell(
                person, None, factories.make_batch(month=month), employer_name=employer, valid_from=began
            )
    worker = client_as("village_worker", district["willow"])
    worker.post(f"/visits/{visit.token}/", {"answer": "working", **WORKING})
    _publish()
    with factories.as_owner():
        assert EmploymentSpell.objects.filter(person=person, valid_to=None).known().count() == 3
        assert not Finding.objects.filter(rule="Q08").exists()
        assert not Visit.objects.filter(state="due").exists()


def test_who_was_not_found_is_visited_again_with_a_new_clock(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        _person, _finding, visit = factories.make_case(district["willow"])
    worker = client_as("village_worker", district["willow"])
    worker.post(f"/visits/{visit.token}/", {"answer": "not_found"})
    _publish()
    with factories.as_owner():
        assert Finding.objects.get().state == "visiting"
        again = Visit.objects.exclude(pk=visit.pk).get()
    assert (again.state, again.due_on) == ("due", timezone.localdate() + dt.timedelta(15))
    assert again.token in text_of(worker.get("/visits/"))


def test_a_decision_at_the_desk_closes_the_doubt_and_its_visit(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        _person, finding, visit = factories.make_case(district["willow"])
    town = client_as("town_officer", district["east"])
    town.post(f"/findings/{finding.token}/", {"answer": "insured_only", "note": "已核实"})
    _publish()
    with factories.as_owner():
        assert Finding.objects.get().state == "explained"
        assert Visit.objects.get(pk=visit.pk).state == "dropped"


def _publish() -> None:
    """What the worker does with the entry that waits."""
    with factories.as_owner():
        entry = Entry.objects.get(state="waiting")
    publish_entry(entry.pk)
    with factories.as_owner():
        assert Entry.objects.get(pk=entry.pk).state == "done"
