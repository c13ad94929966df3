"""People whom another office has registered too: shown to the office that has them on record, which decides."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office.entering import WRITERS
from anye.doors.office.entrance import actor_of, open_to
from anye.doors.office.places import full_name_of
from anye.doors.office.rows import Rows, log_list, log_people, source_of
from anye.doors.office.transfers import VOID, tabs_of
from anye.flow.jobs import settle_duplicate
from anye.records.places import queries as places
from anye.records.registers import actions
from anye.records.registers import queries as registers
from anye.records.registers.models import Duplicate

STATES: dict[str, Status] = {
    "asked": Status("asked", _("to be decided"), "hourglass", "warn"),
    "agreed": Status("agreed", _("being handed over"), "loader-2", "info"),
    "handed_over": Status("handed_over", _("handed over"), "circle-check", "ok"),
    "kept": Status("kept", _("kept"), "home-check", "idle"),
}
REFUSALS: dict[str, Words] = {
    "decided_already": _("This was decided in the meantime."),
    "names_differ": _("The names differ. Look at the ID card: put the name right first, or keep the person."),
    "no_area": _(
        "No area is listed for that office, so nobody can live there. Keep the person, or let an administrator add an "
        "office with its area code."
    ),
}
ACTS: dict[str, Callable[..., None]] = {"hand_over": actions.hand_over, "keep": actions.keep}
SAID: dict[str, Words] = {
    "hand_over": _("Handed over. The person and everything on record move in a moment."),
    "keep": _("Kept. The other office is told that the number is on record elsewhere."),
}

DUPLICATES = Listing(
    name="duplicates",
    caption=_("Registered elsewhere"),
    columns=(
        Column("name", _("Name"), "known_as", link=TokenLink("entries:duplicate"), is_fixed=True),
        Column("typed", _("Registered as"), "name"),
        Column("at", _("Registered at"), "at_words"),
        Column("state", _("State"), lambda one: STATES[one.state], "status"),
        Column("by", _("Registered by"), "asked_by"),
        Column("on", _("Entered at"), lambda one: timezone.localtime(one.asked_at), "moment"),
    ),
    orders=(Order("newest", _("newest first"), ("-pk",)),),
    filters=(
        ChoiceFilter(
            "state",
            _("State"),
            [(code, status.label) for code, status in STATES.items()],
            lambda rows, code: rows.filter(state=code),
        ),
    ),
    empty=Empty(
        _("Nobody of yours is registered elsewhere"),
        _("When another office registers somebody whom you have on record, it stands here and you decide."),
    ),
    source=source_of,
)


def _dress(page: list[Duplicate]) -> list[Duplicate]:
    """The name on record, and the office that registered them; it may lie outside the range, but is no person."""
    offices = places.offices_at(one.at_scope_no for one in page)
    for one in page:
        one.known_as = one.person.name  # type: ignore[attr-defined]
        one.at_words = full_name_of(offices.get(one.at_scope_no))  # type: ignore[attr-defined]
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(WRITERS)
def index(request: HttpRequest) -> HttpResponse:
    """People of the range whom another office has registered."""
    rows = Rows(registers.duplicates(), _dress)
    context = {"tabs": tabs_of("duplicates")}
    response = DUPLICATES.respond(request, rows, template="office/transfers/index.html", context=context)
    log_list(request, "duplicates", rows.read)
    return response


def _found(token: str) -> Duplicate:
    try:
        return registers.duplicate_with(token)
    except Duplicate.DoesNotExist:
        raise Http404 from None


@require_safe
@open_to(WRITERS)
def duplicate(request: HttpRequest, token: str) -> HttpResponse:
    """One of them: who registered whom where, and what there is to decide."""
    found = _found(token)
    _dress([found])
    log_people("duplicate", [(found.person_id, found.scope_no)])
    is_asked = found.state == "asked"
    context = {
        "duplicate": found,
        "status": STATES[found.state],
        "person": None if found.person.is_hidden else found.person,
        "facts": _told(found),
        "may_decide": is_asked,
        "may_hand_over": is_asked and registers.same_name(found),
        "crumbs": (Crumb(_("Moves"), reverse("entries:duplicates")), Crumb(found.known_as)),  # type: ignore[attr-defined]
    }
    return render(request, "office/transfers/duplicate.html", context)


def _told(found: Duplicate) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (gettext("On record as"), found.known_as),  # type: ignore[attr-defined]
        (gettext("Registered as"), found.name),
        (gettext("Registered at"), found.at_words),  # type: ignore[attr-defined]
        (gettext("Registered by"), found.asked_by, f"{timezone.localtime(found.asked_at):%Y-%m-%d %H:%M}"),
    ]
    if found.hindrance:
        rows.append((gettext("Not handed over, because"), str(VOID[found.hindrance])))
    if found.decided_at is not None:
        rows.append((gettext("Decided by"), found.decided_by, f"{timezone.localtime(found.decided_at):%Y-%m-%d %H:%M}"))
    return rows


@require_POST
@open_to(WRITERS)
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Hand the person over to where they were registered, or keep them."""
    found = _found(token)
    act = request.POST.get("act", "")
    if act not in ACTS:
        return redirect("entries:duplicate", found.token)
    try:
        ACTS[act](duplicate=found, by=actor_of(request))
    except actions.DuplicateRefused as refused:
        messages.error(request, str(REFUSALS[refused.code]))
    else:
        settle_duplicate.defer(duplicate_id=found.pk)
        messages.success(request, str(SAID[act]))
    return redirect("entries:duplicate", found.token)
