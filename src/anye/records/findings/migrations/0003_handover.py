"""Lines of what is owed that officers hand to visits."""

from django.db import migrations, models

from anye.records.audit.guards import audited, granted, scoped


class Migration(migrations.Migration):
    dependencies = [("findings", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("duty_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8, verbose_name="类型")),
                ("rows", models.JSONField(default=list, verbose_name="行")),
                ("asked_by", models.CharField(max_length=40, verbose_name="交办人")),
                ("asked_at", models.DateTimeField(verbose_name="交办时间")),
                ("state", models.CharField(default="waiting", max_length=8, verbose_name="状态")),
                ("figures", models.JSONField(default=dict, verbose_name="结果")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "refused"])),
                        name="findings_handover_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["unknown", "unpaid", "nearly"])),
                        name="findings_handover_kind",
                    ),
                ],
            },
        ),
        scoped("findings_handover"),
        audited("findings_handover"),
        granted("findings_handover", app="SELECT, INSERT"),
    ]
