"""What a firm may receive by the ledger, by rule, worker and month: for the people whom the reader may see, and no others."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import READERS, duty_of, open_to
from anye.doors.office.owed import owed_href
from anye.doors.office.owed_words import book, language, title_of
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.records.claims.queries import unpaid_to_firm
from anye.records.entitlements import queries
from anye.records.entitlements.models import Entitlement
from anye.records.firms import queries as firms
from anye.records.firms.models import Firm
from anye.records.people import queries as people


def _codes() -> list[str]:
    """The policies whose money goes to firms."""
    return [code for code, policy in book().policies.items() if policy.pays == "firm"]


def _choices(_request: HttpRequest) -> list[tuple[str, str]]:
    said = language()
    return sorted(((code, book().policies[code].title[said]) for code in _codes()), key=lambda one: one[1])


def summary_of(request: HttpRequest, subject: Firm) -> dict[str, Any]:
    """What the firm's page says of it: the sum in words, the rules, who is counted, and what no list says was paid."""
    sums = queries.sums_by_policy(queries.owed_to_firm(subject.pk, _codes()))
    fen, count = sum(one.fen for one in sums), len(sums)
    title = ngettext(
        "May receive %(sum)s under %(count)s rule", "May receive %(sum)s under %(count)s rules", count
    ) % {"sum": formats.money_text(fen), "count": count}  # fmt: skip
    rules = [
        {"title": title_of(one.code), "persons": one.persons or "", "fen": one.fen, "months": _months(one)}
        for one in sums
    ]
    return {
        "title": title if sums else gettext("Nothing is to be paid to this firm by the records"),
        "rules": rules, "range": _range(request), "unpaid": unpaid_to_firm(subject.pk),
    }  # fmt: skip


def _months(one: queries.Owed) -> str:
    first, last = formats.month_text(one.first), formats.month_text(one.last)
    return first if first == last else f"{first} – {last}"


def _range(request: HttpRequest) -> str:
    """Who is counted. How many others work there is not said."""
    if duty_of(request).office.kind == "district":
        return gettext("Only people of your district are counted.")
    return gettext("Only people of your area are counted; what a firm has for itself is the district's to see.")


def _dress(request: HttpRequest) -> Any:
    def dress(page: Sequence[Entitlement]) -> Sequence[Entitlement]:
        persons = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        for one in page:
            person = persons.get(one.person_id)
            one.name = person.name if person is not None else gettext("the firm itself")
            one.href = owed_href(one.month, person, None)
            one.place = place_words(request, one.scope_no) if person is not None else ""
            one.rule = title_of(one.version.policy.code)
        return page

    return dress


FIRM_OWED = Listing(
    name="firm_owed",
    caption=_("What the firm may receive"),
    columns=(
        Column("name", _("Worker"), "name", link=lambda one: one.href, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("rule", _("Rule"), "rule"),
        Column("month", _("Month"), "month", "month"),
        Column("amount", _("Amount"), "amount_fen", "yuan"),
        Column("known", _("Known on"), "known_on", "day", is_shown=False),
    ),
    orders=(
        Order("place", _("by village and worker"), ("scope_no", "who", "month", "pk")),
        Order("-month", _("newest first"), ("-month", "-pk")),
        Order("month", _("oldest first"), ("month", "pk")),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), _choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        MonthFilter("month", _("Month"), lambda rows, month: rows.filter(month=month)),
    ),
    export=Export(
        _("What the firm may receive"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("Nothing is to be paid to this firm by the records"),
        _("Every night the rules are asked of everybody; what they find to be owed stands here."),
        icon="report-money",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest, token: str) -> HttpResponse:
    """The decisions that pay the firm."""
    try:
        subject = firms.firm(token)
    except Firm.DoesNotExist:
        raise Http404 from None
    rows = Rows(queries.by_worker(queries.owed_to_firm(subject.pk, _codes())), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    crumbs = (
        Crumb(_("Firms"), reverse("office:firms")), Crumb(subject.name, reverse("office:firm", args=[token])),
        Crumb(_("What the firm may receive")),
    )  # fmt: skip
    context = {"firm": subject, "owed": summary_of(request, subject), "crumbs": crumbs}
    response = FIRM_OWED.respond(request, rows, template="office/firms/owed.html", context=context)
    if request.method != "POST":
        log_list(request, "firm_owed", rows.read)
    return response
