"""Random policies as files, and an oracle that reads the same description slowly, one row and one month after the other.

Each formula stands here twice: as the text in the file, and as a function of a dictionary that was written separately.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FIRST, MONTHS = (2019 - 1970) * 12 + 8, 16  # September 2019 to December 2020: two turns of the year
BOTH = {"zh": "甲", "en": "a"}
TOLD = {"met": BOTH, "unmet": BOTH, "missing": BOTH}
Facts = Mapping[str, Any]
SIGNS = [chr(ord("a") + n) for n in range(5)]

FACTS: dict[str, dict[str, Any]] = {
    **{f"是{sign}": {"of": "person_firm", "per": "month", "type": "bool"} for sign in SIGNS},
    "总是": {"of": "person", "type": "bool"},
    "天数": {"of": "person_firm", "per": "month", "type": "int", "unit": "day", "range": [0, 31]},
    "实缴": {"of": "person_firm", "per": "month", "type": "int", "unit": "fen", "range": [-500, 90_000]},
    "用过": {"of": "person", "type": "int", "unit": "month", "range": [0, 8]},
    "领过": {"of": "person", "type": "int", "unit": "fen", "range": [0, 90_000]},
}


def write_catalogue(folder: Path) -> Path:
    facts = {name: spec | {"says": BOTH, "source": BOTH} for name, spec in FACTS.items()}
    path = folder / "facts.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump({"money": {"unit": "fen", "per": 100, "sign": BOTH}, "facts": facts}, file)
    return path


# Formulas ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Formula:
    text: str
    of: Callable[[Facts], Any]


def every(values: Sequence[Any]) -> Any:
    return False if False in values else None if None in values else True


def truth(rng: random.Random) -> Formula:
    """Yes, no or unknown."""
    one, other = rng.sample([f"是{sign}" for sign in SIGNS] + ["总是"], 2)
    limit = rng.randint(0, 31)
    return rng.choice([
        Formula(one, lambda f: f[one]),
        Formula(f"NOT {one}", lambda f: None if f[one] is None else not f[one]),
        Formula(f"{one} AND {other}", lambda f: every([f[one], f[other]])),
        Formula(f"{one} OR {other}",
                lambda f: True if True in (f[one], f[other]) else None if None in (f[one], f[other]) else False),
        Formula(f"天数 >= {limit}", lambda f: None if f["天数"] is None else f["天数"] >= limit),
        Formula(f"{one} OR {one} IS NULL", lambda f: f[one] is not False),
    ])  # fmt: skip


def money(rng: random.Random) -> Formula:
    return rng.choice([
        Formula("标准", lambda f: f["标准"]),
        Formula("实缴", lambda f: f["实缴"]),
        Formula("LEAST(实缴, 标准)", lambda f: None if f["实缴"] is None else min(f["实缴"], f["标准"])),
        Formula("CASE WHEN 是a THEN 标准 ELSE 标准 / 2 END",
                lambda f: None if f["是a"] is None else f["标准"] if f["是a"] else f["标准"] // 2),
    ])  # fmt: skip


@dataclass
class Limit:
    id: str
    counts: str
    within: str
    per: str
    at_most: Formula
    used: Formula
    counts_when: Formula | None = None
    unless: Formula | None = None
    renewal: tuple[Formula, int] | None = None
    is_anew: bool = False

    def written(self) -> dict[str, Any]:
        anew = {"anew": True} if self.is_anew else {}
        if self.counts == "once":
            return {
                "id": self.id,
                "within": self.within,
                "per": self.per,
                "used_before": self.used.text,
                **anew,
                **TOLD,
            }
        node: dict[str, Any] = {
            "id": self.id, "count": "天数" if self.counts == "units" else self.counts, "within": self.within,
            "per": self.per, "at_most": self.at_most.text, "used_before": self.used.text, **anew, **TOLD,
        }  # fmt: skip
        if self.counts == "units":
            node["gives"] = "准付"
        if self.counts_when:
            node["counts_when"] = self.counts_when.text
        if self.unless:
            node["unless"] = self.unless.text
        if self.renewal:
            node["renewal"] = {"when": self.renewal[0].text, "times": self.renewal[1]}
        return node


@dataclass
class Block:
    since: int
    until: int | None
    conditions: list[tuple[str, Formula]]
    amount: Formula
    limits: list[Limit]
    excludes: str | None
    accept: tuple[dt.date, dt.date] | None = None


@dataclass
class Described:
    """A random policy. `rates`: month → amount from then on."""

    blocks: list[Block]
    rates: dict[int, int] = field(default_factory=dict)

    def write(self, path: Path) -> Path:
        values = {day(month): {"value": value, "certainty": "A", "source": "-"} for month, value in self.rates.items()}
        used = " ".join(block.amount.text for block in self.blocks)
        tree = {
            "policy": "random", "title": BOTH, "says": BOTH, "level": "state", "subject": "person_firm", "pays": "firm",
            "channel": "apply", "fund": "none", "legal": [], "facts": sorted(FACTS), "blocks": [], "tests": {"cases": []},
        }  # fmt: skip
        rates = {
            "标准": ("fen", values),
            "日标准": ("fen/day", {day(FIRST - 30): {"value": 100, "certainty": "A", "source": "-"}}),
        }
        tree["parameters"] = {
            name: {"unit": unit, "says": BOTH, "values": dated}
            for name, (unit, dated) in rates.items()
            if re.search(rf"\b{name}\b", used)
        }
        blocks = [self.block(block) for block in self.blocks]
        said = str(blocks)
        tree["facts"] = [name for name in FACTS if name in said]
        tree["blocks"] = blocks
        with path.open("w", encoding="utf-8") as file:
            YAML().dump(tree, file)
        return path

    def block(self, block: Block) -> dict[str, Any]:
        node: dict[str, Any] = {"from": day(block.since)}
        if block.until is not None:
            node["until"] = day(block.until + 1) - dt.timedelta(days=1)
        if block.accept:
            node["accept"] = {"from": block.accept[0], "until": block.accept[1]}
        node["conditions"] = [{"id": name, "when": formula.text, **TOLD} for name, formula in block.conditions]
        node["amount"] = block.amount.text
        bounds = [limit for limit in block.limits if limit.counts != "once"]
        if bounds:
            node["limits"] = [limit.written() for limit in bounds]
        for limit in block.limits:
            if limit.counts == "once":
                node["once_per"] = limit.written()
        if block.excludes:
            node["exclusive_with"] = [{"policy": "rival", "same": block.excludes, **TOLD}]
        return node


def day(month: int) -> dt.date:
    return dt.date(1970 + month // 12, month % 12 + 1, 1)


def draw(rng: random.Random) -> Described:
    """A policy of one or two blocks, with up to three limits each."""
    turn = FIRST + rng.randint(3, 12)
    spans = rng.choice([[(FIRST - 20, None)], [(FIRST - 20, None)], [(FIRST + 2, turn), (turn + 1, None)], [(FIRST + 1, turn)],
                        [(FIRST - 5, turn), (turn + 2, FIRST + MONTHS - 2)]])  # fmt: skip
    rates = {FIRST - 30: rng.randint(1, 90_000)}
    if rng.random() < 0.5:
        rates[FIRST + rng.randint(1, MONTHS - 1)] = rng.randint(1, 90_000)
    blocks = [draw_block(rng, *span) for span in spans]
    kept = {limit.id: limit for limit in blocks[0].limits}
    for limit in blocks[-1].limits:  # one count over both blocks
        if limit.id in kept:
            limit.counts, limit.within, limit.per = (getattr(kept[limit.id], x) for x in ("counts", "within", "per"))
        limit.is_anew = limit.id not in kept
    is_by_day = [any(limit.counts == "units" for limit in block.limits) for block in blocks]
    for block, by_day in zip(blocks, is_by_day, strict=True):
        if not by_day and "准付" in block.amount.text:
            block.amount = money(rng)
        if by_day:
            block.amount = BY_DAY
    return Described(blocks, rates)


def draw_block(rng: random.Random, since: int, until: int | None) -> Block:
    limits = [draw_limit(rng, f"limit_{n}") for n in range(rng.choice([0, 1, 1, 1, 2]))]
    if sum(limit.counts == "units" for limit in limits) > 1:
        limits = limits[:1]
    if rng.random() < 0.3:
        limits.append(Limit("once", "once", rng.choice(["person", "person_firm"]), rng.choice(["lifetime", "year", "month"]),
                            Formula("1", lambda _: 1), rng.choice([Formula("0", lambda _: 0), USED])))  # fmt: skip
    amount = money(rng)
    if any(limit.counts == "units" for limit in limits):
        amount = BY_DAY
    conditions = [(f"condition_{n}", truth(rng)) for n in range(rng.choice([1, 1, 2]))]
    accept = (day(FIRST + 3), day(FIRST + 9)) if rng.random() < 0.2 else None
    excludes = rng.choice([None, None, None, None, "person", "person_firm"])
    return Block(since, until, conditions, amount, limits, excludes, accept)


BY_DAY = Formula("准付 * 日标准", lambda f: None if f["准付"] is None else f["准付"] * 100)
USED = Formula("用过", lambda f: f["用过"])


def draw_limit(rng: random.Random, name: str) -> Limit:
    counts = rng.choice(["month", "month", "units", "amount"])
    most = {"month": (2, 15), "units": (5, 200), "amount": (1_000, 600_000)}[counts]
    number = rng.randint(*most)
    at_most = Formula(str(number), lambda _: number)
    if counts == "month" and rng.random() < 0.3:
        at_most = Formula(f"CASE WHEN 总是 THEN {number} ELSE 2 END",
                          lambda f: None if f["总是"] is None else number if f["总是"] else 2)  # fmt: skip
    used = Formula("0", lambda _: 0)
    if rng.random() < 0.5:
        used = Formula("领过", lambda f: f["领过"]) if counts == "amount" else USED
    return Limit(
        name, counts, rng.choice(["person", "person_firm", "household"]), rng.choice(["lifetime", "year", "month"]), at_most, used,
        truth(rng) if rng.random() < 0.3 else None, truth(rng) if rng.random() < 0.2 else None,
        (truth(rng), rng.randint(1, 2)) if rng.random() < 0.3 else None,
    )  # fmt: skip


@dataclass
class Person:
    """A row: `keys`, what always holds, and what each month brings."""

    keys: dict[str, str]
    always: dict[str, Any]
    monthly: dict[str, list[Any]]

    def at(self, n: int) -> dict[str, Any]:
        return self.always | {name: values[n] for name, values in self.monthly.items()}


def people_of(rng: random.Random, count: int) -> list[Person]:
    """Rows of persons at one or two firms, some of one household, some of an unknown one; facts with gaps."""

    def some(values: Sequence[Any], unknown: float) -> Any:
        return None if rng.random() < unknown else rng.choice(values)

    found = []
    for n in range(count):
        person = f"p{n - 1}" if n and rng.random() < 0.25 and found[-1].keys["firm"] == "f0" else f"p{n}"
        keys = {"person": person, "firm": "f0" if person == f"p{n}" else "f1"}
        if found and person == found[-1].keys["person"]:
            keys |= {"household": found[-1].keys["household"]} if "household" in found[-1].keys else {}
        elif rng.random() < 0.9:
            keys["household"] = f"h{n // 3}"
        gaps = rng.choice([0.0, 0.1, 0.4])
        always = {
            "总是": some([True, True, False], gaps),
            "用过": some(range(9), gaps),
            "领过": some([0, 500, 90_000], gaps),
        }
        if found and person == found[-1].keys["person"]:
            always = dict(found[-1].always)
        often = rng.choice([0.6, 0.9, 0.97])
        monthly: dict[str, list[Any]] = {
            f"是{sign}": [None if rng.random() < gaps else rng.random() < often for _ in range(MONTHS)]
            for sign in SIGNS
        }
        monthly["天数"] = [some(range(32), gaps) for _ in range(MONTHS)]
        monthly["实缴"] = [some([-500, 0, 1, 800, 40_000, 60_000, 90_000], gaps) for _ in range(MONTHS)]
        found.append(Person(keys, always, monthly))
    return found
