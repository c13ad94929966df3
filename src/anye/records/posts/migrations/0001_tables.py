"""Who holds public-welfare posts, attendance there, and workshops."""

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
            name="Assignment",
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
                ("unit", models.CharField(blank=True, max_length=160, verbose_name="用人单位")),
                ("post_name", models.CharField(max_length=160, verbose_name="岗位名称")),
                ("post_kind", models.CharField(blank=True, max_length=160, verbose_name="岗位类别")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="岗位地点")),
                ("weekly_tenths", models.BigIntegerField(null=True, verbose_name="每周工时（十分之一小时）")),
                ("pay_fen", models.BigIntegerField(null=True, verbose_name="月补贴（分）")),
                ("exit_reason", models.CharField(blank=True, max_length=160, verbose_name="退出原因")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="assignments",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "unit", "post_name", "valid_from"),
                        name="posts_assignment_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="posts_assignment_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
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
                ("unit", models.CharField(blank=True, max_length=160, verbose_name="用人单位")),
                ("post_name", models.CharField(blank=True, max_length=160, verbose_name="岗位名称")),
                ("days_tenths", models.BigIntegerField(null=True, verbose_name="出勤天数（十分之一天）")),
                ("hours_tenths", models.BigIntegerField(null=True, verbose_name="出勤工时（十分之一小时）")),
                ("pay_fen", models.BigIntegerField(null=True, verbose_name="应发补贴（分）")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="post_attendances",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "month", "unit", "post_name"),
                        name="posts_attendance_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="posts_attendance_retired",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="posts_attendance_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Workshop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("name", models.CharField(max_length=160, verbose_name="车间名称")),
                ("workshop_kind", models.CharField(blank=True, max_length=160, verbose_name="类别")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="地址")),
                ("valid_from", models.DateField(null=True, verbose_name="认定日期")),
                ("valid_to", models.DateField(null=True, verbose_name="注销日期")),
                ("headcount", models.BigIntegerField(null=True, verbose_name="从业人数")),
                ("poor_headcount", models.BigIntegerField(null=True, verbose_name="脱贫劳动力人数")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="workshops", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "name"),
                        name="posts_workshop_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="posts_workshop_retired",
                    ),
                ],
            },
        ),
        *fact("posts_assignment"),
        *fact("posts_attendance"),
        *firm_fact("posts_workshop"),
    ]
