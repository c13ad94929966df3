"""Looks: what loading a file would do, before somebody decides about it."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, granted, scoped


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0008_withdrawals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("looked_at", models.DateTimeField(verbose_name="预览时间")),
                ("figures", models.JSONField()),
                ("sample", models.BinaryField(null=True)),
                ("sheet", models.BinaryField(null=True)),
                ("offices", models.JSONField(default=list)),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.source")),
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="look", to="registers.upload"
                    ),
                ),
            ],
        ),
        scoped("registers_look"),
        audited("registers_look", secret=["sample", "sheet"]),
        granted("registers_look"),
        # whoever looked decides: the file is loaded, or it is not
        granted("registers_upload", app="UPDATE (state, duty_id)", batch=""),
    ]
