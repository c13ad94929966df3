"""A file that is looked at first: what it would add, change and contradict; then it is loaded, given back or discarded."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit import formats
from anye.doors.kit.exports import XLSX
from anye.doors.kit.fragments import Words
from anye.doors.kit.pages import Crumb
from anye.doors.office import stated, words
from anye.doors.office.doubts import rule_words
from anye.doors.office.entrance import duty_of, open_to
from anye.doors.office.registers import UPLOADERS
from anye.doors.office.rows import log_people
from anye.flow import sentences
from anye.flow.giving_back import may_take
from anye.flow.jobs import load_upload, may_load
from anye.records.accounts.scope import set_purpose
from anye.records.audit.actions import looked
from anye.records.audit.keys import keyring
from anye.records.people import queries as people
from anye.records.registers import queries as registers
from anye.records.registers.actions import requests
from anye.records.registers.models import Look, Source

FACTS: Mapping[str, Words] = {
    "detail": _("Details of people"),
    "household": _("Households"),
    "membership": _("Groups"),
    "income": _("Income"),
    "helper": _("Helpers"),
    "need": _("Needs and wishes"),
    "firm": _("Firms"),
    "firm_detail": _("Firms"),
    "spell": _("Work"),
    "insurance": _("Insurance months"),
    "payroll": _("Pay"),
    "status": _("Statuses"),
    "restricted": _("Justice and health"),
    **stated.TITLES,
}
# kinds of rows that may be left out (`flow.differences.lines`)
PARTS: Mapping[str, Words] = {
    "queried": _("rows that something is asked about"),
    "contradicting": _("rows that say otherwise of their person than another register"),
    "changing": _("rows that change what this register said of their person before"),
}
WARNINGS: Mapping[str, Words] = {
    "no_month": _("The file names no month, while others of this register do."),
    "month_ahead": _("The month of the file lies after the day from which we know it."),
    "month_again": _("The same month came in already, with %(rows)s rows: %(file)s"),
    "month_missing_between": _(
        "The newest month that came in is %(newest)s: between it and this file a month is missing."
    ),
    "month_older": _("A newer month came in already: %(newest)s. This file will not overrule it."),
    "rows_fewer": _("Far fewer rows than the month before: %(change)s %% against %(rows)s rows of %(file)s"),
    "rows_more": _("Far more rows than the month before: +%(change)s %% against %(rows)s rows of %(file)s"),
}


def _found(request: HttpRequest, token: str) -> Look:
    """Whoever may not see a register of justice or health does not see what its file would do either."""
    duty = duty_of(request)
    if not may_load(duty):
        raise PermissionDenied
    try:
        found = registers.look_with(token)
    except Look.DoesNotExist:
        raise Http404 from None
    if not may_take(duty, found.source):
        raise Http404
    return found


@require_safe
@open_to(UPLOADERS)
def look(request: HttpRequest, token: str) -> HttpResponse:
    """What loading a file would do. Whom it contradicts is shown as far as the reader reaches them, and logged."""
    found = _found(request, token)
    home = reverse("registers:index")
    is_open = found.upload.state == "looked"
    told, sources = found.figures, _sources()
    sample = _sample(found, sources) if is_open else []
    log_people("look", [(one["person"].pk, one["person"].scope_no) for one in sample if one["person"]])
    month = told["month"] and formats.month_text(dt.date.fromisoformat(told["month"]))
    title = found.source.title_zh if formats.is_chinese() else found.source.title_en
    context = {
        "crumbs": (Crumb(_("Registers"), home), Crumb(found.upload.file_name)),
        "look": found,
        "at": timezone.localtime(found.looked_at),
        "is_open": is_open,
        "title": f"{title} · {month}" if month else title,
        "is_known": told["is_known"],
        "warnings": [_warning(one) for one in told["warnings"]],
        "figures": _figures(told),
        "facts": [_fact_line(name, one, sources) for name, one in told["facts"].items()],
        "reasons": _reasons(told["reasons"]),
        "sample": sample,
        "parts": [
            {"code": code, "label": label, "rows": formats.number_text(_rows_of(found.lines[code]))}
            for code, label in PARTS.items()
            if code in found.lines
        ],
        "left_out": ("、" if formats.is_chinese() else ", ").join(str(PARTS[code]) for code in found.upload.left_out),
        "decide_href": reverse("registers:decide_look", args=[token]),
        "sheet_href": reverse("registers:look_sheet", args=[token]) if found.sheet and is_open else "",
    }
    return render(request, "office/registers/look.html", context)


def _sources() -> dict[str, str]:
    """Sources by code and by key, in the reader's language."""
    rows = Source.objects.all()
    named = [(one, one.title_zh if formats.is_chinese() else one.title_en) for one in rows]
    return {one.code: title for one, title in named} | {str(one.pk): title for one, title in named}


def _rows_of(spans: list[list[int]]) -> int:
    return sum(last - first + 1 for _sheet, first, last in spans)


