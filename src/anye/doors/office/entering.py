"""Handing an entry to the worker, and how it fares: a source like any other, checked and published behind the pages."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb, FormPage
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import PRIVATE, READERS, actor_of, duty_of, may, open_to
from anye.doors.office.overruled import FACTS, overruled_of
from anye.doors.office.person import found_person
from anye.doors.office.rows import Rows, log_list, log_people, source_of
from anye.flow.jobs import publish_entry
from anye.flow.sentences import reason_sentence
from anye.records.audit.keys import keyring
from anye.records.people import queries as people
from anye.records.people.models import Person
from anye.records.registers import actions
from anye.records.registers import queries as registers
from anye.records.registers.models import Entry

WRITERS = PRIVATE  # whoever serves the household; auditors, finance and administrators enter nothing about people
KINDS: dict[str, Words] = {
    "person": _("New person"),
    "details": _("Details"),
    **FACTS,
    "split": _("Household split"),
    "merge": _("Households merged"),
}
CHECKING = Status("waiting", _("being checked"), "loader-2", "info")
TAKEN = Status("done", _("taken"), "circle-check", "ok")
OVERRULED = Status("overruled", _("overruled by another source"), "alert-triangle", "warn")
REFUSED = Status("refused", _("not taken"), "alert-circle", "bad")
# an entry that waits for another office is told like one that was taken: whoever looks elsewhere is not named
STATES = {"waiting": CHECKING, "done": TAKEN, "waits_for_other": TAKEN, "refused": REFUSED}


def status_of(entry: Entry) -> Status:
    """How an entry fares; of one that was taken, whether all of it came to stand."""
    return OVERRULED if entry.overruled else STATES[entry.state]


def subject(token: str) -> Person:
    """The person an entry is about, as somebody of the range; the look is kept."""
    person = found_person(token)
    log_people("enter", [(person.pk, person.scope_no)])
    return person


def sent(request: HttpRequest) -> Any:
    """What a form was sent with, or None before it is."""
    return request.POST if request.method == "POST" else None


def hand_over(
    request: HttpRequest,
    *,
    kind: str,
    told: Mapping[str, Any],
    person: Person | None = None,
    scope_no: int | None = None,
) -> Entry:
    """Seal what was typed and let the worker check and publish it."""
    duty = duty_of(request)
    if scope_no is None:
        scope_no = duty.office.scope_no if person is None else person.scope_no
    try:
        with transaction.atomic():
            entry = actions.enter(
                kind=kind,
                sealed=keyring().seal(json.dumps(told, ensure_ascii=False), context="raw"),
                person_id=None if person is None else person.pk,
                scope_no=scope_no,
                by=actor_of(request),
                duty_id=duty.pk,
            )
    except IntegrityError:
        raise Http404 from None  # the person moved a moment ago
    publish_entry.defer(entry_id=entry.pk)
    return entry


def handed(request: HttpRequest, made: list[Entry]) -> HttpResponse:
    """To the page of the last entry; the worker takes them in their order."""
    if len(made) > 1:
        said = ngettext("%(count)s change was handed in.", "%(count)s changes were handed in.", len(made))
        messages.info(request, said % {"count": len(made)})
    return redirect("entries:entry", made[-1].token)


def person_form(request: HttpRequest, person: Person, form: forms.BaseForm, words: FormPage) -> HttpResponse:
    """A page of one form about a person, beside the other things that may be put right; 422 when it is wrong."""
    page = words if words.cancel_href else replace(words, cancel_href=reverse("office:person", args=[person.token]))
    context = {"form": form, "page": page, **around(request, person, words.title)}
    return render(request, "office/entries/person_form.html", context, status=422 if form.errors else 200)


TABS: tuple[tuple[str, Words, frozenset[str]], ...] = (
    ("correct", _("Details"), frozenset({"correct"})),
    ("work", _("Work"), frozenset({"work", "add_spell", "correct_spell", "end_spell"})),
    ("household", _("Household"), frozenset({"household", "split", "merge", "helper"})),
    ("membership", _("Group"), frozenset({"membership"})),
    ("needs", _("Needs and wishes"), frozenset({"needs"})),
    ("income", _("Income"), frozenset({"income"})),
)


def around(request: HttpRequest, person: Person, here: Words) -> dict[str, Any]:
    """What stands around every page about a person: the way back, and tabs where something can be put right."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    tabs = [(label, reverse(f"entries:{one}", args=[person.token]), name in within) for one, label, within in TABS]
    href = reverse("office:person", args=[person.token])
    return {
        "person": person,
        "tabs": tabs if any(is_here for _label, _href, is_here in tabs) else [],
        "crumbs": (Crumb(_("People"), reverse("office:people")), Crumb(person.name, href), Crumb(here)),
    }


