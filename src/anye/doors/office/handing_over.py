"""Lines of what is owed are handed to visits: chosen in a list, counted, confirmed; the worker makes the visits."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anye.doors.kit.listing import Listing
from anye.doors.kit.picking import SECONDS, Act, Pick, picked
from anye.doors.kit.state import read_state
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office.entrance import DESK, actor_of, duty_of, may, open_to
from anye.doors.office.rows import Rows, log_people
from anye.flow.handing_over import AT_ONCE, foresee
from anye.flow.jobs import hand_to_visits
from anye.records.findings import actions

_SEALED = "hand over"


def may_hand_over(request: HttpRequest) -> bool:
    return may(request, DESK)


HANDING = Act(
    do="hand_over", chosen=_("Hand the chosen to visits"), all_rows=_("Hand all of the list to visits"),
    about=_("A village worker then sees the household at home, with the question in plain words."), icon="home-check",
    may=may_hand_over,
)  # fmt: skip


def pick_of(key_of: Callable[[Any], int | None]) -> Pick:
    """The boxes of a list whose lines may become visits."""
    return Pick(acts=(HANDING,), key_of=key_of)


def is_asked(request: HttpRequest) -> bool:
    """Whether a list was sent to hand lines over."""
    return request.method == "POST" and request.POST.get("do") in {HANDING.do, HANDING.do_all}


def confirmed(request: HttpRequest, listing: Listing, rows: Rows, kind: str, /, **these: Any) -> HttpResponse:
    """What handing over would come to, before it is done. `these`: which lines of the list may be handed over at all."""
    if not may(request, DESK):
        raise PermissionDenied
    state = read_state(listing, request)
    found = state.narrow(rows).filter(person__isnull=False, **these).query
    if request.POST.get("do") != HANDING.do_all:
        found = found.filter(pk__in=picked(request, listing.name))
    lines = list(found.order_by(*state.order.fields).values_list("pk", "person_id", "scope_no")[: AT_ONCE + 1])
    if not lines:
        messages.warning(request, gettext("Nothing was chosen that could be handed to visits."))
        return HttpResponseRedirect(request.get_full_path(), status=303)
    is_cut, lines = len(lines) > AT_ONCE, lines[:AT_ONCE]
    log_people("hand_over", list(dict.fromkeys((person, scope_no) for _pk, person, scope_no in lines)))
    keys = [pk for pk, _person, _scope_no in lines]
    back = request.get_full_path()
    return render(
        request,
        "office/owed/hand_over.html",
        {
            "seen": foresee(kind, keys), "is_cut": is_cut, "limit": AT_ONCE, "lines": len(keys),
            "sealed": seal_state([kind, keys, back], context=_SEALED), "back": back,
        },
    )  # fmt: skip


@require_POST
@open_to(DESK)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Let the worker make visits of the lines that were confirmed."""
    told = open_state(request.POST.get("sealed", ""), context=_SEALED, max_age=SECONDS)
    if told is None:
        messages.warning(request, gettext("This page lay open for too long. Choose once more."))
        return HttpResponseRedirect(reverse("office:owed"))
    kind, keys, back = told
    duty = duty_of(request)
    asked = actions.ask_to_hand_over(
        kind=kind, rows=keys, by=actor_of(request), duty_id=duty.pk, scope_no=duty.office.scope_no
    )
    hand_to_visits.defer(handover_id=asked.pk)
    messages.success(request, gettext("Handed over: within a minute the visits stand in the villages' lists."))
    return HttpResponseRedirect(back)
