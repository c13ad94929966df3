"""What other registers say of a person: dead, pensioned, registered unemployed; disabled and detained apart."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import fact, restricted


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestrictedSpell",
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
                ("kind", models.CharField(max_length=24, verbose_name="状态")),
                ("number_sealed", models.BinaryField(null=True, verbose_name="证号")),
                ("number_blind", models.BinaryField(null=True)),
                ("detail_sealed", models.BinaryField(null=True, verbose_name="说明")),
                ("detail_blind", models.BinaryField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="月金额（分）")),
                ("unit", models.CharField(blank=True, max_length=120, verbose_name="单位")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="restricted_statuses",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "kind", "valid_from"),
                        name="people_restrictedspell_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="people_restrictedspell_retired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("detention", "disability"))),
                        name="people_restrictedspell_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusSpell",
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
                ("kind", models.CharField(max_length=24, verbose_name="状态")),
                ("number_sealed", models.BinaryField(null=True, verbose_name="证号")),
                ("number_blind", models.BinaryField(null=True)),
                ("detail_sealed", models.BinaryField(null=True, verbose_name="说明")),
                ("detail_blind", models.BinaryField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="月金额（分）")),
                ("unit", models.CharField(blank=True, max_length=120, verbose_name="单位")),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="statuses",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("person", "kind", "valid_from"),
                        name="people_statusspell_current",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                            models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="people_statusspell_retired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("death", "pension", "public_pay", "unemployed", "unemployment_benefit"))
                        ),
                        name="people_statusspell_kind",
                    ),
                ],
            },
        ),
        *fact("people_statusspell"),
        *fact("people_restrictedspell"),
        restricted("people_restrictedspell"),
    ]
