"""Trades, classes, who was trained, and training through work."""

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
            name="Trade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("office_no", models.BigIntegerField()),
                ("name", models.CharField(max_length=160, verbose_name="工种")),
                ("code", models.CharField(blank=True, max_length=160, verbose_name="工种代码")),
                ("level", models.CharField(blank=True, max_length=160, verbose_name="等级")),
                ("days", models.BigIntegerField(null=True, verbose_name="培训天数")),
                ("hours_tenths", models.BigIntegerField(null=True, verbose_name="学时（十分之一）")),
                ("standard_fen", models.BigIntegerField(null=True, verbose_name="补贴标准（分）")),
                ("is_special", models.BooleanField(null=True, verbose_name="特色工种")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("office_no", "name", "level"),
                        name="training_trade_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_trade_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
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
                ("class_code", models.CharField(blank=True, max_length=160, verbose_name="班级编号")),
                ("class_name", models.CharField(blank=True, max_length=160, verbose_name="班级名称")),
                ("trade", models.CharField(blank=True, max_length=160, verbose_name="培训工种")),
                ("level", models.CharField(blank=True, max_length=160, verbose_name="等级")),
                ("provider", models.CharField(blank=True, max_length=160, verbose_name="培训机构")),
                ("hours_tenths", models.BigIntegerField(null=True, verbose_name="签到学时（十分之一）")),
                ("certificate_kind", models.CharField(blank=True, max_length=160, verbose_name="证书类别")),
                ("certificate_sealed", models.BinaryField(null=True, verbose_name="证书编号")),
                ("certificate_blind", models.BinaryField(null=True)),
                ("certified_on", models.DateField(null=True, verbose_name="发证日期")),
                ("result", models.CharField(blank=True, max_length=160, verbose_name="考核结果")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="enrolments",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "class_code", "class_name", "trade", "valid_from"),
                        name="training_enrolment_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_enrolment_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("scope_no", models.BigIntegerField()),
                ("number", models.CharField(blank=True, max_length=160, verbose_name="申报编号")),
                ("valid_from", models.DateField(null=True, verbose_name="开始日期")),
                ("valid_to", models.DateField(null=True, verbose_name="结束日期")),
                ("headcount", models.BigIntegerField(null=True, verbose_name="申报人数")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="申报金额（分）")),
                ("ground", models.CharField(blank=True, max_length=160, verbose_name="申报类别")),
                ("filed_on", models.DateField(null=True, verbose_name="申报日期")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="filings", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "number", "valid_from"),
                        name="training_filing_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_filing_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用批次")),
                ("source_batch", models.BigIntegerField(verbose_name="来源批次")),
                ("source_sheet", models.SmallIntegerField(default=0, verbose_name="来源表")),
                ("source_line", models.IntegerField(verbose_name="来源行")),
                ("class_code", models.CharField(blank=True, max_length=160, verbose_name="班级编号")),
                ("class_name", models.CharField(blank=True, max_length=160, verbose_name="班级名称")),
                ("trade", models.CharField(blank=True, max_length=160, verbose_name="培训工种")),
                ("level", models.CharField(blank=True, max_length=160, verbose_name="等级")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="培训地点")),
                ("valid_from", models.DateField(null=True, verbose_name="开班日期")),
                ("valid_to", models.DateField(null=True, verbose_name="结业日期")),
                ("hours_tenths", models.BigIntegerField(null=True, verbose_name="学时（十分之一）")),
                ("headcount", models.BigIntegerField(null=True, verbose_name="培训人数")),
                ("passed", models.BigIntegerField(null=True, verbose_name="合格人数")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="classes", to="firms.firm"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("firm", "class_code", "class_name", "trade", "valid_from"),
                        name="training_trainingclass_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_trainingclass_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkTraining",
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
                ("months", models.BigIntegerField(null=True, verbose_name="月数")),
                ("trade", models.CharField(blank=True, max_length=160, verbose_name="培训工种")),
                ("wage_fen", models.BigIntegerField(null=True, verbose_name="工资（分）")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="补贴金额（分）")),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="work_trainings", to="firms.firm"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="work_trainings",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "firm", "valid_from"),
                        name="training_worktraining_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_worktraining_retired",
                    ),
                ],
            },
        ),
        *fact("training_enrolment"),
        *fact("training_worktraining"),
        *firm_fact("training_trade"),
        *firm_fact("training_trainingclass"),
        *firm_fact("training_filing", is_scoped=True),
    ]
