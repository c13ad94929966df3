"""Who changes persons, doubts and visits does it one after the other."""

from django.db import connection

PUBLISHING = 0x616E7965  # advisory lock: loads publish one after the other


def wait_to_publish() -> None:
    """Nobody else publishes until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
