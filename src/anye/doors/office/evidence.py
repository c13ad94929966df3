"""What a doubt rests on, record by record: what each says, and which register said it when."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from anye.doors.kit import formats
from anye.doors.kit.links import token_url
from anye.doors.office import words
from anye.doors.office.entrance import PRIVATE, may
from anye.doors.office.places import place_words
from anye.doors.office.rows import log_people
from anye.doors.office.sources import Said, said_by
from anye.records.findings.models import Finding
from anye.records.firms.models import EmploymentSpell, InsuranceMonth
from anye.records.people import queries as people
from anye.records.people.models import HouseholdMember, Person, PersonDetail
from anye.records.registers.models import Fault


@dataclass(frozen=True)
class Evidence:
    """One record that a doubt rests on. `opens`: the name in it may be opened here, for a purpose."""

    says: str
    source: str = ""
    known_on: dt.date | None = None
    href: str = ""
    opens: bool = False


def may_open(request: HttpRequest, finding: Finding) -> bool:
    """Who asks at the door, or serves the household, has to know the other name; others need not."""
    return finding.sealed is not None and may(request, PRIVATE)


def evidence_of(request: HttpRequest, finding: Finding) -> list[Evidence]:
    """The records behind a doubt, in words, as far as the reader reaches them; and where the others are kept."""
    keys: dict[str, list[int]] = {}
    for table, key in finding.evidence:
        keys.setdefault(table, []).append(key)
    shown = _facts(request, keys)
    if "registers_rowclaim" in keys:
        shown.append(_rival(request, finding))
    for other in keys.get("people_person", []):
        shown.append(_other_person(request, other))
    for household in keys.get("people_household", []):
        shown += _household(finding, household)
    return shown


def _facts(request: HttpRequest, keys: dict[str, list[int]]) -> list[Evidence]:
    details = PersonDetail.objects.filter(pk__in=keys.get("people_persondetail", []))
    months = InsuranceMonth.objects.filter(pk__in=keys.get("firms_insurancemonth", [])).select_related("firm")
    spells = EmploymentSpell.objects.filter(pk__in=keys.get("firms_employmentspell", [])).select_related("firm")
    faults = Fault.objects.filter(pk__in=keys.get("registers_fault", []))
    facts: list[tuple[Any, str]] = [(row, _detail_says(request, row)) for row in details]
    facts += [(row, _month_says(row)) for row in months]
    facts += [(row, _spell_says(row)) for row in spells]
    lines = list(faults)
    said = said_by([*(row.source_batch for row, _says in facts), *(fault.batch_id for fault in lines)])
    shown = [Evidence(says, _register(said, row.source_batch), row.known_on) for row, says in facts]
    for fault in lines:
        says = gettext("Line %(line)s of the file, column %(column)s") % {
            "line": fault.line,
            "column": fault.column or fault.params.get("column") or "–",
        }
        source = said.get(fault.batch_id)
        shown.append(Evidence(says, _register(said, fault.batch_id), source.known_on if source else None))
    return shown


def _rival(request: HttpRequest, finding: Finding) -> Evidence:
    """The row that holds the number under another name: only its register and line, until the name is opened."""
    line, batch = finding.params.get("line"), finding.params.get("batch")
    said = said_by([batch])
    source = said.get(batch) if isinstance(batch, int) else None
    says = gettext("Line %(line)s of the file holds this ID number under another name.") % {"line": line or "–"}
    return Evidence(
        says, _register(said, batch or 0), source.known_on if source else None, opens=may_open(request, finding)
    )


def _other_person(request: HttpRequest, key: int) -> Evidence:
    """Somebody with a number close by; who is not of the range stays unnamed."""
    other: Person | None = people.people_by_key([key]).get(key)
    if other is None or other.is_hidden:
        return Evidence(
            gettext(
                "The other person is looked after by another office. The office over both sees them and can compare."
            )
        )
    log_people("finding", [(other.pk, other.scope_no)])
    given = {
        "name": other.name,
        "number": formats.masked_id(people.opened_id(other.id_sealed)) if other.id_sealed else "–",
        "place": place_words(request, other.scope_no),
    }
    return Evidence(
        gettext("%(name)s, ID number %(number)s, %(place)s") % given, href=token_url("office:person", other.token)
    )


def _household(finding: Finding, key: int) -> list[Evidence]:
    """Who is recorded as head, or who belongs to a household without one; others of it are counted, not named."""
    members = list(HouseholdMember.objects.filter(household_id=key).known().select_related("person").order_by("id"))
    heads = [member for member in members if member.is_head]
    asked = heads or members
    said = said_by(member.source_batch for member in asked)
    log_people("household", [(m.person_id, m.scope_no) for m in asked if m.person_id != finding.person_id])
    shown = []
    for member in asked:
        told = (
            gettext("%(name)s is recorded as the head")
            if member.is_head
            else gettext("%(name)s belongs to the household")
        )
        shown.append(
            Evidence(
                told % {"name": member.person.name},
                _register(said, member.source_batch),
                member.known_on,
                token_url("office:person", member.person.token),
            )
        )
    elsewhere = int(finding.params.get("heads") or 0) - len(heads)
    if elsewhere > 0:
        shown.append(Evidence(gettext("Another head is looked after by another office, which sees them.")))
    return shown


def _register(said: dict[int, Said], batch: int) -> str:
    source = said.get(batch)
    return source.words if source is not None else ""


def _detail_says(request: HttpRequest, row: PersonDetail) -> str:
    label = words.DETAILS.get(row.kind, row.kind)
    if row.kind in words.PRIVATE_KINDS and not may(request, PRIVATE):
        value = gettext("recorded")
    elif row.kind in ("id_number", "phone"):
        value = formats.masked_id(people.opened_detail(row)) if row.kind == "id_number" else "****"
    else:
        value = words.detail_words(row.kind, people.opened_detail(row))
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


def _month_says(row: InsuranceMonth) -> str:
    told = gettext("Insured by %(firm)s for %(first)s") % {
        "firm": row.firm.name,
        "first": formats.month_text(row.month),
    }
    if row.base_fen is None:
        return told
    return gettext("%(told)s, contribution base %(base)s") % {"told": told, "base": formats.money_text(row.base_fen)}


def _spell_says(row: EmploymentSpell) -> str:
    employer = row.firm.name if row.firm is not None else row.employer_name or gettext("employer not known")
    return gettext("Work: %(employer)s (%(span)s)") % {
        "employer": employer,
        "span": words.span_words(row.valid_from, row.valid_to),
    }
