"""What firms paid."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact


class Migration(migrations.Migration):
    dependencies = [
        ("firms", "0002_guards"),
        ("people", "0003_tables_of_registers"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayrollLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("month", models.DateField(verbose_name="月份")),
                ("gross_fen", models.BigIntegerField(null=True, verbose_name="应发工资（分）")),
                ("net_fen", models.BigIntegerField(null=True, verbose_name="实发工资（分）")),
                ("days", models.IntegerField(null=True, verbose_name="出勤天数")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payroll_lines", to="firms.firm"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="payroll_lines",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "firm", "month"),
                        name="firms_payrollline_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="firms_payrollline_retired",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="firms_payrollline_month"),
                ],
            },
        ),
        *fact("firms_payrollline"),
    ]
