"""What help brought in the demo's year: incomes before and after, households in which nobody works, who stayed in work. Counted from
who people were made to be, as everything in `year_counts`. Sums are fen, and means a sum and a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from anye.demo.owed_world import month
from anye.demo.year_counts import Counts, Figure, Share, lived
from anye.demo.year_ledgers import INCOME_MONTHS, income_of, of_the_income_register
from anye.demo.year_world import DECEMBER, Someone, Year

HALF_A_YEAR_BEFORE = month(2020, 6)


def with_results(counts: Counts, year: Year) -> Counts:
    """The counts with those of what help brought."""
    figures, by_area = dict(counts.figures), dict(counts.by_area)
    for code, found in _incomes(year).items():
        figures[code] = _mean(fen for _, fen in found)
        by_area[code] = _means(found)
    for code, homes in _without_work(year).items():
        figures[code] = Share(sum(nobody for _, nobody in homes), len(homes))
        by_area[code] = _shares(homes)
    for code, staff in _stayed(year).items():
        figures[code] = Share(sum(stayed for _, stayed in staff), len(staff))
        by_area[code] = _shares(staff)
    return Counts(dict(sorted(figures.items())), by_area, counts.refused)


def _incomes(year: Year) -> dict[str, list[tuple[Someone, int]]]:
    """Figure → whose, by who stands for them, and how much in the month that the register tells of."""
    told = of_the_income_register(year)
    found: dict[str, list[tuple[Someone, int]]] = {}
    for person_code, household_code, at in zip(("R01", "R02"), ("R03", "R04"), INCOME_MONTHS, strict=True):
        found[person_code] = [(person, income_of(person, at)) for person in told if person.is_poor]
        households: dict[str, int] = {}
        for person in told:
            households[person.household] = households.get(person.household, 0) + income_of(person, at)
        heads = {person.household: person.head or person for person in told}
        found[household_code] = [(heads[code], fen) for code, fen in households.items()]
    return found


def _without_work(year: Year) -> dict[str, list[tuple[Someone, int]]]:
    """Figure → the head of each household with somebody who could work, and whether nobody does."""
    households: dict[str, list[Someone]] = {}
    for person in (each for each in year.people if each.is_own):
        households.setdefault(person.household, []).append(person)

    def homes(could: Callable[[Someone], bool]) -> list[tuple[Someone, int]]:
        return [
            (members[0].head or members[0], int(not any(each.job_in(DECEMBER) for each in members)))
            for members in households.values() if any(map(could, members))
        ]  # fmt: skip

    def is_able(person: Someone) -> bool:
        return person.is_poor and not person.capacity.startswith("丧失")

    return {"R05": homes(lambda each: is_able(each) and each.wants_work == "是"), "R06": homes(is_able)}


def _stayed(year: Year) -> dict[str, list[tuple[Someone, int]]]:
    """Figure → who was insured in June, and whether in December: anywhere, or by the same firm."""
    last = {(cover.person.number, cover.firm.code) for cover in year.covers if DECEMBER in cover.months}
    anywhere = {number for number, _ in last}
    first = [cover for cover in year.covers if cover.person.is_poor and HALF_A_YEAR_BEFORE in cover.months]
    return {
        "R07": [(cover.person, int(cover.person.number in anywhere)) for cover in first],
        "R08": [(cover.person, int((cover.person.number, cover.firm.code) in last)) for cover in first],
    }


def _mean(told: Iterable[int]) -> Share:
    listed = list(told)
    return Share(sum(listed), len(listed))


def _means(told: list[tuple[Someone, int]]) -> Mapping[str, Figure]:
    """Town and village → the same of who lives there."""
    found: dict[str, list[int]] = {}
    for person, fen in told:
        if person.town and person.village:
            for code in (person.town.code, person.village.code):
                found.setdefault(code, []).append(fen)
    return {code: _mean(each) for code, each in found.items()}


def _shares(told: list[tuple[Someone, int]]) -> Mapping[str, Figure]:
    parts = lived(person for person, is_in in told if is_in)
    return {code: Share(parts.get(code, 0), count) for code, count in lived(person for person, _ in told).items()}
