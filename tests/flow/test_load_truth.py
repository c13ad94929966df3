"""The demo's registers are loaded, and the registry says exactly what was written into them: once and for all."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db.models import Count, F, Q, QuerySet, Sum

from anye.demo.truth import FileTruth, Truth
from anye.flow.blocks import Context
from anye.flow.brought import altered
from anye.flow.digests import current_views
from anye.flow.load import Report, load_file
from anye.records.accounts.scope import BATCH, acting
from anye.records.findings.models import Finding
from anye.records.firms.models import PREMIUMS, SIDES, EmploymentSpell, InsuranceMonth
from anye.records.people.models import Household, HouseholdMember, Membership, Person, PersonDetail
from anye.records.people.queries import opened_id
from anye.records.registers.models import Batch, RowClaim
from tests.flow.written import SEED, Folder, write_demo

Said = dict[str, Any]


def load_all(folder: Folder, context: Context) -> dict[str, Report]:
    return {path.name: load_file(path, context=context) for path in folder.files}


def in_words_of_the_truth(report: Report) -> Said:
    return {
        "rows": report.rows,
        "loaded": report.loaded,
        "unchanged": report.unchanged,
        "refused": sorted((row["sheet"] or "", row["row"], row["reason"]) for row in report.refused),
        "queried": sorted((row["sheet"] or "", row["row"], row["rule"]) for row in report.queried),
        "fault": report.fault,
    }


def truth_of(file: FileTruth) -> Said:
    return {
        "rows": file.rows,
        "loaded": file.loaded,
        "unchanged": 0,
        "refused": sorted((mark.sheet or "", mark.line, mark.what) for mark in file.refused),
        "queried": sorted((mark.sheet or "", mark.line, mark.what) for mark in file.queried),
        "fault": None,
    }


def doubts(rule: str, **more: Any) -> "QuerySet[Finding]":
    return Finding.objects.filter(rule=rule, **more).exclude(state="gone")


def households(kind: str) -> list[str]:
    ids = [place[1] for found in doubts("Q07", params__kind=kind) for place in found.evidence]
    return sorted(Household.objects.filter(pk__in=ids).values_list("code", flat=True))


def overlapping() -> list[str]:
    ids = doubts("Q08", params__kind="overlap").values_list("person__id_sealed", flat=True)
    return sorted({opened_id(sealed) for sealed in ids})


def by_month(rows: "QuerySet[Any]", month: str = "month") -> dict[str, int]:
    counted = rows.values(month).annotate(rows=Count("id"))
    return {f"{row[month]:%Y-%m}": row["rows"] for row in counted}


def paid_by_month() -> dict[str, int]:
    sums = {f"{kind}_{side}": Sum(f"{kind}_{side}_paid_fen") for kind in PREMIUMS for side in SIDES}
    rows = InsuranceMonth.objects.known().values("month").annotate(**sums)
    return {f"{row.pop('month'):%Y-%m}": sum(fen or 0 for fen in row.values()) for row in rows}


def registry_says() -> Said:
    spells, details = EmploymentSpell.objects.known(), PersonDetail.objects.known()
    village_of = dict(details.filter(kind="residence").values_list("person_id", "value"))
    is_backwards = Q(valid_to__lt=F("valid_from"))
    return {
        "persons": Person.objects.filter(is_hidden=False).count(),
        "persons_by_village": Counter(village_of.get(pk, "") for pk in Person.objects.values_list("id", flat=True)),
        "memberships": dict(Counter(Membership.objects.known().values_list("group", flat=True))),
        "not_employed": details.filter(kind="employment_state", value="not_employed").count(),
        "households": Household.objects.count(),
        "household_members": HouseholdMember.objects.known().count(),
        "spells": {
            "clean": spells.filter(valid_from__isnull=False).exclude(is_backwards).count(),
            "no_start": spells.filter(valid_from__isnull=True).count(),
            "end_before_start": spells.filter(is_backwards).count(),
        },
        "headless": households("no_head"),
        "two_headed": households("two_heads"),
        "overlapping": overlapping(),
        "insurance": by_month(InsuranceMonth.objects.known()),
        "insurance_paid_fen": paid_by_month(),
        "unattached": by_month(RowClaim.objects.filter(is_creating=False, person_id=None), "batch__file_month"),
        "idle_by_village": Counter(village_of[pk] for pk in doubts("Q09").values_list("person_id", flat=True)),
    }


def truth_says(truth: Truth) -> Said:
    return {
        "persons": truth.persons,
        "persons_by_village": truth.persons_by_village,
        "memberships": truth.memberships,
        "not_employed": truth.not_employed,
        "households": truth.households,
        "household_members": truth.household_members,
        "spells": truth.spells,
        "headless": sorted(truth.headless),
        "two_headed": sorted(truth.two_headed),
        "overlapping": sorted(truth.overlapping),
        "insurance": truth.insurance_attached,
        "insurance_paid_fen": truth.insurance_attached_paid_fen,
        "unattached": {month: sum(why.values()) for month, why in truth.insurance_unattached.items()},
        "idle_by_village": truth.idle_by_village(),
    }


def assert_true(folder: Folder, reports: Mapping[str, Report]) -> None:
    for file in folder.truth.files:
        told = in_words_of_the_truth(reports[file.name])
        # a row that another file has said before brings nothing new
        assert told | {"loaded": told["loaded"] + told["unchanged"], "unchanged": 0} == truth_of(file), file.name
    with acting(BATCH):
        says = registry_says()
        for what, value in truth_says(folder.truth).items():
            assert says[what] == value, what
        assert altered() == []


def test_the_registry_says_what_was_written_and_the_same_files_again_change_nothing(
    demo: Folder, yubei: Context, tmp_path: Path
) -> None:
    assert_true(demo, load_all(demo, yubei))
    with acting(BATCH):
        before, batches = current_views(), Batch.objects.count()
    for place, path in enumerate(demo.files[::4]):
        renamed = Path(shutil.copy(path, tmp_path / f"第二次上报_{path.name}"))
        for file in (renamed, path) if place % 2 == 0 else (renamed,):
            again = load_file(file, context=yubei)
            assert (again.loaded, again.unchanged) == (0, again.rows - len(again.refused_rows)), path.name
            told = in_words_of_the_truth(again) | {"loaded": again.unchanged, "unchanged": 0}
            assert told == truth_of(demo.truth.file(path.name))
    with acting(BATCH):
        assert current_views() == before
        assert Batch.objects.count() == batches == len(demo.files)


@pytest.mark.trust
def test_less_than_all_files_is_not_the_truth(demo: Folder, yubei: Context) -> None:
    """The negative control: each sum is missed when most ledgers, the last one too, and the last month are not there."""
    for path in [*demo.files[-12:-10], *demo.files[-9:-3]]:
        load_file(path, context=yubei)
    with acting(BATCH):
        says, written = registry_says(), truth_says(demo.truth)
    assert [what for what in written if says[what] == written[what] and written[what]] == []


@pytest.mark.trust_long
@pytest.mark.parametrize("seed", range(SEED + 1, SEED + 7))
def test_every_seed_is_read_truly_whatever_the_order(seed: int, yubei: Context, tmp_path: Path) -> None:
    folder = write_demo(tmp_path / "registers", seed=seed, scale=0.1)
    files = folder.files
    Random(seed).shuffle(files)
    reports = {path.name: load_file(path, context=yubei) for path in files}
    assert_true(folder, reports)
