"""Duties: who acts in which role over which office of the range; granting and ending one."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anye.doors.kit.pages import Crumb, FormPage, form_page
from anye.doors.office.administration.guard import (
    administrators_only,
    found_duty,
    found_user,
    offices_of,
    reach_of,
    sealed,
)
from anye.doors.office.administration.offices import official_name
from anye.doors.office.entrance import duty_of
from anye.doors.office.navigation import ROLES, role_words
from anye.records.accounts import actions
from anye.records.accounts import queries as accounts
from anye.records.accounts.models import User
from anye.records.accounts.role_places import fits
from anye.records.audit.day import registry_day
from anye.records.places.models import Office

Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Held:
    """A duty as the user's page shows it."""

    token: str
    role: str
    office: str
    starts_on: Any
    ends_on: Any
    dialog: str  # the id of the dialog that asks before it is ended


class DutyForm(forms.Form):
    """A role at an office of the acting range; the role must belong to the office's tier."""

    role = forms.ChoiceField(label=_("Role"))
    office = forms.ChoiceField(label=_("Office"))

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_offices = list(offices_of(request).filter(closed_on__isnull=True).exclude(kind="outside"))
        self.offices = {office.token: office for office in open_offices}
        role, office = self.fields["role"], self.fields["office"]
        role.choices = [("", _("Choose")), *ROLES.items()]  # type: ignore[attr-defined]
        office.choices = [("", _("Choose")), *_grouped(open_offices)]  # type: ignore[attr-defined]

    def clean_office(self) -> Office:
        return self.offices[self.cleaned_data["office"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "role" in found and "office" in found and not fits(found["role"], found["office"].kind):
            self.add_error(
                "office", _("This role does not belong to an office of this tier: choose another of the two.")
            )
        return found


def duties_held(request: HttpRequest, user: User) -> list[Held]:
    """The user's duties inside the acting range that are or will be in force."""
    reach = reach_of(request)
    rows = accounts.current_duties(int(reach.lo or 0), int(reach.hi or 0), registry_day()).filter(user=user)
    return [
        Held(sealed("duty", row.pk), role_words(row.role), row.office_name, row.starts_on, row.ends_on, f"end-{place}")
        for place, row in enumerate(rows, 1)
    ]


@administrators_only
def grant(request: HttpRequest, token: str) -> HttpResponse:
    """Let a user of the range act in one more duty inside it."""
    user = found_user(request, token)
    form = DutyForm(request.POST or None, request=request)
    here = reverse("administration:user", args=[token])
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if actions.grant_duty(user=user, role=told["role"], office=told["office"], on=registry_day()):
            messages.success(request, gettext("The duty was granted."))
        else:
            messages.info(request, gettext("%(name)s holds this duty already.") % {"name": user.name})
        return HttpResponseRedirect(here)
    page = FormPage(
        title=_("Grant a duty"),
        lead=gettext("To %(name)s, from today on.") % {"name": user.name},
        submit=_("Grant"),
        cancel_href=here,
        crumbs=(Crumb(_("Users"), reverse("administration:users")), Crumb(user.name, here), Crumb(_("Grant a duty"))),
    )
    return form_page(request, form, page)


@administrators_only
@require_POST
def end(request: HttpRequest, token: str, duty: str) -> HttpResponse:
    """End a duty at once: the next request of the user no longer has it. Nobody ends the duty they act in."""
    user = found_user(request, token)
    one = found_duty(request, user, duty)
    if one.pk == duty_of(request).pk:
        messages.error(request, gettext("You act in this duty: another administrator can end it."))
    else:
        actions.end_duty(duty=one, on=registry_day())
        messages.success(request, gettext("The duty has ended."))
    return HttpResponseRedirect(reverse("administration:user", args=[token]))


def _grouped(offices: list[Office]) -> list[Any]:
    """Offices as choices: villages under the name of their town, the others alone."""
    names = {office.pk: official_name(office) for office in offices}
    choices: list[Any] = []
    groups: dict[Any, Group] = {}
    for office in offices:
        choice = (office.token, official_name(office))
        if office.kind != "village":
            choices.append(choice)
        elif office.parent_id not in groups:
            groups[office.parent_id] = (names.get(office.parent_id, gettext("Villages and communities")), [choice])
            choices.append(groups[office.parent_id])
        else:
            groups[office.parent_id][1].append(choice)
    return choices
