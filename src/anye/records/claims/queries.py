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


def differences_paid(policy_id: int) -> "QuerySet[Difference]":
    """What was paid under a policy and is not owed, or less."""
    found: QuerySet[Difference] = Difference.objects.filter(policy_id=policy_id, kind__in=("more", "undue"))
    return found


def corrections() -> "QuerySet[Correction]":
    """Corrections of the range. `has_changed`: proposed, and the figures are not those any more; `is_undone`: approved, and so
    is its opposite: neither is to be paid or asked back any more."""
    stands = _same_months(Difference.objects.all(), *_FIGURES)
    opposite = Correction.objects.filter(reverses=OuterRef("pk"), state="approved")
    found: QuerySet[Correction] = Correction.objects.select_related("policy", "reverses")
    return found.annotate(
        has_changed=_told(Q(~Exists(stands), state="proposed")),
        is_undone=_told(Q(Q(reverses__isnull=False) | Q(Exists(opposite)), state="approved")),
    )


def _told(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())


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
    total: int | None = rows.aggregate(fen=Sum(F("entitled_fen") - F("paid_fen") - F("corrected_fen")))["fen"]
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


def sums_of(rows: "QuerySet[Correction]") -> dict[str, int]:
    """What corrections come to (fen): proposed, and approved and in no list yet, each to be paid and to be asked back; and all
    that lists show."""
    more, less = Q(amount_fen__gt=0), Q(amount_fen__lt=0)
    proposed, approved = Q(state="proposed"), Q(state="approved", carried_out_on=None, is_undone=False)
    told: dict[str, int | None] = rows.order_by().aggregate(
        topups=Sum("amount_fen", filter=proposed & more), recoveries=Sum("amount_fen", filter=proposed & less),
        approved_topups=Sum("amount_fen", filter=approved & more),
        approved_recoveries=Sum("amount_fen", filter=approved & less),
        carried_out=Sum("amount_fen", filter=Q(carried_out_on__isnull=False)),
    )  # fmt: skip
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
