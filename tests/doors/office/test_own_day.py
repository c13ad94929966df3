"""A demonstration's day of its own: what is due, late, known and in force goes by it; the trail and sign-in by the clock."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from anye.flow import jobs
from anye.records.accounts.actions import new_sign_in_link
from anye.records.accounts.models import Duty, SignInLink, User
from anye.records.accounts.queries import duties_in_force
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.day import own_day, registry_day
from anye.records.audit.models import Event
from anye.records.briefings.queries import asked_for
from anye.records.entitlements.queries import last_run
from anye.records.findings.actions import undo_until
from anye.records.findings.models import Visit
from anye.records.people.models import Membership, Person
from anye.records.registers.models import Batch, Entry
from tests import factories
from tests.conftest import District
from tests.doors.office.looking import text_of

ClientAs = Callable[..., Client]
DAY = dt.date(2020, 12, 31)
AT = dt.datetime(2026, 3, 4, 23, tzinfo=dt.UTC)  # the fifth of March where the office is


@pytest.fixture
def demonstration(settings: Any) -> None:
    settings.ANYE_DAY = DAY


def read(client: Client, path: str = "/", language: str = "en") -> str:
    return text_of(client.get(path, headers={"accept-language": language}))


def case(office: Any) -> tuple[Any, Any, Any]:
    """Somebody whose visit was due sixteen days before the demonstration's day."""
    person, finding, visit = factories.make_case(office)
    Visit.objects.filter(pk=visit.pk).update(due_on=DAY - dt.timedelta(16))
    return person, finding, visit


def test_without_a_day_of_its_own_a_registry_goes_by_the_calendar() -> None:
    assert (registry_day(), own_day()) == (timezone.localdate(), None)
    assert registry_day(AT) == dt.date(2026, 3, 5)


def test_a_demonstration_stands_still_at_its_day(demonstration: None) -> None:
    assert (registry_day(), registry_day(AT), own_day()) == (DAY, DAY, DAY)


def test_a_visit_is_late_by_the_registrys_day(demonstration: None, client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        case(district["willow"])
    worker = client_as("village_worker", district["willow"])
    for path in ("/", "/visits/"):
        assert "16 days late" in read(worker, path)
    assert "2020-12-31" in read(worker) and "2020年12月31日" in read(worker, language="zh-CN")


def test_elsewhere_the_same_visit_is_years_late(client_as: ClientAs, district: District) -> None:
    with factories.as_owner():
        case(district["willow"])
    late = (timezone.localdate() - DAY).days + 16
    page = read(client_as("village_worker", district["willow"]))
    assert f"{late} days late" in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "A demonstration: everybody in it is invented, and its day is 2020-12-31."),
        ("zh-CN", "演示登记库：其中的人员均为虚构，日期定在 2020年12月31日。"),
    ],
)
def test_every_page_says_that_it_is_a_demonstration_and_of_which_day(
    demonstration: None, client_as: ClientAs, district: District, language: str, told: str
) -> None:
    with factories.as_owner():
        district_officer = client_as("district_officer", district["district"])
        administrator = client_as("administrator", district["district"])
    pages = [(district_officer, path) for path in ("/", "/people/", "/registers/", "/report/", "/rules/", "/account/")]
    for client, path in [*pages, (administrator, "/administration/users/"), (Client(), "/sign-in/")]:
        assert told in read(client, path, language), path


def test_a_trial_says_so_without_a_day_and_a_real_registry_says_nothing(settings: Any, db: None) -> None:
    User.objects.create(username="ran", name="冉明秀")
    assert "A trial registry: the people in it are invented." in read(Client(), "/sign-in/")
    settings.ANYE_TRIAL = False
    page = read(Client(), "/sign-in/")
    assert "invented" not in page and 'class="notice"' not in page


