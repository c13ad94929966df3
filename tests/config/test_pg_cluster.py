"""Our own PostgreSQL, with real servers of each kind that this machine has."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anye.config import pg_account, pg_cluster, postgres
from anye.config.faults import SetupFault
from anye.config.home import Home


def postmaster(home: Home) -> int:
    with psycopg.connect(**admin(home)) as connection:
        return int(one(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))


def one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def admin(home: Home) -> dict[str, Any]:
    server = postgres.find(home)
    assert server is not None
    return dict(server.admin)


def killed(home: Home) -> int:
    """Kill the postmaster without warning."""
    pid = postmaster(home)
    os.kill(pid, signal.SIGKILL)
    return pid


def gone(home: Home) -> None:
    deadline = time.monotonic() + 10
    while pg_cluster.server_processes(home.path / "postgres") and time.monotonic() < deadline:
        time.sleep(0.02)


@contextlib.contextmanager
def stranger(account: pg_account.Account) -> Iterator[int]:
    """A living process of the server's user that is no PostgreSQL."""
    process = subprocess.Popen(["sleep", "60"], **account.as_process())
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def zombie(account: pg_account.Account) -> Iterator[int]:
    """A dead process of the server's user whose parent has not asked after it."""
    process = subprocess.Popen(["true"], **account.as_process())
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        yield process.pid
    finally:
        process.wait()


def test_a_second_start_adopts_the_server(running_home: Home, kind: str) -> None:
    before = postmaster(running_home)
    server = postgres.start(running_home)
    assert (server.kind, postmaster(running_home)) == (kind, before)


