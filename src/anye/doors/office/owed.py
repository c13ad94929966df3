"""What a person is owed: each rule with what speaks for and against, in a month, as known on a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status
from anye.doors.kit.links import token_url
from anye.doors.office.owed_words import rules_of
from anye.engine.entitle.case import NO, PAY, UNKNOWN, Verdict
from anye.engine.entitle.months import last_day, month_of, read_month, written
from anye.engine.entitle.policy import IN_FORCE
from anye.engine.entitle.said import Explained, Line
from anye.flow.drawing.months import Window
from anye.flow.nightly import window_on
from anye.flow.one_person import Owed, owed_to
from anye.flow.registry import pack_in_use
from anye.packs.rules import pack_folder, read_rules
from anye.records.audit.day import registry_day
from anye.records.entitlements import queries
from anye.records.firms.models import Firm
from anye.records.people.models import Person

OUTCOMES = {
    PAY: Status("pay", _("To be paid"), "circle-check", "ok"),
    NO: Status("no", _("Not owed"), "circle-x", "idle"),
    UNKNOWN: Status("unknown", _("Not known yet"), "help-circle", "warn"),
}
STATES = {
    "met": Status("met", _("met"), "check", "ok"),
    "unmet": Status("unmet", _("not met"), "x", "bad"),
    "missing": Status("missing", _("not known"), "question-mark", "warn"),
}
SIGNS = {PAY: "✔", NO: "✘", UNKNOWN: "？"}


@dataclass(frozen=True)
class Asked:
    """The month that is looked at, as months since January 1970; the day as of which is known; and the months that are judged:
    from the first that the night judged, where it judged this one, for months before use limits up."""

    month: int
    known: dt.date
    window: Window


@dataclass(frozen=True)
class Card:
    """One rule for the page. `facts`: what a reason rests on, with the register that tells it."""

    owed: Owed
    told: Explained
    whose: str
    year: Sequence[dict[str, Any]]

    @property
    def verdict(self) -> Verdict:
        return self.owed.verdicts[-1]

    @property
    def status(self) -> Status:
        return OUTCOMES[self.verdict.outcome]

    @property
    def is_near(self) -> bool:
        """One condition is not met, and the rule says what would mend it."""
        unmet = [line for line in self.told.lines if line.state == "unmet"]
        return self.verdict.outcome == NO and not self.verdict.missing and len(unmet) == 1 and bool(unmet[0].fix)

    @property
    def is_in_force(self) -> bool:
        return not self.verdict.unmet & self.owed.policy.bits[IN_FORCE]

    @property
    def fixes(self) -> list[str]:
        return [line.fix for line in self.told.lines if line.fix]


def asked_for(month: str, known: str) -> Asked:
    """What a page's address asks for. Without a month the last that was judged, without a day today.

    Raises BadRequest.
    """
    today = registry_day()
    try:
        day = dt.date.fromisoformat(known) if known else today
        at = read_month(month) if month else None
    except ValueError:
        raise BadRequest from None
    earliest = dt.date(1990, 1, 1)
    if not earliest <= day <= today or (at is not None and not month_of(earliest) <= at <= month_of(today) + 12):
        raise BadRequest
    last = queries.last_run(day)
    if at is None:
        at = month_of(last.last_month) if last else month_of(day)
    if last and month_of(last.first_month) <= at <= month_of(last.last_month):
        first = month_of(last.first_month)
        return Asked(at, day, Window(first, at - first + 1))
    return Asked(at, day, window_on(last_day(at)))


def cards_of(person: Person, household: Sequence[int], asked: Asked) -> list[Card]:
    """Every rule for the person, what is to be paid first."""
    pack = pack_in_use()
    book = rules_of(asked.known)
    language = "zh" if formats.is_chinese() else "en"
    found = owed_to(pack, book, person.pk, household, asked.window, known=asked.known)
    firms = Firm.objects.in_bulk({one.firm_id for one in found if one.firm_id is not None})
    cards = []
    for one in found:
        _rule, explainer = book.for_case(one.policy.code)
        told = explainer.explain(one.verdicts[-1], language)
        whose = firms[one.firm_id].name if one.firm_id is not None else one.post.replace("|", " · ")
        cards.append(Card(one, told, whose, _year(one, asked)))
    return sorted(cards, key=lambda card: (_rank(card), -card.verdict.amount, card.owed.policy.code))


def grouped(cards: Sequence[Card]) -> list[tuple[str, str, list[Card]]]:
    """(code, heading, cards) of what is to be paid, not known, near, and not owed; empty ones left out."""
    headings = [
        ("pay", gettext("To be paid")), ("near", gettext("One step away")), ("unknown", gettext("Not known yet")),
        ("no", gettext("Not owed this month")), ("past", gettext("Rules not in force in this month")),
    ]  # fmt: skip
    groups = [(code, words, [card for card in cards if _rank(card) == at]) for at, (code, words) in enumerate(headings)]
    return [group for group in groups if group[2]]


def sources_of(cards: Sequence[Card]) -> dict[str, str]:
    """Fact in words → the register that tells it."""
    language = "zh" if formats.is_chinese() else "en"
    catalogue = read_rules(pack_folder(settings.ANYE_PACK)).catalogue
    asked = {says for card in cards for line in card.told.lines for says, _value in line.facts}
    return {
        fact.says[language]: fact.source[language]
        for fact in catalogue.facts.values()
        if fact.source and fact.says[language] in asked
    }


def owed_href(month: dt.date, person: Any, firm: Any) -> str:
    """Where a row of a list leads: to what the person is owed in the month, else to the firm."""
    if person is not None:
        return f"{token_url('office:person_owed', person.token)}?month={month:%Y-%m}"
    return token_url("office:firm", firm.token) if firm is not None else ""


def line_shown(line: Line, sources: dict[str, str]) -> dict[str, Any]:
    facts = [(says, value, sources.get(says, "")) for says, value in line.facts]
    return {"status": STATES[line.state], "text": line.text, "fix": line.fix, "facts": facts}


def _rank(card: Card) -> int:
    if card.verdict.outcome == PAY:
        return 0
    if not card.is_in_force:
        return 4
    if card.verdict.outcome == UNKNOWN:
        return 2
    return 1 if card.is_near else 3


def _year(one: Owed, asked: Asked) -> list[dict[str, Any]]:
    """The months of the calendar year up to the one that is looked at."""
    first = asked.month - asked.month % 12
    return [
        {
            "month": written(each.month), "number": each.month % 12 + 1, "sign": SIGNS[each.outcome],
            "status": OUTCOMES[each.outcome], "fen": each.amount, "is_here": each.month == asked.month,
        }
        for each in one.verdicts
        if each.month >= first
    ]  # fmt: skip
