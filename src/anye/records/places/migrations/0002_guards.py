"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, granted


class Migration(migrations.Migration):
    dependencies = [("places", "0001_tables"), ("audit", "0002_guards")]

    operations = [
        # no two editions of one area at once; int8range keeps it inside core PostgreSQL
        RunSQL(
            """
            ALTER TABLE places_area ADD CONSTRAINT places_area_one_edition EXCLUDE USING gist (
                int8range(code::bigint, code::bigint, '[]') WITH &&, daterange(valid_from, valid_to) WITH &&);
            """,
            RunSQL.noop,
        ),
        audited("places_area"),
        granted("places_area", app="SELECT, INSERT, UPDATE"),
        audited("places_office"),
        granted("places_office", app="SELECT, INSERT, UPDATE"),
    ]
