"""Who stands behind a payment to a firm; when what was paid was applied for."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0003_corrections"),
        ("firms", "0005_months_that_came"),
        ("people", "0006_household_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="firmpayment",
            name="filed_on",
            field=models.DateField(null=True, verbose_name="申请日期"),
        ),
        migrations.AddField(
            model_name="payment",
            name="filed_on",
            field=models.DateField(null=True, verbose_name="申请日期"),
        ),
        migrations.CreateModel(
            name="Share",
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
                ("item", models.CharField(blank=True, max_length=160, verbose_name="项目")),
                ("paid_on", models.DateField(null=True, verbose_name="拨付日期")),
                ("batch_no", models.CharField(blank=True, max_length=160, verbose_name="批次号")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="firms.firm"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="shares",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "firm", "item", "valid_from", "paid_on", "batch_no"),
                        name="claims_share_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_share_retired",
                    ),
                ],
            },
        ),
        *fact("claims_share"),
    ]
