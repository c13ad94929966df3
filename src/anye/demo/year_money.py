"""What was paid in the demo's year, to whom, on which day and for whom; and what is owed and nobody asked for.

Sums follow from what the registers say: a premium that a firm gets back is the one in the insurance register, to the fen.
"""

from __future__ import annotations

from datetime import date, timedelta

from anye.demo.owed_world import first_day, month, month_of
from anye.demo.year_names import Names
from anye.demo.year_targets import Targets
from anye.demo.year_training import premiums_at_units
from anye.demo.year_world import (
    DECEMBER,
    EMPLOYMENT_FUND,
    FULL_TIME,
    GRADUATE,
    HIRING,
    JANUARY,
    LIVING,
    PART_TIME,
    POVERTY_FUND,
    PREMIUMS,
    REFUND,
    SKILLS_FUND,
    TRAINING,
    TRAVEL,
    Behind,
    Cover,
    Filing,
    Firm,
    Job,
    Paid,
    Someone,
    Year,
)

HIRED_FEN, TRAINED_FEN, FLAT_FAR, FLAT_NEAR, DAY_FEN, GRADUATE_FEN, WAGE_FLOOR, PART_FEN, POST_PREMIUM = (
    600_000, 50_000, 20_000, 5_000, 10_000, 80_000, 180_000, 50_000, 45_000,
)  # fmt: skip
YEAR_ENDS = date(2020, 12, 29)
ROUNDS = ((JANUARY, month(2020, 6)), (month(2020, 7), DECEMBER))


