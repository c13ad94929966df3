"""What the facts of the registry say in plain cases, and what is wrong with a drawn.yaml that cannot be used."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from django.db import connection

from anye.engine.entitle.columns import Column, values_of
from anye.engine.entitle.months import read_month
from anye.engine.entitle.nodes import Value
from anye.flow.drawing import spans
from anye.flow.drawing.months import Window
from anye.flow.drawing.subjects import RecordSubjects
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import Payment
from anye.records.firms.models import Firm, FirmDetail, InsuranceMonth, PayrollLine
from anye.records.people.models import HouseholdMember, Membership, Person, StatusSpell
from anye.records.posts.models import Assignment, Attendance
from anye.records.registers.models import Batch, Support
from tests.conftest import District
from tests.factories import (
    KNOWN,
    add_insurance,
    add_spell,
    add_status,
    as_owner,
    make_batch,
    make_firm,
    make_household,
    make_person,
    source,
)

ON = dt.date(2026, 11, 1)
PREMIUMS = ("pension_firm_paid_fen", "medical_firm_paid_fen", "unemployment_firm_paid_fen", "injury_firm_paid_fen")


@pytest.fixture(autouse=True)
def owner(district: District) -> Iterator[None]:
    with as_owner():
        yield


@pytest.fixture
def person(district: District) -> Person:
    return make_person(district["willow"])


@pytest.fixture
def firm() -> Firm:
    return make_firm()


@pytest.fixture
def ledger() -> Batch:
    return make_batch()


def said(name: str, *, first: str = "2026-01", months: int = 5, on: dt.date = ON, row: int = 0) -> list[Value | None]:
    """A fact of the first of its subject's rows, month by month."""
    records = RecordSubjects(read_pack("cn_yubei"), Window(read_month(first), months), on=on)
    fact = records.catalogue.facts[name]
    own = records.own(fact.of)
    values, known = own.facts[name]
    shape = (months, own.rows)
    table = np.broadcast_to(values, shape), np.broadcast_to(True if known is None else known, shape)
    return [values_of(Column(*line), fact.kind, own.rows)[row] for line in zip(*table, strict=True)]


def insured(person: Person, firm: Firm, month: int, batch: Batch, **told: Any) -> Any:
    return InsuranceMonth.objects.create(
        person=person, firm=firm, month=dt.date(2026, month, 1), **source(person, batch), **told
    )


def without_beginning(person: Person, kind: str, batch: Batch, **told: Any) -> Any:
    return StatusSpell.objects.create(person=person, kind=kind, **source(person, batch), **told)


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_register_that_came_in_march_says_nothing_of_may(person: Person) -> None:
    make_batch("unemployment", dt.date(2026, 3, 1))
    assert said("登记失业") == [None, None, False, None, None]


def test_a_list_that_did_not_come_is_made_up_for_by_a_later_one(person: Person) -> None:
    for month in (2, 4):
        make_batch("unemployment", dt.date(2026, month, 1))
    assert said("登记失业") == [None, False, False, False, None]


def test_a_list_of_a_quarter_tells_of_its_three_months(person: Person) -> None:
    make_batch("firms", dt.date(2026, 2, 1))
    assert said("工商登记") == [False, False, False, None, None]


def test_a_list_says_nothing_before_the_day_on_which_it_is_known(person: Person) -> None:
    make_batch("unemployment", dt.date(2026, 3, 1))
    assert said("登记失业", on=KNOWN - dt.timedelta(1)) == [None] * 5


def test_who_is_in_no_list_of_a_group_is_not_known_not_to_be_of_it(person: Person) -> None:
    assert said("低保") == said("贫困劳动力") == [None] * 5


def test_another_group_of_the_register_says_that_somebody_is_not_poor(person: Person, ledger: Batch) -> None:
    Membership.objects.create(person=person, group="none", valid_from=dt.date(2026, 2, 1), **source(person, ledger))
    assert said("贫困劳动力") == [None, False, False, False, False]


