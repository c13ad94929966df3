"""The database, its roles and its logins, on real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from anye.config import pg_roles, postgres
from anye.config.faults import SetupFault
from anye.config.home import Home


@pytest.fixture
def server(running_home: Home) -> postgres.Server:
    return postgres.start(running_home)


@pytest.fixture
def dba_url(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """DATABASE_URL with an administrator as cloud services give one: CREATEDB and CREATEROLE, no superuser."""
    drop(server, "dba")
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute("CREATE ROLE dba LOGIN CREATEDB CREATEROLE PASSWORD 'pass/word:1'")
        if admin.info.server_version >= 160000:  # the roles were made by somebody else
            admin.execute("GRANT anye_owner, anye_app, anye_batch TO dba WITH ADMIN OPTION")
    url = f"postgresql://dba:pass%2Fword%3A1@/leased?host={server.host}"
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    drop(server, "dba")


def drop(server: postgres.Server, *roles: str) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute("DROP DATABASE IF EXISTS leased WITH (FORCE)")
        for role in [*roles, "leased_migrate", "leased_web", "leased_worker"]:
            if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                admin.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role)))


def session(home: Home, server: postgres.Server, login: str, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(postgres.uri(home, server, login, role), autocommit=True)


def snapshot(server: postgres.Server) -> list[Any]:
    """All that preparing may change: roles with their passwords' verifiers, memberships, grants."""
    queries = [
        "SELECT rolname, rolcanlogin, rolcreatedb, rolcreaterole, rolpassword FROM pg_authid ORDER BY 1",
        "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members ORDER BY 1, 2",
        "SELECT datname, datacl::text, datdba FROM pg_database ORDER BY 1",
        "SELECT nspname, nspacl::text FROM pg_namespace ORDER BY 1",
    ]
    with pg_roles.connect(server, "anye") as admin:
        return [admin.execute(query).fetchall() for query in queries]


def test_preparing_twice_changes_nothing(running_home: Home, server: postgres.Server) -> None:
    before = snapshot(server)
    postgres.prepare(server, running_home)
    assert snapshot(server) == before


