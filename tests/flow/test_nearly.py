"""Who is one step away: found by the same pass, mended away, kept right when only some are judged, and as one person's page says."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from anye.engine.entitle.case import NO
from anye.engine.entitle.months import month_of
from anye.flow import nightly
from anye.flow.blocks import Context
from anye.flow.nightly import PassReport, entitle, entitle_persons, window_on
from anye.flow.one_person import owed_to
from anye.flow.rules import rules_in_use
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements import actions
from anye.records.entitlements.models import Nearly, Policy
from anye.records.people.models import Person
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.factories import as_owner, make_firm, make_person, source
from tests.flow.owed import JULY, KNOWN, came, registers_of_the_year, trainee

PACK = "cn_yubei"
CODE = "training_through_work"
NOVEMBER = dt.date(2020, 11, 1)


def night(context: Context, known: dt.date = KNOWN) -> PassReport:
    return entitle(read_pack(PACK), on=KNOWN, known=known, office_no=context.office_no, by="tests")


def near(code: str = CODE) -> set[tuple[int | None, str, int]]:
    """(person, reason, month) of whoever is one step away from being paid by a policy."""
    with acting(BATCH):
        return {(one.person_id, one.reason, one.month.month) for one in Nearly.objects.filter(policy__code=code)}


def without_roster(office: Any, batch: Any, *, months: int = 4) -> Person:
    """Somebody who would be paid if the firm had listed them."""
    person, _ = trainee(office, batch, months=months)
    WorkTraining.objects.filter(person=person).update(retired_on=KNOWN, retired_by=batch.pk)
    return person


@pytest.fixture
def person(district: District) -> Person:
    with as_owner():
        batch = registers_of_the_year()
        trainee(district["bridge"], batch, months=4)
        return without_roster(district["willow"], batch)


def listed_by(firm_of: Person, known_on: dt.date) -> None:
    """The firm lists somebody after all."""
    with as_owner():
        (batch,) = came("work_training_rosters", NOVEMBER, known_on=known_on)
        firm = WorkTraining.objects.get(person=firm_of).firm
        WorkTraining.objects.create(person=firm_of, firm=firm, valid_from=JULY, **source(firm_of, batch))


def test_one_condition_that_can_be_mended_is_named_with_its_month(person: Person, context: Context) -> None:
    night(context)
    assert near() == {(person.pk, "roster", 11)}
    with acting(BATCH):
        one = Nearly.objects.get(policy__code=CODE)
    assert (one.scope_no, one.firm.name, one.found_on) == (person.scope_no, "山茶服饰有限公司", KNOWN)


def test_the_same_pass_again_changes_nothing_and_keeps_the_day(person: Person, context: Context) -> None:
    assert night(context).nearly[1] > 0
    assert night(context, KNOWN + dt.timedelta(2)).nearly == (0, 0)
    with acting(BATCH):
        assert set(Nearly.objects.values_list("found_on", flat=True)) == {KNOWN}


def test_whoever_is_listed_after_all_is_paid_and_leaves_the_list(person: Person, context: Context) -> None:
    night(context)
    later = KNOWN + dt.timedelta(3)
    listed_by(person, later)
    night(context, later)
    assert near() == set()


def test_who_fails_two_conditions_or_waits_for_a_register_is_not_near(district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        trainee(district["bridge"], batch, months=4)
        without_roster(district["willow"], batch, months=3)  # of November no wage either
        unknown, _ = trainee(district["willow"], batch, months=4)
        unknown.memberships.update(retired_on=KNOWN, retired_by=batch.pk)
    night(context)
    assert near() == set()


def test_months_of_which_something_is_missing_are_passed_over(district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        person = without_roster(district["willow"], batch, months=3)  # nobody's payroll of November has come
    night(context)
    assert near() == {(person.pk, "roster", 10)}


def test_an_entry_about_one_person_leaves_the_others_where_they_are(
    person: Person, district: District, context: Context
) -> None:
    with as_owner():
        other = without_roster(district["willow"], registers_of_the_year())
    night(context)
    assert {who for who, _, _ in near()} == {person.pk, other.pk}
    later = KNOWN + dt.timedelta(1)
    listed_by(person, later)
    entitle_persons(read_pack(PACK), [person.pk], known=later, office_no=context.office_no, by="tests")
    assert {who for who, _, _ in near()} == {other.pk}


def test_a_night_that_judges_some_alone_leaves_the_others_where_they_are(
    person: Person, district: District, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        other = without_roster(district["willow"], batch)
        for _ in range(12):
            make_person(district["flat"], batch=batch)
    night(context)
    later = KNOWN + dt.timedelta(1)
    with as_owner():
        Person.objects.filter(pk=other.pk).update(is_hidden=True)
        other.details.update(retired_on=later, retired_by=batch.pk)
    monkeypatch.setattr(nightly, "_whom_alone", lambda *_: [other.pk])
    report = night(context, later)
    assert report.judged < 5
    assert near() == {(person.pk, "roster", 11)}


def test_a_policy_that_is_no_more_has_nobody_near(
    person: Person, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(context)
    plain = nightly.rules_in_use

    def fewer(folder: Any) -> Any:
        book = plain(folder)
        return replace(book, policies={code: one for code, one in book.policies.items() if code != CODE})

    monkeypatch.setattr(nightly, "rules_in_use", fewer)
    night(context, KNOWN + dt.timedelta(1))
    assert near() == set()


def test_the_list_says_what_each_persons_page_says(person: Person, district: District, context: Context) -> None:
    with as_owner():
        batch = registers_of_the_year()
        persons = [person, without_roster(district["willow"], batch, months=2), make_person(district["cloud"])]
        persons += [trainee(district["cloud"], batch, months=months)[0] for months in (1, 3, 4)]
        came("pensions", dt.date(2020, 1, 1), NOVEMBER)
    night(context)
    wanted = set()
    for one in persons:
        with acting(BATCH):
            found = owed_to(read_pack(PACK), rules_in_use(PACK), one.pk, [one.pk], window_on(KNOWN), known=KNOWN)
        for owed in found:
            told = [verdict for verdict in owed.verdicts if not verdict.missing]
            bits = {bit: name for name, bit in owed.policy.bits.items()}
            if not told or told[-1].outcome != NO or told[-1].unmet not in bits:
                continue
            last, reason = told[-1], bits[told[-1].unmet]
            block = owed.policy.block_at(last.month)
            says = owed.policy.says_of(reason, block) if block else None
            if says is not None and says.fix:
                wanted.add((owed.policy.code, one.pk, owed.firm_id, owed.post, last.month, reason))
    with acting(BATCH):
        rows = Nearly.objects.exclude(person=None).select_related("policy")
        listed = {
            (one.policy.code, one.person_id, one.firm_id, one.post, month_of(one.month), one.reason) for one in rows
        }
    assert len(wanted) > 3
    assert {one for one in listed if one[1] in {each.pk for each in persons}} == wanted


def test_of_firms_those_of_judged_policies_alone_are_replaced(district: District) -> None:
    with as_owner():
        firms = [make_firm("甲公司"), make_firm("乙公司")]
        judged, other = (Policy.objects.create(code=code) for code in ("refund", "grant"))

    def line(policy: Policy, firm: int) -> bytes:
        return f'{policy.pk},{district["district"].scope_no},,{firm},"",2020-10-01,"debts"\n'.encode()

    def put(lines: list[bytes], persons: list[int] | None, policies: list[Policy]) -> tuple[int, int]:
        with acting(BATCH):
            actions.open_nearly()
            for each in lines:
                actions.stage_nearly(each)
            keys = [policy.pk for policy in policies]
            return actions.replace_nearly(policies=keys, persons=persons, found_on=KNOWN)

    both = [line(judged, firms[0].pk), line(other, firms[0].pk)]
    assert put(both, None, [judged, other]) == (0, 2)
    assert put([line(judged, firms[1].pk)], [], [judged]) == (1, 1)
    with acting(BATCH):
        left = {(one.policy_id, one.firm_id) for one in Nearly.objects.all()}
    assert left == {(judged.pk, firms[1].pk), (other.pk, firms[0].pk)}
