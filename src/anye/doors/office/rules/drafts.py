"""A draft of rules: changed part by part, tried, seen whom it would change, and published by a second person."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anye.doors.kit.fragments import Status, Words
from anye.doors.kit.pages import Crumb
from anye.doors.office.entrance import actor_of, duty_of, open_to
from anye.doors.office.owed import OUTCOMES
from anye.doors.office.rules import forms, words
from anye.doors.office.rules.policies import DECIDERS, DRAFT_READERS, STATES, may_draft, may_read_drafts, told_of
from anye.engine.entitle.case import OUTCOMES as CODES
from anye.engine.entitle.edit import NoSuchPlace, tidy
from anye.engine.entitle.examples import check_policy
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.policy_faults import PolicyFault
from anye.engine.entitle.policy_file import digest_of, read_policy
from anye.engine.entitle.runs import RuleBook
from anye.engine.yaml_faults import YamlFault
from anye.flow.jobs import foresee_rules
from anye.flow.rules import readable_rules
from anye.packs.rules import with_policy
from anye.records.entitlements import queries
from anye.records.entitlements.actions import rules
from anye.records.entitlements.models import Draft

REFUSED: dict[str, Words] = {
    "changed": _("Somebody changed or decided this draft in the meantime. Read it again."),
    "own": _("Whoever wrote the draft does not publish it. A second person does."),
    "overtaken": _("Other rules of this policy were published since the draft was begun. Begin a new one on them."),
    "unforeseen": _("Nobody has seen yet whom these rules would change. Find it out first."),
}
FORESEEN = {
    "asked": Status("asked", _("being found out"), "loader-2", "info"),
    "done": Status("done", _("found out"), "circle-check", "ok"),
    "failed": Status("failed", _("could not be found out"), "alert-circle", "bad"),
}


def draft_or_404(request: HttpRequest, token: str) -> Draft:
    if not may_read_drafts(duty_of(request)):
        raise PermissionDenied
    found = queries.drafts().filter(token=token).first()
    if found is None:
        raise Http404
    return found


def _read(draft: Draft, text: str | None = None) -> tuple[RuleBook, Policy]:
    """The rules with the draft in its place. Raises PolicyFault."""
    given = draft.text if text is None else text
    book, code = with_policy(readable_rules(settings.ANYE_PACK)[0], Path(f"{draft.code}.yaml"), given)
    if code != draft.code:
        raise PolicyFault(
            "policy_shape",
            {"file": f"{draft.code}.yaml", "line": 1, "key": "policy", "found": code, "expected": draft.code},
        )
    return book, book.policies[code]


def _is_mine(request: HttpRequest, draft: Draft) -> bool:
    """Whether the reader may change it now."""
    return draft.state == "open" and draft.author == actor_of(request) and may_draft(duty_of(request))


@require_safe
@open_to(DRAFT_READERS)
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """The draft in words, what it says otherwise, its tests, and whom it would change."""
    return _page(request, draft_or_404(request, token))


def _page(request: HttpRequest, found: Draft, form: Any = None, status: int = 200) -> HttpResponse:
    in_use, _faults_in_use = readable_rules(settings.ANYE_PACK)
    try:
        book, policy = _read(found)
    except YamlFault as fault:
        return _unreadable(request, found, fault)
    digest = digest_of(found.text)
    faults, is_foreseen = _faults(policy, book), queries.is_foreseen(found, digest, timezone.now())
    is_mine, is_author, may_decide = (
        _is_mine(request, found),
        found.author == actor_of(request),
        _may_decide(request, found),
    )
    used = in_use.policies.get(found.code)
    context = {
        "crumbs": _crumbs(policy, Crumb(_("Draft"))), "draft": found, "status": STATES[found.state], "seen": digest,
        "title": policy.title[words.language()], "policy": policy, **told_of(policy, book),
        **_otherwise(found, policy, in_use, book), "faults": faults, "is_mine": is_mine, "is_foreseen": is_foreseen,
        **_foreseen(found, in_use, is_shown=is_foreseen),
        "is_overtaken": found.state in Draft.OPEN and used is not None and used.digest != found.base_digest,
        "may_offer": is_mine and not faults and is_foreseen, "may_decide": may_decide,
        "may_foresee": found.state in Draft.OPEN and (is_mine or may_decide), "may_drop": _may_drop(request, found),
        "may_take_back": found.state == "offered" and is_author,
        "form": form or (forms.NoteForm() if may_decide else forms.OfferForm(initial={"reason": found.reason})),
    }  # fmt: skip
    return render(request, "office/rules/draft.html", context, status=status)


def _unreadable(request: HttpRequest, found: Draft, fault: YamlFault) -> HttpResponse:
    """A draft that the rules of today or the catalogue of facts leave no place for: as it is written, and why."""
    context = {
        "crumbs": (Crumb(_("Rules"), reverse("rules:index")), Crumb(_("Draft"))), "draft": found,
        "status": STATES[found.state], "fault": fault.text(words.language()), "seen": digest_of(found.text),
        "may_drop": _may_drop(request, found), "is_mine": _is_mine(request, found),
    }  # fmt: skip
    return render(request, "office/rules/unreadable.html", context)


def _may_decide(request: HttpRequest, found: Draft) -> bool:
    return found.state == "offered" and duty_of(request).role in DECIDERS and found.author != actor_of(request)


def _may_drop(request: HttpRequest, found: Draft) -> bool:
    """Its author may, and whoever decides: an author may have left."""
    is_either = found.author == actor_of(request) or duty_of(request).role in DECIDERS
    return found.state in Draft.OPEN and is_either


def _otherwise(found: Draft, policy: Policy, in_use: RuleBook, book: RuleBook) -> dict[str, Any]:
    """What it says otherwise than the rules that it was begun on: in words, and line by line."""
    version = queries.version(found.code, found.base_digest)
    base = in_use.policies.get(found.code)
    if version is not None:
        try:
            base = read_policy(Path(f"{found.code}.yaml"), in_use.catalogue, version.text)
        except YamlFault:
            base = None  # told line by line alone
    before = version.text if version is not None else base.text if base is not None else ""
    return {
        "says_otherwise": words.differences(base, policy, in_use, book) if base is not None else [],
        "lines": words.lines(tidy(before) if before else "", tidy(found.text)),
    }


def _crumbs(policy: Policy, *more: Crumb) -> tuple[Crumb, ...]:
    title = policy.title[words.language()]
    return (Crumb(_("Rules"), reverse("rules:index")), Crumb(title, reverse("rules:policy", args=[policy.code])), *more)


def _faults(policy: Policy, book: RuleBook) -> list[dict[str, Any]]:
    """What is wrong with the tests: those that come out otherwise, and what none of them asks, with where to mend it."""
    found = []
    for fault in check_policy(policy, book.catalogue):
        expected = str(fault.params.get("expected", ""))
        at = ""
        if fault.code == "policy_test_failed":
            at = next((str(n) for n, each in enumerate(policy.examples) if each.line == fault.params["line"]), "")
        elif expected.startswith("month: "):
            at = expected.removeprefix("month: ").partition(" ")[0]
        found.append({"words": fault.text(words.language()), "at": at})
    return found


def _foreseen(found: Draft, book: RuleBook, *, is_shown: bool) -> dict[str, Any]:
    """Whom it would change, in figures."""
    is_asked = found.foreseen_state == "asked"
    told: dict[str, Any] = {
        "foreseen_status": FORESEEN.get(found.foreseen_state),
        "poll_href": reverse("rules:draft_state", args=[found.token]) if is_asked else "",
    }
    if is_shown and found.foreseen:
        figures, lang = found.foreseen, words.language()
        told |= {
            "figures": figures,
            "later": figures.get("later", []),
            "turns": [
                (OUTCOMES[CODES.index(was)].label, OUTCOMES[CODES.index(becomes)].label, count, fen)
                for was, becomes, count, fen in figures["turns"]
            ],
            "others": [
                (book.policies[code].title[lang], each["subjects"], each["fen"])
                for code, each in sorted(figures["others"].items()) if code in book.policies
            ],
        }  # fmt: skip
    return told


@require_safe
@open_to(DRAFT_READERS)
def draft_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that asks for itself every two seconds; with the figures the whole page comes anew."""
    found = draft_or_404(request, token)
    if found.foreseen_state != "asked":
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("rules:draft", args=[token])})
    return render(
        request,
        "office/rules/foreseen_state.html",
        _foreseen(found, readable_rules(settings.ANYE_PACK)[0], is_shown=False),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(DRAFT_READERS)
def change(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """A form about one part of the draft. What comes out must be rules that can be read."""
    found = draft_or_404(request, token)
    if kind not in forms.FORMS or not _is_mine(request, found):
        raise Http404
    seen = request.POST.get("seen") or digest_of(found.text)
    try:
        book, policy = _read(found)
        form = forms.FORMS[kind](
            policy, book, request.GET.get("at", ""), request.POST if request.method == "POST" else None
        )
    except (forms.NoSuchPart, YamlFault):
        raise Http404 from None
    if form.is_bound and form.is_valid() and seen != digest_of(found.text):
        form.add_error(None, str(REFUSED["changed"]))
    if form.is_bound and form.is_valid() and _taken(request, found, form):
        return redirect("rules:draft", token)
    context = {
        "crumbs": _crumbs(policy, Crumb(_("Draft"), reverse("rules:draft", args=[token])), Crumb(form.title)),
        "form": form, "title": form.title, "lead": form.lead, "seen": seen, "cancel_href": reverse("rules:draft", args=[token]),
        "names": _names(policy, book) if kind in {"condition", "amount", "case"} else (),
        "values": [each for each in words.numbers_of(policy, book.catalogue) if kind == "value" and each["name"] == form.at],
    }  # fmt: skip
    return render(request, "office/rules/change.html", context, status=422 if form.is_bound else 200)


def _taken(request: HttpRequest, found: Draft, form: forms.EditForm) -> bool:
    """Write what was typed, unless the rules cannot be read with it: then the form says why."""
    try:
        text = form.changed(found.text)
        book, policy = _read(found, text)
        words.tests_of(policy, book.catalogue)
        rules.edit_draft(draft=found, text=text, by=actor_of(request))
    except YamlFault as fault:
        form.add_error(None, fault.text(words.language()))
    except NoSuchPlace:
        form.add_error(None, gettext("The file is written so that this form cannot change it. Change the file itself."))
    except rules.DraftRefused as refused:
        form.add_error(None, str(REFUSED[refused.code]))
    return not form.errors


def _names(policy: Policy, book: RuleBook) -> list[tuple[str, str, str]]:
    """(name, words, codes) of what a formula of the policy may ask: its facts and its numbers."""
    lang = words.language()
    facts = [book.catalogue.facts[name] for name in policy.facts]
    found = [(each.name, each.says[lang], ", ".join(each.codes)) for each in facts]
    return found + [(each.name, each.says[lang], "") for each in policy.parameters.values()]


@require_POST
@open_to(DRAFT_READERS)
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Find out whom it changes, offer it, take it back, hand it back, publish or drop it."""
    found = draft_or_404(request, token)
    act = ACTS.get(request.POST.get("act", ""))
    try:
        if act and request.POST.get("seen") != digest_of(found.text):
            raise rules.DraftRefused("changed")  # what was decided about is not what stands there now
        form = act(request, found) if act else None
    except rules.DraftRefused as refused:
        messages.error(request, REFUSED[refused.code])
    else:
        if form is not None:
            return _page(request, found, form, status=422)
    return redirect("rules:draft", token)


def _own(request: HttpRequest, found: Draft) -> None:
    if found.author != actor_of(request) or not may_draft(duty_of(request)):
        raise PermissionDenied


def _second(request: HttpRequest, found: Draft) -> None:
    if duty_of(request).role not in DECIDERS:
        raise PermissionDenied
    if found.author == actor_of(request):
        raise rules.DraftRefused("own")


def _foresee(request: HttpRequest, found: Draft) -> None:
    if duty_of(request).role not in DECIDERS:
        raise PermissionDenied
    rules.ask_foreseen(draft=found, digest=digest_of(found.text))
    foresee_rules.defer(draft_id=found.pk)


def _offer(request: HttpRequest, found: Draft) -> Any:
    _own(request, found)
    form = forms.OfferForm(request.POST)
    try:
        book, policy = _read(found)
    except YamlFault:
        raise rules.DraftRefused("overtaken") from None
    if not queries.is_foreseen(found, digest_of(found.text), timezone.now()):
        raise rules.DraftRefused("unforeseen")
    if form.is_valid() and check_policy(policy, book.catalogue):
        form.add_error(None, gettext("Its tests do not come out as they say yet."))
    if form.errors:
        return form
    rules.offer_draft(draft=found, reason=form.cleaned_data["reason"], by=actor_of(request))
    messages.success(request, gettext("Offered. A second person publishes it or hands it back."))
    return None


def _take_back(request: HttpRequest, found: Draft) -> None:
    _own(request, found)
    rules.hand_back_draft(draft=found, note="")


def _hand_back(request: HttpRequest, found: Draft) -> None:
    _second(request, found)
    rules.hand_back_draft(draft=found, note=request.POST.get("note", "")[:300])


def _drop(request: HttpRequest, found: Draft) -> None:
    if found.author != actor_of(request):
        _second(request, found)
    rules.drop_draft(draft=found, by=actor_of(request))
    messages.success(request, gettext("Dropped. The rules stay as they are."))


def _publish(request: HttpRequest, found: Draft) -> Any:
    _second(request, found)
    rules.hold_publications()
    form = forms.NoteForm(request.POST)
    try:
        book, policy = _read(found)
    except YamlFault:
        raise rules.DraftRefused("overtaken") from None
    if form.is_valid() and check_policy(policy, book.catalogue):
        form.add_error(None, gettext("Its tests do not come out as they say yet."))
    if form.errors:
        return form
    used = readable_rules(settings.ANYE_PACK)[0].policies.get(found.code)
    rules.publish_draft(
        draft=found, digest=policy.digest, in_use=used.digest if used is not None else "",
        title=(policy.title["zh"], policy.title["en"]), reasons=policy.reasons, by=actor_of(request),
        note=form.cleaned_data["note"],
    )  # fmt: skip
    messages.success(request, gettext("Published. The next night judges by these rules."))
    return None


ACTS = {
    "foresee": _foresee, "offer": _offer, "take_back": _take_back, "hand_back": _hand_back, "drop": _drop, "publish": _publish,
}  # fmt: skip
