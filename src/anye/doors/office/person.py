"""A person's pages: overview, history, who looked. Numbers are masked until a purpose is stated; every look is logged."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit import formats
from anye.doors.kit.exports import PURPOSES
from anye.doors.kit.fragments import Words
from anye.doors.kit.pages import Crumb
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office import correction, doubts, owed, person_work, stated, statuses, timeline, words
from anye.doors.office.entrance import PRIVATE, READERS, RESTRICTED, duty_of, may, open_to
from anye.doors.office.navigation import address, role_words
from anye.doors.office.places import place_words_of_one
from anye.doors.office.report.words import figures_of
from anye.doors.office.rows import log_people
from anye.doors.office.sources import Said, said_by
from anye.engine.entitle.months import written
from anye.flow import stated as told_rows
from anye.flow.ledger import first_day
from anye.records.accounts.models import Duty, User
from anye.records.audit.day import registry_day
from anye.records.audit.queries import looks_at, user_key
from anye.records.findings import queries as findings
from anye.records.firms import queries as firms
from anye.records.people import queries as people
from anye.records.people.models import HouseholdMember, Need, Person, PersonDetail

LOOKS = 20
KINDS: dict[str, Words] = {
    "person": _("opened the page"),
    "history": _("opened the history"),
    "owed": _("opened what is owed"),
    "looks": _("opened who looked"),
    "household": _("saw a member of the household"),
    "id_shown": _("showed the ID number"),
    "phone_shown": _("showed the telephone number"),
    "restricted_shown": _("asked what registers of justice and health say"),
    "export": _("exported"),
    "print": _("printed"),
    "visit": _("opened a visit"),
    "finding": _("opened a doubt"),
    "correction": _("opened a correction"),
    "rival_shown": _("showed the other name under the ID number"),
}


class PurposeForm(forms.Form):
    """Why something under seal is to be shown."""

    purpose = forms.ChoiceField(choices=words.PURPOSES)


class ShowForm(PurposeForm):
    """Which number is to be shown."""

    what = forms.ChoiceField(choices=[("id", "id"), ("phone", "phone")])


def found_person(token: str) -> Person:
    """The person behind a link; out of range is as absent as unknown."""
    try:
        return people.person(token)
    except Person.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, person: Person, here: str, context: dict[str, Any]) -> HttpResponse:
    on = registry_day()
    tabs = [
        (gettext("Overview"), reverse("office:person", args=[person.token]), here == "person"),
        (gettext("What is owed"), reverse("office:person_owed", args=[person.token]), here == "owed"),
        (gettext("History"), reverse("office:person_history", args=[person.token]), here == "history"),
        (gettext("Who looked"), reverse("office:person_looks", args=[person.token]), here == "looks"),
    ]
    place = place_words_of_one(request, person.scope_no)
    told = [words.sex_words(person.sex), words.age_words(person.birth_on, on), place]
    response = render(
        request,
        f"office/person/{here}.html",
        {
            "person": person,
            "lead": " · ".join(part for part in told if part),
            "status": words.employment(person),
            "groups": [words.group_words(group) for group in person.groups if group != "none"],
            "tabs": tabs,
            "crumbs": (Crumb(_("People"), reverse("office:people")), Crumb(person.name)),
            "on": on,
            "correct_href": address("entries:correct", person.token) if may(request, PRIVATE) else "",
            "move_href": address("entries:ask_transfer", person.token) if may(request, PRIVATE) else "",
            **context,
        },
    )
    response["Cache-Control"] = "private, no-store"
    return response


@open_to(READERS)
@require_safe
def overview(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is known now."""
    person = found_person(token)
    details = people.details_of(person)
    members = list(people.household_of(person)) if person.household_id else []
    memberships, needs = list(people.memberships_of(person)), list(people.needs_of(person))
    spells, insured, income = firms.spells_of(person), firms.insurance_of(person), people.income_of(person)
    status_rows, pay = list(people.statuses_of(person)), firms.pay_of(person)
    rows_of = told_rows.of_person(person)
    told_by = person_work.batches_of(
        list(details.values()), memberships, needs, spells, insured, income, status_rows, pay, *rows_of.values()
    )
    said = said_by(told_by)
    main, sees_private = _main_source(details), may(request, PRIVATE)
    log_people("person", [(person.pk, person.scope_no)])
    log_people("household", [(m.person_id, m.scope_no) for m in members if m.person_id != person.pk])
    return _page(
        request,
        person,
        "person",
        {
            "id_masked": formats.masked_id(people.opened_id(person.id_sealed)) if person.id_sealed else "",
            "phone_masked": words.masked_phone(people.opened_phone(person.phone_sealed)) if person.phone_sealed else "",
            "purposes": words.PURPOSES,
            "may_see_restricted": may(request, RESTRICTED),
            "facts": _facts(request, details, said, main),
            "told": said[main].words if main in said else "",
            "memberships": [_membership(m, said) for m in memberships],
            "members": [_member(m, person) for m in members],
            "helper": people.helper_of(person),
            **_needs(needs, said),
            "spells": [(s, said.get(s.source_batch)) for s in person_work.spells_shown(spells)],
            "strip": person_work.insurance_strip(insured),
            "income": person_work.income_months(income),
            "statuses": statuses.shown(status_rows, said, may_see_private=sees_private),
            "stated": stated.shown(rows_of, said, may_see_private=sees_private),
            "pay": pay,
            "doubts": _doubts(person, insured),
            "visits": [
                (v, doubts.VISIT_STATES[v.state], doubts.answer_words(v.answer)) for v in findings.visits_of(person)
            ],
            "sources": [(said[key], count) for key, count in told_by.most_common() if key in said],
            "figures": figures_of(request, person_id=person.pk),
        },
    )


