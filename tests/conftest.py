"""Fixtures of all tests: a small district of two towns with two villages each, and clients that act in a duty."""

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from anye.packs import AreaRow

EDITION = dt.date(2016, 1, 1)
# an invented district, so that nothing can be tuned to the demo's
AREAS = [
    AreaRow("990100000000", "county", "990000000000", "青石区", EDITION, None),
    AreaRow("990100101000", "town", "990100000000", "东河镇", EDITION, None),
    AreaRow("990100101201", "village", "990100101000", "柳树村村民委员会", EDITION, None),
    AreaRow("990100101202", "village", "990100101000", "石桥村村民委员会", EDITION, None),
    AreaRow("990100102000", "town", "990100000000", "西岭镇", EDITION, None),
    AreaRow("990100102201", "village", "990100102000", "云峰村村民委员会", EDITION, None),
    AreaRow("990100102202", "village", "990100102000", "大坪村村民委员会", EDITION, None),
]


@dataclass(frozen=True)
class District:
    """The offices of the tests' district by short name."""

    offices: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.offices[name]


# by far the longest: begun last, one of them would run alone while the other workers wait for it
LONGEST = ("test_year.py", "test_load_killed.py", "test_folder_of_all.py", "test_load_truth.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, the others in the order they have."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def _no_outside_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be called: a test that needs the network would pass by chance."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise OSError(f"the tests do not call out: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_job_outlives_its_test(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The queue is not among the tables that a test with transactions of its own is cleaned of."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        from tests.journeys.pages.worker import forget_jobs

        with django_db_blocker.unblock():
            forget_jobs()


def make_district() -> District:
    from anye.flow.registry import furnish
    from anye.packs import read_pack
    from anye.records.places.models import Office

    furnish(read_pack("cn_yubei"), AREAS)
    by_area = {office.area_code: office for office in Office.objects.all()}
    names = {
        "district": "990100000000", "east": "990100101000", "willow": "990100101201", "bridge": "990100101202",
        "west": "990100102000", "cloud": "990100102201", "flat": "990100102202",
    }  # fmt: skip
    offices = {name: by_area[code] for name, code in names.items()}
    return District(offices | {"outside": Office.objects.get(kind="outside")})


@pytest.fixture
def district(db: None) -> District:
    return make_district()


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """make_user(role, office, username=None) → a user with that one duty."""

    def make(role: str, office: Any, username: str | None = None) -> Any:
        from anye.records.accounts.models import Duty, User

        user = User.objects.create(username=username or f"{role}-{office.scope_no}", name=role)
        Duty.objects.create(user=user, role=role, scope_no=office.scope_no, starts_on=dt.date(2020, 1, 1))
        return user

    return make


@pytest.fixture
def client_as(make_user: Callable[..., Any]) -> Callable[..., Client]:
    """client_as(role, office) → a signed-in client whose second factor is done."""

    def sign_in(role: str, office: Any, username: str | None = None) -> Client:
        client = Client()
        client.force_login(
            make_user(role, office, username), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        session = client.session
        session["second_factor"] = "done"
        session.save()
        return client

    return sign_in
