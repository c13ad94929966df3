"""Reads of what was paid, and of what does not agree with it."""

from django.db.models import QuerySet

from anye.records.claims.models import Difference


def differences() -> "QuerySet[Difference]":
    """What does not agree, within the range."""
    found: QuerySet[Difference] = Difference.objects.select_related("policy")
    return found
