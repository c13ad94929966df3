"""What the people of the demo's year learn and do besides: classes with rosters, training through work, public-welfare posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from anye.demo.owed_world import first_day, month, month_of
from anye.demo.year_names import Names
from anye.demo.year_targets import Targets
from anye.demo.year_world import DECEMBER, FIRST, JANUARY, Filing, Lesson, Post, Someone, Trade, TrainingClass, Year

SPECIAL = (
    "经果林栽培与营销", "智慧农家乐", "花椒种植与加工", "柑橘病虫害防治", "乡村电商直播", "土家竹编",
    "冷水鱼养殖", "蜂产品加工", "高山蔬菜种植", "乡村导游", "古树茶制作", "稻鱼共作", "药材种植",
)  # fmt: skip
ORDINARY = ("家政服务员", "中式烹调师", "保育员", "电工", "焊工", "养老护理员", "砌筑工", "服装缝纫工", "电子装配工")
SIZE = 24
UNITS = ("保洁员", "护路员", "护林员", "水管员")


class Training:
    def __init__(self, names: Names, targets: Targets, year: Year) -> None:
        self.names, self.targets, self.year = names, targets, year
        self.random: Random = names.random

    def whole(self) -> None:
        self._trades()
        self._classes()
        self._classes_before()
        self._filings()
        self._posts()

    def _trades(self) -> None:
        for at, name in enumerate((*SPECIAL[: self.targets.special_trades], *ORDINARY)):
            days = 6 if at % 2 else 5
            self.year.trades.append(Trade(name, days, days * 80, days * 13_000, at < self.targets.special_trades))

    # ── classes ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def _trainees(self) -> list[Someone]:
        """The fruit-forest trainee, most who work near home or away, and of those who work here as many as are still to come."""
        fruit = self.year.of("fruit")
        own = [
            p
            for p in self.year.people
            if p.is_own and p.is_poor and p.wants_work == "是" and p.part not in {"fruit", "graduate"}
        ]
        here = [p for p in self.year.of("hired", "started", "stable", "electronics", "training") if p.is_poor]
        own = self.random.sample(own, min(len(own) * 3 // 5, self.targets.trained - len(fruit)))
        here = self.random.sample(here, self.targets.trained - len(fruit) - len(own))
        for person in own:
            person.wants_training = "是" if self.random.random() < 0.9 else ""
        waiting = [p for p in self.year.people if p.is_own and p.is_poor and p.wants_work == "是" and p not in set(own)]
        for person in self.random.sample([p for p in waiting if p.part != "fruit"], self.targets.wish_open):
            person.wants_training = "是"
        for person in fruit:
            person.wants_training = "是"
        return [*fruit, *own, *here]

    def _classes(self) -> None:
        """First those of five days, the fruit-forest class of August before all others."""
        chosen = self._trainees()
        six = self.targets.six_days
        for days, people in ((5, chosen[: len(chosen) - six]), (6, chosen[len(chosen) - six :])):
            trades = [trade for trade in self.year.trades if trade.days == days]
            for at in range(0, len(people), SIZE):
                is_fruit = days == 5 and at == 0
                trade = trades[0] if is_fruit else self.random.choice(trades)
                in_month = month(2020, 8) if is_fruit else self.random.randrange(month(2020, 7), DECEMBER)
                self._class(
                    trade,
                    first_day(in_month) + timedelta(days=12 if is_fruit else self.random.randrange(2, 20)),
                    people[at : at + SIZE],
                )

    def _class(self, trade: Trade, since: date, people: list[Someone]) -> None:
        until = since + timedelta(days=trade.days - 1)
        place = self.random.choice(self.names.rural)
        if people[0].part == "fruit" and people[0].town and people[0].village:
            place = people[0].town, people[0].village
        code = f"PX2020{len(self.year.classes) + 1:04d}"
        name = f"{place[0].name}{trade.name}贫困劳动力培训班第{len(self.year.classes) + 1}期"
        made = TrainingClass(code, name, trade, since, until, len(people), f"{place[0].name}{place[1].name}", people)
        self.year.classes.append(made)
        for at, person in enumerate(people):
            person.trained = Lesson(made, f"{code}{at + 1:02d}", until + timedelta(days=1))

    def _classes_before(self) -> None:
        """Those of 2016 to 2019, of which lists tell without a name."""
        months = range(month(2016, 3), JANUARY)
        for at in range(self.targets.classes - len(self.year.classes)):
            since = first_day(months[at * len(months) // self.targets.classes]) + timedelta(
                days=self.random.randrange(2, 20)
            )
            trade, (town, village) = self.random.choice(self.year.trades), self.random.choice(self.names.rural)
            code = f"PX{since.year}{at + 1:04d}"
            self.year.classes.append(TrainingClass(
                code, f"{town.name}{trade.name}贫困劳动力培训班（{code[2:]}）", trade, since, since + timedelta(days=trade.days - 1),
                self.random.randrange(8, 40), f"{town.name}{village.name}",
            ))  # fmt: skip

    # ── training through work ────────────────────────────────────────────────────────────────────────────────────────
    def _filings(self) -> None:
        """The electronics firm's are for October to December; of the others' every second one is, and the rest for three months before."""
        year, targets = self.year, self.targets
        firms = [firm for firm in year.firms if firm.ground and firm is not year.electronics]
        counts = self._counts(targets.training_classes - 4, len(firms))
        assert year.electronics
        plans = [(year.electronics, 4), *zip(firms, counts, strict=True)]
        at_firm: dict[str, list[Someone]] = {}
        for person in year.of("electronics", "training"):
            at_firm.setdefault(person.jobs[0].code or "", []).append(person)
        for firm, count in plans:
            for at in range(count):
                is_late = firm is year.electronics or at % 2 == 1
                since = month(2020, 10) if is_late else month(2020, 7)
                filed = first_day(since) + timedelta(days=self.random.randrange(1, 12))
                people = at_firm.get(firm.code, [])[at::count]
                year.filings.append(Filing(f"YG2020{len(year.filings) + 1:04d}", firm, since, since + 2, filed, people))

    @staticmethod
    def _counts(classes: int, firms: int) -> list[int]:
        """As even as it goes, but for the first, which files once, and the second, which files more."""
        counts = [classes // firms + (at < classes % firms) for at in range(firms)]
        spare = counts[0] - 1
        counts[0] = 1
        counts[1] += spare
        return counts

    # ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _posts(self) -> None:
        year = self.year
        units = [firm for firm in year.firms if firm.code.startswith("12")]
        for at, person in enumerate(year.of("full", "carer")):
            is_carer = person.part == "carer"
            pay = self.targets.carer_pay if is_carer else 180_000 + (at % 4) * 5_000
            unit = units[at % len(units)]
            year.posts.append(
                Post(person, unit.name, "便民服务员" if is_carer else "保洁员", 40, date(2020, 5, 6), pay)
            )
        for at, person in enumerate(year.of("early", "late")):
            since = date(2020, 8, 3) if person.part == "early" else date(2020, 9, 1)
            unit = f"{person.village.official if person.village else ''}"
            year.posts.append(Post(person, unit, UNITS[at % len(UNITS)], 10, since, 50_000))


def premiums_at_units(names: Names, year: Year) -> Iterator[tuple[Post, int, int, int]]:
    """Full-time posts whose unit insures them: the post, its first and last month, and a base."""
    for post in year.posts:
        if post.weekly > 24:
            yield post, month_of(post.since), DECEMBER, names.random.randrange(3_300, 3_500, 20)


__all__ = ["FIRST", "Training", "premiums_at_units"]
