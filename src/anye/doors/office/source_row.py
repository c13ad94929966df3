"""A row of a register as it was taken: what it says of a person, a firm or an office, and the figures that this stands in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anye.doors.kit.pages import Crumb
from anye.doors.office import stated
from anye.doors.office.entrance import PRIVATE, READERS, may, open_to
from anye.doors.office.registers import seen_loads
from anye.doors.office.report.words import linked
from anye.doors.office.rows import log_people
from anye.doors.office.sources import title_of
from anye.doors.office.timeline import TABLES, name_areas
from anye.flow.reporting.lineage import Facts, Lineage, facts_of_row
from anye.flow.stated import OF_OFFICES
from anye.records.briefings import queries as briefings
from anye.records.firms import queries as firms
from anye.records.firms.models import Firm
from anye.records.people.models import Person
from anye.records.registers.models import Batch


@open_to(READERS)
@require_safe
def person_row(request: HttpRequest, token: str, batch: str, row: str) -> HttpResponse:
    """What a row says of a person."""
    person = Person.objects.filter(token=token, is_hidden=False).first()
    if person is None:
        raise Http404
    found, facts = _facts(batch, row, person_id=person.pk)
    log_people("person", [(person.pk, person.scope_no)])
    return _page(request, found, row, facts, person.name, reverse("office:person", args=[token]), person)


@open_to(READERS)
@require_safe
def firm_row(request: HttpRequest, token: str, batch: str, row: str) -> HttpResponse:
    """What a row says of a firm."""
    try:
        firm = firms.firm(token)
    except Firm.DoesNotExist:
        raise Http404 from None
    found, facts = _facts(batch, row, firm_id=firm.pk)
    return _page(request, found, row, facts, firm.name, reverse("office:firm", args=[token]))


@open_to(READERS)
@require_safe
def office_row(request: HttpRequest, name: str, batch: str, row: str) -> HttpResponse:
    """What a row says that is of no person and no firm: of a trade, a fair, a fund."""
    if name not in OF_OFFICES:
        raise Http404
    found, facts = _facts(batch, row)
    if name not in facts:
        raise Http404
    return _page(request, found, row, facts, str(stated.TITLES[name]), reverse("registers:stated", args=[name]))


def _facts(batch: str, row: str, **subject: int) -> tuple[Batch, Facts]:
    """The file and what its row says; of a row that says nothing within the range there is no page."""
    found = Batch.objects.filter(token=batch).select_related("source").first()
    sheet, _dash, line = row.partition("-")
    if found is None or not (sheet.isdecimal() and line.isdecimal() and len(row) < 16):  # numbers that fit
        raise Http404
    facts = facts_of_row(found.pk, int(sheet), int(line), **subject)
    if not facts:
        raise Http404
    return found, facts


def _page(
    request: HttpRequest, batch: Batch, row: str, facts: Facts, subject: str, home: str, person: Person | None = None
) -> HttpResponse:
    """`subject`, `home`: of what the row speaks, and its page."""
    sheet, _dash, line = row.partition("-")
    says = _says(facts, is_person=person is not None, may_see_private=may(request, PRIVATE))
    context: dict[str, Any] = {
        "subject": subject, "href": home, "batch": batch, "register": title_of(batch), "sheet": int(sheet) + 1, "line": line, "says": says,
        "file_href": reverse("registers:batch", args=[batch.token]) if seen_loads(request).filter(pk=batch.pk).exists() else "",
        "crumbs": (Crumb(subject, home), Crumb(_("Row of a register"))),
    }  # fmt: skip
    snapshot = briefings.snapshot()
    if snapshot is not None:
        lineage = Lineage(settings.ANYE_PACK, snapshot, facts)
        counting = list(lineage.counting())
        asking = [one for one in lineage.asking(person) if one not in counting] if person else []
        context |= {
            "as_of": snapshot.as_of, "counting": linked(request, snapshot, counting), "asking": linked(request, snapshot, asking),
        }  # fmt: skip
    return render(request, "office/registers/row.html", context)


def _says(facts: Facts, *, is_person: bool, may_see_private: bool) -> list[str]:
    """Each fact in words, as a person's history or a firm's page has it."""
    told = [
        (name, fact) for name, listed in facts.items() for fact in listed if getattr(fact, "kind", "") != "name_key"
    ]
    if is_person:
        name_areas([fact for _name, fact in told])
        said_of = {table.model: table.title for table in TABLES}
        return [said_of[type(fact)](fact, may_see_private) for _name, fact in told if type(fact) in said_of]
    of_firm = [f"{stated.FIRM_DETAILS.get(fact.kind, fact.kind)} {fact.value}" for name, fact in told if name == "firm"]
    others = {name: listed for name, listed in facts.items() if name != "firm"}
    rows = stated.shown(others, {}, may_see_private=may_see_private)
    return [*of_firm, *(" · ".join(filter(None, (one.title, one.said))) for one in rows)]
