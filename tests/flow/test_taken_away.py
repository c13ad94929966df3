"""Of what was paid and is not owed it is said when the records that spoke for it were taken away since; of nothing else."""

import datetime as dt

import pytest
from django.db import connection

from anye.flow import withdrawing
from anye.flow.blocks import Context
from anye.flow.specs import SPECS
from anye.records.accounts.scope import BATCH, acting
from anye.records.claims.models import Difference
from anye.records.firms.models import Firm
from anye.records.people.models import Person
from anye.records.registers.models import Batch, RowClaim
from anye.records.training.models import WorkTraining
from tests.conftest import District
from tests.factories import as_owner, make_batch, source
from tests.flow.owed import KNOWN, came, registers_of_the_year, trainee
from tests.flow.test_settling import differences, night, paid_to

LATER = KNOWN + dt.timedelta(5)


@pytest.fixture
def load() -> Batch:
    with as_owner():
        return came("work_training_rosters", dt.date(2020, 1, 1))[0]


@pytest.fixture
def firm(district: District, context: Context, load: Batch) -> Firm:
    """Paid for two trainees from August to October; of one all that is known came with a load of its own."""
    with as_owner():
        batch = registers_of_the_year()
        _, found = trainee(district["willow"], batch)
        trainee(district["bridge"], load, found)
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
        paid_to(found, 3000, (8, 10), context)
    night(context)
    assert differences() == set()
    return found


def because() -> set[str]:
    with acting(BATCH):
        return set(Difference.objects.values_list("because", flat=True))


def retired(load: Batch, by: int) -> None:
    """All that a load said is not known any more."""
    for spec in SPECS.values():
        _retire(spec.table, load.pk, by)


def _retire(table: str, batch: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET retired_on = %s, retired_by = %s WHERE source_batch = %s AND retired_on IS NULL",
            [LATER, by, batch],
        )


def test_what_was_paid_on_a_load_since_withdrawn_is_said_so(firm: Firm, context: Context, load: Batch) -> None:
    with acting(BATCH):
        withdrawing.withdraw(load.pk, context, on=LATER)
    night(context, LATER)
    assert differences() == {("more", 8, 10, 1500, 3000)}
    assert because() == {"withdrawn"}


def test_it_is_said_no_more_once_others_say_the_same(firm: Firm, context: Context, load: Batch) -> None:
    with acting(BATCH):
        withdrawing.withdraw(load.pk, context, on=LATER)
    night(context, LATER)
    assert because() == {"withdrawn"}
    with as_owner():
        Person.objects.update(is_hidden=False)  # nobody had spoken of one of them any more
        again = make_batch("work_training_rosters", dt.date(2020, 1, 1))
        for spec in SPECS.values():
            if spec.parent == "person_id":
                _say_again(spec.table, spec.columns, load.pk, again.pk)
    night(context, LATER + dt.timedelta(1))
    assert differences() == set()


def _say_again(table: str, columns: dict[str, str], batch: int, again: int) -> None:
    named = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table} (person_id, scope_no, {named}, known_on, source_batch, source_sheet, source_line)
            SELECT person_id, scope_no, {named}, %s, %s, 0, 1 FROM {table} WHERE source_batch = %s
            """,
            [LATER, again, batch],
        )


def test_a_row_that_follows_somebody_else_now_is_said_so(firm: Firm, context: Context, load: Batch) -> None:
    with as_owner():
        RowClaim.objects.create(
            batch=load, sheet_no=0, line=3, id_blind=b"x", name_key="x", is_creating=False, scope_no=1, person_id=None
        )
        retired(load, by=make_batch().pk)
    night(context, LATER)
    assert because() == {"relinked"}


def test_what_was_replaced_by_a_later_register_is_no_such_thing(firm: Firm, context: Context, load: Batch) -> None:
    with as_owner():
        retired(load, by=make_batch().pk)
    night(context, LATER)
    assert differences() == {("more", 8, 10, 1500, 3000)} and because() == {""}


def test_what_was_paid_after_the_load_was_withdrawn_did_not_rest_on_it(
    district: District, context: Context, load: Batch
) -> None:
    with as_owner():
        batch = registers_of_the_year()
        _, found = trainee(district["willow"], batch)
        trainee(district["bridge"], load, found)
        came("firm_payments", dt.date(2020, 1, 1), dt.date(2020, 10, 1))
    with acting(BATCH):
        withdrawing.withdraw(load.pk, context, on=LATER)
    with as_owner():
        paid_to(found, 3000, (8, 10), context, known_on=LATER, paid_on=LATER + dt.timedelta(1))
    night(context, LATER)
    assert differences() == {("more", 8, 10, 1500, 3000)} and because() == {""}


def test_records_of_other_months_are_no_ground(firm: Firm, context: Context, load: Batch) -> None:
    """A roster of 2018 was withdrawn; what is too much has another reason."""
    with as_owner():
        person = Person.objects.first()
        old = came("work_training_rosters", dt.date(2018, 1, 1))[0]
        told = source(person, old)
        WorkTraining.objects.create(
            person=person, firm=firm, valid_from=dt.date(2018, 1, 1), valid_to=dt.date(2018, 6, 30), **told
        )
        paid_to(firm, 100, (8, 10), context)
        _retire("training_worktraining", old.pk, old.pk)
        Batch.objects.filter(pk=old.pk).update(state="withdrawn")
    night(context, LATER)
    assert differences() == {("more", 8, 10, 3000, 3100)} and because() == {""}
