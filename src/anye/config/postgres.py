"""The PostgreSQL server of a registry: the one that DATABASE_URL names, else our own, started when it is not running.

The programs of our own server are the system's, else those carried by the extra `anye[embedded]`
(ANYE_PG=system or =embedded leaves only that kind). See pg_cluster.py for the server, pg_roles.py for the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from anye.config.faults import SetupFault
from anye.config.home import Home, Login
from anye.config.pg_roles import (
    GUARD,
    MAINTENANCE,
    OWNER,
    ROLES,
    can_log_in,
    connect,
    django_entry,
    dsn,
    make_login,
    make_roles,
    prepare,
    set_password,
    uri,
)

if sys.platform != "win32":  # our own server needs POSIX; with DATABASE_URL Windows will do
    from anye.config import pg_cluster
    from anye.config.pg_account import is_reachable, shared_folder
    from anye.config.pg_binaries import chosen

__all__ = ["Server", "discard", "django_database", "dsn", "find", "prepare", "start", "start_for_tests", "stop", "uri"]

TEST_LOGIN = "anye_test"


@dataclass(frozen=True)
class Server:
    """A server that answered. `version` as in `18.4`; `host` is a host's name or a socket's folder.

    `admin` are the libpq parameters of a login that may make databases and roles; `database` is the one that
    DATABASE_URL names, None for our own server; `data` is our own server's data directory.
    """

    kind: Literal["url", "system", "embedded"]
    version: str
    host: str
    port: int
    admin: dict[str, str] = field(repr=False)
    database: str | None = None
    data: Path | None = None

    @property
    def admin_dsn(self) -> str:
        """The administrator's connection string. It holds the password: never log it."""
        return make_conninfo("", **self.admin)


def start(home: Home) -> Server:
    """The registry's server, running; an already running one is adopted. Raises SetupFault."""
    if url := _url(home):
        return _given_server(url)
    return _own_server(_cluster(home, may_place=True))


def find(home: Home) -> Server | None:
    """The registry's server if it runs; starts nothing."""
    if url := _url(home):
        return _given_server(url)
    cluster = _cluster(home)
    version = pg_cluster.running_version(cluster)
    return _described(cluster, version) if version else None


def stop(home: Home) -> bool:
    """Stop our own server; False when it was not running or is not ours to stop (DATABASE_URL)."""
    return False if _url(home) else pg_cluster.stop_cluster(_cluster(home))


def discard(home: Home) -> None:
    """Stop our own server and delete its data for good: for the demo and for tests."""
    if _url(home):
        return
    cluster = _cluster(home)
    pg_cluster.stop_cluster(cluster)
    for folder in (cluster.data, cluster.sockets, *([home.cluster] if home.cluster else [])):
        shutil.rmtree(folder, ignore_errors=True)


def django_database(home: Home, login: str, role: str) -> dict[str, Any]:
    """The entry of Django's DATABASES for a login and a role, with the server started."""
    return dsn(home, start(home), login, role)


def start_for_tests() -> dict[str, Any]:
    """An entry of Django's DATABASES on a server that is kept between runs: a login that may take all three roles.

    Every checkout has a database of its own; ANYE_TEST_DATABASE names another, for runs of one checkout at the same
    time. pytest-xdist adds its worker's name.
    """
    url = os.environ.get("DATABASE_URL")
    server = _given_server(url) if url else _test_server()
    login = Login(TEST_LOGIN, _test_password(server))
    with connect(server, MAINTENANCE) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [GUARD])
        make_roles(admin, owner_may_create_databases=True)
        make_login(admin, login, ROLES, may_create_databases=True)
        if not can_log_in(server, login, MAINTENANCE):
            set_password(admin, login)
    name = os.environ.get("ANYE_TEST_DATABASE") or f"anye_{zlib.crc32(os.fsencode(Path.cwd())):08x}"
    return {**django_entry(server, login, MAINTENANCE, OWNER), "NAME": name, "TEST": {"NAME": f"test_{name}"}}


def _url(home: Home) -> str | None:
    return os.environ.get("DATABASE_URL") or home.url


