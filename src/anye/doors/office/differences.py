"""What is owed by the records beside what was paid: not paid, less, more, or paid and not owed; a doubt, never a verdict."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.picking import Act, Pick
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import DESK, READERS, may, open_to
from anye.doors.office.handing_over import HANDING, confirmed, is_asked
from anye.doors.office.owed import owed_href
from anye.doors.office.owed_list import policies, policy_choices
from anye.doors.office.owed_words import FIRM_SEARCH
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.engine.entitle.months import last_day, month_of
from anye.records.audit.day import registry_day
from anye.records.claims import queries
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people

KINDS = {
    "unpaid": Status("unpaid", _("Owed, not paid"), "clock-exclamation", "warn"),
    "less": Status("less", _("Less than owed"), "arrow-down", "warn"),
    "more": Status("more", _("More than owed"), "arrow-up", "info"),
    "undue": Status("undue", _("Paid, not owed by the records"), "help-circle", "info"),
}


BECAUSE = {
    "withdrawn": Status("withdrawn", _("a load was taken back since"), "arrow-back-up", "warn"),
    "relinked": Status("relinked", _("a row follows somebody else since"), "link", "warn"),
}
CORRECTED = Status("corrected", _("corrected before"), "edit", "info")
PROPOSED = Status("proposed", _("a correction is proposed"), "hourglass", "info")


def dressed(request: HttpRequest) -> Any:
    """What rows of differences and of corrections show besides their figures: whose, where, which rule, which months."""
    on, known, language = registry_day(), policies(), "zh" if formats.is_chinese() else "en"

    def dress(page: Sequence[Any]) -> Sequence[Any]:
        persons = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        firms = firms_by_key(one.firm_id for one in page if one.firm_id is not None)
        for one in page:
            person, firm, policy = persons.get(one.person_id), firms.get(one.firm_id or 0), known.get(one.policy.code)
            one.name = person.name if person is not None else firm.name if firm is not None else ""
            one.href = owed_href(one.last_month, person, firm)
            one.place = place_words(request, one.scope_no)
            one.rule = policy.title[language] if policy else one.policy.code
            one.age = max((on - last_day(month_of(one.last_month))).days, 0) if one.kind == "unpaid" else None
            one.months = months_words(one)
        return page

    return dress


def may_propose(request: HttpRequest) -> bool:
    return may(request, DESK)


def months_words(one: Any) -> str:
    """From which month to which."""
    first, last = formats.month_text(one.first_month), formats.month_text(one.last_month)
    return first if one.first_month == one.last_month else f"{first} – {last}"


DIFFERENCES = Listing(
    name="differences",
    caption=_("Owed and paid"),
    columns=(
        Column("name", _("Name"), "name", link=lambda one: one.href, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("rule", _("Rule"), "rule"),
        Column("months", _("For"), "months"),
        Column("kind", _("What differs"), lambda one: KINDS[one.kind], "status"),
        Column("entitled", _("By the records"), "entitled_fen", "yuan"),
        Column("paid", _("Paid"), "paid_fen", "yuan"),
        Column("corrected", _("Corrected"), lambda one: one.corrected_fen or None, "yuan", is_shown=False),
        Column("difference", _("Difference"), "difference_fen", "yuan"),
        Column("age", _("Days since"), "age", "number"),
        Column("because", _("Records"), lambda one: BECAUSE.get(one.because, CORRECTED if one.corrected_fen else None), "status"),
        Column("correction", _("Correction"), lambda one: PROPOSED if one.open_token else None, "status"),
        Column("found", _("Found on"), "found_on", "day", is_shown=False),
    ),
    orders=(
        Order("place", _("by village"), ("scope_no", "pk")),
        Order("oldest", _("oldest months first"), ("last_month", "pk")),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), policy_choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter(
            "kind", _("What differs"), [(code, status.label) for code, status in KINDS.items()],
            lambda rows, code: rows.filter(kind=code),
        ),
        ChoiceFilter(
            "because", _("Records"), [(code, status.label) for code, status in BECAUSE.items()],
            lambda rows, code: rows.filter(because=code),
        ),
        ChoiceFilter(
            "correction", _("Correction"), [("none", _("not proposed yet")), ("proposed", PROPOSED.label)],
            lambda rows, code: rows.filter(open_token__isnull=code == "none"),
        ),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    search=FIRM_SEARCH,
    export=Export(
        _("Owed and paid"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    pick=Pick(
        key_of=lambda one: one.pk if not one.open_token or (one.kind == "unpaid" and one.person_id) else None,
        acts=(
            HANDING,
            Act(
                do="propose", chosen=_("Propose corrections of the chosen"), all_rows=_("Propose corrections of all"),
                about=_("A second person decides what is paid besides or asked back."), icon="coin",
                href=lambda: reverse("office:propose"), may=may_propose,
            ),
        ),
    ),
    empty=Empty(
        _("Nothing differs"),
        _("What is owed by the records and what lists of payments say is the same, or no list has come."),
        icon="circle-check",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """What differs, by rule and kind."""
    rows = Rows(queries.differences(), dress=dressed(request))
    request.listed = rows  # type: ignore[attr-defined]
    if is_asked(request):
        return confirmed(request, DIFFERENCES, rows, "unpaid", kind="unpaid")
    response = DIFFERENCES.respond(request, rows, template="office/owed/differences.html")
    if request.method != "POST":
        log_list(request, "difference_list", rows.read)
    return response
