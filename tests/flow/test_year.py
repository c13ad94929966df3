"""The demo's year through intake: every file is read whole, records hold the figures, and what was paid lies inside what is owed."""

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from django.db import connection

from anye.demo.year import ON, YearTruth, write_year
from anye.engine.entitle.months import month_of
from anye.flow.blocks import Context
from anye.flow.load import Report, load_file
from anye.packs import HERE
from anye.records.accounts.scope import BATCH, OWNER, acting
from anye.records.claims.models import Difference, FirmPayment
from anye.records.entitlements.models import Entitlement
from anye.records.findings.models import Finding
from tests.flow.year_figures import PACK, Value, by_area, paid_beside_behind, told, true
from tests.flow.year_moved import night, not_as_foretold

# each load ends its own transaction: one of all of them would hold the locks of thousands of temporary tables
pytestmark = pytest.mark.django_db(transaction=True)
FILLED = (
    "people_person, people_persondetail, people_membership, people_householdmember, people_household, firms_firm,"
    " firms_insurancemonth, firms_payrollline, firms_employmentspell, posts_attendance, registers_rowclaim,"
    " registers_support, registers_batch, claims_payment, claims_firmpayment, training_worktraining, training_enrolment"
)
AREAS = HERE / PACK / "areas.csv"
NIGHTS = (dt.date(2020, 6, 30), dt.date(2020, 11, 30))
Told = dict[str, Value]
JANUARY_1970 = 1970 * 12


def loaded(truth: YearTruth, context: Context) -> tuple[list[Report], dict[dt.date, Told]]:
    """Every file as it became known; and the nights of some days between them, with the figures that were told then."""
    reports: list[Report] = []
    then: dict[dt.date, Told] = {}
    for place, (path, known) in enumerate(truth.files):
        for day in NIGHTS:
            if day not in then and known > day:
                night(context, day)
                with acting(BATCH):
                    then[day] = told(on=day)
        reports.append(load_file(path, context=context, known_on=known))
        assert reports[-1].fault is None, (path.name, reports[-1].failure())
        if place % 25 == 0:  # of what stands uncommitted the server would believe that it is nothing
            with acting(OWNER), connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {FILLED}")
    return reports, then


def unpaid() -> dict[tuple[str, str, int], int]:
    """What the pass says is owed and was not paid: policy, credit code, month → fen."""
    found = Difference.objects.filter(kind="unpaid").select_related("policy", "firm")
    return {
        (one.policy.code, one.firm.credit_code if one.firm else "", month_of(one.first_month) + JANUARY_1970): one.entitled_fen
        for one in found
    }  # fmt: skip


def numbers_of(context: Context) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, id_sealed FROM people_person")
        return {one: context.keyring.unseal(sealed, context="id_number") for one, sealed in cursor.fetchall()}


def refused(context: Context) -> dict[tuple[str, int], frozenset[str]]:
    """Person and month of the firm with the largest roster → why training through work is not paid, October to December."""
    largest = FirmPayment.objects.filter(item="以工代训补贴").order_by("-amount_fen")[0].firm_id
    numbers = numbers_of(context)
    lines = Entitlement.objects.filter(
        retired_on=None, policy__code="training_through_work", firm_id=largest, month__gte="2020-10-01"
    )
    paid = {(numbers[each.person_id], each.month) for each in lines.filter(outcome=1)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM training_worktraining WHERE firm_id = %s AND retired_on IS NULL", [largest]
        )
        listed = {numbers[person] for (person,) in cursor.fetchall()}
    months = sorted({month for _, month in paid})
    return {
        (number, month_of(month) + JANUARY_1970): frozenset()
        for number in listed for month in months if (number, month) not in paid
    }  # fmt: skip


@pytest.fixture
def truth(tmp_path: Path) -> YearTruth:
    return write_year(tmp_path / "registers", seed=20, scale=0.02, areas_csv=AREAS, faults="few")


def test_the_year_comes_through_intake_and_is_paid_as_it_is_owed(
    truth: YearTruth, yubei: Context, tmp_path: Path
) -> None:
    reports, then = loaded(truth, yubei)
    assert not [(each.file, each.refused) for each in reports if each.refused]
    asked = Counter((each.source, row["rule"]) for each in reports for row in each.queried)
    assert asked == {("village_ledger", rule): 1 + (rule == "Q06") for rule in ("Q02", "Q03", "Q06", "Q08", "Q10")}
    with acting(BATCH):
        assert paid_beside_behind() == []
        _are_found(truth, yubei)
    night(yubei)
    with acting(BATCH):
        others = Difference.objects.exclude(kind="unpaid").select_related("policy")
        assert not [(one.policy.code, one.kind, one.entitled_fen, one.paid_fen) for one in others]
        assert unpaid() == truth.unclaimed
        assert refused(yubei).keys() == truth.refused.keys()
        said, expected = told(), true(truth.figures)
        assert said.keys() == expected.keys()
        assert {code: (said[code], expected[code]) for code in said if said[code] != expected[code]} == {}
        assert by_area(truth.by_area) == []
        now = {day: told(on=day) for day in NIGHTS}
        otherwise = [(day, code, then[day][code], now[day][code]) for day in NIGHTS for code in now[day]]
        assert [each for each in otherwise if each[2] != each[3]] == []
    assert not_as_foretold(truth, reports, yubei, tmp_path) == []
    _is_noticed(truth, yubei)


def _are_found(truth: YearTruth, context: Context) -> None:
    """Of what was planted whatever the registry's rules know of is asked about, and no innocent."""
    numbers, found = numbers_of(context), defaultdict(set)
    for person, rule in (
        Finding.objects.exclude(state="gone").filter(person__isnull=False).values_list("person_id", "rule")
    ):
        found[rule].add(numbers[person])
    known = {"Q02", "Q03", "Q06", "Q07", "Q08", "Q09", "Q10"}
    planted = [each for each in truth.planted if each.rule in known]
    assert not [each for each in planted if each.is_fault and each.rule != "Q07" and each.who not in found[each.rule]]
    assert found["Q07"]
    assert not [each for each in planted if not each.is_fault and each.who in found[each.rule]]


def _is_noticed(truth: YearTruth, context: Context) -> None:
    """A yuan too much for one firm, and the pass says so: that nothing differs was no silence."""
    move = truth.moves["I06"]
    load_file(move.write(move.path.with_name(f"altered_{move.path.name}")), context=context, known_on=ON)
    night(context)
    with acting(BATCH):
        assert Difference.objects.filter(policy__code="hiring_subsidy", kind="more").exists()
        assert told({"I06": 0})["I06"] != true(truth.figures)["I06"]
