"""One registry with its own server for all journeys that kill processes or race them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from anye.config import postgres
from tests.flow.homes import Registry, make_registry


@pytest.fixture(scope="session")
def made_registry() -> Iterator[Registry]:
    # pytest's own folders are closed to the server's user when root runs the tests
    folder = Path(tempfile.mkdtemp(prefix="anye-tests-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        registry = make_registry(folder / "home")
        try:
            yield registry
        finally:
            postgres.discard(registry.home)
            shutil.rmtree(folder)


@pytest.fixture
def registry(made_registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The registry on its first day."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made_registry.reset()
    return made_registry
