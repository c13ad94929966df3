"""Firms: public register data; who works there is shown, and counted, within the reader's range only."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, Search
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import COUNT_LIMIT, Order
from anye.doors.office import stated, words
from anye.doors.office.entrance import READERS, open_to
from anye.doors.office.firm_owed import summary_of
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.report.words import figures_of
from anye.doors.office.rows import Rows, log_export, log_list, log_nameless_export, source_of
from anye.doors.office.sources import said_by
from anye.flow import stated as told_rows
from anye.records.firms import queries as firms
from anye.records.firms.models import Firm
from anye.records.people.models import Person


def code_words(firm: Firm) -> str:
    """The credit code, else the register's own number; a firm known by name alone has neither."""
    if firm.credit_code:
        return firm.credit_code
    return firm.code.removeprefix("unit:") if firm.code.startswith("unit:") else ""


FIRMS = Listing(
    name="firms",
    caption=_("Firms"),
    columns=(
        Column(
            "name", _("Name"), "name", link=lambda f: token_url("office:firm", f.token), is_fixed=True, order="name"
        ),
        Column("code", _("Credit code or number"), code_words, "code"),
    ),
    orders=(
        Order("name", _("by name"), ("name", "pk")),
        Order("-name", _("by name, last first"), ("-name", "-pk")),
    ),
    search=Search(
        _("Name or credit code"),
        firms.firms_found,
        placeholder=pgettext_lazy("search", "Part of a name, or a code"),
        longest=160,
    ),
    export=Export(_("Firms"), log=log_nameless_export),
    empty=Empty(_("No firms yet"), _("Firms appear when a register that names them is loaded."), icon="building"),
)


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The list of firms."""
    return FIRMS.respond(request, firms.firms(), template="office/firms/index.html")


def _insured(person: Person) -> str:
    span = person.insured  # type: ignore[attr-defined]
    if span is None:
        return ""
    first, last = formats.month_text(span.first), formats.month_text(span.last)
    return first if first == last else f"{first} – {last}"


def _spell(person: Person) -> str:
    spell = person.spell  # type: ignore[attr-defined]
    return words.span_words(spell.valid_from, spell.valid_to) if spell is not None else ""


STAFF = Listing(
    name="staff",
    caption=_("People at this firm"),
    columns=(
        Column("name", _("Name"), "name", link=lambda p: token_url("office:person", p.token), is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("spell", _("Work on record"), _spell),
        Column("wage", _("Wage"), lambda p: words.wage_words(p.spell.wage_fen, p.spell.wage_unit) if p.spell else ""),
        Column("insured", _("Insured months"), _insured),
        Column("months", _("How many"), lambda p: p.insured.months if p.insured else None, "number"),
        Column("employment", _("Employment"), words.employment, "status"),
    ),
    orders=(Order("place", _("by village and name"), ("scope_no", "name", "pk")),),
    filters=(ChoiceFilter("village", _("Village"), place_choices, by_place),),
    export=Export(
        _("People at a firm"),
        log=log_export(lambda p: (p.pk, p.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("Nobody of your area"),
        _("No register has somebody whom you may see working at this firm or insured by it."),
        icon="users",
    ),
    source=source_of,
)


@open_to(READERS)
def firm(request: HttpRequest, token: str) -> HttpResponse:
    """One firm: what is known of it, and who of the reader's people works there or is insured by it."""
    try:
        subject = firms.firm(token)
    except Firm.DoesNotExist:
        raise Http404 from None

    def dress(page: list[Person]) -> list[Person]:
        keys = [person.pk for person in page]
        spells, spans = firms.spells_at(subject, keys), firms.insured_spans(subject, keys)
        for person in page:
            person.place = place_words(request, person.scope_no)  # type: ignore[attr-defined]
            person.spell, person.insured = spells.get(person.pk), spans.get(person.pk)  # type: ignore[attr-defined]
        return page

    rows = Rows(firms.staff_of(subject), dress=dress)
    request.listed = rows  # type: ignore[attr-defined]
    newest = firms.newest_insured_month(subject)
    rows_of, details = told_rows.of_firm(subject), firms.details_of_firm(subject)
    said = said_by([row.source_batch for listed in rows_of.values() for row in listed])
    context = {
        "stated": stated.shown(rows_of, said, may_see_private=False),
        "facts": [(label, details[kind].value) for kind, label in stated.FIRM_DETAILS.items() if kind in details],
        "firm": subject,
        "code": code_words(subject),
        "working": _up_to(firms.working_at(subject)),
        "insured": _up_to(firms.insured_at(subject, newest)),
        "newest": newest,
        "owed": summary_of(request, subject),
        "figures": figures_of(request, firm_id=subject.pk),
        "crumbs": (Crumb(_("Firms"), reverse("office:firms")), Crumb(subject.name)),
    }
    response = STAFF.respond(request, rows, template="office/firms/firm.html", context=context)
    if request.method != "POST":
        log_list(request, "firm_staff", rows.read)
    return response


def _up_to(rows: "QuerySet[Any]") -> str:
    return words.count_words(rows.order_by()[: COUNT_LIMIT + 1].count())
