"""Reads of firms, spells and insured months. Firms are public; who works there is seen within the acting range only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q, QuerySet

from anye.records.firms.models import EmploymentSpell, Firm, FirmDetail, InsuranceMonth, PayrollLine
from anye.records.people.models import Person

STRIP_LIMIT = 480  # insured months that a page shows: forty years


@dataclass(frozen=True)
class InsuredSpan:
    """For how long one person was insured by one firm: first and last month known, and how many months."""

    first: date
    last: date
    months: int


def firms() -> "QuerySet[Firm]":
    return Firm.objects.filter(is_hidden=False).order_by("name", "id")


def firms_found(rows: "QuerySet[Firm]", text: str) -> "QuerySet[Firm]":
    """Firms whose name holds the text or whose code is it."""
    return rows.filter(Q(name__contains=text) | Q(credit_code=text.upper()) | Q(code=f"unit:{text}"))


def firm(token: str) -> Firm:
    """The firm behind a link. Raises Firm.DoesNotExist."""
    found: Firm = Firm.objects.get(token=token, is_hidden=False)
    return found


def firms_by_key(keys: Iterable[int | None]) -> dict[int, Firm]:
    return {f.pk: f for f in Firm.objects.filter(pk__in=[key for key in keys if key is not None])}


def details_of_firm(subject: Firm) -> dict[str, FirmDetail]:
    """What is known of a firm now, by kind."""
    return {d.kind: d for d in FirmDetail.objects.filter(firm=subject, retired_on__isnull=True)}


def staff_of(subject: Firm) -> "QuerySet[Person]":
    """People of the acting range whom a register has working at the firm, insured or paid by it, now or before."""
    worked, *others = (
        model.objects.filter(firm=subject).known().values("person_id")
        for model in (EmploymentSpell, InsuranceMonth, PayrollLine)
    )
    # one set of keys to start from: with OR of several, the whole range would be walked to find a firm's few
    return Person.objects.filter(pk__in=worked.union(*others), is_hidden=False)


def pay_of(subject: Person, months: int = 24) -> list[PayrollLine]:
    """What firms paid the person, the newest months first; at most so many lines."""
    rows = PayrollLine.objects.filter(person=subject).known().select_related("firm")
    return list(rows.order_by("-month", "firm__name", "id")[:months])


def working_at(subject: Firm) -> "QuerySet[EmploymentSpell]":
    """Spells at the firm that nobody said have ended."""
    return EmploymentSpell.objects.filter(firm=subject, valid_to__isnull=True).known()


def newest_insured_month(subject: Firm) -> date | None:
    """The last month in which the firm insured anybody of the acting range."""
    found: date | None = (
        InsuranceMonth.objects.filter(firm=subject).known().order_by("-month").values_list("month", flat=True).first()
    )
    return found


def insured_at(subject: Firm, month: date | None) -> "QuerySet[InsuranceMonth]":
    return InsuranceMonth.objects.filter(firm=subject, month=month).known()


def spells_at(subject: Firm, people: Iterable[int]) -> dict[int, EmploymentSpell]:
    """The newest spell of each person at the firm, in one query."""
    rows = EmploymentSpell.objects.filter(firm=subject, person_id__in=list(people)).known()
    return {s.person_id: s for s in rows.order_by("valid_from", "id")}


def insured_spans(subject: Firm, people: Iterable[int]) -> dict[int, InsuredSpan]:
    """How long the firm insured each of the people, in one query."""
    rows = (
        InsuranceMonth.objects.filter(firm=subject, person_id__in=list(people))
        .known()
        .values("person_id")
        .annotate(first=Min("month"), last=Max("month"), months=Count("month"))
    )
    return {r["person_id"]: InsuredSpan(r["first"], r["last"], r["months"]) for r in rows}


def spells_of(subject: Person) -> list[EmploymentSpell]:
    """The person's spells of work, the newest first."""
    return list(
        EmploymentSpell.objects.filter(person=subject).known().select_related("firm").order_by("-valid_from", "-id")
    )


def insurance_of(subject: Person) -> list[InsuranceMonth]:
    """The person's insured months with their firms, the newest first."""
    rows = InsuranceMonth.objects.filter(person=subject).known().select_related("firm")
    return list(rows.order_by("-month", "firm_id")[:STRIP_LIMIT])