def test_a_month_of_which_the_insurance_brought_nobody_is_unknown_and_not_a_gap(
    person: Person, firm: Firm, ledger: Batch, district: District
) -> None:
    add_insurance(person, firm, dt.date(2026, 1, 1), 2, ledger)
    insured(make_person(district["east"], "别人"), firm, 4, ledger)
    assert said("在岗参保") == [True, True, None, False, None]


# ── what a row leaves open ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_premium_that_was_refused_makes_the_sum_unknown_and_not_zero(
    person: Person, firm: Firm, ledger: Batch
) -> None:
    whole = dict.fromkeys(PREMIUMS, 100)
    insured(person, firm, 1, ledger, **whole)
    insured(person, firm, 2, ledger, **{**whole, "medical_firm_paid_fen": None})
    insured(person, firm, 3, ledger, **dict.fromkeys(PREMIUMS, 0))
    insured(person, firm, 4, ledger, **whole, maternity_firm_paid_fen=7)
    assert said("单位实缴保费") == [400, None, 0, 407, None]


def test_a_wage_or_waiver_that_was_refused_is_not_known_not_to_be(person: Person, firm: Firm, ledger: Batch) -> None:
    for month, fen in ((1, None), (2, 0), (3, 5)):
        insured(person, firm, month, ledger, pension_firm_waived_fen=fen)
        PayrollLine.objects.create(
            person=person, firm=firm, month=dt.date(2026, month, 1), net_fen=fen, **source(person, ledger)
        )
    assert said("养老保险费减免") == said("工资已发") == [None, False, True, None, None]


def test_two_values_that_contradict_each_other_in_a_month_are_unknown(
    person: Person, firm: Firm, ledger: Batch
) -> None:
    days = {"valid_from": dt.date(2026, 1, 10), "valid_to": dt.date(2026, 3, 20)}
    add_spell(person, firm, ledger, has_contract=False, **days)
    add_spell(person, firm, ledger, has_contract=True, valid_from=dt.date(2026, 3, 1), valid_to=dt.date(2026, 4, 1))
    assert said("有劳动合同") == [False, False, None, True, None]


@pytest.mark.parametrize("order", [(1, -1), (-1, 1)])
def test_two_sizes_of_one_firm_are_unknown_whichever_comes_first(order: tuple[int, int], ledger: Batch) -> None:
    firm = make_firm()
    for day, size in zip((KNOWN, KNOWN), ("微型", "小型")[:: order[0]], strict=True):
        FirmDetail.objects.create(
            firm=firm, kind="size", value=size, known_on=day, source_batch=ledger.pk, source_line=3,
            **({"retired_on": ON + dt.timedelta(1), "retired_by": ledger.pk} if size == "小型" else {}),
        )  # fmt: skip
    assert said("单位规模") == [None] * 5
    assert said("单位规模", on=ON + dt.timedelta(1)) == ["micro"] * 5


# ── when something began and ended ────────────────────────────────────────────────────────────────────────────────────────
def test_a_span_counts_in_a_month_whose_last_day_it_holds(person: Person) -> None:
    batch = make_batch("unemployment", dt.date(2026, 1, 1))
    make_batch("unemployment", dt.date(2026, 5, 1))
    add_status(person, "unemployed", batch, day=dt.date(2026, 2, 28), valid_to=dt.date(2026, 4, 29))
    assert said("登记失业") == [False, True, True, False, False]
    assert said("登记失业月数") == [0, 0, 1, 0, 0]


def test_a_run_whose_beginning_was_not_seen_is_known_only_from_enough(
    person: Person, firm: Firm, ledger: Batch
) -> None:
    add_insurance(person, firm, dt.date(2025, 4, 1), 14, ledger)
    assert said("连续参保月数", first="2026-01") == [None, None, 12, 13, 14]


def test_a_run_whose_beginning_was_seen_is_known_from_its_first_month(
    person: Person, firm: Firm, ledger: Batch, district: District
) -> None:
    insured(make_person(district["east"], "别人"), firm, 1, ledger)
    add_insurance(person, firm, dt.date(2026, 2, 1), 3, ledger)
    assert said("连续参保月数") == [0, 1, 2, 3, None]


