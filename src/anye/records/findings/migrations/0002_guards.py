"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, belongs_to, granted, scoped


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_tables"), ("audit", "0002_guards")]

    operations = [
        belongs_to("findings_finding", "people_person", "person_id"),
        scoped("findings_finding"),
        audited("findings_finding"),
        granted("findings_finding"),
        belongs_to("findings_visit", "people_person", "person_id"),
        scoped("findings_visit"),
        audited("findings_visit"),
        granted(
            "findings_visit",
            app="SELECT, UPDATE (state, made_on, made_by, answer, note_sealed, entry_id)",
        ),
        RunSQL(
            """
            CREATE UNIQUE INDEX findings_finding_id_scope ON findings_finding (id, scope_no);
            ALTER TABLE findings_visitfinding ADD CONSTRAINT findings_visitfinding_finding_scope
                FOREIGN KEY (finding_id, scope_no) REFERENCES findings_finding (id, scope_no) ON UPDATE CASCADE;
            CREATE INDEX findings_visitfinding_scope ON findings_visitfinding (finding_id, scope_no);
            """,
            RunSQL.noop,
        ),
        scoped("findings_visitfinding"),
        audited("findings_visitfinding"),
        granted("findings_visitfinding"),
    ]
