"""Entering by hand: a new person, a person's details, work, groups, needs, income."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anye.doors.kit.pages import Crumb, FormPage
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office import words
from anye.doors.office.entering import WRITERS, around, hand_over, handed, person_form, sent, subject
from anye.doors.office.entrance import open_to
from anye.doors.office.entry_fields import homes_of
from anye.doors.office.entry_forms import (
    DetailsForm,
    EndForm,
    IncomeForm,
    MembershipForm,
    NeedsForm,
    PersonForm,
    SpellForm,
    iso,
)
from anye.records.audit.day import registry_day
from anye.records.firms import queries as firms
from anye.records.firms.models import EmploymentSpell, Firm
from anye.records.people import queries as people
from anye.records.people.models import Person

EITHER = ["GET", "HEAD", "POST"]


@require_http_methods(EITHER)
@open_to(WRITERS)
def new_person(request: HttpRequest) -> HttpResponse:
    """Register somebody. The answer is the same, byte for byte, wherever else their number is known."""
    form = PersonForm(sent(request), homes=homes_of(request))
    if form.is_bound and form.is_valid():
        told = form.told()
        return handed(
            request, [hand_over(request, kind="person", told=told, scope_no=form.cleaned_data["area"].scope_no)]
        )
    home = reverse("office:people")
    context = {"form": form, "crumbs": (Crumb(_("People"), home), Crumb(_("New person"))), "cancel_href": home}
    return render(request, "office/entries/new_person.html", context, status=422 if form.errors else 200)


@require_http_methods(EITHER)
@open_to(WRITERS)
def correct(request: HttpRequest, token: str) -> HttpResponse:
    """Put a person's details right. Telephone and address are not shown here: an empty field keeps what stands."""
    person = subject(token)
    details, homes = people.details_of(person), homes_of(request)
    lives_in = details["residence"].value if "residence" in details else None
    known = {
        kind: details[kind].value for kind in ("education", "work_capacity", "employment_state") if kind in details
    }
    initial = {
        **known,
        "name": person.name,
        "sex": person.sex,
        "birth": person.birth_on,
        "residence": next((office.token for office in homes if office.area_code == lives_in), ""),
    }
    phone = words.masked_phone(people.opened_phone(person.phone_sealed)) if person.phone_sealed else ""
    form = DetailsForm(sent(request), initial=initial, homes=homes, phone_hint=phone, has_address="address" in details)
    if form.is_bound and form.is_valid():
        return handed(request, [hand_over(request, kind="details", told={"details": form.changes()}, person=person)])
    lead = _("Name, sex and birth stay as you put them right; the rest holds until a newer register says otherwise.")
    return person_form(request, person, form, FormPage(_("Correct details"), lead))


# ── work ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _spell_context(person: Person) -> str:
    return f"spell:{person.token}"


def _found_spell(person: Person, sealed: str) -> EmploymentSpell:
    key = open_state(sealed, context=_spell_context(person))
    spell = next((one for one in firms.spells_of(person) if one.pk == key), None)
    if spell is None:
        raise Http404
    return spell


def _code_of(firm: Firm | None) -> str | None:
    """A firm's code as a register writes it: the credit code, else the register's own number."""
    return None if firm is None or firm.code.startswith("name:") else firm.code.removeprefix("unit:")


def spell_fact(spell: EmploymentSpell) -> dict[str, Any]:
    """A spell as an entry tells it."""
    return {
        "employer_name": spell.employer_name,
        "credit_code": _code_of(spell.firm),
        "workplace_area": spell.workplace_area or None,
        "workplace_text": spell.workplace_text or None,
        "work_kind": spell.work_kind or None,
        "channel": spell.channel or None,
        "occupation": spell.occupation or None,
        "industry": spell.industry or None,
        "started_on": iso(spell.valid_from),
        "ended_on": iso(spell.valid_to),
        "wage_fen": spell.wage_fen,
        "wage_unit": spell.wage_unit or None,
        "has_contract": spell.has_contract,
        "contract_months": spell.contract_months,
        "is_insured": spell.is_insured,
    }


@require_safe
@open_to(WRITERS)
def work(request: HttpRequest, token: str) -> HttpResponse:
    """The spells of work on record, each to be corrected or ended, and one to be added."""
    person = subject(token)
    context = _spell_context(person)
    spells = [
        {
            "employer": spell.employer_name or (spell.firm.name if spell.firm else ""),
            "span": words.span_words(spell.valid_from, spell.valid_to),
            "wage": words.wage_words(spell.wage_fen, spell.wage_unit),
            "token": seal_state(spell.pk, context=context),
            "is_open": spell.valid_to is None,
        }
        for spell in firms.spells_of(person)
    ]
    return render(request, "office/entries/work.html", {"spells": spells, **around(request, person, _("Work"))})


