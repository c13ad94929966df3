"""Who is one step away from being owed something."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import belongs_to, granted, scoped, tallied


class Migration(migrations.Migration):
    dependencies = [
        ("entitlements", "0002_rules"),
        ("firms", "0004_owners"),
        ("people", "0005_slots"),
    ]

    operations = [
        migrations.CreateModel(
            name="Nearly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("post", models.CharField(blank=True, max_length=330, verbose_name="岗位")),
                ("month", models.DateField(verbose_name="月份")),
                ("reason", models.CharField(max_length=120, verbose_name="不满足")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                (
                    "firm",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nearly",
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
                        related_name="nearly",
                        to="people.person",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nearly",
                        to="entitlements.policy",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scope_no", "policy", "id"], name="entitlements_nearly_scope")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "person", "firm", "post"),
                        name="entitlements_nearly_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", False), ("firm__isnull", False), _connector="OR"),
                        name="entitlements_nearly_whose",
                    ),
                ],
            },
        ),
        belongs_to("entitlements_nearly", "people_person", "person_id"),
        scoped("entitlements_nearly"),
        tallied("entitlements_nearly"),
        granted("entitlements_nearly"),
    ]