def _given_server(url: str) -> Server:
    try:
        told = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise SetupFault("bad_url", why=str(error).splitlines()[0]) from error
    told.setdefault("connect_timeout", "10")
    name = told.pop("dbname", None)
    try:
        # The database itself may not be there yet.
        with psycopg.connect(**{**told, "dbname": MAINTENANCE}) as connection:  # type: ignore[arg-type]
            info = connection.info
            version, major = info.parameter_status("server_version") or "", info.server_version // 10000
            admin = {**told, "user": info.user, "host": told.get("host", info.host), "port": str(info.port)}
    except psycopg.OperationalError as error:
        raise SetupFault("not_reachable", why=error) from error
    if major < 15:
        raise SetupFault("old_server", version=version)
    admin["dbname"] = MAINTENANCE
    return Server("url", version.split()[0], admin["host"], int(admin["port"]), admin, name)


def _own_server(cluster: pg_cluster.Cluster) -> Server:
    return _described(cluster, pg_cluster.start_cluster(cluster))


def _described(cluster: pg_cluster.Cluster, version: str) -> Server:
    kind: Literal["system", "embedded"] = "embedded" if pg_cluster.is_carried(cluster) else "system"
    return Server(kind, version, str(cluster.sockets), pg_cluster.PORT, cluster.admin(), None, cluster.data)


def _cluster(home: Home, *, may_place: bool = False) -> pg_cluster.Cluster:
    """Where the registry's own server lives: in its home, or, where the server's user cannot reach, under /var."""
    if sys.platform == "win32":
        raise SetupFault("no_own_server", platform=sys.platform)
    home = Home.open(home.path)  # another process may have noted the place meanwhile
    if may_place and os.geteuid() == 0 and home.cluster is None:
        if is_reachable(home.path):
            home.path.chmod(0o711)  # passed through by the server's user; the files in it stay 0600
        else:
            home = _placed(home)
    return pg_cluster.Cluster(
        data=(home.cluster or home.path) / "postgres",
        log=home.logs / "postgres.log",
        lock=home.path / "postgres.lock",
        password=home.superuser_password,
        settings=home.settings_path,
    )


def _placed(home: Home) -> Home:
    # Named by chance, not after the home: a home made anew at an old path must not meet the old one's data.
    with pg_cluster.alone(home.path / "postgres.lock"):
        home = Home.open(home.path)
        if home.cluster is None:
            folder = shared_folder("lib") / f"{home.path.name}-{secrets.token_hex(4)}"
            folder.mkdir(mode=0o755)
            home = home.with_cluster(folder)
    return home


def _test_server() -> Server:
    major = chosen(Path("/nonexistent")).major
    root = shared_folder("cache") if os.geteuid() == 0 else Path(platformdirs.user_cache_dir("anye"))
    folder = root / f"test-postgres-{major}"
    folder.mkdir(parents=True, exist_ok=True)
    cluster = pg_cluster.Cluster(
        data=folder / "data",
        log=folder / "postgres.log",
        lock=folder / "lock",
        password=_kept_secret(folder),
        settings=folder / "secret.json",
        durable=False,
    )
    try:
        return _own_server(cluster)
    except SetupFault as fault:
        if fault.code not in {"start_failed", "not_a_cluster"}:
            raise
    shutil.rmtree(cluster.data)  # without fsync a power cut may spoil it; there is nothing in it to keep
    return _own_server(cluster)


def _kept_secret(folder: Path) -> str:
    """A random secret kept in a folder, made once by whichever process comes first."""
    file = folder / "secret.json"
    with pg_cluster.alone(folder / "lock"):
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps(secrets.token_urlsafe(24)), encoding="ascii")
        return str(json.loads(file.read_text(encoding="ascii")))


def _test_password(server: Server) -> str:
    """The same for all test processes, known to those only that could be administrators anyway."""
    known = server.admin.get("password")
    if not known:  # the administrator gets in without one
        folder = Path(platformdirs.user_cache_dir("anye"))
        folder.mkdir(parents=True, exist_ok=True)
        known = _kept_secret(folder)
    return hmac.new(known.encode(), TEST_LOGIN.encode(), hashlib.sha256).hexdigest()
