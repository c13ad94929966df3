"""A verdict in words: why, why not, what would change it, by which numbers, and which of them are assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from anye.engine.entitle.case import NO, PAY, UNKNOWN, Room, Verdict
from anye.engine.entitle.catalogue import THIS_MONTH, Catalogue, Money, Texts
from anye.engine.entitle.policy import ACCEPTED, AMOUNT, IN_FORCE, Block, Dated, Parameter, Policy
from anye.engine.entitle.values import shown

_PLACE = re.compile(r"\{(\w+)\}")
OUTCOME_WORDS: Mapping[int, Texts] = {
    PAY: {"zh": "应发", "en": "to be paid"},
    NO: {"zh": "不发", "en": "not paid"},
    UNKNOWN: {"zh": "待核实", "en": "not known yet"},
}
STATE_WORDS: Mapping[str, Texts] = {
    "met": {"zh": "符合", "en": "met"}, "unmet": {"zh": "不符合", "en": "unmet"}, "missing": {"zh": "待核实", "en": "not known"},
}  # fmt: skip
ASSUMED_WORDS: Texts = {"zh": "假定值，尚无文件依据", "en": "assumed: no document was found for it yet"}
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


@dataclass(frozen=True)
class Line:
    """One reason: its state, the words for the citizen, what would mend it, and the facts that it rests on."""

    id: str
    state: str
    text: str
    fix: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Number:
    """A parameter that the verdict rests on."""

    says: str
    value: str
    since: str
    source: str
    certainty: str
    is_assumed: bool


@dataclass(frozen=True)
class Explained:
    """A verdict in one language. `amount` is empty unless paid."""

    title: str
    outcome: str
    amount: str
    is_assumed: bool
    lines: tuple[Line, ...]
    numbers: tuple[Number, ...]


class Explainer:
    """Words for the verdicts of a policy; what does not change with the case is made ready once."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy, self.catalogue = policy, catalogue
        self.asked = {id(block): _asked(policy, block, catalogue) for block in policy.blocks}

    def explain(self, verdict: Verdict, language: str) -> Explained:
        """The verdict in `zh` or `en`."""
        lang = "zh" if language.startswith("zh") else "en"
        block = self.policy.block_at(verdict.month)
        numbers = self._numbers(block, verdict.month, lang) if block else ()
        is_paid = verdict.outcome == PAY
        return Explained(
            self.policy.title[lang], OUTCOME_WORDS[verdict.outcome][lang],
            money(self.catalogue.money, verdict.amount, lang) if is_paid else "",
            any(number.is_assumed for number in numbers), tuple(self._lines(block, verdict, lang)), numbers,
        )  # fmt: skip

    def _lines(self, block: Block | None, verdict: Verdict, lang: str) -> list[Line]:
        found = []
        for name, says in _OF_EVERY_POLICY.items():
            for state, mask in (("unmet", verdict.unmet), ("missing", verdict.missing)):
                if mask & self.policy.bits[name]:
                    found.append(Line(name, state, says[state][lang], "", ()))
        for reason in block.reasons() if block else ():
            bit = self.policy.bits[reason.id]
            state = "unmet" if verdict.unmet & bit else "missing" if verdict.missing & bit else "met"
            said = {"unmet": reason.unmet, "missing": reason.missing, "met": reason.met}[state][lang]
            fix = reason.fix[lang] if state != "met" and reason.fix else ""
            facts = self._facts(self.asked[id(block)].get(reason.id, ()), verdict, lang)
            if reason.id in verdict.rooms:
                facts = (self._room(reason.id, block, verdict.rooms[reason.id], lang),)
            found.append(Line(reason.id, state, self._filled(said, verdict.month, lang), fix, facts))
        return found

    def _facts(self, names: tuple[str, ...], verdict: Verdict, lang: str) -> tuple[tuple[str, str], ...]:
        facts = self.catalogue.facts
        return tuple((facts[name].says[lang], shown(facts[name], verdict.known.get(name), lang)) for name in names)

    def _room(self, name: str, block: Block | None, room: Room, lang: str) -> tuple[str, str]:
        """How much of a limit was used before the month, and how much it allows."""
        limit = next(each for each in block.limits if each.reason.id == name) if block else None
        is_money = limit is not None and limit.counts == "amount"

        def written(lo: int, hi: int) -> str:
            ends = [money(self.catalogue.money, each, lang) if is_money else str(each) for each in (lo, hi)]
            return ends[0] if lo == hi else "–".join(ends)

        says = {"zh": "此前已用／可用", "en": "used before / allowed"}[lang]
        return says, f"{written(*room.used)} / {written(*room.allowed)}"

    def _filled(self, text: str, month: int, lang: str) -> str:
        if "{" not in text:
            return text
        values = {name: parameter.at(month) for name, parameter in self.policy.parameters.items()}
        units = {name: parameter.unit for name, parameter in self.policy.parameters.items()}

        def place(match: re.Match[str]) -> str:
            dated = values[match[1]]
            return number_said(self.catalogue.money, dated, units[match[1]], lang)

        return _PLACE.sub(place, text)

    def _numbers(self, block: Block, month: int, lang: str) -> tuple[Number, ...]:
        used = [parameter for name, parameter in self.policy.parameters.items() if name in block.names]
        return tuple(each for parameter in used if (each := self._number(parameter, month, lang)) is not None)

    def _number(self, parameter: Parameter, month: int, lang: str) -> Number | None:
        dated = parameter.at(month)
        if dated is None:
            return None
        value = number_said(self.catalogue.money, dated, parameter.unit, lang)
        return Number(
            parameter.says[lang], value, dated.since.isoformat(), dated.source[lang], dated.certainty, dated.is_assumed
        )


def _asked(policy: Policy, block: Block, catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Reason → the facts that its formula asks, through the block's steps."""
    steps = dict(block.formulas)

    def facts_of(names: frozenset[str]) -> set[str]:
        found: set[str] = set()
        for name in names:
            if name in steps:
                found |= facts_of(steps[name].names)
            elif name in catalogue.facts and name != THIS_MONTH:
                found.add(name)
        return found

    order = {name: at for at, name in enumerate(policy.facts)}
    return {
        each.reason.id: tuple(sorted(facts_of(each.when.names), key=lambda name: order.get(name, len(order))))
        for each in block.conditions
    }


def money(of: Money, amount: int, lang: str) -> str:
    """An amount of the smallest unit as people write it: 1234567 fen are 12,345.67元."""
    whole, rest = divmod(abs(amount), of.per)
    digits = len(str(of.per)) - 1
    said = f"{whole:,}" + (f".{rest:0{digits}d}" if rest else "")
    sign = "-" if amount < 0 else ""
    return f"{sign}{said}{of.sign['zh']}" if lang == "zh" else f"{sign}{said} {of.sign['en']}"


def number_said(of: Money, dated: Dated | None, unit: str, lang: str) -> str:
    """A parameter's value; money as money."""
    if dated is None:
        return "?"
    if isinstance(dated.value, bool):
        return ("是" if dated.value else "否") if lang == "zh" else ("yes" if dated.value else "no")
    return money(of, int(dated.value), lang) if unit.split("/", maxsplit=1)[0] == of.unit else f"{dated.value}"
