"""Our own PostgreSQL server: made, started, adopted and stopped. Linux and macOS.

Whether it runs is asked by connecting, never by its PID file: after a crash that file names a zombie or a stranger.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from anye.config import pg_binaries
from anye.config.faults import SetupFault
from anye.config.pg_account import Account, account_for

SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's name: no port is opened
LONGEST_SOCKET = 103  # bytes of sockaddr_un.sun_path on macOS without its final zero; Linux has four more
LOG_LIMIT = 10 * 2**20
PATIENCE_S = 30  # for a server that is starting up or shutting down
ORPHANS_S = 3  # backends of a killed server leave by themselves within moments, unless they compute


@dataclass(frozen=True)
class Cluster:
    """Where a server of ours lives. `durable` is false for tests only: such a server may lose data in a power cut."""

    data: Path
    log: Path
    lock: Path
    password: str = field(repr=False)
    settings: Path | None = None  # where the password is kept, to be named in an error
    durable: bool = True

    @property
    def sockets(self) -> Path:
        """The socket's folder: beside the data where its path is short enough, else under /tmp."""
        beside = self.data.with_name("run")
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
            return beside
        # With the password in the name, a registry made anew at an old path never meets the old one's server.
        mark = hashlib.sha256(f"{self.data}:{self.password}".encode()).hexdigest()[:12]
        return Path(f"/tmp/anye-{os.geteuid()}-{mark}")  # noqa: S108  # _private_folder() checks its owner

    def admin(self, database: str = "postgres") -> dict[str, str]:
        """The superuser's connection parameters."""
        return {
            "host": str(self.sockets),
            "port": str(PORT),
            "user": SUPERUSER,
            "password": self.password,
            "dbname": database,
            "connect_timeout": "10",
        }


def running_version(cluster: Cluster) -> str | None:
    """The version of the server when it runs and is ours, else None; waits while it starts up or shuts down.

    Raises SetupFault: password_differs, foreign_server, not_answering.
    """
    if not _answers(cluster):
        return None
    try:
        with psycopg.connect(**cluster.admin()) as connection:  # type: ignore[arg-type]
            row = connection.execute("SELECT current_setting('data_directory'), version()").fetchone()
    except psycopg.OperationalError as error:
        raise SetupFault("password_differs", path=cluster.settings, why=error) from error
    served, version = row  # type: ignore[misc]  # one row always
    if Path(served).resolve() != cluster.data.resolve():
        raise SetupFault("foreign_server", socket=cluster.sockets, path=served)
    return str(version).split()[1]


def start_cluster(cluster: Cluster) -> str:
    """Make the server run, adopting one that already does, and give its version. Two callers at once make one."""
    with alone(cluster.lock):
        if version := running_version(cluster):
            return version
        binaries = pg_binaries.chosen(cluster.data)
        account = account_for(cluster.data)
        bindir = pg_binaries.ready(binaries, account)
        if not (cluster.data / "PG_VERSION").exists():
            _make(cluster, binaries, bindir, account)
        _private_folder(cluster.sockets, account)
        if not _is_up_after_all(cluster):
            _launch(cluster, bindir, account)
        version = running_version(cluster)
        if version is None:
            raise SetupFault("start_failed", log=cluster.log, why=_tail(cluster.log))
        return version


def stop_cluster(cluster: Cluster) -> bool:
    """Stop the server cleanly: open transactions are rolled back. False when it was not running."""
    with alone(cluster.lock):
        if running_version(cluster) is None:
            return False
        account = account_for(cluster.data)
        told = subprocess.run(
            [_own_bindir(cluster) / "pg_ctl", "stop", "-D", cluster.data, "-m", "fast", "-w", "-t", "120"],
            capture_output=True, text=True, check=False, **account.as_process(),
        )  # fmt: skip
        if told.returncode:
            raise SetupFault("not_answering", pid=_noted_pid(cluster.data), path=cluster.data, log=cluster.log)
        return True


def is_carried(cluster: Cluster) -> bool:
    """Whether the server was started from the programs that came with a Python package."""
    return pg_binaries.CARRIER in _own_bindir(cluster).parts


def server_processes(data: Path) -> set[int] | None:
    """The PostgreSQL processes that work in a data directory; None where the system does not tell."""
    if not Path("/proc/self/cwd").exists():
        return _told_by_lsof(data)
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            here = (process / "cwd").readlink() == data.resolve()  # a zombie has no cwd, a stranger another
            if here and (process / "comm").read_text().startswith("postgres"):
                found.add(int(process.name))
        except OSError:
            continue  # gone meanwhile, or not ours to look at
    return found


def _told_by_lsof(data: Path) -> set[int] | None:
    """The same where there is no /proc: macOS brings lsof along, in a folder that PATH may lack."""
    lsof = shutil.which("lsof", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if lsof is None:
        return None
    command = [lsof, "-w", "-t", "-a", "-c", "postgres", "-d", "cwd", "-f", "--", data]  # -f: a plain folder, no volume
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(pid) for pid in told.stdout.split()}


def _answers(cluster: Cluster) -> bool:
    target = make_conninfo("", **{**cluster.admin(), "connect_timeout": "3"}).encode()
    deadline = time.monotonic() + PATIENCE_S
    while (answer := pq.PGconn.ping(target)) == pq.Ping.REJECT:
        if time.monotonic() > deadline:
            raise SetupFault("not_answering", pid=_noted_pid(cluster.data), path=cluster.data, log=cluster.log)
        time.sleep(0.1)
    return answer == pq.Ping.OK


