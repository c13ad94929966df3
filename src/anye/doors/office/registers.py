"""Registers: what files came from where and how fresh they are, every load, and blank sheets to fill."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import XLSX, Export
from anye.doors.kit.filters import ChoiceFilter, MonthFilter
from anye.doors.kit.fragments import Status
from anye.doors.kit.links import TokenLink
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.sources import Order
from anye.doors.office.entrance import EVERYBODY, READERS, duty_of, may, open_to
from anye.doors.office.rows import log_nameless_export
from anye.doors.office.sources import title_of
from anye.engine.intake.blank import blank_sheet
from anye.flow.jobs import LOADERS, may_load
from anye.flow.registry import BY_HAND
from anye.packs import read_pack
from anye.records.audit.day import registry_day
from anye.records.registers import queries as registers
from anye.records.registers.models import Batch, Source, Upload, Withdrawal

UPLOADERS = LOADERS
TYPED = frozenset(code for code, *_rest in BY_HAND)
STATES: dict[str, Status] = {
    "reading": Status("reading", _("being read"), "loader-2", "info"),
    "published": Status("published", _("loaded"), "circle-check", "ok"),
    "failed": Status("failed", _("could not be read"), "alert-circle", "bad"),
    "withdrawn": Status("withdrawn", _("taken back"), "arrow-back-up", "idle"),
}
UPLOAD_STATES: dict[str, Status] = {
    "waiting": Status("waiting", _("waits to be read"), "hourglass", "info"),
    "looking": Status("looking", _("waits to be looked at"), "hourglass", "info"),
    "looked": Status("looked", _("waits to be decided about"), "eye", "warn"),
    "discarded": Status("discarded", _("discarded"), "trash", "idle"),
    "done": Status("done", _("loaded"), "circle-check", "ok"),
    "failed": Status("failed", _("could not be read"), "alert-circle", "bad"),
    "refused": Status("refused", _("not taken"), "ban", "bad"),
    "unmapped": Status("unmapped", _("columns not known"), "question-mark", "warn"),
    "given_up": Status("given_up", _("given up"), "ban", "idle"),
}
WITHDRAWAL_STATES: dict[str, Status] = {
    "asked": Status("asked", _("being foreseen"), "loader-2", "info"),
    "foreseen": Status("foreseen", _("waits to be confirmed"), "hourglass", "warn"),
    "agreed": Status("agreed", _("being taken back"), "loader-2", "info"),
    "done": Status("done", _("taken back"), "arrow-back-up", "ok"),
    "dropped": Status("dropped", _("left as it is"), "minus", "idle"),
    "refused": Status("refused", _("not taken back"), "ban", "bad"),
}
NEVER = Status("never", _("nothing loaded yet"), "circle-dashed", "idle")
FRESH = Status("fresh", _("up to date"), "circle-check", "ok")
MONTHLESS = Status("monthless", _("names no month"), "calendar", "idle")
IN_TIME = 1  # a month's register comes in during the month after it


def seen_loads(request: HttpRequest) -> "QuerySet[Batch]":
    """The loads that this reader may see; a district's own office has the operator's among its own."""
    duty = duty_of(request)
    reach = duty.reach
    return registers.loads_within(
        reach.lo, reach.hi, with_operator=duty.office.parent_id is None, sees_restricted=reach.sees_restricted
    )


def of_ours(name: str) -> Any:
    """A count of a load, for those whose business the whole load is."""
    return lambda batch: getattr(batch, name) if batch.is_ours else None


def source_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The registers that files come from."""
    return [(source.code, _title(source)) for source in fresh_sources(request)]


def fresh_sources(request: HttpRequest) -> list[Source]:
    """Registers with their freshness, read once a request; those that no file has come from yet stand last."""
    known: list[Source] | None = getattr(request, "_fresh_sources", None)
    if known is None:
        known = sorted(registers.sources_of_files(TYPED), key=lambda one: one.last_load is None)
        request._fresh_sources = known  # type: ignore[attr-defined]
    return known


def _title(source: Source) -> str:
    return source.title_zh if formats.is_chinese() else source.title_en


def freshness(source: Source, on: dt.date) -> Status:
    """How far a register lags behind the month of a day."""
    if source.last_load is None:  # type: ignore[attr-defined]
        return NEVER
    month: dt.date | None = source.last_month  # type: ignore[attr-defined]
    if month is None:
        return MONTHLESS
    behind = (on.year - month.year) * 12 + on.month - month.month - IN_TIME
    if behind <= 0:
        return FRESH
    words = ngettext("%(count)s month behind", "%(count)s months behind", behind) % {"count": behind}
    return Status("behind", words, "clock-exclamation", "warn")


