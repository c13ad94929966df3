"""Insurance in the long form: lines of one kind of premium each, gathered into one wide row a person, firm and month."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from anye.engine.intake.facts import PREMIUMS, empty_frame
from anye.engine.intake.profile import Binding

_KEY = ("id_number", "month", "credit_code", "firm_name")
_COMPACT = 200_000  # lines kept before they are gathered; then whenever they have doubled


@dataclass
class Pending:
    """Lines of the long form read so far, gathered now and then so that memory follows persons and months, not lines."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    compact: int = 0

    def add(self, loaded: pl.DataFrame, *, binding: Binding) -> None:
        """The loaded lines of a block; those of an unknown kind say nothing of the five premiums."""
        kinds = sorted({name.partition("_")[0] for name in PREMIUMS})
        rows = loaded.filter(pl.col("premium_kind").is_in(kinds))
        nothing = pl.lit(None, dtype=pl.String)
        key = [pl.col(name) if name in rows.columns else nothing.alias(name) for name in _KEY]
        base = pl.col("base") if "base" in rows.columns else pl.lit(None, dtype=pl.Int64)
        pension_base = pl.when(pl.col("premium_kind") == "pension").then(base).alias("pension_base")
        amounts = []
        for name in PREMIUMS:
            kind, _, rest = name.partition("_")
            cell = f"_{rest}"
            if cell in binding.premiums:
                amounts.append(pl.when(pl.col("premium_kind") == kind).then(pl.col(cell)).alias(name))
            elif name in binding.premiums:
                amounts.append(pl.col(name))
        self.frames.append(rows.select("_line", "_sheet", *key, base.alias("base"), pension_base, *amounts))
        if sum(frame.height for frame in self.frames) > max(_COMPACT, 2 * self.compact):
            self.frames = [self._gathered()]
            self.compact = self.frames[0].height

    def _gathered(self) -> pl.DataFrame:
        """One line a key: amounts added up (a later line may top up the same month), the bases, the first line."""
        frame = pl.concat(self.frames, how="diagonal")
        amounts = [name for name in PREMIUMS if name in frame.columns]
        sums = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in amounts]
        return frame.group_by(_KEY, maintain_order=True).agg(
            pl.col("_line").first(), pl.col("_sheet").first(), pl.col("base").max(), pl.col("pension_base").max(), *sums
        )

    def facts(self) -> pl.DataFrame:
        """The insurance facts, in the order of their first lines; nothing waits afterwards."""
        if not self.frames:
            return empty_frame("insurance")
        # Kinds of premium may have bases of their own; the pension's is the one that stands for the person.
        frame = self._gathered().with_columns(pl.coalesce("pension_base", "base").alias("base"))
        self.frames, self.compact = [], 0
        wanted = empty_frame("insurance").schema
        columns = []
        for name, dtype in wanted.items():
            source = {"base_fen": "base"}.get(name, name.removesuffix("_fen") if name not in frame.columns else name)
            value = pl.col(source) if source in frame.columns else pl.lit(None)
            columns.append(value.cast(dtype).alias(name))
        return frame.select(columns)
