"""Towns and villages of the demo, read from an area table, with the names people write instead of official ones."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

#: The pair that the source article prints although the statistical codes place the village under another town
#: (domain.md 2.2): a district that has both places gets this conflict planted.
ARTICLE_PAIR = ("大湾镇", "云龙村")
#: Village names that must exist nowhere in the table; those that do are passed over.
NOWHERE = ("新桂坪村", "石桥梁村", "桐子坡村", "老鹰坳村")
#: A rural village sends as many workers as this many urban communities.
VILLAGE_WEIGHT = 6


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community: 12-digit code and the name in everyday use (玉兰村 for 玉兰村村民委员会)."""

    code: str
    name: str
    official: str
    is_rural: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street with its villages, in the order of the table."""

    code: str
    name: str
    villages: tuple[Village, ...]


@dataclass(frozen=True, slots=True)
class District:
    """The whole table."""

    name: str
    towns: tuple[Town, ...]

    def wrong_pairs(self, random: Random, count: int) -> list[tuple[str, str]]:
        """Pairs (town, village name) that do not exist: the article's first, then villages of elsewhere and nowhere."""
        known = {(town.name, village.name) for town in self.towns for village in town.villages}
        names = {name for _, name in known}
        town_names = [town.name for town in self.towns]
        repeated = {name for name, times in Counter(name for _, name in known).items() if times > 1}
        pairs = [ARTICLE_PAIR] * 2 if ARTICLE_PAIR[0] in town_names and ARTICLE_PAIR[1] in names else []
        nowhere = [name for name in NOWHERE if name not in names]
        lonely = sorted(names - repeated)
        while len(pairs) < count:
            town = random.choice(town_names)
            stem_of = {name.removesuffix("社区").removesuffix("村") for place, name in known if place == town}
            village = random.choice(nowhere if random.random() < 0.25 else lonely)
            if village.removesuffix("社区").removesuffix("村") not in stem_of:
                pairs.append((town, village))
        return pairs[:count]


def read_areas(path: Path) -> District:
    """Read code, level, parent, name (12-digit codes; further columns are ignored)."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    below: dict[str, list[Village]] = {}
    for row in rows:
        if row["level"] in ("village", "community"):
            name = everyday_name(row["name"])
            below.setdefault(row["parent"], []).append(
                Village(row["code"], name, row["name"], row["level"] == "village")
            )
    towns = [
        Town(row["code"], row["name"], tuple(below[row["code"]]))
        for row in rows
        if row["level"] in ("town", "street") and row["code"] in below
    ]
    county = next((row["name"] for row in rows if row["level"] == "county"), "")
    return District(county, tuple(towns))


def everyday_name(official: str) -> str:
    """玉兰村村民委员会 → 玉兰村; 金和社区居民委员会 → 金和社区."""
    for ending in ("村民委员会", "居民委员会"):
        if official.endswith(ending):
            return official.removesuffix(ending)
    return official


def shares(villages: Iterable[Village], total: int) -> dict[str, int]:
    """Split `total` workers over villages by weight, largest remainders first; the sum is exact."""
    weights = {village.code: VILLAGE_WEIGHT if village.is_rural else 1 for village in villages}
    whole = sum(weights.values())
    exact = {code: total * weight / whole for code, weight in weights.items()}
    split = {code: int(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda known: (split[known] - exact[known], known))[: total - sum(split.values())]:
        split[code] += 1
    return split
