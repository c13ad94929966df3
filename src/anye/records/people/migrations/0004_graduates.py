"""Graduates are a status too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_tables_of_registers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="statusspell",
            name="people_statusspell_kind",
        ),
        migrations.AddConstraint(
            model_name="statusspell",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("death", "graduate", "pension", "public_pay", "unemployed", "unemployment_benefit"))
                ),
                name="people_statusspell_kind",
            ),
        ),
    ]
