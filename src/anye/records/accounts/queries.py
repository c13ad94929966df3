"""Reads of users and duties."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from anye.records.accounts.models import Duty, Role, SignInLink, User
from anye.records.accounts.scope import Scope
from anye.records.accounts.user_sheet import KnownUser
from anye.records.audit.day import registry_day
from anye.records.places.models import Office

SECOND_FACTOR = "second_factor"  # sealing context: what is sealed for devices opens nowhere else
OFFICER_ROLES = frozenset(Role.values)
# who decides on help and who examines what was decided: justice and health registers are nobody else's to see
SEE_RESTRICTED = frozenset({Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR})


@dataclass(frozen=True)
class HeldDuty:
    """A duty in force with the office it is over and the range it reaches."""

    pk: int
    role: str
    office: Office
    reach: Scope

    @property
    def label(self) -> str:
        return f"{Role(self.role).label} · {self.office.name}"


def duties_in_force(user: Any, on: date | None = None) -> list[HeldDuty]:
    """The user's duties on a day (default today), one query, in the order they were granted."""
    on = on or registry_day()
    rows = (
        Duty.objects.filter(user=user, user__is_active=True, scope_kind="office", starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("id")
    )
    duties = list(rows)
    offices = {o.scope_no: o for o in Office.objects.filter(scope_no__in=[d.scope_no for d in duties])}
    return [
        HeldDuty(d.pk, d.role, office, Scope(d.scope_no, office.scope_hi, d.role in SEE_RESTRICTED))
        for d in duties
        if (office := offices.get(d.scope_no))
    ]


def chosen_duty(duties: Sequence[HeldDuty], pk: int | None) -> HeldDuty | None:
    """The duty the user chose to act in, else the first."""
    return next((d for d in duties if d.pk == pk), duties[0] if duties else None)


def held_duty(pk: int) -> HeldDuty | None:
    """A duty by key if it is in force now: what a job checks again before it acts."""
    duty = Duty.objects.filter(pk=pk).select_related("user").first()
    if duty is None:
        return None
    return next((d for d in duties_in_force(duty.user) if d.pk == pk), None)


def administered_users(lo: int, hi: int) -> "QuerySet[User]":
    """Users who serve or served inside a range: what an administrator sees of the accounts."""
    return User.objects.filter(Exists(Duty.objects.filter(user=OuterRef("pk"), scope_no__range=(lo, hi))))


def serves_elsewhere(user: User, lo: int, hi: int, on: date) -> bool:
    """Whether a duty that is or will be in force lies outside a range: then its administrator may not take over."""
    rows = Duty.objects.filter(user=user).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    return rows.exclude(scope_no__range=(lo, hi)).exists()


def current_duties(lo: int, hi: int, on: date) -> "QuerySet[Duty]":
    """Duties inside a range that are or will be in force, each with `office_name`."""
    name = Office.objects.filter(scope_no=OuterRef("scope_no")).values("name")[:1]
    rows = Duty.objects.filter(scope_no__range=(lo, hi)).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    return rows.annotate(office_name=Subquery(name)).order_by("id")


def open_link(digest: bytes, at: datetime) -> SignInLink | None:
    """A link by its digest, with its user, if that is active and the link neither used nor too old."""
    links = SignInLink.objects.filter(digest=digest, used_at__isnull=True, expires_at__gt=at, user__is_active=True)
    return links.select_related("user").first()


def known_users(usernames: Collection[str], lo: int, hi: int, on: date) -> dict[str, KnownUser]:
    """The accounts of these names as a sheet meets them; of those outside the range only that the name is taken."""
    users = list(User.objects.filter(username__in=usernames))
    duties = list(Duty.objects.filter(user__in=users, scope_kind="office"))
    found = {}
    for user in users:
        held = [duty for duty in duties if duty.user_id == user.pk]
        found[user.username] = KnownUser(
            name=user.name,
            telephone=user.telephone,
            email=user.email,
            is_active=user.is_active,
            is_seen=any(lo <= duty.scope_no <= hi for duty in held),
            may_change=all(lo <= duty.scope_no <= hi for duty in held if duty.ends_on is None or duty.ends_on >= on),
            duties=frozenset((duty.role, duty.scope_no) for duty in held if duty.ends_on is None),
        )
    return found


def has_second_factor(user: Any) -> bool:
    """Whether the user has set up a device for codes."""
    return bool(_devices().filter(user_id=user.pk).exists())


def second_factor_of_users() -> Exists:
    """An annotation: whether a user has a device for codes."""
    return Exists(_devices().filter(user_id=OuterRef("pk")))


def _devices() -> "QuerySet[Any]":
    rows: QuerySet[Any] = apps.get_model("mfa", "Authenticator")._default_manager.filter(type="totp")
    return rows
