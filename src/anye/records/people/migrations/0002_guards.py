"""Row policies, composite keys, triggers and grants of the tables before."""

from django.db import migrations
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, belongs_to, fact, granted, made_within, scoped


class Migration(migrations.Migration):
    dependencies = [("people", "0001_tables"), ("audit", "0002_guards")]

    operations = [
        scoped("people_household"),
        audited("people_household"),
        granted("people_household"),
        scoped("people_person"),
        audited("people_person"),
        granted("people_person"),
        # a search reads this index alone: the scope number lies in it, so that the policy costs no visit to the table;
        # nor does visibility, once a large load is vacuumed, which the usual fifth of all rows would put off
        RunSQL(
            """
            ALTER TABLE people_namegram DROP CONSTRAINT people_namegram_pkey;
            ALTER TABLE people_namegram ADD PRIMARY KEY (gram, name, person_id) INCLUDE (scope_no);
            ALTER TABLE people_namegram SET (autovacuum_vacuum_insert_scale_factor = 0.01,
                autovacuum_vacuum_scale_factor = 0.01);
            """,
            RunSQL.noop,
        ),
        belongs_to("people_namegram", "people_person", "person_id"),
        scoped("people_namegram"),
        granted("people_namegram"),
        *fact("people_persondetail"),
        *fact("people_householdmember"),
        *fact("people_membership"),
        *fact("people_incomeline"),
        *fact("people_helper", parent="people_household", column="household_id"),
        *fact("people_need"),
        # a transfer is seen by both offices, asked for from the one and accepted by the other; nobody asks in
        # another's name, though the receiving office may write to the row
        belongs_to("people_transfer", "people_person", "person_id"),
        scoped("people_transfer", columns=("from_scope_no", "to_scope_no")),
        made_within("people_transfer", columns=("scope_no", "from_scope_no")),
        audited("people_transfer"),
        granted("people_transfer", app="SELECT, INSERT, UPDATE (state, decided_by, decided_at)"),
    ]
