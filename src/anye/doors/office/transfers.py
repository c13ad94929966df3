"""Moving a person to another office: asked for here, accepted there, carried out by the worker."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb, FormPage
from anye.doors.kit.sources import Order
from anye.doors.office.entering import WRITERS, person_form, sent, subject
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.entry_fields import OfficeField
from anye.doors.office.places import full_name_of
from anye.doors.office.rows import Rows, log_list, log_people, source_of
from anye.flow.jobs import carry_out_transfer
from anye.flow.sentences import reason_sentence
from anye.records.people import actions
from anye.records.people import queries as people
from anye.records.people.models import Transfer
from anye.records.places import queries as places
from anye.records.places.models import Office

STATES: dict[str, Status] = {
    "asked": Status("asked", _("asked for"), "hourglass", "warn"),
    "accepted": Status("accepted", _("accepted, being moved"), "loader-2", "info"),
    "moved": Status("moved", _("moved"), "circle-check", "ok"),
    "refused": Status("refused", _("refused"), "ban", "bad"),
    "withdrawn": Status("withdrawn", _("withdrawn"), "arrow-back-up", "idle"),
    "void": Status("void", _("void"), "minus", "idle"),
}
REFUSALS: dict[str, Words] = {
    "open_already": _("A transfer of this person is under way already. Let it be decided first."),
    "same_office": _("This office looks after the person now. Choose another."),
    "no_such_office": _("There is no such office any more. Choose another."),
    "no_area": _(
        "No area is listed for this office, so nobody can live there and the next register would take the person away "
        "again. Choose the office whose area they live in, or let an administrator add one with its area code."
    ),
    "moved_since": _("This person came under another office in the meantime."),
    "not_yours": _("Only the receiving office decides this."),
    "decided_already": _("This was decided in the meantime."),
}
VOID: dict[str, Words] = {
    "moved_since": _("The person came under another office in the meantime. That office can ask for a transfer."),
    "no_area": _(
        "No area is listed for the receiving office, so nobody can live there. Ask the office whose area they live in."
    ),
    "register_says": _("A register of a later month says that the person lives elsewhere. Let it be mended first."),
    "job_failed": _("The site tried several times and could not do this. Try once more, or tell the administrator."),
}
Act = Callable[..., None]
ACTS: dict[str, Act] = {
    "accept": actions.accept_transfer,
    "refuse": actions.refuse_transfer,
    "withdraw": actions.withdraw_transfer,
}
SAID: dict[str, Words] = {
    "accept": _("Accepted. The person and everything on record move in a moment."),
    "refuse": _("Refused. The person stays where they are."),
    "withdraw": _("Withdrawn. The person stays where they are."),
}


class TransferForm(forms.Form):
    """Where to, and why."""

    use_required_attribute = False
    to = OfficeField(label=_("Receiving office"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The receiving office reads this. Write no ID or telephone numbers."),
    )

    def __init__(self, *args: Any, offices: list[Office], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].offer(offices, any_label=_("Choose"))  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(WRITERS)
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Ask another village or town to take a person over."""
    person = subject(token)
    form = TransferForm(sent(request), offices=places.offices_beside(person.scope_no))
    if form.is_bound and form.is_valid():
        office: Office = form.cleaned_data["to"]
        try:
            asked = actions.ask_transfer(
                person=person, to_scope_no=office.scope_no, reason=form.cleaned_data["reason"], by=actor_of(request)
            )
        except actions.TransferRefused as refused:
            form.add_error(None, str(REFUSALS[refused.code]))
        else:
            return redirect("entries:transfer", asked.token)
    lead = _("The person stays here until the other office accepts. Then everything on record goes along.")
    return person_form(request, person, form, FormPage(_("Move to another office"), lead, submit=_("Ask for it")))


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _listing(name: str, caption: Words, empty: Empty) -> Listing:
    return Listing(
        name=name,
        caption=caption,
        columns=(
            Column("name", _("Name"), "name", link=TokenLink("entries:transfer"), is_fixed=True),
            Column("from", _("From"), "from_words"),
            Column("to", _("To"), "to_words"),
            Column("state", _("State"), lambda t: STATES[t.state], "status"),
            Column("by", _("Asked by"), "asked_by"),
            Column("at", _("Asked at"), lambda t: timezone.localtime(t.asked_at), "moment"),
        ),
        orders=(Order("newest", _("newest first"), ("-pk",)),),
        filters=(
            ChoiceFilter(
                "state",
                _("State"),
                [(code, status.label) for code, status in STATES.items()],
                lambda rows, code: rows.filter(state=code),
            ),
        ),
        empty=empty,
        source=source_of,
    )


