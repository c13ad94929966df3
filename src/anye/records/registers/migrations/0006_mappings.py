"""What a person said the columns of an unknown sheet mean, tried on an upload and saved; uploads wait for that."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, granted, scoped

# the sample is cut from the file's bytes: it must not stay in the trail either
AUDITED_ANEW = """
DROP TRIGGER registers_upload_audit_insert ON registers_upload;
DROP TRIGGER registers_upload_audit_update ON registers_upload;
DROP TRIGGER registers_upload_audit_delete ON registers_upload;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0005_ranks_and_overruled"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="sample",
            field=models.BinaryField(null=True),
        ),
        migrations.CreateModel(
            name="SourceMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("version", models.IntegerField(verbose_name="版本")),
                ("signature", models.CharField(max_length=64)),
                ("depth", models.SmallIntegerField(verbose_name="表头行数")),
                ("headings", models.JSONField(verbose_name="表头")),
                ("meanings", models.JSONField(verbose_name="含义")),
                ("codes", models.JSONField(default=dict, verbose_name="代码写法")),
                ("saved_by", models.CharField(max_length=40, verbose_name="保存人")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                ("retired_by", models.CharField(blank=True, max_length=40, verbose_name="停用人")),
                ("retired_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.source")),
            ],
        ),
        migrations.AddField(
            model_name="batch",
            name="mapping",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="registers.sourcemapping"
            ),
        ),
        migrations.CreateModel(
            name="MappingTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("sheet_no", models.SmallIntegerField(verbose_name="工作表")),
                ("line", models.IntegerField(verbose_name="表头所在行")),
                ("depth", models.SmallIntegerField(verbose_name="表头行数")),
                ("headings", models.JSONField(verbose_name="表头")),
                ("meanings", models.JSONField(verbose_name="含义")),
                ("codes", models.JSONField(default=dict, verbose_name="代码写法")),
                ("asked_by", models.CharField(max_length=40, verbose_name="试读人")),
                ("asked_at", models.DateTimeField(verbose_name="试读时间")),
                ("duty_id", models.BigIntegerField()),
                ("state", models.CharField(default="waiting", max_length=10, verbose_name="状态")),
                ("failure", models.JSONField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.source")),
                ("upload", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registers.upload")),
            ],
            options={
                "indexes": [models.Index(fields=["upload", "-id"], name="registers_trial_upload")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "failed", "refused"])),
                        name="registers_trial_state",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="sourcemapping",
            constraint=models.UniqueConstraint(
                fields=("scope_no", "signature", "version"), name="registers_mapping_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcemapping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("scope_no", "signature"),
                name="registers_mapping_stands",
            ),
        ),
        RunSQL(AUDITED_ANEW, RunSQL.noop),
        audited("registers_upload", secret=["sealed", "sample"]),
        # an officer has the file read anew, or gives it up and its bytes with it
        granted("registers_upload", app="UPDATE (state, failure, sealed, sample, named_source)", batch=""),
        scoped("registers_sourcemapping"),
        audited("registers_sourcemapping"),
        granted("registers_sourcemapping", app="SELECT, INSERT, UPDATE (retired_by, retired_at)", batch="SELECT"),
        scoped("registers_mappingtrial"),
        audited("registers_mappingtrial", secret=["sealed"]),
        granted("registers_mappingtrial", app="SELECT, INSERT, UPDATE (sealed)"),
    ]
