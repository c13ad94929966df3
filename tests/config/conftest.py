"""Homes and servers for the tests of config: real clusters, made once per PostgreSQL and discarded."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anye.config import pg_binaries, postgres
from anye.config.home import Home

HAS_SYSTEM = any(one.kind == "system" and one.is_supported for one in pg_binaries.found())
KINDS = ["system", "embedded"] if HAS_SYSTEM else ["embedded"]  # the carried one comes with the tests' packages


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the caller's registry, server or pointer file."""
    for name in ("ANYE_HOME", "DATABASE_URL", "ANYE_PG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that any user may pass through (pytest's own are 0700: as root the data would go under /var)."""
    folder = Path(tempfile.mkdtemp(prefix="anye-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def only_of(kind: str) -> Iterator[None]:
    """Servers of one kind, while it lasts: tests of other folders run between those that share a server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANYE_PG", kind)
        patch.delenv("DATABASE_URL", raising=False)
        yield


@pytest.fixture(scope="session")
def running_home(kind: str, open_folder: Path) -> Iterator[Home]:
    """A prepared registry on a running server of each kind; tests that need it stopped start it again."""
    # another folder each time: in a random order the fixture may be made and discarded more than once
    home = Home.create(open_folder / f"{kind}-{len(list(open_folder.iterdir()))}", pack="cn_yubei", trial=True)
    try:
        with only_of(kind):
            postgres.prepare(postgres.start(home), home)
        yield home
    finally:
        with only_of(kind):
            postgres.discard(home)


@pytest.fixture
def fresh_home(kind: str, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A registry whose server was never started."""
    monkeypatch.setenv("ANYE_PG", kind)
    home = Home.create(Path(tempfile.mkdtemp(dir=open_folder)), pack="cn_yubei", trial=True)
    yield home
    postgres.discard(Home.open(home.path))
