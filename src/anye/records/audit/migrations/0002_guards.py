"""Row policies, composite keys, triggers and grants of the tables before."""

from pathlib import Path

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import frozen, granted, scoped

HERE = Path(__file__).resolve().parent.parent
FUNCTIONS = "".join((HERE / name).read_text("utf-8") for name in ("functions.sql", "append_only.sql"))


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_tables")]

    operations = [
        RunSQL(FUNCTIONS, RunSQL.noop),
        scoped("audit_event"),
        frozen("audit_event"),
        granted("audit_event", batch="SELECT"),
        scoped("audit_read"),
        frozen("audit_read"),
        granted("audit_read", batch="SELECT"),
        frozen("audit_seal"),
        granted("audit_seal", batch="SELECT, INSERT"),
    ]
