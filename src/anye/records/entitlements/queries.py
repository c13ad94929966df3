"""Reads of the ledger of entitlements."""

from datetime import date

from django.db.models import QuerySet

from anye.records.entitlements.models import Entitlement, Policy, PolicyVersion, Run


def policy_ids() -> dict[str, int]:
    """Code → id of every policy that was ever judged."""
    return dict(Policy.objects.values_list("code", "id"))


def versions_like(version: PolicyVersion) -> "QuerySet[PolicyVersion]":
    """The versions of the same policy whose reasons are numbered alike."""
    return PolicyVersion.objects.filter(policy_id=version.policy_id, reasons=version.reasons).only("pk")


def last_run(by: date | None = None) -> Run | None:
    """The last pass over everybody that was finished, of those as known by a day."""
    runs = Run.objects.filter(is_whole=True).exclude(finished_at=None)
    if by is not None:
        runs = runs.filter(known_on__lte=by)
    return runs.order_by("-known_on", "-id").first()


def standing() -> "QuerySet[Entitlement]":
    """The decisions of the range that stand."""
    found: QuerySet[Entitlement] = Entitlement.objects.known()
    return found.select_related("version__policy")


def decisions_of(person_id: int, on: date | None = None) -> "QuerySet[Entitlement]":
    """What stands of a person, or stood at the end of a day, by policy and month."""
    found: QuerySet[Entitlement] = Entitlement.objects.known(on).filter(person_id=person_id)
    return found.select_related("version__policy", "firm").order_by("policy_id", "firm_id", "post", "month")


def history_of(
    policy_id: int, *, person_id: int | None, firm_id: int | None, first: date, last: date
) -> "QuerySet[Entitlement]":
    """Every decision that ever stood of a person or a firm for these months, within the range: retired ones too."""
    whose = {"person_id": person_id} if person_id is not None else {"firm_id": firm_id}
    found: QuerySet[Entitlement] = Entitlement.objects.filter(policy_id=policy_id, month__range=(first, last), **whose)
    return found.select_related("version").order_by("month", "known_on", "pk")
