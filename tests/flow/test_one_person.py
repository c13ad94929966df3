"""One person while somebody waits is told what the night says of everybody."""

import datetime as dt

import pytest

from anye.engine.entitle.everything import judge_all
from anye.flow.blocks import Context
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.nightly import entitle, window_on
from anye.flow.one_person import Owed, owed_to
from anye.flow.rules import rules_in_use
from anye.packs import Pack, read_pack
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.scope import APP, BATCH, acting
from anye.records.people.models import HouseholdMember, Person
from anye.records.posts.models import Assignment, Attendance
from tests.conftest import District
from tests.factories import as_owner, make_household, make_person, source
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee

Verdicts = dict[tuple[str, int | None, str, int], tuple[int, int, int, int]]


@pytest.fixture
def people(district: District) -> list[Person]:
    """Two trainees of one household, one elsewhere, the holder of a post, and somebody nothing is known of."""
    with as_owner():
        batch = registers_of_the_year()
        home = make_household(district["willow"])
        one, firm = trainee(district["willow"], batch)
        other, _ = trainee(district["willow"], batch, firm, months=2)
        for person in (one, other):
            HouseholdMember.objects.create(person=person, household=home, relation="01", **source(person, batch))
        third, _ = trainee(district["cloud"], batch, months=2)
        holder = make_person(
            district["flat"], batch=batch, groups=["poor"], details={"birth": "1975-02-03", "work_capacity": "limited"}
        )
        told = {"unit": "大坪村村委会", "post_name": "保洁员", **source(holder, batch)}
        Assignment.objects.create(
            person=holder, valid_from=dt.date(2020, 3, 5), weekly_tenths=200, pay_fen=50_000, **told
        )
        for month in (3, 4, 6):
            Attendance.objects.create(
                person=holder, month=dt.date(2020, month, 1), days_tenths=100, pay_fen=50_000, **told
            )
        came("pensions", dt.date(2020, 1, 1), dt.date(2020, 12, 1))
        return [one, other, third, holder, make_person(district["flat"], batch=batch)]


def everybody(pack: Pack) -> Verdicts:
    book, found = read_rules(pack_folder(pack.name)), Verdicts()
    with acting(BATCH):
        subjects = RecordSubjects(pack, window_on(KNOWN), on=KNOWN)
        for policy, cases, block in judge_all(book, subjects):
            if "person" not in cases.keys:
                continue
            outcome, unmet, missing = block.outcome, block.mask(block.unmet), block.mask(block.missing)
            for at, row in enumerate(block.rows):
                person = int(subjects.persons[cases.keys["person"][row]])
                firm = int(subjects.firms[cases.keys["firm"][row]]) if "firm" in cases.keys else None
                post = str(subjects.keys["post"][int(row)]) if policy.subject == "post" else ""
                for month in range(cases.months):
                    found[policy.code, firm, f"{person}{post}", month] = (
                        int(outcome[month, at]), int(block.amount[month, at]), int(unmet[month, at]), int(missing[month, at])
                    )  # fmt: skip
    return found


def said(of: list[Owed], person: int) -> Verdicts:
    return {
        (one.policy.code, one.firm_id, f"{person}{one.post}", at): (each.outcome, each.amount, each.unmet, each.missing)
        for one in of
        for at, each in enumerate(one.verdicts)
    }


def test_each_person_is_told_what_the_night_says(people: list[Person], context: Context) -> None:
    pack = read_pack("cn_yubei")
    entitle(pack, on=KNOWN, known=KNOWN, office_no=context.office_no, by="tests")
    night, told = everybody(pack), Verdicts()
    for person in people:
        home = [people[0].pk, people[1].pk] if person in people[:2] else []
        with acting(APP, lo=person.scope_no, hi=person.scope_no):
            told |= said(
                owed_to(pack, rules_in_use(pack.name), person.pk, home, window_on(KNOWN), known=KNOWN), person.pk
            )
    assert told == night
    assert {outcome for outcome, *_ in night.values()} == {0, 1, 2}


def test_whoever_sees_one_village_alone_needs_the_nights_word_on_what_came(
    people: list[Person], context: Context
) -> None:
    pack = read_pack("cn_yubei")
    with acting(BATCH):
        night = said(
            owed_to(pack, rules_in_use(pack.name), people[2].pk, [], window_on(KNOWN), known=KNOWN), people[2].pk
        )
    with acting(APP, lo=people[2].scope_no, hi=people[2].scope_no):
        alone = said(
            owed_to(pack, rules_in_use(pack.name), people[2].pk, [], window_on(KNOWN), known=KNOWN), people[2].pk
        )
    assert alone != night


def test_what_a_member_in_another_village_holds_is_not_known_there_and_never_no(
    district: District, context: Context
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        home = make_household(district["willow"])
        here, far = (make_person(district[name], batch=batch, groups=["poor"]) for name in ("willow", "bridge"))
        for person in (here, far):
            HouseholdMember.objects.create(person=person, household=home, relation="01", **source(person, batch))
        told = {"unit": "石桥村村委会", "post_name": "保洁员", "valid_from": dt.date(2020, 3, 5)}
        Assignment.objects.create(person=far, **told, **source(far, batch))
        Assignment.objects.create(person=here, **{**told, "unit": "柳树村村委会"}, **source(here, batch))
    pack, name = read_pack("cn_yubei"), "家庭另有公岗"

    def said(role: str, **reach: int) -> list[object]:
        with acting(role, **reach):
            subjects = RecordSubjects(pack, window_on(KNOWN), on=KNOWN, persons=[here.pk])
            column = subjects.own("person").facts[name]
            return [bool(column.values[-1, 0]), True if column.known is None else bool(column.known[-1, 0])]

    assert said(BATCH) == [True, True]
    assert said(APP, lo=here.scope_no, hi=here.scope_no) == [False, False]
