"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, belongs_to, granted, scoped, tallied


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
        audited("registers_source"),
        granted("registers_source"),
        audited("registers_batch"),
        granted("registers_batch"),
        tallied("registers_rawblock"),
        granted("registers_rawblock", app=""),
        tallied("registers_fault"),
        scoped("registers_fault"),
        granted("registers_fault"),
        tallied("registers_rowclaim"),
        granted("registers_rowclaim", app=""),
        tallied("registers_support"),
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
        # a file's bytes go when it is read: they must not stay in the trail
        audited("registers_upload", secret=["sealed"]),
        granted("registers_upload", app="SELECT, INSERT"),
    ]