class Money:
    def __init__(self, names: Names, targets: Targets, year: Year) -> None:
        self.names, self.targets, self.year = names, targets, year
        self.firm = {firm.code: firm for firm in year.firms}

    def whole(self) -> None:
        self._covers_of_posts()
        self._covers_of_supported()
        self._hiring()
        self._premiums()
        self._refund()
        self._training()
        self._posts()
        self._to_persons()
        self._unclaimed()

    def _pay(self, item: str, to: Firm | Someone, months: tuple[int, int], days: tuple[date, date], fen: int, fund: str,
             behind: list[Behind] | None = None) -> None:  # fmt: skip
        batch = f"{days[1]:%Y%m%d}-{item[:4]}"
        self.year.payments.append(Paid(item, to, *months, *days, batch, fen, fund, behind or []))

    # ── premiums ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _covers_of_posts(self) -> None:
        """A unit insures who holds its full-time posts, and pays one sum for each."""
        for post, since, until, base in premiums_at_units(self.names, self.year):
            unit = next(firm for firm in self.year.firms if firm.name == post.unit)
            cover = Cover(post.person, unit, since, until, base)
            for at in cover.months:
                cover.more[at] = POST_PREMIUM - cover.paid(at)
            self.year.covers.append(cover)
            post.person.jobs.append(
                Job(unit.name, unit.code, post.since, None, "否", "公益性岗位", post.name, post.pay // 100)
            )
        for post in self.year.posts:
            if post.weekly <= 24:
                town = post.person.town.name if post.person.town else ""
                job = Job(
                    post.unit,
                    None,
                    post.since,
                    None,
                    "否",
                    "公益性岗位",
                    post.name,
                    post.pay // 100,
                    place=f"渝北区{town}",
                )
                post.person.jobs.append(job)

    def _covers_of_supported(self) -> None:
        """The sum of what the supported firms paid since January is what they get: large-sum medical insurance makes it even."""
        covers = self._supported()
        months = [(cover, at) for cover in covers for at in cover.months if at >= JANUARY]
        rest = self.targets.premiums - sum(cover.paid(at) for cover, at in months)
        # by bases first, in whole steps; what is left is a few yuan a month
        each, over = divmod(rest, len(months))
        for place, (cover, at) in enumerate(months):
            cover.more[at] = each + (place < over)

    def _supported(self) -> list[Cover]:
        return [cover for cover in self.year.covers if cover.person.part in {"hired", "started"}]

    def _at_firms(self) -> dict[str, list[Cover]]:
        found: dict[str, list[Cover]] = {}
        for cover in self._supported():
            found.setdefault(cover.firm.code, []).append(cover)
        return found

    # ── firms ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _hiring(self) -> None:
        """Once the twelfth month is insured, filed in the month after it and paid within the month."""
        due: dict[tuple[str, int], list[Cover]] = {}
        for cover in (each for each in self._supported() if each.person.part == "hired"):
            due.setdefault((cover.firm.code, cover.since + 11), []).append(cover)
        for (code, at), covers in sorted(due.items(), key=lambda each: (each[0][1], each[0][0])):
            filed = first_day(at + 1) + timedelta(days=4 + len(covers) % 5)
            days = (filed, filed + timedelta(days=16)) if at < DECEMBER else (date(2020, 12, 22), YEAR_ENDS)
            behind = [Behind(cover.person, at, at, HIRED_FEN) for cover in covers]
            self._pay(HIRING, self.firm[code], (at, at), days, HIRED_FEN * len(covers), EMPLOYMENT_FUND, behind)

    def _premiums(self) -> None:
        """In two rounds, in July and August for the first half of the year and at its end for the second."""
        at_firms = sorted(self._at_firms().items())
        # one that hired nobody a year ago asks for all of its months at the end
        late = next(code for code, covers in at_firms if all(cover.since >= JANUARY + 1 for cover in covers))
        for place, (code, covers) in enumerate(at_firms):
            for half, (since, until) in ((1, (JANUARY, DECEMBER)),) if code == late else enumerate(ROUNDS):
                behind = []
                for cover in covers:
                    months = [at for at in cover.months if since <= at <= until]
                    if months:
                        behind.append(Behind(cover.person, months[0], months[-1], sum(map(cover.paid, months))))
                filed = date(2020, 12, 21) if half else date(2020, 7, 6 if place % 2 else 20)
                paid = YEAR_ENDS if half else filed + timedelta(days=21)
                months = (min(each.since for each in behind), max(each.until for each in behind))
                self._pay(
                    PREMIUMS,
                    self.firm[code],
                    months,
                    (filed, paid),
                    sum(each.fen for each in behind),
                    EMPLOYMENT_FUND,
                    behind,
                )

    def _refund(self) -> None:
        assert self.year.garment
        days = date(2020, 2, 25), date(2020, 3, 12)
        self._pay(REFUND, self.year.garment, (JANUARY, JANUARY), days, self.targets.refund, "失业保险基金")

    def _training(self) -> None:
        """Of each filing what its people earned month by month; the firm is paid once for its months."""
        by_firm: dict[tuple[str, int, int], list[Filing]] = {}
        for filing in self.year.filings:
            by_firm.setdefault((filing.firm.code, filing.since, filing.until), []).append(filing)
        for (code, since, until), filings in sorted(by_firm.items()):
            behind = []
            for person in (person for filing in filings for person in filing.people):
                months = [at for at in range(since, until + 1) if not refused_for(self.year, filings[0], person, at)]
                if months:
                    behind.append(Behind(person, months[0], months[-1], len(months) * TRAINED_FEN))
            days = (date(2020, 12, 22), YEAR_ENDS) if until == DECEMBER else (date(2020, 10, 12), date(2020, 11, 5))
            self._pay(
                TRAINING, self.firm[code], (since, until), days, sum(each.fen for each in behind), SKILLS_FUND, behind
            )

    def _posts(self) -> None:
        """Full-time: to the unit, premiums and all; part-time: to who holds it. Each in two payments."""
        units: dict[str, list[Behind]] = {}
        for post in self.year.posts:
            since, until = post.months[0], post.months[-1]
            if post.weekly > 24:
                fen = (WAGE_FLOOR + POST_PREMIUM) * len(post.months)
                units.setdefault(post.unit, []).append(Behind(post.person, since, until, fen))
                continue
            for first, last, day in ((since, month(2020, 10), date(2020, 11, 9)), (month(2020, 11), until, YEAR_ENDS)):
                fen = PART_FEN * (last - first + 1)
                self._pay(PART_TIME, post.person, (first, last), (day - timedelta(days=7), day), fen, POVERTY_FUND)
        for unit, behind in sorted(units.items()):
            firm = next(each for each in self.year.firms if each.name == unit)
            months = (behind[0].since, behind[0].until)
            days = (date(2020, 12, 21), YEAR_ENDS)
            self._pay(FULL_TIME, firm, months, days, sum(each.fen for each in behind), EMPLOYMENT_FUND, behind)

    # ── persons ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _to_persons(self) -> None:
        for at, person in enumerate(self.year.of("far", "near")):
            paid = date(2020, 10 + at % 3, 16)
            fen = FLAT_FAR if person.part == "far" else FLAT_NEAR
            self._pay(TRAVEL, person, (JANUARY, DECEMBER), (paid - timedelta(days=10), paid), fen, POVERTY_FUND)
        for person in self.year.of("graduate"):
            self._pay(
                GRADUATE,
                person,
                (month(2020, 6),) * 2,
                (date(2020, 7, 2), date(2020, 7, 24)),
                GRADUATE_FEN,
                EMPLOYMENT_FUND,
            )
        for person in self.year.people:
            if person.trained:
                at = month_of(person.trained.certified_on)
                paid = min(first_day(at + 1) + timedelta(days=14), YEAR_ENDS)
                fen = DAY_FEN * person.trained.of.trade.days
                self._pay(LIVING, person, (at, at), (person.trained.certified_on, paid), fen, EMPLOYMENT_FUND)

    def _unclaimed(self) -> None:
        """What firms that never asked are owed: the premiums of 2020, and once for whom they hired a year ago."""
        owed = self.year.unclaimed
        for cover in (each for each in self.year.covers if each.person.part == "unclaimed"):
            for at in (at for at in cover.months if at >= JANUARY):
                key = ("insurance_subsidy", cover.firm.code, at)
                owed[key] = owed.get(key, 0) + cover.paid(at)
            if cover.since < JANUARY:
                key = ("hiring_subsidy", cover.firm.code, cover.since + 11)
                owed[key] = owed.get(key, 0) + HIRED_FEN


def refused_for(year: Year, filing: Filing, person: Someone, at: int) -> frozenset[str]:
    """Why a trainee's month is not paid: not insured there (`working`), no wage (`wage`)."""
    cover = year.cover_of(person)
    is_gone = person.number in year.left and at > cover.until
    found = {"working"} if at not in cover.months else set()
    if is_gone or (person.number, at) in year.unpaid_wages:
        found.add("wage")
    return frozenset(found) if filing.since <= at <= filing.until else frozenset({"roster"})
