"""Contacts made."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0004_graduates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("contacted_on", models.DateField(verbose_name="联系日期")),
                ("channel", models.CharField(blank=True, max_length=160, verbose_name="联系方式")),
                ("topic", models.CharField(blank=True, max_length=160, verbose_name="事项")),
                ("contacted_by", models.CharField(blank=True, max_length=160, verbose_name="联系人")),
                ("outcome", models.CharField(blank=True, max_length=160, verbose_name="结果")),
                ("note_sealed", models.BinaryField(null=True, verbose_name="说明")),
                ("note_blind", models.BinaryField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="contacts",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "contacted_on", "channel", "topic"),
                        name="outreach_contact_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="outreach_contact_retired",
                    ),
                ],
            },
        ),
        *fact("outreach_contact"),
    ]
