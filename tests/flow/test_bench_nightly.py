"""The bench of the night's pass at a small size: its invented district is owed something, and its nights are those of the pass."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection

from anye.engine.entitle.case import NO
from anye.engine.entitle.runs import Run, who_changes
from anye.engine.entitle.screen import asks_household
from anye.flow.blocks import Context
from anye.flow.drawing import asked
from anye.flow.drawing.file import read_drawn
from anye.flow.drawing.subjects import RecordSubjects
from anye.flow.foreseeing import asked_by, whom
from anye.flow.nightly import PassReport, entitle, window_on
from anye.flow.screening import who_may_be_paid
from anye.packs import read_pack
from anye.packs.rules import pack_folder, read_rules, with_policy
from anye.records.accounts.scope import BATCH, acting
from anye.records.entitlements.models import Run as Night
from bench.night_registry import change, columns_read, fill
from bench.nightly import DAYS, ON, PACK, RAISED, judged, raised
from tests.factories import as_owner

PEOPLE = 1_500
FIGURES = {
    "first_s": 900.0, "same_s": 30.0, "changed_s": 299.0, "floor_s": 100.0, "first_mb": 5000.0, "same_mb": 500.0,
    "changed_mb": 900.0, "first_rules": 17, "page_p95_ms": 300.0, **{f"who_{code}_s": 14.0 for code in RAISED},
}  # fmt: skip


def night(context: Context, known: dt.date) -> PassReport:
    return entitle(read_pack(PACK), on=ON, known=known, office_no=context.office_no, by="tests")


@pytest.fixture
def people(yubei: Context) -> Context:
    with as_owner(), connection.cursor() as cursor:
        fill(cursor, PEOPLE)
    take_stock()
    return yubei


def take_stock() -> None:
    """Tables that were filled in this transaction are planned for as if they were empty, until the server counts them."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_the_three_nights_of_the_bench(people: Context) -> None:
    first = night(people, DAYS["first"])
    take_stock()
    same = night(people, DAYS["same"])
    assert len(first.policies) == 17
    paying = {code for code, one in first.policies.items() if one.outcomes["pay"]}
    assert paying >= {
        "insurance_subsidy",
        "hiring_subsidy",
        "training_through_work",
        "part_time_post",
        "work_travel_subsidy",
    }
    assert (same.judged, same.appended, same.retired) == (0, 0, 0)
    with as_owner(), connection.cursor() as cursor:
        learned = change(cursor, DAYS["changed"])
    changed = night(people, DAYS["changed"])
    assert 0 < learned < changed.judged < PEOPLE // 10
    assert changed.appended > 0
    with acting(BATCH):
        Night.objects.update(basis={})  # so that the next is over everybody
    whole = night(people, DAYS["changed"])
    assert (whole.judged, whole.appended, whole.retired) == (PEOPLE, 0, 0)


@pytest.mark.parametrize("code", RAISED)
def test_whom_a_raised_rule_changes_is_whom_the_engine_names(
    code: str, people: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "FEW", 10)  # so that those who are left are many
    book = read_rules(pack_folder(PACK))
    other, _ = with_policy(book, Path(f"{code}.yaml"), raised(book.policies[code].text))
    assert other.policies[code].parameters != book.policies[code].parameters
    with acting(BATCH):
        figures, lines = whom(book, other, code, read_pack(PACK), on=ON)
        subjects = RecordSubjects(read_pack(PACK), window_on(ON), on=ON)
        changes = who_changes(Run(book, code, subjects), Run(other, code, subjects), subjects.first)
    told = changes.get_column("difference").fill_null(0).sum()
    assert (figures["months"], figures["fen"]) == (changes.height, told)
    assert sum(line[6] for line in lines) == changes.height


def test_who_may_be_paid_at_all_is_found_by_a_few_facts(people: Context) -> None:
    """Of no policy is somebody left out who is paid, or of whom it is not known; of most, most are."""
    book, spared = read_rules(pack_folder(PACK)), 0
    with acting(BATCH):
        whole = RecordSubjects(read_pack(PACK), window_on(ON), on=ON)
        for code, policy in book.policies.items():
            facts, has_homes = asked_by(book, code), asks_household(policy, book.catalogue)
            left = who_may_be_paid((book,), (code,), facts, read_pack(PACK), window_on(ON), on=ON, has_homes=has_homes)
            if left is not None:
                run = Run(book, code, whole)
                may = (run.whole()[0] != NO).any(axis=0)
                assert {*whole.persons[run.cases.keys["person"][may]].tolist()} <= {*left}
                spared += len(left) < PEOPLE // 4
    assert spared > 8


def test_the_floor_reads_the_columns_that_facts_are_drawn_from() -> None:
    columns = columns_read(read_drawn(pack_folder(PACK)))
    assert {"person_id", "firm_id", "month", "pension_firm_waived_fen", "known_on"} <= columns["firms_insurancemonth"]
    assert "medical_worker_paid_fen" not in columns["firms_insurancemonth"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first_s", 1801),
        ("changed_s", 301),
        ("first_mb", 6001),
        ("first_rules", 14),
        ("page_p95_ms", 301),
        (f"who_{RAISED[0]}_s", 16),
    ],
)
def test_each_limit_is_looked_at(name: str, value: float) -> None:
    assert judged(FIGURES, 1_500_000)["is_met"]
    assert not judged({**FIGURES, name: value}, 1_500_000)["is_met"]
