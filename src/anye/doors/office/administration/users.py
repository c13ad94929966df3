"""Users: their list, a new one, one user's page, a new one-time password, deactivation."""

from collections.abc import Sequence
from typing import Any

from axes.utils import reset as unlock
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anye.doors.kit.columns import Column
from anye.doors.kit.filters import ChoiceFilter, Search
from anye.doors.kit.formats import moment_text
from anye.doors.kit.fragments import Status
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb, FormPage, form_page
from anye.doors.kit.sources import Order
from anye.doors.office.administration import guard
from anye.doors.office.administration.duties import DutyForm, duties_held
from anye.doors.office.administration.guard import administrators_only, found_user, is_theirs, own_user, sealed
from anye.doors.office.entrance import actor_of, duty_of
from anye.doors.office.navigation import ROLES, role_words
from anye.doors.office.sign_in import lock_key
from anye.doors.office.sign_in_forms import PLAIN, checked_username
from anye.records.accounts import actions
from anye.records.accounts import queries as accounts
from anye.records.accounts.models import Duty, User
from anye.records.accounts.passwords import new_one_time_password
from anye.records.accounts.usernames import LONGEST
from anye.records.audit.day import registry_day

ACTIVE = Status("active", pgettext_lazy("account", "active"), "circle-check", "ok")
INACTIVE = Status("inactive", pgettext_lazy("account", "deactivated"), "ban", "idle")
LINK_MINUTES = 60


def _duties(user: User) -> str:
    held: Sequence[Any] = user.held  # type: ignore[attr-defined]
    return " · ".join(f"{role_words(duty.role)} {duty.office_name}" for duty in held)


def _by_role(rows: Any, role: str) -> Any:
    today = registry_day()
    in_force = Duty.objects.filter(role=role).exclude(ends_on__lt=today)
    return rows.filter(pk__in=in_force.values("user"))


LISTING = Listing(
    name="users",
    caption=_("Users"),
    columns=(
        Column(
            "username",
            _("User name"),
            "username",
            link=lambda user: reverse("administration:user", args=[sealed("user", user.pk)]),
            is_fixed=True,
            order="username",
        ),
        Column("name", _("Name"), "name", order="name"),
        Column("duties", _("Duties"), _duties),
        Column("telephone", _("Telephone"), "telephone"),
        Column("email", _("E-mail"), "email", is_shown=False),
        Column("device", _("Second factor"), "has_device", "flag"),
        Column("state", _("State"), lambda user: ACTIVE if user.is_active else INACTIVE, "status"),
    ),
    orders=(
        Order("username", _("User name"), ("username",)),
        Order("-username", _("User name, backwards"), ("-username",)),
        Order("name", _("Name"), ("name", "username")),
        Order("-name", _("Name, backwards"), ("-name", "-username")),
    ),
    filters=(
        ChoiceFilter("role", _("Role"), list(ROLES.items()), _by_role),
        ChoiceFilter(
            "state",
            _("State"),
            [("active", ACTIVE.label), ("inactive", INACTIVE.label)],
            lambda rows, state: rows.filter(is_active=state == "active"),
        ),
    ),
    search=Search(
        _("User"),
        lambda rows, text: rows.filter(username__icontains=text) | rows.filter(name__icontains=text),
        _("User name or name"),
    ),
    empty=Empty(_("No user here")),
)


