"""Home visits: which are owed, why, and what was found. Answers are entries that the worker publishes as facts."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export, Exporting
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.fragments import Status, deadline_status
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb, say_undoable
from anye.doors.kit.sources import Order
from anye.doors.office import doubts, words
from anye.doors.office.answering import AnswersForm
from anye.doors.office.entrance import PRIVATE, READERS, VISITORS, actor_of, duty_of, may, open_to
from anye.doors.office.evidence import evidence_of
from anye.doors.office.overruled import overruled_of
from anye.doors.office.places import by_place, offices_of, place_choices, place_words
from anye.doors.office.rows import Rows, log_list, log_people, source_of
from anye.flow.jobs import publish_entry
from anye.flow.sentences import reason_sentence
from anye.records.audit.day import registry_day
from anye.records.findings import actions, queries
from anye.records.findings.models import Finding, Visit
from anye.records.findings.rules import HANDED_RULES, UNDO_MINUTES
from anye.records.firms.queries import firms_by_key
from anye.records.people import queries as people
from anye.records.registers.models import Entry

PRINTED_AT_ONCE = 300


def publish(entry: Entry) -> None:
    """Let the worker publish an entry; the job holds its key only and is part of this transaction."""
    publish_entry.defer(entry_id=entry.pk)


def dress(request: HttpRequest, page: list[Visit]) -> list[Visit]:
    """The people, villages, reasons and clocks of some visits, in four queries."""
    on = registry_day()
    reasons = queries.findings_of_visits(visit.pk for visit in page)
    asked = (one.person_id for found in reasons.values() for one in found if one.person_id is not None)
    known = people.people_by_key({*(visit.person_id for visit in page), *asked})
    names = firms_by_key(one.firm_id for found in reasons.values() for one in found)
    kept = [visit for visit in page if visit.person_id in known]
    for visit in kept:
        visit.person = known[visit.person_id]
        visit.place = place_words(request, visit.scope_no)  # type: ignore[attr-defined]
        visit.doubts = reasons.get(visit.pk, [])  # type: ignore[attr-defined]
        visit.reasons = [_reason(one, names, visit, known) for one in visit.doubts]  # type: ignore[attr-defined]
        visit.clock = _clock(visit, on)  # type: ignore[attr-defined]
    return kept


def _reason(one: Finding, names: dict[int, Any], visit: Visit, known: dict[int, Any]) -> dict[str, Any]:
    """`person`: whom the question is about, where it is one of what is owed: perhaps another of the household."""
    firm, person = names.get(one.firm_id or 0), known.get(one.person_id or 0)
    said = doubts.said(one, firm.name if firm is not None else "")
    if person is not None and one.person_id != visit.person_id:
        said = gettext("%(name)s: %(said)s") % {"name": person.name, "said": said}
    return {
        "rule": doubts.rule_words(one.rule),
        "said": said,
        "person": person if one.rule in HANDED_RULES.values() else None,
        "advice": doubts.advice(one.rule),
        "token": one.token,
        "finding": one,
    }


def _named(visits: list[Visit]) -> list[tuple[int, int]]:
    """Who is named on some dressed visits: whom they are to, and others of the household whom a question is about."""
    found = [(visit.person_id, visit.scope_no) for visit in visits]
    found += [(reason["person"].pk, visit.scope_no) for visit in visits for reason in visit.reasons if reason["person"]]  # type: ignore[attr-defined]
    return list(dict.fromkeys(found))


def _log_taken_out(request: HttpRequest, made: Exporting) -> None:
    """A trace for everybody in the file."""
    log_people("export", _named(request.listed.read), purpose=f"export: {made.purpose}")  # type: ignore[attr-defined]


def _clock(visit: Visit, on: dt.date) -> Status:
    return deadline_status(visit.due_on, on=on) if visit.state == "due" else doubts.VISIT_STATES[visit.state]


def _by_rule(rows: Rows, rule: str) -> Rows:
    return rows.filter(subjects__finding__rule=rule)


def _reasons_text(visit: Visit) -> str:
    return "\n".join(reason["said"] for reason in visit.reasons)  # type: ignore[attr-defined]


VISITS = Listing(
    name="visits",
    caption=_("Visits"),
    columns=(
        Column("name", _("Name"), "person.name", link=lambda v: token_url("office:visit", v.token), is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("why", _("Why"), _reasons_text),
        Column("clock", _("Clock"), "clock", "status"),
        Column("due", _("Due on"), "due_on", "day", order="due"),
        Column("made", _("Made on"), "made_on", "day", is_shown=False),
        Column("answer", _("Answer"), lambda v: doubts.answer_words(v.answer), is_shown=False),
        Column("by", _("Made by"), "made_by", is_shown=False),
    ),
    orders=(
        Order("due", _("most urgent first"), ("due_on", "pk")),
        Order("-due", _("least urgent first"), ("-due_on", "-pk")),
    ),
    filters=(
        ChoiceFilter("village", _("Village"), place_choices, by_place),
        ChoiceFilter("rule", _("Doubt"), list(doubts.RULES.items()), _by_rule),
        ChoiceFilter(
            "state",
            _("State"),
            [(code, status.label) for code, status in doubts.VISIT_STATES.items()],
            lambda rows, code: rows.filter(state=code),
            any_label=pgettext_lazy("visit", "to be made"),
        ),
    ),
    export=Export(
        _("Visits"),
        log=_log_taken_out,
        by=lambda request: str(request.user.get_username()),
    ),
    empty=Empty(
        _("No visit is due"),
        _("A visit appears here when two registers disagree about somebody of your area."),
        icon="home-check",
    ),
    source=source_of,
)


def _found(token: str) -> Visit:
    try:
        return queries.visit(token)
    except Visit.DoesNotExist:
        raise Http404 from None


@open_to(READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The visits that are due, the most urgent first; other states by filter."""
    is_any = request.GET.get("state") in doubts.VISIT_STATES
    query = queries.visits() if is_any else queries.visits_due()
    rows = Rows(query.distinct() if request.GET.get("rule") else query, dress=lambda page: dress(request, page))
    request.listed = rows  # type: ignore[attr-defined]
    response = VISITS.respond(request, rows, template="office/visits/index.html")
    if request.method != "POST":
        log_list(request, "visit_list", rows.read)
    return response


