"""The registry's keyring: the key file outside the data directory, read again once it was replaced.

`anye rotate-keys` runs beside the site: from then on the site meets values under a key that it did not start with.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anye.engine.errors import SealFault
from anye.engine.sealing import Keyring


class LiveKeyring(Keyring):
    """A keyring that may be held for as long as a load takes: it asks for a newer one, once, and never waits for it."""

    def unseal_bytes(self, value: bytes, *, context: str) -> bytes:
        try:
            return super().unseal_bytes(value, context=context)
        except SealFault as fault:
            newest = keyring()
            if fault.code != "seal_key_unknown" or newest is self:
                raise
            return Keyring.unseal_bytes(newest, value, context=context)

    def _seal_all(self, values: Iterable[bytes], context: str, *, padded: bool) -> list[bytes]:
        return Keyring._seal_all(keyring(), values, context, padded=padded)


@lru_cache(maxsize=2)
def _parsed(text: str) -> Keyring:
    return Keyring.loads(text)


@lru_cache(maxsize=2)
def _read(path: Path, _inode: int, _written_ns: int) -> Keyring:
    return LiveKeyring.loads(path.read_text(encoding="utf-8"))


def keyring() -> Keyring:
    """The newest keys; those that the process started with while the key file is away or damaged."""
    path: Path | None = getattr(settings, "ANYE_KEY_FILE", None)
    if path is not None:
        try:
            seen = path.stat()
            return _read(path, seen.st_ino, seen.st_mtime_ns)
        except (OSError, UnicodeDecodeError, SealFault):
            pass
    return _parsed(settings.ANYE_KEYRING)
