"""Reads of people: by name part, number or phone; one person with everything known."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet

from anye.records.audit.keys import keyring
from anye.records.people.facts import SEALED_KINDS, STATUS_CONTEXTS
from anye.records.people.models import (
    Helper,
    Household,
    HouseholdMember,
    IncomeLine,
    Membership,
    NameGram,
    Need,
    Person,
    PersonDetail,
    RestrictedSpell,
    StatusSpell,
    Transfer,
)


def opened_id(sealed: bytes) -> str:
    """A sealed ID number in clear."""
    return keyring().unseal(bytes(sealed), context="id_number")


def opened_phone(sealed: bytes) -> str:
    return keyring().unseal(bytes(sealed), context="phone")


def opened_detail(detail: PersonDetail) -> str:
    """A detail's text, opened when it is sealed."""
    if detail.sealed is None:
        return detail.value or ""
    return keyring().unseal(bytes(detail.sealed), context=SEALED_KINDS[detail.kind])


def opened_status(row: StatusSpell | RestrictedSpell) -> dict[str, str]:
    """The number and the words beside a status in clear; what is not known is empty."""
    sealed = {name: getattr(row, f"{name}_sealed") for name in STATUS_CONTEXTS}
    return {
        name: keyring().unseal(bytes(value), context=STATUS_CONTEXTS[name]) if value is not None else ""
        for name, value in sealed.items()
    }


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
    """Name pieces of one or two characters: page by (name, person_id).

    `part` is a name key. Of a longer part every two neighbours must stand in the name: each is one more index probe,
    while LIKE would read the table and miss names whose dots and spaces the key leaves out.
    """
    rows = NameGram.objects.filter(gram=part[:2])
    for at in range(1, len(part) - 1):
        piece = NameGram.objects.filter(gram=part[at : at + 2], name=OuterRef("name"), person_id=OuterRef("person_id"))
        rows = rows.filter(Exists(piece))
    return rows.order_by("name", "person_id")


def details_of(subject: Person, on: date | None = None) -> dict[str, PersonDetail]:
    """What is known of a person now, or as known on a day, by kind."""
    return {d.kind: d for d in PersonDetail.objects.filter(person=subject).known(on)}


def household_of(subject: Person) -> "QuerySet[HouseholdMember]":
    """The members of the person's household that the acting range reaches, head first."""
    return (
        HouseholdMember.objects.filter(household_id=subject.household_id)
        .known()
        # not the household itself: where its head lives elsewhere the node is out of range, and a join would hide all
        .select_related("person")
        .order_by(F("is_head").desc(nulls_last=True), "id")
    )


def count_of_persons() -> int:
    """How many persons the acting range holds."""
    return int(Person.objects.count())


def living_with(person_id: int) -> list[int]:
    """The ids of a household's members by one of them, who is among them; of somebody without a household their own."""
    homes = HouseholdMember.objects.known().filter(person_id=person_id).values("household_id")
    members = HouseholdMember.objects.known().filter(household_id__in=homes).values_list("person_id", flat=True)
    return sorted({person_id, *members})


def open_transfers() -> "QuerySet[Transfer]":
    return Transfer.objects.filter(state__in=["asked", "accepted"]).order_by("-id")


def transfers_asked(lo: int, hi: int) -> "QuerySet[Transfer]":
    """Transfers that an office of the range is asked to accept, the oldest first."""
    return Transfer.objects.filter(state="asked", to_scope_no__range=(lo, hi)).order_by("id")


def people_by_key(keys: Iterable[int]) -> dict[int, Person]:
    """Persons of the acting range by key, in one query."""
    return {p.pk: p for p in Person.objects.filter(pk__in=list(keys))}


def memberships_of(subject: Person) -> "QuerySet[Membership]":
    """The groups that the person is known to belong or have belonged to, those in force first."""
    return (
        Membership.objects.filter(person=subject)
        .known()
        .order_by(F("valid_to").desc(nulls_first=True), F("valid_from").desc(nulls_last=True), "group")
    )


def statuses_of(subject: Person) -> "QuerySet[StatusSpell]":
    """What other registers say of the person now, the newest first; justice and health apart."""
    return (
        StatusSpell.objects.filter(person=subject).known().order_by(F("valid_from").desc(nulls_last=True), "kind", "id")
    )


def restricted_of(subject: Person) -> "QuerySet[RestrictedSpell]":
    """What registers of justice and health ever said of the person, what they say now first.

    Only under a duty that must see it, and only with a purpose in the trail.
    """
    last = F("retired_on").desc(nulls_first=True)
    return RestrictedSpell.objects.filter(person=subject).order_by(last, F("valid_from").desc(nulls_last=True), "id")


def needs_of(subject: Person) -> "QuerySet[Need]":
    return Need.objects.filter(person=subject).known().order_by("kind")


def income_of(subject: Person, months: int = 24) -> list[IncomeLine]:
    """What the person received, the newest months first; at most `months` × six kinds of lines."""
    return list(IncomeLine.objects.filter(person=subject).known().order_by("-month", "kind")[: months * 6])


def helper_of(subject: Person) -> Helper | None:
    """Who answers for the person's household, where the acting range reaches it."""
    if subject.household_id is None:
        return None
    found: Helper | None = Helper.objects.filter(household_id=subject.household_id).known().first()
    return found


def details_of_many(kinds: Iterable[str], keys: Iterable[int]) -> dict[tuple[int, str], PersonDetail]:
    """Current details of several persons by (person, kind), in one query."""
    rows = PersonDetail.objects.filter(person_id__in=list(keys), kind__in=list(kinds)).known()
    return {(d.person_id, d.kind): d for d in rows}


def household_at(key: int | None) -> Household | None:
    """A household by key, where the acting range reaches it."""
    if key is None:
        return None
    found: Household | None = Household.objects.filter(pk=key).first()
    return found


def household_with(code: str) -> Household | None:
    """A household of the acting range by its number; another range's is as absent as none."""
    found: Household | None = Household.objects.filter(code=code).first()
    return found


def transfers_to(lo: int, hi: int) -> "QuerySet[Transfer]":
    """Transfers into the range, whatever became of them, the newest first."""
    return Transfer.objects.filter(to_scope_no__range=(lo, hi)).order_by("-id")


def transfers_from(lo: int, hi: int) -> "QuerySet[Transfer]":
    """Transfers that offices of the range asked for, the newest first."""
    return Transfer.objects.filter(from_scope_no__range=(lo, hi)).order_by("-id")


def transfer(pk: int) -> Transfer:
    found: Transfer = Transfer.objects.get(pk=pk)
    return found


def transfer_with(token: str) -> Transfer:
    """The transfer behind a link. Raises Transfer.DoesNotExist."""
    found: Transfer = Transfer.objects.get(token=token)
    return found


def open_transfer_of(subject: Person) -> Transfer | None:
    """The transfer that is asked for or accepted for a person, as far as the acting range sees it."""
    found: Transfer | None = Transfer.objects.filter(person_id=subject.pk, state__in=["asked", "accepted"]).first()
    return found
