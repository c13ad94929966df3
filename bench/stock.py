"""The stock Django that our pages are measured against: plain models over the same tables, list and detail views and
plain templates with the same rows, choices and words; no scope, no trail, no sealing, no listing kit."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.urls import path
from django.views.generic import DetailView, TemplateView

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


NAV = [("/", "Today"), ("/people/", "People"), ("/visits/", "Visits"), ("/findings/", "Doubts"), ("/firms/", "Firms"),
       ("/registers/", "Registers"), ("/entries/", "Entries"), ("/transfers/", "Moves")]  # fmt: skip
WORK = [("working", "working"), ("not_working", "not working"), ("not_known", "not known")]


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
            "count": rows[:COUNT_LIMIT].count(), "nav": NAV, "work": WORK, "groups": words.group_choices(),
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
        from anye.doors.office import words

        person = self.object

        def facts(app: str, name: str) -> Any:
            return plain(app, name).objects.filter(person_id=person.pk, retired_on=None)

        def about(name: str) -> Any:
            return plain("findings", name).objects.filter(person_id=person.pk).order_by("-id")

        house = {"household_id": person.household_id, "retired_on": None}
        details, memberships = list(facts("people", "PersonDetail")), list(facts("people", "Membership"))
        spells = list(facts("firms", "EmploymentSpell").select_related("firm").order_by("-valid_from", "-id"))
        insured = list(facts("firms", "InsuranceMonth").select_related("firm").order_by("-month")[:600])
        income = list(facts("people", "IncomeLine").order_by("-month", "kind")[:144])
        needs = list(facts("people", "Need").order_by("kind"))
        said = {one.source_batch for rows in (details, memberships, spells, insured, income, needs) for one in rows}
        return {
            "person": person, "nav": NAV, "details": details, "memberships": memberships, "spells": spells,
            "strip": _by_year(insured), "income": income, "needs": needs, "findings": list(about("Finding")),
            "visits": list(about("Visit")), "purposes": words.PURPOSES,
            "place": plain("places", "Office").objects.get(scope_no=person.scope_no),
            "members": plain("people", "HouseholdMember").objects.filter(**house).select_related("person")
            if person.household_id else [],
            "helper": plain("people", "Helper").objects.filter(**house).first() if person.household_id else None,
            "batches": plain("registers", "Batch").objects.filter(pk__in=said).select_related("source"), **kwargs,
        }  # fmt: skip


def _by_year(insured: list[Any]) -> list[tuple[int, list[tuple[dt.date, Any]]]]:
    by_month = {one.month: one for one in insured}
    years = sorted({month.year for month in by_month}, reverse=True)
    return [(y, [(dt.date(y, m, 1), by_month.get(dt.date(y, m, 1))) for m in range(1, 13)]) for y in years]


urlpatterns = [
    path("people/<int:lo>/<int:hi>/", lambda request, lo, hi: PeopleList.as_view(lo=lo, hi=hi)(request), name="people"),
    path("people/<str:token>/", PersonDetail.as_view(), name="person"),
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
                ],
            },
        }
    ],
}