# ── how an entry fares ────────────────────────────────────────────────────────────────────────────────────────────────


def _found(token: str) -> Entry:
    try:
        return registers.entry_with(token)
    except Entry.DoesNotExist:
        raise Http404 from None


def _state(entry: Entry) -> dict[str, Any]:
    is_over = entry.state != "waiting"
    return {
        "entry": entry,
        "kind": KINDS.get(entry.kind, entry.kind),
        "status": status_of(entry),
        "overruled": overruled_of(entry),
        "is_over": is_over,
        "sentence": reason_sentence(entry.reason, get_language() or "zh") if entry.reason else "",
        "poll_href": "" if is_over else reverse("entries:entry_state", args=[entry.token]),
    }


@require_safe
@open_to(READERS)
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """What became of an entry. A new person's page names nobody: it is the same wherever the number is known."""
    found = _found(token)
    person = people.people_by_key([found.person_id]).get(found.person_id) if found.person_id else None
    if person is not None:
        log_people("entry", [(person.pk, person.scope_no)])
    crumbs = (Crumb(_("Entries"), reverse("entries:entries")), Crumb(KINDS.get(found.kind, found.kind)))
    at = timezone.localtime(found.entered_at)
    return render(request, "office/entries/entry.html", {**_state(found), "person": person, "at": at, "crumbs": crumbs})


@require_safe
@open_to(READERS)
def entry_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself until the entry is decided; it names nobody."""
    return render(request, "office/entries/entry_state.html", _state(_found(token)))


def _in_state(rows: Rows, code: str) -> Rows:
    if code == "overruled":
        return rows.filter(~Q(overruled=[]))
    return rows.filter(state__in=["done", "waits_for_other"] if code == "done" else [code], overruled=[])


ENTRIES = Listing(
    name="entries",
    caption=_("Entries"),
    columns=(
        Column("kind", _("What"), lambda e: KINDS.get(e.kind, e.kind), link=TokenLink("entries:entry"), is_fixed=True),
        Column("name", _("Name"), "name"),
        Column("state", _("State"), status_of, "status"),
        Column("reason", _("Why not"), lambda e: reason_sentence(e.reason, get_language() or "zh") if e.reason else ""),
        Column("by", _("By"), "entered_by"),
        Column("at", _("Entered at"), lambda e: timezone.localtime(e.entered_at), "moment"),
    ),
    orders=(Order("newest", _("newest first"), ("-pk",)),),
    filters=(
        ChoiceFilter("kind", _("What"), list(KINDS.items()), lambda rows, kind: rows.filter(kind=kind)),
        ChoiceFilter(
            "state",
            _("State"),
            [(one.code, one.label) for one in (CHECKING, TAKEN, OVERRULED, REFUSED)],
            _in_state,
        ),
    ),
    empty=Empty(
        _("Nothing has been entered by hand"),
        _("On a person's page you can put something right; a new person is registered from here."),
        icon="edit",
    ),
    source=source_of,
)


def _named(page: list[Entry]) -> list[Entry]:
    known = people.people_by_key(one.person_id for one in page if one.person_id)
    for one in page:
        person = known.get(one.person_id or 0)
        one.name = person.name if person is not None else ""  # type: ignore[attr-defined]
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(READERS)
def entries(request: HttpRequest) -> HttpResponse:
    """Everything entered by hand within the range, and what became of it."""
    rows = Rows(registers.entries(), _named)
    response = ENTRIES.respond(
        request, rows, template="office/entries/index.html", context={"may_write": may(request, WRITERS)}
    )
    log_list(request, "entries", rows.read)
    return response
