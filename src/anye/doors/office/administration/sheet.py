"""Users from a sheet: a blank one, upload and preview, applying, and the one-time passwords as a sheet."""

import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit.formats import moment_text
from anye.doors.kit.fragments import Words
from anye.doors.kit.pages import Crumb, FormPage, form_page
from anye.doors.kit.tokens import open_state, seal_state
from anye.doors.office.administration.guard import administrators_only, offices_of, reach_of
from anye.doors.office.entrance import duty_of
from anye.doors.office.navigation import role_words
from anye.engine.errors import FileFault
from anye.engine.intake.reading import read_blocks, sheets
from anye.flow.sentences import file_sentence
from anye.records.accounts import actions, user_sheet
from anye.records.accounts import queries as accounts
from anye.records.accounts.models import Role
from anye.records.accounts.passwords import valid_until
from anye.records.accounts.user_sheet import COLUMNS, KnownOffice, Plan, PlannedRow, RowFault, SheetRow
from anye.records.accounts.usernames import as_username
from anye.records.audit.day import registry_day

LARGEST = 5 * 1024 * 1024
PREVIEW_SECONDS = 3_600
PASSWORD_SECONDS = 900
MOST_SHOWN = 300
SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".tsv", ".txt")
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

COLUMN_WORDS: dict[str, Words] = {
    "username": _("User name"),
    "name": _("Name"),
    "role": _("Role"),
    "office": _("Office"),
    "telephone": _("Telephone"),
    "email": _("E-mail"),
}
FAULT_WORDS: dict[str, Words] = {
    "missing": _("The cell is empty: fill it in."),
    "username_unfit": _("Not a user name: use 2 to 40 letters, digits or Chinese characters; inside also . _ @ and -."),
    "username_taken": _("This user name is taken: choose another."),
    "user_inactive": _("This user is deactivated: activate the account first, or choose another user name."),
    "serves_elsewhere": _(
        "This user serves outside your area too, so the account is not changed here: write what the account says."
    ),
    "differs_above": _("A row above says otherwise of the same user: make the two one."),
    "too_long": _("Too long: at most 40 characters."),
    "email_unfit": _("Not an e-mail address: write one such as name@example.org, or leave the cell empty."),
    "role_unknown": _("No such role: choose one from the list in the blank sheet."),
    "role_misplaced": _("This role does not belong to an office of this tier: change the role or the office."),
    "office_ambiguous": _("Several offices are called so: write the area code, or the office above before the name."),
    "office_unknown": _("No open office of your area is called so: check the name, or write the area code."),
}


class SheetForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("Sheet of users"),
        help_text=_("xlsx, xls, ods or csv, at most 5 MB and 2,000 rows."),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 5 MB: split it."), code="large")
        return file


@administrators_only
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a sheet; the answer shows what every row would do, and what is wrong with the others."""
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        rows = _rows(form)
        if rows is not None:
            return _preview(request, rows)
    page = FormPage(
        title=_("Users from a sheet"),
        lead=_("One row a user and duty. Nothing is written before you have seen what every row would do."),
        submit=_("Check the sheet"),
        cancel_href=reverse("administration:users"),
        crumbs=_crumbs(),
    )
    context = {"form": form, "page": page, "crumbs": page.crumbs}
    return render(request, "office/administration/sheet.html", context, status=422 if form.errors else 200)


@administrators_only
@never_cache
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Do what the previewed good rows say, as the accounts are now."""
    kept = open_state(request.POST.get("rows", ""), context=_context(request, "rows"), max_age=PREVIEW_SECONDS)
    if kept is None:
        return _too_late(request)
    plan = _plan(request, [SheetRow(line, dict(zip(COLUMNS, cells, strict=True))) for line, cells in kept])
    try:
        with transaction.atomic():
            made = actions.apply_plan(rows=plan.rows, scope_no=int(reach_of(request).lo or 0), on=registry_day())
    except actions.UsernameTaken:
        return _too_late(request)
    names = {row.username: (row.name, row.office.name) for row in plan.rows}
    until = moment_text(timezone.localtime(valid_until(timezone.now())))
    given = [[username, *names[username], password, until] for username, password in made.items()]
    context = {
        "given": [row[:4] for row in given[:MOST_SHOWN]],
        "until": until,
        "new_users": len(made),
        "new_duties": sum(row.is_new_duty for row in plan.rows),
        "changed": sum(bool(row.changes) for row in plan.rows),
        "same": sum(row.changes_nothing for row in plan.rows),
        "refused": len({fault.line for fault in plan.faults}),
        "token": seal_state(given, context=_context(request, "passwords")),
        "crumbs": _crumbs(),
    }
    return render(request, "office/administration/sheet_done.html", context)


@administrators_only
@never_cache
@require_POST
def passwords(request: HttpRequest) -> HttpResponse:
    """The one-time passwords just made, as a sheet to print or hand over."""
    given = open_state(
        request.POST.get("passwords", ""), context=_context(request, "passwords"), max_age=PASSWORD_SECONDS
    )
    if given is None:
        raise Http404
    headings = [
        gettext("User name"),
        gettext("Name"),
        gettext("Office"),
        gettext("One-time password"),
        gettext("Works until"),
    ]
    return _spreadsheet(_sheet(headings, given), gettext("one-time passwords"))


@administrators_only
@require_safe
def blank(_request: HttpRequest) -> HttpResponse:
    """A blank sheet: the headings, cells that stay text, and the list of roles."""
    return _spreadsheet(_sheet([str(words) for words in COLUMN_WORDS.values()], []), gettext("users"))


