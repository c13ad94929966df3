"""Fixtures of the loading tests: a registry in a test's transaction, and what it says of a demo folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from anye.flow.blocks import Context
from anye.flow.load import Report, load_file
from anye.flow.registry import furnish, loading_context
from anye.packs import read_pack
from anye.records.accounts.scope import BATCH, acting
from tests.conftest import District
from tests.flow.written import Folder, write_demo


@pytest.fixture
def context(district: District) -> Context:
    """What a load needs to know of the tests' district."""
    return loading_context()


@pytest.fixture
def load(context: Context) -> Callable[..., Report]:
    """load(path, **options) → the report."""

    def one(path: Path, **options: Any) -> Report:
        return load_file(path, context=context, **options)

    return one


@pytest.fixture
def batch(db: None) -> Iterator[None]:
    """The test reads as the batch role, which sees every row."""
    with acting(BATCH):
        yield


@pytest.fixture
def yubei(db: None) -> Context:
    """The pack's own district, which the demo's registers are about."""
    furnish(read_pack("cn_yubei"))
    return loading_context()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The demo's registers at a small size, written once."""
    return write_demo(tmp_path_factory.mktemp("demo") / "registers")
