"""The ledger beside what was paid: whatever differs is written down, by policy, anew with every pass.

Compared are policies that pay persons or firms and say how lists of payments name them (`items`). A payment without months
is for the month in which it was made; of what is paid once in a year or a life, any month of it will do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl
from django.db import connection

from anye.engine.entitle.months import month_of
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.settle import settle
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import Asked, month_number, read_numbers
from anye.flow.standing import csv_lines, first_days
from anye.records.claims import actions
from anye.records.entitlements import queries

PAID_TO = {"person": ("person_id", "claims_payment"), "firm": ("firm_id", "claims_firmpayment")}
_NUMBER = pl.Int64


def settle_all(book: RuleBook, window: Window, *, known: dt.date, office_no: int) -> dict[str, tuple[int, int]]:
    """Policy → differences that are gone and that came. Only payments for the months of the window are looked at."""
    ids, found = queries.policy_ids(), {}
    named = {table: _by_item(book, table, known) for _, table in PAID_TO.values()}
    for code, policy in sorted(book.policies.items()):
        if code not in ids or not policy.items or policy.pays not in PAID_TO:
            continue
        whose, table = PAID_TO[policy.pays]
        decisions = _decisions(ids[code], whose, window)
        payments = _payments(table, whose, [item for item, of in named[table].items() if of == code], window, known)
        lines = settle(_spread(decisions, policy, window, "month"), _spread(payments, policy, window, "since"))
        lines = lines.filter(pl.col("kind").is_in(["unpaid", "less", "more", "undue"]))
        found[code] = actions.replace_differences(
            policy_id=ids[code], lines=_written(lines, ids[code], whose, window), office_no=office_no, found_on=known
        )
    return found


def _by_item(book: RuleBook, table: str, known: dt.date) -> Mapping[str, str]:
    """What lists of payments call it → the policy: the one whose longest word it holds."""
    with connection.cursor() as cursor:
        asked = Asked(known)
        cursor.execute(f"SELECT DISTINCT f.item FROM {table} f WHERE {asked.wheres('f', ())}", asked.params())
        items = [item for (item,) in cursor.fetchall()]
    words = [(word, code) for code, policy in sorted(book.policies.items()) for word in policy.items]
    held = {item: max(((word, code) for word, code in words if word in item), key=lambda one: len(one[0]), default=None)
            for item in items}  # fmt: skip
    return {item: one[1] for item, one in held.items() if one is not None}


def _decisions(policy_id: int, whose: str, window: Window) -> pl.DataFrame:
    sql = f"""
        SELECT e.{whose}, {month_number("e.month")}::bigint, e.outcome::bigint, coalesce(e.amount_fen, 0)
        FROM entitlements_entitlement e WHERE e.policy_id = %(policy)s AND e.retired_on IS NULL AND e.{whose} IS NOT NULL
            AND {month_number("e.month")} BETWEEN %(first)s AND %(last)s"""
    params = {"policy": policy_id, "first": window.first, "last": window.last}
    return _frame(sql, params, ("whose", "month", "outcome", "amount"))


def _payments(table: str, whose: str, items: list[str], window: Window, known: dt.date) -> pl.DataFrame:
    since, until = "coalesce(f.valid_from, f.paid_on)", "coalesce(f.valid_to, f.valid_from, f.paid_on)"
    sql = f"""
        SELECT f.{whose}, {month_number(since)}::bigint, greatest({month_number(until)}, {month_number(since)})::bigint, f.amount_fen
        FROM {table} f WHERE f.kind = 'paid' AND f.item = ANY(%(items)s) AND {since} IS NOT NULL
            AND {month_number(since)} >= %(first)s AND {Asked(known).wheres("f", ())}"""
    params = {**Asked(known).params(), "items": items, "first": window.first}
    return _frame(sql, params, ("whose", "since", "until", "amount"))


def _frame(sql: str, params: dict[str, object], names: tuple[str, ...]) -> pl.DataFrame:
    blocks = list(read_numbers(sql, params, len(names)))
    columns = [np.concatenate([block[at] for block in blocks]) for at in range(len(names))]
    return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, _NUMBER))


def _spread(frame: pl.DataFrame, policy: Policy, window: Window, name: str) -> pl.DataFrame:
    """Payments of what is paid once are for the whole of that time; decisions stay in their months."""
    if not policy.once_in or name == "month":
        return frame
    if policy.once_in == "lifetime":
        return frame.with_columns(
            pl.lit(window.first, _NUMBER).alias("since"), pl.lit(window.last, _NUMBER).alias("until")
        )
    january = pl.col("since") - pl.col("since").mod(12)
    return frame.with_columns(january.alias("since"), (january + 11).alias("until"))


def _written(lines: pl.DataFrame, policy_id: int, whose: str, window: Window) -> bytes:
    first = min(window.first, month_of(dt.date(1990, 1, 1)))
    days = first_days(first, window.last - first + 25)
    nobody = pl.repeat(None, lines.height, dtype=_NUMBER, eager=True)
    mine = lines.get_column("whose")
    return csv_lines({
        "policy": policy_id, "person": mine if whose == "person_id" else nobody,
        "firm": mine if whose == "firm_id" else nobody,
        "first": days.gather(lines.get_column("since") - first), "last": days.gather(lines.get_column("until") - first),
        **{name: lines.get_column(name) for name in ("kind", "entitled", "paid")},
    }, lines.height)  # fmt: skip
