"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations

from anye.records.audit.guards import append_only, audited, fact, granted


class Migration(migrations.Migration):
    dependencies = [("firms", "0001_tables"), ("audit", "0002_guards")]

    operations = [
        audited("firms_firm"),
        granted("firms_firm"),
        append_only("firms_firmdetail"),
        granted("firms_firmdetail", batch="SELECT, INSERT, UPDATE (retired_on, retired_by)"),
        *fact("firms_employmentspell"),
        *fact("firms_insurancemonth"),
    ]
