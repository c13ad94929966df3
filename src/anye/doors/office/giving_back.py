"""Giving rows back: a sheet in the file's own layout, made by the worker, fetched here for a stated purpose."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit import formats
from anye.doors.kit.exports import XLSX
from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.pages import Crumb
from anye.doors.office import words
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.registers import seen_loads
from anye.doors.office.sources import said_by
from anye.flow.giving_back import LEVELS, TAKERS, may_take
from anye.flow.jobs import make_fault_sheet
from anye.records.accounts.scope import set_purpose
from anye.records.audit.actions import looked
from anye.records.audit.keys import keyring
from anye.records.registers import queries as registers
from anye.records.registers.actions import requests
from anye.records.registers.models import Batch, FaultSheet

STATES: dict[str, Status] = {
    "waiting": Status("waiting", _("being made"), "loader-2", "info"),
    "done": Status("done", _("ready"), "circle-check", "ok"),
    "refused": Status("refused", _("not made"), "ban", "bad"),
    "gone": Status("gone", _("no longer kept"), "clock", "idle"),
}
REASONS: Mapping[str, Words] = {
    "duty_ended": _("Your duty has ended, or it is not one that these rows are given to."),
    "no_rows": _("There is no row left to give back: they were mended in the meantime."),
    "long_form": _(
        "This list has several lines a person, which belong together: only the office that loaded it is given its rows."
    ),
    "no_heading": _(
        "This file was loaded before its headings were kept. Take the load back and hand the same file in again."
    ),
    "job_failed": _("The site tried several times and could not do this. Try once more, or tell the administrator."),
}
SENTENCES: Mapping[str, Words] = {
    "waiting": _(
        "The rows are being taken from under seal and written in the file's own layout. You may leave this page."
    ),
    "done": _(
        "Mend the rows in the sheet and leave its last five columns as they are. Then hand it in like any file, or send it "
        "to whoever hands files in: the mended rows are taken, the others come back once more, nothing else changes."
    ),
    "gone": _("A sheet is kept for one day. Ask for it again on the page of the load."),
}
OVER = frozenset({"done", "refused", "gone"})
CHOICES = (("refused", _("the refused rows")), ("queried", _("the queried rows")), ("both", _("both")))


class AskForm(forms.Form):
    """Which rows, and what for."""

    rows = forms.ChoiceField(choices=CHOICES)
    purpose = forms.ChoiceField(choices=words.PURPOSES)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that were chosen."""
        return LEVELS if self.cleaned_data["rows"] == "both" else (self.cleaned_data["rows"],)


def offer(request: HttpRequest, found: Batch, level: str, *, to_mend: int) -> dict[str, Any]:
    """What the page of a load says of giving its rows back; nothing where there is none to give or nobody to take it."""
    if not (to_mend if level == "refused" else found.queried):
        return {}
    if found.state != "published" or level not in LEVELS or not may_take(duty_of(request), found.source):
        return {}
    return {
        "give_href": reverse("registers:give_back", args=[found.token]),
        "choices": [(code, label, code == level) for code, label in CHOICES],
        "purposes": words.PURPOSES,
    }


def brought_back(counts: Mapping[int | None, int]) -> list[str]:
    """In which later loads rows of this one came back or their people came in, and how many."""
    said = said_by(counts)
    between = gettext("%(count)s in %(load)s of %(day)s")
    return [
        between
        % {"count": formats.number_text(count), "load": said[pk].words, "day": formats.day_text(said[pk].known_on)}
        for pk, count in counts.items()
        if pk in said
    ]


@require_POST
@open_to(TAKERS)
def give_back(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the rows of a load; whoever asks gets those of their own range."""
    found = seen_loads(request).filter(token=token).first()
    if found is None:
        raise Http404
    duty = duty_of(request)
    if not may_take(duty, found.source):
        raise PermissionDenied
    form = AskForm(request.POST)
    if not form.is_valid() or found.state != "published":
        messages.error(request, gettext("The rows were not given back: choose which, and what for."))
        return redirect("registers:batch", token)
    sheet = requests.ask_fault_sheet(
        batch=found,
        levels=form.levels,
        purpose=form.cleaned_data["purpose"],
        language=get_language() or "zh",
        by=actor_of(request),
        duty_id=duty.pk,
        scope_no=duty.office.scope_no,
    )
    make_fault_sheet.defer(sheet_id=sheet.pk)
    return redirect("registers:fault_sheet", sheet.token)


def _found(request: HttpRequest, token: str) -> FaultSheet:
    try:
        sheet = registers.fault_sheet_with(token)
    except FaultSheet.DoesNotExist:
        raise Http404 from None
    if not may_take(duty_of(request), sheet.batch.source):
        raise Http404
    return sheet


@require_safe
@open_to(TAKERS)
def fault_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """How a sheet fares; once it is made, the button that fetches it."""
    sheet = _found(request, token)
    home, load = reverse("registers:index"), reverse("registers:batch", args=[sheet.batch.token])
    crumbs = (Crumb(_("Registers"), home), Crumb(sheet.batch.file_name, load), Crumb(_("Give back")))
    context = {"crumbs": crumbs, "load_href": load, **_state(sheet)}
    return render(request, "office/registers/fault_sheet.html", context)


@require_safe
@open_to(TAKERS)
def fault_sheet_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself every two seconds, until the sheet is made."""
    return render(request, "office/registers/fault_sheet_state.html", _state(_found(request, token)))


def _state(sheet: FaultSheet) -> dict[str, Any]:
    here = reverse("registers:fault_sheet", args=[sheet.token])
    return {
        "sheet": sheet,
        "status": STATES[sheet.state],
        "at": timezone.localtime(sheet.asked_at),
        "is_over": sheet.state in OVER,
        "sentence": REASONS.get(sheet.reason, "") if sheet.state == "refused" else SENTENCES.get(sheet.state, ""),
        "poll_href": "" if sheet.state in OVER else f"{here}state/",
        "file_href": f"{here}file/" if sheet.state == "done" else "",
    }


@require_safe
@open_to(TAKERS)
def fault_sheet_file(request: HttpRequest, token: str) -> HttpResponse:
    """The sheet itself. Every fetching leaves a trace in each range whose rows it holds."""
    sheet = _found(request, token)
    if sheet.state != "done" or sheet.sealed is None or sheet.batch.state != "published":
        raise Http404
    set_purpose(f"export: {sheet.purpose}")
    for scope_no, count in sheet.offices:
        looked("export", [(None, scope_no)], shown=count)
    response = HttpResponse(keyring().unseal_bytes(bytes(sheet.sealed), context="raw"), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name_of(sheet)) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def name_of(sheet: FaultSheet) -> str:
    """The file's own name with what it is before it, so that a month in it goes along."""
    stem = sheet.batch.file_name.rpartition(".")[0] or sheet.batch.file_name
    return f"{gettext('to mend')} {stem}.xlsx"
