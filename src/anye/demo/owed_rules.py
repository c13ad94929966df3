"""Who of a `World` is owed what, by plain arithmetic from the documents (domain.md 3.1–3.8), for each person, firm, post, month.

A condition is True, False or None: no register tells. What is unmet makes *no*, whatever else is not known; what is not known
makes *unknown*. A limit counts the months that are paid; a month that may be paid leaves those near the limit unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from anye.demo.owed_facts import Facts
from anye.demo.owed_world import FIRST, LAST, MONTHS, Firm, Person, Post, World, month

Truth = bool | None
Key = tuple[str, str]
"""The person's ID number and the firm's credit code or the post; either may be empty."""
NEVER = 10**9


@dataclass(frozen=True)
class Verdict:
    """pay, no or unknown; `reasons`: what truly stands in the way, or what is not known."""

    outcome: str
    fen: int = 0
    reasons: frozenset[str] = frozenset()


def weighed(conditions: Mapping[str, Truth], fen: int | None) -> Verdict:
    unmet = {name for name, holds in conditions.items() if holds is False} | ({"amount"} if fen == 0 else set())
    if unmet:
        return Verdict("no", 0, frozenset(unmet))
    missing = {name for name, holds in conditions.items() if holds is None} | ({"amount"} if fen is None else set())
    if missing:
        return Verdict("unknown", 0, frozenset(missing))
    return Verdict("pay", fen or 0)


def both(*parts: Truth) -> Truth:
    return False if False in parts else None if None in parts else True


def either(*parts: Truth) -> Truth:
    return True if True in parts else None if None in parts else False


def opposite(part: Truth) -> Truth:
    return None if part is None else not part


def known(part: object, holds: Callable[[], bool]) -> Truth:
    return None if part is None else holds()


Lines = dict[tuple[str, str, int], Verdict]
"""Person, firm or post, month → verdict."""


@dataclass(frozen=True)
class Limit:
    """At most so many months of one whose name `whose` gives. `used`: (least, most) before; `free`: for whom it does not hold;
    `counts`: whether a paid month uses it up; `room`: (least, most) allowed."""

    reason: str
    whose: Callable[[str], str]
    used: Callable[[str], tuple[int, int]]
    room: tuple[int, int] = (1, 1)
    free: Callable[[str, int], Truth] = lambda whose, at: False
    counts: Callable[[str, str, int], Truth] = lambda person, other, at: True
    period: Callable[[int], int] = lambda at: 0


def bounded(lines: Lines, limits: Iterable[Limit]) -> Lines:
    """The verdicts once limits are kept, month by month and each limit in turn."""
    found, limits = dict(lines), list(limits)
    used: dict[tuple[str, str, int], tuple[int, int]] = {}
    for at in MONTHS:
        rows: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for key in (key for key in lines if key[2] == at):
            rows[key[0]].append(key)
        for limit in limits:
            groups: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
            for person, keys in rows.items():
                groups[limit.whose(person)] += [key for key in keys if found[key].outcome != "no"]
            for whose, keys in groups.items():
                before = _before(limit, used, whose, at)
                for key in keys:
                    found[key] = _kept(limit, found[key], key, before, len(keys) - 1)
        for limit in limits:
            for key in (key for keys in rows.values() for key in keys):
                _count(limit, used, key, found[key], at)
    return found


def _before(limit: Limit, used: dict[tuple[str, str, int], tuple[int, int]], whose: str, at: int) -> tuple[int, int]:
    place = (limit.reason, whose, limit.period(at))
    if place not in used:
        used[place] = limit.used(whose) if limit.period(at) == limit.period(FIRST) else (0, 0)
    return used[place]


def _kept(limit: Limit, verdict: Verdict, key: tuple[str, str, int], before: tuple[int, int], beside: int) -> Verdict:
    is_free, (least, most) = limit.free(key[0], key[2]), limit.room
    if not limit.whose(key[0]):
        return Verdict("unknown", 0, verdict.reasons | {limit.reason})
    if is_free or least - before[1] - beside >= 1:
        return verdict
    if is_free is False and most <= before[0]:
        return Verdict("no", 0, frozenset({limit.reason}))
    return Verdict("unknown", 0, (verdict.reasons if verdict.outcome == "unknown" else frozenset()) | {limit.reason})


def _count(
    limit: Limit,
    used: dict[tuple[str, str, int], tuple[int, int]],
    key: tuple[str, str, int],
    verdict: Verdict,
    at: int,
) -> None:
    if verdict.outcome == "no":
        return
    person, other, _ = key
    counts, whose = limit.counts(person, other, at), limit.whose(person)
    least, most = _before(limit, used, whose, at)
    is_sure = verdict.outcome == "pay" and counts is True
    used[(limit.reason, whose, limit.period(at))] = (least + is_sure, most + (counts is not False))


def each_alone(name: str) -> str:
    return name


def one_firm(reason: str = "one_firm", whose: Callable[[str], str] = each_alone) -> Limit:
    """One firm, or post, a month."""
    return Limit(reason, whose, lambda name: (0, 0), period=lambda at: at)


class Owed:
    """The truth of a world: policy → lines."""

    def __init__(self, world: World) -> None:
        self.world, self.facts = world, Facts(world)
        self.by_number = {person.number: person for person in world.people}
        self.pairs = [(person, world.firm(code)) for person in world.people for code in sorted(person.firms())]
        self.posts = [(person, post) for person in world.people for post in person.posts]

    def all(self) -> dict[str, Lines]:
        return {
            "hiring_subsidy": self.hiring(), "insurance_subsidy": self.insurance(),
            "training_through_work": self.training(), "public_post_subsidy": self.full_posts(),
            "part_time_post": self.part_posts(), "work_travel_subsidy": self.travel(),
            "trainee_living_allowance": self.living(), "retention_refund": self.refund(),
        }  # fmt: skip

    def _of_pairs(self, judge: Callable[[Person, Firm, int], Verdict]) -> Lines:
        return {(p.number, f.code, at): judge(p, f, at) for p, f in self.pairs for at in MONTHS}

    def hiring(self) -> Lines:
        """6,000 yuan once for each poor worker who is newly hired, has a contract and was insured for twelve months."""

        def judge(p: Person, f: Firm, at: int) -> Verdict:
            run = self.facts.insured_run(p, f, at)
            return weighed({
                "group": self.facts.poor(p, at), "hired": self.facts.newly_hired(p, f, at),
                "contract": self.facts.contract(p, f, at),
                "insured": both(self.facts.insured(p, f, at), known(run, lambda: (run or 0) >= 12)),
            }, 600_000)  # fmt: skip

        once = Limit("once", each_alone, lambda number: self.facts.times(self.by_number[number], "吸纳就业补贴"))
        return bounded(self._of_pairs(judge), [once])

    def insurance(self) -> Lines:
        """What the firm paid, for 36 months, or until retirement for who was within five years of it at first."""

        def judge(p: Person, f: Firm, at: int) -> Verdict:
            facts = self.facts
            groups = (
                facts.poor(p, at),
                facts.lifted(p, at),
                facts.difficult(p, at),
                facts.graduate(p, at),
                facts.low_income(p, at),
            )
            return weighed({
                "group": either(*groups), "contract": facts.contract(p, f, at), "insured": facts.insured(p, f, at),
                "not_retired": facts.not_retired(p, at), "no_pension": opposite(facts.pension(p, at)),
            }, facts.firm_paid(p, f, at))  # fmt: skip

        def counts(number: str, code: str, at: int) -> Truth:
            premiums = self.by_number[number].insured.get((code, at))
            return None if at > max(self.facts.insured_months) else not (premiums and premiums.waived > 0)

        longest = Limit(
            "longest", each_alone, lambda number: self.facts.months_had(self.by_number[number], "社会保险补贴"), (36, 36),
            lambda number, at: self.facts.near_at_first(self.by_number[number]), counts,
        )  # fmt: skip
        return bounded(self._of_pairs(judge), [one_firm(), longest])

    def training(self) -> Lines:
        """500 yuan a month, six months at most, in the months of 2020 from February on."""

        def judge(p: Person, f: Firm, at: int) -> Verdict:
            if not month(2020, 2) <= at <= month(2020, 12):
                return Verdict("no", 0, frozenset({"in_force"}))
            facts = self.facts
            smaller = known(f.size or None, lambda: f.size != "大型")
            in_need = either(facts.poor(p, at), facts.difficult(p, at), facts.graduate(p, at), facts.unemployed(p, at))
            group = either(
                both(smaller, facts.newly_hired(p, f, at), in_need),
                both(smaller, facts.troubled(f, at)),
                facts.hit(f),
            )
            # a workshop's own training is told of in days that no register brings
            workshop = both(facts.poor(p, at), f.workshop is not None and f.workshop <= at)
            return weighed({
                "group": group, "working": facts.insured(p, f, at), "wage": facts.wage(p, f, at),
                "roster": facts.in_roster(p, f, at), "no_second_benefit": None if workshop is not False else True,
            }, 50_000)  # fmt: skip

        longest = Limit("longest", each_alone, lambda n: self.facts.months_had(self.by_number[n], "以工代训"), (6, 6))
        return bounded(self._of_pairs(judge), [one_firm(), longest])

    def full_posts(self) -> Lines:
        """The minimum wage of 1,800 yuan and the premiums that the unit paid, for 36 months, once more in special hardship,
        of which no register tells."""

        def judge(p: Person, post: Post, at: int) -> Verdict:
            facts, pay = self.facts, post.attended.get(at)
            groups = (
                facts.difficult(p, at),
                facts.poor(p, at),
                facts.low_income(p, at),
                facts.disabled(p, at),
                facts.graduate(p, at),
            )
            premiums = facts.unit_paid(p, post, at)
            return weighed({
                "group": either(*groups), "able": both(facts.able(p, at), facts.age(p, at) >= 16),
                "not_retired": facts.not_retired(p, at), "no_pension": opposite(facts.pension(p, at)),
                "on_post": both(facts.on_post(post, at), facts.full_time(post)),
                "wage": known(pay, lambda: (pay or (0, 0))[1] >= 180_000),
            }, None if premiums is None else 180_000 + premiums)  # fmt: skip

        longest = Limit(
            "longest", each_alone, lambda number: self.facts.months_had(self.by_number[number], "岗位补贴"), (36, 72),
            lambda number, at: self.facts.near_at_placement(self.by_number[number]),
        )  # fmt: skip
        return bounded(self._of_posts(judge), [one_firm("one_post"), longest])

    def _of_posts(self, judge: Callable[[Person, Post, int], Verdict]) -> Lines:
        return {
            (p.number, f"{post.unit}|{post.name}", at): judge(p, post, at) for p, post in self.posts for at in MONTHS
        }

    def part_posts(self) -> Lines:
        """500 yuan a month for who attended a part-time post, is poor and able, under 70, and has nothing else; one a family."""

        def judge(p: Person, post: Post, at: int) -> Verdict:
            facts = self.facts
            return weighed({
                "group": facts.poor(p, at),
                "able": both(facts.able(p, at), 16 <= facts.age(p, at) < 70),
                "on_post": both(
                    facts.on_post(post, at), opposite(facts.full_time(post)), facts.attended(post, at)
                ),
                "no_other_work": both(
                    opposite(facts.other_work(p, at)), opposite(facts.owner(p, at)), opposite(facts.employee(p, at))
                ),
                "one_a_household": both(opposite(facts.family_post(p, at)), opposite(facts.cadre_family(p))),
            }, 50_000)  # fmt: skip

        return bounded(self._of_posts(judge), [one_firm("one_post", lambda n: self.by_number[n].household)])

    def travel(self) -> Lines:
        """Once a year 200 yuan outside the city, 50 inside; by tickets if they are worth more; what was had is taken off."""
        found: Lines = {}
        for p in self.world.people:
            had, is_open = 0, False
            for at in MONTHS:
                if at % 12 == 0:
                    had, is_open = 0, False
                verdict, owed = self._journey(p, at)
                if verdict.outcome == "pay" and owed - had <= 0:
                    verdict = Verdict("no", 0, frozenset({"per_year"}))
                elif verdict.outcome == "pay" and is_open:
                    verdict = Verdict("unknown", 0, frozenset({"per_year"}))
                elif verdict.outcome == "pay":
                    verdict, had = replace(verdict, fen=owed - had), owed
                if verdict.outcome == "unknown":
                    verdict, is_open = replace(verdict, reasons=verdict.reasons | {"per_year"}), True
                found[(p.number, "", at)] = verdict
        return found

    def _journey(self, p: Person, at: int) -> tuple[Verdict, int]:
        facts, region = self.facts, p.region if p.region and at >= p.told_from else None
        flat = 20_000 if region == "市外" else 5_000
        owed = max(flat, sum(fen for day, fen in p.tickets if (day.year, day.month) == (at // 12, at % 12 + 1)))
        conditions = {
            "group": facts.poor(p, at),
            "able": both(facts.able(p, at), facts.age(p, at) >= 16),
            "away": known(region, lambda: region in {"市内区外", "市外"}),
        }
        return weighed(conditions, None if region is None else owed), owed

    def living(self) -> Lines:
        """100 yuan for each day attended, thirty at most, once a year, with a certificate and without unemployment benefit."""

        def judge(p: Person, at: int) -> Verdict:
            facts, days = self.facts, self.facts.days_attended(p, at)
            groups = (facts.poor(p, at), facts.lifted(p, at), facts.difficult(p, at), facts.graduate(p, at))
            return weighed({
                "group": either(*groups), "certificate": facts.certified(p, at),
                "no_benefit": opposite(facts.benefit(p, at)),
            }, None if days is None else 10_000 * min(days, 30))  # fmt: skip

        once = Limit("once", each_alone, lambda number: (0, 0), period=lambda at: at // 12)
        return bounded({(p.number, "", at): judge(p, at) for p in self.world.people for at in MONTHS}, [once])

    def refund(self) -> Lines:
        """In 2020, once: half of last year's unemployment premium, from March all of it for smaller firms."""

        def judge(f: Firm, at: int) -> Verdict:
            if at > month(2020, 12):
                return Verdict("no", 0, frozenset({"in_force"}))
            few = None
            if f.insured is not None and f.laid_off is not None:
                few = f.insured > 0 and f.laid_off * 1000 <= f.insured * (200 if f.insured <= 30 else 55)
            share = None if not f.size else 50 if f.size == "大型" or at < month(2020, 3) else 100
            return weighed({
                "premium_paid": self.facts.paid_in_full(f), "few_laid_off": few, "honest": opposite(self.facts.dishonest(f)),
            }, None if share is None or f.premium is None else f.premium * share // 100)  # fmt: skip

        once = Limit("once", each_alone, lambda code: (0, 0), period=lambda at: at // 12)
        lines: Lines = {(f.code, "", at): judge(f, at) for f in self.world.firms for at in MONTHS}
        return {("", code, at): verdict for (code, _, at), verdict in bounded(lines, [once]).items()}


__all__ = ["FIRST", "LAST", "Lines", "Owed", "Verdict"]
