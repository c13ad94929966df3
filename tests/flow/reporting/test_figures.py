"""Every figure is what counting by hand gives, and opens to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from anye.flow.reporting.figures import Figures, NotDivided, indicators_of
from anye.flow.reporting.opened import opened
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from tests.conftest import District
from tests.factories import as_owner
from tests.flow.reporting.planted import FIGURES, KNOWN, ON, Year

PACK = read_pack("cn_yubei")


@pytest.fixture
def figures(district: District) -> Iterator[Figures]:
    with as_owner():
        Year(district)
    with acting(BATCH):
        yield Figures(PACK, on=ON, known=KNOWN)


def test_each_figure_is_what_counting_by_hand_gives(figures: Figures) -> None:
    found = {code: figures.figure(code).value for code in figures.indicators}
    assert {code: (found[code], FIGURES[code]) for code in found if found[code] != FIGURES.get(code)} == {}
    assert found.keys() == FIGURES.keys()


def test_the_rows_behind_a_figure_come_to_it(figures: Figures) -> None:
    for code, indicator in figures.indicators.items():
        figure = figures.figure(code)
        rows = opened(figure)
        assert rows.height == figure.rows.height > 0, code
        told = rows.get_column("value").sum()
        if indicator.take == "sum":
            assert round(told, 2) == figure.value, code
        if indicator.take in {"count", "part"}:
            assert rows.height == figure.value, code
        if indicator.take == "share":
            assert round(100 * rows.get_column("is_in").sum() / rows.height, 2) == figure.value, code
        assert rows.select(pl.any_horizontal(pl.col("name", "firm", "what", "value").is_not_null()).all()).item(), code


def test_a_town_and_a_village_have_the_figure_of_who_lives_there(figures: Figures, district: District) -> None:
    areas = [district[name].area_code for name in ("district", "east", "west", "willow", "bridge", "cloud", "flat")]
    found = figures.by_area("I01", areas)
    assert (found["990100000000"], found["990100101000"], found["990100101201"], found["990100101202"]) == (2, 1, 1, 0)
    assert figures.by_area("I06", areas) == {**dict.fromkeys(areas), "990100000000": FIGURES["I06"]}
    for code in figures.indicators:
        assert figures.by_area(code, areas) == {area: figures.figure(code, area).value for area in areas}, code


def test_before_its_file_came_nothing_was_known(figures: Figures) -> None:
    early = Figures(PACK, on=ON, known=KNOWN.replace(year=2020, month=12, day=1))
    assert {early.figure(code).value for code in early.indicators} == {None}
    areas = ["990100000000", "990100101000", "990100101201"]
    assert all(early.by_area(code, areas) == dict.fromkeys(areas) for code in early.indicators)


def test_zero_is_said_where_something_is_known_and_a_village_has_no_firms_money(
    figures: Figures, district: District
) -> None:
    """As of a day before the year's rows nothing is known; as of one after them they are known to be over."""
    before = Figures(PACK, on=dt.date(2010, 12, 31), known=KNOWN)
    after = Figures(PACK, on=dt.date(2023, 12, 31), known=KNOWN)
    for code in ("I02", "I05", "I06", "I08", "I15", "I30", "I31"):
        assert before.figure(code).value is None, code
    for code in ("I02", "I05", "I06", "I08", "I30", "I31"):
        assert after.figure(code).value == 0, code
    village = district["willow"].area_code
    assert [after.figure(code, village).value for code in ("I02", "I05", "I06", "I31")] == [0, None, None, 0]
    assert after.by_area("I05", [village]) == {village: None}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [("I02", "I15", "period"), ("I10", "I02", "period"), ("I06", "I01", "population"), ("I29", "I28", "take")],
)
def test_what_is_unlike_is_not_divided(one: str, other: str, why: str, figures: Figures) -> None:
    with pytest.raises(NotDivided) as refused:
        figures.divided(one, other)
    assert refused.value.code == why
    assert figures.divided("I11", "I10") == 1
    assert figures.divided("I13", "I12") == 0.5  # the poor workers of the firm that the other counts (K04)
    with pytest.raises(NotDivided):
        figures.divided("I12", "I13")


def test_every_indicator_of_the_pack_is_read() -> None:
    codes = (
        {f"I{at:02d}" for at in range(1, 33)}
        | {f"C{at:02d}" for at in range(1, 7)}
        | {f"R{at:02d}" for at in range(1, 9)}
    )
    codes |= {"I01B", "I04B", "I07B"}
    assert indicators_of("cn_yubei").keys() == codes