@open_to(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """One visit: why it is owed, both sides' evidence, and the form of its answer."""
    shown = _found(token)
    dressed = dress(request, [shown])
    if not dressed:
        raise Http404
    may_answer = may(request, VISITORS) and shown.state == "due"
    form = answer_form(request, shown)
    if request.method == "POST" and may_answer and form.is_valid():
        return _answered(request, shown, form)
    if request.method == "POST" and not may_answer:
        messages.warning(request, gettext("This visit cannot be answered any more, or not in this duty."))
        return HttpResponseRedirect(reverse("office:visit", args=[token]))
    log_people("visit", _named([shown]))
    status = 422 if form.is_bound else 200
    return render(
        request, "office/visits/visit.html", _visit_context(request, shown, form, may_answer=may_answer), status=status
    )


def answer_form(request: HttpRequest, shown: Visit, **options: Any) -> AnswersForm:
    """The form of a dressed visit's answers: of its doubts those that are still to be asked about."""
    reasons = {reason["finding"]: reason["said"] for reason in shown.reasons}  # type: ignore[attr-defined]
    asked = [one for one in reasons if one.state in ("open", "visiting")]
    said = {one.pk: reasons[one] for one in asked}
    data = request.POST if request.method == "POST" else None
    given = {"person": shown.person, "findings": asked, "at_home": True, "said": said}
    return AnswersForm(data, request=request, **given, **options)


def _visit_context(request: HttpRequest, shown: Visit, form: AnswersForm, *, may_answer: bool) -> dict[str, Any]:
    """What the visit's page and its fragment on Today show."""
    details = people.details_of(shown.person)
    address = details.get("address")
    group = details.get("area_group")
    has_note = shown.note_sealed is not None
    for reason in shown.reasons:  # type: ignore[attr-defined]
        reason["evidence"] = evidence_of(request, reason["finding"])
    return {
        "visit": shown,
        "person": shown.person,
        "form": form if may_answer and form.subjects else None,
        "purposes": words.PURPOSES,
        "on": registry_day(),
        "place": shown.place,  # type: ignore[attr-defined]
        "group": group.value if group is not None else "",
        "address": people.opened_detail(address) if address is not None and may(request, PRIVATE) else "",
        "answer": doubts.answer_words(shown.answer),
        "note": queries.opened_note(shown) if has_note and may(request, PRIVATE) else "",
        "has_note": has_note,
        "status": doubts.VISIT_STATES[shown.state],
        **_undo_context(request, shown),
        "refused": _refused(shown) if may_answer else None,
        "overruled": overruled_of(answer) if (answer := queries.answer_taken_of(shown)) is not None else [],
        "crumbs": (Crumb(_("Visits"), reverse("office:visits")), Crumb(shown.person.name)),
    }


def _refused(shown: Visit) -> dict[str, Any] | None:
    """An answer that was not taken: whose, when, and why, so that it is given again."""
    entry = queries.refused_answer_of(shown)
    if entry is None:
        return None
    why = reason_sentence(entry.reason, get_language() or "zh")
    return {"by": entry.entered_by, "at": timezone.localtime(entry.entered_at), "why": why}


def _undo_context(request: HttpRequest, shown: Visit) -> dict[str, Any]:
    """Until when the reader may take the answer back (HH:MM), or how it fares since they asked."""
    undoing = queries.undoing_of(shown)
    until = actions.undo_until(shown, by=actor_of(request)) if may(request, VISITORS) and undoing is None else None
    return {
        "undo_until": f"{timezone.localtime(until):%H:%M}" if until is not None else "",
        "undoing": undoing,
        "undo_refused": reason_sentence(undoing.reason, get_language() or "zh") if undoing and undoing.reason else "",
    }


def record(request: HttpRequest, shown: Visit, form: AnswersForm) -> bool:
    """Write the answer down and let the worker publish it; False when somebody else was faster."""
    try:
        entry = actions.answer_visit(
            visit=shown,
            answers=form.told(),
            note=form.cleaned_data["note"],
            by=actor_of(request),
            duty_id=duty_of(request).pk,
        )
    except actions.VisitClosed:
        return False
    publish(entry)
    return True


def _answered(request: HttpRequest, shown: Visit, form: AnswersForm) -> HttpResponse:
    if record(request, shown, form):
        words = gettext("The visit to %(name)s was recorded.") % {"name": shown.person.name}
        say_undoable(request, words, undo_href=reverse("office:visit_undo", args=[shown.token]))
    else:
        messages.warning(request, gettext("Somebody else recorded this visit in the meantime; nothing was written."))
    return HttpResponseRedirect(reverse("office:visits"), status=303)


@require_POST
@open_to(VISITORS)
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take one's own answer back within some minutes; the worker does it, and the visit is due again."""
    shown = _found(token)
    try:
        publish(actions.undo_answer(visit=shown, by=actor_of(request), duty_id=duty_of(request).pk))
    except actions.UndoClosed:
        messages.warning(
            request,
            gettext(
                "This answer cannot be taken back: only who gave it may, within %(count)s minutes, and not after another "
                "visit to the same person."
            )
            % {"count": UNDO_MINUTES},
        )
    return HttpResponseRedirect(reverse("office:visit", args=[token]))


@open_to(READERS)
@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """The visits due as sheets of paper, one village a sheet, with boxes for answer and signature."""
    rows = Rows(queries.visits_due())
    token = request.GET.get("village", "")
    if token in {office.token for office in offices_of(request).values()}:
        rows = by_place(rows, token)
    page = list(rows.query.order_by("scope_no", "due_on", "pk")[: PRINTED_AT_ONCE + 1])
    is_cut = len(page) > PRINTED_AT_ONCE
    page = dress(request, page[:PRINTED_AT_ONCE])
    places = people.details_of_many(("address", "area_group"), [v.person_id for v in page])
    log_people("print", _named(page), purpose="print: visits")
    sheets: dict[str, list[Any]] = {}
    for one in page:
        found = places.get((one.person_id, "address")) if may(request, PRIVATE) else None
        group = places.get((one.person_id, "area_group"))
        where = [group.value if group is not None else "", people.opened_detail(found) if found is not None else ""]
        one.where = " ".join(part for part in where if part)  # type: ignore[attr-defined]
        one.boxes = doubts.boxes_of(one.doubts)  # type: ignore[attr-defined]
        sheets.setdefault(one.place, []).append(one)  # type: ignore[attr-defined]
    context = {
        "sheets": sheets,
        "is_cut": is_cut,
        "limit": PRINTED_AT_ONCE,
        "on": registry_day(),
        "by": getattr(request.user, "name", "") or actor_of(request),
        "at": timezone.localtime(),
        "choices": place_choices(request),
        "chosen": token,
        "crumbs": (Crumb(_("Visits"), reverse("office:visits")), Crumb(_("Print"))),
    }
    response = render(request, "office/visits/print.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
