"""What indicators may count: the tables of facts, and the decisions of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anye.flow.specs import SPECS, FactSpec

_LEDGER = (
    "(SELECT e.*, p.code AS policy FROM entitlements_entitlement e JOIN entitlements_policy p ON p.id = e.policy_id)"
)
_ITEMS = {"payment", "firm_payment", "share"}
OF_PERSONS = frozenset({name for name, spec in SPECS.items() if spec.parent == "person_id"} | {"entitlement"})
OF_FIRMS = frozenset(
    {name for name, spec in SPECS.items() if spec.parent == "firm_id" or "firm_id" in spec.columns} | {"entitlement"}
)


@dataclass(frozen=True)
class Table:
    """`sql`: what stands behind FROM; `columns`: name → type; `names_policy`: its item names one; `office`: the column that says
    with which office it is filed, if there is one."""

    sql: str
    columns: Mapping[str, str]
    names_policy: bool = False
    office: str = "scope_no"


def _office(spec: FactSpec) -> str:
    if spec.parent == "office_no":
        return "office_no"
    return "scope_no" if spec.is_scoped else ""


TABLES: Mapping[str, Table] = {
    **{name: Table(spec.table, {**spec.columns}, name in _ITEMS, _office(spec)) for name, spec in SPECS.items()},
    "entitlement": Table(
        _LEDGER, {"policy": "text", "month": "date", "amount_fen": "bigint", "outcome": "int", "post": "text"}
    ),
}
COLUMNS = {name: table.columns for name, table in TABLES.items()}