def _make(cluster: Cluster, binaries: pg_binaries.Binaries, bindir: Path, account: Account) -> None:
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise SetupFault("not_a_cluster", path=cluster.data)
    draft = cluster.data.with_name(f"{cluster.data.name}.new")  # a half-made directory never gets the real name
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft)
    with tempfile.NamedTemporaryFile("w", dir=draft.parent, prefix=".password-") as secret:
        secret.write(cluster.password)
        secret.flush()
        account.own(Path(secret.name))
        command: list[str | Path] = [
            bindir / "initdb", "-D", draft, "-U", SUPERUSER, "--pwfile", secret.name, "--auth=scram-sha-256",
            "--encoding=UTF8", "--data-checksums", "--no-instructions", *_locale(binaries.major),
            *([] if cluster.durable else ["--no-sync"]),
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=False, **account.as_process())
    if told.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise SetupFault("initdb_failed", path=cluster.data, why=told.stderr.strip())
    # O_NOFOLLOW: the directory belongs to the unprivileged user, and we may be root.
    handle = os.open(draft / "postgresql.conf", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n# Set by Anye when the directory was made; change what you like.\n")
        file.writelines(f"{name} = {value}\n" for name, value in _server_settings(cluster.durable).items())
    if cluster.data.exists():
        cluster.data.rmdir()
    draft.rename(cluster.data)


def _locale(major: int) -> list[str]:
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C" if sys.platform == "darwin" else "--locale=C.UTF-8"]


def _server_settings(durable: bool) -> dict[str, str]:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "max_connections": "60" if durable else "120",
        "shared_buffers": f"{max(128, min(512, memory_mb // 8))}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # The log holds no personal data: an ERROR's text, detail and statement quote values of people's rows.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_line_prefix": "'%m [%p] '",
    }
    if sys.platform == "linux":
        # a loader that is killed must not leave its statement running and its locks held
        settings["client_connection_check_interval"] = "2s"
    shared = Path("/dev/shm")  # noqa: S108  # PostgreSQL's own choice; 64 MB in a container, too few for a parallel join
    if shared.is_dir() and shutil.disk_usage(shared).total < 512 * 2**20:
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return settings


def _launch(cluster: Cluster, bindir: Path, account: Account) -> None:
    cluster.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_LIMIT:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    quoted = str(cluster.sockets).replace('"', '""')
    options = [
        "-c", "listen_addresses=", "-c", f"port={PORT}",
        "-c", f'unix_socket_directories="{quoted}"', "-c", "unix_socket_permissions=0700",
    ]  # fmt: skip
    # We open the log: the server's user may not reach the folder. pg_ctl leaves the server as a child of nobody,
    # in a session of its own, so that it outlives us and our terminal.
    process = account.as_process()
    process["env"]["PGDATA"] = str(cluster.data)  # as an option it would pass through a shell, poorly quoted
    with cluster.log.open("ab") as log:
        told = subprocess.run(
            [bindir / "pg_ctl", "start", "-w", "-t", "300", "-o", shlex.join(options)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, check=False, **process,
        )  # fmt: skip
    if told.returncode:
        raise SetupFault("start_failed", log=cluster.log, why=_tail(cluster.log))


def _is_up_after_all(cluster: Cluster) -> bool:
    """Wait for processes in the data directory; once there are none, delete a crash's PID and lock files.

    PostgreSQL itself believes these files and refuses to start while a zombie or a stranger bears the noted number.
    True when a server that somebody else was starting answers meanwhile.
    """
    noted, begun = _noted_pid(cluster.data), time.monotonic()
    asked: set[int] = set()
    while here := server_processes(cluster.data):
        if noted in here and _answers(cluster):
            return True
        waited = time.monotonic() - begun
        if waited > PATIENCE_S:
            raise SetupFault("not_answering", pid=noted or min(here), path=cluster.data, log=cluster.log)
        if noted not in here and waited > ORPHANS_S:
            for orphan in here - asked:  # a backend without its server, busy with a long statement
                os.kill(orphan, signal.SIGQUIT)
            asked |= here
        time.sleep(0.05)
    if here is not None:
        socket = cluster.sockets / f".s.PGSQL.{PORT}"
        for remains in (cluster.data / "postmaster.pid", socket.with_name(f"{socket.name}.lock"), socket):
            remains.unlink(missing_ok=True)
    return False


def _noted_pid(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text().split(maxsplit=1)[0]))  # negative in single-user mode
    except (OSError, ValueError, IndexError):
        return None


def _own_bindir(cluster: Cluster) -> Path:
    """The programs that started the server, as it noted them itself."""
    return Path((cluster.data / "postmaster.opts").read_text().split(' "')[0].strip()).parent


def _private_folder(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in {os.geteuid(), account.uid}:
        raise SetupFault("place_taken", path=folder)
    folder.chmod(0o700)
    account.own(folder)


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
    except OSError:
        return "-"


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a file lock; the system frees it when a process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    # Close-on-exec, as Python opens everything: else the server would inherit the lock and keep it.
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
