"""The stock Django that our pages are measured against: plain models over the same tables, list and detail views and
plain templates with the same rows, choices and words; no scope, no trail, no sealing, no listing kit."""

import datetime as dt
from typing import Any

from django.apps import apps
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.urls import path
from django.views.generic import DetailView, TemplateView

PAGE = 50
COUNT_LIMIT = 1_001
TEMPLATES_LOADED = {
    "base.html": """{% load i18n %}<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/static/anye/css/anye.css"></head><body><header class="topbar"><a href="/">安业 Anye</a>
<nav>{% for href, label in nav %}<a class="nav-link{% if request.path == href %} active{% endif %}" href="{{ href }}">{% translate label %}</a>{% endfor %}</nav>
<form method="post" action="/sign-out/">{% csrf_token %}<span>{{ user.username }}</span><button>{% translate "Sign out" %}</button></form></header>
<main>{% if messages %}{% for message in messages %}<p>{{ message }}</p>{% endfor %}{% endif %}{% block content %}{% endblock %}</main></body></html>""",
    "list.html": """{% extends "base.html" %}{% load i18n %}{% block title %}{% translate "People" %}{% endblock %}{% block content %}<h1>{% translate "People" %}</h1>
<form method="post">{% csrf_token %}<input type="search" name="text"><button>{% translate "Search" %}</button></form>
<form method="get"><select name="village"><option value="">{% translate "all" %}</option>{% for one in offices %}<option value="{{ one.token }}">{{ one.name }}</option>{% endfor %}</select>
<select name="group"><option value="">{% translate "all" %}</option>{% for code, label in groups %}<option value="{{ code }}">{% translate label %}</option>{% endfor %}</select>
<select name="work"><option value="">{% translate "all" %}</option>{% for code, label in work %}<option value="{{ code }}">{% translate label %}</option>{% endfor %}</select><button>{% translate "Apply" %}</button></form>
<table class="table"><thead><tr>{% for heading in headings %}<th scope="col">{% translate heading %}</th>{% endfor %}</tr></thead><tbody>
{% for one in people %}<tr role="row"><th scope="row" role="rowheader" data-label="{% translate "Name" %}"><a href="{% url "person" one.token %}">{{ one.name }}</a></th><td role="cell" class="code" data-label="{% translate "ID number" %}"><span class="masked">{{ one.name_key|slice:":6" }}********{{ one.token|slice:":4" }}</span></td><td role="cell" data-label="{% translate "Sex" %}">{% if one.sex == "1" %}{% translate "male" %}{% else %}{% translate "female" %}{% endif %}</td><td role="cell" class="date" data-label="{% translate "Born" %}"><time datetime="{{ one.birth_on|date:"Y-m-d" }}">{{ one.birth_on|date:"Y年n月j日" }}</time></td><td role="cell" data-label="{% translate "Village" %}">{{ one.place }}</td><td role="cell" data-label="{% translate "Groups" %}">{% for group in one.groups %}{{ group }}{% if not forloop.last %}、{% endif %}{% endfor %}</td><td role="cell" data-label="{% translate "Employment" %}"><span class="status">{% if one.is_employed %}{% translate "working" %}{% else %}{% translate "not known" %}{% endif %}</span></td><td role="cell" data-label="{% translate "Doubts" %}">{% if one.is_doubted %}{% translate "in doubt" %}{% else %}–{% endif %}</td></tr>
{% endfor %}</tbody></table><p>{{ count }}</p><a href="?page=2">{% translate "Next" %}</a>{% endblock %}""",
    "detail.html": """{% extends "base.html" %}{% load i18n %}{% block title %}{{ person.name }}{% endblock %}{% block content %}<h1>{{ person.name }}</h1>
<p>{{ person.sex }} · {{ person.birth_on|timesince }} · {{ place.name }}</p><dl><div><dt>{% translate "Born" %}</dt><dd>{{ person.birth_on|date:"Y年n月j日" }}</dd></div><div><dt>{% translate "ID number" %}</dt><dd>{{ person.token|slice:":6" }}********</dd></div><div><dt>{% translate "Telephone" %}</dt><dd>–</dd></div></dl>
<h2>{% translate "Doubts and visits" %}</h2>{% for one in findings %}<div class="reason"><h3>{{ one.rule }}</h3><p>{{ one.month|date:"Y年n月" }} {{ one.state }}</p></div>{% endfor %}{% for one in visits %}<p>{{ one.due_on|date:"Y年n月j日" }} {{ one.state }}</p>{% endfor %}
<h2>{% translate "Work on record" %}</h2>{% for one in spells %}<div class="reason"><h3>{{ one.firm.name }}</h3><p>{{ one.valid_from|date:"Y年n月j日" }}–{{ one.valid_to|date:"Y年n月j日" }}</p></div>{% empty %}<p>{% translate "No register tells of any work." %}</p>{% endfor %}
<h2>{% translate "Insured months" %}</h2>{% for year, cells in strip %}<table class="strip"><tr><th scope="row">{{ year }}</th>{% for cell in cells %}<td{% if cell.1 %} class="is-on" title="{{ cell.1.firm.name }}"{% endif %}>{{ cell.0|date:"n月" }}{% if cell.1 %}A{% endif %}</td>{% endfor %}</tr></table>{% empty %}<p>{% translate "No register tells of any insurance." %}</p>{% endfor %}
<h2>{% translate "Income by month" %}</h2><table>{% for one in income %}<tr><th>{{ one.month|date:"Y年n月" }}</th><td>{{ one.kind }}</td><td>{{ one.amount_fen }}</td></tr>{% endfor %}</table>
<h2>{% translate "Groups" %}</h2>{% for one in memberships %}<p>{{ one.group }} {{ one.valid_from|date:"Y年n月j日" }} {{ one.evidence }}</p>{% endfor %}
<h2>{% translate "Household" %}</h2><ul>{% for one in members %}<li><a href="{% url "person" one.person.token %}">{{ one.person.name }}</a> {{ one.relation }}</li>{% endfor %}</ul>{{ helper.helper_name }}
<h2>{% translate "Details" %}</h2><dl>{% for one in details %}<div><dt>{% translate one.kind %}</dt><dd>{{ one.value|default:"–" }}<small>{{ one.known_on|date:"Y年n月j日" }}</small></dd></div>{% endfor %}</dl>
<h2>{% translate "Needs and wishes" %}</h2>{% for one in needs %}<p>{{ one.kind }} {{ one.value }}</p>{% endfor %}
<h2>{% translate "Where this comes from" %}</h2>{% for one in batches %}<p>{{ one.source.title_zh }} {{ one.known_on|date:"Y年n月j日" }}</p>{% endfor %}
<form method="post" action="show/">{% csrf_token %}<select name="purpose">{% for code, label in purposes %}<option value="{{ code }}">{% translate label %}</option>{% endfor %}</select><button>{% translate "Show" %}</button></form>{% endblock %}""",
}  # fmt: skip
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
            "OPTIONS": {
                "loaders": [("django.template.loaders.cached.Loader",
                             [("django.template.loaders.locmem.Loader", TEMPLATES_LOADED)])],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
}  # fmt: skip
