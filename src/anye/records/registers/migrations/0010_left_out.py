"""Rows of a file that whoever looked at it first decided not to load."""

from django.db import migrations, models

from anye.records.audit.guards import granted


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0009_looks"),
    ]

    operations = [
        migrations.AddField("batch", "left_out", models.JSONField(default=list, verbose_name="未加载的行")),
        migrations.AddField("upload", "left_out", models.JSONField(default=list, verbose_name="不加载")),
        migrations.AddField("look", "lines", models.JSONField(default=dict)),
        migrations.AddField(
            "look", "token", models.CharField(blank=True, default="", max_length=22), preserve_default=False
        ),
        granted("registers_upload", app="UPDATE (left_out)", batch=""),
    ]
