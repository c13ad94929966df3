"""Registers of justice and health: their faults are seen by those alone who must, as their facts are."""

from django.db import migrations, models
from django.db.migrations import RunSQL

from anye.records.audit.guards import restricted


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_guards")]

    operations = [
        *(
            migrations.AddField(
                name, "is_restricted", models.BooleanField("受限", default=False), preserve_default=False
            )
            for name in ("source", "fault")
        ),
        restricted("registers_fault", flag="is_restricted"),
        # what was loaded before
        RunSQL(
            """
            UPDATE registers_source SET is_restricted = true WHERE code IN ('disability', 'justice');
            UPDATE registers_fault f SET is_restricted = true FROM registers_batch b, registers_source o
            WHERE b.id = f.batch_id AND o.id = b.source_id AND o.is_restricted;
            """,
            RunSQL.noop,
        ),
    ]
