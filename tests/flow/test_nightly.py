"""The night's pass over a small registry: what it writes, what it leaves alone, and what stood before stays told."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from anye.flow import jobs, nightly
from anye.flow.blocks import Context
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.nightly import PassReport, PassTooEarly, PassUnderWay, entitle, entitle_persons
from anye.packs import read_pack
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import queries
from anye.records.entitlements.models import NO, PAY, UNKNOWN, Entitlement, Run
from anye.records.firms.models import FirmDetail
from anye.records.people.models import Membership, Person
from tests.conftest import District
from tests.factories import add_pay, as_owner, make_person
from tests.flow.owed import KNOWN, OCTOBER, came, pay_of, registers_of_the_year, trainee
from tests.flow.rules_by_hand import drafted, foreseen, published, with_value
from tests.house.test_roles import entered

CODE = "training_through_work"


def night(context: Context, *, known: dt.date = KNOWN, **more: Any) -> PassReport:
    given = {"on": dt.date(2020, 11, 20), "office_no": context.office_no, "by": "tests", **more}
    return entitle(read_pack("cn_yubei"), known=known, **given)


def lines(person: Person, *, on: dt.date | None = None, code: str = CODE) -> list[tuple[int, int, int | None]]:
    """(month, outcome, fen) of what stands, or stood at a day's end."""
    with acting(BATCH):
        found = queries.decisions_of(person.pk, on).filter(policy__code=code)
        return [(each.month.month, each.outcome, each.amount_fen) for each in found]


