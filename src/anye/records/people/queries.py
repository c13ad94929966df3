"""Reads of people: by name part, number or phone; one person with everything known."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anye.records.audit.keys import keyring
from anye.records.people.models import HouseholdMember, NameGram, Person, PersonDetail, Transfer


def opened_id(sealed: bytes) -> str:
    """A sealed ID number in clear."""
    return keyring().unseal(bytes(sealed), context="id_number")


def opened_phone(sealed: bytes) -> str:
    return keyring().unseal(bytes(sealed), context="phone")


def opened_detail(detail: PersonDetail) -> str:
    """A detail's text, opened when it is sealed."""
    contexts = {"id_number": "id_number", "phone": "phone", "address": "address"}
    if detail.sealed is None:
        return detail.value or ""
    return keyring().unseal(bytes(detail.sealed), context=contexts.get(detail.kind, "health"))


def people() -> "QuerySet[Person]":
    """People of the acting range that a creating register still speaks of."""
    return Person.objects.filter(is_hidden=False)


def person(token: str) -> Person:
    """The person behind a link; out of scope is as absent as unknown. Raises Person.DoesNotExist."""
    found: Person = people().get(token=token)
    return found


def by_id_number(number: str) -> "QuerySet[Person]":
    return people().filter(id_blind=keyring().blind(number, context="id_number"))


def by_last_six(last: str) -> "QuerySet[Person]":
    return people().filter(id_last_blind=keyring().blind(last, context="id_last"))


def by_phone(phone: str) -> "QuerySet[Person]":
    return people().filter(phone_blind=keyring().blind(phone, context="phone"))


def grams_of(part: str) -> "QuerySet[NameGram]":
    """Name pieces of one or two characters: page by (name, person_id). Longer parts are narrowed by `contains`."""
    rows = NameGram.objects.filter(gram=part[:2])
    if len(part) > 2:
        rows = rows.filter(name__contains=part)
    return rows.order_by("name", "person_id")


def details_of(subject: Person, on: date | None = None) -> dict[str, PersonDetail]:
    """What is known of a person now, or as known on a day, by kind."""
    return {d.kind: d for d in PersonDetail.objects.filter(person=subject).known(on)}


def household_of(subject: Person) -> "QuerySet[HouseholdMember]":
    """The members of the person's household that the acting range reaches, head first."""
    return (
        HouseholdMember.objects.filter(household_id=subject.household_id)
        .known()
        .select_related("person", "household")
        .order_by("-is_head", "id")
    )


def open_transfers() -> "QuerySet[Transfer]":
    return Transfer.objects.filter(state__in=["asked", "accepted"]).order_by("-id")
