"""Of whom something else is known since a day: who has to be judged anew, where nothing else has changed."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db import connection

from anye.engine.entitle.bits import Array
from anye.flow.drawing.spans import read_numbers
from anye.flow.specs import SPECS
from anye.records.entitlements.models import Run

_SINCE = "f.known_on >= %(since)s OR f.retired_on >= %(since)s"
# a second row that says the same may say it of an earlier month
_AGAIN = """f.id IN (
    SELECT u.fact_id FROM registers_support u JOIN registers_batch b ON b.id = u.batch_id
    WHERE u.fact_table = '{table}' AND b.known_on >= %(since)s)"""


def day_of_news(last: Run) -> dt.date:
    """The earliest day from which on something may be known that the pass did not know: a file may have waited meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(known_on) FROM registers_batch WHERE published_at >= %s", [last.started_at])
        (waited,) = cursor.fetchone()
    return min(last.known_on, waited or last.known_on)


def has_catalogue_changed(since: dt.date) -> bool:
    """Whether something was learned or taken back of what offices keep for everybody: a catalogue of trades."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM training_trade f WHERE {_SINCE})", {"since": since})
        return bool(cursor.fetchone()[0])


def changed_persons(since: dt.date) -> Array:
    """The ids of those of whom, of whose firms or of whose household something was learned or taken back on the day or later."""
    params = {"since": since}
    persons, firms = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for spec in SPECS.values():
        if spec.parent in {"person_id", "firm_id"}:
            again = f" OR {_AGAIN.format(table=spec.table)}" if "valid_from" in spec.columns else ""
            sql = f"SELECT DISTINCT f.{spec.parent} FROM {spec.table} f WHERE {_SINCE}{again}"
            (persons if spec.parent == "person_id" else firms).extend(b[0] for b in read_numbers(sql, params, 1))
    of_firms = np.unique(np.concatenate(firms))
    for spec in SPECS.values() if len(of_firms) else ():
        if spec.parent == "person_id" and "firm_id" in spec.columns:
            sql = f"SELECT DISTINCT f.person_id FROM {spec.table} f WHERE f.firm_id = ANY(%(firms)s)"
            persons.extend(block[0] for block in read_numbers(sql, {"firms": of_firms.tolist()}, 1))
    sql = """SELECT DISTINCT m.person_id FROM people_householdmember m WHERE m.household_id IN (
        SELECT o.household_id FROM people_householdmember o WHERE o.person_id = ANY(%(persons)s))"""
    found = np.unique(np.concatenate(persons))
    homes = [block[0] for block in read_numbers(sql, {"persons": found.tolist()}, 1)]
    return np.unique(np.concatenate([found, *homes]))
