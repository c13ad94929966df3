"""No canary of another range shows anywhere, none stands in an address, a log, a job or a session; both layers alone."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Manager
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from anye.records.accounts.models import User
from anye.records.accounts.queries import SEE_RESTRICTED
from anye.records.accounts.scope import OWNER, ScopedManager, acting
from tests import factories as made
from tests.house.crawling import Canaries, Counter, Crawl, dumped
from tests.house.guards import GUARDS
from tests.house.two_districts import SECRET, Place, World, make_world

pytestmark = pytest.mark.django_db

# what differs in any two answers: form tokens, sealed searches and places, the token of a row just made, the minute
VARYING = re.compile(rb'(csrfmiddlewaretoken" value=|csrf-token" content=)"[^"]+"|(found|place)(=|" value=")[\w-]+'
                     rb'|/entries/[\w-]{20,}|\d\d:\d\d')  # fmt: skip
OFFICES = {
    "village_worker": "willow", "town_officer": "east", "district_officer": "district", "approver": "east",
    "finance": "willow", "poverty_office": "east", "auditor": "district", "administrator": "east",
}  # fmt: skip
STARTS = [
    "/", "/people/", "/firms/", "/visits/", "/visits/print/", "/findings/", "/registers/", "/entries/", "/transfers/",
    "/transfers/asked/", "/owed/", "/owed/paid/", "/owed/corrections/", "/people/new/",
    "/registers/mend/", "/registers/upload/", "/administration/offices/", "/administration/users/",
    "/account/", "/no-such-page/", "/people/" + "A" * 22 + "/",
]  # fmt: skip
GET_ONLY = ("/history/", "/looks/", "/work/", "/entries/", "/uploads/", "/sheets/", "/withdrawals/", "/looks/", "?")
SOUGHT = ["willow", "bridge", "bamboo", "cloud", "east", "district"]
LISTS = [
    "/people/",
    "/firms/",
    "/visits/",
    "/findings/",
    "/entries/",
    "/transfers/",
    "/owed/",
    "/owed/paid/",
    "/owed/corrections/",
    "/owed/nearly/",
    "/owed/facts/",
]


@pytest.fixture
def world(district: Any) -> World:
    return make_world(district)


def crawl_as(client: Client, role: str, world: World, *, limit: int = 150, searches: int = 6) -> Crawl:
    """Everything that a role reaches, searches for everybody, exports of every list, and every foreign address."""
    place = world[OFFICES[role]]
    secrets = set() if role in SEE_RESTRICTED else {SECRET}
    crawl = Crawl(client, Canaries(world.canaries_outside(place.office) | secrets), Canaries(world.canaries))
    crawl.run(STARTS, limit=limit)
    for place in [world[name] for name in SOUGHT[:searches]]:
        texts = [place.person.name, place.mark, place.id_number, place.id_number[-6:], place.phone]
        for text in texts:
            crawl.post("/people/", {"do": "search", "text": text}, typed=text)
    for address in [*LISTS, *rows_of(place)]:
        crawl.post(address, {"do": "export", "purpose": "check"})
        crawl.post(address, {"do": "names", "purpose": "register"})
    for address in [*addresses_of(world), *rows_of(place)]:
        crawl.look("GET", address)
        if not any(part in address for part in GET_ONLY):
            crawl.post(address, {"what": "id", "purpose": "contact", "act": "accept"})
    return crawl


def rows_of(place: Place) -> list[str]:
    """Where the rows of the place's own files stand, those of justice too."""
    levels = [
        reverse("registers:batch_rows", args=[batch.token, level])
        for batch in (place.batch, place.restricted)
        for level in ("refused", "queried", "unattached")
    ]
    return ["/registers/", "/registers/mend/", *levels]


