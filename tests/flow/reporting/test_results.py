"""Incomes before and after, households with nobody in work, who stayed: as a slow count over plain dictionaries says, person by person;
and what a register does not tell is not known, which a count that takes silence for no would get wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from anye.flow.reporting.figures import Figures
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.people.models import Household, HouseholdMember
from tests.conftest import District
from tests.factories import (
    add_income,
    add_insurance,
    add_need,
    as_owner,
    make_batch,
    make_firm,
    make_household,
    make_person,
    source,
)
from tests.flow.reporting.planted import KNOWN, ON, day

PACK = read_pack("cn_yubei")
CODES = [f"R{at:02d}" for at in range(1, 9)]
Value = float | None


@dataclass
class One:
    """`works`: as the ledger says, None where it says nothing; `incomes`: (year, month) → fen; `insured`: (firm, month of 2020)."""

    place: str
    home: int | None
    is_poor: bool
    is_adult: bool
    is_able: bool | None
    wants: bool
    works: bool | None
    incomes: dict[tuple[int, int], int] = field(default_factory=dict)
    insured: set[tuple[int, int]] = field(default_factory=set)


def some(random: Random) -> list[One]:
    people = []
    for _ in range(24):
        home = random.choice([*range(8), None])
        one = One(
            ("willow", "bridge")[(home or 0) % 2], home, random.random() < 0.7, random.random() < 0.85,
            random.choice((True, True, False, None)), random.random() < 0.6, random.choice((True, False, False, None)),
        )  # fmt: skip
        for year in (2019, 2020):
            for month in random.sample((10, 11), random.randrange(3)):
                one.incomes[year, month] = random.randrange(0, 5_000) * 100
        one.insured = {(random.randrange(2), month) for month in (6, 11) if random.random() < 0.6}
        people.append(one)
    return people


def planted(people: list[One], district: District) -> None:
    batch = make_batch(month=day(12))
    type(batch).objects.filter(pk=batch.pk).update(known_on=day(12, 28))
    batch.known_on = day(12, 28)
    firms = [make_firm(f"第{at}厂") for at in range(2)]
    homes: dict[int, Household] = {}
    for one in people:
        told = {"birth": "1980-05-06" if one.is_adult else "2010-05-06"}
        if one.is_able is not None:
            told["work_capacity"] = "ordinary" if one.is_able else "lost"
        if one.works is not None:
            told["employment_state"] = "employed" if one.works else "not_employed"
        person = make_person(district[one.place], batch=batch, groups=["poor" if one.is_poor else "none"], details=told)
        add_need(person, "wants_work", "yes" if one.wants else "no", batch)
        if one.home is not None:
            if one.home not in homes:
                homes[one.home] = make_household(district[one.place], f"户{one.home}")
            HouseholdMember.objects.create(person=person, household=homes[one.home], **source(person, batch))
        for (year, month), fen in one.incomes.items():
            add_income(person, day(month, year=year), fen - 100, batch, "business")
            add_income(person, day(month, year=year), 100, batch)
        for year in {year for year, _ in one.incomes}:
            add_income(person, day(9, year=year), 666_600, batch)  # of September a ledger tells the wage alone
        for firm, month in one.insured:
            add_insurance(person, firms[firm], day(month), 1, batch)


Homes = list[list[One]]


def by_hand(people: list[One], *, is_silence_no: bool = False) -> dict[str, Value]:
    """The figures, one person after the other. `is_silence_no`: as somebody would count who takes what is not told for no, or zero."""
    homes = [
        [one for one in people if one.home == home]
        for home in sorted({one.home for one in people if one.home is not None})
    ]
    poor = [one for one in people if one.is_poor and one.is_adult]
    found = {code: mean(of_persons(poor, year, is_silence_no)) for code, year in (("R01", 2019), ("R02", 2020))}
    found |= {code: mean(of_homes(homes, poor, year)) for code, year in (("R03", 2019), ("R04", 2020))}
    found |= {
        code: jobless(homes, poor, must_want, is_silence_no) for code, must_want in (("R05", True), ("R06", False))
    }
    return {**found, "R07": None, "R08": None}  # May is told of nobody, six months before November


def mean(told: list[int]) -> Value:
    return round(round(sum(told) / len(told), 2) / 100, 2) if told else None


def in_year(one: One, year: int) -> list[int]:
    return [fen for (at, _), fen in one.incomes.items() if at == year]


def of_persons(poor: list[One], year: int, is_silence_no: bool) -> list[int]:
    if is_silence_no:
        return [fen for one in poor for fen in in_year(one, year) or [0]]
    return [fen for one in poor if in_year(one, 2019) and in_year(one, 2020) for fen in in_year(one, year)]


def of_homes(homes: Homes, poor: list[One], year: int) -> list[int]:
    found = []
    for members in homes:
        is_told = all(any(in_year(one, each) for one in members) for each in (2019, 2020))
        if is_told and any(one in poor for one in members):
            by_month = [[one.incomes[year, at] for one in members if (year, at) in one.incomes] for at in (10, 11)]
            found += [sum(told) for told in by_month if told]
    return found


def jobless(homes: Homes, poor: list[One], must_want: bool, is_silence_no: bool) -> Value:
    whole, nobody = 0, 0
    for members in homes:
        if any(one in poor and one.is_able and (one.wants or not must_want) for one in members):
            states = [bool(one.works) if is_silence_no else one.works for one in members if one.is_adult]
            is_known = any(states) or None not in states
            whole += is_known
            nobody += is_known and not any(states)
    return nobody if whole else None


@pytest.mark.parametrize("seed", range(4))
def test_incomes_and_households_are_those_of_a_slow_count(seed: int, district: District) -> None:
    people = some(Random(seed))
    with as_owner():
        planted(people, district)
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        said = {code: figures.figure(code).value for code in CODES}
        areas = [district[name].area_code for name in ("willow", "bridge")]
        by_area = {code: figures.by_area(code, areas) for code in CODES}
    assert said == by_hand(people)
    assert said != by_hand(people, is_silence_no=True), "nothing hung on what is not told: the test would pass anyway"
    for place, area in zip(("willow", "bridge"), areas, strict=True):
        mine = by_hand([one for one in people if one.place == place])
        assert {code: by_area[code][area] for code in CODES} == mine


def stayed(people: list[One], newest: int) -> tuple[Value, Value]:
    """With anybody and with the same firm: of the pairs of poor worker and firm six months before."""
    poor = [one for one in people if one.is_poor and one.is_adult]
    first = [(one, firm) for one in poor for firm, month in one.insured if month == newest - 6]
    persons = list({id(one): one for one, _ in first}.values())
    anywhere = [one for one in persons if any(month == newest for _, month in one.insured)]
    same = [one for one, firm in first if (firm, newest) in one.insured]
    return per_cent(anywhere, persons), per_cent(same, first)


def per_cent(part: Sequence[object], of: Sequence[object]) -> Value:
    return round(100 * len(part) / len(of), 2) if of else None


@pytest.mark.parametrize("seed", range(4))
def test_who_stayed_is_told_of_the_newest_month_that_the_register_has(seed: int, district: District) -> None:
    random = Random(seed)
    people = some(random)
    for one in people:
        one.insured = {(firm, month) for firm in range(2) for month in (5, 11) if random.random() < 0.5}
    with as_owner():
        planted(people, district)
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        said = tuple(figures.figure(code).value for code in ("R07", "R08"))
        before = Figures(PACK, on=dt.date(2020, 10, 31), known=KNOWN)
        in_october = [before.figure(code).value for code in ("R07", "R08")]
    assert said == stayed(people, 11)
    assert said != stayed(people, 12), "December is not told of: its silence is no leaving"
    assert in_october == [None, None]  # May is the newest then, and of November before nothing is told


def test_a_household_of_which_somebodys_work_is_not_known_is_neither(district: District) -> None:
    told = One("willow", 1, is_poor=True, is_adult=True, is_able=True, wants=True, works=False)
    silent = One("willow", 1, is_poor=False, is_adult=True, is_able=None, wants=False, works=None)
    with as_owner():
        planted([told, silent], district)
    with acting(BATCH):
        figures = Figures(PACK, on=ON, known=KNOWN)
        assert [figures.figure(code).value for code in ("R05", "R06")] == [None, None]
        assert figures.behind("R05").is_empty()
