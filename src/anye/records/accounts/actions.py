"""Writes of users, duties and sign-in links. Who may ask is the door's business: it fetches within its range."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anye.records.accounts.models import Duty, SignInLink, User
from anye.records.accounts.passwords import new_one_time_password, quick_hash, valid_until
from anye.records.accounts.role_places import fits
from anye.records.accounts.user_sheet import PlannedRow
from anye.records.audit.actions import note
from anye.records.places.models import Office

LINK_BYTES = 32
SET_UP_LOCK = 0x616E7965  # "anye": one first administrator, whoever asks at the same moment
TABLE = "accounts_user"


class UsernameTaken(ValueError):
    """Another account, wherever it serves, signs in with this name."""


class RoleMisplaced(ValueError):
    """The role cannot be held at an office of this kind."""


class AlreadySetUp(ValueError):
    """There is a user already: the first administrator was made."""


def add_user(
    *,
    username: str,
    name: str,
    email: str = "",
    telephone: str = "",
    password: str | None = None,
    is_one_time: bool = True,
    scope_no: int | None = None,
) -> User:
    """A new account; `scope_no` is the office whose administrator makes it. Raises UsernameTaken.

    A one-time password ends after some days and must be changed at the first sign-in; without any the account opens
    by a link only.
    """
    user = User(
        username=username,
        name=name,
        email=email,
        telephone=telephone,
        must_change_password=is_one_time and password is not None,
    )
    if password is not None and is_one_time:
        user.password = quick_hash(password)
        user.password_until = valid_until(timezone.now())
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as fault:
        raise UsernameTaken(username) from fault
    note("user_add", TABLE, user.pk, scope_no, {"username": username})
    return user


def change_user(*, user: User, name: str, email: str, telephone: str, scope_no: int | None = None) -> bool:
    """Write down how an officer is called and reached; False when it is so already."""
    wanted = {"name": name, "email": email, "telephone": telephone}
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if not changed:
        return False
    for field in changed:
        setattr(user, field, wanted[field])
    user.save(update_fields=changed)
    note("user_change", TABLE, user.pk, scope_no, {"username": user.username, "fields": changed})
    return True


def deactivate_user(*, user: User, scope_no: int | None = None) -> None:
    """End an account's use; its sessions end at their next request, its history stays."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    note("user_deactivate", TABLE, user.pk, scope_no, {"username": user.username})


def reactivate_user(*, user: User, scope_no: int | None = None) -> None:
    """Let a deactivated account be used again, under its old password and factor."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    note("user_reactivate", TABLE, user.pk, scope_no, {"username": user.username})


def set_one_time_password(*, user: User, password: str, scope_no: int | None = None) -> None:
    """Replace a password by one that ends after some days and must be changed at the next sign-in.

    Every open session ends.
    """
    user.password = quick_hash(password)
    user.must_change_password = True
    user.password_until = valid_until(timezone.now())
    user.save(update_fields=["password", "must_change_password", "password_until"])
    note("password_reset", TABLE, user.pk, scope_no, {"username": user.username})


def set_own_password(*, user: User, password: str) -> None:
    """The officer's own choice; every other session of the account ends."""
    user.set_password(password)
    user.must_change_password = False
    user.password_until = None
    user.save(update_fields=["password", "must_change_password", "password_until"])
    note("password_change", TABLE, user.pk, home_of(user), {"username": user.username})


def forget_second_factor(*, user: User, scope_no: int | None = None) -> int:
    """Take away a lost device and its recovery codes: the next sign-in sets up anew. Returns how many went."""
    from allauth.mfa.models import Authenticator

    count, _ = Authenticator.objects.filter(user_id=user.pk).delete()
    note("second_factor_reset", TABLE, user.pk, scope_no, {"username": user.username, "count": count})
    return int(count)


@transaction.atomic
def grant_duty(*, user: User, role: str, office: Office, on: date) -> bool:
    """Let a user act in a role over an office from a day on; False when it is so already. Raises RoleMisplaced."""
    if not fits(role, office.kind):
        raise RoleMisplaced(role)
    # a person's duties are granted one after another, so that two equal ones cannot be
    User.objects.select_for_update().get(pk=user.pk)
    held = Duty.objects.filter(user=user, role=role, scope_kind="office", scope_no=office.scope_no, ends_on=None)
    if held.exists():
        return False
    Duty.objects.create(user=user, role=role, scope_no=office.scope_no, starts_on=on)
    return True


def end_duty(*, duty: Duty, on: date) -> None:
    """End a duty so that it is not in force on `on` any more.

    `ends_on` is the last day in force. A duty granted on the same day has none: it is kept as one of the day before,
    and the trail holds when it was granted and ended.
    """
    last = on - timedelta(days=1)
    duty.ends_on = last
    duty.starts_on = min(duty.starts_on, last)
    duty.save(update_fields=["starts_on", "ends_on"])


