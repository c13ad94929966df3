"""Figures as they stood on a day."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, belongs_to, granted, scoped, tallied


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("firms", "0005_months_that_came"),
        ("people", "0006_household_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("as_of", models.DateField(verbose_name="截至日期")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("state", models.CharField(default="asked", max_length=6, verbose_name="状态")),
                ("definitions", models.CharField(blank=True, default="", max_length=64, verbose_name="定义摘要")),
                ("asked_by", models.CharField(max_length=40, verbose_name="申请人")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="生成时间")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("as_of", "known_on"), name="briefings_snapshot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("asked", "done"))), name="briefings_snapshot_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("as_of__lte", models.F("known_on"))), name="briefings_snapshot_days"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("indicator", models.CharField(max_length=8, verbose_name="指标")),
                ("area_code", models.CharField(max_length=12, verbose_name="区划代码")),
                ("value", models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="数值")),
                ("rows", models.IntegerField(verbose_name="行数")),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="briefings.snapshot"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("snapshot", "area_code", "indicator"), name="briefings_figure_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("indicator", models.CharField(max_length=8, verbose_name="指标")),
                ("what", models.CharField(blank=True, max_length=400, verbose_name="内容")),
                ("area_code", models.CharField(blank=True, max_length=12, verbose_name="区划代码")),
                ("since", models.DateField(null=True, verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
                ("lines", models.IntegerField(verbose_name="记录数")),
                ("value", models.BigIntegerField(null=True, verbose_name="数值")),
                ("is_in", models.BooleanField(verbose_name="已覆盖")),
                ("fact", models.BigIntegerField(null=True, verbose_name="首条记录")),
                (
                    "firm",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="firms.firm"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="figures",
                        to="people.person",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="behind",
                        to="briefings.snapshot",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["snapshot", "indicator", "scope_no", "id"], name="briefings_row_of")],
            },
        ),
        audited("briefings_snapshot"),
        granted("briefings_snapshot", app="SELECT, INSERT"),
        scoped("briefings_snapshotfigure"),
        tallied("briefings_snapshotfigure"),
        granted("briefings_snapshotfigure"),
        belongs_to("briefings_snapshotrow", "people_person", "person_id"),
        scoped("briefings_snapshotrow"),
        tallied("briefings_snapshotrow"),
        granted("briefings_snapshotrow"),
    ]