def test_the_server_is_safe_and_private(running_home: Home) -> None:
    server = postgres.start(running_home)
    with psycopg.connect(**admin(running_home)) as connection:
        on = [one(connection, f"SHOW {name}") for name in ("data_checksums", "fsync", "full_page_writes")]
        assert on == ["on", "on", "on"]
        assert one(connection, "SHOW listen_addresses") == ""
        assert one(connection, "SHOW server_encoding") == "UTF8"
        assert one(connection, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
        assert one(connection, "SHOW max_connections") == "60"
        if connection.info.server_version >= 170000:
            query = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'anye'"
            assert one(connection, query) == "bC.UTF-8"
        else:
            assert one(connection, "SELECT datcollate FROM pg_database WHERE datname = 'anye'") == "C.UTF-8"
    assert server.data is not None
    assert server.data.stat().st_mode & 0o077 == 0
    assert Path(server.host).stat().st_mode & 0o077 == 0


def test_the_superuser_needs_the_password(running_home: Home) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(**{**admin(running_home), "password": "guess"})


def test_settings_of_another_registry_do_not_open_the_server(running_home: Home) -> None:
    text = running_home.settings_path.read_text()
    running_home.settings_path.write_text(text.replace(running_home.superuser_password, "restored from elsewhere"))
    try:
        with pytest.raises(SetupFault) as caught:
            postgres.start(running_home)
        assert caught.value.code == "password_differs"
    finally:
        running_home.settings_path.write_text(text)


def test_the_log_holds_no_values_of_rows(running_home: Home) -> None:
    with psycopg.connect(**admin(running_home), autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE person (id_number text PRIMARY KEY)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('990112199001011232')")
        with contextlib.suppress(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT '990112199001011232x'::bigint")
    log = (running_home.logs / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "9901121990" not in log


def test_after_a_killed_postmaster_start_recovers_what_was_committed(running_home: Home) -> None:
    with psycopg.connect(**admin(running_home), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n")
    dead = killed(running_home)
    postgres.start(running_home)
    assert postmaster(running_home) != dead
    with psycopg.connect(**admin(running_home), autocommit=True) as connection:
        assert one(connection, "SELECT n FROM kept") == 1
        connection.execute("DROP TABLE kept")


def test_a_busy_orphan_of_a_killed_postmaster_does_not_block_the_start(
    running_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pg_cluster, "ORPHANS_S", 0.3)
    with contextlib.closing(psycopg.connect(**admin(running_home))) as connection:
        busy = ThreadPoolExecutor(1).submit(connection.execute, "DO 'BEGIN LOOP END LOOP; END'")
        time.sleep(0.2)
        killed(running_home)
        postgres.start(running_home)
        with pytest.raises(psycopg.OperationalError):
            busy.result(timeout=5)


@pytest.mark.parametrize("who", ["stranger", "zombie"])
def test_a_stale_pid_file_that_names_somebody_alive_does_not_block_the_start(running_home: Home, who: str) -> None:
    server = postgres.start(running_home)
    assert server.data is not None
    dead = killed(running_home)
    gone(running_home)
    remains = [server.data / "postmaster.pid", Path(server.host) / ".s.PGSQL.5432.lock"]
    account = pg_account.account_for(server.data)
    with stranger(account) if who == "stranger" else zombie(account) as pid:
        for path in remains:
            path.write_text(path.read_text().replace(str(dead), str(pid), 1))
        with pg_refuses(server):
            postgres.start(running_home)
        os.kill(pid, 0)  # it was left alone


@contextlib.contextmanager
def pg_refuses(server: postgres.Server) -> Iterator[None]:
    """The negative control: PostgreSQL by itself believes these files."""
    assert server.data is not None
    bindir = Path((server.data / "postmaster.opts").read_text().split(' "')[0]).parent
    account = pg_account.account_for(server.data)
    command = [bindir / "postgres", "-D", server.data, "-c", "listen_addresses=", "-k", server.host]
    told = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **account.as_process())
    assert "already exists" in told.stderr
    yield


def test_two_starts_at_once_make_one_server(fresh_home: Home) -> None:
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from anye.config import postgres
        from anye.config.home import Home
        postgres.start(Home.open(Path(sys.argv[1])))
    """)
    command = [sys.executable, "-c", code, str(fresh_home.path)]
    # Pipes are read to their end: the server must not hold them open, or `make run | tee` would never return.
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60) for process in both] == [("", "")] * 2
    assert [process.returncode for process in both] == [0, 0]
    assert postgres.find(fresh_home) is not None  # it outlives both
    assert (fresh_home.logs / "postgres.log").read_text().count("ready to accept connections") == 1


def test_stop_is_clean_and_may_be_repeated(running_home: Home) -> None:
    postgres.start(running_home)
    with contextlib.closing(psycopg.connect(**admin(running_home))) as idle:
        idle.execute("SELECT 1")
        assert postgres.stop(running_home)
    assert postgres.find(running_home) is None
    assert not postgres.stop(running_home)
    assert "shut down" in (running_home.logs / "postgres.log").read_text().splitlines()[-1]
    postgres.start(running_home)


def test_a_data_directory_of_another_major_version_is_left_alone(open_folder: Path) -> None:
    home = Home.create(open_folder / "old", pack="cn")
    data = home.path / "postgres"
    data.mkdir()
    if os.geteuid() == 0:
        os.chown(data, 65534, 65534)
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(SetupFault) as caught:
        postgres.start(home)
    assert caught.value.code == "wrong_major"
    assert "pg_upgrade" in caught.value.text("en")
    assert "14" in caught.value.text("zh")
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_files_is_not_taken_for_the_data(fresh_home: Home) -> None:
    data = fresh_home.path / "postgres"
    data.mkdir()
    if os.geteuid() == 0:
        os.chown(data, 65534, 65534)
    (data / "thesis.doc").write_text("mine")
    with pytest.raises(SetupFault) as caught:
        postgres.start(fresh_home)
    assert caught.value.code == "not_a_cluster"
    (data / "thesis.doc").unlink()


def test_a_failed_start_shows_the_log(fresh_home: Home) -> None:
    postgres.start(fresh_home)
    postgres.stop(fresh_home)
    with (fresh_home.path / "postgres" / "postgresql.conf").open("a") as file:
        file.write("max_connections = plenty\n")
    with pytest.raises(SetupFault, match="max_connections") as caught:
        postgres.start(fresh_home)
    assert caught.value.code == "start_failed"


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("渝北" * 20)
    cluster = pg_cluster.Cluster(deep / "postgres", deep / "log", deep / "lock", "secret")
    other = pg_cluster.Cluster(deep / "postgres", deep / "log", deep / "lock", "another secret")
    assert len(os.fsencode(cluster.sockets / ".s.PGSQL.5432")) < 104
    assert cluster.sockets != other.sockets


def test_a_server_under_a_long_path_starts(open_folder: Path) -> None:
    home = Home.create(open_folder / ("a b'c,\"" + "渝北" * 20), pack="cn")
    try:
        server = postgres.start(home)
        assert server.host.startswith("/tmp/anye-")
    finally:
        postgres.discard(home)
    assert not Path(server.host).exists()


def test_the_data_stand_where_the_servers_user_can_reach(tmp_path: Path) -> None:
    """Under root that is another user, who cannot pass through the home; everybody else serves from there."""
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    home = Home.create(hidden / "home", pack="cn")
    try:
        server = postgres.start(home)
        home = Home.open(home.path)
        assert server.data is not None
        if os.geteuid() == 0:
            assert home.cluster is not None
            assert server.data.is_relative_to(home.cluster)
            assert not server.data.is_relative_to(hidden)
            assert server.data.stat().st_uid != 0
        else:
            assert server.data == home.path / "postgres"
            assert server.data.stat().st_uid == os.geteuid()
        assert postgres.start(home).data == server.data
    finally:
        postgres.discard(home)
    assert not server.data.exists()
    assert home.cluster is None or not home.cluster.exists()


def test_an_ordinary_user_runs_the_server_as_themselves(open_folder: Path, kind: str) -> None:
    folder = open_folder / f"theirs-{kind}"
    folder.mkdir()
    account = pg_account._unprivileged() if os.geteuid() == 0 else pg_account.account_for(folder)
    account.own(folder)
    child = os.fork()  # not a new program: the interpreter may be where that user cannot reach
    if child == 0:
        status = 1
        try:
            if account.is_other:
                os.setgroups([])
                os.setgid(account.gid)
                os.setuid(account.uid)
            os.environ |= {"ANYE_PG": kind, "XDG_CACHE_HOME": str(folder / "cache")}
            home = Home.create(folder / "home", pack="cn")
            server = postgres.start(home)
            postgres.prepare(server, home)
            assert server.data == home.path / "postgres"
            assert server.data.stat().st_uid == account.uid
            assert server.kind == kind
            assert postgres.start(home).data == server.data
            postgres.discard(home)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