@transaction.atomic
def apply_plan(*, rows: Sequence[PlannedRow], scope_no: int, on: date) -> dict[str, str]:
    """Do what a sheet's good rows say; returns the one-time passwords of the new users by user name."""
    passwords: dict[str, str] = {}
    users: dict[str, User] = {}
    for row in rows:
        if row.changes_nothing:
            continue
        user = users.get(row.username) or User.objects.filter(username=row.username).first()
        if user is None:
            passwords[row.username] = new_one_time_password()
            user = add_user(
                username=row.username,
                name=row.name,
                email=row.email,
                telephone=row.telephone,
                password=passwords[row.username],
                scope_no=scope_no,
            )
        elif row.changes:
            changed = {
                name: getattr(row if name in row.changes else user, name) for name in ("name", "email", "telephone")
            }
            change_user(user=user, **changed, scope_no=scope_no)
        users[row.username] = user
        if row.is_new_duty:
            grant_duty(user=user, role=row.role, office=Office.objects.get(scope_no=row.office.scope_no), on=on)
    return passwords


def new_sign_in_link(
    *, user: User, by: str, minutes: int = 60, wants_password: bool = False, wants_device: bool = False
) -> str:
    """The token of a link that opens one session of a user, once. Only its digest is kept; `by` is who asked for it.

    `wants_password`: the session begins with a new password, behind the code of the device. `wants_device`: password
    and device are lost, and both are set up anew.
    """
    token = secrets.token_urlsafe(LINK_BYTES)
    SignInLink.objects.create(
        user=user,
        digest=digest_of(token),
        expires_at=timezone.now() + timedelta(minutes=minutes),
        wants_password=wants_password,
        wants_device=wants_device,
    )
    told = {"password": wants_password, "device": wants_device}
    wanted = [name for name, is_wanted in told.items() if is_wanted]
    payload = {"username": user.username, "by": by, "minutes": minutes, "new": wanted}
    note("sign_in_link", TABLE, user.pk, home_of(user), payload)
    return token


def use_sign_in_link(*, token: str, at: datetime) -> User | None:
    """The user whose link this is, once; None for a link that is unknown, used, too old or of a deactivated user."""
    # one UPDATE without a join: of two at once the second waits, looks again at `used_at` and finds it set
    unused = SignInLink.objects.filter(digest=digest_of(token), used_at__isnull=True, expires_at__gt=at)
    if unused.update(used_at=at) != 1:
        return None
    link = SignInLink.objects.select_related("user").get(digest=digest_of(token))
    if not link.user.is_active:
        return None
    if link.wants_device:
        # until the new device stands, a password alone would let somebody else set up theirs
        link.user.set_unusable_password()
        forget_second_factor(user=link.user, scope_no=home_of(link.user))
    if link.wants_device or link.wants_password:
        link.user.must_change_password = True
        link.user.save(update_fields=["password", "must_change_password"])
    return link.user


@transaction.atomic
def make_first_administrator(*, username: str, name: str, password: str, district: Office, on: date) -> User:
    """The user who makes all others. Raises AlreadySetUp, however many ask at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SET_UP_LOCK])
    if User.objects.exists():
        raise AlreadySetUp
    user = add_user(username=username, name=name, password=password, is_one_time=False, scope_no=district.scope_no)
    grant_duty(user=user, role="administrator", office=district, on=on)
    return user


def note_sign_in(*, user: User, way: str, address: str) -> None:
    """Leave the event of a sign-in; from here on the transaction's writes are this user's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anye.actor', %s, true)", [f"user:{user.pk}"])
    note("sign_in", TABLE, user.pk, home_of(user), {"username": user.username, "way": way, "address": address})


def note_sign_out(*, user: User) -> None:
    """Leave the event of a sign-out."""
    note("sign_out", TABLE, user.pk, home_of(user), {"username": user.username})


def note_second_factor(*, user: User, verb: str) -> None:
    """Leave the event of an officer's own device: `second_factor_added`, `second_factor_removed`."""
    note(verb, TABLE, user.pk, home_of(user), {"username": user.username})


def note_refused_sign_in(*, username: str, address: str, is_locked: bool, step: str = "password") -> None:
    """Leave the event of a refused sign-in. A name that nobody has is not kept: it may be a password gone astray."""
    user = User.objects.filter(username=username).first()
    told: dict[str, Any] = {"address": address, "locked": is_locked, "step": step}
    if user is not None:
        told["username"] = user.username
    note("sign_in_refused", TABLE, user.pk if user else None, home_of(user) if user else None, told)


def home_of(user: User) -> int | None:
    """The scope number where a user's own acts are shown: that of the oldest duty."""
    return Duty.objects.filter(user=user).order_by("id").values_list("scope_no", flat=True).first()


def digest_of(token: str) -> bytes:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).digest()
