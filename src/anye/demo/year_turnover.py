"""Who left work in the autumn of the demo's year, and who went on with another employer: without this everybody would have stayed.

Of the staff of firms that nobody is paid for, and after seven insured months, so that stable work is stable all the same. Drawn by
dice of their own: whatever else is made up stays as it was.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from anye.demo.owed_world import first_day, month
from anye.demo.year_targets import Targets
from anye.demo.year_world import DECEMBER, Cover, Job, Someone, Year

CHANGED, LEFT_AFTER = month(2020, 9), DECEMBER - 1


class Turnover:
    def __init__(self, seed: int, targets: Targets, year: Year) -> None:
        self.random, self.targets, self.year = Random(f"{seed}-turnover"), targets, year

    def whole(self) -> None:
        served = {id(self.year.garment)}
        staff = [
            person for person in self.year.of("stable")
            if not person.trained and id(self._cover(person).firm) not in served
        ]  # fmt: skip
        firms = list({cover.firm.code: cover.firm for cover in map(self._cover, staff)}.values())
        some = self.random.sample(staff, min(len(staff) // 2, self.targets.leavers + self.targets.changers))
        for person in some[: self.targets.leavers]:
            self._leave(person)
        for person in some[self.targets.leavers :]:
            cover, job = self._cover(person), person.jobs[0]
            other = self.random.choice([firm for firm in firms if firm is not cover.firm])
            since = first_day(CHANGED) + timedelta(days=self.random.randrange(5))
            cover.until, job.until = CHANGED - 1, since - timedelta(days=1)
            person.jobs.append(
                Job(other.name, other.code, since, trade=job.trade, wage=job.wage + 200, place=f"渝北区{other.town}")
            )
            self.year.covers.append(Cover(person, other, CHANGED, DECEMBER, cover.base))

    def _leave(self, person: Someone) -> None:
        self._cover(person).until = LEFT_AFTER
        person.jobs[0].until = first_day(LEFT_AFTER + 1) - timedelta(days=1)
        self.year.left.add(person.number)

    def _cover(self, person: Someone) -> Cover:
        return self.year.cover_of(person)
