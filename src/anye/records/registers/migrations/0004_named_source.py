"""Which register an officer says their file is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0003_restricted")]

    operations = [
        migrations.AddField("upload", "named_source", models.CharField("指定来源", max_length=40, blank=True, default=""),
                            preserve_default=False),
    ]  # fmt: skip
