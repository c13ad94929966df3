"""A rotation may change the ciphertext of every sealed column, statuses' numbers and words included."""

from pathlib import Path

from django.db import migrations
from django.db.migrations import RunSQL

APPEND_ONLY = (Path(__file__).resolve().parent.parent / "append_only.sql").read_text("utf-8")


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_plans")]

    operations = [RunSQL(APPEND_ONLY, RunSQL.noop)]
