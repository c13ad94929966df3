"""Raw blocks of a recognised sheet → loaded rows, refused rows with reasons, questions, and facts in clear.

Blocks are cleaned one after the other with one `Context`; how a file is cut into blocks changes nothing. Insurance in the
long form (a line per kind of premium) becomes one fact per person, firm and month, handed out by `finish`.
Every line of a block is exactly one of: loaded (`rows`), refused (`faults`), no row (`no_rows`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from anye.engine.areas import AreaIndex
from anye.engine.intake.above import Above, filled_down, said_above
from anye.engine.intake.facts import empty_frame, fact_frames
from anye.engine.intake.given_back import ORIGIN_SCHEMA, origins, without_ours
from anye.engine.intake.header import Header
from anye.engine.intake.lines import cell_names, classify_lines, trimmed
from anye.engine.intake.periods import file_month
from anye.engine.intake.pivot import Pending
from anye.engine.intake.profile import Binding, Profile
from anye.engine.intake.repeats import Repeats
from anye.engine.intake.rows import FAULT_SCHEMA, QUERY_SCHEMA, named_cells, read_rows, shown
from anye.engine.intake.totals import Claim, Totals, unmet

ROW_SCHEMA = {
    "_line": pl.Int64, "_sheet": pl.String, "id_number": pl.String, "id_status": pl.String, "name": pl.String,
    "name_key": pl.String, "sex": pl.String, "birth_on": pl.Date, "id_birth_on": pl.Date, "id_sex": pl.String,
    "area_code": pl.String,
}  # fmt: skip

LEFT_OUT = "left_out"  # why a row is refused that somebody does not want loaded
REFUSED_SCHEMA = {"_line": pl.Int64, "_sheet": pl.String, "name": pl.String, "name_key": pl.String, "place": pl.String}


def no_refused_rows() -> pl.DataFrame:
    """REFUSED_SCHEMA without rows."""
    return pl.DataFrame(schema=REFUSED_SCHEMA)


def no_origins() -> pl.DataFrame:
    """ORIGIN_SCHEMA without rows."""
    return pl.DataFrame(schema=ORIGIN_SCHEMA)


def no_heading() -> pl.DataFrame:
    """Lines above the rows, of a block that is not a sheet's first."""
    return pl.DataFrame(schema={"_line": pl.Int64})


@dataclass
class Carry:
    """What one block leaves to the next of the same file: cells above, digests of rows, insurance lines that wait."""

    above: Above = field(default_factory=Above)
    repeats: Repeats = field(default_factory=Repeats)
    pending: Pending = field(default_factory=Pending)
    totals: Totals = field(default_factory=Totals)


@dataclass
class Context:
    """What cleaning knows besides the file: the day it became known, whether invented numbers are let in, the areas.

    `month`: of sheets whose title names none; without it the file's name is asked. `left_out`: lines of the sheet that is
    being cleaned which somebody who looked at the file first does not want loaded. One Context a file.
    """

    on: dt.date
    areas: AreaIndex
    trial: bool = False
    file_name: str = ""
    month: dt.date | None = None
    left_out: frozenset[int] = frozenset()
    carry: Carry = field(default_factory=Carry)

    def month_of(self, profile: Profile, header: Header) -> dt.date | None:
        """The month of a sheet's rows that name none, as its first day."""
        sources = profile.month_from
        titled = file_month(header.title, "", sources=sources)
        return titled or self.month or file_month((), self.file_name, sources=sources)


