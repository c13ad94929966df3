"""What is owed beside what was paid."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import belongs_to, granted, scoped, tallied


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_tables"),
        ("entitlements", "0001_tables"),
        ("firms", "0004_owners"),
        ("people", "0005_slots"),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("first_month", models.DateField(verbose_name="首月")),
                ("last_month", models.DateField(verbose_name="末月")),
                ("kind", models.CharField(max_length=8, verbose_name="类型")),
                ("entitled_fen", models.BigIntegerField(verbose_name="应发（分）")),
                ("paid_fen", models.BigIntegerField(verbose_name="实发（分）")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                (
                    "firm",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="firms.firm",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="differences",
                        to="people.person",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="entitlements.policy",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scope_no", "kind", "policy", "id"], name="claims_difference_scope"),
                    models.Index(fields=["last_month", "id"], name="claims_difference_oldest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "person", "firm", "first_month", "last_month"),
                        name="claims_difference_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("unpaid", "less", "more", "undue"))),
                        name="claims_difference_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entitled_fen", models.F("paid_fen")), _negated=True),
                        name="claims_difference_differs",
                    ),
                ],
            },
        ),
        belongs_to("claims_difference", "people_person", "person_id"),
        scoped("claims_difference"),
        tallied("claims_difference"),
        granted("claims_difference"),
    ]