def addresses_of(world: World) -> list[str]:
    """The addresses of everything that carries a token, foreign or not."""
    found = []
    for place in [world[name] for name in ("bridge", "cloud", "bamboo")]:
        person = place.person.token
        names = ("person", "person_history", "person_looks", "person_show")
        found += [reverse(f"office:{name}", args=[person]) for name in (*names, "person_restricted")]
        found += [reverse(f"entries:{name}", args=[person]) for name in ("correct", "work", "household", "helper")]
        found += [
            reverse("office:visit", args=[place.visit.token]),
            reverse("office:today_answer", args=[place.visit.token]),
            reverse("office:finding", args=[place.finding.token]),
            reverse("office:correction", args=[place.correction.token]),
            reverse("office:correction_decide", args=[place.correction.token]),
            reverse("office:firm", args=[place.firm.token]),
            reverse("office:firm_owed", args=[place.firm.token]),
            reverse("registers:batch", args=[place.batch.token]),
            reverse("registers:upload", args=[place.upload.token]),
            reverse("registers:look", args=[place.looked.token]),
            reverse("registers:look_sheet", args=[place.looked.token]),
            reverse("registers:withdrawal", args=[place.withdrawal.token]),
            reverse("registers:fault_sheet", args=[place.fault_sheet.token]),
            reverse("registers:fault_sheet_file", args=[place.fault_sheet.token]),
            reverse("entries:entry", args=[place.entry.token]),
            f"/people/?village={place.office.token}",
            f"/visits/?village={place.office.token}",
        ]
    return found + [reverse("entries:transfer", args=[one.token]) for one in world.transfers.values()]


@pytest.mark.trust(bar=10, control="the next test, with both layers taken out")
@pytest.mark.parametrize("role", OFFICES)
def test_a_crawl_meets_no_canary_of_another_range(
    role: str, world: World, client_as: Callable[..., Client], record_property: Callable[[str, object], None]
) -> None:
    crawl = crawl_as(client_as(role, world[OFFICES[role]].office, "crawler"), role, world)
    record_property("answers", crawl.pages)
    assert crawl.leaks == []
    assert crawl.in_urls == []
    assert not [status for status in crawl.statuses if status >= 500]
    assert crawl.pages > 150
    own = Canaries(world[OFFICES[role]].canaries)
    shown = Crawl(crawl.client, own, own)
    shown.run(STARTS, limit=40)
    assert shown.leaks, "the crawl would see canaries where there are some"


# ── each layer alone ──────────────────────────────────────────────────────────────────────────────────────────────────


def without_scoping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedManager, "get_queryset", Manager.get_queryset)


def without_policies() -> None:
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        for table, words in GUARDS.items():
            if "scoped" in words:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


