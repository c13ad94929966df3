"""The figures of a day, asked for and not counted yet."""

import datetime as dt

from anye.records.accounts.scope import BATCH, acting
from anye.records.briefings.actions import ask_snapshot


def asked_for() -> int:
    with acting(BATCH, actor="tests"):
        return ask_snapshot(as_of=dt.date(2020, 12, 31), known_on=dt.date(2021, 1, 10), by="tests").pk
