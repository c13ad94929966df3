"""Rules in officers' hands: drafts, whom they would change, and what was published."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, belongs_to, frozen, granted, scoped, tallied


class Migration(migrations.Migration):
    dependencies = [
        ("entitlements", "0001_tables"),
        ("firms", "0005_months_that_came"),
        ("people", "0006_household_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("code", models.CharField(max_length=60, verbose_name="政策")),
                ("text", models.TextField(verbose_name="规则")),
                ("base_digest", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                ("state", models.CharField(default="open", max_length=10, verbose_name="状态")),
                ("author", models.CharField(max_length=40, verbose_name="起草人")),
                ("begun_at", models.DateTimeField(verbose_name="开始时间")),
                ("offered_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("decided_by", models.CharField(blank=True, max_length=40, verbose_name="决定人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="意见")),
                ("foreseen_state", models.CharField(blank=True, max_length=8)),
                ("foreseen_digest", models.CharField(blank=True, max_length=64)),
                ("foreseen", models.JSONField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["scope_no", "-id"], name="entitlements_draft_scope")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["open", "offered"])),
                        fields=("code",),
                        name="entitlements_draft_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "offered", "published", "dropped"])),
                        name="entitlements_draft_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("foreseen_state__in", ["", "asked", "done", "failed"])),
                        name="entitlements_draft_foreseen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            models.Q(("decided_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="entitlements_draft_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Foreseen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("post", models.CharField(blank=True, max_length=330, verbose_name="岗位")),
                ("first_month", models.DateField(verbose_name="首月")),
                ("last_month", models.DateField(verbose_name="末月")),
                ("months", models.IntegerField(verbose_name="月数")),
                ("was", models.SmallIntegerField(verbose_name="原结论")),
                ("becomes", models.SmallIntegerField(verbose_name="新结论")),
                ("difference_fen", models.BigIntegerField(verbose_name="差额（分）")),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="entitlements.draft",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="firms.firm"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["draft", "difference_fen", "id"], name="entitlements_foreseen_draft")],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base_digest", models.CharField(max_length=64)),
                ("authored_by", models.CharField(max_length=40, verbose_name="起草人")),
                ("published_by", models.CharField(max_length=40, verbose_name="发布人")),
                ("published_at", models.DateTimeField(verbose_name="发布时间")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="意见")),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publication",
                        to="entitlements.draft",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="entitlements.policy",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="entitlements.policyversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("authored_by", models.F("published_by")), _negated=True),
                        name="entitlements_publication_two",
                    )
                ],
            },
        ),
        scoped("entitlements_draft"),
        audited("entitlements_draft"),
        granted(
            "entitlements_draft",
            app="SELECT, INSERT, UPDATE (text, reason, state, offered_at, decided_by, decided_at, note, foreseen_state,"
            " foreseen_digest, foreseen)",
            batch="SELECT, UPDATE (foreseen_state, foreseen_digest, foreseen)",
        ),
        frozen("entitlements_publication"),
        granted("entitlements_publication", app="SELECT, INSERT", batch="SELECT"),
        granted("entitlements_policy", app="SELECT, INSERT", batch=""),
        granted("entitlements_policyversion", app="SELECT, INSERT", batch=""),
        belongs_to("entitlements_foreseen", "people_person", "person_id"),
        scoped("entitlements_foreseen"),
        tallied("entitlements_foreseen"),
        granted("entitlements_foreseen", batch="SELECT, INSERT, UPDATE, DELETE"),
    ]
