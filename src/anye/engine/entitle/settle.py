"""What was found to be owed beside what was paid: equal, less, more, not at all, or paid to somebody who is owed nothing.

Payments are for months from one to another; those that overlap are looked at together with all that is owed in their months.
A month that no payment is for stands alone. Of what is not known yet nothing is said.
"""

from __future__ import annotations

import polars as pl

from anye.engine.entitle.case import PAY, UNKNOWN

KINDS = ("unpaid", "less", "more", "undue", "open", "same")
"""unpaid: owed, nothing paid · less, more: paid otherwise than owed · undue: paid, nothing owed · open: some month is not known."""


def settle(decisions: pl.DataFrame, payments: pl.DataFrame, corrections: pl.DataFrame | None = None) -> pl.DataFrame:
    """The two beside each other: whose, since, until, entitled, paid, corrected (fen), open (months not known), payments, kind.

    `decisions`: whose, month, outcome, amount (fen, 0 unless paid), a line a month or several. `payments`: whose, since, until,
    amount (fen, may be below nothing). `corrections`: the same, of what was approved and is in no list yet: they count as
    paid. Months are whole numbers. The sum of entitled less paid less corrected over all lines is the sum of amounts less the
    sums of payments and corrections, wherever nothing is open. `payments` counts both.
    """
    groups = _grouped(_together(payments, corrections))
    placed = decisions.sort("month").join_asof(
        groups.sort("since"), left_on="month", right_on="since", by="whose", strategy="backward", check_sortedness=False
    )
    is_in = pl.col("until").is_not_null() & (pl.col("month") <= pl.col("until"))
    is_open, amount = pl.col("outcome") == UNKNOWN, pl.when(pl.col("outcome") == PAY).then("amount").otherwise(0)
    held = (
        placed.filter(is_in)
        .group_by("whose", "since")
        .agg(amount.sum().alias("entitled"), is_open.sum().cast(pl.Int64).alias("open"))
    )
    beside = groups.join(held, on=["whose", "since"], how="left").with_columns(pl.col("entitled", "open").fill_null(0))
    alone = (
        placed.filter(~is_in.fill_null(value=False) & (pl.col("outcome") == PAY))
        .group_by("whose", "month")
        .agg(pl.col("amount").sum().alias("entitled"))
        .select(
            "whose", pl.col("month").alias("since"), pl.col("month").alias("until"), "entitled",
            *(pl.lit(0, pl.Int64).alias(name) for name in ("paid", "corrected", "open", "payments")),
        )
    )  # fmt: skip
    columns = ["whose", "since", "until", "entitled", "paid", "corrected", "open", "payments"]
    return pl.concat([beside.select(columns), alone.select(columns)]).with_columns(_kind()).sort("whose", "since")


def _together(payments: pl.DataFrame, corrections: pl.DataFrame | None) -> pl.DataFrame:
    """Payments and corrections as one table, what they come to apart."""
    nothing, parts = pl.lit(0, pl.Int64), ["whose", "since", "until"]
    paid = payments.select(*parts, pl.col("amount").alias("paid"), nothing.alias("corrected"))
    if corrections is None:
        return paid
    return pl.concat([paid, corrections.select(*parts, nothing.alias("paid"), pl.col("amount").alias("corrected"))])


def _grouped(payments: pl.DataFrame) -> pl.DataFrame:
    """Payments for months that overlap, taken together."""
    return (
        payments.sort("whose", "since", "until")
        .with_columns(pl.col("until").cum_max().over("whose").alias("reach"))
        .with_columns((pl.col("since") > pl.col("reach").shift(1).over("whose")).fill_null(value=True).alias("is_apart"))
        .with_columns(pl.col("is_apart").cum_sum().over("whose").alias("group"))
        .group_by("whose", "group")
        .agg(
            pl.col("since").min(), pl.col("until").max(), pl.col("paid", "corrected").sum(),
            pl.len().cast(pl.Int64).alias("payments"),
        )
        .drop("group")
    )  # fmt: skip


def _kind() -> pl.Expr:
    entitled, paid = pl.col("entitled"), pl.col("paid") + pl.col("corrected")
    return (
        pl.when(pl.col("payments") == 0).then(pl.lit("unpaid"))
        .when(pl.col("open") > 0).then(pl.lit("open"))
        .when(entitled == paid).then(pl.lit("same"))
        .when(entitled > paid).then(pl.lit("less"))
        .when(entitled > 0).then(pl.lit("more"))
        .otherwise(pl.lit("undue"))
        .alias("kind")
    )  # fmt: skip
