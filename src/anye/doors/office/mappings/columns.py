"""The page of columns: which register an unknown sheet is of, and what each of its columns means."""

from pathlib import PurePath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.mappings import said, words
from anye.doors.office.mappings.said import Draft
from anye.doors.office.registers import UPLOADERS
from anye.engine.intake.mapping import column_letters, mapping_faults, without_months
from anye.engine.intake.profile import Target
from anye.flow.jobs import may_load, try_mapping
from anye.records.audit.actions import looked
from anye.records.registers import actions, mappings
from anye.records.registers import queries as registers
from anye.records.registers.models import MappingTrial, Upload

SAMPLES = 3
LONGEST_NAME = 80


def waiting_upload(request: HttpRequest, token: str) -> Upload:
    """A file whose columns somebody may say the meaning of. Raises PermissionDenied, Http404."""
    if not may_load(duty_of(request)):
        raise PermissionDenied
    try:
        return registers.upload_with(token)
    except Upload.DoesNotExist:
        raise Http404 from None


@require_safe
@open_to(UPLOADERS)
def columns(request: HttpRequest, token: str) -> HttpResponse:
    """To the register that the file is likeliest of."""
    upload = waiting_upload(request, token)
    if upload.state != "unmapped":
        return redirect("registers:upload", token)
    sample = said.opened(upload)
    place = said.place_of(sample, request.GET)
    source = upload.named_source or sample.sheets[place.sheet_no].sources[0][0]
    return redirect("registers:columns_as", token, source)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(UPLOADERS)
def columns_as(request: HttpRequest, token: str, source: str) -> HttpResponse:
    """The columns under one register as they are guessed; what is sent is tried on the whole file."""
    upload, profile = waiting_upload(request, token), said.profile_of(source)
    if upload.state != "unmapped":
        return redirect("registers:upload", token)
    sample = said.opened(upload)
    if request.method != "POST":
        return _page(request, upload, said.guessed(sample, said.place_of(sample, request.GET), profile))
    draft = said.sent(sample, said.place_of(sample, request.POST), profile, request.POST)
    faults = [words.fault_of(profile, fault) for fault in mapping_faults(profile, draft.mapping)]
    if faults:
        return _page(request, upload, draft, faults=faults, name=request.POST.get("name", ""))
    trial = actions.try_mapping(
        upload=upload,
        said=draft.mapping,
        name=request.POST.get("name", "").strip()[:LONGEST_NAME] or usual_name(upload),
        place=(draft.place.sheet_no, draft.place.line),
        by=actor_of(request),
        duty_id=duty_of(request).pk,
    )
    try_mapping.defer(trial_id=trial.pk)
    return redirect("registers:trial", trial.token)


@require_safe
@open_to(UPLOADERS)
def trial_columns(request: HttpRequest, token: str) -> HttpResponse:
    """The columns as they were tried, to be changed and tried again."""
    trial = found_trial(request, token)
    if trial.upload.state != "unmapped":
        return redirect("registers:upload", trial.upload.token)
    draft = said.of_trial(said.opened(trial.upload), trial, said.profile_of(trial.source.code))
    return _page(request, trial.upload, draft, name=trial.name, asked=mappings.outcome_of(trial).get("codes", {}))


def found_trial(request: HttpRequest, token: str) -> MappingTrial:
    """A trial of one's own range. Raises PermissionDenied, Http404."""
    if not may_load(duty_of(request)):
        raise PermissionDenied
    try:
        return mappings.trial_with(token)
    except MappingTrial.DoesNotExist:
        raise Http404 from None


def usual_name(upload: Upload) -> str:
    """What such files may be called: the file's name without its month."""
    return without_months(PurePath(upload.file_name).stem)[:LONGEST_NAME] or gettext("Sheet")


def _page(
    request: HttpRequest, upload: Upload, draft: Draft, *, faults: Any = (), name: str = "", asked: Any = None
) -> HttpResponse:
    rows = _rows(request, draft)
    looked("sample", [(None, duty_of(request).reach.lo)], shown=len(rows))
    given = set(draft.mapping.meanings)
    needs = words.needed_of(draft.profile)
    home = reverse("registers:index")
    context = {
        "upload": upload,
        "draft": draft,
        "rows": rows,
        "faults": faults,
        "name": name or usual_name(upload),
        "registers": _registers(draft),
        "sheets": [(at, sheet.name or upload.file_name) for at, sheet in enumerate(draft.sample.sheets)],
        "headings": said.headings_offered(draft.sheet),
        "choices": words.meaning_choices(draft.profile),
        "left": sorted(
            (
                {
                    "name": column.name,
                    "title": words.title_of(draft.profile, column.name),
                    "is_given": column.name in given,
                    "is_needed": any(column.name in need for need in needs),
                }
                for column in draft.profile.columns
            ),
            key=lambda one: not one["is_needed"],
        ),
        "needs": [("|".join(need), _titles(draft, need)) for need in needs],
        "codes": [
            (name, words.title_of(draft.profile, name), found, words.code_choices(draft.profile, name))
            for name, found in draft.unknown_codes(asked or {})
        ],
        "title": _("What the columns mean"),
        "crumbs": (
            Crumb(_("Registers"), home),
            Crumb(upload.file_name, reverse("registers:upload", args=[upload.token])),
            Crumb(_("Columns")),
        ),
    }
    response = render(request, "office/mappings/columns.html", context, status=422 if faults else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _titles(draft: Draft, names: list[str]) -> str:
    return " / ".join(words.title_of(draft.profile, name) for name in names)


def _registers(draft: Draft) -> list[tuple[str, str, int]]:
    """The registers of the pack, the likeliest first, with how many columns each would read."""
    titles = {
        source.code: words.register_title(source) for source in registers.sources_named(dict(draft.sheet.sources))
    }
    return [(code, titles[code], count) for code, count in draft.sheet.sources if code in titles]


def _rows(request: HttpRequest, draft: Draft) -> list[dict[str, Any]]:
    """A row for each column of the sheet: its heading, a few cells, what is guessed and why."""
    sees_restricted = duty_of(request).reach.sees_restricted
    rows = []
    for index in draft.table.columns:
        guess = draft.guesses[index]
        column = draft.profile.by_name.get(draft.mapping.meanings[index] or guess.column)
        is_hidden = not sees_restricted and column is not None and any(map(_is_restricted, column.becomes))
        samples = words.masked_samples(draft.table.shapes[index], SAMPLES)
        rows.append(
            {
                "index": index,
                "letter": column_letters(index),
                "heading": draft.table.header.labels[index],
                "samples": [gettext("under seal")] if is_hidden and samples else samples,
                "meaning": draft.mapping.meanings[index],
                "guess": guess.column,
                "confidence": words.confidence_of(guess),
                "reason": words.reason_of(guess),
            }
        )
    return rows


def _is_restricted(target: Target) -> bool:
    return target.frame == "restricted"
