"""What the pages of briefings share: who may do what, a briefing in reach, and it as a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Words
from anye.doors.kit.fragments import Status
from anye.doors.office.entrance import DESK
from anye.doors.office.report.words import lang
from anye.engine.report.briefing import frozen
from anye.engine.report.briefing.compose import Document, compose
from anye.engine.report.briefing.page import part_of
from anye.engine.report.briefing.told import Tidings, ends_period, from_json
from anye.engine.report.said import period_said
from anye.flow.reporting.briefing import tidings_of
from anye.records.briefings import queries
from anye.records.briefings.models import Briefing, BriefingIssue, Snapshot

WRITERS = DESK
KINDS: Mapping[str, Words] = {
    "month": _("Of a month"), "quarter": _("Of a quarter"), "year": _("Of a year"), "other": pgettext_lazy("briefing", "Other"),
}  # fmt: skip
LANGUAGES: Mapping[str, Words] = {"zh": _("Chinese"), "en": _("English")}
DRAFT = Status("draft", _("draft"), "edit", "info")
ISSUED = Status("issued", _("issued"), "circle-check", "ok")
RECOUNTS = {
    "asked": Status("asked", _("being counted again"), "loader-2", "info"),
    "failed": Status("failed", _("could not be counted again"), "alert-circle", "bad"),
    "same": Status("same", _("counted again: the same to the character"), "circle-check", "ok"),
    "other": Status("other", _("counted again: it differs"), "alert-triangle", "warn"),
}


def briefing_or_404(token: str) -> Briefing:
    """One of the reader's range."""
    found: Briefing | None = queries.briefings().filter(token=token).first()
    if found is None:
        raise Http404
    return found


def issue_or_404(briefing: Briefing, number: int) -> BriefingIssue:
    found: BriefingIssue | None = queries.issues_of(briefing).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def tidings_now(briefing: Briefing) -> Tidings:
    """The figures of a draft, as its snapshot has them."""
    return tidings_of(settings.ANYE_PACK, briefing.snapshot, briefing.area_code, briefing.kind)


def issued(issue: BriefingIssue) -> Tidings:
    return from_json(issue.told)


def texts_of(one: Briefing | BriefingIssue) -> dict[str, str]:
    """Language → text, of those that are written."""
    return {name: text for name, text in (("zh", one.text_zh), ("en", one.text_en)) if text.strip()}


def chosen_language(request: HttpRequest, texts: Mapping[str, str]) -> str:
    """The language that the link names, else the reader's own, else the one that there is."""
    asked = request.GET.get("lang", "")
    return next((name for name in (asked, lang(), *texts) if name in texts), "zh")


def document_of(one: Briefing | BriefingIssue, tidings: Tidings, language: str) -> Document:
    """A draft as it is composed now, an issue as it was then."""
    if isinstance(one, BriefingIssue):
        return frozen.from_json(one.documents[language])
    return compose(texts_of(one).get(language, ""), tidings, language)


def shown(document: Document, tidings: Tidings, token: str) -> SafeString:
    """A document on a page: each figure is a link to its rows."""

    def link(code: str) -> str:
        return reverse("report:indicator", args=[token, tidings.area, code])

    return mark_safe(part_of(document, link=link, below=1))  # noqa: S308 every word was escaped


def title_of(tidings: Tidings) -> str:
    """Of where and when it is: 渝北区 · 2020年12月."""
    return f"{tidings.name} · {period_said(tidings.kind, tidings.as_of, lang())}"


def why_not_of(kind: str, snapshot: Snapshot) -> str:
    """Why a kind of briefing cannot tell a snapshot; nothing if it can."""
    if ends_period(kind, snapshot.as_of):
        return ""
    return gettext(
        "%(day)s ends no month, quarter or year of that kind. Choose another day, or the template “Other”."
    ) % {"day": formats.day_text(snapshot.as_of)}


def recount_told(issue: BriefingIssue) -> dict[str, Any]:
    """What counting it once more came to, the last time."""
    last = queries.recounts_of(issue).first()
    if last is None:
        return {}
    state = ("other" if last.found else "same") if last.state == "done" else last.state
    figures = from_json(issue.told).figures
    return {
        "status_of_recount": RECOUNTS[state], "recount": last, "is_waiting": last.state == "asked",
        "differences": [
            {**one, "title": figures[one["code"]].title[lang()] if one["code"] in figures else one["code"]}
            for one in last.found or []
        ],
    }  # fmt: skip
