"""Corrections: what one person proposed to be paid besides or asked back, and what another decided."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.formats import money_text, number_text
from anye.doors.kit.fragments import Status, Words, money
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.picking import Act, Pick, picked
from anye.doors.kit.sources import Order
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office.differences import dressed
from anye.doors.office.entrance import READERS, actor_of, may, open_to
from anye.doors.office.owed_list import policy_choices
from anye.doors.office.places import by_place, place_choices
from anye.doors.office.rows import Rows, log_export, log_list, source_of
from anye.records.accounts.models import Role
from anye.records.claims import actions, queries
from anye.records.claims.models import Correction

APPROVERS = frozenset({Role.APPROVER})
STATES = {
    "proposed": Status("proposed", pgettext_lazy("correction", "Proposed"), "hourglass", "warn"),
    "changed": Status("changed", _("Proposed; the figures have changed since"), "alert-triangle", "bad"),
    "approved": Status("approved", pgettext_lazy("correction", "Approved"), "circle-check", "ok"),
    "undone": Status("undone", _("Approved; it and its opposite undo each other"), "arrow-back-up", "idle"),
    "carried_out": Status("carried_out", _("Approved and in a list"), "coin", "ok"),
    "gone": Status("gone", _("Approved; the list that showed it was taken back"), "alert-triangle", "warn"),
    "refused": Status("refused", pgettext_lazy("correction", "Refused"), "ban", "idle"),
    "taken_back": Status("taken_back", pgettext_lazy("correction", "Taken back"), "arrow-back-up", "idle"),
}
WAYS = {
    "topup": Status("topup", _("Top-up"), "arrow-up", "info"),
    "recovery": Status("recovery", _("Recovery"), "arrow-down", "warn"),
}
REFUSALS: dict[str, Words] = {
    "same_person": _("You proposed this yourself: somebody else decides it."),
    "decided_already": _("This was decided in the meantime."),
    "not_yours": _("Only whoever proposed it takes it back."),
    "changed": _("The figures have changed since it was proposed: let it be taken back and proposed anew."),
    "pass_under_way": _("What is owed is being worked out anew at this moment. Try again in a minute."),
}
APPROVING, APPROVING_SECONDS = "approve", 3600


def state_of(one: Any) -> Status:
    """How a correction stands, with what became of it since."""
    if one.state == "proposed":
        return STATES["changed" if one.has_changed else "proposed"]
    if one.state == "approved":
        if one.carried_out_on:
            return STATES["carried_out"]
        return STATES["undone" if one.is_undone else "gone" if one.gone_on else "approved"]
    return STATES[one.state]


def way_of(one: Any) -> Status:
    """Whether it pays or asks back."""
    return WAYS["topup" if one.amount_fen > 0 else "recovery"]


def _by_state(rows: Any, code: str) -> Any:
    if code in {"proposed", "changed"}:
        return rows.filter(state="proposed", has_changed=code == "changed")
    approved = {
        "approved": Q(carried_out_on=None, gone_on=None, is_undone=False),
        "undone": Q(carried_out_on=None, is_undone=True),
        "carried_out": Q(carried_out_on__isnull=False),
        "gone": Q(carried_out_on=None, gone_on__isnull=False, is_undone=False),
    }
    return rows.filter(approved[code], state="approved") if code in approved else rows.filter(state=code)


def may_approve(request: HttpRequest) -> bool:
    return may(request, APPROVERS)


def _key(one: Any) -> int | None:
    return one.pk if one.may_be_approved else None


def _dress(request: HttpRequest) -> Any:
    more, me = dressed(request), actor_of(request)

    def dress(page: Any) -> Any:
        for one in more(page):
            one.may_be_approved = one.state == "proposed" and not one.has_changed and one.proposed_by != me
        return page

    return dress


CORRECTIONS = Listing(
    name="corrections",
    caption=_("Corrections"),
    columns=(
        Column("name", _("Name"), "name", link=TokenLink("office:correction"), is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("rule", _("Rule"), "rule"),
        Column("months", _("For"), "months"),
        Column("way", _("What it is"), way_of, "status"),
        Column("amount", _("Amount"), "amount_fen", "yuan"),
        Column("state", _("State"), state_of, "status"),
        Column("by", _("Proposed by"), "proposed_by"),
        Column("at", _("Proposed at"), lambda one: timezone.localtime(one.proposed_at), "moment", is_shown=False),
        Column("decided", _("Decided by"), "decided_by"),
        Column("carried_out", _("In a list, paid on"), "carried_out_on", "day", is_shown=False),
        Column("reason", _("Reason"), "reason", is_shown=False),
    ),
    orders=(
        Order("-newest", _("newest first"), ("-pk",)),
        Order("place", _("by village"), ("scope_no", "pk")),
    ),
    filters=(
        ChoiceFilter("policy", _("Rule"), policy_choices, lambda rows, code: rows.filter(policy__code=code)),
        ChoiceFilter("state", _("State"), [(code, status.label) for code, status in STATES.items()], _by_state),
        ChoiceFilter(
            "way", _("What it is"), [(code, status.label) for code, status in WAYS.items()],
            lambda rows, code: rows.filter(**{f"amount_fen__{'gt' if code == 'topup' else 'lt'}": 0}),
        ),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    export=Export(
        _("Corrections"),
        log=log_export(lambda one: (one.person_id, one.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    pick=Pick(
        acts=(
            Act(
                do="approve", chosen=_("Approve the chosen"), icon="circle-check",
                href=lambda: reverse("office:corrections_approve"), may=may_approve,
            ),
        ),
        key_of=_key,
    ),
    empty=Empty(
        _("No correction was proposed yet"),
        _("An officer proposes it from what differs between owed and paid, and somebody else decides."),
        icon="coin",
    ),
    source=source_of,
)  # fmt: skip


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Every correction of the range, with what they come to."""
    rows = Rows(queries.corrections(), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    context = {"figures": _figures()}
    response = CORRECTIONS.respond(request, rows, template="office/owed/corrections.html", context=context)
    if request.method != "POST":
        log_list(request, "correction_list", rows.read)
    return response


def _figures() -> list[tuple[str, Any, str, str]]:
    """(label, sum, where its rows are, note) of the whole range."""
    here, sums = reverse("office:corrections"), queries.sums_of(queries.corrections())
    back = gettext("and %(amount)s to be asked back") % {"amount": money_text(-sums["approved_recoveries"])}
    told = (
        (gettext("Proposed to be paid"), sums["topups"], "proposed&way=topup", ""),
        (gettext("Proposed to be asked back"), -sums["recoveries"], "proposed&way=recovery", ""),
        (gettext("Approved, in no list yet"), sums["approved_topups"], "approved", back),
        (gettext("Approved and in a list"), sums["carried_out"], "carried_out", ""),
    )
    return [(label, money(fen), f"{here}?state={query}", note) for label, fen, query, note in told]


# ── several at once ───────────────────────────────────────────────────────────────────────────────────────────────────


@require_POST
@open_to(APPROVERS)
def approve(request: HttpRequest) -> HttpResponse:
    """What was picked is shown with its sums; confirmed, it is approved, each that still can be."""
    rows, is_confirmed = _picked(request)
    if not rows:
        messages.error(request, gettext("Nothing was picked that could be approved."))
        return HttpResponseRedirect(reverse("office:corrections"))
    if is_confirmed:
        return _approve(request, rows)
    more, less = ([one.amount_fen for one in rows if (one.amount_fen > 0) is way] for way in (True, False))
    shown = dressed(request)(rows)
    for one in shown:
        one.way = way_of(one)
    log_list(request, "correction_list", shown)
    context = {
        "crumbs": (Crumb(_("Corrections"), reverse("office:corrections")), Crumb(_("Approve"))),
        "rows": shown, "count": len(rows), "topups": {"count": len(more), "fen": sum(more)},
        "recoveries": {"count": len(less), "fen": -sum(less)},
        "sealed": seal_state([one.pk for one in rows], context=APPROVING),
    }  # fmt: skip
    response = render(request, "office/owed/approve.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _picked(request: HttpRequest) -> tuple[list[Correction], bool]:
    """Open proposals of others among those that were picked, and whether they were confirmed."""
    open_ = (
        queries.corrections().filter(state="proposed").exclude(proposed_by=actor_of(request)).order_by("scope_no", "pk")
    )
    if "sealed" in request.POST:
        keys = open_state(request.POST["sealed"], context=APPROVING, max_age=APPROVING_SECONDS) or []
        return list(open_.filter(pk__in=keys)) if isinstance(keys, list) else [], True
    return list(open_.filter(pk__in=picked(request, CORRECTIONS.name), has_changed=False)), False


def _approve(request: HttpRequest, rows: list[Correction]) -> HttpResponse:
    refused: dict[str, int] = {}
    for one in rows:
        try:
            actions.approve_correction(correction=one, by=actor_of(request))
        except actions.CorrectionRefused as fault:
            refused[fault.code] = refused.get(fault.code, 0) + 1
    done = len(rows) - sum(refused.values())
    if done:
        words = ngettext("%(count)s correction is approved.", "%(count)s corrections are approved.", done)
        messages.success(request, words % {"count": number_text(done)})
    for code, count in sorted(refused.items()):
        words = ngettext("%(count)s was not approved: %(why)s", "%(count)s were not approved: %(why)s", count)
        messages.warning(request, words % {"count": number_text(count), "why": REFUSALS[code]})
    return HttpResponseRedirect(reverse("office:corrections"))
