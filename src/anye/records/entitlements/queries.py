"""Reads of the ledger of entitlements."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from anye.records.entitlements.models import Draft, Entitlement, Foreseen, Policy, PolicyVersion, Publication, Run


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


def published() -> tuple[tuple[str, str], ...]:
    """(code, digest) of what officers published last of each policy, by code."""
    last = Publication.objects.order_by("policy__code", "-id").distinct("policy__code")
    return tuple(last.values_list("policy__code", "version__digest"))


def texts_of(digests: Collection[str]) -> dict[tuple[str, str], str]:
    """(code, digest) → the file, of versions that are kept."""
    rows = PolicyVersion.objects.filter(digest__in=digests).values_list("policy__code", "digest", "text")
    return {(code, digest): text for code, digest, text in rows}


def history(code: str) -> list[Publication]:
    """What was published of a policy, the newest first."""
    return list(Publication.objects.filter(policy__code=code).select_related("version").order_by("-id"))


def versions_of(code: str) -> list[PolicyVersion]:
    """The versions of a policy that judged or were published, the newest first."""
    return list(PolicyVersion.objects.filter(policy__code=code).order_by("-first_used_on", "-id"))


def drafts() -> "QuerySet[Draft]":
    """Drafts within the range, the newest first."""
    found: QuerySet[Draft] = Draft.objects.order_by("-id")
    return found


def draft(pk: int) -> Draft:
    """A draft by its key (batch role). Raises Draft.DoesNotExist."""
    found: Draft = Draft.objects.get(pk=pk)
    return found


def foreseen_of(draft_id: int) -> "QuerySet[Foreseen]":
    """Whom a draft would change, within the range."""
    found: QuerySet[Foreseen] = Foreseen.objects.filter(draft_id=draft_id)
    return found
