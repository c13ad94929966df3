"""Blocks of clean rows wait in unlogged tables of the schema `stage`, three to a batch kind, until all are there.

A block's stage rows, its sealed raw blocks and its done-mark are one commit, so a load that is killed goes on where
it stopped. The marks are unlogged too: a server crash loses rows and marks together.
"""

import io
import json
import struct
from collections.abc import Mapping

import polars as pl
from django.db import connection

from anye.engine.sealing import Keyring
from anye.flow.specs import SPECS, FactSpec

RAW_ROWS = 2_000  # a block of this size opens in some 2 ms and packs well
PLACE = {"batch_id": "bigint", "sheet_no": "smallint", "line": "integer"}
ROW = {
    **PLACE,
    "id_blind": "bytea",
    "id_last_blind": "bytea",
    "id_sealed": "bytea",
    "name": "text",
    "name_key": "text",
    "birth_on": "date",
    "id_birth_on": "date",
    "sex": "text",
    "area_code": "text",
    "scope_no": "bigint",
}
# of a sheet of faults that came back: which refused row of which load each row stands for
ORIGIN = {**PLACE, "slip": "text", "of_sheet": "integer", "of_line": "integer"}
# how a stage row names a node: by the node's code, so that no stage row is rewritten once the node has a key
NODE_CODES = {"household_id": "household_code", "firm_id": "firm_code"}


def stage_columns(spec: FactSpec) -> dict[str, str]:
    """Columns of a fact's stage table: its place, the codes of the nodes it names, and its content."""
    columns = dict(PLACE)
    for name in (spec.parent, *spec.columns):
        if name in NODE_CODES:
            columns[NODE_CODES[name]] = "text"
    return columns | {name: kind for name, kind in spec.columns.items() if name not in NODE_CODES}


def tables(batch: int) -> str:
    """The common prefix of a batch's stage tables."""
    return f"stage.b{batch}"


def create(batch: int) -> None:
    """The tables that every batch has; a fact's table comes with the first block that has such facts."""
    _create(f"{tables(batch)}_row", ROW)
    _create(f"{tables(batch)}_mark", {"number": "integer"})


def take(batch: int, name: str, frame: pl.DataFrame) -> None:
    """COPY the rows (`row`) or the facts `name` of a block into the batch's table of them."""
    columns = ROW if name == "row" else stage_columns(SPECS[name])
    if frame.is_empty():
        return
    if name != "row":
        _create(f"{tables(batch)}_{name}", columns)
    copy(f"{tables(batch)}_{name}", columns, frame)


def take_origins(batch: int, sheet_no: int, origins: pl.DataFrame) -> None:
    """Keep what a block's rows stand for until the batch is published."""
    if origins.height:
        _create(f"{tables(batch)}_origin", ORIGIN)
        place = [pl.lit(batch).alias("batch_id"), pl.lit(sheet_no).alias("sheet_no"), pl.col("_line").alias("line")]
        copy(f"{tables(batch)}_origin", ORIGIN, origins.with_columns(place))


def has_origins(batch: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{tables(batch)}_origin"])
        return bool(cursor.fetchone()[0])


def facts_there(batch: int) -> list[str]:
    """The names of SPECS that the batch has a stage table of, in the order of SPECS."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) WITH ORDINALITY n (name, place)"
            " WHERE to_regclass(%s || name) IS NOT NULL ORDER BY place",
            [list(SPECS), f"{tables(batch)}_"],
        )
        return [row[0] for row in cursor.fetchall()]


def _create(table: str, columns: Mapping[str, str]) -> None:
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE IF NOT EXISTS {table} ({listed})")


def drop(batch: int) -> None:
    names = ", ".join(f"{tables(batch)}_{name}" for name in ["row", "mark", "origin", *SPECS])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {names}")


def blocks_done(batch: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {tables(batch)}_mark")
        return {row[0] for row in cursor.fetchall()}


def mark(batch: int, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {tables(batch)}_mark VALUES (%s)", [number])


def copy(table: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    """COPY a frame into a stage table; columns it lacks stay NULL."""
    present = [name for name in columns if name in frame.columns]
    hexed = [
        (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name)
        for name in present
        if frame.schema[name] == pl.Binary
    ]
    text = io.BytesIO()
    frame.select(present).with_columns(hexed).write_csv(text, include_header=False)
    listed = ", ".join(f'"{name}"' for name in present)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN (FORMAT csv)") as stream:
        stream.write(text.getvalue())


def pack(frames: Mapping[str, pl.DataFrame], keyring: Keyring) -> bytes:
    """Clean frames of some rows → one sealed value (zstd Arrow IPC parts behind a length header).

    Frames without rows are kept as well: who opens the value needs their columns.
    """
    parts, head = [], {}
    for name, frame in frames.items():
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="zstd")
        parts.append(buffer.getvalue())
        head[name] = len(parts[-1])
    header = json.dumps(head).encode()
    return keyring.seal_bytes(struct.pack(">I", len(header)) + header + b"".join(parts), context="raw")


def unpack(sealed: bytes, keyring: Keyring) -> dict[str, pl.DataFrame]:
    data = keyring.unseal_bytes(bytes(sealed), context="raw")
    (size,) = struct.unpack(">I", data[:4])
    head: dict[str, int] = json.loads(data[4 : 4 + size])
    frames, at = {}, 4 + size
    for name, length in head.items():
        frames[name] = pl.read_ipc(io.BytesIO(data[at : at + length]))
        at += length
    return frames
