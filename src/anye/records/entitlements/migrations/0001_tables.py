"""What each was found to be owed."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import append_only, audited, belongs_to, frozen, granted, scoped


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("firms", "0004_owners"),
        ("people", "0005_slots"),
    ]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True, verbose_name="代码")),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_month", models.DateField(verbose_name="首月")),
                ("last_month", models.DateField(verbose_name="末月")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("started_by", models.CharField(max_length=40, verbose_name="发起人")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("summary", models.JSONField(default=dict, verbose_name="汇总")),
                ("is_whole", models.BooleanField(default=True)),
                ("came", models.JSONField(default=dict)),
                ("blind", models.JSONField(default=dict)),
                ("basis", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("title_zh", models.CharField(max_length=120, verbose_name="名称")),
                ("title_en", models.CharField(max_length=200, verbose_name="英文名称")),
                ("text", models.TextField(verbose_name="规则")),
                ("reasons", models.JSONField(verbose_name="理由")),
                ("first_used_on", models.DateField(verbose_name="启用日期")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="entitlements.policy"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("post", models.CharField(blank=True, max_length=330, verbose_name="岗位")),
                ("month", models.DateField(verbose_name="月份")),
                ("outcome", models.SmallIntegerField(verbose_name="结论")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="金额（分）")),
                ("unmet", models.BigIntegerField(default=0, verbose_name="不满足")),
                ("missing", models.BigIntegerField(default=0, verbose_name="待核实")),
                ("known_on", models.DateField(verbose_name="获知日期")),
                ("retired_on", models.DateField(null=True, verbose_name="停用日期")),
                ("retired_by", models.BigIntegerField(null=True, verbose_name="停用核算")),
                (
                    "firm",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlements",
                        to="firms.firm",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entitlements",
                        to="people.person",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="entitlements.policy",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="entitlements.policyversion",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="entitlements.run",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(fields=("policy", "digest"), name="entitlements_version_once"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(
                condition=models.Q(("retired_on", None)),
                fields=["scope_no", "policy", "outcome", "id"],
                name="entitlements_by_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_on__isnull", True)),
                fields=("policy", "month", "person", "firm", "post"),
                name="entitlements_entitlement_current",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_by__isnull", True), ("retired_on__isnull", True)),
                    models.Q(("retired_by__isnull", False), ("retired_on__isnull", False)),
                    _connector="OR",
                ),
                name="entitlements_entitlement_retired",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="entitlements_entitlement_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_fen__isnull", True), ("outcome", 2)),
                    models.Q(("amount_fen__gt", 0), ("outcome", 1)),
                    models.Q(("amount_fen", 0), ("outcome", 0)),
                    _connector="OR",
                ),
                name="entitlements_entitlement_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__isnull", False), ("firm__isnull", False), _connector="OR"),
                name="entitlements_entitlement_whose",
            ),
        ),
        *(audited(f"entitlements_{name}") for name in ("policy", "run")),
        frozen("entitlements_policyversion"),
        granted("entitlements_policy", batch="SELECT, INSERT"),
        granted("entitlements_policyversion", batch="SELECT, INSERT"),
        granted("entitlements_run", batch="SELECT, INSERT, UPDATE (finished_at, summary, came, blind, basis)"),
        belongs_to("entitlements_entitlement", "people_person", "person_id"),
        scoped("entitlements_entitlement"),
        append_only("entitlements_entitlement"),
        granted("entitlements_entitlement", batch="SELECT, INSERT, UPDATE (retired_on, retired_by)"),
    ]
