"""Somebody who is owed training through work, made row by row: a registered poor worker, newly hired by a small firm."""

import datetime as dt
from typing import Any

from anye.records.firms.models import Firm, FirmDetail, PayrollLine
from anye.records.people.models import Person
from anye.records.registers.models import Batch
from anye.records.training.models import WorkTraining
from tests.factories import add_insurance, add_pay, add_spell, make_batch, make_firm, make_person, source

JULY, AUGUST, OCTOBER = dt.date(2020, 7, 1), dt.date(2020, 8, 1), dt.date(2020, 10, 1)
KNOWN = dt.date(2020, 11, 20)
REGISTERS = (
    "payments",
    "workshops",
    "unemployment",
    "graduates",
    "work_training_rosters",
    "work_training_filings",
    "firms",
)


def came(register: str, *months: dt.date, known_on: dt.date = KNOWN) -> list[Batch]:
    """Files of a register for these months."""
    found = []
    for month in months:
        batch = make_batch(register, month)
        Batch.objects.filter(pk=batch.pk).update(known_on=known_on)
        batch.known_on = known_on
        found.append(batch)
    return found


def registers_of_the_year() -> Batch:
    """Every register that training through work hangs on has come, from January to November."""
    for register in REGISTERS:
        came(register, dt.date(2020, 1, 1), dt.date(2020, 11, 1))
    return came("village_ledger", dt.date(2020, 1, 1))[0]


def trainee(office: Any, batch: Batch, firm: Firm | None = None, *, months: int = 3) -> tuple[Person, Firm]:
    """Owed 500 yuan a month from August 2020 on, for so many months."""
    person = make_person(
        office, batch=batch, groups=["poor"], details={"birth": "1980-05-06", "work_capacity": "ordinary"}
    )
    if firm is None:
        firm = make_firm()
        told = {"known_on": batch.known_on, "source_batch": batch.pk, "source_line": 1}
        for kind, value in (("size", "小型"), ("industry", "服装")):
            FirmDetail.objects.create(firm=firm, kind=kind, value=value, **told)
    add_spell(person, firm, batch, valid_from=JULY, has_contract=True)
    rows = add_insurance(person, firm, AUGUST, months, batch)
    for row in rows:
        add_pay(person, firm, row.month, 320_000, batch)
    WorkTraining.objects.create(person=person, firm=firm, valid_from=JULY, **source(person, batch))
    return person, firm


def pay_of(person: Person, month: dt.date) -> PayrollLine:
    found: PayrollLine = PayrollLine.objects.get(person=person, month=month, retired_on=None)
    return found
