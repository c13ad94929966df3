"""Taking a load back: what would change is shown first, somebody says why, the worker does it, and it stays told."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.registers import UPLOADERS, seen_loads
from anye.doors.office.registers import WITHDRAWAL_STATES as STATES
from anye.doors.office.sources import title_of
from anye.flow.jobs import carry_out_withdrawal, foresee_withdrawal, may_load
from anye.records.registers import queries as registers
from anye.records.registers.actions import requests
from anye.records.registers.models import Batch, Withdrawal

SENTENCES: Mapping[str, Words] = {
    "asked": _("Everything is taken back on trial, counted and left as it was. You may leave this page."),
    "foreseen": _(
        "Nothing has been changed yet. The registry will end as if this file had never come in, whatever was loaded since."
    ),
    "agreed": _("The load is being taken back, all of it or nothing. You may leave this page."),
    "done": _("Nothing of this file stands any more. Hand the same file in again, and it is taken as before."),
    "dropped": _("Nothing was changed. Taking the load back may be asked for again."),
}
CODES: Mapping[str, Words] = {
    "duty_ended": _("The duty of whoever asked or confirmed has ended. Somebody whose duty is in force may ask again."),
    "not_yours": _("This load was made for another office, which alone may take it back."),
    "not_published": _("This load is not complete, so there is nothing to take back."),
    "withdrawn_already": _("This load was taken back in the meantime."),
    "job_failed": _("The site tried several times and could not do this. Try once more, or tell the administrator."),
    "changed": _(
        "Other files came in meanwhile, and the figures are not those that were confirmed. Nothing was changed."
    ),
}
FIGURES: Mapping[str, tuple[Words, Words]] = {
    "gone": (_("Facts that go"), _("only this file says them")),
    "stayed": (_("Facts that stay"), _("others say them too")),
    "returned": (_("Facts that return"), _("this file had replaced them")),
    "hidden": (_("People hidden"), _("no register speaks of them any more")),
}
POLLED = frozenset({"asked", "agreed"})


class ReasonForm(forms.Form):
    """Why the load is taken back."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands on the page of the load and in the trail. Write no names or numbers of people."),
    )


def offer(request: HttpRequest, found: Batch) -> dict[str, Any]:
    """What the page of a load says of taking it back: that it may be, that it is under way, or by whom and why it was."""
    if not found.is_ours or found.state not in {"published", "withdrawn"}:  # type: ignore[attr-defined]
        return {}
    last = registers.withdrawals_of(found.pk).first()
    may = may_load(duty_of(request))
    if last is not None and last.state == "done":
        return {"done": last, "at": timezone.localtime(last.decided_at)}
    if found.state == "withdrawn" or not may:
        return {}
    if last is not None and last.state in requests.OPEN:
        return {"open": last, "status": STATES[last.state], "href": reverse("registers:withdrawal", args=[last.token])}
    return {"ask_href": reverse("registers:withdraw", args=[found.token])}


@require_POST
@open_to(UPLOADERS)
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask what taking a load back would change. Of two who ask, both come to the one page."""
    duty = duty_of(request)
    if not may_load(duty):
        raise PermissionDenied
    found = seen_loads(request).filter(token=token).first()
    if found is None or not registers.is_loaded_within(found.pk, duty.reach):
        raise Http404
    asked, is_new = requests.ask_withdrawal(
        batch=found, by=actor_of(request), duty_id=duty.pk, scope_no=duty.office.scope_no
    )
    if asked is None:
        messages.error(
            request, gettext("This load was taken back in the meantime, or another office has it under way.")
        )
        return redirect("registers:batch", token)
    if is_new:
        foresee_withdrawal.defer(withdrawal_id=asked.pk)
    return redirect("registers:withdrawal", asked.token)


def _found(request: HttpRequest, token: str) -> Withdrawal:
    if not may_load(duty_of(request)):
        raise PermissionDenied
    try:
        return registers.withdrawal_with(token)
    except Withdrawal.DoesNotExist:
        raise Http404 from None


@require_safe
@open_to(UPLOADERS)
def withdrawal(request: HttpRequest, token: str) -> HttpResponse:
    """How a withdrawal fares: the figures, and once they are seen the form that confirms it."""
    return _page(request, _found(request, token), ReasonForm())


@require_safe
@open_to(UPLOADERS)
def withdrawal_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself every two seconds; with the figures the whole page comes anew."""
    found = _found(request, token)
    if found.state not in POLLED:
        here = reverse("registers:withdrawal", args=[token])
        return HttpResponse(status=204, headers={"HX-Redirect": here})
    return render(request, "office/registers/withdrawal_state.html", _state(found))


@require_POST
@open_to(UPLOADERS)
def decide_withdrawal(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm it with a reason, or leave the load as it is. What somebody else decided first stands."""
    found = _found(request, token)
    by, duty = actor_of(request), duty_of(request)
    if request.POST.get("act") == "drop":
        is_decided = requests.drop_withdrawal(withdrawal=found, by=by, duty_id=duty.pk)
    else:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _page(request, found, form, status=422)
        reason = form.cleaned_data["reason"]
        is_decided = requests.agree_to_withdrawal(withdrawal=found, reason=reason, by=by, duty_id=duty.pk)
        if is_decided:
            carry_out_withdrawal.defer(withdrawal_id=found.pk)
    if not is_decided:
        messages.error(request, gettext("This was decided in the meantime."))
    return redirect("registers:withdrawal", token)


def _page(request: HttpRequest, found: Withdrawal, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    home, load = reverse("registers:index"), reverse("registers:batch", args=[found.batch.token])
    context = {
        "crumbs": (Crumb(_("Registers"), home), Crumb(found.batch.file_name, load), Crumb(_("Take back"))),
        "load_href": load,
        "title": title_of(found.batch),
        "decide_href": reverse("registers:decide_withdrawal", args=[found.token]),
        "form": form,
        **_state(found),
    }
    return render(request, "office/registers/withdrawal.html", context, status=status)


def _state(found: Withdrawal) -> dict[str, Any]:
    figures = found.figures or {}
    is_polled = found.state in POLLED
    return {
        "withdrawal": found,
        "status": STATES[found.state],
        "sentence": SENTENCES.get(found.state, ""),
        "warning": CODES.get(found.code, ""),
        "figures": [
            {"label": label, "note": note, "value": formats.number_text(figures.get(name, 0))}
            for name, (label, note) in FIGURES.items()
        ]
        if figures
        else [],
        "asked_at": timezone.localtime(found.asked_at),
        "decided_at": timezone.localtime(found.decided_at) if found.decided_at else None,
        "may_decide": found.state == "foreseen",
        "poll_href": reverse("registers:withdrawal_state", args=[found.token]) if is_polled else "",
    }
