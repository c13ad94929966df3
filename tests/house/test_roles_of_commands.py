"""What commands do is the operator's, and none of it the app's (see test_roles.py)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from anye.config import commands, furnishing, postgres, serving
from anye.flow import rotation
from anye.records.accounts import scope
from anye.records.accounts.models import Duty
from anye.records.accounts.scope import BATCH, OWNER
from anye.records.audit.keys import keyring
from anye.records.audit.models import Event
from tests import factories as made
from tests.conftest import District
from tests.house.test_roles import OURS, as_role, entered, recorded, worker

__all__ = ["worker"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command finds its registry: the tests' own."""
    home = SimpleNamespace(trial=True, site=SimpleNamespace(is_public=False))
    monkeypatch.setattr(commands, "opened", lambda: home)
    monkeypatch.setattr(commands, "set_up", lambda home, login: None)
    monkeypatch.setattr(postgres, "start", lambda home: None)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "anye.config.settings_test")


def asked(**told: Any) -> Any:
    return SimpleNamespace(language="en", port=None, new_device=False, **told)


@pytest.mark.usefixtures("at_home")
def test_a_link_from_the_command_line_is_the_operators(district: District, worker: Duty) -> None:
    with recorded() as statements:
        commands.link(asked(user="willow-worker"))
    assert statements == as_role(BATCH)
    made_by = Event.objects.filter(verb="sign_in_link").latest("id")
    assert (made_by.actor, made_by.purpose) == ("operator", "sign-in link")


@pytest.mark.usefixtures("at_home")
def test_the_pass_from_the_command_line_is_made_as_the_batch_role(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = SimpleNamespace(pack="cn_yubei", sources=None)
    monkeypatch.setattr(commands, "opened", lambda: home)
    with recorded() as statements:
        assert commands.entitle(asked(on=None, known=None, json=True)) == 0
    assert statements == as_role(BATCH)
    run = Event.objects.filter(table_name="entitlements_run").latest("id")
    assert (run.actor, run.purpose) == ("operator", "entitle")


@pytest.mark.usefixtures("at_home")
def test_sealing_from_the_command_line_is_the_operators(district: District) -> None:
    with recorded() as statements:
        assert commands.seal(asked()) == 0
    assert statements == as_role(BATCH)


@pytest.mark.usefixtures("at_home")
def test_setting_up_is_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.management.call_command", lambda *_, **__: None)
    with recorded() as statements:
        furnishing.main(None)
    assert statements == as_role(OWNER)
    first = Event.objects.filter(table_name="places_office").earliest("id")
    assert (first.actor, first.purpose) == ("operator", "init")


@pytest.mark.usefixtures("at_home")
def test_a_trials_users_are_the_operators(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["serving", "http://127.0.0.1:8000"])
    with recorded() as statements:
        serving.main()
    assert statements == as_role(OWNER)
    assert Event.objects.filter(verb="user_add", actor="operator", purpose="demo users").exists()


def test_keys_are_rotated_by_the_operator_as_the_owner(district: District, worker: Duty) -> None:
    with made.as_owner():
        made.make_person(district["willow"], "陈一")
    entered(worker, "person", {"name": "x"})
    everywhere = set()

    def see(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if "mfa_authenticator" in sql or OURS.search(sql):
            everywhere.add(scope._scope.get() is not None)
        return execute(sql, *more)

    with connection.execute_wrapper(see):
        assert rotation.reseal(keyring().rotated()) > 3
    assert everywhere == {True}
    told = Event.objects.filter(verb="rotate").latest("id")
    assert (told.actor, told.purpose) == ("operator", "key rotation")
