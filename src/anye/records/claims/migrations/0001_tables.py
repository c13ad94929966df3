"""What was applied for and paid before."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact, firm_fact


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("firms", "0004_owners"),
        ("people", "0004_graduates"),
    ]

    operations = [
        migrations.CreateModel(
            name="FundAllocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("scope_no", models.BigIntegerField()),
                ("document_no", models.CharField(max_length=160, verbose_name="文号")),
                ("fund", models.CharField(blank=True, max_length=160, verbose_name="资金名称")),
                ("year", models.BigIntegerField(null=True, verbose_name="年度")),
                ("purpose", models.CharField(blank=True, max_length=160, verbose_name="用途")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("allocated_on", models.DateField(null=True, verbose_name="下达日期")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("scope_no", "document_no", "fund", "purpose"),
                        name="claims_fundallocation_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_fundallocation_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("kind", models.CharField(max_length=8, verbose_name="类型")),
                ("item", models.CharField(blank=True, max_length=160, verbose_name="项目")),
                ("paid_on", models.DateField(null=True, verbose_name="发放日期")),
                ("batch_no", models.CharField(blank=True, max_length=160, verbose_name="批次号")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("fund", models.CharField(blank=True, max_length=160, verbose_name="资金来源")),
                ("outcome", models.CharField(blank=True, max_length=160, verbose_name="结果")),
                ("reason", models.CharField(blank=True, max_length=160, verbose_name="原因")),
                ("account_sealed", models.BinaryField(null=True, verbose_name="账号")),
                ("account_blind", models.BinaryField(null=True)),
                ("scope_no", models.BigIntegerField()),
                ("valid_from", models.DateField(null=True, verbose_name="开始日期")),
                ("valid_to", models.DateField(null=True, verbose_name="结束日期")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "kind", "item", "valid_from", "paid_on", "batch_no", "amount_fen"),
                        name="claims_firmpayment_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_firmpayment_retired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("paid", "reply"))), name="claims_firmpayment_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
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
                ("kind", models.CharField(max_length=8, verbose_name="类型")),
                ("item", models.CharField(blank=True, max_length=160, verbose_name="项目")),
                ("paid_on", models.DateField(null=True, verbose_name="发放日期")),
                ("batch_no", models.CharField(blank=True, max_length=160, verbose_name="批次号")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("fund", models.CharField(blank=True, max_length=160, verbose_name="资金来源")),
                ("outcome", models.CharField(blank=True, max_length=160, verbose_name="结果")),
                ("reason", models.CharField(blank=True, max_length=160, verbose_name="原因")),
                ("account_sealed", models.BinaryField(null=True, verbose_name="账号")),
                ("account_blind", models.BinaryField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="payments",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "kind", "item", "valid_from", "paid_on", "batch_no", "amount_fen"),
                        name="claims_payment_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_payment_retired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("paid", "reply"))), name="claims_payment_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("scope_no", models.BigIntegerField()),
                ("year", models.BigIntegerField(verbose_name="年度")),
                ("number", models.CharField(blank=True, max_length=160, verbose_name="申请编号")),
                ("size", models.CharField(blank=True, max_length=160, verbose_name="企业规模")),
                ("insured", models.BigIntegerField(null=True, verbose_name="参保人数")),
                ("laid_off", models.BigIntegerField(null=True, verbose_name="裁员人数")),
                ("premium_fen", models.BigIntegerField(null=True, verbose_name="上年度缴纳失业保险费（分）")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="返还金额（分）")),
                ("filed_on", models.DateField(null=True, verbose_name="申请日期")),
                ("state", models.CharField(blank=True, max_length=160, verbose_name="办理状态")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refund_applications", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "year", "number"),
                        name="claims_refundapplication_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_refundapplication_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("travelled_on", models.DateField(verbose_name="乘车日期")),
                ("mode", models.CharField(blank=True, max_length=160, verbose_name="交通方式")),
                ("origin", models.CharField(blank=True, max_length=160, verbose_name="出发地")),
                ("destination", models.CharField(blank=True, max_length=160, verbose_name="到达地")),
                ("number", models.CharField(blank=True, max_length=160, verbose_name="票号")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="票价（分）")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tickets",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "travelled_on", "origin", "destination", "number"),
                        name="claims_ticket_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claims_ticket_retired",
                    ),
                ],
            },
        ),
        *fact("claims_payment"),
        *fact("claims_ticket"),
        *firm_fact("claims_firmpayment", is_scoped=True),
        *firm_fact("claims_refundapplication", is_scoped=True),
        *firm_fact("claims_fundallocation", is_scoped=True),
    ]
