"""Seals make the trail tamper-evident: Merkle roots over named events, chained, made after the writing transactions.

Never inside them: one chain in the transaction cut writing to a sixth. A leaf covers every column of an event and the
hash of its payload, so that erasing a payload leaves its seal valid.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from anye.records.audit.actions import keep_seal
from anye.records.audit.models import Seal

LATE = timedelta(minutes=10)
AT_ONCE = 20_000
SEALED_AT_ONCE = 100_000
_COLUMNS = (
    "id, extract(epoch FROM at)::numeric(20, 6)::text, actor, duty, purpose, verb, table_name, row_id, scope_no,"
    " payload::text, salt, hash"
)


@dataclass(frozen=True)
class TrailFault:
    """What verification found: kind (altered, missing, payload, chain, late), the seal's or event's id."""

    kind: str
    seal: int | None
    event: int | None

    def __str__(self) -> str:
        return f"{self.kind} seal={self.seal} event={self.event}"


def leaf(row: Sequence[Any]) -> bytes:
    """SHA-256 over the event's columns; the payload enters by its own hash."""
    parts = [str(value) if value is not None else "\x00" for value in row[:9]]
    return hashlib.sha256("\x1f".join(parts).encode() + bytes(row[11])).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Root of a binary Merkle tree (RFC 6962 prefixes: 0x00 leaves, 0x01 nodes; an odd node moves up)."""
    level = [hashlib.sha256(b"\x00" + each).digest() for each in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def chained(previous: bytes | None, root: bytes, event_ids: str, count: int) -> bytes:
    return hashlib.sha256((previous or b"") + root + f"{event_ids}:{count}".encode()).digest()


def seal_new() -> int:
    """Seal every event that no seal names yet; returns how many. Owner or batch role.

    Bounded memory: a load of a million people leaves as many events, so a seal takes SEALED_AT_ONCE at most.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x7365616C])
    # one moment for all seals of a call: what waits for the second is not late for the first
    count, after, at = 0, -1, timezone.now()
    while rows := _unsealed(after):
        _seal(rows, at)
        count, after = count + len(rows), rows[-1][0]
    return count


def _unsealed(after: int) -> list[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_COLUMNS} FROM audit_event e
            WHERE e.id > %s AND NOT e.id <@ coalesce(
                (SELECT range_agg(m) FROM audit_seal s, unnest(s.event_ids::int8multirange) m), '{{}}'::int8multirange)
            ORDER BY id LIMIT %s
            """,
            [after, SEALED_AT_ONCE],
        )
        rows: list[Sequence[Any]] = cursor.fetchall()
    return rows


def _seal(rows: Sequence[Sequence[Any]], at: datetime) -> None:
    ids = _multirange([row[0] for row in rows])
    root = merkle_root(leaf(row) for row in rows)
    last = Seal.objects.order_by("-id").first()
    previous = bytes(last.chain) if last else None
    chain = chained(previous, root, ids, len(rows))
    keep_seal(at=at, event_ids=ids, count=len(rows), root=root, previous=previous, chain=chain)


def verify() -> list[TrailFault]:
    """Recompute every seal. Bounded memory: the leaves of one seal at a time."""
    faults: list[TrailFault] = []
    previous: bytes | None = None
    sealed_at: datetime | None = None  # when the call before this seal's was made
    last_at: datetime | None = None
    for seal in Seal.objects.order_by("id").iterator():
        if seal.at != last_at:
            sealed_at, last_at = last_at, seal.at
        leaves = []
        for row in _events(seal.event_ids):
            if row[9] is not None and hashlib.sha256(bytes(row[10] or b"") + row[9].encode()).digest() != bytes(
                row[11]
            ):
                faults.append(TrailFault("payload", seal.pk, row[0]))
            if sealed_at is not None and float(row[1]) < (sealed_at - LATE).timestamp():
                faults.append(TrailFault("late", seal.pk, row[0]))
            leaves.append(leaf(row))
        if len(leaves) != seal.count:
            faults.append(TrailFault("missing", seal.pk, None))
        elif merkle_root(leaves) != bytes(seal.root):
            faults.append(TrailFault("altered", seal.pk, None))
        link = bytes(seal.previous) if seal.previous is not None else None
        if link != previous or chained(previous, bytes(seal.root), seal.event_ids, seal.count) != bytes(seal.chain):
            faults.append(TrailFault("chain", seal.pk, None))
        previous = bytes(seal.chain)
    return faults


def _events(event_ids: str) -> Iterator[Sequence[Any]]:
    """The events of a multirange, in order. Its ends are for the index, which cannot use the multirange itself."""
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {_COLUMNS} FROM audit_event WHERE id <@ %(ids)s::int8multirange AND id > %(after)s
                  AND id >= lower(%(ids)s::int8multirange) AND id < upper(%(ids)s::int8multirange)
                ORDER BY id LIMIT %(most)s
                """,
                {"ids": event_ids, "after": after, "most": AT_ONCE},
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        after = rows[-1][0]


def _multirange(ids: Sequence[int]) -> str:
    """Sorted ids as an int8multirange in canonical text."""
    spans: list[list[int]] = []
    for each in ids:
        if spans and each == spans[-1][1]:
            spans[-1][1] = each + 1
        else:
            spans.append([each, each + 1])
    return "{" + ",".join(f"[{lo},{hi})" for lo, hi in spans) + "}"