@dataclass(frozen=True)
class Cleaned:
    """What a block says. All frames are keyed by `_line` and `_sheet`.

    rows: loaded rows (ROW_SCHEMA, and the cells c0 … cN as read); faults: _line, _sheet, column, reason, area_code;
    queries: _line, _sheet, rule, evidence (JSON without identity numbers), area_code; facts: see `facts.SCHEMAS`;
    no_rows: _line, _sheet, kind; month: the file's month, as far as title or name tell it; refused_rows: REFUSED_SCHEMA
    (name and place as written, without numbers, so that whoever can mend the row knows it) and the cells as read;
    origins: ORIGIN_SCHEMA of all rows, in a sheet of faults that came back; heading: of a sheet's first block the
    lines above its rows, as read.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    queries: pl.DataFrame
    facts: dict[str, pl.DataFrame]
    no_rows: pl.DataFrame
    month: dt.date | None
    refused_rows: pl.DataFrame = field(default_factory=no_refused_rows)
    origins: pl.DataFrame = field(default_factory=no_origins)
    heading: pl.DataFrame = field(default_factory=no_heading)

    @property
    def refused(self) -> int:
        """How many rows are refused, each counted once."""
        return self.faults.select("_line", "_sheet").n_unique() if self.faults.height else 0

    @property
    def months(self) -> set[dt.date]:
        """The months that its rows are of, by their own column."""
        return {
            month
            for frame in self.facts.values()
            if "month" in frame.columns
            for month in frame["month"].unique()
            if month
        }

    @property
    def rows_read(self) -> int:
        return self.rows.height + self.refused


def clean(block: pl.DataFrame, *, profile: Profile, header: Header, context: Context) -> Cleaned:
    """Clean one block of a sheet; blocks come in order. See `Cleaned`."""
    binding = profile.bind(header.labels)
    month = context.month_of(profile, header)
    context.carry.above.enter(block["_sheet"][0] if block.height else None)
    whole = trimmed(block)
    lines = without_ours(whole, header.labels)
    kinds = classify_lines(lines, binding=binding, header=header)
    is_row = kinds == "row"
    no_rows = block.select("_line", "_sheet").with_columns(kinds).filter(~is_row)
    rows = said_above(lines.filter(is_row), binding=binding, above=context.carry.above)
    named = filled_down(named_cells(rows, binding=binding), binding=binding, above=context.carry.above)
    read = read_rows(
        named, binding=binding, on=context.on, trial=context.trial, areas=context.areas, month=month, units=header.units
    )
    repeated = context.carry.repeats.marked(rows, named, binding=binding, month=month)
    faults = _with_left_out(_with_repeats(read.faults, rows, repeated), rows, context.left_out)
    refused = faults.select("_line").unique()
    loaded = read.read.join(refused, on="_line", how="anti", maintain_order="left")
    facts = fact_frames(loaded, binding=binding)
    if "premium_kind" in binding.sources and "insurance" in facts:
        context.carry.pending.add(loaded, binding=binding)
        facts["insurance"] = empty_frame("insurance")
    queries = read.queries.join(refused, on="_line", how="anti", maintain_order="left")
    total_lines = named_cells(lines.filter(kinds == "total"), binding=binding)
    told = context.carry.totals.compared(total_lines, read.read, named=named, binding=binding, units=header.units)
    queries = pl.concat([queries, _disagreeing(told)])
    return Cleaned(
        rows=_rows(loaded, block),
        faults=_located(faults, read.read),
        queries=_located(queries, read.read),
        facts=facts,
        no_rows=no_rows,
        month=month,
        refused_rows=_refused_rows(refused, named, read.read, block, profile),
        origins=origins(whole, header.labels).join(rows, on="_line", how="semi"),
    )


def finish(*, profile: Profile, context: Context) -> dict[str, pl.DataFrame]:
    """The facts that had to wait for the file's end: insurance in the long form, by person, firm and month."""
    return {"insurance": context.carry.pending.facts()} if profile.grid else {}


def clean_file(
    blocks: Iterable[pl.DataFrame], *, profile: Profile, header: Header, context: Context
) -> Iterator[Cleaned]:
    """All blocks of a sheet in order, and last a `Cleaned` without rows for facts that waited, if there are any."""
    month = None
    for block in blocks:
        cleaned = clean(block, profile=profile, header=header, context=context)
        month = cleaned.month
        yield cleaned
    waited = {name: frame for name, frame in finish(profile=profile, context=context).items() if frame.height}
    if waited:
        yield _without_rows(waited, pl.DataFrame(schema=QUERY_SCHEMA), month)


