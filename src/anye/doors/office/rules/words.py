"""A policy in plain words for its page, and what two versions of it say differently."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from anye.doors.kit.fragments import Status
from anye.doors.office.owed import OUTCOMES
from anye.doors.office.owed_words import language
from anye.engine.entitle.case import NO, PAY, CaseRule, Verdict
from anye.engine.entitle.case import OUTCOMES as CODES
from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.examples import named, play
from anye.engine.entitle.months import written
from anye.engine.entitle.policy import Block, Example, Policy, Reason
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.said import general_said, number_said
from anye.engine.entitle.told import code_said, filled, limit_said
from anye.engine.entitle.values import money_said
from anye.engine.entitle.words import Words


def head_of(policy: Policy) -> list[tuple[str, str]]:
    """(label, words) of what the policy is."""
    lang = language()
    told = [
        (gettext("For whom"), code_said(policy.subject, lang)), (gettext("Paid to"), code_said(policy.pays, lang)),
        (gettext("How"), code_said(policy.channel, lang)), (gettext("Fund"), code_said(policy.fund, lang)),
        (gettext("Set by"), code_said(policy.level, lang)),
    ]  # fmt: skip
    if policy.notice_days:
        told.append((gettext("Shown in public"), gettext("%(days)s days") % {"days": policy.notice_days}))
    if policy.recovery:
        told.append((gettext("Recovery"), policy.recovery[lang]))
    return told


def legal_of(policy: Policy) -> list[dict[str, Any]]:
    """The documents that it stands on."""
    lang = language()
    return [
        {"ref": each.ref[lang], "since": each.effective, "until": each.until, "source": each.source[lang],
         "certainty": each.certainty}
        for each in policy.legal
    ]  # fmt: skip


def numbers_of(policy: Policy, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Each parameter with its values, day by day."""
    lang = language()
    return [
        {
            "name": parameter.name, "says": parameter.says[lang],
            "values": [
                {"value": number_said(catalogue.money, dated, parameter.unit, lang), "since": dated.since,
                 "source": dated.source[lang], "certainty": dated.certainty, "is_assumed": dated.is_assumed}
                for dated in parameter.values
            ],
        }
        for parameter in policy.parameters.values()
    ]  # fmt: skip


def blocks_of(policy: Policy, book: RuleBook) -> list[dict[str, Any]]:
    """Each dated block: conditions, what is paid, limits, and what goes before it."""
    return [_block(at, block, policy, book) for at, block in enumerate(policy.blocks)]


