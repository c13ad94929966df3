"""Days and months as typed on a form: the engine's spellings, one value at a time."""

import datetime as dt

from anye.engine import dates


def day_of(text: str) -> dt.date | None:
    """A day, or None when the text names none (a month or a year alone is not a day)."""
    found = dates.parse_date(text)
    return found.value if found is not None and found.precision == "day" else None


def month_of(text: str) -> dt.date | None:
    """The first day of a month, or None when the text names none."""
    found = dates.parse_month(text)
    return None if found is None else found.replace(day=1)
