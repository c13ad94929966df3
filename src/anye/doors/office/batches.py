"""One load: what was recognised, the counts, and every row that was refused, queried or attaches to nobody."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office import giving_back, row_names, withdrawals, words
from anye.doors.office.doubts import rule_words
from anye.doors.office.entrance import EVERYBODY, READERS, may, open_to
from anye.doors.office.registers import STATES, seen_loads
from anye.doors.office.rows import Rows, source_of
from anye.doors.office.sources import title_of
from anye.doors.office.uploads import sentence_of
from anye.flow import sentences
from anye.flow.notes import note_sentences
from anye.records.registers import queries as registers
from anye.records.registers.models import Batch, Fault

ROW_RULES = ("Q01", "Q02", "Q03", "Q05", "Q06", "Q08", "Q10", "Q15", "Q16")  # what one row alone can be asked about
LEVELS = ("refused", "queried", "unattached")


def language() -> str:
    return get_language() or "zh"


def what(fault: Fault) -> str:
    """What is wrong with a row."""
    if fault.level == "refused":
        return sentences.reason_what(fault.reason, language(), fault.params)
    return sentences.rule_what(fault.reason, language(), fault.params)


def cure(fault: Fault) -> str:
    """What whoever keeps the sheet can do about it."""
    if fault.level == "refused":
        return sentences.reason_cure(fault.reason, language())
    return sentences.rule_cure(fault.reason, language(), fault.params)


def reason_choices(level: str) -> Any:
    """The reasons that rows of a level may have. All of them: which occur would have to be counted over the file."""

    def choices(_request: HttpRequest) -> list[tuple[str, str]]:
        if level == "refused":
            return [(code, sentences.reason_what(code, language())) for code in sentences.ROW_REASONS]
        return [(rule, rule_words(rule)) for rule in ROW_RULES]

    return choices


def _column_of(fault: Fault) -> str:
    return fault.column or str(fault.params.get("column") or "")


def _listing(level: str, caption: Any, empty: Empty) -> Listing:
    # a queried row was taken: its person stands in the registry
    names = () if level == "queried" else (Column("name", _("Name"), row_names.name_of),)
    written = (Column("written", _("Place as written"), "written", is_shown=False),) if level == "refused" else ()
    return Listing(
        name=level,
        caption=caption,
        columns=(
            Column("line", _("Line"), "line", "number", is_fixed=True),
            *names,
            Column("sheet", _("Sheet"), "sheet"),
            Column("column", _("Column"), _column_of),
            Column("reason", _("What is wrong"), what),
            Column("cure", _("What to do"), cure),
            Column("place", _("Village"), "place"),
            *written,
        ),
        orders=(Order("line", _("by line"), ("sheet_no", "line", "pk")),),
        filters=()
        if level == "unattached"
        else (ChoiceFilter("reason", _("Reason"), reason_choices(level), lambda rows, code: rows.filter(reason=code)),),
        export=Export(caption, log=row_names.log_export),
        empty=empty,
        source=source_of,
    )


LISTINGS = {
    "refused": _listing("refused", _("Refused rows"), Empty(_("No row was refused"), icon="circle-check")),
    "queried": _listing("queried", _("Queried rows"), Empty(_("No row was queried"), icon="circle-check")),
    "unattached": _listing(
        "unattached",
        _("Rows that contradict a person on record"),
        Empty(_("No row contradicts a person on record"), icon="circle-check"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(EVERYBODY)
def batch(request: HttpRequest, token: str, level: str = "refused") -> HttpResponse:
    """A load's page with the rows of one level; a reader sees the rows of their own range only."""
    found = seen_loads(request).filter(token=token).first()
    if found is None or level not in LISTINGS:
        raise Http404
    faults: QuerySet[Fault] = registers.faults_of(found.pk, level)
    home = reverse("registers:index")
    title, mended = title_of(found), registers.refused_rows_by_mending(found.pk)
    named = title if found.file_month is None else f"{title} · {formats.month_text(found.file_month)}"
    context = {
        "batch": found,
        "title": named,
        "status": STATES[found.state],
        "sentence": sentence_of(found.failure) if found.failure else "",
        "figures": _figures(found) if found.is_ours else [],
        "tabs": _tabs(found, level),
        "facts": _told(found, giving_back.brought_back(mended)),
        "notes": list(note_sentences(found.fact_counts.get("notes") or {}, language())) if found.is_ours else [],
        "level": level,
        "crumbs": (Crumb(_("Registers"), home), Crumb(found.file_name)),
    }
    context["give"] = giving_back.offer(request, found, level, to_mend=mended.get(None, 0))
    context["taking_back"] = withdrawals.offer(request, found)
    context["purposes"] = words.PURPOSES if level != "queried" and may(request, READERS) else ()
    rows = Rows(faults, row_names.dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    template = "office/registers/batch.html"
    if row_names.is_asked(request) and level != "queried":
        return row_names.answer(request, LISTINGS[level], rows, template=template, context=context)
    return LISTINGS[level].respond(request, rows, template=template, context=context)


def _figures(found: Batch) -> list[dict[str, Any]]:
    """The counts of a load: rows = loaded + unchanged + refused; queried and unattached rows are among the loaded."""
    tones = {"refused": "bad", "queried": "warn", "unattached": "warn"}
    labels = (
        ("rows", gettext("Rows")),
        ("loaded", gettext("Loaded")),
        ("unchanged", gettext("Unchanged")),
        ("refused", gettext("Refused")),
        ("queried", gettext("Queried")),
        ("unattached", gettext("Unattached")),
    )
    return [
        {
            "label": label,
            "value": formats.number_text(getattr(found, name)),
            "href": _level_href(found, name) if name in LEVELS else "",
            "tone": tones.get(name, "") if getattr(found, name) else "",
        }
        for name, label in labels
    ]


def _level_href(found: Batch, level: str) -> str:
    if level == "refused":
        return reverse("registers:batch", args=[found.token])
    return reverse("registers:batch_rows", args=[found.token, level])


def _tabs(found: Batch, here: str) -> list[tuple[str, str, bool]]:
    names = {"refused": gettext("Refused"), "queried": gettext("Queried"), "unattached": gettext("Contradicted")}
    return [(names[level], _level_href(found, level), level == here) for level in LEVELS]


def _told(found: Batch, mended: list[str]) -> list[tuple[str, Any]]:
    between = "、" if formats.is_chinese() else ", "
    return [
        (gettext("Recognised as"), title_of(found)),
        *([(gettext("Columns as said by"), _said_by(found))] if found.mapping_id else []),
        (gettext("Month"), formats.month_text(found.file_month) if found.file_month else gettext("names no month")),
        (gettext("Known to us since"), formats.day_text(found.known_on)),
        (gettext("Loaded by"), found.loaded_by),
        (gettext("Begun"), formats.moment_text(timezone.localtime(found.started_at))),
        (gettext("Finished"), formats.moment_text(found.published_at and timezone.localtime(found.published_at))),
        *([(gettext("Rows that came back since"), between.join(mended))] if mended else []),
    ]


def _said_by(found: Batch) -> str:
    """Who said what the columns of a file mean, where no register knew its headings; to those of their office."""
    mapping = registers.mapping_of(found)
    if mapping is None:
        return gettext("another office")
    told = {"name": mapping.name, "version": mapping.version, "by": mapping.saved_by}
    return gettext("%(by)s: %(name)s, version %(version)s") % told
