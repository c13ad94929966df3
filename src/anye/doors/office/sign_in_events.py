"""What sign-in leaves in the trail, and how a session learns that its second factor was given."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as factor_signals
from django.contrib.auth import signals
from django.http import HttpRequest

from anye.doors.office.gate import BY_LINK, DONE, FACTOR
from anye.records.accounts import actions
from anye.records.accounts.usernames import as_username


def connect() -> None:
    """Listen; called before Django's own listener notes the time, so that the user is named as its actor."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="anye.signed_in")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="anye.signed_out")
    signals.user_login_failed.connect(_refused, dispatch_uid="anye.refused")
    factor_signals.authenticator_used.connect(_code_taken, dispatch_uid="anye.code_taken")
    factor_signals.authenticator_removed.connect(_device_removed, dispatch_uid="anye.device_removed")
    factor_signals.authentication_failed.connect(_code_refused, dispatch_uid="anye.code_refused")


def address_of(request: HttpRequest) -> str:
    """The address that the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    if request.resolver_match is None:  # no page: Django's test client
        return
    records = get_authentication_records(request, user)
    has_code = any(record.get("method") == "mfa" for record in records)
    way = getattr(request, "sign_in_way", "") or ("password and code" if has_code else "password")
    # what a session of another user left behind counts for nothing
    request.session.pop(FACTOR, None)
    if has_code:
        request.session[FACTOR] = DONE
    elif way == BY_LINK:
        request.session[FACTOR] = BY_LINK
    actions.note_sign_in(user=user, way=way, address=address_of(request))


def _signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None and request.resolver_match is not None:
        actions.note_sign_out(user=user)


def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is None:
        return
    username = as_username(str(credentials.get("username", "")))
    is_locked = bool(getattr(request, "axes_locked_out", False))
    actions.note_refused_sign_in(username=username, address=address_of(request), is_locked=is_locked)


def _code_taken(request: HttpRequest, user: Any, **_: Any) -> None:
    if request.user.is_authenticated and request.user.pk == user.pk:
        request.session[FACTOR] = DONE


def _device_removed(request: HttpRequest, user: Any, **_: Any) -> None:
    request.session.pop(FACTOR, None)
    actions.note_second_factor(user=user, verb="second_factor_removed")


def _code_refused(request: HttpRequest, user: Any, **_: Any) -> None:
    actions.note_refused_sign_in(username=user.username, address=address_of(request), is_locked=False, step="code")
