"""Figures are kept as they stood, of every area, with their rows; and would be the same if they were counted again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from anye.flow.reporting import snapshots
from anye.flow.reporting.figures import Figures
from anye.flow.reporting.snapshots import digest_of, take
from anye.flow.rules import rules_in_use
from anye.packs import HERE, read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.actions import note
from anye.records.briefings import queries
from anye.records.briefings.models import Snapshot, SnapshotFigure, SnapshotRow
from anye.records.training.models import TrainingClass
from tests.conftest import District
from tests.factories import add_insurance, as_owner, make_batch, make_person
from tests.flow.reporting.planted import FIGURES, KNOWN, ON, POOR, Year, day
from tests.house.two_districts import offices_of_two

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
        assert queries.over_time("I01", "990100000000", known_since=KNOWN, since=ON, until=ON)[-1][1] == 3


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


FAR = "990200000000"


@pytest.fixture
def both(year: Year) -> Year:
    """The other district's year beside the first's: the same once more, and a payment to a firm of the first."""
    with as_owner():
        offices = offices_of_two(year.places)
        there = {"district": "far", "willow": "bamboo", "bridge": "peach", "outside": "far"}
        far = Year(District({name: offices[other] for name, other in there.items()}))
        far.paid(year.first, "社会保险补贴", 12_300, day(6, 1))
        for each in (year, far):  # as loads say who brought them
            note("load", "registers_batch", each.batch.pk, each.places["district"].scope_no, {})
    return far


def test_each_of_two_districts_has_its_own_figures(both: Year, year: Year) -> None:
    snapshot = taken()
    assert values(snapshot) == FIGURES
    more = {"I05": 3, "I06": FIGURES["I06"] + 123, "I30": FIGURES["I30"] + 123, "I07B": 93.41}  # type: ignore[operator]
    assert values(snapshot, FAR) == FIGURES | more
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        for code in FIGURES:
            assert [figures.figure(code, area).value for area in ("990100000000", FAR)] == [
                FIGURES[code],
                {**FIGURES, **more}[code],
            ]


def test_of_two_districts_none_sees_the_others_rows(both: Year, year: Year) -> None:
    taken()
    seen = []
    for each in (year, both):
        office = each.places["district"]
        with acting(lo=office.scope_no, hi=office.scope_hi):
            seen.append([*SnapshotRow.objects.values_list("id", "person_id", "firm_id", "indicator")])
            assert SnapshotFigure.objects.filter(area_code=office.area_code).count() == len(FIGURES)
            assert not SnapshotFigure.objects.exclude(area_code__startswith=office.area_code[:6]).exists()
    mine, theirs = seen
    assert not {row for row, *_ in mine} & {row for row, *_ in theirs}
    assert not {person for _, person, *_ in mine if person} & {person for _, person, *_ in theirs if person}
    shared = {code for _, _, firm, code in theirs if firm == year.first.pk}
    assert shared == {"I05", "I06", "I07B", "I30"}
    with acting(BATCH):
        assert SnapshotRow.objects.count() == len(mine) + len(theirs)


def test_a_row_that_nobody_says_who_brought_is_no_districts(both: Year, year: Year) -> None:
    with as_owner():
        late = make_batch(month=day(12))
        type(late).objects.filter(pk=late.pk).update(known_on=day(12, 28))
        TrainingClass.objects.create(
            class_code="K77",
            valid_from=day(8, 3),
            firm=year.first,
            known_on=day(12, 28),
            source_batch=late.pk,
            source_line=3,
        )
    snapshot = taken()
    assert values(snapshot)["I15"] == values(snapshot, FAR)["I15"] == FIGURES["I15"]
    with acting(BATCH):
        assert not SnapshotRow.objects.filter(what="K77").exists()


@pytest.mark.parametrize("name", ["cn/facts.yaml", "cn/drawn.yaml", "cn/holidays.csv", "cn_yubei/lists.yaml"])
def test_another_word_of_a_fact_a_register_a_list_or_a_holiday_is_another_definition(
    name: str, tmp_path: Path, batch: None
) -> None:
    (tmp_path / "pack.yaml").write_text("name: other\nbase: cn_yubei\n")
    plain = digest_of(str(tmp_path))
    (tmp_path / Path(name).name).write_bytes((HERE / name).read_bytes())
    own = digest_of(str(tmp_path))
    with (tmp_path / Path(name).name).open("ab") as file:
        file.write(b"\n")
    assert len({plain, own, digest_of(str(tmp_path)), digest_of("cn_yubei")}) == 3


def test_another_word_for_a_policy_in_lists_of_payments_is_another_definition(
    batch: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, book = digest_of("cn_yubei"), rules_in_use("cn_yubei")
    policy = book.policies["part_time_post"]
    other = replace(book, policies={**book.policies, policy.code: replace(policy, items=(*policy.items, "护路补贴"))})
    monkeypatch.setattr(snapshots, "rules_in_use", lambda _pack: other)
    assert digest_of("cn_yubei") != before
