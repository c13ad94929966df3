"""A briefing tells what the snapshot has; counted again from the records it is the same to the character, whatever came in since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone

from anye.engine.report.briefing.compose import compose
from anye.engine.report.briefing.plain import plain_of
from anye.engine.report.briefing.told import Tidings, as_json, from_json
from anye.flow import jobs
from anye.flow.reporting.briefing import FORMATS, recounted, tidings_of, written
from anye.flow.reporting.snapshots import kept, take
from anye.packs import read_pack
from anye.packs.briefings import LANGUAGES, template_of
from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings import queries
from anye.records.briefings.actions.writing import BriefingRefused, ask_recount, begin_briefing, issue_briefing
from anye.records.briefings.models import BriefingIssue, BriefingRecount, Snapshot, SnapshotFigure
from tests.conftest import District
from tests.factories import add_insurance, as_owner, make_batch, make_person
from tests.flow.reporting.planted import FIGURES, KNOWN, ON, POOR, Year, day

PACK = read_pack("cn_yubei")
DISTRICT, TOWN = "990100000000", "990100101000"


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


def told_of(snapshot: Snapshot, area: str = DISTRICT, kind: str = "month") -> Tidings:
    with acting(BATCH):
        return tidings_of("cn_yubei", snapshot, area, kind)


def texts(told: Tidings) -> Iterator[str]:
    for lang in LANGUAGES:
        yield plain_of(compose(template_of("cn_yubei", told.kind)[lang], told, lang))


def came_late(year: Year) -> None:
    """Registers that came in after the figures were told, of the months that they tell of."""
    with as_owner():
        late = make_batch(month=day(12))
        type(late).objects.filter(pk=late.pk).update(known_on=dt.date(2021, 2, 1))
        late.known_on = dt.date(2021, 2, 1)
        person = make_person(year.places["willow"], batch=late, groups=["poor"], details=POOR)
        add_insurance(person, year.first, day(1), 12, late)


def test_it_tells_the_figures_of_the_area_the_areas_within_and_the_month_before(year: Year) -> None:
    before = take(PACK, on=dt.date(2020, 11, 30), known=KNOWN, by="tests")
    take(PACK, on=dt.date(2020, 12, 15), known=KNOWN, by="tests")  # no month's end: no point of the course
    told = told_of(take(PACK, on=ON, known=KNOWN, by="tests"))
    assert {code: None if one.value is None else float(one.value) for code, one in told.figures.items()} == FIGURES
    assert (told.before, told.before_known) == (before.as_of, before.known_on)
    assert told.figures["I01"].earlier == queries_value(before, "I01")
    assert [one for one, _value in told.trends["I01"]] == [before.as_of, ON]
    assert sum(int(value or 0) for _area, _name, value in told.within["I24"]) == FIGURES["I24"]
    town = told_of(queries_snapshot(), TOWN)
    assert (
        sum(int(value or 0) for _area, _name, value in town.within["I24"]) == FIGURES["I24"]
        and len(town.within["I24"]) > 1
    )


def queries_value(snapshot: Snapshot, code: str) -> object:
    with acting(BATCH):
        return queries.figures_of(snapshot, DISTRICT)[code].value


def queries_snapshot() -> Snapshot:
    found = queries.snapshot()
    assert found is not None
    return found


def test_figures_counted_before_their_day_was_over_are_counted_again(year: Year) -> None:
    """What came in later on that day would not be in them."""
    snapshot = take(PACK, on=ON, known=KNOWN, by="tests")
    assert (
        queries.is_settled(snapshot_now(snapshot))
        and kept(PACK, on=ON, known=KNOWN, by="tests").taken_at == snapshot_now(snapshot).taken_at
    )
    early = timezone.make_aware(dt.datetime.combine(KNOWN, dt.time(9)))
    Snapshot.objects.filter(pk=snapshot.pk).update(taken_at=early)
    assert not queries.is_settled(snapshot_now(snapshot))
    kept(PACK, on=ON, known=KNOWN, by="tests")
    assert queries.is_settled(snapshot_now(snapshot))


def snapshot_now(snapshot: Snapshot) -> Snapshot:
    return Snapshot.objects.get(pk=snapshot.pk)


@pytest.mark.parametrize("kind", ["month", "quarter", "year", "other"])
def test_the_templates_of_the_pack_name_nothing_that_is_not_there(year: Year, kind: str) -> None:
    for on in (dt.date(2020, 11, 30), ON):
        snapshot = take(PACK, on=on, known=KNOWN, by="tests")
    told = told_of(snapshot, kind=kind)
    for lang in LANGUAGES:
        document = compose(template_of("cn_yubei", kind)[lang], told, lang)
        assert not document.faults and document.title and "{{" not in plain_of(document)


def test_last_months_briefing_comes_out_the_same_to_the_character_after_new_registers(year: Year) -> None:
    take(PACK, on=dt.date(2020, 11, 30), known=KNOWN, by="tests")
    snapshot = take(PACK, on=ON, known=KNOWN, by="tests")
    told = told_of(snapshot)
    first = list(texts(told))
    came_late(year)
    with acting(BATCH):
        again = recounted(PACK, told)
    assert again == told and list(texts(again)) == first
    # the same day by what is known now tells another story: it is the day of knowledge that holds it still
    now = told_of(take(PACK, on=ON, known=dt.date(2021, 2, 1), by="tests"))
    assert list(texts(now)) != first


def issued(year: Year) -> BriefingIssue:
    snapshot = take(PACK, on=ON, known=KNOWN, by="tests")
    told = told_of(snapshot)
    with acting(BATCH, actor="tests"):
        briefing = begin_briefing(
            snapshot=snapshot, area_code=DISTRICT, scope_no=year.places["district"].scope_no, kind="month",
            texts=template_of("cn_yubei", "month"), by="tests", at=timezone.now(),
        )  # fmt: skip
        return issue_briefing(
            briefing=briefing, version=1, told=as_json(told), documents={}, note="", by="tests", at=timezone.now()
        )


def test_what_is_not_settled_is_not_issued_by_whatever_way(year: Year) -> None:
    snapshot = take(PACK, on=ON, known=KNOWN, by="tests")
    early = timezone.make_aware(dt.datetime.combine(KNOWN, dt.time(9)))
    Snapshot.objects.filter(pk=snapshot.pk).update(taken_at=early)
    with acting(BATCH, actor="tests"):
        begun = begin_briefing(
            snapshot=snapshot, area_code=DISTRICT, scope_no=year.places["district"].scope_no, kind="month",
            texts={"zh": "# 报"}, by="tests", at=timezone.now(),
        )  # fmt: skip
        with pytest.raises(BriefingRefused) as refused:
            issue_briefing(briefing=begun, version=1, told={}, documents={}, note="", by="tests", at=timezone.now())
    assert refused.value.code == "early"


def recount_of(issue: BriefingIssue) -> BriefingRecount:
    with acting(BATCH, actor="tests"):
        asked = ask_recount(issue=issue, by="tests", at=timezone.now())
        assert asked is not None and ask_recount(issue=issue, by="tests", at=timezone.now()) is None
    jobs.recount_briefing(asked.pk)
    jobs.recount_briefing(asked.pk)  # done already
    with acting(BATCH):
        return BriefingRecount.objects.get(pk=asked.pk)


def test_an_issue_is_counted_again_by_the_worker(year: Year) -> None:
    issue = issued(year)
    came_late(year)
    done = recount_of(issue)
    assert (done.state, done.found) == ("done", [])


def test_a_count_that_differs_says_where(year: Year) -> None:
    """Somebody rewrites history behind the records' back: the recount names the figure and the area."""
    issue = issued(year)
    with as_owner():
        told = from_json(issue.told)
    with as_owner():
        late = make_batch(month=day(12))
        type(late).objects.filter(pk=late.pk).update(known_on=KNOWN)
        late.known_on = KNOWN
        person = make_person(year.places["willow"], batch=late, groups=["poor"], details=POOR)
        add_insurance(person, year.first, day(1), 12, late)
    found = recount_of(issue).found
    assert {"code": "I01", "area": "", "name": "", "was": str(told.figures["I01"].value), "is": "3.00"} in found
    assert any(each["code"] == "I01" and each["area"] not in {"", "before"} for each in found)


