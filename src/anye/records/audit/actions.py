"""Writes of the trail that are not made by triggers: acts, reads and exports, erasure, seals."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from anye.records.audit.models import Seal


def note(verb: str, table: str, row: int | None, scope_no: int | None, payload: dict[str, Any]) -> None:
    """Leave an event of an act (load, sign_in, export, …). The verbs of the triggers are refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_note(%s, %s, %s, %s, %s::jsonb)", [verb, table, row, scope_no, json.dumps(payload)]
        )


def looked(kind: str, people: Iterable[tuple[int | None, int | None]], *, shown: int | None = None) -> None:
    """Leave a read of each person (id, scope number); a list leaves one, with how many it showed."""
    pairs = list(people)
    if not pairs:
        return
    ids, scopes = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_looked(%s, %s::bigint[], %s::bigint[], %s)",
            [kind, ids, scopes, len(pairs) if shown is None else shown],
        )


def erase(table: str, row: int, reason: str) -> int:
    """Null payload and salt of a row's events; their hashes and every seal stay. Batch role only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_erase(%s, %s, %s)", [table, row, reason])
        (count,) = cursor.fetchone()
    return int(count)


def keep_seal(*, at: datetime, event_ids: str, count: int, root: bytes, previous: bytes | None, chain: bytes) -> None:
    """Write a seal. See `seals.py` for what its parts are."""
    Seal.objects.create(at=at, event_ids=event_ids, count=count, root=root, previous=previous, chain=chain)
