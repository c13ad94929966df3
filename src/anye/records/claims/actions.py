"""Writes of what does not agree between the ledger and what was paid."""

from datetime import date

from django.db import connection

COLUMNS = (
    "policy_id", "person_id", "firm_id", "first_month", "last_month", "kind", "entitled_fen", "paid_fen",
)  # fmt: skip
_EMPTY = {"person_id", "firm_id"}
"""Of these one is not there; no id is 0."""


def replace_differences(*, policy_id: int, lines: bytes, office_no: int, found_on: date) -> tuple[int, int]:
    """Put these (CSV in the order of `COLUMNS`) in the place of a policy's; how many went and how many came.

    What is the same stays as it is, with the day on which it was found.
    """
    columns = ", ".join(COLUMNS)
    # of equality alone the database makes a hash: IS NOT DISTINCT FROM would look at each for each
    same = " AND ".join(f"coalesce(d.{name}, 0) = coalesce(n.{name}, 0)" if name in _EMPTY else f"d.{name} = n.{name}"
                        for name in COLUMNS)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE settled ON COMMIT DROP AS SELECT {columns} FROM claims_difference LIMIT 0"
        )
        if lines:
            with cursor.copy("COPY settled FROM STDIN (FORMAT csv)") as stream:
                stream.write(lines)
        cursor.execute("ANALYZE settled")
        cursor.execute(
            f"""
            DELETE FROM claims_difference d WHERE d.policy_id = %s
                AND NOT EXISTS (SELECT 1 FROM settled n WHERE {same})
            """,
            [policy_id],
        )
        gone = cursor.rowcount
        cursor.execute(
            f"""
            INSERT INTO claims_difference ({columns}, scope_no, found_on)
            SELECT {", ".join(f"n.{name}" for name in COLUMNS)}, coalesce(p.scope_no, %s), %s
            FROM settled n LEFT JOIN people_person p ON p.id = n.person_id
            WHERE NOT EXISTS (SELECT 1 FROM claims_difference d WHERE d.policy_id = %s AND {same})
            """,
            [office_no, found_on, policy_id],
        )
        come = cursor.rowcount
        cursor.execute("DROP TABLE settled")
    return gone, come
