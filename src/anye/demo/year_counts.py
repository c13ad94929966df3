"""What is true of the demo's year: every figure counted from who people were made to be, in plain arithmetic.

It shares nothing with indicators or policies: where the two agree, both were right. Sums are fen. Figures of persons are told by
town and village too, where the persons live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from anye.demo.owed_world import month, month_of
from anye.demo.year_money import refused_for
from anye.demo.year_outreach import Told
from anye.demo.year_world import (
    DECEMBER,
    FULL_TIME,
    GRADUATE,
    HIRING,
    JANUARY,
    LIVING,
    PART_TIME,
    PREMIUMS,
    REFUND,
    TRAINING,
    TRAVEL,
    Firm,
    Paid,
    Someone,
    Year,
)

ABSORBED = frozenset({HIRING, PREMIUMS})
OF_THE_YEAR = frozenset({HIRING, PREMIUMS, FULL_TIME, PART_TIME, TRAVEL, GRADUATE, LIVING})
"""What I30 adds up and of which I31 counts people: neither the refund nor training through work."""
ENOUGH, OR_ENOUGH = 6, 3
"""Insured months that make stable work, by the one reading and by the other."""


class Share(NamedTuple):
    part: int
    whole: int


Figure = int | Share


@dataclass(frozen=True)
class Counts:
    """`figures`: I01 … C06. `by_area`: figure → 12-digit code of a town or village → the same of who lives there."""

    figures: dict[str, Figure]
    by_area: dict[str, dict[str, Figure]]
    refused: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    """Of the electronics firm's roster: (ID number, month) → why nothing is paid."""


