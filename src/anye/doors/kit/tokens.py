"""Opaque state for links: a page's place or a person search, sealed so that an address never shows a name.

A signature alone would not do: a signed value can be read by whoever sees the link, and a listing's place is
the last row's name. So the value is encrypted (AES-256-GCM) under a key derived from SECRET_KEY; tokens are for
screens and live as long as that key, never for records.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
import time
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESGCM:
    """The cipher for one SECRET_KEY, with a key of its own purpose."""
    return AESGCM(hmac.new(secret.encode(), b"anye.doors.kit.tokens", hashlib.sha256).digest())


def seal_state(value: Any, *, context: str) -> str:
    """A token, safe in a URL, for `value`: JSON types, dates and instants, in lists and dicts.

    `context` names what the token is for; it opens under the same context only.
    """
    body = json.dumps([int(time.time()), value], default=_encode, ensure_ascii=False, separators=(",", ":"))
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, body.encode(), context.encode())
    return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def open_state(token: str, *, context: str, max_age: int | None = None) -> Any | None:
    """The sealed value, or None when the token is damaged, of another context or older than `max_age` seconds."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        body = _cipher(settings.SECRET_KEY).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        made_at, value = json.loads(body, object_hook=_decode)
    except (ValueError, InvalidTag):
        return None
    return None if max_age is not None and time.time() - made_at > max_age else value


def _encode(value: object) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {"~instant": value.isoformat()}
    if isinstance(value, dt.date):
        return {"~day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be sealed in a link: use text, numbers, dates or instants")


def _decode(found: dict[str, Any]) -> Any:
    if "~instant" in found:
        return dt.datetime.fromisoformat(found["~instant"])
    if "~day" in found:
        return dt.date.fromisoformat(found["~day"])
    return found
