"""What everybody of the range is owed, by the ledger: by rule, month and village; and what is not known yet, with what to ask."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import READERS, open_to
from anye.doors.office.handing_over import confirmed, is_asked, pick_of
from anye.doors.office.owed import OUTCOMES, owed_href
from anye.doors.office.owed_words import FIRM_SEARCH, book, reasons_of
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.engine.entitle.policy import Policy
from anye.records.entitlements import queries
from anye.records.entitlements.models import PAY, UNKNOWN, Entitlement
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people

SHOWN = {"pay": PAY, "unknown": UNKNOWN}


def policies() -> dict[str, Policy]:
    return dict(book().policies)


def policy_choices(_request: HttpRequest) -> list[tuple[str, str]]:
    """The rules by their titles."""
    language = "zh" if formats.is_chinese() else "en"
    return sorted(((code, policy.title[language]) for code, policy in policies().items()), key=lambda one: one[1])


def _dress(request: HttpRequest) -> Any:
    known_policies = policies()
    language = "zh" if formats.is_chinese() else "en"

    def dress(page: Sequence[Entitlement]) -> Sequence[Entitlement]:
        known = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        firms = firms_by_key(one.firm_id for one in page if one.firm_id is not None)
        for one in page:
            policy = known_policies.get(one.version.policy.code)
            person, firm = known.get(one.person_id), firms.get(one.firm_id or 0)
            one.name = person.name if person is not None else ""
            one.href = owed_href(one.month, person, firm)
            one.whose = firm.name if firm is not None else one.post.replace("|", " · ")
            one.place = place_words(request, one.scope_no)
            one.rule = policy.title[language] if policy else getattr(one.version, f"title_{language}")
            one.said = " · ".join(reasons_of(one, "missing")) if one.outcome == UNKNOWN else ""
        return page

    return dress


OWED = Listing(
    name="owed",
    caption=_("What is owed"),
    columns=(
        Column("name", _("Name"), lambda one: one.name or one.whose, link=lambda one: one.href, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("rule", _("Rule"), "rule"),
        Column("whose", _("Firm or post"), "whose"),
        Column("month", _("Month"), "month", "month"),
        Column("amount", _("Amount"), "amount_fen", "yuan"),
        Column("outcome", _("Outcome"), lambda one: OUTCOMES[one.outcome], "status"),
        Column("said", _("What is not known"), "said"),
        Column("known", _("Known on"), "known_on", "day", is_shown=False),
    ),
    orders=(
        Order("place", _("by village"), ("scope_no", "pk")),
        Order("-found", _("newest first"), ("-pk",)),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), policy_choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter(
            "outcome", _("Outcome"), [("pay", OUTCOMES[PAY].label), ("unknown", OUTCOMES[UNKNOWN].label)],
            lambda rows, code: rows.filter(outcome=SHOWN[code]), any_label=_("to be paid or not known"),
        ),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        MonthFilter("month", _("Month"), lambda rows, month: rows.filter(month=month)),
    ),
    search=FIRM_SEARCH,
    pick=pick_of(lambda one: one.pk if one.outcome == UNKNOWN and one.name else None),
    export=Export(
        _("What is owed"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("Nothing is owed by the records"),
        _("Every night the rules are asked of everybody; what they find to be owed stands here."),
        icon="report-money",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The decisions that stand."""
    rows = Rows(queries.standing().filter(Q(outcome=PAY) | Q(outcome=UNKNOWN)), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    if is_asked(request):
        return confirmed(request, OWED, rows, "unknown", outcome=UNKNOWN)
    last = queries.last_run()
    context = {"last": last, "unread": _unread(last), "people_href": reverse("office:people")}
    response = OWED.respond(request, rows, template="office/owed/index.html", context=context)
    if request.method != "POST":
        log_list(request, "owed_list", rows.read)
    return response


def _unread(last: Any) -> list[tuple[str, str]]:
    """(rule, facts that no register tells) of rules that found nothing for want of them."""
    if last is None:
        return []
    language = "zh" if formats.is_chinese() else "en"
    rules, found = book(), []
    for code, told in last.summary.get("policies", {}).items():
        names = [rules.catalogue.facts[name] for name in told["known_of_nobody"] if name in rules.catalogue.facts]
        if names and code in rules.policies and not told["outcomes"].get("pay"):
            facts = ("、" if language == "zh" else "; ").join(fact.says[language] for fact in names)
            found.append((rules.policies[code].title[language], facts))
    return sorted(found)
