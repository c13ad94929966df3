"""How the fact frames of intake meet the fact tables: one description a table, from which all SQL is written."""

from dataclasses import dataclass

from anye.records.firms.models import PREMIUMS, SIDES, STATES

IDENTITY = "'name', 'name_key', 'sex', 'birth', 'id_number'"  # kinds of detail that say who somebody is


@dataclass(frozen=True)
class FactSpec:
    """`columns` are the table's content columns in stage order; `key` names those that, with the parent, are one fact.

    `parent` is the column that says whose fact it is: a person's, a household's or a firm's. `opaque` columns hold
    ciphertext with a fresh nonce: they are stored and never compared (their blind index is).
    """

    name: str
    table: str
    parent: str
    columns: dict[str, str]
    key: tuple[str, ...]
    opaque: tuple[str, ...] = ()

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

STATUS_COLUMNS = {
    "kind": "text",
    "number_sealed": "bytea",
    "number_blind": "bytea",
    "detail_sealed": "bytea",
    "detail_blind": "bytea",
    "amount_fen": "bigint",
    "unit": "text",
    **DATES,
}

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
        FactSpec(
            "payroll",
            "firms_payrollline",
            "person_id",
            {"firm_id": "bigint", "month": "date", "gross_fen": "bigint", "net_fen": "bigint", "days": "integer"},
            ("firm_id", "month"),
        ),
        *(
            FactSpec(
                name, table, "person_id", STATUS_COLUMNS, ("kind", "valid_from"), ("number_sealed", "detail_sealed")
            )
            for name, table in (("status", "people_statusspell"), ("restricted", "people_restrictedspell"))
        ),
    )
}
