"""What registers of posts, training, jobs, money and outreach state, in words: on a person's and a firm's page, and as lists."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.columns import Column
from anye.doors.kit.exports import Export
from anye.doors.kit.fragments import Words
from anye.doors.kit.links import token_url
from anye.doors.kit.listing import Empty, Listing
from anye.doors.kit.pages import Crumb
from anye.doors.kit.sources import Order
from anye.doors.office import words
from anye.doors.office.entrance import READERS, open_to
from anye.doors.office.rows import log_nameless_export
from anye.doors.office.sources import Said, row_href
from anye.engine.intake.statements import STATEMENTS
from anye.flow import stated
from anye.flow.specs import SPECS
from anye.records.audit.keys import keyring
from anye.records.registers.models import Batch

TITLES: Mapping[str, Words] = {
    "owner": _("Firm of their own"),
    "post": _("Public-welfare post"),
    "attendance": _("Attendance at a post"),
    "workshop": _("Workshops"),
    "trade": _("Training trades"),
    "class": _("Training classes"),
    "enrolment": _("Training"),
    "work_training": _("Training through work"),
    "filing": _("Filings of training through work"),
    "vacancy": _("Vacancies"),
    "refund": _("Refund applications"),
    "payment": _("Payment"),
    "firm_payment": _("Payments to firms"),
    "approval": _("Approval and public notice"),
    "share": _("Part of a payment to a firm"),
    "fund": _("Fund allocations"),
    "ticket": _("Travel ticket"),
    "contact": _("Contact made"),
    "event": _("Job fairs"),
}
ICONS: Mapping[str, str] = {
    "owner": "building", "post": "briefcase", "attendance": "briefcase", "work_training": "briefcase", "payment": "coin", "share": "coin",
    "approval": "coin", "contact": "message",
}  # fmt: skip
# the first that is filled names the row; the others follow with their labels
NAMED_BY = (
    "title",
    "post_name",
    "item",
    "trade",
    "class_name",
    "name",
    "topic",
    "number",
    "document_no",
    "unit",
    "class_code",
)
LABELS: Mapping[str, Words] = {
    "title": _("Post"), "name": _("Name"), "item": _("Item"), "number": _("Number"), "document_no": _("Document"),
    "unit": _("Unit"), "post_name": _("Post"), "post_kind": _("Kind of post"), "workshop_kind": _("Kind"),
    "class_code": _("Class number"), "class_name": _("Class"), "trade": _("Trade"), "level": _("Level"),
    "provider": _("Provider"), "code": _("Code"), "month": _("Month"), "year": _("Year"), "site": _("Place"),
    "role": _("Role"), "weekly_tenths": _("Hours a week"), "days_tenths": _("Days attended"),
    "hours_tenths": _("Lessons or hours"), "days": _("Days"), "months": _("Months"), "pay_fen": _("Subsidy"),
    "wage_fen": _("Wage"), "amount_fen": _("Amount"), "premium_fen": _("Premiums of the year before"),
    "standard_fen": _("Subsidy a person"), "wage_low_fen": _("Wage from"), "wage_high_fen": _("Wage to"),
    "headcount": _("Headcount"), "poor_headcount": _("Poor workers"), "passed": _("Passed"), "insured": _("People insured"),
    "laid_off": _("Laid off"), "is_special": _("Special local trade"), "size": _("Size"), "ground": _("Ground"),
    "state": _("State"), "result": _("Result"), "outcome": _("Result"), "reason": _("Reason"),
    "exit_reason": _("Why it ended"), "certificate_kind": _("Kind of certificate"), "certificate": _("Certificate"),
    "certified_on": _("Certified on"), "paid_on": _("Paid on"), "batch_no": _("Batch number"), "fund": _("Fund"),
    "purpose": _("Purpose"), "account": _("Account"), "travelled_on": _("Day"), "mode": pgettext_lazy("journey", "By"),
    "origin": pgettext_lazy("journey", "From"),
    "destination": pgettext_lazy("journey", "To"), "contacted_on": _("Day"), "channel": _("Channel"), "topic": _("About"),
    "contacted_by": _("By whom"), "note": _("Note"), "occupation": _("Trade"), "workplace_text": _("Workplace"),
    "partners": _("With"), "vacancies": _("Vacancies"), "poor_vacancies": _("Vacancies for poor workers"),
    "attended": _("Visitors"), "poor_attended": _("Poor workers among them"), "signed": _("Letters of intent"),
    "poor_signed": _("Letters of poor workers"), "hired": _("Hired"), "poor_hired": _("Poor workers hired"),
    "education": _("Education wanted"), "requirements": _("Requirements"), "contact": _("Contact"),
    "filed_on": _("Filed on"), "checked_by": _("Checked by"), "checked_on": _("Checked on"), "approved_by": _("Approved by"),
    "approved_on": _("Approved on"), "posted_from": _("Posted from"), "posted_to": _("Posted until"),
    "allocated_on": _("Allocated on"),
    "valid_from": pgettext_lazy("period", "From"), "valid_to": pgettext_lazy("period", "To"),
}  # fmt: skip
_ROLES: Mapping[str, Words] = {
    "legal_representative": _("legal representative"),
    "shareholder": _("shareholder"),
    "partner": _("partner"),
    "sole_trader": _("sole trader"),
}
_OUTCOMES: Mapping[str, Words] = {"succeeded": _("succeeded"), "failed": _("failed")}
_KINDS: Mapping[str, Words] = {"paid": _("as the list says"), "reply": _("as the bank answers")}
_CODED: Mapping[str, Mapping[str, Words]] = {"role": _ROLES, "outcome": _OUTCOMES, "kind": _KINDS}
FIRM_DETAILS: Mapping[str, Words] = {
    "kind": _("Kind of firm"), "state": _("State"), "industry": _("Industry"), "size": _("Size"), "staff": _("Staff"),
    "capital": _("Capital"), "registered_on": _("Registered on"), "cancelled_on": _("Cancelled on"),
    "abnormal": _("Abnormal or dishonest"), "scope": _("Line of business"), "address": _("Registered address"),
}  # fmt: skip
# said of people in confidence; whoever may not see private details is told that it is there
_PRIVATE = frozenset({"note"})


@dataclass(frozen=True)
class Stated:
    """One row of a register: what it is, what it says, who says so; of a firm's, the page of the row."""

    title: str
    said: str
    source: str
    href: str = ""


