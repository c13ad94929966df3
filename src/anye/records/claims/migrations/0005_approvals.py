"""Who decided upon a subsidy, and how long its public notice stood."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0004_shares"),
        ("people", "0006_household_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("valid_from", models.DateField(null=True, verbose_name="开始日期")),
                ("valid_to", models.DateField(null=True, verbose_name="结束日期")),
                ("item", models.CharField(max_length=160, verbose_name="项目")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="金额（分）")),
                ("filed_on", models.DateField(null=True, verbose_name="申请日期")),
                ("checked_by", models.CharField(blank=True, max_length=160, verbose_name="初审人")),
                ("checked_on", models.DateField(null=True, verbose_name="初审日期")),
                ("approved_by", models.CharField(blank=True, max_length=160, verbose_name="审批人")),
                ("approved_on", models.DateField(null=True, verbose_name="审批日期")),
                ("result", models.CharField(blank=True, max_length=160, verbose_name="审批结果")),
                ("posted_from", models.DateField(null=True, verbose_name="公示开始日期")),
                ("posted_to", models.DateField(null=True, verbose_name="公示结束日期")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="公示地点")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="approvals",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "item", "valid_from", "filed_on"),
                        name="claims_approval_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_approval_retired",
                    ),
                ],
            },
        ),
        *fact("claims_approval"),
    ]