class Counting:
    def __init__(self, year: Year, told: Iterable[Told]) -> None:
        self.year, self.told = year, list(told)
        self.insured = Counter(
            cover.person.number for cover in year.covers for at in cover.months if JANUARY <= at <= DECEMBER
        )

    def whole(self) -> Counts:
        people = self._people()
        figures: dict[str, Figure] = {name: len(found) for name, found in people.items()}
        shares = self._shares()
        figures |= {name: Share(len(part), len(whole)) for name, (part, whole) in shares.items()}
        figures |= {**self._money(), **self._training(), **self._other()}
        taken = [share for name, share in figures.items() if name.startswith("C04 ") and isinstance(share, Share)]
        full = sum(post.weekly > 24 for post in self.year.posts)  # of which no list says that it is this policy's
        figures["C04"] = Share(sum(each.part for each in taken), sum(each.whole for each in taken) + full)
        by_area: dict[str, dict[str, Figure]] = {name: dict(lived(found)) for name, found in people.items()}
        for name, (part, whole) in shares.items():
            parts = lived(part)
            by_area[name] = {code: Share(parts.get(code, 0), count) for code, count in lived(whole).items()}
        return Counts(dict(sorted(figures.items())), by_area, self._refused())

    # ── persons ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _people(self) -> dict[str, list[Someone]]:
        year = self.year
        poor = [person for person in year.people if person.is_poor]
        full = [post.person for post in year.posts if post.weekly > 24]
        part = [post.person for post in year.posts if post.weekly <= 24]
        return {
            "I01": [person for person in poor if self.insured[person.number] >= ENOUGH],
            "I01B": [person for person in poor if self.insured[person.number] >= OR_ENOUGH],
            "I02": [person for person in poor if person.trained and person.trained.certified_on.year == 2020],
            "I20": full, "I21": part, "I24": [person for person in poor if works_and_is_ours(person)],
            "I26": year.of("workshop"), "I27": [person for person in (*full, *part) if person.is_poor],
            "I28": [person for person in year.of("graduate") if person.wants_work == "是"],
        }  # fmt: skip

    def _shares(self) -> dict[str, tuple[list[Someone], list[Someone]]]:
        """Figure → who is served, of whom."""
        year = self.year
        got = {item: self._got(item) for item in OF_THE_YEAR}
        away = [
            person
            for person in year.people
            if person.is_poor and person.region in {"市外", "市内区外"} and person.job_in(DECEMBER)
        ]
        trained = [person for person in year.people if person.is_poor and person.trained]
        asked = [person for person in year.people if person.wants_training == "是"]
        graduates = [person for person in year.of("graduate") if person.wants_work == "是"]
        at_training = [*year.of("electronics", "training"), *year.of("beside")]
        silent = year.of("unclaimed")
        ours = [person for person in year.people if person.is_own and person.is_poor]
        posts = [post.person for post in year.posts]
        needing = [person for person in year.people if person.is_poor and person.wants_post == "是"]
        trained_at_work = self._got(TRAINING)
        return {
            "I29": ([person for person in graduates if person.job_in(DECEMBER)], graduates),
            "I32": (got[TRAVEL], away), "C01": (year.of("electronics", "training"), at_training),
            "C02": ([person for person in asked if person.trained], asked), "C03": (posts, needing), "C06": (got[TRAVEL], away),
            "C04 hiring_subsidy": (got[HIRING], [*got[HIRING], *(each for each in silent if self._began_before(each))]),
            "C04 insurance_subsidy": (got[PREMIUMS], [*got[PREMIUMS], *silent]),
            "C04 part_time_post": (got[PART_TIME], [post.person for post in year.posts if post.weekly <= 24]),
            "C04 work_travel_subsidy": (got[TRAVEL], away), "C04 trainee_living_allowance": (got[LIVING], trained),
            "C04 training_through_work": (trained_at_work, trained_at_work),
            "C05": (distinct(each.person for each in self.told), ours),
            **{f"C05 {code}": (distinct(each.person for each in self.told if each.item == item), ours) for code, item in (
                ("work_travel_subsidy", TRAVEL), ("part_time_post", PART_TIME), ("trainee_living_allowance", LIVING),
                ("graduate_jobseeking_grant", GRADUATE))},
        }  # fmt: skip

    def _began_before(self, person: Someone) -> bool:
        return self.year.cover_of(person).since < JANUARY

    def _got(self, item: str) -> list[Someone]:
        """To whom, or for whom, an item was paid."""
        payments = [paid for paid in self.year.payments if paid.item == item]
        to = [paid.to for paid in payments if isinstance(paid.to, Someone)]
        return distinct([*to, *(each.person for paid in payments for each in paid.behind)])

    # ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _money(self) -> dict[str, Figure]:
        payments = self.year.payments
        absorbed = [paid for paid in payments if paid.item in ABSORBED]
        refund = next(paid for paid in payments if paid.item == REFUND)
        counted = [paid for paid in payments if paid.item in OF_THE_YEAR]
        post_fund = sum(paid.fen for paid in payments if paid.item == PART_TIME)
        return {
            "I03": refund.fen, "I04": Share((refund.paid_on - refund.filed_on).days, workdays(refund.filed_on, refund.paid_on)),
            "I04B": Share(workdays(refund.filed_on, refund.paid_on), (refund.paid_on - refund.filed_on).days),
            "I05": len({paid.to.code for paid in absorbed if isinstance(paid.to, Firm)}), "I06": sum(paid.fen for paid in absorbed),
            "I07": Share(sum(within_a_month(paid) for paid in absorbed), len(absorbed)),
            "I07B": Share(sum(paid.fen for paid in of_the_busiest_month(absorbed)), sum(paid.fen for paid in absorbed)),
            "I14": sum(paid.fen for paid in payments if paid.item == TRAINING and paid.to is self.year.electronics),
            "I19": post_fund // 100 * 100, "I30": sum(paid.fen for paid in counted),
            "I31": len({(item, person.number) for item in OF_THE_YEAR for person in self._got(item) if person.is_poor}),
        }  # fmt: skip

    # ── classes, training through work ───────────────────────────────────────────────────────────────────────────────
    def _training(self) -> dict[str, Figure]:
        year = self.year
        filings = [filing for filing in year.filings if filing.since >= month(2020, 7)]
        all_in = distinct(person for filing in filings for person in filing.people)
        at_one = distinct(person for filing in filings if filing.firm is year.electronics for person in filing.people)
        return {
            "I08": len({filing.firm.code for filing in filings}), "I09": len({filing.number for filing in filings}),
            "I10": len([person for person in all_in if person.is_poor or person.difficult]),
            "I11": len([person for person in all_in if person.is_poor]),
            "I12": len(at_one), "I13": len([person for person in at_one if person.is_poor]),
            "I15": len({each.code for each in year.classes}), "I16": sum(trade.is_special for trade in year.trades),
        }  # fmt: skip

    def _refused(self) -> dict[tuple[str, int], frozenset[str]]:
        found = {}
        for filing in (each for each in self.year.filings if each.firm is self.year.electronics):
            for person in filing.people:
                for at in range(filing.since, filing.until + 1):
                    if why := refused_for(self.year, filing, person, at):
                        found[(person.number, at)] = why
        return found

    def _other(self) -> dict[str, Figure]:
        year = self.year
        (fruit,) = year.of("fruit")
        full = [post for post in year.posts if post.weekly > 24]
        carer = next(post for post in full if post.person.part == "carer")
        return {
            "I17": fruit.jobs[0].wage * 100, "I18": fruit.jobs[1].wage * 100, "I23": carer.pay,
            "I22": Share(sum(post.pay * len(post.months) for post in full), sum(len(post.months) for post in full)),
            "I25": len(year.workshops),
        }  # fmt: skip


def works_and_is_ours(person: Someone) -> bool:
    return (
        person.is_own
        and person.wants_work == "是"
        and not person.capacity.startswith("丧失")
        and person.job_in(DECEMBER) is not None
    )


def within_a_month(paid: Paid) -> bool:
    return paid.paid_on <= a_month_later(paid.filed_on)


def a_month_later(day: date) -> date:
    at = month_of(day) + 1
    last = min(day.day, (date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1)).day)
    return date(at // 12, at % 12 + 1, last)


def of_the_busiest_month(payments: list[Paid]) -> list[Paid]:
    """Those of the month, from some day on, in which most was paid; of equals the first."""
    months = [
        [paid for paid in payments if first <= paid.paid_on <= a_month_later(first)]
        for first in sorted({paid.paid_on for paid in payments})
    ]
    return max(months, key=lambda within: sum(paid.fen for paid in within))


def workdays(filed: date, paid: date) -> int:
    """Mondays to Fridays after the day of filing; no holiday of 2020 lies between the two days that are asked about."""
    return sum((filed + timedelta(days=at)).weekday() < 5 for at in range(1, (paid - filed).days + 1))


def distinct(people: Iterable[Someone]) -> list[Someone]:
    return list({person.number: person for person in people}.values())


def lived(people: Iterable[Someone]) -> Mapping[str, int]:
    """Town and village → how many of them live there, of those who live in the district."""
    found: Counter[str] = Counter()
    for person in people:
        if person.town and person.village:
            found.update((person.town.code, person.village.code))
    return found