def _main_source(details: dict[str, PersonDetail]) -> int | None:
    """The batch that brought most of the details shown: it is named once, not beside each."""
    shown = [d.source_batch for kind, d in details.items() if kind in words.DETAILS and kind not in words.ELSEWHERE]
    return max(set(shown), key=shown.count) if shown else None


def _facts(
    request: HttpRequest, details: dict[str, PersonDetail], said: dict[int, Said], main: int | None
) -> list[tuple[Any, ...]]:
    rows = []
    for kind, label in words.DETAILS.items():
        detail = details.get(kind)
        if detail is None or kind in words.ELSEWHERE:
            continue
        if kind in words.PRIVATE_KINDS and not may(request, PRIVATE):
            value = gettext("recorded; your duty does not need it")
        else:
            value = words.detail_words(kind, people.opened_detail(detail))
        told = "" if detail.source_batch == main else _source_words(said, detail.source_batch, detail.known_on)
        rows.append((label, value, told))
    return rows


def _source_words(said: dict[int, Said], batch: int, known_on: dt.date) -> str:
    source = said.get(batch)
    return f"{source.words} · {formats.day_text(known_on)}" if source else formats.day_text(known_on)


def _membership(row: Any, said: dict[int, Said]) -> dict[str, str]:
    return {
        "group": words.group_words(row.group),
        "span": words.span_words(row.valid_from, row.valid_to),
        "evidence": " · ".join(part for part in (row.evidence, row.certifier) if part),
        "source": _source_words(said, row.source_batch, row.known_on),
    }


def _member(row: HouseholdMember, person: Person) -> dict[str, Any]:
    return {
        "person": row.person,
        "is_self": row.person_id == person.pk,
        "relation": words.code_words("relation", row.relation) if row.relation else "",
        "age": words.age_words(row.person.birth_on, registry_day()),
        "status": words.employment(row.person),
    }


def _needs(needs: list[Need], said: dict[int, Said]) -> dict[str, Any]:
    """Each need with its source, but for the one that most of them share: that is named once."""
    told = [_source_words(said, need.source_batch, need.stated_on or need.known_on) for need in needs]
    shared = max(set(told), key=told.count) if told else ""
    rows = [
        (words.NEEDS.get(need.kind, need.kind), words.need_words(need.kind, need.value), "" if one == shared else one)
        for need, one in zip(needs, told, strict=True)
    ]
    return {"needs": rows, "needs_told": shared}


def _doubts(person: Person, insured: list[Any]) -> list[dict[str, Any]]:
    names = {row.firm_id: row.firm.name for row in insured}
    return [
        {
            "finding": one,
            "rule": doubts.rule_words(one.rule),
            "said": doubts.said(one, names.get(one.firm_id, "")),
            "state": doubts.state_of(one),
        }
        for one in findings.findings_of(person)
    ]


