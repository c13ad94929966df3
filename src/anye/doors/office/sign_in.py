"""The ways in and out: password and code, one-time link, first use, the user's own account, the acting duty."""

import hashlib
import hmac
import ipaddress
from typing import Any

from allauth.account import views as account_views
from allauth.account.internal.flows.login import record_authentication
from allauth.decorators import rate_limit
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as device_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit.pages import FormPage, form_page
from anye.doors.office.gate import BY_LINK, DONE, FACTOR, missing_step
from anye.doors.office.navigation import role_words
from anye.doors.office.places import name_of
from anye.doors.office.sign_in_forms import FirstUseForm, NewPasswordForm
from anye.records.accounts import actions
from anye.records.accounts import queries as accounts
from anye.records.accounts.models import User
from anye.records.accounts.usernames import as_username
from anye.records.audit.day import registry_day
from anye.records.places import actions as places
from anye.records.places.models import Office

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOCKED_SECONDS = 15 * 60
# a proxy on this machine makes every visitor look local: what it forwards is not from here
FORWARDED = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_SERVER", "HTTP_X_CLIENT_IP"),
)


def is_at_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs on the machine that serves, and asked for it as such.

    Never on a public site: a proxy need not say that it forwards. `anye serve --local` is the way in there.
    """
    if settings.ANYE_IS_PUBLIC or any(request.META.get(name) for name in FORWARDED):
        return False
    if split_domain_port(request.get_host())[0] not in settings.ANYE_OWN_HOSTS:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def lock_key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Under what name tries are counted: one for every spelling, and not readable, as it may be a stray password."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return hmac.new(settings.SECRET_KEY.encode(), as_username(str(typed)).encode(), hashlib.sha256).hexdigest()[:40]


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any = None) -> HttpResponse:
    """The page after five wrong tries, the same whether such a user exists or not."""
    answer = render(request, "account/locked.html", status=429)
    answer["Retry-After"] = str(LOCKED_SECONDS)
    return answer


class SignIn(account_views.LoginView):
    """User name and password; on a registry without any user, the way to the first one."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_at_this_machine(request) and not User.objects.exists():
            return HttpResponseRedirect(reverse("set_up"))
        return super().get(request, *args, **kwargs)


class CodeAgain(factor_views.ReauthenticateView):
    """A code before a change, or the code that a session by link still lacks; then nothing else will do."""

    def get_reauthentication_alternatives(self) -> list[dict[str, Any]]:
        return [] if missing_step(self.request) else super().get_reauthentication_alternatives()


class AddDevice(device_views.ActivateTOTPView):
    """A device for codes; its first code counts as the second factor of this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        user = self.request.user
        record_authentication(self.request, user, "mfa", type="totp", reauthenticated=True)
        self.request.session[FACTOR] = DONE
        actions.note_second_factor(user=user, verb="second_factor_added")
        return answer


sign_in = SignIn.as_view()
sign_out = account_views.LogoutView.as_view()
code = factor_views.AuthenticateView.as_view()
password_again = account_views.ReauthenticateView.as_view()
code_again = CodeAgain.as_view()
add_device = never_cache(AddDevice.as_view())
remove_device = device_views.DeactivateTOTPView.as_view()
recovery_codes = never_cache(code_views.ViewRecoveryCodesView.as_view())
new_recovery_codes = code_views.GenerateRecoveryCodesView.as_view()


@login_not_required
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: GET asks, so that nothing is used up by a preview; POST signs in. All else is one 404."""
    if not settings.ANYE_SIGN_IN_LINKS or not is_at_this_machine(request):
        raise Http404
    if request.method != "POST":
        found = accounts.open_link(actions.digest_of(token), timezone.now())
        if found is None:
            raise Http404
        return render(request, "account/link.html", {"name": found.user.name, "link": found})
    user = actions.use_sign_in_link(token=token, at=timezone.now())
    if user is None:
        raise Http404
    request.sign_in_way = BY_LINK  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
def set_up(request: HttpRequest) -> HttpResponse:
    """First use: the first administrator, made at this machine, once."""
    if not is_at_this_machine(request) or User.objects.exists():
        raise Http404
    districts = list(Office.objects.filter(parent__isnull=True).order_by("scope_no"))
    form = FirstUseForm(request.POST or None, districts=[(one.token, one.name) for one in districts])
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/set_up.html", {"form": form}, status=422 if form.errors else 200)
    told = form.cleaned_data
    if districts:
        district = next((one for one in districts if one.token == told.get("district")), districts[0])
    else:
        district = places.add_district(name=told["district"], area_code=None)
    try:
        user = actions.make_first_administrator(
            username=told["username"],
            name=told["name"],
            password=told["password"],
            district=district,
            on=registry_day(),
        )
    except actions.AlreadySetUp as fault:
        raise Http404 from fault
    request.sign_in_way = "first use"  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What the signed-in user is called, serves as, and signs in with."""
    user: Any = request.user
    between = " · "
    duties = [f"{role_words(duty.role)}{between}{name_of(duty.office)}" for duty in request.duties]  # type: ignore[attr-defined]
    facts = [
        (_("Name"), user.name),
        (_("User name"), user.username),
        (_("Telephone"), user.telephone or None),
        (_("E-mail"), user.email or None),
    ]
    context = {"facts": facts, "duties": duties, "has_device": accounts.has_second_factor(user)}
    return render(request, "account/account.html", context)


@never_cache
@sensitive_post_parameters("current", "password", "again")
@rate_limit(action="change_password")
def password(request: HttpRequest) -> HttpResponse:
    """A password of one's own, by choice or because a one-time password brought the user here."""
    user: Any = request.user
    is_first = missing_step(request) == "password"
    form = NewPasswordForm(request.POST or None, user=user, asks_current=not is_first and user.has_usable_password())
    if request.method == "POST" and form.is_valid():
        actions.set_own_password(user=user, password=form.cleaned_data["password"])
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Your password was changed. Other sessions of yours have ended."))
        return HttpResponseRedirect(_next(request))
    page = FormPage(
        title=_("Choose your password") if is_first else _("Change password"),
        lead=_("The password you were given works once. Choose your own to go on.") if is_first else "",
        cancel_href="" if is_first else reverse("account"),
    )
    return form_page(request, form, page)


@require_POST
def switch_duty(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own duties; a duty of somebody else is not found."""
    held = {str(duty.pk): duty.pk for duty in request.duties}  # type: ignore[attr-defined]
    chosen = held.get(request.POST.get("duty", ""))
    if chosen is None:
        raise Http404
    request.session["duty"] = chosen
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


def _next(request: HttpRequest) -> str:
    """Where the reader wanted to go, if that is a page of this site; else the account."""
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("account")
