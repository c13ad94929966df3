"""Draws who people and firms are: invented names, numbers, births and places, each once."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import numpy as np

from anye.demo.firms import BRAND, TRADES
from anye.demo.identity import ID_PREFIXES, LAST_SEQUENCE, credit_code, id_number, phone, unit_body
from anye.demo.names import draw_names
from anye.demo.places import District, Town, Village
from anye.demo.year_world import OTHER, Firm, Someone

HOMES = (
    "重庆市云阳县",
    "重庆市奉节县",
    "重庆市开州区",
    "重庆市巫山县",
    "重庆市酉阳县",
    "四川省广安市邻水县",
    "四川省达州市大竹县",
    "贵州省遵义市习水县",
)
YOUNGEST, OLDEST_MAN, OLDEST_WOMAN = date(2000, 12, 1), date(1965, 1, 1), date(1973, 1, 1)
"""Nobody at a firm comes near to retirement, whatever kind of work they do."""
SIGNS = ("纺织", "制鞋", "玩具", "家具", "包装", "电器", "食品", "印务")
AWAY = {
    "市外": ("浙江省宁波市", "广东省东莞市", "江苏省昆山市", "福建省晋江市"),
    "市内区外": ("重庆市江北区", "重庆市北碚区", "重庆市沙坪坝区"),
}


class Names:
    """One stock of everything that has to be different from person to person."""

    def __init__(self, seed: int, count: int, district: District) -> None:
        self.random = Random(f"{seed}-year")
        rng = np.random.default_rng([seed, 2020])
        self.men = iter(draw_names(rng, np.ones(count, dtype=np.bool_)))
        self.women = iter(draw_names(rng, np.zeros(count, dtype=np.bool_)))
        self.towns = [town for town in district.towns if town.name.endswith("镇")] or list(district.towns)
        self.rural = [(town, village) for town in self.towns for village in town.villages if village.is_rural]
        self.streets = [town.name for town in district.towns]
        self.used: set[str] = set()
        self.brands: set[str] = set()
        self.households: dict[str, int] = {}

    def _number(self, prefix: str, born: date, sex: str) -> str:
        while True:
            number = id_number(prefix, born, self.random.randrange(1 if sex == "男" else 2, LAST_SEQUENCE, 2))
            if number not in self.used:
                self.used.add(number)
                return number

    def born(self, sex: str, oldest: date | None = None, youngest: date = YOUNGEST) -> date:
        first = oldest or (OLDEST_MAN if sex == "男" else OLDEST_WOMAN)
        return first + timedelta(days=self.random.randrange((youngest - first).days))

    def somebody(self, part: str, *, sex: str = "", oldest: date | None = None, youngest: date = YOUNGEST, prefix: str = "",
                 group: str = "") -> Someone:  # fmt: skip
        """Of another district, until they are settled."""
        sex = sex or self.random.choice("男女")
        born = self.born(sex, oldest, youngest)
        name = next(self.men if sex == "男" else self.women)
        number = self._number(prefix or self.random.choice(ID_PREFIXES[1:]), born, sex)
        group = group or self.random.choices(("未脱贫", "已脱贫"), (15, 85))[0]
        home = f"{self.random.choice(HOMES)}某乡"
        return Someone(number, name, sex, born, part, group, home=home, phone=phone(self.random))

    def own(self, part: str, *, place: tuple[Town, Village] | None = None, **more: object) -> Someone:
        """Of the district, with a household of their own; the helper is the village's."""
        person = self.somebody(part, prefix=ID_PREFIXES[0], **more)  # type: ignore[arg-type]
        town, village = place or self.random.choice(self.rural)
        number = self.households[village.code] = self.households.get(village.code, 0) + 1
        person.town, person.village, person.home = (
            town,
            village,
            f"渝北区{town.name}{village.name}{self.random.randint(1, 9)}组",
        )
        person.household, person.head = f"{village.code}{number:04d}", person
        person.helper = f"{village.name}驻村工作队"
        return person

    def join(self, person: Someone, other: Someone) -> None:
        """The other is of the person's household, where it stands."""
        other.town, other.village, other.home = person.town, person.village, person.home
        other.household, other.head, other.helper = person.household, person, person.helper

    def place_of(self, town: str, village: str) -> tuple[Town, Village] | None:
        return next(((t, v) for t, v in self.rural if (t.name, v.name) == (town, village)), None)

    def firm(self, kind: str = "91", trade: str = "") -> Firm:
        while True:
            brand = "".join(self.random.sample(BRAND, 3))
            if brand not in self.brands:
                break
        self.brands.add(brand)
        short, industry, _ = next((each for each in TRADES if each[0] == trade), self.random.choice(TRADES))
        name = f"重庆{brand}{short}有限公司" if kind == "91" else f"重庆市渝北区{brand}公益服务中心"
        return Firm(credit_code(kind, unit_body(self.random)), name, industry, town=self.random.choice(self.streets))

    def employer_away(self, region: str) -> tuple[str, str]:
        """Employer and place, of another district or province."""
        place = self.random.choice(AWAY[region])
        return f"{place[-3:]}{self.random.choice(SIGNS)}厂", place


__all__ = ["OTHER", "Names"]
