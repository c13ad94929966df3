"""What firms offer."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import firm_fact


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("firms", "0004_owners"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vacancy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("number", models.CharField(blank=True, max_length=160, verbose_name="岗位编号")),
                ("title", models.CharField(max_length=160, verbose_name="岗位名称")),
                ("occupation", models.CharField(blank=True, max_length=160, verbose_name="工种")),
                ("workplace_text", models.CharField(blank=True, max_length=160, verbose_name="工作地点")),
                ("headcount", models.BigIntegerField(null=True, verbose_name="招聘人数")),
                ("wage_low_fen", models.BigIntegerField(null=True, verbose_name="最低工资（分）")),
                ("wage_high_fen", models.BigIntegerField(null=True, verbose_name="最高工资（分）")),
                ("wage_unit", models.CharField(blank=True, max_length=160, verbose_name="计薪单位")),
                ("education", models.CharField(blank=True, max_length=160, verbose_name="学历要求")),
                ("requirements", models.CharField(blank=True, max_length=160, verbose_name="其他要求")),
                ("contact", models.CharField(blank=True, max_length=160, verbose_name="联系方式")),
                ("valid_from", models.DateField(null=True, verbose_name="发布日期")),
                ("valid_to", models.DateField(null=True, verbose_name="截止日期")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="vacancies", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "number", "title", "workplace_text"),
                        name="jobs_vacancy_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="jobs_vacancy_retired",
                    ),
                ],
            },
        ),
        *firm_fact("jobs_vacancy"),
    ]
