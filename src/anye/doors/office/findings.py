"""Doubts: the list by rule, state, area and month; one doubt with the evidence of both sides; settling at a desk."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office import doubts, words
from anye.doors.office.entrance import DESK, PRIVATE, READERS, actor_of, duty_of, may, open_to
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.rows import Rows, log_export, log_list, log_people, source_of
from anye.doors.office.sources import Said, said_by
from anye.doors.office.visits import publish
from anye.flow.sentences import reason_sentence
from anye.records.findings import actions, queries
from anye.records.findings.models import Finding
from anye.records.firms.models import EmploymentSpell, InsuranceMonth
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people
from anye.records.people.models import Person, PersonDetail
from anye.records.registers.models import Fault


class SettleForm(forms.Form):
    """How a doubt is settled, and why."""

    state = forms.ChoiceField(label=_("How is it settled?"), choices=doubts.SETTLING, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you looked at and what you found. Write no ID or telephone numbers."),
    )


def _dress(request: HttpRequest) -> Any:
    def dress(page: list[Finding]) -> list[Finding]:
        known = people.people_by_key(one.person_id for one in page if one.person_id is not None)
        names = firms_by_key(one.firm_id for one in page)
        for one in page:
            person = known.get(one.person_id)
            firm = names.get(one.firm_id or 0)
            one.name = person.name if person is not None else ""  # type: ignore[attr-defined]
            one.place = place_words(request, one.scope_no)  # type: ignore[attr-defined]
            one.said = doubts.said(one, firm.name if firm is not None else "")  # type: ignore[attr-defined]
        return page

    return dress


FINDINGS = Listing(
    name="findings",
    caption=_("Doubts"),
    columns=(
        Column(
            "name",
            _("Name"),
            lambda f: f.name or gettext("no person"),
            link=lambda f: token_url("office:finding", f.token),
            is_fixed=True,
        ),
        Column("place", _("Village"), "place"),
        Column("rule", _("Doubt"), lambda f: doubts.rule_words(f.rule)),
        Column("said", _("What is said"), "said"),
        Column("month", _("Month"), "month", "month"),
        Column("state", _("State"), doubts.state_of, "status"),
        Column("found", _("Found on"), "found_on", "day"),
        Column("due", _("Due on"), "due_on", "day", is_shown=False),
        Column("settled", _("Settled on"), "settled_on", "day", is_shown=False),
    ),
    orders=(
        Order("-found", _("newest first"), ("-pk",)),
        Order("found", _("oldest first"), ("pk",)),
        Order("place", _("by village"), ("scope_no", "pk")),
    ),
    filters=(
        ChoiceFilter("rule", _("Doubt"), list(doubts.RULES.items()), lambda rows, rule: rows.filter(rule=rule)),
        ChoiceFilter(
            "state",
            _("State"),
            [(code, status.label) for code, status in doubts.STATES.items()],
            lambda rows, code: rows.filter(state=code),
            any_label=_("open or visiting"),
        ),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        MonthFilter("month", _("Month"), lambda rows, month: rows.filter(month=month)),
    ),
    export=Export(
        _("Doubts"),
        log=log_export(lambda f: (f.person_id, f.scope_no)),
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("No doubt is open"),
        _("A doubt appears here when two registers disagree, or when one cannot be right."),
        icon="circle-check",
    ),
    source=source_of,
)


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The doubts that are open; other states by filter."""
    is_any = request.GET.get("state") in doubts.STATES
    rows = Rows(queries.findings() if is_any else queries.open_findings(), dress=_dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    response = FINDINGS.respond(request, rows, template="office/findings/index.html")
    if request.method != "POST":
        log_list(request, "finding_list", rows.read)
    return response


@dataclass(frozen=True)
class Evidence:
    """One record that a doubt rests on: what it says, and which register said it when."""

    says: str
    source: str
    known_on: dt.date | None


def evidence_of(request: HttpRequest, finding: Finding) -> list[Evidence]:
    """The records behind a doubt, in words. Rows that the app role may not open are named by their register only."""
    keys: dict[str, list[int]] = {}
    for table, key in finding.evidence:
        keys.setdefault(table, []).append(key)
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
            "column": fault.column or "–",
        }
        source = said.get(fault.batch_id)
        shown.append(Evidence(says, _register(said, fault.batch_id), source.known_on if source else None))
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


@open_to(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, token: str) -> HttpResponse:
    """One doubt: what both sides say, what became of it, and settling it."""
    try:
        shown = queries.finding(token)
    except Finding.DoesNotExist:
        raise Http404 from None
    decisions = _decisions(shown)
    is_waiting = any(entry.state == "waiting" for entry, _told in decisions)
    may_settle = may(request, DESK) and shown.state in queries.OPEN_STATES and not is_waiting
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if may_settle and form.is_valid():
            return _settled(request, shown, form)
        if not may_settle:
            messages.warning(request, gettext("This doubt is settled, or your duty does not settle doubts."))
            return HttpResponseRedirect(reverse("office:finding", args=[token]))
    person = people.people_by_key([shown.person_id]).get(shown.person_id) if shown.person_id else None
    if person is not None:
        log_people("finding", [(person.pk, person.scope_no)])
    context = _context(request, shown, person)
    context |= {"form": form if may_settle else None, "is_waiting": is_waiting}
    context["decisions"] = [
        {
            "at": timezone.localtime(entry.entered_at),
            "by": entry.entered_by,
            "how": doubts.STATES[told["state"]],
            "note": told.get("note", "") if may(request, PRIVATE) else "",
            "refused": reason_sentence(entry.reason, get_language() or "zh") if entry.state == "refused" else "",
        }
        for entry, told in decisions
    ]
    return render(request, "office/findings/finding.html", context, status=422 if form.is_bound else 200)


def _decisions(shown: Finding) -> list[tuple[Any, dict[str, Any]]]:
    opened = [(entry, queries.opened_settlement(entry)) for entry in queries.settlements_of(shown)]
    return [(entry, told) for entry, told in opened if told.get("finding") == shown.pk]


def _context(request: HttpRequest, shown: Finding, person: Person | None) -> dict[str, Any]:
    firm = firms_by_key([shown.firm_id]).get(shown.firm_id or 0)
    return {
        "finding": shown,
        "person": person,
        "firm": firm,
        "rule": doubts.rule_words(shown.rule),
        "said": doubts.said(shown, firm.name if firm is not None else ""),
        "advice": doubts.advice(shown.rule),
        "state": doubts.state_of(shown),
        "place": place_words(request, shown.scope_no),
        "month": doubts.month_text(shown),
        "evidence": evidence_of(request, shown),
        "visits": [
            (v, doubts.VISIT_STATES[v.state], doubts.ANSWERS.get(v.answer, "")) for v in queries.visits_about(shown)
        ],
        "on": timezone.localdate(),
        "crumbs": (
            Crumb(_("Doubts"), reverse("office:findings")),
            Crumb(person.name if person is not None else shown.rule),
        ),
    }


def _settled(request: HttpRequest, shown: Finding, form: SettleForm) -> HttpResponse:
    entry = actions.ask_to_settle(
        finding=shown,
        state=form.cleaned_data["state"],
        note=form.cleaned_data["note"],
        by=actor_of(request),
        duty_id=duty_of(request).pk,
    )
    publish(entry)
    messages.success(request, gettext("The decision was written down; the doubt closes within a minute."))
    return HttpResponseRedirect(reverse("office:findings"), status=303)
