"""The style page: every fragment of the kit with invented content. Only where DEBUG or ANYE_STYLE_PAGE is on."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.fields import DayField, MonthField
from anye.doors.kit.fragments import Words
from anye.doors.kit.frame import DutyChoice, Frame, Link, NavItem, links_for
from anye.doors.kit.pages import Crumb, FormPage, form_page, say_undoable
from anye.doors.kit.style_rows import SAMPLES, STATUSES, sample_rows

ON = dt.date(2026, 11, 24)
MAIN = (
    NavItem("today", _("Today"), "checklist", "kit:style", key="t", is_main=True),
    NavItem("people", _("People"), "users", "kit:style_listing", key="p", is_main=True),
    NavItem("firms", _("Firms"), "building", "kit:style_form", key="f"),
    NavItem("registers", _("Registers"), "database-import", "kit:style_empty", key="r"),
    NavItem("visits", _("Visits"), "home-check", "kit:style_tasks", key="v", is_main=True),
)
MORE = (
    NavItem("offices", _("Offices"), "hierarchy", "kit:style_offices", key="o"),
    NavItem("users", _("Users"), "user-check", "kit:style_users", key="u"),
)


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=_("Name"), max_length=40)
    visited_on = DayField(label=_("Day of the visit"), latest=ON)
    month = MonthField(label=_("Month of the first wage"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[(code, one.label) for code, one in STATUSES.items()])
    help_wanted = forms.MultipleChoiceField(
        label=_("Help wanted"),
        required=False,
        choices=[("job", _("a job")), ("class", _("a class")), ("post", _("a public post"))],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_agreed = forms.BooleanField(label=_("The person agrees that this is kept"))


def sample_frame(request: HttpRequest) -> Frame:
    """A frame with everything on it."""
    counts = {"today": 12, "visits": 7}
    return Frame(
        tagline=_("Work and income, accounted for"),
        home_href=reverse("kit:style"),
        main=links_for(MAIN, path=request.path, counts=counts),
        more=links_for(MORE, path=request.path),
        more_label=_("Administration"),
        duties=[
            DutyChoice("1", _("Town officer"), "青溪镇", is_acting=True),
            DutyChoice("2", _("Village worker"), "石坝村"),
        ],
        duty_href=reverse("kit:style_undo"),
        user_name="冉明秀",
        user_detail=_("Town officer"),
        user_links=[Link(_("Your account"), reverse("kit:style_form"), "user"), Link(_("Help"), "#", "help-circle")],
        sign_out_href=reverse("kit:style_undo"),
        search_href=reverse("kit:style_listing"),
        search_label=_("Name or ID number"),
        notice=_("All persons here are invented."),
    )


def _framed(request: HttpRequest) -> None:
    if not (settings.DEBUG or getattr(settings, "ANYE_STYLE_PAGE", False)):
        raise Http404
    request.frame = sample_frame(request)  # type: ignore[attr-defined]


def style(request: HttpRequest) -> HttpResponse:
    """Every fragment on one page."""
    _framed(request)
    messages.info(request, _("The register was read: 238 rows, 3 refused."))
    say_undoable(request, _("The visit was recorded."), undo_href=reverse("kit:style_undo"))
    return render(request, "kit/style.html", {"tasks": tasks(), "story": story(), "facts": sample_facts(), **_plain()})


def _plain() -> dict[str, Any]:
    return {
        "on": ON,
        "statuses": STATUSES.values(),
        "days": [dt.date(2020, 3, 12), None],
        "dues": [ON - dt.timedelta(2), ON, ON + dt.timedelta(3), ON + dt.timedelta(21)],
        "amounts": [8_400_000, 0, -125_050, None],
        "tabs": [(_("Overview"), "#", True), (_("Household"), "#", False, 4), (_("History"), "#", False, 1_260)],
        "crumbs": (Crumb(_("Today"), reverse("kit:style")), Crumb(_("Style"))),
        "progress_href": reverse("kit:style_progress"),
    }


def tasks() -> list[dict[str, Words | dt.date | int]]:
    """Invented work."""
    return [
        {"title": _("Visit the household of Ran Guoqiang"), "href": "#", "text": _("The wage stopped in September."), "icon": "home-check",
         "tone": "bad", "due_on": ON - dt.timedelta(2), "place": "青溪村"},
        {"title": _("Decide a doubt: one person in two registers"), "href": "#", "text": _("Same ID number, two names."),
         "icon": "question-mark", "tone": "warn", "due_on": ON + dt.timedelta(2), "place": "石坝村"},
        {"title": _("Rows refused in the October ledger"), "href": "#", "text": _("The ID number has 17 characters."),
         "icon": "file-alert", "tone": "info", "due_on": ON + dt.timedelta(9), "count": 34},
    ]  # fmt: skip


def story() -> list[dict[str, Words | dt.date]]:
    """An invented history."""
    return [
        {"at": dt.date(2026, 11, 20), "title": _("Visited at home"), "text": _("Looks for work near the village."), "icon": "home-check",
         "tone": "ok", "by": "谭永芬"},
        {"at": dt.date(2026, 9, 30), "title": _("Insurance stopped"), "icon": "alert-triangle", "tone": "warn", "href": "#"},
        {"at": dt.date(2025, 2, 1), "title": _("Began work"), "text": "山茶服饰厂", "icon": "briefcase", "tone": "info"},
    ]  # fmt: skip


def sample_facts() -> list[tuple[Words, object, Words] | tuple[Words, object]]:
    """Invented facts."""
    return [
        (_("Village"), "青溪村", _("since 2019")),
        (_("Group"), _("lifted from poverty")),
        (_("Household"), _("4 persons, 2 able to work")),
        (_("Telephone"), None),
    ]


def style_listing(request: HttpRequest) -> HttpResponse:
    """A listing of invented people."""
    _framed(request)
    return SAMPLES.respond(request, sample_rows(), template="kit/style_listing.html")


def style_empty(request: HttpRequest) -> HttpResponse:
    """A listing without rows."""
    _framed(request)
    return SAMPLES.respond(request, [], template="kit/style_listing.html")


def style_form(request: HttpRequest, **_token: str) -> HttpResponse:
    """A page of one form; the invented people open it too."""
    _framed(request)
    form = SampleForm(request.POST or None)
    if form.is_valid():
        return HttpResponseRedirect(reverse("kit:style"))
    words = FormPage(
        _("Record a visit"), _("Two minutes. What you do not know, leave out."), cancel_href=reverse("kit:style")
    )
    return form_page(request, form, words)


def style_progress(request: HttpRequest) -> HttpResponse:
    """The progress bar's end."""
    _framed(request)
    return render(
        request,
        "kit/progress.html",
        {"done": 238, "total": 238, "percent": 100, "label": _("Done"), "poll_href": "", "detail": ""},
    )


def style_undo(request: HttpRequest) -> HttpResponse:
    """Undoes nothing."""
    _framed(request)
    return HttpResponseRedirect(reverse("kit:style"))
