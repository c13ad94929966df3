"""Whom a row names that was refused, or attaches to nobody: under seal until somebody says what they need it for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from anye.doors.kit.exports import Exporting
from anye.doors.kit.listing import Listing
from anye.doors.office import words
from anye.doors.office.entrance import READERS, duty_of, may
from anye.doors.office.places import place_words
from anye.doors.office.rows import Rows
from anye.records.accounts.scope import set_purpose
from anye.records.audit.actions import looked
from anye.records.registers import queries as registers
from anye.records.registers.models import Fault


class NamesForm(forms.Form):
    """What the names are needed for."""

    purpose = forms.ChoiceField(choices=words.PURPOSES)


def is_asked(request: HttpRequest) -> bool:
    """Whether the reader asks for the names of the rows that a listing shows."""
    return request.method == "POST" and request.POST.get("do") == "names"


def dress(request: HttpRequest) -> Any:
    """The rows of a page with their village and, where they were asked for or are taken out, their names."""
    is_open = may(request, READERS) and request.method == "POST"

    def with_names(page: list[Fault]) -> list[Fault]:
        for fault in page:
            told = registers.opened_label(fault) if is_open else {}
            fault.place = place_words(request, fault.scope_no)  # type: ignore[attr-defined]
            fault.name = told.get("name") or ""  # type: ignore[attr-defined]
            fault.written = told.get("place") or ""  # type: ignore[attr-defined]
            fault.is_open = is_open  # type: ignore[attr-defined]
        return page

    return with_names


def name_of(fault: Any) -> str:
    """The name, or that it is there, or that there is none."""
    if fault.sealed is None or (fault.is_open and not fault.name):
        return gettext("no name")
    return str(fault.name) if fault.is_open else gettext("under seal")


def answer(
    request: HttpRequest, listing: Listing, rows: Rows, *, template: str, context: dict[str, Any]
) -> HttpResponse:
    """The listing with the names of its rows, each row logged with the purpose; without one, nothing is opened."""
    form = NamesForm(request.POST)
    if not may(request, READERS) or not form.is_valid():
        messages.error(request, gettext("The names were not opened: choose what they are for."))
        return HttpResponseRedirect(request.get_full_path())
    shown = listing.show(request, rows)
    set_purpose(f"show: {form.cleaned_data['purpose']}")
    log(shown.rows, "row_named")
    response = render(request, template, {**context, "listing": shown, "has_names": True})
    response["Cache-Control"] = "private, no-store"
    return response


def log(page: Sequence[Fault], kind: str) -> None:
    """One trace a row, in the range that the row is of: it names somebody who is no person of the registry."""
    places = {(fault.batch_id, fault.sheet_no, fault.line): fault.scope_no for fault in page}
    looked(kind, [(None, scope_no) for scope_no in places.values()], shown=1)


def log_export(request: HttpRequest, made: Exporting) -> None:
    """The `log` of an export of such rows: who may see the names takes them out, and leaves a trace a row."""
    set_purpose(f"export: {made.purpose}")
    if may(request, READERS):
        log(request.listed.read, "export")  # type: ignore[attr-defined]
    else:
        looked("export", [(None, duty_of(request).reach.lo)], shown=made.rows)
