"""Figures of a day that could not be counted stay as failed until somebody asks again, so that a page can tell it."""

from django.db import migrations, models

from anye.records.audit.guards import granted


class Migration(migrations.Migration):
    dependencies = [("briefings", "0002_briefings")]

    operations = [
        migrations.RemoveConstraint(model_name="snapshot", name="briefings_snapshot_state"),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("asked", "done", "failed"))), name="briefings_snapshot_state"
            ),
        ),
        granted("briefings_snapshot", app="UPDATE (state, asked_by)", batch=""),
    ]
