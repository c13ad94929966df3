"""On which ground a firm filed, which is no secret of the office that it filed with: no sums, no head-counts."""

from django.db import migrations

from anye.records.audit.guards import granted


class Migration(migrations.Migration):
    dependencies = [("training", "0001_tables")]

    operations = [
        migrations.RunSQL(
            """
            CREATE VIEW training_filingground AS
            SELECT id, firm_id, valid_from, valid_to, ground, known_on, retired_on, source_batch FROM training_filing
            """,
            "DROP VIEW training_filingground",
        ),
        granted("training_filingground", batch="SELECT"),
    ]
