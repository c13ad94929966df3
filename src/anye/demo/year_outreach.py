"""Whom the bureau and the villages told of what in the demo's year, by which channel; and the fairs that they held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from anye.demo.year_names import Names
from anye.demo.year_registers import Marked, who
from anye.demo.year_sheets import Files
from anye.demo.year_world import GRADUATE, LIVING, PART_TIME, TRAVEL, Someone, Year

CHANNELS = ("短信", "邮寄", "入户走访", "电话", "赶场宣传", "直播")
FAIRS = (
    ("2020年春风行动暨就业援助月专场招聘会", date(2020, 3, 20), "两路街道", 1_260, 214, 48),
    ("2020年“老乡就在家乡”赶场招聘会", date(2020, 7, 12), "茨竹镇", 420, 96, 31),
    ("2020年“百日千万”直播带岗招聘会", date(2020, 11, 6), "统景镇", 880, 143, 40),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Told:
    """One contact: with whom, on which day, by what, about which item."""

    person: Someone
    on: date
    channel: str
    item: str


class Outreach:
    def __init__(self, names: Names, year: Year) -> None:
        self.random, self.year = names.random, year
        self.told: list[Told] = []

    def whole(self) -> None:
        """Whoever an item is for is told by one channel at least, every third by three; of others some are."""
        audiences = {
            TRAVEL: self.year.of("far", "near"), PART_TIME: self.year.of("early", "late"), GRADUATE: self.year.of("graduate"),
            LIVING: [person for person in self.year.people if person.is_own and person.trained],
        }  # fmt: skip
        for item, people in audiences.items():
            for at, person in enumerate(people):
                for place in range(1 + 2 * (at % 3 == 0)):
                    first = date(2020, 3 if place == 0 else 9, 2)
                    day = date(2020, 7, 6) if item == GRADUATE else first
                    on = day + timedelta(days=self.random.randrange(24))
                    self.told.append(Told(person, on, CHANNELS[(at + place) % len(CHANNELS)], item))

    def write(self, files: Files) -> None:
        for first, last, known in ((1, 6, date(2020, 6, 29)), (7, 12, date(2020, 12, 17))):
            rows = [self._row(each) for each in sorted(self.told, key=_order) if first <= each.on.month <= last]
            files.sheet(f"2020年{known.month}月联系服务记录表", rows, known)
        files.sheet("2020年招聘会台账", [
            (f"fair {name}", {"招聘会名称": name, "举办地点": place, "举办日期": on, "提供就业岗位": vacancies, "贫困劳动力参会人数": poor,
                              "贫困劳动力签订意向人数": signed})
            for name, on, place, vacancies, poor, signed in FAIRS
        ], date(2020, 12, 16))  # fmt: skip

    @staticmethod
    def _row(each: Told) -> Marked:
        person = each.person
        return f"told {each.item} {person.number}", {
            **person.place, **who(person), "联系日期": each.on, "服务方式": each.channel, "服务事项": f"{each.item}政策宣传",
            "服务人员": person.helper, "服务结果": "已知晓",
        }  # fmt: skip


def _order(each: Told) -> tuple[date, str, str]:
    return each.on, each.item, each.person.number
