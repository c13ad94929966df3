"""Every house rule catches its bad samples and lets its good ones pass, and the repository keeps them all."""

import pytest

from tools import house_rules
from tools.house_rules import RULES, check, project_files

MODEL = "src/anye/records/people/models.py"
QUERIES = "src/anye/records/people/queries.py"
ENGINE = "src/anye/engine/dates.py"
PAGE = "src/anye/doors/templates/office/today.html"
SHORT = "def f():\n" + "    x = 1\n" * 59
LONG = "def f():\n" + "    x = 1\n" * 60
# Written in pieces, so that this file keeps the rules it tests.
REGISTRY = "https" + "://registry." + "example.org/simple"
INDEX = "file" + ":///opt/" + "pypi/simple"
VALID_ELSEWHERE = "11010119900307" + "1234"[:3]

BAD = [
    ("file-length", MODEL, "x = 1\n" * 400 + "y = 2"),
    ("function-length", MODEL, LONG),
    ("module-name", "src/anye/flow/utils.py", ""),
    ("module-name", "src/anye/doors/helpers/forms.py", ""),
    ("module-name", "src/anye/config/common.py", ""),
    ("writes-in-actions", QUERIES, "Person.objects.create(name=1)"),
    ("writes-in-actions", QUERIES, "Person.objects.filter(a=1).exclude(b=2).update(name=1)"),
    ("writes-in-actions", QUERIES, "Person.objects.bulk_create(rows)"),
    ("writes-in-actions", QUERIES, "person.save(update_fields=['name'])"),
    ("writes-in-actions", QUERIES, "person.delete()"),
    ("writes-in-actions", "src/anye/doors/office/pages.py", "form.save()"),
    ("writes-in-actions", QUERIES, "cursor.execute('INSERT INTO people_person VALUES (1)')"),
    ("writes-in-actions", QUERIES, 'SQL = """\n  UPDATE people_person SET name = 1"""'),
    ("no-clock", ENGINE, "import datetime\ndatetime.datetime.now()"),
    ("no-clock", ENGINE, "import datetime as dt\ndt.date.today()"),
    ("no-clock", ENGINE, "from datetime import date\ndate.today()"),
    ("no-clock", ENGINE, "import time\ntime.time()"),
    ("no-clock", ENGINE, "from django.utils import timezone\ntimezone.now()"),
    ("registry-day", QUERIES, "from django.utils import timezone\ntimezone.localdate()"),
    ("registry-day", QUERIES, "from django.utils import timezone\ntimezone.localdate(entry.entered_at)"),
    ("registry-day", QUERIES, "import datetime as dt\ndt.date.today()"),
    ("registry-day", QUERIES, "from django.utils import timezone\ntimezone.now().date()"),
    ("registry-day", QUERIES, "from django.utils import timezone\ntimezone.localtime(at).date()"),
    ("registry-day", QUERIES, 'SQL = f"SELECT 1 FROM {table} WHERE valid_to >= CURRENT_DATE"'),
    ("no-address", "docs/guide.md", REGISTRY),
    ("no-address", "Makefile", INDEX),
    ("no-address", "docs/guide.md", f"see {house_rules.ROOT}/docs"),
    ("no-inline-code", PAGE, "<p>\n<script>alert(1)</script>"),
    ("no-inline-code", PAGE, "<style>p { color: red }</style>"),
    ("no-inline-code", PAGE, '<p style="color: red">'),
    ("no-inline-code", PAGE, '<p {% if a %}class="b"{% endif %} style="color: red">'),
    ("no-inline-code", PAGE, '<button onclick="go()">'),
    ("no-inline-code", PAGE, '<button hx-on:click="go()">'),
    ("no-inline-code", PAGE, '<a href="javascript:go()">'),
    ("no-inline-code", PAGE, '<script src="//cdn.example.org/a.js"></script>'),
    ("no-mixed-language", PAGE, "<p>今天</p>"),
    ("no-mixed-language", PAGE, '<p title="今天"></p>'),
    ("keys-point-down", MODEL, "x = models.ForeignKey('firms.Firm', models.PROTECT)"),
    ("keys-point-down", MODEL, "x = models.ManyToManyField(to='registers.Batch')"),
]