def _disagreeing(told: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Q15: total lines whose number is not what their rows add up to."""
    rows = [
        {
            "_line": each["_line"], "_sheet": each["_sheet"], "rule": "Q15",
            "evidence": json.dumps(
                {"column": each["column"], **{name: _amount(each[name], each["kind"]) for name in ("said", "counted")}},
                ensure_ascii=False,
            ),
        }
        for each in told
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=QUERY_SCHEMA)


def _amount(number: object, kind: object) -> str | None:
    """Fen as yuan, tenths as what they are tenths of."""
    if not isinstance(number, int):
        return None
    return f"{number / 100:,.2f}" if kind == "yuan" else f"{number / 10:g}" if kind == "tenths" else str(number)


def cover_queries(sheet: str, claims: Sequence[Claim], context: Context) -> Cleaned | None:
    """Q15 of a cover sheet whose counts or sums the file does not meet; None where it does. After the file's last row."""
    told = [
        {"_line": claim.line, "_sheet": sheet, "column": claim.label, "kind": "yuan" if claim.is_money else "int",
         "said": claim.number, "counted": counted}
        for claim, counted in unmet(list(claims), context.carry.totals)
    ]  # fmt: skip
    return _without_rows({}, _disagreeing(told), None) if told else None


def _without_rows(facts: dict[str, pl.DataFrame], queries: pl.DataFrame, month: dt.date | None) -> Cleaned:
    return Cleaned(
        rows=pl.DataFrame(schema=ROW_SCHEMA),
        faults=pl.DataFrame(schema={**FAULT_SCHEMA, "area_code": pl.String}),
        queries=queries.with_columns(pl.lit(None, dtype=pl.String).alias("area_code")),
        facts=facts,
        no_rows=pl.DataFrame(schema={"_line": pl.Int64, "_sheet": pl.String, "kind": pl.String}),
        month=month,
    )


def _with_repeats(faults: pl.DataFrame, rows: pl.DataFrame, repeated: pl.Series) -> pl.DataFrame:
    if not repeated.any():
        return faults
    again = rows.filter(repeated).select(
        "_line", "_sheet", pl.lit(None, dtype=pl.String).alias("column"), pl.lit("duplicate_row").alias("reason")
    )
    return pl.concat([faults, again]).sort("_line", maintain_order=True)


def _with_left_out(faults: pl.DataFrame, rows: pl.DataFrame, lines: frozenset[int]) -> pl.DataFrame:
    left = rows.filter(pl.col("_line").is_in(sorted(lines))).join(faults, on="_line", how="anti")
    if left.is_empty():
        return faults
    reason = pl.lit(None, dtype=pl.String).alias("column"), pl.lit(LEFT_OUT).alias("reason")
    return pl.concat([faults, left.select("_line", "_sheet", *reason)]).sort("_line", maintain_order=True)


def _located(frame: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """With the area of each row, so that whoever looks after it sees what is wrong."""
    return frame.join(read.select("_line", "area_code"), on="_line", how="left", maintain_order="left")


def _refused_rows(
    refused: pl.DataFrame, named: pl.DataFrame, read: pl.DataFrame, block: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """The rows that nothing is taken from, with their cells as read, and who and where they name in words."""
    # a path in one cell stands beside the names or in their stead
    columns = ("town", "village") if "village" in named.columns else ("area",)
    said = [name for name in columns if name in named.columns]
    place = pl.concat_str(said, separator=" ", ignore_nulls=True) if said else pl.lit(None, dtype=pl.String)
    called = pl.coalesce(pl.col(each) for each in profile.named_by if each in named.columns)
    words = named.select("_line", "_sheet", shown(called).alias("name"), shown(place).alias("place"))
    return (
        words.join(refused, on="_line", how="semi", maintain_order="left")
        .join(read.select("_line", "name_key"), on="_line", how="left", maintain_order="left")
        .select(list(REFUSED_SCHEMA))
        .join(block.select("_line", *cell_names(block)), on="_line", how="left", maintain_order="left")
    )


def _rows(loaded: pl.DataFrame, block: pl.DataFrame) -> pl.DataFrame:
    """The loaded rows with their cells as read; sex and birth only where a column of the sheet says them."""
    missing = {"sex": pl.String, "birth_on": pl.Date}
    if "birth" in loaded.columns:
        is_day = pl.col("birth__precision") == "day"
        loaded = loaded.with_columns(pl.when(is_day).then(pl.col("birth")).alias("birth_on"))
    loaded = loaded.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in missing.items() if name not in loaded.columns
    )
    raw = block.select("_line", *cell_names(block))
    return loaded.select(list(ROW_SCHEMA)).join(raw, on="_line", how="left", maintain_order="left")


__all__ = ["Binding", "Carry", "Cleaned", "Context", "clean", "clean_file", "finish"]
