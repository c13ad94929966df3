"""Job fairs and other events."""

from django.db import migrations, models

from anye.records.audit.guards import firm_fact


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("office_no", models.BigIntegerField()),
                ("name", models.CharField(max_length=160, verbose_name="活动名称")),
                ("partners", models.CharField(blank=True, max_length=160, verbose_name="合办单位")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="地点")),
                ("valid_from", models.DateField(null=True, verbose_name="开始日期")),
                ("valid_to", models.DateField(null=True, verbose_name="结束日期")),
                ("vacancies", models.BigIntegerField(null=True, verbose_name="提供岗位")),
                ("poor_vacancies", models.BigIntegerField(null=True, verbose_name="面向脱贫劳动力岗位")),
                ("attended", models.BigIntegerField(null=True, verbose_name="参会人数")),
                ("poor_attended", models.BigIntegerField(null=True, verbose_name="脱贫劳动力参会人数")),
                ("signed", models.BigIntegerField(null=True, verbose_name="签订意向人数")),
                ("poor_signed", models.BigIntegerField(null=True, verbose_name="脱贫劳动力签订意向人数")),
                ("hired", models.BigIntegerField(null=True, verbose_name="就业人数")),
                ("poor_hired", models.BigIntegerField(null=True, verbose_name="脱贫劳动力就业人数")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("office_no", "name", "valid_from"),
                        name="outreach_event_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="outreach_event_retired",
                    ),
                ],
            },
        ),
        *firm_fact("outreach_event"),
    ]
