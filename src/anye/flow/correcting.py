"""Corrections that two persons decided, beside the lists that may carry them out: what still counts of them.

An approved correction counts as paid for its months until a list shows the payment; then the payment counts. Which does is
found anew by every pass (`engine.entitle.carried_out`): a list that is taken back leaves the correction standing again. One
that was undone by its opposite is looked for in no list: a payment that comes all the same is a doubt of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
from django.conf import settings

from anye.engine.entitle.carried_out import Moved, carried_out
from anye.engine.entitle.case import PAY
from anye.engine.entitle.months import month_of
from anye.engine.entitle.policy import Policy
from anye.flow.drawing.asked import Asked
from anye.flow.drawing.months import Window
from anye.flow.drawing.spans import month_number, read_numbers
from anye.records.audit.day import own_day
from anye.records.claims import actions, queries
from anye.records.claims.models import Correction

NUMBER = pl.Int64
MOVED = ("whose", "since", "until", "amount")
_EPOCH = dt.date(1970, 1, 1)


def frame(sql: str, params: dict[str, object], names: tuple[str, ...]) -> pl.DataFrame:
    """What a statement of whole numbers yields."""
    blocks = list(read_numbers(sql, params, len(names)))
    columns = [np.concatenate([block[at] for block in blocks]) for at in range(len(names))]
    return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, NUMBER))


def spread(moved: pl.DataFrame, policy: Policy, window: Window) -> pl.DataFrame:
    """Payments and corrections of what is paid once are for the whole of that time, as far as it is judged; what begins before
    stays before, and nothing is said of it."""
    if policy.once_in == "lifetime":
        return moved.with_columns(
            pl.min_horizontal("since", pl.lit(window.first, NUMBER)).alias("since"),
            pl.lit(window.last, NUMBER).alias("until"),
        )
    if policy.once_in == "year":
        january = pl.col("since") - pl.col("since").mod(12)
        return moved.with_columns(january.alias("since"), pl.min_horizontal(january + 11, window.last).alias("until"))
    return moved


def still_counted(
    policy: Policy, policy_id: int, paid_to: tuple[str, str], items: Sequence[str], window: Window, *, known: dt.date
) -> pl.DataFrame:
    """whose, since, until, amount of what was approved and is in no list yet; and notes which are carried out, which no more.

    `paid_to`: the column that names the payee, and the table of payments.
    """
    whose, table = paid_to
    approved = [one for one in queries.approved_of(policy_id) if getattr(one, whose) is not None]
    if not approved:
        return pl.DataFrame(schema=dict.fromkeys(MOVED, NUMBER))
    undone = {one.reverses_id for one in approved} - {None}
    sought = [one for one in approved if one.pk not in undone and one.reverses_id is None]
    found, days = _found(policy, sought, whose, _payments(table, whose, items, sought, known), window)
    actions.note_carried_out(
        found={one.pk: days[one.pk] for one in sought if one.pk in found and one.carried_out_on != days[one.pk]},
        gone=[one.pk for one in approved if one.carried_out_on is not None and one.pk not in found],
        on=known,
    )
    left = [one for one in approved if one.pk not in found and month_of(one.last_month) >= window.first]
    rows = [(getattr(one, whose), month_of(one.first_month), month_of(one.last_month), one.amount_fen) for one in left]
    return pl.DataFrame(rows, schema=dict.fromkeys(MOVED, NUMBER), orient="row")


def narrowed(lines: pl.DataFrame, decisions: pl.DataFrame, moved: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Lines of what is paid once in a life, from the first to the last month of which anything speaks: a correction of the whole
    of the judged months would reach back before them as soon as they move on."""
    told = pl.concat([
        decisions.filter(pl.col("outcome") == PAY).select("whose", pl.col("month").alias("a"), pl.col("month").alias("z")),
        moved.select("whose", pl.col("since").alias("a"), pl.col("until").alias("z")),
    ]).group_by("whose").agg(pl.col("a").min(), pl.col("z").max())  # fmt: skip
    is_long, begins = pl.col("since") < pl.col("until"), pl.col("since") >= window.first
    return (
        lines.join(told, on="whose", how="left")
        .with_columns(
            pl.when(is_long & begins).then(pl.max_horizontal("since", "a")).otherwise("since").alias("since"),
            pl.when(is_long).then(pl.min_horizontal("until", "z")).otherwise("until").alias("until"),
        )
        .drop("a", "z")
    )  # fmt: skip


def _found(
    policy: Policy, sought: Sequence[Correction], whose: str, payments: pl.DataFrame, window: Window
) -> tuple[dict[int, int], dict[int, dt.date]]:
    """Correction → the payment that carries it out, and its day."""
    rows = [
        (one.pk, getattr(one, whose), month_of(one.first_month), month_of(one.last_month), one.amount_fen,
         int(one.decided_at.timestamp()))
        for one in sought if one.decided_at is not None
    ]  # fmt: skip
    names = ("id", *MOVED, "at")
    corrections = spread(pl.DataFrame(rows, schema=dict.fromkeys(names, NUMBER), orient="row"), policy, window)
    moved = spread(payments.select(names), policy, window)
    found = carried_out((Moved(*row) for row in corrections.rows()), (Moved(*row) for row in moved.rows()))
    paid_on = dict(payments.select("id", "paid_on").rows())
    return found, {pk: _EPOCH + dt.timedelta(paid_on[payment]) for pk, payment in found.items()}


def _payments(
    table: str, whose: str, items: Sequence[str], sought: Sequence[Correction], known: dt.date
) -> pl.DataFrame:
    """What lists say was paid to whom corrections are open, whenever it was for. `at`: a second up to which a correction has to
    be approved: the list was not loaded yet, nor the day over on which it says that was paid; `paid_on`: that day. In a registry
    with a day of its own that day is never over.

    Not `known_on`: a payment that was counted when the correction was proposed becomes known anew when another list that said
    the same is taken back.
    """
    since, until = "coalesce(f.valid_from, f.paid_on)", "coalesce(f.valid_to, f.valid_from, f.paid_on)"
    sql = f"""
        SELECT f.id, f.{whose}, {month_number(since)}::bigint, greatest({month_number(until)}, {month_number(since)})::bigint,
               f.amount_fen,
               extract(epoch FROM least(b.started_at, CASE WHEN f.paid_on >= %(own_day)s THEN NULL
                   ELSE (f.paid_on + 1)::timestamp AT TIME ZONE %(zone)s END))::bigint,
               (coalesce(f.paid_on, f.known_on) - DATE '1970-01-01')::bigint
        FROM {table} f JOIN registers_batch b ON b.id = f.source_batch
        WHERE f.kind = 'paid' AND f.item = ANY(%(items)s) AND f.{whose} = ANY(%(whose)s)
            AND {since} IS NOT NULL AND {Asked(known).wheres("f", ())}"""
    params = {
        **Asked(known).params(), "items": list(items), "whose": [getattr(one, whose) for one in sought],
        "zone": settings.TIME_ZONE, "own_day": own_day(),
    }  # fmt: skip
    return frame(sql, params, ("id", *MOVED, "at", "paid_on"))
