"""Every address × method × role × place of the object: no undeclared cell, and a foreign object is as absent as none."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from anye.doors.kit.tokens import seal_state
from anye.doors.office.administration.guard import sealed
from anye.records.accounts import actions as accounts
from anye.records.accounts.models import Duty, Role, User
from anye.records.audit.tokens import new_token
from tests.house.access_matrix import MATRIX, PLACELESS, ROLES
from tests.house.crawling import Counter
from tests.house.scope_calls import calls, guard_of, taken_out
from tests.house.two_districts import World, make_world

LETTERS = {
    "V": "village_worker", "T": "town_officer", "A": "approver", "F": "finance", "P": "poverty_office", "U": "auditor",
    "D": "district_officer", "X": "administrator",
}  # fmt: skip
# for a duty over each office: where the object stands, seen from there
PLACES = {
    "willow": {"own": "willow", "sibling": "bridge", "parent": "east", "other district": "bamboo"},
    "east": {"own": "willow", "sibling": "cloud", "parent": "district", "other district": "bamboo"},
    "district": {"own": "willow", "other district": "bamboo"},
}
TRANSFERS = {
    "willow": {"own": ("willow", "cloud"), "sibling": ("bridge", "cloud"), "parent": ("east", "west")},
    "east": {"own": ("willow", "cloud"), "sibling": ("cloud", "flat"), "parent": ("district", "outside")},
    "district": {"own": ("willow", "cloud")},
}
OFFICES = {"V": "willow", "D": "district"}  # the others stand in the east town
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|name="csrf-token" content="[^"]+"')


def named_addresses() -> dict[str, int]:
    """Every name that the resolver knows with how many arguments its address has."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, int]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                inner = f"{prefix}{one.namespace}:" if one.namespace else prefix
                yield from walk(one.url_patterns, inner)
            elif isinstance(one, URLPattern):
                assert one.name, f"{one.pattern} has no name"
                yield f"{prefix}{one.name}", len(one.pattern.converters)

    found = list(walk(get_resolver().url_patterns, ""))
    assert len({name for name, _ in found}) == len(found), "two addresses of one name"
    return dict(found)


def cell(text: str) -> dict[str, int]:
    """Status by role letter; every role stands in a cell once."""
    told = {role: int(status) for roles, status in (part.split("=") for part in text.split()) for role in roles}
    assert sorted("".join(part.split("=")[0] for part in text.split())) == sorted(ROLES), text
    return told


def test_every_address_is_declared_and_no_other() -> None:
    found = named_addresses()
    assert set(found) == set(MATRIX)
    for name, (objects, get, post) in MATRIX.items():
        assert found[name] == len(objects.split()), name
        assert cell(get)
        assert cell(post)


def test_every_role_is_declared() -> None:
    assert set(LETTERS.values()) == set(Role.values)
    assert set(LETTERS) | {"N", "G"} == set(ROLES)


CODES = {"code": "part_time_post", "records": "firm_payment", "kept": "fund", "source": "village_ledger"}
WORDS = {
    "level": "queried", "part": "file", "figure": "I01", "row": "0-3", "issue": "1", "language": "zh", "form": "html",
}  # fmt: skip