LOADS = Listing(
    name="loads",
    caption=_("Loads"),
    columns=(
        Column("file", _("File"), "file_name", link=TokenLink("registers:batch"), is_fixed=True),
        Column("source", _("Register"), title_of),
        Column("month", _("Month"), "file_month", "month"),
        Column("state", _("State"), lambda batch: STATES[batch.state], "status"),
        Column("rows", _("Rows"), of_ours("rows"), "number"),
        Column("loaded", _("Loaded"), of_ours("loaded"), "number"),
        Column("unchanged", _("Unchanged"), of_ours("unchanged"), "number", is_shown=False),
        Column("refused", _("Refused"), of_ours("refused"), "number"),
        Column("queried", _("Queried"), of_ours("queried"), "number"),
        Column("unattached", _("Unattached"), of_ours("unattached"), "number", is_shown=False),
        Column("known_on", _("Known on"), "known_on", "day"),
        Column("by", _("By"), "loaded_by"),
        Column("started", _("Begun"), lambda batch: timezone.localtime(batch.started_at), "moment", is_shown=False),
    ),
    orders=(Order("newest", _("newest first"), ("-pk",)),),
    export=Export(_("Loads"), log=log_nameless_export),
    filters=(
        ChoiceFilter("source", _("Register"), source_choices, lambda rows, code: rows.filter(source__code=code)),
        MonthFilter("month", _("Month"), lambda rows, month: rows.filter(file_month=month)),
        ChoiceFilter(
            "state",
            _("State"),
            [(code, status.label) for code, status in STATES.items()],
            lambda rows, code: rows.filter(state=code),
        ),
    ),
    empty=Empty(
        _("No file has been loaded yet"),
        _("Hand in a ledger or an insurance sheet; the blank sheets above show what a file should hold."),
        icon="database-import",
    ),
)


@open_to(EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """Registers with their freshness, uploads under way, and every load."""
    on = registry_day()
    sources = [
        {"source": one, "title": _title(one), "status": freshness(one, on), "blank": _blank_href(one)}
        for one in fresh_sources(request)
    ]
    # thirty registers are a long list on a telephone: those that nothing has come from are a fold below
    came = [one for one in sources if one["source"].last_load is not None]
    unseen = [one for one in sources if one["source"].last_load is None] if came else []
    is_uploader = may_load(duty_of(request))
    uploads = [_under_way(upload) for upload in registers.uploads_under_way()] if is_uploader else []
    withdrawals = [_taken_back(one) for one in registers.withdrawals_under_way()] if is_uploader else []
    return LOADS.respond(
        request,
        seen_loads(request),
        template="office/registers/index.html",
        context={
            "sources": came or sources,
            "unseen": unseen,
            "may_upload": is_uploader,
            "may_read": may(request, READERS),
            "uploads": uploads,
            "mappings": _mappings(),
            "withdrawals": withdrawals,
        },
    )


def _mappings() -> list[dict[str, Any]]:
    """What people of this office said of headings that no profile knows."""
    return [
        {
            "mapping": one,
            "title": _title(one.source),
            "at": timezone.localtime(one.saved_at),
            "dialog": f"retire-{one.pk}",
            "retire": reverse("registers:retire_mapping", args=[one.token]),
        }
        for one in registers.standing_mappings_within()
    ]


def _blank_href(source: Source) -> str:
    known = read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles
    return reverse("registers:blank", args=[source.code]) if source.code in known else ""


def _under_way(upload: Upload) -> dict[str, Any]:
    return {"upload": upload, "status": UPLOAD_STATES[upload.state], "at": timezone.localtime(upload.uploaded_at)}


def _taken_back(asked: Withdrawal) -> dict[str, Any]:
    return {"asked": asked, "status": WITHDRAWAL_STATES[asked.state], "at": timezone.localtime(asked.asked_at)}


@require_safe
@open_to(EVERYBODY)
def blank(_request: HttpRequest, source: str) -> HttpResponse:
    """A register's blank sheet: the headings that the same register's files are recognised by."""
    profile = read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles.get(source)
    if profile is None:
        raise Http404
    language = "zh" if formats.is_chinese() else "en"
    response = HttpResponse(blank_sheet(profile, language), content_type=XLSX)
    name = content_disposition_header(as_attachment=True, filename=f"{profile.title[language]}.xlsx")
    response["Content-Disposition"] = name or "attachment"
    return response
