"""What the bank sent back was not had: a payment of a list that its reply says to have failed (F23)."""

from anye.flow.drawing.asked import Asked

OF_LISTS = {"payment": "person_id", "firm_payment": "firm_id"}
"""Tables that hold what lists of payments tell and what banks reply, and whose each row is."""


def was_had(table: str, whose: str, asked: Asked) -> str:
    """SQL of a payment `f` that a list tells: no reply says that it failed, or a later one that it went through after all. A reply
    answers the line of the same person or firm (`whose`), batch and amount; without a batch, of the same day.

    Read from the replies, which are few: asked line by line, the server takes ten times as long.
    """
    same = (
        f"{{0}}.{whose} = failed.{whose} AND {{0}}.batch_no = failed.batch_no AND {{0}}.amount_fen = failed.amount_fen"
    )
    return f"""f.id NOT IN (
        SELECT back.id FROM {table} failed JOIN {table} back ON {same.format("back")} AND back.kind = 'paid'
            AND (back.batch_no <> '' OR back.paid_on = failed.paid_on)
        WHERE failed.kind = 'reply' AND failed.outcome = 'failed' AND {asked.wheres("failed", (whose,))} AND NOT EXISTS (
            SELECT FROM {table} passed WHERE {same.format("passed")} AND passed.kind = 'reply' AND passed.outcome = 'succeeded'
                AND {Asked(asked.on).wheres("passed", ())} AND (passed.paid_on >= failed.paid_on) IS NOT FALSE))"""
