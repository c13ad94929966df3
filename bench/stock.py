"""The stock Django that our pages are measured against: plain models over the same tables, list and detail views and
plain templates with the same rows, choices and words; no scope, no trail, no sealing, no listing kit."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.generic import DetailView, TemplateView

from anye.doors.kit.formats import money_text
from anye.doors.kit.fragments import deadline_status

PAGE = 50
COUNT_LIMIT = 1_001
FOLDER = Path(__file__).parent / "stock_pages"
_PLAIN: dict[type[models.Model], Any] = {}


def plain(app: str, name: str) -> Any:
    """A plain, unmanaged model over the table of one of ours, with the same columns."""
    return _plain(apps.get_model(app, name))


def _plain(ours: type[models.Model]) -> Any:
    if ours in _PLAIN:
        return _PLAIN[ours]
    columns: dict[str, Any] = {}
    for field in ours._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            to = "self" if field.related_model is ours else _plain(field.related_model)
            columns[field.name] = models.ForeignKey(
                to, models.DO_NOTHING, null=field.null, db_column=field.column, related_name="+"
            )
        else:
            columns[field.name] = field.clone()
    meta = type("Meta", (), {"managed": False, "db_table": ours._meta.db_table, "app_label": "bench"})
    made = type(f"Plain{ours.__name__}", (models.Model,), {**columns, "Meta": meta, "__module__": __name__})
    _PLAIN[ours] = made
    return made


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation."""

    name: str
    label: str
    icon: str
    key: str


NAV = [
    Entry("today", "Today", "checklist", "t"), Entry("people", "People", "users", "p"),
    Entry("visits", "Visits", "home-check", "v"), Entry("findings", "Doubts", "question-mark", "d"),
    Entry("firms", "Firms", "building", "f"), Entry("entries", "Entries", "edit", "e"),
    Entry("transfers", "Moves", "send", "m"),
]  # fmt: skip
WORK = [("working", "working"), ("not_working", "not working"), ("not_known", "not known")]


def nav(_request: HttpRequest) -> dict[str, Any]:
    """Context processor: the navigation of every page."""
    return {"here": "people"}


class PeopleList(LoginRequiredMixin, TemplateView):
    """Fifty people of a range, with their villages and doubts."""

    template_name = "list.html"
    lo: int = 0
    hi: int = 0

    def get_queryset(self) -> Any:
        people = plain("people", "Person").objects.filter(is_hidden=False, scope_no__range=(self.lo, self.hi))
        return people.order_by("scope_no", "name", "id")

    def get_context_data(self, **_kwargs: Any) -> dict[str, Any]:
        from anye.doors.office import words

        rows = self.get_queryset()
        offices = plain("places", "Office").objects.filter(scope_no__range=(self.lo, self.hi)).order_by("scope_no")
        people, known = list(rows[: PAGE + 1])[:PAGE], {one.scope_no: one for one in offices}
        findings = plain("findings", "Finding").objects.filter(state__in=["open", "visiting"])
        doubted = set(findings.filter(person_id__in=[p.pk for p in people]).values_list("person_id", flat=True))
        for person in people:
            person.place, person.is_doubted = known[person.scope_no].name, person.pk in doubted
        return {
            "people": people, "offices": [one for one in known.values() if one.scope_no != self.lo],
            "count": rows[:COUNT_LIMIT].count(), "work": WORK, "groups": words.group_choices(),
            "headings": ["Name", "ID number", "Sex", "Born", "Village", "Groups", "Employment", "Doubts"],
        }  # fmt: skip


