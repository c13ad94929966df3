"""Reads of users and duties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from anye.records.accounts.models import Duty, Role, User
from anye.records.accounts.scope import Scope
from anye.records.places.models import Office

OFFICER_ROLES = frozenset(Role.values)


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
    on = on or timezone.localdate()
    rows = (
        Duty.objects.filter(user=user, user__is_active=True, scope_kind="office", starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("id")
    )
    duties = list(rows)
    offices = {o.scope_no: o for o in Office.objects.filter(scope_no__in=[d.scope_no for d in duties])}
    return [
        HeldDuty(d.pk, d.role, offices[d.scope_no], Scope(d.scope_no, offices[d.scope_no].scope_hi))
        for d in duties
        if d.scope_no in offices
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


def users_within(lo: int, hi: int) -> "QuerySet[User]":
    """Users with a duty inside a range, and those without any: an administrator's list."""
    return User.objects.filter(
        Q(duties__scope_no__range=(lo, hi)) | Q(duties__isnull=True)
    ).distinct()
