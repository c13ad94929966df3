"""A one-time link may ask for a new password, and for a new device besides."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards")]

    operations = [
        migrations.AddField("signinlink", "wants_password", models.BooleanField(default=False)),
        migrations.AddField("signinlink", "wants_device", models.BooleanField(default=False)),
    ]
