"""Who administers what: only administrators, only rows of the range they act in; everything else is not found."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from anye.doors.office.entrance import duty_of
from anye.records.accounts import queries as accounts
from anye.records.accounts.models import Duty, Role, User
from anye.records.accounts.scope import Scope
from anye.records.audit.day import registry_day
from anye.records.places.models import Office
from anye.records.places.queries import offices_within

View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """Let a view answer administrators; for anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        duty = getattr(request, "duty", None)
        if duty is None or duty.role != Role.ADMINISTRATOR:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def reach_of(request: HttpRequest) -> Scope:
    """The acting range; its bounds are numbers in every request."""
    return duty_of(request).reach


def users_of(request: HttpRequest) -> Any:
    """The users of the acting range."""
    reach = reach_of(request)
    return accounts.administered_users(int(reach.lo or 0), int(reach.hi or 0))


def found_user(request: HttpRequest, token: str) -> User:
    """A user who serves or served in the acting range. Raises Http404."""
    user = users_of(request).filter(pk=opened("user", token)).first()
    if user is None:
        raise Http404
    return user  # type: ignore[no-any-return]


def is_theirs(request: HttpRequest, user: User) -> bool:
    """Whether the account is this administrator's to change: a user who serves elsewhere too could lend that reach."""
    reach = reach_of(request)
    return not accounts.serves_elsewhere(user, int(reach.lo or 0), int(reach.hi or 0), registry_day())


def own_user(request: HttpRequest, token: str) -> User:
    """A user whose account this administrator may change. Raises Http404."""
    user = found_user(request, token)
    if not is_theirs(request, user):
        raise Http404
    return user


def found_duty(request: HttpRequest, user: User, token: str) -> Duty:
    """A duty of the user inside the acting range that is or will be in force. Raises Http404."""
    reach = reach_of(request)
    rows = accounts.current_duties(int(reach.lo or 0), int(reach.hi or 0), registry_day())
    duty = rows.filter(user=user, pk=opened("duty", token)).first()
    if duty is None:
        raise Http404
    return duty


def found_office(request: HttpRequest, token: str) -> Office:
    """An office of the acting range. Raises Http404."""
    office = offices_of(request).filter(token=token).first()
    if office is None:
        raise Http404
    return office  # type: ignore[no-any-return]


def offices_of(request: HttpRequest) -> Any:
    """The offices of the acting range."""
    reach = reach_of(request)
    return offices_within(int(reach.lo or 0), int(reach.hi or 0))


def sealed(kind: str, pk: int) -> str:
    """A key as a link holds it: opaque, and the same for the same row, so that links can be kept and compared."""
    return base64.urlsafe_b64encode(_cipher(settings.SECRET_KEY).encrypt(pk.to_bytes(8), [kind.encode()])).decode()


def opened(kind: str, token: str) -> int | None:
    """The key in a link of this kind, or None."""
    try:
        return int.from_bytes(_cipher(settings.SECRET_KEY).decrypt(base64.urlsafe_b64decode(token), [kind.encode()]))
    except (ValueError, InvalidTag):
        return None


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESSIV:
    return AESSIV(hmac.new(secret.encode(), b"anye.doors.office.administration", hashlib.sha256).digest())
