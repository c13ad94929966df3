"""Writing a briefing: begun from a template, changed with its figures in sight, issued or dropped."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from anye.doors.kit import formats
from anye.doors.kit.pages import Crumb
from anye.doors.office.briefings import words
from anye.doors.office.entrance import actor_of, open_to
from anye.doors.office.report.words import Place, lang, place_of
from anye.engine.report.briefing.compose import WORDS, compose
from anye.engine.report.briefing.text import LONGEST, cleaned
from anye.engine.report.briefing.told import Tidings, as_json
from anye.engine.report.said import GROUPS, value_said
from anye.flow.reporting.briefing import documents_of
from anye.packs.briefings import template_of
from anye.records.audit.day import registry_day
from anye.records.briefings import queries
from anye.records.briefings.actions.writing import (
    BriefingRefused,
    begin_briefing,
    drop_briefing,
    edit_briefing,
    issue_briefing,
)
from anye.records.briefings.models import Briefing, Snapshot

REFUSED = {
    "changed": _(
        "Somebody changed this briefing in the meantime: the preview shows their text. Saving again puts yours in its place."
    ),
    "issued": _("It was issued. An issue stays; what was wrong in it is put right in the next one."),
}
MEANINGS = {
    "area": _("the area's name"), "period": _("the month, quarter or year"), "day": _("the day of the figures"),
    "known": _("the day of what was known"), "before": _("the day that is compared with"),
}  # fmt: skip


class BeginForm(forms.Form):
    """Of when, where and in which shape."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Template"), choices=list(words.KINDS.items()))
    snapshot = forms.ChoiceField(label=_("Figures"))
    area = forms.ChoiceField(label=_("Area"))

    def __init__(self, place: Place, days: list[Snapshot], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["snapshot"].choices = [(one.token, _day_words(one)) for one in days]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(place.code, place.name), *place.within]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        snapshot = queries.snapshot(given.get("snapshot", "")) if given.get("snapshot") else None
        if snapshot and (why := words.why_not_of(given.get("kind", ""), snapshot)):
            self.add_error("snapshot", why)
        return given


