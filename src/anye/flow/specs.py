"""How the fact frames of intake meet the fact tables: one description a table, from which all SQL is written."""

from dataclasses import dataclass

import polars as pl

from anye.engine.intake.statements import FIRM, STATEMENTS, STATUS_KINDS
from anye.records.firms.models import PREMIUMS, SIDES, STATES

IDENTITY = "'name', 'name_key', 'sex', 'birth', 'id_number'"  # kinds of detail that say who somebody is


@dataclass(frozen=True)
class FactSpec:
    """`columns` are the table's content columns in stage order; `key` names those that, with the parent, are one fact.

    `parent` is the column that says whose fact it is: a person's, a household's, a firm's, or an office's (`scope_no`,
    or `office_no` where everybody may read it). `opaque` columns hold ciphertext with a fresh nonce: they are stored and
    never compared (their blind index is).
    """

    name: str
    table: str
    parent: str
    columns: dict[str, str]
    key: tuple[str, ...]
    opaque: tuple[str, ...] = ()
    is_scoped: bool = True

    @property
    def scope_column(self) -> str:
        """The column that SQL names besides the parent: none for what everybody may read, or where it is the parent."""
        return "scope_no, " if self.is_scoped and self.parent != "scope_no" else ""

    @property
    def compared(self) -> tuple[str, ...]:
        """The content columns that make two facts of one key the same or a contradiction."""
        return tuple(c for c in self.columns if c not in self.key and c not in self.opaque)

    def rank(self, fact: str) -> str:
        """SQL: how far this fact's source (alias o) is trusted for it; `fact` is the alias that holds its columns."""
        told = [f"o.ranks ->> '{self.name}'"]
        if "kind" in self.key:
            told.insert(0, f"o.ranks ->> ('{self.name}.' || {fact}.kind)")
        rank = f"coalesce({', '.join(f'({one})::smallint' for one in told)}, o.rank)"
        if self.name != "detail":
            return rank
        return f"CASE WHEN {fact}.kind IN ({IDENTITY}) THEN o.identity_rank ELSE {rank} END"


DATES = {"valid_from": "date", "valid_to": "date"}
PREMIUM_COLUMNS = {f"{k}_{side}_{state}_fen": "bigint" for k in PREMIUMS for side in SIDES for state in STATES}

# where what a row states is kept (`engine.intake.statements`), and the fields that, with whose fact it is, are one fact
TABLES: dict[str, tuple[str, ...]] = {
    "payroll": ("firms_payrollline", "firm_id", "month"),
    "status": ("people_statusspell", "kind", "slot"),
    "restricted": ("people_restrictedspell", "kind", "slot"),
    "owner": ("firms_owner", "firm_id", "role"),
    "post": ("posts_assignment", "unit", "post_name", "valid_from"),
    "attendance": ("posts_attendance", "month", "unit", "post_name"),
    "workshop": ("posts_workshop", "name"),
    "trade": ("training_trade", "name", "level"),
    "class": ("training_trainingclass", "class_code", "class_name", "trade", "valid_from"),
    "enrolment": ("training_enrolment", "class_code", "class_name", "trade", "valid_from"),
    "work_training": ("training_worktraining", "firm_id", "valid_from"),
    "filing": ("training_filing", "number", "valid_from"),
    "vacancy": ("jobs_vacancy", "number", "title", "workplace_text"),
    "refund": ("claims_refundapplication", "year", "number"),
    "payment": ("claims_payment", "kind", "item", "valid_from", "paid_on", "batch_no", "amount_fen"),
    "firm_payment": ("claims_firmpayment", "kind", "item", "valid_from", "paid_on", "batch_no", "amount_fen"),
    "share": ("claims_share", "firm_id", "item", "valid_from", "paid_on", "batch_no"),
    "fund": ("claims_fundallocation", "document_no", "fund", "purpose"),
    "approval": ("claims_approval", "item", "valid_from", "filed_on"),
    "ticket": ("claims_ticket", "travelled_on", "origin", "destination", "number"),
    "event": ("outreach_event", "name", "valid_from"),
    "contact": ("outreach_contact", "contacted_on", "channel", "topic"),
}
# firms' money is the office's own; what else is said of firms, and catalogues, may be read by everybody
SCOPED_OF_FIRMS = frozenset({"refund", "firm_payment", "filing"})
OPEN_OF_OFFICES = frozenset({"trade", "event"})
_COLUMN_TYPES = {pl.String: "text", pl.Date: "date", pl.Int64: "bigint", pl.Boolean: "boolean"}
_PARENTS = {"person": "person_id", "firm": "firm_id", "office": "scope_no"}


