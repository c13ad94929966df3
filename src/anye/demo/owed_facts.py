"""What the registers of a `World` tell of somebody in a month: True, False, or None where none of them tells."""

from __future__ import annotations

from collections.abc import Callable

from anye.demo.owed_world import (
    ATTENDED_MONTHS,
    FIRST,
    INSURED_MONTHS,
    PENSIONS_UNTIL,
    WAGE_MONTHS,
    Firm,
    Job,
    Person,
    Post,
    World,
    end_day,
    month_of,
)

Truth = bool | None
POOR, LIFTED = "未脱贫", "已脱贫"
MANY = 10**6
HIT = ("外贸", "住宿", "餐饮", "文化", "旅游", "交通", "运输", "批发", "零售")


class Facts:
    def __init__(self, world: World) -> None:
        self.world, self.insured_months = world, INSURED_MONTHS

    # ── who somebody is ──────────────────────────────────────────────────────────────────────────────────────────────
    def poor(self, p: Person, at: int) -> Truth:
        """Who was lifted out of poverty keeps what the registered poor are owed."""
        return None if not p.group or at < p.told_from else p.group in {POOR, LIFTED}

    def lifted(self, p: Person, at: int) -> Truth:
        return None if not p.group or at < p.told_from else p.group == LIFTED

    def _flag(self, p: Person, said: str, at: int) -> Truth:
        """A ledger that tells of somebody's groups tells of those that it leaves out, too."""
        is_told = bool(p.group) or "是" in {p.low_income, p.difficult}
        return None if at < p.told_from or not is_told else said == "是"

    def difficult(self, p: Person, at: int) -> Truth:
        return self._flag(p, p.difficult, at)

    def low_income(self, p: Person, at: int) -> Truth:
        return self._flag(p, p.low_income, at)

    def disabled(self, p: Person, at: int) -> Truth:
        return self._flag(p, "", at)

    def graduate(self, p: Person, at: int) -> Truth:
        return p.graduated is not None and p.graduated <= at <= p.graduated + 24

    def able(self, p: Person, at: int) -> Truth:
        return None if not p.capacity or at < p.told_from else not p.capacity.startswith(("丧失", "无"))

    def age(self, p: Person, at: int) -> int:
        return (at - month_of(p.born)) // 12

    def unemployed(self, p: Person, at: int) -> Truth:
        if p.unemployed is None:
            return False
        since, until = p.unemployed
        return month_of(since) <= at and (until is None or until >= end_day(at))

    def benefit(self, p: Person, at: int) -> Truth:
        return p.benefit is not None and p.benefit[0] <= at <= p.benefit[1]

    def pension(self, p: Person, at: int) -> Truth:
        if p.pension_from is not None and at >= p.pension_from:
            return True
        return False if at <= PENSIONS_UNTIL else None

    # ── retirement: men at 60, women at 50 or, in an office, 55; later by some months only from 2025 on ───────────────
    def _retires(self, p: Person, is_before: Callable[[int], bool]) -> Truth:
        born = month_of(p.born)
        if p.sex == "男":
            return is_before(born + 720)
        answers = {is_before(born + 600), is_before(born + 660)}
        return answers.pop() if len(answers) == 1 else None

    def not_retired(self, p: Person, at: int) -> Truth:
        return self._retires(p, lambda retires: at < retires)

    def _near(self, p: Person, first: int | None) -> Truth:
        return None if first is None else self._retires(p, lambda retires: retires - first < 60)

    def near_at_first(self, p: Person) -> Truth:
        months = [one.since for one in p.payments if "社会保险补贴" in one.item]
        known = [at for at in months if at is not None]
        return self._near(p, min(known) if known and len(known) == len(months) else None)

    def near_at_placement(self, p: Person) -> Truth:
        return self._near(p, min(month_of(post.since) for post in p.posts))

    # ── what was had before ──────────────────────────────────────────────────────────────────────────────────────────
    def months_had(self, p: Person, item: str) -> tuple[int, int]:
        found = 0
        for one in (one for one in p.payments if item in one.item):
            if one.since is None:
                return 0, MANY
            found += (one.until or one.since) - one.since + 1
        return found, found

    def times(self, p: Person, item: str) -> tuple[int, int]:
        found = sum(item in one.item for one in p.payments)
        return found, found

    # ── at a firm ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _job(self, p: Person, f: Firm) -> Job | None:
        return p.job if p.job and p.job.firm is f else None

    def newly_hired(self, p: Person, f: Firm, at: int) -> Truth:
        """In the month of hiring and the twelve after it."""
        job = self._job(p, f)
        return None if job is None or at < month_of(job.since) else at <= month_of(job.since) + 12

    def contract(self, p: Person, f: Firm, at: int) -> Truth:
        job = self._job(p, f)
        if job is None or at < month_of(job.since) or (job.until and at > month_of(job.until)):
            return None
        return None if not job.contract else job.contract == "是"

    def insured(self, p: Person, f: Firm, at: int) -> Truth:
        return (f.code, at) in p.insured if at in INSURED_MONTHS else None

    def insured_run(self, p: Person, f: Firm, at: int) -> int | None:
        """Months without a break up to this one."""
        if at not in INSURED_MONTHS:
            return None
        run = 0
        while (f.code, at - run) in p.insured:
            run += 1
        return run

    def firm_paid(self, p: Person, f: Firm, at: int) -> int | None:
        if at not in INSURED_MONTHS:
            return None
        premiums = p.insured.get((f.code, at))
        if premiums is None:
            return 0
        paid = list(premiums.paid.values())
        return None if None in paid else sum(fen or 0 for fen in paid)

    def employee(self, p: Person, at: int) -> Truth:
        return any(when == at for _, when in p.insured) if at in INSURED_MONTHS else None

    def wage(self, p: Person, f: Firm, at: int) -> Truth:
        return p.wages.get((f.code, at), 0) > 0 if at in WAGE_MONTHS else None

    def in_roster(self, p: Person, f: Firm, at: int) -> Truth:
        return any(firm is f and month_of(since) <= at <= month_of(until) for firm, since, until in p.rosters)

    # ── firms ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def troubled(self, f: Firm, at: int) -> Truth:
        return f.troubled is not None and f.troubled[0] <= at <= f.troubled[1]

    def hit(self, f: Firm) -> Truth:
        """Who makes vehicles is no carrier."""
        return None if not f.industry else "制造" not in f.industry and any(word in f.industry for word in HIT)

    def dishonest(self, f: Firm) -> Truth:
        return True if f.state in {"注销", "吊销"} else None if not f.abnormal else f.abnormal == "是"

    def paid_in_full(self, f: Firm) -> Truth:
        """The rows of 2019 tell it of all of a firm's people at once."""
        rows = [
            one for p in self.world.people for (code, at), one in p.insured.items() if code == f.code and at < FIRST
        ]
        if not rows:
            return None
        return all((one.paid["unemployment"] or 0) >= one.owed["unemployment"] for one in rows)

    # ── posts and families ───────────────────────────────────────────────────────────────────────────────────────────
    def on_post(self, post: Post, at: int) -> Truth:
        return month_of(post.since) <= at and (post.until is None or at <= month_of(post.until))

    def full_time(self, post: Post) -> Truth:
        """Up to 24 hours a week is part-time work."""
        return None if post.weekly is None else post.weekly > 24

    def attended(self, post: Post, at: int) -> Truth:
        return post.attended.get(at, (0, 0))[0] > 0 if at in ATTENDED_MONTHS else None

    def unit_paid(self, p: Person, post: Post, at: int) -> int | None:
        firm = next((each for each in self.world.firms if each.name == post.unit), None)
        return self.firm_paid(p, firm, at) if firm and (firm.code, at) in p.insured else None

    def other_work(self, p: Person, at: int) -> Truth:
        if p.state == "未就业":
            return None if at < p.told_from else False
        since, until = (p.job.since, p.job.until) if p.job else (p.casual, None)
        if since is None or at < month_of(since) or (until and at > month_of(until)):
            return None
        return p.work_kind != "公益性岗位"

    def owner(self, p: Person, at: int) -> Truth:
        return p.owns is not None and at >= month_of(p.owns[1])

    def family_post(self, p: Person, at: int) -> Truth:
        others = [one for one in self.world.household(p) if one is not p]
        return None if not p.household else any(self.on_post(post, at) for other in others for post in other.posts)

    def cadre_family(self, p: Person) -> Truth:
        return None if not p.household else any(other.cadre_of for other in self.world.household(p))

    # ── training ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def certified(self, p: Person, at: int) -> Truth:
        return any(one.certified_on and month_of(one.certified_on) == at for one in p.lessons)

    def days_attended(self, p: Person, at: int) -> int | None:
        """The lessons signed for, at as many a day as the catalogue has; None where the catalogue has no such trade."""
        for one in p.lessons:
            if one.certified_on and month_of(one.certified_on) == at:
                named = {each.level: each for each in self.world.trades if each.name == one.trade}
                trade = named.get(one.level, named.get(""))
                return None if trade is None else one.tenths * trade.days // trade.tenths
        return None
