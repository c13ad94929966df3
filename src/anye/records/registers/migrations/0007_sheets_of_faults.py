"""Sheets of faults: rows of a load that go back to whoever keeps the file."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, granted, scoped


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0006_mappings"),
    ]

    operations = [
        migrations.CreateModel(
            name="FaultSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("levels", models.JSONField()),
                ("purpose", models.CharField(max_length=20, verbose_name="用途")),
                ("language", models.CharField(max_length=10, verbose_name="语言")),
                ("asked_by", models.CharField(max_length=40, verbose_name="申请人")),
                ("duty_id", models.BigIntegerField()),
                ("scope_no", models.BigIntegerField()),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("state", models.CharField(default="waiting", max_length=10, verbose_name="状态")),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="原因")),
                ("rows", models.IntegerField(default=0, verbose_name="行数")),
                ("offices", models.JSONField(default=list)),
                ("sealed", models.BinaryField(null=True)),
                ("batch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.batch")),
            ],
            options={
                "indexes": [models.Index(fields=["scope_no", "-id"], name="registers_faultsheet_scope")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "refused", "gone"])),
                        name="registers_faultsheet_state",
                    )
                ],
            },
        ),
        scoped("registers_faultsheet"),
        # it goes after a day: what it held must not stay in the trail
        audited("registers_faultsheet", secret=["sealed"]),
        granted("registers_faultsheet", app="SELECT, INSERT"),
    ]
