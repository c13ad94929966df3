"""Who is one step away: one condition is not met, nothing else stands in the way, and the rule says what would mend it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import READERS, open_to
from anye.doors.office.handing_over import confirmed, is_asked, pick_of
from anye.doors.office.owed import owed_href
from anye.doors.office.owed_list import policy_choices
from anye.doors.office.owed_words import FIRM_SEARCH, reason_said, title_of
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.records.entitlements import queries
from anye.records.entitlements.models import Nearly
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people


def _dress(request: HttpRequest) -> Any:
    def dress(page: Sequence[Nearly]) -> Sequence[Nearly]:
        persons = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        firms = firms_by_key(one.firm_id for one in page if one.firm_id is not None)
        for one in page:
            person, firm, code = persons.get(one.person_id), firms.get(one.firm_id or 0), one.policy.code
            one.name = person.name if person is not None else firm.name if firm is not None else ""
            one.href = owed_href(one.month, person, firm)
            one.whose = firm.name if firm is not None else one.post.replace("|", " · ")
            one.place = place_words(request, one.scope_no)
            one.rule = title_of(code)
            one.said, one.fix = reason_said(code, one.reason, one.month, "unmet")
        return page

    return dress


NEARLY = Listing(
    name="nearly",
    caption=_("One step away"),
    columns=(
        Column("name", _("Name"), "name", link=lambda one: one.href, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("rule", _("Rule"), "rule"),
        Column("said", _("What stands in the way"), "said"),
        Column("fix", _("What would mend it"), "fix"),
        Column("whose", _("Firm or post"), "whose"),
        Column("month", _("Month"), "month", "month"),
        Column("found", _("Found on"), "found_on", "day", is_shown=False),
    ),
    orders=(
        Order("place", _("by village"), ("scope_no", "pk")),
        Order("-found", _("newest first"), ("-pk",)),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), policy_choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    search=FIRM_SEARCH,
    pick=pick_of(lambda one: one.pk if one.person_id else None),
    export=Export(
        _("One step away"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("Nobody is one step away"),
        _("Who would be paid but for one condition that can be mended stands here after every night."),
        icon="flag",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Who is near, and what would mend it."""
    rows = Rows(queries.nearly(), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    if is_asked(request):
        return confirmed(request, NEARLY, rows, "nearly")
    response = NEARLY.respond(request, rows, template="office/owed/nearly.html")
    if request.method != "POST":
        log_list(request, "nearly_list", rows.read)
    return response
