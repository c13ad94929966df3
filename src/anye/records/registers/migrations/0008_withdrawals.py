"""Withdrawals: a load is taken back on a page, after somebody has seen what would change."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, granted, scoped


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0007_sheets_of_faults"),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("duty_id", models.BigIntegerField(null=True)),
                ("asked_by", models.CharField(max_length=40, verbose_name="申请人")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("state", models.CharField(default="asked", max_length=10, verbose_name="状态")),
                ("figures", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                ("decided_by", models.CharField(blank=True, max_length=40, verbose_name="确认人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("code", models.CharField(blank=True, max_length=20)),
                ("batch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.batch")),
            ],
            options={
                "indexes": [models.Index(fields=["scope_no", "-id"], name="registers_withdrawal_scope")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "foreseen", "agreed", "done"])),
                        fields=("batch",),
                        name="registers_withdrawal_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "foreseen", "agreed", "done", "dropped", "refused"])
                        ),
                        name="registers_withdrawal_state",
                    ),
                ],
            },
        ),
        scoped("registers_withdrawal"),
        audited("registers_withdrawal"),
        granted(
            "registers_withdrawal", app="SELECT, INSERT, UPDATE (state, reason, decided_by, decided_at, duty_id, code)"
        ),
    ]
