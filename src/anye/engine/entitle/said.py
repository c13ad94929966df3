"""A verdict in words: why, why not, what would change it, by which numbers, and which of them are assumed."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from anye.engine.entitle.case import NO, PAY, UNKNOWN, Room, Verdict
from anye.engine.entitle.catalogue import Catalogue, Money, Texts
from anye.engine.entitle.policy import ACCEPTED, AMOUNT, IN_FORCE, Block, Dated, Parameter, Policy
from anye.engine.entitle.values import money_said, shown

_PLACE = re.compile(r"\{(\w+)\}")
_GENERAL = 0b111  # the bits of the reasons that every policy has
_KEPT = 4_096  # lines of a policy
OUTCOME_WORDS: Mapping[int, Texts] = {
    PAY: {"zh": "应发", "en": "to be paid"},
    NO: {"zh": "不发", "en": "not paid"},
    UNKNOWN: {"zh": "待核实", "en": "not known yet"},
}
STATE_WORDS: Mapping[str, Texts] = {
    "met": {"zh": "符合", "en": "met"}, "unmet": {"zh": "不符合", "en": "unmet"}, "missing": {"zh": "待核实", "en": "not known"},
}  # fmt: skip
ASSUMED_WORDS: Texts = {"zh": "假定值，尚无文件依据", "en": "assumed: no document was found for it yet"}
LIFTED_WORDS: Texts = {"zh": "此人不受这项上限约束", "en": "This limit does not apply here"}
_OF_EVERY_POLICY: Mapping[str, Mapping[str, Texts]] = {
    IN_FORCE: {
        "unmet": {"zh": "该月政策尚未开始或已经结束", "en": "in this month the policy has not begun or has ended"},
    },
    ACCEPTED: {
        "unmet": {"zh": "申请日不在受理期内", "en": "it cannot be asked for on this day"},
    },
    AMOUNT: {
        "unmet": {"zh": "算下来没有可发的金额", "en": "there is nothing to pay"},
        "missing": {"zh": "金额所依据的数尚未知", "en": "what the amount is worked out from is not known yet"},
    },
}


class Line(NamedTuple):
    """One reason: its state, the words for the citizen, what would mend it, and the facts that it rests on."""

    id: str
    state: str
    text: str
    fix: str
    facts: tuple[tuple[str, str], ...]


class Number(NamedTuple):
    """A parameter that the verdict rests on."""

    says: str
    value: str
    since: str
    source: str
    certainty: str
    is_assumed: bool


class Explained(NamedTuple):
    """A verdict in one language. `amount` is empty unless paid; `steps`: what it was worked out from, one after the other."""

    title: str
    outcome: str
    amount: str
    is_assumed: bool
    lines: tuple[Line, ...]
    steps: tuple[tuple[str, str], ...]
    numbers: tuple[Number, ...]


class Explainer:
    """Words for the verdicts of a policy. What was said once is kept: cases are many, what is said of them is not."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy, self.catalogue = policy, catalogue
        self.asked = {id(block): tuple(_asked(policy, block, catalogue)) for block in policy.blocks}
        self.alike: dict[tuple[int, ...], int] = {}
        self.period = cache(self._period)
        self.numbers = cache(self._numbers)
        self.steps = cache(self._steps_of)
        self.said = cache(self._said)
        self.lines: dict[tuple[Hashable, ...], dict[str, Line]] = {}
        self.general = cache(self._general)

    def explain(self, verdict: Verdict, language: str) -> Explained:
        """The verdict in `zh` or `en`."""
        return self.explain_in(verdict, ["zh" if language.startswith("zh") else "en"])[0]

    def explain_in(self, verdict: Verdict, languages: Sequence[str]) -> list[Explained]:
        """The verdict in several languages: what it says is looked up once."""
        month, asked = self.period(verdict.month)
        reasons = self._reasons(verdict, month, asked or ())
        found = []
        for lang in languages:
            lines = self.general(verdict.unmet & _GENERAL, verdict.missing & _GENERAL, lang)
            lines += tuple([both[lang] for both in reasons])
            numbers, is_assumed = self.numbers(month, lang) if asked is not None else ((), False)
            amount = money_said(self.catalogue.money, verdict.amount, lang) if verdict.outcome == PAY else ""
            title, outcome = self.policy.title[lang], OUTCOME_WORDS[verdict.outcome][lang]
            found.append(
                Explained(title, outcome, amount, is_assumed, lines, self._told(verdict, month, lang), numbers)
            )
        return found

    def _reasons(self, verdict: Verdict, month: int, asked: _Asked) -> list[dict[str, Line]]:
        """A line for each reason, in both languages."""
        known, rooms, unmet, missing = verdict.known, verdict.rooms, verdict.unmet, verdict.missing
        lines, found = self.lines, []
        for name, bit, names in asked:
            state = "unmet" if unmet & bit else "missing" if missing & bit else "met"
            key = (name, month, state, rooms.get(name), *[known.get(each) for each in names])
            found.append(lines.get(key) or self._line(key, names))
        return found

    def _general(self, unmet: int, missing: int, lang: str) -> tuple[Line, ...]:
        """The reasons that every policy has."""
        found = []
        for name, says in _OF_EVERY_POLICY.items():
            for state, mask in (("unmet", unmet), ("missing", missing)):
                if mask & self.policy.bits[name]:
                    found.append(Line(name, state, says[state][lang], "", ()))
        return tuple(found)

    def _period(self, month: int) -> tuple[int, _Asked | None]:
        """The first month that was met in which the same block and the same values are in force, and what is asked in it."""
        block = self.policy.block_at(month)
        values = (id(parameter.at(month)) for parameter in self.policy.parameters.values())
        first = self.alike.setdefault((id(block), *values), month)
        return first, None if block is None else self.asked[id(block)]

    def _line(self, key: tuple[Any, ...], names: tuple[str, ...]) -> dict[str, Line]:
        """A line that was not said yet, or not lately."""
        name, month, state, room, *values = key
        facts = [(self.catalogue.facts[each], value) for each, value in zip(names, values, strict=True)]
        if len(self.lines) >= _KEPT:
            self.lines.clear()
        both: dict[str, Line] = {}
        for lang in ("zh", "en"):
            told = [(fact.says[lang], shown(fact, value, lang, self.catalogue.money)) for fact, value in facts]
            if room is not None:
                told.insert(0, self._room(name, month, room, lang))
            is_lifted = room is not None and room.is_lifted and state == "met"
            text, fix = (LIFTED_WORDS[lang], "") if is_lifted else self.said(name, month, state, lang)
            both[lang] = Line(name, state, text, fix, tuple(told))
        self.lines[key] = both
        return both

    def _said(self, name: str, month: int, state: str, lang: str) -> tuple[str, str]:
        """The words for a reason, and for what would mend it."""
        block = self.policy.block_at(month)
        reason = self.policy.says_of(name, block) if block else None
        assert reason is not None
        said = {"unmet": reason.unmet, "missing": reason.missing, "met": reason.met}[state][lang]
        fix = reason.fix[lang] if state != "met" and reason.fix else ""
        return self._filled(said, month, lang), self._filled(fix, month, lang)

    def _room(self, name: str, month: int, room: Room, lang: str) -> tuple[str, str]:
        """How much of a limit was used before the month, and how much it allows."""
        block = self.policy.block_at(month)
        assert block is not None
        limit = next(each for each in block.limits if each.reason.id == name)
        unit = limit.units.kind.unit.split("/")[0] if limit.units else ""
        is_money = limit.counts == "amount" or unit == self.catalogue.money.unit

        def written(lo: int, hi: int) -> str:
            ends = [money_said(self.catalogue.money, each, lang) if is_money else str(each) for each in (lo, hi)]
            return ends[0] if lo == hi else "–".join(ends)

        says = {"zh": "此前已用／可用", "en": "used before / allowed"}[lang]
        return says, f"{written(*room.used)} / {written(*room.allowed)}"

    def _told(self, verdict: Verdict, month: int, lang: str) -> tuple[tuple[str, str], ...]:
        """The named steps of the block, and what limits left of them."""
        told = []
        for name, says, is_money in self.steps(month) if verdict.outcome == PAY else ():
            value = verdict.known.get(name)
            if value is not None:
                number = money_said(self.catalogue.money, int(value), lang) if is_money else str(value)
                told.append((says[lang], number))
        return tuple(told)

    def _steps_of(self, month: int) -> list[tuple[str, Texts, bool]]:
        """Of the block that is in force, the steps that are numbers: name, words, and whether it is money."""
        block = self.policy.block_at(month)
        if block is None:
            return []
        given = [(limit.gives, limit.units, {"zh": "限额内", "en": "within the limit"}) for limit in block.limits]
        steps = [(name, node, block.steps[name]) for name, node in block.formulas]
        return [
            (name, says, node.kind.unit.split("/")[0] == self.catalogue.money.unit)
            for name, node, says in [*steps, *given]
            if node is not None and node.kind.type == "int"
        ]

    def _filled(self, text: str, month: int, lang: str) -> str:
        def place(match: re.Match[str]) -> str:
            parameter = self.policy.parameters[match[1]]
            return number_said(self.catalogue.money, parameter.at(month), parameter.unit, lang)

        return _PLACE.sub(place, text)

    def _numbers(self, month: int, lang: str) -> tuple[tuple[Number, ...], bool]:
        """The parameters of the block in force, and whether one of them is assumed."""
        block = self.policy.block_at(month)
        used = [each for name, each in self.policy.parameters.items() if block and name in block.names]
        numbers = tuple(each for parameter in used if (each := self._number(parameter, month, lang)) is not None)
        return numbers, any(each.is_assumed for each in numbers)

    def _number(self, parameter: Parameter, month: int, lang: str) -> Number | None:
        dated = parameter.at(month)
        if dated is None:
            return None
        value = number_said(self.catalogue.money, dated, parameter.unit, lang)
        return Number(
            parameter.says[lang], value, dated.since.isoformat(), dated.source[lang], dated.certainty, dated.is_assumed
        )


