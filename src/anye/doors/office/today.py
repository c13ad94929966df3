"""Today: what waits for the acting duty, by kind with the clock on each; what came in lately. Answers in place."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from anye.doors.kit import formats
from anye.doors.office import doubts, mending, words
from anye.doors.office.entrance import EVERYBODY, PRIVATE, READERS, VISITORS, duty_of, may, open_to
from anye.doors.office.navigation import LOADERS, address
from anye.doors.office.places import offices_of, place_words
from anye.doors.office.registers import seen_loads
from anye.doors.office.report.words import headlines
from anye.doors.office.rows import log_list, log_people
from anye.doors.office.sources import title_of
from anye.doors.office.visits import answer_form, dress, record
from anye.records.accounts.models import Role
from anye.records.audit.day import registry_day
from anye.records.findings import queries
from anye.records.findings.models import Visit
from anye.records.people.queries import transfers_asked
from anye.records.registers.models import Upload
from anye.records.registers.queries import duplicates_asked

VISITS_SHOWN = 8
OFFICES_SHOWN = 12
BATCHES_SHOWN = 6
MOVES_SHOWN = 20


@open_to(EVERYBODY)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The first page."""
    on, duty = registry_day(), duty_of(request)
    context: dict[str, Any] = {"on": on, "place": place_words(request, duty.office.scope_no)}
    if may(request, READERS):
        if duty.office.kind != "village":  # a village begins with whom to visit
            context["year"] = headlines(request)
        context |= _visits_context(request)
        context["rules"] = _rules()
        context |= mending.on_today()
        if may(request, PRIVATE):  # whoever decides them
            context |= {"transfers": _transfers(request), "duplicates": _duplicates(request)}
        log_list(request, "today", context["visits"])
    context["uploads"] = _uploads() if may(request, LOADERS) else []
    context["batches"] = _batches(request) if may(request, LOADERS | {Role.ADMINISTRATOR}) else []
    context["figures"] = _figures(context)
    response = render(request, "office/today/today.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _visits_context(request: HttpRequest) -> dict[str, Any]:
    """The visits section: the most urgent ones to answer in place; above a village also how they spread over offices."""
    on = registry_day()
    visits = dress(request, list(queries.visits_due()[:VISITS_SHOWN]))
    offices = offices_of(request)
    spread = [
        {
            "name": place_words(request, due.scope_no),
            "href": f"{reverse('office:visits')}?village={offices[due.scope_no].token}",
            "count": due.count,
            "late": due.late,
            "first": due.first,
        }
        for due in queries.visits_due_by_office(on)
        if due.scope_no in offices
    ]
    return {
        "on": on,
        "visits": visits,
        "due_count": sum(one["count"] for one in spread),
        "late_count": sum(one["late"] for one in spread),
        "spread": spread[:OFFICES_SHOWN],
        "spread_more": len(spread) - OFFICES_SHOWN,
        "is_village": duty_of(request).office.kind == "village",
        "may_answer": may(request, VISITORS),
    }


def _rules() -> list[dict[str, Any]]:
    counts = queries.open_counts_by_rule()
    return [
        {
            "rule": doubts.rule_words(rule),
            "count": words.count_words(count),
            "sort": count,
            "href": f"{reverse('office:findings')}?rule={rule}",
        }
        for rule, count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _transfers(request: HttpRequest) -> list[dict[str, Any]]:
    reach = duty_of(request).reach
    rows = transfers_asked(reach.lo or 0, reach.hi or 0)[:MOVES_SHOWN]
    return [
        {
            "name": row.name,
            "to": place_words(request, row.to_scope_no),
            "reason": row.reason,
            "asked_at": timezone.localtime(row.asked_at),
            "href": address("entries:transfer", row.token),
        }
        for row in rows
    ]


def _duplicates(request: HttpRequest) -> list[dict[str, Any]]:
    """People of the range whom another office has registered: someone has to decide whose they are."""
    return [
        {
            "name": row.person.name,
            "at": place_words(request, row.scope_no),
            "asked_at": timezone.localtime(row.asked_at),
            "href": address("entries:duplicate", row.token),
        }
        for row in duplicates_asked()[:MOVES_SHOWN]
    ]


def _uploads() -> list[dict[str, Any]]:
    rows = Upload.objects.filter(state__in=["waiting", "failed", "refused"]).order_by("-id")[:10]
    labels = {
        "waiting": gettext("waits to be read"),
        "failed": gettext("could not be read"),
        "refused": gettext("was refused"),
    }
    return [
        {
            "name": row.file_name,
            "size": formats.size_text(row.size),
            "at": timezone.localtime(row.uploaded_at),
            "by": row.uploaded_by,
            "state": labels[row.state],
            "is_waiting": row.state == "waiting",
            "href": address("registers:upload", row.token),
        }
        for row in rows
    ]


def _batches(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest loads that the reader may open; counts of those alone whose whole is the reader's business."""
    rows = seen_loads(request).filter(state="published").exclude(source__code__in=["officer", "visit"])
    return [
        {
            "title": title_of(row),
            "month": row.file_month,
            "known_on": row.known_on,
            "rows": row.rows if row.is_ours else None,
            "refused": row.refused if row.is_ours else None,
            "href": address("registers:batch", row.token),
        }
        for row in rows.order_by("-id")[:BATCHES_SHOWN]
    ]


def _figures(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The row of numbers at the top, each opening to its records."""
    if "visits" not in context:
        return []
    late = context["late_count"]
    total = sum(one["sort"] for one in context["rules"])
    is_many = any(one["sort"] > queries.COUNT_LIMIT - 1 for one in context["rules"])
    visits, found = reverse("office:visits"), reverse("office:findings")
    doubted = f"{formats.number_text(total - total % 1_000)}+" if is_many else formats.number_text(total)
    return [
        {
            "label": gettext("Visits due"),
            "value": formats.number_text(context["due_count"]),
            "href": visits,
            "tone": "",
        },
        {
            "label": gettext("Visits late"),
            "value": formats.number_text(late),
            "href": visits,
            "tone": "bad" if late else "",
        },
        {"label": gettext("Open doubts"), "value": doubted, "href": found, "tone": ""},
        {
            "label": gettext("Rows to mend"),
            "value": words.count_words(context["mend_count"]),
            "href": reverse("registers:mend"),
            "tone": "",
        },
    ]


@open_to(VISITORS)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The answer's form in place of a visit on Today; once answered, the section again, so that the next slides in."""
    try:
        shown = queries.visit(token)
    except Visit.DoesNotExist:
        raise Http404 from None
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("office:visit", args=[token]))
    page = dress(request, [shown])
    if not page:
        raise Http404
    form = answer_form(request, shown, auto_id=f"{token[:8]}_%s")
    if shown.state == "due" and not (request.method == "POST" and form.is_valid()):
        log_people("visit", [(shown.person_id, shown.scope_no)])
        context = {"visit": shown, "form": form, "on": registry_day()}
        response = _part(request, "office/today/answer.html", context, status=422 if form.is_bound else 200)
        # the form goes back to its own place; only a recorded answer draws the whole section anew
        response["HX-Retarget"], response["HX-Reswap"] = f"#visit-{token}", "outerHTML"
        return response
    is_recorded = shown.state == "due" and record(request, shown, form)
    context = _visits_context(request)
    context["done"] = shown.person.name if is_recorded else ""
    context["undo_href"] = reverse("office:visit_undo", args=[token]) if is_recorded else ""
    context["missed"] = "" if is_recorded else shown.person.name
    context["rules"] = _rules()
    context |= mending.on_today()
    context["figures"] = _figures(context)
    log_list(request, "today", context["visits"])
    return _part(request, "office/today/visits.html", context)


def _part(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
