"""The folder of one registry: its settings, its keys and, unless DATABASE_URL says otherwise, its PostgreSQL."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import tomli_w

from anye.config.faults import SetupFault
from anye.config.site import Site
from anye.engine.errors import Problem

if TYPE_CHECKING:
    from anye.engine.sealing import Keyring

LOGINS = ("migrate", "web", "worker")
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")  # a login's name is it and a suffix; PostgreSQL cuts at 63 bytes


@dataclass(frozen=True)
class Login:
    """A login of the database: `user` and its password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Home:
    """One registry's settings as read from its folder. `trial`: it holds invented people only.

    `url` is an address of a server written in settings.toml; the environment's DATABASE_URL goes before it.
    `day` is the day it has of its own, where it is a demonstration (decision 0044): a registry of real people is refused one.
    `cluster` is where our own server keeps its data when that cannot be inside `path`. `site`: how others reach it.
    """

    path: Path
    pack: str
    trial: bool
    language: str
    secret_key: str = field(repr=False)
    database: str
    logins: Mapping[str, Login]
    superuser_password: str = field(repr=False)
    url: str | None = field(default=None, repr=False)
    cluster: Path | None = None
    site: Site = Site()
    day: dt.date | None = None

    @property
    def settings_path(self) -> Path:
        """The settings, mode 0600: they hold passwords."""
        return self.path / "settings.toml"

    @property
    def keys_path(self) -> Path:
        """The keyring, mode 0600. Whoever loses it loses every sealed value: back it up apart from the data."""
        return self.path / "keys.json"

    @property
    def sources(self) -> Path:
        """The folder of the registry's own profiles (docs/guide/registers.md)."""
        return self.path / "sources"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.path / "log"

    @classmethod
    def create(
        cls,
        path: Path | None = None,
        *,
        pack: str,
        trial: bool = False,
        language: str = "zh-hans",
        database: str = "anye",
        url: str | None = None,
        day: dt.date | None = None,
    ) -> Home:
        """Make a registry's folder (0700) with new passwords and keys. Never overwrites: SetupFault home_exists.

        A key file that is already there is kept: it is a restored backup, or the rest of an interrupted creation.
        """
        path = (path or default_home()).expanduser().absolute()
        if not DATABASE_NAME.fullmatch(database):
            raise SetupFault("bad_database_name", name=database)
        home = cls(
            path=path,
            pack=pack,
            trial=trial,
            language=language,
            secret_key=secrets.token_urlsafe(48),
            database=database,
            logins={each: Login(f"{database}_{each}", secrets.token_urlsafe(24)) for each in LOGINS},
            superuser_password=secrets.token_urlsafe(24),
            url=url,
            day=_own_day(day, trial=trial),
        )
        if home.settings_path.exists():
            raise SetupFault("home_exists", path=path)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if not home.keys_path.exists():
            from anye.engine.sealing import Keyring  # here only: opening a home needs no cryptography

            _write(home.keys_path, Keyring.new().dumps(), is_new=True)
        home.keyring()
        _write(home.settings_path, tomli_w.dumps(home._as_table()), is_new=True)
        return home

    @classmethod
    def open(cls, path: Path | None = None) -> Home:
        """Read a registry's settings. Raises SetupFault: home_missing, home_damaged, bad_site, bad_day, day_of_real."""
        path = (path or default_home()).expanduser().absolute()
        file = path / "settings.toml"
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise SetupFault("home_missing", path=path) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SetupFault("home_damaged", path=file, why=error) from error
        try:
            return cls._from_table(path, table)
        except (KeyError, TypeError) as error:
            raise SetupFault("home_damaged", path=file, why=f"{type(error).__name__} {error}") from error

    def keyring_text(self) -> str:
        """The key file's text, for `Keyring.loads`."""
        try:
            return self.keys_path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SetupFault("home_damaged", path=self.keys_path, why=error) from error

    def keyring(self) -> Keyring:
        """The keys that seal ID numbers and other secrets."""
        from anye.engine.sealing import Keyring

        try:
            return Keyring.loads(self.keyring_text())
        except Problem as problem:
            raise SetupFault("home_damaged", path=self.keys_path, why=problem) from problem

    def with_cluster(self, folder: Path) -> Home:
        """Note in the settings where our own server keeps its data."""
        home = replace(self, cluster=folder)
        _write(self.settings_path, tomli_w.dumps(home._as_table()), is_new=False)
        return home

    def remember(self) -> None:
        """Make this the registry that `last_home()` answers."""
        pointer = _pointer()
        pointer.parent.mkdir(parents=True, exist_ok=True)
        _write(pointer, f"{self.path}\n", is_new=False)

    def _as_table(self) -> dict[str, Any]:
        server = {"password": self.superuser_password} | ({"folder": str(self.cluster)} if self.cluster else {})
        return (
            {
                "pack": self.pack,
                "trial": self.trial,
                "language": self.language,
                "secret_key": self.secret_key,
                "database": {"name": self.database} | ({"url": self.url} if self.url else {}),
                "server": server,
                "logins": {name: {"user": one.user, "password": one.password} for name, one in self.logins.items()},
            }
            | ({"day": self.day} if self.day else {})
            | ({"site": told} if (told := self.site.as_table()) else {})
        )

    @classmethod
    def _from_table(cls, path: Path, table: dict[str, Any]) -> Home:
        server = table["server"]
        return cls(
            path=path,
            pack=table["pack"],
            trial=table["trial"],
            language=table["language"],
            secret_key=table["secret_key"],
            database=table["database"]["name"],
            url=table["database"].get("url"),
            superuser_password=server["password"],
            cluster=Path(server["folder"]) if "folder" in server else None,
            logins={name: Login(**table["logins"][name]) for name in LOGINS},
            site=Site.from_table(table.get("site", {})),
            day=_own_day(table.get("day"), trial=table["trial"]),
        )


def default_home(*, demo: bool = False) -> Path:
    """ANYE_HOME, else the user's data folder; the demo's stands beside it under `…-demo`."""
    told = os.environ.get("ANYE_HOME")
    path = Path(told).expanduser().absolute() if told else Path(platformdirs.user_data_dir("anye"))
    return path.with_name(f"{path.name}-demo") if demo else path


def last_home() -> Home | None:
    """The registry of ANYE_HOME, else the one used last, else the default one; None when there is none."""
    if os.environ.get("ANYE_HOME"):
        paths = [default_home()]
    else:
        try:
            used = [Path(_pointer().read_text(encoding="utf-8").strip())]
        except OSError:
            used = []
        paths = [*used, default_home()]
    there = [path for path in paths if (path / "settings.toml").exists()]
    return Home.open(there[0]) if there else None


def _own_day(told: Any, *, trial: bool) -> dt.date | None:
    """The day that is told. Raises SetupFault: bad_day; day_of_real, since people who wait for their money live by the calendar."""
    if told is None:
        return None
    if type(told) is not dt.date:
        raise SetupFault("bad_day", value=told)
    if not trial:
        raise SetupFault("day_of_real", day=told.isoformat())
    return told


def _pointer() -> Path:
    return Path(platformdirs.user_state_dir("anye")) / "last-home"


def _write(path: Path, text: str, *, is_new: bool) -> None:
    """Write a whole file with mode 0600 or nothing; with `is_new` an existing file is a SetupFault."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            try:
                os.link(draft, path)  # unlike rename, refuses when the name is taken
            except FileExistsError:
                raise SetupFault("home_exists", path=path.parent) from None
        else:
            Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
    if os.name != "posix":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name itself must survive a power cut: lost keys are lost data
    finally:
        os.close(folder)