class UserForm(forms.Form):
    """How an officer is called and reached."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    telephone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class NewUserForm(DutyForm):
    """A new account with its first duty."""

    username = forms.CharField(
        label=_("User name"),
        max_length=LONGEST,
        help_text=_("Letters, digits or Chinese characters; capitals make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **PLAIN}),
    )
    name = UserForm.base_fields["name"]
    telephone = UserForm.base_fields["telephone"]
    email = UserForm.base_fields["email"]
    field_order = ("username", "name", "telephone", "email", "role", "office")

    def clean_username(self) -> str:
        return checked_username(self.cleaned_data["username"])


@administrators_only
def index(request: HttpRequest) -> HttpResponse:
    """All users of the range, with the duties they hold in it."""
    reach = guard.reach_of(request)
    held = accounts.current_duties(int(reach.lo or 0), int(reach.hi or 0), registry_day())
    rows = guard.users_of(request).annotate(has_device=accounts.second_factor_of_users())
    rows = rows.prefetch_related(Prefetch("duties", queryset=held, to_attr="held"))
    return LISTING.respond(request, rows, template="office/administration/users.html")


@administrators_only
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """A new user; the one-time password is shown on the answer and never again."""
    form = NewUserForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        password = new_one_time_password()
        try:
            user = actions.add_user(
                username=told["username"],
                name=told["name"],
                telephone=told["telephone"],
                email=told["email"],
                password=password,
                scope_no=duty_of(request).reach.lo,
            )
        except actions.UsernameTaken:
            form.add_error("username", _("This user name is taken: choose another."))
        else:
            actions.grant_duty(user=user, role=told["role"], office=told["office"], on=registry_day())
            return _given(request, user, password=password)
    page = FormPage(
        title=_("Add a user"),
        submit=_("Add"),
        cancel_href=reverse("administration:users"),
        crumbs=(Crumb(_("Users"), reverse("administration:users")), Crumb(_("Add a user"))),
    )
    return form_page(request, form, page)


@administrators_only
def user(request: HttpRequest, token: str) -> HttpResponse:
    """One user: how to reach them, duties in the range, password and state."""
    one = found_user(request, token)
    may_change = is_theirs(request, one)
    form = UserForm(request.POST or None, initial={"name": one.name, "telephone": one.telephone, "email": one.email})
    if request.method == "POST":
        if not may_change:
            raise Http404
        if form.is_valid():
            told = form.cleaned_data
            actions.change_user(
                user=one,
                name=told["name"],
                email=told["email"],
                telephone=told["telephone"],
                scope_no=duty_of(request).reach.lo,
            )
            messages.success(request, gettext("Saved."))
            return _back(one)
    context = {
        "one": one,
        "token": token,
        "form": form,
        "may_change": may_change,
        "is_self": one.pk == request.user.pk,
        "state": ACTIVE if one.is_active else INACTIVE,
        "has_device": accounts.has_second_factor(one),
        "duties": duties_held(request, one),
        "password_until": moment_text(timezone.localtime(one.password_until)) if one.password_until else "",
        "password_ended": one.password_until is not None and one.password_until < timezone.now(),
        "may_link": settings.ANYE_TRIAL and settings.ANYE_SIGN_IN_LINKS,
        "crumbs": (Crumb(_("Users"), reverse("administration:users")), Crumb(one.name)),
    }
    return render(request, "office/administration/user.html", context, status=422 if form.errors else 200)


@administrators_only
@require_POST
def deactivate(request: HttpRequest, token: str) -> HttpResponse:
    """End an account's use. Nobody locks themselves out."""
    one = own_user(request, token)
    if one.pk == request.user.pk:
        messages.error(request, gettext("You cannot deactivate yourself: another administrator can."))
        return _back(one)
    actions.deactivate_user(user=one, scope_no=duty_of(request).reach.lo)
    messages.success(request, gettext("%(name)s can no longer sign in.") % {"name": one.name})
    return _back(one)


@administrators_only
@require_POST
def reactivate(request: HttpRequest, token: str) -> HttpResponse:
    """Let a deactivated account be used again."""
    one = own_user(request, token)
    actions.reactivate_user(user=one, scope_no=duty_of(request).reach.lo)
    messages.success(request, gettext("%(name)s can sign in again.") % {"name": one.name})
    return _back(one)


class ResetForm(forms.Form):
    """What is lost."""

    device = forms.BooleanField(
        label=_("The phone is lost too: take the device for codes off the account"), required=False
    )


@administrators_only
@never_cache
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """A new one-time password, shown once; on request also the end of a lost device."""
    one = own_user(request, token)
    form = ResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = new_one_time_password()
        actions.set_one_time_password(user=one, password=password, scope_no=duty_of(request).reach.lo)
        unlock(username=lock_key(request, {"username": one.username}))
        if form.cleaned_data["device"]:
            actions.forget_second_factor(user=one, scope_no=duty_of(request).reach.lo)
        return _given(request, one, password=password)
    here = reverse("administration:user", args=[sealed("user", one.pk)])
    page = FormPage(
        title=_("New one-time password"),
        lead=gettext(
            "The password of %(name)s stops working and open sessions end. The new one is shown once, on the next page."
        )
        % {"name": one.name},
        submit=_("Make a new password"),
        cancel_href=here,
        crumbs=(
            Crumb(_("Users"), reverse("administration:users")),
            Crumb(one.name, here),
            Crumb(_("New one-time password")),
        ),
    )
    return form_page(request, form, page)


@administrators_only
@never_cache
@require_POST
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link into a trial registry, shown once; a real one has passwords only."""
    one = own_user(request, token)
    if not (settings.ANYE_TRIAL and settings.ANYE_SIGN_IN_LINKS):
        raise Http404
    made = actions.new_sign_in_link(user=one, by=actor_of(request), minutes=LINK_MINUTES)
    return _given(request, one, link=request.build_absolute_uri(reverse("link", args=[made])))


def _given(request: HttpRequest, one: User, *, password: str = "", link: str = "") -> HttpResponse:
    """The page that tells a secret once."""
    context = {
        "one": one,
        "password": password,
        "until": moment_text(timezone.localtime(one.password_until)) if one.password_until else "",
        "link": link,
        "href": reverse("administration:user", args=[sealed("user", one.pk)]),
        "crumbs": (Crumb(_("Users"), reverse("administration:users")), Crumb(one.name)),
    }
    return render(request, "office/administration/given.html", context)


def _back(one: User) -> HttpResponse:
    return HttpResponseRedirect(reverse("administration:user", args=[sealed("user", one.pk)]))
