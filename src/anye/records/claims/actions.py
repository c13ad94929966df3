"""Writes of what does not agree between the ledger and what was paid, and of its correction by two persons."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anye.records.audit.tokens import new_token
from anye.records.claims import queries
from anye.records.claims.models import Correction, Difference
from anye.records.entitlements.actions import hold_off_passes

COLUMNS = (
    "policy_id", "person_id", "firm_id", "first_month", "last_month", "kind", "entitled_fen", "paid_fen", "corrected_fen",
)  # fmt: skip
_EMPTY = {"person_id", "firm_id"}
"""Of these one is not there; no id is 0."""


def replace_differences(*, policy_id: int, lines: bytes, office_no: int, found_on: date) -> tuple[int, int]:
    """Put these (CSV in the order of `COLUMNS`) in the place of a policy's; how many went and how many came.

    What is the same stays as it is, with the day on which it was found.
    """
    columns = ", ".join(COLUMNS)
    # of equality alone the database makes a hash: IS NOT DISTINCT FROM would look at each for each
    same = " AND ".join(f"coalesce(d.{name}, 0) = coalesce(n.{name}, 0)" if name in _EMPTY else f"d.{name} = n.{name}"
                        for name in COLUMNS)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE settled ON COMMIT DROP AS SELECT {columns} FROM claims_difference LIMIT 0"
        )
        if lines:
            with cursor.copy("COPY settled FROM STDIN (FORMAT csv)") as stream:
                stream.write(lines)
        cursor.execute("ANALYZE settled")
        # a table that was empty is planned for as empty, and would be read through again for each line that comes into it
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"""
            DELETE FROM claims_difference d WHERE d.policy_id = %s
                AND NOT EXISTS (SELECT 1 FROM settled n WHERE {same})
            """,
            [policy_id],
        )
        gone = cursor.rowcount
        cursor.execute(
            f"""
            INSERT INTO claims_difference ({columns}, because, scope_no, found_on)
            SELECT {", ".join(f"n.{name}" for name in COLUMNS)}, '', coalesce(p.scope_no, %s), %s
            FROM settled n LEFT JOIN people_person p ON p.id = n.person_id
            WHERE NOT EXISTS (SELECT 1 FROM claims_difference d WHERE d.policy_id = %s AND {same})
            """,
            [office_no, found_on, policy_id],
        )
        come = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on; DROP TABLE settled")
    return gone, come


def tell_because(*, policy_id: int, found: Mapping[int, str]) -> None:
    """Of a policy's differences, those whose records were taken back since: id → why; of the others nothing is said."""
    told = Difference.objects.filter(policy_id=policy_id)
    told.exclude(because="").exclude(pk__in=found).update(because="")
    for because in Difference.BECAUSE[1:]:
        mine = [pk for pk, why in found.items() if why == because]
        told.filter(pk__in=mine).exclude(because=because).update(because=because)


class CorrectionRefused(ValueError):
    """A correction that cannot be proposed or decided; `code` says why.

    Codes: proposed_already, decided_already, same_person, not_yours, changed, pass_under_way.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def propose_correction(*, difference: Difference, reason: str, by: str, at: datetime | None = None) -> Correction:
    """Propose to pay what is lacking, or to ask back what is too much (提出调整). Nothing changes until another approves.

    Raises CorrectionRefused: proposed_already.
    """
    undone = queries.to_be_undone(difference)
    try:
        with transaction.atomic():
            made: Correction = Correction.objects.create(
                token=new_token(), scope_no=difference.scope_no, policy_id=difference.policy_id,
                person_id=difference.person_id, firm_id=difference.firm_id, first_month=difference.first_month,
                last_month=difference.last_month, kind=difference.kind, because=difference.because,
                entitled_fen=difference.entitled_fen, paid_fen=difference.paid_fen, corrected_fen=difference.corrected_fen,
                amount_fen=difference.entitled_fen - difference.paid_fen - difference.corrected_fen,
                reason=reason, proposed_by=by, proposed_at=at or timezone.now(), reverses=undone,
            )  # fmt: skip
    except IntegrityError:
        raise CorrectionRefused("proposed_already") from None
    return made


def approve_correction(*, correction: Correction, by: str, reason: str = "", at: datetime | None = None) -> None:
    """A second person approves (批准): from now on it counts as paid, and what differed does so no more.

    Raises CorrectionRefused: same_person, decided_already; changed where the figures are no longer those that were proposed;
    pass_under_way, for a pass would write down again what it read before.
    """
    if not hold_off_passes():
        raise CorrectionRefused("pass_under_way")
    with transaction.atomic():
        _decide(correction, "approved", by, reason, at)
        # the row itself is the lock: of two who approve what came to the same, and of a pass between, one finds it gone
        if not queries.stands_for(correction).delete()[0]:
            raise CorrectionRefused("changed")


def refuse_correction(*, correction: Correction, by: str, reason: str, at: datetime | None = None) -> None:
    """A second person refuses (驳回), and says why. Raises CorrectionRefused: same_person, decided_already."""
    _decide(correction, "refused", by, reason, at)


def take_back_correction(*, correction: Correction, by: str, at: datetime | None = None) -> None:
    """Whoever proposed it takes it back before it is decided. Raises CorrectionRefused: not_yours, decided_already."""
    if correction.proposed_by != by:
        raise CorrectionRefused("not_yours")
    _write(correction, "taken_back", by, "", at)


def _decide(correction: Correction, state: str, by: str, reason: str, at: datetime | None) -> None:
    if correction.proposed_by == by:
        raise CorrectionRefused("same_person")
    _write(correction, state, by, reason, at)


def _write(correction: Correction, state: str, by: str, reason: str, at: datetime | None) -> None:
    """Of two who decide at once the second waits for the first, and finds it decided."""
    told = {"state": state, "decided_by": by, "decided_at": at or timezone.now(), "decision": reason}
    if not Correction.objects.filter(pk=correction.pk, state="proposed").update(**told):
        raise CorrectionRefused("decided_already")


def note_carried_out(*, found: Mapping[int, date], gone: Collection[int], on: date) -> None:
    """Which corrections lists show to be carried out, and since when; `gone`: those that no list shows any more."""
    for pk, day in found.items():
        Correction.objects.filter(pk=pk).update(carried_out_on=day, gone_on=None)
    Correction.objects.filter(pk__in=gone).update(carried_out_on=None, gone_on=on)
