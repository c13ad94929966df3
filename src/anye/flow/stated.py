"""What registers state in rows of their own (`engine.intake.statements`), read by the kind of statement."""

from typing import Any

from django.apps import apps
from django.db.models import F, Model, QuerySet, Value

from anye.flow.specs import SPECS, TABLES
from anye.records.firms.models import Firm
from anye.records.people.models import Person

AT_MOST = 30  # rows of one kind on a page: a person's payments of two years, a firm's vacancies
# read on a person's page by queries of their own
_ELSEWHERE = frozenset({"payroll", "status", "restricted"})
OF_PERSONS = tuple(name for name in TABLES if SPECS[name].parent == "person_id" and name not in _ELSEWHERE)
OF_FIRMS = tuple(name for name in TABLES if SPECS[name].parent == "firm_id")
OF_OFFICES = tuple(name for name in TABLES if SPECS[name].parent in {"scope_no", "office_no"})
_DAYS = ("valid_from", "month", "paid_on", "travelled_on", "contacted_on", "allocated_on", "filed_on")


def model_of(name: str) -> type[Model]:
    return apps.get_model(*TABLES[name][0].split("_", 1))


def current(name: str) -> "QuerySet[Any]":
    """The rows that stand now, within the acting range where they have one; the newest first."""
    model = model_of(name)
    days = [day for day in _DAYS if day in SPECS[name].columns]
    newest = [F(day).desc(nulls_last=True) for day in days]
    # scoped managers narrow to the acting range; what everybody may read has a plain one
    rows = model._default_manager.filter(retired_on__isnull=True)
    if "firm_id" in SPECS[name].columns or SPECS[name].parent == "firm_id":
        rows = rows.select_related("firm")
    return rows.order_by(*newest, "pk")


def of_person(person: Person) -> dict[str, list[Any]]:
    """What is stated of a person: kind → rows, at most AT_MOST of each."""
    return _of(OF_PERSONS, person=person)


def of_firm(firm: Firm) -> dict[str, list[Any]]:
    """What is stated of a firm: kind → rows, at most AT_MOST of each."""
    return _of(OF_FIRMS, firm=firm)


def _of(names: tuple[str, ...], **subject: Any) -> dict[str, list[Any]]:
    """Of most people one or two kinds are stated: one query finds which, so that a page does not ask every table."""
    first, *rest = (
        current(name).filter(**subject).order_by().annotate(kind_of=Value(name)).values_list("kind_of", flat=True)[:1]
        for name in names
    )
    found = set(first.union(*rest, all=True))
    return {name: list(current(name).filter(**subject)[:AT_MOST]) for name in names if name in found}
