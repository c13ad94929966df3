"""One registry with its own server for all journeys that kill processes or race them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anye.config import postgres
from anye.config.home import Home
from tests.flow.homes import Registry, make_registry


@pytest.fixture(scope="session")
def made_registry() -> Iterator[Registry]:
    # pytest's own folders are closed to the server's user when root runs the tests
    folder = Path(tempfile.mkdtemp(prefix="anye-tests-"))
    folder.chmod(0o755)
    try:
        with _own_server():
            registry = make_registry(folder / "home")
        yield registry
    finally:
        with _own_server():
            postgres.discard(Home.open(folder / "home"))
        shutil.rmtree(folder)


@contextmanager
def _own_server() -> Iterator[None]:
    """Not the tests' own server, while it lasts: other tests run between those that share the registry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        yield


@pytest.fixture
def registry(made_registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The registry on its first day."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made_registry.reset()
    return made_registry
