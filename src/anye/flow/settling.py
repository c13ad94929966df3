"""The ledger beside what was paid: whatever differs is written down, by policy, anew with every pass.

Compared are policies that pay persons or firms and say how lists of payments name them (`items`). A payment without months
is for the month in which it was made; of what is paid once in a year or a life, any month of it will do. Nothing is said of
payments that begin before the judged months, or for months of which the policy asks something that nobody knows of anybody;
and that something was not paid is said only of months for which lists of payments have come. Corrections that were approved
count as paid until a list shows them (`flow.correcting`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import polars as pl
from django.db import connection

from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.settle import settle
from anye.flow.correcting import MOVED, NUMBER, frame, narrowed, spread, still_counted
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.file import Draw
from anye.flow.drawing.months import Window
from anye.flow.drawing.returned import was_had
from anye.flow.drawing.spans import month_number
from anye.flow.standing import csv_lines, first_days
from anye.flow.taken_away import TakenAway, tables_asked
from anye.records.claims import actions
from anye.records.entitlements import queries

PAID_TO = {
    "person": ("person_id", "claims_payment", "payments"), "firm": ("firm_id", "claims_firmpayment", "firm_payments"),
}  # fmt: skip
"""Payee → the column that names it, the table of payments, and the register that they come from."""


def settle_all(
    book: RuleBook, window: Window, blind: Mapping[str, Sequence[Collection[int]]], registers: Mapping[str, Sequence[int]],
    draws: Mapping[str, Sequence[Draw]], *, known: dt.date, office_no: int,
) -> dict[str, tuple[int, int]]:  # fmt: skip
    """Policy → differences that are gone and that came. Only payments for the months of the window are looked at.

    `blind`: policy → by month the reasons that nobody's facts decide; `registers`: the first and last month that each covers;
    `draws`: from where each fact is drawn.
    """
    ids = queries.policy_ids()
    named = {table: _by_item(book, table, known) for _, table, _ in PAID_TO.values()}
    found: dict[str, tuple[int, int]] = {}
    taken = TakenAway()
    for code, policy_id in sorted(ids.items()):
        policy = book.policies.get(code)
        lines, whose, items = b"", "person_id", list[str]()
        if policy is not None and policy.items and policy.pays in PAID_TO:
            whose, table, register = PAID_TO[policy.pays]
            items = [item for item, of in named[table].items() if of == code]
            decisions = _decisions(policy_id, whose, window)
            payments = _payments(table, whose, items, window, known)
            corrections = still_counted(policy, policy_id, (whose, table), items, window, known=known)
            settled = settle(decisions, *(spread(moved, policy, window) for moved in (payments, corrections)))
            if policy.once_in == "lifetime":
                settled = narrowed(settled, decisions, pl.concat([payments, corrections]), window)
            dark = [window.first + at for at, reasons in enumerate(blind.get(code, ())) if reasons]
            told = _told(settled, window, dark, registers.get(register, (1, 0))[1])
            lines = _written(told, policy_id, whose, window)
        found[code] = actions.replace_differences(policy_id=policy_id, lines=lines, office_no=office_no, found_on=known)
        if policy is not None and items:
            taken.tell(policy_id, PAID_TO[policy.pays][:2], items, tables_asked(policy, book.catalogue, draws))
    taken.close()
    return found


def _told(lines: pl.DataFrame, window: Window, dark: Sequence[int], last_list: int) -> pl.DataFrame:
    """What may be said: see above. `dark`: months of which something is known of nobody."""
    is_dark = pl.any_horizontal(
        pl.lit(value=False), *((pl.col("since") <= month) & (pl.col("until") >= month) for month in dark)
    )
    is_paid = pl.col("kind").is_in(["less", "more", "undue"]) & (pl.col("since") >= window.first) & ~is_dark
    return lines.filter(is_paid | ((pl.col("kind") == "unpaid") & (pl.col("until") <= last_list)))


def _by_item(book: RuleBook, table: str, known: dt.date) -> Mapping[str, str]:
    """What lists of payments call it → the policy: the one whose longest word it holds."""
    with connection.cursor() as cursor:
        asked = Asked(known)
        cursor.execute(f"SELECT DISTINCT f.item FROM {table} f WHERE {asked.wheres('f', ())}", asked.params())
        items = [item for (item,) in cursor.fetchall()]
    named = {item: named_by(book.policies, item) for item in items}
    return {item: code for item, code in named.items() if code}


def named_by(policies: Mapping[str, Policy], item: str) -> str:
    """The policy that lists of payments mean by an item: the one whose longest word it holds; nothing where none does."""
    words = [(word, code) for code, policy in sorted(policies.items()) for word in policy.items if word in item]
    return max(words, key=lambda one: len(one[0]))[1] if words else ""


def _decisions(policy_id: int, whose: str, window: Window) -> pl.DataFrame:
    sql = f"""
        SELECT e.{whose}, {month_number("e.month")}::bigint, e.outcome::bigint, coalesce(e.amount_fen, 0)
        FROM entitlements_entitlement e WHERE e.policy_id = %(policy)s AND e.retired_on IS NULL AND e.{whose} IS NOT NULL
            AND {month_number("e.month")} BETWEEN %(first)s AND %(last)s"""
    params = {"policy": policy_id, "first": window.first, "last": window.last}
    return frame(sql, params, ("whose", "month", "outcome", "amount"))


def _payments(table: str, whose: str, items: list[str], window: Window, known: dt.date) -> pl.DataFrame:
    since, until = "coalesce(f.valid_from, f.paid_on)", "coalesce(f.valid_to, f.valid_from, f.paid_on)"
    sql = f"""
        SELECT f.{whose}, {month_number(since)}::bigint,
               least(greatest({month_number(until)}, {month_number(since)}), %(last)s)::bigint, f.amount_fen
        FROM {table} f WHERE f.kind = 'paid' AND f.item = ANY(%(items)s) AND {since} IS NOT NULL
            AND {month_number(until)} >= %(first)s AND {month_number(since)} <= %(last)s AND {Asked(known).wheres("f", ())}
            AND {was_had(table, whose, Asked(known))}"""
    params = {**Asked(known).params(), "items": items, "first": window.first, "last": window.last}
    return frame(sql, params, MOVED)


def _written(lines: pl.DataFrame, policy_id: int, whose: str, window: Window) -> bytes:
    days = first_days(*window)
    nobody = pl.repeat(None, lines.height, dtype=NUMBER, eager=True)
    mine = lines.get_column("whose")
    return csv_lines({
        "policy": policy_id, "person": mine if whose == "person_id" else nobody,
        "firm": mine if whose == "firm_id" else nobody,
        **{name: days.gather(lines.get_column(name) - window.first) for name in ("since", "until")},
        **{name: lines.get_column(name) for name in ("kind", "entitled", "paid", "corrected")},
    }, lines.height)  # fmt: skip
