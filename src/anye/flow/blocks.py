"""One clean block → stage rows, sealed raw blocks, faults and a done-mark, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from anye.engine.areas import AreaIndex
from anye.engine.intake.clean import Cleaned
from anye.engine.intake.mapping import SheetMapping
from anye.engine.intake.profile import Profile
from anye.engine.sealing import Keyring
from anye.flow import staging
from anye.flow.sealed import sealed_frames
from anye.records.registers import actions
from anye.records.registers.queries import LABEL, is_restricted

# the frames of the source rows among those of the facts that they became
ROWS, REFUSED, HEADING = "rows", "refused", "heading"


@dataclass(frozen=True)
class Context:
    """What a load needs to know of the registry: its keys, profiles, areas, offices and who loads for which office.

    `offices`: area code → scope number, the empty code for *outside*. `office_no`: who mends rows without an area.
    `mappings`: what this office's people said of headings that no profile knows, the newest first.
    """

    keyring: Keyring
    profiles: Mapping[str, Profile]
    areas: AreaIndex
    offices: Mapping[str, int]
    trial: bool
    office_no: int
    mappings: tuple[SheetMapping, ...] = ()


@dataclass(frozen=True)
class Block:
    """One block of a file: its number, the sheet it is of (from 0), and what cleaning made of it."""

    number: int
    sheet_no: int
    cleaned: Cleaned


def start_over(batch: int) -> None:
    """Nothing staged stands for what may be kept of a batch's blocks: a failed load, or a crash of the server."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registers_rawblock WHERE batch_id = %s", [batch])
        cursor.execute("DELETE FROM registers_fault WHERE batch_id = %s", [batch])


def store_block(batch: int, block: Block, context: Context, *, villages_mend: bool = True) -> None:
    """`villages_mend`: whether villages keep the sheet; else its refused rows are work of the office that loads it."""
    cleaned = block.cleaned
    _store_raw(batch, block, context.keyring)
    _stage(batch, (batch, block.sheet_no), cleaned.rows, cleaned.facts, context)
    staging.take_origins(batch, block.sheet_no, cleaned.origins)
    actions.write_faults(faults=_fault_rows(batch, block, context, villages_mend=villages_mend))
    staging.mark(batch, block.number)


def stage_again(into: int, place: tuple[int, int], value: bytes, lines: set[int], context: Context) -> None:
    """Stage some lines of a raw block under the tables of batch `into`. `place`: the batch and sheet that they are of."""
    clear = {
        name: frame.filter(pl.col("_line").is_in(list(lines)))
        for name, frame in staging.unpack(value, context.keyring).items()
    }
    clear.pop(REFUSED)
    clear.pop(HEADING, None)
    _stage(into, place, clear.pop(ROWS), clear, context)


def _stage(
    into: int, place: tuple[int, int], rows: pl.DataFrame, facts: Mapping[str, pl.DataFrame], context: Context
) -> None:
    frames = sealed_frames(rows, facts, place=place, keyring=context.keyring, offices=context.offices)
    for name, frame in frames.items():
        staging.take(into, name, frame)


def _store_raw(batch: int, block: Block, keyring: Keyring) -> None:
    """Source rows, refused ones too, and the facts that they became, some thousand rows to a value, under one seal each.

    They are clear inside: numbers sealed one by one would not shrink, nor open once the key has changed.
    """
    clear = {ROWS: block.cleaned.rows, REFUSED: block.cleaned.refused_rows, **block.cleaned.facts}
    if block.cleaned.heading.height:
        clear[HEADING] = block.cleaned.heading
    # the long form's last block has facts and no rows: its lines count too
    lines = pl.concat([f.get_column("_line") for f in clear.values()]).unique().sort()
    sealed = []
    for at in range(0, len(lines), staging.RAW_ROWS):
        first, last = lines[at], lines[min(at + staging.RAW_ROWS, len(lines)) - 1]
        part = {name: f.filter(pl.col("_line").is_between(first, last)) for name, f in clear.items()}
        sealed.append((first, last, staging.pack(part, keyring)))
    actions.write_raw_blocks(batch=batch, block=block.number, sheet_no=block.sheet_no, parts=sealed)


def _fault_rows(batch: int, block: Block, context: Context, *, villages_mend: bool) -> list[tuple[Any, ...]]:
    """Refused and queried rows of a block in the columns of registers_fault."""
    parts = []
    labels = _sealed_labels(block.cleaned.refused_rows, context.keyring)
    restricted = is_restricted(batch)
    for level, frame, reason in (
        ("refused", block.cleaned.faults.join(labels, on="_line", how="left", maintain_order="left"), "reason"),
        ("queried", block.cleaned.queries, "rule"),
    ):
        if frame.is_empty():
            continue
        is_known = "area_code" in frame.columns and (villages_mend or level != "refused")
        area = pl.col("area_code") if is_known else pl.lit(None, pl.String)
        known = {code: number for code, number in context.offices.items() if code}
        parts.append(
            frame.select(
                pl.lit(batch).alias("batch_id"),
                pl.lit(block.sheet_no).alias("sheet_no"),
                pl.col("_sheet").alias("sheet"),
                pl.col("_line").alias("line"),
                pl.lit(level).alias("level"),
                (pl.col("column") if "column" in frame.columns else pl.lit(None, pl.String)).alias("column"),
                pl.col(reason).alias("reason"),
                (pl.col("evidence") if "evidence" in frame.columns else pl.lit("{}")).alias("params"),
                area.replace_strict(known, default=context.office_no, return_dtype=pl.Int64).alias("scope_no"),
                (pl.col("sealed") if level == "refused" else pl.lit(None, pl.Binary)).alias("sealed"),
                pl.lit(restricted).alias("is_restricted"),
            )
        )
    return [row for part in parts for row in part.select(actions.FAULT_COLUMNS).iter_rows()]


def _sealed_labels(refused: pl.DataFrame, keyring: Keyring) -> pl.DataFrame:
    """_line, sealed: whom each refused row names and where, for whoever can mend it; the cells themselves stay below."""
    words = refused.select(pl.struct("name", "name_key", "place").struct.json_encode()).to_series()
    return refused.select("_line", keyring.seal_column(words, context=LABEL).alias("sealed"))