def test_a_status_whose_beginning_nobody_wrote_is_unknown_before_its_first_file(person: Person) -> None:
    batch = make_batch("pensions", dt.date(2026, 3, 1))
    make_batch("pensions", dt.date(2026, 1, 1))
    status = without_beginning(person, "pension", batch)
    assert said("领取养老金") == [None, None, True, True, True]
    earlier = make_batch("pensions", dt.date(2026, 2, 1))
    Support.objects.create(fact_table="people_statusspell", fact_id=status.pk, batch=earlier, sheet_no=0, line=1)
    assert said("领取养老金") == [None, True, True, True, True]


def test_what_was_over_before_the_file_that_tells_of_it_is_over_since_it_ended(person: Person) -> None:
    batch = make_batch("pensions", dt.date(2026, 5, 1))
    make_batch("pensions", dt.date(2026, 1, 1))
    without_beginning(person, "pension", batch, valid_to=dt.date(2026, 2, 28))
    assert said("领取养老金") == [None, None, False, False, False]


def test_who_left_school_on_a_day_that_nobody_wrote_may_still_be_within_two_years(person: Person) -> None:
    batch = make_batch("graduates", dt.date(2024, 3, 1))
    make_batch("graduates", dt.date(2026, 3, 1))
    without_beginning(person, "graduate", batch)
    assert said("离校两年内未就业") == [None, None, None, False, False]


# ── as known on a day ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_fact_taken_back_stands_as_known_on_the_day_before(person: Person, ledger: Batch) -> None:
    taken_back = dt.date(2026, 10, 20)
    Membership.objects.create(
        person=person, group="low_income", valid_from=dt.date(2026, 2, 1), retired_by=ledger.pk, retired_on=taken_back,
        **source(person, ledger),
    )  # fmt: skip
    held = [None, True, True, True, True]
    assert said("低保", on=KNOWN) == said("低保", on=taken_back - dt.timedelta(1)) == held
    assert said("低保", on=taken_back) == said("低保", on=KNOWN - dt.timedelta(1)) == [None] * 5


def test_hidden_persons_have_no_row(person: Person, firm: Firm, ledger: Batch, district: District) -> None:
    hidden = make_person(district["east"], "别人")
    for each in (person, hidden):
        add_insurance(each, firm, dt.date(2026, 1, 1), 2, ledger)
        Assignment.objects.create(person=each, unit="甲社区", post_name="保洁员", **source(each, ledger))
    Person.objects.filter(pk=hidden.pk).update(is_hidden=True)
    records = RecordSubjects(read_pack("cn_yubei"), Window(read_month("2026-01"), 5), on=ON)
    assert records.persons.tolist() == [person.pk]
    assert [records.own(subject).rows for subject in ("person", "person_firm", "post")] == [1, 1, 1]


# ── what was had before ───────────────────────────────────────────────────────────────────────────────────────────────────
def paid(person: Person, batch: Batch, item: str, **told: Any) -> Any:
    return Payment.objects.create(
        person=person, kind="paid", item=item, amount_fen=500, **source(person, batch), **told
    )


def test_months_and_times_that_were_paid_before_are_counted(person: Person) -> None:
    batch = make_batch("payments", dt.date(2026, 1, 1))
    paid(person, batch, "社会保险补贴", valid_from=dt.date(2025, 10, 1), valid_to=dt.date(2026, 2, 28))
    paid(person, batch, "灵活就业社保补贴", valid_from=dt.date(2025, 6, 1))
    paid(person, batch, "一次性求职创业补贴", paid_on=dt.date(2025, 12, 31))
    paid(person, batch, "一次性求职创业补贴", paid_on=dt.date(2026, 1, 1))
    assert (said("已领社保补贴月数"), said("已领求职补贴次数")) == ([4] * 5, [1] * 5)


