"""The trail: what was written, who looked, and the seals that make both tamper-evident."""

from django.db import models


class Event(models.Model):
    """One change or one act (审计事件), written by triggers or `audit_note`, never edited.

    `hash` is SHA-256(salt ‖ payload text); a seal covers the hash and every other column, so erasing payload and
    salt through `audit_erase` keeps old seals valid.
    """

    at = models.DateTimeField()
    actor = models.TextField()
    duty = models.TextField()
    purpose = models.TextField()
    verb = models.TextField()
    table_name = models.TextField()
    row_id = models.BigIntegerField(null=True)
    scope_no = models.BigIntegerField(null=True)
    payload = models.JSONField(null=True)
    salt = models.BinaryField(null=True)
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["scope_no", "-id"], name="audit_event_scope"),
            models.Index(fields=["table_name", "row_id"], name="audit_event_row"),
        ]


class Read(models.Model):
    """Somebody saw or exported a person (查询留痕): who, when, why; `shown` is how many people a list showed."""

    at = models.DateTimeField()
    actor = models.TextField()
    duty = models.TextField()
    purpose = models.TextField()
    kind = models.TextField()
    person_id = models.BigIntegerField(null=True)
    scope_no = models.BigIntegerField(null=True)
    shown = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-id"], name="audit_read_person"),
            models.Index(fields=["scope_no", "-id"], name="audit_read_scope"),
        ]


class Seal(models.Model):
    """A Merkle root over named events, chained to the seal before (封存).

    `event_ids` is a PostgreSQL multirange in text: identity order is not commit order, so the set is named explicitly.
    """

    at = models.DateTimeField()
    event_ids = models.TextField()
    count = models.IntegerField()
    root = models.BinaryField()
    previous = models.BinaryField(null=True)
    chain = models.BinaryField(unique=True)
