"""Whom a draft of rules would change, line by line."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import open_to
from anye.doors.office.owed import OUTCOMES, owed_href
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.doors.office.rules.drafts import draft_or_404
from anye.doors.office.rules.policies import DRAFT_READERS, policy_or_404
from anye.doors.office.rules.words import language
from anye.records.entitlements import queries
from anye.records.entitlements.models import Foreseen
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people


def _dress(request: HttpRequest) -> Any:
    def dress(page: Sequence[Foreseen]) -> Sequence[Foreseen]:
        persons = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        firms = firms_by_key(one.firm_id for one in page if one.firm_id is not None)
        for one in page:
            person, firm = persons.get(one.person_id), firms.get(one.firm_id or 0)
            one.name = person.name if person is not None else ""
            one.whose = firm.name if firm is not None else one.post.replace("|", " · ")
            one.href = owed_href(one.last_month, person, firm)
            one.place = place_words(request, one.scope_no)
            first, last = formats.month_text(one.first_month), formats.month_text(one.last_month)
            one.span = first if first == last else f"{first} – {last}"
        return page

    return dress


FORESEEN = Listing(
    name="foreseen",
    caption=_("Who changes"),
    columns=(
        Column("name", _("Name"), lambda one: one.name or one.whose, link=lambda one: one.href or None, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("whose", _("Firm or post"), "whose"),
        Column("span", _("For"), "span"),
        Column("months", _("Months"), "months", "number"),
        Column("was", _("By the rules in use"), lambda one: OUTCOMES[one.was], "status"),
        Column("becomes", _("By the draft"), lambda one: OUTCOMES[one.becomes], "status"),
        Column("difference", _("Difference"), "difference_fen", "yuan"),
    ),
    orders=(
        Order("less", _("largest losses first"), ("difference_fen", "pk")),
        Order("more", _("largest gains first"), ("-difference_fen", "pk")),
    ),
    filters=(
        ChoiceFilter(
            "which", _("Difference"), [("more", _("Get more")), ("less", _("Get less")), ("same", _("the same money"))],
            lambda rows, code: rows.filter(**{
                "more": {"difference_fen__gt": 0}, "less": {"difference_fen__lt": 0}, "same": {"difference_fen": 0},
            }[code]),
        ),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    export=Export(
        _("Who changes"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(_("Nobody"), _("By what was known it comes to the same for everybody."), icon="circle-check"),
    source=source_of,
)  # fmt: skip


@open_to(DRAFT_READERS)
def foreseen(request: HttpRequest, token: str) -> HttpResponse:
    """The lines that are kept of a draft."""
    draft = draft_or_404(request, token)
    _book, policy = policy_or_404(draft.code)
    rows = Rows(queries.foreseen_of(draft.pk), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    figures, title = draft.foreseen or {}, policy.title[language()]
    subjects, kept = figures.get("subjects", 0), figures.get("kept", 0)
    crumbs = (
        Crumb(_("Rules"), reverse("rules:index")), Crumb(title, reverse("rules:policy", args=[draft.code])),
        Crumb(_("Draft"), reverse("rules:draft", args=[token])), Crumb(_("Who changes")),
    )  # fmt: skip
    context = {"title": title, "crumbs": crumbs, "is_part": subjects > kept, "kept": kept, "subjects": subjects}
    response = FORESEEN.respond(request, rows, template="office/rules/foreseen.html", context=context)
    if request.method != "POST":
        log_list(request, "foreseen_list", rows.read)
    return response
