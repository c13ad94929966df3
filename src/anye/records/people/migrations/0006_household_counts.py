"""How many members a household has, for whoever sees but some of them: no names, no places."""

from django.db import migrations

from anye.records.audit.guards import granted


class Migration(migrations.Migration):
    dependencies = [("people", "0005_slots")]

    operations = [
        migrations.RunSQL(
            """
            CREATE VIEW people_householdcount AS
            SELECT household_id, count(*) AS members FROM people_householdmember
            WHERE retired_on IS NULL GROUP BY household_id
            """,
            "DROP VIEW people_householdcount",
        ),
        granted("people_householdcount", batch="SELECT"),
    ]
