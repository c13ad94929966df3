"""Reads of the ledger of entitlements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import Coalesce

from anye.records.entitlements.models import (
    PAY,
    UNKNOWN,
    Draft,
    Entitlement,
    Foreseen,
    Nearly,
    Policy,
    PolicyVersion,
    Publication,
    Run,
)  # fmt: skip

FORESEEN_FOR = timedelta(days=7)  # facts change, and other rules
UNKNOWN_LOOKED_AT = 100_000  # decisions that are counted in a request


@dataclass(frozen=True)
class Owed:
    """What decisions of one policy come to: fen, of how many persons, from which month to which."""

    code: str
    fen: int
    persons: int
    first: date
    last: date


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


def versions_that_judged(code: str) -> list[PolicyVersion]:
    """The versions of a policy that judged or were published, the newest first."""
    return list(PolicyVersion.objects.filter(policy__code=code).order_by("-first_used_on", "-id"))


def is_foreseen(draft: Draft, digest: str, at: datetime) -> bool:
    """Whether it is known whom the text of the digest would change, and was found out lately."""
    if draft.foreseen_state != "done" or draft.foreseen_digest != digest or not draft.foreseen:
        return False
    return at - datetime.fromisoformat(draft.foreseen["at"]) < FORESEEN_FOR


def version(code: str, digest: str) -> PolicyVersion | None:
    """A version that is kept, by the digest of its text."""
    return PolicyVersion.objects.filter(policy__code=code, digest=digest).first()


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


def nearly() -> "QuerySet[Nearly]":
    """Who of the range is one step away."""
    found: QuerySet[Nearly] = Nearly.objects.select_related("policy")
    return found


def owed_to_firm(firm_id: int, codes: Collection[str]) -> "QuerySet[Entitlement]":
    """What a firm may have by these policies: for people of the range, and for itself where its own decisions are in range."""
    return standing().filter(firm_id=firm_id, outcome=PAY, policy__code__in=codes)


def by_worker(rows: "QuerySet[Entitlement]") -> "QuerySet[Entitlement]":
    """The same, each with `who` it is for, 0 where it is the firm's own: to be ordered by."""
    return rows.annotate(who=Coalesce("person_id", 0))


def sums_by_policy(rows: "QuerySet[Entitlement]") -> list[Owed]:
    """What decisions come to by policy, the largest sum first."""
    sums = rows.order_by().values("policy__code").annotate(
        fen=Sum("amount_fen"), persons=Count("person", distinct=True), first=Min("month"), last=Max("month")
    )  # fmt: skip
    found = [Owed(one["policy__code"], one["fen"], one["persons"], one["first"], one["last"]) for one in sums]
    return sorted(found, key=lambda one: (-one.fen, one.code))


def history_of(
    policy_id: int, *, person_id: int | None, firm_id: int | None, first: date, last: date
) -> "QuerySet[Entitlement]":
    """Every decision that ever stood of a person or a firm for these months, within the range: retired ones too."""
    whose = {"person_id": person_id} if person_id is not None else {"firm_id": firm_id}
    found: QuerySet[Entitlement] = Entitlement.objects.filter(policy_id=policy_id, month__range=(first, last), **whose)
    return found.select_related("version__policy").order_by("month", "known_on", "pk")


def unknown_of_people() -> "QuerySet[Entitlement]":
    """The decisions about people that are not known yet."""
    return standing().filter(outcome=UNKNOWN, person__isnull=False)


def has_many_unknown() -> bool:
    """Whether there are more than are looked at."""
    return unknown_of_people().order_by()[UNKNOWN_LOOKED_AT : UNKNOWN_LOOKED_AT + 1].exists()


def versions_of(codes: Iterable[str]) -> "QuerySet[PolicyVersion]":
    """All versions of these policies, without their texts."""
    return PolicyVersion.objects.filter(policy__code__in=list(codes)).select_related("policy").defer("text")


def people_waiting(
    rows: "QuerySet[Entitlement]", masks: Mapping[str, Mapping[int, int]]
) -> list[tuple[str, int, list[str]]]:
    """Of what is asked, how many people of the rows wait for it, and by which policies; what nobody waits for is left out.

    `masks`: what is asked → version → the bits of the reasons that hang on it.
    """
    names = sorted(masks)
    asked = [(at, version, mask) for at, name in enumerate(names) for version, mask in masks[name].items()]
    inner = rows.select_related(None).order_by()[:UNKNOWN_LOOKED_AT].values("person_id", "version_id", "missing")
    sql, params = inner.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH mine AS (
                SELECT person_id, version_id, bit_or(missing) AS missing FROM ({sql}) AS x GROUP BY person_id, version_id
            ), asked AS (SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS a (place, version_id, mask))
            SELECT a.place, count(DISTINCT m.person_id), array_agg(DISTINCT y.code) FROM mine m
            JOIN asked a ON a.version_id = m.version_id AND m.missing & a.mask <> 0
            JOIN entitlements_policyversion v ON v.id = m.version_id JOIN entitlements_policy y ON y.id = v.policy_id
            GROUP BY a.place
            """,
            [*params, *([each[at] for each in asked] for at in range(3))],
        )
        return [(names[at], persons, sorted(codes)) for at, persons, codes in cursor.fetchall()]
