"""What the bank sent back was not had: a payment of a list that its reply says to have failed (F23)."""

from anye.flow.drawing.asked import Asked

OF_LISTS = {"payment": "person_id", "firm_payment": "firm_id"}
"""Tables that hold what lists of payments tell and what banks reply, and whose each row is."""


def was_had(table: str, whose: str, asked: Asked) -> str:
    """SQL of a payment `f` that a list tells: no reply says that it failed, or a later one that it went through after all. A reply
    answers the line of the same person or firm (`whose`), batch and amount; without a batch, of the same day."""
    known = Asked(asked.on)
    same = f"{{0}}.{whose} = f.{whose} AND {{0}}.batch_no = f.batch_no AND {{0}}.amount_fen = f.amount_fen AND {{0}}.kind = 'reply'"
    return f"""NOT EXISTS (
        SELECT FROM {table} failed WHERE {same.format("failed")} AND failed.outcome = 'failed' AND {known.wheres("failed", ())}
            AND (f.batch_no <> '' OR failed.paid_on = f.paid_on) AND NOT EXISTS (
                SELECT FROM {table} passed WHERE {same.format("passed")} AND passed.outcome = 'succeeded'
                    AND {known.wheres("passed", ())} AND (passed.paid_on >= failed.paid_on) IS NOT FALSE))"""
