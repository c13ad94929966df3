"""What `anye doctor` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from anye.config import pg_roles, postgres
from anye.config.doctor import TITLES, Check, diagnose
from anye.config.home import Home


def failing(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if not check.ok} - {"disk", "font"}  # those depend on the machine


@pytest.fixture
def server(running_home: Home) -> postgres.Server:
    return postgres.start(running_home)


@pytest.mark.usefixtures("server")
def test_a_sound_registry_has_nothing_to_mend(running_home: Home) -> None:
    checks = diagnose(running_home)
    assert failing(checks) == set()
    assert {check.name for check in checks} == set(TITLES)


def test_without_a_registry_only_the_machine_is_looked_at() -> None:
    assert [check.name for check in diagnose(None)] == ["python", "platform", "postgres_programs", "disk", "font"]


def test_a_stopped_server_is_told_and_stays_stopped(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    assert failing(diagnose(home)) == {"server"}
    assert postgres.find(home) is None


def test_readable_and_missing_secrets_are_told(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    home.settings_path.chmod(0o644)
    home.keys_path.unlink()
    assert failing(diagnose(home)) == {"settings_file", "key_file", "server"}


def test_a_login_of_the_wrong_roles_is_told(running_home: Home, server: postgres.Server) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute("GRANT anye_owner TO anye_web")
        try:
            assert failing(diagnose(running_home)) == {"logins"}
        finally:
            admin.execute("REVOKE anye_owner FROM anye_web")


def test_an_unprepared_database_is_told(server: postgres.Server, tmp_path: Path) -> None:
    url = f"postgresql://postgres:{server.admin['password']}@/unprepared?host={server.host}"
    other = Home.create(tmp_path / "h", pack="cn", database="unprepared", url=url)
    assert failing(diagnose(other)) == {"database", "logins"}


def test_a_server_without_fsync_is_told(running_home: Home, server: postgres.Server) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        try:
            admin.execute("ALTER SYSTEM SET fsync = off")
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("SELECT pg_sleep(0.1)")
            assert failing(diagnose(running_home)) == {"safety"}
        finally:
            admin.execute("ALTER SYSTEM RESET fsync")
            admin.execute("SELECT pg_reload_conf()")


@pytest.mark.usefixtures("server")
def test_every_failure_has_both_languages_and_no_secret_is_shown(running_home: Home) -> None:
    for check in diagnose(running_home):
        assert check.title.zh
        assert check.title.en
        assert check.detail.zh
        assert check.detail.en
        shown = f"{check.detail}{check.cure}"
        assert running_home.superuser_password not in shown
        assert running_home.logins["web"].password not in shown