def _value(field: str, value: Any) -> str:
    if field in _CODED:
        return str(_CODED[field].get(value, value))
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if field.endswith("_fen"):
        return formats.money_text(value)
    if field.endswith("_tenths"):
        return f"{value // 10}" if value % 10 == 0 else f"{value / 10:.1f}"
    if field == "month":
        return formats.month_text(value)
    return formats.day_text(value) if isinstance(value, dt.date) else str(value)


def _opened(row: Any, field: str, context: str, *, may_see_private: bool) -> str:
    """A sealed field: a number by its last four, words for whoever may see them."""
    value = getattr(row, f"{field}_sealed")
    if value is None:
        return ""
    if field in _PRIVATE:
        if not may_see_private:
            return gettext("for those alone who see private details")
        return keyring().unseal(bytes(value), context=context)
    return gettext("ending in %(last)s") % {"last": keyring().unseal(bytes(value), context=context)[-4:]}


def _stated(name: str, row: Any, said: Mapping[int, Said], *, may_see_private: bool) -> Stated:
    statement = STATEMENTS[name]
    fields = [field for field in statement.fields if field in LABELS or field in statement.sealed or field == "kind"]
    heading = _heading(name, row)
    parts = [row.firm.name] if "firm_id" in SPECS[name].columns else []
    if "valid_from" in fields and (row.valid_from or row.valid_to):
        parts.append(words.span_words(row.valid_from, row.valid_to))
    for field in fields:
        if field in {heading, "valid_from", "valid_to"}:
            continue
        if field in statement.sealed:
            text = _opened(row, field, statement.sealed[field], may_see_private=may_see_private)
        else:
            value = getattr(row, field)
            text = "" if value is None or value == "" else _value(field, value)
        if text:
            parts.append(text if field in _CODED else f"{LABELS[field]} {text}")
    source = said.get(row.source_batch)
    told = f"{source.words} · {formats.day_text(row.known_on)}" if source else formats.day_text(row.known_on)
    href = row_href(row, source, row.firm) if SPECS[name].parent == "firm_id" else ""
    return Stated(title(name, row), " · ".join(parts), told, href)