@dataclass
class Matrix:
    """The world with a client for each role."""

    world: World
    clients: dict[str, Client]
    users: dict[str, User]

    def arguments(self, objects: str, role: str, place: str) -> list[str]:
        """The address's arguments for an object at a place as the role sees it, or for none at all."""
        return [self._argument(kind, objects.split(), OFFICES.get(role, "east"), place) for kind in objects.split()]

    def _argument(self, kind: str, kinds: list[str], office: str, place: str) -> str:
        if kind in WORDS:
            return WORDS[kind]
        if kind == "duty" and place == "none":
            return sealed("duty", 99_999_999)
        if kind == "user" and place == "none":
            return sealed("user", 99_999_999)
        if kind in CODES:
            return "no_such" if place == "none" else CODES[kind]
        if kind == "area":
            return "0" * 12 if place == "none" else str(self.world[PLACES[office][place]].office.area_code)
        if kind == "link":
            user = self.users["F"]
            return "x" * 43 if place == "none" else accounts.new_sign_in_link(user=user, by="tests", minutes=5)
        if place == "none":
            return new_token()
        if kind == "transfer":
            return self.world.transfers[TRANSFERS[office].get(place, ("bamboo", "peach"))].token
        at = self.world[PLACES[office][place]]
        found: dict[str, Callable[[], str]] = {
            "spell": lambda: seal_state(at.spell.pk, context=f"spell:{at.person.token}"),
            "user": lambda: sealed("user", at.user.pk),
            "duty": lambda: sealed("duty", Duty.objects.get(user=at.user).pk),
            "office": lambda: at.office.token,
            "town": lambda: (self.world["east"] if place == "own" else at).office.token,
        }
        return found[kind]() if kind in found else str(getattr(at, kind).token)

    def places(self, objects: str, role: str, *, may: bool = True) -> list[str]:
        """Where the object may stand; without an object, or with one of no place, just one's own and none.

        Whoever may not at all is refused before the object is looked for: one's own and another district's tell.
        """
        kinds = objects.split()
        if not kinds:
            return ["own"]
        if kinds[0] in PLACELESS:
            return ["own", "none"]
        return [*PLACES[OFFICES.get(role, "east")], "none"] if may else ["own", "other district"]

    def ask(self, role: str, method: str, name: str, arguments: list[str]) -> HttpResponse:
        """One request whose effects are taken back."""
        with transaction.atomic():
            client = self.clients[role]
            cookies = dict(client.cookies)
            address = reverse(name, args=arguments)
            answer = client.get(address) if method == "GET" else client.post(address, {"blank": "1"})
            client.cookies.clear()
            client.cookies.update(cookies)
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def matrix(district: Any, client_as: Any, make_user: Any, settings: Any) -> Matrix:
    settings.ACCOUNT_RATE_LIMITS = False
    world = make_world(district)
    clients = {
        letter: client_as(role, world[OFFICES.get(letter, "east")].office, f"role{letter.lower()}")
        for letter, role in LETTERS.items()
    }
    idle = client_as("finance", world["east"].office, "rolen")
    Duty.objects.filter(user__username="rolen").delete()
    users = {letter: User.objects.get(username=f"role{letter.lower()}") for letter in [*LETTERS, "N"]}
    for user in users.values():
        user.set_password("four plain words suffice")
        user.save()
    clients = {**clients, "N": idle, "G": Client()}
    for letter, user in users.items():  # signing in again: a new password ends the session
        clients[letter].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = clients[letter].session
        session["second_factor"] = "done"
        session.save()
    return Matrix(world, clients, users)


def plain(answer: HttpResponse, address: str) -> bytes:
    """A body without form tokens and without the address that was asked for, which the language switch repeats."""
    return CSRF.sub(b"", answer.content).replace(address.encode(), b"")


def headers(answer: HttpResponse) -> list[tuple[str, str]]:
    """Headers but for the body's length, which the address's own length changes."""
    return sorted((name, value) for name, value in answer.items() if name != "Content-Length")


def expected(own: int, place: str, role: str, objects: str) -> int:
    """A foreign or missing object is 404 for whoever would see it, and changes nothing for the others."""
    if place == "own" or own in {403, 405}:
        return own
    return own if role == "G" and objects != "link" else 404


def wrong_cells(matrix: Matrix, names: Iterable[str], roles: str = ROLES, *, own_only: bool = False) -> list[str]:
    """Cells that answer otherwise than declared."""
    return list(found_wrong(matrix, names, roles, own_only=own_only))


def found_wrong(matrix: Matrix, names: Iterable[str], roles: str = ROLES, *, own_only: bool = False) -> Iterator[str]:
    """The same, one after the other."""
    for name in names:
        objects, *cells = MATRIX[name]
        for method, text in zip(("GET", "POST"), cells, strict=True):
            for role, own in cell(text).items():
                places = matrix.places(objects, role, may=own not in {403, 405} and role != "G")
                for place in [one for one in places if role in roles and (one == "own" or not own_only)]:
                    wanted = expected(own, place, role, objects)
                    answer = matrix.ask(role, method, name, matrix.arguments(objects, role, place))
                    if answer.status_code != wanted:
                        yield f"{name} {method} {role} {place}: {answer.status_code}, declared {wanted}"