def general_said(reason: str, state: str, lang: str) -> str:
    """The words for a reason that every policy has; empty for any other."""
    return _OF_EVERY_POLICY.get(reason, {}).get(state, {}).get(lang, "")


_Asked = tuple[tuple[str, int, tuple[str, ...]], ...]


def _asked(policy: Policy, block: Block, catalogue: Catalogue) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """(reason, its bit, the facts that its formula asks, through the block's steps)."""
    steps, order = dict(block.formulas), {name: at for at, name in enumerate(policy.facts)}
    formulas = {each.reason.id: each.when.names for each in block.conditions}
    formulas |= {limit.reason.id: frozenset(n for node in limit.nodes() for n in node.names) for limit in block.limits}

    def facts_of(names: frozenset[str]) -> set[str]:
        through = (facts_of(steps[name].names) if name in steps else {name} for name in names)
        return {fact for each in through for fact in each if fact in catalogue.facts}

    for reason in block.reasons():
        asked = facts_of(formulas.get(reason.id, frozenset()))
        yield reason.id, policy.bits[reason.id], tuple(sorted(asked, key=lambda name: order.get(name, len(order))))


def number_said(of: Money, dated: Dated | None, unit: str, lang: str) -> str:
    """A parameter's value; money as money."""
    if dated is None:
        return "?"
    if isinstance(dated.value, bool):
        return ("是" if dated.value else "否") if lang == "zh" else ("yes" if dated.value else "no")
    return money_said(of, int(dated.value), lang) if unit.split("/", maxsplit=1)[0] == of.unit else f"{dated.value}"
