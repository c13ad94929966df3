"""What is owed becomes visits: once, a home at a time, within the reach of who asks, and gone when the rules say otherwise."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from anye.flow import handing_over
from anye.flow.blocks import Context
from anye.flow.handing_over import close_what_is_no_more, foresee
from anye.flow.jobs import hand_to_visits
from anye.flow.nightly import entitle, entitle_persons
from anye.packs import read_pack
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, Scope, acting
from anye.records.claims.models import Difference
from anye.records.entitlements.models import UNKNOWN, Entitlement, Nearly
from anye.records.findings import actions
from anye.records.findings.models import Finding, Handover, Visit, VisitFinding
from anye.records.people.models import Membership, Person
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.factories import as_owner, make_case, make_finding, make_household, make_person, source
from tests.flow.owed import JULY, KNOWN, came, registers_of_the_year, trainee

EVERYTHING = Scope(0, 9_000_000_000_000)
CODE = "training_through_work"


def night(context: Context, known: dt.date = KNOWN) -> None:
    entitle(read_pack("cn_yubei"), on=KNOWN, known=known, office_no=context.office_no, by="tests")


def same_home(office: Any, *persons: Person) -> None:
    """They live together."""
    from anye.records.people.models import HouseholdMember

    home = make_household(office, f"H{persons[0].pk}")
    for person in persons:
        batch = registers_of_the_year()
        HouseholdMember.objects.filter(person=person).update(retired_on=KNOWN, retired_by=batch.pk)
        HouseholdMember.objects.create(person=person, household=home, **source(person, batch))
        Person.objects.filter(pk=person.pk).update(household_id=home.pk)


@pytest.fixture
def asked(district: District, context: Context) -> Person:
    """Of whom the group is not known for August to October, with somebody else who is owed."""
    with as_owner():
        batch = registers_of_the_year()
        found, _ = trainee(district["willow"], batch)
        trainee(district["bridge"], batch)
        Membership.objects.filter(person=found).update(retired_on=KNOWN, retired_by=batch.pk)
    night(context)
    return found


def unknown_of(*persons: Person) -> list[int]:
    with acting(BATCH):
        rows = Entitlement.objects.known().filter(person__in=persons, outcome=UNKNOWN, policy__code=CODE)
        return list(rows.order_by("pk").values_list("pk", flat=True))


def officer(district: District, role: str = "district_officer", name: str = "district") -> Duty:
    from anye.records.accounts.models import User

    with as_owner():
        user, _ = User.objects.get_or_create(username=f"{role}-{name}", defaults={"name": role})
        found, _ = Duty.objects.get_or_create(
            user=user, role=role, scope_no=district[name].scope_no, defaults={"starts_on": dt.date(2020, 1, 1)}
        )
    return found


def hand(kind: str, rows: Sequence[int], duty: Duty) -> Handover:
    with acting(BATCH, actor=duty.user.username):
        handover = actions.ask_to_hand_over(
            kind=kind, rows=rows, by=duty.user.username, duty_id=duty.pk, scope_no=duty.scope_no
        )
    hand_to_visits(handover.pk)
    with acting(BATCH):
        handover.refresh_from_db()
    return handover


def questions() -> list[Finding]:
    with acting(BATCH):
        return list(Finding.objects.filter(rule__startswith="H").order_by("person_id", "rule"))


def visits() -> dict[int, list[int]]:
    """Person of a visit due → persons whom it is to ask about."""
    with acting(BATCH):
        found: dict[int, list[int]] = {}
        for one in VisitFinding.objects.filter(visit__state="due").select_related("visit", "finding"):
            found.setdefault(one.visit.person_id, []).append(one.finding.person_id)
        return {person: sorted(asked) for person, asked in found.items()}


def test_months_of_the_same_are_one_question_with_what_is_missing(
    asked: Person, district: District, context: Context
) -> None:
    done = hand("unknown", unknown_of(asked), officer(district))
    (one,) = questions()
    assert (one.rule, one.state, one.person_id, one.month) == ("H01", "visiting", asked.pk, dt.date(2020, 10, 1))
    assert one.params["policy"] == CODE and one.params["reasons"] == ["group"] and one.params["first"] == "2020-08"
    assert visits() == {asked.pk: [asked.pk]}
    assert (done.state, done.figures["homes"], done.figures["asked"]) == ("done", 1, 1)


def test_handing_over_twice_changes_nothing(asked: Person, district: District) -> None:
    rows, duty = unknown_of(asked), officer(district)
    hand("unknown", rows, duty)
    before = [(one.pk, one.state, one.due_on) for one in questions()], visits()
    again = hand("unknown", rows[:1], duty)
    assert ([(one.pk, one.state, one.due_on) for one in questions()], visits()) == before
    assert (again.figures["asked"], again.figures["known"]) == (0, 1)
    hand_to_visits(again.pk)  # a job that is run once more
    assert visits() == before[1]


def test_a_household_gets_one_visit_for_all_that_is_asked_of_it(
    asked: Person, district: District, context: Context
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        near, _ = trainee(district["willow"], batch, months=3)
        WorkTraining.objects.filter(person=near).update(retired_on=KNOWN, retired_by=batch.pk)
        same_home(district["willow"], asked, near)
    night(context, KNOWN + dt.timedelta(1))
    duty = officer(district)
    hand("unknown", unknown_of(asked), duty)
    with acting(BATCH):
        rows = list(Nearly.objects.filter(person=near, policy__code=CODE).values_list("pk", flat=True))
    assert len(rows) == 1
    hand("nearly", rows, duty)
    assert visits() == {asked.pk: sorted([asked.pk, near.pk])}


def test_who_is_visited_for_a_doubt_is_asked_at_the_same_visit(asked: Person, district: District) -> None:
    with as_owner():
        doubt = make_finding(asked, state="visiting")
        visit = Visit.objects.create(
            token="v" * 22, person=asked, scope_no=asked.scope_no, due_on=dt.date(2020, 12, 1), state="due"
        )
        VisitFinding.objects.create(visit=visit, finding=doubt, scope_no=asked.scope_no)
    hand("unknown", unknown_of(asked), officer(district))
    assert visits() == {asked.pk: [asked.pk, asked.pk]}


def test_nobody_is_handed_over_beyond_the_reach_of_who_asks(asked: Person, district: District) -> None:
    done = hand("unknown", unknown_of(asked), officer(district, "town_officer", "west"))
    assert questions() == [] and done.figures["left"] == 3


@pytest.mark.parametrize("change", ["role", "end"])
def test_whose_duty_hands_over_no_more_is_refused(asked: Person, district: District, change: str) -> None:
    duty = officer(district)
    with as_owner():
        told = {"role": "auditor"} if change == "role" else {"ends_on": dt.date(2020, 2, 1)}
        Duty.objects.filter(pk=duty.pk).update(**told)
    assert hand("unknown", unknown_of(asked), duty).state == "refused"
    assert questions() == []


def test_lines_that_stand_no_more_or_are_nobodys_village_lead_to_no_visit(
    asked: Person, district: District, context: Context
) -> None:
    rows = unknown_of(asked)
    with acting(BATCH):
        assert foresee("unknown", [*rows, 999_999_999], EVERYTHING).left == 1
    with as_owner():
        Person.objects.filter(pk=asked.pk).update(scope_no=district["outside"].scope_no)
    with acting(BATCH):
        seen = foresee("unknown", rows, EVERYTHING)
    assert (seen.homes, seen.left) == (0, 3)


def test_a_question_closes_when_the_rules_can_tell_and_so_does_its_visit(
    asked: Person, district: District, context: Context
) -> None:
    hand("unknown", unknown_of(asked), officer(district))
    later = KNOWN + dt.timedelta(1)
    with as_owner():
        (batch,) = came("village_ledger", dt.date(2020, 11, 1), known_on=later)
        Membership.objects.create(person=asked, group="poor", valid_from=dt.date(2019, 1, 1), **source(asked, batch))
    entitle_persons(read_pack("cn_yubei"), [asked.pk], known=later, office_no=context.office_no, by="tests")
    (one,) = questions()
    assert (one.state, one.settled_on) == ("gone", later)
    with acting(BATCH):
        assert Visit.objects.get(person=asked).state == "dropped"


def test_what_is_asked_besides_keeps_the_visit(asked: Person, district: District, context: Context) -> None:
    with as_owner():
        _, doubt, visit = make_case(district["willow"], "冉明月")
        VisitFinding.objects.filter(visit=visit).delete()
        Visit.objects.filter(pk=visit.pk).update(person_id=asked.pk)
        Finding.objects.filter(pk=doubt.pk).update(person_id=asked.pk, state="visiting")
        VisitFinding.objects.create(visit=visit, finding=doubt, scope_no=asked.scope_no)
    hand("unknown", unknown_of(asked), officer(district))
    with as_owner():
        Entitlement.objects.filter(person=asked).update(retired_on=KNOWN, retired_by=1)
    assert close_what_is_no_more(on=KNOWN, by="tests") == 1
    assert visits() == {asked.pk: [asked.pk, asked.pk]}


def test_what_is_open_again_is_asked_again_and_what_was_declined_is_not(asked: Person, district: District) -> None:
    rows, duty = unknown_of(asked), officer(district)
    hand("unknown", rows, duty)
    with acting(BATCH):
        Finding.objects.filter(rule="H01").update(state="gone", settled_on=KNOWN)
        Visit.objects.update(state="dropped")
    hand("unknown", rows, duty)
    assert [one.state for one in questions()] == ["visiting"] and visits() == {asked.pk: [asked.pk]}
    with acting(BATCH):
        actions.settle(finding_id=questions()[0].pk, answer="declines", on=KNOWN)
    hand("unknown", rows, duty)
    assert [one.state for one in questions()] == ["explained"] and visits() == {}


def test_what_was_not_found_at_home_is_asked_at_another_visit(asked: Person, district: District) -> None:
    hand("unknown", unknown_of(asked), officer(district))
    with acting(BATCH):
        visit = Visit.objects.get(person=asked)
        Visit.objects.filter(pk=visit.pk).update(state="done", made_on=KNOWN)
        actions.settle_visit(visit_id=visit.pk, answers={}, on=KNOWN)
        assert [one.state for one in questions()] == ["open"]
    close_what_is_no_more(on=KNOWN, by="tests")
    assert visits() == {asked.pk: [asked.pk]}


def test_a_question_follows_whoever_moves_out_of_the_home(asked: Person, district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        other, _ = trainee(district["willow"], batch)
        Membership.objects.filter(person=other).update(retired_on=KNOWN, retired_by=batch.pk)
        same_home(district["willow"], asked, other)
    night(context, KNOWN + dt.timedelta(1))
    hand("unknown", unknown_of(asked, other), officer(district))
    assert visits() == {asked.pk: sorted([asked.pk, other.pk])}
    with as_owner():
        Person.objects.filter(pk=other.pk).update(scope_no=district["cloud"].scope_no)
    close_what_is_no_more(on=KNOWN, by="tests")
    assert visits() == {asked.pk: [asked.pk], other.pk: [other.pk]}


def test_what_is_owed_and_unpaid_is_handed_over_with_its_sum_and_closes_once_it_is_paid(
    district: District, context: Context
) -> None:
    with as_owner():
        person = make_person(district["willow"], batch=registers_of_the_year())
    night(context)
    from anye.records.entitlements.models import Policy

    with as_owner():
        lines = [
            Difference.objects.create(
                policy=Policy.objects.get(code="insurance_subsidy"), person=person, scope_no=person.scope_no,
                first_month=dt.date(2020, month, 1), last_month=dt.date(2020, month, 1), kind="unpaid",
                entitled_fen=30_000, paid_fen=0, found_on=KNOWN,
            ).pk
            for month in (7, 8)
        ]  # fmt: skip
    hand("unpaid", lines, officer(district))
    (one,) = questions()
    assert (one.rule, one.params["fen"], one.params["first"], one.month) == (
        "H02", 60_000, JULY.strftime("%Y-%m"), dt.date(2020, 8, 1)
    )  # fmt: skip
    night(context, KNOWN + dt.timedelta(1))  # it draws the differences anew, and finds none
    assert [one.state for one in questions()] == ["gone"]


def test_no_more_lines_are_handed_over_at_once_than_villages_can_see() -> None:
    assert 100 <= handing_over.AT_ONCE <= 5_000
