"""Figures are kept as they stood, of every area, with their rows; and would be the same if they were counted again."""

from __future__ import annotations

import datetime as dt

import pytest

from anye.flow.reporting.figures import Figures
from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings import queries
from anye.records.briefings.models import Snapshot, SnapshotFigure, SnapshotRow
from anye.records.places.models import Office
from tests.conftest import District
from tests.factories import add_insurance, as_owner, make_batch, make_person
from tests.flow.reporting.planted import FIGURES, KNOWN, ON, POOR, Year, day

PACK = read_pack("cn_yubei")


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


def taken(known: dt.date = KNOWN, on: dt.date = ON) -> Snapshot:
    return take(PACK, on=on, known=known, by="tests")


def values(snapshot: Snapshot, area: str = "990100000000") -> dict[str, float | None]:
    with acting(BATCH):
        told = queries.figures_of(snapshot, area)
    return {code: None if each.value is None else float(each.value) for code, each in told.items()}


def test_the_figures_are_kept_for_every_area_with_their_rows(year: Year) -> None:
    snapshot = taken()
    assert values(snapshot) == FIGURES
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        for code in FIGURES:
            assert SnapshotRow.objects.filter(snapshot=snapshot, indicator=code).count() == figures.behind(code).height
        village = queries.figures_of(snapshot, "990100101201")
        assert {code: each.value for code, each in village.items()}["I01"] == 1
        assert village["I01"].scope_no == year.places["willow"].scope_no
        mine = SnapshotRow.objects.filter(snapshot=snapshot, person=year.one)
        assert set(mine.values_list("scope_no", flat=True)) == {year.places["willow"].scope_no}


def test_a_village_sees_its_own_figures_and_rows_alone(year: Year) -> None:
    snapshot = taken()
    scope = year.places["bridge"].scope_no
    with acting(lo=scope, hi=scope):
        assert set(SnapshotFigure.objects.values_list("area_code", flat=True)) == {"990100101202"}
        assert set(SnapshotRow.objects.values_list("person_id", flat=True)) <= {
            year.brief.pk,
            year.leaver.pk,
            year.idle.pk,
        }
        assert queries.figures_of(snapshot, "990100000000") == {}


def test_what_came_later_changes_nothing_of_what_was_told(year: Year) -> None:
    """As known then, the same figures and the same rows; as known now, another person."""
    first = taken()
    told = values(first)
    with as_owner():
        late = make_batch(month=day(12))
        type(late).objects.filter(pk=late.pk).update(known_on=dt.date(2021, 2, 1))
        late.known_on = dt.date(2021, 2, 1)
        person = make_person(year.places["willow"], batch=late, groups=["poor"], details=POOR)
        add_insurance(person, year.first, day(1), 12, late)
    again = taken()
    assert values(again) == told
    assert Snapshot.objects.count() == 1
    assert values(taken(dt.date(2021, 2, 1)))["I01"] == FIGURES["I01"] + 1  # type: ignore[operator]
    assert Snapshot.objects.count() == 2
    with acting(BATCH):
        assert queries.over_time("I01", "990100000000", until=ON)[-1][1] == 3


def test_the_rows_of_older_snapshots_are_let_go_and_their_figures_stay(year: Year) -> None:
    snapshots = [taken(dt.date(2021, 1, 10 + at), ON) for at in range(3)]
    with acting(BATCH):
        kept = set(SnapshotRow.objects.values_list("snapshot_id", flat=True))
        assert kept == {snapshots[1].pk, snapshots[2].pk}
        assert SnapshotFigure.objects.filter(snapshot=snapshots[0]).exists()


def test_from_a_person_to_the_figures_that_count_them(year: Year) -> None:
    snapshot = taken()
    with acting(BATCH):
        found = queries.figures_with(snapshot, person_id=year.one.pk)
        assert {"I01", "I02", "I10", "I11", "I12", "I13", "I14", "I20", "I24", "I27", "I30", "I31", "I32", "C05"} <= {
            *found
        }
        assert "I01" not in queries.figures_with(snapshot, person_id=year.brief.pk)
        assert {"I03", "I05", "I06", "I08"} <= {*queries.figures_with(snapshot, firm_id=year.first.pk)}


def test_each_nights_figures_are_kept_for_sixty_days_and_then_those_of_the_months_ends(year: Year) -> None:
    nights = [dt.date(2020, 9, 29), dt.date(2020, 9, 30), dt.date(2020, 12, 30)]
    for night in nights:
        take(PACK, on=night, known=KNOWN, by="worker")
    take(PACK, on=dt.date(2020, 9, 28), known=KNOWN, by="an officer")
    taken()
    with acting(BATCH):
        kept = set(Snapshot.objects.values_list("as_of", flat=True))
    assert kept == {dt.date(2020, 9, 28), nights[1], nights[2], ON}


def test_of_two_districts_none_sees_what_the_other_paid(year: Year) -> None:
    with as_owner():
        Office.objects.create(
            token="two", kind="district", name="另一区", area_code="990200000000", scope_no=2_000_000_000_000,
            scope_hi=2_999_999_999_999,
        )  # fmt: skip
    snapshot = taken()
    assert set(values(snapshot).values()) == {None}
    assert values(snapshot, "990100101201")["I01"] == 1
    with acting(BATCH):
        assert not SnapshotRow.objects.filter(person=None).exists()
        assert SnapshotRow.objects.exists()
