"""A source's rank fact by fact, and what of an entry another source overruled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0004_named_source")]

    operations = [
        migrations.AddField("source", "ranks", models.JSONField(verbose_name="分项可信级别", default=dict)),
        migrations.AddField("entry", "overruled", models.JSONField(verbose_name="以其他来源为准", default=list)),
    ]