def test_each_month_that_is_owed_has_a_line_and_the_others_have_none(district: District, context: Context) -> None:
    with as_owner():
        person, firm = trainee(district["willow"], registers_of_the_year())
        make_person(district["bridge"], "无关的人")
    report = night(context)
    assert lines(person) == [(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]
    assert report.policies[CODE].amount == 150_000
    with acting(BATCH):
        found = Entitlement.objects.filter(policy__code=CODE)
        assert {(each.person_id, each.firm_id, each.scope_no) for each in found} == {
            (person.pk, firm.pk, district["willow"].scope_no)
        }
        run = Run.objects.get()
    assert (run.summary["policies"][CODE]["amount_fen"], run.finished_at is None) == (150_000, False)


def test_the_same_pass_again_changes_nothing(district: District, context: Context) -> None:
    with as_owner():
        trainee(district["willow"], registers_of_the_year())
    first = night(context)
    again = night(context)
    later = night(context, known=KNOWN + dt.timedelta(1))
    assert first.appended >= 3
    assert (again.appended, again.retired, later.appended, later.retired) == (0, 0, 0, 0)


def test_what_becomes_known_later_is_a_new_line_and_what_stood_stays_told(district: District, context: Context) -> None:
    later = KNOWN + dt.timedelta(3)
    with as_owner():
        batch = registers_of_the_year()
        person, firm = trainee(district["willow"], batch)
        trainee(district["bridge"], batch)  # whose pay tells that October's payroll has come
        pay = pay_of(person, OCTOBER)
        pay.retired_on, pay.retired_by = later, batch.pk
        pay.save(update_fields=["retired_on", "retired_by"])
        (news,) = came("payroll", dt.date(2020, 10, 1), known_on=later)
        add_pay(person, firm, dt.date(2020, 11, 1), 320_000, news)
    night(context)
    report = night(context, known=later)
    assert (8, PAY, 50_000) in lines(person) and (10, NO, 0) in lines(person)
    assert (10, PAY, 50_000) in lines(person, on=later - dt.timedelta(1))
    assert report.retired == 1
    with acting(BATCH):
        (no,) = Entitlement.objects.known().filter(policy__code=CODE, outcome=NO).select_related("version")
    assert [name for at, name in enumerate(no.version.reasons) if no.unmet >> at & 1] == ["wage"]


def test_what_was_known_on_an_earlier_day_is_judged_and_not_written(district: District, context: Context) -> None:
    with as_owner():
        person, _ = trainee(district["willow"], registers_of_the_year())
    night(context, known=KNOWN + dt.timedelta(9))
    with pytest.raises(PassTooEarly):
        night(context)
    report = night(context, is_kept=False)
    assert report.policies[CODE].amount == 150_000
    assert night(context, known=KNOWN - dt.timedelta(1), is_kept=False).policies[CODE].amount == 0
    assert lines(person, on=KNOWN) == []


def test_a_row_that_is_there_no_more_has_no_decision_left(district: District, context: Context) -> None:
    with as_owner():
        person, _ = trainee(district["willow"], registers_of_the_year())
    night(context)
    with as_owner():
        Person.objects.filter(pk=person.pk).update(is_hidden=True)
    night(context, known=KNOWN + dt.timedelta(1))
    assert lines(person) == []
    assert len(lines(person, on=KNOWN)) == 3


def test_what_a_visit_could_find_out_is_kept_and_what_no_register_tells_is_not(
    district: District, context: Context
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        known, _ = trainee(district["willow"], batch)
        asked, _ = trainee(district["willow"], batch)
        Membership.objects.filter(person=asked).update(retired_on=KNOWN, retired_by=batch.pk)
    report = night(context)
    assert [outcome for _, outcome, _ in lines(asked)] == [UNKNOWN] * 3
    assert [outcome for _, outcome, _ in lines(known)] == [PAY] * 3
    assert "票据金额" in report.blind["work_travel_subsidy"]
    assert lines(asked, code="work_travel_subsidy") == []


def test_two_passes_at_once_are_refused(district: District, context: Context) -> None:
    settings = connection.settings_dict
    other = psycopg.connect(
        dbname=settings["NAME"], host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"],
        password=settings["PASSWORD"],
    )  # fmt: skip
    with other:
        other.execute("SELECT pg_advisory_lock(7010001)")
        with pytest.raises(PassUnderWay):
            night(context)


def test_raised_money_of_a_month_replaces_its_line(district: District, context: Context) -> None:
    with as_owner():
        person, _ = trainee(district["willow"], registers_of_the_year())
    night(context)
    office = district["district"]
    draft = drafted(CODE, with_value(CODE, "标准", dt.date(2020, 2, 1), 60_000), scope_no=office.scope_no)
    published(foreseen(draft, on=KNOWN, lo=office.scope_no, hi=office.scope_hi))
    report = night(context, known=KNOWN + dt.timedelta(1))
    assert lines(person) == [(8, PAY, 60_000), (9, PAY, 60_000), (10, PAY, 60_000)]
    assert lines(person, on=KNOWN) == [(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]
    assert (report.appended, report.retired) == (3, 3)


def test_whoever_had_something_changed_is_told_at_once_what_the_night_would_say(
    district: District, context: Context
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        person, _ = trainee(district["willow"], batch)
        other, _ = trainee(district["bridge"], batch)
    night(context)
    later = KNOWN + dt.timedelta(2)
    with as_owner():
        pay = pay_of(person, OCTOBER)
        pay.retired_on, pay.retired_by = later, batch.pk
        pay.save(update_fields=["retired_on", "retired_by"])
    told = entitle_persons(read_pack("cn_yubei"), [person.pk], known=later, office_no=context.office_no, by="tests")
    assert told is not None and (told.appended, told.retired) == (1, 1)
    assert (10, NO, 0) in lines(person) and (10, PAY, 50_000) in lines(other)
    again = night(context, known=later)
    assert (again.appended, again.retired) == (0, 0)


def test_before_the_first_pass_nobody_is_judged_alone(district: District, context: Context) -> None:
    with as_owner():
        person, _ = trainee(district["willow"], registers_of_the_year())
    assert entitle_persons(read_pack("cn_yubei"), [person.pk], known=KNOWN, office_no=context.office_no, by="x") is None
    with acting(BATCH):
        assert not Run.objects.exists()


def test_an_entry_of_an_officer_is_followed_by_what_it_changes(
    district: District, make_user: Callable[..., Any], context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_owner():
        person, _ = trainee(district["willow"], registers_of_the_year())
    night(context)
    duty = Duty.objects.get(user=make_user("village_worker", district["willow"]))
    asked: list[int] = []
    monkeypatch.setattr(jobs.judge_person, "defer", lambda **told: asked.append(told["person_id"]))
    jobs.publish_entry(entered(duty, "details", {"details": {"phone": "13800009999"}}, person))
    assert asked == [person.pk]
    jobs.judge_person(person.pk)
    with acting(BATCH):
        assert list(Run.objects.filter(is_whole=False).values_list("started_by", flat=True)) == ["worker"]


def test_where_little_was_changed_those_alone_are_judged_and_the_rest_stands(
    district: District, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "MOST_ALONE", 0.5)
    later = KNOWN + dt.timedelta(2)
    with as_owner():
        batch = registers_of_the_year()
        people = [trainee(district[name], batch)[0] for name in ("willow", "bridge", "cloud", "flat")]
    first = night(context, known=KNOWN + dt.timedelta(1))  # what came on its own day is looked at once more
    with as_owner():
        pay = pay_of(people[0], OCTOBER)
        pay.retired_on, pay.retired_by = later, batch.pk
        pay.save(update_fields=["retired_on", "retired_by"])
        size = FirmDetail.objects.get(firm__spells__person=people[3], kind="size")
        size.retired_on, size.retired_by = later, batch.pk
        size.save(update_fields=["retired_on", "retired_by"])
    part = night(context, known=later)
    assert (first.judged, part.judged) == (4, 2)
    assert (10, NO, 0) in lines(people[0]) and {outcome for _, outcome, _ in lines(people[3])} == {UNKNOWN}
    assert [lines(one) for one in people[1:3]] == [[(8, PAY, 50_000), (9, PAY, 50_000), (10, PAY, 50_000)]] * 2
    monkeypatch.setattr(nightly, "MOST_ALONE", -1)
    whole = night(context, known=later)
    assert (whole.judged, whole.appended, whole.retired) == (4, 0, 0)


def test_when_a_register_comes_everybody_is_judged(
    district: District, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "MOST_ALONE", 0.5)
    with as_owner():
        batch = registers_of_the_year()
        for name in ("willow", "bridge", "cloud"):
            trainee(district[name], batch)
    assert night(context, known=KNOWN + dt.timedelta(1)).judged == 3
    assert night(context, known=KNOWN + dt.timedelta(2)).judged == 0
    with as_owner():
        came("tickets", OCTOBER, known_on=KNOWN + dt.timedelta(3))
    assert night(context, known=KNOWN + dt.timedelta(3)).judged == 3


def test_what_was_owed_before_the_judged_months_uses_a_lifetime_up(district: District, context: Context) -> None:
    """Three of six months were owed in 2020; the next year's pass but one begins after them."""
    with as_owner():
        person, firm = trainee(district["willow"], registers_of_the_year())
        other, _ = trainee(district["bridge"], came("village_ledger", dt.date(2020, 1, 1))[0], months=1)
    night(context)
    pack, window = read_pack("cn_yubei"), nightly.window_on(dt.date(2022, 1, 5))
    with acting(BATCH):
        subjects = RecordSubjects(pack, window, on=KNOWN)
        used = subjects.own("person").facts["已领以工代训月数"].values
        told = dict(zip(subjects.persons.tolist(), used.tolist(), strict=True))
        again = RecordSubjects(pack, nightly.window_on(KNOWN), on=KNOWN).own("person").facts["已领以工代训月数"].values
        alone = (
            RecordSubjects(pack, window, on=KNOWN, persons=[person.pk]).own("person").facts["已领以工代训月数"].values
        )
    assert (told[person.pk], told[other.pk], again.tolist(), alone.tolist()) == (3, 1, [0, 0], [3])
    assert firm is not None
