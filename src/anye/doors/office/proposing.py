"""Proposing corrections of what differs: of picked rows or of all that the filters leave, with one reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anye.doors.kit.formats import number_text
from anye.doors.kit.pages import Crumb
from anye.doors.kit.picking import picked
from anye.doors.kit.state import read_state
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office.differences import DIFFERENCES, KINDS, dressed
from anye.doors.office.entrance import DESK, actor_of, open_to
from anye.doors.office.rows import Rows, log_list
from anye.records.claims import actions, queries
from anye.records.claims.models import Difference

MOST = 500  # rows proposed at once: more is not looked at by anybody
SHOWN = 20
SEALED, SEALED_SECONDS = "propose", 3600


class ReasonForm(forms.Form):
    """Why it is to be paid or asked back."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever decides reads it, and it stays with the correction. Write no names or numbers of people."),
    )


@require_POST
@open_to(DESK)
def propose(request: HttpRequest) -> HttpResponse:
    """What was picked is shown with its sums; with a reason it is proposed."""
    back = reverse("office:differences") + (f"?{request.GET.urlencode()}" if request.GET else "")
    rows, figures = _chosen(request)
    if len(rows) > MOST:
        words = gettext("More than %(limit)s rows: narrow the filters and propose again.")
        messages.error(request, words % {"limit": number_text(MOST)})
        return HttpResponseRedirect(back)
    if not rows:
        messages.error(request, gettext("Nothing was picked that could be proposed."))
        return HttpResponseRedirect(back)
    form = ReasonForm(request.POST if "sealed" in request.POST else None)
    if form.is_bound and form.is_valid():
        same = [one for one in rows if figures.get(one.pk) == one.difference_fen]
        return _propose(request, same, len(figures) - len(same), form.cleaned_data["reason"])
    return _page(request, rows, form, back)


def _chosen(request: HttpRequest) -> tuple[list[Difference], dict[int, int]]:
    """Differences of the range that are not proposed yet, one more than may be at most; and what each came to when it was shown."""
    found = queries.differences().filter(open_token=None).order_by("scope_no", "pk")
    if "sealed" in request.POST:
        pairs = open_state(request.POST["sealed"], context=SEALED, max_age=SEALED_SECONDS) or []
        figures = {int(pk): int(fen) for pk, fen in pairs}
        return list(found.filter(pk__in=figures)), figures
    if request.POST.get("do") == "propose_all":
        rows: Rows = read_state(DIFFERENCES, request).narrow(Rows(found))
        return list(rows.query[: MOST + 1]), {}
    return list(found.filter(pk__in=picked(request, DIFFERENCES.name))), {}


def _page(request: HttpRequest, rows: list[Difference], form: ReasonForm, back: str) -> HttpResponse:
    shown: list[Any] = dressed(request)(rows[:SHOWN])
    for one in shown:
        one.status = KINDS[one.kind]
    more, less = ([one.difference_fen for one in rows if (one.difference_fen > 0) is way] for way in (True, False))
    log_list(request, "difference_list", shown)
    context = {
        "crumbs": (Crumb(_("Owed and paid"), reverse("office:differences")), Crumb(_("Propose corrections"))),
        "rows": shown, "left": len(rows) - len(shown), "count": len(rows), "form": form, "back": back,
        "topups": {"count": len(more), "fen": sum(more)}, "recoveries": {"count": len(less), "fen": -sum(less)},
        "sealed": seal_state([[one.pk, one.difference_fen] for one in rows], context=SEALED),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    response = render(request, "office/owed/propose.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _propose(request: HttpRequest, rows: list[Difference], left: int, reason: str) -> HttpResponse:
    made = 0
    for one in rows:
        try:
            actions.propose_correction(difference=one, reason=reason, by=actor_of(request))
        except actions.CorrectionRefused:
            left += 1
        else:
            made += 1
    if made:
        words = ngettext("%(count)s correction is proposed.", "%(count)s corrections are proposed.", made)
        messages.success(request, words % {"count": number_text(made)})
    if left:
        words = ngettext(
            "%(count)s was left out: it is proposed already, or its figures have changed.",
            "%(count)s were left out: they are proposed already, or their figures have changed.", left,
        )  # fmt: skip
        messages.warning(request, words % {"count": number_text(left)})
    return HttpResponseRedirect(f"{reverse('office:corrections')}?state=proposed")
