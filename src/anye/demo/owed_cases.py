"""The cases of `owed`: for each policy some who are owed, some for each reason who are not, some at its limits, and some of
whom too little is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from anye.demo.owed_cast import (
    ARREARS,
    BEFORE,
    HIT,
    LARGE,
    SMALL,
    TROUBLED,
    UNSIZED,
    WORKSHOP,
    Cast,
)
from anye.demo.owed_world import (
    ATTENDED_MONTHS,
    FIRST,
    LAST,
    Lesson,
    Payment,
    Person,
    Post,
    Premiums,
    end_day,
    first_day,
    month,
    month_of,
)

CADRES = "茨竹镇放牛坪村村民委员会"


# ── workers at firms: hiring, insurance, training through work ───────────────────────────────────────────────────────────
def _plain(cast: Cast) -> None:
    for firm in (SMALL, LARGE, HIT, TROUBLED):
        cast.worker(cast.firm(firm))
    lifted = cast.worker(cast.firm(SMALL), group="已脱贫")
    cast.train(lifted, month(2020, 2), 9)


def _refused_workers(cast: Cast) -> None:
    cast.worker(cast.firm(SMALL, LARGE), contract="否")
    cast.worker(cast.firm(SMALL, LARGE), contract="")
    cast.worker(cast.firm(SMALL, LARGE), group="非贫困户")
    cast.worker(cast.firm(SMALL, LARGE), group="")
    cast.worker(cast.firm(SMALL), group="非贫困户", difficult="是")
    cast.worker(cast.firm(SMALL), group="非贫困户", low_income="是")
    graduate = cast.worker(cast.firm(SMALL), group="非贫困户")
    graduate.graduated = cast.random.choice((month(2018, 7), month(2019, 6), month(2020, 6)))
    cast.worker(cast.firm(LARGE), told_from=month(2020, 7))


def _insured_breaks(cast: Cast) -> None:
    """Eleven months and twelve, a gap, and premiums of which one cell is empty."""
    for months in (11, 12):
        since = cast.day(date(2020, 1, 1), date(2020, 6, 28))
        cast.worker(cast.firm(SMALL, LARGE), since, months=months)
        leaver = cast.worker(cast.firm(SMALL, LARGE), since, months=months)
        assert leaver.job
        leaver.job.until = first_day(month_of(since) + months - 1) + timedelta(days=14)
    broken = cast.worker(cast.firm(SMALL), date(2020, 2, 10))
    del broken.insured[(cast.world.firms[SMALL].code, month(2020, cast.random.randrange(4, 10)))]
    blank = cast.worker(cast.firm(LARGE), date(2020, 1, 15))
    at = (cast.world.firms[LARGE].code, month(2020, cast.random.randrange(2, 12)))
    row = blank.insured[at]
    blank.insured[at] = Premiums(
        row.owed, row.waived, {**row.paid, "injury": None}, row.worker_pension, row.worker_unemployment
    )  # fmt: skip


def _had_before(cast: Cast) -> None:
    """At the limit of thirty-six months, a month before it and after it, and near to retirement when it began."""
    for months in (35, 36, 34):
        p = cast.worker(cast.firm(LARGE), date(2016, 5, 3))
        cast.had(p, "社会保险补贴", months)
    near = cast.worker(cast.firm(LARGE), date(2014, 5, 3), sex="男", born=date(1961, 12, 5))
    cast.had(near, "社会保险补贴", 37)
    exact = cast.worker(cast.firm(LARGE), date(2014, 5, 3), sex="男", born=date(1961, 11, 5))
    cast.had(exact, "社会保险补贴", 36, month(2019, 10))
    unsaid = cast.worker(cast.firm(LARGE), date(2016, 5, 3))
    unsaid.payments.append(Payment("社会保险补贴", None, None, BEFORE, 360_000))
    hired = cast.worker(cast.firm(SMALL, LARGE))
    hired.payments.append(Payment("一次性吸纳就业补贴", month(2019, 1), month(2019, 1), BEFORE, 600_000))


def _old_workers(cast: Cast) -> None:
    """Retired, drawing a pension, or women of whom it would matter what kind of work they do."""
    born = cast.day(date(1960, 2, 1), date(1961, 6, 28))
    cast.worker(cast.firm(LARGE), sex="男", born=born)
    cast.worker(cast.firm(LARGE), sex="女", born=cast.day(date(1966, 2, 1), date(1969, 1, 28)))
    cast.worker(cast.firm(LARGE), sex="女", born=date(1964, 5, 5))
    drawing = cast.worker(cast.firm(SMALL))
    drawing.pension_from = month(2020, cast.random.randrange(3, 12))


def _two_firms(cast: Cast) -> None:
    p = cast.worker(cast.firm(SMALL), date(2020, 3, 1), group="未脱贫")
    other, at = cast.firm(HIT), month(2020, cast.random.randrange(8, 12))
    cast.insure(p, other, at, at)
    p.rosters += [(p.job.firm, first_day(at - 1), end_day(at)), (other, first_day(at), end_day(at))]  # type: ignore[union-attr]


def _trained(cast: Cast) -> None:
    """Groups of training through work: new and in need, of a troubled firm, of a hit sector; and who is in none of them."""
    chance = cast.random
    for kind, group in ((SMALL, "未脱贫"), (TROUBLED, "非贫困户"), (HIT, "非贫困户"), (LARGE, "未脱贫"), (UNSIZED, "未脱贫"),
                        (ARREARS, "非贫困户"),
                        (SMALL, "非贫困户"), (WORKSHOP, "未脱贫"), (WORKSHOP, "非贫困户"), (SMALL, "")):  # fmt: skip
        p = cast.worker(cast.firm(kind), date(2020, chance.randrange(1, 4), 9), group=group)
        cast.train(p, month(2020, chance.randrange(3, 5)), chance.choice((3, 6, 7, 9)))
    registered = cast.worker(cast.firm(SMALL), date(2020, 3, 9), group="非贫困户")
    registered.unemployed = date(2019, 11, 4), date(2020, chance.randrange(6, 10), 12)
    cast.train(registered, month(2020, 3), 6)


def _trained_before(cast: Cast) -> None:
    for months in (5, 6):
        p = cast.worker(cast.firm(HIT), date(2018, 3, 9))
        cast.had(p, "以工代训补贴", months)
        cast.train(p, month(2020, 2), 4)
    p = cast.worker(cast.firm(HIT, SMALL), date(2020, 1, 9))
    cast.train(p, month(2020, 2), 10)
    assert p.job
    at = month(2020, cast.random.randrange(4, 7))
    p.wages[(p.job.firm.code, at)] = 0
    p.unpaid.add((p.job.firm.code, at + 1))
    late = cast.worker(cast.firm(SMALL), date(2020, 1, 9), told_from=month(2020, 7))
    cast.train(late, month(2020, 5), 8)


# ── who goes away to work ────────────────────────────────────────────────────────────────────────────────────────────────
def _travellers(cast: Cast) -> None:
    for region in ("市外", "市内区外", "市外", "市内区外", "区内", ""):
        cast.person(region=region, casual=date(2019, 3, 4), work_kind="灵活就业")
    cast.person(region="市外", group="非贫困户")
    cast.person(region="市外", group="")
    cast.person(region="市外", capacity="")
    cast.person(region="市外", capacity=cast.random.choice(("丧失劳动力", "无劳动力")))
    cast.person(region="市外", capacity="弱劳动力或半劳动力", told_from=month(2020, 7))
    cast.person(region="市外", born=date(2004, cast.random.randrange(4, 12), 6))


def _tickets(cast: Cast) -> None:
    """More than the flat sum, less, brought later in the year, and twice."""
    chance = cast.random
    for region, sums in (("市外", (43_150,)), ("市外", (8_000,)), ("市内区外", (chance.randrange(5_001, 9_000),)),
                         ("市外", (20_050, 50_000)), ("市内区外", (5_000,))):  # fmt: skip
        p = cast.person(region=region, casual=date(2019, 3, 4), work_kind="灵活就业", state="已就业")
        for fen in sums:
            p.tickets.append((cast.day(date(2020, 1, 3), date(2021, 12, 20)), fen))
        p.tickets.append((cast.day(date(2020, 1, 3), date(2020, 12, 28)), chance.randrange(10_000, 60_000)))


# ── trainees ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _trainees(cast: Cast) -> None:
    """Short and long classes, missed lessons, no certificate, a trade that the catalogue does not have, twice in a year."""
    chance = cast.random
    for trade, tenths in (("经果林栽培与营销", 800), ("经果林栽培与营销", 719), ("家政服务员", chance.randrange(500, 960)),
                          ("中式烹调师", 3200), ("中式烹调师", 2400), ("中式烹调师", 2399), ("无人机驾驶", 400)):  # fmt: skip
        _taught(cast, cast.person(group=chance.choice(("未脱贫", "已脱贫"))), trade, tenths)
    _taught(cast, cast.person(group="非贫困户"), "家政服务员", 960)
    _taught(cast, cast.person(group="非贫困户", difficult="是"), "家政服务员", 960)
    _taught(cast, cast.person(group=""), "家政服务员", 960)
    for level in ("高级", "初级"):
        _taught(cast, cast.person(), "家政服务员", chance.randrange(900, 961), level=level)
    failed = cast.person()
    failed.lessons.append(Lesson("家政服务员", date(2020, 5, 6), 960, None))
    drawing = cast.person(group="未脱贫", state="未就业")
    _taught(cast, drawing, "家政服务员", 960, month(2020, 6))
    drawing.benefit = month(2020, 4), month(2020, chance.choice((6, 7)))
    for first in (month(2020, 3), month(2021, 2)):
        twice = cast.person()
        for at in (first, first + chance.randrange(1, 4), first + chance.randrange(5, 9), month(2021, 12)):
            _taught(cast, twice, "经果林栽培与营销", chance.randrange(700, 801), at)
    open_first = cast.person(
        told_from=month(2020, 7)
    )  # whether the first was due is not known, so neither is the second
    _taught(cast, open_first, "家政服务员", 960, month(2020, 5))
    _taught(cast, open_first, "家政服务员", 900, month(2020, 11))
    free = cast.person(state="未就业")
    _taught(cast, free, "家政服务员", 960, month(2020, 6))
    free.benefit = month(2020, 2), month(2020, 5)


def _taught(cast: Cast, p: Person, trade: str, tenths: int, at: int | None = None, level: str = "") -> None:
    at = cast.random.randrange(FIRST + 2, LAST) if at is None else at
    on = first_day(at) + timedelta(days=cast.random.randrange(28))
    p.lessons.append(Lesson(trade, on - timedelta(days=45), tenths, on, level))


# ── holders of posts ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _hold(cast: Cast, p: Person, post: Post, *, pay: int, missed: tuple[int, ...] = ()) -> None:
    """Attended in each month of the placement but those that were missed."""
    p.posts.append(post)
    for at in ATTENDED_MONTHS:
        if month_of(post.since) <= at and (post.until is None or at <= month_of(post.until)):
            post.attended[at] = (0 if at in missed else cast.random.randrange(8, 23), pay)


def _full_time(
    cast: Cast, *, pay: int = 230_000, since: date | None = None, weekly: int | None = 40, **told: object
) -> Person:
    """In a full-time post at a firm that insures them."""
    firm = cast.firm(LARGE)
    p = cast.person(casual=since or date(2019, 11, 4), work_kind="公益性岗位", **told)  # type: ignore[arg-type]
    _hold(cast, p, Post(firm.name, "保洁员", weekly, since or date(2019, 11, 4)), pay=pay)
    cast.insure(p, firm, month_of(since or date(2019, 11, 4)), LAST)
    return p


def _full_holders(cast: Cast) -> None:
    _full_time(cast, sex="男")
    _full_time(cast, sex="女", born=date(1988, 3, 3), group="非贫困户", difficult="是")
    _full_time(cast, pay=180_000)
    _full_time(cast, pay=179_999)
    _full_time(cast, group="非贫困户")
    _full_time(cast, group="")
    _full_time(cast, capacity="丧失劳动力")
    _full_time(cast, capacity="")
    _full_time(cast, sex="男", born=cast.day(date(1960, 2, 1), date(1961, 6, 28)))
    _full_time(cast, sex="女", born=cast.day(date(1966, 2, 1), date(1969, 1, 28)))
    _full_time(cast, weekly=None)
    _full_time(cast, weekly=24)
    _full_time(cast, since=date(2020, cast.random.randrange(3, 11), 4))
    leaver = _full_time(cast)
    leaver.posts[0].until = date(2021, cast.random.randrange(2, 6), 12)
    drawing = _full_time(cast)
    drawing.pension_from = month(2021, 2)
    uninsured = _full_time(cast)
    uninsured.insured.clear()
    elsewhere = _full_time(cast)  # another employer's premiums are not the unit's
    cast.insure(elsewhere, cast.firm(SMALL), month(2020, 3), month(2020, 5))


def _long_holders(cast: Cast) -> None:
    """At the limit of thirty-six months, at twice as many, and near to retirement when first placed."""
    for months, since in ((35, date(2017, 2, 1)), (71, date(2014, 2, 1)), (72, date(2014, 1, 1))):
        p = _full_time(cast, since=since, sex="男", born=date(1985, 4, 4))
        cast.had(p, "公益性岗位补贴", months)
    near = _full_time(cast, since=date(2017, 1, 1), sex="男", born=date(1961, 12, 5))
    cast.had(near, "公益性岗位补贴", 36)


def _part_time(cast: Cast, missed: tuple[int, ...] = (), *, weekly: int | None = 10, **told: object) -> Person:
    told = {"state": "未就业", "capacity": "弱劳动力或半劳动力", **told}
    p = cast.person(**told)  # type: ignore[arg-type]
    _hold(cast, p, Post(f"{p.village}村民委员会", "护路员", weekly, date(2020, 2, 3)), pay=50_000, missed=missed)
    return p


def _part_holders(cast: Cast) -> None:
    _part_time(cast)
    _part_time(cast, (month(2020, cast.random.randrange(3, 12)),))
    _part_time(cast, state="已就业", work_kind="公益性岗位", casual=date(2020, 2, 3))
    _part_time(cast, state="已就业", work_kind="灵活就业", casual=date(2020, 6, 3))
    _part_time(cast, group="非贫困户")
    _part_time(cast, group="")
    _part_time(cast, capacity="无劳动力")
    _part_time(cast, born=date(1950, cast.random.randrange(3, 12), 5))
    _part_time(cast, weekly=None)
    owner = _part_time(cast)
    owner.owns = (cast.firm(UNSIZED), date(2020, cast.random.randrange(3, 12), 8))
    _part_time(cast).household = ""
    pensioned = _part_time(cast)
    cast.insure(pensioned, cast.firm(SMALL), month(2020, 5), month(2020, 7))
    one, other = _part_time(cast), _part_time(cast)
    cast.share(one, other)
    other.posts[0].since = date(2020, 9, 3)
    other.posts[0].attended = {at: told for at, told in other.posts[0].attended.items() if at >= month(2020, 9)}
    family, cadre = _part_time(cast), cast.person(group="非贫困户", region="")
    cast.share(family, cadre)
    cadre.cadre_of = CADRES


CASES: tuple[Callable[[Cast], None], ...] = (
    _plain, _plain, _refused_workers, _insured_breaks, _had_before, _old_workers, _two_firms, _trained, _trained, _trained_before,
    _travellers, _tickets, _trainees, _trainees, _full_holders, _long_holders, _part_holders,
)  # fmt: skip
