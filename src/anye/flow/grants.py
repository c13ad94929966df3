"""Grants on the tables of the libraries: sessions, lock-outs, second factors and the job queue hold no person."""

from typing import Any

from django.db import connection

READ_WRITE = "SELECT, INSERT, UPDATE, DELETE"
APP = ("django_session", "axes_", "mfa_", "account_", "procrastinate_")
READ_ONLY = ("django_content_type", "auth_")


def grant_stock_tables(**_: Any) -> None:
    """Runs after every migration; grants are idempotent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            if table.startswith(APP):
                cursor.execute(f'GRANT {READ_WRITE} ON "{table}" TO anye_app, anye_batch')
            elif table.startswith(READ_ONLY):
                cursor.execute(f'GRANT SELECT ON "{table}" TO anye_app, anye_batch')
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO anye_app, anye_batch")
