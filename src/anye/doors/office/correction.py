"""One correction: its figures, how what is owed came about month by month, what was paid, who proposed and who decided."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit import formats
from anye.doors.kit.fragments import Words
from anye.doors.kit.pages import Crumb
from anye.doors.office.corrections import APPROVERS, REFUSALS, state_of, way_of
from anye.doors.office.differences import BECAUSE, KINDS, dressed, months_words
from anye.doors.office.entrance import DESK, READERS, actor_of, may, open_to
from anye.doors.office.owed_list import policies
from anye.doors.office.recalculated import month_span, months_of
from anye.doors.office.rows import log_people
from anye.engine.entitle.months import month_of
from anye.flow.settling import named_by
from anye.records.claims import actions, queries
from anye.records.claims.models import Correction

SAID: dict[str, Words] = {
    "approve": _("Approved. It counts for its months from now on; a list shows when it is paid or given back."),
    "refuse": _("Refused. What differs stays in the list."),
    "take_back": _("Taken back. It may be proposed anew."),
}


def _found(token: str) -> Any:
    try:
        return queries.correction(token)
    except Correction.DoesNotExist:
        raise Http404 from None


@open_to(READERS)
@require_safe
def correction(request: HttpRequest, token: str) -> HttpResponse:
    """What it would change, on what grounds, and how it stands."""
    found = _found(token)
    dressed(request)([found])
    log_people("correction", [(found.person_id, found.scope_no)])
    payments, me = _payments(found), actor_of(request)
    is_open, is_mine = found.state == "proposed", found.proposed_by == me
    context = {
        "correction": found,
        "way": way_of(found),
        "fen": abs(found.amount_fen),
        "state": state_of(found),
        "kind": KINDS[found.kind],
        "because": BECAUSE.get(found.because),
        "months": months_of(found, payments),
        "payments": payments,
        "facts": _told(found),
        "reversed_by": queries.corrections().filter(reverses=found, state__in=("proposed", "approved")).first(),
        "may_decide": is_open and not is_mine and may(request, APPROVERS),
        "is_own": is_open and is_mine,
        "may_take_back": is_open and is_mine and may(request, DESK | APPROVERS),
        "crumbs": (Crumb(_("Corrections"), reverse("office:corrections")), Crumb(found.name)),
    }
    response = render(request, "office/owed/correction.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _payments(found: Correction) -> list[Any]:
    """What lists say was paid under this policy for months of the correction."""
    known, code = policies(), found.policy.code
    first, last = month_of(found.first_month), month_of(found.last_month)
    rows = queries.payments_to(person_id=found.person_id, firm_id=found.firm_id)
    spans = [(one, month_span(one)) for one in rows if named_by(known, one.item) == code]
    return [one for one, (since, until) in spans if since <= last and first <= until]


def _told(found: Any) -> list[tuple[Any, ...]]:
    proposed_at = timezone.localtime(found.proposed_at)
    rows: list[tuple[Any, ...]] = [
        (gettext("Proposed by"), found.proposed_by, f"{proposed_at:%Y-%m-%d %H:%M}"),
        (gettext("Reason"), found.reason),
    ]
    if found.decided_at is not None:
        rows.append((gettext("Decided by"), found.decided_by, f"{timezone.localtime(found.decided_at):%Y-%m-%d %H:%M}"))
    if found.decision:
        rows.append((gettext("Reason of the decision"), found.decision))
    if found.carried_out_on:
        rows.append((gettext("In a list, paid on"), f"{found.carried_out_on:%Y-%m-%d}"))
    if found.gone_on and not found.carried_out_on:
        words = gettext("The list that showed it was taken back; it counts as approved again.")
        rows.append((gettext("No list any more since"), f"{found.gone_on:%Y-%m-%d}", words))
    return rows


@require_POST
@open_to(DESK | APPROVERS)
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Approve or refuse it as a second person, or take it back as who proposed it."""
    found = _found(token)
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "").strip()[:300]
    acts: dict[str, Any] = {"take_back": lambda: actions.take_back_correction(correction=found, by=actor_of(request))}
    if may(request, APPROVERS):
        told = {"correction": found, "by": actor_of(request), "reason": reason}
        acts |= {
            "approve": lambda: actions.approve_correction(**told),
            "refuse": lambda: actions.refuse_correction(**told),
        }
    if act == "refuse" and not reason:
        messages.error(request, gettext("Say why it is refused: whoever proposed it reads it."))
    elif act in acts:
        try:
            acts[act]()
        except actions.CorrectionRefused as fault:
            messages.error(request, str(REFUSALS[fault.code]))
        else:
            messages.success(request, str(SAID[act]))
    return redirect("office:correction", token)


def lines_of(person_id: int) -> list[dict[str, Any]]:
    """A person's corrections for their own page, the newest first."""
    known, language = policies(), "zh" if formats.is_chinese() else "en"
    rows = list(queries.corrections_of(person_id))
    titles = {one.policy.code: policy.title[language] for one in rows if (policy := known.get(one.policy.code))}
    return [
        {
            "href": reverse("office:correction", args=[one.token]), "rule": titles.get(one.policy.code, one.policy.code),
            "months": months_words(one), "way": way_of(one), "fen": abs(one.amount_fen), "state": state_of(one),
        }
        for one in rows
    ]  # fmt: skip