@open_to(READERS)
@require_safe
def what_is_owed(request: HttpRequest, token: str) -> HttpResponse:
    """Every rule with what speaks for and against, in a month, as known on a day."""
    person = found_person(token)
    asked = owed.asked_for(request.GET.get("month", ""), request.GET.get("known", ""))
    members = [m.person_id for m in people.household_of(person)] if person.household_id else []
    cards = owed.cards_of(person, members, asked)
    sources = owed.sources_of(cards)
    log_people("owed", [(person.pk, person.scope_no)])
    groups = [
        (code, heading, [(card, [owed.line_shown(line, sources) for line in card.told.lines]) for card in of])
        for code, heading, of in owed.grouped(cards)
    ]
    return _page(
        request,
        person,
        "owed",
        {
            "owed_groups": groups,
            "corrections": correction.lines_of(person.pk),
            "total": sum(card.verdict.amount for card in cards),
            "month": first_day(asked.month),
            "asked": asked,
            "months": {
                "here": written(asked.month),
                "before": written(asked.month - 1),
                "after": written(asked.month + 1),
            },
            "is_today": asked.known == registry_day(),
        },
    )


@open_to(READERS)
@require_safe
def history(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that was ever said, the newest first."""
    person = found_person(token)
    context = f"history:{person.pk}"
    given = open_state(request.GET.get("place", ""), context=context) if "place" in request.GET else None
    places = timeline.page_of(person, tuple(given) if given else None)
    shown = places[: timeline.PAGE]
    older = f"?place={seal_state(list(shown[-1]), context=context)}" if len(places) > timeline.PAGE else ""
    log_people("history", [(person.pk, person.scope_no)])
    lines = timeline.entries(person, shown, may_see_private=may(request, PRIVATE))
    return _page(request, person, "history", {"entries": lines, "older": older, "is_first": given is None})


@open_to(READERS)
@require_safe
def looks(request: HttpRequest, token: str) -> HttpResponse:
    """Who looked at the person, when and why; the newest twenty, then the ones before."""
    person = found_person(token)
    reach = duty_of(request).reach
    rows = looks_at(person.pk, reach.lo or 0, reach.hi or 0)
    context = f"looks:{person.pk}"
    given = open_state(request.GET.get("place", ""), context=context) if "place" in request.GET else None
    page = list((rows.filter(pk__lt=given) if given else rows)[: LOOKS + 1])
    shown = page[:LOOKS]
    users = User.objects.in_bulk({key for key in (user_key(row.actor) for row in shown) if key is not None})
    duties = Duty.objects.in_bulk({int(row.duty[5:]) for row in shown if row.duty[5:].isdigit()})
    older = f"?place={seal_state(shown[-1].pk, context=context)}" if len(page) > LOOKS else ""
    log_people("looks", [(person.pk, person.scope_no)])
    return _page(
        request,
        person,
        "looks",
        {"looks": [_look(row, users, duties) for row in shown], "older": older, "is_first": given is None},
    )


def _look(row: Any, users: dict[int, User], duties: dict[int, Duty]) -> dict[str, Any]:
    user = users.get(user_key(row.actor) or 0)
    duty = duties.get(int(row.duty[5:])) if row.duty[5:].isdigit() else None
    return {
        "at": timezone.localtime(row.at),
        "who": user.name if user is not None else gettext("the operator"),
        "role": role_words(duty.role) if duty is not None else "",
        "did": KINDS.get(row.kind, row.kind),
        "why": purpose_words(row.purpose),
    }


def purpose_words(purpose: str) -> str:
    """A purpose as it stands in the trail, in words; a page opened in passing states none."""
    return str(dict([*words.PURPOSES, *PURPOSES]).get(purpose.partition(": ")[2], ""))


@open_to(READERS)
@require_POST
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The full ID or telephone number, for a stated purpose."""
    person = found_person(token)
    form = ShowForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    what = form.cleaned_data["what"]
    log_people(f"{what}_shown", [(person.pk, person.scope_no)], purpose=f"show: {form.cleaned_data['purpose']}")
    sealed = person.id_sealed if what == "id" else person.phone_sealed
    opened = people.opened_id if what == "id" else people.opened_phone
    context = {"person": person, "what": what, "number": opened(sealed) if sealed else formats.DASH}
    if request.headers.get("HX-Request"):
        response = render(request, "office/person/number.html", context)
    else:
        response = render(request, "office/person/number_page.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@open_to(RESTRICTED)
@require_POST
def show_restricted(request: HttpRequest, token: str) -> HttpResponse:
    """What registers of justice and health say, for a stated purpose. The trail tells who asked, whatever the answer."""
    person = found_person(token)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    log_people("restricted_shown", [(person.pk, person.scope_no)], purpose=f"show: {form.cleaned_data['purpose']}")
    rows = list(people.restricted_of(person))
    said = said_by(row.source_batch for row in rows)
    context = {"person": person, "statuses": statuses.shown(rows, said, may_see_private=True)}
    is_part = request.headers.get("HX-Request")
    response = render(request, f"office/person/{'restricted' if is_part else 'restricted_page'}.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