@pytest.mark.trust(bar=12, control="both layers out: the crawl meets canaries")
@pytest.mark.parametrize("role", ["village_worker", "town_officer"])
@pytest.mark.parametrize("out", ["scoping", "policies", "both"])
def test_each_layer_alone_holds_and_without_both_the_crawl_finds_canaries(
    out: str, role: str, world: World, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as(role, world[OFFICES[role]].office, "crawler")
    if out in {"policies", "both"}:
        without_policies()
    if out in {"scoping", "both"}:
        without_scoping(monkeypatch)
    crawl = crawl_as(client, role, world, limit=60, searches=3)
    if out == "both":
        assert len(crawl.leaks) > 20
    else:
        assert crawl.leaks == []


# ── logs, jobs, sessions ──────────────────────────────────────────────────────────────────────────────────────────────


def broken(_request: HttpRequest, *_args: Any, **_named: Any) -> Any:
    """A fault of ours in the middle of a page."""
    raise RuntimeError("forced by a test")


@pytest.mark.trust(bar=19, control="forced errors do stand in the log; a text with a name is found")
def test_nothing_personal_in_logs_jobs_and_sessions_with_forced_errors(
    world: World, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_as("district_officer", world["district"].office, "crawler")
    client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    everything = Canaries(world.canaries)
    crawl = Crawl(client, Canaries(world.canaries_outside(world["district"].office)), everything)
    crawl.run(STARTS, limit=100)
    place = world["willow"]
    for text in (place.person.name, place.id_number, place.phone):
        client.post("/people/", {"do": "search", "text": text}, follow=True)
    client.post(reverse("entries:correct", args=[place.person.token]), {"name": place.person.name, "sex": "2"})
    monkeypatch.setattr("anye.doors.office.person.person_work.insurance_strip", broken)
    monkeypatch.setattr("anye.doors.office.people.words.sex_words", broken)
    broke = [
        client.get(reverse("office:person", args=[place.person.token])),
        client.post("/people/", {"do": "search", "text": place.person.name}, follow=True),
        client.get("/people/"),
    ]
    assert [answer.status_code for answer in broke] == [500, 500, 500]
    assert not [answer for answer in broke if everything.met(answer.content.decode())]
    assert "RuntimeError" in caplog.text
    assert everything.met(f"an error that names {place.person.name}")
    formatted = "\n".join(logging.Formatter().format(record) + repr(record.args) for record in caplog.records)
    assert everything.met(formatted) == []
    with acting(OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs")
        jobs = "\n".join(row[0] for row in cursor.fetchall())
    assert everything.met(jobs) == []
    sessions = "\n".join(dumped(session.get_decoded()) for session in Session.objects.all())
    assert User.objects.get(username="crawler")
    assert "_auth_user_id" in sessions
    assert everything.met(sessions) == []


# ── counts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

COUNTED = [
    "/",
    "/registers/mend/",
    "/people/",
    "/people/?doubt=open",
    "/visits/",
    "/findings/",
    "/registers/",
    "/entries/",
    "/transfers/",
]


def more_elsewhere(world: World, name: str) -> None:
    """More people, doubts, visits, rows and requests at a place."""
    place = world[name]
    with made.as_owner():
        for number in range(12):
            made.make_case(place.office, f"多{number}")
            made.make_fault(place.office, world["willow"].batch, line=40 + number)
        made.make_household(place.office, f"多户{name}")


@pytest.mark.trust(bar=10, control="the same rows added to the own village change the pages")
@pytest.mark.parametrize("role", ["village_worker", "town_officer"])
def test_counts_and_filters_do_not_move_when_others_grow(
    role: str, world: World, client_as: Callable[..., Client]
) -> None:
    client = client_as(role, world[OFFICES[role]].office, "crawler")
    addresses = [*COUNTED, reverse("registers:batch", args=[world["willow"].batch.token])]

    def pages() -> list[bytes]:
        return [VARYING.sub(b"", client.get(address).content) for address in addresses]

    with made.as_owner():  # how fresh a register is, is no secret: every office sees when the last file came
        made.make_batch("social_insurance")
    before = pages()
    for name in ("cloud", "bamboo", "district"):
        more_elsewhere(world, name)
    assert [address for address, a, b in zip(addresses, before, pages(), strict=True) if a != b] == []
    more_elsewhere(world, "willow")
    assert sum(a != b for a, b in zip(before, pages(), strict=True)) >= 5


# ── found elsewhere and found nowhere ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.trust(bar=11, control="searched for by the own town, the page differs")
@pytest.mark.parametrize("what", ["number", "last six", "telephone", "name"])
def test_a_search_answers_alike_for_who_is_elsewhere_and_who_is_nowhere(
    what: str, world: World, client_as: Callable[..., Client]
) -> None:
    client, there = client_as("village_worker", world["willow"].office, "crawler"), world["bridge"]
    texts = {
        "number": (there.id_number, made.id_number(777)),
        "last six": (there.id_number[-6:], "77777X"),
        "telephone": (there.phone, "19900990000"),
        "name": (there.person.name, "麤冇"),
    }[what]
    hit, miss = (answered(client, "/people/", {"do": "search", "text": text}, text) for text in texts)
    assert hit == miss
    town = client_as("town_officer", world["east"].office, "reaches")
    assert len(answered(town, "/people/", {"do": "search", "text": texts[0]}, texts[0])[0]) > len(miss[0]) + 200


@pytest.mark.trust(bar=11, control="another answer for a number that is refused")
def test_a_registration_answers_alike_for_who_is_elsewhere_and_who_is_nowhere(
    world: World, client_as: Callable[..., Client]
) -> None:
    client = client_as("village_worker", world["willow"].office, "crawler")
    told = {"name": "冉某人", "area": world["willow"].office.token}
    hit, miss = (
        answered(client, "/people/new/", {**told, "id_number": number}, number)
        for number in (world["bridge"].id_number, made.id_number(777))
    )
    assert hit == miss
    assert hit[1] == 200
    assert answered(client, "/people/new/", {**told, "id_number": "990101198005060001"}, "x")[1] == 422


def answered(client: Client, address: str, values: dict[str, str], typed: str) -> tuple[bytes, int, int]:
    """A form's answer and the page it leads to, without tokens and what was typed; its status and its queries."""
    queries = Counter()
    with transaction.atomic():
        with connection.execute_wrapper(queries):
            answer = client.post(address, values, follow=True)
        transaction.set_rollback(True)
    text = VARYING.sub(b"", answer.content).replace(typed.encode(), b"")
    return text, answer.status_code, queries.count