def test_a_payment_on_a_day_that_nobody_wrote_leaves_open_how_often_was_paid(person: Person) -> None:
    paid(person, make_batch("payments", dt.date(2026, 1, 1)), "求职创业补贴", paid_on=None)
    assert said("已领求职补贴次数") == [None] * 5
    assert said("已领转移补助次数") == [0] * 5


# ── posts and households ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_sheet_without_unit_counts_for_each_post_and_a_post_without_unit_for_itself_alone(
    person: Person, ledger: Batch
) -> None:
    for unit, first in (("", 1), ("甲社区", 4)):
        Assignment.objects.create(
            person=person, unit=unit, post_name="保洁员", valid_from=dt.date(2026, first, 1),
            valid_to=dt.date(2026, first + 1, 28), **source(person, ledger),
        )  # fmt: skip
    Attendance.objects.create(person=person, month=dt.date(2026, 4, 1), pay_fen=180_000, **source(person, ledger))
    assert said("公岗在岗", row=0) == [True, True, False, False, False]
    assert said("公岗在岗", row=1) == [False, False, False, True, True]
    assert said("岗位工资", row=0) == said("岗位工资", row=1) == [None, None, None, 180_000, None]


def test_who_belongs_to_a_household_has_its_number_beside_them(district: District, ledger: Batch) -> None:
    household = make_household(district["willow"])
    people = [make_person(district["willow"], name) for name in ("甲某", "乙某")]
    HouseholdMember.objects.create(person=people[1], household=household, relation="01", **source(people[1], ledger))
    records = RecordSubjects(read_pack("cn_yubei"), Window(read_month("2026-01"), 1), on=ON)
    assert records.own("person").keys["household"].tolist() == [-1, household.pk]


def test_the_cases_of_a_person_at_a_firm_hold_the_facts_of_both(person: Person, firm: Firm, ledger: Batch) -> None:
    add_insurance(person, firm, dt.date(2026, 1, 1), 1, ledger)
    Membership.objects.create(person=person, group="disabled", **source(person, ledger))
    FirmDetail.objects.create(
        firm=firm, kind="size", value="大型", known_on=KNOWN, source_batch=ledger.pk, source_line=3
    )
    records = RecordSubjects(read_pack("cn_yubei"), Window(read_month("2026-09"), 1), on=ON)
    cases = records.cases("person_firm", frozenset({"残疾", "单位规模", "在岗参保"}))
    assert {name: term.known is None for name, term in cases.facts.items()} == {
        "残疾": True,
        "单位规模": True,
        "在岗参保": False,
    }
    assert records.catalogue.facts["单位规模"].kind.codes[int(cases.facts["单位规模"].values[0])] == "large"


def test_whoever_stops_reading_leaves_a_connection_that_can_be_used(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_BLOCK_BYTES", 100)
    with acting(BATCH):
        blocks = spans.read_numbers("SELECT n::bigint FROM generate_series(1, 1000) n", {}, 1)
        assert next(blocks)[0][0] == 1
        blocks.close()  # type: ignore[attr-defined]
        whole = [
            int(n)
            for block in spans.read_numbers("SELECT n::bigint FROM generate_series(1, 1000) n", {}, 1)
            for n in block[0]
        ]
    assert whole == list(range(1, 1001))


def test_a_statement_that_fails_says_so_as_any_other(db: None) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), acting(BATCH):
        list(spans.read_numbers("SELECT 1::bigint / (3 - n) FROM generate_series(1::bigint, 5) n", {}, 1))


def test_the_month_of_a_bit_is_exact_for_as_many_months_as_there_are_bits(db: None) -> None:
    """It is reckoned by the mean length of a month, over windows that begin in any month of a century."""
    counted = spans._MONTHS_SINCE_FIRST.replace("f.month", "(first + make_interval(months => at))::date")
    sql = f"""
        SELECT count(*) FROM generate_series(date '1970-01-01', date '2099-12-01', interval '1 month') first,
            generate_series(0, 62) at WHERE {counted.replace("%(first)s", "first")} <> at"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchone() == (0,)