@require_http_methods(EITHER)
@open_to(WRITERS)
def add_spell(request: HttpRequest, token: str) -> HttpResponse:
    """Work that nobody has written down yet. While it lasts, the person counts as working."""
    person = subject(token)
    form = SpellForm(sent(request))
    if form.is_bound and form.is_valid():
        made = [hand_over(request, kind="spell", told={"fact": form.told(), "replaces": None}, person=person)]
        if form.cleaned_data["ended_on"] is None and person.is_employed is not True:
            told = {"details": {"employment_state": "employed"}}
            made.append(hand_over(request, kind="details", told=told, person=person))
        return handed(request, made)
    return person_form(request, person, form, FormPage(_("Add work"), cancel_href=_work_href(person)))


@require_http_methods(EITHER)
@open_to(WRITERS)
def correct_spell(request: HttpRequest, token: str, spell: str) -> HttpResponse:
    """Put a spell right: the one on record is retired and this one stands in its place."""
    person = subject(token)
    found = _found_spell(person, spell)
    fact = spell_fact(found)
    code = fact["credit_code"] if found.firm is not None and found.firm.credit_code else ""
    initial = {
        **fact,
        "credit_code": code,
        "started_on": found.valid_from,
        "ended_on": found.valid_to,
        "wage": found.wage_fen,
        "wage_unit": found.wage_unit or "month",
        "has_contract": {True: "yes", False: "no", None: ""}[found.has_contract],
    }
    form = SpellForm(sent(request), initial=initial, kept=fact)
    if form.is_bound and form.is_valid():
        told = form.told()
        if not told["credit_code"] and not code:
            told["credit_code"] = fact["credit_code"]  # the register's own number of the firm, which is not typed here
        return handed(
            request, [hand_over(request, kind="spell", told={"fact": told, "replaces": found.pk}, person=person)]
        )
    return person_form(request, person, form, FormPage(_("Correct work"), cancel_href=_work_href(person)))


@require_http_methods(EITHER)
@open_to(WRITERS)
def end_spell(request: HttpRequest, token: str, spell: str) -> HttpResponse:
    """The work has ended, and how the person fares since."""
    person = subject(token)
    found = _found_spell(person, spell)
    form = EndForm(
        sent(request),
        initial={"ended_on": registry_day(), "state": "not_employed"},
        started_on=found.valid_from,
    )
    if form.is_bound and form.is_valid():
        fact = {**spell_fact(found), "ended_on": iso(form.cleaned_data["ended_on"])}
        made = [hand_over(request, kind="spell", told={"fact": fact, "replaces": found.pk}, person=person)]
        if form.cleaned_data["state"]:
            told = {"details": {"employment_state": form.cleaned_data["state"]}}
            made.append(hand_over(request, kind="details", told=told, person=person))
        return handed(request, made)
    page = FormPage(_("The work has ended"), found.employer_name, cancel_href=_work_href(person))
    return person_form(request, person, form, page)


def _work_href(person: Person) -> str:
    return reverse("entries:work", args=[person.token])


# ── groups, needs, income ─────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(EITHER)
@open_to(WRITERS)
def membership(request: HttpRequest, token: str) -> HttpResponse:
    """A group that the person belongs to, or no longer does."""
    person = subject(token)
    form = MembershipForm(sent(request))
    if form.is_bound and form.is_valid():
        return handed(request, [hand_over(request, kind="membership", told={"fact": form.told()}, person=person)])
    known = [f"{words.group_words(one.group)} ({words.span_words(one.valid_from, one.valid_to)})"
             for one in people.memberships_of(person)]  # fmt: skip
    return person_form(request, person, form, FormPage(_("Group of the person"), " · ".join(known)))


@require_http_methods(EITHER)
@open_to(WRITERS)
def needs(request: HttpRequest, token: str) -> HttpResponse:
    """What the person needs and wishes now."""
    person = subject(token)
    known: dict[str, Any] = {need.kind: need.value for need in people.needs_of(person)}
    wage = str(known.get("wanted_wage_fen", ""))
    known["wanted_wage_fen"] = int(wage) if wage.isdigit() else None
    form = NeedsForm(sent(request), initial={**known, "stated_on": registry_day()})
    if form.is_bound and form.is_valid():
        return handed(
            request, [hand_over(request, kind="need", told={"fact": fact}, person=person) for fact in form.told()]
        )
    lead = _("As the person says today. What you leave as it is, is not entered again.")
    return person_form(request, person, form, FormPage(_("Needs and wishes"), lead))


@require_http_methods(EITHER)
@open_to(WRITERS)
def income(request: HttpRequest, token: str) -> HttpResponse:
    """What the person received in a month."""
    person = subject(token)
    form = IncomeForm(sent(request))
    if form.is_bound and form.is_valid():
        return handed(request, [hand_over(request, kind="income", told={"fact": form.told()}, person=person)])
    lead = _("One kind in one month. The same kind and month again replaces what stands.")
    return person_form(request, person, form, FormPage(_("Income of a month"), lead))
