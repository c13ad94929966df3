"""For which months insurance and pay have come at all is asked by a look at a block of pages."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("firms", "0004_owners"),
        ("people", "0005_slots"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="insurancemonth",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["month"], name="firms_insurancemonth_month_in"),
        ),
        migrations.AddIndex(
            model_name="payrollline",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["month"], name="firms_payrollline_month_in"),
        ),
    ]