def _block(at: int, block: Block, policy: Policy, book: RuleBook) -> dict[str, Any]:
    lang = language()
    words = Words(book.catalogue, lang, policy, block)

    def reason(found: Reason) -> dict[str, str]:
        texts = (("met", found.met), ("unmet", found.unmet), ("missing", found.missing), ("fix", found.fix))
        return {key: filled(each[lang], policy, block, book.catalogue, lang) for key, each in texts if each}

    return {
        "at": at, "since": block.since, "until": block.until, "accept": (block.accept_from, block.accept_until),
        "conditions": [
            {"id": each.reason.id, "place": f"{at}.{each.reason.id}", "words": words.of(each.when), **reason(each.reason)}
            for each in block.conditions
        ],
        "amount": words.of(block.amount),
        "steps": [(block.steps[name][lang], words.of(node)) for name, node in block.formulas],
        "limits": [
            {"words": limit_said(each, policy, block, book.catalogue, lang), **reason(each.reason)} for each in block.limits
        ],
        "before": [
            {"words": book.policies[each.policy].title[lang] if each.policy in book.policies else each.policy,
             **reason(each.reason)}
            for each in block.exclusions
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """A test of the file and what comes out. `at`: its number in the file."""

    at: int
    example: Example
    verdict: Verdict
    expected: str
    came: str
    is_right: bool

    @property
    def month(self) -> str:
        return written(self.example.month)

    @property
    def status(self) -> Status:
        if self.is_right:
            return Status("right", gettext("as it says"), "check", "ok")
        return Status("wrong", gettext("comes out otherwise"), "x", "bad")


def outcome_said(outcome: int, amount: int, catalogue: Catalogue) -> str:
    """An outcome, or what is paid."""
    return money_said(catalogue.money, amount, language()) if outcome == PAY else str(OUTCOMES[outcome].label)


def reasons_said(policy: Policy, catalogue: Catalogue, month: int, names: Sequence[str], state: str) -> list[str]:
    """Reasons in words: why not (`unmet`), or what is not known (`missing`)."""
    block, lang = policy.block_at(month), language()
    found = []
    for name in names:
        reason = policy.says_of(name, block) if block else None
        said = filled(getattr(reason, state)[lang], policy, block, catalogue, lang) if reason and block else ""
        found.append(said or general_said(name, state, lang))
    return [each for each in found if each]


def _expected(example: Example) -> tuple[int, int]:
    """The outcome that a test expects, and what is paid then (fen)."""
    return (PAY, example.expect) if isinstance(example.expect, int) else (CODES.index(example.expect), 0)


def because(policy: Policy, verdict: Verdict) -> tuple[str, ...]:
    """The reasons that decide a verdict."""
    return named(policy, verdict.unmet if verdict.outcome == NO else verdict.missing)


def tests_of(policy: Policy, catalogue: Catalogue) -> list[Tried]:
    """Every test of the file, tried. Raises PolicyFault for one that gives what is no value."""
    rule = CaseRule(policy, catalogue)
    found = []
    for at, example in enumerate(policy.examples):
        verdict = play(policy, catalogue, rule, example)
        outcome, paid = _expected(example)
        reasons = because(policy, verdict)
        is_right = (verdict.outcome, verdict.amount if verdict.outcome == PAY else 0) == (outcome, paid) and (
            not example.because or set(example.because) == set(reasons)
        )
        state = "unmet" if verdict.outcome == NO else "missing"
        why = "；".join(reasons_said(policy, catalogue, example.month, reasons, state)) if not is_right else ""
        came = outcome_said(verdict.outcome, verdict.amount, catalogue) + (f" · {why}" if why else "")
        found.append(Tried(at, example, verdict, outcome_said(outcome, paid, catalogue), came, is_right))
    return found


def sentences(policy: Policy, book: RuleBook) -> Iterator[str]:
    """All that a policy says, line by line, so that two versions can be laid beside each other."""
    lang = language()
    yield policy.title[lang]
    yield policy.says[lang]
    yield from (f"{label} · {words}" for label, words in head_of(policy))
    yield from (
        " · ".join(str(each[key]) for key in ("ref", "since", "until", "source", "certainty") if each[key])
        for each in legal_of(policy)
    )
    for number in numbers_of(policy, book.catalogue):
        for each in number["values"]:
            yield f"{number['says']} · {each['since']} · {each['value']} · {each['source']} · {each['certainty']}"
    for block in blocks_of(policy, book):
        days = f"{block['since']} – {block['until'] or ''}"
        told = [f"{each['met']} · {each['words']}" for each in block["conditions"]]
        told += [each.get(key, "") for each in block["conditions"] for key in ("unmet", "missing", "fix")]
        told += [f"{gettext('Amount')} · {block['amount']}", *(f"{says} · {words}" for says, words in block["steps"])]
        told += [each["words"] for each in (*block["limits"], *block["before"])]
        yield from (f"{days} · {line}" for line in told if line)
    for example in policy.examples:
        said = outcome_said(*_expected(example), book.catalogue)
        yield f"{gettext('Test')} · {example.name} · {written(example.month)} · {said}"


def differences(old: Policy | None, new: Policy, book: RuleBook, other: RuleBook) -> list[tuple[str, str]]:
    """(− or +, a line) of what the first rules say and the others do not, and of what those say instead."""
    return _changed(list(sentences(old, book)) if old else [], list(sentences(new, other)))


def lines(old: str, new: str) -> list[tuple[str, str]]:
    """The same of two files, line by line: nothing that they say is left out."""
    return _changed(old.splitlines(), new.splitlines())


def _changed(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    found = difflib.unified_diff(before, after, n=0, lineterm="")
    return [("−" if line[0] == "-" else "+", line[1:]) for at, line in enumerate(found) if at > 1 and line[0] in "-+"]
