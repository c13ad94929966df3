"""Handing in a file: sealed at once, read by the worker, watched here, left and come back to."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from anye.doors.kit import formats
from anye.doors.kit.fields import DayField
from anye.doors.kit.pages import Crumb, FormPage, form_page
from anye.doors.office.entrance import EVERYBODY, actor_of, duty_of, open_to
from anye.doors.office.registers import UPLOAD_STATES, UPLOADERS, seen_loads
from anye.engine.errors import FileFault
from anye.flow.giving_back import may_take
from anye.flow.jobs import load_upload, look_at_upload, may_load
from anye.flow.sentences import file_sentence
from anye.packs import read_pack
from anye.records.audit.day import registry_day
from anye.records.audit.keys import keyring
from anye.records.briefings.queries import issued_until
from anye.records.entitlements.queries import last_run
from anye.records.registers import actions
from anye.records.registers import queries as registers
from anye.records.registers.models import Batch, Upload

LARGEST = 200 * 1024 * 1024
FORM_ROOM = 64 * 1024  # the other fields of the form and the marks between them
ENDINGS = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"
# nothing goes on with it by itself
STILL = frozenset({"done", "failed", "refused", "discarded", "looked", "unmapped", "given_up"})


def sentence_of(failure: Any) -> str:
    """A stored fault of a whole file as a sentence in the reader's language."""
    told = failure or {}
    return file_sentence(FileFault(str(told.get("code", "")), told.get("params") or {}), get_language() or "zh")


def registers_to_name() -> list[tuple[str, str]]:
    """The registers that a file may be of, in the reader's language."""
    language = "zh" if formats.is_chinese() else "en"
    return [
        (name, profile.title[language])
        for name, profile in read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES).profiles.items()
    ]


def too_large() -> str:
    return sentence_of({"code": "too_large", "params": {"reason": "upload"}})


class UploadForm(forms.Form):
    """A register's file, and the day from which the office knows what stands in it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A spreadsheet or CSV of at most 200 MB. What it is, is recognised by its headings, not by its name."
        ),
        widget=forms.FileInput(attrs={"accept": ENDINGS}),
    )
    known_on = DayField(
        label=_("Known to us since"),
        help_text=_("The day the file reached the office, such as 2020-03-12; today unless it lay here for a while."),
    )

    source = forms.ChoiceField(
        label=_("Register"),
        required=False,
        choices=lambda: [("", _("as its headings tell")), *registers_to_name()],
        help_text=_("Name it when a file came back because its headings do not tell which register it is."),
    )
    look_first = forms.BooleanField(
        label=_("Look at it first: see what it would add, change and contradict, then decide"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        today = registry_day()
        self.fields["known_on"].latest = today  # type: ignore[attr-defined]
        self.fields["known_on"].initial = today
        if (judged := last_run()) is not None:  # what was known on a day that was judged stays as it was
            self.fields["known_on"].earliest = judged.known_on  # type: ignore[attr-defined]
        if (told := issued_until()) is not None:  # and so does what a briefing was issued by
            after = told + timedelta(days=1)
            self.fields["known_on"].earliest = max(after, judged.known_on if judged else after)  # type: ignore[attr-defined]
        self.fields["file"].error_messages["empty"] = sentence_of({"code": "empty_file"})

    def clean_file(self) -> Any:
        """Refuses what the worker would not read in its limits."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(too_large())
        return file


@csrf_exempt  # a body of any size would be spooled before its token is checked; `_receive` checks it
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(UPLOADERS)
def new_upload(request: HttpRequest) -> HttpResponse:
    """The form to hand in a file. A body that is too large is refused before it is read."""
    if not may_load(duty_of(request)):
        raise PermissionDenied
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST + FORM_ROOM:
        form = UploadForm({"known_on": registry_day().isoformat()})
        form.errors.clear()
        form.add_error("file", too_large())
        response = _page(request, form)
        response.status_code = 413
        return response
    return _receive(request)


