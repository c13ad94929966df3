"""Of what was paid and is not owed: whether the records that spoke for it were taken away since.

A load that was withdrawn, an entry that was taken back, or a row that follows somebody else now. What is found is a hint to
whoever looks at the difference, and changes none of its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from anye.engine.entitle.catalogue import Catalogue
from anye.engine.entitle.policy import Policy
from anye.flow.drawing.file import Draw
from anye.flow.specs import SPECS, FactSpec
from anye.records.claims import actions, queries

_PAYMENTS = frozenset({"payment", "firm_payment"})
_WITHDRAWN = """b.state = 'withdrawn' AND (f.retired_by = b.id OR EXISTS (
    SELECT 1 FROM registers_entry y WHERE y.batch_id = b.id AND y.state = 'undone'))"""
_RELINKED = """b.state = 'published' AND EXISTS (
    SELECT 1 FROM registers_rowclaim c WHERE c.batch_id = f.source_batch AND c.sheet_no = f.source_sheet
        AND c.line = f.source_line AND c.person_id IS DISTINCT FROM f.person_id)"""


def tables_asked(policy: Policy, catalogue: Catalogue, draws: Mapping[str, Sequence[Draw]]) -> list[FactSpec]:
    """The tables from which a policy's facts are drawn, but for the payments themselves."""
    names = catalogue.with_steps(frozenset(name for block in policy.blocks for name in block.names))
    rolled = [catalogue.facts[name].roll_up for name in names if name in catalogue.facts]
    names |= {part for each in rolled if each is not None for part in (each.of, each.when) if part}
    found = {table for name in names for draw in draws.get(name, ()) for table in (draw.spec.name, *draw.beside)}
    return [SPECS[name] for name in sorted(found - _PAYMENTS)]


class TakenAway:
    """What was taken away, table by table: read once for all policies, and with it the differences that it explains."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}

    def tell(self, policy_id: int, paid_to: tuple[str, str], items: Sequence[str], specs: Sequence[FactSpec]) -> None:
        """Note it with the differences of a policy that were paid and are not owed, or less. `paid_to`: the column that names the
        payee, and the table of payments."""
        if not queries.differences_paid(policy_id).exists():
            return
        found: dict[int, str] = {}
        with connection.cursor() as cursor:
            for spec in specs:
                if joins := _joins(spec, paid_to[0]):
                    told = {"policy": policy_id, "items": list(items)}
                    cursor.execute(_statement(self._gone(cursor, spec), spec, paid_to, joins), told)
                    found |= {pk: because for pk, because in cursor.fetchall() if found.get(pk) != "withdrawn"}
        actions.tell_because(policy_id=policy_id, found=found)

    def close(self) -> None:
        """Forget what was read."""
        with connection.cursor() as cursor:
            for name in self._read.values():
                cursor.execute(f"DROP TABLE {name}")
        self._read.clear()

    def _gone(self, cursor: Any, spec: FactSpec) -> str:
        """The temporary table of a table's rows that are gone and that nobody else says, with why."""
        if spec.name not in self._read:
            self._read[spec.name] = name = f"taken_away_{spec.name}"
            same = "".join(
                f' AND o."{column}" IS NOT DISTINCT FROM f."{column}"'
                for column in spec.columns
                if column not in spec.opaque
            )
            is_gone = _WITHDRAWN
            if spec.parent == "person_id":  # what is no person's follows nobody
                is_gone = f"(({_WITHDRAWN}) OR ({_RELINKED}))"
            cursor.execute(f"""
                CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS
                SELECT f.*, CASE WHEN {_WITHDRAWN} THEN 'withdrawn' ELSE 'relinked' END AS because
                FROM {spec.table} f JOIN registers_batch b ON b.id = f.source_batch
                WHERE f.retired_on IS NOT NULL AND {is_gone}
                    AND NOT EXISTS (SELECT 1 FROM {spec.table} o
                                    WHERE o.{spec.parent} = f.{spec.parent} AND o.retired_on IS NULL{same})""")
            cursor.execute(f"ANALYZE {name}")
        return self._read[spec.name]


def _joins(spec: FactSpec, whose: str) -> str:
    """SQL: the differences d of the payee of whom a row f speaks: its own, and of a firm its people's; nothing where it does not."""
    of_persons = spec.parent == "person_id"
    mine = "d.policy_id = %(policy)s"
    if whose == "person_id":
        return f"JOIN claims_difference d ON {mine} AND d.person_id = f.person_id" if of_persons else ""
    if spec.parent == "firm_id" or "firm_id" in spec.columns:
        return f"JOIN claims_difference d ON {mine} AND d.firm_id = f.firm_id"
    if not of_persons:
        return ""
    return f"""JOIN entitlements_entitlement e ON e.policy_id = %(policy)s AND e.person_id = f.person_id
        JOIN claims_difference d ON {mine} AND d.firm_id = e.firm_id AND e.month BETWEEN d.first_month AND d.last_month"""


def _statement(gone: str, spec: FactSpec, paid_to: tuple[str, str], joins: str) -> str:
    """The differences of whose months a row spoke that is gone since the payment, and why it is."""
    whose, table = paid_to
    return f"""
        SELECT d.id, max(f.because) FROM {gone} f {joins}
        WHERE d.{whose} IS NOT NULL AND d.kind IN ('more', 'undue'){_overlap(spec)}
            AND EXISTS (SELECT 1 FROM {table} p WHERE p.{whose} = d.{whose} AND p.kind = 'paid' AND p.item = ANY(%(items)s)
                        AND p.retired_on IS NULL AND coalesce(p.paid_on, p.known_on) <= f.retired_on)
        GROUP BY d.id"""


def _overlap(spec: FactSpec) -> str:
    """SQL: the row held in months of the difference, as far as it tells."""
    if "month" in spec.columns:
        return " AND f.month BETWEEN d.first_month AND d.last_month"
    if "valid_from" in spec.columns:
        return """ AND coalesce(f.valid_from, d.first_month) < d.last_month + INTERVAL '1 month'
            AND coalesce(f.valid_to, d.first_month) >= d.first_month"""
    return ""
