"""What one row of a register states, beyond the ledger's own frames: one line of fields a row.

Each statement becomes one table (`flow.specs`). Amounts are fen, `_tenths` are tenths (22.5 days are 225). A null says
that the row does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

Fields = Mapping[str, type[pl.DataType]]
TEXT, DAY, COUNT = pl.String, pl.Date, pl.Int64
FIRM: Fields = {"credit_code": TEXT, "firm_name": TEXT}
SPELL: Fields = {"valid_from": DAY, "valid_to": DAY}

ABOUT = ("person", "firm", "office")
"""Of whom a register's rows speak; `office`: of the office that keeps it, as a catalogue or a list of funds does."""


@dataclass(frozen=True)
class Statement:
    """`about`: whose fact it is. `needs`: without one of these nothing is stated. `kinds`: what `kind` may be.

    `sealed`: field → context under which it is sealed (`engine.sealing`).
    """

    fields: Fields
    about: str = "person"
    needs: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    sealed: Mapping[str, str] = field(default_factory=dict)

    @property
    def names_firm(self) -> bool:
        return "firm_name" in self.fields


# What a register other than ours says of a person from a day to a day: dead, pensioned, registered unemployed, …
_STATUS: Fields = {"kind": TEXT, **SPELL, "number": TEXT, "detail": TEXT, "amount_fen": COUNT, "unit": TEXT}
_STATUS_SEALED = {"number": "certificate", "detail": "health"}
_PAYMENT: Fields = {
    "kind": TEXT, "item": TEXT, **SPELL, "filed_on": DAY, "paid_on": DAY, "batch_no": TEXT, "amount_fen": COUNT, "fund": TEXT,
    "outcome": TEXT, "reason": TEXT, "account": TEXT,
}  # fmt: skip
PAYMENT_KINDS = frozenset({"paid", "reply"})

STATEMENTS: Mapping[str, Statement] = {
    "payroll": Statement(
        {"month": DAY, **FIRM, "gross_fen": COUNT, "net_fen": COUNT, "days": COUNT}, needs=("month",)
    ),
    "status": Statement(
        _STATUS, needs=("kind",), sealed=_STATUS_SEALED,
        kinds=frozenset({"death", "pension", "public_pay", "unemployed", "unemployment_benefit", "graduate"}),
    ),
    # seen by those alone who must
    "restricted": Statement(
        _STATUS, needs=("kind",), sealed=_STATUS_SEALED, kinds=frozenset({"disability", "detention"})
    ),
    "owner": Statement({**FIRM, "role": TEXT, **SPELL}, needs=("role",)),
    "post": Statement({
        "unit": TEXT, "post_name": TEXT, "post_kind": TEXT, "site": TEXT, "weekly_tenths": COUNT, "pay_fen": COUNT,
        **SPELL, "exit_reason": TEXT,
    }, needs=("post_name",)),
    "attendance": Statement({
        "month": DAY, "unit": TEXT, "post_name": TEXT, "days_tenths": COUNT, "hours_tenths": COUNT, "pay_fen": COUNT,
    }, needs=("month",)),
    "enrolment": Statement({
        "class_code": TEXT, "class_name": TEXT, "trade": TEXT, "level": TEXT, "provider": TEXT, **SPELL,
        "hours_tenths": COUNT, "certificate_kind": TEXT, "certificate": TEXT, "certified_on": DAY, "result": TEXT,
    }, sealed={"certificate": "certificate"}),
    "work_training": Statement({
        **FIRM, **SPELL, "months": COUNT, "trade": TEXT, "wage_fen": COUNT, "amount_fen": COUNT,
    }),
    "payment": Statement(_PAYMENT, needs=("kind", "amount_fen"), kinds=PAYMENT_KINDS, sealed={"account": "account"}),
    "share": Statement({
        **FIRM, "item": TEXT, **SPELL, "paid_on": DAY, "batch_no": TEXT, "amount_fen": COUNT,
    }, needs=("amount_fen",)),
    "approval": Statement({
        "item": TEXT, **SPELL, "amount_fen": COUNT, "filed_on": DAY, "checked_by": TEXT, "checked_on": DAY, "approved_by": TEXT,
        "approved_on": DAY, "result": TEXT, "posted_from": DAY, "posted_to": DAY, "site": TEXT,
    }, needs=("item",)),
    "ticket": Statement({
        "travelled_on": DAY, "mode": TEXT, "origin": TEXT, "destination": TEXT, "number": TEXT, "amount_fen": COUNT,
    }, needs=("travelled_on",)),
    "contact": Statement({
        "contacted_on": DAY, "channel": TEXT, "topic": TEXT, "contacted_by": TEXT, "outcome": TEXT, "note": TEXT,
    }, needs=("contacted_on",), sealed={"note": "note"}),
    "vacancy": Statement({
        **FIRM, "number": TEXT, "title": TEXT, "occupation": TEXT, "workplace_text": TEXT, "headcount": COUNT,
        "wage_low_fen": COUNT, "wage_high_fen": COUNT, "wage_unit": TEXT, "education": TEXT, "requirements": TEXT,
        "contact": TEXT, **SPELL,
    }, about="firm", needs=("title",)),
    "class": Statement({
        **FIRM, "class_code": TEXT, "class_name": TEXT, "trade": TEXT, "level": TEXT, "site": TEXT, **SPELL,
        "hours_tenths": COUNT, "headcount": COUNT, "passed": COUNT,
    }, about="firm"),
    "filing": Statement({
        **FIRM, "number": TEXT, **SPELL, "headcount": COUNT, "amount_fen": COUNT, "ground": TEXT, "filed_on": DAY,
    }, about="firm"),
    "refund": Statement({
        **FIRM, "year": COUNT, "number": TEXT, "size": TEXT, "insured": COUNT, "laid_off": COUNT, "premium_fen": COUNT,
        "amount_fen": COUNT, "filed_on": DAY, "state": TEXT,
    }, about="firm", needs=("year",)),
    "firm_payment": Statement(
        {**FIRM, **_PAYMENT}, about="firm", needs=("kind", "amount_fen"), kinds=PAYMENT_KINDS,
        sealed={"account": "account"},
    ),
    "workshop": Statement({
        **FIRM, "name": TEXT, "workshop_kind": TEXT, "site": TEXT, **SPELL, "headcount": COUNT, "poor_headcount": COUNT,
    }, about="firm", needs=("name",)),
    "trade": Statement({
        "name": TEXT, "code": TEXT, "level": TEXT, "days": COUNT, "hours_tenths": COUNT, "standard_fen": COUNT,
        "is_special": pl.Boolean,
    }, about="office", needs=("name",)),
    "event": Statement({
        "name": TEXT, "partners": TEXT, "site": TEXT, **SPELL, "vacancies": COUNT, "poor_vacancies": COUNT,
        "attended": COUNT, "poor_attended": COUNT, "signed": COUNT, "poor_signed": COUNT, "hired": COUNT,
        "poor_hired": COUNT,
    }, about="office", needs=("name",)),
    "fund": Statement({
        "document_no": TEXT, "fund": TEXT, "year": COUNT, "purpose": TEXT, "amount_fen": COUNT, "allocated_on": DAY,
    }, about="office", needs=("document_no", "amount_fen")),
}  # fmt: skip
STATUS_KINDS = {name: STATEMENTS[name].kinds for name in ("status", "restricted")}
"""The kinds of either table; what is restricted is seen by those alone who must."""
