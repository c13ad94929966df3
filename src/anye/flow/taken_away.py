"""Of what was paid and is not owed: whether the records that spoke for it were taken away since.

A load that was withdrawn, an entry that was taken back, or a row that follows somebody else now. What is found is a hint to
whoever looks at the difference, and changes none of its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def tell_because(policy_id: int, paid_to: tuple[str, str], items: Sequence[str], specs: Sequence[FactSpec]) -> None:
    """Note it with the differences of a policy that were paid and are not owed, or less. `paid_to`: the column that names the
    payee, and the table of payments."""
    found: dict[int, str] = {}
    if not queries.differences_paid(policy_id).exists():
        return
    for because, gone in (("relinked", _RELINKED), ("withdrawn", _WITHDRAWN)):
        for spec in specs:
            for subject in _subjects(spec, paid_to[0], is_linked=because == "relinked"):
                with connection.cursor() as cursor:
                    cursor.execute(
                        _statement(spec, paid_to, subject, gone), {"policy": policy_id, "items": list(items)}
                    )
                    found |= dict.fromkeys((pk for (pk,) in cursor.fetchall()), because)
    actions.tell_because(policy_id=policy_id, found=found)


def _subjects(spec: FactSpec, whose: str, *, is_linked: bool) -> list[str]:
    """SQL: which rows of a table speak of the payee of a difference d: their own, and of a firm its people's."""
    of_persons = spec.parent == "person_id"
    if whose == "person_id":
        return ["f.person_id = d.person_id"] if of_persons else []
    of_firm = "f.firm_id = d.firm_id"
    if not of_persons:
        return [of_firm] if spec.parent == "firm_id" and not is_linked else []
    if "firm_id" in spec.columns:
        return [of_firm]
    return [
        """f.person_id IN (SELECT e.person_id FROM entitlements_entitlement e WHERE e.policy_id = d.policy_id
            AND e.firm_id = d.firm_id AND e.month BETWEEN d.first_month AND d.last_month)"""
    ]


def _statement(spec: FactSpec, paid_to: tuple[str, str], subject: str, gone: str) -> str:
    """The differences of whose months a row spoke that is gone since the payment, and that nobody else says."""
    whose, table = paid_to
    same = "".join(
        f' AND o."{column}" IS NOT DISTINCT FROM f."{column}"' for column in spec.columns if column not in spec.opaque
    )
    return f"""
        SELECT DISTINCT d.id FROM claims_difference d
        JOIN {spec.table} f ON {subject}{_overlap(spec)} AND f.retired_on IS NOT NULL
        JOIN registers_batch b ON b.id = f.source_batch
        WHERE d.policy_id = %(policy)s AND d.{whose} IS NOT NULL AND d.kind IN ('more', 'undue') AND {gone}
            AND NOT EXISTS (SELECT 1 FROM {spec.table} o
                            WHERE o.{spec.parent} = f.{spec.parent} AND o.retired_on IS NULL{same})
            AND EXISTS (SELECT 1 FROM {table} p WHERE p.{whose} = d.{whose} AND p.kind = 'paid' AND p.item = ANY(%(items)s)
                        AND p.retired_on IS NULL AND coalesce(p.paid_on, p.known_on) <= f.retired_on)"""


def _overlap(spec: FactSpec) -> str:
    """SQL: the row held in months of the difference, as far as it tells."""
    if "month" in spec.columns:
        return " AND f.month BETWEEN d.first_month AND d.last_month"
    if "valid_from" in spec.columns:
        return """ AND coalesce(f.valid_from, d.first_month) < d.last_month + INTERVAL '1 month'
            AND coalesce(f.valid_to, d.first_month) >= d.first_month"""
    return ""
