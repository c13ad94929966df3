"""What an officer typed or a visit answered becomes a batch of one row: a source like any other.

The payload is JSON under seal. Kinds: person (new), details, household, split, merge, helper, need, membership,
income, spell, end_spell, visit, settle. A new person goes through the same matching as a register's row, as the batch
role, so the answer to the officer is the same whether or not the number is known elsewhere.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import connection
from django.utils import timezone

from anye.engine.intake.clean import Cleaned
from anye.engine.intake.facts import KEY_SCHEMA, SCHEMAS
from anye.flow import caches, staging
from anye.flow.blocks import Block, Context, store_block
from anye.flow.doubts import raise_doubts
from anye.flow.publishing import PUBLISHING, office_of, take_facts
from anye.records.audit.keys import keyring
from anye.records.findings import actions as findings
from anye.records.registers import actions, queries
from anye.records.registers.models import Batch, Entry

OFFICER, VISIT = "officer", "visit"
LINE = 1


class EntryRefused(ValueError):
    """An entry that cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def publish_entry(entry_id: int, context: Context, *, by: str) -> None:
    """Publish one waiting entry; twice is once. Runs as the batch role."""
    entry = queries.entry(entry_id)
    if entry.state != "waiting":
        return
    told: dict[str, Any] = json.loads(keyring().unseal(bytes(entry.sealed), context="raw"))
    try:
        batch = _publish(entry, told, context, by)
    except EntryRefused as refused:
        actions.close_entry(entry_id=entry_id, state="refused", reason=refused.code)
        return
    actions.close_entry(entry_id=entry_id, state="done", batch_id=batch)


def _publish(entry: Entry, told: Mapping[str, Any], context: Context, by: str) -> int | None:
    if entry.kind == "settle":
        findings.settle(finding_id=told["finding"], state=told["state"], on=timezone.localdate())
        return None
    batch = _batch_of(entry, by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        staging.create(batch.pk)
        facts = facts_of(entry.kind, told, entry.entered_at.date())
        store_block(batch.pk, Block(0, 0, _cleaned(facts)), context)
        _link(cursor, batch.pk, entry)
        office_of(cursor, context)
        take_facts(cursor, staging.tables(batch.pk), batch.pk)
        _retire(cursor, entry.kind, told, batch)
        caches.refresh()
        if entry.kind == "visit":
            findings.settle_visit(visit_id=told["visit"], answer=told["answer"], on=timezone.localdate())
        raise_doubts(batch.pk, insurance_only=False)
        counts = {"rows": 1, "loaded": 1}
        actions.publish_batch(batch=batch, counts=counts, fact_counts={})
        staging.drop(batch.pk)
    return batch.pk


def _batch_of(entry: Entry, by: str) -> Batch:
    """An entry's digest is its token: the same entry is the same batch."""
    return actions.open_batch(
        source=VISIT if entry.kind == "visit" else OFFICER,
        profile_version=1,
        sha256=hashlib.sha256(entry.token.encode()).digest(),
        file_name="",
        file_month=entry.entered_at.date().replace(day=1),
        known_on=timezone.localdate(),
        by=by,
    )


def facts_of(kind: str, told: Mapping[str, Any], on: dt.date) -> dict[str, pl.DataFrame]:
    """The fact frames that an entry says, in the shapes of intake."""
    if kind == "visit":
        return _visit_facts(told, on)
    if kind == "details":
        return {"detail": _frame("detail", [{"kind": k, "value": v} for k, v in told["details"].items()])}
    if kind in {"spell", "need", "membership", "income", "helper", "household"}:
        return {kind: _frame(kind, [dict(told["fact"])])}
    return {}


def _visit_facts(told: Mapping[str, Any], on: dt.date) -> dict[str, pl.DataFrame]:
    """Working: the status and a spell. Not working: the status again, as of the visit. Else nothing new is known."""
    answer = told["answer"]
    if answer == "working":
        since = told.get("since_month")
        spell = {
            "employer_name": told.get("employer") or "",
            "started_on": dt.date.fromisoformat(f"{since}-01") if since else None,
            "wage_fen": told.get("wage_fen"),
            "wage_unit": told.get("wage_unit") or "",
        }
        return {"detail": _frame("detail", [{"kind": "employment_state", "value": "employed"}]),
                "spell": _frame("spell", [spell])}  # fmt: skip
    if answer in {"insured_only", "not_insured"}:
        return {"detail": _frame("detail", [{"kind": "employment_state", "value": "not_employed"}])}
    return {}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    dated = [{key: _dated(SCHEMAS[name].get(key), value) for key, value in row.items()} for row in rows]
    schema = {**KEY_SCHEMA, **SCHEMAS[name]}
    return pl.DataFrame([{"_line": LINE, "_sheet": None, **row} for row in dated], schema=schema)


def _dated(kind: Any, value: Any) -> Any:
    return dt.date.fromisoformat(value) if kind == pl.Date and isinstance(value, str) else value


def _cleaned(facts: dict[str, pl.DataFrame]) -> Cleaned:
    from anye.engine.intake.clean import ROW_SCHEMA
    from anye.engine.intake.rows import FAULT_SCHEMA, QUERY_SCHEMA

    return Cleaned(
        rows=pl.DataFrame(schema=ROW_SCHEMA),
        faults=pl.DataFrame(schema=FAULT_SCHEMA),
        queries=pl.DataFrame(schema=QUERY_SCHEMA),
        facts=facts,
        no_rows=pl.DataFrame(),
        month=None,
    )
