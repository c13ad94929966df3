"""Before any page: signed in, with a password of one's own and a second factor. Pages open to strangers say so."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from anye.doors.kit.frame import Frame
from anye.doors.office.navigation import office_frame
from anye.records.accounts.queries import has_second_factor

FACTOR = "second_factor"  # the session's key: how the second factor was given
DONE, BY_LINK = "done", "link"
# open to strangers: the language switch, and the kit's style page where it is on
OPEN = frozenset({"set_language"})
OPEN_DOORS = frozenset({"kit"})
# open to everybody signed in, whatever step is missing
ALWAYS = frozenset({"account_logout", "sign_out"})

Next = Callable[[HttpRequest], HttpResponseBase]


class GateMiddleware:
    """Behind the duty: refuses strangers, and leads an officer to the step of sign-in that is still missing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY in request.session and not request.user.is_authenticated:
            request.session.flush()  # deactivated, or the password was replaced: the session ends for good
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Django calls this once it knows the view, and before the view."""
        match = request.resolver_match
        if match is None or OPEN_DOORS.intersection(match.namespaces):
            return None
        name = "" if match.namespaces else match.url_name
        step = missing_step(request) if request.user.is_authenticated else ""
        if not match.namespaces:
            request.frame = _frame(request, is_in=not step)  # type: ignore[attr-defined]
        if name in OPEN or not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return _elsewhere(request, redirect_to_login(request.get_full_path(), settings.LOGIN_URL).url)
        if not step or name == step or name in ALWAYS:
            return None
        return _elsewhere(request, f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")


def missing_step(request: HttpRequest) -> str:
    """The name of the page where the sign-in goes on; nothing once it is complete.

    A session opened by a one-time link needs no more in a trial registry, where all people are invented.
    """
    user: Any = request.user
    given = request.session.get(FACTOR)
    if given == BY_LINK and settings.ANYE_TRIAL:
        return ""
    if given == BY_LINK and has_second_factor(user):
        return "mfa_reauthenticate"  # whoever has the link and not the device changes nothing
    if user.must_change_password or (given != DONE and not user.has_usable_password()):
        return "password"
    if given == DONE:
        return ""
    return "mfa_reauthenticate" if has_second_factor(user) else "mfa_activate_totp"


def _elsewhere(request: HttpRequest, href: str) -> HttpResponse:
    """Send a browser to another page; a part of a page asked for by htmx sends the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": href})
    return HttpResponseRedirect(href)


def _frame(request: HttpRequest, *, is_in: bool) -> Frame:
    """Around account pages: the office's frame once signed in for good, else just the way out."""
    if is_in and request.user.is_authenticated:
        try:
            return office_frame(request)
        except NoReverseMatch:  # a site without the office's pages
            return Frame()
    frame = Frame(tagline=_("Work and income, accounted for"))
    if request.user.is_authenticated:
        frame.user_name = getattr(request.user, "name", "")
        frame.sign_out_href = reverse("sign_out")
    return frame