def _stated(name: str, table: str, *key: str) -> FactSpec:
    """The description of a statement's table; a firm is a node, and a sealed field a ciphertext with its blind index."""
    statement = STATEMENTS[name]
    parent = "office_no" if name in OPEN_OF_OFFICES else _PARENTS[statement.about]
    columns: dict[str, str] = {"firm_id": "bigint"} if statement.names_firm and parent != "firm_id" else {}
    for field, dtype in statement.fields.items():
        if field in statement.sealed:
            columns |= {f"{field}_sealed": "bytea", f"{field}_blind": "bytea"}
        elif field not in FIRM:
            columns[field] = _COLUMN_TYPES[dtype]
    if name in STATUS_KINDS:
        columns["slot"] = "text"
    opaque = tuple(f"{field}_sealed" for field in statement.sealed)
    return FactSpec(
        name,
        table,
        parent,
        columns,
        key,
        opaque,
        is_scoped=parent in {"person_id", "scope_no"} or name in SCOPED_OF_FIRMS,
    )


SPECS: dict[str, FactSpec] = {
    spec.name: spec
    for spec in (
        FactSpec(
            "detail",
            "people_persondetail",
            "person_id",
            {"kind": "text", "value": "text", "sealed": "bytea", "blind": "bytea", **DATES},
            ("kind",),
            ("sealed",),
        ),
        FactSpec(
            "household",
            "people_householdmember",
            "person_id",
            {"household_id": "bigint", "relation": "text", "is_head": "boolean", **DATES},
            (),
        ),
        FactSpec(
            "membership",
            "people_membership",
            "person_id",
            {"group": "text", "evidence": "text", "certifier": "text", **DATES},
            ("group",),
        ),
        FactSpec(
            "income",
            "people_incomeline",
            "person_id",
            {"month": "date", "kind": "text", "amount_fen": "bigint"},
            ("month", "kind"),
        ),
        FactSpec(
            "helper",
            "people_helper",
            "household_id",
            {"helper_name": "text", "helper_unit": "text", "phone_sealed": "bytea", "phone_blind": "bytea", **DATES},
            (),
            ("phone_sealed",),
        ),
        FactSpec(
            "need",
            "people_need",
            "person_id",
            {"kind": "text", "value": "text", "stated_on": "date", **DATES},
            ("kind",),
        ),
        FactSpec(
            "firm",
            "firms_firmdetail",
            "firm_id",
            {"kind": "text", "value": "text"},
            ("kind",),
            is_scoped=False,
        ),
        FactSpec(
            "spell",
            "firms_employmentspell",
            "person_id",
            {
                "firm_id": "bigint",
                "employer_name": "text",
                "workplace_area": "text",
                "workplace_text": "text",
                "work_kind": "text",
                "channel": "text",
                "occupation": "text",
                "industry": "text",
                "wage_fen": "bigint",
                "wage_unit": "text",
                "has_contract": "boolean",
                "contract_months": "integer",
                "is_insured": "boolean",
                **DATES,
            },
            ("valid_from", "employer_name"),
        ),
        FactSpec(
            "insurance",
            "firms_insurancemonth",
            "person_id",
            {"firm_id": "bigint", "month": "date", "base_fen": "bigint", **PREMIUM_COLUMNS},
            ("firm_id", "month"),
        ),
        *(_stated(name, table, *key) for name, (table, *key) in TABLES.items()),
    )
}