def _heading(name: str, row: Any) -> str:
    return next((field for field in NAMED_BY if field in SPECS[name].columns and getattr(row, field)), "")


def title(name: str, row: Any) -> str:
    """What a row is, in a few words: the kind, and what names it."""
    heading = _heading(name, row)
    if not heading:
        return str(TITLES[name])
    return gettext("%(label)s: %(value)s") % {"label": TITLES[name], "value": getattr(row, heading)}


def shown(rows: Mapping[str, Sequence[Any]], said: Mapping[int, Said], *, may_see_private: bool) -> list[Stated]:
    """Rows by kind of statement → what a page says of each, kind by kind."""
    return [
        _stated(name, row, said, may_see_private=may_see_private) for name, listed in rows.items() for row in listed
    ]


def line_of(name: str) -> Callable[[Any, bool], str]:
    """What a person's history says of a row of this kind."""
    return lambda row, _may_see_private: title(name, row)


def _column(name: str, field: str) -> Column:
    kind = "number"
    if field.endswith("_fen"):
        kind = "yuan"
    elif field.endswith("_tenths"):
        return Column(
            field,
            LABELS[field],
            lambda row: None if getattr(row, field) is None else getattr(row, field) / 10,
            "number",
        )
    elif field == "is_special":
        kind = "flag"
    elif field in _CODED:
        return Column(field, LABELS[field], lambda row: _value(field, getattr(row, field)))
    elif field == "year":
        return Column(field, LABELS[field], lambda row: getattr(row, field) and str(getattr(row, field)))
    elif SPECS[name].columns[field] == "date":
        kind = "day"
    elif SPECS[name].columns[field] == "text":
        kind = "text"
    return Column(field, LABELS[field], field, kind)


def _row_of(name: str, row: Any) -> str:
    """The page of the row of a register that an office's row stands in."""
    return reverse("registers:stated_row", args=[name, row.batch_token, f"{row.source_sheet}-{row.source_line}"])


def _listing(name: str) -> Listing:
    statement = STATEMENTS[name]
    fields = [f for f in SPECS[name].columns if f in LABELS and f != "valid_to"]
    fields = [f for f in fields if f not in statement.sealed]
    columns = [_column(name, field) for field in fields]
    if statement.about == "office":
        columns[0] = replace(columns[0], link=lambda r: _row_of(name, r), is_fixed=True)
    if statement.about == "firm":
        columns.insert(
            0,
            Column(
                "firm", _("Firm"), "firm.name", link=lambda r: token_url("office:firm", r.firm.token), is_fixed=True
            ),
        )
    return Listing(
        name=f"stated-{name}",
        caption=TITLES[name],
        columns=tuple(columns),
        orders=(Order("newest", _("as they came, the last first"), ("-pk",)),),
        export=Export(TITLES[name], log=log_nameless_export),
        empty=Empty(_("None yet"), _("They appear when a register that tells of them is loaded."), icon="database"),
    )


LISTINGS = {name: _listing(name) for name in (*stated.OF_FIRMS, *stated.OF_OFFICES)}


@open_to(READERS)
def index(request: HttpRequest, name: str) -> HttpResponse:
    """What is on record of one kind: workshops, classes, vacancies, funds … Firms' money within the range alone."""
    if name not in LISTINGS:
        raise Http404
    context = {
        "caption": TITLES[name],
        "kinds": [(TITLES[each], reverse("registers:stated", args=[each]), each == name, None) for each in LISTINGS],
        "crumbs": (Crumb(_("Registers"), reverse("registers:index")), Crumb(TITLES[name])),
    }
    rows = stated.current(name).order_by()
    if name in stated.OF_OFFICES:
        rows = rows.annotate(batch_token=Batch.objects.filter(pk=OuterRef("source_batch")).values("token")[:1])
    return LISTINGS[name].respond(request, rows, template="office/registers/stated.html", context=context)
