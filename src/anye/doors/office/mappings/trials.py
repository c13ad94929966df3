"""What came of a trial on the whole file; to be saved, changed or given up. Saved mappings are retired here too."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit import formats
from anye.doors.kit.fragments import Status
from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.mappings import said, words
from anye.doors.office.mappings.columns import found_trial, waiting_upload
from anye.doors.office.places import offices_of, place_words
from anye.doors.office.registers import UPLOADERS
from anye.doors.office.uploads import sentence_of
from anye.flow import sentences
from anye.flow.jobs import load_upload, look_at_upload, may_load
from anye.flow.notes import note_sentences
from anye.records.audit.actions import looked
from anye.records.registers import actions, mappings
from anye.records.registers.actions.mappings import retire_mapping, save_mapping
from anye.records.registers.models import MappingTrial, SourceMapping

STATES: dict[str, Status] = {
    "waiting": Status("waiting", _("being tried"), "hourglass", "info"),
    "done": Status("done", _("tried"), "circle-check", "ok"),
    "failed": Status("failed", _("could not be read"), "alert-circle", "bad"),
    "refused": Status("refused", _("no longer waits"), "ban", "idle"),
}
TOLD = {
    "decided_already": _("Somebody else has already said what these columns mean, or given the file up."),
    "not_tried": _("Try it on the whole file first."),
    "nothing_read": _("No row of the file would be taken like this. Change what the columns mean."),
}


@require_safe
@open_to(UPLOADERS)
def trial(request: HttpRequest, token: str) -> HttpResponse:
    """What a load would read, refuse and ask about, with the first rows of each."""
    found = found_trial(request, token)
    outcome = mappings.outcome_of(found)
    if outcome:
        looked("trial", [(None, duty_of(request).reach.lo)], shown=sum(map(len, outcome["first"].values())))
    upload_href = reverse("registers:upload", args=[found.upload.token])
    crumbs = (
        Crumb(_("Registers"), reverse("registers:index")),
        Crumb(found.upload.file_name, upload_href),
        Crumb(_("Trial")),
    )
    context = {"crumbs": crumbs, **_state(found), **_told(request, found, outcome)}
    response = render(request, "office/mappings/trial.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@open_to(UPLOADERS)
def trial_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself every two seconds, until the trial is over."""
    found = found_trial(request, token)
    if found.state != "waiting":
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("registers:trial", args=[token])})
    return render(request, "office/mappings/trial_state.html", _state(found))


def _state(found: MappingTrial) -> dict[str, Any]:
    is_waiting = found.state == "waiting"
    return {
        "trial": found,
        "status": STATES[found.state],
        "register": words.register_title(found.source),
        "sentence": sentence_of(found.failure) if found.failure else "",
        "is_open": found.upload.state == "unmapped",
        "poll_href": reverse("registers:trial_state", args=[found.token]) if is_waiting else "",
    }


def _told(request: HttpRequest, found: MappingTrial, outcome: dict[str, Any]) -> dict[str, Any]:
    if not outcome:
        return {"outcome": None}
    profile = said.profile_of(found.source.code)
    first = {kind: _rows(request, rows) for kind, rows in outcome["first"].items()}
    params = {kind: rows[0].get("params") or {} for kind, rows in outcome["first"].items() if rows}
    return {
        "outcome": outcome,
        "queried": sum(outcome["rules"].values()),
        "months": [formats.month_text(timezone.datetime.fromisoformat(month).date()) for month in outcome["months"]],
        "loaded": first.get("loaded", []),
        "refused": [
            {"words": sentences.reason_sentence(code, words.language()), "count": count, "rows": first.get(code, [])}
            for code, count in outcome["reasons"].items()
        ],
        # a rule that asks several things says what the first row is asked
        "queries": [
            {
                "words": sentences.rule_what(code, words.language(), params.get(code)),
                "count": count,
                "rows": first.get(code, []),
            }
            for code, count in outcome["rules"].items()
        ],
        "notes": list(note_sentences(outcome["notes"], words.language())),
        "unknown": [
            (words.title_of(profile, name), words.spellings(spelled), len(spelled))
            for name, spelled in outcome["codes"].items()
        ],
    }


def _rows(request: HttpRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where rows stand and whom they name, as far as is needed to find them in the sheet."""
    return [
        {
            "line": row["_line"],
            "sheet": row["_sheet"],
            "column": row.get("column") or (row.get("params") or {}).get("column") or "",
            "name": words.masked_name(row.get("name")),
            "place": _village(request, row.get("area_code")) or words.masked_cell(row.get("place") or ""),
        }
        for row in rows
    ]


def _village(request: HttpRequest, area_code: str | None) -> str:
    """The village that a row was placed in, if it is one of the reader's."""
    found = next((one for one in offices_of(request).values() if area_code and one.area_code == area_code), None)
    return place_words(request, found.scope_no) if found else ""


@require_POST
@open_to(UPLOADERS)
def save(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what was tried for every file of these headings, and load this one, or look at it first."""
    found = found_trial(request, token)
    outcome, look_first = mappings.outcome_of(found), request.POST.get("then") == "look"
    if found.state == "done" and outcome and not outcome["loaded"]:
        return _refused(request, found, "nothing_read")
    try:
        save_mapping(trial=found, by=actor_of(request), look_first=look_first)
    except actions.MappingRefused as refused:
        return _refused(request, found, refused.code)
    (look_at_upload if look_first else load_upload).defer(upload_id=found.upload_id)
    messages.success(request, gettext("Saved: files of these headings are read like this from now on."))
    return redirect("registers:upload", found.upload.token)


def _refused(request: HttpRequest, found: MappingTrial, code: str) -> HttpResponse:
    messages.error(request, str(TOLD[code]))
    is_decided = code == "decided_already"
    return redirect("registers:upload", found.upload.token) if is_decided else redirect("registers:trial", found.token)


@require_POST
@open_to(UPLOADERS)
def give_up(request: HttpRequest, token: str) -> HttpResponse:
    """Nobody says what the columns of a file mean: it goes."""
    upload = waiting_upload(request, token)
    try:
        actions.give_up_upload(upload=upload)
    except actions.MappingRefused as refused:
        messages.error(request, str(TOLD[refused.code]))
        return redirect("registers:upload", token)
    messages.success(request, gettext("The file was given up; nothing of it is kept."))
    return redirect("registers:index")


@require_POST
@open_to(UPLOADERS)
def retire(request: HttpRequest, token: str) -> HttpResponse:
    """Files of these headings are unknown again; what was loaded stays."""
    if not may_load(duty_of(request)):
        raise PermissionDenied
    try:
        mapping = mappings.mapping_with(token)
    except SourceMapping.DoesNotExist:
        raise Http404 from None
    retire_mapping(mapping=mapping, by=actor_of(request))
    messages.success(request, gettext("Retired: somebody has to say again what the columns of such a file mean."))
    return redirect("registers:index")
