"""Reads of the trail."""

from django.db.models import QuerySet

from anye.records.audit.models import Read


def looks_at(person: int, lo: int, hi: int) -> "QuerySet[Read]":
    """Who looked at a person, the newest first. The trail has no scoped manager: the range is an argument."""
    return Read.objects.filter(person_id=person, scope_no__range=(lo, hi)).order_by("-id")


def user_key(actor: str) -> int | None:
    """The user behind an actor's text (`user:12`); None for the operator and for jobs."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None
