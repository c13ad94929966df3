"""Every policy in words: what it asks and pays, by which documents, its tests, and how it came to be so."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anye.doors.kit.fragments import Status
from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import EVERYBODY, actor_of, duty_of, open_to
from anye.doors.office.rules import words
from anye.engine.entitle import edit
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.entitle.told import code_said
from anye.flow.registry import district_no
from anye.flow.rules import readable_rules
from anye.packs.rules import pack_folder, read_rules
from anye.records.accounts.models import Role
from anye.records.accounts.queries import HeldDuty
from anye.records.audit.day import registry_day
from anye.records.entitlements import queries
from anye.records.entitlements.actions import keep_version, rules
from anye.records.entitlements.models import Draft

AUTHORS = frozenset({Role.DISTRICT_OFFICER})
DECIDERS = frozenset({Role.DISTRICT_OFFICER, Role.APPROVER})
DRAFT_READERS = DECIDERS | {Role.AUDITOR}
TOLD = 3  # publications of which it is told what they changed
STATES = {
    "open": Status("open", _("being written"), "edit", "info"),
    "offered": Status("offered", _("waits for a second person"), "hourglass", "warn"),
    "published": Status("published", _("published"), "circle-check", "ok"),
    "dropped": Status("dropped", _("dropped"), "minus", "idle"),
}


def is_of_district(duty: HeldDuty) -> bool:
    """Rules are the district's whose pack is in use: a town's officer reads them, and so does another district's."""
    return duty.office.scope_no == district_no()


def may_draft(duty: HeldDuty) -> bool:
    return duty.role in AUTHORS and is_of_district(duty)


def may_read_drafts(duty: HeldDuty) -> bool:
    return duty.role in DRAFT_READERS and is_of_district(duty)


@require_safe
@open_to(EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """All policies, with what the last pass found of them."""
    book, faults = readable_rules(settings.ANYE_PACK)
    lang, duty = words.language(), duty_of(request)
    last = queries.last_run()
    told = last.summary.get("policies", {}) if last else {}
    under_way = {one.code: one for one in _drafts(duty) if one.state in Draft.OPEN}
    published = dict(queries.published())
    rows = [
        {
            "code": code, "title": policy.title[lang], "says": policy.says[lang], "level": code_said(policy.level, lang),
            "who": code_said(policy.subject, lang), "is_ours": code in published, "draft": under_way.get(code),
            "draft_status": STATES[under_way[code].state] if code in under_way else None,
            "pay": told.get(code, {}).get("outcomes", {}).get("pay", 0), "fen": told.get(code, {}).get("amount_fen", 0),
            "unknown": told.get(code, {}).get("outcomes", {}).get("unknown", 0),
        }
        for code, policy in sorted(book.policies.items(), key=lambda each: -told.get(each[0], {}).get("amount_fen", 0))
    ]  # fmt: skip
    decided = [one for one in _drafts(duty) if one.state not in Draft.OPEN]
    context = {
        "rules": rows, "last": last, "decided": [(one, STATES[one.state]) for one in decided[:20]],
        "faults": [fault.text(lang) for fault in faults],
    }  # fmt: skip
    return render(request, "office/rules/index.html", context)


def _drafts(duty: HeldDuty) -> list[Draft]:
    return list(queries.drafts().defer("text", "foreseen")[:200]) if may_read_drafts(duty) else []


def policy_or_404(code: str) -> tuple[RuleBook, Policy]:
    book, _faults = readable_rules(settings.ANYE_PACK)
    if code not in book.policies:
        raise Http404
    return book, book.policies[code]


@require_safe
@open_to(EVERYBODY)
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """One policy in words."""
    book, found = policy_or_404(code)
    duty = duty_of(request)
    open_draft = next((one for one in _drafts(duty) if one.code == code and one.state in Draft.OPEN), None)
    context = {
        "crumbs": (Crumb(_("Rules"), reverse("rules:index")), Crumb(found.title[words.language()])),
        "policy": found, "title": found.title[words.language()], "says": found.says[words.language()],
        "history": _history(code), "versions": queries.versions_that_judged(code), "file_note": _file_note(code, found),
        "draft": open_draft, "draft_status": STATES[open_draft.state] if open_draft else None,
        "may_draft": may_draft(duty), **told_of(found, book),
    }  # fmt: skip
    return render(request, "office/rules/policy.html", context)


def _history(code: str) -> list[dict[str, Any]]:
    """What was published, with what the last ones said otherwise than the rules before them."""
    found = []
    for at, one in enumerate(queries.history(code)):
        before = queries.version(code, one.base_digest) if at < TOLD else None
        lines = words.lines(edit.tidy(before.text), one.version.text) if before else []
        found.append({"one": one, "lines": lines})
    return found


def told_of(found: Policy, book: RuleBook) -> dict[str, Any]:
    """What every page of a policy says of it."""
    return {
        "head": words.head_of(found), "legal": words.legal_of(found), "numbers": words.numbers_of(found, book.catalogue),
        "blocks": words.blocks_of(found, book), "tests": words.tests_of(found, book.catalogue),
    }  # fmt: skip


def _file_note(code: str, found: Policy) -> str:
    """Said where the pack's own file differs from what was published here."""
    own = read_rules(pack_folder(settings.ANYE_PACK)).policies.get(code)
    if own is None or own.digest == found.digest:
        return ""
    return gettext("Published here; the file that came with the software says something else.")


@require_POST
@open_to(AUTHORS)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a draft; where one is under way already, that is shown."""
    _book, found = policy_or_404(code)
    duty = duty_of(request)
    if not may_draft(duty):
        raise Http404
    try:
        base = keep_version(
            code=code, digest=found.digest, title=(found.title["zh"], found.title["en"]), text=found.text,
            reasons=found.reasons, on=registry_day(),
        )  # fmt: skip
        draft = rules.begin_draft(
            base=base, text=edit.tidy(found.text), by=actor_of(request), scope_no=duty.office.scope_no
        )
    except rules.DraftRefused:
        messages.error(request, gettext("Another district is changing these rules."))
        return redirect("rules:policy", code)
    return redirect("rules:draft", draft.token)
