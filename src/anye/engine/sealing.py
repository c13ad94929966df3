"""Sealing: personal values as ciphertext, and keyed digests to look them up by, before they reach SQL.

A sealed value is `version (1 byte) | length of key id (1) | key id | nonce (12) | AES-256-GCM ciphertext and tag (16)`.
Header and context are authenticated, so a phone's ciphertext moved into an ID column does not open.
A blind value is the first 16 bytes of HMAC-SHA-256 over context and text, under keys of its own: equal texts meet,
and nobody without the key can try out all numbers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anye.engine.errors import SealFault

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
BLIND_BYTES = 16

# Fixed-length numbers whose equality the blind index shows anyway: sealed once per distinct value of a column.
# Any other text gets a nonce per row and is padded: equal ciphertexts would sort people by their illness.
INDEXED_CONTEXTS = frozenset({"id_number", "phone", "account"})

_EXACT, _PADDED = 1, 2
_PAD_TO = 32
_BLOCK = 64  # SHA-256's block, for HMAC (RFC 2104)


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation, by id. Values under an old id still open; new values use the current one.

    Nonces are random, so one key may seal up to 2**32 values (NIST SP 800-38D): rotate long before.
    """

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    blind_current: str
    blind_keys: Mapping[str, bytes] = field(repr=False)
    _ciphers: dict[str, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_keys(self.keys, self.current)
        _check_keys(self.blind_keys, self.blind_current)
        if set(self.keys.values()) & set(self.blind_keys.values()):
            raise SealFault("keyring_key_shared")
        object.__setattr__(self, "_ciphers", {key_id: AESGCM(key) for key_id, key in self.keys.items()})

    @classmethod
    def new(cls) -> Keyring:
        """A fresh keyring from the system's random source."""
        return cls("k1", {"k1": os.urandom(KEY_BYTES)}, "b1", {"b1": os.urandom(KEY_BYTES)})

    @classmethod
    def loads(cls, text: str) -> Keyring:
        """The keyring of a keys.json. Raises SealFault keyring_damaged, keyring_current_unknown, keyring_key_shared."""
        try:
            parsed = json.loads(text)
            blind = parsed["blind"]
            return cls(parsed["current"], _decoded(parsed["keys"]), blind["current"], _decoded(blind["keys"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            # `from None`: a JSON error quotes the document, and this document is keys.
            raise SealFault("keyring_damaged") from None

    def dumps(self) -> str:
        """keys.json: to be written with mode 0600, outside the data directory and never into a backup."""
        blind = {"current": self.blind_current, "keys": _encoded(self.blind_keys)}
        return json.dumps({"current": self.current, "keys": _encoded(self.keys), "blind": blind}, indent=2) + "\n"

    def rotated(self) -> Keyring:
        """The same keyring with a new current sealing key; what was sealed before still opens.

        The blind key stays: changing it means blinding every row again before the first search.
        """
        number = len(self.keys) + 1
        while f"k{number}" in self.keys:
            number += 1
        return replace(self, current=f"k{number}", keys={**self.keys, f"k{number}": os.urandom(KEY_BYTES)})

    def seal(self, text: str, *, context: str) -> bytes:
        """The sealed form of one text; two calls never give the same bytes."""
        return self._seal_all([text.encode()], context, padded=context not in INDEXED_CONTEXTS)[0]

    def seal_bytes(self, data: bytes, *, context: str) -> bytes:
        """The sealed form of one block of bytes, such as compressed source rows."""
        return self._seal_all([data], context, padded=False)[0]

    def unseal(self, value: bytes, *, context: str) -> str:
        """The text of a sealed value. Raises SealFault `seal_damaged`, `seal_key_unknown`, `seal_version_unknown`."""
        try:
            return self.unseal_bytes(value, context=context).decode()
        except UnicodeDecodeError:
            raise SealFault("seal_damaged", {"context": context}) from None

    def unseal_bytes(self, value: bytes, *, context: str) -> bytes:
        """The bytes of a sealed value. Raises as `unseal` does."""
        version, key_id, start = _opened_header(value, context)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealFault("seal_key_unknown", {"context": context, "key_id": key_id})
        nonce_end = start + NONCE_BYTES
        try:
            data = cipher.decrypt(value[start:nonce_end], value[nonce_end:], value[:start] + context.encode())
        except InvalidTag:
            raise SealFault("seal_damaged", {"context": context}) from None
        return data if version == _EXACT else data[: data.rindex(b"\x80")]

    def is_current(self, value: bytes) -> bool:
        """Whether a sealed value is under the current key; if not, rotation has to unseal and seal it."""
        return _opened_header(value, "")[1] == self.current

    def blind(self, text: str, *, context: str) -> bytes:
        """The 16-byte lookup digest of one text."""
        return _blinder(self.blind_keys[self.blind_current], context)([text])[0]

    def blind_column(self, s: pl.Series, *, context: str) -> pl.Series:
        """String series → Binary series of lookup digests; null stays null."""
        return _per_distinct(s, _blinder(self.blind_keys[self.blind_current], context))

    def seal_column(self, s: pl.Series, *, context: str) -> pl.Series:
        """String series → Binary series of sealed values; null stays null. INDEXED_CONTEXTS says when equals share."""
        if context in INDEXED_CONTEXTS:
            return _per_distinct(s, lambda texts: self._seal_all(map(str.encode, texts), context, padded=False))
        present = s.is_not_null()
        sealed = self._seal_all(map(str.encode, s.drop_nulls().to_list()), context, padded=True)
        blank = pl.Series(s.name, [None] * len(s), dtype=pl.Binary)
        return blank.scatter(present.arg_true(), pl.Series(sealed, dtype=pl.Binary)) if sealed else blank

    def unseal_column(self, s: pl.Series, *, context: str) -> pl.Series:
        """Binary series → String series; null stays null. Raises as `unseal` does, at the first value that fails."""
        texts = [None if value is None else self.unseal(value, context=context) for value in s.to_list()]
        return pl.Series(s.name, texts, dtype=pl.String)

    def _seal_all(self, values: Iterable[bytes], context: str, *, padded: bool) -> list[bytes]:
        key_id = self.current.encode()
        header = bytes((_PADDED if padded else _EXACT, len(key_id))) + key_id
        bound = header + context.encode()
        encrypt = self._ciphers[self.current].encrypt
        values = list(values)
        nonces = os.urandom(NONCE_BYTES * len(values))  # one call: a call per value costs as much as the encryption
        sealed = []
        for start, value in zip(range(0, len(nonces), NONCE_BYTES), values, strict=True):
            nonce = nonces[start : start + NONCE_BYTES]
            sealed.append(header + nonce + encrypt(nonce, _padded(value) if padded else value, bound))
        return sealed


def _check_keys(keys: Mapping[str, bytes], current: str) -> None:
    if current not in keys:
        raise SealFault("keyring_current_unknown", {"key_id": current})
    for key_id, key in keys.items():
        if len(key) != KEY_BYTES or not 1 <= len(key_id.encode()) <= 255:
            raise SealFault("keyring_damaged")


def _decoded(keys: Mapping[str, str]) -> dict[str, bytes]:
    try:
        return {key_id: base64.b64decode(key, validate=True) for key_id, key in keys.items()}
    except binascii.Error:
        raise SealFault("keyring_damaged") from None


def _encoded(keys: Mapping[str, bytes]) -> dict[str, str]:
    return {key_id: base64.b64encode(key).decode() for key_id, key in keys.items()}


def _padded(value: bytes) -> bytes:
    # ISO/IEC 7816-4: a set bit, then zeros; short states such as 健康 and 长期慢性病 come out equally long.
    return value + b"\x80" + bytes(-(len(value) + 1) % _PAD_TO)


def _opened_header(value: bytes, context: str) -> tuple[int, str, int]:
    """Version, key id and the nonce's first position of a sealed value."""
    start = 2 + value[1] if len(value) > 1 else 0
    if len(value) < start + NONCE_BYTES + TAG_BYTES or start < 3:
        raise SealFault("seal_damaged", {"context": context})
    if value[0] not in (_EXACT, _PADDED):
        raise SealFault("seal_version_unknown", {"context": context, "version": value[0]})
    return value[0], value[2:start].decode(errors="replace"), start


def _blinder(key: bytes, context: str) -> Callable[[Iterable[str]], list[bytes]]:
    """HMAC-SHA-256 over `context NUL text`, cut to 16 bytes; hash states primed once halve hmac.digest's time."""
    block = key.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + context.encode() + b"\0")
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digests(texts: Iterable[str]) -> list[bytes]:
        made = []
        for text in texts:
            within, around = inner.copy(), outer.copy()
            within.update(text.encode())
            around.update(within.digest())
            made.append(around.digest()[:BLIND_BYTES])
        return made

    return digests


def _per_distinct(s: pl.Series, make: Callable[[list[str]], list[bytes]]) -> pl.Series:
    distinct = s.drop_nulls().unique()
    made = pl.DataFrame({"text": distinct, "made": pl.Series(make(distinct.to_list()), dtype=pl.Binary)})
    rows = pl.DataFrame({"text": s.cast(pl.String)})
    return rows.join(made, on="text", how="left", maintain_order="left")["made"].alias(s.name)
