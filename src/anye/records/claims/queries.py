"""Reads of what was paid, of what does not agree with it, and of its correction."""

from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from anye.records.claims.models import Correction, Difference, FirmPayment, Payment

_MONTHS = ("policy_id", "person_id", "firm_id", "first_month", "last_month")
_FIGURES = ("entitled_fen", "paid_fen", "corrected_fen")


def differences() -> "QuerySet[Difference]":
    """What does not agree, within the range; `open_token`: of the correction that is proposed of it already."""
    proposed = _same_months(Correction.objects.filter(state="proposed"))
    found: QuerySet[Difference] = Difference.objects.select_related("policy")
    return found.annotate(
        open_token=Subquery(proposed.values("token")[:1]),
        difference_fen=F("entitled_fen") - F("paid_fen") - F("corrected_fen"),
    )


def corrections() -> "QuerySet[Correction]":
    """Corrections of the range; `has_changed`: proposed, and the figures are not those any more."""
    stands = _same_months(Difference.objects.all(), *_FIGURES)
    found: QuerySet[Correction] = Correction.objects.select_related("policy", "reverses")
    return found.annotate(
        has_changed=Case(
            When(Q(state="proposed") & ~Exists(stands), then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    )


def correction(token: str) -> Correction:
    """Raises Correction.DoesNotExist, also out of range."""
    return corrections().get(token=token)


def corrections_of(person_id: int) -> "QuerySet[Correction]":
    """Of a person, the newest first."""
    return corrections().filter(person_id=person_id).order_by("-pk")


def stands_for(correction: Correction) -> "QuerySet[Difference]":
    """The difference that a correction was proposed of, where it still comes to the same."""
    same = {name: getattr(correction, name) for name in (*_MONTHS, *_FIGURES)}
    found: QuerySet[Difference] = Difference.objects.filter(**same)
    return found


def unpaid_to_firm(firm_id: int) -> int:
    """Fen that a firm is owed and lists of payments do not say it got, as far as its own differences are in range."""
    rows = Difference.objects.filter(firm_id=firm_id, kind__in=("unpaid", "less"))
    total: int | None = rows.aggregate(fen=Sum(F("entitled_fen") - F("paid_fen")))["fen"]
    return total or 0


def to_be_undone(difference: Difference) -> Correction | None:
    """The approved correction within these months that correcting the difference would undo: of the opposite amount, in no
    list yet and not undone before."""
    amount = difference.paid_fen + difference.corrected_fen - difference.entitled_fen
    same = {name: getattr(difference, name) for name in ("policy_id", "person_id", "firm_id")}
    same |= {"first_month__gte": difference.first_month, "last_month__lte": difference.last_month}
    undone = Correction.objects.filter(reverses=OuterRef("pk"), state__in=("proposed", "approved"))
    rows = Correction.objects.filter(state="approved", carried_out_on=None, amount_fen=amount, **same)
    found: Correction | None = rows.exclude(Exists(undone)).order_by("-decided_at", "-pk").first()
    return found


def approved_of(policy_id: int) -> "QuerySet[Correction]":
    """Every approved correction of a policy."""
    found: QuerySet[Correction] = Correction.objects.filter(policy_id=policy_id, state="approved")
    return found.order_by("pk")


def sums_of(rows: Any) -> dict[str, int]:
    """What a queryset of corrections comes to: proposed top-ups and recoveries, approved, and carried out (fen)."""
    proposed, approved = Q(state="proposed"), Q(state="approved")
    told: dict[str, int | None] = rows.order_by().aggregate(
        topups=Sum("amount_fen", filter=proposed & Q(amount_fen__gt=0)),
        recoveries=Sum("amount_fen", filter=proposed & Q(amount_fen__lt=0)),
        approved=Sum("amount_fen", filter=approved & Q(carried_out_on=None)),
        carried_out=Sum("amount_fen", filter=approved & Q(carried_out_on__isnull=False)),
    )
    return {name: value or 0 for name, value in told.items()}


def payments_to(*, person_id: int | None, firm_id: int | None) -> list[Payment | FirmPayment]:
    """What lists say was paid to somebody, by day."""
    model: Any = Payment if person_id is not None else FirmPayment
    whose = {"person_id": person_id} if person_id is not None else {"firm_id": firm_id}
    return list(model.objects.known().filter(kind="paid", **whose).order_by("paid_on", "known_on", "pk"))


def _same_months(rows: Any, *figures: str) -> Any:
    """The rows of the outer one's policy, payee and months. A payee is a person or a firm, so that one of the two tells."""
    payee = Q(person_id=OuterRef("person_id")) | Q(firm_id=OuterRef("firm_id"))
    same = {name: OuterRef(name) for name in ("policy_id", "first_month", "last_month", *figures)}
    return rows.filter(payee, **same)


__all__ = [
    "approved_of", "correction", "corrections", "corrections_of", "differences", "payments_to", "stands_for", "sums_of",
    "to_be_undone",
]  # fmt: skip
