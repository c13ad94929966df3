"""One clean block → stage rows, sealed raw blocks, faults and a done-mark, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from anye.engine.areas import AreaIndex
from anye.engine.intake.clean import Cleaned
from anye.engine.intake.profile import Profile
from anye.engine.sealing import Keyring
from anye.flow import staging
from anye.flow.sealed import sealed_frames
from anye.records.registers import actions


@dataclass(frozen=True)
class Context:
    """What a load needs to know of the registry: its keys, profiles, areas, offices and who loads for which office.

    `offices`: area code → scope number, the empty code for *outside*. `office_no`: who mends rows without an area.
    """

    keyring: Keyring
    profiles: Mapping[str, Profile]
    areas: AreaIndex
    offices: Mapping[str, int]
    trial: bool
    office_no: int


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


def store_block(batch: int, block: Block, context: Context) -> None:
    frames = sealed_frames(block.cleaned, block.sheet_no, batch, context.keyring, context.offices)
    _store_raw(batch, block, frames, context.keyring)
    copy_frames(batch, frames)
    actions.write_faults(faults=_fault_rows(batch, block, context))
    staging.mark(batch, block.number)


def copy_frames(into: int, frames: Mapping[str, pl.DataFrame]) -> None:
    """Stage frames under the tables of batch `into`; each row says which batch it is of."""
    for name, frame in frames.items():
        if name != "raw":
            staging.take(into, name, frame)


def _store_raw(batch: int, block: Block, frames: Mapping[str, pl.DataFrame], keyring: Keyring) -> None:
    """Source rows and what they became, sealed, some thousand rows to a value."""
    # the long form's last block has facts and no rows: its lines count too
    lines = pl.concat([f.get_column("line").cast(pl.Int64) for f in frames.values()]).unique().sort()
    sealed = []
    for at in range(0, len(lines), staging.RAW_ROWS):
        first, last = lines[at], lines[min(at + staging.RAW_ROWS, len(lines)) - 1]
        part = {name: f.filter(pl.col("line").is_between(first, last)) for name, f in frames.items()}
        sealed.append((first, last, staging.pack(part, keyring)))
    actions.write_raw_blocks(batch=batch, block=block.number, sheet_no=block.sheet_no, parts=sealed)


def _fault_rows(batch: int, block: Block, context: Context) -> list[tuple[Any, ...]]:
    """Refused and queried rows of a block in the columns of registers_fault."""
    parts = []
    for level, frame, reason in (
        ("refused", block.cleaned.faults, "reason"),
        ("queried", block.cleaned.queries, "rule"),
    ):
        if frame.is_empty():
            continue
        area = pl.col("area_code") if "area_code" in frame.columns else pl.lit(None, pl.String)
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
            )
        )
    return [row for part in parts for row in part.select(actions.FAULT_COLUMNS).iter_rows()]
