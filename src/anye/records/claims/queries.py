"""Reads of what was paid, and of what does not agree with it."""

from django.db.models import F, QuerySet, Sum

from anye.records.claims.models import Difference


def differences() -> "QuerySet[Difference]":
    """What does not agree, within the range."""
    found: QuerySet[Difference] = Difference.objects.select_related("policy")
    return found


def unpaid_to_firm(firm_id: int) -> int:
    """Fen that a firm is owed and lists of payments do not say it got, as far as its own differences are in range."""
    rows = Difference.objects.filter(firm_id=firm_id, kind__in=("unpaid", "less"))
    total: int | None = rows.aggregate(fen=Sum(F("entitled_fen") - F("paid_fen")))["fen"]
    return total or 0
