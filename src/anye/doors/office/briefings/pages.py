"""Briefings that were written: the list, one of them, and it as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office.briefings import words
from anye.doors.office.entrance import READERS, actor_of, may, open_to
from anye.doors.office.report.words import lang
from anye.doors.office.rows import Rows, source_of
from anye.engine.report.said import period_said
from anye.flow.jobs import recount_briefing
from anye.flow.reporting.briefing import FORMATS, standing_of, written
from anye.records.audit.day import registry_day
from anye.records.briefings import queries
from anye.records.briefings.actions.writing import ask_recount
from anye.records.places.queries import names_on

FILES = ("docx", "pdf", "html")
"""What pages offer a briefing as; `txt` is the command's."""


def _dress(page: Sequence[Any]) -> Sequence[Any]:
    names = names_on(max((one.snapshot.as_of for one in page), default=registry_day()))
    for one in page:
        name = names.get(one.area_code, one.area_code)
        one.title = f"{name} · {period_said(one.kind, one.snapshot.as_of, lang())}"
        one.href = reverse("report:briefing", args=[one.token])
        one.kind_words = words.KINDS[one.kind]
        one.status = words.ISSUED if one.last_issue else words.DRAFT
    return page


BRIEFINGS = Listing(
    name="briefings",
    caption=_("Briefings"),
    columns=(
        Column("title", _("Briefing"), "title", link=lambda one: one.href, is_fixed=True),
        Column("kind", _("Kind"), "kind_words"),
        Column("state", _("State"), "status", "status"),
        Column("issue", _("Issue number"), "last_issue", "number"),
        Column("as_of", _("As of"), "snapshot.as_of", "day"),
        Column("known", _("Known on"), "snapshot.known_on", "day"),
        Column("changed_by", _("Changed by"), "changed_by"),
        Column("changed_at", _("Changed"), "changed_at", "moment"),
    ),
    orders=(Order("new", _("the latest first"), ("-pk",)),),
    filters=(
        ChoiceFilter("kind", _("Kind"), list(words.KINDS.items()), lambda rows, kind: rows.filter(kind=kind)),
        ChoiceFilter(
            "state", _("State"), [("issued", words.ISSUED.label), ("draft", words.DRAFT.label)],
            lambda rows, state: rows.filter(last_issue__isnull=state == "draft"),
        ),
    ),
    empty=Empty(
        _("No briefing yet"), _("Begin one from a template: its figures are filled in, and each opens to its records."),
        icon="file-description",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def briefings(request: HttpRequest) -> HttpResponse:
    """All briefings of the reader's range."""
    rows = Rows(queries.briefings().annotate(last_issue=Max("issues__number")), dress=_dress)
    return BRIEFINGS.respond(
        request, rows, template="office/briefings/list.html",
        context={
            "crumbs": (Crumb(_("Report"), reverse("report:index")), Crumb(_("Briefings"))),
            "may_write": may(request, words.WRITERS), "has_figures": queries.snapshot() is not None,
        },
    )  # fmt: skip


@require_safe
@open_to(READERS)
def briefing(request: HttpRequest, token: str, number: int | None = None) -> HttpResponse:
    """A briefing as it was issued last, or as its draft stands; `number`: an earlier issue, 0 the draft."""
    found = words.briefing_or_404(token)
    issues = list(queries.issues_of(found).defer("told", "documents", "text_zh", "text_en"))
    if number is None:
        number = issues[0].number if issues else 0
    issue = words.issue_or_404(found, number) if number else None
    tidings = words.issued(issue) if issue else words.tidings_now(found)
    texts = words.texts_of(issue or found)
    language = words.chosen_language(request, texts)
    document = words.document_of(issue or found, tidings, language)
    snapshot = (issue or found).snapshot
    may_write = may(request, words.WRITERS)
    context = {
        "crumbs": _crumbs(words.title_of(tidings)), "title": words.title_of(tidings), "briefing": found,
        "issue": issue, "issues": issues, "number": number, "snapshot": snapshot, "document": document, "language": language,
        "shown": words.shown(document, tidings, snapshot.token), "languages": [(name, words.LANGUAGES[name]) for name in texts],
        "faults": [fault.text(lang()) for fault in document.faults], "files": FILES, "may_write": may_write,
        "status": words.ISSUED if issue else words.DRAFT, "kind": words.KINDS[found.kind],
        "unknown": [tidings.figures[code].title[lang()] for code in document.unknown],
        "newer": issues[0].number if issue and issues[0].number > issue.number else None,
        **(words.recount_told(issue) if issue else {}),
    }  # fmt: skip
    return render(request, "office/briefings/briefing.html", context)


@require_safe
@open_to(READERS)
def file(request: HttpRequest, token: str, number: int, language: str, kind: str) -> HttpResponse:
    """A briefing as a file, in one of its languages; 0 is the draft."""
    found = words.briefing_or_404(token)
    issue = words.issue_or_404(found, number) if number else None
    texts = words.texts_of(issue or found)
    if kind not in FILES or language not in texts:
        raise Http404
    tidings = words.issued(issue) if issue else words.tidings_now(found)
    document = words.document_of(issue or found, tidings, language)
    if document.faults:
        messages.error(request, document.faults[0].text(lang()))
        return redirect("report:briefing_issue", token, number)
    made = written(document, tidings, kind, standing_of(issue, language))
    response = HttpResponse(made, content_type=FORMATS[kind])
    name = f"{(document.title or words.title_of(tidings))[:80]}.{kind}"
    response["Content-Disposition"] = (
        f"attachment; filename=\"briefing.{kind}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@open_to(READERS)
def recount(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Ask the worker to count the figures of an issue once more from the records."""
    issue = words.issue_or_404(words.briefing_or_404(token), number)
    asked = ask_recount(issue=issue, by=actor_of(request), at=timezone.now())
    if asked is not None:
        recount_briefing.defer(recount_id=asked.pk)
        messages.success(request, gettext("Its figures are being counted again from the records."))
    return redirect("report:briefing_issue", token, number)


@require_safe
@open_to(READERS)
def recount_state(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The part of the page that asks for itself every two seconds; with the answer the whole page comes anew."""
    told = words.recount_told(words.issue_or_404(words.briefing_or_404(token), number))
    if not told.get("is_waiting"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("report:briefing_issue", args=[token, number])})
    return render(request, "office/briefings/recount_state.html", {**told, "poll_href": request.path})


def _crumbs(title: str) -> tuple[Crumb, ...]:
    return (
        Crumb(_("Report"), reverse("report:index")),
        Crumb(_("Briefings"), reverse("report:briefings")),
        Crumb(title),
    )
