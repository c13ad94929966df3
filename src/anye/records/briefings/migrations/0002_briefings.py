"""Briefings: drafts, what was issued, and what was counted once more."""

import django.db.models.deletion
from django.db import migrations, models

from anye.records.audit.guards import audited, belongs_to, frozen, granted, scoped


class Migration(migrations.Migration):
    dependencies = [
        ("briefings", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Briefing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("area_code", models.CharField(max_length=12, verbose_name="区划代码")),
                ("kind", models.CharField(max_length=7, verbose_name="类型")),
                ("text_zh", models.TextField(blank=True, verbose_name="中文")),
                ("text_en", models.TextField(blank=True, verbose_name="英文")),
                ("version", models.IntegerField(default=1, verbose_name="版本")),
                ("author", models.CharField(max_length=40, verbose_name="起草人")),
                ("begun_at", models.DateTimeField(verbose_name="开始时间")),
                ("changed_by", models.CharField(max_length=40, verbose_name="修改人")),
                ("changed_at", models.DateTimeField(verbose_name="修改时间")),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="briefings", to="briefings.snapshot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BriefingIssue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("number", models.IntegerField(verbose_name="版次")),
                ("text_zh", models.TextField(blank=True, verbose_name="中文")),
                ("text_en", models.TextField(blank=True, verbose_name="英文")),
                ("told", models.JSONField(verbose_name="数值")),
                ("documents", models.JSONField(verbose_name="成稿")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("issued_by", models.CharField(max_length=40, verbose_name="定稿人")),
                ("issued_at", models.DateTimeField(verbose_name="定稿时间")),
                (
                    "briefing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="briefings.briefing",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="issues", to="briefings.snapshot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BriefingRecount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope_no", models.BigIntegerField()),
                ("state", models.CharField(default="asked", max_length=6, verbose_name="状态")),
                ("asked_by", models.CharField(max_length=40, verbose_name="申请人")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("found", models.JSONField(null=True, verbose_name="差异")),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recounts",
                        to="briefings.briefingissue",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="briefing",
            index=models.Index(fields=["scope_no", "-id"], name="briefings_briefing_list"),
        ),
        migrations.AddConstraint(
            model_name="briefing",
            constraint=models.UniqueConstraint(fields=("id", "scope_no"), name="briefings_briefing_scope"),
        ),
        migrations.AddConstraint(
            model_name="briefing",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("month", "quarter", "year", "other"))), name="briefings_briefing_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="briefing",
            constraint=models.CheckConstraint(
                condition=models.Q(("text_zh", ""), ("text_en", ""), _negated=True), name="briefings_briefing_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="briefingissue",
            constraint=models.UniqueConstraint(fields=("id", "scope_no"), name="briefings_issue_scope"),
        ),
        migrations.AddConstraint(
            model_name="briefingissue",
            constraint=models.UniqueConstraint(fields=("briefing", "number"), name="briefings_issue_once"),
        ),
        migrations.AddConstraint(
            model_name="briefingissue",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", 1), models.Q(("note", ""), _negated=True), _connector="OR"),
                name="briefings_issue_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="briefingrecount",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("asked", "done", "failed"))), name="briefings_recount_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="briefingrecount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("issue",), name="briefings_recount_one_at_a_time"
            ),
        ),
        scoped("briefings_briefing"),
        audited("briefings_briefing"),
        granted(
            "briefings_briefing",
            app="SELECT, INSERT, UPDATE (text_zh, text_en, version, changed_by, changed_at, snapshot_id), DELETE",
            batch="SELECT, INSERT",
        ),
        belongs_to("briefings_briefingissue", "briefings_briefing", "briefing_id"),
        scoped("briefings_briefingissue"),
        frozen("briefings_briefingissue"),
        granted("briefings_briefingissue", app="SELECT, INSERT", batch="SELECT, INSERT"),
        belongs_to("briefings_briefingrecount", "briefings_briefingissue", "issue_id"),
        scoped("briefings_briefingrecount"),
        audited("briefings_briefingrecount"),
        granted(
            "briefings_briefingrecount", app="SELECT, INSERT", batch="SELECT, INSERT, UPDATE (state, done_at, found)"
        ),
    ]
