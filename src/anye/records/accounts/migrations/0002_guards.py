"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations

from anye.records.audit.guards import audited, granted


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tables"), ("audit", "0002_guards")]

    operations = [
        audited("accounts_user"),
        granted("accounts_user", app="SELECT, INSERT, UPDATE"),
        audited("accounts_duty"),
        granted("accounts_duty", app="SELECT, INSERT, UPDATE"),
        audited("accounts_signinlink", secret=["digest"]),
        granted("accounts_signinlink", app="SELECT, INSERT, UPDATE"),
    ]
