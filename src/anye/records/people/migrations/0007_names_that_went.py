"""Names that are not known any more are found by person: who could be seen on an earlier day is asked of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_household_counts")]

    operations = [
        migrations.AddIndex(
            model_name="persondetail",
            index=models.Index(
                condition=models.Q(("kind", "name"), ("retired_on__isnull", False)),
                fields=["person"],
                name="people_persondetail_names_gone",
            ),
        ),
    ]
