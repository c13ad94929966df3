"""The registry's keyring: read once from the key file outside the data directory."""

from functools import lru_cache

from django.conf import settings

from anye.engine.sealing import Keyring


@lru_cache(maxsize=2)
def _parsed(text: str) -> Keyring:
    return Keyring.loads(text)


def keyring() -> Keyring:
    return _parsed(settings.ANYE_KEYRING)
