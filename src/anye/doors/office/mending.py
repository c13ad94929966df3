"""Rows to mend: what was refused of the reader's own villages and nobody has mended yet, over all files (Q01)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.filters import ChoiceFilter
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office import row_names, words
from anye.doors.office.batches import cure, language, what
from anye.doors.office.entrance import PRIVATE, READERS, may, open_to
from anye.doors.office.navigation import address
from anye.doors.office.places import by_place, place_choices
from anye.doors.office.rows import Rows, log_list, source_of
from anye.doors.office.sources import said_by
from anye.flow import sentences
from anye.records.registers import queries as registers
from anye.records.registers.models import Batch, Fault

COUNTED = 1_001  # faults looked at for Today
FILES_SHOWN = 5
TO_MEND = [code for code in sentences.ROW_REASONS if code != "duplicate_row"]
ANY_ID = "Q01"  # whatever is wrong with the ID number


def _reasons(_request: HttpRequest) -> list[tuple[str, Any]]:
    named = [(code, sentences.reason_what(code, language())) for code in TO_MEND]
    return [(ANY_ID, _("Whatever is wrong with the ID number")), *named]


def _by_reason(rows: Rows, code: str) -> Rows:
    return rows.filter(reason__startswith="id_") if code == ANY_ID else rows.filter(reason=code)


MENDS = Listing(
    name="mends",
    caption=_("Rows to mend"),
    columns=(
        Column("name", _("Name"), row_names.name_of, is_fixed=True),
        Column("place", _("Village"), "place"),
        Column("written", _("Place as written"), "written", is_shown=False),
        Column("reason", _("What is wrong"), what),
        Column("cure", _("What to do"), cure),
        Column("file", _("File"), "said", link=lambda f: f.href),
        Column("line", _("Line"), "line", "number"),
        Column("sheet", _("Sheet"), "sheet", is_shown=False),
        Column("column", _("Column"), "column", is_shown=False),
    ),
    orders=(
        Order("newest", _("newest file first"), ("-batch_id", "sheet_no", "line", "pk")),
        Order("place", _("by village"), ("scope_no", "-batch_id", "sheet_no", "line", "pk")),
    ),
    filters=(
        ChoiceFilter("reason", _("Reason"), _reasons, _by_reason),
        ChoiceFilter("village", _("Village"), place_choices, by_place),
    ),
    export=Export(_("Rows to mend"), log=row_names.log_export),
    empty=Empty(
        _("No row is to be mended"),
        _(
            "A row stands here when nothing could be taken from it, until a later file or a registration brings its person."
        ),
        icon="circle-check",
    ),
    source=source_of,
)


def _dress(request: HttpRequest) -> Any:
    named = row_names.dress(request)

    def dress(page: list[Fault]) -> list[Fault]:
        said = said_by(fault.batch_id for fault in page)
        tokens = _tokens({fault.batch_id for fault in page})
        for fault in page:
            fault.said = said[fault.batch_id].words  # type: ignore[attr-defined]
            fault.href = address("registers:batch", tokens[fault.batch_id])  # type: ignore[attr-defined]
        return list(named(page))

    return dress


def _tokens(batches: set[int]) -> dict[int, str]:
    return dict(Batch.objects.filter(pk__in=batches).values_list("pk", "token"))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(READERS)
def mend(request: HttpRequest) -> HttpResponse:
    """The rows, the newest file first. Whom they name opens for a stated purpose."""
    rows = Rows(registers.rows_to_mend(), _dress(request))
    request.listed = rows  # type: ignore[attr-defined]
    context = {
        "purposes": words.PURPOSES,
        "new_person_href": address("entries:new_person") if may(request, PRIVATE) else "",
        "crumbs": (Crumb(_("Rows to mend")),),
    }
    template = "office/registers/mend.html"
    if row_names.is_asked(request):
        return row_names.answer(request, MENDS, rows, template=template, context=context)
    response = MENDS.respond(request, rows, template=template, context=context)
    if request.method != "POST":
        log_list(request, "mend_list", rows.read)
    return response


def on_today() -> dict[str, Any]:
    """What Today says of rows to mend: how many in all, and by file, the newest first."""
    counts = registers.count_rows_to_mend(COUNTED)
    newest = list(counts)[:FILES_SHOWN]
    said, tokens = said_by(newest), _tokens(set(newest))
    files = [
        {
            "title": said[batch].words,
            "known_on": said[batch].known_on,
            "count": words.count_words(counts[batch]),
            "href": address("registers:batch", tokens[batch]),
        }
        for batch in newest
    ]
    return {"mends": files, "mend_count": sum(counts.values())}