@csrf_protect
def _receive(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if not form.is_valid():
        return _page(request, form)
    duty, file = duty_of(request), form.cleaned_data["file"]
    upload = actions.hand_in(
        file_name=file.name[-255:],
        sealed=keyring().seal_bytes(file.read(), context="raw"),
        size=file.size,
        known_on=form.cleaned_data["known_on"],
        named_source=form.cleaned_data["source"],
        by=actor_of(request),
        duty_id=duty.pk,
        scope_no=duty.office.scope_no,
        state="looking" if form.cleaned_data["look_first"] else "waiting",
    )
    task = look_at_upload if form.cleaned_data["look_first"] else load_upload
    task.defer(upload_id=upload.pk)
    return redirect("registers:upload", upload.token)


def _page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    home = reverse("registers:index")
    words = FormPage(
        title=_("Hand in a file"),
        lead=_(
            "Good rows are kept; every row that cannot be taken comes back with its reason. The same file twice changes nothing."
        ),
        submit=_("Hand in"),
        cancel_href=home,
        crumbs=(Crumb(_("Registers"), home), Crumb(_("Hand in a file"))),
    )
    return form_page(request, form, words)


def _found(token: str) -> Upload:
    try:
        return registers.upload_with(token)
    except Upload.DoesNotExist:
        raise Http404 from None


def _load_of(request: HttpRequest, found: Upload) -> Batch | None:
    """What a file became, for whoever may see it: rows of justice and health are not for everybody who hands in files."""
    return seen_loads(request).filter(pk=found.batch_id).first() if found.state == "done" else None


def _went_on(request: HttpRequest, found: Upload) -> str:
    """Where a file that was read stands now: the load's page, or what it would do, for whoever decides about it."""
    load = _load_of(request, found)
    if load is not None:
        return reverse("registers:batch", args=[load.token])
    # of those who see a district's files, whoever may take their rows decides about them; the look's page asks by itself
    if found.state == "looked" and may_take(duty_of(request), found.look.source):
        return reverse("registers:look", args=[found.token])
    return ""


@require_safe
@open_to(EVERYBODY)
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """How a file fares; once it is read, the load's page."""
    found = _found(token)
    if target := _went_on(request, found):
        return redirect(target)
    home = reverse("registers:index")
    crumbs = (Crumb(_("Registers"), home), Crumb(found.file_name))
    return render(request, "office/registers/upload.html", {"crumbs": crumbs, **_state(request, found)})


@require_safe
@open_to(EVERYBODY)
def upload_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself every two seconds, until the file is read."""
    found = _found(token)
    if target := _went_on(request, found):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if found.state == "unmapped":
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("registers:upload", args=[found.token])})
    return render(request, "office/registers/upload_state.html", _state(request, found))


def _outcome(found: Upload) -> str:
    """Why nothing was taken, or why what was taken is not shown here."""
    if found.state == "done":
        return gettext("The register tells of justice or health: its rows are shown to duties that have to know them.")
    return sentence_of(found.failure) if found.failure else ""


def _state(request: HttpRequest, found: Upload) -> dict[str, Any]:
    is_over = found.state in STILL
    batch = None if is_over else registers.batch_under_way(found)
    stage = gettext("Reading the file") if batch is not None else gettext("Waiting for its turn")
    if found.state == "looking":
        stage = gettext("Being loaded on trial")
    return {
        "upload": found,
        "status": UPLOAD_STATES[found.state],
        "at": timezone.localtime(found.uploaded_at),
        "is_over": is_over,
        "may_upload": may_load(duty_of(request)),
        "is_unmapped": found.state == "unmapped",
        "stage": stage,
        "rows": batch.rows if batch is not None else None,
        "sentence": _outcome(found),
        "poll_href": "" if is_over else reverse("registers:upload_state", args=[found.token]),
    }
