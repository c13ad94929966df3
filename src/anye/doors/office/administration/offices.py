"""The tree of offices: its list, an office's own page, a new office below, closing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter, Search
from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb, FormPage, form_page
from anye.doors.kit.sources import Order
from anye.doors.office.administration.guard import administrators_only, found_office, offices_of
from anye.doors.office.entrance import duty_of
from anye.engine.areas import area_code
from anye.records.accounts import queries as accounts
from anye.records.audit.day import registry_day
from anye.records.places import actions
from anye.records.places.models import Office
from anye.records.places.queries import areas_on

KINDS: dict[str, Words] = {
    "district": _("District"),
    "town": _("Town or street"),
    "village": _("Village or community"),
    "outside": _("Outside"),
}
BELOW = {"district": "town", "town": "village"}
ADD_BELOW: dict[str, Words] = {"district": _("Add a town or street"), "town": _("Add a village or community")}
DEPTH = {"district": 0, "town": 1, "outside": 1, "village": 2}
OPEN = Status("open", pgettext_lazy("office", "open"), "circle-check", "ok")
CLOSED = Status("closed", pgettext_lazy("office", "closed"), "ban", "idle")


def official_name(office: Office) -> str:
    """An office's full name, as it is kept here; other pages use the short one that people say."""
    return office.name if formats.is_chinese() or not office.name_en else office.name_en


def state_of(office: Office) -> Status:
    return OPEN if office.closed_on is None else CLOSED


def _name(office: Office) -> Any:
    return format_html('<span class="depth-{}">{}</span>', DEPTH[office.kind], official_name(office))


def _by_state(rows: Any, state: str) -> Any:
    return rows.filter(closed_on__isnull=state == "open")


LISTING = Listing(
    name="offices",
    caption=_("Offices"),
    columns=(
        Column("name", _("Office"), _name, link=TokenLink("administration:office"), is_fixed=True),
        Column("kind", _("Kind"), lambda office: str(KINDS[office.kind])),
        Column("area_code", _("Area code"), "area_code", "code"),
        Column("telephone", _("Telephone"), "telephone"),
        Column("state", _("State"), state_of, "status"),
    ),
    orders=(Order("tree", _("As the tree"), ("scope_no",)),),
    filters=(
        ChoiceFilter("kind", _("Kind"), list(KINDS.items()), lambda rows, kind: rows.filter(kind=kind)),
        ChoiceFilter("state", _("State"), [("open", OPEN.label), ("closed", CLOSED.label)], _by_state),
    ),
    search=Search(_("Office"), lambda rows, text: rows.filter(name__icontains=text), _("Name of an office")),
    empty=Empty(_("No office here")),
)


class OfficeForm(forms.Form):
    """What an office is called and how it is reached."""

    name = forms.CharField(label=_("Office"), max_length=80)
    telephone = forms.CharField(label=_("Telephone"), max_length=40, required=False)


class NewOfficeForm(OfficeForm):
    """An office below another; the area it looks after, if it looks after a whole one."""

    code = forms.CharField(
        label=_("Area code"),
        max_length=20,
        required=False,
        help_text=_("12 digits, of the area that the office looks after. Leave it empty if there is none."),
    )

    def clean_code(self) -> str | None:
        text: str = self.cleaned_data["code"]
        if not text:
            return None
        code = area_code(text)
        if code is None or not areas_on(registry_day()).filter(code=code).exists():
            raise forms.ValidationError(_("No area has this code: check it, or leave the field empty."), code="unknown")
        if Office.objects.filter(area_code=code).exists():
            raise forms.ValidationError(_("Another office looks after this area."), code="taken")
        return code


@administrators_only
def index(request: HttpRequest) -> HttpResponse:
    """All offices of the range."""
    return LISTING.respond(request, offices_of(request), template="office/administration/offices.html")


@administrators_only
def office(request: HttpRequest, token: str) -> HttpResponse:
    """One office: name and telephone to change, the offices below it, who is on duty there."""
    one = found_office(request, token)
    form = OfficeForm(request.POST or None, initial={"name": one.name, "telephone": one.telephone})
    if request.method == "POST" and form.is_valid():
        actions.rename_office(office=one, name=form.cleaned_data["name"], telephone=form.cleaned_data["telephone"])
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("administration:office", args=[one.token]))
    context = {
        "office": one,
        "form": form,
        "kind": KINDS[one.kind],
        "state": state_of(one),
        "below": one.children.order_by("scope_no"),
        "add_below": ADD_BELOW.get(one.kind) if one.closed_on is None else None,
        "may_close": _may_close(request, one),
        "crumbs": (Crumb(_("Offices"), reverse("administration:offices")), Crumb(official_name(one))),
    }
    return render(request, "office/administration/office.html", context, status=422 if form.errors else 200)


@administrators_only
def add(request: HttpRequest, token: str) -> HttpResponse:
    """A new office below another of the range."""
    parent = found_office(request, token)
    kind = BELOW.get(parent.kind)
    if kind is None or parent.closed_on is not None:
        raise Http404
    form = NewOfficeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # two at once would take the same number
        parent = Office.objects.select_for_update().get(pk=parent.pk)
        told = form.cleaned_data
        try:
            made = actions.add_office(parent=parent, kind=kind, name=told["name"], area_code=told["code"])
        except actions.TooManyOffices:
            form.add_error(None, _("There is no room for another office below this one."))
        else:
            if told["telephone"]:
                actions.rename_office(office=made, name=made.name, telephone=told["telephone"])
            messages.success(request, gettext("%(name)s was added.") % {"name": made.name})
            return HttpResponseRedirect(reverse("administration:office", args=[made.token]))
    here = reverse("administration:office", args=[parent.token])
    page = FormPage(
        title=ADD_BELOW[parent.kind],
        lead=gettext("Below %(name)s.") % {"name": official_name(parent)},
        cancel_href=here,
        crumbs=(
            Crumb(_("Offices"), reverse("administration:offices")),
            Crumb(official_name(parent), here),
            Crumb(ADD_BELOW[parent.kind]),
        ),
    )
    return form_page(request, form, page)


@administrators_only
@require_POST
def close(request: HttpRequest, token: str) -> HttpResponse:
    """Close an office that has no open office below and nobody on duty."""
    one = found_office(request, token)
    if not _may_close(request, one):
        raise Http404
    today = registry_day()
    if one.children.filter(closed_on__isnull=True).exists():
        messages.error(request, gettext("Not closed: offices below it are open. Close those first."))
    elif accounts.current_duties(one.scope_no, one.scope_hi, today).exists():
        messages.error(request, gettext("Not closed: officers are on duty there. End their duties first."))
    else:
        actions.close_office(office=one, on=today)
        messages.success(request, gettext("%(name)s was closed.") % {"name": one.name})
    return HttpResponseRedirect(reverse("administration:office", args=[one.token]))


def _may_close(request: HttpRequest, one: Office) -> bool:
    """Neither the office one acts for, nor the node of people outside."""
    return one.kind != "outside" and one.closed_on is None and one.pk != duty_of(request).office.pk