class PersonDetail(LoginRequiredMixin, DetailView):
    """One person with everything known."""

    template_name = "detail.html"
    context_object_name = "person"
    slug_field = slug_url_kwarg = "token"

    def get_queryset(self) -> Any:
        return plain("people", "Person").objects.filter(is_hidden=False)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from anye.doors.office import doubts, words

        person, on = self.object, timezone.localdate()

        def facts(app: str, name: str) -> Any:
            return plain(app, name).objects.filter(person_id=person.pk, retired_on=None)

        def about(name: str) -> list[Any]:
            return list(plain("findings", name).objects.filter(person_id=person.pk).order_by("-id"))

        house = {"household_id": person.household_id, "retired_on": None}
        details, memberships = list(facts("people", "PersonDetail")), list(facts("people", "Membership"))
        spells = list(facts("firms", "EmploymentSpell").select_related("firm").order_by("-valid_from", "-id"))
        insured = list(facts("firms", "InsuranceMonth").select_related("firm").order_by("-month")[:600])
        income = list(facts("people", "IncomeLine").order_by("-month", "kind")[:144])
        needs = list(facts("people", "Need").order_by("kind"))
        # sorts of registers that the bench's registry has no rows of: asked for all the same
        statuses = [
            s for name in ("StatusSpell", "RestrictedSpell") for s in facts("people", name).order_by("-valid_from")
        ]
        pay = list(facts("firms", "PayrollLine").select_related("firm").order_by("-month")[:24])
        members, helper = [], None
        if person.household_id:
            members = list(plain("people", "HouseholdMember").objects.filter(**house).select_related("person"))
            helper = plain("people", "Helper").objects.filter(**house).first()
        for member in members:
            member.age = words.age_words(member.person.birth_on, on)
        findings, visits = about("Finding"), about("Visit")
        firms = {one.firm_id: one.firm.name for one in insured}
        for one in findings:
            one.status, one.said = doubts.STATES[one.state], doubts.said(one, firms.get(one.firm_id, ""))
        for visit in visits:
            visit.left = deadline_status(visit.due_on, on=on).label
        return {
            "person": person, "age": words.age_words(person.birth_on, on), "memberships": memberships,
            "details": [_labelled(d, words.DETAILS) for d in details if d.kind not in words.ELSEWHERE],
            "spells": spells, "strip": _strip(insured), "income": income, "findings": findings, "visits": visits,
            "needs": [_labelled(need, words.NEEDS) for need in needs], "purposes": words.PURPOSES,
            "place": plain("places", "Office").objects.select_related("parent").get(scope_no=person.scope_no),
            "members": members, "helper": helper,
            "batches": _batches([*details, *memberships, *spells, *insured, *income, *needs, *statuses, *pay]), **kwargs,
        }  # fmt: skip


def _labelled(fact: Any, labels: Mapping[str, Any]) -> Any:
    fact.label = labels[fact.kind]
    return fact


def _batches(facts: list[Any]) -> list[Any]:
    """The files that brought the facts, each fact pointing to its own."""
    counts = Counter(fact.source_batch for fact in facts)
    found = {b.pk: b for b in plain("registers", "Batch").objects.filter(pk__in=counts).select_related("source")}
    for batch in found.values():
        batch.count, month = counts[batch.pk], batch.file_month
        batch.words = f"{batch.source.title_zh} · {date_format(month, 'Y年n月')}" if month else batch.source.title_zh
    for fact in facts:
        fact.batch = found.get(fact.source_batch)
    return list(found.values())


def _strip(insured: list[Any]) -> dict[str, Any]:
    """Insured months by year, and the firms behind the letters."""
    firms: dict[int, dict[str, Any]] = {}
    by_month: dict[dt.date, list[Any]] = {}
    for one in reversed(insured):
        new = {"letter": "ABCDEFGH"[len(firms) % 8], "firm": one.firm, "months": 0, "low": one.base_fen, "high": 0}
        firm = firms.setdefault(one.firm_id, new)
        firm["months"] += 1
        firm["low"], firm["high"] = min(firm["low"], one.base_fen), max(firm["high"], one.base_fen)
        by_month.setdefault(one.month, []).append(one)
    years = sorted({month.year for month in by_month}, reverse=True)
    cells = [(year, [_cell(dt.date(year, no, 1), by_month, firms) for no in range(1, 13)]) for year in years]
    return {"years": cells, "firms": list(firms.values()), "count": len(by_month)}


def _cell(month: dt.date, by_month: Mapping[dt.date, list[Any]], firms: Mapping[int, Any]) -> dict[str, Any]:
    rows, name = by_month.get(month, []), date_format(month, "Y年n月")
    if not rows:
        return {"month": month, "letters": "", "words": gettext("%(month)s: no insurance known") % {"month": name}}
    told = [gettext("%(firm)s, base %(base)s") % {"firm": r.firm.name, "base": money_text(r.base_fen)} for r in rows]
    return {
        "month": month, "letters": "".join(firms[r.firm_id]["letter"] for r in rows),
        "words": f"{name}: {'; '.join(told)}",
    }  # fmt: skip


def _other(_request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    return HttpResponse()


TOKEN = "<str:token>"
urlpatterns = [
    path("people/<int:lo>/<int:hi>/", lambda request, lo, hi: PeopleList.as_view(lo=lo, hi=hi)(request)),
    path(f"people/{TOKEN}/", PersonDetail.as_view(), name="person"),
    *(path(f"people/{TOKEN}/{name}/", _other, name=name) for name in ("history", "looks", "show", "correct", "move")),
    path("", _other, name="today"),
    *(
        path(f"{name}/", _other, name=name)
        for name in ("people", "visits", "findings", "firms", "entries", "transfers")
    ),
    *(path(f"{name}/", _other, name=name) for name in ("set_language", "account", "sign_out")),
    *(path(f"{name}s/{TOKEN}/", _other, name=name) for name in ("visit", "finding", "firm")),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "bench.stock",
    "MIDDLEWARE": MIDDLEWARE,
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [FOLDER],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "bench.stock.nav",
                ],
                "libraries": {"stock": "bench.stock_filters"},
            },
        }
    ],
}
