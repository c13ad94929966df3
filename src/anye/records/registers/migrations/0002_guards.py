"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, belongs_to, granted, scoped


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_tables"), ("people", "0002_guards"), ("audit", "0002_guards")]

    operations = [
        RunSQL(
            """
            CREATE SCHEMA stage;
            GRANT USAGE, CREATE ON SCHEMA stage TO anye_batch;
            """,
            RunSQL.noop,
        ),
        granted("registers_source"),
        granted("registers_batch"),
        granted("registers_rawblock", app=""),
        scoped("registers_fault"),
        granted("registers_fault"),
        granted("registers_rowclaim", app=""),
        granted("registers_support", app="SELECT"),
        # what is entered about a person goes along with them; a new person's entry names nobody
        belongs_to("registers_entry", "people_person", "person_id"),
        scoped("registers_entry"),
        audited("registers_entry"),
        granted("registers_entry", app="SELECT, INSERT"),
        # who has the person sees and decides; who registered them a second time sees nothing
        belongs_to("registers_duplicate", "people_person", "person_id"),
        scoped("registers_duplicate"),
        audited("registers_duplicate"),
        granted("registers_duplicate", app="SELECT, UPDATE (state, decided_by, decided_at)"),
        scoped("registers_upload"),
        granted("registers_upload", app="SELECT, INSERT"),
    ]