def _figures(told: dict[str, Any]) -> list[dict[str, Any]]:
    facts = told["facts"].values()
    changed = sum(sum(one["replaced"].values()) for one in facts)
    overruled = sum(sum(one["overruled"].values()) for one in facts)
    shown: list[tuple[Words, int, str]] = [
        (_("Rows"), told["rows"], ""),
        (_("New people"), told["persons_new"], ""),
        (_("New facts"), sum(one["added"] for one in facts), ""),
        (_("Facts that change"), changed, "warn"),
        (_("Overruled by others"), overruled, "warn"),
        (_("Refused"), told["refused"], "bad"),
        (_("Queried"), told["queried"], "warn"),
        *([(_("Unattached"), told["unattached"], "warn")] if told["unattached"] else []),
    ]
    return [
        {"label": label, "value": formats.number_text(value), "tone": tone if value else ""}
        for label, value, tone in shown
    ]


def _fact_line(name: str, one: dict[str, Any], sources: dict[str, str]) -> dict[str, Any]:
    return {
        "name": FACTS.get(name, name),
        "added": formats.number_text(one["added"]),
        "replaced": _by_source(one["replaced"], sources),
        "overruled": _by_source(one["overruled"], sources),
        "within": formats.number_text(one["within"]) if one["within"] else "",
    }


def _by_source(counts: dict[str, int], sources: dict[str, str]) -> str:
    between = "；" if formats.is_chinese() else "; "
    return between.join(f"{sources.get(code, code)} {formats.number_text(count)}" for code, count in counts.items())


def _reasons(told: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    language = get_language() or "zh"
    levels = {
        "refused": (_("Refused"), lambda code: sentences.reason_what(code, language)),
        "queried": (_("Queried"), lambda code: str(rule_words(code))),
    }
    return [
        {"level": label, "what": say(code), "count": formats.number_text(count)}
        for level, (label, say) in levels.items()
        for code, count in told[level].items()
    ]


def _warning(one: dict[str, Any]) -> str:
    told = dict(one)
    if "newest" in told:
        told["newest"] = formats.month_text(dt.date.fromisoformat(told["newest"]))
    if "rows" in told:
        told["rows"] = formats.number_text(told["rows"])
    return str(WARNINGS[told.pop("code")]) % told if told.keys() != {"code"} else str(WARNINGS[told["code"]])


def _sample(found: Look, sources: dict[str, str]) -> list[dict[str, Any]]:
    """Contradictions with the persons that the reader reaches; of the others nothing is told but the line."""
    if found.sample is None:
        return []
    rows = json.loads(keyring().unseal(bytes(found.sample), context=registers.SAMPLE))
    known = people.people_by_key(row["person"] for row in rows)
    return [_sampled(row, known.get(row["person"]), sources) for row in rows]


def _sampled(row: dict[str, Any], person: Any, sources: dict[str, str]) -> dict[str, Any]:
    fact, kind = row["fact"], row["kind"] or ""
    what = {"detail": words.DETAILS, "need": words.NEEDS, "income": words.INCOME}.get(fact, {}).get(kind)
    before, after = "", ""
    if person is not None and fact in {"detail", "need"}:
        said = words.detail_words if fact == "detail" else words.need_words
        sides = next(((old, new) for column, old, new in row["sides"] if column == "value"), (None, None))
        before, after = (said(kind, side) if side else "" for side in sides)
    if row["sealed"] and not after:
        after = gettext("under seal")
    return {
        "person": person,
        "line": row["line"],
        "what": what or FACTS.get(fact, fact),
        "before": before,
        "after": after,
        "source": sources.get(str(row["source"]), ""),
        "wins": row["wins"],
    }


@require_POST
@open_to(UPLOADERS)
def decide_look(request: HttpRequest, token: str) -> HttpResponse:
    """Load all of it, or without some rows, or discard it. What somebody else decided first stands."""
    found = _found(request, token)
    act = request.POST.get("act")
    if act not in {"load", "part", "discard"}:
        messages.error(request, gettext("Choose whether the file is loaded or discarded."))
        return redirect("registers:look", token)
    left_out = [code for code in PARTS if code in found.lines and code in request.POST.getlist("leave")]
    if act == "part" and not left_out:
        messages.error(request, gettext("Tick which rows are to be left out."))
        return redirect("registers:look", token)
    is_load = act != "discard"
    told = {"state": "waiting" if is_load else "discarded", "left_out": left_out if act == "part" else []}
    if not requests.decide_upload(upload=found.upload, duty_id=duty_of(request).pk, **told):
        messages.error(request, gettext("This was decided in the meantime."))
        return redirect("registers:look", token)
    if is_load:
        load_upload.defer(upload_id=found.upload_id)
        return redirect("registers:upload", token)
    messages.success(request, gettext("The file was discarded. Nothing of it was taken."))
    return redirect("registers:index")


@require_safe
@open_to(UPLOADERS)
def look_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The rows that would be refused, in the file's own layout. Every fetching leaves a trace in each of their ranges."""
    found = _found(request, token)
    if found.sheet is None or found.upload.state != "looked":
        raise Http404
    set_purpose("export: give back")
    for scope_no, count in found.offices:
        looked("export", [(None, scope_no)], shown=count)
    response = HttpResponse(keyring().unseal_bytes(bytes(found.sheet), context="raw"), content_type=XLSX)
    stem = found.upload.file_name.rpartition(".")[0] or found.upload.file_name
    name = f"{gettext('to mend')} {stem}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