class TextForm(forms.Form):
    """The text in both languages, and the figures that it tells."""

    use_required_attribute = False
    snapshot = forms.ChoiceField(label=_("Figures"))
    text_zh = forms.CharField(
        label=_("In Chinese"), required=False, max_length=LONGEST, widget=forms.Textarea, strip=False
    )
    text_en = forms.CharField(
        label=_("In English"), required=False, max_length=LONGEST, widget=forms.Textarea, strip=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**9)

    def __init__(self, found: Briefing, days: list[Snapshot], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.briefing, token = found, found.token
        preview = {"hx-post": reverse("report:briefing_preview", args=[token, lang()]), "hx-target": "#preview"}
        self.fields["snapshot"].widget.attrs |= {**preview, "hx-trigger": "change", "hx-swap": "outerHTML"}
        self.fields["snapshot"].choices = [(one.token, _day_words(one)) for one in days]  # type: ignore[attr-defined]
        for name in words.LANGUAGES:  # what is typed is seen at once
            self.fields[f"text_{name}"].widget.attrs |= {
                "hx-post": reverse("report:briefing_preview", args=[token, name]), "hx-target": "#preview",
                "hx-trigger": "input changed delay:700ms", "hx-swap": "outerHTML", "spellcheck": "false",
            }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("text_zh", "").strip() and not given.get("text_en", "").strip() and not self.errors:
            raise forms.ValidationError(_("Write the briefing in one language at least."))
        snapshot = queries.snapshot(given["snapshot"]) if given.get("snapshot") else None
        if snapshot and (why := words.why_not_of(self.briefing.kind, snapshot)):
            self.add_error("snapshot", why)
        first = queries.issues_of(self.briefing).last()
        if snapshot and first and first.snapshot.as_of != snapshot.as_of:
            self.add_error("snapshot", _("It was issued as of another day. Begin a new briefing of this one."))
        return given

    @property
    def texts(self) -> dict[str, str]:
        return {name: cleaned(self.cleaned_data[f"text_{name}"]) for name in words.LANGUAGES}


def _day_words(snapshot: Snapshot) -> str:
    return gettext("as of %(day)s, by what was known on %(known)s") % {
        "day": formats.day_text(snapshot.as_of), "known": formats.day_text(snapshot.known_on),
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(words.WRITERS)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a briefing from a template."""
    latest = queries.snapshot()
    place = place_of(request, latest) if latest else None
    if place is None:
        messages.error(request, gettext("There are no figures of your area yet. They are counted every night."))
        return redirect("report:briefings")
    form = BeginForm(
        place, list(queries.snapshot_days(place.code)[:60]), request.POST or None, initial={"kind": "month"}
    )
    there_is = None
    if request.method == "POST" and form.is_valid():
        there_is = None if "another" in request.POST else _like(form.cleaned_data)
        if there_is is None:
            return redirect("report:briefing_edit", _begun(request, form.cleaned_data).token)
    return render(
        request, "office/briefings/begin.html",
        {"form": form, "there_is": there_is, "crumbs": _crumbs(Crumb(_("New briefing")))},
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


def _like(given: dict[str, Any]) -> Briefing | None:
    """One of the same kind, area and day that there is already: it may have been forgotten."""
    snapshot = queries.snapshot(given["snapshot"])
    found: Briefing | None = (
        queries.briefings()
        .filter(kind=given["kind"], area_code=given["area"], snapshot__as_of=snapshot.as_of if snapshot else None)
        .order_by("-pk")
        .first()
    )
    return found


def _begun(request: HttpRequest, given: dict[str, Any]) -> Briefing:
    snapshot = queries.snapshot(given["snapshot"])
    told = queries.figures_of(snapshot, given["area"]) if snapshot else {}
    if snapshot is None or not told:
        raise Http404
    return begin_briefing(
        snapshot=snapshot, area_code=given["area"], scope_no=next(iter(told.values())).scope_no, kind=given["kind"],
        texts=template_of(settings.ANYE_PACK, given["kind"]), by=actor_of(request), at=timezone.now(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(words.WRITERS)
def edit(request: HttpRequest, token: str) -> HttpResponse:
    """The text with its figures beside it."""
    found = queries.briefings().filter(token=token).first()
    if found is None:
        return _gone(request)
    days = list(queries.snapshot_days(found.area_code)[:60])
    if found.snapshot not in days:
        days.append(found.snapshot)
    form = TextForm(
        found, days, request.POST or None,
        initial={
            "snapshot": found.snapshot.token, "text_zh": found.text_zh, "text_en": found.text_en, "version": found.version,
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _saved(request, found, form):
        messages.success(request, gettext("Saved."))
        return redirect("report:briefing_edit", token)
    tidings = words.tidings_now(found)
    title = words.title_of(tidings)
    language = words.chosen_language(request, words.texts_of(found))
    context = {
        "crumbs": _crumbs(Crumb(title, reverse("report:briefing", args=[token])), Crumb(_("Edit"))), "title": title,
        "briefing": found, "form": form, "palette": _palette(tidings), "meanings": [(word, MEANINGS[word]) for word in WORDS],
        "texts": [form[f"text_{name}"] for name in sorted(words.LANGUAGES, key=lambda name: name != lang())],
        "issues": queries.issues_of(found).count(), "why_not": _why_not_of_day(found), "counted": _counted(found),
        **_previewed(words.texts_of(found), tidings, found.snapshot.token, language),
    }  # fmt: skip
    return render(request, "office/briefings/edit.html", context, status=422 if request.method == "POST" else 200)


def _gone(request: HttpRequest) -> HttpResponse:
    """It is not there, or somebody dropped it: whatever was being written is given back."""
    texts = [(label, request.POST.get(f"text_{name}", "")) for name, label in words.LANGUAGES.items()]
    if not any(text.strip() for _label, text in texts):
        raise Http404
    return render(request, "office/briefings/gone.html", {"texts": texts, "crumbs": _crumbs()}, status=404)


def _saved(request: HttpRequest, found: Briefing, form: TextForm) -> bool:
    given = form.cleaned_data
    snapshot = queries.snapshot(given["snapshot"])
    if snapshot is None:
        raise Http404
    try:
        edit_briefing(
            briefing=found, version=given["version"], texts=form.texts, snapshot=snapshot, by=actor_of(request),
            at=timezone.now(),
        )  # fmt: skip
    except BriefingRefused as why:
        form.add_error(None, str(REFUSED[why.code]))
        found.refresh_from_db()  # the preview shows what the other wrote; whoever saves again has seen it
        form.data = form.data.copy()
        form.data["version"] = str(found.version)
        return False
    return True


def _counted(found: Briefing) -> str:
    """When the figures were counted that the page shows: counted anew, they may be others."""
    return found.snapshot.taken_at.isoformat() if found.snapshot.taken_at else ""


@require_POST
@open_to(words.WRITERS)
def preview(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """What is typed, composed; nothing is written."""
    found = words.briefing_or_404(token)
    if language not in words.LANGUAGES:
        raise Http404
    snapshot = queries.snapshot(request.POST.get("snapshot", "")) or found.snapshot
    found.snapshot = snapshot
    text = request.POST.get(f"text_{language}", "")[:LONGEST]
    told = _previewed({language: text}, words.tidings_now(found), snapshot.token, language)
    return render(request, "office/briefings/preview.html", told)


def _previewed(texts: dict[str, str], tidings: Tidings, token: str, language: str) -> dict[str, Any]:
    document = compose(texts.get(language, ""), tidings, language)
    return {
        "shown": words.shown(document, tidings, token), "faults": [fault.text(lang()) for fault in document.faults],
        "unknown": [tidings.figures[code].title[lang()] for code in document.unknown], "language": language,
    }  # fmt: skip


def _palette(tidings: Tidings) -> list[dict[str, Any]]:
    """The figures by group, each with its number, as tokens to insert."""
    return [
        {
            "title": title[lang()], "code": group,
            "figures": [
                {
                    "code": told.code, "title": told.title[lang()], "number": value_said(told.value, told.unit, lang()),
                    "has_areas": told.code in tidings.within, "has_trend": told.code in tidings.trends,
                }
                for told in tidings.figures.values() if told.group == group
            ],
        }
        for group, title in GROUPS.items() if any(told.group == group for told in tidings.figures.values())
    ]  # fmt: skip


@require_POST
@open_to(words.WRITERS)
def issue(request: HttpRequest, token: str) -> HttpResponse:
    """Freeze the text with its figures."""
    found = words.briefing_or_404(token)
    tidings = words.tidings_now(found)
    note, version = cleaned(request.POST.get("note", "")).strip()[:300], request.POST.get("version", "")
    is_seen = version == str(found.version) and request.POST.get("counted", "") == _counted(found)
    why = _why_not(found, tidings, note)
    if why or not is_seen:
        messages.error(request, why or gettext("Read the briefing again, then issue it."))
        return redirect("report:briefing_edit", token)
    try:
        made = issue_briefing(
            briefing=found, version=int(version), told=as_json(tidings), documents=documents_of(words.texts_of(found), tidings),
            note=note, by=actor_of(request), at=timezone.now(),
        )  # fmt: skip
    except BriefingRefused:
        messages.error(
            request, gettext("Somebody changed this briefing in the meantime. Read it again, then issue it.")
        )
        return redirect("report:briefing_edit", token)
    messages.success(request, gettext("Issued. Its text and its figures stay as they are now."))
    return redirect("report:briefing_issue", token, made.number)


def _why_not(found: Briefing, tidings: Tidings, note: str) -> str:
    """Why it cannot be issued as it stands; nothing if it can."""
    if why := _why_not_of_day(found):
        return why
    if queries.issues_of(found).exists() and not note:
        return gettext("Say what this issue puts right.")
    for name in words.texts_of(found):
        faults = words.document_of(found, tidings, name).faults
        if faults:
            return f"{words.LANGUAGES[name]}: {faults[0].text(lang())}"
    return ""


def _why_not_of_day(found: Briefing) -> str:
    """Why the figures of its day cannot be issued yet; nothing if they can."""
    if found.snapshot.known_on >= registry_day():
        return gettext("Registers may still come in today. Issue it tomorrow, or choose the figures of an earlier day.")
    if not queries.is_settled(found.snapshot):
        return gettext(
            "These figures were counted before their day was over. Have the day counted again on the report's page."
        )
    return ""


@require_POST
@open_to(words.WRITERS)
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """Take away a draft that was never issued."""
    try:
        version = request.POST.get("version", "")
        drop_briefing(
            briefing=words.briefing_or_404(token), version=int(version) if re.fullmatch("[0-9]{1,9}", version) else 0
        )
    except BriefingRefused as why:
        messages.error(request, str(REFUSED[why.code]))
        return redirect("report:briefing", token)
    messages.success(request, gettext("The draft is gone."))
    return redirect("report:briefings")


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(_("Report"), reverse("report:index")), Crumb(_("Briefings"), reverse("report:briefings")), *more)
