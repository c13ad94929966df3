"""Doubts in plain words: what each rule asks, what one doubt says, and how it stands. A doubt is never a verdict."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status, Words
from anye.doors.office import words
from anye.doors.office.owed_words import handed_said
from anye.records.findings.models import Finding
from anye.records.findings.rules import HANDED_RULES, answers_to

RULES: dict[str, Words] = {
    "Q02": _("Sex and ID number disagree"),
    "Q03": _("Birth and ID number disagree"),
    "Q04": _("One ID number for two people, or two numbers for one"),
    "Q05": _("The employer's credit code is wrong"),
    "Q06": _("The village is not known in its town"),
    "Q07": _("A household without a head, or with two"),
    "Q08": _("Dates of work that cannot be"),
    "Q09": _("Not employed in the ledger, but insured by a firm"),
    "Q10": _("An income far from the usual"),
    "H01": _("Not known yet whether help is owed"),
    "H02": _("Owed, and nobody claimed it"),
    "H03": _("One step away from help"),
}
STATES: dict[str, Status] = {
    "open": Status("open", pgettext_lazy("doubt", "open"), "circle-dashed", "warn"),
    "visiting": Status("visiting", _("visit under way"), "home-check", "info"),
    "mending": Status("mending", _("found out; the register has to be mended"), "hourglass", "warn"),
    "confirmed": Status("confirmed", _("confirmed: our record was wrong"), "check", "ok"),
    "explained": Status("explained", _("explained: both may stand"), "check", "ok"),
    "source_error": Status("source_error", _("the register is wrong"), "file-alert", "bad"),
    "gone": Status("gone", _("gone: the records agree again"), "circle-check", "idle"),
}
# of questions about what is owed: their states say something else
HANDED_STATES: dict[str, Status] = {
    "mending": Status("mending", _("told at home; waits for the records"), "hourglass", "warn"),
    "explained": Status("explained", _("not wanted"), "check", "idle"),
    "gone": Status("gone", _("done: by the records nothing is open any more"), "circle-check", "ok"),
}
VISIT_STATES: dict[str, Status] = {
    "due": Status("due", pgettext_lazy("visit", "to be made"), "home", "info"),
    "done": Status("done", pgettext_lazy("visit", "made"), "home-check", "ok"),
    "dropped": Status("dropped", _("no longer needed"), "minus", "idle"),
}
ANSWERS: dict[str, Words] = {
    "working": _("Works"),
    "insured_only": _("Does not work; an agent or a firm insures them"),
    "not_insured": _("Never worked there and knows of no insurance"),
    "name": _("The name on record is wrong"),
    "number": _("The ID number on record is not theirs"),
    "two_people": _("They are two people, and both numbers are right"),
    "one_person": _("It is one person, and one of the numbers is wrong"),
    "village": _("Another village looks after them"),
    "head": _("Found out who heads the household"),
    "dates": _("The dates on record are wrong"),
    "sex": _("The sex on record is wrong"),
    "birth": _("The birth on record is wrong"),
    "wage": _("The wage on record is wrong"),
    "record_right": _("What we have on record is right"),
    "register_wrong": _("The register is wrong: its keeper has to mend it"),
    "entered": _("Found out, and entered on the person's page"),
    "told": _("Told them; they hand in what is needed"),
    "declines": _("They do not want it"),
    "not_found": _("Not found at home"),
}

# for the boxes of a printed list
SHORT_ANSWERS: dict[str, Words] = {
    "working": _("works"),
    "insured_only": _("insured, not working"),
    "not_insured": _("never worked there"),
    "name": _("right name: ______"),
    "number": _("number is not theirs"),
    "two_people": _("two people"),
    "one_person": _("one person"),
    "village": _("village: ______"),
    "head": _("head: ______"),
    "dates": _("from ______ to ______"),
    "record_right": _("record right"),
    "entered": _("found out: ______"),
    "told": _("told them"),
    "declines": _("not wanted"),
    "not_found": _("not found"),
}


def answer_words(codes: str) -> str:
    """The answers that a visit was given, as they stand in its record."""
    between = "；" if formats.is_chinese() else "; "
    return between.join(str(ANSWERS.get(code, code)) for code in codes.split(",") if code)


def boxes_of(findings: Iterable[Finding]) -> list[Words]:
    """What may be ticked on paper for some doubts of one person, each once."""
    codes = [answer.code for one in findings for answer in answers_to(one.rule, one.params, at_home=True)]
    ordered = sorted(dict.fromkeys(codes), key=list(SHORT_ANSWERS).index)
    return [SHORT_ANSWERS[code] for code in ordered]


def rule_words(rule: str) -> str:
    """The short name of a rule; a rule that is new to the pages shows its code."""
    return str(RULES.get(rule, rule))


def state_of(finding: Finding) -> Status:
    is_handed = finding.rule in HANDED_RULES.values()
    return (HANDED_STATES if is_handed else STATES).get(finding.state) or STATES[finding.state]


def said(finding: Finding, firm: str = "") -> str:
    """One doubt in a sentence, both sides named. Never holds an ID number."""
    make = _SENTENCES.get(finding.rule)
    return make(finding, firm) if make is not None else rule_words(finding.rule)


def _q02(finding: Finding, _firm: str) -> str:
    told, known = (words.sex_words(str(finding.params.get(key) or "")) for key in ("value", "id"))
    given = {"told": told or "–", "known": known or "–"}
    return gettext("The register says %(told)s, the ID number says %(known)s.") % given


def _q03(finding: Finding, _firm: str) -> str:
    told, known = (words.day_words(str(finding.params.get(key) or "–")) for key in ("value", "id"))
    return gettext("The register says born %(told)s, the ID number says %(known)s.") % {"told": told, "known": known}


def _q04(finding: Finding, _firm: str) -> str:
    if finding.params.get("kind") == "near_ids":
        return gettext("Somebody of the same name and birth has an ID number that differs in one or two places.")
    return gettext("A register names somebody else under this ID number.")


def _q05(finding: Finding, _firm: str) -> str:
    value = str(finding.params.get("value") or "")
    if not value:
        return gettext("The register's credit code of the employer fails its check digit.")
    return gettext("The register's credit code of the employer, %(code)s, fails its check digit.") % {"code": value}


def _q06(finding: Finding, _firm: str) -> str:
    given = {name: str(finding.params.get(name) or "–") for name in ("town", "village")}
    return gettext("The register says %(village)s in %(town)s; there is no such village there.") % given


def _q07(finding: Finding, _firm: str) -> str:
    heads = int(finding.params.get("heads") or 0)
    if finding.params.get("kind") == "no_head" or heads == 0:
        return gettext("Nobody of the household is recorded as its head.")
    words_of = ngettext(
        "%(count)s member of the household is recorded as its head.",
        "%(count)s members of the household are recorded as its head.",
        heads,
    )
    return words_of % {"count": heads}


def _q08(finding: Finding, _firm: str) -> str:
    problem = finding.params.get("problem") or finding.params.get("kind")
    if problem == "no_start":
        return gettext("Recorded as working, but nobody wrote down since when.")
    if problem == "end_before_start":
        start, end = (words.day_words(str(finding.params.get(key) or "–")) for key in ("start", "end"))
        return gettext("Work that is recorded to end on %(end)s, before it began on %(start)s.") % {
            "start": start,
            "end": end,
        }
    return gettext("Two jobs at different employers are recorded for the same time.")


def _q09(finding: Finding, firm: str) -> str:
    given = {"month": month_text(finding), "firm": firm or gettext("a firm")}
    return gettext("Recorded as not employed; insured by %(firm)s for %(month)s. Either side may be wrong.") % given


def _q10(finding: Finding, _firm: str) -> str:
    fen, unit = finding.params.get("fen"), str(finding.params.get("unit") or "")
    wage = words.wage_words(fen if isinstance(fen, int) else None, unit) or "–"
    return gettext("The register says %(wage)s: perhaps a day's wage in a month's field.") % {"wage": wage}


_SENTENCES: dict[str, Any] = {
    "Q02": _q02, "Q03": _q03, "Q04": _q04, "Q05": _q05, "Q06": _q06, "Q07": _q07, "Q08": _q08, "Q09": _q09, "Q10": _q10,
    **dict.fromkeys(HANDED_RULES.values(), handed_said),
}  # fmt: skip


def month_text(finding: Finding) -> str:
    """The month that a doubt speaks of."""
    if finding.month is not None:
        return formats.month_text(finding.month)
    told = str(finding.params.get("month") or "")
    try:
        return formats.month_text(dt.date.fromisoformat(f"{told}-01")) if told else formats.DASH
    except ValueError:
        return formats.DASH


def advice(rule: str) -> str:
    """What a visit or a desk should find out."""
    return str(_ADVICE.get(rule, ""))


_ADVICE: dict[str, Words] = {
    "Q02": _("Look at the ID card and put the record right."),
    "Q03": _("Look at the ID card and put the record right."),
    "Q04": _("Look at the ID cards: is it one person or are they two?"),
    "Q05": _("Ask the employer for the business licence."),
    "Q06": _("Find out which village looks after the household."),
    "Q07": _("Ask who heads the household."),
    "Q08": _("Ask when the work began and when it ended."),
    "Q09": _("Ask whether they work, where and since when. An agent may pay insurance for somebody who does not work."),
    "Q10": _("Ask whether the amount is for a day or for a month."),
    "H01": _("Ask, and enter what you learn on the person's page. The question closes once the rules can tell."),
    "H02": _("Tell them, and help them to claim it. The question closes once a list says that it was paid."),
    "H03": _("Tell them what would mend it, and help them. The question closes once it is mended."),
}
