"""Values sealed under an older key are sealed anew, block by block: interrupted anywhere, it goes on where it stopped.

Runs as the owner: the append-only tables let a rotation change their ciphertext and nothing else. Blind indexes have
a key of their own and stay.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from anye.engine.intake.statements import STATEMENTS
from anye.engine.sealing import Keyring
from anye.flow.specs import TABLES
from anye.records.accounts.queries import SECOND_FACTOR
from anye.records.accounts.scope import OWNER, acting
from anye.records.audit.actions import note
from anye.records.findings.queries import NOTE
from anye.records.people.facts import SEALED_KINDS
from anye.records.registers.queries import LABEL, SAMPLE

AT_ONCE = 5_000
DEVICE_SECRETS = frozenset({"secret", "seed", "migrated_codes"})  # of a device, and of recovery codes


@dataclass(frozen=True)
class SealedColumn:
    """A column of ciphertext. `context` is SQL that yields the sealing context of a row; bytes stay bytes."""

    table: str
    column: str
    context: str
    is_bytes: bool = False


_KINDS = " ".join(f"WHEN '{kind}' THEN '{context}'" for kind, context in SEALED_KINDS.items())
COLUMNS = (
    SealedColumn("people_person", "id_sealed", "'id_number'"),
    SealedColumn("people_person", "phone_sealed", "'phone'"),
    SealedColumn("people_persondetail", "sealed", f"CASE kind {_KINDS} END"),
    SealedColumn("people_helper", "phone_sealed", "'phone'"),
    *(
        SealedColumn(TABLES[name][0], f"{field}_sealed", f"'{context}'")
        for name, statement in STATEMENTS.items()
        for field, context in statement.sealed.items()
    ),
    SealedColumn("registers_rawblock", "sealed", "'raw'", is_bytes=True),
    SealedColumn("registers_entry", "sealed", "'raw'"),
    SealedColumn("registers_fault", "sealed", f"'{LABEL}'"),
    SealedColumn("registers_upload", "sealed", "'raw'", is_bytes=True),
    SealedColumn("registers_upload", "sample", "'raw'", is_bytes=True),
    SealedColumn("registers_mappingtrial", "sealed", "'raw'", is_bytes=True),
    SealedColumn("registers_faultsheet", "sealed", "'raw'", is_bytes=True),
    SealedColumn("registers_look", "sample", f"'{SAMPLE}'"),
    SealedColumn("registers_look", "sheet", "'raw'", is_bytes=True),
    SealedColumn("findings_finding", "sealed", f"'{LABEL}'"),
    SealedColumn("findings_visit", "note_sealed", f"'{NOTE}'"),
)


def reseal(keyring: Keyring, progress: Callable[[str, int], None] = lambda column, count: None) -> int:
    """Seal every value that is not under the current key anew; returns how many there were."""
    total = 0
    for column in COLUMNS:
        count = sum(_reseal_block(column, block, keyring) for block in _blocks(column))
        progress(f"{column.table}.{column.column}", count)
        total += count
    total += _reseal_devices(keyring)
    if total:
        with acting(OWNER, actor="operator", purpose="key rotation"):
            note("rotate", "keys", None, None, {"values": total})
    return total


def _blocks(column: SealedColumn) -> Iterator[tuple[int, int]]:
    """Ranges of ids, a bounded number of rows each."""
    after = 0
    while True:
        with acting(OWNER), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT max(id) FROM (SELECT id FROM {column.table} WHERE id > %s ORDER BY id LIMIT {AT_ONCE}) ids",
                [after],
            )
            (last,) = cursor.fetchone()
        if last is None:
            return
        yield after, last
        after = last


def _reseal_block(column: SealedColumn, block: tuple[int, int], keyring: Keyring) -> int:
    with acting(OWNER, actor="operator", purpose="key rotation"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anye.rotating', 'on', true)")
        cursor.execute(
            f"SELECT id, {column.column}, {column.context} FROM {column.table}"
            f" WHERE id > %s AND id <= %s AND {column.column} IS NOT NULL ORDER BY id FOR UPDATE",
            block,
        )
        fresh = [
            (pk, _anew(bytes(value), context, column, keyring))
            for pk, value, context in cursor.fetchall()
            if not keyring.is_current(bytes(value))
        ]
        if fresh:
            cursor.execute(
                f"UPDATE {column.table} t SET {column.column} = f.value"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS f(id, value) WHERE t.id = f.id",
                [[pk for pk, _ in fresh], [value for _, value in fresh]],
            )
        cursor.execute("SELECT set_config('anye.rotating', 'off', true)")
    return len(fresh)


def _anew(value: bytes, context: str, column: SealedColumn, keyring: Keyring) -> bytes:
    if column.is_bytes:
        return keyring.seal_bytes(keyring.unseal_bytes(value, context=context), context=context)
    return keyring.seal(keyring.unseal(value, context=context), context=context)


def _reseal_devices(keyring: Keyring) -> int:
    """Secrets of second factors stand as base64 inside JSON, in a table of the sign-in library."""
    count = 0
    with acting(OWNER, actor="operator", purpose="key rotation"), connection.cursor() as cursor:
        cursor.execute("SELECT id, data::text FROM mfa_authenticator ORDER BY id FOR UPDATE")
        for pk, text in cursor.fetchall():
            told = {name: value for name, value in json.loads(text).items() if name in DEVICE_SECRETS}
            fresh = {name: _device_anew(value, keyring) for name, value in told.items()}
            if fresh != told:
                cursor.execute(
                    "UPDATE mfa_authenticator SET data = data || %s::jsonb WHERE id = %s", [json.dumps(fresh), pk]
                )
                count += 1
    return count


def _device_anew(value: Any, keyring: Keyring) -> Any:
    if isinstance(value, list):
        return [_device_anew(one, keyring) for one in value]
    sealed = base64.b64decode(value)
    if keyring.is_current(sealed):
        return value
    return base64.b64encode(keyring.seal(keyring.unseal(sealed, context=SECOND_FACTOR), context=SECOND_FACTOR)).decode()
