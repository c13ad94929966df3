"""Where areas lie, as the office's map tells it."""

from django.db import migrations, models

from anye.records.audit.guards import audited, granted


class Migration(migrations.Migration):
    dependencies = [("places", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Shape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="区划代码")),
                ("geometry", models.JSONField(verbose_name="图形")),
                ("digest", models.CharField(max_length=64, verbose_name="图形摘要")),
                ("is_schematic", models.BooleanField(verbose_name="示意图")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}$")), name="places_shape_code_digits"
                    )
                ],
            },
        ),
        # the trail holds a shape's digest, not its hundreds of positions
        audited("places_shape", secret=("geometry",)),
        granted("places_shape"),
    ]
