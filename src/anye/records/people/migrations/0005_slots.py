"""What tells two statuses of one kind apart; statuses from before are told apart by their first day, as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_graduates"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="restrictedspell",
            name="people_restrictedspell_current",
        ),
        migrations.RemoveConstraint(
            model_name="statusspell",
            name="people_statusspell_current",
        ),
        migrations.AddField(
            model_name="restrictedspell",
            name="slot",
            field=models.CharField(blank=True, default="", max_length=160, verbose_name="区分"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="statusspell",
            name="slot",
            field=models.CharField(blank=True, default="", max_length=160, verbose_name="区分"),
            preserve_default=False,
        ),
        *(
            migrations.RunSQL(
                f"""
                ALTER TABLE {table} DISABLE TRIGGER {table}_append_only;
                UPDATE {table} SET slot = coalesce(valid_from::text, '');
                ALTER TABLE {table} ENABLE TRIGGER {table}_append_only;
                """,
                migrations.RunSQL.noop,
            )
            for table in ("people_statusspell", "people_restrictedspell")
        ),
        migrations.AddConstraint(
            model_name="restrictedspell",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_on__isnull", True)),
                fields=("person", "kind", "slot"),
                name="people_restrictedspell_current",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="statusspell",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_on__isnull", True)),
                fields=("person", "kind", "slot"),
                name="people_statusspell_current",
                nulls_distinct=False,
            ),
        ),
    ]
