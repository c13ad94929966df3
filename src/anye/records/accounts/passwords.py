"""One-time passwords: drawn by the registry, told once, changed at the first sign-in, worthless after some days."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import get_hasher

# no letters or digits that are mistaken for each other on paper (0 o, 1 l i)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4
# long enough for a sheet to reach the last village, too short for a forgotten slip of paper to be worth keeping
ONE_TIME_DAYS = 7
# 79 random bits cannot be guessed offline whatever the work factor; the officer's own password gets the full one
QUICK_ITERATIONS = 10_000


def new_one_time_password() -> str:
    """Four groups of four characters, such as `k7mq-2xfa-…`: 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def valid_until(at: datetime) -> datetime:
    """Until when a one-time password drawn at an instant opens the account."""
    return at + timedelta(days=ONE_TIME_DAYS)


def quick_hash(password: str) -> str:
    """The stored form of a one-time password: 300 users of a sheet are hashed in a second, not in two minutes.

    Only for passwords drawn here; Django hashes anew with its full work factor when one is used.
    """
    hasher = get_hasher()
    salt = hasher.salt()
    if hasattr(hasher, "iterations"):
        return str(hasher.encode(password, salt, iterations=QUICK_ITERATIONS))  # type: ignore[call-arg]
    return str(hasher.encode(password, salt))
