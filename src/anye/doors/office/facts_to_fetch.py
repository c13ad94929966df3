"""What would have to be found out so that the rules can tell: fact by fact, of how many people, and which register tells it.

A condition that is not known counts for each fact that it asks, though some of them may be known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order, RowSource
from anye.doors.office.entrance import READERS, open_to
from anye.doors.office.owed_list import policy_choices
from anye.doors.office.owed_words import book, language, title_of
from anye.doors.office.places import by_place, place_choices
from anye.doors.office.rows import log_nameless_export
from anye.engine.entitle.policy import AMOUNT, Block
from anye.engine.entitle.runs import RuleBook
from anye.records.entitlements import queries
from anye.records.entitlements.models import Entitlement


@dataclass(frozen=True)
class ToFetch:
    """One fact: how many people wait for it, and under which rules."""

    key: str
    fact: str
    register: str
    persons: int
    rules: str
    count: int
    href: str


@dataclass(frozen=True)
class Unknown:
    """The decisions that are not known, before they are counted; narrowed as a listing narrows its rows."""

    query: "QuerySet[Entitlement]"
    register: str = ""

    def filter(self, **named: Any) -> Self:
        return replace(self, query=self.query.filter(**named))

    def of_register(self, register: str) -> Self:
        return replace(self, register=register)

    def counted(self) -> list[ToFetch]:
        """By fact."""
        rules, said = book(), language()
        found = []
        for name, persons, codes in queries.people_waiting(self.query, _masks(rules)):
            fact, titles = rules.catalogue.facts[name], sorted(title_of(code) for code in codes)
            register = fact.source.get(said, "")
            if self.register in ("", register):
                only = f"&policy={codes[0]}" if len(codes) == 1 else ""
                href = f"{reverse('office:owed')}?outcome=unknown{only}"
                found.append(ToFetch(name, fact.says[said], register, persons, "\n".join(titles), len(codes), href))
        return found


def _masks(rules: RuleBook) -> Mapping[str, Mapping[int, int]]:
    """Fact → version of a policy → the bits of the reasons that ask it."""
    found: dict[str, dict[int, int]] = {}
    for version in queries.versions_of(rules.policies):
        asked = _facts_of_reasons(rules, version.policy.code)
        for place, reason in enumerate(version.reasons):
            for name in asked.get(reason, ()):
                bits = found.setdefault(name, {})
                bits[version.pk] = bits.get(version.pk, 0) | 1 << place
    return found


def _facts_of_reasons(rules: RuleBook, code: str) -> dict[str, frozenset[str]]:
    """Reason → the facts that registers or people tell and that it rests on, in any block of the policy."""
    catalogue, (_rule, explainer) = rules.catalogue, rules.for_case(code)
    found: dict[str, frozenset[str]] = {}
    for block in explainer.policy.blocks:
        names = {reason: frozenset(facts) for reason, _bit, facts in explainer.asked[id(block)]}
        names[AMOUNT] = _facts_of_amount(block)
        for reason, asked in names.items():
            told = (name for name in catalogue.with_steps(asked) if name in catalogue.facts)
            plain = frozenset(name for name in told if catalogue.facts[name].formula is None)
            found[reason] = found.get(reason, frozenset()) | plain
    return found


def _facts_of_amount(block: Block) -> frozenset[str]:
    found = set(block.amount.names)
    for name, node in reversed(block.formulas):
        if name in found:
            found |= node.names
    return frozenset(found)


def _registers(_request: HttpRequest) -> list[tuple[str, str]]:
    said = language()
    names = sorted({fact.source[said] for fact in book().catalogue.facts.values() if fact.source})
    return [(name, name) for name in names]


FACTS = Listing(
    name="facts",
    caption=_("Facts to fetch"),
    columns=(
        Column("fact", _("Fact"), "fact", link=lambda one: one.href, is_fixed=True),
        Column("register", _("Register that tells it"), "register"),
        Column("persons", _("People"), "persons", "number", order="persons"),
        Column("count", _("How many rules"), "count", "number"),
        Column("rules", _("Rules concerned"), "rules"),
    ),
    orders=(
        Order("-persons", _("most people first"), ("-persons", "key")),
        Order("persons", _("fewest people first"), ("persons", "key")),
        Order("register", _("by register"), ("register", "key")),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), policy_choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter("register", _("Register"), _registers, lambda rows, name: rows.of_register(name)),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    export=Export(
        _("Facts to fetch"),
        log=log_nameless_export,
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("Nothing is to be fetched"),
        _("Of nobody whom you may see an outcome waits for something that could be found out."),
        icon="circle-check",
    ),
    source=lambda rows, order: RowSource(rows.counted(), order),
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The facts, those first that most people wait for."""
    context = {"limit": queries.UNKNOWN_LOOKED_AT, "is_cut": queries.has_many_unknown()}
    return FACTS.respond(
        request, Unknown(queries.unknown_of_people()), template="office/owed/facts.html", context=context
    )