@pytest.mark.parametrize(
    ("login", "role"),
    [("web", "anye_app"), ("worker", "anye_batch"), ("worker", "anye_app"), ("migrate", "anye_owner")],
)
def test_a_login_starts_as_the_role_it_is_given(
    running_home: Home, server: postgres.Server, login: str, role: str
) -> None:
    with session(running_home, server, login, role) as connection:
        assert connection.execute("SELECT current_user, session_user").fetchone() == (role, f"anye_{login}")
    entry = postgres.dsn(running_home, server, login, role)
    assert entry["OPTIONS"]["options"] == f"-c role={role}"
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    with psycopg.connect(**{key: entry[name] for key, name in named.items()}, **entry["OPTIONS"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)


@pytest.mark.parametrize(
    ("login", "role", "wanted"),
    [
        ("web", "anye_app", "anye_owner"),
        ("web", "anye_app", "anye_batch"),
        ("web", "anye_app", "anye_worker"),
        ("web", "anye_app", "postgres"),
        ("worker", "anye_batch", "anye_owner"),
    ],
)
def test_a_login_cannot_become_more_than_it_is(
    running_home: Home, server: postgres.Server, login: str, role: str, wanted: str
) -> None:
    with session(running_home, server, login, role) as connection:
        for before in ("", "RESET ROLE"):
            if before:
                connection.execute(before)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SET ROLE {wanted}")


def test_the_web_may_read_what_it_is_granted_and_make_nothing(running_home: Home, server: postgres.Server) -> None:
    with session(running_home, server, "migrate", "anye_owner") as owner:
        owner.execute("DROP TABLE IF EXISTS granted, kept; CREATE TABLE granted (n int); CREATE TABLE kept (n int)")
        owner.execute("GRANT SELECT ON granted TO anye_app")
    with session(running_home, server, "web", "anye_app") as web:
        web.execute("SELECT * FROM granted")
        for forbidden in (
            "SELECT * FROM kept",
            "CREATE TABLE mine (n int)",
            "CREATE TEMP TABLE mine (n int)",
            "CREATE SCHEMA mine",
            "CREATE DATABASE mine",
            "CREATE ROLE mine",
            "DROP TABLE granted",
            "ALTER ROLE anye_web BYPASSRLS",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(forbidden)
    with session(running_home, server, "worker", "anye_batch") as worker:
        worker.execute("CREATE TEMP TABLE mine (n int)")  # loading needs it


def test_another_registrys_logins_may_not_connect(server: postgres.Server, tmp_path: Path) -> None:
    """But for its migrate login: the owner role is shared by all registries of a server."""
    other = Home.create(tmp_path / "other", pack="cn", database="leased")
    postgres.prepare(server, other)
    for login in (other.logins["web"], other.logins["worker"]):
        assert pg_roles.can_log_in(server, login, "leased")
        assert not pg_roles.can_log_in(server, login, "anye")
    drop(server)


def test_preparing_takes_back_what_a_login_should_not_have(running_home: Home, server: postgres.Server) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute("GRANT anye_owner TO anye_web")
        admin.execute("ALTER ROLE anye_worker PASSWORD 'changed by hand'")
    postgres.prepare(server, running_home)
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with session(running_home, server, "web", "anye_app") as web, refused:
        web.execute("SET ROLE anye_owner")
    session(running_home, server, "worker", "anye_batch").close()


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE"])
def test_a_login_that_passes_row_level_security_is_refused(
    running_home: Home, server: postgres.Server, power: str
) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute(f"ALTER ROLE anye_web {power}")
        try:
            with pytest.raises(SetupFault) as caught:
                postgres.prepare(server, running_home)
            assert caught.value.code == "login_too_strong"
        finally:
            admin.execute(f"ALTER ROLE anye_web NO{power}")


@pytest.mark.usefixtures("dba_url")
def test_createdb_and_createrole_are_enough_for_the_administrator(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn", database="leased")
    given = postgres.start(home)
    assert (given.kind, given.database) == ("url", "leased")
    for _ in range(2):
        postgres.prepare(given, home)
    with session(home, given, "web", "anye_app") as web:
        assert web.execute("SELECT current_user, current_database()").fetchone() == ("anye_app", "leased")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("SET ROLE anye_owner")
    with pg_roles.connect(given, "leased") as admin:
        for role in pg_roles.ROLES:
            admin.execute(f"SET ROLE {role}")
            admin.execute("RESET ROLE")
    assert not postgres.stop(home)  # not ours to stop


@pytest.mark.usefixtures("dba_url")
def test_an_existing_database_of_the_administrators_is_taken_over(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn", database="leased")
    given = postgres.start(home)
    with pg_roles.connect(given, "postgres") as admin:
        admin.execute("CREATE DATABASE leased")
    postgres.prepare(given, home)
    with session(home, given, "migrate", "anye_owner") as owner:
        owner.execute("CREATE TABLE mine (n int)")


def test_an_administrator_without_the_rights_is_told_what_to_ask_for(
    server: postgres.Server, dba_url: str, tmp_path: Path
) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        admin.execute("ALTER ROLE dba NOCREATEROLE NOCREATEDB")
    home = Home.create(tmp_path / "h", pack="cn", database="leased", url=dba_url)
    with pytest.raises(SetupFault, match="ALTER ROLE dba CREATEDB CREATEROLE") as caught:
        postgres.prepare(postgres.start(home), home)
    assert caught.value.code == "may_not_prepare"
    assert "pass" not in str(caught.value).replace("bypass", "")


def test_a_database_in_another_encoding_is_refused(running_home: Home, server: postgres.Server, tmp_path: Path) -> None:
    with pg_roles.connect(server, "postgres") as admin:
        extra = "LOCALE_PROVIDER libc" if admin.info.server_version >= 150000 else ""
        admin.execute(f"CREATE DATABASE leased ENCODING 'SQL_ASCII' LOCALE 'C' {extra} TEMPLATE template0")
    try:
        with pytest.raises(SetupFault) as caught:
            postgres.prepare(server, Home.create(tmp_path / "h", pack="cn", database="leased"))
        assert caught.value.code == "not_utf8"
    finally:
        drop(server)


@pytest.mark.usefixtures("dba_url")
def test_three_preparations_at_once_all_succeed(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", pack="cn", database="leased")
    code = """
import sys
from pathlib import Path
from anye.config import postgres
from anye.config.home import Home
home = Home.open(Path(sys.argv[1]))
postgres.prepare(postgres.start(home), home)
"""
    command = [sys.executable, "-c", code, str(home.path)]
    three = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[1] for process in three] == [""] * 3


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://x", "bad_url"),
        ("postgresql://u:hush@127.0.0.1:1/x?connect_timeout=2", "not_reachable"),
        ("postgresql://u:hush@/x?hosst=1", "bad_url"),
    ],
)
def test_a_wrong_address_is_named_without_its_password(
    url: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.create(tmp_path / "h", pack="cn")
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SetupFault) as caught:
        postgres.start(home)
    assert caught.value.code == code
    assert "hush" not in str(caught.value)


class TestTheServerOfTests:
    def check(self, entry: dict[str, Any]) -> None:
        named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        given = {key: entry[name] for key, name in named.items()} | entry["OPTIONS"]
        name = f"test_anye_probe_{os.getpid()}"
        with psycopg.connect(**given, dbname="postgres", autocommit=True) as connection:
            assert connection.execute("SELECT current_user, session_user").fetchone() == ("anye_owner", "anye_test")
            connection.execute(f"CREATE DATABASE {name}")
            for role in pg_roles.ROLES:
                connection.execute(f"SET ROLE {role}")
            connection.execute("SET ROLE anye_owner")
            connection.execute(f"DROP DATABASE {name}")
            row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'anye_test'")
            assert row.fetchone() == (False,)

    def test_it_is_kept_between_runs(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANYE_PG", kind)
        first = postgres.start_for_tests()
        self.check(first)
        assert postgres.start_for_tests() == first

    def test_the_database_may_be_named_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANYE_TEST_DATABASE", "mine")
        entry = postgres.start_for_tests()
        assert (entry["NAME"], entry["TEST"]["NAME"]) == ("mine", "test_mine")

    @pytest.mark.usefixtures("dba_url")
    def test_it_may_be_the_one_of_database_url(self, server: postgres.Server) -> None:
        try:
            self.check(postgres.start_for_tests())
        finally:
            with pg_roles.connect(server, "postgres") as admin:
                admin.execute("ALTER ROLE anye_owner NOCREATEDB; DROP OWNED BY anye_test; DROP ROLE anye_test")
