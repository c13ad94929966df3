"""What is owed in words that several pages share: a policy's title, a reason with its numbers filled in, a firm sought."""

import datetime as dt
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.signals import request_started
from django.dispatch import receiver
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.filters import Search
from anye.engine.entitle.months import month_of
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.said import general_said
from anye.engine.yaml_faults import YamlFault
from anye.flow.rules import readable_rules, rules_on
from anye.records.audit.day import registry_day
from anye.records.entitlements.models import Entitlement
from anye.records.findings.models import Finding
from anye.records.firms.models import Firm
from anye.records.firms.queries import firms_found

_held: ContextVar[RuleBook | None] = ContextVar("the rules of a request", default=None)


def rules_of(day: dt.date) -> RuleBook:
    """The rules of a day; where they cannot be read any more, those that can."""
    try:
        return rules_on(settings.ANYE_PACK, day)
    except YamlFault:
        return readable_rules(settings.ANYE_PACK)[0]


def book() -> RuleBook:
    """The rules by which the office's pages speak: the same for the whole of a request, and asked for once."""
    found = _held.get()
    if found is None:
        found = rules_of(registry_day())
        _held.set(found)
    return found


@receiver(request_started)
def _anew(**_told: object) -> None:
    _held.set(None)


def language() -> str:
    """In which of the policies' languages the reader reads."""
    return "zh" if formats.is_chinese() else "en"


def title_of(code: str) -> str:
    """A policy's title; the code of one that is no more."""
    policy = book().policies.get(code)
    return policy.title[language()] if policy is not None else code


def reason_said(code: str, reason: str, month: dt.date, state: str) -> tuple[str, str]:
    """What a reason says in a state (met, unmet, missing) and what would mend it; nothing where the rules no longer know it."""
    rules = book()
    policy = rules.policies.get(code)
    at = month_of(month)
    block = policy.block_at(at) if policy is not None else None
    if policy is None or block is None:
        return "", ""
    if policy.says_of(reason, block) is None:
        return general_said(reason, state, language()), ""
    _rule, explainer = rules.for_case(code)
    text, fix = explainer.said(reason, at, state, language())
    return text, fix


def reasons_of(line: Entitlement, *states: str) -> list[str]:
    """What was not met (`unmet`) or not known (`missing`) of a decision, in words; nothing where the rules have since been numbered
    otherwise."""
    code = line.version.policy.code
    policy = book().policies.get(code)
    if policy is None or list(policy.reasons) != line.version.reasons:
        return []
    said = [
        reason_said(code, name, line.month, state)[0]
        for state in states
        for name, bit in policy.bits.items()
        if getattr(line, state) & bit
    ]
    return [words for words in said if words]


def handed_said(finding: Finding, firm: str) -> str:
    """What an officer handed over, in a sentence: what is not known, not claimed, or one step away."""
    told, month = finding.params, finding.month
    code = str(told.get("policy") or "")
    at = firm or str(told.get("post") or "").replace("|", " · ")
    given = {
        "rule": title_of(code) + (f" ({at})" if at else ""),
        "months": _months(str(told.get("first") or ""), month),
    }
    state = "missing" if finding.rule == "H01" else "unmet"
    said = [reason_said(code, reason, month, state) for reason in told.get("reasons") or ()] if month else []
    if finding.rule == "H02":
        given["sum"] = formats.money_text(told.get("fen"))
        return (
            gettext("%(rule)s, %(months)s: %(sum)s is owed by the records, and no list says that it was paid.") % given
        )
    given["said"] = " · ".join(text for text, _fix in said if text) or gettext("something is missing")
    if finding.rule == "H01":
        return gettext("%(rule)s, %(months)s: whether it is owed cannot be told. %(said)s.") % given
    given["fix"] = " · ".join(fix for _text, fix in said if fix) or formats.DASH
    return gettext("%(rule)s, %(months)s: %(said)s. What would mend it: %(fix)s.") % given


def _months(first: str, last: dt.date | None) -> str:
    try:
        since = dt.date.fromisoformat(f"{first}-01") if first else last
    except ValueError:
        since = last
    ends = [formats.month_text(since), formats.month_text(last)]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def _of_firm(rows: Any, text: str) -> Any:
    return rows.filter(firm__in=firms_found(Firm.objects.all(), text))


FIRM_SEARCH = Search(_("Firm"), _of_firm, placeholder=pgettext_lazy("search", "Part of a name, or a code"), longest=160)
