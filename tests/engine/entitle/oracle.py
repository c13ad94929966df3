"""The oracle of policies: it reads a description slowly, one month after the other and one row after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.engine.entitle.policies import FIRST, MONTHS, Block, Described, Facts, Limit, Person


@dataclass
class Said:
    unmet: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    amount: int = 0

    @property
    def outcome(self) -> str:
        return "no" if self.unmet else "unknown" if self.missing else "pay"


def oracle(
    policy: Described, people: Sequence[Person], rivals: Sequence[tuple[Person, Sequence[str]]], on: dt.date | None
) -> list[list[Said]]:
    """By person and month what the policy says."""
    used: dict[tuple[str, Any], list[int]] = {}
    years: dict[str, int] = {}
    found: list[list[Said]] = [[] for _ in people]
    for n in range(MONTHS):
        month = FIRST + n
        block = next((b for b in policy.blocks if b.since <= month and (b.until is None or month <= b.until)), None)
        for place, said in enumerate(judge(policy, block, people, rivals, on, n, used, years)):
            found[place].append(said)
    return found


def judge(
    policy: Described, block: Block | None, people: Sequence[Person], rivals: Sequence[tuple[Person, Sequence[str]]],
    on: dt.date | None, n: int, used: dict[tuple[str, Any], list[int]], years: dict[str, int],
) -> list[Said]:  # fmt: skip
    month = FIRST + n
    if block is None:
        return [Said(unmet={"in_force"}) for _ in people]
    rate = [value for since, value in sorted(policy.rates.items()) if since <= month][-1]
    facts = [person.at(n) | {"标准": rate} for person in people]
    most_paid = reach(policy, block)
    found = [Said() for _ in people]
    for said, person, known in zip(found, people, facts, strict=True):
        conditions(block, said, person, known, rivals, n)
    open_clip = [False] * len(people)
    uses: list[tuple[Said, tuple[str, Any], int, int]] = []
    for limit in block.limits:
        start(limit, people, facts, used, years, month)
    for limit in (each for each in block.limits if each.counts != "amount"):
        uses += bound(limit, people, facts, found, used, open_clip, most_paid)
    for said, known, is_open in zip(found, facts, open_clip, strict=True):
        if not said.unmet and not is_open:
            pay(block, said, known)
    for limit in (each for each in block.limits if each.counts == "amount"):
        uses += bound(limit, people, facts, found, used, open_clip, most_paid)
    use_up(uses, used)
    accept(block, found, on)
    for said in found:
        said.amount = said.amount if said.outcome == "pay" else 0
    return found


def accept(block: Block, found: Sequence[Said], on: dt.date | None) -> None:
    for said in found:
        if on is not None and block.accept and not block.accept[0] <= on <= block.accept[1]:
            said.unmet.add("accepted")


def use_up(uses: Sequence[tuple[Said, tuple[str, Any], int, int]], used: dict[tuple[str, Any], list[int]]) -> None:
    for said, key, least, most in uses:
        if said.outcome == "pay":
            used[key][0] += least
        if said.outcome != "no":
            used[key][1] += most


def conditions(
    block: Block, said: Said, person: Person, known: Facts, rivals: Sequence[tuple[Person, Sequence[str]]],
    n: int,
) -> None:  # fmt: skip
    for name, formula in block.conditions:
        value = formula.of(known)
        if value is None:
            said.missing.add(name)
        elif value is False:
            said.unmet.add(name)
    if block.excludes:
        keys = ["person"] if block.excludes == "person" else ["person", "firm"]
        theirs = [out[n] for rival, out in rivals if all(rival.keys[key] == person.keys[key] for key in keys)]
        if "pay" in theirs:
            said.unmet.add("not_rival")
        elif "unknown" in theirs or not theirs:
            said.missing.add("not_rival")


def pay(block: Block, said: Said, known: Facts) -> None:
    amount = block.amount.of(known)
    if amount is None:
        said.missing.add("amount")
    elif amount <= 0:
        said.unmet.add("amount")
    else:
        said.amount = amount


def reach(policy: Described, block: Block) -> int:
    """The most that the amount can be."""
    top = max(policy.rates.values())
    return {"标准": top, "LEAST(实缴, 标准)": top, "实缴": 90_000, "准付 * 日标准": 3_100}.get(block.amount.text, top)


def key_of(limit: Limit, person: Person) -> Any:
    if limit.within == "person_firm":
        return person.keys["person"], person.keys["firm"]
    return person.keys.get(limit.within)


def start(
    limit: Limit, people: Sequence[Person], facts: Sequence[Facts], used: dict[tuple[str, Any], list[int]],
    years: dict[str, int], month: int,
) -> None:  # fmt: skip
    year = {"lifetime": 0, "year": month // 12, "month": month}[limit.per]
    if limit.id not in years:
        for person, known in zip(people, facts, strict=True):
            before = limit.used.of(known)
            lo, hi = (0, 90_000 if limit.used.text == "领过" else 8) if before is None else (before, before)
            key = (limit.id, key_of(limit, person))
            if key in used:
                lo, hi = min(lo, used[key][0]), max(hi, used[key][1])
            used[key] = [lo, hi]
    elif years[limit.id] != year:
        for key in used:
            if key[0] == limit.id:
                used[key] = [0, 0]
    years[limit.id] = year


def bound(
    limit: Limit, people: Sequence[Person], facts: Sequence[dict[str, Any]], found: Sequence[Said],
    used: dict[tuple[str, Any], list[int]], open_clip: list[bool], most_paid: int,
) -> list[tuple[Said, tuple[str, Any], int, int]]:  # fmt: skip
    """Marks where the limit stands in the way, and says how much of it each month would use, at least and at most."""
    due = [at for at, said in enumerate(found) if not said.unmet]
    wants = {at: wanted(limit, facts[at], found[at], most_paid) for at in due}
    counted = {at: True if limit.counts_when is None else limit.counts_when.of(facts[at]) for at in due}
    uses = []
    for at in due:
        said, known, key = found[at], facts[at], key_of(limit, people[at])
        if key is None:
            said.missing.add(limit.id)
            open_clip[at] |= limit.counts == "units"
            continue
        beside = sum(
            wants[x][1] for x in due if x != at and key_of(limit, people[x]) == key and counted[x] is not False
        )
        lo, hi = used[(limit.id, key)]
        least_allowed, most_allowed = allowed(limit, known)
        surely, maybe = max(least_allowed - hi - beside, 0), max(most_allowed - lo, 0)
        wish = wants[at]
        free = False if limit.unless is None else limit.unless.of(known)
        in_part = limit.counts in {"units", "amount"}
        fits = free is True or wish[1] <= surely
        if not fits and free is False and maybe == 0:
            said.unmet.add(limit.id)
            continue
        left_is_open = not fits and (free is None or surely != maybe)
        wish_is_open = in_part and wish[0] != wish[1]
        if left_is_open:
            said.missing.add(limit.id)
        if wish_is_open:
            said.missing.add("amount")
        got = wish if fits else (surely, surely)
        if left_is_open or wish_is_open:
            open_clip[at] |= limit.counts == "units"
            got = (0, min(wish[1], maybe) if free is False else wish[1])
        elif limit.counts == "units":
            known["准付"] = got[0]
        elif limit.counts == "amount":
            said.amount = got[0]
        least = got[0] if counted[at] is True else 0
        most = got[1] if counted[at] is not False else 0
        uses.append((said, (limit.id, key), least, most))
    return uses


def wanted(limit: Limit, known: Facts, said: Said, most_paid: int) -> tuple[int, int]:
    if limit.counts == "amount":
        return (said.amount, said.amount) if said.amount else (0, most_paid)
    if limit.counts == "units":
        return (0, 31) if known["天数"] is None else (known["天数"], known["天数"])
    return 1, 1


def allowed(limit: Limit, known: Facts) -> tuple[int, int]:
    value = limit.at_most.of(known)
    if value is None:  # CASE WHEN 总是 THEN n ELSE 2
        number = int(limit.at_most.text.split()[4])
        lo, hi = min(2, number), max(2, number)
    else:
        lo = hi = value
    if limit.renewal is None:
        return lo, hi
    may, times = limit.renewal[0].of(known), 1 + limit.renewal[1]
    return lo * times if may is True else lo, hi if may is False else hi * times