def _rows(form: SheetForm) -> list[SheetRow] | None:
    """The filled lines of the uploaded file, or None with the fault on the form."""
    file = form.cleaned_data["file"]
    suffix = Path(file.name).suffix.lower()
    with tempfile.NamedTemporaryFile(suffix=suffix if suffix in SUFFIXES else "") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        try:
            rows = user_sheet.rows_of(_lines(Path(kept.name)))
        except FileFault as fault:
            form.add_error("file", file_sentence(fault, get_language() or "zh"))
        except user_sheet.HeadingMissing as fault:
            missing = ", ".join(str(COLUMN_WORDS[name]) for name in fault.missing)
            form.add_error("file", _("No line holds the headings; missing: %(missing)s.") % {"missing": missing})
        except user_sheet.TooManyRows:
            form.add_error("file", _("More than 2,000 rows: split the sheet."))
        else:
            if rows:
                return rows
            form.add_error("file", _("There is no row below the headings."))
    return None


def _lines(path: Path) -> Iterable[tuple[int, Sequence[str | None]]]:
    """The lines of the first sheet."""
    first = sheets(path)[0].name
    for block in read_blocks(path, sheet=first):
        cells = [name for name in block.columns if name.startswith("c") and name[1:].isdigit()]
        numbers = block["_line"].to_list()
        yield from zip(numbers, block.select(cells).iter_rows(), strict=True)


def _plan(request: HttpRequest, rows: Sequence[SheetRow]) -> Plan:
    """What the rows would do now, to the offices and users of the acting range."""
    open_offices = list(offices_of(request).filter(closed_on__isnull=True).exclude(kind="outside"))
    names = {office.pk: office.name for office in open_offices}
    offices = [
        KnownOffice(
            scope_no=office.scope_no,
            kind=office.kind,
            name=office.name,
            path=" ".join(filter(None, [names.get(office.parent_id), office.name])),
            area_code=office.area_code or "",
        )
        for office in open_offices
    ]
    reach = reach_of(request)
    wanted = {as_username(row.cells["username"]) for row in rows}
    users = accounts.known_users(wanted, int(reach.lo or 0), int(reach.hi or 0), registry_day())
    return user_sheet.plan(rows, offices=offices, users=users, roles=_roles_as_said())


def _roles_as_said() -> dict[str, str]:
    """Every role by its words in each language of the site: what the blank sheet offers is read back."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said |= {role_words(role): role for role in Role.values}
    return said


def _preview(request: HttpRequest, rows: Sequence[SheetRow]) -> HttpResponse:
    plan = _plan(request, rows)
    kept = [[row.line, [row.cells[name] for name in COLUMNS]] for row in rows]
    working = [row for row in plan.rows if not row.changes_nothing]
    context = {
        "rows": [(row, _words_of(row)) for row in working[:MOST_SHOWN]],
        "faults": [_fault_words(fault) for fault in plan.faults[:MOST_SHOWN]],
        "working": len(working),
        "same": len(plan.rows) - len(working),
        "refused": len({fault.line for fault in plan.faults}),
        "new_users": len(plan.new_users),
        "is_cut": max(len(working), len(plan.faults)) > MOST_SHOWN,
        "most_shown": MOST_SHOWN,
        "token": seal_state(kept, context=_context(request, "rows")),
        "crumbs": _crumbs(),
    }
    return render(request, "office/administration/sheet_preview.html", context)


def _words_of(row: PlannedRow) -> Mapping[str, str]:
    """A planned row in words: role, office and what will happen."""
    will = []
    if row.is_new_user:
        will.append(gettext("new user"))
    if row.is_new_duty:
        will.append(gettext("new duty"))
    will += [gettext("changes: %(column)s") % {"column": COLUMN_WORDS[name]} for name in row.changes]
    return {"role": role_words(row.role), "office": row.office.path, "will": " · ".join(will)}


def _fault_words(fault: RowFault) -> Mapping[str, Any]:
    return {
        "line": fault.line,
        "column": COLUMN_WORDS[fault.column],
        "value": fault.value,
        "words": FAULT_WORDS[fault.code],
        "candidates": fault.candidates,
    }


def _too_late(request: HttpRequest) -> HttpResponse:
    """The preview is old, or somebody else has changed the same accounts: nothing was written."""
    form = SheetForm({}, {})
    form.errors.clear()
    form.add_error(None, _("Nothing was written: the preview is out of date. Choose the sheet again."))
    page = FormPage(
        title=_("Users from a sheet"), submit=_("Check the sheet"), cancel_href=reverse("administration:users"),
        crumbs=_crumbs(),
    )  # fmt: skip
    return form_page(request, form, page)


def _crumbs() -> tuple[Crumb, ...]:
    return (Crumb(_("Users"), reverse("administration:users")), Crumb(_("Users from a sheet")))


def _context(request: HttpRequest, kind: str) -> str:
    """What a sealed part of these pages is for: it opens for the same administrator in the same duty only."""
    return f"users-{kind}:{request.user.pk}:{duty_of(request).pk}"


def _sheet(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(gettext("Users"))
        bold, text = book.add_format({"bold": True, "bg_color": "#E8EEF7"}), book.add_format({"num_format": "@"})
        sheet.set_column(0, len(headings) - 1, 22, text)
        sheet.freeze_panes(1, 0)
        for at, words in enumerate(headings):
            sheet.write_string(0, at, words, bold)
        for line, row in enumerate(rows, 1):
            for at, words in enumerate(row):
                sheet.write_string(line, at, words, text)
        if not rows:
            roles = [role_words(role) for role in Role.values]
            options_of_roles = {"validate": "list", "source": roles, "error_type": "warning"}
            sheet.data_validation(
                1, COLUMNS.index("role"), user_sheet.MOST_ROWS, COLUMNS.index("role"), options_of_roles
            )
    return out.getvalue()


def _spreadsheet(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=SPREADSHEET)
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