GOOD = [
    ("file-length", MODEL, "x = 1\n" * 399),
    ("function-length", MODEL, SHORT),
    ("module-name", "src/anye/records/people/actions.py", ""),
    ("writes-in-actions", "src/anye/records/people/actions.py", "Person.objects.create(name=1)"),
    ("writes-in-actions", "src/anye/flow/publishing.py", "Person.objects.create(name=1)"),
    ("writes-in-actions", "tests/records/test_people.py", "Person.objects.create(name=1)"),
    ("writes-in-actions", QUERIES, "found.update(name=1); digest.update(b''); names = dict(a=1); names.update(b=2)"),
    ("writes-in-actions", QUERIES, "'updated people, set aside'"),
    ("writes-in-actions", QUERIES, "user.save()  # house: writes-in-actions: Django's own command calls it"),
    ("no-clock", ENGINE, "import time\nstart = time.monotonic()"),
    ("no-clock", ENGINE, "import datetime as dt\ndt.time(1, 2)\ndt.date(2020, 1, 1)"),
    ("no-clock", QUERIES, "from django.utils import timezone\ntimezone.now()"),
    ("registry-day", QUERIES, "from django.utils import timezone\ntimezone.now(); timezone.localtime(at); at.date()"),
    ("registry-day", QUERIES, "from anye.records.audit.day import registry_day\nregistry_day(entry.entered_at)"),
    ("registry-day", "src/anye/records/audit/day.py", "from django.utils import timezone\ntimezone.localdate(at)"),
    ("registry-day", "tests/records/test_people.py", "from django.utils import timezone\ntimezone.localdate()"),
    ("no-address", "docs/guide.md", "https" + "://www.example.org/law.html and src/anye/records"),
    ("no-real-id", "tests/engine/test_codes.py", "990000199003071234"),
    ("no-real-id", "tests/engine/test_codes.py", "11010519491231002X, printed in the standard"),
    ("no-real-id", "tests/engine/test_codes.py", "110105194912310029, whose check digit is wrong"),
    ("no-inline-code", PAGE, '<script src="{% static "vendor/htmx.min.js" %}" defer></script>'),
    ("no-inline-code", PAGE, '<p {% if style == "wide" %}class="wide"{% endif %} data-on="x">'),
    ("no-inline-code", PAGE, '{# <script>alert(1)</script> #}<a href="{{ link }}">x</a>'),
    ("no-mixed-language", PAGE, "<p>{% translate 'Today' %}{# 今天 #}</p>"),
    ("no-mixed-language", PAGE, '<a lang="zh-Hans" href="?">中文</a>'),
    ("keys-point-down", MODEL, "x = models.ForeignKey('places.Area', models.PROTECT)"),
    ("keys-point-down", MODEL, "x = models.ForeignKey('people.Household', models.PROTECT)"),
]


def rules_broken(path, text):
    return {fault.rule for fault in check(path, text)}


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_bad_sample_is_caught(rule, path, text):
    assert rule in rules_broken(path, text)


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_good_sample_passes(rule, path, text):
    assert rule not in rules_broken(path, text)


def test_a_valid_number_of_a_real_area_is_caught():
    # the check digit is found here, so that no such number stands in this file
    assert any("no-real-id" in rules_broken("a.csv", VALID_ELSEWHERE + last) for last in "0123456789X")


def test_every_rule_has_a_good_and_a_bad_sample():
    names = {rule.name for rule in RULES}
    assert {rule for rule, _, _ in BAD} | {"no-real-id"} == names
    assert {rule for rule, _, _ in GOOD} == names


def test_a_fault_names_the_place_and_the_cure():
    (fault,) = check(PAGE, "<p>\n<p>\n<p>今天</p>")
    assert str(fault).startswith(f"{PAGE}:3: no-mixed-language: ")
    assert "translate" in str(fault)


def test_the_floors_are_those_of_the_import_contracts():
    above = ("briefings", "outreach", "claims", "entitlements", "jobs", "training", "posts")
    assert house_rules.floors() == (*above, "findings", "registers", "firms", "people", "accounts", "places", "audit")


def test_nothing_built_or_fetched_is_committed():
    for name in project_files():
        assert "/vendor/" not in name
        assert not name.endswith((".mo", ".pyc", ".sqlite3"))
        assert not name.startswith(("node_modules/", ".venv/"))