def test_it_is_written_in_every_format(year: Year) -> None:
    told = told_of(take(PACK, on=ON, known=KNOWN, by="tests"))
    document = compose(template_of("cn_yubei", "month")["zh"], told, "zh")
    made = {kind: written(document, told, kind, "草稿") for kind in FORMATS}
    assert made["docx"][:2] == b"PK" and made["pdf"][:4] == b"%PDF"
    assert "截至2020年12月31日，按2021年1月10日所知；草稿".encode() in made["html"]
    assert "51.7万元".encode() in made["txt"]


def test_the_figures_that_a_briefing_tells_are_not_cleared_away(year: Year) -> None:
    """Nightly snapshots go after sixty days; those of a draft or an issue stay."""
    kept = take(PACK, on=dt.date(2020, 3, 10), known=dt.date(2020, 12, 29), by="worker")
    gone = take(PACK, on=dt.date(2020, 3, 11), known=dt.date(2020, 12, 29), by="worker")
    with acting(BATCH, actor="tests"):
        begin_briefing(
            snapshot=kept, area_code=DISTRICT, scope_no=year.places["district"].scope_no, kind="other",
            texts={"zh": "# 报"}, by="tests", at=timezone.now(),
        )  # fmt: skip
    take(PACK, on=ON, known=KNOWN, by="worker")
    left = set(Snapshot.objects.values_list("pk", flat=True))
    assert kept.pk in left and gone.pk not in left
    with as_owner():
        assert SnapshotFigure.objects.filter(snapshot=kept).exists()