@pytest.mark.bar(9, control="the whole product, `make trust`")
@pytest.mark.django_db
def test_own_objects_answer_as_declared(matrix: Matrix) -> None:
    """A sample for every run; the whole product is the next test's."""
    assert wrong_cells(matrix, list(MATRIX), "VXG", own_only=True) == []


@pytest.mark.trust(bar=9, control="each scope call taken out")
@pytest.mark.django_db
def test_every_cell_answers_as_declared(matrix: Matrix) -> None:
    assert wrong_cells(matrix, list(MATRIX)) == []


@pytest.mark.trust(bar=11, control="each scope call taken out")
@pytest.mark.django_db
def test_a_foreign_object_answers_like_none_byte_for_byte(matrix: Matrix) -> None:
    different = []
    for name, (objects, get, post) in MATRIX.items():
        if not objects or objects.split()[0] in PLACELESS:
            continue
        for method, text in (("GET", get), ("POST", post)):
            for role in [one for one, own in cell(text).items() if own not in {403, 404, 405} and one != "G"]:
                kept = {}
                for place in [one for one in matrix.places(objects, role) if one != "own"]:
                    arguments, queries = matrix.arguments(objects, role, place), Counter()
                    with connection.execute_wrapper(queries):
                        answer = matrix.ask(role, method, name, arguments)
                    kept[place] = (plain(answer, reverse(name, args=arguments)), headers(answer), queries.count)
                different += [f"{name} {method} {role} {place}" for place in kept if kept[place] != kept["none"]]
    assert different == []


def guarded_addresses() -> dict[str, list[str]]:
    """Scope call → the addresses whose view it guards."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, f"{prefix}{one.namespace}:" if one.namespace else prefix)
            else:
                yield f"{prefix}{one.name}", one.callback

    guards = {id(guard_of(call)): name for name, call in calls().items() if call.is_guard}
    found: dict[str, list[str]] = {name: [] for name in guards.values()}
    for address, view in walk(get_resolver().url_patterns, ""):
        at = view
        while at is not None:
            if id(at) in guards:
                found[guards[id(at)]].append(address)
            at = getattr(at, "__wrapped__", None)
    return found


def noticed(matrix: Matrix, names: list[str]) -> str:
    """The first cell that is not as declared; a page that breaks is not either. Nothing when all are."""
    try:
        return next(found_wrong(matrix, names, own_only=True), "")
    except Exception as fault:  # noqa: BLE001 whatever breaks, no such cell is declared
        return f"{names[0]}: {type(fault).__name__}"


@pytest.mark.bar(9, control="this is one: all of them in the tier of trust")
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["doors/office/firms.py firm: @open_to", "doors/office/entries.py needs: @open_to"])
def test_without_its_guard_a_view_answers_otherwise_than_declared(name: str, matrix: Matrix) -> None:
    names = guarded_addresses()[name]
    assert noticed(matrix, names) == ""
    with taken_out(name):
        assert noticed(matrix, names) != ""


@pytest.mark.trust(bar=9, control="this is one: each guard of a view taken out in turn")
@pytest.mark.django_db
def test_each_guard_taken_out_changes_a_cell(matrix: Matrix, record_property: Callable[..., None]) -> None:
    addresses, silent = guarded_addresses(), []
    for name, names in addresses.items():
        with taken_out(name):
            cell_seen = noticed(matrix, names)
        record_property("taken_out", (name, cell_seen or "nothing"))
        if not cell_seen:
            silent.append(name)
    assert len(addresses) > 50
    assert silent == []


@pytest.mark.bar(9, control="the same role over the district")
@pytest.mark.django_db
def test_a_towns_poverty_office_hands_in_no_file_about_the_district(district: Any, client_as: Any) -> None:
    address = reverse("registers:new_upload")
    assert client_as("poverty_office", district["east"]).get(address).status_code == 403
    assert client_as("poverty_office", district["district"]).get(address).status_code == 200