TO_US = _listing(
    "transfers-in",
    _("Asked of us"),
    Empty(
        _("Nobody is offered to this office"), _("When another office asks you to take somebody over, it stands here.")
    ),
)
BY_US = _listing(
    "transfers-out",
    _("Asked by us"),
    Empty(_("This office has asked for no transfer"), _("On a person's page, choose “Move to another office”.")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(WRITERS)
def index(request: HttpRequest, side: str = "in") -> HttpResponse:
    """Transfers asked of this office, or by it."""
    reach = duty_of(request).reach
    listing, query = (TO_US, people.transfers_to) if side == "in" else (BY_US, people.transfers_from)
    rows = Rows(query(reach.lo or 0, reach.hi or 0), _dress)
    context = {"tabs": tabs_of("transfers" if side == "in" else "transfers_asked")}
    response = listing.respond(request, rows, template="office/transfers/index.html", context=context)
    log_list(request, "transfers", rows.read)
    return response


def tabs_of(here: str) -> list[tuple[str, str, bool]]:
    """The lists of moves, and which of them is open."""
    lists = {
        "transfers": gettext("Asked of us"),
        "transfers_asked": gettext("Asked by us"),
        "duplicates": gettext("Registered elsewhere"),
    }
    return [(label, reverse(f"entries:{name}"), name == here) for name, label in lists.items()]


def _dress(page: list[Transfer]) -> list[Transfer]:
    """Both offices by name, in one query; they may lie outside the range, but an office is no person."""
    names = places.offices_at({number for one in page for number in (one.from_scope_no, one.to_scope_no)})
    for one in page:
        one.from_words = full_name_of(names.get(one.from_scope_no))  # type: ignore[attr-defined]
        one.to_words = full_name_of(names.get(one.to_scope_no))  # type: ignore[attr-defined]
    return page


# ── one transfer ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _found(token: str) -> Transfer:
    try:
        return people.transfer_with(token)
    except Transfer.DoesNotExist:
        raise Http404 from None


@require_safe
@open_to(WRITERS)
def transfer(request: HttpRequest, token: str) -> HttpResponse:
    """One request: from where, to where, why, and how it stands."""
    found = _found(token)
    _dress([found])
    reach = duty_of(request).reach
    is_asked = found.state == "asked"
    receives, asked = (reach.lo <= number <= reach.hi for number in (found.to_scope_no, found.from_scope_no))  # type: ignore[operator]
    person = people.people_by_key([found.person_id]).get(found.person_id)
    log_people("transfer", [(found.person_id, found.from_scope_no if asked else found.to_scope_no)])
    home = reverse("entries:transfers" if receives else "entries:transfers_asked")
    context = {
        "transfer": found,
        "status": STATES[found.state],
        "person": person,
        "facts": _told(found),
        "failed": reason_sentence("job_failed", get_language() or "zh") if is_asked and found.decided_at else "",
        "may_accept": is_asked and receives,
        "may_withdraw": is_asked and asked,
        "crumbs": (Crumb(_("Moves"), home), Crumb(found.name)),
    }
    return render(request, "office/transfers/transfer.html", context)


def _told(found: Transfer) -> list[tuple[Any, ...]]:
    asked_at = timezone.localtime(found.asked_at)
    rows: list[tuple[Any, ...]] = [
        (gettext("From"), found.from_words),  # type: ignore[attr-defined]
        (gettext("To"), found.to_words),  # type: ignore[attr-defined]
        (gettext("Reason"), found.reason),
        (gettext("Asked by"), found.asked_by, f"{asked_at:%Y-%m-%d %H:%M}"),
    ]
    if found.state == "void":
        rows.append((gettext("Void, because"), str(VOID[found.void_reason])))
    if found.decided_at is not None:
        # one that could not be carried out is asked for again, and was accepted once
        label = gettext("Accepted by") if found.state == "asked" else gettext("Decided by")
        rows.append((label, found.decided_by, f"{timezone.localtime(found.decided_at):%Y-%m-%d %H:%M}"))
    return rows


@require_POST
@open_to(WRITERS)
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Accept or refuse as the receiving office, or withdraw as the asking one."""
    found = _found(token)
    act = request.POST.get("act", "")
    if act not in ACTS:
        return redirect("entries:transfer", found.token)
    try:
        ACTS[act](transfer=found, by=actor_of(request))
    except actions.TransferRefused as refused:
        messages.error(request, str(REFUSALS[refused.code]))
    else:
        if act == "accept":
            carry_out_transfer.defer(transfer_id=found.pk)
        messages.success(request, str(SAID[act]))
    return redirect("entries:transfer", found.token)
