"""Who runs our own PostgreSQL, and where that user can reach. PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from anye.config.faults import SetupFault

UNPRIVILEGED = ("anye", "nobody")  # the first that exists runs the server when we are root


@dataclass(frozen=True)
class Account:
    """A user of this machine with an entry in passwd: initdb looks its name up and fails without one."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Whether it is not the user we run as: then we are root and step down for each command."""
        return self.uid != os.geteuid()

    def as_process(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a command as this user, from a place where it may stand."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        variables |= {"LANG": "C", "HOME": "/", "TMPDIR": "/tmp"} if self.is_other else {"LANG": "C"}  # noqa: S108
        step_down = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}
        return {"cwd": "/", "env": variables, **step_down}

    def own(self, path: Path) -> None:
        """Give a file or folder that we just made to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(data: Path) -> Account:
    """The owner of an existing data directory; else ourselves, or an unprivileged user when we are root."""
    us = os.geteuid()
    if data.exists():
        owner = data.stat().st_uid
        if owner == 0 or us not in {0, owner}:
            raise SetupFault("other_owner", path=data, owner=_name(owner))
        return _account(owner)
    return _account(us) if us else _unprivileged()


def is_reachable(path: Path) -> bool:
    """Whether any user may pass through the parents of `path` (mode bits only; access lists are not read)."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents if parent.exists())


def shared_folder(kind: Literal["lib", "cache"]) -> Path:
    """A folder of root's under /var that the unprivileged user can reach; made when missing."""
    for folder in (Path("/var") / kind / "anye", Path("/var/tmp/anye-root") / kind):  # noqa: S108
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue  # a read-only /var, as in some containers
        for each in (folder, folder.parent) if folder.parent.name == "anye-root" else (folder,):
            found = each.lstat()
            # /var/tmp is open to everyone: a folder laid there by somebody else is a trap.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                raise SetupFault("place_taken", path=each)
            each.chmod(0o755)
        return folder
    raise SetupFault("place_taken", path="/var/lib, /var/tmp")


def _unprivileged() -> Account:
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise SetupFault("no_account", uid="nobody")


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise SetupFault("no_account", uid=uid) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
