"""Doubts: the list by rule, state, area and month; one doubt with the evidence of both sides; settling at a desk."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office import doubts, words
from anye.doors.office.answering import AnswersForm
from anye.doors.office.entrance import DESK, PRIVATE, READERS, actor_of, duty_of, may, open_to
from anye.doors.office.evidence import evidence_of, may_open
from anye.doors.office.overruled import overruled_of
from anye.doors.office.places import by_place, place_choices, place_words
from anye.doors.office.row_names import NamesForm
from anye.doors.office.rows import Rows, log_export, log_list, log_people, source_of
from anye.doors.office.visits import publish
from anye.flow.sentences import reason_sentence
from anye.records.audit.day import registry_day
from anye.records.findings import actions, queries
from anye.records.findings.models import Finding
from anye.records.findings.rules import HANDED_RULES, OPEN_STATES
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people
from anye.records.people.models import Person


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


@open_to(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, token: str) -> HttpResponse:
    """One doubt: what both sides say, what became of it, and settling it with what puts the record right."""
    shown = _found(token)
    form = _form(request, shown, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form is not None and form.is_valid():
            return _settled(request, shown, form)
        if form is None:
            messages.warning(request, gettext("This doubt is settled, or your duty does not settle doubts."))
            return HttpResponseRedirect(reverse("office:finding", args=[token]))
    return _page(request, shown, form)


def _form(request: HttpRequest, shown: Finding, data: Any = None) -> AnswersForm | None:
    """The form of a desk's decision, where the reader may make one and none is under way."""
    person = _subject(shown)
    if person is None or not may(request, DESK) or shown.state not in OPEN_STATES:
        return None
    if any(entry.state == "waiting" for entry, _told in _decisions(shown)):
        return None
    return AnswersForm(data, request=request, person=person, findings=[shown], at_home=False)


def _subject(shown: Finding) -> Person | None:
    return people.people_by_key([shown.person_id]).get(shown.person_id) if shown.person_id else None


def _found(token: str) -> Finding:
    try:
        return queries.finding(token)
    except Finding.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, shown: Finding, form: AnswersForm | None, *, rival: str = "") -> HttpResponse:
    person, decisions = _subject(shown), _decisions(shown)
    if person is not None:
        log_people("finding", [(person.pk, person.scope_no)])
    context = _context(request, shown, person, rival)
    context |= {"form": form, "is_waiting": any(entry.state == "waiting" for entry, _told in decisions)}
    context["decisions"] = [
        {
            "at": timezone.localtime(entry.entered_at),
            "by": entry.entered_by,
            "answer": doubts.answer_words(told["answer"]),
            "note": told.get("note", "") if may(request, PRIVATE) else "",
            "overruled": overruled_of(entry),
            "refused": reason_sentence(entry.reason, get_language() or "zh") if entry.state == "refused" else "",
        }
        for entry, told in decisions
    ]
    status = 422 if form is not None and form.is_bound else 200
    response = render(request, "office/findings/finding.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@open_to(PRIVATE)
def rival(request: HttpRequest, token: str) -> HttpResponse:
    """The name under which another row holds the person's ID number, for a stated purpose."""
    shown = _found(token)
    form, person = NamesForm(request.POST), _subject(shown)
    if not form.is_valid() or person is None or not may_open(request, shown):
        raise BadRequest
    log_people("rival_shown", [(person.pk, person.scope_no)], purpose=f"show: {form.cleaned_data['purpose']}")
    name = queries.opened_rival(shown)
    if request.headers.get("HX-Request"):
        response = render(request, "office/findings/rival_shown.html", {"rival": name})
        response["Cache-Control"] = "private, no-store"
        return response
    return _page(request, shown, _form(request, shown), rival=name)


def _decisions(shown: Finding) -> list[tuple[Any, dict[str, Any]]]:
    opened = [(entry, queries.opened_settlement(entry)) for entry in queries.settlements_of(shown)]
    return [(entry, told) for entry, told in opened if told.get("finding") == shown.pk]


def _context(request: HttpRequest, shown: Finding, person: Person | None, rival: str) -> dict[str, Any]:
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
        "is_handed": shown.rule in HANDED_RULES.values(),  # what it rests on is the page of what is owed
        "purposes": words.PURPOSES,
        "rival": rival,
        "visits": [
            (v, doubts.VISIT_STATES[v.state], doubts.answer_words(v.answer)) for v in queries.visits_about(shown)
        ],
        "on": registry_day(),
        "crumbs": (
            Crumb(_("Doubts"), reverse("office:findings")),
            Crumb(person.name if person is not None else shown.rule),
        ),
    }


def _settled(request: HttpRequest, shown: Finding, form: AnswersForm) -> HttpResponse:
    (told,) = form.told()
    entry = actions.ask_to_settle(
        finding=shown, told=told, note=form.cleaned_data["note"], by=actor_of(request), duty_id=duty_of(request).pk
    )
    publish(entry)
    messages.success(request, gettext("The decision was written down; the doubt closes within a minute."))
    return HttpResponseRedirect(reverse("office:findings"), status=303)