def test_the_day_after_it_is_refused_as_not_yet_come(
    demonstration: None, client_as: ClientAs, district: District
) -> None:
    with factories.as_owner():
        first = factories.make_batch(month=dt.date(2020, 11, 1))
        Batch.objects.filter(pk=first.pk).update(known_on=dt.date(2020, 11, 20))
    client = client_as("district_officer", district["district"])
    assert 'max="2020-12-31"' in read(client, "/report/")
    client.post("/report/count/", {"on": "2021-01-01", "known": "2021-01-01"})
    with acting(BATCH):
        assert not asked_for()
    client.post("/report/count/", {"on": "2020-11-30", "known": "2020-12-31"})
    with acting(BATCH):
        assert [(one.as_of, one.known_on) for one in asked_for()] == [(dt.date(2020, 11, 30), DAY)]


def test_the_night_of_a_demonstration_is_that_of_its_day_however_often(demonstration: None, district: District) -> None:
    for _ in range(2):
        jobs.judge_everybody(0)
    with acting(BATCH):
        run = last_run()
        assert run is not None and (run.known_on, run.last_month) == (DAY, dt.date(2020, 12, 1))
        assert run.started_at.date() >= dt.date(2026, 1, 1)
        assert [(one.as_of, one.known_on) for one in asked_for()] == [(DAY - dt.timedelta(1), DAY - dt.timedelta(1))]


def published(client_as: ClientAs, district: District) -> tuple[Entry, Person, Visit]:
    """The answer to a visit, by a village worker and then the worker: of somebody whose group ends on the day."""
    with factories.as_owner():
        person, _finding, visit = case(district["willow"])
        batch = factories.make_batch(month=dt.date(2020, 9, 1))
        Membership.objects.create(person=person, group="poverty", valid_to=DAY, **factories.source(person, batch))
        Batch.objects.update(file_month=dt.date(2020, 9, 1), known_on=dt.date(2020, 10, 1))
    told = {"employer": "镇上服装厂", "since_month": "2020-11", "wage": "3000", "wage_unit": "month"}
    client_as("village_worker", district["willow"]).post(f"/visits/{visit.token}/", {"answer": "working", **told})
    with factories.as_owner():
        entry = Entry.objects.get(state="waiting")
    jobs.publish_entry(entry.pk)
    with factories.as_owner():
        return Entry.objects.get(pk=entry.pk), Person.objects.get(pk=person.pk), Visit.objects.get(pk=visit.pk)


def test_what_is_answered_is_known_on_the_day_and_stands_in_the_trail_by_the_clock(
    demonstration: None, client_as: ClientAs, district: District
) -> None:
    before = timezone.now()
    entry, person, visit = published(client_as, district)
    with factories.as_owner():
        batch = Batch.objects.get(pk=entry.batch_id)
        assert (batch.known_on, batch.file_month) == (DAY, DAY.replace(day=1))
        assert (visit.made_on, person.is_employed, person.groups) == (DAY, True, ["poverty"])
        assert min(entry.entered_at, batch.started_at, Event.objects.latest("pk").at) >= before
        assert timezone.now() < (undo_until(visit, by=visit.made_by) or before)  # for minutes, by the clock


def test_elsewhere_it_is_known_today_and_the_group_ended_long_ago(client_as: ClientAs, district: District) -> None:
    entry, person, visit = published(client_as, district)
    with factories.as_owner():
        assert Batch.objects.get(pk=entry.batch_id).known_on == visit.made_on == timezone.localdate()
        assert (person.is_employed, person.groups) == (True, [])


def test_duties_go_by_the_day_and_one_time_links_by_the_clock(demonstration: None, district: District) -> None:
    with factories.as_owner():
        user = User.objects.create(username="ran", name="冉明秀")
        for start, end in ((dt.date(2020, 1, 1), DAY), (dt.date(2021, 1, 1), None)):
            Duty.objects.create(
                user=user, role="auditor", scope_no=district["district"].scope_no, starts_on=start, ends_on=end
            )
        assert [duty.role for duty in duties_in_force(user)] == ["auditor"]
        new_sign_in_link(user=user, by="operator", minutes=60)
        assert timezone.now() < SignInLink.objects.get().expires_at < timezone.now() + dt.timedelta(minutes=61)
