"""Reads of the trail."""

from django.db.models import QuerySet

from anye.records.audit.models import Event, Read


def looks_at(person: int, lo: int, hi: int) -> "QuerySet[Read]":
    """Who looked at a person, the newest first. The trail has no scoped manager: the range is an argument."""
    return Read.objects.filter(person_id=person, scope_no__range=(lo, hi)).order_by("-id")


def is_act_within(verb: str, table: str, row: int, lo: int, hi: int) -> bool:
    """Whether an act upon a row was done for an office of the range."""
    return Event.objects.filter(verb=verb, table_name=table, row_id=row, scope_no__range=(lo, hi)).exists()


def user_key(actor: str) -> int | None:
    """The user behind an actor's text (`user:12`); None for the operator and for jobs."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None
